"""``crpv report changes``: two dates compared, or what was known after an earlier load and what is known now."""

from __future__ import annotations

from contextlib import nullcontext

from crpv_cli.commands.door import Door
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg


def answer(
    door: Door,
    first: str | None = None,
    last: str | None = None,
    known_from: int | str | None = None,
    explain: str | None = None,
) -> None:
    """Compare two states, or say what one figure of the comparison is made of.

    Raises:
        UsageProblem: nothing to compare with is named, it is not before the last state, or there is no such state.
    """
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.changes.report import changes

    last = last or today()
    if first is None and known_from is None:
        raise UsageProblem(
            msg("What to compare with is not said."),
            msg("Give an earlier date with --from, or an earlier load with --known-from."),
        )
    with door.reading() as connection, nullcontext() if known_from is None else door.reading(known_from) as earlier:
        result = changes(connection, first or last, last, earlier)
        if explain is not None:
            from crpv_cli.reports.explaining import explained

            result = explained(connection, "changes", result, explain)
    door.show(result)

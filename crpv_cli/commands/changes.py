"""``crpv report changes``: two dates compared, or what was known after an earlier load and what is known now."""

from __future__ import annotations

from contextlib import nullcontext

from crpv_cli.commands.door import Door


def answer(door: Door, first: str | None = None, last: str | None = None, known_from: int | str | None = None) -> None:
    """Compare two states.

    Raises:
        UsageProblem: the first is not before the last, or there is no such state.
    """
    from crpv_cli.reports.changes.report import changes

    with door.reading() as connection, nullcontext() if known_from is None else door.reading(known_from) as earlier:
        result = changes(connection, first, last, earlier)
    door.show(result)

"""Files that authorities publish and no table holds: each is named for what it is, with what to do."""

from __future__ import annotations

from collections.abc import Sequence

from crpv_cli.intake.faults import Fault
from crpv_cli.language import msg
from crpv_cli.spelling import fold

_NEIGHBOURHOODS_OF_BOTH_LISTS = ("qp2024", "qp2015 1")


def untabled(header: Sequence[str]) -> Fault | None:
    """Return why a file is not loaded that has these headings, if it is known and no table holds what it says."""
    headings = {fold(cell) for cell in header}
    if headings.issuperset(_NEIGHBOURHOODS_OF_BOTH_LISTS):
        return Fault(
            "no-table-for-it",
            msg(
                "The file says which neighbourhoods of 2015 became which of 2024; the registry has no table for that, "
                "and nothing of it was read."
            ),
            msg("Load the two lists of neighbourhoods: each file is recognised (see: crpv profiles qpv)."),
        )
    return None

"""Files that authorities publish and no table holds: each is named for what it is, with what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crpv_cli.intake.faults import Fault
from crpv_cli.language import msg
from crpv_cli.spelling import fold

_NEIGHBOURHOOD = re.compile(r"qpv?|quartiers?")


def refuse_untabled(header: Sequence[str]) -> None:
    """Refuse a file whose headings say that no table holds what is in it.

    Raises:
        Fault: its rows are of neighbourhoods of both lists.
    """
    headings = [heading for cell in header if _NEIGHBOURHOOD.search(heading := fold(cell))]
    if all(any(year in heading for heading in headings) for year in ("2015", "2024")):
        raise Fault(
            "no-table-for-it",
            msg(
                "The file says which neighbourhoods of 2015 became which of 2024; the registry has no table for that, "
                "and nothing of it was read."
            ),
            msg("Load the two lists of neighbourhoods: each file is recognised (see: crpv profiles qpv)."),
        )

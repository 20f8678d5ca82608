"""What a report is called with, whoever asks: ids where people wrote names, today where no date was given."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from crpv_cli.registry.queries import today
from crpv_cli.reports.finding import find_centre, find_mission
from crpv_cli.reports.options import Option, Takes

_FIND: dict[Takes, Callable[[sqlite3.Connection, str], str]] = {
    Takes.CENTRE: find_centre,
    Takes.MISSION: partial(find_mission, core=False),
    Takes.CORE_MISSION: find_mission,
}


def arguments(
    connection: sqlite3.Connection, options: Sequence[Option], given: Mapping[str, object]
) -> dict[str, object]:
    """Return what the function of a report takes, of what was given for its options.

    Raises:
        UsageProblem: no centre or mission, or several, are called that.
    """
    values = {**given, "as_of": given["as_of"] or today()} if "as_of" in given else dict(given)
    for option in options:
        if option.takes in _FIND and (wanted := values.get(option.name)):
            values[option.name] = _FIND[option.takes](connection, str(wanted))
    return values

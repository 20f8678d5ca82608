"""What may be asked of a report, as plain data: an option fills the parameter of the report that has its name.

Options that several reports share are here, each with its one help text; one of a single report is in its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from crpv_cli.definitions.columns import Choice
from crpv_cli.language import N_, Message, msg


class Takes(Enum):
    """What an option takes, and so how it is read and what the report is given of it."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    YEAR = "year"
    DATE = "date"
    DATE_OR_YEAR = "date or year"
    """A month or a year is its last day."""
    LOAD_OR_DATE = "load or date"
    """The state of the registry after a load or at the end of a day; the report is given a registry in that state."""
    CENTRE = "centre"
    """Its id, its name or a part of it; the report is given the id. So are the missions."""
    MISSION = "mission"
    CORE_MISSION = "core mission"


@dataclass(frozen=True, slots=True)
class Option:
    """An option: the parameter it fills, its help and metavar (message ids), and what it takes.

    The default is that of the parameter; a parameter without one is required, but for ``as_of``, which is today.
    ``flag`` is what people type, by default ``--`` and the name; ``choices`` are the values it may be, of which the
    report is given the code.
    """

    name: str
    help: str
    metavar: str | None = None
    takes: Takes = Takes.TEXT
    choices: tuple[Choice, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    flag: str = ""

    @property
    def typed(self) -> str:
        """What people type."""
        return self.flag or f"--{self.name.replace('_', '-')}"


def codes(choices: Iterable[Choice]) -> tuple[str, ...]:
    """Return the codes of choices, for an option that takes one of them."""
    return tuple(choice.code for choice in choices)


def division(help_: str, divisions: Mapping[str, str]) -> Option:
    """Return the option that says what a row of a report stands for: the codes with what each is called."""
    return Option("by", help_, N_("DIVISION"), choices=tuple(Choice(code, label) for code, label in divisions.items()))


def more_of(command: str, file: str) -> Message:
    """Say how to have all that a command gives, on a terminal or in a file."""
    return msg("{command}, with --full or -o {file}", command=command, file=file)


AS_OF = Option(
    "as_of",
    N_("What was true on this date, today by default; of a month or a year, on its last day."),
    N_("DATE"),
    Takes.DATE_OR_YEAR,
)
CENTRE = Option("centre", N_("Only this centre: its id or name."), N_("CENTRE"), Takes.CENTRE)
CYCLE = Option(
    "cycle",
    N_("Years from one evaluation to the next; 3 by default, since no official cycle is known."),
    N_("YEARS"),
    Takes.NUMBER,
    minimum=1,
    maximum=100,
)
DEPARTMENT = Option("department", N_("Only this department: its code or name."), N_("DEPARTMENT"))
EXPLAIN = Option(
    "explain",
    N_("List the rows behind a figure, by its name here: a total or a column; COLUMN@ROW for that of a row."),
    N_("FIGURE"),
)
FULL = Option("full", N_("All of it, however long; by default one screen of what matters most."), takes=Takes.FLAG)
REGION = Option("region", N_("Only this region: its code or name."), N_("REGION"))
WITHIN = Option(
    "within",
    N_("An agreement ends soon if it does within this many months; 12 by default."),
    N_("MONTHS"),
    Takes.NUMBER,
    minimum=0,
    maximum=1200,
)
YEAR = Option("year", N_("Only this year."), N_("YEAR"), Takes.YEAR)

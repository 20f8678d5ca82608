"""Columns, their kinds and the values they may take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from crpv_cli.language import Term


class Kind(Enum):
    """The kind of a value: how it is read, stored, compared and shown.

    Codes and texts are never turned into numbers. Money is an integer number of centimes in the
    registry and a decimal number of euros everywhere else. A percentage is a share between 0 and 1. Several codes are
    one text in the registry, separated by spaces.
    """

    TEXT = "text"
    CODE = "code"
    CODES = "codes"
    INTEGER = "integer"
    DECIMAL = "decimal"
    YEAR = "year"
    DATE = "date"
    PARTIAL_DATE = "partial-date"
    MONEY = "money"
    PERCENT = "percent"
    FLAG = "flag"
    SERIES = "series"

    @property
    def numeric(self) -> bool:
        """Whether values of this kind are numbers to a reader, aligned right and never wrapped."""
        return self in {Kind.INTEGER, Kind.DECIMAL, Kind.YEAR, Kind.MONEY, Kind.PERCENT}

    @property
    def sql_type(self) -> str:
        """The SQLite storage class of a STRICT column of this kind."""
        if self in {Kind.INTEGER, Kind.YEAR, Kind.MONEY, Kind.FLAG}:
            return "INTEGER"
        return "REAL" if self in {Kind.DECIMAL, Kind.PERCENT} else "TEXT"


class Shape(Enum):
    """The format that a code must have."""

    SLUG = "slug"
    DEPARTMENT = "department"
    COMMUNE = "commune"
    NEIGHBOURHOOD = "neighbourhood"
    SIREN = "siren"
    RATING = "rating"
    SHA256 = "sha256"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a column may take: the stable code, the label a person reads, and other words for it."""

    code: str
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usual:
    """Between what the values of a column usually lie, in its unit (years for dates): outside, there is a warning.

    With ``ahead``, the highest is so many years after the present one. A yearly sum that is at least three times that
    of the year before is unusual where it is larger by ``leap`` or more; without one, that is not looked at.
    """

    low: float
    high: float = 0
    ahead: int | None = None
    leap: float = 0


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its stable English name, its label and explanation (message ids), and what it may hold.

    ``refers`` names the table whose key the value must be. ``minimum`` and ``maximum`` are inclusive, in the unit of
    the column: a value outside is refused, one outside what is ``usual`` is loaded with a warning. ``over`` names the
    column of the result that this one is a part of (2 of 3), ``within`` the one with the range it lies in (2 on 1-4).
    ``bar`` asks a terminal to draw a bar beside the figure; ``prose`` contains sentences, which take as many lines as
    they need. ``link`` names the column with the name of the file, beside the one being written, that the value links
    to, and ``figure`` the one with the number of which it is the text.

    What a value looks like: a ``signed`` number has a plus sign if it is positive, one that is not ``grouped`` is a
    name rather than an amount (a load, a line), a column of ``emphasis`` shows what nobody should miss and is never
    left out to save space, and one that is ``written`` has sentences typed by people, for which a form makes space.
    The words of a ``vocabulary`` are used again and again, so that a new spelling of one is told to whoever brings it.
    A ``personal`` one is about a person, and is neither listed nor exported unless asked. One ``for_operator`` says
    what to do in crpv, and stands in nothing that is handed on for people to read.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[Choice, ...] = ()
    refers: str | None = None
    shape: Shape | None = None
    minimum: float | None = None
    maximum: float | None = None
    usual: Usual | None = None
    explanation: str = ""
    over: str | None = None
    within: str | None = None
    bar: bool = False
    prose: bool = False
    link: str | None = None
    figure: str | None = None
    signed: bool = False
    grouped: bool = True
    emphasis: bool = False
    written: bool = False
    personal: bool = False
    vocabulary: bool = False
    for_operator: bool = False

    @property
    def term(self) -> Term:
        """The column in a sentence."""
        return Term(self.name, self.label)

    @property
    def stored(self) -> str:
        """The column's name in SQLite, where an amount says that it is in centimes."""
        return f"{self.name}_cents" if self.kind is Kind.MONEY else self.name

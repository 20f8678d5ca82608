"""What a table is, and a short way to write each kind of column."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column, Kind, Shape, Usual
from crpv_cli.language import N_, Term


@dataclass(frozen=True, slots=True)
class Other:
    """Columns of a file beside the list of a reference, for a row that the list does not have.

    ``column`` is the reference; ``columns`` are those of the file, by the columns of the table that it refers to.
    """

    column: str
    columns: dict[str, Column] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, its natural key, and the columns a terminal shows when none are asked for.

    ``periods`` are pairs of days in order, ``checks`` other conditions between columns, in SQL, and ``indexes`` the
    columns that have an index in addition to the key. ``moved`` are headings of earlier files of the table, each with
    the table that holds such facts now. ``called`` are the columns, besides the key, by which people name a row where
    another table refers to it. ``other`` is how a file of the table brings a row of another one that is not there yet.
    ``also`` are other words for the table itself, in both languages. An ``internal`` one is a working table of those
    who keep the registry: what they do, decide and sign, which is nothing about the centres that the public is told
    (``public.py`` says all that the public does not get). ``about`` says what its rows are, in a sentence or two.
    """

    name: str
    label: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    screen: tuple[str, ...]
    periods: tuple[tuple[str, str], ...] = ()
    checks: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    called: tuple[str, ...] = ()
    other: Other | None = None
    also: tuple[str, ...] = ()
    internal: bool = False
    about: str = ""

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def term(self) -> Term:
        """The table in a sentence."""
        return Term(self.name, self.label)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def words(
    name: str, label: str, explanation: str, required: bool = False, prose: bool = False, written: bool = False
) -> Column:
    """Free text."""
    return Column(name, label, Kind.TEXT, required, explanation=explanation, prose=prose, written=written)


def term(name: str, label: str, explanation: str, required: bool = False, prose: bool = False) -> Column:
    """A word of a vocabulary: free text, but the same thing is always called the same."""
    return replace(words(name, label, explanation, required, prose), vocabulary=True)


def code(
    name: str, label: str, explanation: str, required: bool = False, shape: Shape | None = None, many: bool = False
) -> Column:
    """A code, which never becomes a number; with ``many``, several."""
    return Column(name, label, Kind.CODES if many else Kind.CODE, required, shape=shape, explanation=explanation)


def choice(name: str, label: str, of: tuple[Choice, ...], explanation: str, required: bool = False) -> Column:
    """One code of a closed list."""
    return Column(name, label, Kind.CODE, required, choices=of, explanation=explanation)


def reference(name: str, label: str, to: str, explanation: str, required: bool = False) -> Column:
    """The key of a row of another table."""
    return Column(name, label, Kind.CODE, required, refers=to, explanation=explanation)


# The first centres are of the 1990s; agreements and labels end within ten years.
DAYS = Usual(1990, ahead=10)
PAST = Usual(1990, ahead=0)
YEARS = Usual(1990, ahead=1)


def day(name: str, label: str, explanation: str, required: bool = False, usual: Usual = DAYS) -> Column:
    """A date."""
    return Column(name, label, Kind.DATE, required, usual=usual, explanation=explanation)


def flag(name: str, label: str, explanation: str, required: bool = False, emphasis: bool = False) -> Column:
    """Yes or no."""
    return Column(name, label, Kind.FLAG, required, explanation=explanation, emphasis=emphasis)


def count(
    name: str, label: str, explanation: str, required: bool = False, most: float = 1_000_000, leap: float = 0
) -> Column:
    """How many: a whole number, 0 or more, usually not more than ``most``."""
    usual = Usual(0, most, leap=leap)
    return Column(name, label, Kind.INTEGER, required, minimum=0, usual=usual, explanation=explanation)


def money(name: str, label: str, most: float, explanation: str, required: bool = False, leap: float = 0) -> Column:
    """An amount in euros, usually not negative and not more than ``most``."""
    return Column(name, label, Kind.MONEY, required, usual=Usual(0, most, leap=leap), explanation=explanation)


def year(explanation: str, name: str = "year", label: str = N_("Year"), required: bool = True) -> Column:
    """A year, by default the one that a row is about."""
    return Column(name, label, Kind.YEAR, required, minimum=1970, maximum=2100, usual=YEARS, explanation=explanation)


def slug(explanation: str) -> Column:
    """The short name of a row, its id."""
    return code("id", N_("Id"), explanation, required=True, shape=Shape.SLUG)


CENTRE = reference("centre", N_("Centre"), "centres", N_("The centre, by its name or its id."), required=True)
CONFIDENCE = Column(
    "confidence",
    N_("Confidence"),
    choices=choices.CONFIDENCES,
    explanation=N_("How sure the row is: high, medium or low."),
)
DEPARTMENT = Column(
    "department",
    N_("Department"),
    Kind.CODE,
    True,
    refers="departments",
    shape=Shape.DEPARTMENT,
    explanation=N_("INSEE code, as text: 01, 2A, 971."),
)
MISSION = reference("mission", N_("Mission"), "missions", N_("The mission, by its name or its id."), required=True)
NOTE = words("note", N_("Remark"), N_("What the reader must know about this row."), written=True)
SOURCE = reference("source", N_("Source"), "sources", N_("Id of the source (see the table sources)."))
LOCATOR = words("locator", N_("Place in the source"), N_("Where in the source: a page, or a file and its line."))
VALID_FROM = day("valid_from", N_("Valid from"), N_("First day; empty means earlier than any source says."))
VALID_TO = day("valid_to", N_("Valid to"), N_("Last day; empty if it has not ended."))

"""What a load is made of, and what it reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Message, Term, decoded
from crpv_cli.registry.journal import Change
from crpv_cli.result import FormFacts

if TYPE_CHECKING:
    from crpv_cli.registry.closures import Touched
    from crpv_cli.registry.conflicts import HandedOut


@dataclass(frozen=True, slots=True)
class Record:
    """A checked row: the physical line on which it starts, and its values by column name."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """What could be read of a refused row: what it refers to is checked as well, so that all is said at once."""

    line: int
    readable: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Checked rows, many at a time: the lines on which they start, and the values of each of some columns."""

    lines: Sequence[int]
    columns: tuple[str, ...]
    values: Sequence[Sequence[Any]]

    def records(self) -> Iterator[Record]:
        """Yield them one by one."""
        for line, *row in zip(self.lines, *self.values, strict=True):
            yield Record(line, dict(zip(self.columns, row, strict=True)))


@dataclass(frozen=True, slots=True)
class Offer:
    """A row that a line of a file describes, in case that what it refers to is not there yet (``Table.other``).

    ``values`` are checked, by the columns of the table ``table``; what is not known is missing. ``columns`` are what
    the file's own columns are called in ``Source.heading`` and ``Source.places``.
    """

    line: int
    column: str
    table: str
    values: Mapping[str, Any]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Carried:
    """A row that a form carries for a registry which lacks it: its line in the hidden sheet, and its cells."""

    table: str
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Came:
    """From where rows of another registry came: its row of ``merged``, and its load, when and by whom."""

    merged: int
    load: int
    at: str
    who: str


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a file to load.

    ``present`` names the columns that the file has: others keep what the registry holds. ``heading`` gives what the
    file writes above a column, ``places`` its heading or its letter in a sheet. ``refused_keys``, ``centres`` and
    ``notices`` fill as ``rows`` is read. ``made`` says that a profile makes the rows on the way; there may
    be none. ``form`` is what a form that came back says of itself, None of any other file. ``offers`` fills as ``rows``
    is read; ``carried`` are rows that a form carries, by table and id. Both come in only where something needs them.
    ``unanswered`` fills with the lines of the prepared rows of a form in which nothing was filled in. ``came`` says
    from which registry the rows come; the file is the one that they have there.
    """

    name: str
    sha256: str
    table: Table
    present: tuple[str, ...]
    heading: Mapping[str, str]
    rows: Iterable[Batch | Refused | Anomaly]
    refused_keys: set[str]
    sheet: str | None
    profile: str | None
    places: Mapping[str, str]
    centres: set[str]
    notices: list[Message]
    made: bool
    form: FormFacts | None = None
    offers: Sequence[Offer] = ()
    unanswered: Sequence[int] = ()
    carried: Mapping[str, Mapping[str, Carried]] = field(default_factory=dict)
    came: Came | None = None

    def term(self, column: str) -> Term:
        """Return one of its columns as it stands in a sentence: people read the file's own heading."""
        return Term(column, self.heading.get(column) or self.table.column(column).label)

    def anomaly(
        self,
        code: str,
        message: Message,
        advice: Message | None,
        line: int,
        column: str | None = None,
        value: str | None = None,
    ) -> Anomaly:
        """Make an error of one of its rows, in the file's own words and places."""
        letter = self.places.get(column or "") if self.sheet is not None else None
        heading = self.heading.get(column) or self.term(column) if column else None
        cell = f"{letter}{line}" if letter else None
        return Anomaly(code, Severity.ERROR, self.name, message, advice, line, heading, value, self.sheet, cell)


def recorded(name: str) -> str:
    """Return the path under which the registry keeps a file, by the name that it was given with."""
    return name if name == "-" else decoded(str(Path(name).resolve()))


@dataclass(slots=True)
class FileOutcome:
    """What became of one file, known by its SHA-256. Rows: ``read`` = inserted + updated + unchanged + refused.

    ``file`` is its row of ``load_files``, where the load got that far; ``form`` says that it is a form that came back.
    """

    name: str
    table: str
    sheet: str | None
    made: bool
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_lines: dict[int, list[Anomaly]] = field(default_factory=dict)
    sha256: str = ""
    file: int | None = None
    form: bool = False


@dataclass(slots=True)
class LoadReport:
    """What a load found and did.

    ``load`` is its number in the registry, None if nothing was written; ``centres`` are those that rows of it are
    about, refused ones included; ``changes`` fills where details were asked for. ``lost`` says that a file changed, or
    could no longer be read, under way: nothing is loaded then. ``answers`` is how many sheets of centres came back that
    a campaign asks for and that had not come back yet. Of rows that were handed out to be changed, ``vanished``
    names those that did not come back and are removed, and ``handed`` is what they are compared with next time, since
    what the conflicts say is known then. ``touched`` are the closed years of which rows change; it reopens them.
    """

    dry_run: bool
    files: list[FileOutcome] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)
    load: int | None = None
    stopped: bool = False
    lost: bool = False
    changes: list[Change] = field(default_factory=list)
    notices: list[Message] = field(default_factory=list)
    centres: set[str] = field(default_factory=set)
    removed: int = 0
    vanished: list[str] = field(default_factory=list)
    handed: HandedOut | None = None
    answers: int = 0
    touched: list[Touched] = field(default_factory=list)

    def refusals(self) -> list[tuple[FileOutcome, dict[int, list[Anomaly]]]]:
        """Return what was refused, line by line, for each file or sheet: a line may hold rows of several tables."""
        found: dict[tuple[str, str | None], tuple[FileOutcome, dict[int, list[Anomaly]]]] = {}
        for outcome in self.files:
            _, lines = found.setdefault((outcome.name, outcome.sheet), (outcome, {}))
            for line, anomalies in outcome.refused_lines.items():
                lines.setdefault(line, []).extend(anomalies)
        return [(outcome, lines) for outcome, lines in found.values() if lines]

    @property
    def errors(self) -> int:
        """How many anomalies refuse a row or a file."""
        return sum(anomaly.severity is Severity.ERROR for anomaly in self.anomalies)

    @property
    def changed(self) -> int:
        """How many rows were inserted, updated or removed, or would be."""
        return self.removed + sum(outcome.inserted + outcome.updated for outcome in self.files)

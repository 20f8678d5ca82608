"""What a list or a report returns: values and their meaning, nothing about how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import CrpvError
from crpv_cli.language import Message, msg


@dataclass(frozen=True, slots=True)
class Point:
    """One rating of a series: its year, what was given, and where that is on its scale (0 to 1).

    Both are None where a mission was evaluated without a rating; ``position`` is the only thing that ratings on
    different scales are compared by.
    """

    year: int
    rating: str | None
    position: float | None


class Worded(str):
    """A stable text for machines, which people read in other words: the id of a centre, the name of a table.

    It is the stable text in all comparisons; only formats for people look at ``words``.
    """

    _words: Message | Callable[[], Message]

    def __new__(cls, stable: str, words: Message | Callable[[], Message]) -> Worded:
        """Keep the words beside the stable text; a function makes them when somebody reads them."""
        made = super().__new__(cls, stable)
        made._words = words
        return made

    @property
    def words(self) -> Message:
        """What people read."""
        return self._words if isinstance(self._words, Message) else self._words()


def as_it_is(text: str) -> Message:
    """A text that is the same in every language."""
    return Message("{text}", {"text": text})


def table_words(name: str) -> Worded:
    """The label of a table; a name of none, its own."""
    return Worded(name, msg(TABLES[name].label) if name in TABLES else as_it_is(name))


def column_words(table: Table, name: str) -> Worded:
    """The label of a column of a table."""
    return Worded(name, msg(table.column(name).label) if name in table.names else as_it_is(name))


Value = str | int | float | bool | tuple[str, ...] | tuple[Point, ...] | Message | None
"""A value of a row; a ``Message`` is read in the reader's language by people and in English by machines."""


class ChartShape(StrEnum):
    """How a chart is drawn; each has its Vega-Lite specification, but for ``TILES``."""

    BARS = "bars"
    """A bar for each row."""
    STACKED = "stacked"
    """A bar for each row, made of the values of several columns."""
    LINES = "lines"
    """A line for each column of values, the rows being points in time."""
    DIFFERENCE = "difference"
    """A bar for each row, left or right of zero; rows come sorted, those whose figure is unknown have none."""
    GRID = "grid"
    """A row of squares for each row, coloured by shares between 0 and 1, a column of squares for each column."""
    TILES = "tiles"
    """The map of departments as a grid of tiles (``reports/coverage/map.py``)."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of the rows of a result, which is shown above its table.

    Attributes:
        shape: how it is drawn.
        title: what it shows, as a sentence.
        description: the same for those who cannot see it, with the figures that matter.
        category: the name of the column that a row is called by.
        values: the names of the columns whose figures are drawn, in the order in which they are stacked or listed.
        marked: the name of a column of flags: a row that does not have it is drawn, and marked with an asterisk.
    """

    shape: ChartShape
    title: Message
    description: Message
    category: str
    values: tuple[str, ...]
    marked: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """Long texts of the rows, which people read beneath the table and not in its cells.

    Attributes:
        group: the name of the column whose value is the title of the rows that share it.
        head: the names of the columns that say which row a text is of.
        texts: the names of the columns whose texts are written out.
    """

    group: str
    head: tuple[str, ...]
    texts: tuple[str, ...]


class Layout(StrEnum):
    """How a terminal sets a result."""

    TABLE = "table"
    FINDINGS = "findings"
    """Sentences, under how grave they are and the rule that found them."""
    MATCHES = "matches"
    """Texts with words that were found in them, under their table and their row."""
    CARDS = "cards"
    """What rows share (``Result.shared``) stands above them; they are a table where all of it fits, and otherwise a few
    lines each. Nothing is ever shortened."""


class Alert(StrEnum):
    """Why a note is shown first: these figures rest on fictitious data, or the registry holds some."""

    FIGURES = "figures"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader must know to use the figures: a vintage, a gap, a quotation.

    ``code`` and ``data`` are stable and part of JSON; the sentence is for people. An ``alert`` is shown above the rows.
    One ``for_operator`` says what to do in crpv: it is told to whoever runs a command, and stands in nothing that is
    handed on (``for_readers``).
    """

    code: str
    message: Message
    data: Mapping[str, object] = field(default_factory=dict)
    alert: Alert | None = None
    for_operator: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from, for a file that will be read far from the registry.

    ``sources`` gives the title of each source that the rows rest on, by id, and ``dates``, ``addresses``, ``consulted``
    and ``places`` when it was published (ISO, perhaps a month or a year alone), where it can be read, on which day it
    was read and where in it, as far as they are known; ``load`` and ``loaded_at`` (UTC) are the registry's last load,
    None before the first.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    load: int | None = None
    loaded_at: str | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    consulted: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """The rows of a list or a report.

    Attributes:
        name: stable name, for example ``coverage``.
        title: what the rows show, as a sentence or a few words.
        columns: one per value of a row, in order; their labels are message ids.
        rows: one tuple of values per row. Money is in centimes, a share is between 0 and 1,
            what is unknown is None.
        screen: the names of the columns that a terminal shows; all of them if empty.
        spare: the names of columns that a narrow terminal does without before it shortens any text, the first one
            first.
        texts: the texts that people read beneath the rows; None for a table alone.
        shared: the names of the columns that stand above the rows that share them, where a terminal sets cards.
        notes: what the reader must know.
        parameters: what was asked, as JSON values.
        totals: figures over all rows (a report only), as JSON values.
        total_row: one value per column to show under the rows, where a line for the whole makes sense.
        published: what institutions published of the same measures (a report only), as JSON values.
        fictitious: whether any figure rests on fictitious data.
        is_report: whether JSON is the report's envelope or a plain array of objects.
        origin: where the rows come from; None if not from the registry's tables.
        chart: how the rows are drawn where pictures are (page, workbook); None for a table alone.
        layout: how a terminal sets it.
        command: the words of the command that gives it, without its options; empty if there is none.
        short: what a sheet of a workbook is called, if the title is too long for one.
        lists_sources: whether the rows are the sources of the other sections, so that these are not named again.
        inapplicable: the names of the columns that do not apply to what facts are of: where they are empty, that is not
            something unknown, and people are not told of them.
    """

    name: str
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    screen: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    totals: Mapping[str, Any] = field(default_factory=dict)
    total_row: tuple[Value, ...] | None = None
    published: tuple[Mapping[str, Any], ...] = ()
    fictitious: bool = False
    is_report: bool = False
    origin: Origin | None = None
    chart: Chart | None = None
    spare: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    texts: Texts | None = None
    layout: Layout = Layout.TABLE
    command: str = ""
    short: Message | None = None
    lists_sources: bool = False
    inapplicable: frozenset[str] = frozenset()

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each column in a row, by its name."""
        return {column.name: place for place, column in enumerate(self.columns)}

    def column(self, name: str) -> Column:
        """The column of that name."""
        return self.columns[self.places[name]]

    @property
    def shown(self) -> list[Column]:
        """The columns that a terminal shows."""
        return [self.column(name) for name in self.screen] if self.screen else list(self.columns)

    def known(self, name: str) -> bool:
        """Whether anything is known in a column."""
        return any(row[self.places[name]] not in (None, ()) for row in self.rows)

    @property
    def is_map(self) -> bool:
        """Whether it is drawn as a map of tiles."""
        return self.chart is not None and self.chart.shape is ChartShape.TILES

    def records(self) -> list[dict[str, Any]]:
        """The rows as values by the names of their columns."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]

    @property
    def operator_notes(self) -> tuple[Note, ...]:
        """What is said to whoever runs the command."""
        return tuple(note for note in self.notes if note.for_operator)

    def for_readers(self) -> Result:
        """Leave out what is said to whoever runs the command: notes, and columns of advice."""
        kept = [place for place, column in enumerate(self.columns) if not column.for_operator]
        notes = tuple(note for note in self.notes if not note.for_operator)
        if len(kept) == len(self.columns):
            return self if len(notes) == len(self.notes) else replace(self, notes=notes)
        names = {self.columns[place].name for place in kept}
        return replace(
            self,
            columns=tuple(self.columns[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
            total_row=self.total_row and tuple(self.total_row[place] for place in kept),
            screen=tuple(name for name in self.screen if name in names),
            notes=notes,
        )

    def first(self, limit: int | None) -> Result:
        """Cut the result to a number of rows, and say so in a note; None and a larger number change nothing."""
        if limit is None or len(self.rows) <= limit:
            return self
        return replace(self, rows=self.rows[:limit], notes=(*self.notes, *cut(limit, len(self.rows))))


def cut(limit: int, total: int) -> list[Note]:
    """Say that some rows are shown of more; nothing if they are all."""
    if limit == total:
        return []
    return [Note("limited", msg("The first {limit} of {total} rows.", limit=limit, total=total))]


@dataclass(frozen=True, slots=True)
class Flow:
    """Rows that come one after the other and are asked for once, so that a million of them need no more than one does.

    Attributes:
        columns: one per value of a row, in order.
        rows: the rows, as those of a ``Result``; it raises what ends them early.
        result: makes a result of all the rows, for a format that has to hold them all.
        remarks: what has to be said of the rows where notes have no place, once they have come.
        kept: how many bytes of them may be held at once, as ``size`` counts them; None for any number.
        too_large: the problem if they are more; None if they may be any number.
    """

    columns: tuple[Column, ...]
    rows: Iterator[tuple[Value, ...]]
    result: Callable[[Sequence[tuple[Value, ...]]], Result]
    remarks: Callable[[], Sequence[Message]]
    kept: int | None
    too_large: Callable[[], CrpvError] | None

    @staticmethod
    def size(row: tuple[Value, ...]) -> int:
        """About how many bytes a row takes while it is held."""
        return 64 * (1 + len(row)) + sum(len(value) for value in row if isinstance(value, str))


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure that opens a dossier, set large.

    Attributes:
        name: its stable name: the figure of the section ``figures``, or the column of the facts, that it repeats.
        label: what it is, in a few words that follow the figure: "of priority neighbourhoods are covered".
        shown: the figure as people read it, short; None if it is not known.
        share: between 0 and 1, where the figure is a part of a whole that a bar may show.
        beside: what it is to be read with, a sentence each, with their own dates: what it was, what was published, how
            much of it is known.
        fictitious: whether it rests on fictitious data.
    """

    name: str
    label: Message
    shown: Message | None
    share: float | None = None
    beside: tuple[Message, ...] = ()
    fictitious: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A question of a dossier: a few of its sections, opened by what they say.

    Attributes:
        name: stable name.
        title: the question in a word or two: "Coverage".
        finding: what the figures of its sections say, as one true sentence; None where nothing can be said.
        sections: the names of its sections, in order.
        annex: whether it holds what is looked up rather than read: long tables, sources.
    """

    name: str
    title: Message
    finding: Message | None
    sections: tuple[str, ...]
    annex: bool = False


@dataclass(frozen=True)
class Dossier:
    """One subject seen whole: its facts (a result of one row), and sections of rows beneath.

    Attributes:
        name: stable name, for example ``centre``.
        title: what it is about.
        facts: a result of one row.
        sections: results of several rows, in their order; each has a name of its own.
        notes: what the reader must know.
        brief: the names of the sections that a terminal shows, each with how many of its rows (None: all of them); if
            empty, all sections whole. Other formats hold them all.
        command: the command line that gives it, without the state of the registry; empty if there is none.
        fictitious: whether any figure rests on fictitious data.
        headline: the subject in one sentence, which opens it everywhere; None where nothing can be said.
        key_figures: four to six figures, set large where there is room.
        parts: the questions that the sections answer, in their order; each section is in one part. Empty where the
            sections follow each other as they are.
    """

    name: str
    title: Message
    facts: Result
    sections: tuple[Result, ...]
    notes: tuple[Note, ...] = ()
    brief: Mapping[str, int | None] = field(default_factory=dict)
    command: str = ""
    fictitious: bool = False
    headline: Message | None = None
    key_figures: tuple[KeyFigure, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def on_screen(self) -> tuple[Result, ...]:
        """The sections that a terminal shows, cut to what it shows of them."""
        if not self.brief:
            return self.sections
        return tuple(section.first(self.brief[section.name]) for section in self.sections if section.name in self.brief)

    @property
    def operator_notes(self) -> tuple[Note, ...]:
        """What is said to whoever runs the command, of the whole and of its sections."""
        own = tuple(note for note in self.notes if note.for_operator)
        return own + tuple(note for section in self.sections for note in section.operator_notes)

    def for_readers(self) -> Dossier:
        """Leave out what is said to whoever runs the command."""
        return replace(
            self,
            facts=self.facts.for_readers(),
            sections=tuple(section.for_readers() for section in self.sections),
            notes=tuple(note for note in self.notes if not note.for_operator),
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to a centre, in the reader's language, to be sent by a person.

    Attributes:
        centre: the id of the centre, after which its files are named.
        short_name: what the centre is called.
        name: its official name.
        address: the e-mail address that it goes to, None if none is known.
        subject: one line.
        body: the text.
        missing: what the message asks for, in one line.
        due: the last day for it, as the reader writes dates; empty if none was set.
    """

    centre: str
    short_name: str
    name: str
    address: str | None
    subject: str
    body: str
    missing: str
    due: str


class FormFacts(NamedTuple):
    """What a form that came back says of itself: the centre and the year that it was made for, None for all."""

    centre: str | None
    year: int | None


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a form.

    Attributes:
        column: the column of the table.
        choices: the values that it may take, where the registry knows them (ids, ratings); those that the column's own
            definition lists are there.
        names: what a person reads for each of the choices that are ids, no two alike, in the reader's language.
        certain: whether no other value is right; a rating between two levels is.
        prepared: whether the rows come with it, for the person to leave as it is.
        legend: what must be known of the choices, a line each: from where to where a scale goes.
        beside: whether it describes a row that the list beside it does not have (``Table.other``).
    """

    column: Column
    choices: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    certain: bool = True
    prepared: bool = False
    legend: tuple[str, ...] = ()
    beside: bool = False

    def shown(self, value: Value) -> Value:
        """What a person reads for a value: the name of what an id stands for, else the value."""
        if self.names and value in self.choices:
            return self.names[self.choices.index(str(value))]
        return value


@dataclass(frozen=True, slots=True)
class FormRow:
    """A prepared row: a value for each field, and whether the registry holds it as it is."""

    values: tuple[Value, ...]
    known: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form: ``rows`` are prepared, and others may be added beneath them.

    ``fictitious`` says whether known rows are; ``remarks`` are for the sender of the form, not for who fills it in.
    """

    table: Table
    fields: tuple[Field, ...]
    rows: tuple[FormRow, ...]
    centre: str | None = None
    centre_name: str | None = None
    year: int | None = None
    fictitious: bool = False
    remarks: tuple[Message, ...] = ()

    @property
    def prepared(self) -> tuple[str, ...]:
        """The names of the columns that are prepared."""
        return tuple(field.column.name for field in self.fields if field.prepared)


@dataclass(frozen=True, slots=True)
class Carry:
    """Rows of a table that a form carries for a registry which lacks them, by some of its columns."""

    table: Table
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class FormBook:
    """The forms of one workbook: of one table, or of several, which come behind a cover.

    ``due_on`` is the ISO date until which it is asked for, ``contact`` whom to send it back to.
    """

    forms: tuple[Form, ...]
    centre: str | None = None
    centre_name: str | None = None
    year: int | None = None
    due_on: str | None = None
    contact: str | None = None
    carries: tuple[Carry, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether it has a cover."""
        return len(self.forms) > 1 or self.due_on is not None or self.contact is not None

    @property
    def fictitious(self) -> bool:
        """Whether known rows of it are made up."""
        return any(form.fictitious for form in self.forms)

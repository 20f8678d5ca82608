"""The texts of tables, lists of facts and lists of notes, wherever people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crpv_cli import language
from crpv_cli.definitions.columns import Column
from crpv_cli.language import N_
from crpv_cli.output.shelf.cells import UNKNOWN, people_rows, to_read
from crpv_cli.result import Dossier, Note, Result, Value

GAP = 2
"""How many blanks there are between two columns of text."""


# --- Tables ---


@dataclass(frozen=True, slots=True)
class TableText:
    """The texts of a table; ``footer`` has a cell per column where there is a line for the whole."""

    columns: list[Column]
    headings: list[str]
    rows: list[list[str]]
    footer: list[str] | None

    @property
    def lines(self) -> list[list[str]]:
        """The rows, and the footer under them."""
        return [*self.rows, self.footer] if self.footer else self.rows


def lay_out(result: Result) -> TableText:
    """Set the cells that people read, each on one line, in the reader's language."""
    columns = result.shown
    footer = total_of(people_rows(result, [result.total_row], columns)[0]) if result.total_row else None
    return TableText(
        columns,
        headings(columns),
        [[" ".join(cell.split("\n")) for cell in row] for row in people_rows(result, result.rows, columns)],
        footer,
    )


def headings(columns: Sequence[Column]) -> list[str]:
    """The labels of columns."""
    return [language.translate(column.label) for column in columns]


def named_once(columns: Sequence[Column]) -> list[str]:
    """The labels of columns; one that another column has already is followed by its stable name."""
    labels: list[str] = []
    for column, label in zip(columns, headings(columns), strict=True):
        labels.append(f"{label} ({column.name})" if label in labels else label)
    return labels


def total_of(cells: Sequence[str]) -> list[str] | None:
    """The cells of the line for the whole: blank where there is nothing to add up; None if nothing is left."""
    first, *others = ["" if cell == UNKNOWN else cell for cell in cells]
    return [first or language.text(N_("Total")), *others] if first or any(others) else None


def without_empty(section: Result) -> Result:
    """Leave out the columns in which nothing is known: for a reader they only take room."""
    shown = tuple(column.name for column in section.shown)
    return replace(section, screen=tuple(name for name in shown if section.known(name)) or shown)


# --- Around a table ---


def alerts(notes: Sequence[Note]) -> list[str]:
    """The notes above a table, where nobody misses them."""
    return [note.message.text() for note in notes if note.alert]


def remaining(notes: Sequence[Note]) -> list[str]:
    """The notes beneath it; what is said to whoever runs the command comes last."""
    beneath = [note for note in notes if not note.alert]
    return [note.message.text() for note in sorted(beneath, key=lambda note: note.for_operator)]


def title_of(section: Result) -> str:
    """The title of a section of a dossier; one that rests on fictitious data says so."""
    if section.fictitious and section.rows:
        return language.text("{title} – FICTITIOUS", title=section.title)
    return section.title.text()


def opening(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """The key figures of a dossier: each with what it is and what it is to be read with, in one text."""
    for figure in dossier.key_figures:
        label = figure.label.text()
        if figure.fictitious and figure.shown is not None:
            label = language.text("{title} – FICTITIOUS", title=label)
        sentences = " ".join(sentence.text() for sentence in figure.beside)
        yield figure.shown.text() if figure.shown else UNKNOWN, f"{label}. {sentences}".rstrip()


def findings(dossier: Dossier) -> list[tuple[str, str]]:
    """What the figures of each part of a dossier say, under the title of the part."""
    return [(part.title.text(), part.finding.text()) for part in dossier.parts if part.finding is not None]


def short_title(result: Result) -> str:
    """The first part of a title."""
    return result.title.text().partition(":")[0].partition(" (")[0].strip()


def facts_of(dossier: Dossier) -> list[tuple[str, str]]:
    """The facts of a dossier with their labels, and last the labels of what is not known."""
    facts = [
        (language.translate(column.label), _fact(dossier.facts, value, column))
        for value, column in zip(dossier.facts.rows[0], dossier.facts.columns, strict=True)
    ]
    applying = zip(facts, dossier.facts.columns, strict=True)
    unknown = [
        label
        for (label, value), column in applying
        if value == UNKNOWN and column.name not in dossier.facts.inapplicable
    ]
    known = [(label, value) for label, value in facts if value != UNKNOWN]
    return known + ([(language.text(N_("Not known")), ", ".join(unknown))] if unknown else [])


def _fact(facts: Result, value: Value, column: Column) -> str:
    """A value of a fact; a source by its title."""
    if column.refers == "sources" and facts.origin is not None and isinstance(value, str):
        return language.literal(facts.origin.sources.get(value, value))
    return to_read(value, column)


# --- The long texts of rows, which people read beneath a table ---


@dataclass(frozen=True, slots=True)
class Entry:
    """The texts of a row: what the row is, and each text with its label."""

    head: str
    texts: tuple[tuple[str, str], ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Each text after its label."""
        template = language.N_("{label}: {text}")
        return tuple(language.text(template, label=label, text=text) for label, text in self.texts)


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of rows that share a value, which is their title."""

    title: str
    entries: tuple[Entry, ...]


def groups_of(result: Result) -> Iterator[Group]:
    """Return the texts that are written out beneath the rows, in their order; rows without any are left out."""
    if result.texts is None:
        return
    names = (result.texts.group, *result.texts.head, *result.texts.texts)
    columns = [result.column(name) for name in names if name in result.places]
    title, entries = "", list[Entry]()
    for cells in people_rows(result, result.rows, columns):
        entry = _entry(result, dict(zip((column.name for column in columns), cells, strict=True)))
        own = cells[0]
        if own != title:
            if entries:
                yield Group(title, tuple(entries))
            title, entries = own, []
        if entry.texts:
            entries.append(entry)
    if entries:
        yield Group(title, tuple(entries))


def _entry(result: Result, cells: dict[str, str]) -> Entry:
    assert result.texts is not None
    labels = {column.name: language.translate(column.label) for column in result.columns}
    known = {name: " ".join(cell.split("\n")) for name, cell in cells.items() if cell != UNKNOWN}
    return Entry(
        ", ".join(known[name] for name in result.texts.head if name in known),
        tuple((labels[name], known[name]) for name in result.texts.texts if name in known),
    )

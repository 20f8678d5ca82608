"""The long texts of rows, which people read beneath a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crpv_cli import language
from crpv_cli.output.shelf.cells import UNKNOWN, people_rows
from crpv_cli.result import Result

__all__ = ["Entry", "Group", "groups_of"]


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
    """The entries of rows that share a value, which stands above them."""

    title: str
    entries: tuple[Entry, ...]


def groups_of(result: Result) -> Iterator[Group]:
    """Return the texts that are written out beneath the rows, in their order; rows without any are left out."""
    if result.texts is None:
        return
    names = (result.texts.group, *result.texts.head, *result.texts.texts)
    by_name = {column.name: column for column in result.columns}
    columns = [by_name[name] for name in names if name in by_name]
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

"""A page as a test reads it: its tables by name, the texts a person sees, and the tags around them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Cell", "PageRead", "Table", "figures_of_json", "read_page"]

_VOID = {"meta", "link", "br", "input", "img"}


@dataclass
class Cell:
    """A cell: its text, its JSON value if it is a number."""

    text: str = ""
    value: object = None


@dataclass
class Table:
    """A table: the stable names of its columns, its rows, and the row for the whole."""

    name: str
    caption: str = ""
    columns: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    footer: list[Cell] = field(default_factory=list)

    def figures(self) -> list[dict[str, object]]:
        """The numbers of each row, by column."""
        return [
            {name: cell.value for name, cell in zip(self.columns, row, strict=True) if cell.value is not None}
            for row in self.rows
        ]


@dataclass
class PageRead:
    """A page: ``tags`` in order with their attributes, ``text`` without style, and the tables in order."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    facts: dict[str, Cell] = field(default_factory=dict)
    prose: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def table(self, name: str) -> Table:
        (found,) = (table for table in self.tables if table.name == name)
        return found

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageRead()
        self.stack: list[str] = []
        self.cell: Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.page.tags.append((tag, found))
        if tag not in _VOID:
            self.stack.append(tag)
        tables = self.page.tables
        if tag == "table":
            tables.append(Table(found.get("data-name", "")))
        elif tag == "tr" and "tbody" in self.stack:
            tables[-1].rows.append([])
        elif tag in {"td", "th"}:
            self.cell = Cell()
            if "thead" in self.stack:
                tables[-1].columns.append(found["data-column"])
            (
                tables[-1].footer if "tfoot" in self.stack else tables[-1].rows[-1] if "tbody" in self.stack else []
            ).append(self.cell)
        elif tag == "dd" and "data-fact" in found:
            self.cell = self.page.facts.setdefault(found["data-fact"], Cell())
        elif tag == "data" and self.cell is not None:
            self.cell.value = json.loads(found["value"])
        elif tag in {"h1", "h2"}:
            self.page.headings.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        assert tag in _VOID or (self.stack and self.stack[-1] == tag), f"</{tag}> closes {self.stack[-1:]}"
        self.stack.pop()
        if tag in {"td", "th", "dd"}:
            if tag == "th" and "thead" in self.stack and self.cell is not None:
                self.page.tables[-1].labels.append(self.cell.text)
            self.cell = None

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if "style" in self.stack:
            return
        self.page.texts.append(data)
        if not {"code", "title", "desc"} & set(self.stack):
            self.page.prose.append(data)
        if self.cell is not None:
            self.cell.text += data
        if "caption" in self.stack:
            self.page.tables[-1].caption += data
        if self.stack and {"h1", "h2"} & set(self.stack):
            tag, text = self.page.headings[-1]
            self.page.headings[-1] = (tag, text + data)


def read_page(html: str) -> PageRead:
    """Read a page; every element has to be closed where it should be."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.stack == [], reader.stack
    return reader.page


def figures_of_json(rows: list[dict[str, object]], columns: list[str]) -> list[dict[str, object]]:
    """The numbers of rows of ``--format json``, for the columns that a page shows."""
    return [
        {
            name: value
            for name, value in row.items()
            if name in columns and isinstance(value, int | float) and not isinstance(value, bool)
        }
        for row in rows
    ]

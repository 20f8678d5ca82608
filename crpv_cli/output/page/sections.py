"""What the templates of a page are given: sections with their cells, charts and notes, every text set already.

Jinja2 escapes all of it but the drawings of ``charts.py`` and ``tiles.py``, which escape what is in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, literal
from crpv_cli.output.page import charts
from crpv_cli.output.shelf.about import Source, cited, fictitious_alert, ids_in, is_fictitious, named_sources
from crpv_cli.output.shelf.cells import UNKNOWN, for_json, people_rows
from crpv_cli.output.shelf.layout import Group, groups_of, remaining, total_of, without_empty
from crpv_cli.output.shelf.tiles import tiles_legend
from crpv_cli.result import Dossier, Point, Result, Value

_LONG_TEXT = 40
_SHORT, _WIDE, _VERY_WIDE = 12, 8, 11
# In letters of the smallest print: what half a sheet holds, what words of a column and numbers of sources take at most,
# and what is a sentence.
_HALF_A_SHEET, _WRAPPED, _LEADS, _SENTENCE = 86, 14, 12, 90


@dataclass(frozen=True, slots=True)
class Numbered:
    """A source in the list of the page: its number there, where that is, and its title."""

    number: int
    anchor: str
    title: str
    source: Source


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, its JSON value if it is a number, a moment if it is a date, and the drawing of a series.

    ``address`` is set if the text is the address of a web page, ``link`` if it leads to a file beside the page;
    ``sources`` are what it leads to in the list of sources, in the place of its text.
    """

    text: str
    value: str | None = None
    address: str = ""
    moment: str | None = None
    spark: str = ""
    css: str = ""
    link: str = ""
    sources: tuple[Numbered, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: its label, the stable name, and how its cells stand."""

    label: str
    name: str
    css: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: what it shows, the drawing, and for the map the legend (class, letter, label, count) and its credit.

    ``narrow`` is the drawing for a telephone, empty where one serves all; ``remarks`` say what is not drawn.
    """

    title: str
    drawing: str
    css: str
    legend: tuple[tuple[str, str, str, str], ...] = ()
    narrow: str = ""
    remarks: tuple[str, ...] = ()
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: facts (labels and cells) or a table, and what belongs to it.

    ``sources`` are those of the table as a whole, where its rows do not name theirs; ``anchors``, one a row, are where
    the sources are that other tables lead to.
    """

    id: str
    name: str
    title: str
    lone: bool = False
    facts: tuple[tuple[str, str, Cell], ...] = ()
    heads: tuple[Head, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    footer: tuple[Cell, ...] = ()
    figure: Figure | None = None
    alert: str = ""
    notes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    size: str = ""
    sources: tuple[Numbered, ...] = ()
    anchors: tuple[str, ...] = ()

    @property
    def table_id(self) -> str:
        """The id of its table."""
        return self.id.replace("section-", "table-", 1)

    @property
    def cited(self) -> tuple[Numbered, ...]:
        """The sources of all of it: those of the table as a whole, or those that its cells name."""
        named = {one.number: one for row in self.rows for cell in row for one in cell.sources}
        return self.sources or tuple(named[number] for number in sorted(named))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.rows and not self.facts


def numbered(results: Sequence[Result]) -> dict[str, Numbered]:
    """The sources of a page by id: those of a section that lists them, then the others, in the foot of the page."""
    listed = [record for one in results if one.lists_sources for record in one.records()]
    sources = [
        *(Source(*(str(record[name] or "") for name in ("id", "title", "published_on", "url"))) for record in listed),
        *cited(results, results),
    ]
    return {
        source.id: Numbered(number, f"source-{identifier(source.id)}", literal(source.title), source)
        for number, source in enumerate(sources, 1)
    }


def section_of(
    result: Result, name: str, list_: Mapping[str, Numbered], lone: bool = False, told: bool = False
) -> Section:
    """Set a result as a section of a page.

    Args:
        result: what it shows.
        name: what its ids are made of, another one for each section of a page.
        list_: the sources of the page.
        lone: whether it is all that the page shows.
        told: whether it is part of a page of questions, where charts are half as wide, and drawn for a telephone too.
    """
    columns, named = result.shown, named_sources(result)
    if named and not result.lists_sources and not any(column.refers == "sources" for column in columns):
        columns = [*columns, next(column for column in result.columns if column.refers == "sources")]
    rows = tuple(_cells(result, result.rows, columns, list_))
    footer = next(iter(_cells(result, [result.total_row] if result.total_row else [], columns, {})), ())
    whole = result.origin.sources if result.origin and named is None else ()
    return Section(
        id=f"section-{identifier(name)}",
        name=result.name,
        title=result.title.text(),
        lone=lone,
        heads=tuple(Head(_label(column), column.name, _css(column)) for column in columns),
        rows=rows,
        footer=_as_footer(footer),
        figure=_figure(result, name, told) if rows else None,
        alert=fictitious_alert() if is_fictitious(result) and rows and not lone else "",
        notes=() if lone else tuple(remaining(result.notes)),
        groups=tuple(groups_of(result)),
        size=_size(len(rows), len(columns)) if not told else _broad(columns, rows),
        sources=_in_order(whole, list_),
        anchors=tuple(list_[str(row[0])].anchor for row in result.rows) if result.lists_sources else (),
    )


def known_of(section: Result) -> Result:
    """Leave out what nothing is known of: columns, and rows that would hold no more than their names."""
    filled = without_empty(section)
    before = len(section.screen or section.columns)
    return replace(filled, rows=()) if len(filled.shown) == 1 < before else filled


def _size(rows: int, columns: int) -> str:
    """The classes of a table: a short one stays on one page, one with many columns is set smaller on paper."""
    width = "very-wide" if columns >= _VERY_WIDE else "wide" if columns >= _WIDE else ""
    return f"{'short' if rows <= _SHORT else ''} {width}".strip()


def _broad(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    """The class of a table that needs the width of a sheet, and not half of it, where words may be wrapped."""
    letters = 0
    for place, column in enumerate(columns):
        head = max(map(len, _label(column).split()), default=0)
        widest = max((len(row[place].text) for row in rows), default=0)
        if column.refers == "sources":
            widest = _LEADS
        elif not _css(column):
            widest = _HALF_A_SHEET if widest > _SENTENCE else min(widest, _WRAPPED)
        letters += max(head, widest if _css(column) != "codes" else min(widest, _WRAPPED)) + 2
    return "broad" if letters > _HALF_A_SHEET else ""


def facts_of(dossier: Dossier) -> Section:
    """Set the facts of a dossier: what is known, and in one line what is not."""
    facts = dossier.facts
    columns = facts.shown
    cells = next(iter(_cells(facts, facts.rows, columns, {})), ())
    pairs = [(column, cell) for column, cell in zip(columns, cells, strict=True) if cell.text != UNKNOWN]
    unknown = [
        _label(column)
        for column, cell in zip(columns, cells, strict=True)
        if cell.text == UNKNOWN and column.name not in facts.inapplicable
    ]
    last = [(language.text(N_("Not known")), "", Cell(", ".join(unknown)))] if unknown else []
    return Section(
        id="section-facts",
        name=facts.name,
        title=facts.title.text(),
        facts=(*((_label(column), column.name, cell) for column, cell in pairs), *last),
        notes=tuple(remaining(facts.notes)),
    )


def _label(column: Column) -> str:
    return literal(language.translate(column.label))


def _css(column: Column) -> str:
    if column.kind.numeric or column.figure:
        return "number"
    if column.kind in {Kind.DATE, Kind.PARTIAL_DATE}:
        return "date"
    return "codes" if column.kind is Kind.CODES else ""


def _cells(
    result: Result, rows: Sequence[Sequence[Value]], columns: Sequence[Column], list_: Mapping[str, Numbered]
) -> Iterable[tuple[Cell, ...]]:
    """The cells of rows; a table of figures of several kinds has each as a text, which stands for its number."""
    figures = [column.figure or column.name for column in columns]
    for row, texts in zip(rows, people_rows(result, rows, columns), strict=True):
        yield tuple(
            _linked(
                _cell(text, row[result.places[figure]], result.column(figure), _css(column)),
                row[result.places[column.link]] if column.link else None,
            )
            if column.refers != "sources" or not list_
            else _led(text, row[result.places[column.name]], list_)
            for text, column, figure in zip(texts, columns, figures, strict=True)
        )


def _cell(text: str, value: Value, column: Column, css: str) -> Cell:
    if text == UNKNOWN:
        return Cell(text, css=f"{css} unknown".strip())
    if isinstance(value, int | float) and not isinstance(value, bool) and column.kind is not Kind.FLAG:
        return Cell(text, value=json.dumps(for_json(value, column)), css=css)
    if css == "date" and isinstance(value, str):
        return Cell(text, moment=literal(value), css=css)
    if isinstance(value, tuple) and value and isinstance(value[0], Point):
        points = [item for item in value if isinstance(item, Point)]
        return Cell(text, spark=_spark(points), css="series")
    long = not css and len(text) > _LONG_TEXT
    return Cell(text, address=web(text), css="long" if long else css)


def _led(text: str, value: Value, list_: Mapping[str, Numbered]) -> Cell:
    """The numbers of the sources that a cell names, which lead to the list of them."""
    sources = _in_order(ids_in(value), list_)
    return Cell(text, css="sources" if sources else "unknown", sources=sources)


def _in_order(ids: Iterable[str], list_: Mapping[str, Numbered]) -> tuple[Numbered, ...]:
    return tuple(sorted((list_[id_] for id_ in ids if id_ in list_), key=lambda one: one.number))


def _linked(cell: Cell, file: Value) -> Cell:
    """The cell, which leads to a file beside the page if there is one."""
    return replace(cell, link=quote(file)) if isinstance(file, str) and file else cell


def _spark(points: Sequence[Point]) -> str:
    """The line of a series by position on its scale, as the points of a ``polyline``; the ratings stand beside it."""
    known = [(number, point.position) for number, point in enumerate(points) if point.position is not None]
    return " ".join(f"{3 + 10 * number},{round(15 - 12 * position, 1)}" for number, position in known)


def _as_footer(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    texts = (total_of([cell.text for cell in cells]) if cells else None) or []
    return tuple(
        cell if text == cell.text else Cell(text, css=cell.css.replace("unknown", "").strip() if not text else "")
        for text, cell in zip(texts, cells[: len(texts)], strict=True)
    )


def _figure(result: Result, name: str, told: bool) -> Figure | None:
    if result.chart is None:
        return None
    id_ = f"chart-{identifier(name)}"
    drawing = charts.chart_svg(result, id_, charts.HALF) if told else charts.chart_svg(result, id_)
    if not drawing:
        return None
    legend: tuple[tuple[str, str, str, str], ...] = ()
    credit = ""
    if result.is_map:
        from crpv_cli.output.page.map import map_credit

        credit = map_credit(result)
        legend = tuple(
            (entry.css, entry.letter, entry.label, language.number(entry.departments)) for entry in tiles_legend(result)
        )
    return Figure(
        result.chart.title.text(),
        drawing,
        f"chart {result.chart.shape.value}",
        legend,
        charts.chart_svg(result, id_, charts.NARROW) if told and not result.is_map else "",
        tuple(charts.chart_remarks(result)),
        credit,
    )


def identifier(name: str) -> str:
    """An id of HTML that is made of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "x"


def web(address: str) -> str:
    """An address that a link may lead to; anything but a web page is not for clicking on."""
    return address if re.match(r"https?://[^\s]+$", address) else ""

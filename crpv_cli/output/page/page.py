"""Results and dossiers as one HTML file that needs nothing else: no network, no script, no font of its own.

Jinja2 sets ``templates/*.html.j2`` with autoescape on; what the templates mark as safe is our own stylesheet and the
drawings of ``charts.py`` and ``tiles.py``, which escape what is in them. Each number is a ``data`` element with its
JSON value, so that a page can be compared with ``--format json``. The same registry gives the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from crpv_cli import __version__, language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, literal
from crpv_cli.output.page import charts
from crpv_cli.output.shelf.about import (
    Source,
    asked_of,
    asked_of_dossier,
    cited,
    command_of,
    fictitious_alert,
    fictitious_notes,
    ids_in,
    is_fictitious,
    made_of,
    named_sources,
    registry_state,
)
from crpv_cli.output.shelf.cells import UNKNOWN, for_json, people_rows
from crpv_cli.output.shelf.layout import Group, alerts, groups_of, remaining, total_of, without_empty
from crpv_cli.output.shelf.tiles import tiles_legend
from crpv_cli.result import Dossier, Note, Point, Result, Value

if TYPE_CHECKING:
    from jinja2 import Environment

    from crpv_cli.output.page.look import Look

_FOLDER = Path(__file__).with_name("templates")
_LONG_TEXT = 40
_HEADLINE = 90
_SHORT, _WIDE, _VERY_WIDE = 12, 8, 11


def html_page(shown: Result | Dossier, look: Look | None = None) -> str:
    """A page of one table or of one subject: its facts, its sections with their charts, its notes, its sources.

    With a ``look``, its style sheet comes after ours, and its logo at the head.
    """
    if isinstance(shown, Result):
        list_ = _numbered([shown])
        section = _section(shown, "result", list_, lone=True)
        return _page(shown, asked_of([shown]), [section], [shown], shown.notes, look, list_)
    # What the dossier says of itself is said once; only a dossier that says nothing has it said by its sections.
    said = fictitious_notes(shown.notes) or [*shown.notes, *(note for one in shown.sections for note in one.notes)]
    results = [shown.facts, *shown.sections]
    list_ = _numbered(results)
    sections = [_facts(shown), *(_section(_known(section), section.name, list_) for section in shown.sections)]
    return _page(shown, asked_of_dossier(shown), sections, results, said, look, list_)


# --- What the templates are given ---


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A source in the list of the page: its number there, where that is, and its title."""

    number: int
    anchor: str
    title: str
    source: Source


@dataclass(frozen=True, slots=True)
class _Cell:
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
    sources: tuple[_Numbered, ...] = ()


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a column: its label, the stable name, and how its cells stand."""

    label: str
    name: str
    css: str


@dataclass(frozen=True, slots=True)
class _Figure:
    """A chart: what it shows, the drawing, and for the map the legend (class, letter, label, count)."""

    title: str
    drawing: str
    css: str
    legend: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of the page: facts (labels and cells) or a table, and what belongs to it.

    ``sources`` are those of the table as a whole, where its rows do not name theirs; ``anchors``, one a row, are where
    the sources are that other tables lead to.
    """

    id: str
    name: str
    title: str
    lone: bool = False
    facts: tuple[tuple[str, str, _Cell], ...] = ()
    heads: tuple[_Head, ...] = ()
    rows: tuple[tuple[_Cell, ...], ...] = ()
    footer: tuple[_Cell, ...] = ()
    figure: _Figure | None = None
    alert: str = ""
    notes: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    size: str = ""
    sources: tuple[_Numbered, ...] = ()
    anchors: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.rows and not self.facts


def _numbered(results: Sequence[Result]) -> dict[str, _Numbered]:
    """The sources of a page by id: those of a section that lists them, then the others, in the foot of the page."""
    listed = [record for one in results if one.lists_sources for record in one.records()]
    sources = [
        *(Source(*(str(record[name] or "") for name in ("id", "title", "published_on", "url"))) for record in listed),
        *cited(results, results),
    ]
    return {
        source.id: _Numbered(number, f"source-{_identifier(source.id)}", literal(source.title), source)
        for number, source in enumerate(sources, 1)
    }


def _section(result: Result, name: str, list_: Mapping[str, _Numbered], lone: bool = False) -> _Section:
    columns, named = result.shown, named_sources(result)
    if named and not result.lists_sources and not any(column.refers == "sources" for column in columns):
        columns = [*columns, next(column for column in result.columns if column.refers == "sources")]
    rows = tuple(_cells(result, result.rows, columns, list_))
    footer = next(iter(_cells(result, [result.total_row] if result.total_row else [], columns, {})), ())
    whole = result.origin.sources if result.origin and named is None else ()
    return _Section(
        id=f"section-{_identifier(name)}",
        name=result.name,
        title=result.title.text(),
        lone=lone,
        heads=tuple(_Head(_label(column), column.name, _css(column)) for column in columns),
        rows=rows,
        footer=_as_footer(footer),
        figure=_figure(result, name) if rows else None,
        alert=fictitious_alert() if is_fictitious(result) and rows and not lone else "",
        notes=() if lone else tuple(remaining(result.notes)),
        groups=tuple(groups_of(result)),
        size=_size(len(rows), len(columns)),
        sources=_in_order(whole, list_),
        anchors=tuple(list_[str(row[0])].anchor for row in result.rows) if result.lists_sources else (),
    )


def _known(section: Result) -> Result:
    """Leave out what nothing is known of: columns, and rows that would hold no more than their names."""
    filled = without_empty(section)
    before = len(section.screen or section.columns)
    return replace(filled, rows=()) if len(filled.shown) == 1 < before else filled


def _size(rows: int, columns: int) -> str:
    """The classes of a table: a short one stays on one page, one with many columns is set smaller on paper."""
    width = "very-wide" if columns >= _VERY_WIDE else "wide" if columns >= _WIDE else ""
    return f"{'short' if rows <= _SHORT else ''} {width}".strip()


def _facts(dossier: Dossier) -> _Section:
    facts = dossier.facts
    columns = facts.shown
    cells = next(iter(_cells(facts, facts.rows, columns, {})), ())
    pairs = [(column, cell) for column, cell in zip(columns, cells, strict=True) if cell.text != UNKNOWN]
    unknown = [
        _label(column)
        for column, cell in zip(columns, cells, strict=True)
        if cell.text == UNKNOWN and column.name not in facts.inapplicable
    ]
    last = [(language.text(N_("Not known")), "", _Cell(", ".join(unknown)))] if unknown else []
    return _Section(
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
    result: Result, rows: Sequence[Sequence[Value]], columns: Sequence[Column], list_: Mapping[str, _Numbered]
) -> Iterable[tuple[_Cell, ...]]:
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


def _cell(text: str, value: Value, column: Column, css: str) -> _Cell:
    if text == UNKNOWN:
        return _Cell(text, css=f"{css} unknown".strip())
    if isinstance(value, int | float) and not isinstance(value, bool) and column.kind is not Kind.FLAG:
        return _Cell(text, value=json.dumps(for_json(value, column)), css=css)
    if css == "date" and isinstance(value, str):
        return _Cell(text, moment=literal(value), css=css)
    if isinstance(value, tuple) and value and isinstance(value[0], Point):
        points = [item for item in value if isinstance(item, Point)]
        return _Cell(text, spark=_spark(points), css="series")
    long = not css and len(text) > _LONG_TEXT
    return _Cell(text, address=_web(text), css="long" if long else css)


def _led(text: str, value: Value, list_: Mapping[str, _Numbered]) -> _Cell:
    """The numbers of the sources that a cell names, which lead to the list of them."""
    sources = _in_order(ids_in(value), list_)
    return _Cell(text, css="sources" if sources else "unknown", sources=sources)


def _in_order(ids: Iterable[str], list_: Mapping[str, _Numbered]) -> tuple[_Numbered, ...]:
    return tuple(sorted((list_[id_] for id_ in ids if id_ in list_), key=lambda one: one.number))


def _linked(cell: _Cell, file: Value) -> _Cell:
    """The cell, which leads to a file beside the page if there is one."""
    return replace(cell, link=quote(file)) if isinstance(file, str) and file else cell


def _spark(points: Sequence[Point]) -> str:
    """The line of a series by position on its scale, as the points of a ``polyline``; the ratings stand beside it."""
    known = [(number, point.position) for number, point in enumerate(points) if point.position is not None]
    return " ".join(f"{3 + 10 * number},{round(15 - 12 * position, 1)}" for number, position in known)


def _as_footer(cells: tuple[_Cell, ...]) -> tuple[_Cell, ...]:
    texts = (total_of([cell.text for cell in cells]) if cells else None) or []
    return tuple(
        cell if text == cell.text else _Cell(text, css=cell.css.replace("unknown", "").strip() if not text else "")
        for text, cell in zip(texts, cells[: len(texts)], strict=True)
    )


def _figure(result: Result, name: str) -> _Figure | None:
    if result.chart is None:
        return None
    drawing = charts.chart_svg(result, f"chart-{_identifier(name)}")
    if not drawing:
        return None
    legend: tuple[tuple[str, str, str, str], ...] = ()
    if result.is_map:
        legend = tuple(
            (entry.css, entry.letter, entry.label, language.number(entry.departments)) for entry in tiles_legend(result)
        )
    return _Figure(result.chart.title.text(), drawing, f"chart {result.chart.shape.value}", legend)


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "x"


def _web(address: str) -> str:
    """An address that a link may lead to; anything but a web page is not for clicking on."""
    return address if re.match(r"https?://[^\s]+$", address) else ""


# --- The page itself ---


def _page(
    shown: Result | Dossier,
    about: list[tuple[str, str]],
    sections: Sequence[_Section],
    results: Sequence[Result],
    said: Sequence[Note],
    look: Look | None,
    list_: Mapping[str, _Numbered],
) -> str:
    environment = _environment()
    heading, rests = shown.title.text(), any(is_fictitious(one) for one in (shown, *results))
    state = registry_state([result.origin for result in results if result.origin])
    if state:
        about = [*about, (language.translate(N_("Registry")), state)]
    # That the registry holds fictitious data need not be said where figures rest on it.
    warnings = list(dict.fromkeys(alerts(fictitious_notes(said) if rests else said)))
    return environment.get_template("page.html.j2").render(
        lang=language.current(),
        title=heading,
        about=about,
        warnings=warnings or ([fictitious_alert()] if rests else []),
        warning_kind="figures" if rests else "registry",
        sections=sections,
        notes=remaining(shown.notes),
        sources=[
            {
                "anchor": one.anchor,
                "number": one.number,
                "id": literal(one.source.id),
                "title": one.title,
                "date": language.date(one.source.date) if one.source.date else "",
                "iso": one.source.date,
                "address": _web(one.source.address),
                "consulted": language.date(one.source.consulted) if one.source.consulted else "",
                "consulted_iso": one.source.consulted,
                "place": literal(one.source.place),
            }
            for one in (list_[source.id] for source in cited(results, results))
        ],
        made=[(label, literal(text)) for label, text in made_of(shown)],
        command=literal(command_of(shown)),
        version=__version__,
        css=_css_text(heading, about, rests) + (f"\n{look.css}" if look is not None else ""),
        themed=look is not None and bool(look.css),
        logo=look.logo if look is not None else "",
        logo_text=look.logo_text if look is not None else "",
        words=_words(),
        contents=[section for section in sections if not section.lone] if len(sections) > 2 else [],
    )


def _environment() -> Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _words() -> dict[str, str]:
    """The page's own words in the reader's language."""
    return {
        "skip": language.text(N_("Skip to the content")),
        "registry": language.text(N_("The registry of the CRPV")),
        "contents": language.text(N_("Contents")),
        "notes": language.text(N_("Notes")),
        "sources": language.text(N_("Sources")),
        "about": language.text(N_("About this document")),
        "fictitious": language.text(N_("Fictitious data")),
        "table": language.text(N_("Table: {title}")),
        "chart": language.text(N_("Chart: {title}")),
        "same": language.text(N_("The figures of the chart")),
        "nothing": language.text(N_("Nothing known")),
        "none": language.text(N_("No rows.")),
        "unknown": language.text(N_("A dash (–) means not known; it is never zero.")),
        "published": language.text(N_("published: {date}")),
        "consulted": language.text(N_("consulted: {date}")),
        "source": language.text(N_("Source {number}: {title}")),
        "rests_on": language.text(N_("Sources of this table:")),
    }


def _css_text(title: str, about: Sequence[tuple[str, str]], rests: bool) -> str:
    running = title if len(title) <= _HEADLINE else f"{title[: _HEADLINE - 1]}…"
    mark = language.text(N_("Fictitious data")) if rests else ""
    date = " · ".join(value for _, value in about[:1])
    strings = {
        "running": running,
        "mark": mark.upper(),
        "foot": f"crpv {__version__}" + (f" · {date}" if date else ""),
    }
    page = (_FOLDER / "page.css").read_text(encoding="utf-8")
    print_ = (_FOLDER / "print.css").read_text(encoding="utf-8")
    for name, text in strings.items():
        print_ = print_.replace(f'"{{{name}}}"', _css_string(text))
    return "\n".join([page, *charts.drawings_css(), print_])


def _css_string(text: str) -> str:
    """A string of CSS in which nothing can end it, nor the element that contains it."""
    return '"' + re.sub(r"[^\w .,:()·–’…-]", lambda found: f"\\{ord(found[0]):x} ", literal(text)) + '"'

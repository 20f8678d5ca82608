"""The first screen of a dossier: what it says in one sentence, its key figures large, what is unknown, what is found.

It is laid out by what the dossier holds, whatever it is about; the rest is for whoever asks for all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.language import N_, msg
from crpv_cli.output.shelf.cells import UNKNOWN, to_read
from crpv_cli.output.shelf.layout import GAP, remaining, title_of, without_empty
from crpv_cli.output.terminal.cards import card_lines
from crpv_cli.output.terminal.drawing import Pen, gauge
from crpv_cli.output.terminal.findings import counted, foremost
from crpv_cli.output.terminal.lines import (
    BOLD,
    CYAN,
    DIM,
    FIGURE,
    MARK,
    PLAIN,
    Line,
    beside,
    length,
    points,
    wrapped,
)
from crpv_cli.output.terminal.small_map import small_map
from crpv_cli.output.terminal.table import Lost, table_lines
from crpv_cli.result import Dossier, KeyFigure, Layout, Result

READABLE = 100
"""The longest line of a text in a pipe, which has no width of its own."""

_GAUGE, _GAUGE_SHORTEST = 24, 8
_APART = 3
_NO_BREAK, _SHORT = "\N{NO-BREAK SPACE}", 40
# A sentence beside a map needs that much.
_NARROWEST = 64


@dataclass(frozen=True, slots=True)
class _Detail:
    """How much is said.

    Attributes:
        whole: whether all that a figure has to be read with, or what was published of it alone.
        area: whether a map is drawn.
        findings: how many findings are named; if none are, their numbers stand without a title.
        facts: whether the facts are named that are not figures.
        tables: the names of the sections that stand as tables; None for all that a terminal shows.
    """

    whole: bool = True
    area: bool = True
    findings: int = 2
    facts: bool = True
    tables: frozenset[str] | None = frozenset()


_LESS = (
    _Detail(),
    _Detail(whole=False),
    _Detail(whole=False, area=False),
    _Detail(whole=False, area=False, findings=1),
    _Detail(whole=False, area=False, findings=0),
    _Detail(whole=False, area=False, findings=0, facts=False),
)
"""The most first: a low screen gets the first that it has room for, and else the last."""


def first_screen(dossier: Dossier, width: int | None, height: int | None, pen: Pen, lost: list[Lost]) -> Iterator[Line]:
    """Set the first screen in at most ``width`` columns, and if that can be in at most ``height`` lines.

    In a pipe, which has neither, nothing is left out, nothing is drawn, and no command follows. The tables that a
    terminal shows stand where there is room for them, in the order in which the dossier prefers them.
    """
    if width is None or height is None:
        yield from _screen(dossier, width, _Detail(tables=None), pen, lost)
        return

    def fits(detail: _Detail) -> bool:
        return len(list(_screen(dossier, width, detail, pen, []))) <= height

    chosen = next((detail for detail in _LESS if fits(detail)), _LESS[-1])
    if chosen.whole:
        shown = {table.name for table in _tables(dossier)}
        for name in dossier.brief:
            more = replace(chosen, tables=(chosen.tables or frozenset()) | {name})
            if name in shown and fits(more):
                chosen = more
    yield from _screen(dossier, width, chosen, pen, lost)


def _screen(dossier: Dossier, width: int | None, detail: _Detail, pen: Pen, lost: list[Lost]) -> Iterator[Line]:
    room = width or READABLE
    if dossier.headline is None:
        yield from wrapped(dossier.title.text(), room, style=BOLD)
    else:
        yield from wrapped(dossier.title.text(), room, style=DIM)
        yield from wrapped(dossier.headline.text(), room, style=BOLD)
    if detail.facts:
        yield from wrapped(_facts(dossier), room, style=DIM)
    if figures := list(_large(dossier, room, detail, None if width is None else pen)):
        yield from ([], *figures)
    for section in map(without_empty, _tables(dossier)):
        if detail.tables is not None and section.name not in detail.tables:
            continue
        yield from ([], *wrapped(title_of(section), room, style=BOLD))
        set_rows = card_lines if section.layout is Layout.CARDS else table_lines
        yield from set_rows(section, width, pen, lost)
    if unknown := _unknown(dossier):
        yield from ([], *wrapped(msg("Not known: {things}.", things=unknown).text(), room, others="  "))
    yield from _found(dossier, room, detail.findings)
    if notes := remaining([note for note in dossier.notes if not note.aside]):
        yield from ([], *points(notes, room))
    if width is not None and dossier.next_commands:
        yield []
        commands = " · ".join(command.text() for command in dossier.next_commands)
        yield from wrapped(msg("Next: {commands}", commands=commands).text(), room, others="  ", style=DIM)


def _tables(dossier: Dossier) -> list[Result]:
    """The sections that stand on the first screen as they are; what rules find is counted."""
    tables = (_of_what_is_known(one) for one in dossier.on_screen if one.layout is not Layout.FINDINGS)
    return [table for table in tables if table.rows]


def _of_what_is_known(section: Result) -> Result:
    """Leave out the rows of which nothing is known but what they are."""
    places = [section.places[column.name] for column in section.shown[1:]]
    kept = tuple(row for row in section.rows if any(row[place] not in (None, ()) for place in places))
    return section if len(kept) == len(section.rows) else replace(section, rows=kept)


def _unknown(dossier: Dossier) -> list[str]:
    """What is not known: facts that would be shown, and what the dossier names."""
    facts, names = dossier.facts, dossier.brief_facts
    labels = [
        language.translate(column.label)
        for column, value in zip(facts.columns, facts.rows[0], strict=True)
        if (names is None or column.name in names) and value in (None, ()) and column.name not in facts.inapplicable
    ]
    return [*labels, *(thing.text() for thing in dossier.unknown)]


def _facts(dossier: Dossier) -> str:
    """The facts that the first screen shows, in one line; those that are known."""
    facts, names = dossier.facts, dossier.brief_facts
    shown = [column for column in facts.columns if names is None or column.name in names]
    cells = ((column, to_read(facts.rows[0][facts.places[column.name]], column)) for column in shown)
    said = (
        language.text(N_("{label}: {text}"), label=language.translate(column.label), text=" ".join(cell.split()))
        for column, cell in cells
        if cell != UNKNOWN
    )
    # A short one is not broken.
    return " · ".join(text.replace(" ", _NO_BREAK) if cell_len(text) <= _SHORT else text for text in said)


def _large(dossier: Dossier, room: int, detail: _Detail, pen: Pen | None) -> Iterator[Line]:
    """The key figures, and beside them a map where there is one and room for it; nothing is drawn without a pen."""
    area = next((section for section in dossier.sections if section.is_map and section.rows), None)
    picture = small_map(area, pen) if area and pen and detail.area else []
    place = room - max(map(length, picture), default=0)
    if not picture or place - _APART < _NARROWEST:
        yield from _figures(dossier, room, detail, pen)
        return
    yield from beside(list(_figures(dossier, place - _APART, detail, pen)), picture, place)


def _figures(dossier: Dossier, room: int, detail: _Detail, pen: Pen | None) -> Iterator[Line]:
    """Each figure with what it is at its right, and beneath what it has to be read with.

    One of which nothing is known is left to the line of what is unknown, unless there is something to read with it.
    """
    quotes = {} if detail.whole else _quotes(dossier)
    read_with = {
        figure.name: " ".join(sentence.text() for sentence in figure.beside)
        if detail.whole
        else quotes.get(figure.name, "")
        for figure in dossier.key_figures
    }
    kept = [figure for figure in dossier.key_figures if figure.shown is not None or read_with[figure.name]]
    shown = [figure.shown.text() if figure.shown else UNKNOWN for figure in kept]
    # A figure that is a sentence has its label beneath it.
    widest = max((cell_len(text) for text in shown if cell_len(text) <= room // 3), default=0)
    indent = " " * (widest + GAP)
    for figure, text in zip(kept, shown, strict=True):
        blank = " " * max(widest - cell_len(text), 0)
        style = FIGURE if figure.shown else DIM
        for number, line in enumerate(_label(figure, room - len(indent), pen)):
            if number:
                yield [(indent, PLAIN), *line]
            elif cell_len(text) <= widest:
                yield [(blank, PLAIN), (text, style), (" " * GAP, PLAIN), *line]
            else:
                yield [(text, style)]
                yield [(indent, PLAIN), *line]
        if said := read_with[figure.name]:
            yield from wrapped(said, room, indent, indent, DIM)


def _quotes(dossier: Dossier) -> dict[str, str]:
    """What was published of the figures, and what is computed of its date, in a few words, by their names."""
    quotes = {}
    for section in dossier.sections:
        roles = {column.figure: column for column in section.columns if column.figure}
        if "published" not in roles or "figure" not in section.places:
            continue
        for record in section.records():
            said = record[roles["published"].name]
            then = record[roles["computed_then"].name] if "computed_then" in roles else None
            if said is not None and then is not None:
                quotes[record["figure"]] = msg("Published: {said}; computed: {then}.", said=said, then=then).text()
            elif said is not None:
                quotes[record["figure"]] = msg("Published: {said}.", said=said).text()
    return quotes


def _label(figure: KeyFigure, room: int, pen: Pen | None) -> Iterator[Line]:
    """What a figure is, a share drawn after it where there is room, and whether it is made up."""
    said = [line for (line,) in wrapped(figure.label.text(), room)]
    last: Line = [said[-1]] if said else []
    for part in said[:-1]:
        yield [part]
    if figure.fictitious:
        mark: Line = [(language.text(N_("fictitious")), MARK)]
        if length(last) + GAP + length(mark) > room:
            yield last
            last = mark
        else:
            last = [*last, (" " * GAP, PLAIN), *mark]
    longest = min(_GAUGE, room - length(last) - GAP)
    if pen and figure.share is not None and longest >= _GAUGE_SHORTEST:
        reached, rest = gauge(figure.share, longest, pen)
        last += [(" " * GAP, PLAIN), (reached, CYAN), (rest, DIM)]
    yield last


def _found(dossier: Dossier, room: int, most: int) -> Iterator[Line]:
    """How much the rules find, and the findings that matter most."""
    found = next((section for section in dossier.on_screen if section.layout is Layout.FINDINGS), None)
    whole = next((section for section in dossier.sections if found and section.name == found.name), None)
    if whole is None:
        return
    yield []
    if most:
        yield from wrapped(whole.title.text(), room, style=BOLD)
    yield from counted(whole, room)
    for text in foremost(whole, most):
        yield from wrapped(text, room, "· ", "  ")

"""Results and dossiers as Word documents (``docx``): what one reads first, a part for each question, then an annex.

All texts are those of the result: its headline, its figures, its findings. Tables that are too long or too wide for
the text stand in the annex, on pages that lie on their side, and the text says under which number.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from crpv_cli import __version__, language
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Message, literal, msg
from crpv_cli.output.document import paper
from crpv_cli.output.document.tables import Grid, add_table
from crpv_cli.output.shelf.about import (
    Source,
    asked_of,
    asked_of_dossier,
    cited,
    fictitious_alert,
    fictitious_notes,
    is_fictitious,
    made_of,
    nothing_known,
    registry_state,
)
from crpv_cli.output.shelf.cells import UNKNOWN
from crpv_cli.output.shelf.layout import alerts, facts_of, groups_of, headings, lay_out, remaining, without_empty
from crpv_cli.result import Dossier, KeyFigure, Part, Result

if TYPE_CHECKING:
    from docx.document import Document

MOST_COLUMNS = 63
"""Of a table, in Word."""
MOST_ROWS = 5_000
"""Of a table: a document of more has hundreds of pages, which nobody reads and Word hardly opens."""
_LONG_TABLE = 30
_HEAD = 90
_PICTURE_MM, _TALLEST_MM = 150.0, 115.0
_LOGO_MM = 18

Draw = Callable[[Result], tuple[bytes, int, int] | None]
"""Draws the chart of a result: a PNG, its width and its height in the units of the drawing; None if it has none."""


def docx_document(shown: Result | Dossier, draw: Draw, logo: bytes | None = None, logo_text: str = "") -> bytes:
    """A document of one table or of one subject.

    Args:
        shown: the result or the dossier.
        draw: draws the charts.
        logo: a PNG that stands above the title.
        logo_text: whose it is, for those who do not see it.

    Raises:
        UsageProblem: a table has more rows than a document holds.
    """
    results = [shown.facts, *shown.sections] if isinstance(shown, Dossier) else [shown]
    for result in results:
        if len(result.rows) > MOST_ROWS:
            raise UsageProblem(
                msg("The table has {count} rows, and a document holds {most}.", count=len(result.rows), most=MOST_ROWS),
                _workbook(),
            )
        if len(result.shown) > MOST_COLUMNS:
            raise UsageProblem(
                msg(
                    "The table has {count} columns, and a document holds {most}.",
                    count=len(result.shown),
                    most=MOST_COLUMNS,
                ),
                _workbook(),
            )
    written = _Written(shown, results, draw)
    if logo is not None:
        written.logo(logo, logo_text)
    return written.whole()


def _workbook() -> Message:
    return msg("Narrow it down, or write a workbook: -o FILE.xlsx or -o FILE.ods")


@dataclass
class _Written:
    """A document that is being written."""

    shown: Result | Dossier
    results: list[Result]
    draw: Draw
    document: Document = field(init=False)
    numbers: dict[str, int] = field(init=False, default_factory=dict)
    figures: int = 0

    def __post_init__(self) -> None:
        origins = [result.origin for result in self.results if result.origin]
        self.made = next((origin.loaded_at for origin in origins if origin.loaded_at), None)
        self.heading = literal(self.shown.title.text())
        self.document = paper.new_document(self.heading, self.made)
        self.rests = any(is_fictitious(one) for one in (self.shown, *self.results))

    def whole(self) -> bytes:
        """Write all of it, and return its bytes."""
        self._margins(landscape=False)
        self._opening()
        annex = list(self._dossier(self.shown) if isinstance(self.shown, Dossier) else self._result(self.shown))
        self._ending()
        if annex:
            self._annex(annex)
        return paper.content(self.document, self.made)

    def _annex(self, tables: Sequence[Result]) -> None:
        """Write the tables of the annex: upright as long as they fit, then on pages that lie on their side."""
        landscape: bool | None = None
        for result in tables:
            if landscape != _is_wide(result):
                title = N_("Annex: tables") if landscape is None else N_("Annex: wide tables")
                landscape = _is_wide(result)
                paper.new_section(self.document, landscape)
                self._margins(landscape)
                self.say(language.text(title), "Heading 1")
            self._table(result, annexed=True, landscape=bool(landscape))

    def say(self, text: str, style: str = "Normal") -> None:
        """Add a paragraph; nothing in it is obeyed."""
        self.document.add_paragraph(literal(text), style=style)

    def logo(self, picture: bytes, text: str) -> None:
        """Put a picture above all."""
        paragraph = self.document.add_paragraph()
        drawn = paragraph.add_run().add_picture(io.BytesIO(picture), height=Mm(_LOGO_MM))
        _describe(drawn, text, text)

    def _margins(self, landscape: bool) -> None:
        short = self.heading if len(self.heading) <= _HEAD else f"{self.heading[: _HEAD - 1]}…"
        mark = language.text(N_("Fictitious data")).upper() if self.rests else ""
        about = self._about()
        foot = " · ".join([f"crpv {__version__}", *(value for _, value in about[:1])])
        paper.set_margins(self.document.sections[-1], short, mark, literal(foot), landscape)

    def _about(self) -> list[tuple[str, str]]:
        return asked_of_dossier(self.shown) if isinstance(self.shown, Dossier) else asked_of([self.shown])

    # --- The first page ---

    def _opening(self) -> None:
        self.say(self.heading, "Title")
        state = registry_state([result.origin for result in self.results if result.origin])
        about = [*self._about(), *([(language.text(N_("Registry")), state)] if state else [])]
        template = N_("{label}: {text}")
        self.say(" · ".join(language.text(template, label=label, text=text) for label, text in about), "Subtitle")
        notes = [*self.shown.notes]
        if isinstance(self.shown, Dossier) and not fictitious_notes(notes):
            notes += [note for section in self.shown.sections for note in section.notes]
        said = list(dict.fromkeys(alerts(fictitious_notes(notes) if self.rests else notes)))
        for text in said or ([fictitious_alert()] if self.rests else []):
            self.say(text, paper.MARK)
        if isinstance(self.shown, Dossier):
            if self.shown.headline is not None:
                self.say(self.shown.headline.text(), paper.LEAD)
            if self.shown.key_figures:
                self._key_figures(self.shown.key_figures)
        self.say(language.text(N_("A dash (–) means not known; it is never zero.")), paper.NOTE)

    def _key_figures(self, figures: Sequence[KeyFigure]) -> None:
        title = language.text(N_("Key figures"))
        self.say(title, "Heading 1")
        rows = [
            [
                literal(figure.shown.text()) if figure.shown is not None else UNKNOWN,
                literal(
                    language.text(N_("{text} (fictitious)"), text=figure.label)
                    if figure.fictitious
                    else figure.label.text()
                ),
                "\n".join(literal(beside.text()) for beside in figure.beside),
            ]
            for figure in figures
        ]
        heads = [language.text(label) for label in (N_("Figure"), N_("What it is"), N_("To be read with"))]
        places = [place for place in range(3) if any(row[place] for row in rows)]
        grid = Grid(
            [heads[place] for place in places],
            [[row[place] for place in places] for row in rows],
            [place == 0 for place in places],
        )
        add_table(self.document, grid, title, title, paper.text_width())

    # --- Parts ---

    def _dossier(self, dossier: Dossier) -> Iterator[Result]:
        """Write a dossier, and yield the tables that come in the annex, in the order of their numbers."""
        parts, known = dossier.parts, [section for section in dossier.sections if section.rows]
        by_name = {section.name: section for section in known}
        named = {name for part in parts for name in part.sections}
        annexed = [by_name[name] for part in parts if part.annex for name in part.sections if name in by_name]
        others = [section for section in known if section.name not in named]
        body = [by_name[name] for part in parts if not part.annex for name in part.sections if name in by_name] + others
        late = sorted([*(section for section in body if self._is_long(section)), *annexed], key=_is_wide)
        order = [*(section for section in body if not self._is_long(section)), *late]
        self.numbers = {section.name: number for number, section in enumerate(order, 1)}
        facts = facts_of(dossier)
        if facts:
            self._facts(dossier, facts)
        for part in parts:
            if not part.annex:
                self._part(part, [by_name[name] for name in part.sections if name in by_name])
        for section in others:
            self.say(section.title.text(), "Heading 1")
            self._section(section)
        missing = [nothing_known(section) for section in dossier.sections if not section.rows]
        self._list(N_("Not known"), missing)
        self._list(N_("Notes"), remaining(dossier.notes))
        yield from late

    def _facts(self, dossier: Dossier, facts: Sequence[tuple[str, str]]) -> None:
        title = literal(dossier.facts.title.text())
        self.say(title, "Heading 1")
        heads = [language.text(N_("Item")), language.text(N_("Value"))]
        rows = [[literal(label), literal(text)] for label, text in facts]
        add_table(self.document, Grid(heads, rows, [False, False]), title, title, paper.text_width())

    def _part(self, part: Part, sections: Sequence[Result]) -> None:
        if not sections:
            return
        self.say(part.title.text(), "Heading 1")
        if part.finding is not None:
            self.say(part.finding.text(), "Heading 2")
        for section in sections:
            self._section(section)

    def _section(self, section: Result) -> None:
        """The chart of a section, and its table or where that is."""
        if is_fictitious(section):
            self.say(fictitious_alert(section.notes), paper.MARK)
        self._figure(section)
        if self._is_long(section):
            where = N_("{title}: table {number}, in the annex.")
            self.say(language.text(where, title=section.title, number=self.numbers[section.name]), paper.NOTE)
        else:
            self._table(section)

    def _result(self, result: Result) -> Iterator[Result]:
        """Write a list or a report, and yield it if its table comes in the annex: a wide one, on wide pages."""
        self.numbers = {result.name: 1}
        if result.rows:
            self._figure(result)
        wide = bool(result.rows) and _is_wide(result)
        if not wide:
            self._table(result, notes=False)
        self._list(N_("Notes"), remaining(result.notes))
        if wide:
            yield result

    def _is_long(self, section: Result) -> bool:
        return len(section.rows) > _LONG_TABLE or _grid(section).room > 2 * paper.text_width()

    def _figure(self, result: Result) -> None:
        drawn = self.draw(result) if result.chart is not None else None
        if drawn is None or result.chart is None:
            return
        picture, width, height = drawn
        self.figures += 1
        title, description = (literal(text.text()) for text in (result.chart.title, result.chart.description))
        self._caption(N_("Chart"), self.figures, title)
        across = min(_PICTURE_MM, _TALLEST_MM * width / height)
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _describe(paragraph.add_run().add_picture(io.BytesIO(picture), width=Mm(across)), title, description)

    def _caption(self, kind: str, number: int, title: str) -> None:
        """A caption that Word counts, so that it can list them."""
        word = language.text(kind)
        paragraph = self.document.add_paragraph(f"{word} ", style="Caption")
        paper.add_field(paragraph, f"SEQ {word} \\* ARABIC", str(number))
        paragraph.add_run(f" – {title}")

    def _table(self, result: Result, annexed: bool = False, landscape: bool = False, notes: bool = True) -> None:
        if not result.rows:
            self.say(language.text(N_("No rows.")))
            return
        title, grid = literal(result.title.text()), _grid(result)
        self._caption(N_("Table"), self.numbers[result.name], title)
        said = literal(result.chart.description.text()) if result.chart is not None else title
        width = paper.text_width(landscape)
        add_table(self.document, grid, title, said, width, small=annexed or grid.room > width)
        for group in groups_of(result):
            self.say(group.title, "Caption")
            for entry in group.entries:
                self.say(entry.head, paper.NOTE)
                for line in entry.lines:
                    self.say(line, "List Bullet")
        for note in remaining(result.notes) if notes else ():
            self.say(note, paper.NOTE)

    # --- The last page ---

    def _list(self, label: str, texts: Sequence[str]) -> None:
        if texts:
            self.say(language.text(label), "Heading 1")
        for text in texts:
            self.say(text, "List Bullet")

    def _ending(self) -> None:
        sources = cited(self.results, self.results)
        if sources:
            self.say(language.text(N_("Sources")), "Heading 1")
        for source in sources:
            self._source(source)
        self.say(language.text(N_("About this document")), "Heading 1")
        for label, text in made_of(self.shown):
            paragraph = self.document.add_paragraph(style=paper.NOTE)
            paragraph.paragraph_format.keep_with_next = paragraph.paragraph_format.keep_together = True
            paragraph.add_run(label).bold = True
            paragraph.add_run(f"\u2002{literal(text)}")

    def _source(self, source: Source) -> None:
        paragraph = self.document.add_paragraph(style="List Bullet")
        if re.match(r"https?://[^\s]+$", source.address):
            leads = self.document.part.relate_to(source.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            link = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), leads)
            run = paragraph.add_run(literal(source.title))
            run.font.underline = True
            link.append(run._r)
            paragraph._p.append(link)
        else:
            paragraph.add_run(literal(source.title))
        more = [language.text(N_("published: {date}"), date=language.date(source.date))] if source.date else []
        if source.consulted:
            more.append(language.text(N_("consulted: {date}"), date=language.date(source.consulted)))
        more += [source.place] if source.place else []
        paragraph.add_run(literal("".join(f", {one}" for one in more) + f" ({source.id})"))


def _grid(result: Result) -> Grid:
    shown = without_empty(result)
    laid = lay_out(shown)
    heads = [literal(head) for head in headings(shown.shown)]
    numbers = [column.kind.numeric or bool(column.figure) for column in laid.columns]
    return Grid(heads, laid.rows, numbers, laid.footer or ())


def _is_wide(result: Result) -> bool:
    """Whether a table needs pages that lie on their side."""
    return _grid(result).room > 1.6 * paper.text_width()


def _describe(picture: object, title: str, description: str) -> None:
    """Say in words what a picture shows, for those who do not see it."""
    properties = picture._inline.docPr  # type: ignore[attr-defined]
    properties.set("title", title)
    properties.set("descr", description)

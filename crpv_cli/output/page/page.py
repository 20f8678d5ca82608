"""Results and dossiers as one HTML file that needs nothing else: no network, no script, no font of its own.

Jinja2 sets ``templates/*.html.j2`` with autoescape on; what the templates mark as safe is our own stylesheet and the
drawings of ``charts.py`` and ``tiles.py``, which escape what is in them. Each number is a ``data`` element with its
JSON value, so that a page can be compared with ``--format json``. The same registry gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crpv_cli import __version__, language
from crpv_cli.language import N_, literal
from crpv_cli.output.page import charts, questions
from crpv_cli.output.page.look import Look
from crpv_cli.output.page.questions import Report, report_of
from crpv_cli.output.page.sections import Numbered, Section, facts_of, known_of, numbered, section_of, web
from crpv_cli.output.shelf.about import (
    asked_of,
    asked_of_dossier,
    cited,
    command_of,
    fictitious_alert,
    fictitious_notes,
    is_fictitious,
    made_of,
    registry_state,
)
from crpv_cli.output.shelf.layout import alerts, remaining
from crpv_cli.result import Dossier, Note, Result

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).with_name("templates")
_HEADLINE = 90


def html_page(shown: Result | Dossier, look: Look | None = None) -> str:
    """A page of one table or of one subject: its facts, its sections with their charts, its notes, its sources.

    A dossier that has parts opens with its headline, its key figures and its map; its questions follow, and the long
    tables stand in an annex.

    Args:
        shown: what the page is of.
        look: the stylesheet and the logo of whoever hands it on.
    """
    if isinstance(shown, Result):
        list_ = numbered([shown])
        section = section_of(shown, "result", list_, lone=True)
        return _page(shown, asked_of([shown]), [section], [shown], shown.notes, list_, look)
    # What the dossier says of itself is said once; only a dossier that says nothing has it said by its sections.
    said = fictitious_notes(shown.notes) or [*shown.notes, *(note for one in shown.sections for note in one.notes)]
    results = [shown.facts, *shown.sections]
    list_ = numbered(results)
    facts = facts_of(shown)
    made = {one.name: section_of(known_of(one), one.name, list_, told=bool(shown.parts)) for one in shown.sections}
    report = report_of(shown, facts, made) if shown.parts else None
    sections = [facts, *made.values()]
    return _page(shown, asked_of_dossier(shown), sections, results, said, list_, look, report)


# --- The page itself ---


def _page(
    shown: Result | Dossier,
    about: list[tuple[str, str]],
    sections: Sequence[Section],
    results: Sequence[Result],
    said: Sequence[Note],
    list_: Mapping[str, Numbered],
    look: Look | None,
    report: Report | None = None,
) -> str:
    environment = _environment()
    heading, rests = shown.title.text(), any(is_fictitious(one) for one in (shown, *results))
    if report and not report.facts:
        known = {text for _, text in about}
        about = [*about, *((label, cell.text) for label, _, cell in sections[0].facts if cell.text not in known)]
    state = registry_state([result.origin for result in results if result.origin])
    if state:
        about = [*about, (language.translate(N_("Registry")), state)]
    # That the registry holds fictitious data need not be said where figures rest on it.
    warnings = list(dict.fromkeys(alerts(fictitious_notes(said) if rests else said)))
    contents = [section for section in sections if not section.lone] if len(sections) > 2 else []
    return environment.get_template("page.html.j2").render(
        lang=language.current(),
        title=heading,
        about=about,
        warnings=warnings or ([fictitious_alert()] if rests else []),
        warning_kind="figures" if rests else "registry",
        sections=sections,
        report=report,
        notes=remaining(shown.notes),
        sources=[
            {
                "anchor": one.anchor,
                "number": one.number,
                "id": literal(one.source.id),
                "title": one.title,
                "date": language.date(one.source.date) if one.source.date else "",
                "iso": one.source.date,
                "address": web(one.source.address),
                "consulted": language.date(one.source.consulted) if one.source.consulted else "",
                "consulted_iso": one.source.consulted,
                "place": literal(one.source.place),
            }
            for one in (list_[source.id] for source in cited(results, results))
        ],
        made=[(label, literal(text)) for label, text in made_of(shown)],
        command=literal(command_of(shown)),
        themed=look is not None and bool(look.css),
        logo=look.logo if look is not None else "",
        logo_text=look.logo_text if look is not None else "",
        version=__version__,
        css=_css_text(heading, about, rests, sections if report else (), look),
        words=_words() | questions.words(),
        contents=[] if report else contents,
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


def _css_text(
    title: str, about: Sequence[tuple[str, str]], rests: bool, carded: Sequence[Section], look: Look | None
) -> str:
    running = title if len(title) <= _HEADLINE else f"{title[: _HEADLINE - 1]}…"
    mark = language.text(N_("Fictitious data")) if rests else ""
    date = " · ".join(value for _, value in about[:1])
    strings = {
        "running": running,
        "mark": mark.upper(),
        "foot": f"crpv {__version__}" + (f" · {date}" if date else ""),
    }
    ours = [_read(name) for name in ("look", "page", *(["report"] if carded else []))]
    print_ = "\n".join([_read("print"), *([_read("report-print")] if carded else [])])
    for name, text in strings.items():
        print_ = print_.replace(f'"{{{name}}}"', _css_string(text))
    cards = "@media screen and (max-width: 40rem) {\n" + "\n".join(_cards(carded)) + "\n}" if carded else ""
    # What somebody brings comes last, and cannot end the element that contains it.
    theirs = (look.css if look else "").replace("</", "<\\/")
    return "\n".join(part for part in [*ours, cards, *charts.drawings_css(), print_, theirs] if part)


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.css").read_text(encoding="utf-8")


def _cards(sections: Sequence[Section]) -> Iterator[str]:
    """On a telephone a row of a table is a card, in which each cell is called by the head of its column."""
    for section in sections:
        for place, head in enumerate(section.heads[1:], 2):
            yield f"#{section.table_id} td:nth-child({place})::before {{ content: {_css_string(head.label)}; }}"


def _css_string(text: str) -> str:
    """A string of CSS in which nothing can end it, nor the element that contains it."""
    return '"' + re.sub(r"[^\w .,:()·–’…-]", lambda found: f"\\{ord(found[0]):x} ", literal(text)) + '"'

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
    named_sources,
    registry_state,
)
from crpv_cli.output.shelf.cells import UNKNOWN, for_json, people_rows
from crpv_cli.output.shelf.layout import Group, alerts, groups_of, remaining, total_of, without_empty
from crpv_cli.output.shelf.tiles import tiles_legend
from crpv_cli.result import Dossier, Note, Point, Result, Value

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).with_name("templates")
_LONG_TEXT = 40
_HEADLINE = 90
_SHORT, _WIDE, _VERY_WIDE = 12, 8, 11


def html_page(shown: Result | Dossier) -> str:
    """A page of one table or of one subject: its facts, its sections with their charts, its notes, its sources.

    Raises:
        UsageProblem: what pages need is not installed.
    """
    if isinstance(shown, Result):
        list_ = _numbered([shown])
        section = _section(shown, "result", list_, lone=True)
        return _page(shown, asked_of([shown]), [section], [shown], shown.notes, command_of(shown), list_)
    # What the dossier says of itself is said once; only a dossier that says nothing has it said by its sections.
    said = fictitious_notes(shown.notes) or [*shown.notes, *(note for one in shown.sections for note in one.notes)]
    results = [shown.facts, *shown.sections]
    list_ = _numbered(results)
    sections = [_facts(shown), *(_section(_known(section), section.name, list_) for section in shown.sections)]
    return _page(shown, asked_of_dossier(shown), sections, results, said, command_of(shown), list_)


# --- The page itself ---


def _page(
    shown: Result | Dossier,
    about: list[tuple[str, str]],
    sections: Sequence[_Section],
    results: Sequence[Result],
    said: Sequence[Note],
    command: str,
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
        command=literal(command),
        version=__version__,
        css=_css_text(heading, about, rests),
        words=_words(),
        contents=[section for section in sections if not section.lone] if len(sections) > 2 else [],
    )


def _environment() -> Environment:
    try:
        import jinja2
    except ImportError as error:
        raise charts.report_extra_missing("Jinja2") from error

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
        "written_by": language.text(N_("Written by")),
        "again": language.text(N_("To reproduce it")),
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

"""Markdown, set by tabulate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from tabulate import tabulate

from crpv_cli import language
from crpv_cli.definitions.columns import Column
from crpv_cli.language import N_, literal
from crpv_cli.output.shelf.about import (
    cited,
    command_of,
    fictitious_alert,
    is_fictitious,
    made_of,
    nothing_known,
    registry_state,
)
from crpv_cli.output.shelf.cells import UNKNOWN, people_rows, to_read
from crpv_cli.output.shelf.layout import (
    alerts,
    findings,
    groups_of,
    headings,
    opening,
    remaining,
    total_of,
    without_empty,
)
from crpv_cli.result import Dossier, Note, Result

_MARKS = re.compile(r"([\\`*_\[\]|~])")
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")
_CONTENTS_FROM = 5


def escape(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line of a table."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", plain).replace("\n", "<br>")


def markdown_text(shown: Result | Dossier) -> str:
    """A heading, the table, and the notes as a list; every column that a terminal shows."""
    if isinstance(shown, Dossier):
        return _dossier(shown)
    head = f"## {escape(shown.title.text())}\n\n"
    return head + _alert(shown.notes) + _table(shown) + _notes(shown.notes) + _made(shown, [shown])


def _dossier(dossier: Dossier) -> str:
    """A heading, the facts as a list, a part for each section with its notes, and where it comes from.

    A section of which nothing is known takes one line, in a part for all of them.
    """
    known = [section for section in dossier.sections if section.rows]
    parts = [f"# {escape(dossier.title.text())}\n\n", _alert(dossier.notes), *_opening(dossier)]
    for value, column in zip(dossier.facts.rows[0], dossier.facts.columns, strict=True):
        shown = to_read(value, column)
        if shown != UNKNOWN:
            parts.append(f"- **{escape(language.translate(column.label))}**: {escape(shown)}\n")
    sources = cited((dossier.facts, *dossier.sections), dossier.sections)
    ends = (
        (N_("Not known"), [literal(nothing_known(section)) for section in dossier.sections if not section.rows]),
        (N_("Notes"), remaining(dossier.notes)),
        (N_("Sources"), [literal(f"{source.title} ({source.id})") for source in sources]),
    )
    bodies = [(section.title.text(), _section(section)) for section in known]
    bodies += [(language.text(label), _list(texts)) for label, texts in ends if texts]
    if len(bodies) > _CONTENTS_FROM:
        parts.append("\n" + _contents([title for title, _ in bodies]))
    parts += [f"\n## {escape(title)}\n\n{body}" for title, body in bodies]
    return "".join(parts) + _made(dossier, [dossier.facts, *dossier.sections])


def _opening(dossier: Dossier) -> Iterator[str]:
    """The subject in one sentence, its key figures, and what each of its parts says."""
    if dossier.headline is not None:
        yield f"**{escape(dossier.headline.text())}**\n\n"
    figures = [f"- **{escape(figure)}** {escape(text)}\n" for figure, text in opening(dossier)]
    said = [f"- **{escape(title)}**: {escape(text)}\n" for title, text in findings(dossier)]
    for lines in (figures, said):
        yield "".join([*lines, "\n"]) if lines else ""


def _section(section: Result) -> str:
    """The mark of fictitious data, what a chart shows where there are pictures, the table, and the section's notes."""
    mark = f"**{escape(fictitious_alert(section.notes))}**\n\n" if is_fictitious(section) else ""
    caption = ""
    if section.chart is not None:
        caption = f"*{escape(section.chart.title.text())}.* {escape(section.chart.description.text())}\n\n"
    return mark + caption + _table(without_empty(section)) + _notes(section.notes)


def _contents(titles: Sequence[str]) -> str:
    """A list of links to the headings, by the anchors that renderers of Markdown give them."""
    taken: dict[str, int] = {}
    lines = []
    for title in titles:
        anchor = _NOT_IN_ANCHORS.sub("", title.lower()).replace(" ", "-")
        number = taken.get(anchor, 0)
        taken[anchor] = number + 1
        lines.append(f"- [{escape(title)}](#{anchor}{f'-{number}' if number else ''})\n")
    return "".join(lines)


def _made(shown: Result | Dossier, results: Sequence[Result]) -> str:
    """Where the rows come from, the state of the registry, the licence, and the command that gives the same again.

    Rows that are not of the registry's tables have none of that; a dossier has named its sources before.
    """
    origins = [result.origin for result in results if result.origin]
    if not origins:
        return ""
    command, state, label = command_of(shown), registry_state(origins), N_("{label}: {text}")
    lines = [(language.text(N_("Registry")), escape(state))] if state else []
    lines += [(name, _code(text) if text == command else escape(literal(text))) for name, text in made_of(shown)]
    if isinstance(shown, Result):
        titles = ", ".join(escape(literal(f"{source.title} ({source.id})")) for source in cited(results))
        lines = [*([(language.text(N_("Sources")), titles)] if titles else []), *lines]
    return "\n" + "".join(f"- {language.text(label, label=name, text=text)}\n" for name, text in lines)


def _code(text: str) -> str:
    """A text as code, between more backquotes than it has in a row."""
    marks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{marks}{pad}{literal(text)}{pad}{marks}"


def _table(result: Result) -> str:
    columns = result.shown
    rows = people_rows(result, result.rows, columns)
    if result.total_row and (footer := total_of(people_rows(result, [result.total_row], columns)[0])):
        rows.append(footer)
    if not rows:
        return language.text(language.N_("No rows.")) + "\n"
    table = (
        tabulate(
            _cells(result, rows, columns),
            [escape(label) for label in headings(columns)],
            tablefmt="pipe",
            # tabulate would rewrite 1e5 and 1234567.8, and align codes as numbers.
            disable_numparse=True,
            colalign=["right" if column.kind.numeric else "left" for column in columns],
        )
        + "\n"
    )
    return table + "".join(_texts(result))


def _cells(result: Result, rows: Sequence[Sequence[str]], columns: Sequence[Column]) -> list[list[str]]:
    """The cells as Markdown; one that leads to a file beside this one is a link."""
    led = [result.places[column.link] if column.link else None for column in columns]
    cells = [[escape(cell) for cell in row] for row in rows]
    for line, row in zip(cells, result.rows, strict=False):  # a total leads nowhere
        for place, file in enumerate(led):
            if file is not None and row[file]:
                line[place] = f"[{line[place]}]({quote(str(row[file]))})"
    return cells


def _texts(result: Result) -> Iterator[str]:
    """The long texts of the rows, as lists under a heading for those that share one."""
    for group in groups_of(result):
        yield f"\n### {escape(group.title)}\n\n"
        for entry in group.entries:
            yield f"- **{escape(entry.head)}**\n" + "".join(f"  - {escape(text)}\n" for text in entry.lines)


def _alert(notes: Sequence[Note]) -> str:
    return "".join(f"**{escape(alert)}**\n\n" for alert in alerts(notes))


def _notes(notes: Sequence[Note]) -> str:
    others = _list(remaining(notes))
    return f"\n{others}" if others else ""


def _list(texts: Sequence[str]) -> str:
    return "".join(f"- {escape(text)}\n" for text in texts)

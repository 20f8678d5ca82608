"""What rules find, for reading: grouped by how grave it is and by rule, every sentence whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from crpv_cli import language
from crpv_cli.language import N_, msg
from crpv_cli.output.shelf.cells import to_read
from crpv_cli.output.terminal.lines import BOLD, PLAIN, Line, wrapped
from crpv_cli.result import Result

_HEADINGS = {
    "breach": N_("Breaches"),
    "unknown": N_("Not known"),
    "notice": N_("Notices"),
    None: N_("Accepted exceptions"),
}

Record = dict[str, Any]


def findings_lines(result: Result, width: int | None) -> Iterator[Line]:
    """Set findings as lines of at most ``width`` columns, or of any length where that is None."""
    records = result.records()
    for grave, group in groupby(records, lambda record: None if record["accepted"] else record["severity"]):
        found = list(group)
        heading = language.text(_HEADINGS[grave])
        yield from ([], [(f"{heading} ({language.number(len(found))})", BOLD)])
        for rule, of_rule in groupby(found, lambda record: record["rule"]):
            yield from _rule(result, rule, list(of_rule), width)
    if not records:
        yield [(language.text(N_("The rules find nothing.")), PLAIN)]


def _rule(result: Result, rule: str, found: list[Record], width: int | None) -> Iterator[Line]:
    """The findings of a rule: one that is the same of several stands once, and so does an advice, after the last."""
    columns = {column.name: column for column in result.columns}

    yield from wrapped(to_read(rule, columns["rule"]), width, "  ", "  ")

    def said(record: Record, name: str) -> str:
        return to_read(record[name], columns[name]) if record[name] is not None else ""

    about: dict[str, list[str]] = {}
    advice: dict[str, str] = {}
    for record in found:
        sentence = said(record, "message") + (f" {_acceptance(record)}" if record["accepted"] else "")
        about.setdefault(sentence, []).append(said(record, "about"))
        # What is accepted needs nothing to be done.
        advice[sentence] = "" if record["accepted"] or "advice" not in columns else said(record, "advice")
    sentences = list(about)
    for place, sentence in enumerate(sentences):
        whole = msg("{about}: {message}", about=list(dict.fromkeys(about[sentence])), message=sentence).text()
        yield from wrapped(whole, width, "    ", "      ")
        later = [advice[other] for other in sentences[place + 1 :]]
        if advice[sentence] and advice[sentence] not in later:
            yield from wrapped(advice[sentence], width, "    → ", "      ")


def _acceptance(record: Record) -> str:
    said = {"date": language.Day(record["accepted_until"]), "reason": record["accepted_reason"]}
    if who := record["accepted_by"]:
        return msg("Accepted until {date} by {who}: {reason}", **said, who=who).text()
    return msg("Accepted until {date}: {reason}", **said).text()

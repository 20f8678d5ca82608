"""What rules find, for reading: grouped by how grave it is and by rule, every sentence whole."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import groupby

from crpv_cli import language
from crpv_cli.language import N_, msg
from crpv_cli.output.shelf.cells import to_read
from crpv_cli.output.shelf.layout import alerts, remaining
from crpv_cli.result import Result, Value

__all__ = ["findings_text"]

_NARROWEST = 20
_HEADINGS = {"breach": N_("Breaches"), "unknown": N_("Not known"), "notice": N_("Notices"), None: N_("Accepted")}

Record = dict[str, Value]


def findings_text(result: Result, width: int | None, colour: bool = False) -> str:
    """Set findings as text of at most ``width`` columns, or with lines of any length where that is None."""
    heads = [*alerts(result.notes), result.title.text()]
    lines = [_strong(line, colour) for head in heads for line in _wrapped(head, width, "", "")]
    records = result.records()
    for grave, group in groupby(records, lambda record: None if record["accepted"] else record["severity"]):
        found = list(group)
        heading = language.text(_HEADINGS[grave if isinstance(grave, str) else None])
        lines += ["", _strong(f"{heading} ({language.number(len(found))})", colour)]
        for rule, of_rule in groupby(found, lambda record: record["rule"]):
            lines += _rule(result, str(rule), list(of_rule), width)
    if not records:
        lines.append(language.text(N_("The rules find nothing.")))
    lines += ["", *(line for note in remaining(result.notes) for line in _wrapped(note, width, "· ", "  "))]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _rule(result: Result, rule: str, found: list[Record], width: int | None) -> Iterator[str]:
    """The findings of a rule: one that is the same of several stands once, and so does an advice, after the last."""
    yield f"  {rule}"
    columns = {column.name: column for column in result.columns}

    def said(record: Record, name: str) -> str:
        return to_read(record[name], columns[name]) if record[name] is not None else ""

    about: dict[str, list[str]] = {}
    advice: dict[str, str] = {}
    for record in found:
        sentence = said(record, "message") + (f" {_acceptance(record)}" if record["accepted"] else "")
        about.setdefault(sentence, []).append(said(record, "about"))
        # What is accepted needs nothing to be done.
        advice[sentence] = "" if record["accepted"] else said(record, "advice")
    sentences = list(about)
    for place, sentence in enumerate(sentences):
        whole = msg("{about}: {message}", about=list(dict.fromkeys(about[sentence])), message=sentence).text()
        yield from _wrapped(whole, width, "    ", "      ")
        later = [advice[other] for other in sentences[place + 1 :]]
        if advice[sentence] and advice[sentence] not in later:
            yield from _wrapped(advice[sentence], width, "    → ", "      ")


def _acceptance(record: Record) -> str:
    until = language.Day(str(record["accepted_until"]))
    if record["accepted_by"]:
        return msg(
            "Accepted until {date} by {who}: {reason}",
            date=until,
            who=str(record["accepted_by"]),
            reason=str(record["accepted_reason"]),
        ).text()
    return msg("Accepted until {date}: {reason}", date=until, reason=str(record["accepted_reason"])).text()


def _wrapped(text: str, width: int | None, first: str, others: str) -> list[str]:
    if width is None:
        return [first + text]
    return textwrap.wrap(
        text,
        max(width, _NARROWEST),
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _strong(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text

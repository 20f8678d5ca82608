"""What rules find, for reading: grouped by how grave it is and by rule.

Whole, with every sentence; in brief, as what the rules find is counted and the first finding of each stands for it; or
as the few findings that matter most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from rich.cells import cell_len

from crpv_cli import language
from crpv_cli.definitions.columns import Column
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.output.shelf.cells import to_read
from crpv_cli.output.shelf.layout import GAP
from crpv_cli.output.terminal.lines import ALERT, BOLD, DIM, FIGURE, GOOD, PLAIN, Line, cut, length, wrapped
from crpv_cli.result import Result

_HEADINGS = {
    "breach": N_("Breaches"),
    "unknown": N_("Not known"),
    "notice": N_("Notices"),
    None: N_("Accepted exceptions"),
}

_COUNTS: dict[str, Callable[[int], Message]] = {
    "breach": lambda count: msgs("{count} breach", "{count} breaches", count),
    "unknown": lambda count: msgs("{count} not known", "{count} not known", count),
    "notice": lambda count: msgs("{count} notice", "{count} notices", count),
    "accepted": lambda count: msgs("{count} accepted", "{count} accepted", count),
}
_NAMED = 2

Record = dict[str, Any]


def counted(result: Result, width: int | None) -> Iterator[Line]:
    """Say how much is found of each severity, the gravest first; breaches stand out, and that there are none too."""
    line: Line = []
    for name, said_of in _COUNTS.items():
        count = result.totals[name]
        if not count and name == "accepted":
            continue
        style = PLAIN if name != "breach" else ALERT if count else GOOD
        said: Line = [(said_of(count).text(), style)]
        if not line:
            line = said
        elif width is not None and length(line) + 3 + length(said) > width:
            yield line
            line = said
        else:
            line += [(" · ", DIM), *said]
    yield line


def foremost(result: Result, most: int) -> list[str]:
    """The findings that matter most: the gravest, and of those the ones that are of the most subjects.

    What is accepted is not among them; several subjects of which the same is found are one finding.
    """
    return _foremost(result.records(), {column.name: column for column in result.columns}, most)


def _foremost(records: list[Record], columns: dict[str, Column], most: int) -> list[str]:
    about: dict[tuple[str, str], list[str]] = {}
    for record in records:
        if not record["accepted"]:
            subjects = about.setdefault((record["severity"], to_read(record["message"], columns["message"])), [])
            subjects += [one for one in _subjects(record) if one not in subjects]
    grave = list(_COUNTS)
    # Sorting keeps the order of what is equal: that of the rules.
    found = sorted(about.items(), key=lambda item: (grave.index(item[0][0]), -len(item[1])))
    return [
        msg("{about}: {message}", about=_few(subjects), message=message).text()
        for (_, message), subjects in found[:most]
    ]


def brief_lines(result: Result, width: int, height: int) -> list[Line]:
    """Set findings rule by rule, in at most ``height`` lines if that can be.

    Every rule that finds something is named with how many findings it has; where there is room, what it finds most
    stands beneath. What is accepted is only counted.
    """
    lines = list(_in_brief(result, width, True))
    return lines if len(lines) <= height else list(_in_brief(result, width, False))


def _by_rule(result: Result) -> list[tuple[str, list[tuple[str, list[Record]]]]]:
    """What is not accepted: for each severity, the gravest first, each rule and its findings; most of them first."""
    found: dict[str, dict[str, list[Record]]] = {}
    for record in result.records():
        if not record["accepted"]:
            found.setdefault(record["severity"], {}).setdefault(record["rule"], []).append(record)
    return [(name, sorted(found[name].items(), key=lambda item: -len(item[1]))) for name in _COUNTS if name in found]


def _in_brief(result: Result, width: int, first: bool) -> Iterator[Line]:
    """The rules with their numbers, and what each finds most, if asked, cut to a line."""
    columns = {column.name: column for column in result.columns}
    rules = _by_rule(result)
    widest = max((cell_len(language.number(len(found))) for _, of in rules for _, found in of), default=0)
    indent = " " * (widest + GAP)
    yield from counted(result, width)
    for name, of_severity in rules:
        yield from ([], [(language.text(_HEADINGS[name]), BOLD)])
        for rule, found in of_severity:
            count = f"{language.number(len(found)):>{widest}}"
            title = cut(to_read(rule, columns["rule"]), width - len(indent))
            yield [(count, ALERT if name == "breach" else FIGURE), (" " * GAP, PLAIN), (title, PLAIN)]
            if first:
                yield [(indent, PLAIN), (cut(_foremost(found, columns, 1)[0], width - len(indent)), DIM)]
    yield from ([], [(msg("Each finding, and what to do: {option}", option="--full").text(), DIM)])


def _subjects(record: Record) -> list[str]:
    """Whom a finding is about; one that was joined with others is about several."""
    about = record["about"]
    joined = about.values.get("about") if isinstance(about, Message) else None
    if isinstance(joined, list | tuple):
        return [one.text() if isinstance(one, Message) else str(one) for one in joined]
    return [about.text() if isinstance(about, Message) else str(about)]


def _few(subjects: list[str]) -> Message:
    """The first few subjects, and how many others there are."""
    others = len(subjects) - _NAMED
    if others <= 1:
        return msg("{about}", about=subjects)
    return msg("{about} and {count} others", about=subjects[:_NAMED], count=others)


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

"""What the rules find of the whole network, in brief: what is the same for several centres is one row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Message, msg
from crpv_cli.result import Result, Value

_SAME = ("severity", "rule", "message", "advice", "accepted", "accepted_until", "accepted_reason")


def grouped(findings: Result) -> Result:
    """Join findings that differ only in whom they are about.

    Args:
        findings: a report of ``rules.checking.findings``.

    Returns:
        A row for each different finding, in the order of the first: severity, rule, how many there are, whom they are
        about, the message, and whether it is accepted.
    """
    groups: dict[str, tuple[dict[str, Any], list[Value], bool]] = {}
    for record in findings.records():
        key = repr([_plain(record[name]) for name in _SAME])
        first, about, fictitious = groups.get(key, (record, [], False))
        if record["about"] not in about:
            about.append(record["about"])
        groups[key] = (first, about, fictitious or bool(record["fictitious"]))
    columns = {column.name: column for column in findings.columns}
    return replace(
        findings,
        name="findings",
        short=msg(N_("Findings")),
        title=msg(N_("What the rules find")),
        columns=(
            *(columns[name] for name in _SAME[:2]),
            Column("count", N_("Number"), Kind.INTEGER),
            replace(columns["about"], prose=True),
            *(columns[name] for name in _SAME[2:]),
            columns["fictitious"],
        ),
        rows=tuple(
            (
                *(first[name] for name in _SAME[:2]),
                len(about),
                msg("{about}", about=about),
                *(first[name] for name in _SAME[2:]),
                fictitious,
            )
            for first, about, fictitious in groups.values()
        ),
        screen=("severity", "about", "message", "accepted_until", "accepted_reason"),
        is_report=False,
    )


def _plain(value: Value) -> object:
    return value.text("en") if isinstance(value, Message) else value

"""What the rules find of the whole network, in brief: what is the same for several centres is one row."""

from __future__ import annotations

from dataclasses import replace

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Message, msg
from crpv_cli.result import Result, Value

__all__ = ["grouped"]

_SAME = ("severity", "rule", "message", "advice", "accepted", "accepted_until", "accepted_reason")


def grouped(findings: Result) -> Result:
    """Join findings that differ only in whom they are about.

    Args:
        findings: a report of ``rules.checking.findings``.

    Returns:
        A row for each different finding, in the order of the first: severity, rule, how many there are, whom they are
        about, the message, and whether it is accepted.
    """
    groups: dict[str, tuple[dict[str, Value], list[Value], bool]] = {}
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
            columns["severity"],
            columns["rule"],
            Column("count", N_("Number"), Kind.INTEGER),
            replace(columns["about"], prose=True),
            columns["message"],
            columns["advice"],
            columns["accepted"],
            columns["accepted_until"],
            columns["accepted_reason"],
            columns["fictitious"],
        ),
        rows=tuple(
            (
                first["severity"],
                first["rule"],
                len(about),
                msg("{about}", about=about),
                first["message"],
                first["advice"],
                first["accepted"],
                first["accepted_until"],
                first["accepted_reason"],
                fictitious,
            )
            for first, about, fictitious in groups.values()
        ),
        screen=("severity", "about", "message", "accepted_until", "accepted_reason"),
        is_report=False,
    )


def _plain(value: Value) -> object:
    return value.text("en") if isinstance(value, Message) else value

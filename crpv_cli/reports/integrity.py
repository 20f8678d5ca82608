"""What is wrong with a registry, as findings."""

from __future__ import annotations

from pathlib import Path

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.language import N_, msg
from crpv_cli.registry.integrity import Examination
from crpv_cli.result import Note, Result, Value

_WRONG, _NOTICE = Choice("wrong", N_("wrong")), Choice("notice", N_("notice"))
_CHECKS = (
    Choice("file", N_("file")),
    Choice("references", N_("references")),
    Choice("schema", N_("schema")),
    Choice("seals", N_("seals")),
    Choice("log", N_("log")),
)
COLUMNS = (
    Column("severity", N_("Severity"), Kind.CODE, choices=(_WRONG, _NOTICE)),
    Column("check", N_("Check"), Kind.CODE, choices=_CHECKS),
    Column("load", N_("Load"), Kind.INTEGER, grouped=False),
    Column("table", N_("Table"), Kind.CODE),
    Column("key", N_("Row")),
    Column("column", N_("Column"), Kind.CODE),
    Column("message", N_("Finding"), prose=True),
    Column("expected", N_("As loaded")),
    Column("found", N_("As it is")),
)


def integrity(found: Examination, path: Path) -> Result:
    """Return what was found, what is wrong first; totals count what is ``wrong`` and the ``notices``."""
    rows: list[tuple[Value, ...]] = [
        (
            (_WRONG if fault.wrong else _NOTICE).code,
            fault.check,
            fault.load,
            fault.table,
            fault.key,
            fault.column,
            fault.message,
            _shown(fault.expected),
            _shown(fault.found),
        )
        for fault in sorted(found.faults, key=lambda fault: not fault.wrong)
    ]
    wrong = sum(fault.wrong for fault in found.faults)
    totals = {"wrong": wrong, "notices": len(rows) - wrong}
    summary = (
        msg("Wrong: {wrong}; notices: {notices}.", **totals)
        if wrong
        else msg("The registry is intact: its file, its tables, the seals of its rows, and its log of changes.")
    )
    notes = [Note("integrity-summary", summary)]
    if wrong:
        advice = msg("Put back a copy with: crpv restore; or mend it with: crpv check --integrity --mend")
        notes.append(Note("integrity-advice", advice, for_operator=True))
    return Result(
        name="integrity",
        title=msg("The integrity of {path}", path=path),
        columns=COLUMNS,
        rows=tuple(rows),
        screen=tuple(name for name in _names(rows)),
        notes=tuple(notes),
        totals=totals,
        is_report=True,
        command="check --integrity",
    )


def _shown(value: object) -> Value:
    return None if value is None else str(value)


def _names(rows: list[tuple[Value, ...]]) -> list[str]:
    """The columns in which anything stands."""
    if not rows:
        return ["severity", "check", "message"]
    return [column.name for place, column in enumerate(COLUMNS) if any(row[place] is not None for row in rows)]

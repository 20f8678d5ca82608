"""What is not known of the network at a date, said once: the gaps that the detailed reports note."""

from __future__ import annotations

from collections.abc import Iterable

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, msg
from crpv_cli.result import Result, Value

# The notes of the reports that name a gap, in the order in which they are read.
_GAPS = (
    "no-list-in-force",
    "uncovered-departments",
    "unknown-counts",
    "at-least",
    "previous-geography",
    "list-in-part",
    "low-confidence",
    "state-support-unknown",
    "other-stage-only",
    "no-local-funding-known",
    "no-funding",
    "source-limit",
    "no-evaluations",
    "no-activity",
    "activity-not-reported",
    "half-days-unknown",
    "no-agreements",
)


def missing(reports: Iterable[Result]) -> Result:
    """Gather the gaps that reports name in their notes: a row each, the first time it is named."""
    gaps: dict[str, tuple[Value, ...]] = {}
    for report in reports:
        for note in report.notes:
            if note.code in _GAPS:
                gaps.setdefault(note.code, (note.code, note.message, report.name))
    return Result(
        name="missing",
        title=msg(N_("What is missing")),
        columns=(
            Column("gap", N_("Gap"), Kind.CODE),
            Column("message", N_("What is not known"), prose=True),
            Column("report", N_("Report"), Kind.CODE),
        ),
        rows=tuple(gaps[code] for code in _GAPS if code in gaps),
        screen=("message",),
    )

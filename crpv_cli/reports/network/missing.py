"""What is not known of the network at a date, said once: the gaps that the detailed reports note, figures in a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Message, msg
from crpv_cli.reports.network.figures import Parts, figures
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


_NAMED = {
    "centres-labelled": N_("the State's label"),
    "neighbourhoods": N_("priority neighbourhoods"),
    "coverage-neighbourhoods": N_("coverage of the neighbourhoods"),
    "coverage-contracts": N_("coverage of the city contracts"),
    "coverage-inhabitants": N_("coverage of the inhabitants"),
    "coverage-departments": N_("coverage of the departments"),
    "state-support": N_("State support, programme 147"),
    "state-programmes": N_("other programmes of the State"),
    "state-posts": N_("posts that the State pays"),
    "local-support": N_("local support"),
    "other-support": N_("other support"),
    "state-support-change": N_("change of the State's support"),
    "missions-evaluated": N_("evaluation of the core missions"),
    "half-days": N_("activity in half-days"),
    "participants": N_("participants"),
    "agreements-running": N_("agreements"),
}
"""What a figure is called where it stands alone; the others are part of one of them."""


def unknown(parts: Parts) -> Iterator[Message]:
    """Yield the names of the figures of which nothing is known, for one line."""
    for figure in figures(parts):
        if figure.shown is None and figure.id in _NAMED:
            yield msg(_NAMED[figure.id])

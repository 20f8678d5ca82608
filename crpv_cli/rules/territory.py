"""What is sound of perimeters, and how the registry compares with what was announced."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.language import Day, msg
from crpv_cli.reports.coverage.report import coverage
from crpv_cli.reports.listing import Selection, list_centres
from crpv_cli.reports.published import published_figures
from crpv_cli.rules.model import Finding, Moment, Severity

__all__ = [
    "announced_centres",
    "announced_neighbourhoods",
    "announced_overseas",
    "department_uncovered",
    "perimeters_overlap",
]


def perimeters_overlap(moment: Moment) -> Iterator[Finding]:
    """Each department is in the perimeter of one centre."""
    for record in moment.departments.records():
        centres = record["centres"]
        if isinstance(centres, tuple) and len(centres) > 1:
            yield Finding(
                Severity.NOTICE,
                msg("In several perimeters: {centres}.", centres=list(centres)),
                msg("If one has ended, write its last day into valid_to: crpv edit perimeters"),
                department=str(record["department"]),
            )


def department_uncovered(moment: Moment) -> Iterator[Finding]:
    """Each department that has priority neighbourhoods is in the perimeter of a centre."""
    for record in moment.departments.records():
        if record["total"] and not record["centres"]:
            yield Finding(
                Severity.NOTICE,
                msg("{count} priority neighbourhoods and no centre.", count=record["total"]),
                department=str(record["department"]),
            )


def announced_centres(moment: Moment) -> Iterator[Finding]:
    """The number of centres announced last is that of the centres identified for the same date."""
    yield from _announced(moment, "centres")


def announced_overseas(moment: Moment) -> Iterator[Finding]:
    """The number of overseas centres announced last is that of those identified for the same date."""
    yield from _announced(moment, "overseas_centres")


def announced_neighbourhoods(moment: Moment) -> Iterator[Finding]:
    """The number of priority neighbourhoods published last is that of the registry for the same date."""
    yield from _announced(moment, "neighbourhoods")


def _announced(moment: Moment, measure: str) -> Iterator[Finding]:
    """Hold the latest published figure against the registry as of the date that the figure speaks of."""
    for figure in published_figures(moment.connection, (measure,), moment.as_of):
        on, announced = str(figure["as_of"]), figure["value"]
        found = _identified(moment, measure, on)
        if found is None or found == announced:
            continue
        sentences = {
            "centres": msg(
                "{found} centres identified against {announced} announced on {date}.",
                found=found,
                announced=announced,
                date=Day(on),
            ),
            "overseas_centres": msg(
                "{found} overseas centres identified against {announced} announced on {date}.",
                found=found,
                announced=announced,
                date=Day(on),
            ),
            "neighbourhoods": msg(
                "{found} priority neighbourhoods in the registry against {announced} published on {date}.",
                found=found,
                announced=announced,
                date=Day(on),
            ),
        }
        yield Finding(
            Severity.NOTICE,
            sentences[measure],
            msg("See what is known of that date: crpv list --as-of {date}", date=on)
            if measure != "neighbourhoods"
            else None,
            subject=str(figure["id"]),
            source=str(figure["source"] or "") or None,
        )


def _identified(moment: Moment, measure: str, on: str) -> int | None:
    if measure == "neighbourhoods":
        total = coverage(moment.connection, on).totals["total"]
        return total if isinstance(total, int) and total > 0 else None
    overseas = True if measure == "overseas_centres" else None
    return len(list_centres(moment.connection, Selection(as_of=on, overseas=overseas)).rows)

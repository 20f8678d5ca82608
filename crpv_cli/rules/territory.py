"""Whether perimeters are consistent, and how the registry compares with what was announced."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.language import N_, Day, msg
from crpv_cli.reports.published import published_figures
from crpv_cli.rules.model import NOTICE, Finding, Moment, rule


@rule(
    "perimeters-overlap",
    NOTICE,
    N_("One centre per department"),
    N_("A department is in the perimeter of one centre; where it is in several, totals count it once."),
)
def perimeters_overlap(moment: Moment) -> Iterator[Finding]:
    for record in moment.departments.records():
        centres = record["centres"]
        if len(centres) > 1:
            yield Finding(
                NOTICE,
                msg("In several perimeters: {centres}.", centres=list(centres)),
                msg("If one has ended, write its last day in valid_to: crpv edit perimeters"),
                department=record["department"],
            )


@rule(
    "department-uncovered",
    NOTICE,
    N_("Every department with neighbourhoods is served"),
    N_("A department that has priority neighbourhoods is in the perimeter of a centre."),
)
def department_uncovered(moment: Moment) -> Iterator[Finding]:
    for record in moment.departments.records():
        if record["total"] and not record["centres"]:
            yield Finding(
                NOTICE,
                msg("{count} priority neighbourhoods but no centre.", count=record["total"]),
                department=record["department"],
            )


@rule(
    "announced-centres",
    NOTICE,
    N_("Number of centres as announced"),
    N_("The latest announced number of centres equals the number identified for the same date."),
)
def announced_centres(moment: Moment) -> Iterator[Finding]:
    yield from _announced(moment, "centres", N_("{found} centres identified, {announced} announced on {date}."))


@rule(
    "announced-overseas",
    NOTICE,
    N_("Number of overseas centres as announced"),
    N_("The latest announced number of overseas centres equals the number identified for the same date."),
)
def announced_overseas(moment: Moment) -> Iterator[Finding]:
    yield from _announced(
        moment, "overseas_centres", N_("{found} overseas centres identified, {announced} announced on {date}.")
    )


@rule(
    "announced-neighbourhoods",
    NOTICE,
    N_("Number of neighbourhoods as published"),
    N_("The latest published number of priority neighbourhoods equals the number in the registry for the same date."),
)
def announced_neighbourhoods(moment: Moment) -> Iterator[Finding]:
    yield from _announced(
        moment,
        "neighbourhoods",
        N_("{found} priority neighbourhoods in the registry, {announced} published on {date}."),
    )


def _announced(moment: Moment, measure: str, sentence: str) -> Iterator[Finding]:
    """Compare the latest published figure with what is computed for its own date."""
    for figure in published_figures(moment.connection, (measure,), moment.as_of):
        on, announced, found = figure["as_of"], figure["value"], figure["computed"]
        if found is not None and found != announced:
            yield Finding(
                NOTICE,
                msg(sentence, found=found, announced=announced, date=Day(on)),
                msg("See what is known on that date: crpv list --as-of {date}", date=on)
                if measure != "neighbourhoods"
                else msg("See what is counted on that date: crpv report coverage --as-of {date}", date=on),
                subject=figure["id"],
                source=figure["source"] or None,
            )

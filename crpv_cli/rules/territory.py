"""Whether perimeters and successions are consistent, and how the registry compares with what was announced."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.language import N_, Day, Message, msg, msgs
from crpv_cli.reports.coverage.neighbourhoods import LISTS, disagreements
from crpv_cli.reports.coverage.report import UNITS
from crpv_cli.reports.published import published_figures
from crpv_cli.rules.model import BREACH, NOTICE, Finding, Moment, rule


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
                msg("In several perimeters: {centres}.", centres=moment.called("centres", centres)),
                msg("If one has ended, write its last day in valid_to: crpv edit perimeters"),
                department=record["department"],
            )


@rule(
    "perimeter-twice",
    BREACH,
    N_("A department once per centre"),
    N_("A department is once in the perimeter of a centre on a date; totals count it once in any case."),
)
def perimeter_twice(moment: Moment) -> Iterator[Finding]:
    rows = moment.rows(
        "select centre, department, count(*) as rows, min(source) as source from perimeters_on"
        " group by centre, department having count(*) > 1 order by centre, department"
    )
    for row in rows:
        yield Finding(
            BREACH,
            msg(
                "{count} periods of its perimeter with {department} hold at once.",
                count=row["rows"],
                department=moment.called("departments", [row["department"]]),
            ),
            msg("Write the last day of the former in valid_to: crpv edit perimeters"),
            row["centre"],
            subject=row["department"],
            source=row["source"],
        )


@rule(
    "perimeter-missing",
    NOTICE,
    N_("Every open centre has a perimeter"),
    N_("A centre that is open serves a department at least."),
)
def perimeter_missing(moment: Moment) -> Iterator[Finding]:
    serving = {row["centre"] for row in moment.rows("select centre from served")}
    for centre in moment.open:
        if centre["id"] not in serving:
            yield Finding(
                NOTICE,
                msg("It is open, but serves no department."),
                msg("Record its perimeter, or that it closed: crpv centre take-over, crpv centre close"),
                centre["id"],
                source=centre["source"],
            )


@rule(
    "successor-missing",
    BREACH,
    N_("Successors that take over"),
    N_("The successor of a centre that has closed is open on the day after its last one."),
)
def successor_missing(moment: Moment) -> Iterator[Finding]:
    rows = moment.rows(
        """
        select c.id, c.source, c.closes, s.id as successor, s.short_name, s.opens > c.closes as later
        from open_spells as c join open_spells as s on s.id = c.successor
        where c.closes < :as_of and date(c.closes, '+1 day') not between s.opens and s.closes
        order by c.id
        """
    )
    for row in rows:
        yield Finding(
            BREACH,
            msg(
                "Its successor {centre} is not open yet on the day after {date}.",
                centre=row["short_name"],
                date=Day(row["closes"]),
            )
            if row["later"]
            else msg(
                "Its successor {centre} had closed already on {date}.",
                centre=row["short_name"],
                date=Day(row["closes"]),
            ),
            msg("Correct the successor, or the dates: crpv edit centres"),
            row["id"],
            subject=row["successor"],
            source=row["source"],
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
                msgs(
                    "{count} priority neighbourhood but no centre.",
                    "{count} priority neighbourhoods but no centre.",
                    record["total"],
                ),
                department=record["department"],
            )


@rule(
    "announced-centres",
    NOTICE,
    N_("Number of centres as announced"),
    N_("The latest announced number of centres equals the number identified for the same date."),
)
def announced_centres(moment: Moment) -> Iterator[Finding]:
    yield from _announced(moment, "centres")


@rule(
    "announced-overseas",
    NOTICE,
    N_("Number of overseas centres as announced"),
    N_("The latest announced number of overseas centres equals the number identified for the same date."),
)
def announced_overseas(moment: Moment) -> Iterator[Finding]:
    yield from _announced(moment, "overseas_centres")


@rule(
    "announced-neighbourhoods",
    NOTICE,
    N_("Number of neighbourhoods as published"),
    N_("The latest published number of priority neighbourhoods equals the number in the registry for the same date."),
)
def announced_neighbourhoods(moment: Moment) -> Iterator[Finding]:
    yield from _announced(moment, "neighbourhoods")


def _differs(measure: str, found: int, announced: object, on: str) -> Message:
    said = {"found": found, "announced": announced, "date": Day(on)}
    if measure == "centres":
        return msgs(
            "{found} centre identified, {announced} announced on {date}.",
            "{found} centres identified, {announced} announced on {date}.",
            found,
            **said,
        )
    if measure == "overseas_centres":
        return msgs(
            "{found} overseas centre identified, {announced} announced on {date}.",
            "{found} overseas centres identified, {announced} announced on {date}.",
            found,
            **said,
        )
    return msgs(
        "{found} priority neighbourhood in the registry, {announced} published on {date}.",
        "{found} priority neighbourhoods in the registry, {announced} published on {date}.",
        found,
        **said,
    )


def _announced(moment: Moment, measure: str) -> Iterator[Finding]:
    """Compare the latest published figure with what is computed for its own date."""
    for figure in published_figures(moment.connection, (measure,), moment.as_of):
        on, announced, found = figure["as_of"], figure["value"], figure["computed"]
        if found is not None and found != announced:
            yield Finding(
                NOTICE,
                _differs(measure, found, announced, on),
                msg("See what is known on that date: crpv list --as-of {date}", date=on)
                if measure != "neighbourhoods"
                else msg("See what is counted on that date: crpv report coverage --as-of {date}", date=on),
                subject=figure["id"],
                source=figure["source"] or None,
            )


@rule(
    "list-and-counts-differ",
    NOTICE,
    N_("Detailed lists agree with the counts"),
    N_("Where the list of neighbourhoods or of contracts is loaded, it has as many in each department as are counted."),
)
def list_and_counts_differ(moment: Moment) -> Iterator[Finding]:
    for measure in LISTS:
        for one in disagreements(moment.connection, moment.as_of, measure=measure):
            yield Finding(
                NOTICE,
                msg(
                    "{unit}: {listed} listed, {counted} counted.",
                    unit=msg(UNITS[measure]),
                    listed=one.listed,
                    counted=one.counted if one.counted is not None else "?",
                ),
                msg("Correct the list or the counts: crpv edit {table}", table=measure),
                department=one.department,
                subject=measure,
            )

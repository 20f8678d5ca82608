"""What the registry rests on: deductions, fictitious data, exceptions."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import N_, Day, msg
from crpv_cli.rules.model import NOTICE, Finding, Moment, rule


@rule(
    "low-confidence",
    NOTICE,
    N_("Deductions confirmed"),
    N_("No centre or perimeter has low confidence: what was deduced has been confirmed."),
)
def low_confidence(moment: Moment) -> Iterator[Finding]:
    for centre in moment.open:
        if centre["confidence"] == "low":
            yield Finding(
                NOTICE,
                msg("The centre is still to be confirmed: {note}", note=centre["note"])
                if centre["note"]
                else msg("The centre is still to be confirmed."),
                msg("Once it is, raise its confidence: crpv edit centres"),
                centre["id"],
                source=centre["source"],
            )
    rows = moment.rows(
        """
        select p.centre, p.department, d.name, p.note, p.source
        from perimeters_on as p join departments as d on d.code = p.department
        where p.confidence = 'low'
        order by p.centre, p.department
        """
    )
    known = {centre["id"] for centre in moment.open}
    for row in rows:
        if row["centre"] in known:
            place = f"{row['department']} {row['name']}"
            yield Finding(
                NOTICE,
                msg("That it serves {place} is still to be confirmed: {note}", place=place, note=row["note"])
                if row["note"]
                else msg("That it serves {place} is still to be confirmed.", place=place),
                msg("Once it is, raise its confidence: crpv edit perimeters"),
                row["centre"],
                subject=row["department"],
                source=row["source"],
            )


@rule(
    "fictitious-among-real",
    NOTICE,
    N_("Fictitious data kept apart"),
    N_("One registry does not mix fictitious rows with real ones."),
)
def fictitious_among_real(moment: Moment) -> Iterator[Finding]:
    if not moment.fictitious_sources:
        return
    fictitious, real = [], 0
    for table in TABLES.values():
        if table.name == "sources" or "source" not in table.names:
            continue
        (row,) = moment.rows(
            f"""
            select
                count(*) filter (where s.fictitious = 1) as fictitious,
                count(*) filter (where s.fictitious is not 1) as real
            from {table.name} as t left join sources as s on s.id = t.source
            """
        )
        real += row["real"]
        if row["fictitious"]:
            fictitious.append(msg("{table} ({count})", table=msg(table.label), count=row["fictitious"]))
    if fictitious and real:
        yield Finding(
            NOTICE,
            msg("Fictitious rows are mixed with real ones: {tables}.", tables=fictitious),
            msg("Keep the demonstration in a separate file: crpv init --demo --db demo.sqlite"),
            fictitious=True,
        )


@rule(
    "exception-ended",
    NOTICE,
    N_("Exceptions in force"),
    N_("An accepted exception has not ended, and is to an existing rule."),
)
def exception_ended(moment: Moment) -> Iterator[Finding]:
    rows = moment.rows(
        "select * from exceptions where valid_from is null or valid_from <= :as_of order by rule, centre, department"
    )
    for row in rows:
        if row["rule"] not in moment.rules:
            message = msg("The registry has an exception to {rule}, which is not a rule.", rule=row["rule"])
            advice = msg("See the rules: crpv check --list; correct it: crpv edit exceptions")
        elif row["valid_to"] < moment.as_of:
            message = msg(
                "The exception to the rule “{rule}” ended on {date}.",
                rule=msg(moment.rules[row["rule"]]),
                date=Day(row["valid_to"]),
            )
            advice = msg("If it still holds, renew it with a later date.")
        else:
            continue
        yield Finding(
            NOTICE, message, advice, row["centre"], row["department"], subject=row["rule"], source=row["source"]
        )

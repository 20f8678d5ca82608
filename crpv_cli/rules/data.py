"""What a sound registry asks of its rows."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.definitions.ratings import Scale
from crpv_cli.definitions.sirene import siren_is_valid
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import Day, msg
from crpv_cli.registry.queries import read
from crpv_cli.rules.model import Finding, Moment, Severity, mission_name

__all__ = [
    "activity_unreported",
    "exception_ended",
    "fictitious_among_real",
    "low_confidence",
    "rating_off_scale",
    "siren_shared",
    "siren_wrong",
]


def siren_wrong(moment: Moment) -> Iterator[Finding]:
    """A SIREN has the check digit that INSEE gives it."""
    for table in ("centres", "funders"):
        rows = moment.connection.execute(f"select id, siren, source from {table} where siren is not null order by id")
        for row in rows:
            if not siren_is_valid(row["siren"]):
                yield Finding(
                    Severity.BREACH,
                    msg("{id}: {siren} is not a SIREN: its check digit is wrong.", id=row["id"], siren=row["siren"]),
                    msg("Correct it: crpv edit {table}", table=table),
                    row["id"] if table == "centres" else None,
                    subject=None if table == "centres" else row["id"],
                    source=row["source"],
                    fictitious=row["source"] in moment.made_up,
                )


def siren_shared(moment: Moment) -> Iterator[Finding]:
    """A SIREN is that of one centre."""
    by_siren: dict[str, list[str]] = {}
    for centre in moment.centres.values():
        if centre["siren"]:
            by_siren.setdefault(centre["siren"], []).append(centre["id"])
    for siren, centres in by_siren.items():
        if len(centres) > 1:
            yield Finding(
                Severity.BREACH,
                msg("The SIREN {siren} stands for several centres: {centres}.", siren=siren, centres=centres),
                msg("Correct it: crpv edit centres"),
                centres[-1],
                subject=siren,
                source=moment.centres[centres[-1]]["source"],
            )


def rating_off_scale(moment: Moment) -> Iterator[Finding]:
    """A rating is on its scale; narrowing a scale leaves older ratings off it."""
    rows = read(
        moment.connection,
        """
        select e.centre, e.mission, e.year, e.rating, e.source, s.id, s.minimum, s.maximum, s.levels
        from known_evaluations as e
        join positions as p on p.rating = e.rating and p.scale = e.scale and p.position is null
        join scales as s on s.id = e.scale
        order by e.centre, e.mission, e.year, e.kind
        """,
        moment.as_of,
    )
    for row in rows.fetchall():
        yield Finding(
            Severity.BREACH,
            msg(
                "{mission}, {year}: the rating “{rating}” is not on the scale {scale} ({bounds}).",
                mission=mission_name(row["mission"]),
                year=str(row["year"]),
                rating=row["rating"],
                scale=row["id"],
                bounds=Scale.of(row).bounds(),
            ),
            msg("Correct the rating or the scale: crpv edit evaluations, crpv edit scales"),
            row["centre"],
            mission=row["mission"],
            year=row["year"],
            source=row["source"],
            fictitious=row["source"] in moment.made_up,
        )


def activity_unreported(moment: Moment) -> Iterator[Finding]:
    """Each centre reports its activity of the year."""
    advice = msg("Send it a form: crpv template activities --year {year}", year=str(moment.year))
    if moment.activity.totals["rows"] == 0:
        yield Finding(
            Severity.UNKNOWN,
            msg("No activity of {year} is in the registry.", year=str(moment.year)),
            msg("Send out forms: crpv template activities --year {year}", year=str(moment.year)),
            year=moment.year,
        )
        return
    for record in moment.activity.records():
        if not record["reported"]:
            yield Finding(
                Severity.UNKNOWN,
                msg("Has reported no activity of {year}.", year=str(moment.year)),
                advice,
                str(record["centre"]),
                year=moment.year,
                fictitious=moment.activity.fictitious,
            )


def fictitious_among_real(moment: Moment) -> Iterator[Finding]:
    """Made-up rows do not stand among real ones in one registry."""
    if not moment.made_up:
        return
    made_up, real = [], 0
    for table in TABLES.values():
        if table.name == "sources" or "source" not in table.names:
            continue
        row = moment.connection.execute(
            f"""
            select
                count(*) filter (where s.fictitious = 1) as made_up,
                count(*) filter (where s.fictitious is not 1) as real
            from {table.name} as t left join sources as s on s.id = t.source
            """
        ).fetchone()
        real += row["real"]
        if row["made_up"]:
            made_up.append(f"{table.name} ({row['made_up']})")
    if made_up and real:
        yield Finding(
            Severity.NOTICE,
            msg("Made-up rows stand among real ones: {tables}.", tables=made_up),
            msg("Keep the demonstration in a file of its own: crpv init --demo --db demo.sqlite"),
            fictitious=True,
        )


def low_confidence(moment: Moment) -> Iterator[Finding]:
    """What was deduced is confirmed: nothing has a low confidence."""
    for centre in moment.open:
        if centre["confidence"] == "low":
            yield Finding(
                Severity.NOTICE,
                msg("The centre is still to confirm: {note}", note=centre["note"])
                if centre["note"]
                else msg("The centre is still to confirm."),
                msg("Once it is, raise its confidence: crpv edit centres"),
                centre["id"],
                source=centre["source"],
            )
    rows = read(
        moment.connection,
        """
        select p.centre, p.department, d.name, p.note, p.source
        from perimeters_on as p join departments as d on d.code = p.department
        where p.confidence = 'low'
        order by p.centre, p.department
        """,
        moment.as_of,
    )
    known = {centre["id"] for centre in moment.open}
    for row in rows:
        if row["centre"] in known:
            place = f"{row['department']} {row['name']}"
            yield Finding(
                Severity.NOTICE,
                msg("That it serves {place} is still to confirm: {note}", place=place, note=row["note"])
                if row["note"]
                else msg("That it serves {place} is still to confirm.", place=place),
                msg("Once it is, raise its confidence: crpv edit perimeters"),
                row["centre"],
                subject=row["department"],
                source=row["source"],
            )


def exception_ended(moment: Moment) -> Iterator[Finding]:
    """An accepted exception runs, and is to a rule that there is."""
    from crpv_cli.rules.catalogue import RULES

    known = {rule.id for rule in RULES}
    rows = moment.connection.execute(
        "select * from exceptions where valid_from is null or valid_from <= ? order by rule, centre, department",
        (moment.as_of,),
    )
    for row in rows:
        place = {"centre": row["centre"], "department": row["department"]}
        made_up = row["source"] in moment.made_up
        if row["rule"] not in known:
            yield Finding(
                Severity.NOTICE,
                msg("The registry accepts an exception to {rule}, which is no rule.", rule=row["rule"]),
                msg("See the rules: crpv check --list; correct it: crpv edit exceptions"),
                subject=row["rule"],
                source=row["source"],
                fictitious=made_up,
                **place,
            )
        elif row["valid_to"] < moment.as_of:
            yield Finding(
                Severity.NOTICE,
                msg("The exception to {rule} ended on {date}.", rule=row["rule"], date=Day(row["valid_to"])),
                msg("If it still holds, accept it anew with a later date."),
                subject=row["rule"],
                source=row["source"],
                fictitious=made_up,
                **place,
            )

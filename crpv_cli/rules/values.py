"""Values that cannot be right: SIREN numbers and ratings."""

from __future__ import annotations

from collections.abc import Iterator

from crpv_cli.definitions.ratings import Scale
from crpv_cli.definitions.sirene import siren_is_valid
from crpv_cli.language import N_, msg
from crpv_cli.rules.model import BREACH, Finding, Moment, mission_name, rule


@rule(
    "siren-wrong",
    BREACH,
    N_("SIREN valid"),
    N_("The SIREN of a centre or a funder has the check digit that INSEE gives it."),
)
def siren_wrong(moment: Moment) -> Iterator[Finding]:
    for table in ("centres", "funders"):
        for row in moment.rows(f"select id, siren, source from {table} where siren is not null order by id"):
            if not siren_is_valid(row["siren"]):
                yield Finding(
                    BREACH,
                    msg(
                        "{name}: {siren} is not a SIREN: its check digit is wrong.",
                        name=moment.called(table, [row["id"]]),
                        siren=row["siren"],
                    ),
                    msg("Correct it: crpv edit {table}", table=table),
                    row["id"] if table == "centres" else None,
                    subject=None if table == "centres" else row["id"],
                    source=row["source"],
                )


@rule("siren-shared", BREACH, N_("SIREN of one centre"), N_("A SIREN belongs to one centre only."))
def siren_shared(moment: Moment) -> Iterator[Finding]:
    by_siren: dict[str, list[str]] = {}
    for centre in moment.open:  # one that has closed may have left its number to its successor
        if centre["siren"]:
            by_siren.setdefault(centre["siren"], []).append(centre["id"])
    for siren, centres in by_siren.items():
        if len(centres) > 1:
            yield Finding(
                BREACH,
                msg(
                    "The SIREN {siren} is shared by several centres: {centres}.",
                    siren=siren,
                    centres=moment.called("centres", centres),
                ),
                msg("Correct it: crpv edit centres"),
                centres[-1],
                subject=siren,
                source=moment.centres[centres[-1]]["source"],
            )


@rule(
    "rating-off-scale",
    BREACH,
    N_("Ratings on their scale"),
    N_("A rating is on its scale; narrowing a scale leaves older ratings off it."),
)
def rating_off_scale(moment: Moment) -> Iterator[Finding]:
    rows = moment.rows(
        """
        select e.centre, e.mission, e.year, e.rating, e.source, s.id, s.minimum, s.maximum, s.levels
        from known_evaluations as e
        join positions as p on p.rating = e.rating and p.scale = e.scale and p.position is null
        join scales as s on s.id = e.scale
        order by e.centre, e.mission, e.year, e.kind
        """
    )
    for row in rows:
        yield Finding(
            BREACH,
            msg(
                "{mission}, {year}: the rating “{rating}” is not on the scale {scale} ({bounds}).",
                mission=mission_name(row["mission"]),
                year=str(row["year"]),
                rating=row["rating"],
                scale=moment.called("scales", [row["id"]]),
                bounds=Scale.of(row).said(),
            ),
            msg("Correct the rating or the scale: crpv edit evaluations, crpv edit scales"),
            row["centre"],
            mission=row["mission"],
            year=row["year"],
            source=row["source"],
        )

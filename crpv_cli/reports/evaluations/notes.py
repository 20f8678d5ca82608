"""What the reader of an evaluation report must know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crpv_cli.definitions.choices import mission_label
from crpv_cli.language import Day, Message, Share, first_few, msg, msgs
from crpv_cli.registry.queries import CYCLE_YEARS
from crpv_cli.reports.advice import LOAD_YOURS, advice
from crpv_cli.reports.evaluations.series import MissionSeries
from crpv_cli.reports.evaluations.tallies import Tally
from crpv_cli.result import Note

_NAMED_AT_MOST = 8


def evaluation_notes(tally: Tally, as_of: str, later: int, year: int | None, by: str | None) -> Iterable[Note]:
    """Return the notes of a report: how far the network is, what is compared how, and what is late.

    Args:
        tally: the count of all that the report is of.
        as_of: ISO date of the report.
        later: how many evaluations the registry holds that were made after it.
        year: the year of activity asked for, if any.
        by: ``mission``, ``centre`` or None, what a row stands for.
    """
    if tally.evaluated is None:
        yield _nothing(tally, as_of, later, year)
        if not tally.held and not later:
            yield LOAD_YOURS
    elif len(tally.by("centre")) != 1:
        yield from _network(tally)
    if by is not None:
        yield from _centres_moving(tally)
    across = [one for one in tally.series if one.across_scales]
    if across:
        yield Note(
            "compared-by-position",
            msg(
                "On a different scale from the previous rating, so that only positions on the scale "
                "are compared: {missions}.",
                missions=_named(across),
            ),
            {
                "missions": [
                    {
                        "centre": one.centre,
                        "mission": one.mission,
                        "scale": one.of("scale"),
                        "previous_scale": one.of("previous_scale"),
                    }
                    for one in across
                ]
            },
        )
    scales = {str(one.of("scale")) for one in tally.series if one.of("scale") is not None}
    if by is not None and tally.position is not None:
        yield Note(
            "means-of-positions",
            msg(
                "Means are computed from positions on the scale, from 0% for its lowest rating to "
                "100% for its highest: ratings on different scales are never added up."
            ),
            {"scales": sorted(scales)},
        )
    if by == "mission" and len(scales) > 1:
        yield Note(
            "distribution-by-quarter",
            msg("q1 to q4 are the quarters of the scale, the lowest first, where ratings are on several scales."),
        )
    yield from _cycle(tally)
    unofficial = {
        row["scale"]: row["scale_name"]
        for one in tally.series
        for row in one.asked
        if row["scale"] and not row["official"]
    }
    for scale, name in sorted(unofficial.items()):
        yield Note(
            "scale-not-official",
            msg("No official rating scale exists: “{scale}” is its author's own.", scale=name),
            {"scale": scale},
        )
    if unofficial:
        yield advice("see-scales", msg("See the rating scales with: crpv list scales"))


def _nothing(tally: Tally, as_of: str, later: int, year: int | None) -> Note:
    if tally.held:
        return Note("no-evaluations", msg("The registry holds no evaluations for {year} or earlier.", year=str(year)))
    if later:
        message = msgs(
            "No evaluation was known on {date}: {count} evaluation of the registry is of a later day.",
            "No evaluation was known on {date}: {count} evaluations of the registry are of a later day.",
            later,
            date=Day(as_of),
        )
        return Note("no-evaluations", message, {"later": later})
    return Note("no-evaluations", msg("The registry holds no evaluations, and none are published."))


def _network(tally: Tally) -> Iterable[Note]:
    if tally.share is None:
        return
    centres = tally.by("centre").values()
    yield Note(
        "network",
        msg(
            "Network: {evaluated} of {expected} core missions evaluated ({share}); "
            "{complete} of {centres} centres have them all.",
            evaluated=tally.evaluated,
            expected=tally.expected,
            share=Share(tally.share),
            complete=sum(own.evaluated == own.expected for own in centres),
            centres=len(centres),
        ),
    )
    yield Note(
        "changes",
        msg(
            "Since the previous rating: {improving} better, {stable} the same, {slipping} worse.",
            improving=tally.moving("improving"),
            stable=tally.moving("stable"),
            slipping=tally.moving("slipping"),
        ),
    )


def _centres_moving(tally: Tally) -> Iterable[Note]:
    """Name the centres that are better or worse in some mission."""
    centres = {key: own.series for key, own in tally.by("centre").items()}
    better, worse = (
        {key: series for key, series in centres.items() if any(one.trend == trend for one in series)}
        for trend in ("improving", "slipping")
    )
    if better:
        yield Note(
            "centres-improving",
            msg("Better than last time in at least one mission: {centres}.", centres=_names(better.values())),
            {"centres": list(better)},
        )
    if worse:
        yield Note(
            "centres-slipping",
            msg("Worse than last time in at least one mission: {centres}.", centres=_names(worse.values())),
            {"centres": list(worse)},
        )


def _cycle(tally: Tally) -> Iterable[Note]:
    """Say by what cycle evaluations are due, whose that cycle is, and which are overdue."""
    if not tally.held:
        return
    yield Note(
        "cycle",
        msgs(
            "No official cycle is known; {count} year is this project's own default.",
            "No official cycle is known; {count} years is this project's own default.",
            tally.cycle,
        )
        if tally.cycle == CYCLE_YEARS
        else msgs(
            "No official cycle is known; {count} year was asked for.",
            "No official cycle is known; {count} years were asked for.",
            tally.cycle,
        ),
        {"years": tally.cycle},
    )
    if tally.cycle == CYCLE_YEARS:
        yield advice("other-cycle", msg("Another cycle of evaluation: --cycle YEARS"))
    overdue = [one for one in tally.series if one.overdue]
    if overdue:
        yield Note(
            "overdue",
            msgs(
                "Overdue: {count} mission: {missions}.",
                "Overdue: {count} missions: {missions}.",
                len(overdue),
                missions=_named(overdue),
            ),
            {"missions": [{"centre": one.centre, "mission": one.mission, "due_year": one.due_year} for one in overdue]},
        )


def _named(series: Sequence[MissionSeries]) -> list[object]:
    """The centres with their missions: ``ORIV (skills)``."""
    missions: dict[str, list[Message]] = {}
    for one in series:
        missions.setdefault(one.short_name, []).append(Message(mission_label(one.mission)))
    named = [msg("{centre} ({missions})", centre=centre, missions=own) for centre, own in missions.items()]
    return first_few(named, _NAMED_AT_MOST)


def _names(groups: Iterable[Sequence[MissionSeries]]) -> list[object]:
    return first_few([series[0].short_name for series in groups], _NAMED_AT_MOST)

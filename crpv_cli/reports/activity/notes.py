"""What the reader of a report of activity must know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crpv_cli.language import N_, Day, Message, Share, first_few, msg, msgs
from crpv_cli.reports.advice import LOAD_YOURS
from crpv_cli.result import Note

_NAMED_AT_MOST = 12


def activity_notes(
    as_of: str,
    year: int | None,
    totals: Mapping[str, int | float | None],
    silent: Mapping[str, str],
    without_half_days: int,
    held: bool,
    narrowed: bool,
) -> Iterable[Note]:
    """Yield the notes of a report of a year.

    Args:
        as_of: ISO date of the report.
        year: the year; None if no activity of what was asked for is known.
        totals: those of the report.
        silent: the short names of the centres that have not reported the year, by their ids.
        without_half_days: how many rows do not give their half-days.
        held: whether the registry holds any activity at all.
        narrowed: whether one centre or one mission was asked for.
    """
    if totals["rows"] == 0:
        yield Note("no-activity", _nothing(as_of, year, held, narrowed))
        if not held:
            yield LOAD_YOURS
    if silent and (totals["rows"] or totals["reported"]):
        yield Note(
            "activity-not-reported",
            msgs(
                "{count} centre of {total} has not reported {year}, which does not mean 0: {centres}.",
                "{count} centres of {total} have not reported {year}, which does not mean 0: {centres}.",
                len(silent),
                total=totals["centres"],
                year=str(year),
                centres=first_few(list(silent.values()), _NAMED_AT_MOST),
            ),
            {"centres": list(silent)},
        )
    if without_half_days:
        yield Note(
            "half-days-unknown",
            msgs(
                "At least: {count} row does not give its half-days.",
                "At least: {count} rows do not give their half-days.",
                without_half_days,
            ),
        )
    change, remote = totals["half_days_change_share"], totals["remote_share"]
    if change is not None:
        yield Note(
            "half-days-change",
            msgs(
                "Half-days compared with {before}: {change} ({count} centre that reported both years).",
                "Half-days compared with {before}: {change} ({count} centres that reported both years).",
                int(totals["half_days_change_centres"] or 0),
                before=str((year or 0) - 1),
                change=Share(change, signed=True),
            ),
        )
    if remote is not None:
        yield Note(
            "remote-share",
            msg("Remote: {share} of the half-days whose mode is known.", share=Share(remote)),
        )


def _nothing(as_of: str, year: int | None, held: bool, narrowed: bool) -> Message:
    """Why there is no row: the registry holds no activity, or none of what was asked for."""
    if not held:
        return msg(N_("The registry holds no activity, and none is published by centre."))
    if year is None:
        return msg("No such activity is known on {date}: not known, which is not 0.", date=Day(as_of))
    if narrowed:
        return msg("The registry holds no such activity for {year}: that means not known, not 0.", year=str(year))
    return msg("The registry holds no activity for {year}: that means not known, not 0.", year=str(year))

"""What the reader of a report of activity must know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crpv_cli.language import N_, Share, msg, msgs
from crpv_cli.result import Note

__all__ = ["activity_notes"]

_NAMED_AT_MOST = 12


def activity_notes(
    year: int | None, totals: Mapping[str, int | float | None], silent: Sequence[str], untold: int
) -> Iterable[Note]:
    """Yield the notes of a report of a year.

    Args:
        year: the year; None if no activity is known at all.
        totals: those of the report.
        silent: the short names of the centres that have not reported the year.
        untold: how many rows do not tell their half-days.
    """
    if totals["rows"] == 0:
        yield Note(
            "no-activity",
            msg("No activity of {year} is in the registry: nothing is known, which is not 0.", year=str(year))
            if year is not None
            else msg(
                N_(
                    "No activity is in the registry, and none is public by centre: load yours with crpv load, "
                    "or see fictitious ones with crpv init --demo --db demo.sqlite"
                )
            ),
        )
        return
    if silent:
        yield Note(
            "activity-not-reported",
            msgs(
                "{count} centre of {total} has not reported {year}, which is not 0: {centres}.",
                "{count} centres of {total} have not reported {year}, which is not 0: {centres}.",
                len(silent),
                total=totals["centres"],
                year=str(year),
                centres=[*silent[:_NAMED_AT_MOST], *(["…"] if len(silent) > _NAMED_AT_MOST else [])],
            ),
            {"centres": list(silent)},
        )
    if untold:
        yield Note(
            "half-days-unknown",
            msgs(
                "At least: {count} row does not tell its half-days.",
                "At least: {count} rows do not tell their half-days.",
                untold,
            ),
        )
    change, remote = totals["half_days_change_share"], totals["remote_share"]
    if change is not None:
        yield Note(
            "half-days-change",
            msgs(
                "Half-days against {before}: {change} ({count} centre that reported both years).",
                "Half-days against {before}: {change} ({count} centres that reported both years).",
                int(totals["half_days_change_centres"] or 0),
                before=str((year or 0) - 1),
                change=Share(change, signed=True),
            ),
        )
    if remote is not None:
        yield Note(
            "remote-share",
            msg("Remote: {share} of the half-days whose mode is told.", share=Share(remote)),
        )

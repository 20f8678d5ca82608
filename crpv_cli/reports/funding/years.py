"""What was granted over the years, by who gives it, as far as it is known: a row a year, a column a giver."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Euros, Message, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports import fictitious
from crpv_cli.reports.funding.report import COMPARABLE, MISSING, funding
from crpv_cli.result import Chart, ChartShape, Result

_STATE = ("state_p147", "state_programmes", "state_posts")
_LOCAL = tuple(choice.code for choice in choices.FUNDER_KINDS if choice.code in choices.LOCAL_AUTHORITIES)


def funding_years(connection: sqlite3.Connection, as_of: str, last: int | None = None, count: int = 10) -> Result:
    """Add up what is granted by year and giver, over the ``count`` years up to ``last``.

    Args:
        connection: an open registry.
        as_of: ISO date: later years are not known yet.
        last: the last year; by default the one that ``funding`` takes.
        count: how many years at most; earlier ones of which nothing is known are left out.

    Returns:
        A row a year: its amount by giver (only givers of which something is known have a column) and in all, in
        centimes, whether the year compares with the others, and the centres that are not known in it. A year without
        any is there, unknown.
    """
    known_years = read(connection, "select usual, earliest from money_known", as_of).fetchone()
    last = last or int(known_years["usual"])
    earliest = known_years["earliest"]
    first = min(max(last - count + 1, earliest or last), last)
    report = funding(connection, as_of, first, last, by="year")
    names = tuple(name for name in (*_STATE, *_LOCAL, "other") if report.known(name))
    wanted = ("year", *names, "total", "comparable", "missing")
    places = [report.places[name] for name in wanted]
    known = report.totals["total"] is not None
    alert = fictitious.notes(connection, report.fictitious) if report.fictitious else ()
    said = {"known-of", "not-comparable"}
    return Result(
        name="funding_years",
        short=msg(N_("Funding by kind of funder")),
        title=msg("Known funding granted, by who gives it, {first}–{last}", first=str(first), last=str(last)),
        columns=(
            Column("year", N_("Year"), Kind.YEAR),
            *(report.column(name) for name in (*names, "total")),
            COMPARABLE,
            MISSING,
        ),
        rows=tuple(tuple(row[place] for place in places) for row in report.rows) if known else (),
        screen=("year", *names, "total", "comparable"),
        notes=(*alert, *(note for note in report.notes if note.code in said)),
        parameters={"as_of": as_of, "from": first, "to": last},
        fictitious=report.fictitious,
        origin=report.origin,
        chart=Chart(
            ChartShape.STACKED,
            msg("Known funding granted by who gives it, in euros per year (*: not comparable)")
            if any(row["comparable"] is False for row in report.records())
            else msg("Known funding granted by who gives it, in euros per year"),
            _description(connection, as_of, report),
            "year",
            names,
            marked="comparable",
        )
        if known
        else None,
    )


def _description(connection: sqlite3.Connection, as_of: str, report: Result) -> Message:
    """The figures that matter: programme 147 in the first and last year that compare, over the same centres."""
    years = [row["year"] for row in report.records() if row["comparable"]]
    rest = msg(N_("Local and other money is only what open data shows."))
    if len(years) < 2:
        return rest
    both = read(
        connection,
        """
        select count(*) as centres, sum(b.amount_cents) as before, sum(n.amount_cents) as after
        from state_support as b join state_support as n on n.centre = b.centre
        where b.year = :first and n.year = :last
        """,
        as_of,
        first=years[0],
        last=years[-1],
    ).fetchone()
    return msg(
        "Programme 147, granted to the {centres} centres known in both years: {before} in {first}, {after} in {last}. "
        "{rest}",
        centres=both["centres"],
        before=Euros(both["before"]),
        first=str(years[0]),
        after=Euros(both["after"]),
        last=str(years[-1]),
        rest=rest,
    )

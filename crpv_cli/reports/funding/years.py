"""What each kind of funder gave over the years, as far as it is known: a row a year, a column a kind."""

from __future__ import annotations

import sqlite3
from collections import defaultdict

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Euros, msg
from crpv_cli.registry.queries import read
from crpv_cli.reports import fictitious
from crpv_cli.reports.origin import origin
from crpv_cli.result import Chart, ChartShape, Result, Value


def funding_years(connection: sqlite3.Connection, as_of: str, last: int | None = None, count: int = 10) -> Result:
    """Add up known funding by year and kind of funder, over the ``count`` years up to ``last``.

    Args:
        connection: an open registry.
        as_of: ISO date: later years are not known yet.
        last: the last year; by default the one that ``funding`` takes.
        count: how many years at most; earlier ones of which nothing is known are left out.

    Returns:
        A row a year: its amount by kind (only kinds of which something is known have a column) and in all, in centimes;
        a year without any is there, unknown.
    """
    if last is None:
        (last,) = read(connection, "select usual from money_known", as_of).fetchone()
        assert last is not None
    asked = "select * from money_asked where year between :first and :last"
    found = read(connection, asked, as_of, first=last - count + 1, last=last).fetchall()
    sums: defaultdict[tuple[int, str], int] = defaultdict(int)
    for row in found:
        sums[row["year"], row["kind"]] += row["counted_cents"]
    kinds = [choice for choice in choices.FUNDER_KINDS if any(kind == choice.code for _, kind in sums)]
    years = range(min((year for year, _ in sums), default=last), last + 1)
    rows: list[tuple[Value, ...]] = []
    for year in years:
        amounts = [sums.get((year, kind.code)) for kind in kinds]
        known = [amount for amount in amounts if amount is not None]
        rows.append((year, *amounts, sum(known) if known else None))
    rests = any(row["fictitious"] for row in found)
    names = tuple(kind.code for kind in kinds)
    return Result(
        name="funding_years",
        short=msg(N_("Funding by kind of funder")),
        title=msg("Known funding by kind of funder, {first}–{last}", first=str(years[0]), last=str(last)),
        columns=(
            Column("year", N_("Year"), Kind.YEAR),
            *(Column(kind.code, kind.label, Kind.MONEY) for kind in kinds),
            Column("total", N_("Total"), Kind.MONEY),
        ),
        rows=tuple(rows) if found else (),
        notes=fictitious.notes(connection, rests) if rests else (),
        parameters={"as_of": as_of, "from": years[0], "to": last},
        fictitious=rests,
        origin=origin(connection, (row["source"] for row in found)),
        chart=Chart(
            ChartShape.STACKED,
            msg("Known funding by kind of funder, in euros per year"),
            msg(
                "The State's known support goes from {before} in {first} to {after} in {last}; local "
                "and other money is only what open data shows.",
                before=Euros(sums.get((years[0], "state"), 0)),
                first=str(years[0]),
                after=Euros(sums.get((last, "state"), 0)),
                last=str(last),
            ),
            "year",
            names,
        )
        if found
        else None,
    )

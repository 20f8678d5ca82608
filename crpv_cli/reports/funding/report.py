"""Who funds whom, in what proportion, and what is not known of it.

Amounts are in centimes. What nobody knows is None, never 0: a centre of which no State support is known in a year has
none in that year's row, and counts for nothing in the sums. Which money counts, and who gives it, is defined in
``registry/queries/facts/money.sql``.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Euros, Message, msg
from crpv_cli.registry.queries import query, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.funding.money import Asked, CentreMoney, Money, difference, euros, per, ratio, sum_of
from crpv_cli.reports.funding.notes import funding_notes
from crpv_cli.reports.options import AS_OF, CENTRE, YEAR, Option, Takes, codes, division
from crpv_cli.reports.origin import origin
from crpv_cli.result import Chart, ChartShape, Result, Value
from crpv_cli.spelling import fold

DIVISIONS = ("centre", "funder", "kind", "year", "scheme")
STAGES = codes(choices.STAGES)
OPTIONS = (
    YEAR,
    Option("first", N_("From this year on."), N_("YEAR"), Takes.YEAR, flag="--from"),
    Option("last", N_("Up to this year."), N_("YEAR"), Takes.YEAR, flag="--to"),
    division(N_("A row for each centre, funder, kind (of funder), year or scheme."), DIVISIONS),
    Option(
        "stage",
        N_("Only money requested, granted or paid; by default paid, else granted."),
        N_("STAGE"),
        choices=STAGES,
    ),
    CENTRE,
    AS_OF,
)


_DIVISIONS = {
    "centre": N_("centre"),
    "funder": N_("funder"),
    "kind": N_("kind of funder"),
    "year": N_("year"),
    "scheme": N_("scheme"),
}
_STAGES = {choice.code: choice.label for choice in choices.STAGES}


BY_CENTRE: tuple[Column, ...] = (
    *WHOSE,
    Column("state", N_("State"), Kind.MONEY),
    Column("region", N_("Region"), Kind.MONEY),
    Column("department", N_("Department"), Kind.MONEY),
    Column("intercommunality", N_("Intercommunality"), Kind.MONEY),
    Column("commune", N_("Commune"), Kind.MONEY),
    Column("local", N_("Local"), Kind.MONEY),
    Column("other", N_("Other"), Kind.MONEY),
    Column("total", N_("Total"), Kind.MONEY, bar=True),
    # The same as the total: whatever a row stands for, amounts add up under one name.
    Column("amount", N_("Amount"), Kind.MONEY),
    Column("state_share", N_("State share"), Kind.PERCENT),
    Column("local_share", N_("Local share"), Kind.PERCENT),
    Column("state_change", N_("Change of the State's"), Kind.MONEY),
    Column("state_change_share", N_("State, change"), Kind.PERCENT, signed=True),
    Column("total_change", N_("Change of the total"), Kind.MONEY),
    Column("total_change_share", N_("Total, change"), Kind.PERCENT, signed=True),
    Column("neighbourhoods", N_("Neighbourhoods"), Kind.INTEGER),
    Column("inhabitants", N_("Inhabitants"), Kind.INTEGER),
    Column("state_per_neighbourhood", N_("State, per neighbourhood"), Kind.MONEY),
    Column("state_per_inhabitant", N_("State, per inhabitant"), Kind.MONEY),
    Column("state_unknown_years", N_("Years without known State support"), Kind.CODES),
    Column("known", N_("Known"), Kind.FLAG),
    FICTITIOUS,
)
SCREEN: tuple[str, ...] = ("short_name", "state", "local", "other", "total", "state_share", "state_change_share")

_KEYS = {
    "funder": (
        Column("funder", N_("Funder id"), Kind.CODE),
        Column("name", N_("Funder")),
        Column("kind", N_("Kind"), Kind.CODE, choices=choices.FUNDER_KINDS),
    ),
    "kind": (Column("kind", N_("Kind of funder"), Kind.CODE, choices=choices.FUNDER_KINDS),),
    "year": (Column("year", N_("Year"), Kind.YEAR),),
    "scheme": (Column("scheme", N_("Scheme")),),
}
_GROUP = (
    Column("amount", N_("Amount"), Kind.MONEY, bar=True),
    Column("share", N_("Share"), Kind.PERCENT),
    Column("centres", N_("Centres"), Kind.INTEGER),
    Column("rows", N_("Payments"), Kind.INTEGER),
    Column("known", N_("Known"), Kind.FLAG),
    FICTITIOUS,
)
_KIND_ORDER = [choice.code for choice in choices.FUNDER_KINDS]


def share_of_state(state: int | None, local: int | None, total: int | None) -> float | None:
    """Return the State's share of the total, between 0 and 1.

    None unless both the State's support and a local authority's are known: without the other's money, a share of what
    is known would say nothing of who funds whom.
    """
    return None if state is None or local is None else ratio(state, total)


def funding(
    connection: sqlite3.Connection,
    as_of: str,
    first: int | None = None,
    last: int | None = None,
    by: str = "centre",
    stage: str | None = None,
    centre: str | None = None,
    year: int | None = None,
) -> Result:
    """Add up the funding of the centres over some years.

    Args:
        connection: an open registry.
        as_of: ISO date: later years are not known yet, and centres opened later do not count.
        first: the first year; by default the first one known where ``last`` is given or rows stand for years, and
            otherwise ``last``.
        last: the last year; by default the latest that is over and for which State support is known, else the one that
            runs; by year the latest known.
        by: one of ``DIVISIONS``: what a row stands for.
        stage: only rows of this stage, one of ``STAGES``; by default what was paid, else granted.
        centre: one centre only (its id).
        year: this year only, in the place of ``first`` and ``last``.

    Returns:
        A report. By centre, a row for each centre that was open in these years or of which funding is known, with the
        change on the year before where one year is asked for. By anything else, a row for each group of known funding,
        and by year also the years of which nothing is known. Totals are in euros: ``state``, ``local``, ``other``,
        ``total``; shares are between 0 and 1.

    Raises:
        UsageProblem: the first year comes after the last, or ``year`` stands beside one of them.
    """
    if year is not None:
        if first is not None or last is not None:
            raise UsageProblem(
                msg("--year and --from, --to cannot be used together."),
                msg("For several years, write --from 2020 --to 2024."),
            )
        first = last = year
    first, last = _years(connection, as_of, first, last, by, stage)
    asked = Asked(as_of, first, last, by, stage, centre)
    found = read(connection, query("funding"), as_of, **asked.parameters).fetchall()
    counted = [row for row in found if row["year"] >= first]
    centres = _centres(connection, asked, found)
    totals = _totals(centres)
    if by == "centre":
        columns, screen = BY_CENTRE, SCREEN if first == last else SCREEN[:-1]
        rows = _centre_rows(connection, asked, centres)
    else:
        columns = (*_KEYS[by], *_GROUP)
        hidden = {"funder", "known", "fictitious"}
        screen = tuple(column.name for column in columns if column.name not in hidden)
        rows = _group_rows(asked, counted)
    rests = any(row["fictitious"] for row in counted)
    return Result(
        name=f"funding-by-{by}",
        title=_title(asked),
        columns=columns,
        rows=rows,
        screen=screen,
        notes=(
            *fictitious.notes(connection, rests),
            *funding_notes(connection, asked, centres, counted, totals),
        ),
        parameters={"as_of": as_of, "from": first, "to": last, "by": by, "stage": stage, "centre": centre},
        totals={name: euros(value) if name in _IN_EUROS else value for name, value in totals.items()},
        total_row=_total_row(columns, totals, counted) if len(rows) > 1 else None,
        fictitious=rests,
        is_report=True,
        command="report funding",
        origin=origin(connection, (row["source"] for row in counted)),
        chart=_chart(asked, totals, counted),
    )


def _years(
    connection: sqlite3.Connection, as_of: str, first: int | None, last: int | None, by: str, stage: str | None
) -> tuple[int, int]:
    """The first and the last year that a report is of."""
    if first is not None and last is not None and first > last:
        raise UsageProblem(
            msg("The year {first} comes after the year {last}.", first=str(first), last=str(last)),
            msg("Give the earlier one with --from and the later one with --to."),
        )
    known = read(connection, "select * from money_known", as_of, stage=stage).fetchone()
    latest, earliest = known["latest"] or int(as_of[:4]), known["earliest"] or int(as_of[:4])
    if last is None:
        since = first is not None or by == "year"
        chosen = max(latest if by == "year" else known["usual"], first or 0)
        return first or (min(earliest, chosen) if since else chosen), chosen
    return first or min(earliest, last), last


def _centres(connection: sqlite3.Connection, asked: Asked, found: Sequence[sqlite3.Row]) -> list[CentreMoney]:
    """The centres open at some time in these years, and those of which funding is known, by name."""
    by_centre = {
        centre: tuple(rows)
        for centre, rows in groupby(sorted(found, key=lambda row: row["centre"]), key=lambda row: row["centre"])
    }
    years_open: defaultdict[str, list[int]] = defaultdict(list)
    asked_years = {"first": asked.first, "last": asked.last}
    for row in read(connection, "select * from open_years order by year", asked.as_of, **asked_years):
        years_open[row["centre"]].append(row["year"])
    centres = []
    for row in read(connection, "select id, short_name from centres_on", asked.as_of):
        if asked.centre is not None and row["id"] != asked.centre:
            continue
        own = by_centre.get(row["id"], ())
        now = Money(tuple(payment for payment in own if payment["year"] >= asked.first))
        if not (years_open[row["id"]] or now.rows or row["id"] == asked.centre):
            continue
        state_years = {payment["year"] for payment in now.rows if payment["giver"] == "state"}
        unknown = tuple(year for year in years_open[row["id"]] if year not in state_years)
        before = tuple(payment for payment in own if payment["year"] < asked.first)
        centres.append(CentreMoney(row["id"], row["short_name"], now, Money(before), unknown))
    return sorted(centres, key=lambda centre: fold(centre.short_name))


def _centre_rows(
    connection: sqlite3.Connection, asked: Asked, centres: Iterable[CentreMoney]
) -> tuple[tuple[Value, ...], ...]:
    parameters = {"as_of": asked.end}
    territories = {row["centre"]: row for row in read(connection, query("funding_territory"), **parameters)}
    rows = []
    for centre in centres:
        now, before = centre.now, centre.before
        territory = territories.get(centre.id)
        neighbourhoods, inhabitants = tuple(territory)[1:] if territory else (None, None)
        single = asked.first == asked.last
        state_change = difference(now.state, before.state) if single else None
        # A total is compared only with one of the same kinds of funders: what is not known is no fall.
        total_change = difference(now.total, before.total) if single and now.kinds == before.kinds else None
        both = now.both
        state_share = share_of_state(both.state, both.local, both.total)
        values: dict[str, Value] = {
            "centre": centre.id,
            "short_name": centre.short_name,
            "state": now.state,
            **{kind: now.of(kind) for kind in choices.LOCAL_AUTHORITIES},
            "local": now.local,
            "other": now.other,
            "total": now.total,
            "amount": now.total,
            "state_share": state_share,
            "local_share": None if state_share is None else ratio(both.local, both.total),
            "state_change": state_change,
            "state_change_share": ratio(state_change, before.state),
            "total_change": total_change,
            "total_change_share": ratio(total_change, before.total),
            "neighbourhoods": neighbourhoods,
            "inhabitants": inhabitants,
            "state_per_neighbourhood": per(now.state, neighbourhoods),
            "state_per_inhabitant": per(now.state, inhabitants),
            "state_unknown_years": tuple(str(year) for year in centre.state_unknown_years),
            "known": bool(now.rows),
            "fictitious": any(row["fictitious"] for row in now.rows),
        }
        rows.append(tuple(values[column.name] for column in BY_CENTRE))
    return tuple(rows)


_GROUP_KEYS: Mapping[str, Callable[[sqlite3.Row], tuple[Value, ...]]] = {
    "funder": lambda row: (row["funder"], row["funder_name"], row["kind"]),
    "kind": lambda row: (row["kind"],),
    "year": lambda row: (row["year"],),
    "scheme": lambda row: (row["scheme"],),
}


def _group_rows(asked: Asked, counted: Sequence[sqlite3.Row]) -> tuple[tuple[Value, ...], ...]:
    """A row for each group: the largest amount first, kinds in their own order, years in time."""
    key = _GROUP_KEYS[asked.by]
    groups: dict[tuple[Value, ...], list[sqlite3.Row]] = {}
    if asked.by == "year":
        groups = {(year,): [] for year in range(asked.first, asked.last + 1)}
    for row in counted:
        groups.setdefault(key(row), []).append(row)
    whole = sum_of(counted)
    amounts = {group: sum_of(rows) for group, rows in groups.items()}

    def place(group: tuple[Value, ...]) -> tuple[int, str]:
        if asked.by == "year":
            return int(str(group[0])), ""
        if asked.by == "kind":
            return _KIND_ORDER.index(str(group[0])), ""
        return -(amounts[group] or 0), fold(str(group[0]))

    return tuple(
        (
            *group,
            amounts[group],
            ratio(amounts[group], whole),
            len({row["centre"] for row in groups[group]}),
            len(groups[group]),
            bool(groups[group]),
            any(row["fictitious"] for row in groups[group]),
        )
        for group in sorted(groups, key=place)
    )


_IN_EUROS = {"state", "local", "other", "total", "state_change"}


def _totals(centres: Sequence[CentreMoney]) -> dict[str, int | float | None]:
    """Figures over all centres; amounts in centimes."""
    whole = Money(tuple(row for centre in centres for row in centre.now.rows))
    both = [money for centre in centres if (money := centre.now.both).rows]
    compared = [
        (centre.now.state, centre.before.state)
        for centre in centres
        if centre.now.state is not None and centre.before.state is not None
    ]
    state, before = sum(now for now, _ in compared), sum(earlier for _, earlier in compared)
    change = state - before if compared else None
    return {
        "state": whole.state,
        "local": whole.local,
        "other": whole.other,
        "total": whole.total,
        "state_share": ratio(sum(money.state or 0 for money in both), sum(money.total or 0 for money in both)),
        "state_share_centres": len(both),
        "state_change": change,
        "state_change_share": ratio(change, before),
        "state_change_centres": len(compared),
        "centres": len(centres),
        "known": sum(bool(centre.now.rows) for centre in centres),
        "unknown": sum(not centre.now.rows for centre in centres),
        "state_unknown": sum(centre.now.state is None for centre in centres),
        "local_unknown": sum(centre.now.local is None for centre in centres),
        "rows": len(whole.rows),
    }


def _total_row(
    columns: Sequence[Column], totals: Mapping[str, int | float | None], counted: Sequence[sqlite3.Row]
) -> tuple[Value, ...]:
    money = Money(tuple(counted))
    values: dict[str, Value] = {name: totals[name] for name in ("state", "local", "other", "total")}
    values |= {kind: money.of(kind) for kind in choices.LOCAL_AUTHORITIES}
    values |= {"amount": totals["total"], "rows": len(counted)}
    return tuple(values.get(column.name) for column in columns)


def _title(asked: Asked) -> Message:
    division = msg(_DIVISIONS[asked.by])
    if asked.stage is None:
        return msg("Funding by {division}, {years}", division=division, years=asked.years)
    return msg(
        "Funding by {division}, {years}: amounts {stage}",
        division=division,
        years=asked.years,
        stage=msg(_STAGES[asked.stage]),
    )


def _chart(asked: Asked, totals: Mapping[str, int | float | None], counted: Sequence[sqlite3.Row]) -> Chart | None:
    """Who gives what to each centre, or a bar for each group; none where nothing is known."""
    whole = totals["total"]
    if not counted or whole is None:
        return None
    shapes = {"centre": "short_name", "funder": "name"}
    return Chart(
        ChartShape.STACKED if asked.by == "centre" else ChartShape.BARS,
        msg(
            "{amount} known in {years}, by {division}",
            amount=Euros(int(whole)),
            years=asked.years,
            division=msg(_DIVISIONS[asked.by]),
        ),
        msg(
            "{amount} in {rows} payments; a missing bar means not known, not 0.",
            amount=Euros(int(whole)),
            rows=len(counted),
        ),
        shapes.get(asked.by, asked.by),
        ("state", "local", "other") if asked.by == "centre" else ("amount",),
    )

"""Who funds whom, in what proportion, and what is not known of it.

Amounts are in centimes, and of one stage: what is requested, granted and paid is never added up, nor put in place of
another. What nobody knows is None, never 0: a centre of which no State support is known in a year has none in that
year's row, and counts for nothing in the sums. Which money counts, and who gives it, is defined in
``registry/queries/facts/money.sql``.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Euros, Message, msg
from crpv_cli.registry.queries import query, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.finding import find_department, find_region
from crpv_cli.reports.funding.money import SUMS, Asked, CentreMoney, Money, added, difference, euros, per, ratio, sum_of
from crpv_cli.reports.funding.notes import funding_notes
from crpv_cli.reports.funding.spread import spread
from crpv_cli.reports.options import AS_OF, CENTRE, DEPARTMENT, REGION, YEAR, Option, Takes, division
from crpv_cli.reports.origin import origin
from crpv_cli.reports.places import centres_of, region_notes
from crpv_cli.result import Chart, ChartShape, Result, Value, Worded
from crpv_cli.spelling import fold

DIVISIONS = {
    "centre": N_("centre"),
    "centre-year": N_("centre and year"),
    "region": N_("region"),
    "funder": N_("funder"),
    "kind": N_("kind of funder"),
    "year": N_("year"),
    "scheme": N_("scheme"),
}
NATURES = (*choices.NATURES, Choice("unknown", N_("nature not known"), ("inconnue", "not known")))
OPTIONS = (
    YEAR,
    Option("first", N_("From this year on."), N_("YEAR"), Takes.YEAR, flag="--from"),
    Option("last", N_("Up to this year."), N_("YEAR"), Takes.YEAR, flag="--to"),
    division(
        N_("A row for each centre, centre-year (centre and year), region, funder, kind (of funder), year or scheme."),
        DIVISIONS,
    ),
    Option(
        "stage",
        N_("Money requested, granted or paid, one of them: granted by default."),
        N_("STAGE"),
        choices=choices.STAGES,
    ),
    Option("scheme", N_("Only money of this programme or scheme: P147, operating…"), N_("SCHEME")),
    Option(
        "nature",
        N_("Only money of this nature; unknown where the source does not say it."),
        N_("NATURE"),
        choices=NATURES,
    ),
    REGION,
    DEPARTMENT,
    CENTRE,
    AS_OF,
)


_TITLES = {
    "requested": N_("Funding requested in {years}, by {division}"),
    "granted": N_("Funding granted in {years}, by {division}"),
    "paid": N_("Funding paid in {years}, by {division}"),
}
_NATURES = {choice.code: choice.label for choice in NATURES}

SUM_COLUMNS: Mapping[str, Column] = {
    "state_p147": Column("state_p147", N_("State, programme 147"), Kind.MONEY),
    "state_programmes": Column("state_programmes", N_("State, other programmes"), Kind.MONEY),
    "state_posts": Column("state_posts", N_("State, posts"), Kind.MONEY),
    "state": Column("state", N_("State"), Kind.MONEY),
    "local": Column("local", N_("Local"), Kind.MONEY),
    "other": Column("other", N_("Other"), Kind.MONEY),
    "total": Column("total", N_("Total"), Kind.MONEY, bar=True),
}
_AMOUNTS: tuple[Column, ...] = (
    *(SUM_COLUMNS[name] for name in ("state_p147", "state_programmes", "state_posts", "state")),
    Column("region", N_("Region"), Kind.MONEY),
    Column("department", N_("Department"), Kind.MONEY),
    Column("intercommunality", N_("Intercommunality"), Kind.MONEY),
    Column("commune", N_("Commune"), Kind.MONEY),
    *(SUM_COLUMNS[name] for name in ("local", "other", "total")),
    # The same as the total: whatever a row stands for, amounts add up under one name.
    Column("amount", N_("Amount"), Kind.MONEY),
)
BY_CENTRE: tuple[Column, ...] = (
    *WHOSE,
    *_AMOUNTS,
    Column("paid", N_("Paid"), Kind.MONEY),
    Column("left", N_("Left to pay"), Kind.MONEY),
    Column("resources", N_("All resources"), Kind.MONEY),
    Column("state_share", N_("State share"), Kind.PERCENT),
    Column("state_share_at_most", N_("State share, at most"), Kind.PERCENT),
    Column("state_share_missing", N_("Not known"), Kind.CODES),
    Column("local_share", N_("Local share"), Kind.PERCENT),
    Column("state_change", N_("Programme 147, change"), Kind.MONEY),
    Column("state_change_share", N_("Programme 147, change"), Kind.PERCENT, signed=True),
    Column("total_change", N_("Change of the total"), Kind.MONEY),
    Column("total_change_share", N_("Total, change"), Kind.PERCENT, signed=True),
    Column("neighbourhoods", N_("Neighbourhoods"), Kind.INTEGER),
    Column("inhabitants", N_("Inhabitants"), Kind.INTEGER),
    Column("state_per_neighbourhood", N_("Programme 147, per neighbourhood"), Kind.MONEY),
    Column("state_per_inhabitant", N_("Programme 147, per inhabitant"), Kind.MONEY),
    Column("state_unknown_years", N_("Years without known programme 147"), Kind.CODES),
    Column("sources", N_("Sources"), Kind.CODES),
    Column("known", N_("Known"), Kind.FLAG),
    FICTITIOUS,
)
BY_CENTRE_YEAR = (*WHOSE, Column("year", N_("Year"), Kind.YEAR), *BY_CENTRE[len(WHOSE) :])
_SCREEN: tuple[str, ...] = (
    "short_name",
    "year",
    "state_p147",
    "state_programmes",
    "state_posts",
    "local",
    "other",
    "total",
    "paid",
    "left",
    "state_share",
    "state_share_at_most",
    "state_change_share",
)
_WHERE_KNOWN = {"state_programmes", "state_posts", "other", "paid", "left", "state_share", "state_share_at_most"}
"""What a terminal only shows where something is known of it."""
_SPARE = ("state_posts", "state_programmes", "other")

KEYS = {
    "region": (Column("regions", N_("Region")), Column("region_codes", N_("Region codes"), Kind.CODES)),
    "funder": (
        Column("funder", N_("Funder id"), Kind.CODE),
        Column("name", N_("Funder")),
        Column("kind", N_("Kind"), Kind.CODE, choices=choices.FUNDER_KINDS),
    ),
    "kind": (Column("kind", N_("Kind of funder"), Kind.CODE, choices=choices.FUNDER_KINDS),),
    "year": (Column("year", N_("Year"), Kind.YEAR),),
    "scheme": (Column("scheme", N_("Scheme")),),
}
_SET = (
    Column("centres", N_("Centres"), Kind.INTEGER, over="centres_open"),
    Column("centres_open", N_("Centres open"), Kind.INTEGER),
    Column("rows", N_("Payments"), Kind.INTEGER),
    Column("known", N_("Known"), Kind.FLAG),
    FICTITIOUS,
)
_SHARE = Column("share", N_("Share"), Kind.PERCENT)
_P147_CENTRES = Column("state_p147_centres", N_("Programme 147, centres"), Kind.INTEGER, over="centres_open")
COMPARABLE = Column("comparable", N_("Comparable"), Kind.FLAG)
MISSING = Column("missing", N_("Centres not known"), Kind.CODES)
_GROUPS = {
    "region": (*_AMOUNTS, _SHARE, _P147_CENTRES, *_SET),
    "year": (*_AMOUNTS, _SHARE, _P147_CENTRES, COMPARABLE, MISSING, *_SET),
} | dict.fromkeys(("funder", "kind", "scheme"), (Column("amount", N_("Amount"), Kind.MONEY, bar=True), _SHARE, *_SET))
_GROUP_SCREENS = {
    "region": ("regions", *_SCREEN[2:8], "state_p147_centres"),
    "year": ("year", *_SCREEN[2:8], "state_p147_centres", "comparable"),
    "funder": ("name", "kind", "amount", "share", "centres", "rows"),
    "kind": ("kind", "amount", "share", "centres", "rows"),
    "scheme": ("scheme", "amount", "share", "centres", "rows"),
}
_KIND_ORDER = [choice.code for choice in choices.FUNDER_KINDS]


def funding(
    connection: sqlite3.Connection,
    as_of: str,
    first: int | None = None,
    last: int | None = None,
    by: str = "centre",
    stage: str = "granted",
    scheme: str | None = None,
    nature: str | None = None,
    region: str | None = None,
    department: str | None = None,
    centre: str | None = None,
    year: int | None = None,
) -> Result:
    """Add up the funding of the centres over some years, at one stage.

    Args:
        connection: an open registry.
        as_of: ISO date: later years are not known yet, and centres opened later do not count.
        first: the first year; by default the first one known where ``last`` is given or rows stand for years, and
            otherwise ``last``.
        last: the last year; by default the latest that is over and for which State support is known, else the one that
            runs; by year the latest known.
        by: one of ``DIVISIONS``: what a row stands for.
        stage: one of ``choices.STAGES``: only money of this stage.
        scheme: only money of this programme or scheme, capitals or not.
        nature: one of ``NATURES``: only money of this nature, ``unknown`` for what does not say it.
        region: only the centres that serve this region (its code or name) at the end of the last year.
        department: only those that serve this department.
        centre: one centre only (its id).
        year: this year only, in the place of ``first`` and ``last``.

    Returns:
        A report. By centre, a row for each centre that was open in these years or of which funding is known, with the
        change on the year before where one year is asked for; by centre-year, one for each of its years, over the
        perimeters and counts of one day. By anything else, a row for each group of known funding, and by year also the
        years of which nothing is known, each with whether it compares with others. Totals are in euros; shares are
        between 0 and 1; ``NAME_known`` is of how many centres a sum is known.

    Raises:
        UsageProblem: the first year comes after the last, or ``year`` stands beside one of them; an unknown region or
            department.
    """
    if year is not None:
        if first is not None or last is not None:
            raise UsageProblem(
                msg("--year and --from, --to cannot be used together."),
                msg("For several years, write --from 2020 --to 2024."),
            )
        first = last = year
    first, last = _years(connection, as_of, first, last, by, stage)
    asked = _asked(connection, as_of, first, last, by, stage, scheme, nature, region, department, centre)
    known = Known.read(connection, asked)
    rows_of_years = [row for row in known.money if row["year"] >= first]
    of_centres = known.centres()
    totals = _totals(asked, of_centres)
    columns, rows, screen = _rows(connection, asked, known, of_centres)
    rests = any(row["fictitious"] for row in rows_of_years) or any(one.resources_fictitious for one in of_centres)
    result = Result(
        name=f"funding-by-{by}",
        title=_title(connection, asked, region, department, centre),
        columns=columns,
        rows=rows,
        screen=screen,
        spare=tuple(name for name in _SPARE if name in screen),
        notes=(
            *fictitious.notes(connection, rests),
            *region_notes(connection, region),
            *funding_notes(connection, asked, of_centres, rows_of_years, known.stages, known.years, totals),
        ),
        parameters={
            "as_of": as_of,
            "from": first,
            "to": last,
            "by": by,
            "stage": stage,
            "scheme": scheme,
            "nature": nature,
            "region": region,
            "department": department,
            "centre": centre,
        },
        totals={name: euros(value) if name in _IN_EUROS else value for name, value in totals.items()},
        total_row=_total_row(columns, totals, rows_of_years) if len(rows) > 1 else None,
        fictitious=rests,
        is_report=True,
        command="report funding",
        origin=origin(connection, (row["source"] for row in rows_of_years)),
        chart=_chart(asked, totals, rows_of_years),
    )
    return replace(result, screen=tuple(name for name in screen if name not in _WHERE_KNOWN or result.known(name)))


def _asked(
    connection: sqlite3.Connection,
    as_of: str,
    first: int,
    last: int,
    by: str,
    stage: str,
    scheme: str | None,
    nature: str | None,
    region: str | None,
    department: str | None,
    centre: str | None,
) -> Asked:
    end = min(f"{last}-12-31", as_of)
    centres = centres_of(connection, end, region, department, centre)
    return Asked(as_of, first, last, by, stage, scheme, nature, None if centres is None else frozenset(centres), end)


def asked_again(connection: sqlite3.Connection, parameters: Mapping[str, Any]) -> Asked:
    """What a report of funding was asked for, from its ``parameters``."""
    others = {name: value for name, value in parameters.items() if name not in {"from", "to"}}
    return _asked(connection, first=parameters["from"], last=parameters["to"], **others)


def _years(
    connection: sqlite3.Connection, as_of: str, first: int | None, last: int | None, by: str, stage: str
) -> tuple[int, int]:
    """The first and the last year that a report is of."""
    if first is not None and last is not None and first > last:
        raise UsageProblem(
            msg("The year {first} comes after the year {last}.", first=str(first), last=str(last)),
            msg("Give the earlier one with --from and the later one with --to."),
        )
    if first is not None and last is not None:
        return first, last
    known = read(connection, "select * from money_known", as_of, stage=stage).fetchone()
    latest, earliest = known["latest"] or int(as_of[:4]), known["earliest"] or int(as_of[:4])
    if last is None:
        since = first is not None or by == "year"
        chosen = max(latest if by == "year" else known["usual"], first or 0)
        return first or (min(earliest, chosen) if since else chosen), chosen
    return first or min(earliest, last), last


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the money asked for, and of the year before the first.

    ``stages`` are rows of ``facts/paid.sql``; ``years`` has, for each year, how many centres existed in it and whether
    it compares with others.
    """

    asked: Asked
    names: Mapping[str, str]
    open_years: Mapping[str, list[int]]
    money: Sequence[sqlite3.Row]
    stages: Sequence[sqlite3.Row]
    years: Mapping[int, sqlite3.Row]
    budgets: Mapping[tuple[str, int], sqlite3.Row]

    @classmethod
    def read(cls, connection: sqlite3.Connection, asked: Asked) -> Known:
        """Read what is known of the money asked for."""

        def found(sql: str) -> list[sqlite3.Row]:
            return read(connection, sql, asked.as_of, **asked.parameters).fetchall()

        open_years: defaultdict[str, list[int]] = defaultdict(list)
        for row in found("select * from open_years order by year"):
            open_years[row["centre"]].append(row["year"])
        names = {
            row["id"]: row["short_name"]
            for row in found("select id, short_name from centres_on")
            if asked.centres is None or row["id"] in asked.centres
        }
        return cls(
            asked,
            names,
            open_years,
            found(query("funding")),
            found("select * from paid where year between :first and :last order by year, centre, funder_name, scheme"),
            # One year is compared with none.
            {row["year"]: row for row in found("select * from comparable_years")}
            if asked.first < asked.last or asked.by == "year"
            else {},
            {
                (row["centre"], row["year"]): row
                for row in found("select * from standing_budgets where resources_cents is not null")
            },
        )

    def centres(self, year: int | None = None) -> list[CentreMoney]:
        """The centres open at some time in the years, or in a year, and those of which funding is known, by name."""
        first, last = (self.asked.first, self.asked.last) if year is None else (year, year)
        of_centre: defaultdict[str, list[sqlite3.Row]] = defaultdict(list)
        for row in self.money:
            of_centre[row["centre"]].append(row)
        centres = []
        for centre, short_name in self.names.items():
            now = Money(tuple(row for row in of_centre[centre] if first <= row["year"] <= last))
            open_years = tuple(year for year in self.open_years.get(centre, ()) if first <= year <= last)
            alone = self.asked.centres is not None and len(self.asked.centres) == 1
            if not (open_years or now.rows or (alone and year is None)):
                continue
            supported = {row["year"] for row in now.rows if row["scope"] == "p147"}
            its_years = {*open_years} | {int(row["year"]) for row in now.rows}
            in_full = [self.budgets[centre, year] for year in its_years if (centre, year) in self.budgets]
            whole = bool(in_full) and len(in_full) == len(its_years) and self.asked.shares
            stages = [row for row in self.stages if row["centre"] == centre and first <= row["year"] <= last]
            centres.append(
                CentreMoney(
                    centre,
                    short_name,
                    year,
                    now,
                    Money(tuple(row for row in of_centre[centre] if row["year"] == first - 1)),
                    open_years,
                    tuple(year for year in open_years if year not in supported),
                    added(row["resources_cents"] for row in in_full) if whole else None,
                    whole and any(row["fictitious"] for row in in_full),
                    added(row["paid"] for row in stages),
                    added(row["left_cents"] for row in stages),
                )
            )
        return sorted(centres, key=lambda centre: fold(centre.short_name))

    def years_of_centres(self) -> list[CentreMoney]:
        """The centres in each year, the years of a centre after one another."""
        years = range(self.asked.first, self.asked.last + 1)
        found = [centre for year in years for centre in self.centres(year)]
        return sorted(found, key=lambda one: (fold(one.short_name), one.id, one.year))


def _rows(
    connection: sqlite3.Connection, asked: Asked, known: Known, centres: Sequence[CentreMoney]
) -> tuple[tuple[Column, ...], tuple[tuple[Value, ...], ...], tuple[str, ...]]:
    """The columns of a report, its rows, and the columns that a terminal shows."""
    if asked.by in {"centre", "centre-year"}:
        yearly = asked.by == "centre-year"
        columns = BY_CENTRE_YEAR if yearly else BY_CENTRE
        names = {column.name for column in columns} - (set() if asked.yearly else {"state_change_share"})
        rows = _centre_rows(connection, asked, known.years_of_centres() if yearly else centres, columns)
        return columns, rows, tuple(name for name in _SCREEN if name in names)
    columns = (*KEYS[asked.by], *_GROUPS[asked.by])
    return columns, _group_rows(connection, asked, known, centres, columns), _GROUP_SCREENS[asked.by]


def _called(columns: Sequence[str]) -> tuple[Worded, ...]:
    """Columns of a centre's money by their labels."""
    labels = {column.name: column.label for column in BY_CENTRE}
    return tuple(Worded(name, msg(labels[name])) for name in columns)


def _centre_rows(
    connection: sqlite3.Connection, asked: Asked, centres: Iterable[CentreMoney], columns: Sequence[Column]
) -> tuple[tuple[Value, ...], ...]:
    territories = {row["centre"]: row for row in read(connection, query("funding_territory"), asked.on)}
    rows = []
    for centre in centres:
        now, before = centre.now, centre.before
        territory = territories.get(centre.id)
        neighbourhoods, inhabitants = tuple(territory)[1:] if territory else (None, None)
        support, support_before = now.of("state_p147"), before.of("state_p147")
        state_change = difference(support, support_before) if asked.yearly else None
        # A total is compared only with one of the same kinds of funders: what is not known is no fall.
        alike = asked.yearly and now.kinds == before.kinds
        total, total_before = now.of("total"), before.of("total")
        total_change = difference(total, total_before) if alike else None
        share = centre.state_share
        values: dict[str, Value] = {
            "centre": centre.id,
            "short_name": centre.short_name,
            "year": centre.year,
            **{column.name: now.of(column.name) for column in _AMOUNTS[:-1]},
            "amount": total,
            "paid": centre.paid,
            "left": centre.left,
            "resources": centre.resources,
            "state_share": share,
            "state_share_at_most": centre.share_at_most if asked.shares else None,
            "state_share_missing": _called(centre.not_known) if asked.shares else (),
            "local_share": ratio(now.of("local"), centre.resources) if share is not None else None,
            "state_change": state_change,
            "state_change_share": ratio(state_change, support_before),
            "total_change": total_change,
            "total_change_share": ratio(total_change, total_before),
            "neighbourhoods": neighbourhoods,
            "inhabitants": inhabitants,
            "state_per_neighbourhood": per(support, neighbourhoods),
            "state_per_inhabitant": per(support, inhabitants),
            "state_unknown_years": tuple(str(year) for year in centre.unknown_years),
            "sources": tuple(sorted({str(row["source"]) for row in now.rows if row["source"]})),
            "known": bool(now.rows),
            "fictitious": centre.resources_fictitious or any(row["fictitious"] for row in now.rows),
        }
        rows.append(tuple(values[column.name] for column in columns))
    return tuple(rows)


_Key = tuple[Value, ...]


def _group_rows(
    connection: sqlite3.Connection,
    asked: Asked,
    known: Known,
    centres: Sequence[CentreMoney],
    columns: Sequence[Column],
) -> tuple[tuple[Value, ...], ...]:
    """A row for each group: the largest amount first, kinds and regions in their own order, years in time."""
    rows = [row for row in known.money if row["year"] >= asked.first]
    key, ids = grouping(connection, asked, rows)
    groups: dict[_Key, list[sqlite3.Row]] = {}
    members: defaultdict[_Key, set[str]] = defaultdict(set)
    if asked.by == "year":
        groups = {(year,): [] for year in range(asked.first, asked.last + 1)}
    elif asked.by == "region":
        for centre in centres:
            groups.setdefault(ids(centre.id), [])
            members[ids(centre.id)].add(centre.id)
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    whole = sum_of(rows)

    def place(group: _Key) -> tuple[int, str]:
        if asked.by == "year":
            return int(str(group[0])), ""
        if asked.by == "region":
            return group[0] is None, fold(str(group[0]))
        if asked.by == "kind":
            return _KIND_ORDER.index(str(group[0])), ""
        return -(sum_of(groups[group]) or 0), fold(str(group[0]))

    made = []
    for group in sorted(groups, key=place):
        money = Money(tuple(groups[group]))
        year = known.years.get(int(str(group[0]))) if asked.by == "year" else None
        open_centres = len(members[group]) if asked.by == "region" else year["centres"] if year else len(centres)
        amount = money.of("total")
        values: dict[str, Value] = {
            **dict(zip((column.name for column in columns), group, strict=False)),
            **(
                {column.name: money.of(column.name) for column in _AMOUNTS[:-1]}
                if asked.by in {"region", "year"}
                else {}
            ),
            "amount": amount,
            "share": ratio(amount, whole),
            "state_p147_centres": len({row["centre"] for row in money.rows if row["scope"] == "p147"}),
            "comparable": bool(year and year["comparable"]),
            "missing": tuple((year["missing"] or "").split()) if year else (),
            "centres": len({row["centre"] for row in money.rows}),
            "centres_open": open_centres,
            "rows": len(money.rows),
            "known": bool(money.rows),
            "fictitious": any(row["fictitious"] for row in money.rows),
        }
        made.append(tuple(values[column.name] for column in columns))
    return tuple(made)


def grouping(
    connection: sqlite3.Connection, asked: Asked, rows: Iterable[sqlite3.Row]
) -> tuple[Callable[[sqlite3.Row], _Key], Callable[[str], _Key]]:
    """What a row of money is grouped by, and what a centre is, where rows stand for regions."""
    regions: dict[str, _Key] = {}
    if asked.by == "region":
        regions = {
            row["centre"]: (row["regions"], tuple(row["region_codes"].split()))
            for row in read(connection, "select * from centre_regions", asked.on)
        }
    # A scheme is one however it is written; it is shown as it was first.
    schemes: dict[str | None, str | None] = {}
    for row in rows:
        schemes.setdefault(row["programme"], row["scheme"])

    def of_centre(centre: str) -> _Key:
        return regions.get(centre, (None, ()))

    keys: dict[str, Callable[[sqlite3.Row], _Key]] = {
        "region": lambda row: of_centre(row["centre"]),
        "funder": lambda row: (row["funder"], row["funder_name"], row["kind"]),
        "kind": lambda row: (row["kind"],),
        "year": lambda row: (row["year"],),
        "scheme": lambda row: (schemes[row["programme"]],),
    }
    return keys[asked.by], of_centre


_IN_EUROS = {
    *SUMS,
    "paid",
    "left",
    "state_change",
    "state_p147_median",
    "state_p147_quartile_1",
    "state_p147_quartile_3",
}


def _totals(asked: Asked, centres: Sequence[CentreMoney]) -> dict[str, int | float | None]:
    """Figures over all centres; amounts in centimes."""
    whole = Money(tuple(row for centre in centres for row in centre.now.rows))
    in_full = [centre for centre in centres if centre.state_share is not None]
    compared = [
        (now, before)
        for centre in centres
        if (now := centre.now.of("state_p147")) is not None and (before := centre.before.of("state_p147")) is not None
    ]
    support, before = sum(now for now, _ in compared), sum(earlier for _, earlier in compared)
    change = support - before if compared and asked.first == asked.last else None
    known = {name: sum(centre.now.of(name) is not None for centre in centres) for name in SUMS}
    return {
        **{name: whole.of(name) for name in SUMS},
        **{f"{name}_known": count for name, count in known.items()},
        "paid": added(centre.paid for centre in centres),
        "left": added(centre.left for centre in centres),
        "state_share": ratio(
            added(centre.now.of("state") for centre in in_full), added(centre.resources for centre in in_full)
        ),
        "state_share_centres": len(in_full),
        "state_change": change,
        "state_change_share": ratio(change, before),
        "state_change_centres": len(compared),
        **spread(
            "state_p147", [centre.now.of("state_p147") for centre in centres] if asked.first == asked.last else []
        ),
        "centres": len(centres),
        "known": known["total"],
        "unknown": len(centres) - known["total"],
        "state_unknown": len(centres) - known["state_p147"],
        "local_unknown": len(centres) - known["local"],
        "rows": len(whole.rows),
    }


def _total_row(
    columns: Sequence[Column], totals: Mapping[str, int | float | None], counted: Sequence[sqlite3.Row]
) -> tuple[Value, ...]:
    money = Money(tuple(counted))
    values: dict[str, Value] = {column.name: money.of(column.name) for column in _AMOUNTS[:-1]}
    values |= {"amount": totals["total"], "rows": len(counted), "paid": totals["paid"], "left": totals["left"]}
    return tuple(values.get(column.name) for column in columns)


def _title(
    connection: sqlite3.Connection, asked: Asked, region: str | None, department: str | None, centre: str | None
) -> Message:
    """The title: the stage and the years, and what narrows the money."""
    title = msg(_TITLES[asked.stage], years=asked.years, division=msg(DIVISIONS[asked.by]))
    narrowed: list[object] = [asked.scheme] if asked.scheme else []
    narrowed += [msg(_NATURES[asked.nature])] if asked.nature else []
    narrowed += [find_region(connection, region).called] if region else []
    narrowed += [find_department(connection, department)] if department else []
    return msg("{title} ({only})", title=title, only=narrowed) if narrowed else title


def _chart(asked: Asked, totals: Mapping[str, int | float | None], counted: Sequence[sqlite3.Row]) -> Chart | None:
    """Who gives what to each centre, region or year, or a bar for each other group; none where nothing is known."""
    whole = totals["total"]
    if not counted or whole is None or asked.by == "centre-year":
        return None
    categories = {"centre": "short_name", "funder": "name", "region": "regions"}
    by_giver = asked.by in {"centre", "region", "year"}
    amount = Euros(int(whole))
    title = {
        "requested": N_("{amount} requested in {years}, by {division}"),
        "granted": N_("{amount} granted in {years}, by {division}"),
        "paid": N_("{amount} paid in {years}, by {division}"),
    }[asked.stage]
    return Chart(
        ChartShape.STACKED if by_giver else ChartShape.BARS,
        msg(title, amount=amount, years=asked.years, division=msg(DIVISIONS[asked.by])),
        msg("{amount} in {rows} payments; a missing bar means not known, not 0.", amount=amount, rows=len(counted))
        if asked.by != "year"
        else msg(
            "{amount} in {rows} payments; a missing bar means not known, not 0, and a year with * does not compare "
            "with the others.",
            amount=amount,
            rows=len(counted),
        ),
        categories.get(asked.by, asked.by),
        ("state_p147", "state_programmes", "state_posts", "local", "other") if by_giver else ("amount",),
        marked="comparable" if asked.by == "year" else "",
    )

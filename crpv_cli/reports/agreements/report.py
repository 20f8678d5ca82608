"""Which multi-annual agreements run, end soon, or ended without a successor."""

from __future__ import annotations

import calendar
import datetime
import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.language import N_, Day, Euros, msg, msgs
from crpv_cli.reports import fictitious
from crpv_cli.reports.options import AS_OF, CENTRE, WITHIN, Option, codes
from crpv_cli.reports.origin import origin
from crpv_cli.result import Note, Result, Value
from crpv_cli.spelling import fold

__all__ = ["COLUMNS", "OPTIONS", "STATUSES", "WITHIN_MONTHS", "agreements", "months_after"]

WITHIN_MONTHS = 12
"""How far ahead an agreement that runs is said to end soon: the project's own default."""

# What needs attention first.
STATUSES = (
    Choice("ended-without-successor", N_("ended without successor")),
    Choice("ending", N_("ending soon")),
    Choice("running", N_("running")),
    Choice("future", N_("to come")),
    Choice("ended", N_("ended, renewed")),
)
OPTIONS = (
    WITHIN,
    Option(
        "status",
        N_("Only ended-without-successor, ending, running, future or ended."),
        N_("STATUS"),
        choices=codes(STATUSES),
    ),
    CENTRE,
    AS_OF,
)
COLUMNS = (
    Column("centre", N_("Centre id"), Kind.CODE),
    Column("short_name", N_("Centre")),
    Column("funder", N_("Funder id"), Kind.CODE),
    Column("funder_name", N_("Funder")),
    Column("kind", N_("Kind"), Kind.CODE, choices=choices.FUNDER_KINDS),
    Column("title", N_("Title")),
    Column("starts_on", N_("Starts on"), Kind.DATE),
    Column("ends_on", N_("Ends on"), Kind.DATE),
    Column("days_left", N_("Days left"), Kind.INTEGER),
    Column("status", N_("Status"), Kind.CODE, choices=STATUSES),
    Column("renewed", N_("Renewed"), Kind.FLAG),
    Column("amount", N_("Amount"), Kind.MONEY),
    Column("reference", N_("Reference")),
    Column("source", N_("Source"), Kind.CODE, refers="sources"),
    Column("fictitious", N_("Fictitious"), Kind.FLAG, emphasis=True),
)
_SCREEN = ("short_name", "funder_name", "title", "ends_on", "days_left", "status", "amount")
# A narrow terminal does without these: what is left says with whom, and until when.
_SPARE = ("title", "amount")
_ORDER = {status.code: place for place, status in enumerate(STATUSES)}


def months_after(day: str, months: int) -> str:
    """Return the ISO date so many calendar months after another; a day that the month lacks becomes its last."""
    start = datetime.date.fromisoformat(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    month += 1
    if year > datetime.MAXYEAR:
        return datetime.date.max.isoformat()
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1])).isoformat()


_OfBoth = dict[tuple[str, str], list[sqlite3.Row]]
"""Agreements by their centre and funder."""


def agreements(
    connection: sqlite3.Connection,
    as_of: str,
    within: int = WITHIN_MONTHS,
    status: str | None = None,
    centre: str | None = None,
) -> Result:
    """Tell where each agreement known on a date stands.

    An agreement is ``future`` before it starts, ``ending`` if it runs and ends within ``within`` months, else
    ``running``; after its end it is ``ended`` if a successor took over, else ``ended-without-successor``. A successor
    is an agreement of the same centre and funder that ends later and has started by the date. ``renewed`` says whether
    one follows at all, also one that is to come.

    Args:
        connection: an open registry.
        as_of: ISO date; an agreement signed later is not known yet. One without a day of signature is known from the
            start.
        within: months, of the calendar.
        status: only agreements of this status, one of ``STATUSES``.
        centre: one centre only (its id).

    Returns:
        A report, what needs attention first. Totals: how many are ``running`` (those ``ending`` are among them),
        ``ending``, ``future``, ``ended`` (those without successor are among them) and ``ended_without_successor``;
        ``running_amount`` in euros, what the running ones promise where that is known; None if no agreement is known.
    """
    found = connection.execute(
        """
        select a.*, c.short_name, u.name as funder_name, u.kind, coalesce(s.fictitious, 0) as fictitious
        from agreements as a
        join centres as c on c.id = a.centre
        join funders as u on u.id = a.funder
        left join sources as s on s.id = a.source
        where (a.signed_on is null or a.signed_on <= :as_of) and (:centre is null or a.centre = :centre)
        """,
        {"as_of": as_of, "centre": centre},
    ).fetchall()
    soon = months_after(as_of, within)
    # By centre and funder: successors are looked for among few, however many agreements there are.
    of_both: _OfBoth = {}
    for row in found:
        of_both.setdefault((row["centre"], row["funder"]), []).append(row)
    placed = [(_status(row, of_both, as_of, soon), row) for row in found]
    placed.sort(key=lambda item: (_ORDER[item[0]], item[1]["ends_on"], fold(item[1]["short_name"]), item[1]["funder"]))
    chosen = [(where, row) for where, row in placed if status in {None, where}]
    totals = _totals(placed)
    rests = any(row["fictitious"] for _, row in chosen)
    return Result(
        name="agreements",
        title=msg("Agreements on {date}", date=Day(as_of)),
        columns=COLUMNS,
        rows=tuple(_row(where, row, of_both, as_of) for where, row in chosen),
        screen=_SCREEN,
        spare=_SPARE,
        notes=(*fictitious.notes(connection, rests), *_notes(connection, as_of, placed, totals, within, soon)),
        parameters={"as_of": as_of, "within": within, "status": status, "centre": centre},
        totals=totals,
        fictitious=rests,
        is_report=True,
        command="report agreements",
        origin=origin(connection, (row["source"] for _, row in chosen)),
    )


def _status(row: sqlite3.Row, of_both: _OfBoth, as_of: str, soon: str) -> str:
    if row["starts_on"] > as_of:
        return "future"
    if row["ends_on"] >= as_of:
        return "ending" if row["ends_on"] <= soon else "running"
    taken_over = any(other["starts_on"] <= as_of for other in _successors(row, of_both))
    return "ended" if taken_over else "ended-without-successor"


def _successors(row: sqlite3.Row, of_both: _OfBoth) -> list[sqlite3.Row]:
    return [other for other in of_both[row["centre"], row["funder"]] if other["ends_on"] > row["ends_on"]]


def _row(status: str, row: sqlite3.Row, of_both: _OfBoth, as_of: str) -> tuple[Value, ...]:
    left = (datetime.date.fromisoformat(row["ends_on"]) - datetime.date.fromisoformat(as_of)).days
    return (
        row["centre"],
        row["short_name"],
        row["funder"],
        row["funder_name"],
        row["kind"],
        row["title"],
        row["starts_on"],
        row["ends_on"],
        left if status in {"running", "ending"} else None,
        status,
        bool(_successors(row, of_both)),
        row["amount_cents"],
        row["reference"],
        row["source"],
        bool(row["fictitious"]),
    )


def _totals(placed: Sequence[tuple[str, sqlite3.Row]]) -> dict[str, int | float | None]:
    if not placed:
        names = ("agreements", "running", "ending", "future", "ended", "ended_without_successor", "running_amount")
        return dict.fromkeys(names)
    counts = {status.code: sum(where == status.code for where, _ in placed) for status in STATUSES}
    promised = [
        row["amount_cents"]
        for where, row in placed
        if where in {"running", "ending"} and row["amount_cents"] is not None
    ]
    return {
        "agreements": len(placed),
        "running": counts["running"] + counts["ending"],
        "ending": counts["ending"],
        "future": counts["future"],
        "ended": counts["ended"] + counts["ended-without-successor"],
        "ended_without_successor": counts["ended-without-successor"],
        "running_amount": sum(promised) / 100 if promised else None,
    }


def _notes(
    connection: sqlite3.Connection,
    as_of: str,
    placed: Sequence[tuple[str, sqlite3.Row]],
    totals: Mapping[str, int | float | None],
    within: int,
    soon: str,
) -> Iterable[Note]:
    if not placed:
        held = connection.execute("select 1 from agreements limit 1").fetchone()
        yield Note(
            "no-agreements",
            msg("No such agreement is known on {date}: that is not to say that there is none.", date=Day(as_of))
            if held
            else msg(
                N_(
                    "No agreement is in the registry, and none is public: load yours with crpv load, "
                    "or see fictitious ones with crpv init --demo --db demo.sqlite"
                )
            ),
        )
        return
    ended = [row for where, row in placed if where == "ended-without-successor"]
    if ended:
        yield Note(
            "agreements-ended-without-successor",
            msgs(
                "{count} agreement ended without a successor: {centres}.",
                "{count} agreements ended without a successor: {centres}.",
                len(ended),
                centres=list(dict.fromkeys(row["short_name"] for row in ended)),
            ),
            {"centres": list(dict.fromkeys(row["centre"] for row in ended))},
        )
    ending = [row for where, row in placed if where == "ending"]
    if ending:
        yield Note(
            "agreements-ending",
            msgs(
                "{count} agreement ends by {date}, within {months} months: {centres}.",
                "{count} agreements end by {date}, within {months} months: {centres}.",
                len(ending),
                date=Day(soon),
                months=within,
                centres=list(dict.fromkeys(row["short_name"] for row in ending)),
            ),
            {"centres": list(dict.fromkeys(row["centre"] for row in ending))},
        )
    amount = totals["running_amount"]
    if amount is not None:
        yield Note(
            "agreements-amount",
            msgs(
                "{count} agreement runs, and promises {amount} over its whole term where that is known.",
                "{count} agreements run, and promise {amount} over their whole terms where that is known.",
                int(totals["running"] or 0),
                amount=Euros(round(amount * 100)),
            ),
        )

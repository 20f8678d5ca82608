"""Which multi-annual agreements run, end soon, or ended without a successor."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.language import N_, Day, Euros, msg, msgs
from crpv_cli.registry.queries import WITHIN_MONTHS, months_after, read
from crpv_cli.reports import fictitious
from crpv_cli.reports.advice import LOAD_YOURS
from crpv_cli.reports.columns import FICTITIOUS, WHOSE
from crpv_cli.reports.options import AS_OF, CENTRE, DEPARTMENT, REGION, WITHIN, Option
from crpv_cli.reports.origin import origin
from crpv_cli.reports.places import centres_of, region_notes
from crpv_cli.reports.rows import row_of
from crpv_cli.result import Note, Result
from crpv_cli.spelling import fold

STATUSES = choices.AGREEMENT_STATUSES
OPTIONS = (
    WITHIN,
    Option(
        "status",
        N_("Only ended-without-successor, ending, running, future, ended (and renewed), or over (either way)."),
        N_("STATUS"),
        choices=(*STATUSES, Choice("over", N_("over"), ("terminée", "échu"))),
    ),
    REGION,
    DEPARTMENT,
    CENTRE,
    AS_OF,
)
COLUMNS = (
    *WHOSE,
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
    FICTITIOUS,
)
_SCREEN = ("short_name", "funder_name", "title", "ends_on", "days_left", "status", "amount")
# A narrow terminal does without these: what is left says with whom, and until when.
_SPARE = ("title", "amount")
_OVER = ("ended-without-successor", "ended")
_ORDER = {status.code: place for place, status in enumerate(STATUSES)}


def agreements(
    connection: sqlite3.Connection,
    as_of: str,
    within: int = WITHIN_MONTHS,
    status: str | None = None,
    region: str | None = None,
    department: str | None = None,
    centre: str | None = None,
) -> Result:
    """Return the state of each agreement known on a date.

    Each state is defined in ``registry/queries/facts/agreement_states.sql``.

    Args:
        connection: an open registry.
        as_of: ISO date; an agreement signed later is not known yet. One without a day of signature is known from the
            start.
        within: months, of the calendar.
        status: only agreements of this status, one of ``STATUSES``, or ``over`` for those that ended.
        region: only the centres that serve this region (its code or name) on the date.
        department: only those that serve this department.
        centre: one centre only (its id).

    Returns:
        A report, what needs attention first. Totals: how many are ``running`` (those ``ending`` are among them),
        ``ending``, ``future``, ``ended`` (those without successor are among them) and ``ended_without_successor``;
        ``running_amount`` in euros, what the running ones promise where that is known; None if no agreement is known.

    Raises:
        UsageProblem: an unknown region or department.
    """
    wanted = centres_of(connection, as_of, region, department, centre)
    known = read(connection, "select * from agreement_states", as_of, within=within)
    found = [row for row in known if wanted is None or row["centre"] in wanted]
    found.sort(key=lambda row: (_ORDER[row["status"]], row["ends_on"], fold(row["short_name"]), row["funder"]))
    chosen = [row for row in found if status in {None, row["status"]} or (status == "over" and row["status"] in _OVER)]
    totals = _totals(found)
    rests = any(row["fictitious"] for row in chosen)
    return Result(
        name="agreements",
        title=msg("Agreements on {date}", date=Day(as_of)),
        columns=COLUMNS,
        rows=tuple(row_of(COLUMNS, row) for row in chosen),
        screen=_SCREEN,
        spare=_SPARE,
        notes=(
            *fictitious.notes(connection, rests),
            *region_notes(connection, region),
            *_notes(connection, as_of, found, totals, within),
        ),
        parameters={
            "as_of": as_of,
            "within": within,
            "status": status,
            "region": region,
            "department": department,
            "centre": centre,
        },
        totals=totals,
        fictitious=rests,
        is_report=True,
        command="report agreements",
        origin=origin(connection, (row["source"] for row in chosen)),
    )


def _totals(found: Sequence[sqlite3.Row]) -> dict[str, int | float | None]:
    if not found:
        names = ("agreements", "running", "ending", "future", "ended", "ended_without_successor", "running_amount")
        return dict.fromkeys(names)
    counts = Counter(row["status"] for row in found)
    promised = [row["amount_cents"] for row in found if row["runs"] and row["amount_cents"] is not None]
    return {
        "agreements": len(found),
        "running": sum(row["runs"] for row in found),
        "ending": counts["ending"],
        "future": counts["future"],
        "ended": counts["ended"] + counts["ended-without-successor"],
        "ended_without_successor": counts["ended-without-successor"],
        "running_amount": sum(promised) / 100 if promised else None,
    }


def _notes(
    connection: sqlite3.Connection,
    as_of: str,
    found: Sequence[sqlite3.Row],
    totals: Mapping[str, int | float | None],
    within: int,
) -> Iterable[Note]:
    if not found:
        held = connection.execute("select 1 from agreements limit 1").fetchone()
        yield Note(
            "no-agreements",
            msg("No such agreement is known on {date}: that does not mean that there is none.", date=Day(as_of))
            if held
            else msg(N_("The registry holds no agreements, and none are published.")),
        )
        if not held:
            yield LOAD_YOURS
        return
    ended = [row for row in found if row["status"] == "ended-without-successor"]
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
    ending = [row for row in found if row["status"] == "ending"]
    if ending:
        yield Note(
            "agreements-ending",
            msgs(
                "{count} agreement ends by {date}, within {months} months: {centres}.",
                "{count} agreements end by {date}, within {months} months: {centres}.",
                len(ending),
                date=Day(months_after(as_of, within)),
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
                "{count} agreement is running, with {amount} committed over its whole term where that is known.",
                "{count} agreements are running, with {amount} committed over their whole terms where that is known.",
                int(totals["running"] or 0),
                amount=Euros(round(amount * 100)),
            ),
        )

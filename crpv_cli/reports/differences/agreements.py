"""Which agreements run on one date and not on the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.language import Day, msg
from crpv_cli.reports.differences import Change
from crpv_cli.spelling import fold

__all__ = ["agreement_changes"]


def agreement_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """The agreements that started or ended; both bounds of one are inside it. Values are the amounts promised."""
    rows = connection.execute(
        """
        select
            a.*,
            c.short_name,
            u.name as funder_name,
            coalesce(s.fictitious, 0) as fictitious,
            a.starts_on <= :first and a.ends_on >= :first as before,
            a.starts_on <= :last and a.ends_on >= :last as after
        from agreements as a
        join centres as c on c.id = a.centre
        join funders as u on u.id = a.funder
        left join sources as s on s.id = a.source
        where before <> after
        order by a.starts_on, a.ends_on, a.funder, a.reference
        """,
        {"first": first, "last": last},
    ).fetchall()
    for row in sorted(rows, key=lambda row: (fold(row["short_name"]), row["after"])):
        span = msg("{first} to {last}", first=Day(row["starts_on"]), last=Day(row["ends_on"]))
        amount = None if row["amount_cents"] is None else row["amount_cents"] / 100
        started = bool(row["after"])
        title = row["title"] or row["reference"] or row["funder"]
        yield Change(
            "agreement",
            msg("{funder}: {title}", funder=row["funder_name"], title=title),
            row["centre"],
            row["short_name"],
            row["funder"],
            None if started else span,
            span if started else None,
            msg("started") if started else msg("ended"),
            None if started else amount,
            amount if started else None,
            "euros",
            bool(row["fictitious"]),
            (row["source"],),
        )

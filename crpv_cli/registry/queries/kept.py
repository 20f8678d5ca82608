"""Which money counts, found out once for a command: every question about money shares one temporary table.

``facts/money.sql`` says it of any rows; that costs most where there is nothing to recognise. Everything it decides, it
decides within a purse (what a payer gives a centre in a year at a stage), so that purses in which all counts as it is
are told first, and it is asked about the others alone. So too a date only says which years there are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

MONEY = "money"
"""The fact that is kept."""
FACTS = ("payments", "money_decisions", "money_of_programmes", "money_answers", MONEY)
"""That, after what it is made of, in order."""

_ALL_YEARS = "9999-12-31"
_NAME = "kept_money"
# Purses with a total, or with a row that may be one: it says nothing but its amount, or it is not said to be a decision
# where several documents are; with an amount that two documents have; or with a line of a file that was read twice.
_ODD = f"""
select purse from temp.{_NAME}_payments
group by purse
having max(level is 'yearly-total' or (bare and level is null))
    or (max(level is null) and min(document) <> max(document))
union
select purse from temp.{_NAME}_payments group by purse, amount_cents
having min(document) <> max(document)
    or count(*) filter (where locator glob '*:*[0-9]')
        <> count(distinct iif(locator glob '*:*[0-9]', origin || char(10) || locator, null))
"""
# What facts/money_answers.sql answers where there is nothing to recognise.
_PLAINLY = f"""
select
    id, programme, amount_cents as cents, 'counted' as part,
    null as place, null as total_cents, null as details_cents, null as details
from temp.{_NAME}_payments
"""


def standing(
    connection: sqlite3.Connection,
    compose: Callable[..., str],
    values: Mapping[str, object],
    this_year: int,
) -> dict[str, str]:
    """Return SQL that stands for the facts about money up to a year: those of a table that is made when first asked.

    The name of the table says how many changes this connection and others had made, so that another is made once a row
    has changed. Where not even a temporary table may be made, nothing stands for them.
    """
    name = _name(connection)
    if not connection.execute("select 1 from temp.sqlite_schema where name = ?", (name,)).fetchone():
        try:
            connection.execute(f"create temp table {_NAME}_tried (id)")
        except sqlite3.OperationalError:
            return {}  # a connection that may not even write that
        _make(connection, compose, {**values, "as_of": _ALL_YEARS})
        name = _name(connection)  # to make it is a change as well
        connection.execute(f"alter table temp.{_NAME} rename to {name}")
    return {
        "payments": f"select * from temp.{name} where year <= {this_year}",
        MONEY: f"select * from temp.{name} where year <= {this_year}",
    }


def _name(connection: sqlite3.Connection) -> str:
    (others,) = connection.execute("pragma data_version").fetchone()
    return f"{_NAME}_{others}_{connection.total_changes}"


def _make(connection: sqlite3.Connection, compose: Callable[..., str], values: Mapping[str, object]) -> None:
    """Make the table: odd purses as they are recognised, all others as if nothing was to be."""
    for (older,) in connection.execute(
        "select name from temp.sqlite_schema where type = 'table' and name glob ?", (f"{_NAME}*",)
    ).fetchall():
        connection.execute(f"drop table temp.{older}")

    def make(name: str, sql: str) -> str:
        """Make one of the tables; returns what reads all of it."""
        connection.execute(f"create temp table {_NAME}{name} as {sql}", values)
        return f"select * from temp.{_NAME}{name}"

    payments = make("_payments", compose("select * from payments"))
    connection.execute(f"create unique index temp.{_NAME}_by_id on {_NAME}_payments (id)")
    odd = make("_odd", _ODD)
    given = {"payments": f"{payments} where purse in ({odd})"}
    for fact in FACTS[1:-1]:
        given[fact] = make(f"_{fact}", compose(f"select * from {fact}", **given))
    answers = f"{_PLAINLY} where purse not in ({odd}) union all {given['money_answers']}"
    make("", compose(f"select * from {MONEY}", payments=payments, money_answers=answers))
    for part in ("_odd", *(f"_{fact}" for fact in FACTS[:-1])):
        connection.execute(f"drop table temp.{_NAME}{part}")

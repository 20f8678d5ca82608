"""Which money counts, found out once for a command: every question about money shares one temporary table.

``facts/money.sql`` says it of any rows; that costs most where there is nothing to recognise. Everything it decides, it
decides within a purse (what a payer gives a centre in a year at a stage), so that purses in which all counts as it is
are told first, and it is asked about the others alone. So too a date only says which years there are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

MONEY = "money"
"""The fact that is kept, and what it is made of."""
FACTS = ("payments", "money_decisions", "money_of_programmes", MONEY)

_ALL_YEARS = "9999-12-31"
_NAME = "kept_money"
# As facts/money.sql answers for a purse in which there is nothing to recognise.
_PLAINLY = """
select
    *,
    programme as its_programme,
    case
        when kind <> 'state' then null
        when nature = 'post' or programme glob '*fonjep*' then 'posts'
        when programme = 'p147' then 'p147'
        else 'programmes'
    end as scope,
    0 as is_total, null as total_cents, null as details_cents, null as details,
    amount_cents as counted_cents, 'counted' as part
from payments
"""
# Purses with a total, or with a row that may be one: it says nothing but its amount, or it is not said to be a decision
# where several documents are; with an amount that two documents have; or with a line of a file that was read twice.
_ODD = f"""
select purse from temp.{_NAME}
group by purse
having max(level is 'yearly-total' or (bare and level is null))
    or (max(level is null) and min(document) <> max(document))
union
select purse from temp.{_NAME} group by purse, amount_cents
having min(document) <> max(document)
    or count(*) filter (where locator glob '*:*[0-9]')
        <> count(distinct iif(locator glob '*:*[0-9]', origin || char(10) || locator, null))
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
            _make(connection, compose, {**values, "as_of": _ALL_YEARS})
        except sqlite3.OperationalError:
            return {}  # a connection that may not even write that
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
    """Make the table: all rows as if nothing was to be recognised, then those of odd purses as they are recognised."""
    for (older,) in connection.execute(
        "select name from temp.sqlite_schema where type = 'table' and name glob ?", (f"{_NAME}*",)
    ).fetchall():
        connection.execute(f"drop table temp.{older}")
    connection.execute(f"create temp table {_NAME} as {compose(_PLAINLY)}", values)
    columns = [row[1] for row in connection.execute(f"pragma temp.table_info({_NAME})")]
    connection.execute(f"create temp table {_NAME}_odd as {_ODD}")
    if connection.execute(f"select 1 from temp.{_NAME}_odd limit 1").fetchone():
        own = columns[: columns.index("its_programme")]
        given = {
            "payments": f"select {', '.join(own)} from temp.{_NAME} where purse in (select purse from temp.{_NAME}_odd)"
        }
        for fact in FACTS[1:]:
            connection.execute(
                f"create temp table {_NAME}_{fact} as {compose(f'select * from {fact}', **given)}", values
            )
            given[fact] = f"select * from temp.{_NAME}_{fact}"
        connection.execute(f"delete from temp.{_NAME} where purse in (select purse from temp.{_NAME}_odd)")
        listed = ", ".join(columns)
        connection.execute(f"insert into temp.{_NAME} ({listed}) select {listed} from temp.{_NAME}_{MONEY}")
        for fact in FACTS[1:]:
            connection.execute(f"drop table temp.{_NAME}_{fact}")
    connection.execute(f"drop table temp.{_NAME}_odd")

"""What the definitions alone cannot tell of a registry that an earlier program made: where a fact has moved.

Comparing a file with the definitions adds and rebuilds tables (``migrations``). Up to schema 6 the year in which a
centre opened was ``since``, its label two dates of the centre, the object of a payment its ``purpose``, and a territory
count had no days. Nothing is lost: the record of changes is told in the present words too, so that old loads can be
traced and undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crpv_cli.registry.schema import there_is

if TYPE_CHECKING:
    import sqlite3

SINCE = 7
"""The schema before which registries have all this where it was."""
RENAMED: dict[str, dict[str, str]] = {
    "centres": {"since": "opened"},
    "funding": {"purpose": "object"},
}
"""Columns that have another name now: table, then old name to new."""
GONE: dict[str, frozenset[str]] = {"centres": frozenset({"label_from", "label_to"})}
"""Columns whose facts stand in another table now."""

# The days on which the geographies are in force (décrets n° 2014-1750, 2014-1751, 2023-1314 and 2024-1212): the
# overseas departments changed lists a year later. Inhabitants overseas were not counted anew: their row starts in 2024.
_COUNT_DAYS = """
    update territory_counts set
        valid_from = case
            when geography = '2015' then '2015-01-01'
            when department glob '9[78]*' and measure <> 'inhabitants' then '2025-01-01'
            else '2024-01-01'
        end,
        valid_to = case
            when geography = '2024' then null
            when department glob '9[78]*' and measure <> 'inhabitants' then '2024-12-31'
            else '2023-12-31'
        end
"""


def before(connection: sqlite3.Connection) -> None:
    """Set aside, in a temporary table, what the tables of before schema 7 say of labels."""
    if "label_from" in there_is(connection).get("centres", ""):
        connection.execute(
            """
            create temp table former_labels as
            select c.id as centre, c.label_from, c.label_to, c.source, c.load
            from main.centres as c
            where c.label_from is not null or c.label_to is not null
            """
        )


def after(connection: sqlite3.Connection) -> None:
    """Write what has moved into the tables as they are now, and tell the record of changes in their words."""
    if connection.execute("select 1 from temp.sqlite_schema where name = 'former_labels'").fetchone():
        _labels(connection)
    connection.execute(_COUNT_DAYS)
    # Before, a yearly sum of grants was a row like any other; this is what the bundled ones were called.
    connection.execute("update funding set level = 'yearly-total', object = null where object = 'programme'")
    _journal(connection)


def _labels(connection: sqlite3.Connection) -> None:
    connection.execute(
        """
        insert into labels (centre, valid_from, valid_to, source, load)
        select centre, label_from, label_to, source, load from temp.former_labels order by centre
        """
    )
    connection.execute(
        """
        insert into changes (load, table_name, key, action)
        select load, 'labels', json_object('centre', centre, 'valid_from', label_from), 'insert'
        from temp.former_labels order by centre
        """
    )
    connection.execute("drop table temp.former_labels")


def _journal(connection: sqlite3.Connection) -> None:
    """Rewrite keys and values that the record of changes keeps of tables whose columns have changed."""
    connection.execute(
        """
        update changes set key = json_object(
            'centre', key ->> 'centre', 'funder', key ->> 'funder', 'year', key ->> 'year', 'scheme', key ->> 'scheme',
            'stage', key ->> 'stage', 'object', nullif(key ->> 'purpose', 'programme'),
            'reference', key ->> 'reference', 'locator', null, 'source', key ->> 'source'
        )
        where table_name = 'funding' and json_type(key, '$.stage') is not null and json_type(key, '$.locator') is null
        """
    )
    connection.execute(
        """
        update changes set key = (
            select json_object('department', c.key ->> 'department', 'measure', c.key ->> 'measure', 'valid_from', case
                when c.key ->> 'geography' = '2015' then '2015-01-01'
                when c.key ->> 'department' glob '9[78]*' and c.key ->> 'measure' <> 'inhabitants' then '2025-01-01'
                else '2024-01-01'
            end)
            from changes as c where c.id = changes.id
        )
        where table_name = 'territory_counts' and json_type(key, '$.geography') is not null
        """
    )
    for table, names in RENAMED.items():
        for old, new in names.items():
            for side in ("before", "after"):
                connection.execute(
                    f"""
                    update changes set {side} = json_remove(
                        json_set({side}, '$.{new}', cast({side} ->> '$.{old}' as text)), '$.{old}'
                    )
                    where table_name = ? and {side} is not null and json_type({side}, '$.{old}') is not null
                    """,
                    (table,),
                )
    for side in ("before", "after"):
        connection.execute(
            f"""
            update changes set {side} = json_remove({side}, '$.label_from', '$.label_to')
            where table_name = 'centres' and {side} is not null
            """
        )

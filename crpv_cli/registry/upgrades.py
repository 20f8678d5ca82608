"""What the definitions alone cannot tell of a registry that an earlier program made: where a fact has moved.

Comparing a file with the definitions adds and rebuilds tables (``migrations``). Up to schema 6 the year in which a
centre opened was ``since``, its label two dates of the centre, the object of a payment its ``purpose``, and a territory
count had no days. Up to schema 7 a row did not say from which line of which file it is: ``changes`` had the key of each
inserted row. Nothing is lost: the record of changes is told in the present words too, so that old loads can be traced
and undone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crpv_cli.definitions.tables import TABLES
from crpv_cli.registry.schema import is_row, key_json, there_is

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

_WORDS = 7
"""The schema since which facts stand where they do now."""
_TOUCHES = 8
"""The schema since which rows say what touched them last."""
RENAMED: dict[str, dict[str, str]] = {
    "centres": {"since": "opened"},
    "funding": {"purpose": "object"},
}
"""Columns that have another name now: table, then old name to new."""
GONE: dict[str, frozenset[str]] = {"centres": frozenset({"label_from", "label_to"})}
"""Columns whose facts stand in another table now."""

# The days on which the geographies are in force (décrets n° 2014-1750, 2014-1751, 2023-1314 and 2024-1212): the
# overseas departments changed lists a year later. Inhabitants overseas were not counted anew: their row starts in 2024.
_VALID_FROM = """
    case
        when {geography} = '2015' then '2015-01-01'
        when {department} glob '9[78]*' and {measure} <> 'inhabitants' then '2025-01-01'
        else '2024-01-01'
    end
"""
_VALID_TO = """
    case
        when {geography} = '2024' then null
        when {department} glob '9[78]*' and {measure} <> 'inhabitants' then '2024-12-31'
        else '2023-12-31'
    end
"""
# What the bundled yearly sums were called when a sum was a row like any other.
_SUM = "programme"

Label = tuple[str | None, str | None]


def before(connection: sqlite3.Connection, version: int) -> None:
    """Set aside, in a temporary table, what the tables of before schema 7 say of labels."""
    if version < _WORDS and "label_from" in there_is(connection).get("centres", ""):
        connection.execute(
            """
            create temp table former_labels as
            select id as centre, label_from, label_to, source, load from main.centres
            """
        )


def after(connection: sqlite3.Connection, version: int) -> None:
    """Write what has moved into the tables as they are now, and tell the record of changes in their words."""
    if version < _WORDS:
        if connection.execute("select 1 from temp.sqlite_schema where name = 'former_labels'").fetchone():
            _labels(connection)
        named = {name: name for name in ("geography", "department", "measure")}
        first, last = _VALID_FROM.format(**named), _VALID_TO.format(**named)
        connection.execute(f"update territory_counts set valid_from = {first}, valid_to = {last}")
        _journal(connection)
        _sums(connection)
    if version < _TOUCHES:
        _touches(connection)


def _touches(connection: sqlite3.Connection) -> None:
    """Let rows, and the changes of rows, say what touched them last, and forget the insertions that rows tell of."""
    connection.execute("create index touches on changes (table_name, key, load) where action <> 'delete'")
    its = """
        select c.{what} from changes as c
        where c.action <> 'delete' and c.table_name = {table} and c.key = {key} and c.load = {load}
    """
    for table in TABLES.values():
        places = {"table": f"'{table.name}'", "key": key_json(table, "t"), "load": "t.load"}
        connection.execute(
            f"""
            update {table.name} as t
            set file = ({its.format(what="file", **places)}), line = ({its.format(what="line", **places)})
            where t.file is null
            """
        )
    # A row that is gone and whose load is not told is one of which not all is known.
    connection.execute(
        """
        update changes set was_load = ifnull(was_load, before ->> 'load'), before = json_remove(before, '$.load'),
            after = json_remove(after, '$.load')
        where action <> 'insert'
        """
    )
    places = {"table": "w.table_name", "key": "w.key", "load": "w.was_load"}
    connection.execute(
        f"""
        update changes as w
        set was_file = ({its.format(what="file", **places)}), was_line = ({its.format(what="line", **places)})
        where w.was_load is not null and w.was_file is null
        """
    )
    connection.execute("create index were on changes (table_name, key, was_load) where was_load is not null")
    for table in TABLES.values():
        connection.execute(
            f"""
            delete from changes as c
            where c.table_name = '{table.name}' and c.action = 'insert'
              and c.load not in (select id from loads where undoes is not null)
              and (
                exists (select 1 from {table.name} as t where t.load = c.load and {is_row(table, "t", "c.key")})
                or exists (
                    select 1 from changes as w
                    where w.table_name = c.table_name and w.key = c.key and w.was_load = c.load
                      and w.was_load is not null
                )
              )
            """
        )
    connection.execute("drop index touches")
    connection.execute("drop index were")


def _labels(connection: sqlite3.Connection) -> None:
    """Write the labels, and their history as that of a table: each change at the load that made it."""
    now = {row[0]: tuple(row)[1:] for row in connection.execute("select * from temp.former_labels order by centre")}
    connection.execute("drop table temp.former_labels")
    undone = dict(map(tuple, connection.execute("select id, undoes from loads where undoes is not null")))
    told = [
        row[0] for row in connection.execute("select distinct key ->> 'id' from changes where table_name = 'centres'")
    ]
    for centre in dict.fromkeys([*now, *told]):
        start, end, source, load = now.get(centre, (None, None, None, 0))
        found = list(_history(connection, centre, (start, end)))
        loads = {0: load}  # the load that gave the label it had before each load
        current = found[0][0]["load"] if found else load
        for change, was, became in found:
            if was == became:
                continue
            loads[change["load"]] = current
            row = {"centre": centre, "valid_from": was[0], "valid_to": was[1], "source": source, "load": current}
            current = loads.get(undone.get(change["load"], -1), change["load"])
            _tell(connection, change, row, became)
        if (start, end) != (None, None):
            connection.execute(
                "insert into labels (centre, valid_from, valid_to, source, load) values (?, ?, ?, ?, ?)",
                (centre, start, end, source, current),
            )


def _history(connection: sqlite3.Connection, centre: str, label: Label) -> Iterator[tuple[sqlite3.Row, Label, Label]]:
    """Yield the changes of a centre, oldest first, each with its label before and after."""
    changes = connection.execute(
        "select * from changes where table_name = 'centres' and key ->> 'id' = ? order by id desc", (centre,)
    ).fetchall()
    found = []
    for change in changes:
        said = json.loads(change["before"]) if change["before"] else {}
        whole = change["action"] != "update"  # an insertion is of nothing, a deletion says the whole row
        was = tuple(
            said.get(name, None if whole else label[place]) for place, name in enumerate(("label_from", "label_to"))
        )
        found.append((change, was, label))
        label = was  # type: ignore[assignment]
    yield from reversed(found)


def _tell(connection: sqlite3.Connection, change: sqlite3.Row, row: dict[str, Any], became: Label) -> None:
    """Record what a change of a centre means for its label: that it goes, comes, or has another end."""
    was: Label = (row["valid_from"], row["valid_to"])
    steps: list[tuple[str, str | None, dict[str, Any] | None, dict[str, Any] | None]] = []
    if was[0] == became[0] and (None, None) not in {was, became}:
        steps = [("update", was[0], {"load": row["load"], "valid_to": was[1]}, {"valid_to": became[1]})]
    else:
        if was != (None, None):
            steps.append(("delete", was[0], row, None))
        if became != (None, None):
            steps.append(("insert", became[0], None, None))
    for action, start, earlier, later in steps:
        connection.execute(
            """
            insert into changes (load, file, line, table_name, key, action, before, after)
            values (?, ?, ?, 'labels', json_object('centre', ?, 'valid_from', ?), ?, ?, ?)
            """,
            (
                change["load"],
                change["file"],
                change["line"],
                row["centre"],
                start,
                action,
                json.dumps(earlier, ensure_ascii=False) if earlier else None,
                json.dumps(later, ensure_ascii=False) if later else None,
            ),
        )


def _journal(connection: sqlite3.Connection) -> None:
    """Rewrite keys and values that the record of changes keeps of tables whose columns have changed."""
    connection.execute(
        """
        update changes set key = json_object(
            'centre', key ->> 'centre', 'funder', key ->> 'funder', 'year', key ->> 'year', 'scheme', key ->> 'scheme',
            'stage', key ->> 'stage', 'object', key ->> 'purpose', 'reference', key ->> 'reference', 'locator', null,
            'source', key ->> 'source'
        )
        where table_name = 'funding' and json_type(key, '$.locator') is null
        """
    )
    of_key = {name: f"(key ->> '{name}')" for name in ("geography", "department", "measure")}
    connection.execute(
        f"""
        update changes set
            before = iif(action = 'delete', json_set(
                before, '$.valid_from', {_VALID_FROM.format(**of_key)}, '$.valid_to', {_VALID_TO.format(**of_key)}
            ), before),
            key = json_object(
                'department', key ->> 'department', 'measure', key ->> 'measure',
                'valid_from', {_VALID_FROM.format(**of_key)}
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


def _sums(connection: sqlite3.Connection) -> None:
    """Say of the bundled yearly sums what they are; one that would be another row then keeps its object."""
    connection.execute(
        """
        create temp table sums as
        select f.rowid as row, json_object(
            'centre', centre, 'funder', funder, 'year', year, 'scheme', scheme, 'stage', stage, 'object', object,
            'reference', reference, 'locator', locator, 'source', source
        ) as key
        from main.funding as f
        where object = :sum and not exists (
            select 1 from main.funding as o
            where o.centre = f.centre and o.funder = f.funder and o.year = f.year and o.scheme is f.scheme
              and o.stage = f.stage and o.object is null and o.reference is f.reference and o.locator is f.locator
              and o.source is f.source
        )
        """,
        {"sum": _SUM},
    )
    connection.execute(
        """
        update changes set
            key = json_set(key, '$.object', null),
            before = iif(action = 'delete', json_set(before, '$.object', null, '$.level', 'yearly-total'), before)
        where table_name = 'funding' and key in (select key from temp.sums)
        """
    )
    connection.execute(
        "update funding set object = null, level = 'yearly-total' where rowid in (select row from temp.sums)"
    )
    connection.execute("update funding set level = 'yearly-total' where object = ?", (_SUM,))
    connection.execute("drop table temp.sums")

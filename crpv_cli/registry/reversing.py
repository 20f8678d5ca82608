"""What a load did to a table, taken back in sets: what undoing a load and looking back at an earlier state share.

Nothing is written down here (``undoing``). What the record tells has to be found as it says: where it is not, something
else than a load changed the registry.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.registry.journal import OLDER
from crpv_cli.registry.schema import PROVENANCE, is_row, key_json, quoted
from crpv_cli.registry.told import columns_of, json_of, read_from, tells, tells_of_others

_LABELS = ", ".join(PROVENANCE)
_WAS = ", ".join(f"c.was_{name}" for name in PROVENANCE)
_RECORDED = "c.load = :load and c.table_name = :table and c.action = '{}'"


def recorded(connection: sqlite3.Connection, load: int) -> dict[str, dict[str, int]]:
    """Return how many changes of a load are recorded, by table and action, whatever names stand there."""
    found: dict[str, dict[str, int]] = {}
    for table, action, count in connection.execute(
        "select table_name, action, count(*) from changes where load = ? group by 1, 2", (load,)
    ):
        found.setdefault(table, {})[action] = count
    return found


class Reversal:
    """What a load did to a table, as the record tells; each step returns how many rows it was about."""

    def __init__(self, connection: sqlite3.Connection, table: Table, load: int) -> None:
        self.connection = connection
        self.table = table
        self.load = load
        self.columns = columns_of(connection, table.name)
        self.names = [name for name in self.columns if name not in PROVENANCE]
        self.older = OLDER.get(table.name, {})

    def _do(self, sql: str, **more: object) -> int:
        values = {"load": self.load, "table": self.table.name, **more}
        return self.connection.execute(sql, values).rowcount

    # --- Taking back ---

    def updates(self) -> int:
        """Give the rows that it updated the values and the touch that they had."""
        told = self.connection.execute(
            f"select distinct e.key from changes as c, json_each(c.before) as e where {_RECORDED.format('update')}",
            {"load": self.load, "table": self.table.name},
        )
        names = {self.older.get(name, name) for (name,) in told} & set(self.names)
        settings = [
            f"{quoted(name)} = iif({tells('c.before', name, self.older)}, "
            f"{read_from('c.before', name, self.columns, self.older)}, t.{quoted(name)})"
            for name in names
        ]
        settings += [f"{name} = c.was_{name}" for name in PROVENANCE]
        return self._do(
            f"""
            update main.{self.table.name} as t set {", ".join(settings)}
            from main.changes as c
            where {_RECORDED.format("update")} and {is_row(self.table, "t", "c.key")}
            """
        )

    def put_back(self) -> int:
        """Remove the rows that it, an undoing, had put back."""
        return self._do(f"delete from main.{self.table.name} where rowid in ({self._rows_put_back('t.rowid')})")

    def insertions(self) -> int:
        """Remove the rows that it inserted, once all that it and later loads updated is taken back."""
        return self._do(f"delete from main.{self.table.name} where load = :load")

    def deletions(self) -> int:
        """Put the rows back that it removed, with what had touched them."""
        columns = ", ".join(map(quoted, self.names))
        values = ", ".join(read_from("c.before", name, self.columns, self.older) for name in self.names)
        return self._do(
            f"""
            insert into main.{self.table.name} ({columns}, {_LABELS})
            select {values}, {_WAS} from main.changes as c where {_RECORDED.format("delete")} order by c.id
            """
        )

    def _rows_put_back(self, what: str) -> str:
        return f"""
            select {what} from main.changes as c
            join main.{self.table.name} as t on {is_row(self.table, "t", "c.key")}
            where {_RECORDED.format("insert")}
            order by c.id
        """

    # --- Writing that down, as what another load does: before it is done ---

    def tell_updates(self, number: int) -> None:
        """Record that the rows that it updated get the values that they had."""
        self._do(
            f"""
            insert into changes (load, table_name, key, action, before, after, was_load, was_file, was_line)
            select :number, :table, c.key, 'update', c.after, c.before, t.load, t.file, t.line
            from main.changes as c join main.{self.table.name} as t on {is_row(self.table, "t", "c.key")}
            where {_RECORDED.format("update")}
            order by c.id
            """,
            number=number,
        )

    def tell_removed(self, number: int) -> None:
        """Record that the rows that it inserted, or had put back, are removed."""
        for rows in (
            f"select t.* from main.{self.table.name} as t where t.load = :load order by t.rowid",
            self._rows_put_back("t.*"),
        ):
            self._do(
                f"""
                insert into changes (load, table_name, key, action, before, was_load, was_file, was_line)
                select :number, :table, {key_json(self.table, "r")}, 'delete', {json_of("r", self.names, self.columns)},
                    r.load, r.file, r.line
                from ({rows}) as r
                """,
                number=number,
            )

    def tell_deletions(self, number: int) -> None:
        """Record that the rows that it removed are put back, which they do not say themselves."""
        self._do(
            f"""
            insert into changes (load, table_name, key, action)
            select :number, :table, c.key, 'insert' from main.changes as c
            where {_RECORDED.format("delete")} order by c.id
            """,
            number=number,
        )

    # --- What cannot be taken back ---

    def unknown(self) -> str | None:
        """Return the key of a row that it removed of which not all is known."""
        row = self.connection.execute(
            f"select c.key from changes as c where {_RECORDED.format('delete')} and c.was_load is null limit 1",
            {"load": self.load, "table": self.table.name},
        ).fetchone()
        return row[0] if row else None

    def is_of_today(self) -> bool:
        """Whether its changes tell of the columns that the table is defined to have.

        Loads write no others, but a row that was removed is told with what somebody added to the table as well. A
        column that is not defined any more may still be there, with values that nobody reads.
        """
        defined = [column.stored for column in self.table.columns]
        others = tells_of_others("c.before", defined, self.older)
        lacking = " or ".join(f"not ({tells('c.before', name, self.older)})" for name in defined)
        keyed = " or ".join(f"not ({tells('c.key', name, {})})" for name in self.table.key)
        (row,) = self.connection.execute(
            f"""
            select exists (
                select 1 from changes as c
                where c.load = :load and c.table_name = :table and (
                    {keyed} or {tells_of_others("c.key", self.table.key, {})}
                    or (c.action <> 'insert' and c.was_load is null)
                    or (c.action = 'update' and {others})
                    or (c.action = 'delete' and {others} and ({lacking}))
                )
            )
            """,
            {"load": self.load, "table": self.table.name},
        ).fetchone()
        return not row


def tables_of(connection: sqlite3.Connection, load: int) -> Iterator[Table]:
    """Yield the tables that hold rows that a load touched last, or of which changes of it are recorded."""
    told = recorded(connection, load)
    for table in TABLES.values():
        rows = f"select 1 from main.{table.name} where load = ? limit 1"
        if table.name in told or connection.execute(rows, (load,)).fetchone():
            yield table

"""What came back of what campaigns ask for, as loads remember it: a row of ``returns`` for each centre, year and file.

An edit in the editor brings nothing back: it corrects what came. What a load that was undone brought does not count.
"""

from __future__ import annotations

import json
import sqlite3

from crpv_cli.definitions.tables import Table
from crpv_cli.registry.journal import undone_loads
from crpv_cli.registry.loads import FileOutcome, Source

_STANDING = """
    select f.table_name as asked, r.centre, r.year, r.load, r.file, r.rows
    from returns as r join load_files as f on f.id = r.file
    where r.load not in (select value from json_each(:undone))
"""


def take_in(
    connection: sqlite3.Connection, source: Source, number: int, outcome: FileOutcome, load: int, file: int
) -> None:
    """Remember what the rows of a file answer, once they are in: a table that nobody was asked for costs nothing.

    A row without a year answers the campaign of its form's year, or else the last one in which its centre was asked. A
    sheet of a form that came back without an answer says that there is nothing to tell.

    Args:
        connection: the registry, while the load is written; its staged rows are still there.
        source: the file.
        number: of the file in the load.
        outcome: what became of its rows.
        load: the load.
        file: its row of ``load_files``.
    """
    name, form = source.table.name, source.form
    asked = {"load": load, "file": file, "number": number, "table": name}
    if not connection.execute("select 1 from campaigns where asked = :table limit 1", asked).fetchone():
        return
    asked["year"] = form.year if form else None
    asked["refused"] = json.dumps(sorted(outcome.refused_lines))
    connection.execute(
        f"""
        insert into returns (load, file, centre, year, rows)
        select :load, :file, c.centre, c.year, f.rows
        from ({_of_centres(source.table)}) as f
        join campaigns as c on c.year = f.year and c.centre = f.centre and c.asked = :table
        """,
        asked,
    )
    if form is not None and not outcome.read:
        connection.execute(
            """
            insert into returns (load, file, centre, year, rows)
            select :load, :file, centre, year, 0 from campaigns
            where year = :year and centre = :centre and asked = :table
            """,
            {**asked, "centre": form.centre},
        )


def _of_centres(table: Table) -> str:
    """The SQL that counts the staged rows of a file by centre and year."""
    if "year" in table.names:
        year, only = "s.year", "and s.year in (select year from campaigns where asked = :table)"
    else:
        year, only = "ifnull(:year, (select max(year) from campaigns where centre = s.centre and asked = :table))", ""
    return f"""
        select centre, {year} as year, count(*) as rows from temp.stage_{table.name} as s
        where s.file = :number and s.line not in (select value from json_each(:refused)) {only}
        group by centre, 2
    """


def new_answers(connection: sqlite3.Connection, load: int) -> int:
    """Count what a load brought back that had not come yet: sheets of centres."""
    if not connection.execute("select 1 from returns where load = ? limit 1", (load,)).fetchone():
        return 0
    sheets = f"select asked, centre, year from ({_STANDING}) where load {{}} :load"
    (count,) = connection.execute(
        f"select count(*) from ({sheets.format('=')} except {sheets.format('<')})", _undone(connection) | {"load": load}
    ).fetchone()
    return int(count)


def came_back(connection: sqlite3.Connection, year: int) -> list[sqlite3.Row]:
    """Return what came back of a year's campaign, in the order in which it came, whatever the campaign asks for now.

    Each row has ``asked`` (a table), ``centre``, ``year``, ``load``, ``at`` (UTC, ISO), ``file``, ``path``, ``sheet``
    and ``rows``.
    """
    return connection.execute(
        f"""
        select r.*, l.at, f.path, f.sheet
        from ({_STANDING}) as r join loads as l on l.id = r.load join load_files as f on f.id = r.file
        where r.year = :year order by r.load, r.file
        """,
        _undone(connection) | {"year": year},
    ).fetchall()


def _undone(connection: sqlite3.Connection) -> dict[str, object]:
    return {"undone": json.dumps(sorted(undone_loads(connection)))}

"""A registry is made; one that an earlier program made becomes what a new one is, and keeps all it held."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import ExitCode, RegistryProblem
from crpv_cli.registry import file, migrations, schema
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.journal import undone_loads
from crpv_cli.registry.known import as_known
from crpv_cli.registry.queries.views import views
from crpv_cli.registry.schema import APPLICATION_ID, SCHEMA_VERSION
from tests.inside import inside
from tests.registry.bench import Bench

KEPT = {int(path.stem.removeprefix("version_")): path for path in Path(__file__).parent.glob("version_*.sql")}
VIEWS_OF_5 = ("network", "evaluation_series", "governance", "agreements", "activity_by_centre", "activity")


def made(path: Path, version: int) -> Path:
    """Make a registry as an earlier program did; one of schema 4 is one of schema 5 that lacks its views."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(KEPT[5 if version == 4 else version].read_text(encoding="utf-8"))
        if version == 4:
            for name in VIEWS_OF_5:
                connection.execute(f"drop view v_{name}")
            connection.execute("pragma user_version = 4")
        assert connection.execute("pragma user_version").fetchone() == (version,)
    return path


# Those of schema 1 to 5 hold the same small world; those of 6 and 7 have a history of their own.
SMALL = pytest.mark.parametrize("old", [1, 2, 3, 4, 5], indirect=True)


@pytest.fixture(params=[1, 2, 3, 4, 5, 6, 7])
def old(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A registry as an earlier program made it."""
    return made(tmp_path / "old.db", request.param)


def rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Everything the registry holds, table by table, in the order in which it stands; what is unknown is left out."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [row["name"] for row in connection.execute("select name from sqlite_schema where type = 'table'")]
        return {
            name: [
                {name: value for name, value in dict(row).items() if value is not None and name != "digest"}
                for row in connection.execute(f"select * from {name}")
            ]
            for name in names
            if name not in {"_sqlite_migrations", "seals"}
        }


def told(held: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What an earlier registry held, in the present words; its account of changes is tried by undoing."""
    now = {name: [dict(row) for row in its] for name, its in held.items() if name != "changes"}
    now.setdefault("labels", [])
    for centre in now["centres"]:
        if "since" in centre:
            centre["opened"] = str(centre.pop("since"))
        dates = {new: centre.pop(old) for old, new in LABEL.items() if old in centre}
        if dates:
            now["labels"].append({"centre": centre["id"], "source": centre["source"]} | dates)
    sums = {tuple(map(row.get, SUM)) for row in now["funding"] if "purpose" not in row}
    for row in now["funding"]:
        if row.get("purpose") == "programme":
            row["level"] = "yearly-total"
        if "purpose" in row:
            row["object"] = row.pop("purpose")
        if row.get("object") == "programme" and tuple(map(row.get, SUM)) not in sums:
            del row["object"]
    for count in now.get("territory_counts", []):
        later = count["department"] == "971" and count["measure"] != "inhabitants"
        count.update(COUNTED[count["geography"], later])
    return now


LABEL = {"label_from": "valid_from", "label_to": "valid_to"}
SUM = ("centre", "funder", "year", "scheme", "stage", "reference", "source")
COUNTED = {
    ("2015", False): {"valid_from": "2015-01-01", "valid_to": "2023-12-31"},
    ("2015", True): {"valid_from": "2015-01-01", "valid_to": "2024-12-31"},
    ("2024", False): {"valid_from": "2024-01-01"},
    ("2024", True): {"valid_from": "2025-01-01"},
}


def kept(path: Path, before: dict[str, list[dict[str, Any]]]) -> None:
    """Everything that a registry held before is still there, value by value, and its account of it as well."""
    after, expected = rows(path), told(before)
    if "labels" not in before:
        for label in after["labels"]:
            del label["load"]  # that of the change that gave it, which only the account of changes tells
    touched = {
        (table, row.get("load"), row.pop("file", None), row.pop("line", None))
        for table, its in after.items()
        if table in TABLES
        for row in its
    }

    def unordered(its: list[dict[str, Any]]) -> list[list[tuple[str, Any]]]:
        return sorted((sorted(row.items()) for row in its), key=repr)

    assert {name: unordered(after[name]) for name in expected} == {
        name: unordered(its) for name, its in expected.items()
    }
    undoing = {row["id"] for row in before["loads"] if "undoes" in row}
    # Insertions are told by the rows, or by the next change of them.
    told_of_rows = [row for row in before["changes"] if row["action"] == "insert" and row["load"] not in undoing]
    changes = [row for row in before["changes"] if row not in told_of_rows]
    there = {_told(row) for row in after["changes"] if row["table_name"] != "labels" or "labels" in before}
    assert there >= set(map(_told, changes))
    # An insertion stays where the row is not the one that it was, so that nothing else would tell of it.
    assert len(there) - len(changes) == sum(_told(row) in there for row in told_of_rows) <= 1
    touched |= {
        (row["table_name"], row.get("was_load"), row.get("was_file"), row.get("was_line")) for row in after["changes"]
    }
    assert touched >= {
        (row["table_name"], row["load"], row.get("file"), row.get("line"))
        for row in told_of_rows
        if row["table_name"] != "labels" and _told(row) not in there
    }


def _told(change: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(map(change.get, ("id", "load", "file", "line", "table_name", "action")))


def texts(path: Path) -> dict[str, str]:
    """The statements that made what stands there, without comments and blanks that mean nothing."""
    with closing(sqlite3.connect(path)) as connection:
        found = schema.there_is(connection)
    return {name: " ".join(re.sub("--[^\n]*", "", text).split()) for name, text in found.items()}


def alike(found: dict[str, str]) -> dict[str, Any]:
    """The same, with each table as its parts, whatever their order: a column that is added to a table stands last."""
    return {name: sorted(schema.parts_of(text)) if name in schema.tables() else text for name, text in found.items()}


def shape(path: Path) -> dict[str, Any]:
    """What the tables are, as sqlite-utils reads it."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table.name: (
                {(column.name, column.type.lower(), column.notnull, column.is_pk) for column in table.columns},
                {(key.column, key.other_table, key.other_column) for key in table.foreign_keys},
                {(check.column, " ".join(check.check.split())) for check in table.checks},
                {(index.name, index.unique, *(index.columns)) for index in table.indexes},
                table.strict,
            )
            for table in Database(connection).tables
        }


def command(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return inside(*arguments, "--db", path, env={"HOME": str(path.parent)})


# Making a registry


def test_a_new_registry_is_marked_and_in_wal_mode(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    migrations.create(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        for name in views():
            connection.execute(f"select * from {name}").fetchall()
    assert path.read_bytes()[68:72] == b"CRPV"


def test_a_registry_that_is_up_to_date_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "registry.db"
    migrations.create(path)
    before = path.read_bytes()
    assert migrations.migrate(path) is None
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir() if file.suffix == ".db"] == ["registry.db"]


def test_a_registry_cannot_be_made_where_a_file_stands_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        migrations.create(tmp_path / "file" / "registry.db")


# Registries of earlier programs


def test_an_earlier_registry_becomes_what_a_new_one_is_and_keeps_its_rows(old: Path, empty_registry: Path) -> None:
    before, seen = rows(old), texts(old)
    copy = migrations.migrate(old)
    assert copy is not None
    assert re.fullmatch(rf"old\.before-schema-{SCHEMA_VERSION}-\d{{8}}T\d{{6}}Z\.db", copy.name)
    assert copy.stat().st_mode == old.stat().st_mode
    assert (rows(copy), texts(copy)) == (before, seen)
    kept(old, before)
    after = rows(old)
    assert all(after[name] == [] for name in set(after) - set(before) - {"labels"})
    assert shape(old) == shape(empty_registry)
    assert alike(texts(old)) == alike(texts(empty_registry))
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
        assert connection.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert schema.is_current(connection)
    assert migrations.migrate(old) is None


@SMALL
def test_the_views_read_what_an_earlier_registry_held(old: Path) -> None:
    migrations.migrate(old)
    with closing(sqlite3.connect(old)) as connection:
        for name in views():
            connection.execute(f"select * from {name}").fetchall()
        assert connection.execute("select id, state_support, departments from v_centres order by id").fetchall() == [
            ("oriv", 1234.5, "67 68"),
            ("paris", None, None),
        ]
        rated = connection.execute("select rating, position from v_evaluation_latest where year = 2023").fetchall()
        assert rated == [("3", round(2 / 3, 6))]


@pytest.mark.parametrize("arguments", [("list",), ("report", "network"), ("list", "governance"), ("load",)])
def test_any_command_does_it_and_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    old = made(tmp_path / "old.db", 1)
    file = tmp_path / "activities.csv"
    file.write_text("centre,mission,year,type,half_days\noriv,skills,2025,training,12\n", encoding="utf-8")
    ran = command(old, *arguments, *([str(file)] if arguments == ("load",) else ["--format", "json"]))
    assert ran.returncode == 0, ran.stderr
    (copy,) = tmp_path.glob(f"old.before-schema-{SCHEMA_VERSION}-*.db")
    assert str(copy) in ran.stderr
    assert len(rows(old)["activities"]) == (arguments == ("load",))


@SMALL
def test_a_load_of_an_earlier_registry_can_be_taken_back(old: Path) -> None:
    undone = command(old, "undo", "--yes", "2")
    assert undone.returncode == 0, undone.stderr
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("select name, note from centres where id = 'oriv'").fetchone() == (
            "Observatoire",
            None,
        )


def test_what_an_earlier_registry_held_after_its_first_load_is_still_known(old: Path) -> None:
    migrations.migrate(old)
    with open_reading(old) as connection, as_known(connection, 1) as then:
        known = {name: set(map(tuple, then.execute(f"select * from {name}"))) for name in TABLES}
        loads = connection.execute("select id from loads where id > 1 and undoes is null order by id desc").fetchall()
        later = [str(load) for (load,) in loads if load not in undone_loads(connection)]
    assert later
    for number in later:
        assert command(old, "undo", "--yes", number).returncode == 0
    with open_reading(old) as connection:
        assert known == {name: set(map(tuple, connection.execute(f"select * from {name}"))) for name in TABLES}
    assert "Observatoire" in {row[1] for row in known["centres"]}


def held(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_loads_of_schema_6_are_traced_and_undone_in_the_present_words(tmp_path: Path) -> None:
    old = made(tmp_path / "old.db", 6)
    labels = "select centre, valid_from, valid_to, load from labels order by centre"
    grants = "from funding where funder = 'etat' and centre = 'oriv'"
    money = f"select year, object, level, amount_cents, load {grants} order by year"
    counts = (
        "select department, geography, value, valid_from, load from territory_counts where measure <> 'inhabitants'"
    )
    traced = command(old, "trace", "labels", "oriv", "--format", "json")
    assert traced.returncode == 0, traced.stderr
    assert "2020-01-01" in traced.stdout
    assert held(old, labels) == [("antilles", "2015-05-01", "2019-12-31", 1), ("oriv", "2020-01-01", None, 2)]
    assert held(old, money) == [
        (2021, None, "yearly-total", 90000, 3),
        (2022, None, "yearly-total", 110000, 3),
        (2023, None, None, 123450, 1),
    ]
    assert "oriv" in command(old, "log", "3", "--format", "json").stdout
    for load in ("3", "2"):
        undone = command(old, "undo", "--yes", load)
        assert undone.returncode == 0, undone.stderr
    assert held(old, money) == [(2022, None, "yearly-total", 100000, 1), (2023, None, None, 123450, 1)]
    assert held(old, counts) == [
        ("67", "2015", 5, "2015-01-01", 1),
        ("67", "2024", 6, "2024-01-01", 1),
        ("971", "2015", 7, "2015-01-01", 1),
        ("971", "2024", 8, "2025-01-01", 1),
    ]
    assert held(old, labels) == [("antilles", "2015-05-01", "2019-12-31", 1), ("oriv", "2016-01-01", None, 1)]
    assert held(old, "select name, opened, load from centres where id = 'oriv'") == [("Observatoire", "1992", 1)]
    # An undo of then is undone as well: the end of the label, and the row that was taken away.
    again = made(tmp_path / "again.db", 6)
    for load in ("7", "5"):
        undone = command(again, "undo", "--yes", load)
        assert undone.returncode == 0, undone.stderr
    assert held(again, labels)[1] == ("oriv", "2020-01-01", "2025-12-31", 4)
    assert held(again, "select object, amount_cents, load from funding where year = 2020") == [("day", 1000, 6)]
    # The first load takes all that it brought with it.
    assert command(old, "undo", "--yes", "1").returncode == 0
    assert not any(held(old, f"select * from {name}") for name in ("centres", "labels", "funding", "territory_counts"))


def test_a_row_that_something_else_removed_before_stays_told(tmp_path: Path) -> None:
    """Mending wrote down what was known of it; the change that inserted it is all that says when it came in."""
    old = made(tmp_path / "old.db", 7)
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(
            """
            delete from funders where id = 'region';
            insert into loads (at, who, command, version, deleted)
            values ('2026-11-27T18:00:00+00:00', 'someone', 'check --integrity --mend funders', '0.2.0', 1);
            insert into changes (load, table_name, key, action, before)
            values (23, 'funders', '{"id":"region"}', 'delete', '{"id": "region"}');
            drop table seals;
            """
        )
    ran = command(old, "log", "2", "--format", "csv")
    assert "funders,region,insert,,,id=region" in ran.stdout
    assert held(old, "select key, action, was_load from changes where load = 2 and action = 'insert'") == [
        ('{"id":"region"}', "insert", None)
    ]
    assert "not all of it is known" in command(old, "undo", "--yes", "23").stderr
    assert "cannot be shown as it stood after load 22" in command(old, "list", "--known", "22").stderr
    integrity = command(old, "check", "--integrity", "--format", "json")
    assert integrity.returncode == 0, integrity.stdout


def test_the_version_is_raised_with_the_first_change_of_a_table_after_a_release(tmp_path: Path) -> None:
    """If this fails: raise SCHEMA_VERSION by one. Programs released before refuse what they could not take back."""
    newest = max(KEPT)
    path = made(tmp_path / "newest.db", newest)
    with closing(sqlite3.connect(path)) as connection:
        changed = schema.tables_differ(schema.there_is(connection))
    assert newest + changed == SCHEMA_VERSION


# What changes in the definitions


@pytest.fixture
def define(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Define tables otherwise."""
    defined = schema.tables()

    def change(**changed: tuple[str, ...]) -> None:
        monkeypatch.setattr(schema, "tables", lambda: defined | changed)

    return change


def root(world: Bench, table: str) -> Any:
    """Where a table stands in the file: elsewhere, once it was made anew."""
    return world.rows("select rootpage from sqlite_schema where name = ?", table)


def replaced(table: str, old: str, new: str) -> tuple[str, ...]:
    parts = schema.tables()[table]
    found = tuple(part.replace(old, new) for part in parts)
    assert found != parts
    return found


ADDED = [
    "added text",
    "level text check (level in ('a', 'b'))",
    "funder text references funders(id)",
    "n integer",
]


@pytest.mark.parametrize("column", ADDED)
def test_a_column_that_may_be_empty_is_added_where_the_table_stands(
    world: Bench, define: Callable[..., None], column: str
) -> None:
    parts = schema.tables()["centres"]
    define(centres=(*parts[:3], column, *parts[3:]))
    before, place = rows(world.registry), root(world, "centres")
    copy = migrations.migrate(world.registry)
    assert copy is not None
    assert rows(copy) == before
    assert root(world, "centres") == place
    assert rows(world.registry) == before
    assert migrations.migrate(world.registry) is None


def test_a_second_change_keeps_the_first_copy(world: Bench, define: Callable[..., None]) -> None:
    parts = schema.tables()["centres"]
    define(centres=(*parts, "added text"))
    first = migrations.migrate(world.registry)
    define(centres=(*parts, "added text", "added_too text"))
    second = migrations.migrate(world.registry)
    assert first is not None
    assert second is not None
    assert second != first
    assert "added text" not in texts(first)["centres"]
    assert "added text" in texts(second)["centres"]
    assert "added_too text" not in texts(second)["centres"]


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("funders", "'other')", "'other', 'foundation')"),  # a choice
        ("centres", "seat text", "seat text not null"),
        ("centres", "opened text", "opened text check (opened <> '')"),
        ("perimeters", "valid_from <= valid_to", "valid_from < valid_to"),
        ("evaluations", "primary key (centre, mission, year, kind)", "primary key (centre, mission, year)"),
        ("funding", "scheme text", "scheme text references missions(id)"),
        ("sources", "publisher text", "publisher text not null default 'x'"),
        ("changes", "'delete')", "'delete', 'merge')"),
    ],
)
def test_any_other_change_makes_the_table_anew_with_its_rows(
    world: Bench, define: Callable[..., None], table: str, old: str, new: str
) -> None:
    if table == "funding":
        with world.connect() as connection:
            connection.execute("update funding set scheme = 'skills'")
            connection.commit()
    if table == "sources":
        with world.connect() as connection:
            connection.execute("update sources set publisher = 'p'")
            connection.commit()
    define(**{table: replaced(table, old, new)})
    before = rows(world.registry)
    copy = migrations.migrate(world.registry)
    assert copy is not None
    assert (rows(copy), rows(world.registry)) == (before, before)
    assert new in texts(world.registry)[table]
    assert world.rows("pragma integrity_check") == [("ok",)]
    assert world.rows("pragma foreign_key_check") == []
    assert {row[2] for row in world.rows("pragma foreign_key_list(perimeters)")} == {
        "centres",
        "departments",
        "sources",
        "loads",
    }
    assert migrations.migrate(world.registry) is None


def test_a_check_that_is_no_longer_defined_goes(world: Bench, define: Callable[..., None]) -> None:
    define(evaluations=tuple(part for part in schema.tables()["evaluations"] if "rating is null" not in part))
    migrations.migrate(world.registry)
    with world.connect() as connection:
        connection.execute("update evaluations set scale = null")


def test_a_column_that_is_no_longer_defined_keeps_its_values_and_need_not_be_filled(
    world: Bench, define: Callable[..., None]
) -> None:
    define(centres=tuple(part for part in schema.tables()["centres"] if not part.startswith("short_name")))
    before = rows(world.registry)
    assert migrations.migrate(world.registry) is not None
    assert rows(world.registry) == before
    with world.connect() as connection:
        connection.execute("insert into centres (id, name, legal_form, co_funded, load) values ('x', 'x', 'gip', 1, 1)")
    assert migrations.migrate(world.registry) is None


def test_a_table_and_its_index_are_made_and_a_wrong_index_is_made_anew(
    world: Bench, define: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = schema.indexes()
    for name in ("funding_key", "activities_by_year"):
        with world.connect() as connection:
            connection.execute(f"drop index {name}")
    with world.connect() as connection:
        connection.execute("create index activities_by_year on activities (theme)")
    define(visits=("id text primary key", "centre text not null references centres(id)"))
    monkeypatch.setattr(schema, "indexes", lambda: indexes | {"v": "CREATE INDEX v on visits (centre)"})
    before = rows(world.registry)
    migrations.migrate(world.registry)
    assert rows(world.registry) == before | {"visits": []}
    assert {name: text for name, text in texts(world.registry).items() if name in schema.indexes()} == schema.indexes()


def test_what_somebody_added_to_the_registry_survives_if_it_only_holds_values(
    world: Bench, define: Callable[..., None]
) -> None:
    added = {
        "by_seat": "CREATE INDEX by_seat on centres (seat)",
        "own_view": "CREATE VIEW own_view as select id, state_support from v_centres",
        "own_table": "CREATE TABLE own_table (centre text references centres(id))",
    }
    with world.connect() as connection:
        connection.execute("alter table centres add column rank integer default 1")
        connection.execute("alter table centres add column \"own words, (1)\" TEXT default 'x'")
        for statement in added.values():
            connection.execute(statement)
        connection.execute("insert into own_table values ('oriv')")
    before = rows(world.registry)
    assert migrations.migrate(world.registry) is None
    define(centres=replaced("centres", "'unknown')", "'unknown', 'foundation')"))
    assert migrations.migrate(world.registry) is not None
    assert rows(world.registry) == before
    assert {name: text for name, text in texts(world.registry).items() if name in added} == added
    assert world.rows("select * from own_view order by 1") == [("oriv", 1234.5), ("paris", None)]
    with open_writing(world.registry) as connection:
        connection.execute("insert into centres (id, name, short_name, legal_form, co_funded, load) "
                           "values ('x', 'x', 'x', 'foundation', 1, 1)")  # fmt: skip
        assert connection.execute("select rank from centres where id = 'x'").fetchone()["rank"] == 1


@pytest.mark.parametrize(
    "column",
    [
        "own text not null default 'x'",
        "own text references sources(id) on delete cascade",
        "own text check (own is null)",
        "own text generated always as (name) virtual",
    ],
)
def test_a_column_of_somebodys_own_that_asks_something_of_rows_only_holds_values_from_now_on(
    world: Bench, column: str
) -> None:
    with world.connect() as connection:
        connection.execute(f"alter table centres add column {column}")
    assert migrations.migrate(world.registry) is not None
    assert {"own text", "own text default 'x'"} & set(schema.parts_of(texts(world.registry)["centres"]))
    assert migrations.migrate(world.registry) is None


@pytest.mark.parametrize(
    "statement",
    [
        "create trigger own after insert on centres begin update funding set note = 'own'; end",
        "create unique index own on funding (note)",
    ],
)
def test_what_would_change_or_refuse_rows_is_refused_by_name(old: Path, statement: str) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(statement)
    before = old.read_bytes()
    for opener in (open_reading, open_writing):
        with pytest.raises(RegistryProblem, match="did not make: own"), opener(old):
            pass
    assert old.read_bytes() == before


@pytest.mark.parametrize(
    ("table", "part", "instead", "reason"),
    [
        ("centres", "carrier text", ["carrier text not null"], "NOT NULL constraint failed: centres.carrier"),
        ("centres", "carrier text", ["carrier text", "area text not null"], "NOT NULL constraint failed: centres.area"),
        ("centres", "seat text", ["seat text check (seat <> 'Paris')"], "CHECK constraint failed: seat <> 'Paris'"),
        ("centres", "seat text", ["seat text references funders(id)"], "FOREIGN KEY constraint failed"),
    ],
)
def test_what_the_rows_contradict_is_not_done(
    world: Bench, define: Callable[..., None], table: str, part: str, instead: list[str], reason: str
) -> None:
    parts = schema.tables()[table]
    place = parts.index(part)
    define(**{table: (*parts[:place], *instead, *parts[place + 1 :])})
    before, seen = rows(world.registry), texts(world.registry)
    with pytest.raises(RegistryProblem) as caught:
        migrations.migrate(world.registry)
    assert caught.value.exit_code is ExitCode.UNREADABLE
    assert reason in caught.value.message.text("en")
    assert (rows(world.registry), texts(world.registry)) == (before, seen)
    assert [file.name for file in world.folder.iterdir() if file.suffix in {".db", ".part"}] == ["registry.db"]


def test_a_loose_reference_that_was_there_before_is_no_reason_to_stop(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("update perimeters set centre = 'gone' where department = '67'")
        connection.execute("drop table if exists seals")
        connection.commit()
    before = rows(old)
    assert migrations.migrate(old) is not None
    kept(old, before)


# Views


def wrong(path: Path, name: str = "v_network") -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"drop view {name}")
        connection.execute(f"create view {name} as select 5500 as state_support")


def test_views_of_an_earlier_program_are_mended_without_a_word(world: Bench) -> None:
    seen = texts(world.registry)
    wrong(world.registry)
    before = rows(world.registry)
    ran = command(world.registry, "list", "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert texts(world.registry) == seen
    assert rows(world.registry) == before
    assert len(list(world.folder.glob("*.db"))) == 1


def test_a_view_of_somebodys_own_under_our_name_gives_way_and_others_stay(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        for name in ("v_funding", "v_network"):
            connection.execute(f"drop view if exists {name}")
            connection.execute(f"create view {name} as select 1 as mine")
        connection.execute("create view v_mine as select mine from v_network")
        connection.execute("create view mine as select count(*) as n from centres")
    migrations.migrate(old)
    found = texts(old)
    assert "mine" not in found["v_funding"] + found["v_network"]
    assert found["v_mine"] == "CREATE VIEW v_mine as select mine from v_network"
    assert Bench(old.parent, old).rows("select n from mine") == [(len(rows(old)["centres"]),)]


def test_views_are_left_as_they_are_while_another_program_writes(world: Bench) -> None:
    wrong(world.registry)
    with world.connect() as other:
        other.execute("begin immediate")
        assert migrations.migrate(world.registry) is None
    assert "5500" in texts(world.registry)["v_network"]
    assert migrations.migrate(world.registry) is None
    assert "5500" not in texts(world.registry)["v_network"]


def test_views_are_left_as_they_are_where_the_file_cannot_be_written(
    world: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong(world.registry)
    connect = file.connect
    monkeypatch.setattr(file, "connect", lambda path, *_, **_more: connect(path, "ro"))  # root may write anywhere
    assert migrations.migrate(world.registry) is None
    monkeypatch.undo()
    assert "5500" in texts(world.registry)["v_network"]


def test_a_table_under_the_name_of_a_view_stands_in_nobodys_way(world: Bench) -> None:
    with world.connect() as connection:
        connection.execute("drop view v_governance")
        connection.execute("create table v_governance (a)")
    ran = command(world.registry, "list", "--format", "json")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_two_commands_that_bring_it_up_to_date_at_once_do_it_once(old: Path) -> None:
    before = rows(old)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", f"from pathlib import Path; from crpv_cli.registry.migrations import migrate; "
             f"print(migrate(Path({str(old)!r})))"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    said = [process.communicate() for process in started]
    assert [error for _, error in said] == ["", "", ""]
    kept(old, before)
    assert len([out for out, _ in said if "before-schema" in out]) == 1

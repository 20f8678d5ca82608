"""What a hostile or careless SELECT can do: it ends within its limits, and harms nothing.

What could take much memory, or the process with it, is asked through the command in a process of its own; the rest in
this one.
"""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import CrpvError, UsageProblem
from crpv_cli.language import msg
from crpv_cli.output import flow as flows
from crpv_cli.output.formats import Format, function_of
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.asking import asking
from crpv_cli.reports.bounds import Bounds, bounded, held
from crpv_cli.result import Result
from tests.inside import inside

ENDLESS = "with recursive r(x) as (select 1 union all select x + 1 from r)"
ROWS = "with recursive r(x) as (select 1 union all select x + 1 from r limit {})"
LONG = "with s(a) as (select replace(hex(zeroblob(3000000)), '0', 'a'))"
TEXT = "replace(hex(zeroblob(200000)), '0', 'a')"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a registry and a file of somebody else's."""

    folder: Path
    registry: Path
    before: Mapping[str, bytes]

    def unharmed(self) -> bool:
        """Whether all files are what they were, and no other is there; SQLite keeps two beside a registry it reads."""
        return self.before == _files(self.folder)


def _files(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def place(reference_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("place")
    registry = folder / "registry.sqlite"
    registry.write_bytes(reference_path.read_bytes())
    (folder / "notes.txt").write_text("somebody else's", encoding="utf-8")
    (folder / "temporary").mkdir()
    return Place(folder, registry, _files(folder))


def ask(
    place: Place, sql: str, parameters: Mapping[str, str] | None = None, seconds: float = 20, limit: int | None = None
) -> tuple[list[str], list[tuple[object, ...]]]:
    """The names and rows that a query gives in this process; the registry can be read after it as before."""
    with open_reading(place.registry) as connection:
        try:
            with asking(connection, sql, parameters or {}, limit, bounds=Bounds(seconds)) as flow:
                return [column.name for column in flow.columns], list(flow.rows)
        finally:
            assert connection.execute("select count(*) from centres").fetchone()[0] == 20
            assert connection.text_factory is str


# --- What it may not do ---

WRITING = [
    "delete from centres",
    "delete from centres returning *",
    "insert into centres select * from centres",
    "insert into centres select * from centres returning *",
    "insert into centres (id) values ('x') on conflict do nothing",
    "replace into centres select * from centres",
    "update centres set name = 'x'",
    "update centres set name = f.name from funders as f",
    "with x as (select 1) delete from centres",
    "with x as (select * from centres) insert into centres select * from x",
    "with recursive x(n) as (select 1 union select n + 1 from x where n < 9) update centres set name = 'x'",
    "explain delete from centres",
    "explain query plan update centres set name = 'x'",
    "drop table centres",
    "drop view v_centres",
    "create table t (a)",
    "create table t as select * from centres",
    "create temp table t (a)",
    "create view v as select 1",
    "create temp view v as select 1",
    "create index i on centres (name)",
    "create trigger t after insert on centres begin delete from centres; end",
    "create temp trigger t after insert on centres begin select 1; end",
    "create virtual table t using fts5(a)",
    "create virtual table temp.t using rtree(a, b, c)",
    "alter table centres rename to other",
    "alter table centres add column a",
    "alter table centres drop column name",
    "update sqlite_schema set sql = ''",
    "insert into sqlite_schema values ('table', 't', 't', 0, 'create table t (a)')",
    "attach ':memory:' as other",
    "attach 'stolen.sqlite' as other",
    "attach 'file:registry.sqlite?mode=rw' as other",
    "detach main",
    "vacuum",
    "vacuum into 'copy.sqlite'",
    "reindex",
    "analyze",
    "begin",
    "begin exclusive",
    "commit",
    "rollback",
    "savepoint s",
    "release s",
    "pragma journal_mode",
    "pragma journal_mode = delete",
    "pragma writable_schema = 1",
    "pragma user_version = 99",
    "pragma user_version(99)",
    "pragma main.user_version = 99",
    "pragma application_id = 1",
    "pragma schema_version = 1",
    "pragma query_only = 0",
    "pragma trusted_schema = 1",
    "pragma foreign_keys = 0",
    "pragma ignore_check_constraints = 1",
    "pragma case_sensitive_like = 1",
    "pragma temp_store = file",
    "pragma temp_store_directory = '.'",
    "pragma hard_heap_limit = 0",
    "pragma soft_heap_limit = 0",
    "pragma cache_size = -999999999",
    "pragma mmap_size = 999999999999",
    "pragma locking_mode = exclusive",
    "pragma wal_checkpoint(truncate)",
    "pragma incremental_vacuum",
    "pragma optimize",
    "pragma database_list",
    "pragma integrity_check",
    "select * from pragma_database_list",
    "select * from pragma_integrity_check",
    "select file from (select * from pragma_database_list)",
]


@pytest.mark.parametrize("sql", WRITING)
def test_it_can_only_read(place: Place, sql: str) -> None:
    with pytest.raises(UsageProblem, match="A query can only read the registry"):
        ask(place, sql)
    assert place.unharmed()


@pytest.mark.parametrize(
    "sql", ["pragma user_version = 99", "delete from t", "insert into t values (2)", "drop table t"]
)
def test_it_can_only_read_whatever_the_connection_may(sql: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("create table t as select 1 as a")
        with bounded(connection, Bounds()), pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            connection.execute(sql)
        assert connection.execute("select user_version, a from pragma_user_version, t").fetchall() == [(0, 1)]


@pytest.mark.parametrize(
    "sql",
    [
        "select load_extension('evil')",
        "select load_extension('evil', 'start')",
        "select LOAD_EXTENSION('evil') from centres",
        "select fts3_tokenizer('simple')",
        "select fts3_tokenizer('simple', x'4141414141414141')",
        "select sqlite_log(1, 'x')",
        "select readfile('registry.sqlite')",
        "select writefile('new.txt', 'x')",
        "select edit('x')",
        "select * from fsdir('.')",
    ],
)
def test_no_function_acts(place: Place, sql: str) -> None:
    with pytest.raises(UsageProblem, match=r"can only read the registry|no such (function|table)"):
        ask(place, sql)
    assert place.unharmed()


def test_functions_that_act_are_refused_whether_this_sqlite_has_them_or_not(place: Place) -> None:
    with open_reading(place.registry) as connection:
        for name in ("load_extension", "fts3_tokenizer", "sqlite_log"):
            connection.create_function(name, 1, lambda _: "it acted")
            with pytest.raises(UsageProblem, match="can only read"), asking(connection, f"select {name}('x')", {}):
                pass


# --- What is no query ---

WRONG = {
    "": "no rows",
    "   \n\t ": "no rows",
    "-- a remark": "no rows",
    "/* a remark */": "no rows",
    "/* without an end": "no rows",
    "; -- nothing": "",
    ";;": "",
    "select 1; select 2": "several statements",
    "select 1; delete from centres": "several statements",
    "select 1;;": "several statements",
    "select 1\x00; delete from centres": "null character",
    "\x00": "",
    "select '\udce9'": "not text in UTF-8",
    "select": "wrong",
    "select 'without an end": "wrong",
    "select (1": "wrong",
    "delete": "wrong",
    "sélectionne tout": "wrong",
    "\x1b[31m": "wrong",
    "select * from nowhere": "wrong",
    "select nothing from centres": "wrong",
    "select * from centres.centres": "wrong",
    "select name from centres, departments": "wrong",
    "select :missing": "no value",
    "select @missing": "no value",
    "select ?": "no value",
    "select ?250000": "no value",
    "select ?999999999": "wrong",
    "with a as (select * from a) select * from a": "wrong",
    "select 1 union select 1, 2": "wrong",
    "select sum(count(*)) from centres": "wrong",
    "select 'a' match 'b'": "wrong",
    "select 'a' regexp 'b'": "wrong",
    "select 1 limit 'x'": "wrong",
    "select abs(-9223372036854775807 - 1)": "wrong",
    "select sum(9223372036854775807) from centres": "wrong",
    "select json('{')": "wrong",
    "select * from json_each('[1')": "wrong",
    "select json_extract('[1]', '$[')": "wrong",
    "select 'a' like 'b' escape 'cd'": "wrong",
    "select likelihood(1, 2)": "wrong",
    "select group_concat(1, 2, 3)": "wrong",
    "select " + "+" * 100_000 + "1": "",
    "select " + "(" * 20_000 + "1" + ")" * 20_000: "",
    "select " + "1+" * 20_000 + "1": "wrong",
    "select " + "not " * 20_000 + "1": "",
    "select " + "(select " * 2_000 + "1" + ")" * 2_000: "",
    "select * from " + "(select * from " * 500 + "centres" + ")" * 500: "",
    "select 1" + " union all select 1" * 2_000: "wrong",
    "select " + ",".join(["1"] * 5_000): "wrong",
    "select * from " + ",".join(f"centres c{i}" for i in range(70)): "wrong",
    "select max(" + ",".join(["1"] * 5_000) + ")": "wrong",
    "select 1 -- " + "x" * 2_000_000: "wrong|large",
    "select case " + "when 1 then 2 " * 100_000 + "end": "",
    "select 1 in (" + ",".join(["1"] * 50_000) + ")": "",
}


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[" ".join(sql[:30].split()) for sql in WRONG])
def test_what_is_wrong_is_said(place: Place, number: int) -> None:
    """Where nothing is to be said, some versions of SQLite answer it, and others do not."""
    sql, said = list(WRONG.items())[number]
    try:
        ask(place, sql)
    except UsageProblem as problem:
        assert any(word in problem.message.text() for word in said.split("|"))
    else:
        assert said == ""
    assert place.unharmed()


# --- What is answered ---

ANSWERED: dict[str, object] = {
    "values (1), (2)": [(1,), (2,)],
    "select 1 -- a remark": [(1,)],
    "select 1;": [(1,)],
    "with x as (select 3 as n) select n from x": [(3,)],
    "select count(*) from sqlite_schema where name = 'centres'": [(1,)],
    "select name from pragma_table_info('centres') where cid = 0": [("id",)],
    "select count(*) > 0 from pragma_foreign_key_list('perimeters')": [(1,)],
    "select value from json_each('[1, \"a\", null]')": [(1,), ("a",), (None,)],
    "select count(*) from json_tree('[[1, 2], [3]]')": [(6,)],
    "select x'00ff41'": [("00ff41",)],
    "select zeroblob(3)": [("000000",)],
    "select 9e999, -9e999, 9e999 - 9e999": [(float("inf"), float("-inf"), None)],
    "select 9223372036854775807, -9223372036854775807 - 1": [(2**63 - 1, -(2**63))],
    "select 99999999999999999999": [(1e20,)],
    "select 9223372036854775807 + 1": [(2.0**63,)],
    "select 1 / 0, 1 % 0, 0.0 / 0": [(None, None, None)],
    "select 'a' || char(0) || 'b'": [("a\0b",)],
    "select cast(x'41ff42' as text)": [("A\ufffdB",)],
    "select char(55357), char(1114111)": [("\ufffd\ufffd\ufffd", "\U0010ffff")],
    "select char(27) || '[31m'": [("\x1b[31m",)],
    "select 1 where 0": [],
    "select date('now', '+99999999999 years'), strftime('%s', 1e300)": [(None, None)],
    "select substr('abc', -9223372036854775808, 9223372036854775807)": None,
    "select printf('%n%s', 'a')": None,
    "select printf('%1000000000d', 1)": None,
    "select printf('%.1000000000f', 1)": None,
    "select printf('%*d', 2147483647, 1)": None,
    "select round(1.5, 2147483647), round(1e308, 400)": None,
    "explain select * from centres": None,
    "explain query plan select * from centres": None,
    "pragma table_info(centres)": None,
    "pragma table_xinfo('centres')": None,
    "pragma user_version": None,
    "select random(), current_timestamp, sqlite_version()": None,
    "select json('" + "[" * 900 + "]" * 900 + "')": None,
    "select * from centres order by random()": None,
    "select sum(rowid) over (order by id) from centres": None,
}


@pytest.mark.parametrize("sql", ANSWERED, ids=[sql[:40] for sql in ANSWERED])
def test_what_only_reads_is_answered(place: Place, sql: str) -> None:
    _names, rows = ask(place, sql)
    assert ANSWERED[sql] is None or rows == ANSWERED[sql]
    assert place.unharmed()


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("select 1 as id, 2 as id, 3 as id", ["id", "id_2", "id_3"]),
        ("select 1 as id, 2 as id, 3 as id_2", ["id", "id_3", "id_2"]),
        ("select 1 as id, 2 as id_2, 3 as id, 4 as id_3", ["id", "id_2", "id_4", "id_3"]),
        ('select 1 as "", 2 as ""', ["", "_2"]),
        ('select 1 as "a\nb;""c"","', ['a\nb;"c",']),
        ("select 1 as [from], 2 as __proto__", ["from", "__proto__"]),
        ("select " + ",".join(f"{i} as c" for i in range(2000)), ["c", *(f"c_{i}" for i in range(2, 2001))]),
    ],
    ids=["again", "taken", "taken later", "empty", "awkward", "words", "2000"],
)
@pytest.mark.parametrize("chosen", [one for one in Format if not (one.row.maps or one.row.needs)])
def test_each_column_has_a_name_of_its_own_in_every_format(
    place: Place, tmp_path: Path, sql: str, names: list[str], chosen: Format
) -> None:
    if chosen is Format.JSON:
        assert ask(place, sql)[0] == names
    file = tmp_path / f"answer{chosen.extension}"
    ran = inside("query", sql, "--db", place.registry, "-f", chosen.value, "-o", file, env={})
    if chosen is Format.DOCX and len(names) > 63:
        assert "The table has 2,000 columns, and a document holds 63." in ran.stderr
        return
    assert ran.returncode == 0, ran.stderr
    if chosen is Format.JSON:
        assert list(json.loads(file.read_text("utf-8"))[0]) == names
    if chosen is Format.CSV:
        assert next(csv.reader(io.StringIO(file.read_text("utf-8")))) == names
    assert place.unharmed()


@pytest.mark.parametrize(
    ("sql", "parameters", "row"),
    [
        ("select :a, :A", {"a": "1", "A": "2"}, ("1", "2")),
        ("select $a::b(c)", {"a::b(c)": "1"}, ("1",)),
        ("select @x, $x, :x", {"x": "1"}, ("1", "1", "1")),
        ("select :année", {"année": "2024"}, ("2024",)),
        ("select :a", {"a": "'; delete from centres; --"}, ("'; delete from centres; --",)),
        ("select length(:a)", {"a": "x" * 1_000_000}, (1_000_000,)),
        ("select :a", {"a": "1\x002"}, ("1\x002",)),
        ("select :a", {"a": "1", "unused": "2"}, ("1",)),
        ("select :a", {"a": "\udce9"}, None),
    ],
)
def test_parameters_are_values_whatever_they_are_called(
    place: Place, sql: str, parameters: dict[str, str], row: tuple[object, ...] | None
) -> None:
    if row is None:
        with pytest.raises(UsageProblem, match="not text in UTF-8"):
            ask(place, sql, parameters)
    else:
        assert ask(place, sql, parameters)[1] == [row]
    assert place.unharmed()


def test_texts_that_are_not_utf8_are_shown_and_said(place: Place) -> None:
    for format_, where in (("csv", "stderr"), ("table", "stdout")):
        ran = inside("query", "select cast(x'41ff42' as text)", "--db", place.registry, "-f", format_, env={})
        assert "A\ufffdB" in ran.stdout
        assert "not UTF-8" in getattr(ran, where)


def test_what_is_infinite_is_json_all_the_same(place: Place) -> None:
    for format_ in ("json", "jsonl"):
        ran = inside("query", "select 9e999 as a, -9e999 as b", "--db", place.registry, "-f", format_, env={})
        row = json.loads(ran.stdout, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        assert (row if format_ == "jsonl" else row[0]) == {"a": "Infinity", "b": "-Infinity"}


# --- The time ---


@pytest.mark.parametrize(
    "sql",
    [
        f"{ENDLESS} select count(*) from r",
        f"{ENDLESS} select x from r where x < 0",
        f"{ENDLESS} select max(x) from r",
        f"{ENDLESS} select exists (select 1 from r where x is null)",
        f"{ENDLESS} select 1 where (select x from r where x < 0)",
        f"{ENDLESS} select sum(x) over () from (select 1 as x where 1 in (select -x from r where x < 0))",
        f"{ENDLESS} select count(*) from r where {TEXT} like '%' || x || 'b'",
        "with recursive r(x) as (select 1 union all select 0 from r) select count(*) from r",
        "with recursive r(x) as (select 1 union all select abs(random()) % 9 from r where x >= 0) "
        "select 1 from r limit 9e12, 1",
        "select count(*) from centres a, centres b, centres c, centres d, centres e, centres f, centres g, centres h",
        "select (select count(*) from departments a, departments b, departments c, departments d "
        "where a.code <> b.name)",
        "select count(*) from sqlite_schema a, sqlite_schema b, sqlite_schema c, sqlite_schema d, sqlite_schema e",
        "select count(*) from json_each(json_array(1,2,3,4,5,6,7,8,9)) a, "
        + ", ".join(f"json_each(a.json) j{i}" for i in range(12)),
        "explain select * from (" + ENDLESS + " select x from r) where x < 0",
    ],
)
def test_what_never_ends_is_stopped(place: Place, sql: str) -> None:
    if sql.startswith("explain"):
        assert ask(place, sql, seconds=5)[1]  # it is told, not done
        return
    with pytest.raises(UsageProblem, match="The query took more than 0 seconds and was stopped"):
        ask(place, sql, seconds=0.1)
    assert place.unharmed()


def test_the_clock_stands_still_while_the_reader_reads(place: Place) -> None:
    with open_reading(place.registry) as connection:
        given = 0
        with asking(connection, f"{ENDLESS} select x from r", {}, 3000, bounds=Bounds(0.5)) as flow:
            for _row in flow.rows:
                given += 1
                if given == 2000:
                    threading.Event().wait(1.0)
    assert given == 3000


def test_rows_come_before_the_last_one_is_known(place: Place) -> None:
    given = 0
    with (
        open_reading(place.registry) as connection,
        asking(connection, f"{ENDLESS} select x from r", {}, bounds=Bounds(0.3)) as flow,
        pytest.raises(UsageProblem, match="took more than"),
    ):
        for _row in flow.rows:
            given += 1
    assert given > 1000


def test_a_function_that_does_not_hear_ends_the_process(place: Place) -> None:
    """The watch asks twenty times a second, and gives up when nothing comes back: here somebody else ends it."""
    gave_up: list[CrpvError] = []
    ended = threading.Event()

    def give_up(problem: CrpvError) -> None:
        gave_up.append(problem)
        ended.set()

    with open_reading(place.registry) as connection:
        connection.create_function("wait", 0, lambda: ended.wait(30))
        with pytest.raises(UsageProblem), asking(connection, "select wait()", {}, bounds=Bounds(0.1), give_up=give_up):
            pass
    assert "took more than" in gave_up[0].message.text()


# --- In a process of its own ---

PROGRAM = """
import pathlib, sys
peak = pathlib.Path(sys.argv.pop(1))
from crpv_cli.__main__ import main
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (32 << 20, 32 << 20))
except ImportError:
    pass
try:
    main()
finally:
    status = pathlib.Path("/proc/self/status")
    if status.exists():  # what getrusage tells is also that of the process that started this one
        (most,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        peak.write_text(str(int(most.split()[1]) // 1024))
"""
Run = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def peak(tmp_path: Path) -> Path:
    """Where a process says how many megabytes it took at most."""
    return tmp_path / "peak"


@pytest.fixture
def run(place: Place, peak: Path) -> Run:
    """Runs the command in a process of its own that may not take a gigabyte, in the folder of the registry."""
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(place.folder / "temporary"), "CRPV_DB": str(place.registry)}

    def ended(*arguments: object) -> tuple[int, bytes, str]:
        ran = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(peak), *map(str, arguments)],
            capture_output=True, stdin=subprocess.DEVNULL, cwd=place.folder, env=env, check=False, timeout=60,
        )  # fmt: skip
        return ran.returncode, ran.stdout, ran.stderr.decode()

    return ended


@pytest.mark.parametrize(
    "sql",
    [
        f"{LONG} select instr(a, substr(a, 1000000) || 'b') from s",
        f"select {TEXT} like '%' || substr({TEXT}, 1, 45000) || 'b' || '%' || {TEXT}",
        f"{LONG} select a like '%' || substr(a, 1, 45000) || 'b' from s",
        f"{LONG} select a glob '*' || substr(a, 1, 45000) || 'b' from s",
        f"{LONG} select replace(a, substr(a, 1000000) || 'b', '') from s",
    ],
    ids=["instr", "like too long", "like", "glob", "replace"],
)
def test_what_does_not_hear_that_it_is_over_is_ended(place: Place, run: Run, sql: str) -> None:
    code, out, err = run("query", sql, "--timeout", 1, "-o", "answer.csv")
    assert (code, out) == (2, b"")
    assert "The query took more than 1 second and was stopped" in err or "The query is wrong" in err
    assert place.unharmed()


LARGE = {
    "zeroblob": "select zeroblob(1000000000)",
    "zeroblob beyond": "select zeroblob(2147483648)",
    "length": "select length(zeroblob(900000000))",
    "randomblob": "select randomblob(500000000)",
    "hex": "select hex(zeroblob(200000000))",
    "hex of hex": "select hex(hex(hex(hex(hex(hex(zeroblob(100000)))))))",
    "quote": "select quote(zeroblob(100000000))",
    "replace": f"select replace(replace({TEXT}, 'a', {TEXT}), 'a', {TEXT})",
    "doubling": "with recursive r(x) as (select 'a' union all select x || x from r) select count(x) from r",
    "group_concat": f"{ROWS.format(300000)} select group_concat(x) from r",
    "json_group_array": f"{ENDLESS} select json_group_array(x) from r",
    "json_group_object": f"{ENDLESS} select json_group_object(x, x) from r",
    "union": "with recursive r(x) as (select 1 union select x + 1 from r) select count(*) from r",
    "sort": f"select * from ({ENDLESS} select x, hex(x) as y from r) order by y",
    "sort of the sorted": f"{ENDLESS} select x, random() from r order by 2",
    "distinct": f"select count(*) from ({ENDLESS} select distinct -x from r)",
    "count distinct": f"{ENDLESS} select count(distinct x) from r",
    "group by": f"{ENDLESS} select x, count(*) from r group by -x",
    "window": f"{ENDLESS} select sum(x) over (order by -x) from r",
    "lag": f"{ENDLESS} select lag(x, 9) over (partition by 1) from r",
    "materialized": f"{ENDLESS}, m as materialized (select x from r) select * from m a, m b",
    "in": f"{ENDLESS} select 1 in (select x from r)",
    "except": f"{ENDLESS} select x from r except select 1",
    "join": f"{ENDLESS}, s as materialized (select x from r) select * from s join s t on s.x = t.x",
    # The same value in each column: SQLite keeps it once.
    "wide": "select " + ",".join(["z"] * 2000) + " from (select zeroblob(200000) as z limit 1)",
    "wide texts": "select " + ",".join(["z"] * 2000) + " from (select hex(zeroblob(100000)) as z limit 1)",
    "wide and small": "select " + ",".join(["z"] * 2000) + " from (select hex(zeroblob(15000)) as z limit 1)",
    "a few": "select z, z, z, z, z, z from (select hex(zeroblob(100000)) as z limit 1)",
    "program": "with c0 as (select 1 as a), "
    + ", ".join(f"c{i} as (select a from c{i - 1} union all select a from c{i - 1})" for i in range(1, 40))
    + " select count(*) from c39",
    "joins in joins": "with c0 as (select 1 as a), "
    + ", ".join(f"c{i} as (select x.a from c{i - 1} x, c{i - 1} y)" for i in range(1, 30))
    + " select count(*) from c29",
}


@pytest.mark.parametrize("name", LARGE)
def test_what_needs_too_much_memory_is_stopped(place: Place, peak: Path, run: Run, name: str) -> None:
    """It has 16 MB; the rest is what Python and the program take for themselves."""
    code, out, err = run("query", LARGE[name], "--memory", 16, "--timeout", 50, "-f", "csv")
    assert (code, out) == (2, b"")
    assert "The query needs more than 16 MB of memory" in err or "The query is wrong" in err
    assert place.unharmed()
    assert not peak.exists() or int(peak.read_text()) < 80


@pytest.mark.parametrize("chosen", [one for one in Format if not (one.row.lines or one.row.maps or one.row.needs)])
def test_an_answer_that_is_written_whole_must_fit_into_the_memory(
    place: Place, peak: Path, run: Run, chosen: Format
) -> None:
    sql = f"{ROWS.format(1000)} select x, hex(zeroblob(5000)) from r"
    code, out, err = run("query", sql, "--memory", 16, "-f", chosen.value)
    assert (code, out) == (2, b"")
    assert "more than 16 MB of memory" in err
    assert "row by row: csv, csv-excel, json, jsonl" in err
    assert place.unharmed()
    assert not peak.exists() or int(peak.read_text()) < 80


def test_a_value_in_each_of_two_thousand_columns_is_handed_over_in_none(place: Place, peak: Path, run: Run) -> None:
    """It fits into a row, and into the memory that SQLite may have two thousand times."""
    code, out, err = run("query", "select " + ",".join([":a"] * 2000), "-p", "a=" + "x" * 120_000)
    assert (code, out) == (2, b"")
    assert "more than 512 MB of memory" in err
    assert place.unharmed()
    assert not peak.exists() or int(peak.read_text()) < 80


def test_a_value_that_is_too_large_for_a_row_is_not_made(place: Place, peak: Path, run: Run) -> None:
    """SQLite may have 96 MB here; handed over and written, it would be several times as much."""
    code, out, err = run("query", "select hex(zeroblob(30000000))", "--memory", 128)
    assert (code, out) == (2, b"")
    assert "more than 128 MB of memory" in err
    assert place.unharmed()
    assert not peak.exists() or int(peak.read_text()) < 80


@pytest.mark.skipif(os.name != "posix", reason="elsewhere Python sees a signal only when SQLite has come back")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_sqlite(place: Place, number: signal.Signals) -> None:
    """It comes when SQLite has given its last row, and looks for another one for ever."""
    program = f"import signal; signal.signal({int(number)}, signal.default_int_handler)\n"
    program += "from crpv_cli.main import run; run()"
    sql = f"{ENDLESS} select hex(zeroblob(100)) from r where x < 2000"
    arguments = ["query", sql, "-f", "csv", "--db", str(place.registry), "--timeout", "3600"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.read(350_000)  # nearly all there is
            time.sleep(0.5)
            process.send_signal(number)
            _out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert place.unharmed()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere Python sees a signal only when SQLite has come back")
def test_a_signal_ends_what_does_not_hear_it(place: Place) -> None:
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program += "from crpv_cli.main import run; run()"
    sql = f"{LONG}, t(x) as ({ROWS.format(2000)} select x from r) select iif(x < 2000, hex(zeroblob(100)), "
    sql += "(select instr(a, substr(a, 1000000) || 'b') from s)) from t"
    arguments = ["query", sql, "-f", "csv", "--db", str(place.registry), "--timeout", "3600"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.read(350_000)
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            _out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert place.unharmed()


def test_what_is_computed_on_the_way_is_not_put_on_the_disk(place: Place, run: Run) -> None:
    """The process may write no file over 32 MB, and this sorts 60 MB."""
    sql = f"{ROWS.format(60000)} select sum(x) from (select x, hex(zeroblob(500)) as y from r order by y || x)"
    code, out, err = run("query", sql, "-f", "csv")
    assert (code, out) == (0, b"sum(x)\n1800030000\n"), err
    assert place.unharmed()


# --- Rows that are written as they come ---


@pytest.mark.parametrize("chosen", [chosen for chosen in Format if chosen.row.lines])
def test_rows_without_number_take_no_memory(place: Place, peak: Path, run: Run, tmp_path: Path, chosen: Format) -> None:
    file = tmp_path / f"answer{chosen.extension}"
    sql = f"{ROWS.format(30000)} select x, hex(zeroblob(400)) as y from r"
    code, out, err = run("query", sql, "--memory", 16, "-f", chosen.value, "-o", file, "--timeout", 50)
    assert (code, out, err) == (0, b"", "")
    assert file.stat().st_size > 20_000_000
    assert not peak.exists() or int(peak.read_text()) < 50
    assert place.unharmed()


AWKWARD = Result(
    "x",
    msg("x"),
    (Column("a", "Label", Kind.TEXT), Column("b", "Label", Kind.DECIMAL), Column("c", "", Kind.FLAG)),
    (('é\u2028\r\n"', 1.0, True), (None, 2.5, None), ("=1+1", -0.125, False), ("", 1e300, True)),
)


@pytest.mark.parametrize("count", range(len(AWKWARD.rows) + 1))
def test_an_array_is_the_same_to_the_byte_whether_it_is_set_at_once_or_by_row(count: int) -> None:
    rows = [
        {"a": a, "b": int(b) if isinstance(b, float) and b.is_integer() else b, "c": c}
        for a, b, c in AWKWARD.rows[:count]
    ]
    lines = function_of("jsons:json_lines")(AWKWARD.columns, iter(AWKWARD.rows[:count]))
    assert "".join(lines) == json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("chosen", [chosen for chosen in Format if chosen.row.lines])
@pytest.mark.parametrize(
    "sql",
    [
        "select * from centres order by id",
        "select id from centres where 0",
        "select 1.0 as a union all select 'x' union all select 2.5",
        "select 1 as a union all select 2.0",
        "select null as a, 2.0 as b",
        f"{ROWS.format(3000)} select x, x / 2.0 as half, iif(x > 2000, x * 1.0, null) as late from r",
    ],
    ids=["table", "none", "mixed", "numbers", "null", "late"],
)
def test_bytes_are_those_of_the_whole_answer(place: Place, tmp_path: Path, sql: str, chosen: Format) -> None:
    file = tmp_path / f"answer{chosen.extension}"
    ran = inside("query", sql, "--db", place.registry, "-f", chosen.value, "-o", file, env={})
    assert ran.returncode == 0, ran.stderr
    with open_reading(place.registry) as connection, asking(connection, sql, {}) as flow:
        whole = flow.result(list(flow.rows))
    text = function_of(chosen.row.renderer)(whole)
    assert file.read_bytes() == text.encode(chosen.row.encoding)
    printed = inside("query", sql, "--db", place.registry, "-f", chosen.value, env={})
    assert printed.stdout.encode() == text.encode(chosen.row.encoding)


@pytest.mark.parametrize("chosen", [chosen for chosen in Format if chosen.row.lines])
def test_an_answer_that_breaks_off_replaces_no_file(place: Place, tmp_path: Path, chosen: Format) -> None:
    file = tmp_path / f"answer{chosen.extension}"
    file.write_text("as it was", encoding="utf-8")
    sql = f"{ROWS.format(5000)} select iif(x < 5000, x, abs(-9223372036854775807 - 1)) as x from r"
    arguments = ("query", sql, "--db", place.registry, "-f", chosen.value)
    ran = inside(*arguments, "-o", file, "--force", env={})
    assert ran.returncode == 2
    assert "integer overflow" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.read_text("utf-8") == "as it was"
    printed = inside(*arguments, env={})
    assert printed.returncode == 2
    assert len(printed.stdout.splitlines()) > 1000  # they had been written
    if chosen is Format.JSON:
        with pytest.raises(ValueError, match="delimiter"):
            json.loads(printed.stdout)  # so that no reader takes it for the whole


def test_a_file_that_is_there_is_seen_before_anything_is_asked(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    file.write_text("as it was", encoding="utf-8")
    ran = inside("query", f"{ENDLESS} select count(*) from r", "--db", place.registry, "-o", file, env={})
    assert ran.returncode == 3
    assert "already exists" in ran.stderr
    assert file.read_text("utf-8") == "as it was"


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")
@pytest.mark.parametrize("format_", ["csv", "csv-excel", "json", "jsonl"])
def test_a_reader_that_goes_away_and_a_disk_that_is_full(place: Place, format_: str) -> None:
    arguments = [sys.executable, "-m", "crpv_cli", "query", f"{ENDLESS} select x from r", "-f", format_]
    arguments += ["--db", str(place.registry), "--timeout", "60"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(100_000)  # before the end, which never comes
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
    full = Path("/dev/full")
    if full.exists():
        with full.open("wb") as out:
            ran = subprocess.run(arguments, stdout=out, stderr=subprocess.PIPE, check=False, timeout=60)
        assert ran.returncode == 3
        assert b"No space left on device" in ran.stderr or b"no room left" in ran.stderr
    assert place.unharmed()


# --- How many rows ---


def test_a_terminal_shows_a_thousand_rows_and_says_so(place: Place) -> None:
    arguments = ("query", f"{ROWS.format(1001)} select x from r", "--db", place.registry)
    said = "Only the first 1,000 rows are shown"
    for format_ in ("table", "csv", "jsonl"):
        ran = inside(*arguments, "-f", format_, env={}, terminal=True)
        assert ran.returncode == 0
        assert "1000" in ran.stdout
        assert "1001" not in ran.stdout
        assert said in " ".join((ran.stdout + ran.stderr).split())
        more = inside(*arguments, "-f", format_, "--limit", 2000, env={}, terminal=True)
        assert "1001" in more.stdout
        assert said not in " ".join((more.stdout + more.stderr).split())
        piped = inside(*arguments, "-f", format_, env={})
        assert "1001" in piped.stdout
        assert said not in piped.stdout + piped.stderr


def test_a_file_has_all_rows_though_a_terminal_is_there(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    sql = f"{ROWS.format(1500)} select x from r"
    assert inside("query", sql, "--db", place.registry, "-o", file, env={}, terminal=True).returncode == 0
    assert len(file.read_text("utf-8").splitlines()) == 1501


def test_as_many_rows_as_are_asked_for(place: Place) -> None:
    arguments = ("query", f"{ENDLESS} select x from r", "--db", place.registry, "--limit", 3)
    ran = inside(*arguments, "-f", "csv", env={})
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "x\n1\n2\n3\n", "")
    assert "Only the first 3 rows." in inside(*arguments, env={}).stdout
    exact = inside("query", "select 1 as x", "--db", place.registry, "--limit", 1, env={})
    assert "Only the first" not in exact.stdout


@pytest.mark.parametrize("chosen", [one for one in Format if not (one.row.lines or one.row.maps or one.row.needs)])
def test_a_format_that_is_written_whole_refuses_too_many_rows(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: Format
) -> None:
    monkeypatch.setattr(flows, "MOST_ROWS", 50)
    file = tmp_path / f"answer{chosen.extension}"
    arguments = ("--db", place.registry, "-f", chosen.value, "-o", file)
    ran = inside("query", f"{ROWS.format(51)} select x from r", *arguments, env={})
    assert ran.returncode == 2
    assert f"The answer has more than 50 rows, too many for {chosen.value}." in ran.stderr
    assert "row by row: csv, csv-excel, json, jsonl" in ran.stderr
    assert not file.exists()
    assert inside("query", f"{ROWS.format(50)} select x from r", *arguments, env={}).returncode == 0


@pytest.mark.parametrize(
    "option",
    [
        ("--limit", "0"),
        ("--limit", "-1"),
        ("--timeout", "0"),
        ("--timeout", "nan"),
        ("--timeout", "1e9"),
        ("--memory", "1"),
    ],
)
def test_bounds_that_bound_nothing_are_no_bounds(place: Place, option: tuple[str, str]) -> None:
    assert inside("query", "select 1", "--db", place.registry, *option, env={}).returncode == 2


def test_huge_bounds_are_only_huge(place: Place) -> None:
    huge = ("--limit", 10**30, "--timeout", 86_400, "--memory", 1_000_000)
    assert inside("query", "select 1", "--db", place.registry, *huge, env={}).returncode == 0


def test_french(place: Place) -> None:
    french = {"CRPV_LANG": "fr"}
    ran = inside("query", f"{ENDLESS} select count(*) from r", "--db", place.registry, "--timeout", 1, env=french)
    assert "La requête a duré plus de 1 seconde et a été interrompue." in ran.stderr
    ran = inside("query", "select zeroblob(1e9)", "--db", place.registry, env=french)
    assert "La requête demande plus de 512 Mo de mémoire et a été interrompue." in ran.stderr


def test_the_registry_as_it_was_known_does_not_count() -> None:
    """It is a copy in memory, which can be larger than what the query may take."""
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.execute("create table t as select zeroblob(9000000) as z")
        assert 9_000_000 < held(copy) < 12_000_000


def test_a_registry_that_is_a_file_takes_no_memory(place: Place) -> None:
    with open_reading(place.registry) as connection:
        assert held(connection) == 0

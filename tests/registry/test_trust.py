"""A registry whose bytes changed gives the figures that loads wrote, or none: whoever gives others is refused."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.errors import RegistryProblem
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.schema import SCHEMA_VERSION, tables
from tests.registry.bench import Bench

PAGE = 4096
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, world_registry: Path) -> bytes:
    """The bytes of a registry with a history and free pages, all of it in the one file."""
    folder = tmp_path_factory.mktemp("whole")
    bench = Bench(folder, folder / "registry.db")
    bench.registry.write_bytes(world_registry.read_bytes())
    head = "id,name,kind\n"
    bench.load(("funders.csv", head + "".join(f"f{number},Somebody {number},other\n" for number in range(60))))
    bench.load(("funders.csv", head + "".join(f"f{number},Other {number},commune\n" for number in range(30))))
    with closing(sqlite3.connect(bench.registry)) as connection:
        connection.execute("create table big (a)")
        connection.executemany("insert into big values (zeroblob(2000))", [()] * 20)
        connection.execute("drop table big")
        connection.commit()
        assert connection.execute("pragma freelist_count").fetchone()[0] >= 10
        connection.execute("pragma journal_mode = delete")
    return bench.registry.read_bytes()


def figures(path: Path) -> Rows:
    """All that the registry gives."""
    with open_reading(path) as connection:
        return {name: list(map(tuple, connection.execute(f"select * from {name}"))) for name in sorted(tables())}


def roots(content: bytes, path: Path) -> Iterator[tuple[int, str]]:
    """The first page of each table and index."""
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as connection:
        yield from connection.execute("select rootpage, type from sqlite_schema where rootpage > 0").fetchall()


def pages(content: bytes, path: Path, kind: str) -> list[int]:
    """The pages of tables, of indexes, or free ones, as their places in the file."""
    if kind == "header":
        return [0]
    own = {page for page, _ in roots(content, path)}
    if kind != "free":
        return sorted((page - 1) * PAGE for page, its in roots(content, path) if its == kind)
    found, trunk = [], int.from_bytes(content[32:36], "big")
    while trunk:
        start = (trunk - 1) * PAGE
        count = int.from_bytes(content[start + 4 : start + 8], "big")
        found += [
            trunk,
            *(int.from_bytes(content[start + 8 + 4 * n : start + 12 + 4 * n], "big") for n in range(count)),
        ]
        trunk = int.from_bytes(content[start : start + 4], "big")
    assert not own.intersection(found)
    return sorted((page - 1) * PAGE for page in found)


def flip(content: bytes, places: list[int], rng: random.Random, size: int) -> bytes:
    """Change a byte or a few of one page; in pages that are not full, of what is used of them."""
    changed = bytearray(content)
    page = rng.choice(places)
    used = [place for place in range(page, page + size) if content[place]] or list(range(page, page + size))
    for place in rng.sample(used, min(len(used), rng.choice((1, 1, 2, 8)))):
        changed[place] ^= rng.randrange(1, 256)
    return bytes(changed)


@pytest.mark.parametrize("kind", ["table", "index", "header", "free"])
def test_whoever_gives_other_figures_is_refused(tmp_path: Path, whole: bytes, kind: str) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(whole)
    expected = figures(path)
    places = pages(whole, tmp_path / "other.db", kind)
    refused = 0
    for seed in range(100):
        rng = random.Random(f"{kind} {seed}")
        for left in tmp_path.glob("registry*"):
            left.unlink()
        path.write_bytes(flip(whole, places, rng, 100 if kind == "header" else PAGE))
        try:
            found = figures(path)
        except RegistryProblem:
            refused += 1
            continue
        assert found == expected, f"seed {seed}"
    assert refused > {"table": 90, "index": 60, "header": 20, "free": -1}[kind], refused


# --- What random bytes seldom hit ---


WRITTEN: dict[str, Callable[[sqlite3.Connection], object]] = {
    "a figure": lambda connection: connection.execute("update funding set amount_cents = 1"),
    "the order of rows": lambda connection: connection.execute("update funders set rowid = 1000 where id = 'f0'"),
    "a load that nobody made": lambda connection: connection.execute(
        "insert into loads (at, who, command, version) values ('2026-01-01', 'x', 'load', '0')"
    ),
    "who made a load": lambda connection: connection.execute("update loads set who = 'x' where id = 1"),
    "the record of changes": lambda connection: connection.execute("delete from changes where load = 3"),
    "which load inserted a row": lambda connection: connection.execute("update funders set load = 1 where id = 'f50'"),
    "the line of a row": lambda connection: connection.execute("update funders set line = 1 where id = 'f50'"),
    "a change of no load": lambda connection: connection.execute(
        "insert into changes (load, table_name, key, action) values (99, 'funders', '{}', 'insert')"
    ),
    "a seal that is not there": lambda connection: connection.execute("delete from seals where table_name = 'funders'"),
    "a seal of fewer columns": lambda connection: connection.execute(
        "update seals set columns = 'id' where table_name = 'funders'"
    ),
}
ALONGSIDE = {
    "nothing else": "",
    "a view that differs": "drop view v_network",
    "an index that is missing": "drop index changes_by_row",
    "an earlier version": f"pragma user_version = {SCHEMA_VERSION - 1}",
}


@pytest.mark.parametrize("other", ALONGSIDE)
@pytest.mark.parametrize("what", WRITTEN)
def test_what_something_else_wrote_is_refused_and_never_sealed(
    tmp_path: Path, whole: bytes, what: str, other: str
) -> None:
    """Also where the file would be brought up to date first, which seals it anew."""
    path = tmp_path / "registry.db"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as connection:
        WRITTEN[what](connection)
        connection.commit()
        connection.executescript(ALONGSIDE[other])
    for _ in range(2):
        with pytest.raises(RegistryProblem):
            figures(path)


def test_columns_that_somebody_adds_and_fills_do_not_count(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "registry.db"
    path.write_bytes(whole)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("alter table funders add column own text")
        connection.execute("update funders set own = 'x'")
        connection.commit()
    assert len(figures(path)["funders"]) == 62


def test_seals_that_somebody_made_anew_seal_nothing(world: Bench) -> None:
    with closing(sqlite3.connect(world.registry)) as connection:
        connection.execute("drop table seals")
        connection.execute("create table seals (table_name text primary key, digest text not null)")
        connection.commit()
    with pytest.raises(RegistryProblem, match="changed the rows of sources"), open_reading(world.registry):
        pass


def test_a_note_that_nobody_believes_any_more_is_removed(
    world: Bench, empty_registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with open_reading(world.registry):
        pass
    (first,) = (tmp_path / "cache").rglob("*-*")
    day_ago = first.stat().st_mtime - 24 * 3600 - 60
    os.utime(first, (day_ago, day_ago))
    with open_reading(empty_registry):
        pass
    (second,) = (tmp_path / "cache").rglob("*-*")
    assert second != first


@pytest.mark.parametrize("name", ["centres", "funding_key", "v_coverage"])
def test_a_name_that_is_no_text_any_more_is_a_damage(whole: bytes, tmp_path: Path, name: str) -> None:
    """SQLite quotes it in its message, which Python cannot read then."""
    path = tmp_path / "registry.db"
    for word in (name.encode(), f"TABLE {name}".encode()):
        content = bytearray(whole)
        start = content.find(word, 100)
        if start < 0:
            continue
        content[start + 2] = 0xFE
        path.write_bytes(content)
        with pytest.raises(RegistryProblem, match=r"damaged|did not make|changed the rows"), open_reading(path):
            pass

"""``crpv export datasette``, served by a real Datasette."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from datasette.app import Datasette

from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from crpv_cli.output.datasette import QUERIES, SETTINGS
from tests.conftest import OpenPage
from tests.inside import inside
from tests.neighbours.conftest import crpv, crpv_json

# What Datasette and the libraries under it warn of is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")
ACCOUNT = {"loads", "load_files", "returns", "changes", "seals"}
HIDDEN = ACCOUNT | {"campaigns", "contacts", "exceptions", "closures"}


def served(made: Callable[[], Datasette], asking: Callable[[Datasette], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        datasette = made()
        await datasette.invoke_startup()
        try:
            return await asking(datasette)
        finally:
            for database in datasette.databases.values():
                database.close()
            datasette.executor.shutdown()

    # In a thread of its own: where a browser was asked before, this one has a loop already.
    with ThreadPoolExecutor(1) as thread:
        try:
            return thread.submit(asyncio.run, run()).result()
        finally:
            # It closes no connection in memory: they go here, and not in the middle of another test.
            gc.collect()


def statuses(made: Callable[[], Datasette], *paths: str) -> Any:
    async def ask(datasette: Datasette) -> dict[str, int]:
        return {path: (await datasette.client.get(path)).status_code for path in paths}

    return served(made, ask)


def answers(made: Callable[[], Datasette], path: str) -> Any:
    async def ask(datasette: Datasette) -> Any:
        answer = await datasette.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return served(made, ask)


@pytest.fixture(scope="session")
def public(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what is public."""
    folder = tmp_path_factory.mktemp("public") / "site"
    crpv("export", "datasette", "--public", "-o", folder, "--db", demo_path)
    return folder


@pytest.fixture(scope="session")
def told(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings of a registry."""
    file = tmp_path_factory.mktemp("told") / "metadata.yaml"
    crpv("export", "datasette", "-o", file, "--db", demo_path)
    return file


def of_registry(db: Path, told: Path) -> Callable[[], Datasette]:
    metadata = yaml.safe_load(told.read_text(encoding="utf-8"))
    return lambda: Datasette([str(db)], metadata=metadata, settings=dict(SETTINGS))


def of_folder(folder: Path) -> Callable[[], Datasette]:
    return lambda: Datasette([], config_dir=folder)


def pages_of(name: str, tables: set[str], db: Path) -> list[str]:
    with closing(sqlite3.connect(db)) as registry:
        centre = registry.execute("select id from centres order by 1 limit 1").fetchone()[0]
        row = registry.execute("select rowid from funding limit 1").fetchone()[0]
    shown = [f"/{name}/{table}" for table in (*sorted(tables), *VIEWS, *QUERIES)]
    dated = [f"/{name}/{query}?as_of=2024-12-31" for query in QUERIES]
    return ["/", f"/{name}", f"/{name}/centres/{centre}", f"/{name}/funding/{row}", *shown, *dated]


def test_every_page_of_a_registry_is_served(demo_path: Path, told: Path) -> None:
    name = demo_path.stem
    pages = pages_of(name, TABLES.keys() - HIDDEN, demo_path)
    assert {path: code for path, code in statuses(of_registry(demo_path, told), *pages).items() if code != 200} == {}


def test_every_page_of_the_public_folder_is_served(public: Path) -> None:
    pages = pages_of("crpv", TABLES.keys() - {"campaigns", "exceptions", "closures"}, public / "crpv.sqlite")
    assert {path: code for path, code in statuses(of_folder(public), *pages).items() if code != 200} == {}


def test_what_is_not_for_readers_is_refused_in_every_way(demo_path: Path, told: Path) -> None:
    name = demo_path.stem
    paths = [f"/{name}/{table}{kind}" for table in HIDDEN for kind in ("", ".json", ".csv")]
    paths += [f"/{name}?sql=select+who+from+loads", f"/{name}.json?sql=select+1", f"/{name}.db"]
    paths += [f"/{name}/centres?_where=1+in+(select+1+from+loads)", f"/{name}/loads/1"]
    assert {path: code for path, code in statuses(of_registry(demo_path, told), *paths).items() if code != 403} == {}
    listed = answers(of_registry(demo_path, told), f"/{name}.json")
    assert isinstance(listed, dict)
    assert {table["name"] for table in listed["tables"]} & HIDDEN == set()


def test_a_table_that_somebody_else_made_is_hidden(demo_path: Path, tmp_path: Path) -> None:
    db = tmp_path / "my registry.v2.sqlite"
    shutil.copy(demo_path, db)
    with closing(sqlite3.connect(db)) as registry:
        registry.execute("create table wages (person text)")
        registry.execute("create view some_wages as select * from wages")
        registry.commit()
    crpv("export", "datasette", "-o", tmp_path / "m.yaml", "--db", db)
    metadata = yaml.safe_load((tmp_path / "m.yaml").read_text(encoding="utf-8"))
    assert metadata["databases"][db.stem]["tables"]["wages"] == {"hidden": True, "allow": False}
    at = f"/{quote(db.stem).replace('.', '~2E').replace('%20', '+')}"
    asked = statuses(of_registry(db, tmp_path / "m.yaml"), f"{at}/wages", f"{at}/some_wages", f"{at}/centres")
    assert list(asked.values()) == [403, 403, 200]


def test_what_is_not_public_is_nowhere_in_the_folder(demo_path: Path, public: Path, tmp_path: Path) -> None:
    db = tmp_path / "named.sqlite"
    shutil.copy(demo_path, db)
    (tmp_path / "contacts.csv").write_text(
        "centre,function,email,person,consent,valid_to\noriv,director,a@example.org,Zoé Untraceable,true,2099-12-31\n",
        encoding="utf-8",
    )
    crpv("load", tmp_path / "contacts.csv", "--db", db)
    folder = tmp_path / "public"
    crpv("export", "datasette", "--public", "-o", folder, "--db", db)
    content = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"a@example.org" in content  # a functional address
    with closing(sqlite3.connect(db)) as registry:
        who, host = registry.execute("select who, host from loads limit 1").fetchone()
        assert "Untraceable" in str(registry.execute("select group_concat(person) from contacts").fetchone()[0])
    assert b"Untraceable" not in content
    with closing(sqlite3.connect(folder / "crpv.sqlite")) as copy:
        names = {row[0] for row in copy.execute("select name from sqlite_schema where type = 'table'")}
        assert names == TABLES.keys() - {"campaigns", "exceptions", "closures"}
        dump = "\n".join(copy.iterdump())
    assert who and f"'{who}'" not in dump and (host is None or f"'{host}'" not in dump)
    assert {file.name for file in public.iterdir()} == {"crpv.sqlite", "metadata.yaml", "settings.json"}


def figures(made: Callable[[], Datasette], name: str, query: str, **asked: object) -> Any:
    given = "&".join(f"{key}={value}" for key, value in asked.items())
    return answers(made, f"/{name}/{query}.json?_shape=array&{given}")


@pytest.mark.parametrize("date", ["2023-12-31", "2026-06-30"])
def test_figures_are_those_of_the_reports(date: str, demo_path: Path, told: Path, public: Path) -> None:
    at = ("--as-of", date, "--db", demo_path)
    money = crpv_json("report", "funding", "--year", 2023, *at)["rows"]
    covered = crpv_json("report", "coverage", *at)["totals"]
    network = {one["figure"]: one for one in crpv_json("report", "network", *at)["figures"]}
    for made, name in ((of_registry(demo_path, told), demo_path.stem), (of_folder(public), "crpv")):
        rows = {row["centre"]: row for row in figures(made, name, "report-funding", as_of=date, year=2023)}
        assert len(rows) == len(money) > 10
        for row in money:
            for column in ("state_p147", "state", "local", "total", "resources"):
                assert rows[row["centre"]][column] == row[column], (row["centre"], column)
        (totals,) = (
            row for row in figures(made, name, "report-coverage", as_of=date) if row["measure"] == "neighbourhoods"
        )
        assert {key: totals[key] for key in ("covered", "total")} == {key: covered[key] for key in ("covered", "total")}
        (whole,) = figures(made, name, "report-network", as_of=date)
        assert whole["as_of"] == date
        assert whole["state_support"] == network["state-support"]["value"]
        assert whole["centres"] == network["centres"]["value"]


def test_an_empty_date_is_today(demo_path: Path, told: Path) -> None:
    made = of_registry(demo_path, told)
    (empty,) = figures(made, demo_path.stem, "report-network")
    (view,) = answers(made, f"/{demo_path.stem}/v_network.json?_shape=array")
    assert empty == view


def test_yaml_and_json_say_the_same(demo_path: Path, told: Path, tmp_path: Path) -> None:
    crpv("export", "datasette", "-o", tmp_path / "m.json", "--db", demo_path)
    as_json = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    assert yaml.safe_load(told.read_text(encoding="utf-8")) == as_json
    assert json.loads(crpv("export", "datasette", "--format", "json", "--db", demo_path)) == as_json
    assert crpv("export", "datasette", "--db", demo_path, env={"CRPV_LANG": "fr"}) == told.read_text(encoding="utf-8")
    shown = as_json["databases"][demo_path.stem]
    assert as_json["license"].startswith("Licence Ouverte")
    assert {name for name, table in shown["tables"].items() if not table.get("hidden")} == (
        (TABLES.keys() - HIDDEN) | VIEWS.keys()
    )
    for name, table in shown["tables"].items():
        assert table.get("hidden") or (table["description"] and all(table["columns"].values())), name
    assert "centimes" in shown["tables"]["funding"]["columns"]["amount_cents"]


@pytest.mark.parametrize(
    "options",
    [
        ("--public", "-o", "m.yaml"),
        ("--public",),
        ("-o", "folder"),
        ("-o", "m.txt"),
        ("--as-of", "2024-01-01", "-o", "m.yaml"),
        ("--centre", "oriv", "-o", "m.yaml"),
        ("--schema", "x", "-o", "m.yaml"),
        ("--with-people", "-o", "m.yaml"),
    ],
)
def test_what_cannot_be_is_refused(options: tuple[str, ...], demo_path: Path, tmp_path: Path) -> None:
    ran = inside("export", "datasette", *options, "--db", demo_path, env={"HOME": str(tmp_path)}, cwd=tmp_path)
    assert ran.returncode == 2, ran.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_server_of_its_own_shows_it_to_a_browser(public: Path, open_page: OpenPage, browser: Any) -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [sys.executable, "-m", "datasette", "serve", str(public), "--port", str(port)]
    server = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        at = f"http://127.0.0.1:{port}/crpv"
        for _ in range(300):
            try:
                urllib.request.urlopen(at, timeout=10).close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        page = browser.new_page()
        page.goto(f"{at}/report-coverage?as_of=2026-06-30")
        assert page.locator("h1").inner_text() == "Couverture par mesure"
        assert page.locator("table tbody tr").count() == 4
        page.goto(f"{at}/centres")
        assert "Les centres" in page.content()
        page.close()
    finally:
        server.terminate()
        server.wait()

"""What leaves the registry as files is the same in the programs that people read them with."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.definitions.tables import TABLES
from tests.neighbours.conftest import HOSTILE, crpv
from tests.neighbours.readers import READERS, Answers, by_hand, fields_of

# What the libraries warn of is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="session")
def folder(hostile_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything in a folder, beside the registry that it comes from; some of its texts are hostile."""
    place = tmp_path_factory.mktemp("handed")
    shutil.copy(hostile_path, place / "registry.sqlite")
    crpv("export", "all", "-o", place / "all", "--db", place / "registry.sqlite")
    return place / "all"


@pytest.fixture(scope="session")
def true(folder: Path) -> Answers:
    """What the registry itself answers."""
    with closing(sqlite3.connect(folder.parent / "registry.sqlite")) as registry:

        def one(sql: str) -> object:
            return registry.execute(sql).fetchone()[0]

        return Answers(
            sum(int(str(one(f"select count(*) from {name}"))) for name in TABLES),
            int(str(one("select sum(amount_cents) from funding"))) / 100,
            float(str(one("select sum(half_days) from activities"))),
            int(str(one("select count(*) from activities where participants is null"))),
            tuple(row[0] for row in registry.execute("select code from departments order by 1")),
            str(one("select max(ends_on) from agreements")),
            int(str(one("select count(*) from sources where fictitious"))),
        )


@pytest.mark.parametrize("name", READERS)
def test_a_program_reads_the_same(name: str, folder: Path, true: Answers) -> None:
    assert true.euros > 0 and true.half_days > 0 and true.unknown > 0 and true.fictitious > 0
    assert {"01", "2A", "971"} <= set(true.codes)
    assert READERS[name](folder) == true


def test_the_standard_library_reads_the_same(folder: Path, true: Answers) -> None:
    assert by_hand(folder) == true


def test_texts_that_could_be_obeyed_come_through(folder: Path) -> None:
    import duckdb
    import pandas
    import polars

    file = folder / "funding.csv"
    with closing(sqlite3.connect(folder.parent / "registry.sqlite")) as registry:
        held = dict(registry.execute("select reference, object from funding where reference like 'h_'").fetchall())
    assert len(held) == len(HOSTILE) + 1
    kinds = {"string": polars.String, "number": polars.Float64, "year": polars.Int64}
    schema = {name: kinds[kind] for name, kind in fields_of(folder)["funding"].items()}
    by_polars = polars.read_csv(file, schema=schema).filter(polars.col("reference").str.contains("^h[0-9]$"))
    by_pandas = pandas.read_csv(file, dtype="string", keep_default_na=False)
    by_pandas = by_pandas[by_pandas["reference"].str.fullmatch("h[0-9]")]
    columns = dict.fromkeys(schema, "VARCHAR")
    with duckdb.connect() as connection:
        by_duckdb = connection.execute(
            f"select reference, object from read_csv(?, header = true, columns = {columns!r}) "
            "where regexp_full_match(reference, 'h[0-9]')",
            [str(file)],
        ).fetchall()
    written = dict(zip(by_pandas["reference"], by_pandas["object"], strict=True))
    assert written.keys() == held.keys()
    assert dict(by_polars.select("reference", "object").iter_rows()) == written == dict(by_duckdb)
    for name, text in held.items():
        assert written[name] in {text, f"'{text}"}, name  # what a spreadsheet would compute is disarmed


def test_sqlite_utils_knows_what_a_registry_is_made_of(folder: Path) -> None:
    from sqlite_utils import Database

    db = Database(folder.parent / "registry.sqlite")
    try:
        assert set(db.table_names()) > TABLES.keys()
        assert db.table("centres").pks == ["id"]
        assert {key.other_table for key in db.table("funding").foreign_keys} >= {"centres", "funders", "sources"}
        assert db.table("funding").columns_dict["amount_cents"] is int
        assert next(db["departments"].rows_where("code = ?", ["01"]))["name"] == "Ain"
        assert "v_network" in db.view_names()
    finally:
        db.close()

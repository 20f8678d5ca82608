"""What other programs make of the folder that ``crpv export all`` writes: each answers the same questions.

Each takes the types of columns from the ``datapackage.json`` in the folder, as whoever gets the folder would.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answers:
    """What is asked of every program.

    Attributes:
        rows: how many rows all tables have.
        euros: what all rows of ``funding`` add up to.
        half_days: what those of ``activities`` add up to.
        unknown: in how many rows of ``activities`` the participants are not known.
        codes: the codes of the departments, which are texts.
        last: the last day of any agreement, an ISO date.
        fictitious: how many sources say that they are fictitious.
    """

    rows: int
    euros: float
    half_days: float
    unknown: int
    codes: tuple[str, ...]
    last: str
    fictitious: int


Fields = dict[str, dict[str, str]]


def fields_of(folder: Path) -> Fields:
    """The type of each column of each table, from the package's description."""
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return {
        resource["name"]: {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        for resource in package["resources"]
    }


def by_hand(folder: Path) -> Answers:
    """Read it with nothing but the standard library."""
    tables: dict[str, list[dict[str, str]]] = {}
    for name in fields_of(folder):
        with (folder / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
            tables[name] = list(csv.DictReader(file))
    return Answers(
        sum(map(len, tables.values())),
        round(sum(float(row["amount"]) for row in tables["funding"]), 2),
        sum(float(row["half_days"] or 0) for row in tables["activities"]),
        sum(row["participants"] == "" for row in tables["activities"]),
        tuple(sorted(row["code"] for row in tables["departments"])),
        max(row["ends_on"] for row in tables["agreements"]),
        sum(row["fictitious"] == "true" for row in tables["sources"]),
    )


def pandas(folder: Path) -> Answers:
    """Read it with pandas, texts as texts."""
    import pandas as pd

    types = {"string": "string", "integer": "Int64", "year": "Int64", "number": "float64", "boolean": "boolean"}
    tables = {
        name: pd.read_csv(
            folder / f"{name}.csv",
            dtype={column: types[kind] for column, kind in fields.items() if kind != "date"},
            parse_dates=[column for column, kind in fields.items() if kind == "date"],
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
        )
        for name, fields in fields_of(folder).items()
    }
    activities = tables["activities"]
    return Answers(
        sum(map(len, tables.values())),
        round(float(tables["funding"]["amount"].sum()), 2),
        float(activities["half_days"].sum()),
        int(activities["participants"].isna().sum()),
        tuple(sorted(tables["departments"]["code"])),
        tables["agreements"]["ends_on"].max().date().isoformat(),
        int(tables["sources"]["fictitious"].fillna(False).sum()),
    )


def polars(folder: Path) -> Answers:
    """Read it with polars."""
    import polars as pl

    types: dict[str, Any] = {
        **{"string": pl.String, "integer": pl.Int64, "year": pl.Int64, "number": pl.Float64},
        **{"boolean": pl.Boolean, "date": pl.Date},
    }
    tables = {
        name: pl.read_csv(folder / f"{name}.csv", schema={column: types[kind] for column, kind in fields.items()})
        for name, fields in fields_of(folder).items()
    }
    activities = tables["activities"]
    return Answers(
        sum(table.height for table in tables.values()),
        round(float(tables["funding"]["amount"].sum()), 2),
        float(activities["half_days"].sum()),
        activities["participants"].null_count(),
        tuple(sorted(tables["departments"]["code"])),
        str(tables["agreements"]["ends_on"].max()),
        int(tables["sources"]["fictitious"].sum()),
    )


def duckdb(folder: Path) -> Answers:
    """Read it with DuckDB; a sum of amounts is exact, since they are decimal numbers there."""
    import duckdb as db

    types = {
        **{"string": "VARCHAR", "integer": "BIGINT", "year": "INTEGER", "number": "DOUBLE"},
        **{"boolean": "BOOLEAN", "date": "DATE"},
    }
    with db.connect() as connection:
        for name, fields in fields_of(folder).items():
            columns = {
                column: "DECIMAL(18, 2)" if (name, column) == ("funding", "amount") else types[kind]
                for column, kind in fields.items()
            }
            connection.execute(
                f"create table {name} as select * from read_csv(?, header = true, columns = {columns!r})",
                [str(folder / f"{name}.csv")],
            )

        def one(sql: str) -> Any:
            found = connection.execute(sql).fetchone()
            assert found is not None
            return found[0]

        return Answers(
            sum(one(f"select count(*) from {name}") for name in fields_of(folder)),
            float(one("select sum(amount) from funding")),
            one("select sum(half_days) from activities"),
            one("select count(*) from activities where participants is null"),
            tuple(sorted(row[0] for row in connection.execute("select code from departments").fetchall())),
            one("select max(ends_on) from agreements").isoformat(),
            one("select count(*) from sources where fictitious"),
        )


def csvkit(folder: Path) -> Answers:
    """Read it with csvkit: csvstat counts and adds up, csvsql asks; the types are guessed by it, but codes are not."""

    def run(program: str, *arguments: object) -> str:
        where = shutil.which(program, path=str(Path(sys.executable).parent)) or program
        ran = subprocess.run([where, *map(str, arguments)], check=True, capture_output=True, encoding="utf-8")
        return ran.stdout

    def one(table: str, sql: str) -> str:
        # As texts: csvkit would take 01 for a number.
        return run("csvsql", "--no-inference", "--query", sql, folder / f"{table}.csv").splitlines()[1]

    names = fields_of(folder)
    codes = run("csvcut", "-c", "code", folder / "departments.csv").split()[1:]
    return Answers(
        sum(int(run("csvstat", "--count", folder / f"{name}.csv")) for name in names),
        round(float(run("csvstat", "--sum", "-c", "amount", "--no-grouping-separator", folder / "funding.csv")), 2),
        float(run("csvstat", "--sum", "-c", "half_days", "--no-grouping-separator", folder / "activities.csv")),
        int(one("activities", "select count(*) from activities where coalesce(participants, '') = ''")),
        tuple(sorted(codes)),
        one("agreements", "select max(ends_on) from agreements"),
        int(one("sources", "select count(*) from sources where fictitious = 'true'")),
    )


def sqlite_utils(folder: Path) -> Answers:
    """Read the registry beside the folder with sqlite-utils, where amounts are hundredths of a euro."""
    from sqlite_utils import Database

    db = Database(folder.parent / "registry.sqlite")
    try:

        def one(sql: str) -> Any:
            return next(iter(next(iter(db.query(sql))).values()))

        return Answers(
            sum(db[name].count for name in fields_of(folder)),
            one("select sum(amount_cents) as it from funding") / 100,
            one("select sum(half_days) as it from activities"),
            one("select count(*) as it from activities where participants is null"),
            tuple(sorted(row["code"] for row in db["departments"].rows)),
            one("select max(ends_on) as it from agreements"),
            one("select count(*) as it from sources where fictitious"),
        )
    finally:
        db.close()


READERS: dict[str, Callable[[Path], Answers]] = {
    "pandas": pandas,
    "polars": polars,
    "duckdb": duckdb,
    "csvkit": csvkit,
    "sqlite-utils": sqlite_utils,
}
"""The programs, by the name of their package."""

"""``crpv export postgresql``, loaded into a real PostgreSQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.public import is_public
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from tests.inside import inside
from tests.neighbours.conftest import HOSTILE, Ask, crpv, crpv_json


def exported(db: Path, folder: Path, *options: object) -> Path:
    file = folder / "registry.sql"
    crpv("export", "postgresql", "-o", file, "--db", db, "--force", *options)
    return file


def everything(database: Ask) -> dict[str, list[dict[str, str]]]:
    tables = database("select tablename as t from pg_tables where schemaname = 'crpv' order by 1")
    return {row["t"]: database(f"select * from crpv.{row['t']} as t order by t::text") for row in tables}


def test_sums_and_rows_are_those_of_crpv(demo_path: Path, database: Ask, tmp_path: Path) -> None:
    assert database(exported(demo_path, tmp_path)).returncode == 0
    with closing(sqlite3.connect(demo_path)) as registry:
        for table in TABLES.values():
            names = [column for column in table.columns if column.kind in {Kind.MONEY, Kind.INTEGER, Kind.DECIMAL}]
            sums = ", ".join(f"coalesce(sum({c.stored}), 0)" for c in names)
            wanted = registry.execute(f"select count(*){', ' + sums if sums else ''} from {table.name}").fetchone()
            asked = ", ".join(f"coalesce(sum({c.name}), 0) as {c.name}" for c in names)
            (found,) = database(f"select count(*) as rows{', ' + asked if asked else ''} from crpv.{table.name}")
            assert int(found.pop("rows")) == wanted[0], table.name
            for column, value, figure in zip(names, wanted[1:], found.values(), strict=True):
                whole = Decimal(value) / 100 if column.kind is Kind.MONEY else Decimal(repr(value))
                assert Decimal(figure) == whole, (table.name, column.name)


def test_views_are_the_reports_of_their_date(demo_path: Path, database: Ask, tmp_path: Path) -> None:
    database(exported(demo_path, tmp_path, "--as-of", "2024-06-30"))
    report = crpv_json("report", "funding", "--year", 2023, "--as-of", "2024-06-30", "--db", demo_path)
    found = {row["centre"]: row for row in database("select * from crpv.v_funding_by_centre where year = 2023")}
    assert len(report["rows"]) == len(found) > 10
    for row in report["rows"]:
        for name in ("state_p147", "state", "local", "total"):
            figure = found[row["centre"]][name]
            assert (float(figure) if figure else None) == row[name], (row["centre"], name)
    (said,) = database("select obj_description('crpv.v_network'::regclass) as said")
    assert "30/06/2024" in said["said"]
    assert database("select as_of from crpv.v_network") == [{"as_of": "2024-06-30"}]


def test_types_keys_checks_and_comments_are_there(demo_path: Path, database: Ask, tmp_path: Path) -> None:
    database(exported(demo_path, tmp_path))
    types = {
        (row["t"], row["c"]): row["k"]
        for row in database(
            "select table_name as t, column_name as c, data_type as k from information_schema.columns "
            "where table_schema = 'crpv'"
        )
    }
    assert types["funding", "amount"] == "numeric"
    assert types["agreements", "starts_on"] == "date"
    assert types["centres", "co_funded"] == "boolean"
    assert types["departments", "code"] == types["centres", "opened"] == "text"
    assert types["v_funding_by_centre", "state"] == "numeric"
    refused = {
        "insert into crpv.labels (centre) values ('nobody')": "foreign key",
        "update crpv.funding set stage = 'given'": "check constraint",
        "update crpv.funding set amount = null": "not-null",
        "update crpv.centres set co_funded = false, exemption_reason = null": "check constraint",
        "update crpv.departments set code = '1'": "check constraint",
        "insert into crpv.funding select * from crpv.funding": "unique",
        "insert into crpv.missions select * from crpv.missions": "unique",
    }
    for statement, why in refused.items():
        with pytest.raises(AssertionError, match=why):
            database(statement)
    silent = database(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
        "where c.relnamespace = 'crpv'::regnamespace and c.relkind = 'r' and col_description(c.oid, a.attnum) is null"
    )
    assert silent == []
    (said,) = database("select col_description('crpv.funding'::regclass, 6) as said")
    assert said["said"].startswith("Montant. ")


def test_loading_it_again_gives_the_same_and_keeps_what_others_made(
    demo_path: Path, database: Ask, tmp_path: Path
) -> None:
    file = exported(demo_path, tmp_path)
    database(file)
    before = everything(database)
    assert before["funding"] and before["v_network"]
    database("create view public.mine as select sum(amount) as total from crpv.funding")
    database("create role reader")
    database("grant select on crpv.funding to reader")
    again = database(file)
    assert again.returncode == 0, again.stderr
    assert everything(database) == before
    assert database("select total > 0 as known from public.mine") == [{"known": "t"}]
    assert database("select has_table_privilege('reader', 'crpv.funding', 'select') as may") == [{"may": "t"}]
    database("drop owned by reader; drop role reader")


def test_another_form_replaces_the_tables_and_leaves_nothing_behind(
    demo_path: Path, database: Ask, tmp_path: Path
) -> None:
    database(exported(demo_path, tmp_path, "--with-people"))
    assert "person" in everything(database)["contacts"][0]
    assert database(exported(demo_path, tmp_path, "--public")).returncode == 0
    left = everything(database)
    assert "exceptions" not in left and "campaigns" not in left and "closures" not in left
    assert left["contacts"] and "person" not in left["contacts"][0]


def test_what_others_made_is_never_dropped(demo_path: Path, database: Ask, tmp_path: Path) -> None:
    file = exported(demo_path, tmp_path)
    database("create schema crpv")
    database("create table crpv.theirs as select 1 as one")
    ran = database(file)
    assert ran.returncode != 0
    assert "crpv" in ran.stderr and "--schema" in ran.stderr
    assert everything(database) == {"theirs": [{"one": "1"}]}
    assert database(exported(demo_path, tmp_path, "--schema", "registre")).returncode == 0
    assert int(database("select count(*) as n from registre.funding")[0]["n"]) > 0


def test_a_view_of_others_stops_a_script_of_another_form(demo_path: Path, database: Ask, tmp_path: Path) -> None:
    database(exported(demo_path, tmp_path))
    database("create view public.mine as select reason from crpv.exceptions")
    ran = database(exported(demo_path, tmp_path, "--public"))
    assert ran.returncode != 0 and "mine" in ran.stderr
    assert database("select count(*) > 0 as there from crpv.funding") == [{"there": "t"}]  # all or nothing


def test_no_cell_is_taken_for_anything_else(hostile_path: Path, database: Ask, tmp_path: Path) -> None:
    file = exported(hostile_path, tmp_path)
    assert database(file).returncode == 0
    assert database(file).returncode == 0
    with closing(sqlite3.connect(hostile_path)) as registry:
        asked = "select reference, object from funding where reference like 'h_' order by 1"
        wanted = dict(registry.execute(asked).fetchall())
    found = {
        row["reference"]: bytes.fromhex(row["object"]).decode()
        for row in database(
            "select reference, encode(convert_to(object, 'UTF8'), 'hex') as object from crpv.funding "
            "where reference like 'h_'"
        )
    }
    assert len(found) == len(HOSTILE) + 1
    assert found == wanted
    assert any("\\." in text for text in found.values())


@pytest.mark.parametrize("name", ["pg_mine", "Crpv", "a-b", 'x"; drop', "", "é", "a" * 64])
def test_a_name_that_is_no_schema_is_refused(name: str, demo_path: Path, tmp_path: Path) -> None:
    ran = inside("export", "postgresql", "--schema", name, "--db", demo_path, env={"HOME": str(tmp_path)})
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "schema" in ran.stderr


@pytest.mark.parametrize("option", [("--region", "Normandie"), ("--year", "2023"), ("--format", "json")])
def test_a_part_of_the_registry_is_no_script(option: tuple[str, str], demo_path: Path, tmp_path: Path) -> None:
    ran = inside("export", "postgresql", *option, "--db", demo_path, env={"HOME": str(tmp_path)})
    assert ran.returncode == 2
    assert option[0] in ran.stderr


def test_the_script_is_the_same_in_every_language(demo_path: Path) -> None:
    asked = ("export", "postgresql", "--db", demo_path, "--as-of", "2025-01-01")
    assert crpv(*asked) == crpv(*asked, env={"CRPV_LANG": "fr"})


def test_people_are_left_out_unless_they_are_asked_for(demo_path: Path, tmp_path: Path) -> None:
    asked = ("export", "postgresql", "--db", demo_path)
    assert '"person"' not in crpv(*asked)
    assert '"person"' in crpv(*asked, "--with-people")
    ran = inside(*asked, "--with-people", "--public", env={"HOME": str(tmp_path)})
    assert ran.returncode == 2


def test_every_column_of_a_view_is_public() -> None:
    assert [view.name for view in VIEWS.values() if not all(map(is_public, view.columns))] == []

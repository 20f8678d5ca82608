"""Each option does what it says, through the command: a test of each fails where the option is skipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.commands.conftest import Ran, Registry, crpv, records, rows_of, state_of, table

PERIMETERS = """
    centre,department,valid_from,confidence,source
    one,01,2010-01-01,high,books
    one,02,,low,journal
    two,971,2012-05-01,medium,
    """
FUNDING = """
    centre,funder,year,stage,amount
    one,state,2023,paid,900
    one,town,2023,paid,1000.50
    two,state,2024,paid,25
    """
FAULTY = """
    centre,funder,year,stage,amount
    one,state,2022,paid,1
    two,nobody,2022,paid,2
    two,state,22,paid,3
    """


@pytest.fixture
def db(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return registry(perimeters=PERIMETERS, funding=FUNDING)


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def column(ran: Ran, name: str) -> list[str]:
    assert ran.code == 0, ran.err
    return [row[name] for row in records(ran.out)]


def listed(db: Path, *arguments: str) -> Ran:
    return crpv("list", *arguments, "--db", db, "-f", "csv")


# --- Reading files ---


@pytest.mark.parametrize(
    ("encoding", "name"), [(None, "Rhône €"), ("iso8859-15", "Rhône €"), ("cp437", "Rh⌠ne ñ"), ("latin-1", "Rhône ¤")]
)
def test_encoding_says_how_bytes_are_read(db: Path, encoding: str | None, name: str) -> None:
    file = write("f.csv", b"id,name,kind\nx,Rh\xf4ne \xa4,region\n")
    said = ("--encoding", encoding) if encoding else ()
    assert crpv("load", file, "--as", "funders", *said, "--db", db).code == 0
    assert {row["id"]: row["name"] for row in rows_of(db, "funders")}["x"] == name


@pytest.mark.parametrize("encoding", ["utf-8", "klingon"])
def test_an_encoding_that_does_not_read_the_file_stops_the_load(db: Path, encoding: str) -> None:
    before = state_of(db)
    file = write("f.csv", b"id,name,kind\nx,Rh\xf4ne,region\n")
    ran = crpv("load", file, "--as", "funders", "--encoding", encoding, "--db", db)
    assert (ran.code, encoding in ran.err) == (1, True)
    assert state_of(db) == before


@pytest.mark.parametrize(("sign", "said"), [(";", ";"), (",", ","), ("|", "|"), ("\t", "tab"), ("\t", "TAB")])
def test_a_delimiter_that_is_said_is_the_only_one(db: Path, sign: str, said: str) -> None:
    row = ("x", "One, two; three | four \t five".replace(sign, "-"), "region")
    file = write("f.csv", "\n".join(sign.join(cells) for cells in (("id", "name", "kind"), row)) + "\n")
    other = ";" if sign != ";" else ","
    before = state_of(db)
    wrong = crpv("load", file, "--as", "funders", "--delimiter", other, "--db", db)
    assert wrong.code == 1
    assert state_of(db) == before
    assert crpv("load", file, "--as", "funders", "--delimiter", said, "--db", db).code == 0
    assert {row["id"]: row["name"] for row in rows_of(db, "funders")}["x"] == row[1]


def test_a_delimiter_is_one_of_four(db: Path) -> None:
    ran = crpv("load", write("f.csv", "id:name:kind\n"), "--as", "funders", "--delimiter", ":", "--db", db)
    assert ran.code == 2


@pytest.mark.parametrize(
    ("sheet", "found"), [((), {"a", "b"}), (("--sheet", "First"), {"a"}), (("--sheet", "Second"), {"b"})]
)
def test_a_sheet_that_is_named_is_read_alone(db: Path, sheet: Sequence[str], found: set[str]) -> None:
    book = Workbook()
    for title, id_ in (("First", "a"), ("Second", "b")):
        page = book.create_sheet(title)
        for row in (("id", "name", "kind"), (id_, "Name", "region")):
            page.append(row)
    book.remove(book.worksheets[0])
    book.save("f.xlsx")
    before = {row["id"] for row in rows_of(db, "funders")}
    assert crpv("load", "f.xlsx", *sheet, "--as", "funders", "--db", db).code == 0
    assert {row["id"] for row in rows_of(db, "funders")} - before == found


def test_a_sheet_that_is_not_there_stops_the_load(db: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(("id", "name", "kind"))
    book.save("f.xlsx")
    ran = crpv("load", "f.xlsx", "--as", "funders", "--sheet", "Third", "--db", db)
    assert (ran.code, "Third" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("rows", "silent"), [("one,state,2025,paid,1\n", "two"), ("one,state,2025,paid,1\ntwo,state,2025,paid,1\n", None)]
)
def test_expect_names_the_centres_that_have_not_answered(db: Path, rows: str, silent: str | None) -> None:
    file = write("f.csv", f"centre,funder,year,stage,amount\n{rows}")
    without = crpv("load", file, "--dry-run", "--db", db)
    ran = crpv("load", file, "--dry-run", "--expect", "centres", "--db", db)
    assert (without.code, ran.code) == (0, 0)
    (said,) = set(ran.err.splitlines()) - set(without.err.splitlines())
    assert ("two" in said, "one" in said.split()) == (silent == "two", False)


def test_expect_is_of_centres(db: Path) -> None:
    assert crpv("load", write("f.csv", "id\n"), "--expect", "towns", "--db", db).code == 2


# --- What a load does with faults, and with a dry run ---


def test_one_fault_stops_everything_unless_the_valid_rows_are_kept(db: Path) -> None:
    before, file = state_of(db), write("f.csv", table(FAULTY))
    assert crpv("load", file, "--as", "funding", "--db", db).code == 1
    assert state_of(db) == before
    assert not list(Path.cwd().rglob("*.refused.csv"))
    ran = crpv("load", file, "--as", "funding", "--keep-valid", "--db", db)
    assert ran.code == 1
    assert "3 read, 1 inserted, 0 updated, 0 unchanged, 2 refused" in ran.err
    assert [row["amount"] for row in rows_of(db, "funding") if row["year"] == "2022"] == ["1"]
    aside = records(Path("f.refused.csv").read_text(encoding="utf-8"))
    assert [(row["crpv_line"], row["amount"]) for row in aside] == [("3", "2"), ("4", "3")]


def test_refused_says_where_the_refused_rows_go(db: Path) -> None:
    file = write("f.csv", table(FAULTY))
    asked = ("load", file, "--as", "funding", "--keep-valid", "--refused", "aside", "--db", db)
    assert crpv(*asked).code == 1
    assert [path.name for path in Path.cwd().rglob("*.refused.csv")] == ["f.refused.csv"]
    aside = Path("aside/f.refused.csv")
    aside.write_text("mine")
    again, before = crpv(*asked), state_of(db)
    assert (again.code, "--force" in again.err, aside.read_text()) == (3, True, "mine")
    assert state_of(db) == before
    assert crpv(*asked, "--force").code == 1
    assert len(records(aside.read_text(encoding="utf-8"))) == 2


@pytest.mark.parametrize("more", [(), ("--keep-valid",)])
def test_a_dry_run_of_a_load_says_what_would_happen_and_writes_nothing(db: Path, more: Sequence[str]) -> None:
    before = state_of(db)
    file = write("f.csv", table(FAULTY) if more else "centre,funder,year,stage,amount\none,state,2023,paid,8\n")
    ran = crpv("load", file, "--as", "funding", "--dry-run", *more, "--db", db)
    assert ("1 inserted, 0 updated" if more else "0 inserted, 1 updated") in ran.err
    assert state_of(db) == before
    assert not list(Path.cwd().rglob("*.refused.csv"))


def test_a_dry_run_of_an_undo_writes_nothing(db: Path) -> None:
    before = state_of(db)
    ran = crpv("undo", 2, "--dry-run", "--db", db)
    assert (ran.code, "perimeters: 3 removed" in ran.err) == (0, True)
    assert state_of(db) == before
    assert crpv("undo", "--yes", 2, "--db", db).code == 0
    assert rows_of(db, "perimeters") == []


# --- What a list shows ---


@pytest.mark.parametrize(
    ("sort", "amounts"),
    [
        ((), ["900", "1000.5", "25"]),
        (("--sort", "amount"), ["25", "900", "1000.5"]),
        (("--sort", "-amount"), ["1000.5", "900", "25"]),
        (("--sort=-funder"), ["1000.5", "900", "25"]),
        (("--sort", "Year"), ["900", "1000.5", "25"]),
        (("--sort", "-year"), ["25", "900", "1000.5"]),
    ],
)
def test_sort(db: Path, sort: str | Sequence[str], amounts: list[str]) -> None:
    found = column(listed(db, "funding", *([sort] if isinstance(sort, str) else sort)), "amount")
    assert [f"{float(amount):g}" for amount in found] == amounts


@pytest.mark.parametrize("sort", ["source", "-source"])
def test_what_is_not_known_comes_last_in_either_direction(db: Path, sort: str) -> None:
    found = column(listed(db, "perimeters", "--sort", sort), "source")
    assert found == [*sorted(["books", "journal"], reverse=sort.startswith("-")), ""]


def test_columns_are_those_that_are_named_in_their_order(db: Path) -> None:
    ran = listed(db, "perimeters", "--columns", "department, Centre")
    assert ran.out.splitlines() == ["department,centre", "01,one", "02,one", "971,two"]


@pytest.mark.parametrize(
    "arguments",
    [("--columns", "departure,centre"), ("--sort", "departure"), ("--columns", "x"), ("--limit", "0")],
)
def test_a_column_that_is_not_there_is_refused(db: Path, arguments: Sequence[str]) -> None:
    ran = listed(db, "perimeters", *arguments)
    assert (ran.code, ran.out) == (2, "")


def test_what_is_sorted_by_need_not_be_shown(db: Path) -> None:
    asked = ("funding", "--sort", "-amount", "--columns", "centre,funder", "--limit", "2")
    assert listed(db, *asked).out.splitlines() == ["centre,funder", "one,town", "one,state"]


@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_limit_is_how_many_rows_come_at_most(db: Path, limit: int) -> None:
    assert column(listed(db, "funding", "--limit", str(limit)), "year") == ["2023", "2023", "2024"][:limit]
    loads = crpv("log", "--limit", limit, "--db", db, "-f", "csv")
    assert column(loads, "load") == ["2", "1"][:limit]
    changes = crpv("log", 2, "--limit", limit, "--db", db, "-f", "csv")
    assert len(column(changes, "key")) == min(limit, 6)


# --- Where a result goes ---

WRITING = (
    "list",
    "list perimeters",
    "show one",
    "report coverage",
    "report funding",
    "report evaluations",
    "report activity",
    "report agreements",
    "report changes --from 2011 --to 2024",
    "report network",
    "check",
    "check --list",
    "map",
    "query 'select id from centres order by id'",
    "log",
    "log 2",
    "trace perimeters two",
    "diff new.csv",
    "verify new.csv",
    "export perimeters",
    "profiles",
    "profiles scdl-subventions",
)


@pytest.mark.parametrize("command", WRITING)
def test_a_result_goes_to_a_file_and_over_another_one_only_if_told_to(db: Path, command: str) -> None:
    import shlex

    write("new.csv", "id,name,kind\nx,X,region\n")
    asked = [*shlex.split(command), *([] if command.startswith("profiles") else ["--db", str(db)])]
    as_of = ["--as-of", "2025-06-30"] if command.startswith(("list", "show", "map", "check", "report")) else []
    if "--list" not in asked and "changes" not in asked:
        asked += as_of
    printed, written = crpv(*asked, "-f", "json"), Path("out.json")
    assert len(printed.out) > 10
    for option in ("-o", "--output"):
        ran = crpv(*asked, option, written)
        assert (ran.code, ran.out) == (printed.code, "")
        assert written.read_text(encoding="utf-8") == printed.out
        written.unlink()
    written.write_text("mine")
    ran = crpv(*asked, "-o", written)
    assert (ran.code, ran.out, written.read_text()) == (3, "", "mine")
    assert "--force" in ran.err
    assert crpv(*asked, "-o", written, "--force").code == printed.code
    assert written.read_text(encoding="utf-8") == printed.out
    assert [path.name for path in Path.cwd().iterdir() if path.name.startswith(".")] == []


def test_the_anomalies_of_a_load_go_to_a_file_before_which_nothing_is_loaded(db: Path) -> None:
    file, out = write("f.csv", table(FAULTY)), Path("out.csv")
    asked = ("load", file, "--as", "funding", "--keep-valid", "-o", out, "--db", db)
    out.write_text("mine")
    before, ran = state_of(db), crpv(*asked)
    assert (ran.code, out.read_text()) == (3, "mine")
    assert state_of(db) == before
    assert crpv(*asked, "--force").code == 1
    assert [(row["line"], row["code"]) for row in records(out.read_text(encoding="utf-8"))] == [
        ("3", "unknown-reference"),
        ("4", "not-a-year"),
    ]


@pytest.mark.parametrize("command", ["template funding --year 2024 -o out.xlsx", "export all -o out.xlsx"])
def test_a_workbook_goes_over_another_one_only_if_told_to(db: Path, command: str) -> None:
    out = Path("out.xlsx")
    assert crpv(*command.split(), "--db", db).code == 0
    assert out.read_bytes().startswith(b"PK")
    out.write_text("mine")
    assert (crpv(*command.split(), "--db", db).code, out.read_text()) == (3, "mine")
    assert crpv(*command.split(), "--force", "--db", db).code == 0
    assert out.read_bytes().startswith(b"PK")


# --- Where a value comes from ---


def traced(db: Path, *key: str) -> dict[str, dict[str, str]]:
    ran = crpv("trace", *key, "--db", db, "-f", "csv")
    assert ran.code == 0, ran.err
    return {row["column"]: row for row in records(ran.out)}


@pytest.mark.parametrize(
    "key",
    [
        ("one", "02"),
        ("department=02",),
        ("DEPARTMENT=02", "centre=one"),
        ("confidence=low",),
    ],
)
def test_a_row_is_traced_by_as_much_of_its_key_as_singles_it_out(db: Path, key: Sequence[str]) -> None:
    found = traced(db, "perimeters", *key)
    assert [found[name]["value"] for name in ("centre", "department", "confidence")] == ["one", "02", "low"]


def test_each_value_is_traced_to_its_load_file_and_line(db: Path) -> None:
    first = traced(db, "funding", "one", "town")
    file = write("more.csv", "\ncentre,funder,year,stage,Amount\none,town,2023,paid,7\n".lstrip("\n"))
    assert crpv("load", file, "--as", "funding", "--db", db).code == 0
    found = traced(db, "funding", "one", "town")
    assert list(found) == list(rows_of(db, "funding")[0])
    assert (found["amount"]["value"], first["amount"]["value"]) == ("7.00", "1000.50")
    assert {name: row for name, row in found.items() if name != "amount"} == {
        name: row for name, row in first.items() if name != "amount"
    }
    places = {name: (row["load"], Path(row["file"]).name, row["place"], row["heading"]) for name, row in found.items()}
    assert places["amount"] == ("3", "more.csv", "2", "Amount")
    assert places["centre"] == ("2", "funding.csv", "3", "centre")
    assert places["source"] == ("", "", "", "")
    log = {row["load"]: row["at"] for row in records(crpv("log", "--db", db, "-f", "csv").out)}
    assert {found["amount"]["at"]} == {log["3"]}


def test_a_value_is_traced_to_its_source_and_says_which_that_is(db: Path) -> None:
    found = traced(db, "perimeters", "one", "02")
    assert {row["source"] for row in found.values() if row["value"]} == {"journal"}
    assert "The journal" in crpv("trace", "perimeters", "one", "02", "--db", db).out


def test_a_value_is_traced_to_a_cell_of_a_workbook(db: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.title = "Money"
    for row in (("centre", "funder", "year", "stage", "amount"), ("two", "bank", 2021, "paid", 12)):
        page.append(row)
    book.save("f.xlsx")
    assert crpv("load", "f.xlsx", "--as", "funding", "--db", db).code == 0
    found = traced(db, "funding", "two", "bank")
    assert (found["amount"]["place"], found["centre"]["place"]) == ("Money!E2", "Money!A2")


@pytest.mark.parametrize(
    "key",
    [("two", "02"), ("one",), ("nine",), ("one", "02", "", "x"), ("confidence=perhaps",)],
)
def test_no_row_or_several_are_refused(db: Path, key: Sequence[str]) -> None:
    ran = crpv("trace", "perimeters", *key, "--db", db)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")


def test_a_table_that_is_not_there_is_not_traced(db: Path) -> None:
    assert crpv("trace", "perimetres", "one", "--db", db).code == 2

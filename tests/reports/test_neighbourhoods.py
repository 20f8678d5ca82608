"""The detailed list at work: who is served, who is not, and whether the list agrees with the counts."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.errors import UsageProblem
from crpv_cli.intake.files import InputFile, ReadOptions
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.sources import sources_of
from crpv_cli.output.formats import Format, render
from crpv_cli.registry.connection import open_reading, open_writing
from crpv_cli.registry.loading import LoadReport, load
from crpv_cli.registry.queries import read
from crpv_cli.registry.resolving import lookups
from crpv_cli.reports.coverage.neighbourhoods import Disagreement, disagreements, listed
from crpv_cli.reports.coverage.report import NEIGHBOURHOOD, coverage
from crpv_cli.reports.exports import export_rows
from crpv_cli.reports.listing import Selection, list_rows_of
from crpv_cli.result import Result
from tests.official import list_of_neighbourhoods

AS_OF = "2025-12-31"
HEADER = "code,name,geography,department,communes,commune_names,epci,epci_name,source\n"


def neighbourhood(code: str, department: str, communes: str = "", geography: str = "2024") -> str:
    return f"{code},Nom de {code},{geography},{department},{communes},,,,anct-qp-2024\n"


# Three in a department that is served, two in one that is not, one overseas, one of the geography before.
LIST = (
    HEADER
    + neighbourhood("QN06701M", "67", "67482")
    + neighbourhood("QN06702M", "67", "67482 67267")
    + neighbourhood("QN06703M", "67")
    + neighbourhood("QN02A01M", "2A", "2A247")
    + neighbourhood("QN02A02M", "2A", "2A004")
    + neighbourhood("QN97801M", "978", "97801")
    + neighbourhood("QP067001", "67", "67482", "2015")
)


def records(result: Result) -> list[dict[str, object]]:
    names = [column.name for column in result.columns]
    return [dict(zip(names, row, strict=True)) for row in result.rows]


def codes(result: Result) -> list[str]:
    return [str(row["code"]) for row in records(result)]


def loaded(registry: Path, file: Path) -> LoadReport:
    with open_writing(registry) as connection:
        reading = ReadOptions(known=KnownIds(lookups(connection)))
        return load(connection, *sources_of([InputFile(file, str(file))], reading))


@pytest.fixture
def registry(tmp_path: Path, reference_path: Path) -> Path:
    return Path(shutil.copy(reference_path, tmp_path / "crpv.sqlite"))


@pytest.fixture
def few(tmp_path: Path, registry: Path) -> Iterator[sqlite3.Connection]:
    """The reference data with a short list of neighbourhoods."""
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    report = loaded(registry, tmp_path / "list.csv")
    assert [anomaly.message.text("en") for anomaly in report.anomalies] == []
    with open_reading(registry) as connection:
        yield connection


# Without a list


def test_without_a_list_the_report_says_how_to_load_it(reference: sqlite3.Connection) -> None:
    for by_report in (True, False):
        with pytest.raises(UsageProblem) as problem:
            if by_report:
                coverage(reference, AS_OF, by=NEIGHBOURHOOD)
            else:
                list_rows_of(reference, "neighbourhoods", Selection(uncovered=True))
        assert problem.value.advice is not None
        assert "crpv load FILE.csv" in problem.value.advice.text("en")
        assert "data.gouv.fr" in problem.value.advice.text("en")
    empty = list_rows_of(reference, "neighbourhoods", Selection())
    assert empty.rows == ()
    assert [note.code for note in empty.notes] == ["no-list", "load-list"]


def test_without_a_list_there_is_nothing_to_disagree_with(reference: sqlite3.Connection) -> None:
    assert disagreements(reference, AS_OF) == []
    assert "list-and-counts-differ" not in {note.code for note in coverage(reference, AS_OF).notes}


# With one


def test_what_is_uncovered_lies_where_no_centre_serves(few: sqlite3.Connection) -> None:
    result = list_rows_of(few, "neighbourhoods", Selection(uncovered=True, as_of=AS_OF))
    assert codes(result) == ["QN02A01M", "QN02A02M", "QN97801M"]
    assert "2025-12-31" in result.title.text("en")
    assert records(result)[0]["communes"] == ("2A247",)
    served = {row["department"] for row in read(few, "select department from served", AS_OF)}
    assert "67" in served
    assert not {"2A", "978"} & served


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Selection(), ["QN02A01M", "QN02A02M", "QN06701M", "QN06702M", "QN06703M", "QN97801M", "QP067001"]),
        (Selection(as_of=AS_OF), ["QN02A01M", "QN02A02M", "QN06701M", "QN06702M", "QN06703M", "QN97801M"]),
        (Selection(as_of="2023-12-31"), ["QP067001"]),
        (Selection(as_of="2024-01-01", department="67"), ["QN06701M", "QN06702M", "QN06703M"]),
        (Selection(overseas=True), ["QN97801M"]),
        (Selection(region="Corse"), ["QN02A01M", "QN02A02M"]),
        (Selection(uncovered=True, as_of=AS_OF, overseas=False), ["QN02A01M", "QN02A02M"]),
        (Selection(uncovered=True, as_of=AS_OF, department="67"), []),
        (Selection(uncovered=True, as_of="2023-06-30"), []),
    ],
)
def test_the_list_can_be_narrowed(few: sqlite3.Connection, asked: Selection, expected: list[str]) -> None:
    assert codes(list_rows_of(few, "neighbourhoods", asked)) == expected


@pytest.mark.parametrize("name", ["centres", "departments", "funding", "territory-counts"])
def test_only_neighbourhoods_can_be_uncovered(few: sqlite3.Connection, name: str) -> None:
    with pytest.raises(UsageProblem) as problem:
        list_rows_of(few, name, Selection(uncovered=True))
    assert "--uncovered" in problem.value.message.text("en")


def test_coverage_by_neighbourhood_has_the_totals_of_the_list(few: sqlite3.Connection) -> None:
    result = coverage(few, AS_OF, by=NEIGHBOURHOOD)
    assert {name: result.totals[name] for name in ("covered", "total", "share", "uncovered")} == {
        "covered": 3,
        "total": 6,
        "share": 0.5,
        "uncovered": 3,
    }
    assert result.totals["overseas"] == {"covered": 0, "total": 1, "share": 0.0}
    rows = records(result)
    assert len(rows) == 6
    assert [row["code"] for row in rows if not row["covered"]] == ["QN02A01M", "QN02A02M", "QN97801M"]
    first = next(row for row in rows if row["code"] == "QN06702M")
    assert first["centres"] == ("oriv",)
    assert first["communes"] == ("67482", "67267")
    assert first["department_name"] == "Bas-Rhin"
    assert result.parameters["by"] == NEIGHBOURHOOD
    assert result.total_row is None


def test_coverage_by_neighbourhood_follows_the_geography(few: sqlite3.Connection) -> None:
    assert codes(coverage(few, "2023-06-30", by=NEIGHBOURHOOD)) == ["QP067001"]
    assert codes(coverage(few, AS_OF, counted_on="2023-12-31", by=NEIGHBOURHOOD)) == ["QP067001"]


@pytest.mark.parametrize("measure", ["contracts", "inhabitants", "departments"])
def test_by_neighbourhood_only_neighbourhoods_are_counted(few: sqlite3.Connection, measure: str) -> None:
    with pytest.raises(UsageProblem):
        coverage(few, AS_OF, measure, by=NEIGHBOURHOOD)


def test_where_the_list_and_the_counts_differ_is_said(few: sqlite3.Connection) -> None:
    counts = dict(
        few.execute(
            "select department, value from territory_counts where measure = 'neighbourhoods' and geography = '2024' "
            "and valid_to is null"
        ).fetchall()
    )
    found = {one.department: one for one in disagreements(few, AS_OF)}
    assert found["67"] == Disagreement("67", 3, counts["67"])
    assert found["01"] == Disagreement("01", 0, counts["01"])
    assert set(found) == {code for code, count in counts.items() if count != listed(few, AS_OF).get(code, 0)}
    (note,) = [note for note in coverage(few, AS_OF).notes if note.code == "list-and-counts-differ"]
    assert len(note.data["departments"]) == len(found)  # type: ignore[arg-type]
    assert "more" in note.message.text("en")
    assert note.message.text("fr")
    # Other measures are not held against the list.
    assert "list-and-counts-differ" not in {note.code for note in coverage(few, AS_OF, "contracts").notes}


def test_a_longer_list_agrees_with_a_minimum(registry: Path) -> None:
    with closing(sqlite3.connect(registry)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("delete from territory_counts where department <> '67'")
        connection.execute(
            "update territory_counts set value = 2, quality = 'minimum' where measure = 'neighbourhoods'"
        )
        insert = "insert into neighbourhoods (code, name, geography, department, load) values (?, 'x', '2024', '67', 1)"
        for number, expected in ((1, [Disagreement("67", 1, 2)]), (2, []), (3, [])):
            connection.execute(insert, (f"QN0670{number}M",))
            assert disagreements(connection, AS_OF) == expected
        connection.execute("delete from territory_counts")
        assert disagreements(connection, AS_OF) == [Disagreement("67", 3, None)]


@pytest.mark.parametrize("people", [False, True])
def test_an_exported_list_loads_back_unchanged(
    few: sqlite3.Connection, registry: Path, tmp_path: Path, people: bool
) -> None:
    document = render(export_rows(few, "neighbourhoods", None), Format.CSV_EXCEL if people else Format.CSV)
    assert isinstance(document.content, str)
    assert "67482 67267" in document.content
    path = tmp_path / "neighbourhoods.csv"
    path.write_text(document.content, encoding=document.encoding)
    report = loaded(registry, path)
    assert report.anomalies == []
    assert [(one.read, one.unchanged) for one in report.files] == [(7, 7)]


# A whole list, as it is published


@pytest.fixture
def whole(tmp_path: Path, registry: Path, reference: sqlite3.Connection) -> Path:
    """The reference data with a list that has as many neighbourhoods in each department as are counted there."""
    counts = reference.execute(
        "select department, value from territory_counts where measure = 'neighbourhoods' and geography = '2024' "
        "and valid_to is null"
    )
    file = tmp_path / "listeqp2024-cog2024.csv"
    file.write_bytes(list_of_neighbourhoods(dict(counts.fetchall())))
    assert loaded(registry, file).errors == 0
    return registry


def test_a_whole_list_agrees_with_the_coverage_report(whole: Path) -> None:
    with open_reading(whole) as connection:
        uncovered = list_rows_of(connection, "neighbourhoods", Selection(uncovered=True, as_of=AS_OF))
        detailed = coverage(connection, AS_OF, by=NEIGHBOURHOOD)
        counted = coverage(connection, AS_OF)
        differing = disagreements(connection, AS_OF)
    assert len(uncovered.rows) == 115
    assert detailed.totals == counted.totals
    assert counted.totals["uncovered"] == 115
    assert set(codes(uncovered)) == {str(row["code"]) for row in records(detailed) if not row["covered"]}
    assert len(detailed.rows) == 1584
    assert differing == []
    assert Counter(str(row["department"]) for row in records(uncovered)) == {
        "2A": 3,
        "2B": 2,
        "92": 19,
        "978": 3,
        "987": 88,
    }


def test_a_part_whose_list_nobody_loaded_is_named_and_not_accused(whole: Path) -> None:
    """In 2024 the overseas departments still had the list of 2015, which is not the one that was loaded."""
    with open_reading(whole) as connection:
        counted = coverage(connection, "2024-12-31")
        detailed = coverage(connection, "2024-12-31", by=NEIGHBOURHOOD)
        listed_then = list_rows_of(connection, "neighbourhoods", Selection(as_of="2024-12-31"))
        assert disagreements(connection, "2024-12-31") == []
        # Mayotte changed once more, on 2025-08-12, and the list loaded is the later one.
        assert [one.department for one in disagreements(connection, "2025-06-30")] == ["976"]
        overseas = coverage(connection, "2024-12-31", by="department", department="971")
        hexagone = coverage(connection, "2024-12-31", by="department", department="67")
        later = coverage(connection, "2025-12-31")
    for result in (counted, detailed, listed_then, overseas):
        (note,) = [note for note in result.notes if note.code == "list-in-part"]
        assert note.data == {"overseas": True, "geographies": ["2015"]}
        said = "Of the overseas departments, the detailed list in force on 2024-12-31 (2015 geography) is not loaded."
        assert note.message.text("en") == said
        assert "list-and-counts-differ" not in {note.code for note in result.notes}
    for result in (hexagone, later):
        assert "list-in-part" not in {note.code for note in result.notes}
    assert len(listed_then.rows) == len(detailed.rows) == detailed.totals["total"] == 1362
    assert detailed.totals["overseas"] == {"covered": 0, "total": 0, "share": None}
    assert detailed.totals["covered"] == counted.totals["metropolitan"]["covered"] == 1338


def test_lists_of_both_parts_are_those_of_the_day(few: sqlite3.Connection, registry: Path, tmp_path: Path) -> None:
    (tmp_path / "older.csv").write_text(HEADER + neighbourhood("QP971001", "971", geography="2015"), encoding="utf-8")
    assert loaded(registry, tmp_path / "older.csv").errors == 0
    with open_reading(registry) as connection:
        found = {date: codes(coverage(connection, date, by=NEIGHBOURHOOD)) for date in ("2023-12-31", "2024-12-31")}
        assert found["2023-12-31"] == ["QP067001", "QP971001"]
        assert found["2024-12-31"] == ["QN02A01M", "QN02A02M", "QN06701M", "QN06702M", "QN06703M", "QP971001"]
        assert codes(list_rows_of(connection, "neighbourhoods", Selection(as_of="2024-12-31"))) == found["2024-12-31"]
        notes = {note.code for note in coverage(connection, "2024-12-31", by=NEIGHBOURHOOD).notes}
    assert "list-in-part" not in notes


def test_the_neighbourhoods_of_a_part_of_the_country(few: sqlite3.Connection) -> None:
    result = coverage(few, AS_OF, by=NEIGHBOURHOOD, region="Corse")
    assert codes(result) == ["QN02A01M", "QN02A02M"]
    assert (result.totals["covered"], result.totals["total"]) == (0, 2)
    (note,) = [note for note in result.notes if note.code == "list-and-counts-differ"]
    assert {row["department"] for row in note.data["departments"]} <= {"2A", "2B"}  # type: ignore[attr-defined]

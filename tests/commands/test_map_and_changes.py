"""``crpv map`` and ``crpv report changes`` through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crpv_cli.main import run


@pytest.fixture
def registry(reference_path: Path) -> Path:
    return reference_path


def crpv(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_the_map_shows_what_perimeters_changed(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for date, mark in (("2023-10-17", "!U"), ("2025-12-31", " C")):
        code, out, err = crpv(capsys, "map", "--as-of", date, "--db", str(registry))
        assert (code, err) == (0, "")
        assert "\x1b" not in out
        assert all(f"{department:<3}{mark}" in out for department in ("77", "94", "971"))


def test_the_rows_of_the_map_are_a_result_like_any_other(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("map", "--as-of", "2025-12-31", "--measure", "inhabitants", "--centre", "oriv", "--db", str(registry))
    _, out, _ = crpv(capsys, *asked, "--format", "json")
    told = json.loads(out)
    _, coverage, _ = crpv(
        capsys, "report", "coverage", *asked[1:5], "--by", "department", "--db", str(registry), "--format", "json"
    )
    departments = {row["department"]: row for row in json.loads(coverage)["rows"]}
    assert {row["department"]: row["value"] for row in told["rows"]} == {
        code: row["total"] for code, row in departments.items()
    }
    assert sum(row["served"] for row in told["rows"]) == 10
    _, markdown, _ = crpv(capsys, *asked, "--format", "markdown")
    assert "| 57 " in markdown
    _, table, _ = crpv(capsys, *asked, "--format", "csv")
    assert table.splitlines()[0].startswith("department,name,region_name,column,row,block,state,")


@pytest.mark.parametrize(
    ("asked", "parameters", "covered", "total"),
    [
        (("--region", "corse"), {"region": "94", "department": None, "centre": None}, 0, 5),
        (("--department", "Moselle"), {"region": None, "department": "57", "centre": None}, 26, 26),
        (("--department", "1"), {"region": None, "department": "01", "centre": None}, 7, 7),
    ],
)
def test_coverage_and_map_of_a_part_of_the_country(
    asked: tuple[str, str],
    parameters: dict[str, object],
    covered: int,
    total: int,
    registry: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in (("report", "coverage"), ("map",)):
        code, out, err = crpv(
            capsys, *command, *asked, "--as-of", "2025-12-31", "--db", str(registry), "--format", "json"
        )
        assert (code, err) == (0, "")
        told = json.loads(out)
        assert {name: told["parameters"][name] for name in parameters} == parameters
        assert (told["totals"]["covered"], told["totals"]["total"]) == (covered, total)


def test_coverage_of_a_centre(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--centre", "ORIV", "--as-of", "2025-12-31", "--db", str(registry), "--format", "json")
    _, out, _ = crpv(capsys, "report", "coverage", *asked)
    told = json.loads(out)
    assert [row["centre"] for row in told["rows"]] == [told["parameters"]["centre"]] == ["oriv"]
    assert (told["totals"]["covered"], told["totals"]["total"]) == (123, 123)
    # The map keeps the others, for orientation, and has the totals of the centre apart.
    _, out, _ = crpv(capsys, "map", *asked)
    drawn = json.loads(out)
    assert drawn["totals"]["centre"] == told["totals"]
    assert (len(drawn["rows"]), drawn["totals"]["total"]) == (103, 1584)


@pytest.mark.parametrize("command", [("map",), ("report", "coverage")])
@pytest.mark.parametrize("asked", [("--region", "Atlantide"), ("--department", "99"), ("--centre", "nobody")])
def test_a_place_that_is_not_there(
    command: tuple[str, ...], asked: tuple[str, str], registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = crpv(capsys, *command, *asked, "--db", str(registry))
    assert (code, out) == (2, "")
    assert asked[1] in err


def test_a_map_in_a_file(registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = crpv(capsys, "map", "--as-of", "2025-12-31", "--db", str(registry))
    code, _, _ = crpv(capsys, "map", "--as-of", "2025-12-31", "--db", str(registry), "-o", str(tmp_path / "map.txt"))
    assert code == 0
    assert (tmp_path / "map.txt").read_text(encoding="utf-8") == out


def test_an_unknown_centre_is_no_traceback(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = crpv(capsys, "map", "--centre", "orif", "--db", str(registry))
    assert (code, out) == (2, "")
    assert "oriv" in err


@pytest.mark.parametrize("command", [("map",), ("report", "changes", "--from", "2023")])
def test_an_empty_registry_has_nothing_to_show(
    command: tuple[str, ...], empty_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = crpv(capsys, *command, "--db", str(empty_path))
    assert code == 0
    assert "No rows." in out


def test_a_year_is_its_last_day(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = ("--db", str(registry), "--format", "json")
    _, by_year, _ = crpv(capsys, "report", "changes", "--from", "2023", "--to", "2025", *db)
    _, by_date, _ = crpv(capsys, "report", "changes", "--from", "31/12/2023", "--to", "2025-12-31", *db)
    assert by_year == by_date
    assert json.loads(by_year)["parameters"] == {"from": "2023-12-31", "to": "2025-12-31"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2025", "--to", "2024"), "2025-12-31 is not before 2024-12-31"),
        (("--from", "2025", "--to", "2025"), "is not before"),
        (("--from", "nowhen"), "nowhen"),
        (("--from", "1492"), "1492"),
        ((), "--from"),
    ],
)
def test_dates_that_cannot_be_compared(
    arguments: tuple[str, ...], said: str, registry: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = crpv(capsys, "report", "changes", *arguments, "--db", str(registry))
    assert (code, out) == (2, "")
    assert said in err


def test_a_map_in_files_of_maps(registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("map", "--by", "centre", "--as-of", "2025-12-31", "--db", str(registry), "-o")
    starts = {"svg": b"<svg", "png": b"\x89PNG", "geojson": b'{\n "type": "FeatureCollection"', "html": b"<!DOCTYPE"}
    for extension, start in starts.items():
        file = tmp_path / f"map.{extension}"
        code, out, err = crpv(capsys, *asked, str(file))
        assert (code, out) == (0, ""), err
        assert file.read_bytes().lstrip().startswith(start)
    code, out, _ = crpv(capsys, "map", "--by", "support", "--db", str(registry))
    assert code == 2
    code, _, err = crpv(capsys, "list", "--db", str(registry), "-o", str(tmp_path / "list.svg"))
    assert code == 2
    assert "crpv map -o map.svg" in err
    assert not (tmp_path / "list.svg").exists()

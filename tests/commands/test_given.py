"""What a file does not say and the user does: ``--set COLUMN=VALUE``, of a table of ours or of a profile."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from crpv_cli.errors import ExitCode
from tests.commands.conftest import Registry, crpv, rows_of, table
from tests.commands.test_formats import CENTRES

FILE = table(
    """
    centre;amount;object
    one;12000;Running costs
    ;;
    two;1 500,50;A project
    """
)
GIVEN = ("--set", "year=2023", "--set", "Étape=accordé", "--set", "funder=town")
"""A column may be named as in a header, and its value is read as a cell is."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Grants that do not say who gave them, when, and whether they were."""
    path = tmp_path / "grants.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_all_rows_have_what_was_given(registry: Registry, file: Path) -> None:
    db = registry()
    ran = crpv("load", file, "--db", db, *GIVEN)
    assert ran.code == 0, ran.err
    assert [
        (row["centre"], row["funder"], row["year"], row["stage"], row["amount"]) for row in rows_of(db, "funding")
    ] == [
        ("one", "town", "2023", "granted", "12000"),
        ("two", "town", "2023", "granted", "1500.5"),
    ]
    assert "0 inserted, 0 updated, 2 unchanged" in crpv("load", file, "--db", db, *GIVEN).said


def test_it_is_told_from_what_the_file_says(registry: Registry, file: Path) -> None:
    db = registry()
    crpv("load", file, "--db", db, *GIVEN)
    traced = crpv("trace", "funding", "two", "--db", db, "--format", "json").json
    assert {row["column"]: row["heading"] for row in traced if row["value"]} == {
        "centre": "centre",
        "funder": "--set funder",
        "year": "--set year",
        "stage": "--set stage",
        "amount": "amount",
        "object": "object",
    }


def test_diff_gives_it_as_well(registry: Registry, file: Path) -> None:
    db = registry()
    ran = crpv("diff", file, "--db", db, *GIVEN, "--format", "json")
    assert ran.code == 0, ran.err
    assert [row["after"] for row in ran.json] == [
        "centre=one, funder=town, year=2023, stage=granted, amount=12000.00, object=Running costs",
        "centre=two, funder=town, year=2023, stage=granted, amount=1500.50, object=A project",
    ]


def test_a_header_that_lacks_columns_says_how_to_give_them(registry: Registry, file: Path) -> None:
    ran = crpv("load", file, "--db", registry())
    assert ran.code == ExitCode.ANOMALIES
    assert "--set funder=… --set year=… --set stage=…" in ran.said


def test_a_missing_column_says_how_to_give_it(registry: Registry, file: Path) -> None:
    ran = crpv("load", file, "--db", registry(), "--as", "funding", "--set", "year=2023", "--set", "stage=granted")
    assert ran.code == ExitCode.ANOMALIES
    assert "The required column Funder is missing." in ran.said
    assert "--set funder=…" in ran.said
    assert "--set year" not in ran.said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("amount=5", "The file has the column amount that --set gives. Leave --set amount out"),
        ("Montant=5", "The file has the column amount that --set gives."),
        ("yaer=2023", "The column yaer, given with --set, is not part of the table funding. Did you mean year?"),
        ("nature=sponsoring", "--set nature: “sponsoring” is not"),
    ],
)
def test_what_cannot_be_given_is_refused_once(registry: Registry, file: Path, given: str, said: str) -> None:
    db = registry()
    ran = crpv("load", file, "--db", db, *GIVEN, "--set", given)
    assert ran.code == ExitCode.ANOMALIES
    assert ran.said.count(said) == 1
    assert rows_of(db, "funding") == []


def test_an_id_that_is_not_known_names_the_option(registry: Registry, file: Path) -> None:
    ran = crpv("load", file, "--db", registry(), "--set", "year=2023", "--set", "stage=paid", "--set", "funder=nobody")
    assert ran.code == ExitCode.ANOMALIES
    assert "grants.csv:2: --set funder: “nobody”" in ran.said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--set", "year"), "“year” gives no column a value."),
        (("--set", "year="), "“year=” gives no column a value."),
        (("--set", "=2023"), "“=2023” gives no column a value."),
        (("--set", "year=2023", "--set", "Year=2024"), "--set gives Year two values."),
    ],
)
def test_what_is_no_column_and_value_is_bad_usage(
    registry: Registry, file: Path, given: tuple[str, ...], said: str
) -> None:
    ran = crpv("load", file, "--db", registry(), *given)
    assert ran.code == ExitCode.USAGE
    assert said in ran.said


def test_a_refused_row_is_corrected_and_loaded_with_the_same_words(
    registry: Registry, file: Path, tmp_path: Path
) -> None:
    db = registry()
    file.write_text(FILE.replace("two;", "nowhere;"), encoding="utf-8")
    ran = crpv("load", file, "--db", db, *GIVEN, "--keep-valid", "--refused", tmp_path / "aside")
    assert [row["centre"] for row in rows_of(db, "funding")] == ["one"]
    aside = tmp_path / "aside" / "grants.refused.csv"
    aside.write_text(aside.read_text("utf-8-sig").replace("nowhere", "two"), encoding="utf-8")
    assert crpv("load", aside, "--db", db, *GIVEN).code == 0, ran.err
    assert [row["centre"] for row in rows_of(db, "funding")] == ["one", "two"]


def test_a_short_row_is_counted_as_the_file_has_it(registry: Registry, file: Path) -> None:
    file.write_text(FILE.replace("two;1 500,50;A project", "two;1 500,50;A;B"), encoding="utf-8")
    ran = crpv("load", file, "--db", registry(), *GIVEN)
    assert "The row has 4 cells, the header has 3." in ran.said


def test_a_sheet_is_recognised_with_what_is_given(registry: Registry, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Subventions 2023"], ["centre", "amount", "object"], ["one", 12000, "A"], ["Total", 12000, None]):
        book.active.append(row)
    book.save(tmp_path / "grants.xlsx")
    db = registry()
    ran = crpv("load", tmp_path / "grants.xlsx", "--db", db, *GIVEN)
    assert ran.code == 0, ran.err
    assert [(row["centre"], row["funder"], row["amount"]) for row in rows_of(db, "funding")] == [
        ("one", "town", "12000")
    ]
    traced = crpv("trace", "funding", "one", "--db", db, "--format", "json").json
    assert {row["column"]: row["heading"] for row in traced if row["value"]}["year"] == "--set year"


# Through a profile

FOREIGN = table(
    """
    dateConvention;referenceDecision;nomBeneficiaire;idBeneficiaire;objet;montant;nature
    2023-03-06;E1;Centre Un;90000001900019;Réseau;12000;aide en numéraire
    """
)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A grantor's file that does not say who the grantor is."""
    path = tmp_path / "scdl.csv"
    path.write_text(FOREIGN, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["nomAttribuant", "nomattribuant", "Nom de l'attribuant"])
def test_a_profile_takes_what_is_given_as_if_the_file_had_it(registry: Registry, foreign: Path, name: str) -> None:
    db = registry(centres=CENTRES)
    ran = crpv("load", foreign, "--db", db, "--set", f"{name}=Ville")
    assert ran.code == 0, ran.err
    assert [(row["centre"], row["funder"], row["amount"]) for row in rows_of(db, "funding")] == [
        ("one", "town", "12000")
    ]
    traced = crpv("trace", "funding", "one", "--db", db, "--format", "json").json
    assert {row["column"]: row["heading"] for row in traced}["funder"] == "--set nomAttribuant"


def test_what_a_profile_lacks_is_named_with_the_option(registry: Registry, foreign: Path) -> None:
    ran = crpv("load", foreign, "--db", registry(centres=CENTRES))
    assert ran.code == ExitCode.ANOMALIES
    assert "scdl-subventions" in ran.said
    assert "--set nomAttribuant=…" in ran.said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("montant=5", "montant cannot be given: the file has that column."),
        ("Montant voté=5", "montant cannot be given: the file has that column."),
        ("yaer=2023", "The profile scdl-subventions has no column yaer."),
    ],
)
def test_what_a_profile_cannot_be_given(registry: Registry, foreign: Path, given: str, said: str) -> None:
    db = registry(centres=CENTRES)
    ran = crpv("load", foreign, "--db", db, "--set", "nomAttribuant=Ville", "--set", given)
    assert ran.code == ExitCode.ANOMALIES
    assert said in ran.said
    assert rows_of(db, "funding") == []


def test_a_row_names_what_was_given_where_that_cannot_be_read(registry: Registry, foreign: Path) -> None:
    foreign.write_text(FOREIGN.replace("dateConvention;", "").replace("2023-03-06;", ""), encoding="utf-8")
    given = ("--set", "nomAttribuant=Ville", "--set", "dateConvention=bientôt")
    ran = crpv("load", foreign, "--db", registry(centres=CENTRES), *given)
    assert ran.code == ExitCode.ANOMALIES
    assert "scdl.csv:2: --set dateConvention: “bientôt” is not a" in ran.said

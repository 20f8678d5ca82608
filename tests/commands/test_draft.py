"""``crpv profiles draft``: the beginnings of a profile for a file, which become one with little."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import openpyxl
import pytest

from crpv_cli.errors import ExitCode
from tests.commands.conftest import Registry, crpv, rows_of, table
from tests.commands.test_formats import CENTRES
from tests.inside import inside

FILE = table(
    """
    Exercice;Bénéficiaire - nom;N° Siret;Libellé du projet;Montant accordé (€);Service "vert";Objet;Date du vote
    2023;Centre Un;90000001900019;P1;12 000,00;Habitat;Réseau;06/03/2023
    2023;Club d'exemple;90000003500015;P2;500,00;Sports;Tournoi;07/03/2023
    2023;Centre Deux;90000002700012;P3;1 500,50;Habitat;Formation;08/03/2023
    """
)


@pytest.fixture
def network(registry: Registry) -> Path:
    """Two centres with a SIREN."""
    return registry(centres=CENTRES)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Grants of a town, under headings of its own."""
    path = tmp_path / "Subventions Été.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def filled_in(draft: str, **constants: str) -> str:
    """A draft whose open questions somebody answered."""
    for column, value in constants.items():
        question = f'# [columns.{column}]\n# constant = "…"\n'
        assert question in draft
        draft = draft.replace(question, f'[columns.{column}]\nconstant = "{value}"\n')
    return draft


def test_every_heading_stands_in_it_with_what_its_column_holds(network: Path, file: Path) -> None:
    ran = crpv("profiles", "draft", file, "--db", network)
    assert ran.code == 0, ran.err
    header = tomllib.loads(ran.out)["header"]
    spellings = [one for names in header.values() for others in names.values() for one in others]
    assert sorted(spellings) == sorted(FILE.splitlines()[0].split(";"))
    assert '= ["Montant accordé (€)"]  # 12 000,00 | 500,00\n' in ran.out


def test_what_is_clear_is_written_and_the_rest_is_asked(network: Path, file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    ran = crpv("profiles", "draft", file, "--db", network, "-o", mine)
    assert ran.code == 0, ran.err
    assert "It fills the table funding; complete it: funder, stage." in ran.said
    begun = tomllib.loads(mine.read_text(encoding="utf-8"))
    assert (begun["name"], begun["table"]) == ("subventions-ete", "funding")
    columns = begun["columns"]
    assert set(columns) == {"centre", "year", "amount", "object", "locator"}
    assert columns["year"] == {"from": "exercice", "convert": ["year"]}
    assert (columns["amount"]["from"], columns["object"]["from"]) == ("montant_accorde", "objet")
    assert columns["centre"]["suspect"] == {"lookup": "centre-of-name", "from": "beneficiaire_nom"}
    checked = crpv("profiles", mine)
    assert checked.code != 0
    assert "funder" in checked.said


def test_filled_in_it_loads_the_file(network: Path, file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    draft = crpv("profiles", "draft", file, "--db", network).out
    mine.write_text(filled_in(draft, funder="town", stage="granted"), encoding="utf-8")
    assert crpv("profiles", mine).code == 0
    ran = crpv("load", file, "--db", network, "--profile", mine)
    assert ran.code == 0, ran.err
    assert [(row["centre"], row["year"], row["amount"], row["object"]) for row in rows_of(network, "funding")] == [
        ("one", "2023", "12000", "Réseau"),
        ("two", "2023", "1500.5", "Formation"),
    ]
    assert "1 row was skipped: the body is no centre of the registry" in ran.said


def test_headings_that_a_profile_knows_need_no_content(network: Path, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("siret bénéficiaire;siret attribuant;nom de l'attribuant;montant voté;date décision\n", "utf-8")
    columns = tomllib.loads(crpv("profiles", "draft", path, "--db", network).out)["columns"]
    assert [columns[name].get("from") for name in ("amount", "year")] == ["montant_vote", "date_decision"]
    assert {"centre", "funder"} <= set(columns)


def test_a_column_of_names_is_told_by_the_names_that_the_registry_knows(network: Path, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("C1;C2;C3;C4\nDeux;Banque;7,50;2023\nUn;Ville;1 000;2022\n", encoding="utf-8")
    mine = tmp_path / "mine.toml"
    draft = crpv("profiles", "draft", path, "--db", network, "--as", "funding").out
    mine.write_text(filled_in(draft, stage="paid"), encoding="utf-8")
    assert draft.count("▶ Guessed") == 4
    ran = crpv("load", path, "--db", network, "--profile", mine)
    assert ran.code == 0, ran.err
    assert [(row["centre"], row["funder"], row["year"], row["amount"]) for row in rows_of(network, "funding")] == [
        ("one", "town", "2022", "1000"),
        ("two", "bank", "2023", "7.5"),
    ]


def test_what_a_file_holds_cannot_break_out_of_its_comment(network: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text('Montant;"Objet\n""le vrai""\\";Objet (2)\n5;"a\nname = ""b""\x1b";c\n', encoding="utf-8")
    ran = crpv("profiles", "draft", path, "--db", network, "--as", "funding")
    assert ran.code == 0, ran.err
    begun = tomllib.loads(ran.out)
    assert begun["name"] == "odd"
    assert ['Objet\n"le vrai"\\'] in begun["header"]["optional"].values()


def test_headings_that_a_profile_cannot_tell_apart_are_said(network: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("Montant (a);Montant (b);---;Ω;Number of centre\n1;2;3;4;5\n", encoding="utf-8")
    draft = crpv("profiles", "draft", path, "--db", network, "--as", "funding").out
    header = tomllib.loads(draft)["header"]
    assert {**header["required"], **header["optional"]} == {
        "montant_a": ["Montant (a)"],
        "column_4": ["Ω"],
        "column_5": ["Number of centre"],
    }
    assert "or have no letters: Montant (b), ---\n" in draft


def test_a_sheet_below_title_lines(network: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Subventions de la ville"], [], *(line.split(";") for line in FILE.splitlines())):
        book.active.append(row)
    book.save(tmp_path / "grants.xlsx")
    mine = tmp_path / "mine.toml"
    draft = crpv("profiles", "draft", tmp_path / "grants.xlsx", "--db", network).out
    mine.write_text(filled_in(draft, funder="town", stage="granted"), encoding="utf-8")
    ran = crpv("load", tmp_path / "grants.xlsx", "--db", network, "--profile", mine)
    assert ran.code == 0, ran.err
    assert [row["centre"] for row in rows_of(network, "funding")] == ["one", "two"]


def test_in_the_language_of_who_asks(network: Path, file: Path) -> None:
    draft = inside("profiles", "draft", file, "--db", network, env={"CRPV_LANG": "fr"}).stdout
    assert "▶ Financeur" in draft
    assert not re.search(r"\b(the|what|check)\b", draft.lower())
    tomllib.loads(draft)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("draft",), ExitCode.USAGE, "crpv profiles draft FILE.csv -o PROFILE.toml"),
        (("qpv", "file.csv"), ExitCode.USAGE, "crpv profiles draft FILE.csv -o PROFILE.toml"),
        (("draft", "nowhere.csv"), ExitCode.UNREADABLE, "There is no file nowhere.csv."),
        (("draft", "{file}", "--as", "fundngs"), ExitCode.USAGE, "Did you mean funding"),
        (("draft", "{file}", "--format", "json"), ExitCode.USAGE, "Leave --format out."),
        (("draft", "{other}"), ExitCode.USAGE, "None of the headings tells which table the file is for."),
        (("draft", "{empty}"), ExitCode.UNREADABLE, "empty.csv"),
    ],
)
def test_what_it_cannot_begin(
    network: Path, file: Path, tmp_path: Path, arguments: tuple[str, ...], code: ExitCode, said: str
) -> None:
    other, empty = tmp_path / "other.csv", tmp_path / "empty.csv"
    other.write_text("Vent;Pluie\n3;4\n", encoding="utf-8")
    empty.write_text("", encoding="utf-8")
    ran = crpv("profiles", *(one.format(file=file, other=other, empty=empty) for one in arguments), "--db", network)
    assert ran.code == code
    assert said in ran.said


def test_a_profile_that_is_there_is_not_overwritten(network: Path, file: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("precious", encoding="utf-8")
    assert crpv("profiles", "draft", file, "--db", network, "-o", mine).code == ExitCode.UNREADABLE
    assert mine.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("said", ["Financements", "fundings", "subvention"])
def test_the_table_is_said_in_words(said: str, network: Path, file: Path) -> None:
    asked, stable = (crpv("profiles", "draft", file, "--as", word, "--db", network) for word in (said, "funding"))
    assert (asked.code, asked.out) == (0, stable.out), asked.err

"""Many anomalies are told by their cause; each is still listed where a machine, or a file, takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from crpv_cli import language
from crpv_cli.errors import ExitCode
from crpv_cli.language import Message, Term, in_common, msg, shape
from tests.commands.conftest import Ran, Registry, crpv, records, table

HEADER = "Centre;Mission;Année;Évaluation;Échelle;Note obtenue\n"


def load(registry: Registry, tmp_path: Path, rows: list[str], *options: object) -> Ran:
    file = tmp_path / "f.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return crpv("load", file, "--db", registry(), *options)


def told(ran: Ran, tmp_path: Path) -> list[str]:
    return [line.replace(f"{tmp_path}/", "") for line in ran.err.splitlines()]


def test_a_few_are_told_one_by_one_and_errors_come_first(registry: Registry, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    header = "centre,mission,year,kind,scale,rating,colour\n"
    file.write_text(f"{header}one,animation,2001,self,four,3,\neno,animation,2002,self,four,3,\n")
    assert told(crpv("load", file, "--db", registry()), tmp_path)[:4] == [
        "f.csv:3: centre: “eno” is not in the table Centres.",
        "    Load it into the table centres first, or see: crpv list centres",
        "Warning: f.csv:1: colour: The column colour is not part of the table Evaluations; it was left out.",
        "Evaluations: 2 read, 0 inserted, 0 updated, 0 unchanged, 1 refused",
    ]


def test_the_same_in_many_rows_is_a_few_lines(registry: Registry, tmp_path: Path) -> None:
    rows = [f"one;animation;{year};joyeuse;four;3" for year in range(1990, 2020)]
    ran = load(registry, tmp_path, rows)
    assert told(ran, tmp_path)[:4] == [
        "30 errors: Évaluation: “joyeuse” is not one of the values of this column.",
        "    Write one of: self, joint, external.",
        "    f.csv:2, f.csv:3, f.csv:4 and 27 more",
        "All of them, one by one: --format csv -o FILE.csv, or --format table -o FILE.txt",
    ]
    language.activate("fr")
    ran = load(registry, tmp_path, rows)
    assert told(ran, tmp_path)[0] == (
        "30 erreurs\u00a0– Évaluation\u00a0: «\u00a0joyeuse\u00a0» n'est pas une des valeurs de cette colonne."
    )
    assert told(ran, tmp_path)[2] == "    f.csv:2, f.csv:3, f.csv:4 et 27 de plus"


def test_what_differs_is_left_out_of_the_heading_and_said_at_its_place(registry: Registry, tmp_path: Path) -> None:
    rows = [f"one;animation;{year};kind-{year};four;3" for year in range(1990, 2003)]
    rows += [f"one;skills;{year};interne;four;{year}" for year in range(1990, 1995)]
    ran = load(registry, tmp_path, rows)
    assert told(ran, tmp_path)[:12] == [
        "13 errors: Évaluation: “…” is not one of the values of this column.",
        "    Write one of: self, joint, external.",
        "    f.csv:2: “kind-1990”",
        "    f.csv:3: “kind-1991”",
        "    f.csv:4: “kind-1992”",
        "    … and 10 more",
        "5 errors: Note obtenue: The rating “…” is not on the scale One to four.",
        "    The scale is 1-4.",
        "    f.csv:15: “1990”",
        "    f.csv:16: “1991”",
        "    f.csv:17: “1992”",
        "    … and 2 more",
    ]


def test_few_of_a_kind_among_many_are_told_as_ever(registry: Registry, tmp_path: Path) -> None:
    rows = [f"One centre;animation;{year};interne;four;3" for year in (1990, 1991)]
    rows += [f"one;animation;{year};joyeuse;four;3" for year in range(2000, 2012)]
    lines = told(load(registry, tmp_path, rows), tmp_path)
    assert lines[0] == "f.csv:2: Centre: “One centre” is not in the table Centres."
    assert lines[2] == "f.csv:3: Centre: “One centre” is not in the table Centres."
    assert lines[4].startswith("12 errors: Évaluation:")


def test_each_is_listed_where_a_machine_or_a_file_takes_them(registry: Registry, tmp_path: Path) -> None:
    rows = [f"eno;animation;{year};interne;four;3" for year in range(1990, 2020)]
    ran = load(registry, tmp_path, rows, "--format", "csv")
    found = records(ran.out)
    assert len(found) == 30
    # Machine formats say a table by its stable name.
    assert {row["message"] for row in found} == {"“eno” is not in the table centres."}
    language.activate("fr")
    assert load(registry, tmp_path, rows, "--format", "csv").out == ran.out
    out = tmp_path / "all.txt"
    load(registry, tmp_path, rows, "--format", "table", "-o", out)
    assert out.read_text(encoding="utf-8").count("n'est pas dans la table Centres") == 30


def test_a_missing_column_is_said_by_its_label(registry: Registry, tmp_path: Path) -> None:
    file = tmp_path / "funding.csv"
    file.write_text(table("centre,year,stage,amount\none,2024,granted,5"))
    ran = crpv("load", file, "--db", registry())
    assert ran.code == ExitCode.ANOMALIES
    assert "funding.csv:1: Funder: The required column Funder is missing." in ran.said
    assert "it may also be called “funder”" in ran.said
    ran = crpv("load", file, "--db", registry(), "--format", "json")
    assert [(row["column"], row["message"], row["advice"]) for row in ran.json] == [
        (
            "funder",
            "The required column funder is missing.",
            "Add it to the header; it may also be called “Funder”. If it is the same in all rows: --set funder=…",
        )
    ]


ONE = msg("{a} {b}", a="x", b=msg("{c}", c=1))


@pytest.mark.parametrize(
    ("other", "alike", "common"),
    [
        (msg("{a} {b}", a="x", b=msg("{c}", c=1)), True, "x 1"),
        (msg("{a} {b}", a="y", b=msg("{c}", c=1)), True, "… 1"),
        (msg("{a} {b}", a="x", b=msg("{c}", c=2)), True, "x …"),
        (msg("{a} {b}", a="x", b=msg("no {c}", c=1)), False, ""),
        (msg("{b} {a}", a="x", b=msg("{c}", c=1)), False, ""),
    ],
)
def test_sentences_of_one_shape_have_something_in_common(other: Message, alike: bool, common: str) -> None:
    assert (shape(ONE) == shape(other)) is alike
    if alike:
        assert in_common([ONE, other]).text() == common


def test_people_read_a_term_as_its_label() -> None:
    said = msg("{table}", table=Term("centres", "Centres"))
    language.activate("fr")
    assert (said.text(), said.text("en"), said.text(language.STABLE)) == ("Centres", "Centres", "centres")
    assert msg("{all}", all=[Term("funding", "Funding")]).text() == "Financements"

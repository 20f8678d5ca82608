"""Rows and words that differ only in how they are written are told, and bring no row twice."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crpv_cli.errors import Severity
from crpv_cli.spelling import fold, singular, typed
from tests.registry.bench import WORLD, Bench, advice, figures, said

MONEY = "centre;funder;year;scheme;stage;amount;purpose;reference;note\n"
KNOWN = "oriv;etat;2019;Région;granted;1000;Journée d’études à Évreux;R 1;L’année\n"
THEMES = "centre,mission,year,type,theme,half_days\n"


def text(report_message: object) -> str:
    return report_message.text("en")  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L’été", "L'été"),
        ("L\u02bcété", "L`e\u0301te\u0301"),
        ("a\u00a0b \u202f c", " a b c"),
        ("“Demain”", '"Demain"'),
        ("2015–2020", "2015-2020"),
        ("etc…", "etc..."),
        ("co\u00adopération\u200b", "coopération"),
    ],
)
def test_what_programs_do_to_a_text_is_undone(one: str, other: str) -> None:
    assert typed(one) == typed(other)
    assert typed(one) != typed(one.upper() + "x")


def test_case_accents_and_words_tell_texts_apart() -> None:
    assert len({typed(one) for one in ("Été", "été", "Ete", "Étés", "É té")}) == 5


@given(st.text())
def test_what_is_typed_alike_is_typed_once_and_folds_alike(one: str) -> None:
    assert typed(typed(one)) == typed(one)
    assert typed(unicodedata.normalize("NFD", one)) == typed(unicodedata.normalize("NFC", one))
    assert fold(one.casefold()) == fold(fold(one))


def test_a_plural_is_the_same_word_and_a_code_is_not() -> None:
    assert singular("Cités éducatives") == singular("cité  éducative") == "cite educative"
    assert singular("Réseaux") == singular("réseau")
    for one, other in (("P147", "P148"), ("2023", "2024"), ("bus", "bu"), ("A1s", "A1"), ("CAF", "CAFÉ")):
        assert singular(one) != singular(other)


# Keys


@pytest.fixture
def known(world: Bench) -> Bench:
    assert world.load(("known.csv", MONEY + KNOWN)).errors == 0
    return world


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(unicodedata.normalize("NFD", KNOWN), id="letters in two signs"),
        pytest.param(KNOWN.replace("’", "'"), id="another apostrophe"),
        pytest.param(KNOWN.replace("R 1", "R\u00a0 1"), id="other blanks"),
    ],
)
def test_a_row_that_went_through_another_program_changes_nothing(known: Bench, row: str) -> None:
    before = known.dump()
    report = known.load(("again.csv", MONEY + row))
    assert (report.anomalies, figures(report)) == ([], {"again.csv": (1, 0, 0, 1, 0)})
    assert known.dump() == before


def test_a_row_in_another_spelling_is_that_row_and_said(known: Bench) -> None:
    row = KNOWN.replace("Région", "région").replace("Journée", "JOURNEE").replace("R 1", "r-1")
    report = known.load(("again.csv", f"{MONEY}oriv;etat;2020;P147;granted;1000;Journée;R 1;\n{row}"))
    assert figures(report) == {"again.csv": (2, 1, 0, 1, 0)}
    assert said(report) == [("again.csv", 3, "scheme", "région", "other-spelling")]
    (warning,) = report.anomalies
    assert warning.severity is Severity.WARNING
    assert text(warning.message) == (
        "1 row is taken for one that is there in another spelling, which stays: “région” for “Région”."
    )
    assert "source" in advice(warning)
    report = known.load(("more.csv", MONEY + row.replace(";1000;", ";2000;")))
    assert figures(report) == {"more.csv": (1, 0, 1, 0, 0)}
    assert known.rows("select scheme, object, reference, amount_cents from funding where year = 2019") == [
        ("Région", "Journée d’études à Évreux", "R 1", 200000)
    ]


def test_the_first_rows_in_another_spelling_are_named(known: Bench) -> None:
    rows = "".join(KNOWN.replace("2019", str(year)) for year in range(2020, 2025))
    known.load(("known.csv", MONEY + rows))
    report = known.load(("again.csv", MONEY + rows.replace("Région", "REGION")))
    (warning,) = report.anomalies
    assert text(warning.message).startswith("5 rows are taken for rows that are there in another spelling")
    assert text(warning.message).count("“REGION” for “Région”") == 3
    assert (warning.line, text(warning.message)[-2:]) == (2, "….")


@pytest.mark.parametrize(
    "change",
    [
        ("2019", "2018"),
        ("etat", "ville"),
        ("Région", "Régions"),
        ("R 1", "R 2"),
        ("R 1", "R1"),
        ("à Évreux", ""),
        ("granted", "paid"),
    ],
)
def test_what_differs_in_more_is_another_row(known: Bench, change: tuple[str, str]) -> None:
    row = KNOWN.upper().replace("ORIV;ETAT", "oriv;etat").replace("GRANTED", "granted")
    before, after = change[0], change[1]
    row = row.replace(before.upper() if before.upper() in row else before, after)
    report = known.load(("other.csv", MONEY + row))
    assert figures(report) == {"other.csv": (1, 1, 0, 0, 0)}


def test_a_text_without_letters_is_not_nothing(world: Bench) -> None:
    world.load(("a.csv", MONEY + "oriv;etat;2019;+;granted;1000;;R;\n"))
    report = world.load(("b.csv", MONEY + "oriv;etat;2019;;granted;1000;;r;\noriv;etat;2019;&;granted;5;;r;\n"))
    assert figures(report) == {"b.csv": (2, 2, 0, 0, 0)}


def test_where_two_rows_could_be_meant_it_is_the_one_that_is_typed_alike_or_another(world: Bench) -> None:
    two = "oriv;etat;2019;;granted;1000;L’été;R;\noriv;etat;2019;;granted;1000;L’ÉTÉ;R;\n"
    assert figures(world.load(("a.csv", MONEY + two))) == {"a.csv": (2, 2, 0, 0, 0)}  # one file: two rows
    assert figures(world.load(("b.csv", MONEY + two))) == {"b.csv": (2, 0, 0, 2, 0)}
    report = world.load(("c.csv", MONEY + "oriv;etat;2019;;granted;7;L'ÉTÉ;R;\noriv;etat;2019;;granted;8;l’Été;R;\n"))
    assert figures(report) == {"c.csv": (2, 1, 1, 0, 0)}
    assert world.rows("select object, amount_cents from funding where year = 2019 order by 1") == [
        ("L’ÉTÉ", 700),
        ("L’été", 100000),
        ("l’Été", 800),
    ]


def test_a_file_that_has_the_row_word_for_word_means_another_by_the_other_spelling(known: Bench) -> None:
    report = known.load(("a.csv", MONEY + KNOWN + KNOWN.replace("Région", "REGION").replace(";1000;", ";5;")))
    assert figures(report) == {"a.csv": (2, 1, 0, 1, 0)}
    # A third spelling might be either of the two.
    report = known.load(("b.csv", MONEY + KNOWN.replace("Région", "region").replace(";1000;", ";6;")))
    assert figures(report) == {"b.csv": (1, 1, 0, 0, 0)}


def test_two_files_of_one_load_have_a_row_once(world: Bench) -> None:
    again = KNOWN.replace("’", "'").replace("Région", "RÉGION")
    report = world.load(("a.csv", MONEY + KNOWN), ("b.csv", MONEY + again.replace("L'année", "L’année")))
    assert figures(report) == {"a.csv": (1, 1, 0, 0, 0), "b.csv": (1, 0, 0, 1, 0)}
    assert said(report) == [("b.csv", 2, "scheme", "RÉGION", "other-spelling")]
    report = world.load(
        ("a.csv", MONEY + KNOWN.replace("2019", "2018")),
        ("b.csv", MONEY + again.replace("2019", "2018").replace(";1000;", ";5;")),
    )
    assert [row[4] for row in said(report)] == ["other-spelling", "same-key"]


def test_two_rows_of_one_file_are_two_rows_whatever_the_registry_has(known: Bench) -> None:
    rows = [KNOWN.replace("R 1", number) for number in ("R 2", "r 2")]
    assert figures(known.load(("a.csv", MONEY + "".join(rows)))) == {"a.csv": (2, 2, 0, 0, 0)}
    # Where the registry has both, files that bring a third and a fourth spelling bring two rows.
    three, four = KNOWN.replace("R 1", "R_2"), KNOWN.replace("R 1", "r_2")
    report = known.load(("b.csv", MONEY + three), ("c.csv", MONEY + four))
    assert figures(report) == {"b.csv": (1, 1, 0, 0, 0), "c.csv": (1, 1, 0, 0, 0)}


def test_two_files_that_have_a_known_row_in_other_spellings_must_agree(known: Bench) -> None:
    one, other = KNOWN.replace("Région", "REGION"), KNOWN.replace("Région", "region").replace(";1000;", ";5;")
    report = known.load(("a.csv", MONEY + one), ("b.csv", MONEY + other))
    assert [(row[0], row[4]) for row in said(report)] == [
        ("a.csv", "other-spelling"),
        ("b.csv", "other-spelling"),
        ("b.csv", "same-key"),
    ]
    assert figures(known.load(("a.csv", MONEY + one), ("b.csv", MONEY + KNOWN)))["b.csv"] == (1, 0, 0, 1, 0)


def test_other_texts_that_differ_in_apostrophes_and_blanks_only_are_not_changed(known: Bench) -> None:
    report = known.load(("a.csv", MONEY + KNOWN.replace("L’année", "L'année ")))
    assert figures(report) == {"a.csv": (1, 0, 0, 1, 0)}
    report = known.load(("a.csv", MONEY + KNOWN.replace("L’année", "l’année")))
    assert figures(report) == {"a.csv": (1, 0, 1, 0, 0)}
    assert known.rows("select note from funding where year = 2019") == [("l’année",)]


def test_every_table_with_a_text_in_its_key_has_no_row_twice(world: Bench) -> None:
    files = {
        "contacts.csv": "centre,function,email\noriv,Secrétariat,a@b.example\n",
        "meetings.csv": "starts_on,title\n2020-01-01,Rencontre d’été\n",
        "governance.csv": "centre,organ,member,member_kind,role\noriv,board,Région Été,region,chair\n",
        "activities.csv": f"{THEMES}oriv,skills,2020,meeting,Éducation,3\n",
        "agreements.csv": "centre,funder,starts_on,ends_on,reference\noriv,etat,2020-01-01,2021-01-01,Réf. 1\n",
    }
    assert world.load(*files.items()).anomalies == []
    before = {name: rows for name, rows in world.dump().items() if name in {file[:-4] for file in files}}
    report = world.load(*((name, unicodedata.normalize("NFD", content)) for name, content in files.items()))
    assert (report.anomalies, report.changed) == ([], 0)
    upper = {
        "contacts.csv": files["contacts.csv"].replace("Secrétariat", "SECRETARIAT"),
        "meetings.csv": files["meetings.csv"].replace("été", "ETE"),
        "governance.csv": files["governance.csv"].replace("Région Été", "région ete"),
        "activities.csv": files["activities.csv"].replace("Éducation", "education"),
        "agreements.csv": files["agreements.csv"].replace("Réf.", "ref"),
    }
    report = world.load(*upper.items())
    assert ({row[4] for row in said(report)}, report.changed) == ({"other-spelling"}, 0)
    assert {name: rows for name, rows in world.dump().items() if name in before} == before


# Words


def test_a_new_spelling_of_a_word_is_said_once_with_the_one_to_choose(world: Bench) -> None:
    world.load(("a.csv", f"{THEMES}oriv,skills,2020,meeting,Emploi,3\noriv,skills,2021,meeting,Emploi,3\n"))
    rows = "".join(f"oriv,skills,{year},visit,emplois,3\n" for year in (2020, 2021, 2022))
    report = world.load(("b.csv", f"{THEMES}oriv,skills,2020,visit,Emploi,1\n{rows}oriv,skills,2020,visit,Santé,1\n"))
    assert said(report) == [("b.csv", 3, "theme", "emplois", "near-spelling")]
    (warning,) = report.anomalies
    assert text(warning.message) == (
        "“emplois” stands beside “Emploi”, which 2 rows have: they count apart. The same goes for 2 more rows."
    )
    assert (warning.severity, advice(warning)) == (Severity.WARNING, "If they are the same, write “Emploi”.")
    # It is there now, and was said.
    assert world.load(("c.csv", f"{THEMES}oriv,skills,2023,visit,emplois,3\n")).anomalies == []


def test_of_spellings_of_one_load_the_most_frequent_is_to_be_chosen(world: Bench) -> None:
    rows = "oriv,skills,{},meeting,{},3\n"
    report = world.load(
        (
            "a.csv",
            THEMES
            + rows.format(2020, "Cité éducative")
            + rows.format(2021, "cités éducatives")
            + rows.format(2022, "cités éducatives"),
        ),
    )
    assert said(report) == [("a.csv", 2, "theme", "Cité éducative", "near-spelling")]
    assert "“cités éducatives”, which 2 rows have" in text(report.anomalies[0].message)


def test_words_of_other_columns_and_codes_are_not_compared(world: Bench) -> None:
    rows = [("P147", "Achat", "A1"), ("P148", "achats", "a2"), ("2023", "ACHAT", "A3"), ("2024", "", "a4")]
    content = "".join(f"oriv;etat;2019;{scheme};paid;5;{what};{number};\n" for scheme, what, number in rows)
    assert world.load(("a.csv", MONEY + content)).anomalies == []


def test_a_funder_that_is_called_like_another_is_said(world: Bench) -> None:
    world.load(("a.csv", "id,name,kind\nbretagne,Région Bretagne,region\n"))
    report = world.load(("b.csv", "id,name,kind\nbretagne-2,Region  bretagne,region\ntown,Ville de Brest,commune\n"))
    assert [row[2:] for row in said(report)] == [("name", "Region  bretagne", "near-spelling")]


@pytest.mark.parametrize("others", [2, 40])
def test_a_twin_is_found_however_many_rows_come_with_it(empty: Bench, others: int) -> None:
    names = ("sources", "departments", "centres", "funders")
    empty.load(*((f"{name}.csv", WORLD[name]) for name in names))
    head = "centre,funder,year,scheme,stage,amount,object,reference\n"
    empty.load(("first.csv", f"{head}oriv,etat,2023,Région,granted,1000,Journée,R1\n"))
    more = "".join(f"oriv,etat,{1980 + number},x,granted,{number},Autre,S{number}\n" for number in range(others))
    report = empty.load(("more.csv", f"{head}{more}oriv,etat,2023,région,granted,1000,journée,r1\n"))
    assert figures(report)["more.csv"] == (others + 1, others, 0, 1, 0)
    assert "other-spelling" in {anomaly.code for anomaly in report.anomalies}

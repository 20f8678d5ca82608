"""``crpv search``: where words stand in the registry."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.reports.search import _pattern, searched
from crpv_cli.spelling import fold
from tests.commands.conftest import Ran, Registry, crpv, records
from tests.inside import inside

FUNDING = """
    centre,funder,year,stage,amount,object,reference,source
    one,state,2023,granted,100,Étude de l’égalité femmes-hommes,,books
    two,town,2024,granted,200,"Cœur de ville, un long texte qui commence bien avant et va bien au-delà de cela",R-12,
    two,bank,2024,granted,300,Le ﬁnancement de l'ACTION,,
    """
CONTACTS = """
    centre,function,email,person,consent,valid_to
    one,network,reseau@one.example,Marie Martin,true,2099-12-31
    """


@pytest.fixture
def db(registry: Registry) -> Path:
    return registry(funding=FUNDING, contacts=CONTACTS)


def search(db: Path, *words: object) -> Ran:
    return crpv("search", *words, "--db", db)


def places(db: Path, *words: object) -> set[tuple[str, str, str]]:
    """The table, the column and what was found."""
    ran = search(db, *words, "-f", "json")
    assert ran.code == 0, ran.err
    return {(row["table"], row["column"], " ".join(row["found"])) for row in ran.json}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("egalite",), {("funding", "object", "égalité")}),
        (("ÉGALITÉ", "etude"), {("funding", "object", "Étude égalité")}),
        (("l'égalité femmes",), {("funding", "object", "l’égalité femmes")}),
        (("femmes hommes",), {("funding", "object", "femmes-hommes")}),
        (("coeur",), {("funding", "object", "Cœur")}),
        (("financement",), {("funding", "object", "ﬁnancement")}),
        (("r 12",), {("funding", "reference", "R-12")}),
        (("auvergne rhone",), {("departments", "region_name", "Auvergne-Rhône")}),
        (("reseau",), {("contacts", "email", "reseau")}),
        (("journal",), {("sources", "id", "journal"), ("sources", "title", "journal")}),
        (("galite",), set()),
        (("etude", "coeur"), set()),
        (("Martin",), set()),
    ],
)
def test_words_are_found_as_people_type_them(db: Path, words: tuple[str, ...], found: set[object]) -> None:
    assert places(db, *words) == found


def test_a_row_is_named_and_the_text_around_is_shown(db: Path) -> None:
    (row,) = search(db, "avant", "-f", "json").json
    assert row["row"] == "Two, Ville, 2024, granted"
    assert row["text"] == "… un long texte qui commence bien avant et va bien au-delà de cela"
    assert crpv("trace", "funding", *row["key"].split()[:3], "--db", db).code == 0
    ran = search(db, "avant")
    assert (ran.code, ran.out.splitlines()[2:5]) == (
        0,
        [
            "Funding (1)",
            "  Two, Ville, 2024, granted",
            "    Object: … un long texte qui commence bien avant et va bien au-delà de cela",
        ],
    )


def test_it_fits_a_terminal_and_sets_the_word_off(db: Path) -> None:
    for language, words in (("en", "Object:"), ("fr", "Objet")):
        env = {"CRPV_LANG": language, "CRPV_DB": str(db), "COLUMNS": "40", "TERM": "xterm"}
        ran = inside("search", "egalite", env=env, terminal=True)
        assert (ran.returncode, words in ran.stdout) == (0, True), ran.stderr
        assert "\x1b[1;36mégalité\x1b[0m" in ran.stdout
        plain = inside("search", "egalite", env={**env, "NO_COLOR": "1"}, terminal=True).stdout
        assert max(map(len, plain.splitlines())) <= 40
        assert "\x1b" not in plain


def test_it_is_narrowed_to_a_table_or_a_centre(db: Path) -> None:
    assert {row[0] for row in places(db, "one")} == {"centres", "contacts", "scales"}
    assert {row[0] for row in places(db, "one", "--table", "scales")} == {"scales"}
    assert places(db, "two", "--centre", "one") == set()
    assert {row[:2] for row in places(db, "centre", "--centre", "Two")} == {("centres", "name")}
    assert "nosuch" in search(db, "one", "--table", "nosuch").err


def test_others_are_counted(db: Path) -> None:
    everything = len(records(search(db, "a", "-f", "csv").out))
    ran = search(db, "a", "--limit", 2)
    assert f"The first 2 of {everything} rows." in ran.out
    assert len(records(search(db, "a", "--limit", 2, "-f", "csv").out)) == 2


def test_very_many_are_not_counted_to_the_end(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crpv_cli.reports.search._MOST_COUNTED", 3)
    ran = search(db, "a", "--limit", 2)
    assert "The first 2 rows; there are more than 3." in ran.out
    assert len(records(search(db, "a", "--limit", 4, "-f", "csv").out)) == 4


def test_where_nothing_is_found_a_near_word_is_suggested(db: Path) -> None:
    ran = search(db, "egalitee")
    assert (ran.code, "Did you mean égalité?" in ran.out) == (0, True), ran.out
    assert "Martin" not in search(db, "martine").out
    ran = search(db, "!!")
    assert (ran.code, "There is no word to search for." in ran.err) == (2, True)


def test_it_is_asked_as_it_was_known(db: Path) -> None:
    assert search(db, "egalite", "--known", 1, "-f", "json").json == []


def test_fictitious_rows_say_so(registry: Registry) -> None:
    db = registry(
        sources="id,title,fictitious\ninvented,Invented,true\n",
        funding="centre,funder,year,stage,amount,object,source\none,state,2023,granted,1,Pont,invented\n",
    )
    assert "FICTITIOUS" in search(db, "pont").out
    assert "FICTITIOUS" not in search(db, "journal").out


def test_no_column_about_people_is_searched() -> None:
    for table in TABLES.values():
        assert not [column.name for column in searched(table) if column.personal]
    assert [column.name for column in searched(TABLES["contacts"])] == ["function", "email", "telephone", "note"]


@pytest.mark.parametrize("text", ["Œuvre", "àéîõüçñýÿ", "Straße", "N° 12", "garçon", "MŒURS", "l’été"])
def test_what_sqlite_leaves_out_has_no_such_word(text: str) -> None:
    """SQLite sees no accents: the pattern of a word must match whatever folds to it."""
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as connection:
        for word in fold(text).split():
            (alike,) = connection.execute("select ? glob ?", (text, _pattern(word))).fetchone()
            assert alike, (text, word, _pattern(word))

"""What a person types is understood in both languages, in singular and plural, with accents and capitals or without."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crpv_cli.commands.group import Commands
from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Choice, Column
from crpv_cli.definitions.named import columns, meant, one_of, spoken, tables, typed
from crpv_cli.definitions.regions import FORMER
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.intake.records import readers_of
from crpv_cli.language import LANGUAGES, msg, translate
from crpv_cli.reports.finding import find_centre, find_department, find_funder, find_mission, find_region
from crpv_cli.reports.index import REPORTS
from crpv_cli.rules.checking import RULES
from crpv_cli.spelling import fold
from tests.commands.conftest import Registry, crpv, records
from tests.inside import inside


def closed_lists() -> Iterator[tuple[str, Sequence[Choice]]]:
    """Everything that a person may choose from, by what it is."""
    yield "tables", tables()
    yield "rules", [Choice(rule.id, rule.title) for rule in RULES.values()]
    yield "reports", [Choice(name, "", report.also) for name, report in REPORTS.items()]
    for table in TABLES.values():
        yield f"columns of {table.name}", columns(table.columns, table)
        yield from ((f"{table.name}.{one.name}", one.choices) for one in table.columns if one.choices)
    for name, report in REPORTS.items():
        for option in report.load()[1]:
            if option.choices:
                yield f"report {name} {option.typed}", option.choices
    for name, found in vars(choices).items():
        if name.isupper() and isinstance(found, tuple) and found and isinstance(found[0], Choice):
            yield name, found


LISTS = dict(closed_lists())


def spellings(word: str) -> Iterator[str]:
    """A word as people write it: in capitals, without accents, with hyphens, in singular and in plural."""
    yield from (word, word.upper(), fold(word), fold(word).replace(" ", "-"), fold(word).replace(" ", "_"))
    parts = [(part, len(part) > 3 and part.isalpha()) for part in fold(word).split()]
    yield " ".join(f"{part}s" if long and part[-1] not in "sx" else part for part, long in parts)
    yield " ".join(part[:-1] if long and part[-1] == "s" and part[-2] != "s" else part for part, long in parts)


@pytest.mark.parametrize("name", LISTS)
def test_each_word_for_a_thing_means_it_in_every_spelling(name: str) -> None:
    wrong = {
        (spelling, choice.code): found
        for choice in LISTS[name]
        for word in spoken(choice)
        for spelling in spellings(word)
        if (found := meant(spelling, LISTS[name])) != (choice.code,)
    }
    assert wrong == {}


def test_the_lists_hold_what_there_is_to_walk() -> None:
    assert {"tables", "rules", "reports", "funding.stage", "report activity --by", "MODES"} <= LISTS.keys()
    assert len(LISTS) > 50
    for _name, among in LISTS.items():
        assert among


@pytest.mark.parametrize("name", LISTS)
def test_what_is_suggested_is_understood(name: str) -> None:
    for choice in LISTS[name]:
        for lang in LANGUAGES:
            assert meant(typed(choice).text(lang), LISTS[name]) == (choice.code,), choice


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("régionaux", "régional"),
        ("categories", "category"),
        ("réseaux", "réseau"),
        ("agencies", "agency"),
        ("Échelles", "echelle"),
    ],
)
def test_a_word_is_the_same_in_its_plural(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        assert meant(first, [Choice("x", "", (second,))]) == ("x",)


FRUIT = [
    Choice("apple", "", ("pomme",)),
    Choice("pear", "", ("poire",)),
    Choice("pine", "", ("pomme de pin",)),
    Choice("potato", "", ("pomme de terre",)),
    Choice("terre", "", ("soil",)),
]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("pomme", ("apple",)),  # what is called so, though others begin so
        ("pommes de terre", ("potato",)),
        ("terre", ("terre",)),  # a stable name is what it is, and never a part of another
        ("pomme de", ("pine", "potato")),
        ("de", ()),
        ("", ()),
        ("-", ()),
        ("poires", ("pear",)),
        ("pin", ()),  # the end of a name is not enough
    ],
)
def test_what_is_called_so_comes_before_what_begins_so(word: str, found: tuple[str, ...]) -> None:
    assert meant(word, FRUIT) == found


def refused(word: str) -> tuple[str, str]:
    with pytest.raises(UsageProblem) as caught:
        one_of(word, FRUIT, msg("No."), lambda every: msg("There are: {all}.", all=every))
    assert caught.value.advice is not None
    return caught.value.message.text("en"), caught.value.advice.text("en")


def test_what_could_be_several_is_refused_with_them_and_what_is_nothing_with_what_there_is() -> None:
    assert refused("pomme de") == ("“pomme de” could be any of these: pine, potato.", "Write one of them.")
    assert refused("poirre")[1].startswith("Did you mean pear")
    assert refused("pin") == ("No.", "Did you mean pine?")
    assert refused("zzzzz") == ("No.", "There are: apple, pear, pine, potato, terre.")


def test_a_stable_name_is_found_without_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(*_: object) -> str:
        raise AssertionError("the catalogue was asked")

    monkeypatch.setattr("crpv_cli.definitions.named.translate", unread)
    for among in LISTS.values():
        for choice in among:
            assert meant(choice.code, among) == (choice.code,)


def test_names_that_two_columns_share_are_refused_by_their_stable_names() -> None:
    two = columns([Column("a", "Year"), Column("b", "Year"), Column("c", "Name")])
    assert meant("année", two) == ("a", "b")
    with pytest.raises(UsageProblem) as caught:
        one_of("année", two, msg("No."), lambda every: msg("{all}", all=every))
    assert caught.value.message.text("fr").endswith("a, b.")


# --- Through the command ---

FUNDING = """
    centre,funder,year,scheme,stage,amount
    one,state,2023,P147,paid,900
    one,town,2023,,granted,1000.50
    two,state,2024,,paid,25
    """
PERIMETERS = """
    centre,department,valid_from,confidence,source
    one,01,2010-01-01,high,books
    two,971,2012-05-01,medium,
    """


@pytest.fixture
def db(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return registry(funding=FUNDING, perimeters=PERIMETERS)


@pytest.mark.parametrize("name", TABLES)
def test_list_and_export_take_each_table_by_its_words(name: str, db: Path) -> None:
    words = [translate(TABLES[name].label, lang) for lang in LANGUAGES]
    stable = crpv("list", name, "--db", db, "-f", "csv", "--all" if name == "centres" else "--limit=9")
    for word in words:
        again = crpv("list", word, "--db", db, "-f", "csv", "--all" if name == "centres" else "--limit=9")
        assert (again.code, again.out) == (0, stable.out)
    assert crpv("export", words[1].lower(), "--db", db).out == crpv("export", name, "--db", db).out


@pytest.mark.parametrize("name", TABLES)
def test_list_takes_each_column_by_its_words(name: str, db: Path) -> None:
    asked = [column for column in TABLES[name].columns if not column.personal]
    stable = crpv("list", name, "--db", db, "-f", "csv", "--columns", ",".join(column.name for column in asked))
    assert stable.code == 0, stable.err
    for lang in LANGUAGES:
        labels = ",".join(translate(column.label, lang).replace(" ", "-") for column in asked)
        again = crpv("list", name, "--db", db, "-f", "csv", "--columns", labels)
        assert (again.code, again.out) == (0, stable.out), again.err


CHOSEN = [(name, column) for name, table in TABLES.items() for column in table.columns if column.choices]


@pytest.mark.parametrize(("name", "column"), CHOSEN, ids=lambda part: getattr(part, "name", part))
def test_a_file_takes_each_value_by_its_words(name: str, column: Column) -> None:
    read = readers_of(name)[column.name].read
    for choice in column.choices:
        for word in (choice.code, *(translate(choice.label, lang) for lang in LANGUAGES), *choice.also):
            for spelling in (word, word.upper(), fold(word)):
                assert read(spelling)[0] == choice.code, spelling


SAME = [
    (("list", "funding", "--columns", "centre,amount"), ("list", "Financements", "--columns", "Centre,montants")),
    (("list", "funding", "--sort", "-amount"), ("list", "subvention", "--sort", "-Montant")),
    (("list", "perimeters", "--columns", "department"), ("list", "périmètre", "--columns", "DÉPARTEMENTS")),
    (("list", "centres", "--sort", "seat"), ("list", "CENTRE", "--sort", "siège")),
    (("list", "--centre", "one"), ("list", "--centre", "Centre One")),
    (("list", "--as-of", "2023-10-17"), ("list", "--as-of", "17 octobre 2023")),
    (("list", "--as-of", "2023-10-17"), ("list", "--as-of", "17/10/2023")),
    (("list", "--as-of", "2023-10-31"), ("list", "--as-of", "octobre 2023")),
    (("list", "--as-of", "2024-02-29"), ("list", "--as-of", "02/2024")),
    (("list", "--as-of", "2023-12-31"), ("list", "--as-of", "2023")),
    (("list", "--as-of", "2023-12-31"), ("list", "--as-of", "décembre 2023")),
    (("list",), ("list", "--as-of", "Aujourd’hui")),
    (("list",), ("list", "--as-of", "today")),
    (("list", "funding", "--year", "2023"), ("list", "funding", "--year", "année 2023")),
    (("list", "--region", "84"), ("list", "--region", "Auvergne Rhone Alpes")),
    (("list", "--region", "84"), ("list", "--region", "ARA")),
    (("list", "--department", "01"), ("list", "--department", "ain")),
    (("report", "funding"), ("report", "financement")),
    (("report", "activity"), ("report", "Activités")),
    (("report", "coverage"), ("report", "couverture")),
    (("report", "funding", "--stage", "paid"), ("report", "funding", "--stage", "versées")),
    (("report", "funding", "--by", "kind"), ("report", "funding", "--by", "Type")),
    (("report", "funding", "--by", "centre-year"), ("report", "funding", "--by", "centre et année")),
    (("report", "funding", "--nature", "project"), ("report", "funding", "--nature", "projets")),
    (("report", "funding", "--nature", "unknown"), ("report", "funding", "--nature", "inconnue")),
    (("report", "activity", "--by", "theme"), ("report", "activity", "--by", "thèmes")),
    (("report", "activity", "--by", "audience"), ("report", "activity", "--by", "public")),
    (("report", "activity", "--mission", "skills"), ("report", "activity", "--mission", "compétence")),
    (("report", "evaluations", "--mission", "skills"), ("report", "évaluation", "--mission", "COMPETENCES")),
    (("report", "agreements", "--status", "running"), ("report", "conventions", "--status", "en-cours")),
    (("report", "agreements", "--status", "over"), ("report", "agreements", "--status", "échue")),
    (("report", "coverage", "--measure", "inhabitants"), ("report", "coverage", "--measure", "habitant")),
    (("report", "coverage", "--by", "department"), ("report", "coverage", "--by", "départements")),
    (("map", "--measure", "contracts"), ("map", "--measure", "contrat de ville")),
    (("export", "coverage"), ("export", "couverture")),
    (("export", "evaluations"), ("export", "évaluation")),
    (("export", "activities"), ("export", "activité")),
    (("export", "agreements"), ("export", "convention")),
    (("export", "funding"), ("export", "financement")),
    (("export", "funding-by-centre"), ("export", "financement par centre")),
    (("check", "--rule", "co-funding"), ("check", "--rule", "Cofinancement par l'État et une collectivité")),
    (("trace", "funding", "one", "state", "2023", "P147"), ("trace", "financement", "One", "État", "2023", "p147")),
    (
        ("trace", "funding", "one", "town", "stage=granted"),
        ("trace", "financements", "centre=Centre one", "financeur=Ville", "étape=accordée"),
    ),
    (("trace", "perimeters", "one", "01"), ("trace", "périmètre", "one", "Ain", "depuis le=1er janvier 2010")),
    (("trace", "centres", "one"), ("trace", "centre", "Centre One")),
]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("stable", "typed_"), SAME, ids=[" ".join(words) for _, words in SAME])
def test_a_command_gives_the_same_for_the_words_of_both_languages(
    stable: Sequence[str], typed_: Sequence[str], lang: str, db: Path, tmp_path: Path
) -> None:
    env = {"CRPV_DB": str(db), "CRPV_LANG": lang, "HOME": str(tmp_path)}
    expected, found = (inside(*words, "-f", "csv", env=env, cwd=tmp_path) for words in (stable, typed_))
    assert (found.returncode, found.stdout) == (expected.returncode, expected.stdout), found.stderr
    assert expected.stdout


def said(db: Path, tmp_path: Path, lang: str, *words: str) -> str:
    env = {"CRPV_DB": str(db), "CRPV_LANG": lang, "HOME": str(tmp_path)}
    ran = inside(*words, env=env, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
    return " ".join(ran.stderr.split())


@pytest.mark.parametrize(
    ("words", "english", "french"),
    [
        (("list", "finansements"), "Did you mean funding", "Vouliez-vous dire financements"),
        (("list", "zzzz"), "territory_counts, neighbourhoods", "décomptes-territoriaux, quartiers"),
        (("list", "perimeters", "--columns", "departemant"), "mean department", "dire département"),
        (("list", "perimeters", "--sort", "zzzz"), "valid_from", "depuis-le"),
        (("report", "financemant"), "Did you mean funding", "Vouliez-vous dire funding"),
        (("report", "zzzz"), "network, coverage", "network, coverage"),
        (("report", "activity", "--by", "thème et public"), "centre, mission, type", "centre, mission, type"),
        (("report", "funding", "--stage", "versemant"), "Did you mean paid", "Vouliez-vous dire versé"),
        (("report", "funding", "--stage", "montant"), "requested, granted, paid", "demandé, accordé, versé"),
        (("report", "coverage", "--by", "quartiers"), "data.gouv.fr", "data.gouv.fr"),
        (("report", "evaluations", "--mission", "zzzz"), "animation, skills", "animation, compétences"),
        (("export", "finansements"), "Did you mean funding", "Vouliez-vous dire financements"),
        (("show", "zzzz"), "crpv list", "crpv list"),
        (("show", "ain"), "Ain (01): served by one", "Ain (01)"),
        (("list", "--region", "zzzz"), "84 Auvergne-Rhône-Alpes", "84 Auvergne-Rhône-Alpes"),
        (("list", "--region", "Alsas"), "Did you mean Alsace", "Vouliez-vous dire Alsace"),
        (("list", "--as-of", "01/02/03"), "2003-02-01", "2003-02-01"),
        (("list", "--as-of", "31 février 2023"), "is not a date", "n'est pas une date"),
        (("check", "--until", "octobre"), "is not a date", "n'est pas une date"),
        (("trace", "funding", "one"), "funder=…", "financeur=…"),
        (("trace", "funding", "one", "state", "1999"), "year=1999", "année=1999"),
    ],
)
def test_what_is_not_understood_is_answered_in_the_reader_s_language(
    words: Sequence[str], english: str, french: str, db: Path, tmp_path: Path
) -> None:
    assert english in said(db, tmp_path, "en", *words)
    assert french in said(db, tmp_path, "fr", *words)


def test_values_of_set_and_tables_of_as_are_typed_in_french(db: Path) -> None:
    Path("f.csv").write_text("centre;financeur;montant\none;Ville;12\n", encoding="utf-8")
    ran = crpv(
        *("load", "f.csv", "--as", "subventions", "--set", "années=2022", "--set", "étapes=versé", "--db", db),
    )
    assert ran.code == 0, ran.err
    rows = records(crpv("list", "funding", "--year", "2022", "--db", db, "-f", "csv").out)
    assert [(row["funder"], row["stage"], row["amount"]) for row in rows] == [("town", "paid", "12")]
    ran = crpv("load", "f.csv", "--as", "funding", "--set", "anée=2021", "--db", db)
    assert (ran.code, "Did you mean year?" in ran.err) == (1, True)


def test_everything_is_said_in_french_too(db: Path) -> None:
    assert crpv("export", "tout", "-o", "out/", "--db", db).code == 0
    assert {path.stem for path in Path("out").glob("*.csv")} >= {"centres", "funding"}
    ran = crpv("report", "network", "--centre", "tous", "-o", "sheets/", "--db", db)
    assert ran.code == 0, ran.err
    assert Path("sheets").is_dir()


def test_forms_and_events_take_words(db: Path) -> None:
    ran = crpv("template", "financement", "--centre", "Centre one", "-o", "f.xlsx", "--db", db)
    assert ran.code == 0, ran.err
    ran = crpv(
        *("centre", "change", "Centre one", "--form", "portée", "--carrier", "X", "--on", "1er janvier 2025"),
        *("--yes", "--db", db),
    )
    assert ran.code == 0, ran.err
    (row,) = [row for row in records(crpv("list", "--db", db, "-f", "csv").out) if row["id"] == "one"]
    assert row["legal_form"] == "carried"
    assert "2024-12-31" in crpv("list", "centre_states", "--db", db, "-f", "csv").out
    ran = crpv("centre", "change", "one", "--form", "gip", "--on", "2025", "--yes", "--db", db)
    assert (ran.code, "is not a date" in ran.err) == (2, True)  # the first day of a year is not said by its number


def test_an_exception_to_a_rule_is_accepted_in_words(db: Path) -> None:
    ran = crpv(
        *("check", "--accept", "Site internet" if "website" in RULES else "Activité déclarée", "réseau"),
        *("--until", "décembre 2099", "--reason", "r", "--db", db),
    )
    assert ran.code == 0, ran.err
    (row,) = records(crpv("list", "exceptions", "--db", db, "-f", "csv").out)
    assert (row["rule"], row["centre"], row["valid_to"]) == ("activity-unreported", "", "2099-12-31")


def test_help_shows_the_stable_names_alone() -> None:
    for words, stable, other in (
        (("report", "--help"), "funding", "financement"),
        (("report", "funding", "--help"), "--stage", "versé"),
    ):
        told = crpv(*words).out
        assert (stable in told, other in told) == (True, False)
    assert "financement" not in Commands.entries
    assert crpv("liste").code == 2  # commands are called alike in both languages


# --- Regions, seats, initials ---


def departments(db: Path | str, region: str) -> set[str]:
    ran = crpv("list", "departments", "--region", region, "--db", db, "-f", "csv")
    assert ran.code == 0, ran.err
    return {row["code"] for row in records(ran.out)}


@pytest.mark.parametrize("region", FORMER)
def test_a_former_region_is_its_departments(region: str, reference: sqlite3.Connection) -> None:
    found = find_region(reference, fold(region))
    assert (found.former, sorted(found.departments)) == (True, sorted(FORMER[region]))


def test_former_regions_divide_what_was_joined(reference: sqlite3.Connection) -> None:
    every = [code for codes in FORMER.values() for code in codes]
    assert len(every) == len(set(every))
    regions = dict(map(tuple, reference.execute("select code, region_code from departments")))
    joined = {regions[code] for code in every}
    assert {code for code, region in regions.items() if region in joined} == set(every)
    for codes in FORMER.values():
        assert len({regions[code] for code in codes}) == 1


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("PACA", "93"),
        ("idf", "11"),
        ("ARA", "84"),
        ("aura", "84"),
        ("BFC", "27"),
        ("Hauts de France", "32"),
        ("hdf", "32"),
        ("Normandie", "28"),
        ("centre", "24"),
        ("Réunion", "04"),
        ("occitan", "76"),
        ("Bourgogne", "Bourgogne"),
        ("languedoc", "Languedoc-Roussillon"),
        ("NPDC", "Nord-Pas-de-Calais"),
        ("Nord Pas de Calais", "Nord-Pas-de-Calais"),
    ],
)
def test_a_region_is_known_by_its_initials_and_a_part_of_its_name(
    wanted: str, code: str, reference: sqlite3.Connection
) -> None:
    assert find_region(reference, wanted).code == code


def test_a_region_that_could_be_several_is_refused(reference: sqlite3.Connection) -> None:
    with pytest.raises(UsageProblem) as caught:
        find_region(reference, "loire de")
    assert caught.value.advice is not None
    with pytest.raises(UsageProblem, match="normandie x"):
        find_region(reference, "normandie x")


REPORTS_OF_A_REGION = [
    ("list",),
    ("list", "perimeters"),
    ("report", "coverage"),
    ("report", "funding"),
    ("report", "evaluations"),
    ("report", "activity"),
    ("report", "agreements"),
    ("map",),
    ("check",),
]


@pytest.mark.parametrize("words", REPORTS_OF_A_REGION, ids=" ".join)
def test_a_former_region_is_that_of_its_departments_and_is_told(words: Sequence[str], demo_path: Path) -> None:
    def asked(*narrowed: str) -> Any:
        ran = crpv(*words, *narrowed, "--as-of", "2025-12-31", "--db", demo_path, "-f", "json")
        assert ran.code in {0, 1}, ran.err
        return ran.json

    of_region, of_department = asked("--region", "Picardie"), asked("--region", "32")
    if words == ("list", "perimeters"):
        assert {row["department"] for row in of_region} == {"02", "60", "80"}
    if words == ("report", "coverage"):
        assert of_region["parameters"]["region"] == "Picardie"
        assert of_region["totals"]["total"] < of_department["totals"]["total"]
    if isinstance(of_region, dict) and "notes" in of_region:
        (note,) = [note for note in of_region["notes"] if note["code"] == "former-region"]
        assert (note["region"], note["departments"]) == ("Picardie", ["02", "60", "80"])
        assert note["regions"] == ["Hauts-de-France"]
        assert [note for note in of_department["notes"] if note["code"] == "former-region"] == []
    told = crpv(*words, "--region", "Picardie", "--as-of", "2025-12-31", "--db", demo_path)
    assert "the departments that the region had until 2015-12-31, 02, 60, 80; now in: Hauts-de-France" in " ".join(
        (told.out + told.err).split()
    )


def test_a_figure_of_a_former_region_is_explained(demo_path: Path) -> None:
    asked = ("report", "coverage", "--region", "Picardie", "--as-of", "2025-12-31", "--db", demo_path, "-f", "json")
    total = crpv(*asked).json["totals"]["total"]
    pieces = crpv(*asked, "--explain", "total")
    assert pieces.code == 0, pieces.err
    assert {row["row"][:2] for row in pieces.json["rows"]} == {"02", "60", "80"}
    assert sum(row["part"] for row in pieces.json["rows"]) == total > 0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Strasbourg", "oriv"),
        ("strasbourg", "oriv"),
        ("celui de Strasbourg", "oriv"),
        ("le centre de Lille", "irev"),
        ("Évry", "ressources-urbaines"),
        ("Paris", "paris"),
        ("PB", "profession-banlieue"),
        ("CR-CSUR", "cr-csur"),
        ("VTO", "villes-et-territoires"),
        ("irv", "irev"),
        ("banlieue", "profession-banlieue"),
    ],
)
def test_a_centre_is_known_by_its_seat_and_its_initials(wanted: str, found: str, reference: sqlite3.Connection) -> None:
    assert find_centre(reference, wanted) == found


def test_a_seat_of_two_centres_is_refused_with_both(reference: sqlite3.Connection) -> None:
    with pytest.raises(UsageProblem) as caught:
        find_centre(reference, "Saint-Denis")
    assert "cr-csur, profession-banlieue" in caught.value.message.text("en")


def test_funders_are_known_by_a_part_and_never_guessed(registry: Registry) -> None:
    with closing(
        sqlite3.connect(
            registry(
                funders="""
                id,name,kind
                caf-67,Caisse d'allocations familiales du Bas-Rhin,caf
                caf-68,Caisse d'allocations familiales du Haut-Rhin,caf
                ems,Eurométropole de Strasbourg,intercommunality
                """
            )
        )
    ) as connection:
        connection.row_factory = sqlite3.Row
        assert find_funder(connection, "eurometropole") == "ems"
        assert find_funder(connection, "cafbr") == "caf-67"
        with pytest.raises(UsageProblem) as caught:
            find_funder(connection, "allocations")
        assert "caf-67" in caught.value.message.text("en") and "caf-68" in caught.value.message.text("en")
        with pytest.raises(UsageProblem) as caught:
            find_funder(connection, "eurometropol de strasbourgg")
        assert caught.value.advice is not None and "ems" in caught.value.advice.text("en")
        assert find_department(connection, "1") == "01"


def test_a_part_of_two_missions_is_refused_with_both(reference: sqlite3.Connection) -> None:
    with pytest.raises(UsageProblem) as caught:
        find_mission(reference, "ti")
    assert "animation, capitalisation" in caught.value.message.text("en")
    assert find_mission(reference, "compétences") == "skills"

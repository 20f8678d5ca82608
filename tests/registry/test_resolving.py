"""Which row a name means, in files, in profiles and after commands."""

from __future__ import annotations

import pytest

from crpv_cli.errors import Severity
from crpv_cli.registry.connection import open_reading
from crpv_cli.registry.resolving import Former, How, Meant, Names, lookups
from tests.registry.bench import Bench, advice, figures, said

MONEY = "centre;funder;year;scheme;stage;amount;purpose;reference;source\n"
FUNDERS = "id,name,kind,siren\nregion-bretagne,Région Bretagne,region,233500016\nother,Région Grand Est,region,\n"


def names(*rows: tuple[str, ...], former: tuple[Former, ...] = (), departments: bool = False) -> Names:
    return Names([(one, spoken) for one, *spoken in rows], former, departments)


@pytest.mark.parametrize(
    "text",
    [
        "villes-au-carre",
        "Villes au Carré",
        "VILLES  AU CARRE",
        "Villes-au-Carré",
        "VillesAuCarré",
        "499263333",
        "499 263 333",
        "49926333300019",
        "499263333.0",
        "VAC",
        "V.A.C.",
        "Villes au Carré (VAC)",
        "vac – Villes au Carré",
        "villes-au-carre Villes au Carré",
    ],
)
def test_a_row_is_meant_by_its_id_its_names_and_its_number(text: str) -> None:
    known = names(("villes-au-carre", "Villes au Carré", "VAC", "499263333"), ("oriv", "ORIV"))
    assert known.find(text) == Meant(("villes-au-carre",))
    assert known.find("49926333300010") == Meant()  # its check digit is wrong


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01", "01"),
        ("1", "01"),
        ("2a", "2A"),
        ("Ain", "01"),
        ("Ain (01)", "01"),
        ("01 - Ain", "01"),
        ("Dép. de l'Ain", "01"),
        ("DEPARTEMENT DE L’AIN", "01"),
        ("département du Nord", "59"),
        ("Dept Corse du Sud", "2A"),
        ("la reunion", "974"),
        ("Réunion", None),
        ("Aine", None),
    ],
)
def test_a_department_has_its_code_and_the_word_in_front(text: str, code: str | None) -> None:
    known = names(("01", "Ain"), ("59", "Nord"), ("2A", "Corse-du-Sud"), ("974", "La Réunion"), departments=True)
    assert known.find(text).one == code
    other = names(("1", "Ain"))
    assert (other.find("1").one, other.find("01").one, other.find("Dép. de l'Ain").one) == ("1", None, None)


def test_a_name_of_several_is_that_of_none_and_names_them() -> None:
    known = names(("a", "Région", "x"), ("b", "région"), ("region-c", "Région C"))
    assert known.find("REGION") == Meant(("a", "b"))
    assert known.find("Région").one is None
    assert known.parts("Région") == Meant(("a", "b", "region-c"), How.PART)
    assert known.find("") == known.parts("") == known.parts("!") == Meant()


def test_a_part_is_whole_words_one_of_them_a_real_one() -> None:
    known = names(("caisse-des-depots", "Caisse des Dépôts (Banque des Territoires)"), ("x-95", "Pôle 95"))
    assert known.parts("Banque des territoires") == Meant(("caisse-des-depots",), How.PART)
    assert known.parts("dépôts").one == "caisse-des-depots"
    for text in ("Territoire", "95", "pôle de", "d"):
        assert known.parts(text) == Meant()
    assert known.parts("territoire", inside_words=True).one == "caisse-des-depots"
    assert known.parts("95", inside_words=True).one == "x-95"


FORMER = (
    Former("one", ("Ancien", "415021377"), None, "2015-12-31"),
    Former("two", ("Autre",), None, "2019-06-30"),
    Former("three", ("Ancien",), "2018-01-01", "2018-12-31"),
)


@pytest.mark.parametrize(
    ("text", "moment", "meant"),
    [
        ("Ancien", "2014", Meant(("one",), How.FORMER, "2015-12-31")),
        ("ancien", "2015-12", Meant(("one",), How.FORMER, "2015-12-31")),
        ("Ancien", "2015-12-31", Meant(("one",), How.FORMER, "2015-12-31")),
        ("Ancien", "2018", Meant(("three",), How.FORMER, "2018-12-31")),
        # On no day of the two, or on an unknown one, both were called so once.
        ("Ancien", "2016-01-01", Meant(("one", "three"), How.PAST, "2018-12-31")),
        ("Ancien", None, Meant(("one", "three"), How.PAST, "2018-12-31")),
        ("415 021 377", "2020", Meant(("one",), How.PAST, "2015-12-31")),
        # Another has the name now: it is that one's, but on the days of the former one.
        ("Autre", None, Meant(("one",))),
        ("Autre", "2020", Meant(("one",))),
        ("Autre", "2014", Meant(("two",), How.PAST, "2019-06-30")),
        # From 2016 on, it is known, “one” had the name too.
        ("Autre", "2016", Meant(("two", "one"), How.PAST, "2019-06-30")),
    ],
)
def test_a_former_name_is_that_of_its_days(text: str, moment: str | None, meant: Meant) -> None:
    known = names(("one", "Autre"), ("two", "Deux"), ("three", "Trois"), former=FORMER)
    assert known.find(text, moment) == meant


def test_near_names_are_said_by_their_ids() -> None:
    known = names(("labo", "Labo Cités"), ("oriv", "Observatoire"))
    assert known.near("Labo Citéz") == ["labo"]
    assert known.near("Observatoir") == ["oriv"]
    assert known.near("zzz") == []
    assert (known.called("labo"), names(("x",)).called("x")) == ("Labo Cités", "x")


# Through a load


def test_names_are_read_where_ids_are_due(world: Bench) -> None:
    assert world.load(("funders.csv", FUNDERS)).anomalies == []
    report = world.load(
        (
            "money.csv",
            f"{MONEY}ORIV;État;2024;P147;granted;1000;a;1;Annual report\nobservatoire;233 500 016;2024;;paid;5;a;2;\n"
            "centre de paris;REGION BRETAGNE;2024;;paid;5;a;3;report\n",
        ),
        (
            "evaluations.csv",
            "centre,mission,year,kind,scale,rating\nOriv,Compétences,2024,self,1 to 4,3\noriv,Skills,2025,self,,\n"
            "oriv,Montée en gamme,2026,self,,\noriv,complémentaire,2026,self,,\n",
        ),
        (
            "perimeters.csv",
            "centre,department,valid_from\nParis,bas rhin,2024-01-01\nParis,Haut-Rhin (68),2024-01-01\n",
        ),
        keep_valid=True,
    )
    assert said(report) == [
        ("evaluations.csv", 4, "mission", "Montée en gamme", "unknown-reference"),
    ]
    assert world.rows("select centre, funder, source from funding where year = 2024 order by reference") == [
        ("oriv", "etat", "report"),
        ("oriv", "region-bretagne", None),
        ("paris", "region-bretagne", "report"),
    ]
    assert world.rows("select mission, scale from evaluations where year > 2023 order by year") == [
        ("skills", "one-to-four"),
        ("skills", None),
        ("complementary", None),
    ]
    assert world.rows("select department from perimeters where centre = 'paris' order by 1") == [("67",), ("68",)]


def test_the_label_of_a_mission_is_its_name(world: Bench) -> None:
    report = world.load(("e.csv", "centre,mission,year,kind\noriv,Qualification,2024,self\noriv,skills,2025,self\n"))
    assert said(report)[0][4] == "unknown-reference"
    assert world.load(("e.csv", "centre,mission,year,kind\noriv,compétences,2024,self\n")).anomalies == []


def test_a_part_of_a_name_is_read_with_a_warning_once_a_value(world: Bench) -> None:
    world.load(("funders.csv", FUNDERS))
    rows = "".join(f"oriv;Bretagne;{year};;paid;5;a;;\n" for year in (2020, 2021, 2022))
    report = world.load(("a.csv", f"{MONEY}oriv;etat;2020;;paid;5;a;;\n{rows}oriv;Grand Est;2020;;paid;5;a;;\n"))
    assert said(report) == [
        ("a.csv", 3, "funder", "Bretagne", "completed-name"),
        ("a.csv", 6, "funder", "Grand Est", "completed-name"),
    ]
    first, second = report.anomalies
    assert first.message.text("en") == (
        "“Bretagne” was read as Région Bretagne (region-bretagne). The same goes for 2 more rows."
    )
    assert second.message.text("en") == "“Grand Est” was read as Région Grand Est (other)."
    assert "crpv list funders" in advice(first)
    assert first.severity is Severity.WARNING
    assert figures(report) == {"a.csv": (5, 5, 0, 0, 0)}


def test_a_part_that_several_have_is_refused_with_them(world: Bench) -> None:
    world.load(("funders.csv", FUNDERS))
    before = world.dump()
    report = world.load(("a.csv", f"{MONEY}oriv;Région;2020;;paid;5;a;;\n"))
    assert said(report) == [("a.csv", 2, "funder", "Région", "ambiguous-reference")]
    assert report.anomalies[0].message.text("en") == (
        "“Région” could be several rows of the table Funders: region-bretagne, other."
    )
    assert world.dump() == before
    crowd = "".join(f"region-{number},Région {number},region,\n" for number in range(9))
    report = world.load(("f.csv", f"id,name,kind,siren\n{crowd}"), ("a.csv", f"{MONEY}oriv;région;2020;;paid;5;a;;\n"))
    assert report.anomalies[0].message.text("en").endswith("region-0, region-1, region-2, ….")


def test_names_of_rows_of_the_same_load_count_in_any_order_of_files(world: Bench) -> None:
    report = world.load(
        ("money.csv", f"{MONEY}Labo Cités;Ville de Lyon;2012;;paid;5;a;;\nCR-DSU;Ville de Lyon;2013;;paid;5;a;;\n"),
        ("states.csv", "centre,valid_to,name,short_name,legal_form\nLabo,2015-12-31,CR-DSU,CR,association\n"),
        ("centres.csv", "id,name,short_name,legal_form,co_funded\nlabo,Labo Cités,Labo,association,yes\n"),
        ("funders.csv", "id,name,kind\nlyon,Ville de Lyon,commune\n"),
    )
    assert report.anomalies == []
    assert world.rows("select centre, funder from funding where year < 2020") == [("labo", "lyon")] * 2
    assert report.centres == {"labo"}
    again = world.load(("contacts.csv", "centre,function,email\nCR-DSU,press,a@b.example\n"))
    assert said(again) == [("contacts.csv", 2, "centre", "CR-DSU", "former-name")]
    assert "was read as labo" in again.anomalies[0].message.text("en")


def test_rows_that_become_the_same_are_one_or_are_refused(world: Bench) -> None:
    report = world.load(("a.csv", f"{MONEY}ORIV;etat;2020;;paid;5;a;;\noriv;État;2020;;paid;5;a;;\n"))
    assert figures(report) == {"a.csv": (2, 1, 0, 1, 0)}
    report = world.load(("a.csv", f"{MONEY}ORIV;etat;2021;;paid;5;a;;\noriv;État;2021;;paid;6;a;;\n"))
    assert said(report) == [("a.csv", 3, "amount", "6.00", "same-key")]


def test_what_a_refused_row_names_is_found_too(world: Bench) -> None:
    report = world.load(("a.csv", f"{MONEY}ORIV;État;soon;;paid;5;a;;\nNobody;État;soon;;paid;5;a;;\n"))
    assert [(row[1], row[2], row[4]) for row in said(report)] == [
        (2, "year", "not-a-year"),
        (3, "year", "not-a-year"),
        (3, "centre", "unknown-reference"),
    ]


def test_a_refused_row_is_of_no_day(world: Bench) -> None:
    states = "centre,valid_to,name,short_name,legal_form\noriv,2010-12-31,Before,Before,gip\n"
    report = world.load(
        ("states.csv", f"{states}paris,2014-12-31,Before,Before,gip\nparis,2010-12-31,P,P,gip\n"),
        ("a.csv", f"{MONEY}Before;etat;2009;;paid;5;a;;\nBefore;etat;2012;;paid;5;a;;\nBefore;etat;soon;;paid;5;a;;\n"),
        keep_valid=True,
    )
    assert sorted((row[1], row[2], row[4]) for row in said(report)) == [
        (4, "centre", "ambiguous-reference"),
        (4, "year", "not-a-year"),
    ]
    assert world.rows("select centre, year from funding where year < 2020 order by year") == [
        ("oriv", 2009),
        ("paris", 2012),
    ]


def test_no_row_refers_to_itself_by_a_name(world: Bench) -> None:
    report = world.load(
        ("c.csv", "id,name,short_name,legal_form,co_funded,closed,successor\na,Name A,A,gip,yes,2020,Name A\n")
    )
    assert said(report) == [("c.csv", 2, "successor", "Name A", "unknown-reference")]


def test_ids_are_found_by_number_and_by_name_unless_two_share_it(world: Bench) -> None:
    report = world.load(
        (
            "funders.csv",
            "id,name,kind,siren\nregion,Région Grand-Est,region,233500016\ntown,Ville,commune,216704825\n"
            "again,Région  Grand Est,other,\ncaf,CAF,caf,\nother-caf,Autre,caf,380369124\nsame,Même,caf,380369124\n",
        ),
        ("centres.csv", "id,name,short_name,legal_form,co_funded,siren\nlabo,Labo Cités,Labo,gip,yes,415021377\n"),
        (
            "centre_states.csv",
            "centre,valid_to,name,short_name,legal_form,siren\n"
            "labo,2015-12-31,CR-DSU,Labo,gip,494414709\noriv,2015-12-31,Paris,ORIV,gip,\n",
        ),
    )
    assert report.errors == 0
    with open_reading(world.registry) as connection:
        found = lookups(connection)
    assert found == {
        "centres": {"labo": "labo", "oriv": "oriv", "paris": "paris"},
        "departments": {"2A": "2A", "67": "67", "68": "68"},
        "funders": {name: name for name in ("again", "caf", "etat", "other-caf", "region", "same", "town", "ville")},
        "sources": {"list": "list", "report": "report"},
        "centre-of-siren": {"415021377": "labo", "494414709": "labo"},
        "centre-of-name": {
            "labo": "labo",
            "labo cites": "labo",
            "cr dsu": "labo",  # what it was called before
            "oriv": "oriv",
            "observatoire": "oriv",
            "paris": "paris",  # though another was called so before
            "centre de paris": "paris",
        },
        "funder-of-siren": {"233500016": "region", "216704825": "town"},
        # Two are called “Ville” (the id of one, the name of the other), and two “Région Grand Est”.
        "funder-of-name": {
            "region": "region",
            "town": "town",
            "again": "again",
            "caf": "caf",
            "etat": "etat",
            "other caf": "other-caf",
            "autre": "other-caf",
            "same": "same",
            "meme": "same",
        },
        "funder-without-siren": {
            "etat": "etat",
            "ville": "ville",
            "again": "again",
            "region grand est": "again",
            "caf": "caf",
        },
    }


def test_a_crowd_of_unknown_names_is_refused_without_suggestions(world: Bench) -> None:
    rows = "".join(f"oriv {number},67\n" for number in range(1, 1002))
    report = world.load(("p.csv", f"centre,department\n{rows}"))
    assert {advice(anomaly) for anomaly in report.anomalies} == {
        "Load it into the table centres first, or see: crpv list centres"
    }
    report = world.load(("p.csv", f"centre,department\n{rows[: rows.index('oriv 1000')]}"))
    assert "Did you mean oriv?" in {advice(anomaly) for anomaly in report.anomalies}

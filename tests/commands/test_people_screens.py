"""What happened to the registry, as people read it on a terminal of 80 columns, in both languages."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.conftest import Registry, add_tables
from tests.inside import inside

HEADER = "centre,mission,year,kind,scale,rating,summary,source\n"
BEFORE = HEADER + "one,skills,2024,self,four,2,,books\n"
AFTER = (
    HEADER
    + "one,skills,2024,self,four,3,Réseau bien animé mais les élus restent à mobiliser dans les communes,journal\n"
)
MONEY = "centre,funder,year,scheme,stage,amount,source\none,state,2024,P147,granted,1200,books\n"

Ask = Callable[..., str]


@pytest.fixture
def ask(registry: Registry, tmp_path: Path) -> Ask:
    """Asks a registry that was loaded twice since it was made, on a terminal; days, users and folders are left out."""
    db = registry(evaluations=BEFORE, funding=MONEY)
    add_tables(db, evaluations=AFTER)

    def run(lang: str, *arguments: object, width: int = 80) -> str:
        env = {"CRPV_DB": str(db), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "CRPV_LANG": lang}
        ran = inside(*arguments, env={**env, "COLUMNS": str(width), "NO_COLOR": "1"}, terminal=True)
        text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d|\d\d/\d\d/\d{4} \d\d:\d\d", "NOW", ran.stdout)
        text = text.replace(str(db.with_suffix(".csv")), "FOLDER").replace(str(tmp_path), "FOLDER")
        text = re.sub(r"(·) (By|Par) .*", r"\1 BY", text)
        return re.sub(r":\s+FOLDER", ": FOLDER", text)  # how long it is, is the test's own

    return run


LOG_EN = """\
Load 3: load, NOW

Table: Evaluations · Action: updated · File: FOLDER/evaluations.csv
                                                                            Line
                                                                            or
Row                      Column   Before     After                          cell
────────────────────────────────────────────────────────────────────────────────
One, skills, 2024, self  Rating   2          3                              2
One, skills, 2024, self  Summary  –          Réseau bien animé mais les     2
                                             élus restent à mobiliser dans
                                             les communes
One, skills, 2024, self  Source   The books  The journal                    2

· BY
"""
LOG_FR = """\
Chargement n° 3 : load, NOW

Table : Évaluations · Action : modifiée · Fichier : FOLDER/evaluations.csv
                                                                         Ligne
                                                                         ou
Clé                        Colonne       Avant      Après                cellule
────────────────────────────────────────────────────────────────────────────────
One, compétences, 2024,    Note obtenue  2          3                    2
auto-évaluation
One, compétences, 2024,    Synthèse      –          Réseau bien animé    2
auto-évaluation                                     mais les élus
                                                    restent à mobiliser
                                                    dans les communes
One, compétences, 2024,    Source        The books  The journal          2
auto-évaluation

· BY
"""
TRACE_EN = """\
Funding: One, État, 2024, P147, granted

Load: 2 · When (UTC): NOW · File: FOLDER/funding.csv
Column  Value      Line or cell
───────────────────────────────
Centre  One        2
Funder  État       2
Year    2024       2
Scheme  P147       2
Stage   granted    2
Amount  €1,200     2
Source  The books  2

Not known
  Object, Level, Nature, Reference, Place in the source, Remark

· Source: The books.
"""
TRACE_FR = """\
Financements : One, État, 2024, P147, accordé

Chargement : 2 · Date et heure (UTC) : NOW · Fichier : FOLDER/funding.csv
Colonne     Valeur     Ligne ou cellule
───────────────────────────────────────
Centre      One        2
Financeur   État       2
Année       2024       2
Dispositif  P147       2
Étape       accordé    2
Montant     1 200 €    2
Source      The books  2

Non connu
  Objet, Niveau, Nature, Référence, Emplacement dans la source, Remarque

· Source : The books.
"""


def spaced(text: str) -> str:
    """With plain blanks for those that hold a number or a sign together."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("lang", "whole"), [("en", LOG_EN), ("fr", LOG_FR)])
def test_what_a_load_changed(ask: Ask, lang: str, whole: str) -> None:
    assert spaced(ask(lang, "log", 3)) == spaced(whole)


@pytest.mark.parametrize(("lang", "whole"), [("en", TRACE_EN), ("fr", TRACE_FR)])
def test_where_each_value_of_a_row_comes_from(ask: Ask, lang: str, whole: str) -> None:
    assert spaced(ask(lang, "trace", "funding", "one")) == spaced(whole)


def test_what_loading_would_change(ask: Ask, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text(HEADER.replace("summary,", "") + "two,animation,2023,joint,four,1,books\n", encoding="utf-8")
    said = ask("en", "diff", file, "--as", "evaluations")
    assert said.startswith(
        "What loading would change\n\nTable: Evaluations · Action: inserted · File: FOLDER/more.csv\n"
    )
    assert "Two, animation, 2023, joint" in " ".join(said.split())
    assert "Scale: One to four, Rating: 1, Source: The" in " ".join(said.split())


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_nothing_of_the_log_is_cut(ask: Ask, lang: str, width: int) -> None:
    """A narrow terminal gets a few lines for each load, and a wide one a table."""
    said = ask(lang, "log", width=width)
    assert max(map(len, said.splitlines())) <= width
    assert "…" not in said
    for part in ("evaluations.csv", "registry.csv/ (2)", "network.csv/ (6)"):
        assert part in " ".join(said.split())
    assert ("─" in said) is (width >= 100)


def test_machines_are_told_what_they_always_were(ask: Ask) -> None:
    ran = ask("fr", "log", 3, "--format", "csv").splitlines()
    assert ran[0] == "table,key,action,column,before,after,file,place"
    assert ran[1] == "evaluations,one skills 2024 self,update,rating,2,3,FOLDER/evaluations.csv,2"
    assert ran[3] == "evaluations,one skills 2024 self,update,source,books,journal,FOLDER/evaluations.csv,2"


@pytest.mark.parametrize(
    "question",
    [
        "check",
        "check --centre labo-cites",
        "log 1 --limit 400",
        "trace perimeters labo-cites 01",
        "trace evaluations labo-cites animation 2022 joint",
        "report coverage --explain covered",
        "report funding",
        "report network",
        "profiles",
        "info",
    ],
)
def test_no_id_stands_where_there_is_a_name(demo_path: Path, tmp_path: Path, question: str) -> None:
    env = {"CRPV_DB": str(demo_path), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "CRPV_LANG": "fr"}
    ran = inside(*question.split(), env={**env, "COLUMNS": "80", "NO_COLOR": "1"}, terminal=True)
    # What is to be typed is a stable name.
    text = re.sub(r"→.*?(?=\n\S|\n    \S)", "", ran.stdout, flags=re.DOTALL)
    with closing(sqlite3.connect(demo_path)) as connection:
        rows = connection.execute(
            "select id from centres where id like '%-%' union all select id from funders"
            " union all select id from sources union all select 'skills' union all select 'complementary'"
        ).fetchall()
    ids = [id_ for (id_,) in rows if not re.search(r"[A-Z]", id_)]
    assert {id_ for id_ in ids if re.search(rf"(?<![\w/-]){re.escape(id_)}(?![\w/.-])", text)} == set()
    assert len(text) > 100


def test_what_an_event_would_change_is_shown(ask: Ask) -> None:
    """A column that is left out stands above nothing."""
    shown = ask("en", "centre", "rename", "one", "--name", "Other", "--on", "2024-01-01", "--dry-run")
    assert "Table: Centres · Action: updated" in shown
    assert "Other" in shown
    assert "File" not in shown

"""``crpv`` alone: where the registry stands, and what to do next."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from crpv_cli.commands.index import COMMANDS
from crpv_cli.errors import ExitCode
from crpv_cli.registry.queries import closed_year, today
from crpv_cli.registry.schema import SCHEMA_VERSION
from tests.inside import inside, outside

HELP = "Help: crpv --help; of one command: crpv COMMAND --help\n"


def alone(db: Path | None, home: Path, lang: str = "en", terminal: bool = False) -> CompletedProcess[str]:
    env = {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "CRPV_LANG": lang,
        "COLUMNS": "80",
    }
    return inside(env={**env, "CRPV_DB": str(db)} if db else env, terminal=terminal)


def steps(text: str) -> list[str]:
    """The commands that it names."""
    section = text.partition("What to do next\n")[2].partition("\n\n")[0]
    return [line.split("  ")[1] for line in section.splitlines() if line.startswith("  crpv ")]


def test_without_a_registry_it_says_so_and_makes_none(tmp_path: Path) -> None:
    ran = alone(None, tmp_path)
    assert (ran.returncode, ran.stderr) == (ExitCode.DONE, "")
    assert "There is no registry here yet." in ran.stdout
    assert steps(ran.stdout) == ["crpv report network", "crpv init --demo --db demo.sqlite"]
    assert ran.stdout.endswith(HELP)
    assert list(tmp_path.rglob("*.sqlite")) == []


def test_one_that_was_named_is_made_by_init_only(tmp_path: Path) -> None:
    db = tmp_path / "our registry.sqlite"
    ran = alone(db, tmp_path)
    assert steps(ran.stdout)[0] == f"crpv init --db '{db}'"
    assert not db.exists()


def test_the_bundled_data_alone_lacks_what_nobody_publishes(reference_path: Path, tmp_path: Path) -> None:
    ran = alone(reference_path, tmp_path)
    assert "Open centres  20\n" in ran.stdout
    assert "· Nothing is loaded of: Evaluations, Activity, Agreements, Governance.\n" in ran.stdout
    assert "overdue" not in ran.stdout
    assert steps(ran.stdout) == [
        f"crpv template --year {closed_year(today())} --each forms/", "crpv report network", "crpv check", "crpv list",
    ]  # fmt: skip


def test_what_is_overdue_is_said_with_the_command_that_shows_it(demo_path: Path, tmp_path: Path) -> None:
    ran = alone(demo_path, tmp_path)
    assert "fictitious" in ran.stdout
    for line in ("evaluations are overdue.", "agreements ended without a successor.", "have not reported"):
        assert line in ran.stdout
    assert "Nothing is loaded" not in ran.stdout
    assert {"crpv report evaluations", "crpv report agreements"} <= set(steps(ran.stdout))
    assert len(steps(ran.stdout)) == 4


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("data", ["reference", "demo"])
def test_it_fits_a_terminal_and_names_commands_that_there_are(
    data: str, lang: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    text = alone(request.getfixturevalue(f"{data}_path"), tmp_path, lang, terminal=True).stdout
    plain = [line for line in text.splitlines() if "sqlite" not in line]
    assert len(text.splitlines()) <= 24
    assert {line.split()[1] for line in plain if line.startswith("  crpv ")} <= COMMANDS.keys()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.write_bytes(b"no registry at all"), "is not a crpv registry"),
        (lambda path: path.write_bytes(path.read_bytes()[:200_000]), "is damaged"),
        (lambda path: _version(path, 99), "was made by a newer version of crpv"),
    ],
    ids=["another file", "damaged", "newer"],
)
def test_what_is_wrong_with_a_registry_is_said_in_a_line(
    harm: object, said: str, reference_path: Path, tmp_path: Path
) -> None:
    db = tmp_path / "crpv.sqlite"
    shutil.copy(reference_path, db)
    assert callable(harm)
    harm(db)
    before = hashlib.sha256(db.read_bytes()).hexdigest()
    ran = alone(db, tmp_path)
    assert (ran.returncode, ran.stderr) == (ExitCode.DONE, "")
    assert said in ran.stdout
    assert steps(ran.stdout)[0] == "crpv restore"
    assert hashlib.sha256(db.read_bytes()).hexdigest() == before


def test_an_earlier_registry_is_left_as_it_is(reference_path: Path, tmp_path: Path) -> None:
    db = tmp_path / "crpv.sqlite"
    shutil.copy(reference_path, db)
    _version(db, SCHEMA_VERSION - 1)
    before = hashlib.sha256(db.read_bytes()).hexdigest()
    ran = alone(db, tmp_path)
    assert "An earlier version of crpv made it" in ran.stdout
    assert hashlib.sha256(db.read_bytes()).hexdigest() == before


def test_it_is_the_result_on_standard_output(reference_path: Path, tmp_path: Path) -> None:
    env = {"CRPV_DB": str(reference_path), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "CRPV_LANG": "fr"}
    ran = outside(env=env)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith("Le registre des centres de ressources politique de la ville (CRPV)\n")
    assert "Et maintenant" in ran.stdout


def _version(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"pragma user_version = {number}")
        connection.commit()

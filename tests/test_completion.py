"""What a press of Tab gives: from the program's own table and the registry, in every shell, and never an error."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crpv_cli import completion
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from crpv_cli.registry.connection import open_writing
from crpv_cli.rules.checking import RULES

PACKAGE = Path(completion.__file__).parent
RUN = "from crpv_cli.__main__ import main; main()"


def tab(shell: str, *words: str, env: dict[str, str] | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """What a shell gets that asks what may come next; the last word is the one that is being typed."""
    asked = {
        "_CRPV_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "\n".join(("crpv", *words)),
        "COMP_CWORD": str(len(words)),
        "_TYPER_COMPLETE_ARGS": " ".join(("crpv", *words)),
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "CRPV_LANG": "en",
    }
    return subprocess.run(
        [sys.executable, "-c", RUN],
        env={**os.environ, **asked, **(env or {}), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def offered(db: Path, *words: str) -> list[str]:
    """What Bash is offered, without an error."""
    ran = tab("bash", *words, env={"CRPV_DB": str(db)})
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("",), ["list", "report", "help"]),
        (("rep",), ["report"]),
        (("report", ""), ["network", "coverage"]),
        (("centre", "me"), ["merge"]),
        (("list", ""), ["centres", "funding"]),
        (("list", "--reg"), ["--region"]),
        (("list", "v_f"), ["v_funding", "v_funding_by_centre"]),
        (("export", "v_n"), ["v_network"]),
        (("schema", "funding"), ["funding", "funding-by-centre"]),
        (("help", "v_g"), ["v_governance"]),
        (("list", "funding-by-centre", "--sort", "state_p"), ["state_p147"]),
        (("list", "funding", "--sort", "am"), ["amount"]),
        (("list", "Financements", "--sort", "am"), ["amount"]),
        (("trace", "évaluation", "oriv", "anim"), ["animation"]),
        (("template", "fund"), ["funding"]),
        (("list", "funding", "--columns", "centre,am"), ["centre,amount"]),
        (("--db", "x", "lis"), ["list"]),
        (("list", "-f", "json"), ["json", "jsonl"]),
        (("report", "coverage", "--by", ""), ["centre", "region", "department", "neighbourhood"]),
        (("report", "coverage", "--explain", "cov"), ["covered"]),
        (("check", "--rule", "co-"), ["co-funding"]),
        (("check", "--accept", "co-funding", "ori"), ["oriv"]),
        (("load", "x", "--profile", "scdl"), ["scdl-subventions"]),
        (("load", "x", "--as", "fund"), ["funders", "funding"]),
        (("load", "x", "--as", "funding", "--set", "sta"), ["stage="]),
        (("load", "x", "--as", "funding", "--set", "stage", "=", "gr"), ["granted"]),
        (("load", "x", "--as", "funding", "--set", "funder=eta"), ["funder=etat"]),
        (("load", "x", "--as", "evaluations", "--set", "scale=demo"), ["scale=demo-1-4"]),
        (("load", "x", "--as", "activities", "--set", "theme=Em"), ["theme=Emploi\\ et\\ insertion"]),
        (("show", "ori"), ["oriv"]),
        (("list", "--centre=ori"), ["--centre=oriv"]),
        (("list", "--centre", "=", "ori"), ["oriv"]),
        (("list", "--region", "Gra"), ["Grand\\ Est"]),
        (("list", "--region", "'Gra"), ["Grand Est"]),
        (("list", "--region", "Grand\\ E"), ["Grand\\ Est"]),
        (("report", "activity", "--mission", "anim"), ["animation"]),
        (("undo", ""), ["1"]),
        (("list", "--known", ""), ["1"]),
        (("list", "--department", "97"), ["971", "976"]),
        (("list", "funding", "--year", "202"), ["2023", "2024"]),
        (("trace", "funding", "ori"), ["oriv"]),
        (("trace", "funding", "oriv", "eta"), ["etat"]),
        (("trace", "funding", "oriv", "etat", "202"), ["2023"]),
        (("help", "exit"), ["exit-codes"]),
        (("help", "report", "cov"), ["coverage"]),
        (("export", "evaluation-"), ["evaluation-summaries"]),
        (("centre", "open", "x", "--source", "anct-qp"), ["anct-qp-2024"]),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_what_may_come_next_is_offered(demo_path: Path, words: tuple[str, ...], some: list[str]) -> None:
    found = offered(demo_path, *words)
    assert set(some) <= set(found)
    typed = words[-1].strip("'").replace("\\", "").casefold()
    assert all(one.replace("\\", "").casefold().startswith(typed) for one in found)


def test_what_the_program_knows_is_all_there() -> None:
    nowhere = Path("/nowhere")
    assert {*TABLES, *VIEWS} == set(offered(nowhere, "list", ""))
    assert set(TABLES) == set(offered(nowhere, "add", ""))
    assert set(RULES) == set(offered(nowhere, "check", "--rule", ""))
    assert set(offered(nowhere, "list", "evaluations", "--sort", "")) == set(TABLES["evaluations"].names)


def test_the_registry_of_the_line_is_asked(demo_path: Path, tmp_path: Path) -> None:
    assert tab("bash", "--db", str(demo_path), "show", "ori", CRPV_DB="/nowhere").stdout == "oriv\n"
    assert tab("bash", "show", "--db", str(demo_path), "ori", CRPV_DB="/nowhere").stdout == "oriv\n"
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "CRPV_DB": ""}
    assert tab("bash", "show", "", env=home).stdout == ""
    assert list(tmp_path.iterdir()) == []  # none was made
    if sys.platform == "linux":
        (tmp_path / "data" / "crpv").mkdir(parents=True)
        shutil.copy(demo_path, tmp_path / "data" / "crpv" / "crpv.sqlite")
        assert tab("bash", "show", "ori", env=home).stdout == "oriv\n"


def test_nothing_is_written_beside_a_registry(demo_path: Path, tmp_path: Path) -> None:
    db = tmp_path / "r.sqlite"
    shutil.copy(demo_path, db)
    before = db.read_bytes()
    assert offered(db, "show", "ori") == ["oriv"]
    assert ([file.name for file in tmp_path.iterdir()], db.read_bytes()) == (["r.sqlite"], before)


def test_what_others_are_loading_does_not_keep_the_shell_waiting(demo_path: Path, tmp_path: Path) -> None:
    db = tmp_path / "r.sqlite"
    shutil.copy(demo_path, db)
    with open_writing(db) as connection:
        connection.execute("begin immediate")
        connection.execute("update centres set name = name")
        began = time.monotonic()
        found = offered(db, "show", "ori")
        connection.rollback()
    assert found in (["oriv"], [])
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell", "nonsense"])
@pytest.mark.parametrize("content", [None, b"", b"no registry", b"SQLite format 3\0" + b"\xff" * 5000])
def test_whatever_fails_nothing_is_said(shell: str, content: bytes | None, tmp_path: Path) -> None:
    db = tmp_path / "r.sqlite"
    if content is not None:
        db.write_bytes(content)
    ran = tab(shell, "show", "", CRPV_DB=str(db))
    assert (ran.returncode, ran.stderr, ran.stdout.strip()) == (0, "", "_files" if shell == "zsh" else "")
    for broken in ({"COMP_CWORD": "x"}, {"COMP_CWORD": "99"}, {"COMP_WORDS": ""}, {"_TYPER_COMPLETE_ARGS": "\"'\\"}):
        ran = tab(shell, "show", "", env={"CRPV_DB": str(db), **broken})
        assert (ran.returncode, ran.stderr) == (0, ""), broken


def test_a_closed_standard_output_is_no_error(demo_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    env = {**os.environ, "_CRPV_COMPLETE": "complete_bash", "COMP_WORDS": "crpv\n", "COMP_CWORD": "1"}
    ran = subprocess.run([sys.executable, "-c", RUN], env=env, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_an_answer_imports_neither_typer_nor_a_command(demo_path: Path, tmp_path: Path) -> None:
    names = tmp_path / "names"
    program = (
        "import os, sys, json\n"
        f"os._exit = lambda code: (open({str(names)!r}, 'w').write(json.dumps(list(sys.modules))), sys.exit(code))\n"
        + RUN
    )
    for shell in ("bash", "fish"):
        env = {"_CRPV_COMPLETE": f"complete_{shell}", "COMP_WORDS": "crpv\nshow\n", "COMP_CWORD": "2"}
        env |= {"_TYPER_COMPLETE_ARGS": "crpv show ", "CRPV_DB": str(demo_path), "CRPV_LANG": "fr"}
        subprocess.run([sys.executable, "-c", program], env={**os.environ, **env}, check=True, capture_output=True)
        modules = set(json.loads(names.read_text()))
        assert "sqlite3" in modules
        assert not {name for name in modules if name.split(".")[0] in {"typer", "click", "rich", "platformdirs"}}
        ours = {name for name in modules if name.startswith("crpv_cli")}
        assert ours <= {
            "crpv_cli",
            "crpv_cli.__main__",
            "crpv_cli.interrupts",
            "crpv_cli.completion",
            "crpv_cli.language",
        }


def test_zsh_and_fish_show_what_each_is_in_the_reader_s_language(demo_path: Path) -> None:
    env = {"CRPV_DB": str(demo_path), "CRPV_LANG": "fr"}
    assert "list\tLister les centres" in tab("fish", "", env=env).stdout
    assert "cr-csur\tCentre de ressources de la cohésion sociale" in tab("fish", "show", "", env=env).stdout
    assert '"Provence-Alpes-Côte d\'\\\'\'Azur":"93"' in tab("zsh", "list", "--region", "", env=env).stdout
    assert tab("fish", "show", "", env=env, _TYPER_COMPLETE_FISH_ACTION="is-args").returncode == 0
    assert tab("fish", "load", "", env=env, _TYPER_COMPLETE_FISH_ACTION="is-args").returncode == 1  # files


# --- The shells themselves ---


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "crpv").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crpv_cli "$@"\n')
    (folder / "crpv").chmod(0o755)
    return folder


def within(shell: str, script: str, bin_folder: Path, db: Path, home: Path) -> str:
    """Run a script in a shell in which completion is installed, in a home of its own."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    from typer._completion_shared import get_completion_script

    installed = get_completion_script(prog_name="crpv", complete_var="_CRPV_COMPLETE", shell=shell)
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PYTHONPATH") if name in os.environ}
    env = {"PATH": path, "HOME": str(home), "CRPV_DB": str(db), "TERM": "xterm", "LANG": "C.UTF-8", **kept}
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    script = script.replace("INSTALLED", installed)
    ran = subprocess.run(
        [shell, *options, "-c", script], env=env, capture_output=True, encoding="utf-8", check=False, timeout=120
    )
    return ran.stdout + ran.stderr


BASH = """
INSTALLED
asked() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _crpv_completion crpv
    printf '<%s>' "${COMPREPLY[@]}"; echo; }
asked crpv show ori
asked crpv list --region Gran
asked crpv list --centre = ori
asked crpv load ""
"""
FISH = """
INSTALLED
complete -C 'crpv show ori'
complete -C 'crpv list --region Gran'
"""
ZSH = """
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; PS2=; autoload -U compinit; compinit -u -D; $INSTALLED_ZSH"
until_said() { for turn in {1..100}; do sleep 0.1; while zpty -r -t z part; do said+=$part; done
    [[ $said == *$1* ]] && return; done }
zpty -w z 'print rea""dy'
until_said ready
for line last in 'crpv show ori' oriv 'crpv list --region Gran' Est; do
    said=; zpty -w -n z $line$'\\t'; until_said $last; print -r -- $said; zpty -w -n z $'\\x15'
done
"""


def test_bash_completes(bin_folder: Path, demo_path: Path, tmp_path: Path) -> None:
    said = within("bash", BASH, bin_folder, demo_path, tmp_path)
    assert said.splitlines() == ["<oriv>", "<Grand\\ Est>", "<oriv>", "<>"]


def test_fish_completes(bin_folder: Path, demo_path: Path, tmp_path: Path) -> None:
    said = within("fish", FISH, bin_folder, demo_path, tmp_path)
    oriv, region = said.splitlines()
    assert oriv.startswith("oriv\t")
    assert region == "Grand Est\t44"


def test_zsh_completes(bin_folder: Path, demo_path: Path, tmp_path: Path) -> None:
    script = ZSH.replace("$INSTALLED_ZSH", "source $HOME/completion.zsh")
    if shutil.which("zsh"):
        from typer._completion_shared import get_completion_script

        installed = get_completion_script(prog_name="crpv", complete_var="_CRPV_COMPLETE", shell="zsh")
        (tmp_path / "completion.zsh").write_text(installed)
    said = within("zsh", script, bin_folder, demo_path, tmp_path)
    assert "show oriv" in said
    assert "Grand\\ Est" in said

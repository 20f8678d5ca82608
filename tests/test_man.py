"""The man page is one that man can read, in both languages, and tells what the help tells."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from crpv_cli.commands.topics import ENVIRONMENT, EXIT_CODES
from crpv_cli.main import the_program

PAGES = Path(__file__).resolve().parent.parent / "docs" / "man"
BOTH = [PAGES / "crpv.1", PAGES / "fr" / "crpv.1"]


@pytest.mark.parametrize("page", BOTH, ids=["en", "fr"])
@pytest.mark.parametrize(
    "linter",
    [
        ("mandoc", "-T", "lint", "-W", "error"),
        ("groff", "-man", "-k", "-T", "utf8", "-ww", "-z"),
        ("man", "--warnings=w", "--local-file"),
    ],
    ids=lambda command: command[0],
)
def test_man_reads_it_without_a_warning(linter: tuple[str, ...], page: Path) -> None:
    if shutil.which(linter[0]) is None:
        pytest.skip(f"{linter[0]} is not installed")
    env = {**os.environ, "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MANWIDTH": "80"}
    ran = subprocess.run([*linter, str(page)], env=env, capture_output=True, encoding="utf-8", check=False)
    if linter[0] == "man" and "unrecognized option" in ran.stderr:
        pytest.skip("this man does not warn")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert linter[0] != "mandoc" or ran.stdout == ""


@pytest.mark.parametrize("page", BOTH, ids=["en", "fr"])
def test_it_names_every_command_code_and_variable(page: Path) -> None:
    told = page.read_text(encoding="utf-8").replace("\\-", "-")
    root = the_program()
    assert isinstance(root, click.Group)
    names = [f"crpv {name}" for name in root.list_commands(click.Context(root))]
    assert [name for name in names if f".SS \\fB{name}\\fR" not in told] == []
    for word in (*(str(int(code)) for code in EXIT_CODES), *ENVIRONMENT, "--db", "--no-color", "--remove"):
        assert f"\\fB{word}\\fR" in told, word


def test_the_french_page_is_french() -> None:
    told = BOTH[1].read_text(encoding="utf-8")
    assert re.findall(r"^\.SH (.+)$", told, re.MULTILINE)[0] == "NOM"
    assert "Lister les centres, ou les lignes d'une table ou d'une vue." in told
    assert "Show " not in told

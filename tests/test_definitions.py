"""The examples of the page of definitions, in each language, give what it says."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inside import inside

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = {"en": DOCS / "definitions.md", "fr": DOCS / "fr" / "definitions.md"}
SECTIONS = {
    (language, title): section
    for language, page in PAGES.items()
    for title, section in re.findall(
        r"^## (.+?)\n(.+?)(?=^## |\Z)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
}


def asked(section: str) -> Iterator[tuple[str, list[str]]]:
    """Each line after a ``$`` in the blocks of a section, and the lines beneath it."""
    blocks = re.findall(r"^( *)```console\n(.+?)^\1```", section, re.MULTILINE | re.DOTALL)
    for block in (textwrap.dedent(text) for _, text in blocks):
        for command in block.removeprefix("$ ").split("\n$ "):
            line, *answer = command.rstrip("\n").split("\n")
            yield line, answer


def looked_up(answer: str, path: str) -> str:
    """What ``jq`` prints of an answer for a path such as ``.totals.covered``."""
    value = json.loads(answer)
    for name in path.strip(".").split("."):
        value = value[name]
    return json.dumps(value)


@pytest.mark.parametrize(("language", "title"), SECTIONS)
def test_the_examples_give_what_the_page_says(language: str, title: str, reference_path: Path, tmp_path: Path) -> None:
    registry = shutil.copy(reference_path, tmp_path / "registry.sqlite")
    examples = list(asked(SECTIONS[language, title]))
    assert examples, "a definition without an example"
    for line, expected in examples:
        if line.startswith("cat "):
            (tmp_path / line.removeprefix("cat ")).write_text("\n".join([*expected, ""]), encoding="utf-8")
            continue
        command, _, path = line.partition(" | jq ")
        env = {"CRPV_DB": str(registry), "CRPV_LANG": language, "HOME": str(tmp_path)}
        ran = inside(*shlex.split(command)[1:], env=env, cwd=tmp_path)
        assert ran.returncode == 0, ran.stderr
        given = (looked_up(ran.stdout, path) if path else ran.stdout).rstrip("\n").split("\n")
        if "…" in expected:
            assert [wanted for wanted in expected if wanted != "…" and wanted not in given] == []
        else:
            assert given == expected, line

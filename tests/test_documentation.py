"""The documentation says what the program does: commands, tables, JSON keys, exit codes, links."""

from __future__ import annotations

import ast
import json
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
import typer
from babel.messages.pofile import read_po

import crpv_cli
from crpv_cli.commands.new import make
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import ExitCode
from crpv_cli.main import app, run
from crpv_cli.rules.checking import RULES

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = REPOSITORY / "docs"
REFERENCE = DOCS / "reference"
FRENCH = DOCS / "fr" / "reference"
PAGES = [*(REPOSITORY / name for name in ("README.md", "README.fr.md", "CONTRIBUTING.md")), *sorted(DOCS.rglob("*.md"))]

# What the commands quoted in formats.md are run on.
FILES = {
    "sound.csv": "id,title\nnew-source,A source\nanother,Another one\n",
    "sources.csv": "id,title\nanct-subventions,Another title\n",
    "faulty.csv": "id,title\nNot an id,A source\n",
    "neighbourhoods.csv": "code,name,geography,department\nQN00101A,A neighbourhood,2024,01\n",
    "campaigns.csv": "year,centre,asked,due_on\n2024,oriv,budgets,2025-03-31\n",
}
LOADED = ("neighbourhoods.csv", "campaigns.csv")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


# --- The generated pages ---


def test_the_generated_pages_are_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / ".ci" / "reference.py"), "check"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def tree(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    yield context.command_path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from tree(found, click.Context(found, context, name))


def commands() -> dict[str, click.Command]:
    root = typer.main.get_command(app)
    return dict(tree(root, click.Context(root, info_name="crpv")))


@pytest.mark.parametrize("reference", [REFERENCE, FRENCH], ids=["en", "fr"])
@pytest.mark.parametrize("path", sorted(commands()))
def test_every_command_and_option_is_documented(path: str, reference: Path) -> None:
    section = re.search(rf"^## {path}\n(.*?)(?=^## |\Z)", text(reference / "commands.md"), re.MULTILINE | re.DOTALL)
    assert section, f"commands.md has no section {path}"
    for parameter in commands()[path].params:
        if getattr(parameter, "hidden", False):
            continue  # what may stand before a command is told there
        for name in [*parameter.opts, *parameter.secondary_opts] if isinstance(parameter, click.Option) else []:
            assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", section[1]), name


@pytest.mark.parametrize("reference", [REFERENCE, FRENCH], ids=["en", "fr"])
@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_column_is_documented(name: str, reference: Path) -> None:
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text(reference / "tables.md"), re.MULTILINE | re.DOTALL)
    assert section, f"tables.md has no section {name}"
    documented = re.findall(r"^\| `(\w+)` \|", section[1], re.MULTILINE)
    assert documented == list(TABLES[name].names)


# --- JSON: formats.md marks each list of keys with the commands that give them ---


def documented_keys() -> Iterator[tuple[str, list[str]]]:
    """Each ``<!-- json: COMMAND @ PATH -->`` with the keys of the table below it."""
    marks: list[str] = []
    keys: list[str] = []
    for line in [*text(REFERENCE / "formats.md").splitlines(), "# end"]:
        if key := re.match(r"\| `(\w+)` \|", line):
            keys.append(key[1])
        elif line.strip() and not line.startswith("|") and keys:
            yield from ((mark, keys) for mark in marks)
            marks, keys = [], []
        if found := re.fullmatch(r"<!-- json: (.+) -->", line):
            marks.append(found[1])


DOCUMENTED = dict(documented_keys())


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documentation")
    make(folder / "demo.sqlite", demo=True, empty=False)
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        run(["load", *(str(folder / name) for name in LOADED), "--db", str(folder / "demo.sqlite")])
    assert ended.value.code == ExitCode.DONE
    with pytest.raises(SystemExit):
        run(["close", "2023", "--db", str(folder / "demo.sqlite")])
    with pytest.raises(SystemExit):
        run(["backup", "--db", str(folder / "demo.sqlite")])
    make(folder / "other.sqlite", demo=False, empty=False)
    with pytest.raises(SystemExit):
        run(["load", str(folder / "sources.csv"), "--db", str(folder / "other.sqlite")])
    with closing(sqlite3.connect(folder / "demo.sqlite")) as connection:
        connection.execute("create view own as select 1")
    return folder / "demo.sqlite"


def answer(command: str, registry: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(registry.parent)
    monkeypatch.setenv("CRPV_DB", str(registry))
    with pytest.raises(SystemExit) as ended:
        run([*shlex.split(command), "--format", "json"])
    printed = capsys.readouterr()
    assert ended.value.code in {ExitCode.DONE, ExitCode.ANOMALIES}, printed.err
    return json.loads(printed.out)


def objects_at(value: object, path: str) -> list[dict[str, object]]:
    for name in path.split(".") if path else []:
        if isinstance(value, list):  # rows.series: what every row has of it
            value = [item for row in value for item in row[name]]
            continue
        assert isinstance(value, dict)
        value = value[name]
    if isinstance(value, dict):
        return [value]
    assert isinstance(value, list) and value, "nothing to compare with"
    return value


@pytest.mark.parametrize("mark", DOCUMENTED)
def test_json_has_the_documented_keys(
    mark: str, registry: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, _, path = (part.strip() for part in mark.partition("@"))
    for record in objects_at(answer(command, registry, capsys, monkeypatch), path):
        assert list(record) == DOCUMENTED[mark]


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"centres"}))
def test_json_of_a_table_has_its_columns(
    name: str, registry: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = answer(f"list {name}", registry, capsys, monkeypatch)
    assert isinstance(rows, list)
    for row in rows:
        assert list(row) == [column.name for column in TABLES[name].columns if not column.personal]


def test_the_json_of_every_command_is_documented() -> None:
    giving = {
        path.removeprefix("crpv ")
        for path, command in commands().items()
        if any("--format" in parameter.opts for parameter in command.params)
    }
    own = {"query"}  # its keys are those that somebody asks for
    generated = {f"report {name}" for name in re.findall("^## (.+)", text(REFERENCE / "reports.md"), re.MULTILINE)}
    documented = generated | {
        command for command in giving if any(f"{mark} ".startswith(f"{command} ") for mark in DOCUMENTED)
    }
    assert giving - own - documented == set()


def documented_notes() -> dict[str, list[str]]:
    section = text(REFERENCE / "formats.md").partition("<!-- notes -->")[2].strip().partition("\n\n")[0]
    rows = [cells(line) for line in section.splitlines()[2:]]
    return {row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in rows}


@pytest.mark.parametrize("command", dict.fromkeys(mark.partition(" @")[0] for mark in DOCUMENTED))
def test_notes_are_documented(
    command: str, registry: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = answer(command, registry, capsys, monkeypatch)
    for note in found["notes"] if isinstance(found, dict) else []:
        assert list(note) == ["code", "audience", "text", *documented_notes()[note["code"]]]


def test_every_note_of_the_source_is_documented_and_no_other() -> None:
    words: set[str] = set()
    codes: set[str] = set()
    for path in Path(crpv_cli.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(text(path))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Note":
                codes.update(a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str))
    assert codes <= set(documented_notes()) <= words


# --- Formats, exit codes, environment, links ---


def test_every_format_is_documented() -> None:
    from crpv_cli.output.formats import Format

    rows = [cells(line) for line in text(REFERENCE / "formats.md").splitlines() if line.startswith("| `")]
    formats = {row[0].strip("`"): re.findall(r"`(\.\w+)`", row[1]) for row in rows if len(row) == 4}
    assert set(formats) == {choice.value for choice in Format}


def test_every_rule_is_documented() -> None:
    assert re.findall(r"^\| `([\w-]+)` \|", text(REFERENCE / "rules.md"), re.MULTILINE) == list(RULES)


@pytest.mark.parametrize("reference", [REFERENCE, FRENCH], ids=["en", "fr"])
def test_every_exit_code_is_documented(reference: Path) -> None:
    rows = [cells(line) for line in text(reference / "exit-codes.md").splitlines() if re.match(r"\| \d", line)]
    assert {(int(row[0]), row[1]) for row in rows} == {(code.value, code.name.lower()) for code in ExitCode}


@pytest.mark.parametrize("reference", [REFERENCE, FRENCH], ids=["en", "fr"])
def test_every_variable_is_documented(reference: Path) -> None:
    read = {
        name
        for path in Path(crpv_cli.__file__).parent.rglob("*.py")
        for name in re.findall(r"""environ(?:\.get\(|\[)["'](\w+)["']""", text(path))
    }
    # A shell and its completion script set these for each other.
    read = {name for name in read if not re.match(r"COMP_|_TYPER_|_CRPV_", name)}
    assert read
    assert {name for name in read if f"`{name}`" not in text(reference / "environment.md")} == set()


def anchors(page: Path) -> set[str]:
    without_code = re.sub(r"^```.*?^```", "", text(page), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_relative_links_resolve(page: Path) -> None:
    without_code = re.sub(r"^```.*?^```|`[^`\n]*`", "", text(page), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (fragment and fragment not in anchors(linked)):
            broken.append(target)
    assert broken == []


def test_both_readmes_answer_the_same_questions_with_the_same_commands_in_the_same_order() -> None:
    english, french = (re.findall(r"^\|[^|`]+\| `crpv ([\w-]+)", text(page), re.MULTILINE) for page in PAGES[:2])
    assert english == french
    assert len(english) >= 29


def said(page: str, french: bool) -> list[tuple[str, set[str]]]:
    """Each message that a page quotes, with the sentences of the catalogue that it may be (their English)."""
    with (Path(crpv_cli.__file__).parent / "locale/fr/LC_MESSAGES/crpv.po").open("rb") as file:
        catalogue = read_po(file)
    patterns: list[tuple[str, re.Pattern[str]]] = []
    for message in catalogue:
        forms = message.string if french else message.id
        for form in [forms] if isinstance(forms, str) else forms or ():
            parts = re.split(r"\{\w+\}", form)
            if len(re.findall(r"\w", "".join(parts))) >= 10:  # what is more than punctuation around values
                name = message.id if isinstance(message.id, str) else message.id[0]
                patterns.append((name, re.compile("(?:.*?: )?" + ".+?".join(map(re.escape, map(spaced, parts))))))
    quoted = re.findall(r"^```text\n(.+?)^```", text(DOCS / page), re.MULTILINE | re.DOTALL)
    lines = [spaced(line).strip() for block in quoted for line in block.splitlines()]
    return [(line, {name for name, pattern in patterns if pattern.fullmatch(line)}) for line in lines]


def spaced(words: str) -> str:
    return re.sub(r"\s", " ", words)


def test_the_messages_that_people_run_into_are_those_of_the_program_and_the_same_in_both_languages() -> None:
    english, french = said("faq.md", french=False), said("fr/faq.md", french=True)
    assert [line for line, found in english + french if not found] == []
    assert len(english) == len(french) >= 25
    assert [(one[0], other[0]) for one, other in zip(english, french, strict=True) if not one[1] & other[1]] == []


PACKAGE = Path(crpv_cli.__file__).parent
# Where a path on a page may begin.
ROOTS = (REPOSITORY, PACKAGE, PACKAGE / "registry" / "queries")


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_path_and_name_of_the_code_is_there(page: str) -> None:
    prose = re.sub(r"^```.*?^```", "", text(REPOSITORY / page), flags=re.M | re.S)
    named = set(re.findall(r"(?<!In the new file )`([^`\n]+)`", prose))  # a recipe makes that one
    paths = {name for name in named if re.fullmatch(r"[\w./-]+/[\w./-]*|[\w-]+\.(py|toml|txt|md)", name)}
    missing = {path for path in paths if not any((root / path).exists() for root in ROOTS)}
    files = [*PACKAGE.rglob("*.py"), *(REPOSITORY / ".ci").glob("*.py")]
    written = " ".join([*map(str, files), *map(text, files)])
    words = set(re.findall(r"\w+", written))
    names = {name for name in named - paths if re.fullmatch(r"[A-Za-z]\w*(\.\w+)?", name)}
    assert paths
    assert names
    assert missing | {name for name in names if not words.issuperset(name.split("."))} == set()


@pytest.mark.parametrize("name", ["run", "test"])
def test_the_readme_has_the_command_that_ci_runs(name: str) -> None:
    blocks = [
        re.findall(rf"^<!-- command: {name} -->\n+```sh\n(.+?)^```", text(page), re.MULTILINE | re.DOTALL)
        for page in PAGES[:2]
    ]
    assert [len(found) for found in blocks] == [1, 1]
    assert blocks[0] == blocks[1]

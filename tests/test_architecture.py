"""The rooms of the house: imports go one way, and only one folder prints."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import crpv_cli

PACKAGE = Path(crpv_cli.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# What each room may import besides itself, the words it shares with all (language, errors, result, spelling,
# definitions) and libraries.
SHARED = {"language", "errors", "result", "spelling", "definitions", "bundled", "__init__"}
MAY_IMPORT = {
    "definitions": {"language", "errors", "spelling"},
    "intake": {"registry"},
    "registry": set(),
    "reports": {"registry"},
    "rules": {"reports", "registry"},
    "output": {"registry"},
    "commands": {"intake", "registry", "reports", "rules", "output", "options"},
}


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "crpv_cli" and len(parts) > 1:
                rooms.add(parts[1])
    return rooms


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    its_room = room(path)
    if its_room not in MAY_IMPORT:
        return  # the files at the top: each shared word imports at most other shared words
    allowed = MAY_IMPORT[its_room] | {its_room, "__version__"} | (SHARED if its_room != "definitions" else set())
    assert imported_rooms(path) <= allowed


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "output").glob("*/*.py")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_no_wing_of_output_knows_another(path: Path) -> None:
    imported = {
        name.split(".")[2]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in [f"{node.module}.{alias.name}" for alias in node.names]
        if name.startswith("crpv_cli.output.")
    }
    assert imported <= {path.parent.name, "shelf"}


def test_only_one_file_writes_to_the_streams() -> None:
    writing = {
        path.name
        for path in (PACKAGE / "output").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr"})
    }
    assert writing == {"streams.py"}


@pytest.mark.parametrize("name", sorted(SHARED - {"__init__", "definitions"}))
def test_shared_words_know_no_room(name: str) -> None:
    assert imported_rooms(PACKAGE / f"{name}.py") <= SHARED


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_output_prints(path: Path) -> None:
    if room(path) in {"output", "main"}:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"line {node.lineno}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "commands").glob("*.py")), ids=lambda path: path.name)
def test_commands_hold_no_sql(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"execute", "executemany", "executescript"}, f"line {node.lineno}"


def test_every_public_function_says_what_it_does() -> None:
    """A rule says it in its decorator, for people to read."""
    silent = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"
        for path in FILES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not any(ast.unparse(decorator).startswith("rule(") for decorator in node.decorator_list)
    ]
    assert silent == []

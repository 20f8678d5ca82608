"""The rooms of the house: imports go one way, and only one folder prints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import crpv_cli

PACKAGE = Path(crpv_cli.__file__).parent
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}

# What each room may import besides itself, the words it shares with all (language, errors, result, spelling,
# definitions) and libraries.
SHARED = {
    "language", "errors", "interrupts", "publishing", "result", "spelling", "definitions", "bundled", "__init__"
}  # fmt: skip
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


def imported(path: Path) -> Iterator[list[str]]:
    """What a file imports from the package, wherever in it, as the parts of dotted names."""
    for node in ast.walk(TREES[path]):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".") for name in names if name.startswith("crpv_cli."))


def imported_rooms(path: Path) -> set[str]:
    return {parts[1] for parts in imported(path)}


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """The functions and methods that a file calls, each with its place."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else f".{node.func.attr}"
            yield name, f"{path.relative_to(PACKAGE)}:{node.lineno} {name}"


def test_imports_go_one_way() -> None:
    wrong = {}
    for path in TREES:
        its_room = room(path)
        if its_room not in MAY_IMPORT:
            continue  # the files at the top: each shared word imports at most other shared words
        allowed = MAY_IMPORT[its_room] | {its_room, "__version__"} | (SHARED if its_room != "definitions" else set())
        wrong[path] = imported_rooms(path) - allowed
    assert {room(path) for path in wrong} == MAY_IMPORT.keys()
    assert {path: rooms for path, rooms in wrong.items() if rooms} == {}


def test_no_wing_of_output_knows_another() -> None:
    wings = [path for path in TREES if path.parent.parent == PACKAGE / "output"]
    assert len({path.parent for path in wings}) >= 4
    assert {
        (path.relative_to(PACKAGE), parts[2])
        for path in wings
        for parts in imported(path)
        if parts[1] == "output" and parts[2] not in {path.parent.name, "shelf"}
    } == set()


def test_only_one_file_writes_to_the_streams() -> None:
    writing = {
        path.name
        for path, tree in TREES.items()
        if room(path) == "output"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr"})
    }
    assert writing == {"streams.py"}


def test_shared_words_know_no_room() -> None:
    words = SHARED - {"__init__", "definitions"}
    assert {name: rooms for name in words if (rooms := imported_rooms(PACKAGE / f"{name}.py") - SHARED)} == {}


def test_only_output_prints() -> None:
    silent = [path for path in TREES if room(path) not in {"output", "main"}]
    assert [place for path in silent for name, place in calls(path) if name == "print"] == []


def test_commands_hold_no_sql() -> None:
    found = [call for path in TREES if room(path) == "commands" for call in calls(path)]
    assert found
    assert [place for name, place in found if name in {".execute", ".executemany", ".executescript"}] == []


def test_every_public_function_says_what_it_does() -> None:
    """A rule says it in its decorator, for people to read."""
    silent = [
        f"{path.relative_to(PACKAGE)}:{node.lineno} {node.name}"
        for path, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not any(ast.unparse(decorator).startswith("rule(") for decorator in node.decorator_list)
    ]
    assert silent == []

"""What the wheel holds: everything that crpv reads when it runs, and one version."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from email.parser import HeaderParser
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import crpv_cli

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "crpv_cli"
LOCKED = re.compile(r"^([a-z0-9-]+)==([0-9][\w.]*)(?: ; [\w.]+ [^\n]+)?$", re.MULTILINE)


def importable(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    if importable("hatchling"):
        command = ["hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    elif importable("build"):
        command = ["build", "--wheel", "--outdir", str(folder), str(REPOSITORY)]
    else:
        pytest.skip("neither hatchling nor build is installed (pip install -e '.[dev]')")
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_all_that_crpv_reads(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
        metadata = HeaderParser().parsestr(archive.read(_one(held, ".dist-info/METADATA")).decode())
        scripts = archive.read(_one(held, ".dist-info/entry_points.txt")).decode()

    files = [path for path in (REPOSITORY / "data").rglob("*") if path.suffix in {".csv", ".md"}]
    data = {f"crpv_cli/data/{path.relative_to(REPOSITORY / 'data').as_posix()}" for path in files}
    assert any(name.startswith("crpv_cli/data/reference/") and name.endswith(".csv") for name in data)
    assert any(name.startswith("crpv_cli/data/demo/") and name.endswith(".csv") for name in data)
    assert data - held == set()

    package = {
        path.relative_to(REPOSITORY).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert any(name.endswith(".sql") for name in package)
    assert "crpv_cli/py.typed" in package
    assert "crpv_cli/locale/fr/LC_MESSAGES/crpv.mo" in package
    assert package - held == set()

    shared = {name.partition(".data/data/")[2]: name for name in held if ".data/data/" in name}
    assert shared.keys() == {"share/man/man1/crpv.1", "share/man/fr/man1/crpv.1"}
    held -= set(shared.values())
    foreign = {name for name in held if not name.startswith("crpv_cli/") and ".dist-info/" not in name}
    assert foreign == set(), "only the package belongs in site-packages"
    assert metadata["Version"] == crpv_cli.__version__
    assert "crpv = crpv_cli.__main__:main" in scripts
    licences = {name for name in held if ".dist-info/licenses/" in name}
    assert {name.partition("/licenses/")[2] for name in licences} >= {"LICENSE", "data/LICENSE"}


def _one(names: set[str], end: str) -> str:
    (name,) = (name for name in names if name.endswith(end))
    return name


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "crpv_cli/__init__.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", crpv_cli.__version__)
    holders = {
        path.relative_to(REPOSITORY).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == crpv_cli.__version__
    }
    assert holders == {"crpv_cli/__init__.py"}


def test_every_upper_bound_of_a_dependency_has_its_reason() -> None:
    lines = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    start = lines.index("dependencies = [")
    listed = lines[start + 1 : lines.index("]", start)]
    for before, line in zip(["", *listed], listed, strict=False):
        if "<" in line and not line.strip().startswith("#"):
            assert before.strip().startswith("#"), line


def test_what_is_imported_is_declared() -> None:
    """Every library that the package imports is a runtime dependency, not one that a tool happened to bring."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [*project["dependencies"], *_extras_for_users(project["optional-dependencies"])]
    declared = {re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("-", "_") for requirement in required}
    provided = importlib.metadata.packages_distributions()
    imported = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    # pydantic and its core are one library in two distributions, each bound to one version of the other.
    libraries = imported - set(sys.stdlib_module_names) - {"crpv_cli", "pydantic_core"}
    owners = {name: {owner.lower().replace("-", "_") for owner in provided.get(name, [name])} for name in libraries}
    assert {name for name, owner in owners.items() if not owner & declared} == set()


def test_every_dependency_has_a_floor_and_is_locked_within_its_range() -> None:
    """The commands of the README install what ``constraints.txt`` holds; a change of pyproject.toml may outdate it."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [project["dependencies"], *project["optional-dependencies"].values()]
    asked = {Requirement(line) for line in chain(*listed) if not line.startswith("crpv[")}
    assert {str(requirement) for requirement in asked if ">=" not in str(requirement.specifier)} == set()
    locked = dict(LOCKED.findall((REPOSITORY / "constraints.txt").read_text(encoding="utf-8")))
    versions = {requirement: locked.get(canonicalize_name(requirement.name)) for requirement in asked}
    outside = {str(each): held for each, held in versions.items() if held is None or held not in each.specifier}
    assert outside == {}, "write constraints.txt anew: .ci/lock"


def test_the_lock_holds_versions_and_nothing_else() -> None:
    """No address, no option, and not pip, which should not replace itself while it installs."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not LOCKED.fullmatch(line)] == []
    assert not any("://" in line or line.startswith("pip==") for line in lines)


def test_the_commands_of_the_readme_take_the_locked_versions() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^<!-- command: \w+ -->\n```sh\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    assert len(commands) == 2
    assert [command for command in commands if "/pip install -q -c constraints.txt -e " not in command] == []


def _extras_for_users(extras: dict[str, list[str]]) -> list[str]:
    return [requirement for name, listed in extras.items() if name not in {"test", "dev"} for requirement in listed]

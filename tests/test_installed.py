"""What is said where a library is missing: the command that installs crpv again, as it was installed here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crpv_cli import installed

GONE = ModuleNotFoundError("No module named 'jinja2.ext'", name="jinja2.ext")


class _Known:
    """The metadata of an installed crpv."""

    def __init__(self, **files: str) -> None:
        self.files = {name.replace("_json", ".json"): text for name, text in files.items()}

    def read_text(self, name: str) -> str | None:
        return self.files.get(name)


def _advice(monkeypatch: pytest.MonkeyPatch, prefix: Path, **files: str) -> str:
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "executable", "/env/bin/python")
    monkeypatch.setattr(installed, "distribution", lambda _name: _Known(**files))
    problem = installed.missing(GONE)
    assert problem is not None
    assert problem.advice is not None
    return problem.advice.text("en").partition(": ")[2]


def _from(folder: Path, **more: Any) -> str:
    return json.dumps({"url": folder.as_uri(), **more})


@pytest.mark.skipif(sys.platform == "win32", reason="paths are written as a shell of Unix reads them")
def test_the_advice_is_that_of_the_tool_that_installed_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()

    def said(**files: str) -> str:
        return _advice(monkeypatch, tmp_path, **files)

    assert said(direct_url_json=_from(folder)) == f"/env/bin/python -m pip install '{folder}'"
    editable = _from(folder, dir_info={"editable": True})
    assert said(direct_url_json=editable) == f"/env/bin/python -m pip install -e '{folder}'"
    assert said(direct_url_json=editable, INSTALLER="uv\n") == (
        f"uv pip install --python /env/bin/python -e '{folder}'"
    )
    vcs = json.dumps({"url": "https://example.org/crpv", "vcs_info": {"vcs": "git"}})
    assert said(direct_url_json=vcs) == "/env/bin/python -m pip install git+https://example.org/crpv"
    folder.rmdir()
    assert said(direct_url_json=_from(folder)) == "/env/bin/python -m pip install FOLDER"
    (tmp_path / "uv-receipt.toml").touch()
    assert said() == "uv tool upgrade --reinstall crpv"
    (tmp_path / "pipx_metadata.json").touch()
    assert said() == "pipx reinstall crpv"
    assert _advice(monkeypatch, tmp_path / "archive-v0" / "x", direct_url_json=_from(tmp_path)) == (
        f"uvx --refresh --from {tmp_path} crpv"
    )


def test_a_module_of_python_or_of_crpv_itself_is_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed.missing(ModuleNotFoundError("…", name="crpv_cli.reports.nothing")) is None
    assert installed.missing(ImportError("cannot import name")) is None
    problem = installed.missing(ModuleNotFoundError("…", name="_sqlite3"))
    assert problem is not None
    assert "_sqlite3" in problem.message.text("en")
    wrapped = ImportError("…")
    wrapped.__cause__ = GONE
    assert installed.missing(wrapped) is not None


def test_a_command_says_it_in_two_lines_and_ends_with_3(tmp_path: Path) -> None:
    """Whatever library is missing, in the environment as it is."""
    code = (
        "import sys\n"
        "sys.modules['jinja2'] = None\n"
        "from crpv_cli.main import run\n"
        f"run(['report', 'coverage', '--db', {str(tmp_path / 'new.sqlite')!r}, '-o', {str(tmp_path / 'p.html')!r}])\n"
    )
    made = subprocess.run(
        [sys.executable, "-m", "crpv_cli", "init", "--db", str(tmp_path / "new.sqlite")],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert ended.returncode == 3
    said = ended.stderr.splitlines()
    assert said[0] == "Error: crpv is not installed whole: “jinja2” is missing."
    assert "install" in said[1]
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "p.html").exists()

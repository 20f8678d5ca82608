"""The command, asked in this process (``inside``: no Python is started for each question) or in one of its own."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from subprocess import run as run_process
from unittest.mock import patch

import pytest

from crpv_cli import language


class _Stream(io.TextIOWrapper):
    """A stream whose bytes stay here; as a terminal, if asked."""

    def __init__(self, content: bytes = b"", encoding: str = "utf-8", terminal: bool = False) -> None:
        super().__init__(io.BytesIO(content), encoding=encoding, newline="")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        self.flush()
        written = self.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode()


def as_in(env: Mapping[str, str]) -> dict[str, str]:
    """An environment that holds nothing else than what a process needs to start."""
    kept = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, **env}


def outside(
    *arguments: object, env: Mapping[str, str], cwd: Path | None = None, stdin: bytes = b""
) -> CompletedProcess[str]:
    """Run ``crpv`` as users do: as a process, with an environment that holds nothing else."""
    ran = run_process(
        [sys.executable, "-m", "crpv_cli", *map(str, arguments)],
        capture_output=True,
        check=False,
        cwd=cwd,
        input=stdin,
        env=as_in(env),
    )
    return CompletedProcess([], ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def inside(
    *arguments: object,
    env: Mapping[str, str],
    cwd: Path | None = None,
    stdin: bytes = b"",
    terminal: bool = False,
) -> CompletedProcess[str]:
    """Run ``crpv`` with this environment and no other, on a terminal or not."""
    from crpv_cli.main import run

    out = _Stream(encoding=env.get("PYTHONIOENCODING", "utf-8"), terminal=terminal)
    err, given, before = _Stream(), _Stream(stdin), language.current()
    with (
        patch.dict(os.environ, as_in(env), clear=True),
        chdir(cwd or Path.cwd()),
        pytest.raises(SystemExit) as end,
    ):
        language.activate()
        try:
            with patch.object(sys, "stdin", given), redirect_stdout(out), redirect_stderr(err):
                run([str(argument) for argument in arguments])
        finally:
            language.activate(before)
    code = end.value.code
    assert isinstance(code, int)
    return CompletedProcess([], code, out.text(), err.text())


if __name__ == "__main__":
    # Click and Typer translate some words while they are imported: for a process that speaks French from its start.
    language.activate()
    for line in sys.stdin:
        question = json.loads(line)
        ran = inside(*question["arguments"], env=question["env"], cwd=Path(question["cwd"]))
        sys.stdout.write(json.dumps([ran.returncode, ran.stdout, ran.stderr]) + "\n")
        sys.stdout.flush()

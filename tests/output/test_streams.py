"""Files are written whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from crpv_cli.errors import FileProblem
from crpv_cli.output import streams
from crpv_cli.output.streams import write_file


def test_a_file_that_is_there_is_not_touched_without_force(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    write_file(b"one", target, force=False)
    with pytest.raises(FileProblem):
        write_file(b"two", target, force=False)
    assert target.read_bytes() == b"one"
    write_file(b"two", target, force=True)
    assert target.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [target]


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    write_file(b"", tmp_path / "made", force=False)
    assert (tmp_path / "made").stat().st_mode == usual.stat().st_mode


def test_a_folder_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "missing" / "a.csv"):
        with pytest.raises(FileProblem) as caught:
            write_file(b"x", target, force=True)
        assert caught.value.advice is not None


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_appears_after_a_second_and_shows_the_bytes_of_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("sys.stderr", terminal := _Terminal())
    now = 5.0
    monkeypatch.setattr(streams, "time", SimpleNamespace(monotonic=lambda: now))
    with streams.progress(100) as bar:
        assert bar is not None
        now += streams.PATIENCE_SECONDS / 2
        bar("one.csv", 10)
        assert terminal.getvalue() == ""
        now += streams.PATIENCE_SECONDS / 2
        bar("one.csv", 40)
        bar("two.csv", 50)
    assert "Reading" in terminal.getvalue()
    assert "90/100 bytes" in terminal.getvalue()

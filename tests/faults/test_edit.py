"""``crpv edit`` beside other processes: what they load while the editor is open, and what becomes of an edit cut off.

Two processes through the installed command: the editor is a script that lets another ``crpv`` load before it leaves
what was typed.
"""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.commands.conftest import add_tables, as_csv, crpv, network_path, records, rows_of, state_of

__all__ = ["network_path"]

PERIMETERS = """
    centre,department,valid_from,confidence,source,note
    one,01,2010-01-01,high,books,
    one,02,,low,journal,
    two,971,2012-05-01,medium,books,
    """
NAMES = ("centre", "department", "valid_from", "valid_to", "confidence", "source", "note")
FIRST, SECOND, THIRD = ("one", "01"), ("one", "02"), ("two", "971")
CRPV = (sys.executable, "-m", "crpv_cli")
Rows = list[dict[str, str]]


@dataclass
class World:
    """A registry, a user with a home of their own, and what happens while the editor is open."""

    folder: Path
    db: Path
    meanwhile: list[list[str]] = field(default_factory=list)

    @property
    def edits(self) -> Path:
        return self.folder / "data" / "crpv" / "edits"

    def environment(self, editor: str = "") -> dict[str, str]:
        home = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data"), "CRPV_LANG": "en"}
        return {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "LOGNAME": "marie", "EDITOR": editor, **home}

    def crpv(self, *arguments: str, editor: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CRPV, *arguments, "--db", str(self.db)],
            capture_output=True, text=True, env=self.environment(editor), check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def rows(self) -> Rows:
        return rows_of(self.db, "perimeters")

    def note(self, key: tuple[str, str]) -> str:
        (row,) = (row for row in self.rows() if (row["centre"], row["department"]) == key)
        return row["note"]

    def others_load(self, *rows: dict[str, str]) -> None:
        """Rows that others load while the editor is open, with the columns that they name."""
        file = self.folder / f"others.{len(self.meanwhile)}.csv"
        file.write_text(as_csv(list(rows), list(rows[0])), encoding="utf-8")
        self.meanwhile.append(["load", str(file), "--as", "perimeters"])

    def others_remove(self, key: tuple[str, str]) -> None:
        script = f"sed -i /^{key[0]},{key[1]},/d"
        self.meanwhile.append([f"EDITOR={shlex.quote(script)}", "edit", "perimeters", "--yes", "--remove"])

    def edit(self, left: Rows, *options: str) -> subprocess.CompletedProcess[str]:
        """Edit the perimeters; while the editor is open, the others do what they do."""
        text = self.folder / "left.csv"
        text.write_text(as_csv(left, NAMES), encoding="utf-8")
        lines = ["set -e"]
        for words in self.meanwhile:
            before = [words.pop(0)] if words[0].startswith("EDITOR=") else []
            command = shlex.join([*CRPV, *words, "--db", str(self.db)])
            lines.append(f"{' '.join(before)} {command} > {shlex.quote(str(self.folder / 'others.txt'))} 2>&1")
        lines.append(f'cp {shlex.quote(str(text))} "$1"')
        return self.crpv("edit", "perimeters", *options, editor=self.script("\n".join(lines)))

    def script(self, text: str) -> str:
        file = self.folder / "editor.sh"
        file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        file.chmod(0o755)
        return str(file)

    def kept(self) -> list[Path]:
        return sorted(self.edits.rglob("*"))


@pytest.fixture
def world(network_path: Path, tmp_path: Path) -> World:
    made = World(tmp_path, tmp_path / "registry.sqlite")
    made.db.write_bytes(network_path.read_bytes())
    add_tables(made.db, perimeters=PERIMETERS)
    return made


def row(key: tuple[str, str], **values: str) -> dict[str, str]:
    """Some columns of one of the three rows."""
    begins = {FIRST: "2010-01-01", SECOND: "", THIRD: "2012-05-01"}.get(key, "")
    return {"centre": key[0], "department": key[1], "valid_from": begins, **values}


def refused(world: World, ran: subprocess.CompletedProcess[str], *said: str) -> None:
    """Nothing was loaded by the edit, everything is said, and the text is kept where it says."""
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False), ran.stderr
    for words in said:
        assert words in ran.stderr
    edits = [load for load in records(crpv("log", "--db", world.db, "-f", "csv").out) if "edit" in load["command"]]
    assert len(edits) == sum("edit" in words for words in world.meanwhile)
    folder, file = world.kept()
    assert str(file) in ran.stderr
    assert file.read_bytes() == (world.folder / "left.csv").read_bytes()
    assert (folder.stat().st_mode & 0o777, file.name) == (0o700, "perimeters.csv")


def test_rows_that_were_not_changed_keep_what_others_loaded(world: World) -> None:
    left = world.rows()
    left[0]["note"] = "mine"
    world.others_load(row(SECOND, note="theirs"))
    ran = world.edit(left, "--yes")
    assert ran.returncode == 0, ran.stderr
    assert [world.note(key) for key in (FIRST, SECOND, THIRD)] == ["mine", "theirs", ""]
    assert world.kept() == []


def test_other_cells_of_one_row_both_stand(world: World) -> None:
    left = world.rows()
    left[0]["note"] = "mine"
    world.others_load(row(FIRST, confidence="low"))
    assert world.edit(left, "--yes").returncode == 0
    assert (world.rows()[0]["confidence"], world.note(FIRST)) == ("low", "mine")


def test_the_same_change_is_no_conflict(world: World) -> None:
    left = world.rows()
    left[0]["note"] = "ours"
    world.others_load(row(FIRST, note="ours"))
    ran = world.edit(left, "--yes")
    assert (ran.returncode, ran.stderr) == (0, "Nothing was changed.\n")
    assert (world.note(FIRST), world.kept()) == ("ours", [])


@pytest.mark.parametrize(("theirs", "said"), [("theirs", "it is now “theirs”"), ("", "it is now empty")])
def test_a_cell_that_both_changed_is_a_conflict(world: World, theirs: str, said: str) -> None:
    add_tables(world.db, perimeters="centre,department,valid_from,note\none,02,,noted\n")
    left = world.rows()
    left[0]["note"] = left[1]["note"] = "mine"
    world.others_load(row(SECOND, note=theirs))
    refused(world, world.edit(left, "--yes"), "perimeters.csv:3: note: Changed meanwhile by load 4 (marie)", said)
    assert [world.note(key) for key in (FIRST, SECOND)] == ["", theirs]


def test_a_row_that_i_removed_and_others_changed_is_a_conflict(world: World) -> None:
    left = world.rows()
    del left[1]
    world.others_load(row(SECOND, note="theirs"))
    ran = world.edit(left, "--yes", "--remove")
    refused(world, ran, "The row one 02 is to be removed, and was changed meanwhile by load 3 (marie).")
    assert world.note(SECOND) == "theirs"


def test_a_row_that_others_removed_and_i_changed_is_a_conflict(world: World) -> None:
    left = world.rows()
    left[1]["note"] = "mine"
    world.others_remove(SECOND)
    ran = world.edit(left, "--yes")
    refused(world, ran, "perimeters.csv:3: This row was removed meanwhile by load 3 (marie).")
    assert len(world.rows()) == 2


def test_a_row_that_others_removed_and_i_did_not_change_stays_removed(world: World) -> None:
    left = world.rows()
    left[0]["note"] = "mine"
    world.others_remove(SECOND)
    assert world.edit(left, "--yes").returncode == 0
    assert [(found["department"], found["note"]) for found in world.rows()] == [("01", "mine"), ("971", "")]


def test_a_row_that_both_removed_is_removed(world: World) -> None:
    left = world.rows()
    del left[1]
    world.others_remove(SECOND)
    ran = world.edit(left, "--yes")
    assert (ran.returncode, ran.stderr) == (0, "Nothing was changed.\n")
    assert len(world.rows()) == 2


def test_a_row_that_both_added_is_a_conflict_where_they_differ(world: World) -> None:
    new = row(("two", "01"), confidence="high", note="mine")
    left = [*world.rows(), {**dict.fromkeys(NAMES, ""), **new}]
    world.others_load({**new, "note": "theirs"})
    ran = world.edit(left, "--yes")
    said = "perimeters.csv:5: note: This row was added meanwhile, too, by load 3 (marie): there it is “theirs”."
    refused(world, ran, said)
    assert (ran.stderr.count("meanwhile"), world.note(("two", "01"))) == (1, "theirs")


def test_a_row_that_both_added_alike_is_no_conflict(world: World) -> None:
    new = row(("two", "01"), confidence="high", note="ours")
    left = [*world.rows(), {**dict.fromkeys(NAMES, ""), **new}]
    world.others_load(new)
    assert world.edit(left, "--yes").returncode == 0
    assert (len(world.rows()), world.note(("two", "01"))) == (4, "ours")


def test_a_row_that_was_not_handed_out_is_not_overwritten(world: World) -> None:
    left = world.rows()
    ran = world.edit([{**left[0], "note": "mine"}], "--yes", "--department", "02")
    assert (ran.returncode, "perimeters.csv:2: note: The registry has this row already" in ran.stderr) == (1, True)
    assert (world.note(FIRST), len(world.rows())) == ("", 3)


def test_an_undoing_is_a_change_of_others(world: World) -> None:
    add_tables(world.db, perimeters="centre,department,valid_from,note\none,01,2010-01-01,noted\n")
    left = [{**found, "note": "mine"} if found["note"] else found for found in world.rows()]
    world.meanwhile.append(["undo", "--yes", "3"])
    refused(world, world.edit(left, "--yes"), "Changed meanwhile by load 4 (marie): it is now empty.")


def test_rows_that_vanish_are_not_removed_without_a_word(world: World) -> None:
    before = state_of(world.db)
    ran = world.edit([], "--yes")
    assert ran.returncode == 2
    assert "3 rows are no longer in the file (one 01 2010-01-01, one 02, two 971 2012-05-01): --remove" in ran.stderr
    assert state_of(world.db) == before
    assert world.kept()[1].read_bytes() == (world.folder / "left.csv").read_bytes()
    assert world.edit([], "--yes", "--remove").returncode == 0
    assert world.rows() == []


def test_a_registry_that_is_gone_by_then_loses_nothing_typed(world: World) -> None:
    ran = leaves(world, f"rm {shlex.quote(str(world.db))}")()
    assert (ran.returncode, "There is no registry at" in ran.stderr) == (3, True), ran.stderr
    _folder, file = world.kept()
    assert f"is kept in {file}" in ran.stderr
    assert b"one,01,2010-01-01,,low" in file.read_bytes()


def test_a_registry_that_others_hold_loses_nothing_typed(world: World) -> None:
    with closing(sqlite3.connect(world.db, isolation_level=None)) as other:
        other.execute("begin immediate")
        ran = leaves(world, ":")()
    assert (ran.returncode, "Another program is writing" in ran.stderr) == (3, True), ran.stderr
    _folder, file = world.kept()
    assert f"is kept in {file}" in ran.stderr


# --- Editors that fail ---


def leaves(world: World, snippet: str) -> Callable[[], subprocess.CompletedProcess[str]]:
    """An editor that types a word and then does something."""
    script = world.script(f'sed -i 2s/high/low/ "$1"\n{snippet}')
    return lambda: world.crpv("edit", "perimeters", "--yes", editor=script)


@pytest.mark.parametrize(
    ("snippet", "code", "said"),
    [
        ("exit 4", 3, "ended with code 4"),
        ("kill -9 $$", 3, "SIGKILL"),
        ('mv "$1" "$1.saved"', 3, "but other files: perimeters.csv.saved"),
        ('printf "\\201" >> "$1"', 1, "The encoding of the file cannot be told"),
        ("sed -i 3s/low/perhaps/ \"$1\"", 1, "perimeters.csv:3: confidence:"),
    ],
)  # fmt: skip
def test_what_was_typed_is_kept(world: World, snippet: str, code: int, said: str) -> None:
    before = state_of(world.db)
    ran = leaves(world, snippet)()
    assert (ran.returncode, "Traceback" in ran.stderr, said in ran.stderr) == (code, False, True), ran.stderr
    assert state_of(world.db) == before
    _folder, file = world.kept()
    assert f"What you typed is kept in {file}" in ran.stderr or f"is kept in {file.parent}" in ran.stderr
    assert b"one,01,2010-01-01,,low" in file.read_bytes().replace(b"\x00", b"")


@pytest.mark.parametrize(
    ("editor", "code", "said"),
    [
        ('x "', 2, '“x "” cannot be read as a command'),
        ("x \\", 2, "cannot be read as a command"),
        ("/nowhere/editor", 3, "/nowhere/editor: No such file"),
        ("/", 3, "/: Permission denied"),
        ("false", 3, "false ended with code 1"),
        ("rm", 3, "The editor removed perimeters.csv"),
        ("truncate -s 0", 1, "The file is empty"),
        ("   ", 2, "There is no terminal to run an editor in"),
    ],
)
def test_an_editor_that_does_nothing_leaves_nothing(world: World, editor: str, code: int, said: str) -> None:
    before = state_of(world.db)
    ran = world.crpv("edit", "perimeters", "--yes", "--remove", editor=editor)
    assert (ran.returncode, "Traceback" in ran.stderr, said in ran.stderr) == (code, False, True), ran.stderr
    assert "kept" not in ran.stderr
    assert (state_of(world.db), world.kept()) == (before, [])


@pytest.mark.parametrize(
    "snippet",
    [
        'sed -i "s/$/\\r/" "$1"',
        'tr "\\n" "\\r" < "$1" > "$1~" && mv "$1~" "$1"',
        '{ printf "\\357\\273\\277"; cat "$1"; } > "$1.new" && mv "$1.new" "$1"',
        'cp "$1" "$1~"; touch "$1.swp"',
    ],
)
def test_line_ends_marks_and_files_of_the_editor_are_no_trouble(world: World, snippet: str) -> None:
    ran = leaves(world, snippet)()
    assert ran.returncode == 0, ran.stderr
    assert [found["confidence"] for found in world.rows()] == ["low", "low", "medium"]
    assert world.kept() == []


# --- An edit that is cut off ---


@pytest.fixture
def running(world: World) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts an edit in a process group of its own, and waits until its editor has done its first steps."""
    started: list[subprocess.Popen[str]] = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what is ignored here would be ignored there

    def start(steps: str) -> subprocess.Popen[str]:
        ready = world.folder / "ready"
        script = world.script(f"{steps}\ntouch {ready}\nwhile [ ! -e {world.folder}/go ]; do sleep 0.05; done\nexit 0")
        process = subprocess.Popen(
            [*CRPV, "edit", "perimeters", "--yes", "--db", str(world.db)],
            env=world.environment(script), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        started.append(process)
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.02)
        return process

    yield start
    signal.signal(signal.SIGINT, before)
    (world.folder / "go").touch()
    for process in started:
        process.communicate()


def test_ctrl_c_is_the_editors(world: World, running: Callable[[str], subprocess.Popen[str]]) -> None:
    heard = world.folder / "heard"
    process = running(f"trap 'touch {heard}' INT; sed -i 2s/high/low/ \"$1\"")
    os.killpg(process.pid, signal.SIGINT)
    (world.folder / "go").touch()
    _out, err = process.communicate()
    assert heard.exists()
    assert (process.returncode, "Interrupted" in err) == (0, False), err
    assert world.rows()[0]["confidence"] == "low"


def test_what_an_edit_that_was_killed_held_is_found_by_the_next(
    world: World, running: Callable[[str], subprocess.Popen[str]]
) -> None:
    process = running('sed -i 2s/high/low/ "$1"')
    beside = world.crpv("edit", "perimeters", editor="true")
    assert "cut off" not in beside.stderr  # it is open still
    process.kill()
    process.wait()
    (world.folder / "go").touch()
    found = world.crpv("edit", "perimeters", editor="true")
    _folder, file = world.kept()
    assert f"An earlier edit was cut off. What you typed is kept in {file}" in found.stderr
    assert b"one,01,2010-01-01,,low" in file.read_bytes()
    assert "cut off" not in world.crpv("edit", "perimeters", editor="true").stderr  # said once
    assert file.exists()


def test_an_edit_that_was_killed_before_anything_was_typed_leaves_nothing(
    world: World, running: Callable[[str], subprocess.Popen[str]]
) -> None:
    process = running(":")
    process.kill()
    process.wait()
    (world.folder / "go").touch()
    assert "cut off" not in world.crpv("edit", "perimeters", editor="true").stderr
    assert world.kept() == []


def test_without_a_data_folder_the_text_is_kept_elsewhere(world: World) -> None:
    (world.folder / "data").write_text("no folder")
    ran = leaves(world, "exit 4")()
    assert ran.returncode == 3, ran.stderr
    file = Path(ran.stderr.split("is kept in ")[1].splitlines()[0])
    assert b"one,01,2010-01-01,,low" in file.read_bytes()
    assert file.parent.stat().st_mode & 0o777 == 0o700
    file.unlink()
    file.parent.rmdir()

"""``crpv edit`` with a script as the editor: what it is handed, what becomes of what it leaves, and its undoing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crpv_cli.commands import editor
from tests.commands.conftest import Ran, Registry, add_tables, as_csv, crpv, records, rows_of, state_of

PERIMETERS = """
    centre,department,valid_from,confidence,source,note
    one,01,2010-01-01,high,books,Œuvre
    one,02,,low,journal,
    two,971,2012-05-01,medium,books,
    """
NAMES = ("centre", "department", "valid_from", "valid_to", "confidence", "source", "note")
Rows = list[dict[str, str]]


@pytest.fixture
def db(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry of three perimeters, and no editor."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    return registry(perimeters=PERIMETERS)


@pytest.fixture
def edit(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs ``edit``; at each opening the editor keeps what it was handed, and leaves the next of the texts."""
    script = tmp_path / "editor.sh"
    script.write_text(
        f'#!/bin/sh\ncp "$1" "{tmp_path}/handed.csv"\n'
        f'for next in "{tmp_path}"/left.*.csv; do [ -e "$next" ] || exit 0; mv "$next" "$1"; break; done\n'
    )
    script.chmod(0o755)

    def run(*arguments: str, left: str | Rows | tuple[str | Rows, ...] = (), answers: str | None = None) -> Ran:
        monkeypatch.setenv("EDITOR", str(script))
        for number, text in enumerate(left if isinstance(left, tuple) else (left,)):
            file = tmp_path / f"left.{number}.csv"
            file.write_text(text if isinstance(text, str) else as_csv(text, NAMES), encoding="utf-8")
        ran = crpv("edit", *arguments, "--db", db, answers=answers)
        assert not list(tmp_path.glob("left.*")), "the editor was opened as often as it should be"
        return ran

    return run


def kept(tmp_path: Path) -> list[Path]:
    """The files and folders that ``edit`` left behind."""
    return sorted((tmp_path / "data-home" / "crpv" / "edits").rglob("*"))


def kept_text(tmp_path: Path, ran: Ran) -> str:
    """The one file that was kept, which was named."""
    folder, file = kept(tmp_path)
    assert (folder.name.startswith(f"{file.stem}-"), file.parent) == (True, folder)
    assert (folder.stat().st_mode & 0o777, file.suffix) == (0o700, ".csv")
    assert str(file) in "".join(ran.err.split("\n"))
    return file.read_text(encoding="utf-8")


def figures(db: Path, load: int) -> tuple[str, ...]:
    """What the log says of a load: its command, and how many rows it inserted, updated and removed."""
    (row,) = (row for row in records(crpv("log", "--db", db, "-f", "csv").out) if row["load"] == str(load))
    return row["command"], row["inserted"], row["updated"], row["deleted"]


def changed(db: Path, load: int) -> set[tuple[str, str, str, str, str]]:
    """What the log says that a load changed."""
    rows = records(crpv("log", load, "--db", db, "-f", "csv").out)
    return {(row["action"], row["key"], row["column"], row["before"], row["after"]) for row in rows}


def test_the_editor_is_handed_the_rows_as_list_writes_them(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    before = state_of(db)
    ran = edit("perimeters")
    listed = crpv("list", "perimeters", "--db", db, "-f", "csv").out
    assert (tmp_path / "handed.csv").read_bytes() == listed.encode()
    assert len(records(listed)) == 3
    assert (ran.code, ran.out) == (0, "")
    assert ran.err
    assert (state_of(db), kept(tmp_path)) == (before, [])


def test_a_cell_is_changed(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    left = rows_of(db, "perimeters")
    left[1] |= {"confidence": "high", "note": "confirmed"}
    ran = edit("perimeters", "--yes", left=left)
    assert ran.code == 0, ran.err
    assert "[y/N]" not in ran.err
    assert rows_of(db, "perimeters") == left
    assert figures(db, 3) == ("edit perimeters", "0", "1", "0")
    assert changed(db, 3) == {
        ("update", "one 02", "confidence", "low", "high"),
        ("update", "one 02", "note", "", "confirmed"),
    }
    assert kept(tmp_path) == []


def test_an_apostrophe_is_corrected_as_it_is_typed(edit: Callable[..., Ran], db: Path) -> None:
    for number, note in enumerate(("l'accord", "l’accord"), 3):
        left = rows_of(db, "perimeters")
        left[1]["note"] = note
        assert edit("perimeters", "--yes", left=left).code == 0
        assert rows_of(db, "perimeters") == left
        assert figures(db, number)[2] == "1"


def test_a_centre_may_be_named_in_the_editor(edit: Callable[..., Ran], db: Path) -> None:
    left = rows_of(db, "perimeters")
    named = [row | {"centre": "Centre " + row["centre"], "department": row["department"].lower()} for row in left]
    assert edit("perimeters", "--yes", left=named).code == 0
    assert rows_of(db, "perimeters") == left


def test_an_emptied_cell_is_emptied(edit: Callable[..., Ran], db: Path) -> None:
    left = rows_of(db, "perimeters")
    left[0]["note"] = ""
    assert edit("perimeters", "--yes", left=left).code == 0
    assert rows_of(db, "perimeters") == left
    assert changed(db, 3) == {("update", "one 01 2010-01-01", "note", "Œuvre", "")}


def test_a_row_is_added(edit: Callable[..., Ran], db: Path) -> None:
    left = rows_of(db, "perimeters")
    left.append(dict.fromkeys(NAMES, "") | {"centre": "two", "department": "02", "valid_from": "2024-01-01"})
    assert edit("perimeters", "--yes", left=left).code == 0
    assert sorted(map(str, rows_of(db, "perimeters"))) == sorted(map(str, left))
    assert figures(db, 3) == ("edit perimeters", "1", "0", "0")


def test_rows_that_are_left_as_they_are_need_not_be_valid(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    """A scale was narrowed, and a rating is off it: to look at the ratings and close the editor is no fault."""
    add_tables(db, evaluations="centre,mission,year,kind,scale,rating\none,skills,2024,self,four,1\n")
    add_tables(db, scales="id,name,minimum,maximum\nfour,One to four,2,4\n")
    ran = edit("evaluations", "--yes")
    assert (ran.code, len(ran.err.splitlines()), kept(tmp_path)) == (0, 1, [])
    left = (tmp_path / "handed.csv").read_text(encoding="utf-8").replace("self", "joint")
    assert edit("evaluations", "--yes", left=left).code == 1


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_that_is_deleted_is_removed_and_no_other(edit: Callable[..., Ran], db: Path, place: int) -> None:
    left = rows_of(db, "perimeters")
    gone = left.pop(place)
    ran = edit("perimeters", "--yes", "--remove", left=left)
    assert ran.code == 0
    assert "1 row removed" in ran.err
    assert rows_of(db, "perimeters") == left
    assert figures(db, 3) == ("edit perimeters", "0", "0", "1")
    ((action, key, column, before, after),) = changed(db, 3)
    assert (action, column, after) == ("delete", "", "")
    assert key.split()[:2] == [gone["centre"], gone["department"]]
    assert before == ", ".join(f"{name}={value}" for name, value in gone.items() if value)


def test_a_row_whose_key_is_changed_is_another_row(edit: Callable[..., Ran], db: Path) -> None:
    left = rows_of(db, "perimeters")
    left[1]["department"] = "971"
    assert edit("perimeters", "--yes", "--remove", left=left).code == 0
    assert rows_of(db, "perimeters") == left
    assert figures(db, 3) == ("edit perimeters", "1", "0", "1")


def test_all_three_at_once_and_their_undoing(edit: Callable[..., Ran], db: Path) -> None:
    before = rows_of(db, "perimeters")
    new = dict.fromkeys(NAMES, "") | {"centre": "two", "department": "01"}
    assert edit("perimeters", "--yes", "--remove", left=[before[0] | {"confidence": "low"}, new, before[1]]).code == 0
    assert figures(db, 3) == ("edit perimeters", "1", "1", "1")
    dry = crpv("undo", 3, "--dry-run", "--db", db)
    assert "perimeters: 1 removed, 2 restored" in dry.err
    assert len(rows_of(db, "perimeters")) == 3
    assert rows_of(db, "perimeters") != before
    done = crpv("undo", "--yes", 3, "--db", db)
    assert (done.code, "perimeters: 1 removed, 2 restored" in done.err) == (0, True)
    assert rows_of(db, "perimeters") == before
    assert figures(db, 4)[0] == "undo 3"


def test_all_rows_deleted_are_removed_if_somebody_agrees(edit: Callable[..., Ran], db: Path) -> None:
    before = rows_of(db, "perimeters")
    ran = edit("perimeters", left=[], answers="y\n")
    assert ran.code == 0
    assert ran.err.count("[y/N]") == 1
    # Every row that would go is shown before the question is asked, in the order in which they were handed out.
    places = [ran.out.find(f", {row['department']} ") for row in before]
    assert places == sorted(places)
    assert -1 not in places
    assert "3 rows removed" in ran.err
    assert rows_of(db, "perimeters") == []
    assert figures(db, 3) == ("edit perimeters", "0", "0", "3")
    assert crpv("undo", "--yes", 3, "--db", db).code == 0
    assert rows_of(db, "perimeters") == before


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_all_rows_deleted_stay_if_nobody_agrees(
    edit: Callable[..., Ran], db: Path, tmp_path: Path, answer: str
) -> None:
    before = state_of(db)
    ran = edit("perimeters", left=[], answers=answer)
    assert (ran.code, ran.err.count("[y/N]")) == (0, 1)
    assert state_of(db) == before
    assert kept_text(tmp_path, ran) == as_csv([], NAMES)


def test_where_nobody_can_be_asked_nothing_is_written(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    before = state_of(db)
    ran = edit("perimeters", left=[])
    assert (ran.code, "--yes" in ran.err, "--remove" in ran.err) == (2, True, True)
    assert "One, 01" in ran.out
    assert state_of(db) == before
    assert kept_text(tmp_path, ran) == as_csv([], NAMES)


def test_an_emptied_file_is_no_wish_to_remove_everything(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    before = state_of(db)
    ran = edit("perimeters", "--yes", "--remove", left="")
    assert (ran.code, "The file is empty" in ran.err) == (1, True)
    assert (state_of(db), kept(tmp_path)) == (before, [])


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_rows_in_another_order_or_hand_are_no_change(
    edit: Callable[..., Ran], db: Path, tmp_path: Path, delimiter: str
) -> None:
    before = state_of(db)
    text = as_csv(rows_of(db, "perimeters")[::-1], NAMES).replace(",", delimiter).replace("\n", "\r\n")
    ran = edit("perimeters", "--yes", left=text)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (0, "", 1)
    assert (state_of(db), kept(tmp_path)) == (before, [])


def test_a_filter_hands_out_some_rows_and_touches_no_other(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    before = rows_of(db, "perimeters")
    for option, value, places in (
        ("--department", "02", [1]),
        ("--region", "Auvergne-Rhône-Alpes", [0]),
        ("--as-of", "2011-06-30", [0, 1]),
    ):
        edit("perimeters", option, value, left=[], answers="n\n")
        assert records((tmp_path / "handed.csv").read_text(encoding="utf-8")) == [before[place] for place in places]
    assert rows_of(db, "perimeters") == before
    assert edit("perimeters", "--as-of", "2011-06-30", "--yes", "--remove", left=[]).code == 0
    assert rows_of(db, "perimeters") == [before[2]]
    assert figures(db, 3) == ("edit perimeters", "0", "0", "2")


def test_a_department_hands_out_the_centres_that_serve_it(edit: Callable[..., Ran], tmp_path: Path) -> None:
    assert edit("centres", "--department", "01").code == 0
    assert [row["id"] for row in records((tmp_path / "handed.csv").read_text(encoding="utf-8"))] == ["one"]


def test_a_year_hands_out_its_rows(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    add_tables(db, funding="centre,funder,year,stage,amount\none,state,2023,paid,1\none,state,2024,paid,2\n")
    assert edit("funding", "--year", "2024").code == 0
    assert [row["amount"] for row in records((tmp_path / "handed.csv").read_text())] == ["2"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("perimetters",),
        ("perimeters", "--year", "2024"),
        ("funders", "--department", "01"),
        ("perimeters", "--region", "99"),
    ],
)
def test_what_cannot_be_handed_out_opens_no_editor(
    edit: Callable[..., Ran], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ran = edit(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert not (tmp_path / "handed.csv").exists()
    assert kept(tmp_path) == []


def test_only_the_option_that_does_not_apply_is_named(edit: Callable[..., Ran]) -> None:
    ran = edit("funders", "--department", "01")
    assert ("--department does not apply" in ran.said, "--region" in ran.said, "--overseas" in ran.said) == (
        True,
        False,
        False,
    )


def test_a_fault_stops_everything_and_the_text_is_kept(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    before, left = state_of(db), rows_of(db, "perimeters")
    left[0]["confidence"] = "perhaps"
    left.pop()
    ran = edit("perimeters", "--yes", left=left)
    assert ran.code == 1
    assert "perimeters.csv:2: confidence:" in ran.err
    assert state_of(db) == before
    assert kept_text(tmp_path, ran) == as_csv(left, NAMES)


def test_a_fault_is_corrected_in_a_second_opening(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    sound = rows_of(db, "perimeters")
    sound[0]["confidence"] = "low"
    faulty = [sound[0] | {"confidence": "perhaps"}, *sound[1:]]
    ran = edit("perimeters", left=(faulty, sound), answers="y\ny\n")
    assert ran.code == 0
    # The second opening is of what was typed, not of the registry's rows.
    assert records((tmp_path / "handed.csv").read_text(encoding="utf-8")) == faulty
    assert rows_of(db, "perimeters") == sound
    assert figures(db, 3) == ("edit perimeters", "0", "1", "0")
    assert kept(tmp_path) == []


def test_a_row_that_others_refer_to_stays(edit: Callable[..., Ran], db: Path, tmp_path: Path) -> None:
    before = state_of(db)
    text = crpv("list", "centres", "--as-of", "2024-06-30", "--db", db, "-f", "csv").out
    assert "two" in text
    ran = edit("centres", "--yes")
    handed = (tmp_path / "handed.csv").read_text(encoding="utf-8")
    assert (ran.code, len(records(handed))) == (0, 2)
    ran = edit("centres", "--yes", "--remove", left="".join(handed.splitlines(keepends=True)[:2]))
    assert (ran.code, "two" in ran.said) == (2, True)
    assert state_of(db) == before
    assert len(kept(tmp_path)) == 2


@pytest.mark.parametrize("editor", ["false", "/nowhere/editor"])
def test_an_editor_that_fails_or_is_missing(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    before = state_of(db)
    monkeypatch.setenv("EDITOR", editor)
    ran = crpv("edit", "perimeters", "--yes", "--db", db)
    assert (ran.code, ran.out) == (3, "")
    assert editor in ran.err
    assert (state_of(db), kept(tmp_path)) == (before, [])


def test_without_an_editor_or_a_terminal_nothing_is_begun(db: Path, tmp_path: Path) -> None:
    ran = crpv("edit", "perimeters", "--yes", "--db", db)
    assert (ran.code, "EDITOR" in ran.err) == (2, True)
    assert kept(tmp_path) == []


def test_visual_stands_before_editor(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "true")
    monkeypatch.setenv("EDITOR", "false")
    assert crpv("edit", "perimeters", "--db", db).code == 0


def test_a_value_that_was_edited_is_traced_to_the_edit(edit: Callable[..., Ran], db: Path) -> None:
    left = rows_of(db, "perimeters")
    left[1]["confidence"] = "high"
    assert edit("perimeters", "--yes", left=left).code == 0
    loads = {
        row["column"]: row["load"]
        for row in records(crpv("trace", "perimeters", "one", "02", "--db", db, "-f", "csv").out)
    }
    assert (loads["confidence"], loads["centre"], loads["source"]) == ("3", "2", "2")
    assert crpv("undo", "--yes", 3, "--db", db).code == 0
    rows = records(crpv("trace", "perimeters", "one", "02", "--db", db, "-f", "csv").out)
    (found,) = (row for row in rows if row["column"] == "confidence")
    assert (found["value"], found["load"]) == ("low", "2")


def test_an_edit_is_undone_only_before_what_came_after_it(edit: Callable[..., Ran], db: Path) -> None:
    left = rows_of(db, "perimeters")
    left[1]["confidence"] = "high"
    assert edit("perimeters", "--yes", left=left).code == 0
    left[1]["confidence"] = "medium"
    assert edit("perimeters", "--yes", left=left).code == 0
    refused = crpv("undo", "--yes", 3, "--db", db)
    assert (refused.code, "4" in refused.err) == (2, True)
    assert rows_of(db, "perimeters") == left
    assert [crpv("undo", "--yes", load, "--db", db).code for load in (4, 3)] == [0, 0]
    assert rows_of(db, "perimeters")[1]["confidence"] == "low"


def test_no_row_is_removed_where_another_contradicts_the_registry(
    edit: Callable[..., Ran], db: Path, tmp_path: Path
) -> None:
    """Seen only once the rows are written: a centre that is not co-funded any more, and no word of its reason."""
    add_tables(db, centres="id,name,short_name,legal_form,co_funded\nthree,Three,Three,gip,true\n")
    before = state_of(db)
    left = (
        "id,name,short_name,legal_form,co_funded\none,Centre one,One,association,false\ntwo,Centre two,Two,gip,true\n"
    )
    ran = edit("centres", "--yes", left=left)
    assert (ran.code, "centres.csv:2: " in ran.err) == (1, True)
    assert state_of(db) == before
    assert kept_text(tmp_path, ran) == left


# --- What others load meanwhile, and what is asked then ---


Steps = Callable[..., None]


@pytest.fixture
def opens(db: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Says what happens at each opening of the editor: functions of the file's path."""
    assert db.exists()  # made first, since that takes the editor away
    monkeypatch.setenv("EDITOR", "an-editor")

    def say(*steps: Callable[[Path], object]) -> None:
        left = list(steps)
        monkeypatch.setattr(editor, "_run", lambda _command, path, _table: left.pop(0)(path))

    return say


def replaced(*pairs: tuple[str, str]) -> Callable[[Path], object]:
    """Somebody types other texts."""

    def step(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    return step


def others_load(db: Path, row: str) -> Ran:
    """Others load a row of perimeters: its key and its confidence."""
    return add_tables(db, perimeters=f"centre,department,valid_from,confidence\n{row}\n")


MINE = ("one,02,,,low", "one,02,,,high")


def test_after_a_conflict_what_is_left_in_the_cell_replaces_theirs(opens: Steps, db: Path, tmp_path: Path) -> None:
    opens(lambda path: (replaced(MINE)(path), others_load(db, "one,02,,medium")), lambda _path: None)
    ran = crpv("edit", "perimeters", "--db", db, answers="y\ny\n")
    assert (ran.code, ran.err.count("[y/N]")) == (0, 2)
    assert "it is now “medium”" in ran.said
    assert "medium" in ran.out and "high" in ran.out  # what is replaced is shown before it is
    assert (rows_of(db, "perimeters")[1]["confidence"], kept(tmp_path)) == ("high", [])


def test_after_a_conflict_theirs_can_be_taken(opens: Steps, db: Path, tmp_path: Path) -> None:
    both = replaced(MINE, ("one,01,2010-01-01,,high", "one,01,2010-01-01,,low"))
    opens(
        lambda path: (both(path), others_load(db, "one,02,,medium")),
        replaced(("one,02,,,high", "one,02,,,medium")),
    )
    assert crpv("edit", "perimeters", "--db", db, answers="y\ny\n").code == 0
    assert [row["confidence"] for row in rows_of(db, "perimeters")] == ["low", "medium", "medium"]
    assert changed(db, 4) == {("update", "one 01 2010-01-01", "confidence", "high", "low")}
    assert kept(tmp_path) == []


def test_after_a_conflict_others_may_change_it_again(opens: Steps, db: Path, tmp_path: Path) -> None:
    opens(
        lambda path: (replaced(MINE)(path), others_load(db, "one,02,,medium")),
        lambda _path: others_load(db, "one,02,,low"),
    )
    ran = crpv("edit", "perimeters", "--db", db, answers="y\nn\n")
    assert (ran.code, "it is now “low”" in ran.said) == (1, True)
    assert rows_of(db, "perimeters")[1]["confidence"] == "low"
    assert "one,02,,,high" in kept_text(tmp_path, ran)


@pytest.mark.parametrize("theirs", ["one,02,,medium", "one,02,,"])
def test_a_row_to_be_removed_is_removed_if_one_insists(opens: Steps, db: Path, theirs: str) -> None:
    opens(lambda path: (replaced(("one,02,,,low,journal,\n", ""))(path), others_load(db, theirs)), lambda _path: None)
    ran = crpv("edit", "perimeters", "--db", db, answers="y\ny\n")
    assert (ran.code, "remove the row that is no longer in the file (one 02)" in ran.said) == (0, True)
    assert [row["department"] for row in rows_of(db, "perimeters")] == ["01", "971"]


def test_what_others_load_while_one_is_asked_is_a_conflict(
    opens: Steps, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison is of the moment in which the rows are written, not of the one in which they were shown."""
    opens(replaced(MINE))
    answers = [True, False]

    def confirm(_question: object) -> bool:
        if answers[0]:
            others_load(db, "one,02,,medium")
        return answers.pop(0)

    monkeypatch.setattr("crpv_cli.output.streams.confirm", confirm)
    ran = crpv("edit", "perimeters", "--db", db)
    assert (ran.code, answers) == (1, [])
    assert "Changed meanwhile by load 3" in ran.said
    assert rows_of(db, "perimeters")[1]["confidence"] == "medium"
    assert "one,02,,,high" in kept_text(tmp_path, ran)


def test_nobody_is_named_by_a_conflict(opens: Steps, db: Path) -> None:
    add_tables(
        db, contacts="centre,function,email,person,consent,valid_to\none,press,a@one.example,Somebody,yes,2099-12-31\n"
    )

    def step(path: Path) -> None:
        (line,) = path.read_text(encoding="utf-8").splitlines()[1:]
        assert "Somebody" not in line
        path.write_text("centre,function,person,consent,valid_to\none,press,Anybody,yes,2099-12-31\n", encoding="utf-8")
        add_tables(db, contacts="centre,function,person,consent,valid_to\none,press,Nobody,yes,2099-12-31\n")

    opens(step)
    ran = crpv("edit", "contacts", "--yes", "--db", db)
    assert (ran.code, "it is now “…”" in ran.said, "Nobody" in ran.err) == (1, True, False)


@pytest.mark.parametrize(("answer", "there"), [("y\n", 0), ("n\n", 3)])
def test_yes_does_not_answer_for_rows_that_vanish(opens: Steps, db: Path, answer: str, there: int) -> None:
    opens(lambda path: path.write_text(",".join(NAMES) + "\n"))
    ran = crpv("edit", "perimeters", "--yes", "--db", db, answers=answer)
    said = "remove the 3 rows that are no longer in the file (one 01 2010-01-01, one 02, two 971 2012-05-01)? [y/N]"
    assert (ran.code, said in ran.said) == (0, True)
    assert len(rows_of(db, "perimeters")) == there


def test_a_removal_does_not_answer_for_what_else_was_changed(opens: Steps, db: Path) -> None:
    opens(replaced(MINE, ("one,01,2010-01-01,,high,books,Œuvre\n", "")))
    before = state_of(db)
    ran = crpv("edit", "perimeters", "--remove", "--db", db)
    assert (ran.code, "--yes loads without asking" in ran.said) == (2, True)
    assert state_of(db) == before
    ran = crpv("edit", "perimeters", "--remove", "--yes", "--db", db, answers="")
    assert "[y/N]" not in ran.err


@pytest.mark.parametrize("step", [lambda path: path.unlink(), lambda path: path.write_text(" \n")])
def test_a_file_that_was_removed_or_emptied_is_handed_out_anew(
    opens: Steps, db: Path, tmp_path: Path, step: Callable[[Path], None]
) -> None:
    opens(step, replaced(MINE))
    ran = crpv("edit", "perimeters", "--db", db, answers="y\ny\n")
    assert (ran.code, "Open the editor again?" in ran.said) == (0, True)
    assert [row["confidence"] for row in rows_of(db, "perimeters")] == ["high", "high", "medium"]
    assert kept(tmp_path) == []


def test_what_was_typed_and_not_loaded_is_kept_after_a_load(opens: Steps, db: Path, tmp_path: Path) -> None:
    """A column that the table does not have is left out, with a warning."""
    opens(
        lambda path: path.write_text(
            "centre,department,valid_from,confidence,colour\n"
            "one,01,2010-01-01,low,typed\none,02,,low,\ntwo,971,2012-05-01,medium,\n"
        )
    )
    ran = crpv("edit", "perimeters", "--yes", "--db", db)
    assert (ran.code, rows_of(db, "perimeters")[0]["confidence"]) == (0, "low")
    assert "typed" in kept_text(tmp_path, ran)


def test_what_is_typed_into_a_window_that_nobody_waits_for_is_found(opens: Steps, db: Path, tmp_path: Path) -> None:
    opens(lambda _path: None, lambda _path: None, lambda _path: None)
    assert "EDITOR='code --wait' crpv edit perimeters" in crpv("edit", "perimeters", "--db", db, answers="").said
    _folder, _mark, file = kept(tmp_path)
    replaced(MINE)(file)
    ran = crpv("edit", "perimeters", "--db", db)
    assert (f"kept in {file}" in ran.err, "--wait" in ran.err) == (True, False)
    assert "one,02,,,high" in kept_text(tmp_path, ran)


def test_a_window_in_which_nothing_was_typed_leaves_nothing(opens: Steps, db: Path, tmp_path: Path) -> None:
    opens(lambda _path: None, lambda _path: None)
    crpv("edit", "perimeters", "--db", db, answers="")
    assert len(kept(tmp_path)) == 3
    crpv("edit", "perimeters", "--db", db)
    assert kept(tmp_path) == []


def test_an_editor_that_was_open_for_a_while_is_not_suspected(
    opens: Steps, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens(lambda _path: None)
    monkeypatch.setattr(editor, "_AT_ONCE_SECONDS", 0)
    ran = crpv("edit", "perimeters", "--db", db, answers="")
    assert (ran.said, kept(tmp_path)) == ("Nothing was changed.", [])


def test_a_file_that_an_editor_still_holds_stays(
    opens: Steps, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed may not have been saved yet."""
    opens()

    def interrupt(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crpv_cli.commands.editor._run", interrupt)
    ran = crpv("edit", "perimeters", "--db", db)
    assert (ran.code, records(kept_text(tmp_path, ran))) == (130, rows_of(db, "perimeters"))


@pytest.mark.parametrize("where", ["crpv_cli.output.streams.confirm", "crpv_cli.commands.editor._run"])
def test_what_was_typed_before_ctrl_c_is_kept(
    opens: Steps, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    opens(replaced(MINE))

    def interrupt(*given: object) -> None:
        if len(given) == 3:
            replaced(MINE)(given[1])  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(where, interrupt)
    before = state_of(db)
    ran = crpv("edit", "perimeters", "--db", db)
    assert (ran.code, state_of(db) == before) == (130, True)
    assert "one,02,,,high" in kept_text(tmp_path, ran)

"""Long texts beneath the rows: whole, under what they are of, literally."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import msg
from crpv_cli.output.markdown import markdown_text
from crpv_cli.output.shelf.layout import groups_of
from crpv_cli.output.terminal.screen import screen
from crpv_cli.result import Note, Result, Texts

LONG = "Les rencontres sont régulières " * 12


def result(texts: Texts | None) -> Result:
    columns = (
        Column("centre", "Centre"),
        Column("mission", "Mission"),
        Column("year", "Year", Kind.YEAR),
        Column("summary", "Summary"),
        Column("advice", "Advice"),
    )
    rows = (
        ("ORIV", "skills", 2024, LONG.strip(), "[bold]go on[/bold]"),
        ("ORIV", "animation", None, None, "l1\nl2 | <b>"),
        ("Paris", "skills", None, None, None),
        ("IREV", "skills", 2022, "short", None),
    )
    return Result("x", msg("Title"), columns, rows, ("centre", "mission"), (Note("n", msg("A note.")),), texts=texts)


WITH = result(Texts("centre", ("mission", "year"), ("summary", "advice")))


def test_rows_are_grouped_and_those_without_texts_left_out() -> None:
    found = [(group.title, [(entry.head, len(entry.texts)) for entry in group.entries]) for group in groups_of(WITH)]
    assert found == [("ORIV", [("skills, 2024", 2), ("animation", 1)]), ("IREV", [("skills, 2022", 1)])]
    assert list(groups_of(result(None))) == []


@pytest.mark.parametrize("width", [60, 80, 140])
def test_on_a_terminal_they_wrap_and_lose_nothing(width: int) -> None:
    text, remarks = screen(WITH, width, colour=False)
    assert max(map(cell_len, text.splitlines())) <= width
    beneath = text.split("\n\n", 1)[1]
    assert LONG.split() == [word for word in beneath.split() if word in set(LONG.split())]
    assert "Advice: [bold]go on[/bold]" in beneath
    assert remarks == ()
    assert text.endswith("· A note.\n")


def test_the_lines_of_a_text_start_further_in_than_what_they_are_of() -> None:
    columns = (Column("centre", "Centre"), Column("head", "Head"), Column("summary", "Summary"))
    texts = Texts("centre", ("head",), ("summary",))
    rows = (("ORIV", "h" * 30 + " " + "i" * 30, LONG.strip()),)
    text, _ = screen(Result("x", msg("X"), columns, rows, ("centre",), texts=texts), 40)
    beneath = text.split("\n\n", 1)[1].splitlines()
    assert beneath[:3] == ["ORIV", "  " + "h" * 30, "    " + "i" * 30]
    assert beneath[3].startswith("    Summary: Les")
    assert beneath[4].startswith("      ") and beneath[4][6] != " "


def test_in_a_pipe_each_text_is_one_line() -> None:
    lines = screen(WITH)[0].splitlines()
    assert lines[lines.index("  skills, 2024") - 1 :][:5] == [
        "ORIV",
        "  skills, 2024",
        f"    Summary: {LONG.strip()}",
        "    Advice: [bold]go on[/bold]",
        "  animation",
    ]


def test_in_markdown_they_are_lists_under_headings() -> None:
    text = markdown_text(WITH)
    assert "\n### ORIV\n\n- **skills, 2024**\n  - Summary: Les rencontres" in text
    assert "  - Advice: l1 l2 \\| &lt;b&gt;\n" in text
    assert "### Paris" not in text

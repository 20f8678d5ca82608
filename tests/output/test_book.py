"""The bounds of a workbook: widths, heights, names and values just inside and just outside of them."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.errors import UsageProblem
from crpv_cli.language import msg
from crpv_cli.output.shelf.about import licence
from crpv_cli.output.workbook.book import LONGEST_NAME, Book, height_of, number_format, refer, width_of
from crpv_cli.output.workbook.cover import LABEL_WIDTH, TEXT_WIDTH, Entry, write_cover
from crpv_cli.result import Alert, Note, Origin, Result, Value

TEXT, CODE, MONEY = Column("a", "A"), Column("a", "A", Kind.CODE), Column("a", "A", Kind.MONEY)


def opened(book: Book) -> Workbook:
    return load_workbook(io.BytesIO(book.content()))


@pytest.mark.parametrize(
    ("column", "heading", "values", "width"),
    [
        (TEXT, "A", [], 7),
        (TEXT, "A", [None, "x" * 20], 23),
        (TEXT, "A", ["x" * 10 + "\n" + "y" * 12], 15),
        (TEXT, "A", ["x" * 57], 60),
        (TEXT, "A", ["x" * 90], 60),
        (Column("a", "A", Kind.CODES), "A", ["x" * 90], 40),
        (CODE, "A", ["x" * 90], 32),
        (MONEY, "A", [123400], 12),  # €1,234.00: whole euros are shown with cents
        (TEXT, "Heading", [], 12),
        (TEXT, "Two words of it", [], 18),
        (TEXT, "Many words of a heading", [], 19),
    ],
)
def test_widths(column: Column, heading: str, values: list[Value], width: int) -> None:
    assert width_of(column, heading, values) == width


@pytest.mark.parametrize(
    ("cells", "height"),
    [
        ([], None),
        ([("x", 10)], None),
        ([("one two", 7)], 30),
        ([("a\nb\nc", 10), ("x", 5)], 45),
        ([("word " * 400, 10)], 405),
        ([("123456789", 10)], None),  # a width of 10 has room for nine letters
        ([("12345 7890", 10)], 30),
    ],
)
def test_heights(cells: list[tuple[str, int]], height: float | None) -> None:
    assert height_of(cells) == height


def test_names_are_cut_at_a_word_and_kept_whole_up_to_their_length() -> None:
    book = Book("x")
    assert book.name("y" * LONGEST_NAME) == "y" * LONGEST_NAME
    assert book.name("z" * (LONGEST_NAME + 1)) == "z" * LONGEST_NAME
    assert book.name("z" * (LONGEST_NAME + 1)) == "z" * (LONGEST_NAME - 4) + " (2)"
    assert book.name("A name that has, so to say, more words") == "A name that has, so to say"
    assert book.name("A name whose length is of 31  s") == "A name whose length is of 31 s"
    assert refer("It's", "A1") == "'It''s'!A1"


@pytest.mark.parametrize("length", [32_767, 32_768])
def test_the_longest_text(length: int) -> None:
    book = Book("x")
    sheet = book.sheet("S")
    if length == 32_767:
        book.text(sheet, 0, 0, "x" * length)
    else:
        with pytest.raises(UsageProblem):
            book.text(sheet, 0, 0, "x" * length)


@pytest.mark.parametrize(
    ("kind", "value", "shown", "format_"),
    [
        (Kind.TEXT, "x" * 255, "x" * 255, "@"),
        (Kind.TEXT, "x" * 256, "x" * 256, "General"),
        (Kind.DECIMAL, 10**15 - 1, 10**15 - 1, "General"),
        (Kind.DECIMAL, 10**15, "1000000000000000", "@"),
        (Kind.DECIMAL, -(10**15), "-1000000000000000", "@"),
        (Kind.DATE, "1900-02-28", "1900-02-28", "@"),
        (Kind.DATE, "2024-02-31", "2024-02-31", "@"),
        (Kind.DATE, "2024-02", "2024-02", "@"),
        (Kind.FLAG, True, "yes", "@"),
        (Kind.MONEY, -5, -0.05, '#,##0.00 "€"'),
    ],
)
def test_values_at_the_bounds(kind: Kind, value: Value, shown: object, format_: str) -> None:
    book = Book("x")
    book.value(book.sheet("S"), 0, 0, value, Column("a", "A", kind))
    cell = opened(book)["S"]["A1"]
    assert (cell.value, cell.number_format) == (shown, format_)
    assert cell.alignment.horizontal == ("right" if isinstance(shown, int | float) else "left")


@pytest.mark.parametrize(("column", "side"), [(MONEY, "right"), (TEXT, "left")])
def test_a_heading_stands_on_the_side_of_its_values(column: Column, side: str) -> None:
    book = Book("x")
    book.heading(book.sheet("S"), 0, 0, "Heading", column)
    assert opened(book)["S"]["A1"].alignment.horizontal == side


def test_the_first_day_that_is_a_date() -> None:
    book = Book("x")
    book.value(book.sheet("S"), 0, 0, "1900-03-01", Column("a", "A", Kind.DATE))
    cell = opened(book)["S"]["A1"]
    assert (cell.is_date, cell.number_format) == (True, "yyyy-mm-dd")


def test_unknown_values_have_a_cell_only_where_there_are_borders() -> None:
    book = Book("x")
    sheet = book.sheet("S")
    book.value(sheet, 0, 0, None, TEXT)
    book.value(sheet, 0, 1, (), TEXT, border=1)
    found = opened(book)["S"]
    assert (found["A1"].has_style, found["B1"].border.left.style) == (False, "thin")


def test_formats_of_numbers() -> None:
    assert number_format(Column("a", "A", Kind.INTEGER, grouped=False)) == "0"
    assert number_format(Column("a", "A", Kind.DECIMAL)) == "General"


def cover_of(entries: list[Entry], notes: list[Note], **more: object) -> list[tuple[object, object]]:
    book = Book("x")
    write_cover(book, msg("Title"), entries, notes, [("Asked", "this")], **more)  # type: ignore[arg-type]
    for entry in entries:
        book.sheet(entry.name)
    rows = opened(book)["crpv"].iter_rows(max_col=2, values_only=True)
    return [(first, second) for first, second in rows]


def test_the_cover_tells_everything_once() -> None:
    origin = Origin({"books": "The books"}, load=3, loaded_at="2025-06-30T10:00:00")
    plain = Result("x", msg("X"), (TEXT,), (("a",), ("b",)), origin=origin)
    made_up = Result("y", msg("Y"), (TEXT,), (("a",),), fictitious=True)
    figures = Note("f", msg("All made up."), alert=Alert.FIGURES)
    told = cover_of(
        [Entry("One", plain), Entry("Two", made_up), Entry("Map", plain, counted=False)],
        [figures, Note("n", msg("A note.")), Note("m", msg("Another."))],
        missing=["Nothing of Z"],
        command="crpv x",
    )
    assert [row for row in told if row[0] not in {"Written by", "Licence"}] == [
        ("Title", None),
        ("Demonstration data", "All made up."),
        (None, "In the sheets: Two."),
        (None, None),
        ("Asked", "this"),
        ("Registry", "as it was after load 3, on 2025-06-30"),
        ("To reproduce it", "crpv x"),
        (None, None),
        ("Notes", "A note."),
        (None, "Another."),
        (None, None),
        ("Sheets", "One (2 rows)"),
        (None, "Two (1 row)"),
        (None, "Map"),
        (None, None),
        ("Not known", "Nothing of Z"),
        (None, None),
        ("Sources", "The books (books)"),
    ]


def test_the_cover_of_one_sheet_and_of_what_rests_on_nothing() -> None:
    made_up = Result("y", msg("Y"), (TEXT,), (("a",),), fictitious=True, origin=Origin())
    figures = Note("f", msg("All made up."), alert=Alert.FIGURES)
    assert [row for row in cover_of([Entry("One", made_up)], [figures]) if row[0] != "Written by"] == [
        ("Title", None),
        ("Demonstration data", "All made up."),
        (None, None),
        ("Asked", "this"),
        ("Licence", licence()),
    ]
    bare = Result("y", msg("Y"), (TEXT,), (("a",),))
    assert [row[0] for row in cover_of([Entry("One", bare)], [])] == ["Title", None, "Licence", "Written by"]
    sound = Result("y", msg("Y"), (TEXT,), (("a",),), origin=Origin())
    assert ("Demonstration data", "None in this file.") in cover_of([Entry("One", sound)], [])


def test_the_cover_has_room_for_its_title_its_labels_and_its_texts() -> None:
    book = Book("x")
    write_cover(book, msg("Title"), [], [], [])
    cover = opened(book)["crpv"]
    widths = {letter: cover.column_dimensions[letter].width for letter in "AB"}
    assert widths == {"A": pytest.approx(LABEL_WIDTH, abs=1), "B": pytest.approx(TEXT_WIDTH, abs=1)}
    assert cover.row_dimensions[1].height > cover["A1"].font.size

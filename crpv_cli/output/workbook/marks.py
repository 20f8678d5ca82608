"""The marks of a file with faults: which there are, what they say, how they look, and the list of them in front."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import LANGUAGES, N_, Message, literal, msg, show, text, translate

if TYPE_CHECKING:
    # It has no annotations: what is its own is only named.
    Page = Any
    Cell = Any

LIST_SHEETS = {"en": "To correct (crpv)", "fr": "À corriger (crpv)"}
MEMORY_SHEET = "crpv-marks"
_BEFORE = "\n――――――――\n"
"""What stands between a mark and what somebody else's comment says in that cell."""
AUTHOR = "crpv-marks"
"""Who wrote the comments that are marks."""

FILLS = {Severity.ERROR: "FFFFC9CE", Severity.WARNING: "FFFFEC9E"}
"""The colours of marks: close to what spreadsheets use for bad and doubtful, and in no palette."""

MOST_MARKED = 2_000
"""How many faults of a file are listed and marked: nobody corrects more by hand, and each costs a spreadsheet time."""

_LONGEST_TEXT, _LONGEST_COMMENT = 32_767, 2_000
_LONGEST_SHOWN = 255  # some versions of Excel show a longer text in the format of text as ####
_MARKED = {Severity.ERROR: N_("To correct"), Severity.WARNING: N_("To check")}
_WHOLE_FILE = {"missing-column"}  # it has a line, but no cell that could be marked
_HEADINGS = (N_("Where"), N_("Column"), N_("Value"), N_("What is wrong"), N_("What to do"), N_("Severity"))
_WIDTHS = (20, 24, 20, 52, 52, 13)


# --- What is said ---


def in_order(anomalies: Iterable[Anomaly]) -> list[Anomaly]:
    """Anomalies as people correct them: errors first, then by sheet and line."""
    return sorted(
        anomalies, key=lambda one: (one.severity is not Severity.ERROR, one.sheet or "", one.line or 0, one.cell or "")
    )


_ASIDE = re.compile(r"\s*\([^()]*\bcrpv [^()]*\)")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+")
_FOR_OPERATORS = re.compile(r"\bcrpv [a-z]|(?<!\w)--[a-z]")


def remedy(anomaly: Anomaly) -> str:
    """Return what the sender can do: the advice without what only somebody who has crpv can."""
    said = _ASIDE.sub("", anomaly.advice.text()) if anomaly.advice else ""
    kept = [sentence for sentence in _SENTENCE_ENDS.split(said) if sentence and not _FOR_OPERATORS.search(sentence)]
    if kept:
        return literal(" ".join(kept))
    if anomaly.severity is Severity.ERROR:
        return text("Correct it, or say when you send the file back why it is right.")
    return text("Check it: if it is right, nothing needs to be done.")


def _comment(anomalies: Sequence[Anomaly]) -> str:
    said = [
        f"{text('{what}:', what=translate(_MARKED[one.severity]))}\n{one.message.text()}\n→ {remedy(one)}"
        for one in anomalies
    ]
    whole = "\n\n".join(said)
    return whole if len(whole) <= _LONGEST_COMMENT else whole[: _LONGEST_COMMENT - 1] + "…"


class Faults:
    """The faults of a file, and where each of them is found to stand in what is written."""

    def __init__(self, anomalies: Sequence[Anomaly]) -> None:
        self.all = in_order(anomalies)
        self.listed = self.all[:MOST_MARKED]
        self.by_line: dict[tuple[str | None, int], list[Anomaly]] = defaultdict(list)
        for one in self.listed:
            if one.line is not None:
                self.by_line[one.sheet, one.line].append(one)
        self.places: dict[int, tuple[str, int, int | None]] = {}
        """Sheet, row and column of each fault that has a place, by its identity; no column where it is a whole line."""

    def marks(
        self, place: tuple[str | None, int], sheet: str, row: int, filled: Sequence[int], headings: Sequence[str] = ()
    ) -> dict[int, list[Anomaly]]:
        """Return what is said of each cell of a line, by its column; of a whole line at its first cell.

        Cells that are only coloured, since their line is at fault, have an empty list.
        """
        found: dict[int, list[Anomaly]] = {}
        for one in self.by_line.get(place, ()):
            column = _column_of(one, headings)
            self.places[id(one)] = sheet, row, column
            if one.code in _WHOLE_FILE:
                continue
            if column is None:
                for other in filled:
                    found.setdefault(other, [])
            found.setdefault(column or min(filled, default=1), []).append(one)
        return found


def _column_of(anomaly: Anomaly, headings: Sequence[str]) -> int | None:
    """Return the column of a fault, counted from 1: that of its cell, or the one under its heading."""
    if anomaly.cell is not None:
        from openpyxl.utils.cell import coordinate_to_tuple

        return int(coordinate_to_tuple(anomaly.cell)[1])
    places = [place for place, heading in enumerate(headings, 1) if heading == anomaly.column]
    return None if not places else places[-1] if anomaly.code == "column-twice" else places[0]


def mark(cell: Cell, said: Sequence[Anomaly], worst: Severity, before: str = "") -> None:
    """Colour a cell and say why; ``before`` is what somebody else's comment says there."""
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=FILLS[worst])
    if said:
        words = _comment(said) + (_BEFORE + before if before else "")
        cell.comment = _note(escaped(words), AUTHOR)


def unmarked(comment: Any) -> Any:  # noqa: ANN401 - of openpyxl
    """Return what somebody else's comment says without our mark; None if that is all there was.

    LibreOffice leaves out who wrote a comment: a mark is known by how it begins, too.
    """
    begins = tuple(f"{translate(word, code)}" for word in _MARKED.values() for code in LANGUAGES)
    if comment is None or not (comment.author == AUTHOR or comment.text.startswith(begins)):
        return comment
    before = comment.text.partition(_BEFORE)[2]
    return _note(before, "") if before else None


def _note(words: str, author: str) -> Any:  # noqa: ANN401 - of openpyxl
    from openpyxl.comments import Comment

    return Comment(words, author, width=340, height=30 + 17 * _lines(words, 50))


def worst_of(marks: dict[int, list[Anomaly]]) -> dict[int, Severity]:
    """Return the colour of each cell: that of its worst fault, or of the worst of its line."""
    every = [one.severity for said in marks.values() for one in said]
    return {
        column: Severity.ERROR if Severity.ERROR in ([one.severity for one in said] or every) else Severity.WARNING
        for column, said in marks.items()
    }


def _lines(words: str, width: int) -> int:
    return sum(1 + len(line) // width for line in words.split("\n"))


# --- Texts ---


class Unwritable(Exception):
    """A file whose cells no workbook can hold."""

    def __init__(self, reason: Message) -> None:
        super().__init__()
        self.reason = reason


_NOT_XML = re.compile("_x(?=[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def escaped(words: str) -> str:
    """Return a text as a workbook writes signs that XML does not have, and what would be read as one of them."""
    return _NOT_XML.sub(lambda found: "_x005F_x" if found[0] == "_x" else f"_x{ord(found[0]):04X}_", words)


def text_cell(page: Page, words: str) -> Cell:
    """Make a cell of a text, which stays one whatever it looks like, and whatever is typed over it.

    Raises:
        Unwritable: it is longer than a cell can hold.
    """
    from openpyxl.cell import WriteOnlyCell

    if len(words) > _LONGEST_TEXT:
        raise Unwritable(msg("a cell of a workbook holds {most} characters at most", most=_LONGEST_TEXT))
    cell = WriteOnlyCell(page, escaped(words))
    cell.data_type = "s"
    if len(words) <= _LONGEST_SHOWN:
        cell.number_format = "@"
    return cell


# --- The list in front ---


def set_up(front: Page) -> None:
    """Say what the first sheet looks like, before its rows are written."""
    from openpyxl.utils import get_column_letter

    for place, width in enumerate(_WIDTHS, 1):
        front.column_dimensions[get_column_letter(place)].width = width
    front.sheet_view.showGridLines = False
    front.sheet_properties.tabColor = "C00000"
    front.page_setup.orientation = "landscape"
    front.page_setup.paperSize = 9
    front.page_setup.fitToHeight = 0
    front.sheet_properties.pageSetUpPr.fitToPage = True
    front.freeze_panes = f"A{_FIRST + 1}"


_FIRST = 6
"""The row of the list's headings."""


def write_list(front: Page, faults: Faults, titles: Sequence[str], lost: Message | None = None) -> None:
    """Fill the first sheet: what it is, what to do, and each fault with a link to its cell."""
    from openpyxl.styles import Alignment, PatternFill

    errors = sum(one.severity is Severity.ERROR for one in faults.all)
    counts = [
        said
        for said, count in (
            (msg("{count} to correct", count=errors), errors),
            (msg("{count} to check", count=len(faults.all) - errors), len(faults.all) - errors),
        )
        if count
    ]
    above: list[tuple[Message | None, Any]] = [
        (msg("What is to be corrected in this file"), font(bold=True, size=14)),
        (msg("{counts}.", counts=counts), font(bold=True)),
        (
            msg(
                "Each fault is coloured where it stands, and a comment says what to do. Correct it there, not in this "
                "sheet, save, and send this file back."
            ),
            font(),
        ),
        (lost, font(italic=True)),
    ]
    if len(faults.all) > len(faults.listed):
        more = msg("The first {count} are listed and marked; the others once these are corrected.", count=MOST_MARKED)
        above[1] = msg("{counts}. {more}", counts=counts, more=more), font(bold=True)
    for said, look in above:
        cell = text_cell(front, said.text() if said else "")
        cell.font = look
        front.append([cell])
    front.append([])
    heads = [text_cell(front, translate(heading)) for heading in _HEADINGS]
    for cell in heads:
        cell.font, cell.fill = font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F3B57")
    front.append(heads)
    for number, one in enumerate(faults.listed, _FIRST + 1):
        words = [_where(one, faults), show(one.column or ""), show(one.value or ""), one.message.text()]
        words += [remedy(one), translate(_MARKED[one.severity])]
        words = [word[:_LONGEST_TEXT] for word in words]
        row = [text_cell(front, word) for word in words]
        high = max(_lines(word, width - 2) for word, width in zip(words, _WIDTHS, strict=True))
        front.row_dimensions[number].height = min(15 * high + 2, 405)
        for cell in row:
            cell.alignment, cell.font = Alignment(wrap_text=True, vertical="top"), font()
        if (place := faults.places.get(id(one))) is not None and place[0] in titles:
            _link(row[0], number, *place)
        row[5].fill = PatternFill("solid", fgColor=FILLS[one.severity])
        front.append(row)


def font(size: int = 11, **look: object) -> Any:  # noqa: ANN401 - of openpyxl
    """Return the font of what is added, which every spreadsheet has or knows a likeness of."""
    from openpyxl.styles import Font

    return Font(name="Calibri", size=size, **look)


def _where(one: Anomaly, faults: Faults) -> str:
    """Return where a fault stands, in what is written: a cell, a line, a sheet, or the whole file."""
    from openpyxl.utils import get_column_letter

    if (place := faults.places.get(id(one))) is not None and one.code not in _WHOLE_FILE:
        sheet, row, column = place
        if column is None:
            return text("{sheet}, line {line}", sheet=sheet, line=str(row))
        return f"{sheet}!{get_column_letter(column)}{row}"
    if one.sheet is not None:
        return text("the whole sheet {sheet}", sheet=one.sheet)
    return text("line {line}", line=str(one.line)) if one.line is not None else text("the whole file")


def _link(cell: Cell, at: int, sheet: str, row: int, column: int | None) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.hyperlink import Hyperlink

    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref="", location=f"'{quoted}'!{get_column_letter(column or 1)}{row}")
    cell.hyperlink.ref = f"A{at}"  # the cell does not know its row yet
    cell.font = font(color="FF0563C1", underline="single")

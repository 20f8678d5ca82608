"""Tables of a Word document: a head that each page repeats, rows that no page breaks, and what they are in words.

A table is written as XML at once: python-docx looks for each cell anew, which takes a minute for a thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from crpv_cli.output.document.paper import SMALL, TEXT

if TYPE_CHECKING:
    from docx.document import Document

_TWIPS = 56.6929  # of a millimetre
_LETTER = {TEXT: 1.8, SMALL: 1.52}
"""How wide a letter is in millimetres, about, by the style of the cells."""
_BOLD, _EDGE = 1.3, 3.0
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Grid:
    """The texts of a table: ``numbers`` says of each column whether it is set at the right; ``footer`` may be empty."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[bool]
    footer: Sequence[str] = ()

    @property
    def lines(self) -> list[Sequence[str]]:
        """The rows, and the line for the whole beneath them."""
        return [*self.rows, self.footer] if self.footer else list(self.rows)

    @property
    def room(self) -> float:
        """How wide it is in millimetres where no cell of it is broken."""
        return sum(_wishes(self, TEXT))


def add_table(document: Document, grid: Grid, title: str, description: str, width: float, small: bool = False) -> None:
    """Add a table at the end of a document.

    Args:
        document: the document.
        grid: what is in it.
        title: what it is called by who does not see it.
        description: what it shows, for the same.
        width: how wide it may be, in millimetres.
        small: whether it is set in small letters.
    """
    style = SMALL if small else TEXT
    widths = [round(one * _TWIPS) for one in _widths(grid, style, width)]
    style_id = document.styles[style].style_id
    last = len(grid.rows) if grid.footer else None
    body = [_row(grid.heads, grid.numbers, widths, style_id, head=True)]
    body += [
        _row(row, grid.numbers, widths, style_id, keep=number == 0 or number + 1 == last, bold=number == last)
        for number, row in enumerate(grid.lines)
    ]
    columns = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="CRPVtable"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:val="{"0060" if grid.footer else "0020"}" w:firstRow="1" w:lastRow="{int(bool(grid.footer))}" '
        'w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"<w:tblCaption w:val={_attribute(title)}/><w:tblDescription w:val={_attribute(description)}/></w:tblPr>"
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(body)}</w:tbl>"
    )
    document.element.body.insert(len(document.element.body) - 1, table)  # its last element is of the last section


def _row(
    cells: Sequence[str],
    numbers: Sequence[bool],
    widths: Sequence[int],
    style: str,
    head: bool = False,
    keep: bool = False,
    bold: bool = False,
) -> str:
    marks = "<w:cantSplit/><w:tblHeader/>" if head else "<w:cantSplit/>"
    right, kept = '<w:jc w:val="right"/>', "<w:keepNext/>" if head or keep else ""
    written = (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
        f"{kept}{right if number else ''}</w:pPr>"
        f"{_runs(cell, head or bold)}</w:p></w:tc>"
        for cell, number, width in zip(cells, numbers, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{marks}</w:trPr>{''.join(written)}</w:tr>"


def _runs(text: str, bold: bool) -> str:
    """A text with its lines; what no XML may hold was made a sign before."""
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{look}{'<w:br/>'.join(lines)}</w:r>" if text else ""


def _attribute(text: str) -> str:
    return quoteattr(" ".join(text.split()))


# --- How wide columns are ---


def _wishes(grid: Grid, style: str) -> list[float]:
    """How wide each column is if nothing in it is broken; what is very long is."""
    letter = _LETTER[style]
    columns = zip(grid.heads, *grid.lines, strict=True)
    return [
        min(max(max((len(cell) for cell in cells), default=0), _word(head, bold=True)), _LONGEST) * letter + _EDGE
        for head, *cells in columns
    ]


def _needs(grid: Grid, style: str, heads: bool = True) -> list[float]:
    """How wide each column has to be for its longest word, or the whole of a figure; of the rows alone, if asked."""
    letter = _LETTER[style]
    columns = zip(grid.numbers, grid.heads, *grid.lines, strict=True)
    longest = (
        max([_word(head, bold=True) if heads else 0, *(len(one) if number else _word(one) for one in ones)])
        for number, head, *ones in columns
    )
    return [min(one, _LONGEST // 2) * letter + _EDGE for one in longest]


def _word(text: str, bold: bool = False) -> float:
    """How many letters the longest word has; bold ones are wider."""
    longest = max((len(word) for word in text.replace("-", "- ").split(" ")), default=0)
    return longest * _BOLD if bold else longest


def _widths(grid: Grid, style: str, width: float) -> list[float]:
    """Share the room: each column gets what it needs, and what is left goes to those that want more."""
    wishes, needs = _wishes(grid, style), _needs(grid, style)
    wishes = [max(pair) for pair in zip(wishes, needs, strict=True)]
    if sum(wishes) <= width:
        return [one * min(width / sum(wishes), 1.6) for one in wishes]
    if sum(needs) >= width:
        # A word of a head may break, a figure may not.
        needs, wishes = _needs(grid, style, heads=False), needs
    if sum(needs) >= width:
        return [one * width / sum(needs) for one in needs]
    left = (width - sum(needs)) / (sum(wishes) - sum(needs))
    return [need + (wish - need) * left for wish, need in zip(wishes, needs, strict=True)]

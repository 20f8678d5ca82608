"""What is found of a sheet beside what its reader hands on, and how the XML of a workbook is looked at.

python-calamine hands on an error, or a formula that was never computed, as an empty cell, and knows neither formats nor
what is hidden. In XML all of it is found with patterns, piece by piece: no entity is expanded, and what is damaged, or
not found, is left as the reader gives it. A row is taken apart only if it has something odd, so that a large sheet of
plain values costs one quick look.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipfile import ZipFile

Odd = tuple[str, str, str]
"""The kind of an odd cell, its text and its unit. ``unit`` keeps the reader's number, ``eve`` the day before."""
Range = tuple[int, int, int, int]
"""First line, first column, last line and last column, from 0."""

_CHUNK = 1 << 20
_LONGEST_TAG = 4096
LONGEST = 1 << 25
"""How many bytes a row, or a part that is read whole, may have; what is larger is left alone."""
MOST_RANGES = 50_000


class Survey:
    """What was found of a sheet. Lines count from 1, columns from 0; ``extent`` reaches to the last filled cell."""

    def __init__(self) -> None:
        self.extent = (0, 0)
        self.hidden = array("I")
        """The lines of hidden rows that hold something."""
        self.filtered = False
        self.columns: list[tuple[int, int]] = []
        """The first and the last of hidden columns."""
        self.merged: list[Range] = []

    def odd(self) -> Iterator[tuple[int, dict[int, Odd]]]:
        """Yield the lines that have odd cells, in their order, and those by their columns."""
        return iter(())


def windows(archive: ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part of an archive piece by piece, each cut where a tag begins."""
    with archive.open(part) as stream:
        rest = b""
        while piece := stream.read(_CHUNK):
            piece = rest + piece
            cut = piece.rfind(b"<")
            if cut <= 0 or len(piece) - cut > _LONGEST_TAG:
                cut = len(piece)
            yield piece[:cut]
            rest = piece[cut:]
        yield rest


def pieces(archive: ZipFile, part: str, mark: bytes) -> Iterator[bytes]:
    """Yield what lies between the marks of a part of an archive."""
    rest = b""
    with archive.open(part) as stream:
        while read := stream.read(_CHUNK):
            *whole, rest = (rest + read).split(mark)
            yield from whole
            if len(rest) > LONGEST:
                raise ValueError("a row without an end")
    yield rest


def attribute(name: str) -> re.Pattern[bytes]:
    """A pattern that finds the value of an attribute in a tag."""
    return re.compile(rf"""(?:^|\s){name}\s*=\s*["']([^"']*)["']""".encode())


def text_of(content: bytes) -> str:
    """Return the text of an element or an attribute."""
    text = content.decode(errors="replace")
    if "&" not in text:
        return text
    text = re.sub("&#(x?)([0-9a-fA-F]{1,6});", _character, text)
    for name, sign in (("quot", '"'), ("apos", "'"), ("lt", "<"), ("gt", ">"), ("amp", "&")):
        text = text.replace(f"&{name};", sign)
    return text


def _character(reference: re.Match[str]) -> str:
    try:
        return chr(int(reference[2], 16 if reference[1] else 10))
    except ValueError:
        return ""


def number_of(letters: bytes) -> int:
    """Return the number of a column from its letters: A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number

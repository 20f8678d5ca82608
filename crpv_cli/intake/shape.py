"""Where a table stands on its page: its header among the first lines, and which of the lines below are no rows of it.

People put a title above a table, units below its header, totals and sources at its end, and repeat the header where a
page breaks. A spreadsheet leaves out empty cells at the end of a row, or writes too many. The same is read, left out or
refused, and said, in all kinds of files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from crpv_cli.intake.amounts import unit_of
from crpv_cli.intake.faults import Correction, Fault, row_length
from crpv_cli.intake.grid import Finding, Grid, Row
from crpv_cli.intake.headers import all_spellings
from crpv_cli.intake.headings import heading_of
from crpv_cli.language import Message, msg, msgs
from crpv_cli.spelling import fold

HEADER_WITHIN = 100
"""In how many of the first lines that are not blank the header is looked for."""

_HEADER_BEFORE = 1_000
_TOTALS = ("total", "totaux", "sous total", "sous totaux", "somme", "ensemble", "grand total", "subtotal", "sum")
_MONEY = re.compile(r"(?=.*(?:€|eur|mill))[^\d]*", re.IGNORECASE | re.DOTALL)
_HINT = re.compile(r"\(.*\)|\[.*\]", re.DOTALL)
_FORMATS = {
    *(
        "aaaa",
        "yyyy",
        "jj mm aaaa",
        "dd mm yyyy",
        "aaaa mm jj",
        "yyyy mm dd",
        "texte",
        "text",
        "nombre",
        "number",
        "nb",
    ),
    *("date", "annee", "code", "libelle", "oui non", "liste", "entier", "decimal", "obligatoire", "facultatif"),
    *("optionnel", "required", "optional", "jours", "heures", "etp", "numero", "unite"),
}

# Where a title names a unit: in brackets, or after “en” at its end; “12 millions d'euros” is a sum.
_UNIT_SAID = re.compile(r"(?<=[(\[])[^()\[\]]*(?=[)\]])|(?<=\ben )[^()\[\]]+$", re.IGNORECASE)
_SENTENCE = re.compile(
    r"[*(]|(sources?|notes?|n\.?b\.?|lecture|champ|extraction|données|mis(e|es)? à jour)\b|.{60}",
    re.IGNORECASE | re.DOTALL,
)

Fits = Callable[[Sequence[str]], int]
"""How well cells are the header of a table: 0 not at all, 1 without required columns, ``WHOLE`` with all of them."""
WHOLE = 2


@dataclass(frozen=True, slots=True)
class Head:
    """A header that was found: its cells, its last line, how many lines stand above it, and what is said of it.

    ``fits`` is how well it is one, as ``Fits`` says; at 0 it is the row that is most like one.
    """

    cells: list[str]
    line: int
    above: int = 0
    findings: list[Finding] = field(default_factory=list)
    fits: int = 0


def find_head(rows: Sequence[Row], fits: Fits) -> Head | None:
    """Find the header among the first rows of a file or a sheet.

    It is the first row, or the first two rows together, with all columns that a table requires, else with most of them.
    Where there is none, it is the row that is most like one; the caller says what is wrong with it.

    Args:
        rows: the first rows, without blank ones.
        fits: how well cells are the header of a table.
    """
    first = rows
    rows = [replace(row, cells=_filled(row.cells)) for row in rows]
    found: dict[int, Head] = {}
    for place, row in enumerate(rows):
        alone = fits(row.cells) if len(row.cells) > 1 else 0
        if alone < WHOLE and place + 1 < len(rows) and (both := _two_rows(row, rows[place + 1])):
            together = fits(both.cells)
            if together > max(alone, fits(rows[place + 1].cells)):
                two = Correction(
                    "two-row-header",
                    msg(
                        "The header stands on two lines, {first} and {line}.", first=str(row.line), line=str(both.line)
                    ),
                )
                found.setdefault(together, _below(rows, place, both, rows[place + 2 :], [Finding(two, both.line)]))
        if alone:
            found.setdefault(alone, _below(rows, place, first[place], rows[place + 1 :], []))
        if WHOLE in found:
            break
    if found:
        best = max(found)
        return replace(found[best], fits=best)
    if not rows:
        return None
    several = (place for place, row in enumerate(rows) if sum(map(bool, row.cells)) > 1)
    named = (place for place, row in enumerate(rows) if _names_columns(row.cells))
    likely = next(named, next(several, 0))
    return Head(list(first[likely].cells), first[likely].line, likely)


def _names_columns(cells: Sequence[str]) -> bool:
    """Whether at least two cells of a row, and half of those that are filled, are headings of some table."""
    known = sum(fold(cell) in all_spellings() for cell in cells if cell)
    return known > 1 and 2 * known >= sum(map(bool, cells))


def _filled(cells: Sequence[str]) -> list[str]:
    """The cells up to the last that is filled: a sheet is as wide as one cell far away makes it."""
    last = next((place for place in range(len(cells) - 1, -1, -1) if cells[place]), -1)
    return list(cells[: min(last + 1, _HEADER_BEFORE)])


def _two_rows(upper: Row, lower: Row) -> Row | None:
    """Two lines of a header as one: a cell of the upper one stands over those to its right that are empty."""
    if lower.line > upper.line + 1 or not any(upper.cells) or sum(map(bool, lower.cells)) < 2:
        return None
    over, cells = "", []
    for place in range(max(len(upper.cells), len(lower.cells))):
        above = upper.cells[place] if place < len(upper.cells) else ""
        below = lower.cells[place] if place < len(lower.cells) else ""
        if above or not below:
            over = above
        cells.append(" ".join(filter(None, (over, below))))
    return Row(lower.line, cells)


def _below(rows: Sequence[Row], place: int, row: Row, below: Sequence[Row], findings: list[Finding]) -> Head:
    """The header with the line of units below it, if there is one, and what is said above it."""
    cells, line = list(row.cells), row.line
    findings = [*findings, *_units_above(rows[:place])]
    if below and _is_hints(below[0].cells):
        hints = below[0]
        for number, hint in enumerate(hints.cells[: len(cells)]):
            unit = hint.strip("()[] ")
            if unit_of(unit) is not None and heading_of(cells[number])[2] is None:
                cells[number] = f"{cells[number]} ({unit})"
        told = ", ".join(filter(None, hints.cells))
        left_out = Correction(
            "units-row", msg("The line below the header says “{value}”; it was left out.", value=told)
        )
        findings.append(Finding(left_out, hints.line))
        line = hints.line
    return Head(cells, line, place, findings)


def said_above(grid: Grid, file: str) -> list[Message]:
    """Return the notice of the lines above the header of a grid, if there are some."""
    if not grid.above:
        return []
    return [
        msgs(
            "{file}: {count} line above the header was left out.",
            "{file}: {count} lines above the header were left out.",
            grid.above,
            file=file if grid.sheet is None else f"{file}, {grid.sheet}",
        )
    ]


def _units_above(rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows:
        for place, cell in enumerate(row.cells):
            if any(unit_of(said) not in {None, 1} for said in _UNIT_SAID.findall(cell)):
                yield Finding(
                    Fault(
                        "unit-in-title",
                        msg(
                            "A line above the header says “{value}”: the unit of the amounts is not clear.",
                            value=cell,
                        ),
                        msg("Write the unit in the heading of its column, for example: Montant (k€)."),
                    ),
                    row.line,
                    place,
                    cell,
                )


def _is_hints(cells: Sequence[str]) -> bool:
    """Whether the cells of a line say in which unit or form values stand, and nothing else."""
    told = [cell for cell in cells if cell]
    return bool(told) and all(
        _HINT.fullmatch(cell) or fold(cell) in _FORMATS or (_MONEY.fullmatch(cell) and unit_of(cell) is not None)
        for cell in told
    )


def says_total(cells: Sequence[str]) -> bool:
    """Whether the first word of a row says that it is a line of totals."""
    first = fold(next((cell for cell in cells if cell), ""))
    return any(first == word or first.startswith(f"{word} ") for word in _TOTALS)


class Below:
    """What stands below a header: rows of the table, and lines that are none.

    Args:
        headings: the cells of the header.
        fewest: how many cells a row of the table has filled at least.
    """

    def __init__(self, headings: Sequence[str], fewest: int) -> None:
        self._width = len(headings)
        self._folded = [fold(heading) for heading in headings]
        self._fewest = fewest
        self._counts: Counter[str] = Counter()
        self._first: dict[str, Row] = {}
        self._after_header = True

    def plain(self, cells: Sequence[str]) -> bool:
        """Whether cells, cleaned or not, are certainly a row of the table: a quick look at the first of them."""
        if self._after_header or len(cells) != self._width:
            return False
        filled = other = 0
        for cell, heading in zip(cells, self._folded, strict=True):
            first = cell[:1]
            if first.isalnum():
                filled += 1
                other += first.isascii() and first.lower() != heading[:1]
                if filled > 1 and other:
                    return True
        return False

    def row(self, row: Row) -> tuple[Row | None, bool]:
        """Return a row with as many cells as the header, and whether it had fewer; None if it is no row of the table.

        Raises:
            Fault: it has more cells than the header.
        """
        repeated, self._after_header = self._after_header, False
        if len(row.cells) > self._width:
            if any(row.cells[self._width :]):
                raise row_length(len(row.cells), self._width)
            row = replace(row, cells=row.cells[: self._width], raw=row.raw[: self._width])
        if self._repeats(row.cells):
            self._after_header = True
            self.note("header-again", row)
            return None, False
        if repeated and _is_hints(row.cells):
            self.note("units-row", row)
            return None, False
        if self._is_text(row.cells):
            self.note("text-row", row)
            return None, False
        if len(row.cells) < self._width:
            return replace(row, cells=[*row.cells, *[""] * (self._width - len(row.cells))]), True
        return row, False

    def note(self, code: str, row: Row) -> None:
        """Count a row of which something is said once it is known how often."""
        self._counts[code] += 1
        self._first.setdefault(code, row)

    def _is_text(self, cells: Sequence[str]) -> bool:
        """Whether a row is a title, a source or a remark: one cell alone, where a row of the table needs several.

        Where it needs two, the other may have been forgotten: then it must read like a sentence, or stand alone.
        """
        if sum(map(bool, cells)) != 1 or self._width < 2 or self._fewest < 2:
            return False
        text = next(cell for cell in cells if cell)
        return self._fewest > 2 or len(cells) == 1 or _SENTENCE.match(text) is not None

    def _repeats(self, cells: Sequence[str]) -> bool:
        """Whether a row is the header again."""
        filled = [(place, cell) for place, cell in enumerate(cells) if cell]
        return len(filled) >= min(2, self._width) and all(fold(cell) == self._folded[place] for place, cell in filled)

    def findings(self) -> Iterator[Finding]:
        """Say once all rows were read what was left out or completed: each kind once, at its first place."""
        for code, count in self._counts.items():
            row = self._first[code]
            value = next((cell for cell in row.cells if cell), "")
            yield Finding(Correction(code, *_SAID[code](count, value)), row.line, value=value)


def _said_again(count: int, _value: str) -> tuple[Message, Message | None]:
    return msgs(
        "The header stands here again; the line was left out.",
        "The header stands again on {count} lines; they were left out.",
        count,
    ), None


def _said_text(count: int, value: str) -> tuple[Message, Message | None]:
    return msgs(
        "The line says only “{value}”; it was left out.",
        "{count} lines have a single cell, as this one: “{value}”; they were left out.",
        count,
        value=value,
    ), msg("If it is a row of the table, fill in its other cells.")


def _said_units(count: int, value: str) -> tuple[Message, Message | None]:
    return msgs(
        "The line below the header says “{value}”; it was left out.",
        "{count} lines below a header say “{value}”; they were left out.",
        count,
        value=value,
    ), None


def _said_short(count: int, _value: str) -> tuple[Message, Message | None]:
    return msgs(
        "The row has fewer cells than the header; those at its end were read as empty.",
        "{count} rows have fewer cells than the header; those at their end were read as empty.",
        count,
    ), msg("Check it: if a cell is missing before the end, the others stand in the wrong columns.")


_SAID: dict[str, Callable[[int, str], tuple[Message, Message | None]]] = {
    "header-again": _said_again,
    "text-row": _said_text,
    "units-row": _said_units,
    "short-row": _said_short,
}


def is_other_header(cells: Sequence[str], known: Collection[str]) -> bool:
    """Whether a row is the header of another table: most of its cells are names of columns, and there are several."""
    told = [fold(cell) for cell in cells if cell]
    return len(told) > 2 and len(set(told)) == len(told) and sum(cell in known for cell in told) > len(told) * 0.7

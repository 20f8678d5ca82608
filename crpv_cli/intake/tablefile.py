"""A grid whose table was recognised becomes checked records and anomalies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly
from crpv_cli.intake.faults import Correction, Fault, row_length
from crpv_cli.intake.grid import BrokenRow, Finding, Grid, Row, Rows, Unreadable
from crpv_cli.intake.headers import Header, all_spellings
from crpv_cli.intake.headings import in_unit
from crpv_cli.intake.records import BatchReader, Checked, ColumnReader, ListReader, check, readers_of
from crpv_cli.intake.shape import Below, is_other_header, says_total
from crpv_cli.intake.values import read_cell
from crpv_cli.language import N_, Message, Term, msg
from crpv_cli.registry.loads import Batch, Offer, Refused
from crpv_cli.spelling import closest, fold

# To find similar names takes its time: where a file has so many columns of its own, it is not worth it.
_MOST_SUGGESTED = 200


def _french_note(header: Header, headings: Sequence[str]) -> int | None:
    """The place of a heading “Note” in a table of ratings: French for a rating, and our own name for a remark."""
    if "rating" not in header.table.names or "rating" in header.present or "note" not in header.present:
        return None
    place = next(place for place, column in enumerate(header.columns) if column and column.name == "note")
    return place if fold(headings[place]) == "note" else None


@dataclass(slots=True)
class TableFile:
    """A table recognised in a file, or the anomalies that prevent the file from being read.

    While the rows are read, ``refused_keys`` collects the keys of refused rows that others may refer to, ``centres``
    the centres that rows are about, ``notices`` what was skipped, ``offers`` what rows describe that they refer to,
    and ``unanswered`` the lines of prepared rows in which nothing was filled in.
    """

    name: str
    path: Path
    grid: Grid | None = None
    header: Header | None = None
    anomalies: list[Anomaly] = field(default_factory=list)
    refused_keys: set[str] = field(default_factory=set)
    centres: set[str] = field(default_factory=set)
    notices: list[Message] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    unanswered: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.header is not None and self.grid is not None:
            self.anomalies.extend(self.found(finding) for finding in self.grid.findings)
            self.anomalies.extend(self._header_anomalies(self.header))

    @property
    def table(self) -> Table | None:
        """The table the file belongs to, if it was recognised."""
        return self.header.table if self.header else None

    def heading(self, column: str) -> str:
        """The file's own heading of a column."""
        if self.header is None:
            return column
        assert self.grid is not None
        if column in self.header.given:
            return f"--set {column}"
        if (place := self.others().get(column)) is not None:
            return self.grid.headings[place]
        if column in self.header.brought:
            return self.grid.headings[self.header.others["name"]]
        headings = zip(self.header.columns, self.grid.headings, strict=True)
        return next((heading for other, heading in headings if other and other.name == column), column)

    def places(self) -> dict[str, str]:
        """The place of each column: its heading, or its letter in a sheet."""
        if self.header is None:
            return {}
        assert self.grid is not None
        places = {
            column.name: self.grid.letter(place) or self.grid.headings[place]
            for place, column in enumerate(self.header.columns)
            if column is not None
        }
        for name, place in self.others().items():
            places[name] = self.grid.letter(place) or self.grid.headings[place]
        for name in self.header.brought:
            place = self.header.others["name"]
            places[name] = self.grid.letter(place) or self.grid.headings[place]
        return places | {name: self.heading(name) for name in self.header.given}

    def others(self) -> dict[str, int]:
        """The places of the columns of a row that is not there yet (``Table.other``), by their names."""
        if self.header is None or self.header.table.other is None:
            return {}
        columns = self.header.table.other.columns
        return {columns[name].name: place for name, place in self.header.others.items()}

    def rows(self) -> Iterator[Batch | Refused | Anomaly]:
        """Yield the rows that may go into the registry, and the anomalies for which others are refused.

        Plain rows come in batches. A row in which something must be explained comes alone after its warnings, or as
        its errors.
        """
        if self.header is None:
            return
        assert self.grid is not None
        work = _Rows(self, self.grid, self.header)
        for read in self.grid.batches():
            if isinstance(read, Rows):
                yield from work.batch(read)
            elif isinstance(read, Row):
                yield from work.row(read)
            elif isinstance(read, BrokenRow):
                yield self._broken(read)
                return
            elif isinstance(read, Unreadable):
                yield self._unreadable(read.fault)
                return
            else:
                yield read
            if work.ended:
                break
        for finding in work.below.findings():
            yield self.found(finding)

    def anomaly(
        self,
        found: Fault | Correction,
        line: int | None,
        place: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> Anomaly:
        """Return what was found as an anomaly of this file, at its place."""
        assert self.grid is not None
        return self.grid.anomaly(self.name, found, line, place, column, value)

    def found(self, finding: Finding) -> Anomaly:
        """Return what was found of the grid as an anomaly of this file."""
        assert self.grid is not None
        headings, place = self.grid.headings, finding.place
        heading = headings[place] if place is not None and finding.line is None else None
        return self.anomaly(finding.problem, finding.line, place, heading, finding.value)

    def _broken(self, row: BrokenRow) -> Anomaly:
        broken = Fault(
            "broken-csv",
            msg("From this line on, the file cannot be read as CSV: {reason}.", reason=row.reason),
            msg("Look for a quotation mark that is not closed, or not doubled inside a text."),
        )
        return self.anomaly(broken, row.line)

    def _unreadable(self, fault: Fault) -> Anomaly:
        """An anomaly without a line: it is of the whole file, of which nothing is loaded then."""
        assert self.grid is not None
        return Anomaly(fault.code, fault.severity, self.name, fault.message, fault.advice, sheet=self.grid.sheet)

    def _header_anomalies(self, header: Header) -> Iterator[Anomaly]:
        assert self.grid is not None
        line, headings = self.grid.header_line, self.grid.headings
        for column in header.missing:
            missing = Fault(
                "missing-column",
                msg("The required column {column} is missing.", column=column.term),
                msg(
                    "Add it to the header; it may also be called “{label}”. If it is the same in all rows: {example}",
                    label=Term(msg(column.label).text("en"), column.name),  # people read the label already
                    example=f"--set {column.name}=…",
                ),
            )
            yield self.anomaly(missing, line, column=column.term)
        at_place: list[tuple[int, Fault | Correction]] = []
        for name, factor in header.units.items():
            at = next(place for place, column in enumerate(header.columns) if column and column.name == name)
            at_place.append((at, in_unit(headings[at], factor)))
        if (place := _french_note(header, headings)) is not None:
            ambiguous = Fault(
                "ambiguous-column",
                msg("The heading “{heading}” may mean the rating or a remark.", heading=headings[place]),
                msg("Write “rating” above ratings, or “{label}” above remarks.", label=msg(N_("Remark"))),
            )
            at_place.append((place, ambiguous))
        for place in header.twice:
            twice = Fault(
                "column-twice",
                msg("The column {column} appears twice in the header.", column=headings[place]),
                msg("Keep one of them and remove the other."),
            )
            at_place.append((place, twice))
        for place in header.extra:
            moved = {fold(heading): table for heading, table in header.table.moved}
            near = closest(headings[place], header.table.names, 1) if len(header.extra) <= _MOST_SUGGESTED else []
            extra = Correction(
                "extra-column",
                msg(
                    "The column {column} is not part of the table {table}; it was left out.",
                    column=headings[place],
                    table=header.table.term,
                ),
                msg("Load it into the table {table}: crpv template {table}", table=moved[fold(headings[place])])
                if fold(headings[place]) in moved
                else msg("Did you mean {near}?", near=near[0])
                if near
                else None,
            )
            at_place.append((place, extra))
        for place, found in at_place:
            yield self.anomaly(found, line, place, headings[place])


class _Rows:
    """The rows of a table on their way from its grid: plain ones in batches, the others one by one."""

    def __init__(self, table: TableFile, grid: Grid, header: Header) -> None:
        self._table = table
        self._grid = grid
        self._header = header
        self._places = {column.name: place for place, column in enumerate(header.columns) if column}
        self._other = _Other(table, header) if header.others else None
        self._unnamed = {place for place, cell in enumerate(grid.header) if not cell}
        self._to_fill_in = [place for name, place in self._places.items() if name not in grid.prepared]
        self._to_fill_in += header.others.values()
        # A row that was added to the form of one centre and year is of these, whether or not it repeats them.
        made_for = {"centre": grid.form.centre, "year": grid.form.year} if grid.form is not None else {}
        self._made_for = {name: str(value) for name, value in made_for.items() if name in self._places and value}
        self._absent = {column.name for column in header.missing}  # reported once, for the header
        marks = {name: {grid.headings[place], grid.header[place]} for name, place in self._places.items()}
        self._readers = dict(readers_of(header.table.name)) | {
            name: ColumnReader(header.table.column(name), factor) for name, factor in header.units.items()
        }
        for name, ids in grid.named.items():
            self._readers[name] = ListReader(header.table.column(name), ids)
        # What is given stands after the cells of a row, where nothing that looks at its shape sees it.
        self._given = (*header.given.values(), *("" for _ in header.brought))
        after = (*header.given, *header.brought)
        self._places |= {name: len(grid.header) + place for place, name in enumerate(after)}
        self._reader = BatchReader(header.table, self._readers, self._places, grid.tidy, marks)
        self._required = [one.name for one in header.table.columns if one.required and one.name not in header.given]
        self.below = Below(grid.headings, len(self._required))
        self.ended = False

    def batch(self, rows: Rows) -> Iterator[Batch | Refused | Anomaly]:
        width = len(self._grid.header)
        cells = rows.cells
        if not cells:
            return
        odd = {number for number, row in enumerate(cells) if len(row) != width}
        if odd:
            blank = [""] * width
            cells = [blank if number in odd else row for number, row in enumerate(cells)]
        columns = [*zip(*cells, strict=True), *((value,) * len(cells) for value in self._given)]
        values, more = self._reader.judge(columns)
        odd.update(more)
        for place in (*self._unnamed, *self._header.others.values()):
            if any(columns[place]):
                odd.update(number for number, cell in enumerate(columns[place]) if cell)
        if self._grid.prepared:
            odd.update(range(len(cells)))  # they may be valid and yet not be answered
        if self._given:  # a line of totals lacks nothing that is required where that is given
            odd.update(number for number, row in enumerate(cells) if says_total(row))
        lines: Sequence[int] = rows.lines
        if odd:
            kept = [number for number in range(len(cells)) if number not in odd]
            values = [[column[number] for number in kept] for column in values]
            lines = [rows.lines[number] for number in kept]
        if lines:
            names = self._reader.names
            if "centre" in names:
                self._table.centres.update(set(map(str, values[names.index("centre")])))
            yield Batch(lines, names, values)
        for number in sorted(odd):
            tidied = [self._grid.tidy(cell) for cell in rows.cells[number]]
            if any(tidied):
                yield from self.row(Row(rows.lines[number], tidied))
            if self.ended:
                return

    def row(self, given: Row) -> Iterator[Batch | Refused | Anomaly]:
        try:
            row, short = self.below.row(given)
        except Fault as fault:
            yield self._table.anomaly(fault, given.line)
            self._remember(given)
            return
        if row is None:
            return
        for place in [place for place in self._unnamed if row.cells[place]]:
            self._unnamed.discard(place)
            yield self._unnamed_column(row, place)
        if self._grid.prepared and not any(row.cells[place] for place in self._to_fill_in):
            self._table.unanswered.append(row.line)
            return
        every = (*row.cells, *self._given)
        cells = self._made_for | {name: every[place] for name, place in self._places.items() if every[place]}
        brought = self._other.read(row, cells) if self._other is not None else None
        checked = check(self._header.table, cells, self._readers)
        if brought is not None:
            checked = brought.with_its(checked)
        if self._is_total(row, cells, checked):
            yield self._total(row)
        elif checked.values is None and is_other_header(row.cells, all_spellings()):
            yield self._table.anomaly(_other_table(), row.line)
            self.ended = True
        elif checked.values is None and short:
            yield self._table.anomaly(row_length(len(given.cells), len(self._grid.header)), row.line)
            self._remember(row)
        else:
            if short:
                self.below.note("short-row", row)
            yield from self._told(row, cells, checked)
            if brought is not None and checked.values is not None:
                self._table.offers.append(brought.offer)

    def _told(self, row: Row, cells: dict[str, str], checked: Checked) -> Iterator[Batch | Refused | Anomaly]:
        if "centre" in cells:
            self._table.centres.add(cells["centre"])
        faults = [(name, fault) for name, fault in checked.faults if name not in self._absent]
        found: list[tuple[str, Fault | Correction]] = [*faults, *checked.corrections]
        others = self._table.others()
        for name, problem in found:
            place = self._places.get(name, others.get(name))
            if name in self._header.brought:
                place = self._header.others["name"]
            if place is not None and problem.code == "empty-cell" and (cell := self._grid.merged_with(row.line, place)):
                problem = _merged(cell)  # noqa: PLW2901 - it is said in place of the other
            value = (*(row.raw or row.cells), *self._given)[place] if place is not None else None
            place = None if name in self._header.given else place
            yield self._table.anomaly(problem, row.line, place, self._table.heading(name), value)
        if checked.values is None:
            self._remember(row)
            if checked.readable:
                yield Refused(row.line, checked.readable)
        else:
            names = self._reader.names
            yield Batch([row.line], names, [[checked.values[name]] for name in names])

    def _remember(self, row: Row) -> None:
        """Keep the key of a refused row, so that rows that refer to it are not refused for that reason too."""
        table = self._header.table
        if len(table.key) != 1:
            return
        (name,) = table.key
        try:
            cell = (*row.cells, *self._given)[self._places[name]]
            self._table.refused_keys.add(str(read_cell(cell, table.column(name))[0]))
        except (Fault, IndexError, KeyError):
            return

    def _is_total(self, row: Row, cells: dict[str, str], checked: Checked) -> bool:
        """Whether a row is a line of totals: it says so, and lacks a required value or says it in place of an id."""
        if not says_total(row.cells):
            return False
        first = next(place for place, cell in enumerate(row.cells) if cell)
        column = self._header.columns[first]
        return not all(name in cells for name in self._required) or (column is not None and column.refers is not None)

    def _total(self, row: Row) -> Anomaly:
        text = next(cell for cell in row.cells if cell)
        total = Correction("totals-row", msg("The row “{value}” is a line of totals; it was left out.", value=text))
        return self._table.anomaly(total, row.line, row.cells.index(text), value=text)

    def _unnamed_column(self, row: Row, place: int) -> Anomaly:
        unnamed = Correction(
            "unnamed-column",
            msg("Column {place} has values but no heading; it was left out.", place=place + 1),
            msg("If it belongs to the table, give it the name of a column."),
        )
        return self._table.anomaly(unnamed, row.line, place, value=row.cells[place])


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a line says of a row that is not there yet, and what is to be said of that."""

    offer: Offer
    faults: list[tuple[str, Fault]]
    corrections: list[tuple[str, Correction]]

    def with_its(self, checked: Checked) -> Checked:
        """Return what was checked of the line with this; a refused one refers to nothing."""
        faults = [*checked.faults, *self.faults]
        values = None if self.faults else checked.values
        readable = {**(checked.values or {}), **checked.readable}
        readable.pop(self.offer.column, None)
        return Checked(values, faults, [*checked.corrections, *self.corrections], readable if values is None else {})


class _Other:
    """The columns of a file for a row that the list of a reference lacks: “Other funder”, its kind and its SIREN."""

    def __init__(self, table: TableFile, header: Header) -> None:
        assert header.table.other is not None
        self._other = header.table.other
        self._target = header.table.column(self._other.column).refers or ""
        self._places = header.others
        self._names = {name: column.name for name, column in self._other.columns.items()}
        self._headings = {name: table.heading(column) for name, column in self._names.items() if name in self._places}
        self._listed = table.heading(self._other.column)

    def read(self, row: Row, cells: dict[str, str]) -> _Brought | None:
        """Read what a line says, and put its name in the cell of the reference; None if it says nothing.

        Kind and number beside a row that the list has are passed over: they only repeat what is known of it.
        """
        told = {name: row.cells[place] for name, place in self._places.items() if row.cells[place]}
        chosen = cells.get(self._other.column)
        if not told or (chosen and ("name" not in told or fold(chosen) == fold(told["name"]))):
            return None
        values: dict[str, object] = {}
        faults: list[tuple[str, Fault]] = []
        corrections: list[tuple[str, Correction]] = []
        for name, cell in told.items():
            column = self._other.columns[name]
            try:
                value, correction = read_cell(cell, column)
            except Fault as fault:
                faults.append((column.name, fault))
                continue
            values |= {name: value} if value is not None else {}
            corrections += [(column.name, correction)] if correction else []
        if not values and not faults:
            return None  # it says that it is not known
        if chosen:
            faults.append((self._names["name"], self._both(chosen, told["name"])))
        elif (called := str(values.get("name") or values.get("siren") or "")) or faults:
            cells[self._other.column] = called or next(iter(told.values()))
        else:
            return None  # a kind alone names nothing: the reference is empty
        return _Brought(Offer(row.line, self._other.column, self._target, values, self._names), faults, corrections)

    def _both(self, chosen: str, name: str) -> Fault:
        return Fault(
            "two-named",
            msg(
                "“{chosen}” is chosen from the list, and “{name}” is written beside it.",
                chosen=chosen,
                name=name,
            ),
            msg("Empty one of the two cells: {listed} or {other}.", listed=self._listed, other=self._headings["name"]),
        )


def _other_table() -> Fault:
    return Fault(
        "second-table",
        msg("Another table begins here; neither it nor what comes below it was read."),
        msg("Put it on a sheet or in a file of its own."),
    )


def _merged(cell: str) -> Fault:
    return Fault(
        "merged-cell",
        msg("The cell is empty: it is merged with {cell}, which alone has the value.", cell=cell),
        msg("Unmerge the cells and write the value in each of them."),
    )

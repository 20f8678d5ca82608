"""A foreign grid becomes grids of our own tables, row by row, as a profile says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from crpv_cli.definitions.columns import Kind
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.grid import BrokenRow, Grid, Row
from crpv_cli.intake.profiles.cells import Created, Faulty, Known, RowValues, Skipped
from crpv_cli.intake.profiles.definition import Cell, Profile
from crpv_cli.language import Message, msg, msgs

__all__ = ["MadeGrid", "ProfiledGrid", "apply"]


def apply(profile: Profile, grid: Grid, known: Known, file_name: str) -> list[tuple[str, ProfiledGrid]]:
    """Read a foreign grid through a profile.

    Returns the names of tables and a grid for each: that of the profile first, then those of the rows that it makes on
    the way, which are known once the first was read. ``known`` is shared by the files of one load, so that what one
    makes is found by the next; a grid is read once.

    Raises:
        Fault: the header lacks a column that the profile requires, or names one twice.
    """
    work = _Work(profile, grid, known, file_name)
    main = ProfiledGrid(work, profile.cells)
    made = [(name, MadeGrid(work, name)) for name in profile.creates]
    return [(profile.table.name, main), *made]


@dataclass(slots=True)
class _Group:
    """Rows of one key, combined so far."""

    line: int
    cells: dict[str, str]
    raw: dict[str, list[str]]
    sums: dict[str, Decimal]
    seen: set[tuple[str, ...]] = field(default_factory=set)
    rows: int = 1


class _Work:
    """One reading of a foreign grid: what was made of it, skipped and corrected."""

    def __init__(self, profile: Profile, grid: Grid, known: Known, file_name: str) -> None:
        self.profile = profile
        self.grid = grid
        self.known = known
        self.file_name = file_name
        self.places = self._checked(profile.places(grid.header))
        self.notices: list[Message] = []
        self.made: dict[str, list[tuple[int, Created]]] = {}
        self.started = False

    def _checked(self, places: dict[str, list[int]]) -> dict[str, int]:
        missing = [name for name in self.profile.required if name not in places]
        if missing:
            raise Fault(
                "profile-does-not-fit",
                msg(
                    "The header lacks columns that the profile {profile} requires: {columns}.",
                    profile=self.profile.name,
                    columns=missing,
                ),
                msg("Choose another profile (see: crpv profiles), or add the spelling that the file uses to yours."),
            )
        for name, found in places.items():
            if len(found) > 1:
                raise Fault(
                    "column-twice",
                    msg(
                        "Two columns are read as {column}: {headings}.",
                        column=name,
                        headings=[self.grid.headings[place] for place in found],
                    ),
                    msg("Keep one of them and remove the other."),
                )
        return {name: found[0] for name, found in places.items()}

    def place(self, cell: Cell) -> int | None:
        """Where the first foreign column that a cell is made from stands; None if there is none in the file."""
        return next((self.places[name] for name in self.profile.foreign(cell) if name in self.places), None)

    def begin(self) -> None:
        self.started = True
        self.skipped: dict[str, tuple[Message, int]] = {}
        self.corrections: dict[tuple[str, str], tuple[Cell, int, str, Correction]] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.read = self.kept = 0
        self.made.clear()
        self.notices.clear()

    def rows(self) -> Iterator[Row | BrokenRow | Anomaly]:
        """Yield what the rows of the foreign grid become."""
        self.begin()
        groups: dict[tuple[str, ...], _Group] = {}
        combine = self.profile.combine
        repeated = 0
        for row in self.grid.rows():
            if not isinstance(row, Row):
                yield row
                continue
            if len(row.cells) != len(self.grid.header):
                yield self._ragged(row)
                continue
            self.read += 1
            found = list(self._row(row))
            for said in found:
                if isinstance(said, Anomaly):
                    yield said
                    continue
                self.kept += 1
                if combine is None:
                    yield self._finished(row.line, said, self._raw(row))
                else:
                    repeated += self._group(groups, row, said)
        for group in sorted(groups.values(), key=lambda group: group.line):
            yield self._combined(group)
        yield from self._corrected()
        self._notice(groups, repeated)

    def _row(self, row: Row) -> Iterator[dict[str, str] | Anomaly]:
        """Yield the values of a row by column, or what is wrong with it; nothing if it is skipped."""
        cells = {name: row.cells[place] for name, place in self.places.items()}
        values = RowValues(self.profile, cells, self.known, self.file_name)
        made: dict[str, str] = {}
        faults: list[Anomaly] = []
        try:
            self._filter(values, None)
            for cell in self.profile.cells:
                try:
                    made[cell.name] = values.value(cell)
                except Faulty as faulty:
                    faults.append(self._faulty(row, faulty.cell, faulty.fault))
                self._filter(values, cell.name)
        except Skipped as skipped:
            code = skipped.reason.text("en")
            self.skipped[code] = (skipped.reason, self.skipped.get(code, (skipped.reason, 0))[1] + 1)
            if skipped.suspect is not None:
                yield self._suspicious(row, *skipped.suspect)
            return
        except Faulty as faulty:  # of a value that a filter asked for
            faults.append(self._faulty(row, faulty.cell, faulty.fault))
        if faults:
            yield from faults
            return
        for created in values.created:
            self.known.add(created)
            self.made.setdefault(created.create.table.name, []).append((row.line, created))
        for cell, correction in values.corrections:
            key = (cell.name, correction.code)
            self.counts[key] += 1
            self.corrections.setdefault(key, (cell, row.line, self._written(row, cell), correction))
        for cell, warning in values.warnings:
            yield self._said(row.line, cell, self._written(row, cell), warning)
        yield made

    def _filter(self, values: RowValues, after: str | None) -> None:
        for test in self.profile.filters:
            if test.after == after and not test.keeps(values.named(test.origin)):
                raise Skipped(test.reason)

    def _written(self, row: Row, cell: Cell) -> str:
        place = self.place(cell)
        return "" if place is None else row.cells[place]

    def _raw(self, row: Row) -> dict[str, list[str]]:
        return {cell.name: [self._written(row, cell)] for cell in self.profile.cells}

    def _finished(self, line: int, values: dict[str, str], raw: dict[str, list[str]]) -> Row:
        names = self.columns(self.profile.cells)
        return Row(line, [values[name] for name in names], [" + ".join(raw[name]) for name in names])

    # Rows of one key

    def _group(self, groups: dict[tuple[str, ...], _Group], row: Row, values: dict[str, str]) -> int:
        """Add a row to those of its key; returns 1 if it repeats one of them cell by cell."""
        combine = self.profile.combine
        assert combine is not None
        key = tuple(values.get(name, "") for name in self.profile.table.key)
        sums = {name: Decimal(values[name]) for name, way in combine.columns.items() if way == "sum" and values[name]}
        group = groups.get(key)
        if group is None:
            groups[key] = group = _Group(row.line, values, self._raw(row), sums)
            if combine.identical_once:
                group.seen.add(tuple(row.cells))
            return 0
        if combine.identical_once:
            if tuple(row.cells) in group.seen:
                return 1
            group.seen.add(tuple(row.cells))
        group.rows += 1
        raw = self._raw(row)
        for name, way in combine.columns.items():
            if way == "sum" and name in sums:
                group.sums[name] = group.sums.get(name, Decimal(0)) + sums[name]
                group.raw[name] += raw[name]
            elif way == "join" and values[name] and values[name] not in group.cells[name].split("; "):
                group.cells[name] = "; ".join(filter(None, [group.cells[name], values[name]]))
                group.raw[name] += raw[name]
            elif way == "first" and not group.cells[name]:
                group.cells[name] = values[name]
        return 0

    def _combined(self, group: _Group) -> Row:
        for name, total in group.sums.items():
            money = self.profile.table.column(name).kind is Kind.MONEY
            group.cells[name] = f"{total:.2f}" if money else f"{total:f}"
        return self._finished(group.line, group.cells, group.raw)

    # What is said

    def _anomaly(
        self,
        code: str,
        severity: Severity,
        line: int,
        message: Message,
        advice: Message | None,
        place: int | None,
        value: str | None,
    ) -> Anomaly:
        letter = self.grid.letter(place) if place is not None else None
        return Anomaly(
            code,
            severity,
            self.file_name,
            message,
            advice,
            line,
            self.grid.headings[place] if place is not None else None,
            value,
            self.grid.sheet,
            f"{letter}{line}" if letter else None,
        )

    def _faulty(self, row: Row, cell: Cell, fault: Fault) -> Anomaly:
        place = self.place(cell)
        value = None if place is None else row.cells[place]
        return self._anomaly(fault.code, Severity.ERROR, row.line, fault.message, fault.advice, place, value)

    def _said(self, line: int, cell: Cell, value: str, said: Correction) -> Anomaly:
        return self._anomaly(said.code, Severity.WARNING, line, said.message, said.advice, self.place(cell), value)

    def _suspicious(self, row: Row, cell: Cell, value: str, found: str) -> Anomaly:
        assert cell.suspect is not None
        place = self.places.get(cell.suspect.origin)
        return self._anomaly(
            "skipped-by-number",
            Severity.WARNING,
            row.line,
            msg(
                "“{value}” is called like {found}, but its number is missing or another; the row was skipped.",
                value=value,
                found=found,
            ),
            msg("If it is the same body, correct the number in the file, or the SIREN in the registry."),
            place,
            value,
        )

    def _ragged(self, row: Row) -> Anomaly:
        found, expected = len(row.cells), len(self.grid.header)
        return self._anomaly(
            "row-length",
            Severity.ERROR,
            row.line,
            msg("The row has {found} cells, the header has {expected}.", found=found, expected=expected),
            msg("Look for a delimiter too many, or put the text that holds one between quotation marks.")
            if found > expected
            else msg("Look for a missing cell; an empty one still needs its delimiter."),
            None,
            None,
        )

    def _corrected(self) -> Iterator[Anomaly]:
        """Say each kind of correction once a column, at its first place, with how often it came again."""
        for key, (cell, line, value, correction) in self.corrections.items():
            more = self.counts[key] - 1
            message = (
                msgs(
                    "{first} The same goes for {count} more row.",
                    "{first} The same goes for {count} more rows.",
                    more,
                    first=correction.message,
                )
                if more
                else correction.message
            )
            yield self._said(line, cell, value, Correction(correction.code, message, correction.advice))

    def _notice(self, groups: dict[tuple[str, ...], _Group], repeated: int) -> None:
        said = self.notices.append
        for reason, count in self.skipped.values():
            said(
                msgs(
                    "{file}: {count} row was skipped: {why}.",
                    "{file}: {count} rows were skipped: {why}.",
                    count,
                    file=self.file_name,
                    why=reason,
                )
            )
        if repeated:
            said(
                msgs(
                    "{file}: {count} row repeats another one cell by cell; it was counted once.",
                    "{file}: {count} rows repeat others cell by cell; each was counted once.",
                    repeated,
                    file=self.file_name,
                )
            )
        together = sum(group.rows for group in groups.values() if group.rows > 1)
        if together:
            said(
                msg(
                    "{file}: {rows} rows became {count}: those of the same {key} were put together.",
                    file=self.file_name,
                    rows=together,
                    count=sum(group.rows > 1 for group in groups.values()),
                    key=" + ".join(name for name in self.profile.table.key if name in self.columns(self.profile.cells)),
                )
            )
        for rows in self.made.values():
            for _, created in rows:
                said(self._made(created))
        if self.read and sum(count for _, count in self.skipped.values()) == self.read:
            said(
                msgs(
                    "{file}: its {count} row was read through the profile {profile}; it is not for the registry.",
                    "{file}: its {count} rows were read through the profile {profile}; none is for the registry.",
                    self.read,
                    file=self.file_name,
                    profile=self.profile.name,
                )
            )

    def _made(self, created: Created) -> Message:
        table = created.create.table.name
        if not created.because:
            return msg("{file}: {key} is new in the table {table}.", file=self.file_name, key=created.key, table=table)
        deduced = next((f"{cell.name} {created.cells[cell.name]}" for cell in created.create.cells if cell.rules), "")
        return msg(
            "{file}: {key} is new in the table {table}; {deduced} was deduced from {because}: check it.",
            file=self.file_name,
            key=created.key,
            table=table,
            deduced=deduced,
            because=created.because,
        )

    # Columns

    def columns(self, cells: Sequence[Cell]) -> list[str]:
        """The columns that the file gives: those whose foreign columns are all missing keep what the registry holds."""
        return [cell.name for cell in cells if not self.profile.foreign(cell) or self.place(cell) is not None]


class ProfiledGrid:
    """A foreign grid as a profile reads it: its header are columns of our table, its rows keep their lines."""

    prepared: tuple[str, ...] = ()

    def __init__(self, work: _Work, cells: Sequence[Cell]) -> None:
        self._work = work
        self._cells = {cell.name: cell for cell in cells}
        self.header = work.columns(cells)

    @property
    def origin(self) -> Grid:
        """The foreign grid itself."""
        return self._work.grid

    @property
    def notices(self) -> list[Message]:
        """What was passed over, and what was made on the way; fills while rows are read."""
        return self._work.notices

    @property
    def sha256(self) -> str:
        """That of the file."""
        return self._work.grid.sha256

    @property
    def header_line(self) -> int:
        """The line of the foreign header."""
        return self._work.grid.header_line

    @property
    def sheet(self) -> str | None:
        """The name of the sheet, None outside workbooks."""
        return self._work.grid.sheet

    @property
    def profile(self) -> str | None:
        """The name of the profile."""
        return self._work.profile.name

    @property
    def headings(self) -> list[str]:
        """What the file writes above the column that each of ours is made from; our own name for a constant."""
        places = [self._work.place(self._cells[name]) for name in self.header]
        written = self._work.grid.headings
        return [name if place is None else written[place] for name, place in zip(self.header, places, strict=True)]

    def letter(self, place: int) -> str | None:
        """Return the letter of the foreign column that one of ours is made from."""
        foreign = self._work.place(self._cells[self.header[place]])
        return None if foreign is None else self._work.grid.letter(foreign)

    def rows(self) -> Iterator[Row | BrokenRow | Anomaly]:
        """Yield the rows that are for the registry; what is wrong with others; and last what was corrected."""
        return self._work.rows()


class MadeGrid(ProfiledGrid):
    """The rows that a profile makes in another table on the way; they are known once its own rows were read."""

    def __init__(self, work: _Work, table: str) -> None:
        super().__init__(work, work.profile.creates[table].cells)
        self._table = table

    @property
    def notices(self) -> list[Message]:
        """Nothing more than its main grid says."""
        return []

    def rows(self) -> Iterator[Row | BrokenRow | Anomaly]:
        """Yield them, each at the line that first needed it."""
        if not self._work.started:
            for _ in self._work.rows():
                pass
        for line, created in self._work.made.get(self._table, []):
            yield Row(line, [created.cells[name] for name in self.header])

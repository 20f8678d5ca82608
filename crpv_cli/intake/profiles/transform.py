"""A foreign grid becomes grids of our own tables, row by row, according to a profile."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crpv_cli.definitions.columns import Kind
from crpv_cli.errors import Anomaly
from crpv_cli.intake.faults import Correction, Fault, row_length
from crpv_cli.intake.grid import Grid, Read, Row
from crpv_cli.intake.profiles.profile import ColumnSpec, Combine, Profile
from crpv_cli.intake.profiles.rows import Created, Faulty, KnownIds, RowValues, Skipped
from crpv_cli.language import Message, msg, msgs


def apply(profile: Profile, grid: Grid, known: KnownIds, file_name: str) -> list[tuple[str, ProfiledGrid]]:
    """Read a foreign grid through a profile.

    Returns the names of tables and a grid for each: that of the profile first, then those of the rows that it creates,
    which are known once the first has been read. ``known`` is shared by the files of one load, so that the rows one
    creates are found by the next; a grid is read once.

    Raises:
        Fault: the header lacks a column that the profile requires, or names one twice.
    """
    transform = _Transform(profile, grid, known, file_name)
    main = ProfiledGrid(transform, profile.specs)
    created = [(name, CreatedGrid(transform, name)) for name in profile.creates]
    return [(profile.table.name, main), *created]


@dataclass(slots=True)
class _Group:
    """Rows with the same key, combined so far."""

    line: int
    cells: dict[str, str]
    raw: dict[str, list[str]]
    sums: defaultdict[str, Decimal]
    seen: set[tuple[str, ...]]
    rows: int = 1


class _Transform:
    """One pass over a foreign grid: what was read, created, skipped and corrected."""

    def __init__(self, profile: Profile, grid: Grid, known: KnownIds, file_name: str) -> None:
        self.profile = profile
        self.grid = grid
        self.known = known
        self.file_name = file_name
        self.places = self._checked(profile.places(grid.header))
        self.notices: list[Message] = []
        self.created: dict[str, list[tuple[int, Created]]] = {}
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
                msg("Choose another profile (see: crpv profiles), or add the spelling used in the file to your own."),
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

    def place(self, spec: ColumnSpec) -> int | None:
        """The place of the first foreign column that a value comes from; None if the file has none of them."""
        return next((self.places[name] for name in self.profile.foreign(spec) if name in self.places), None)

    def begin(self) -> None:
        self.started = True
        self.skipped: dict[str, tuple[Message, int]] = {}
        self.corrections: dict[tuple[str, str], tuple[ColumnSpec, int, str, Correction]] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.read = 0
        self.created.clear()
        self.notices.clear()

    def rows(self) -> Iterator[Read]:
        """Yield our rows from those of the foreign grid."""
        self.begin()
        groups: dict[tuple[str | None, ...], _Group] = {}
        combine = self.profile.combine
        repeated = 0
        for row in self.grid.rows():
            if not isinstance(row, Row):
                yield row
            elif len(row.cells) != len(self.grid.header):
                yield self._anomaly(row_length(len(row.cells), len(self.grid.header)), row.line, None, None)
            else:
                self.read += 1
                for result in self._row(row):
                    if isinstance(result, Anomaly):
                        yield result
                    elif combine is None:
                        yield self._finished(row.line, result, self._raw(row))
                    else:
                        repeated += self._group(combine, groups, row, result)
        yield from map(self._combined, groups.values())
        yield from self._corrected()
        self._notice(groups, repeated)

    def _row(self, row: Row) -> Iterator[dict[str, str] | Anomaly]:
        """Yield the values of a row by column, or its anomalies; nothing if it is skipped."""
        cells = {name: row.cells[place] for name, place in self.places.items()}
        values = RowValues(self.profile, cells, self.known, self.file_name, row.line)
        read: dict[str, str] = {}
        faults: list[Anomaly] = []
        try:
            self._filter(values, None)
            for spec in self.profile.specs:
                try:
                    read[spec.name] = values.value(spec)
                except Faulty as faulty:
                    faults.append(self._faulty(row, faulty))
                self._filter(values, spec.name)
        except Skipped as skipped:
            code = skipped.reason.text("en")
            self.skipped[code] = (skipped.reason, self.skipped.get(code, (skipped.reason, 0))[1] + 1)
            if skipped.suspect is not None:
                yield self._suspicious(row, *skipped.suspect)
            return
        except Faulty as faulty:  # of a value that a filter asked for
            faults.append(self._faulty(row, faulty))
        if faults:
            yield from faults
            return
        for created in values.created:
            self.known.add(created)
            self.created.setdefault(created.create.table.name, []).append((row.line, created))
        for spec, correction in values.corrections:
            key = (spec.name, correction.code)
            self.counts[key] += 1
            self.corrections.setdefault(key, (spec, row.line, self._written(row, spec), correction))
        for spec, warning in values.warnings:
            yield self._anomaly(warning, row.line, self.place(spec), self._written(row, spec))
        yield read

    def _filter(self, values: RowValues, after: str | None) -> None:
        for test in self.profile.filters:
            if test.after == after and not test.keeps(values.named(test.origin)):
                raise Skipped(test.reason)

    def _written(self, row: Row, spec: ColumnSpec) -> str:
        place = self.place(spec)
        return "" if place is None else row.cells[place]

    def _raw(self, row: Row) -> dict[str, list[str]]:
        return {spec.name: [self._written(row, spec)] for spec in self.profile.specs}

    def _finished(self, line: int, values: dict[str, str], raw: dict[str, list[str]]) -> Row:
        names = self.columns(self.profile.specs)
        return Row(line, [values[name] for name in names], [" + ".join(raw[name]) for name in names])

    # Rows with the same key

    def _group(
        self, combine: Combine, groups: dict[tuple[str | None, ...], _Group], row: Row, values: dict[str, str]
    ) -> bool:
        """Add a row to those with the same key, unless its cells are identical to those of one of them: then True."""
        key = tuple(values.get(name) for name in self.profile.table.key)
        cells, raw = tuple(row.cells), self._raw(row)
        sums = {name: Decimal(values[name]) for name, way in combine.columns.items() if way == "sum" and values[name]}
        group = groups.get(key)
        if group is None:
            groups[key] = _Group(row.line, values, raw, defaultdict(Decimal, sums), {cells})
            return False
        if combine.identical_once and cells in group.seen:
            return True
        group.seen.add(cells)
        group.rows += 1
        for name, way in combine.columns.items():
            if way == "sum" and name in sums:
                group.sums[name] += sums[name]
                group.raw[name] += raw[name]
            elif way == "join" and values[name] and values[name] not in group.cells[name].split("; "):
                group.cells[name] = "; ".join(filter(None, [group.cells[name], values[name]]))
                group.raw[name] += raw[name]
            elif way == "first" and not group.cells[name]:
                group.cells[name] = values[name]
        return False

    def _combined(self, group: _Group) -> Row:
        for name, total in group.sums.items():
            money = self.profile.table.column(name).kind is Kind.MONEY
            group.cells[name] = f"{total:.2f}" if money else f"{total:f}"
        return self._finished(group.line, group.cells, group.raw)

    # Anomalies and notices

    def _anomaly(self, found: Fault | Correction, line: int, place: int | None, value: str | None) -> Anomaly:
        column = self.grid.headings[place] if place is not None else None
        return self.grid.anomaly(self.file_name, found, line, place, column, value)

    def _faulty(self, row: Row, faulty: Faulty) -> Anomaly:
        place = self.place(faulty.spec)
        return self._anomaly(faulty.fault, row.line, place, None if place is None else row.cells[place])

    def _suspicious(self, row: Row, spec: ColumnSpec, value: str, found: str) -> Anomaly:
        assert spec.suspect is not None
        suspicious = Correction(
            "skipped-by-number",
            msg(
                "“{value}” has the name of {found}, but its number is missing or different; the row was skipped.",
                value=value,
                found=found,
            ),
            msg("If it is the same body, correct the number in the file, or the SIREN in the registry."),
        )
        return self._anomaly(suspicious, row.line, self.places.get(spec.suspect.origin), value)

    def _corrected(self) -> Iterator[Anomaly]:
        """Report each kind of correction once per column, at its first place, with the number of other rows."""
        for key, (spec, line, value, correction) in self.corrections.items():
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
            yield self._anomaly(Correction(correction.code, message, correction.advice), line, self.place(spec), value)

    def _notice(self, groups: dict[tuple[str | None, ...], _Group], repeated: int) -> None:
        notify = self.notices.append
        for reason, count in self.skipped.values():
            notify(
                msgs(
                    "{file}: {count} row was skipped: {why}.",
                    "{file}: {count} rows were skipped: {why}.",
                    count,
                    file=self.file_name,
                    why=reason,
                )
            )
        if repeated:
            notify(
                msgs(
                    "{file}: {count} row is identical to another one; it was counted once.",
                    "{file}: {count} rows are identical to others; each was counted once.",
                    repeated,
                    file=self.file_name,
                )
            )
        together = sum(group.rows for group in groups.values() if group.rows > 1)
        if together:
            notify(
                msg(
                    "{file}: {rows} rows became {count}: those with the same {key} were combined.",
                    file=self.file_name,
                    rows=together,
                    count=sum(group.rows > 1 for group in groups.values()),
                    key=" + ".join(name for name in self.profile.table.key if name in self.columns(self.profile.specs)),
                )
            )
        for rows in self.created.values():
            for _, created in rows:
                notify(self._creation(created))
        if self.read and sum(count for _, count in self.skipped.values()) == self.read:
            notify(
                msgs(
                    "{file}: its {count} row was read through the profile {profile}; it is not about "
                    "the registry's centres.",
                    "{file}: its {count} rows were read through the profile {profile}; none is about "
                    "the registry's centres.",
                    self.read,
                    file=self.file_name,
                    profile=self.profile.name,
                )
            )

    def _creation(self, created: Created) -> Message:
        table = created.create.table.name
        if not created.because:
            return msg("{file}: {key} is new in the table {table}.", file=self.file_name, key=created.key, table=table)
        deduced = next((f"{spec.name} {created.cells[spec.name]}" for spec in created.create.specs if spec.rules), "")
        return msg(
            "{file}: {key} is new in the table {table}; {deduced} was deduced from {because}: check it.",
            file=self.file_name,
            key=created.key,
            table=table,
            deduced=deduced,
            because=created.because,
        )

    # Columns

    def columns(self, specs: Sequence[ColumnSpec]) -> list[str]:
        """The columns that the file provides; the others, whose foreign columns are all missing, stay as they are."""
        return [spec.name for spec in specs if not self.profile.foreign(spec) or self.place(spec) is not None]


class ProfiledGrid(Grid):
    """A foreign grid read through a profile: its header are columns of our table, its rows keep their lines.

    ``origin`` is the foreign grid; ``notices`` say what was skipped and created, and are complete once rows were read.
    """

    def __init__(self, transform: _Transform, specs: Sequence[ColumnSpec]) -> None:
        grid = self.origin = transform.grid
        self.sha256, self.header_line, self.sheet = grid.sha256, grid.header_line, grid.sheet
        self.profile = transform.profile.name
        self.header = transform.columns(specs)
        self.notices = transform.notices
        self._transform = transform
        places = {spec.name: transform.place(spec) for spec in specs}
        self._places = [places[name] for name in self.header]

    @property
    def headings(self) -> list[str]:
        """The file's heading above the column that each of ours comes from; our own name for a constant."""
        headings = self.origin.headings
        return [
            name if place is None else headings[place] for name, place in zip(self.header, self._places, strict=True)
        ]

    def letter(self, place: int) -> str | None:
        """Return the letter of the foreign column that one of ours comes from."""
        foreign = self._places[place]
        return None if foreign is None else self.origin.letter(foreign)

    def batches(self) -> Iterator[Read]:
        """Yield the rows to load, the anomalies of others, and at the end the corrections."""
        return self._transform.rows()


class CreatedGrid(ProfiledGrid):
    """The rows that a profile creates in another table; they are known once its own rows were read."""

    def __init__(self, transform: _Transform, table: str) -> None:
        super().__init__(transform, transform.profile.creates[table].specs)
        self.notices = []  # the main grid has them
        self._table = table

    def batches(self) -> Iterator[Read]:
        """Yield them, each at the line that first needed it."""
        if not self._transform.started:
            for _ in self._transform.rows():
                pass
        for line, created in self._transform.created.get(self._table, []):
            yield Row(line, [created.cells[name] for name in self.header])

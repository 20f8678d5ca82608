"""A foreign grid becomes grids of our own tables, row by row, according to a profile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from crpv_cli.definitions.columns import Kind
from crpv_cli.errors import Anomaly
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.grid import Grid, Read, Row, Rows
from crpv_cli.intake.headers import OWN_COLUMNS
from crpv_cli.intake.headings import in_unit
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.profiles.profile import ColumnSpec, Combine, Filter, Profile
from crpv_cli.intake.profiles.rows import Created, Faulty, Foreign, RowValues, Skipped
from crpv_cli.intake.profiles.telling import Tally, Telling
from crpv_cli.intake.shape import Below, said_above
from crpv_cli.language import Message, msg, msgs

# How many distinct bodies that are none of ours are remembered.
_REMEMBERED = 60_000
# A foreign row of interest has this many cells filled at least: a number, an amount, and what they are about.
_FEWEST = 3


def apply(
    profile: Profile, grid: Grid, known: KnownIds, file_name: str, given: Mapping[str, str] | None = None
) -> list[tuple[str, ProfiledGrid]]:
    """Read a foreign grid through a profile.

    ``given`` has what the file does not say: the cell that each row has in a foreign column, by its name.

    Returns the names of tables and a grid for each: that of the profile first, then those of the rows that it creates,
    which are known once the first has been read. ``known`` is shared by the files of one load, so that the rows one
    creates are found by the next; a grid is read once.

    Raises:
        Fault: the header lacks a column that the profile requires, or names one twice; an amount is not in euros;
            ``given`` names a column that the profile does not know or the file has.
    """
    transform = _Transform(profile, grid, known, file_name, given or {})
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


class _LeftOut(Skipped):
    """A filter leaves the row out."""

    def __init__(self, test: Filter, value: str) -> None:
        super().__init__(test.reason)
        self.test = test
        self.value = value


class _Transform:
    """One pass over a foreign grid: what was read, created, skipped and corrected."""

    def __init__(self, profile: Profile, grid: Grid, known: KnownIds, file_name: str, given: Mapping[str, str]) -> None:
        self.profile = profile
        self.grid = grid
        self.known = known
        self.file_name = file_name
        for found in grid.findings:
            if isinstance(found.problem, Fault):
                raise found.problem
        self.reading = profile.reading(grid.header)
        given = profile.given(given)
        self.foreign = Foreign(profile, known, file_name, self.reading.places, given, self.reading.factors, grid.tidy)
        kinds = {name: profile.table.column(name).kind for name in profile.columns}
        self.money = [spec for name, spec in profile.columns.items() if kinds[name] is Kind.MONEY]
        self._check_header(given)
        self.notices: list[Message] = []
        self.created: dict[str, list[tuple[int, Created]]] = {}
        self.started = False
        self.filters: dict[str | None, list[Filter]] = {}
        for test in profile.filters:
            self.filters.setdefault(test.after, []).append(test)
        self.steps = tuple(profile.columns.items())
        # Up to which column it is decided whether a row is about the registry.
        self.gate = next((step for step, (_, spec) in enumerate(self.steps, 1) if spec.skip_unknown is not None), 0)
        self.deciding = self._deciding()

    def _check_header(self, given: Mapping[str, str]) -> None:
        profile, headings = self.profile, self.grid.headings
        missing = [name for name in profile.required if name not in self.reading.places and name not in given]
        if missing:
            raise Fault(
                "profile-does-not-fit",
                msg(
                    "The header lacks columns that the profile {profile} requires: {columns}.",
                    profile=profile.name,
                    columns=missing,
                ),
                msg("Choose another profile (see: crpv profiles), or add the spelling used in the file to your own."),
            )
        for name, places in self.reading.twice.items():
            raise Fault(
                "column-twice",
                msg(
                    "Two columns are read as {column}: {headings}.",
                    column=name,
                    headings=[headings[place] for place in places],
                ),
                msg("Keep one of them and remove the other."),
            )
        for name in given:
            if name in self.reading.places or name not in {*profile.required, *profile.optional}:
                raise Fault(
                    "cannot-be-given",
                    msg("{column} cannot be given: the file has that column.", column=name)
                    if name in self.reading.places
                    else msg("The profile {profile} has no column {column}.", profile=profile.name, column=name),
                    msg("Its columns are: {columns}.", columns=[*profile.required, *profile.optional]),
                )
        for place, factor in self._amounts_in_units():
            if isinstance(told := in_unit(headings[place], factor), Fault):
                raise told

    def _amounts_in_units(self) -> Iterator[tuple[int, Decimal]]:
        """The places of columns of amounts whose heading says another unit than euros, and the factor.

        It is 0 where it is not certain, or nothing in the profile says that an amount is read.
        """
        found: dict[str, Decimal] = {}
        for spec in (*self.profile.lets.values(), *self.profile.specs):
            if spec.is_amount or spec in self.money:
                for name, factor in self.foreign.factors_of(spec):
                    found[name] = factor if spec.is_amount or factor == 1 else Decimal(0)
        return ((self.reading.places[name], factor) for name, factor in found.items() if factor != 1)

    # Rows

    def rows(self) -> Iterator[Read]:
        """Yield our rows from those of the foreign grid."""
        self.started = True
        self.created.clear()
        self.notices[:] = said_above(self.grid, self.file_name)
        self.read = self.others = 0  # rows, and those of them that are about nobody in the registry
        self.telling = Telling(self.profile, self.file_name, self._anomaly)
        yield from self._of_the_header()
        below = Below(self.grid.headings, _FEWEST)
        groups: dict[tuple[str | None, ...], _Group] = {}
        combine = self.profile.combine
        repeated = 0
        for row in self._kept():
            if not isinstance(row, Row):
                yield row
                continue
            if not below.plain(row.cells):
                try:
                    kept, short = below.row(replace(row, cells=list(map(self.grid.tidy, row.cells))))
                except Fault as fault:
                    yield self._anomaly(fault, row.line, None, None)
                    continue
                if kept is None:
                    continue
                if len(kept.cells) != len(row.cells):
                    row = kept  # noqa: PLW2901 - the same row, as wide as the header
                if short:
                    below.note("short-row", kept)
            self.read += 1
            anomalies, values = self._row(row)
            yield from anomalies
            if values is not None and combine is None:
                yield self._finished(row.line, values, self._raw(row))
            elif values is not None and combine is not None:
                repeated += self._group(combine, groups, row, values)
        yield from map(self._combined, groups.values())
        yield from self.telling.anomalies()
        for found in below.findings():
            yield self._anomaly(found.problem, found.line, found.place, found.value)
        self._notice(groups, repeated)

    def _of_the_header(self) -> Iterator[Anomaly]:
        for found in self.grid.findings:
            yield self._anomaly(found.problem, found.line, found.place, found.value)
        for place, factor in self._amounts_in_units():
            heading = self.grid.headings[place]
            yield self._anomaly(in_unit(heading, factor), self.grid.header_line, place, heading)

    def _kept(self) -> Iterator[Row | Read]:
        """Yield what the grid gives, without blank rows and those that say of a body what was decided before.

        The cells of a row that it yields are not cleaned.
        """
        width = len(self.grid.header)
        tidy = self.grid.tidy
        deciding = self.deciding
        self.passed: dict[tuple[str, ...], Tally] = {}
        for batch in self.grid.batches():
            if not isinstance(batch, Rows):
                yield batch
                continue
            for line, cells in zip(batch.lines, batch.cells, strict=True):
                if len(cells) == width and deciding:
                    decided = tuple([cells[place] for place in deciding])
                    tally = self.passed.get(decided)
                    if tally is not None:
                        tally.rows += 1
                        self.read += 1
                        self.others += 1
                        continue
                    if any(map(tidy, decided)):
                        yield Row(line, cells)
                        continue
                if any(map(tidy, cells)):
                    yield Row(line, cells)

    def _deciding(self) -> list[int]:
        """The places of the cells that say whether a row is about the registry; none if others matter too."""
        specs: list[ColumnSpec] = []
        names = [test.origin for test in self.filters.get(None, ())]
        for name, spec in self.steps[: self.gate]:
            names += [test.origin for test in self.filters.get(name, ())]
            specs.append(spec)
        found: set[str] = set()
        while names or specs:
            if names:
                name = names.pop()
                found.add(name)
                specs += [self.profile.lets[name]] if name in self.profile.lets else []
            else:
                spec = specs.pop()
                if "{line}" in (spec.template or ""):
                    return []
                names += [name for _, name in spec.named()]
        return sorted(self.reading.places[name] for name in found if name in self.reading.places)

    def _row(self, row: Row) -> tuple[list[Anomaly], dict[str, str] | None]:
        """Return what is to be said of a row, and its values by column, None if it is left out or refused."""
        values = RowValues(self.foreign, row.cells, row.line)
        read: dict[str, str] = {}
        faults: list[Anomaly] = []
        try:
            self._filter(values, None)
            for name, spec in self.steps:
                try:
                    read[name] = values.value(spec)
                except Faulty as faulty:
                    fault = self._faulty(row, faulty)
                    if (fault.column, fault.code) not in [(one.column, one.code) for one in faults]:
                        faults.append(fault)  # a cell that two columns are computed from is wrong once
                self._filter(values, name)
        except Skipped as skipped:
            return self._left_out(values, skipped, early=len(read) < max(self.gate, 1) and not faults), None
        except Faulty as faulty:  # of a value that a filter asked for
            faults.append(self._faulty(row, faulty))
        if faults:
            return faults, None
        for created in values.created:
            self.known.add(created)
            self.passed.clear()
            self.created.setdefault(created.create.table.name, []).append((row.line, created))
        for spec, correction in values.corrections:
            place, written = self.foreign.place(spec), self._written(row, spec)
            if correction.code == "unknown-value":
                self.telling.strange(correction.message, row.line, place, written, self._carried(values))
            else:
                self.telling.correct(spec, row.line, place, written, correction)
        return [
            self._anomaly(warning, row.line, self.foreign.place(spec), self._written(row, spec))
            for spec, warning in values.warnings
        ], read

    def _filter(self, values: RowValues, after: str | None) -> None:
        for test in self.filters.get(after, ()):
            value = values.named(test.origin)
            if not test.keeps(value):
                raise _LeftOut(test, value)

    def _left_out(self, values: RowValues, skipped: Skipped, *, early: bool) -> list[Anomaly]:
        """Count a row that is left out: not about the registry, about it but not wanted, or damaged."""
        line = values.line
        cents = None if early and skipped.suspect is None and not skipped.destroyed else self._carried(values)
        if skipped.suspect is not None or skipped.destroyed:
            spec = skipped.suspect[0] if skipped.suspect else skipped.spec
            assert spec is not None
            place = self.foreign.place(spec)
            number = "" if place is None else self.grid.tidy(values.cells[place])
            named = self.reading.places.get(spec.suspect.origin) if spec.suspect else None
            return self.telling.damaged(skipped, line, (place, number), named, cents)
        self.others += early
        strange = isinstance(skipped, _LeftOut) and skipped.test.unknown
        if isinstance(skipped, _LeftOut) and strange:
            self.telling.strange(
                msg("left out ({reason})", reason=skipped.reason),
                line,
                self.foreign.place(skipped.test.origin),
                skipped.value,
                cents,
            )
        tally = self.telling.skip(skipped.reason, line, cents)
        if early and self.deciding and not strange:
            if len(self.passed) >= _REMEMBERED:
                self.passed.clear()
            self.passed[tuple([values.cells[place] for place in self.deciding])] = tally
        return []

    def _carried(self, values: RowValues) -> int | None:
        """How much money a row carries, in centimes; None if it cannot be told."""
        if not self.money or not self.money[0].is_number:
            return None
        try:
            amount = RowValues(self.foreign, values.cells, values.line).value(self.money[0])
        except (Skipped, Faulty):
            return None
        return int(Decimal(amount) * 100) if amount else None

    def _written(self, row: Row, spec: ColumnSpec) -> str:
        place = self.foreign.place(spec)
        return "" if place is None else self.grid.tidy(row.cells[place])

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
        cells, raw = tuple(map(self.grid.tidy, row.cells)), self._raw(row)
        sums = {name: Decimal(values[name]) for name, way in combine.columns.items() if way == "sum" and values[name]}
        group = groups.get(key)
        if group is None:
            groups[key] = _Group(row.line, values, raw, defaultdict(Decimal, sums), {cells})
            return False
        if combine.identical == "once" and cells in group.seen:
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

    def _anomaly(self, found: Fault | Correction, line: int | None, place: int | None, value: str | None) -> Anomaly:
        column = self.grid.headings[place] if place is not None else None
        return self.grid.anomaly(self.file_name, found, line, place, column, value)

    def _faulty(self, row: Row, faulty: Faulty) -> Anomaly:
        place = self.foreign.place(faulty.spec)
        if place is None and (said := self.foreign.said(faulty.spec)):
            name, value = said
            return self.grid.anomaly(self.file_name, faulty.fault, row.line, None, f"--set {name}", value)
        return self._anomaly(faulty.fault, row.line, place, None if place is None else self.grid.tidy(row.cells[place]))

    def _notice(self, groups: dict[tuple[str | None, ...], _Group], repeated: int) -> None:
        notify = self.notices.append
        headings = self.grid.headings
        strange = [headings[place] for place in self.reading.strange if headings[place] not in OWN_COLUMNS]
        if strange:
            notify(
                msg(
                    "{file}: columns that the profile {profile} does not know were not read: {columns}.",
                    file=self.file_name,
                    profile=self.profile.name,
                    columns=strange,
                )
            )
        for name, place in self.reading.passed_over:
            notify(
                msg(
                    "{file}: “{heading}” was not read, since the column {column} has its exact name.",
                    file=self.file_name,
                    heading=headings[place],
                    column=name,
                )
            )
        self.notices.extend(self.telling.notices())
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
            self.notices.extend(self.telling.creation(created) for _, created in rows)
        self.notices.extend(self.telling.nothing(self.read, self.others))

    # Columns

    def columns(self, specs: Sequence[ColumnSpec]) -> list[str]:
        """The columns that the file provides; the others, whose foreign columns are all missing, stay as they are."""
        there = {*self.reading.places, *self.foreign.given}
        foreign = ((spec, self.profile.foreign(spec)) for spec in specs)
        return [spec.name for spec, names in foreign if not names or not there.isdisjoint(names)]


class ProfiledGrid(Grid):
    """A foreign grid read through a profile: its header are columns of our table, its rows keep their lines.

    ``origin`` is the foreign grid; ``notices`` say what was skipped and created, and are complete once rows were read.
    """

    origin: Grid

    def __init__(self, transform: _Transform, specs: Sequence[ColumnSpec]) -> None:
        grid = self.origin = transform.grid
        self.sha256, self.header_line, self.sheet = grid.sha256, grid.header_line, grid.sheet
        self.profile = transform.profile.name
        self.header = transform.columns(specs)
        self.notices = transform.notices
        self._transform = transform
        places = {spec.name: transform.foreign.place(spec) for spec in specs}
        self._places = [places[name] for name in self.header]
        self._said = {spec.name: f"--set {said[0]}" for spec in specs if (said := transform.foreign.said(spec))}

    @property
    def headings(self) -> list[str]:
        """The file's heading above the column that each of ours comes from; what gave it, or our name of a constant."""
        headings = self.origin.headings
        return [
            self._said.get(name, name) if place is None else headings[place]
            for name, place in zip(self.header, self._places, strict=True)
        ]

    def letter(self, place: int) -> str | None:
        """Return the letter of the foreign column that one of ours comes from."""
        foreign = self._places[place]
        return None if foreign is None else self.origin.letter(foreign)

    def merged_with(self, line: int, place: int) -> str | None:
        """Return the cell that has the value of an empty one of the foreign file."""
        foreign = self._places[place]
        return None if foreign is None else self.origin.merged_with(line, foreign)

    def batches(self) -> Iterator[Read]:
        """Yield the rows to load, the anomalies of others, and at the end the corrections."""
        return self._transform.rows()


class CreatedGrid(ProfiledGrid):
    """The rows that a profile creates in another table; they are known once its own rows were read."""

    made = True

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

"""The values of one foreign row, computed according to its profile."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from crpv_cli.intake.amounts import unit_of
from crpv_cli.intake.cells import Cell
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.profiles.conversions import share_of
from crpv_cli.intake.profiles.known import KnownIds
from crpv_cli.intake.profiles.profile import ColumnSpec, Create, Find, Profile
from crpv_cli.language import Euros, Message, msg
from crpv_cli.spelling import fold

# How many distinct texts are remembered with what they were converted to.
_REMEMBERED = 20_000


class Skipped(Exception):
    """The row does not belong in the registry, for a reason that the profile gives.

    ``fault`` is what is wrong with a value that cannot be read. ``suspect`` is another value of the row that refers to
    something in the registry, and its id.
    """

    def __init__(
        self,
        reason: Message,
        spec: ColumnSpec | None = None,
        fault: Fault | None = None,
        suspect: tuple[ColumnSpec, str, str] | None = None,
    ) -> None:
        self.reason = reason
        self.spec = spec
        self.fault = fault
        self.suspect = suspect

    @property
    def destroyed(self) -> bool:
        """Whether a spreadsheet destroyed the number that says whose row it is."""
        return self.fault is not None and self.fault.code == "number-destroyed"


class Faulty(Exception):
    """A column whose value cannot be computed."""

    def __init__(self, spec: ColumnSpec, fault: Fault) -> None:
        self.spec = spec
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Created:
    """A row that another table needs: its key, its cells by column, and the reasons for their values."""

    create: Create
    key: str
    cells: dict[str, str]
    because: tuple[Message, ...]
    asked: tuple[tuple[Find, str], ...]


def _euros(amount: str) -> Euros:
    return Euros(int(Decimal(amount) * 100))


@dataclass(slots=True)
class Foreign:
    """What is the same for all rows of a foreign file.

    ``places`` are those of its columns, ``given`` the cells of columns that it does not have, ``factors`` those of
    the units in its headings, ``tidy`` cleans a cell. ``converted`` remembers what a text of a value became.
    """

    profile: Profile
    known: KnownIds
    file: str
    places: Mapping[str, int]
    given: Mapping[str, str]
    factors: Mapping[str, Decimal]
    tidy: Callable[[str], str]
    converted: dict[tuple[int, str], tuple[str, tuple[Correction, ...]] | Fault] = field(default_factory=dict)

    def place(self, of: ColumnSpec | str) -> int | None:
        """The place of the first foreign column that a value comes from; None if the file has none of them."""
        if isinstance(of, str):
            if of not in self.profile.lets:
                return self.places.get(of)
            of = self.profile.lets[of]
        return next((self.places[name] for name in self.profile.foreign(of) if name in self.places), None)

    def said(self, spec: ColumnSpec) -> tuple[str, str] | None:
        """The name and the value of the first foreign column of a value that somebody gave; None if nobody did."""
        return next(((name, self.given[name]) for name in self.profile.foreign(spec) if name in self.given), None)

    def factors_of(self, spec: ColumnSpec) -> Iterator[tuple[str, Decimal]]:
        """Yield the foreign columns of a value that have a unit, with its factor, but not those of other amounts."""
        for name in spec.needs():
            if name in self.factors:
                yield name, self.factors[name]
            elif name in self.profile.lets and not self.profile.lets[name].is_amount:
                yield from self.factors_of(self.profile.lets[name])

    def convert(self, spec: ColumnSpec, text: str) -> tuple[str, tuple[Correction, ...]]:
        """Return what a text becomes as a value, and the corrections on the way.

        Raises:
            Fault: it cannot be read.
        """
        key = (id(spec), text)
        found = self.converted.get(key)
        if found is None:
            try:
                found = self._convert(spec, text)
            except Fault as fault:
                found = fault
            if len(self.converted) >= _REMEMBERED:
                self.converted.clear()
            self.converted[key] = found
        if isinstance(found, Fault):
            raise found
        return found

    def _convert(self, spec: ColumnSpec, text: str) -> tuple[str, tuple[Correction, ...]]:
        corrections: list[Correction] = []
        value = text
        for name, convert in spec.conversions:
            value, correction = convert(value)
            if correction is not None:
                corrections.append(correction)
            if not value:
                break
            if name == "amount":
                value = self._in_euros(spec, text, value)
        return str(value), tuple(corrections)

    def _in_euros(self, spec: ColumnSpec, text: str, value: str) -> str:
        """Return an amount in euros: the heading says in which unit the column is."""
        factor = next((factor for _, factor in self.factors_of(spec)), 1)
        own = unit_of(text.unit if isinstance(text, Cell) else re.sub(r"^[-+\d.,\s]+", "", text))
        if factor in {1, own}:  # a unit in the cell was read with it
            return value
        if own is not None:
            raise Fault(
                "unit-differs",
                msg("“{value}” is in another unit than the heading of its column says.", value=text),
                msg("Write all amounts of the column in one unit."),
            )
        return f"{Decimal(value) * factor:.2f}"


@dataclass(slots=True)
class RowValues:
    """The foreign cells of a row, and the values computed from them so far."""

    foreign: Foreign
    cells: Sequence[str]
    line: int
    corrections: list[tuple[ColumnSpec, Correction]] = field(default_factory=list)
    warnings: list[tuple[ColumnSpec, Correction]] = field(default_factory=list)
    created: list[Created] = field(default_factory=list)
    _values: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """Return a foreign cell, or a value that the profile names.

        Raises:
            Skipped: the row does not belong in the registry.
            Faulty: the value cannot be computed.
        """
        if name in self._values:
            return self._values[name]
        if name in self.foreign.places:
            value = self.foreign.tidy(self.cells[self.foreign.places[name]])
        elif name in self.foreign.profile.lets:
            value = self.value(self.foreign.profile.lets[name])
        else:
            value = self.foreign.given.get(name, "")
        self._values[name] = value
        return value

    def value(self, spec: ColumnSpec, because: list[Message] | None = None) -> str:
        """Return the value of a column, empty if there is none.

        Raises:
            Skipped: the row does not belong in the registry.
            Faulty: the value cannot be computed.
        """
        if spec.find:
            return self._found(spec)
        text = self._text(spec, because if because is not None else [])
        if not text:
            if spec.skip_empty is not None:
                raise Skipped(spec.skip_empty, spec)
            return ""
        if not spec.conversions:
            return text
        try:
            value, corrections = self.foreign.convert(spec, text)
        except Fault as fault:
            return self._unreadable(spec, fault)
        self.corrections.extend((spec, correction) for correction in corrections)
        return self._shared(spec, value) if value and spec.share is not None else value

    def _text(self, spec: ColumnSpec, because: list[Message]) -> str:
        if spec.constant is not None:
            return spec.constant
        if spec.template is not None:
            names = {name: self.named(name) for name in spec.needs()}
            own = {
                "file": Path(self.foreign.file).name,
                "line": str(self.line),
                "because": ", ".join(why.text("en") for why in because),
            }
            return re.sub(r"{(\w+)}", lambda found: {**names, **own}[found[1]], spec.template).strip()
        for rule in spec.rules:
            if all(expression.search(fold(self.named(name))) for name, expression in rule.where.items()):
                if rule.because is not None:
                    because.append(rule.because)
                return rule.value
        if spec.otherwise is not None:
            return spec.otherwise
        return next((text for text in map(self.named, spec.origin) if text), "")

    def _unreadable(self, spec: ColumnSpec, fault: Fault) -> str:
        if spec.skip_unreadable is not None:
            raise Skipped(spec.skip_unreadable, spec, fault=fault)
        if not spec.empty_unreadable:
            raise Faulty(spec, fault)
        advice = fault.advice or msg("It was left empty.")
        self.corrections.append(
            (spec, Correction(fault.code, msg("{fault} It was left empty.", fault=fault.message), advice))
        )
        return ""

    def _shared(self, spec: ColumnSpec, text: str) -> str:
        """Return the part of an amount that counts, if the file gives a share."""
        assert spec.share is not None
        given = self.named(spec.share)
        if not given:
            return text
        try:
            share = share_of(given)
        except Fault as fault:
            raise Faulty(spec, fault) from None
        if share == 1:
            return text
        part = str((Decimal(text) * share).quantize(Decimal("0.01"), ROUND_HALF_UP))
        message = msg(
            "{part} of {amount} was taken: the file gives {share} as the share of this row.",
            amount=_euros(text),
            part=_euros(part),
            share=given,
        )
        advice = msg("Check it: some files write something else in that column.")
        self.warnings.append((spec, Correction("share-of-amount", message, advice)))
        return part

    def _found(self, spec: ColumnSpec) -> str:
        asked: list[tuple[Find, str]] = []
        try:
            for find in spec.find:
                if find.unless is None or not self.named(find.unless):
                    value = self.named(find.origin)
                    if value:
                        asked.append((find, value))
        except Skipped as skipped:  # for a value that is asked for
            skipped.suspect = skipped.suspect or self._suspect(spec, other=False)
            raise
        for find, value in asked:
            if found := self.foreign.known.find(find.lookup, value):
                return found
        if spec.create is not None and asked:
            return self._create(self.foreign.profile.creates[spec.create], tuple(asked))
        reason = spec.skip_unknown if asked or spec.skip_empty is None else spec.skip_empty
        if reason is not None:
            other = any(find.lookup.endswith("-siren") for find, _ in asked)
            raise Skipped(reason, spec, suspect=self._suspect(spec, other=other))
        if not asked:
            return ""
        raise Faulty(
            spec,
            Fault(
                "not-found",
                msg("“{value}” is not known to the registry.", value=asked[0][1]),
                msg("Load what it refers to first, or make the profile skip such rows."),
            ),
        )

    def _suspect(self, spec: ColumnSpec, *, other: bool) -> tuple[ColumnSpec, str, str] | None:
        """Another value in the row that refers to something in the registry, and its id.

        A longer name that contains one of ours is suspicious only where no ``other`` number says whose it is.
        """
        if spec.suspect is None:
            return None
        value = self.named(spec.suspect.origin)
        if not value:
            return None
        known = self.foreign.known
        found = known.find(spec.suspect.lookup, value) or (None if other else known.within(spec.suspect.lookup, value))
        return (spec, value, found) if found else None

    def _create(self, create: Create, asked: tuple[tuple[Find, str], ...]) -> str:
        table = create.table
        because: list[Message] = []
        cells = {name: self.value(spec, because) for name, spec in create.columns.items()}
        (name,) = table.key
        key = cells[name]
        if not key:
            raise Faulty(
                create.columns[name],
                Fault(
                    "no-key",
                    msg("The row needed in the table {table} has no {key}.", table=table.name, key=name),
                    msg("Fill in the cell."),
                ),
            )
        if self.foreign.known.find(table.name, key) is not None:
            key = self._distinct(create, key)
            cells[name] = key
        self.created.append(Created(create, key, cells, tuple(because), asked))
        return key

    def _distinct(self, create: Create, key: str) -> str:
        """Another key, because this one belongs to something else."""
        mark = fold(self.named(create.distinct)).replace(" ", "-") if create.distinct else ""
        candidates: Iterable[str] = [f"{key}-{mark}"] if mark else []
        for candidate in (*candidates, *(f"{key}-{number}" for number in range(2, 1000))):
            if self.foreign.known.find(create.table.name, candidate) is None:
                return candidate
        raise AssertionError("no free key")  # pragma: no cover

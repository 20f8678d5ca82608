"""The values of one foreign row, made as its profile says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.profiles.conversions import share_of
from crpv_cli.intake.profiles.definition import Cell, Create, Find, Lookups, Profile
from crpv_cli.language import Euros, Message, msg
from crpv_cli.spelling import fold

__all__ = ["Created", "Faulty", "Known", "RowValues", "Skipped"]


class Skipped(Exception):
    """The row is not for the registry, for a reason that the profile gives."""

    def __init__(self, reason: Message, suspect: tuple[Cell, str, str] | None = None) -> None:
        super().__init__(reason.text("en"))
        self.reason = reason
        self.suspect = suspect


class Faulty(Exception):
    """A cell that cannot be taken."""

    def __init__(self, cell: Cell, fault: Fault) -> None:
        super().__init__(fault.code)
        self.cell = cell
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Created:
    """A row that another table needs: its key, its cells by column, and why it is what it is."""

    create: Create
    key: str
    cells: dict[str, str]
    because: str
    asked: tuple[tuple[Find, str], ...]


class Known:
    """What the registry knows, and what the rows read so far have added to it."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._added: dict[str, dict[str, str]] = {}

    def find(self, lookup: str, value: str) -> str | None:
        """Return the id that a lookup gives for a value."""
        return self._found(lookup, _asked(lookup, value)) or None

    def _found(self, lookup: str, asked: str) -> str | None:
        added = self._added.get(lookup, {})
        return added[asked] if asked in added else self._lookups.get(lookup, {}).get(asked)

    def add(self, created: Created) -> None:
        """Remember a row that is made on the way, under all that it may be looked for; a name of two finds neither."""
        table = created.create.table.name
        name, siren = created.cells.get("name", ""), created.cells.get("siren", "")
        one = table.removesuffix("s")
        found = [(table, created.key), (f"{one}-of-siren", siren), (f"{one}-of-name", name)]
        found += [(find.lookup, value) for find, value in created.asked]
        for lookup, value in [*found, (f"{one}-without-siren", name)]:
            if value and not (siren and lookup.endswith("-without-siren")):
                asked = _asked(lookup, value)
                alone = self._found(lookup, asked) in {None, created.key}
                self._added.setdefault(lookup, {})[asked] = created.key if alone else ""


def _asked(lookup: str, value: str) -> str:
    # Numbers and ids are what they are; names are asked for without case and accents.
    return fold(value) if lookup.endswith(("-name", "-without-siren")) else value


def _euros(amount: str) -> Euros:
    return Euros(int(Decimal(amount) * 100))


@dataclass(slots=True)
class RowValues:
    """The foreign cells of a row, by column, and what was made of them so far."""

    profile: Profile
    cells: Mapping[str, str]
    known: Known
    file: str
    corrections: list[tuple[Cell, Correction]] = field(default_factory=list)
    warnings: list[tuple[Cell, Correction]] = field(default_factory=list)
    created: list[Created] = field(default_factory=list)
    _values: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """Return a foreign cell, or a value that the profile names.

        Raises:
            Skipped: the row is not for the registry.
            Faulty: the value cannot be made.
        """
        if name in self.profile.lets:
            if name not in self._values:
                self._values[name] = self.value(self.profile.lets[name])
            return self._values[name]
        return self.cells.get(name, "")

    def value(self, cell: Cell, because: list[str] | None = None) -> str:
        """Return the value of a cell, empty if there is none.

        Raises:
            Skipped: the row is not for the registry.
            Faulty: the value cannot be made.
        """
        if cell.find:
            return self._found(cell)
        text = self._text(cell, because if because is not None else [])
        if not text:
            if cell.skip_empty is not None:
                raise Skipped(cell.skip_empty)
            return ""
        for _, convert in cell.conversions:
            try:
                text, correction = convert(text)
            except Fault as fault:
                return self._unreadable(cell, fault)
            if correction is not None:
                self.corrections.append((cell, correction))
            if not text:
                return ""
        return self._shared(cell, text) if cell.share is not None else text

    def _text(self, cell: Cell, because: list[str]) -> str:
        if cell.constant is not None:
            return cell.constant
        if cell.template is not None:
            names = {name: self.named(name) for name in cell.needs()} if cell.template else {}
            own = {"file": self.file, "because": ", ".join(because)}
            return re.sub(r"{(\w+)}", lambda found: {**names, **own}[found[1]], cell.template).strip()
        for rule in cell.rules:
            if all(expression.search(fold(self.named(name))) for name, expression in rule.where):
                if rule.because:
                    because.append(rule.because)
                return rule.value
        if cell.otherwise is not None:
            return cell.otherwise
        return next((text for text in map(self.named, cell.origin) if text), "")

    def _unreadable(self, cell: Cell, fault: Fault) -> str:
        if cell.skip_unreadable is not None:
            raise Skipped(cell.skip_unreadable)
        if not cell.empty_unreadable:
            raise Faulty(cell, fault)
        advice = fault.advice or msg("It was left empty.")
        self.corrections.append(
            (cell, Correction(fault.code, msg("{fault} It was left empty.", fault=fault.message), advice))
        )
        return ""

    def _shared(self, cell: Cell, text: str) -> str:
        """Take a part of an amount, where the file says that it is one."""
        assert cell.share is not None
        said = self.named(cell.share)
        if not said:
            return text
        try:
            share = share_of(said)
        except Fault as fault:
            raise Faulty(cell, fault) from None
        if share == 1:
            return text
        part = str((Decimal(text) * share).quantize(Decimal("0.01"), ROUND_HALF_UP))
        self.warnings.append(
            (
                cell,
                Correction(
                    "share-of-amount",
                    msg(
                        "Of {amount}, {part} was taken: the file says that the share of this row is {share}.",
                        amount=_euros(text),
                        part=_euros(part),
                        share=said,
                    ),
                    msg("Check it: some files write something else into that column."),
                ),
            )
        )
        return part

    def _found(self, cell: Cell) -> str:
        asked = [
            (find, value)
            for find in cell.find
            if not (find.unless is not None and self.named(find.unless))
            for value in (self.named(find.origin),)
            if value
        ]
        for find, value in asked:
            if found := self.known.find(find.lookup, value):
                return found
        if not asked and cell.skip_empty is not None:
            raise Skipped(cell.skip_empty, self._suspect(cell))
        if cell.create is not None and asked:
            return self._create(self.profile.creates[cell.create], tuple(asked))
        if cell.skip_unknown is not None:
            raise Skipped(cell.skip_unknown, self._suspect(cell))
        if not asked:
            return ""
        raise Faulty(
            cell,
            Fault(
                "not-found",
                msg("“{value}” is not known to the registry.", value=asked[0][1]),
                msg("Load what it names first, or tell the profile to skip such rows."),
            ),
        )

    def _suspect(self, cell: Cell) -> tuple[Cell, str, str] | None:
        """What else in the row points to something that the registry knows, and to what."""
        if cell.suspect is None:
            return None
        value = self.named(cell.suspect.origin)
        found = self.known.find(cell.suspect.lookup, value) if value else None
        return (cell, value, found) if found else None

    def _create(self, create: Create, asked: tuple[tuple[Find, str], ...]) -> str:
        table = create.table
        because: list[str] = []
        cells = {cell.name: self.value(cell, because) for cell in create.cells}
        key = cells[table.key[0]]
        if not key:
            (cell,) = [cell for cell in create.cells if cell.name == table.key[0]]
            raise Faulty(
                cell,
                Fault(
                    "no-key",
                    msg(
                        "The row of the table {table} that is needed has no {key}.", table=table.name, key=table.key[0]
                    ),
                    msg("Fill in the cell."),
                ),
            )
        if self.known.find(table.name, key) is not None:
            key = self._distinct(create, key)
            cells[table.key[0]] = key
        self.created.append(Created(create, key, cells, ", ".join(because), asked))
        return key

    def _distinct(self, create: Create, key: str) -> str:
        """Another key where this one belongs to something else."""
        mark = fold(self.named(create.distinct)).replace(" ", "-") if create.distinct else ""
        candidates = iter([f"{key}-{mark}"] if mark else [])
        for candidate in (*candidates, *(f"{key}-{number}" for number in range(2, 1000))):
            if self.known.find(create.table.name, candidate) is None:
                return candidate
        raise AssertionError("no free key")  # pragma: no cover

"""The values of one foreign row, computed according to its profile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.profiles.conversions import share_of
from crpv_cli.intake.profiles.profile import ColumnSpec, Create, Find, Lookups, Profile
from crpv_cli.language import Euros, Message, msg
from crpv_cli.spelling import fold


class Skipped(Exception):
    """The row does not belong in the registry, for a reason that the profile gives."""

    def __init__(self, reason: Message, suspect: tuple[ColumnSpec, str, str] | None = None) -> None:
        self.reason = reason
        self.suspect = suspect


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
    because: str
    asked: tuple[tuple[Find, str], ...]


class KnownIds:
    """The ids that the registry holds, and those that the rows read so far have added."""

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
        """Remember a created row under all that it may be looked up by; a name that two rows share finds neither."""
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
    # Numbers and ids are compared as they are, names without case and accents.
    return fold(value) if lookup.endswith(("-name", "-without-siren")) else value


def _euros(amount: str) -> Euros:
    return Euros(int(Decimal(amount) * 100))


@dataclass(slots=True)
class RowValues:
    """The foreign cells of a row, by column, and the values computed from them so far."""

    profile: Profile
    cells: Mapping[str, str]
    known: KnownIds
    file: str
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
        if name in self.profile.lets:
            if name not in self._values:
                self._values[name] = self.value(self.profile.lets[name])
            return self._values[name]
        return self.cells.get(name, "")

    def value(self, spec: ColumnSpec, because: list[str] | None = None) -> str:
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
                raise Skipped(spec.skip_empty)
            return ""
        for _, convert in spec.conversions:
            try:
                text, correction = convert(text)
            except Fault as fault:
                return self._unreadable(spec, fault)
            if correction is not None:
                self.corrections.append((spec, correction))
            if not text:
                return ""
        return self._shared(spec, text) if spec.share is not None else text

    def _text(self, spec: ColumnSpec, because: list[str]) -> str:
        if spec.constant is not None:
            return spec.constant
        if spec.template is not None:
            names = {name: self.named(name) for name in spec.needs()} if spec.template else {}
            own = {"file": Path(self.file).name, "line": str(self.line), "because": ", ".join(because)}
            return re.sub(r"{(\w+)}", lambda found: {**names, **own}[found[1]], spec.template).strip()
        for rule in spec.rules:
            if all(expression.search(fold(self.named(name))) for name, expression in rule.where):
                if rule.because:
                    because.append(rule.because)
                return rule.value
        if spec.otherwise is not None:
            return spec.otherwise
        return next((text for text in map(self.named, spec.origin) if text), "")

    def _unreadable(self, spec: ColumnSpec, fault: Fault) -> str:
        if spec.skip_unreadable is not None:
            raise Skipped(spec.skip_unreadable)
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
        self.warnings.append(
            (
                spec,
                Correction(
                    "share-of-amount",
                    msg(
                        "{part} of {amount} was taken: the file gives {share} as the share of this row.",
                        amount=_euros(text),
                        part=_euros(part),
                        share=given,
                    ),
                    msg("Check it: some files write something else in that column."),
                ),
            )
        )
        return part

    def _found(self, spec: ColumnSpec) -> str:
        asked = [
            (find, value)
            for find in spec.find
            if not (find.unless is not None and self.named(find.unless))
            for value in (self.named(find.origin),)
            if value
        ]
        for find, value in asked:
            if found := self.known.find(find.lookup, value):
                return found
        if not asked and spec.skip_empty is not None:
            raise Skipped(spec.skip_empty, self._suspect(spec))
        if spec.create is not None and asked:
            return self._create(self.profile.creates[spec.create], tuple(asked))
        if spec.skip_unknown is not None:
            raise Skipped(spec.skip_unknown, self._suspect(spec))
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

    def _suspect(self, spec: ColumnSpec) -> tuple[ColumnSpec, str, str] | None:
        """Another value in the row that refers to something in the registry, and its id."""
        if spec.suspect is None:
            return None
        value = self.named(spec.suspect.origin)
        found = self.known.find(spec.suspect.lookup, value) if value else None
        return (spec, value, found) if found else None

    def _create(self, create: Create, asked: tuple[tuple[Find, str], ...]) -> str:
        table = create.table
        because: list[str] = []
        cells = {spec.name: self.value(spec, because) for spec in create.specs}
        (name,) = table.key
        key = cells[name]
        if not key:
            (spec,) = [spec for spec in create.specs if spec.name == name]
            raise Faulty(
                spec,
                Fault(
                    "no-key",
                    msg("The row needed in the table {table} has no {key}.", table=table.name, key=name),
                    msg("Fill in the cell."),
                ),
            )
        if self.known.find(table.name, key) is not None:
            key = self._distinct(create, key)
            cells[name] = key
        self.created.append(Created(create, key, cells, ", ".join(because), asked))
        return key

    def _distinct(self, create: Create, key: str) -> str:
        """Another key, because this one belongs to something else."""
        mark = fold(self.named(create.distinct)).replace(" ", "-") if create.distinct else ""
        candidates = iter([f"{key}-{mark}"] if mark else [])
        for candidate in (*candidates, *(f"{key}-{number}" for number in range(2, 1000))):
            if self.known.find(create.table.name, candidate) is None:
                return candidate
        raise AssertionError("no free key")  # pragma: no cover

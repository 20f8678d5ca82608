"""What the reader is told of a foreign file: what was left out and why, how often, and how much money that was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crpv_cli.errors import Anomaly
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.profiles.profile import ColumnSpec, Profile
from crpv_cli.intake.profiles.rows import Created, Skipped
from crpv_cli.intake.values import says_not_known
from crpv_cli.language import Euros, Message, msg, msgs, of_rows

# How many rows with the name of a centre are told one by one, and how many values of a column.
_ROWS = 50
_VALUES = 8
# How many distinct values of a column are told apart.
_REMEMBERED = 1000

_NAMED = msg("the name of a centre beside another number or none")
_DESTROYED = msg("a spreadsheet destroyed the number")


@dataclass(slots=True)
class Tally:
    """How many rows something is true of, how much money they carry in centimes; the first of them and its cell."""

    line: int
    value: str
    rows: int = 0
    cents: int = 0

    def add(self, cents: int | None) -> None:
        """Count a row and, if it is known, its money."""
        self.rows += 1
        self.cents += cents or 0

    def with_money(self, what: Message) -> Message:
        """Return what is said with the sum, if there is one."""
        return msg("{what} ({amount})", what=what, amount=Euros(self.cents)) if self.cents else what


class Telling:
    """What was found of the rows of a foreign file so far.

    ``say`` makes an anomaly of what was found, with its line, the place of its column and the cell.
    """

    def __init__(
        self, profile: Profile, file: str, say: Callable[[Fault | Correction, int, int | None, str | None], Anomaly]
    ) -> None:
        self._profile = profile
        self._file = file
        self._say = say
        self._skipped: dict[str, tuple[Message, Tally]] = {}
        self._strange: dict[tuple[int | None, str], tuple[Message, dict[str, Tally]]] = {}
        self._corrected: dict[tuple[str, str], tuple[int | None, Correction, Tally]] = {}
        self._destroyed: dict[int | None, Tally] = {}
        self._named = 0

    @property
    def skipped(self) -> int:
        """How many rows were left out."""
        return sum(tally.rows for _, tally in self._skipped.values())

    def skip(self, reason: Message, line: int, cents: int | None = None) -> Tally:
        """Count a row that is left out; returns the count."""
        _, tally = self._skipped.setdefault(reason.text("en"), (reason, Tally(line, "")))
        tally.add(cents)
        return tally

    def damaged(
        self, skipped: Skipped, line: int, number: tuple[int | None, str], named: int | None, cents: int | None
    ) -> list[Anomaly]:
        """Tell of a row that may be about the registry, but whose number is not: it is neither read nor passed over.

        ``number`` is the place of the number and its cell, ``named`` the place of the name.
        """
        place, written = number
        if skipped.suspect is None:
            self.skip(_DESTROYED, line, cents)
            self._destroyed.setdefault(place, Tally(line, written)).add(cents)
            return []
        self.skip(_NAMED, line, cents)
        self._named += 1
        if self._named > _ROWS:
            return []
        _, value, found = skipped.suspect
        if skipped.destroyed:
            but = msg("a spreadsheet destroyed its number ({number})", number=written)
        elif not written or says_not_known(written):
            but = msg("the row has no number")
        elif skipped.fault is not None:
            but = msg("“{number}” is no valid number", number=written)
        else:
            but = msg("{number} is the number of another body", number=written)
        what = msg(
            "“{value}” is the name of {found}, but {but}; the row was left out.", value=value, found=found, but=but
        )
        if place == named:
            what = msg(
                "“{value}” has the name of {found} in it, but is longer; the row was left out.",
                value=value,
                found=found,
            )
        if cents:
            what = msg("{what} It carries {amount}.", what=what, amount=Euros(cents))
        advice = msg("If it is the same body, correct the number in the file, or the SIREN in the registry.")
        return [self._say(Correction("skipped-by-number", what, advice), line, named, value)]

    def strange(self, reason: Message, line: int, place: int | None, value: str, cents: int | None) -> None:
        """Count a value that the profile does not know: its row is left out for a reason, or it is read as another."""
        values = self._strange.setdefault((place, reason.text("en")), (reason, {}))[1]
        key = value if len(values) < _REMEMBERED else "…"
        values.setdefault(key, Tally(line, key)).add(cents)

    def correct(self, spec: ColumnSpec, line: int, place: int | None, value: str, correction: Correction) -> None:
        """Count a correction; each kind is told once a column."""
        self._corrected.setdefault((spec.name, correction.code), (place, correction, Tally(line, value)))[2].add(None)

    def anomalies(self) -> Iterator[Anomaly]:
        """Yield what was counted: each kind once a column, at its first place."""
        for place, correction, tally in self._corrected.values():
            told = Correction(correction.code, of_rows(correction.message, tally.rows), correction.advice)
            yield self._say(told, tally.line, place, tally.value)
        for place, tally in self._destroyed.items():
            what = msgs(
                "A spreadsheet destroyed the number of {count} row: whose it is cannot be told",
                "A spreadsheet destroyed the number of {count} rows: whose they are cannot be told",
                tally.rows,
            )
            destroyed = Correction(
                "number-destroyed",
                msg("{what}.", what=tally.with_money(what)),
                msg("Ask for the file as it was before a spreadsheet, or with that column as text."),
            )
            yield self._say(destroyed, tally.line, place, tally.value)
        for (place, _), (reason, values) in self._strange.items():
            yield self._values(place, reason, values)

    def _values(self, place: int | None, reason: Message, values: dict[str, Tally]) -> Anomaly:
        most = sorted(values.values(), key=lambda tally: -tally.rows)
        told = [
            tally.with_money(msgs("“{value}” {count} row", "“{value}” {count} rows", tally.rows, value=tally.value))
            for tally in most[:_VALUES]
        ]
        if len(values) > _VALUES:
            told.append(msgs("{count} more value", "{count} more values", len(values) - _VALUES))
        first = min(most, key=lambda tally: tally.line)
        unknown = Correction(
            "unknown-values",
            msgs(
                "{count} row, {reason}: {values}.",
                "{count} rows, {reason}: {values}.",
                sum(tally.rows for tally in most),
                reason=reason,
                values=told,
            ),
            msg("If they belong there, add them to a profile of your own (docs/profiles.md)."),
        )
        return self._say(unknown, first.line, place, first.value)

    def notices(self) -> Iterator[Message]:
        """Yield how many rows were skipped for which reason, with their money where they are about the registry."""
        for reason, tally in self._skipped.values():
            yield msgs(
                "{file}: {count} row was skipped: {why}.",
                "{file}: {count} rows were skipped: {why}.",
                tally.rows,
                file=self._file,
                why=tally.with_money(reason),
            )

    def nothing(self, read: int, others: int) -> Iterator[Message]:
        """Yield that of the rows read none was about the registry, if all are known to be about others."""
        if read and others == read:
            yield msgs(
                "{file}: its {count} row was read through the profile {profile}; it is not about "
                "the registry's centres.",
                "{file}: its {count} rows were read through the profile {profile}; none is about "
                "the registry's centres.",
                read,
                file=self._file,
                profile=self._profile.name,
            )

    def creation(self, created: Created) -> Message:
        """Return what is said of a row that was created."""
        table = created.create.table.name
        if not created.because:
            return msg("{file}: {key} is new in the table {table}.", file=self._file, key=created.key, table=table)
        deduced = next((f"{spec.name} {created.cells[spec.name]}" for spec in created.create.specs if spec.rules), "")
        return msg(
            "{file}: {key} is new in the table {table}; {deduced} was deduced from {because}: check it.",
            file=self._file,
            key=created.key,
            table=table,
            deduced=deduced,
            because=created.because,
        )

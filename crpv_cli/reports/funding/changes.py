"""The money of the latest closed year before each date: the State's, local authorities', and the State's by centre."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crpv_cli.language import N_, Euros, Message, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.changes.difference import Change, signed_euros
from crpv_cli.reports.funding.report import funding
from crpv_cli.result import Result, Value

__all__ = ["funding_changes"]

_KINDS = {
    "state": N_("Support of the State"),
    "local": N_("Support of local authorities"),
}


@dataclass(frozen=True, slots=True)
class _Money:
    """What funders of one kind gave in one year, in centimes by centre; only centres of which it is known."""

    year: int
    by_centre: Mapping[str, int]
    made_up: frozenset[str]
    report: Result

    @property
    def total(self) -> int:
        return sum(self.by_centre.values())

    def only(self, centres: set[str]) -> int:
        return sum(amount for centre, amount in self.by_centre.items() if centre in centres)


def funding_changes(connection: sqlite3.Connection, first: str, last: str) -> Iterable[Change]:
    """What the State and local authorities gave, in all, by the same centres, and the State by centre."""
    for kind, label in _KINDS.items():
        before, after = (_money(connection, date, kind) for date in (first, last))
        if before is None or after is None or before.year == after.year:
            continue
        what, sources = msg(label), (*_sources(before), *_sources(after))
        rests = bool(before.made_up or after.made_up)
        both = {*before.by_centre} & {*after.by_centre}
        same = {*before.by_centre} == {*after.by_centre}
        yield _whole(what, kind, before, after, same, rests, sources)
        if both and not same:
            like = msgs(
                "{what}, same centre",
                "{what}, same {count} centres",
                len(both),
                what=what,
            )
            yield _change(like, f"{kind}-both", before, after, before.only(both), after.only(both), rests, sources)
        if kind == "state":
            yield from _by_centre(before, after, both, sources)


def _whole(
    what: Message, kind: str, before: _Money, after: _Money, same: bool, rests: bool, sources: tuple[Value, ...]
) -> Change:
    """All that is known of both years; what is known of other centres is no change, and is not told as one."""
    change = _change(what, kind, before, after, before.total, after.total, rests, sources)
    if same:
        return change
    return replace(change, before=_of_centres(before), after=_of_centres(after), change=None, comparable=False)


def _of_centres(money: _Money) -> Message:
    return msgs(
        "{amount} in {year} ({count} centre)",
        "{amount} in {year} ({count} centres)",
        len(money.by_centre),
        amount=Euros(money.total),
        year=str(money.year),
    )


def _by_centre(before: _Money, after: _Money, both: set[str], sources: tuple[Value, ...]) -> Iterable[Change]:
    names = {str(row["centre"]): str(row["short_name"]) for row in _records(after.report)}
    for centre, name in names.items():
        if centre in both and before.by_centre[centre] != after.by_centre[centre]:
            yield _change(
                msg(_KINDS["state"]),
                "state",
                before,
                after,
                before.by_centre[centre],
                after.by_centre[centre],
                centre in before.made_up | after.made_up,
                sources,
                centre,
                name,
            )


def _money(connection: sqlite3.Connection, date: str, kind: str) -> _Money | None:
    """The money of the latest closed year of which any of this kind is known; None if there is none."""
    (year,) = read(
        connection,
        "select max(year) from money where counted and giver = :giver and year <= (select closed_year from moment)",
        date,
        giver=kind,
    ).fetchone()
    if year is None:
        return None
    report = funding(connection, date, year, year)
    records = [record for record in _records(report) if record[kind] is not None]
    return _Money(
        year,
        {str(record["centre"]): int(str(record[kind])) for record in records},
        frozenset(str(record["centre"]) for record in records if record["fictitious"]),
        report,
    )


def _records(report: Result) -> list[dict[str, Value]]:
    names = [column.name for column in report.columns]
    return [dict(zip(names, row, strict=True)) for row in report.rows]


def _sources(money: _Money) -> tuple[Value, ...]:
    return tuple(money.report.origin.sources) if money.report.origin else ()


def _change(
    what: Message,
    subject: str,
    before: _Money,
    after: _Money,
    first: int,
    last: int,
    made_up: bool,
    sources: tuple[Value, ...],
    centre: str | None = None,
    short_name: str | None = None,
) -> Change:
    return Change(
        "funding",
        what,
        centre,
        short_name,
        subject,
        _shown(first, before.year),
        _shown(last, after.year),
        signed_euros(first, last),
        first / 100,
        last / 100,
        "euros",
        made_up,
        sources,
    )


def _shown(amount: int, year: int) -> Message:
    return msg("{amount} in {year}", amount=Euros(amount), year=str(year))

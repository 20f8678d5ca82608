"""What only the whole load shows: references between files, ratings on their scales, money reported twice."""

from __future__ import annotations

import json
import sqlite3
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from crpv_cli.definitions.choices import mission_label
from crpv_cli.definitions.ratings import Scale
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Euros, Message, Term, first_few, msg, msgs
from crpv_cli.registry.doubles import Total, touched
from crpv_cli.registry.life import STATE
from crpv_cli.registry.loads import Source
from crpv_cli.registry.queries import position
from crpv_cli.registry.staging import Stage

Found = tuple[int, Anomaly]
"""The number of the source in its load, and what is wrong with one of its rows."""
Said = tuple[Message, Message | None]
"""What is said of a cause, and the advice."""
_SHOWN = 3


def faulty_ratings(stage: Stage, sources: Sequence[Source]) -> Iterator[Found]:
    """Find ratings that are not on their scale, and ratings of a mission that is not a core one."""
    if "evaluations" not in stage.tables:
        return
    scales = {row["id"]: row for row in stage.rows_of("scales", "id, name, minimum, maximum, levels")}
    cores = {row["id"]: row["core"] for row in stage.rows_of("missions", "id, core")}
    for row in stage.rated():
        scale = scales.get(row["scale"])
        if scale is not None and position(row["rating"], *tuple(scale)[2:]) is None:
            code = "off-scale"
            called = Term(scale["id"], scale["name"])
            message = msg("The rating “{rating}” is not on the scale {scale}.", rating=row["rating"], scale=called)
            advice = msg("The scale is {bounds}.", bounds=Scale.of(scale).said())
        elif cores.get(row["mission"]) == 0:
            code = "not-rated"
            message = msg(
                "The mission {mission} is not a core mission: it is not rated.",
                mission=Term(row["mission"], mission_label(row["mission"])),
            )
            advice = msg("Leave the rating empty.")
        else:
            continue
        anomaly = sources[row["file"]].anomaly(code, message, advice, row["line"], "rating", row["rating"])
        yield row["file"], anomaly


def restated(connection: sqlite3.Connection, load: int) -> Iterator[Anomaly]:
    """Warn of centres to which a load gives another name, form, carrier, SIREN or seat for all dates.

    What was unknown and is known now is no other one; and a load that also says what it was before is of a day.
    """
    rows = connection.execute(
        """
        select c.key ->> 'id' as centre, c.before, c.after, c.line, f.path, f.sheet
        from changes as c left join load_files as f on f.id = c.file
        where c.load = ? and c.table_name = 'centres' and c.action = 'update' and not exists (
            select 1 from centre_states as s where s.load = c.load and s.centre = c.key ->> 'id'
        )
        order by c.id
        """,
        (load,),
    ).fetchall()
    for row in rows:
        before, after = json.loads(row["before"]), json.loads(row["after"])
        columns = [name for name in STATE if name in after and before[name] not in {None, "unknown"}]
        if columns:
            verb = "rename" if {"name", "short_name"}.issuperset(columns) else "change"
            yield Anomaly(
                "changes-all-dates",
                Severity.WARNING,
                row["path"] or "?",
                msg(
                    "{centre}: this changes {columns} for all dates, past ones too.",
                    centre=row["centre"],
                    columns=columns,
                ),
                msg(
                    "If it changed on a day, use this instead: crpv centre {verb} {centre} --on DATE",
                    verb=verb,
                    centre=row["centre"],
                ),
                row["line"],
                sheet=row["sheet"],
            )


def recognised(connection: sqlite3.Connection, load: int, file: str) -> Iterator[Anomaly]:
    """Say what of the money of a load was recognised as money that is there already, and what looks like it.

    Each cause is one warning of the ``file``, with how many rows it is about, their sum and the first of them.
    """
    causes = {code: _Cause() for code in _SAID}
    for money in touched(connection, load):
        for total in money.totals():
            if total.differs:
                causes["total-differs"].add(total, total.cents, [-abs(total.difference)])
            else:
                causes["total-detailed" if total.other is None else "total-known"].add(total, total.cents)
        for row in money.bare():
            causes["read-as-total" if row["is_total"] else "read-as-decision"].add(row, row["amount_cents"])
        for one in money.overpaid():
            causes["paid-above-granted"].add(one, rank=[one.row[name] for name in ("centre", "year", "payer")])
        for code, pairs in (("same-money", money.repeated()), ("near-money", money.near())):
            for pair in pairs:
                causes[code].add(pair, pair.second["amount_cents"])
    for code, cause in causes.items():
        if cause.count:
            message, advice = _SAID[code](cause)
            yield Anomaly(code, Severity.WARNING, file, message, advice)


@dataclass(slots=True)
class _Cause:
    """How often something was found, of how much money in centimes, and the first of what is shown of it."""

    count: int = 0
    cents: int = 0
    shown: list[tuple[Sequence[Any], Any]] = field(default_factory=list)

    def add(self, found: object, cents: int = 0, rank: Sequence[Any] = ()) -> None:
        """Count something; what has the lowest rank, or came before, is shown."""
        self.count += 1
        self.cents += cents
        insort(self.shown, (rank, found), key=itemgetter(0))
        del self.shown[_SHOWN + 1 :]

    @property
    def amount(self) -> Euros:
        """The sum."""
        return Euros(self.cents)

    def first(self, told: Callable[[Any], Message]) -> list[object]:
        """Return the first ones, as they are told."""
        return first_few([told(found) for _, found in self.shown], _SHOWN)


def _same(pairs: _Cause) -> Said:
    return (
        msgs(
            "{count} row is the same money as one of another document ({amount}); it counts once: {rows}.",
            "{count} rows are the same money as rows of another document ({amount}); they count once: {rows}.",
            pairs.count,
            amount=pairs.amount,
            rows=pairs.first(
                lambda pair: msg(
                    "{row} from {source} is that from {origin}",
                    row=_row(pair.second),
                    source=_origin(pair.second, pair.first),
                    origin=_origin(pair.first, pair.second),
                )
            ),
        ),
        None,
    )


def _detailed(totals: _Cause) -> Said:
    return (
        msgs(
            "{count} yearly total is the sum of decisions that are known ({amount}); they count, it does not: {rows}.",
            "{count} yearly totals are the sums of decisions that are known ({amount}); those count, the totals do "
            "not: {rows}.",
            totals.count,
            amount=totals.amount,
            rows=totals.first(
                lambda total: msgs(
                    "{row}: {count} decision",
                    "{row}: {count} decisions",
                    total.details,
                    row=_row(total.row, total.cents),
                )
            ),
        ),
        None,
    )


def _known(totals: _Cause) -> Said:
    return (
        msgs(
            "{count} yearly total is known from another document ({amount}); it counts once: {rows}.",
            "{count} yearly totals are known from another document ({amount}); they count once: {rows}.",
            totals.count,
            amount=totals.amount,
            rows=totals.first(lambda total: _row(total.row, total.cents)),
        ),
        None,
    )


def _differing(totals: _Cause) -> Said:
    return (
        msgs(
            "{count} yearly total ({amount}) is not what is known of the same money: {rows}.",
            "{count} yearly totals ({amount}) are not what is known of the same money: {rows}.",
            totals.count,
            amount=totals.amount,
            rows=totals.first(_difference),
        ),
        msg(
            "Decisions count; what a total has beyond them counts only where it is more than a fifth. "
            "Find out which is right: crpv list funding"
        ),
    )


def _difference(total: Total) -> Message:
    row, difference = _row(total.row, total.cents), Euros(total.difference)
    if total.other is not None:
        return msg(
            "{row}, while another source gives a total of {other}, which counts",
            row=row,
            other=Euros(total.other),
        )
    return msgs(
        "{row}, {count} decision of {details} (difference {difference})",
        "{row}, {count} decisions of {details} (difference {difference})",
        total.details,
        row=row,
        details=Euros(total.details_cents or 0),
        difference=difference,
    )


def _as_totals(rows: _Cause) -> Said:
    return (
        msgs(
            "{count} row without an object was read as a yearly total ({amount}): {rows}.",
            "{count} rows without an object were read as yearly totals ({amount}): {rows}.",
            rows.count,
            amount=rows.amount,
            rows=rows.first(_row),
        ),
        msg("If that is wrong, fill in the column level: decision."),
    )


def _as_decisions(rows: _Cause) -> Said:
    return (
        msgs(
            "{count} row without an object was read as one more decision ({amount}): {rows}.",
            "{count} rows without an object were read as more decisions ({amount}): {rows}.",
            rows.count,
            amount=rows.amount,
            rows=rows.first(_row),
        ),
        msg("If that is wrong, fill in the column level: yearly-total."),
    )


def _paid_above(found: _Cause) -> Said:
    return (
        msgs(
            "More is paid than granted, once: {rows}.",
            "More is paid than granted, {count} times: {rows}.",
            found.count,
            rows=found.first(
                lambda one: msg("{row} paid of {granted}", row=_row(one.row, one.paid), granted=Euros(one.granted))
            ),
        ),
        msg("A grant may be missing, or a payment may be that of another year."),
    )


def _near(pairs: _Cause) -> Said:
    return (
        msgs(
            "{count} pair of rows of two sources looks like the same money ({amount}); both count: {rows}.",
            "{count} pairs of rows of two sources look like the same money ({amount}); all count: {rows}.",
            pairs.count,
            amount=pairs.amount,
            rows=pairs.first(
                lambda pair: msg(
                    "{row} from {source}, {other} from {origin}",
                    row=_row(pair.second),
                    source=pair.second["source"] or "?",
                    other=Euros(pair.first["amount_cents"]),
                    origin=pair.first["source"] or "?",
                )
            ),
        ),
        msg("If it is the same, undo this load (crpv undo) and leave that row out of the file."),
    )


_SAID: dict[str, Callable[[_Cause], Said]] = {
    "same-money": _same,
    "total-detailed": _detailed,
    "total-known": _known,
    "total-differs": _differing,
    "read-as-total": _as_totals,
    "read-as-decision": _as_decisions,
    "paid-above-granted": _paid_above,
    "near-money": _near,
}


def _row(row: sqlite3.Row, cents: int | None = None) -> Message:
    return msg(
        "{centre} {year} {scheme} {amount}",
        centre=row["centre"],
        year=str(row["year"]),
        scheme=row["scheme"] or row["funder"],
        amount=Euros(row["amount_cents"] if cents is None else cents),
    )


def _origin(row: sqlite3.Row, other: sqlite3.Row) -> str:
    """Where a row is from, in the word that tells it from another: its source, or its place in that."""
    return str((row["locator"] if row["source"] == other["source"] else None) or row["source"] or "?")

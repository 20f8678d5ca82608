"""Rows that come with what refers to them: another funder beside the list of a form, a scale that the form carries.

They come in only where a row of the load needs them and neither the registry nor the load has them: by id, by SIREN, or
by the same name. What is there already is never changed by them; where it differs from what a form carries, that is
said.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Message, first_few, msg, msgs
from crpv_cli.registry.loads import Batch, Carried, Offer, Source
from crpv_cli.registry.resolving import How, Names, names_of
from crpv_cli.registry.staging import Stage
from crpv_cli.spelling import fold

Found = tuple[int, Anomaly]
"""The number of a source in its load, and what is said of one of its rows."""
_SHOWN = 5
_CARRIED = "crpv-form"


@dataclass(slots=True)
class _New:
    """A row that is not there yet: what is known of it, and the lines that describe it."""

    values: dict[str, Any]
    by: list[tuple[int, Offer]] = field(default_factory=list)

    def fits(self, values: Mapping[str, Any]) -> bool:
        """Whether a line describes this row: the same number, or the same name and no other number."""
        mine, other = self.values.get("siren"), values.get("siren")
        if mine and other:
            return bool(mine == other)
        return bool(values.get("name")) and fold(values["name"]) == fold(self.values.get("name") or "")

    def add(self, number: int, offer: Offer) -> None:
        self.by.append((number, offer))
        for name, value in offer.values.items():
            self.values.setdefault(name, value)


class Offered:
    """What the sources of a load bring for their rows to refer to."""

    def __init__(self, stage: Stage, sources: Sequence[Source]) -> None:
        self.stage = stage
        self.sources = list(sources)
        self.connection = stage.connection
        self.made: list[tuple[Source, list[tuple[int, dict[str, Any]]]]] = []
        """Sources of rows that were made, each row with its line, to be added to those of the load in this order."""
        self._place: dict[tuple[int, str, str | None], int] = {}
        self._called: dict[str, str] = {}
        self._names: dict[str, Names] = {}
        self._pointed: dict[tuple[str, str], list[tuple[int, int, str]]] = {}

    @property
    def notices(self) -> list[Message]:
        """What is said of rows that are new."""
        if not self._called:
            return []
        return [
            msgs(
                "{count} new funder: {names}",
                "{count} new funders: {names}",
                len(self._called),
                names=first_few(list(self._called.values()), _SHOWN),
            )
        ]

    def settle(self) -> Iterator[Found]:
        """Let the staged rows refer to what their lines and their forms bring; yields what is wrong with a line."""
        offers = [(number, offer) for number, source in enumerate(self.sources) for offer in source.offers]
        if offers:
            yield from self._settle_offers(offers)
        for number, source in enumerate(self.sources):
            if source.carried:
                yield from self._settle_carried(number, source)

    # --- Described beside a list ---

    def _settle_offers(self, offers: Sequence[tuple[int, Offer]]) -> Iterator[Found]:
        new: list[_New] = []
        found: dict[tuple[str, str | None, str | None], tuple[tuple[str, ...], _New | None]] = {}
        for number, offer in offers:
            # What many lines write is looked for once.
            said = (offer.table, offer.values.get("name"), offer.values.get("siren"))
            ids, one = found.get(said) or (self._there(TABLES[offer.table], offer.values), None)
            if len(ids) == 1:
                self._point(number, offer, ids[0])
            elif ids:
                yield number, self._several(self.sources[number], offer, ids)
            else:
                one = one or next((other for other in new if other.fits(offer.values)), None)
                if one is None:
                    new.append(one := _New({}))
                one.add(number, offer)
            found[said] = (ids, one)
        for one in new:
            lacking = next((name for name in ("name", "kind") if not one.values.get(name)), None)
            if lacking is not None:
                yield from ((number, _lacking(self.sources[number], offer, lacking)) for number, offer in one.by)
                continue
            yield from self._other_kinds(one)
            number, offer = one.by[0]
            identifier = self._make(number, offer, one.values)
            for place, other in one.by:
                self._point(place, other, identifier)
        self._write()

    def _there(self, table: Table, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The rows that are meant: those with its number, else those of the same name and no other number."""
        names = self._names_of(table)
        if (siren := values.get("siren")) and (found := names.find(siren)).ids:
            return found.ids
        found = names.find(values.get("name") or "")
        if found.how is not How.EXACT:
            return ()
        return tuple(one for one in found.ids if not siren or self._siren(table, one) in {None, siren})

    def _names_of(self, table: Table) -> Names:
        if table.name not in self._names:
            self._names[table.name] = names_of(self.connection, table, self.stage.tables)
        return self._names[table.name]

    def _siren(self, table: Table, identifier: str) -> str | None:
        for place in self._places(table):
            for (siren,) in self.connection.execute(f"select siren from {place} where id = ?", (identifier,)):
                return str(siren) if siren else None
        return None

    def _places(self, table: Table) -> list[str]:
        staged = [f"temp.stage_{table.name}"] if table.name in self.stage.tables else []
        return [f"main.{table.name}", *staged]

    def _point(self, number: int, offer: Offer, identifier: str) -> None:
        rows = self._pointed.setdefault((self.sources[number].table.name, offer.column), [])
        rows.append((number, offer.line, identifier))

    def _write(self) -> None:
        """Put the ids that were found into the staged rows."""
        for (table, column), rows in self._pointed.items():
            self.connection.execute("create temp table pointed (file, line, id, primary key (file, line))")
            self.connection.executemany("insert or ignore into temp.pointed values (?, ?, ?)", rows)
            self.connection.execute(
                f"""
                update temp.stage_{table} as s set {column} = p.id
                from temp.pointed as p where p.file = s.file and p.line = s.line
                """
            )
            self.connection.execute("drop table temp.pointed")
        self._pointed.clear()

    def _make(self, number: int, offer: Offer, values: Mapping[str, Any]) -> str:
        """Stage a new row, under an id that nothing has; returns it."""
        table = TABLES[offer.table]
        taken = {
            str(row[0])
            for place in self._places(table)
            for row in self.connection.execute(f"select id from {place}").fetchall()
        }
        identifier = _free(values["name"], taken)
        source = self.sources[number]
        places = {name: source.places[column] for name, column in offer.columns.items() if column in source.places}
        heading = {name: source.heading.get(column, column) for name, column in offer.columns.items()}
        its = replace(source, places=places, heading=heading, present=("id", *offer.columns))
        self._stage(number, its, table, offer.line, {**values, "id": identifier})
        self._called[identifier] = values["name"]
        return identifier

    def _stage(self, number: int, its: Source, table: Table, line: int, values: Mapping[str, Any]) -> None:
        """Stage a row of another table that a source brings, as one of ``its``: a source beside it."""
        self.stage.add_table(table)
        self._names.pop(table.name, None)
        place = self._place.setdefault((number, table.name, its.sheet), len(self.made))
        if place == len(self.made):
            bare = replace(its, table=table, rows=(), refused_keys=set(), centres=set(), notices=[], made=True)
            self.made.append((replace(bare, offers=(), unanswered=(), carried={}, form=None), []))
        source, rows = self.made[place]
        rows.append((line, dict(values)))
        batch = Batch([line], source.present, [[values.get(name)] for name in source.present])
        self.stage.insert(table, len(self.sources) + place, batch)

    def _several(self, source: Source, offer: Offer, ids: Sequence[str]) -> Anomaly:
        column = offer.columns["name"]
        return source.anomaly(
            "ambiguous-reference",
            msg(
                "“{value}” could be several rows of the table {table}: {candidates}.",
                value=str(offer.values.get("name") or offer.values.get("siren")),
                table=offer.table,
                candidates=first_few(ids, _SHOWN),
            ),
            msg("Choose the one that is meant from the list, or write its SIREN beside its name."),
            offer.line,
            column,
            offer.values.get("name"),
        )

    def _other_kinds(self, new: _New) -> Iterator[Found]:
        """Say it where two lines call the same funder of two kinds: the first of them counts."""
        kind = new.values["kind"]
        for number, offer in new.by:
            if (other := offer.values.get("kind")) not in {None, kind}:
                anomaly = self.sources[number].anomaly(
                    "other-kind",
                    msg(
                        "“{name}” is {kind} here and {other} in another row of the load; that one counts.",
                        name=new.values["name"],
                        kind=_said(offer.table, "kind", other),
                        other=_said(offer.table, "kind", kind),
                    ),
                    msg("Check which of the two is right."),
                    offer.line,
                    offer.columns["kind"],
                    str(other),
                )
                yield number, replace(anomaly, severity=Severity.WARNING)

    # --- Carried by a form ---

    def _settle_carried(self, number: int, source: Source) -> Iterator[Found]:
        for column in source.table.columns:
            carried = source.carried.get(column.refers or "")
            if not carried:
                continue
            target = TABLES[column.refers or ""]
            asked = self.connection.execute(
                f"select {column.stored} from temp.stage_{source.table.name} where file = :file union "
                "select value from temp.noted where table_name = :table and column = :column and file = :file",
                {"file": number, "table": source.table.name, "column": column.name},
            ).fetchall()
            for (identifier,) in asked:
                if (row := carried.get(identifier)) is not None:
                    yield from self._settle_row(number, column.stored, target, identifier, row)

    def _settle_row(self, number: int, column: str, table: Table, identifier: str, row: Carried) -> Iterator[Found]:
        source = self.sources[number]
        values = _read(table, row.cells)
        for place in self._places(table):
            there = self.connection.execute(f"select * from {place} where id = ?", (identifier,)).fetchone()
            if there is not None:
                yield from _differing(number, source, table, row, values, there)
                return
        ids = self._there(table, values) if "siren" in table.names else self._alike(table, values)
        if len(ids) == 1:
            self.connection.execute(
                f"update temp.stage_{source.table.name} set {column} = ? where file = ? and {column} = ?",
                (ids[0], number, identifier),
            )
            return
        its = replace(source, sheet=_CARRIED, places={}, heading={}, present=tuple(row.cells))
        self._stage(number, its, table, row.line, values)

    def _alike(self, table: Table, values: Mapping[str, Any]) -> tuple[str, ...]:
        """The rows of the same name that say the same, but for their id: no scale stands for another one."""
        found = self._names_of(table).find(values.get("name") or "")
        same = [name for name in values if name not in {"id", "source", "note"}]
        return tuple(
            one
            for one in (found.ids if found.how is How.EXACT else ())
            for place in self._places(table)
            for row in self.connection.execute(f"select * from {place} where id = ?", (one,))
            if all(row[table.column(name).stored] == values[name] for name in same)
        )

    # --- Under the lock ---

    def look_again(self) -> Iterator[Found]:
        """Leave what came into the registry meanwhile as it is, and what nothing refers to any more out.

        Yields the anomaly of a row whose id was given to something else while the files were read.
        """
        staged = [(place, source, row) for place, (source, rows) in enumerate(self.made) for row in rows]
        for place, source, (line, values) in staged:
            number, table = len(self.sources) + place, source.table
            there = self.connection.execute(f"select * from main.{table.name} where id = ?", (values["id"],)).fetchone()
            if there is not None or not self._is_asked_for(table, values["id"]):
                self.stage.remove(table, number, line)
                self._called.pop(values["id"], None)
            if there is not None and any(there[name] != values[name] for name in ("name",) if name in values):
                yield (
                    number,
                    source.anomaly(
                        "changed-meanwhile",
                        msg("Another program gave the id {id} to something else.", id=values["id"]),
                        msg("Load the file again."),
                        line,
                    ),
                )

    def _is_asked_for(self, table: Table, identifier: str) -> bool:
        for name in self.stage.tables:
            for column in TABLES[name].columns:
                if column.refers != table.name:
                    continue
                asked = f"select 1 from temp.stage_{name} where {column.stored} = ? limit 1"
                if self.connection.execute(asked, (identifier,)).fetchone() is not None:
                    return True
        return False


def _free(name: str, taken: set[str]) -> str:
    """Return an id made of a name, which no other row has."""
    plain = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:60].strip("-") or "x"
    number, free = 1, plain
    while free in taken:
        number += 1
        free = f"{plain}-{number}"
    return free


def _said(table: str, column: str, code: str) -> Message:
    label = next((one.label for one in TABLES[table].column(column).choices if one.code == code), code)
    return msg(label)


def _lacking(source: Source, offer: Offer, name: str) -> Anomaly:
    if name == "kind":
        return source.anomaly(
            "funder-without-kind",
            msg(
                "“{name}” is a funder that the registry does not have, and what it is does not stand beside it.",
                name=str(offer.values["name"]),
            ),
            msg(
                "Fill in “{column}” (commune, intercommunality, region…), or choose the funder from the list.",
                column=msg(TABLES[source.table.name].other.columns["kind"].label),  # type: ignore[union-attr]
            ),
            offer.line,
            offer.columns["kind"],
        )
    return source.anomaly(
        "funder-without-name",
        msg("No funder of the registry has this number, and its name does not stand beside it."),
        msg("Write the name of the funder, and what it is."),
        offer.line,
        offer.columns["name"],
    )


def _read(table: Table, cells: Mapping[str, str]) -> dict[str, Any]:
    """The values of a carried row, which crpv wrote: numbers with a decimal point, flags as 1 and 0."""
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        kind = table.column(name).kind
        try:
            if cell:
                values[name] = float(cell) if kind is Kind.DECIMAL else int(cell) if kind is Kind.FLAG else cell
        except ValueError:
            continue  # somebody wrote in the hidden sheet
    return values


def _differing(
    number: int, source: Source, table: Table, row: Carried, values: Mapping[str, Any], there: sqlite3.Row
) -> Iterator[Found]:
    unlike = [
        name
        for name, value in values.items()
        if name not in {"id", "source", "note"} and there[table.column(name).stored] != value
    ]
    if not unlike:
        return
    column = table.column(unlike[0])
    anomaly = Anomaly(
        "carried-differs",
        Severity.WARNING,
        source.name,
        msg(
            "The form has “{value}” for {name} ({column}), the registry “{known}”, which stays.",
            value=str(row.cells[column.name]),
            name=str(there[next((one for one in ("name", "name_fr") if one in table.names), table.key[0])]),
            column=msg(column.label),
            known=str(there[column.stored] if there[column.stored] is not None else "–"),
        ),
        msg("If the form is right, correct it in the registry: crpv edit {table}", table=table.name),
        row.line,
        sheet=_CARRIED,
    )
    yield number, anomaly

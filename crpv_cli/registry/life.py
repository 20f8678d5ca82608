"""The life of centres: what opening, closing, renaming... changes, as the rows of the tables that hold it.

Nothing is written here. The rows go through the loader like those of a file, so that an event is one load, is shown
before it is written, and is undone like any other.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Mapping

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Day, msg
from crpv_cli.registry.queries import read
from crpv_cli.registry.schema import key_condition, key_values
from crpv_cli.spelling import closest

Value = str | int | None
Row = dict[str, Value]

STATE = tuple(
    name for name in TABLES["centre_states"].names if name in TABLES["centres"].names and name not in {"source", "note"}
)
"""What a centre is called and is, which may change on a day: name, short name, legal form, carrier, SIREN and seat."""


def day_before(day: str) -> str:
    """Return the ISO date of the day before another."""
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()


class Event:
    """What happens to centres on one day, the first of the new state; what was ends on the day before it.

    Its methods say what happens and may be combined; ``cells`` gives the rows that this makes or changes. Rows that are
    made have the source and the reason of the event; rows that end keep their own.
    """

    def __init__(
        self, connection: sqlite3.Connection, on: str, source: str | None = None, reason: str | None = None
    ) -> None:
        """Begin an event.

        Raises:
            UsageProblem: the registry has no such source.
        """
        self.connection = connection
        self.on = on
        self.eve = day_before(on)
        self.source = source
        self.reason = reason
        self._rows: dict[str, dict[tuple[Value, ...], Row]] = {}
        sources = [row["id"] for row in connection.execute("select id from sources order by id")]
        if source is not None and source not in sources:
            near = closest(source, sources, 1)
            raise UsageProblem(
                msg("There is no source called “{value}”.", value=source),
                msg("Did you mean {near}?", near=near[0]) if near else msg("Load it into the table sources first."),
            )

    def cells(self) -> dict[str, list[dict[str, str]]]:
        """Return the rows that the event makes or changes by table, whole, their cells as people type them."""
        return {
            name: [
                {column.name: _cell(row[column.name], column.kind) for column in table.columns}
                for row in self._rows[name].values()
            ]
            for name, table in TABLES.items()
            if name in self._rows
        }

    def holds(self, centre: str) -> bool:
        """Whether the registry, or the event, has a centre of that id."""
        return self._found("centres", (centre,)) is not None

    def open(self, centre: str, values: Mapping[str, Value]) -> None:
        """A centre opens that the registry does not have.

        Raises:
            UsageProblem: it has one of that id.
        """
        if self.holds(centre):
            raise UsageProblem(
                msg("There is a centre called “{value}” already.", value=centre), msg("Give the new one another id.")
            )
        self._put("centres", {"id": centre, "opened": self.on, **self._said(), **values})

    def restate(self, centre: str, values: Mapping[str, Value]) -> None:
        """A centre has another name, form, carrier, SIREN or seat from the day on, until the next change that is known.

        Raises:
            UsageProblem: it does not exist on the day, or did not on the day before it.
        """
        self._require(centre, self.eve, self.on)
        later = [
            dict(row)
            for row in self.connection.execute(
                "select * from centre_states where centre = ? and valid_to >= ? order by valid_to", (centre, self.on)
            )
        ]
        chain = [*later, self._taken("centres", (centre,))]
        former = {name: chain[0][name] for name in STATE}
        changed = {name: value for name, value in values.items() if value != former[name]}
        if not changed:
            return
        for name, value in changed.items():
            for row in chain:
                if row[name] != former[name]:
                    break  # changed again later, which stands
                row[name] = value
        if self._found("centre_states", (centre, self.eve)) is None:
            own_source = self.source or chain[-1]["source"]
            self._put(
                "centre_states",
                {"centre": centre, "valid_to": self.eve, **former, "source": own_source, "note": self.reason},
            )
        for row in later:
            self._put("centre_states", row)
        self._put("centres", chain[-1])

    def close(self, centre: str, successor: str | None = None) -> None:
        """A centre closes: the day before is its last, and that of its perimeters and labels.

        Raises:
            UsageProblem: it does not exist on the day, is closed already, or a perimeter or label of it begins later.
        """
        row = self._taken("centres", (centre,))
        if row["closed"] is not None:
            raise UsageProblem(
                msg("{centre} has closed already: {date}.", centre=centre, date=Day(str(row["closed"]))),
                msg("Correct it with: crpv edit centres"),
            )
        self._require(centre, self.eve, self.on)
        self._put("centres", row | {"closed": self.eve, "successor": successor})
        for department in self._departments(centre):
            self.stop(centre, department)
        for label in self._running("labels", centre):
            self._end("labels", label)

    def serve(self, centre: str, departments: Iterable[str], confidence: str | None = None) -> None:
        """A centre serves departments from the day on; what is known already of that day or later stays as it is.

        Raises:
            UsageProblem: it does not exist on the day.
        """
        self._require(centre, self.on)
        for department in departments:
            begins = [row["valid_from"] for row in self._running("perimeters", centre, department)]
            if not any(day is None or str(day) <= self.on for day in begins):
                until = day_before(min(map(str, begins))) if begins else None
                row = {"valid_from": self.on, "valid_to": until, "confidence": confidence}
                self._put("perimeters", {"centre": centre, "department": department, **row, **self._said()})

    def stop(self, centre: str, department: str) -> str | None:
        """A centre no longer serves a department; returns how sure it was that it did.

        Raises:
            UsageProblem: it does not serve it on the day, or begins on the day or later.
        """
        running = self._running("perimeters", centre, department)
        if not running:
            raise UsageProblem(
                msg(
                    "{centre} does not serve {department} on {date}.",
                    centre=centre,
                    department=department,
                    date=Day(self.on),
                ),
                msg("See its perimeter with: crpv show {centre}", centre=centre),
            )
        for row in running:
            self._end("perimeters", row)
        return str(running[0]["confidence"]) if running[0]["confidence"] else None

    def label(self, centre: str, until: str | None, act: str | None, renewal: bool) -> None:
        """The State labels a centre from the day on; a label that runs without an end ends on the day before.

        Raises:
            UsageProblem: it does not exist on the day.
        """
        self._require(centre, self.on)
        for row in self._running("labels", centre):
            if row["valid_to"] is None:
                self._end("labels", row)
        made = {"centre": centre, "valid_from": self.on, "valid_to": until, "act": act, "renewal": int(renewal)}
        self._put("labels", made | self._said())

    def unlabel(self, centre: str) -> None:
        """The State's label of a centre ends. Where none is known, it is known from now on that it had one until then.

        Raises:
            UsageProblem: the labels known of it are not in force on the day.
        """
        self._require(centre, self.on)
        running = self._running("labels", centre)
        for row in running:
            self._end("labels", row)
        if running:
            return
        if self.connection.execute("select 1 from labels where centre = ?", (centre,)).fetchone():
            raise UsageProblem(
                msg("{centre} has no label in force on {date}.", centre=centre, date=Day(self.on)),
                msg("See its labels with: crpv list labels"),
            )
        self._put("labels", {"centre": centre, "valid_to": self.eve, **self._said()})

    def merge(self, centres: Iterable[str], into: str, confidence: str | None = None) -> None:
        """Centres close, but for the one that goes on, and one takes over what they serve.

        Raises:
            UsageProblem: as for ``close`` and ``serve``.
        """
        for centre in centres:
            if centre == into:
                continue
            served = {row["department"]: row["confidence"] for row in self._running("perimeters", centre)}
            self.close(centre, into)
            for department, sure in served.items():
                self.serve(into, [str(department)], confidence or (str(sure) if sure else None))

    def _said(self) -> Row:
        return {"source": self.source, "note": self.reason}

    def _departments(self, centre: str) -> list[str]:
        return list(dict.fromkeys(str(row["department"]) for row in self._running("perimeters", centre)))

    def _running(self, table: str, centre: str, department: str | None = None) -> list[Row]:
        """The rows of a centre that have not ended on the day before, those of the event first."""
        found = self.connection.execute(
            f"select * from {table} where centre = ? order by rowid",
            (centre,),
        )
        rows: dict[tuple[Value, ...], Row] = {self._key(table, dict(row)): dict(row) for row in found}
        rows |= {key: row for key, row in self._rows.get(table, {}).items() if row["centre"] == centre}
        return [
            row
            for row in rows.values()
            if (department is None or row["department"] == department)
            and (row["valid_to"] is None or str(row["valid_to"]) >= self.on)
        ]

    def _end(self, table: str, row: Row) -> None:
        """Let a row end on the day before.

        Raises:
            UsageProblem: it begins on the day, or later.
        """
        if row["valid_from"] is not None and str(row["valid_from"]) >= self.on:
            raise UsageProblem(
                msg(
                    "{table}: {key} begins on {begins}, not before {date}.",
                    table=table,
                    key=" ".join(str(row[name]) for name in TABLES[table].key[:-1]),
                    begins=Day(str(row["valid_from"])),
                    date=Day(self.on),
                ),
                msg("Give a later date, or correct that row: crpv edit {table}", table=table),
            )
        self._put(table, row | {"valid_to": self.eve})

    def _require(self, centre: str, *days: str) -> None:
        if (
            "centres" in self._rows
            and (centre,) in self._rows["centres"]
            and not self._in_registry("centres", (centre,))
        ):
            return  # opens in the event itself
        for day in days:
            (spell,) = read(
                self.connection, "select opens, closes from open_spells where id = :centre", day, centre=centre
            ).fetchall()
            if not spell["opens"] <= day <= spell["closes"]:
                raise UsageProblem(
                    msg("{centre} does not exist on {date}.", centre=centre, date=Day(day)),
                    msg("See when it opened and closed with: crpv show {centre}", centre=centre),
                )

    def _key(self, table: str, row: Mapping[str, Value]) -> tuple[Value, ...]:
        return tuple(row.get(name) for name in TABLES[table].key)

    def _in_registry(self, table: str, key: tuple[Value, ...]) -> Row | None:
        row = self.connection.execute(
            f"select * from {table} where {key_condition(TABLES[table])}",
            key_values(key),
        ).fetchone()
        return dict(row) if row is not None else None

    def _found(self, table: str, key: tuple[Value, ...]) -> Row | None:
        return self._rows.get(table, {}).get(key) or self._in_registry(table, key)

    def _taken(self, table: str, key: tuple[Value, ...]) -> Row:
        row = self._found(table, key)
        if row is None:
            raise KeyError(key)
        return dict(row)

    def _put(self, table: str, row: Mapping[str, Value]) -> None:
        whole = {column.name: row.get(column.name) for column in TABLES[table].columns}
        self._rows.setdefault(table, {})[self._key(table, whole)] = whole


def _cell(value: Value, kind: Kind) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if kind is Kind.FLAG else str(value)

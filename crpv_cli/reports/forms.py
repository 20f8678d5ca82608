"""The contents of a form to send out: its columns, what may be chosen in them, and the rows that are prepared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.named import table_named
from crpv_cli.definitions.ratings import Scale, levels_of
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import Message, msg
from crpv_cli.registry.queries import open_centres, today
from crpv_cli.reports.fictitious import fictitious_sources
from crpv_cli.reports.finding import find_centre
from crpv_cli.result import Carry, Field, Form, FormBook, FormRow, Value
from crpv_cli.spelling import fold

# The columns with which rows are prepared although nothing else is known of them yet.
_PREPARED = {
    "centres": ("id",),
    "perimeters": ("centre", "department", "valid_from"),
    "funding": ("centre", "funder", "year", "scheme"),
    "evaluations": ("centre", "mission", "year"),
    "activities": ("centre", "mission", "year"),
    "agreements": ("centre", "funder"),
    "governance": ("centre", "organ", "member", "member_kind", "role", "valid_from"),
    "budgets": ("centre", "year"),
    "contacts": ("centre",),
    "labels": ("centre",),
}
# Tables of what lasts: their prepared rows are those that the registry holds as true today.
_STANDING = {"perimeters", "governance"}
YEARLY = ("activities", "evaluations", "funding", "budgets", "governance", "contacts")
"""What a centre is asked once a year, in one workbook."""
# Of them, those of which the rows that the registry holds are prepared, without the columns about people.
_KNOWN = {"contacts"}
# The tables whose rows a form carries, so that it can be checked against a registry that lacks them.
_CARRIED = {
    "missions": ("id", "name_fr", "name_en", "core"),
    "funders": ("id", "name", "kind", "siren"),
    "scales": ("id", "name", "minimum", "maximum", "levels", "official"),
}
# What tells two rows of the same name apart, as far as it is known.
_APART = {"funders": ("kind", "siren"), "sources": ("publisher", "published_on", "place"), "centres": ("seat",)}
# Tables whose rows have an order of their own; others are listed by name.
_IN_ORDER = {"missions", "departments", "scales"}
# Words that are used again every year: the same thing is to be called the same.
_WORDS = {("activities", "theme"), ("funding", "scheme"), ("contacts", "function")}
_MOST_WORDS = 100
# The framework's order; a mission of a later framework comes after them.
_MISSIONS = "animation skills capitalisation"


def form_of(
    connection: sqlite3.Connection,
    name: str,
    centre: str | None = None,
    year: int | None = None,
    filled: bool = False,
) -> Form:
    """Prepare a form for a table.

    Args:
        connection: an open registry.
        name: name of the table.
        centre: the one centre that the form is for (its id, its short name or a part that only it has); all that are
            open otherwise.
        year: the year that the form is about; last year by default, in tables that have one.
        filled: whether it contains the rows that the registry holds, for correction.

    Raises:
        UsageProblem: an unknown table or centre, or an option that does not apply to the table.
    """
    table = table_named(name)
    if year is not None and "year" not in table.names:
        raise _not_applicable(table, "--year")
    if centre is not None and "centre" not in table.names and table.name != "centres":
        raise _not_applicable(table, "--centre")
    asked = _Request(
        connection,
        table,
        find_centre(connection, centre) if centre is not None else None,
        (year or int(today()[:4]) - 1) if "year" in table.names else None,
        filled,
    )
    return asked.form()


def book_of(
    connection: sqlite3.Connection,
    names: Sequence[str],
    centre: str | None = None,
    year: int | None = None,
    filled: bool = False,
    due_on: str | None = None,
    contact: str | None = None,
) -> FormBook:
    """Prepare the forms of some tables, for one workbook.

    Args:
        connection: an open registry.
        names: names of the tables, in the order of their sheets; what is asked once a year if there are none.
        centre: as for ``form_of``.
        year: the year that those of them which have one are about; last year by default.
        filled: whether they contain the rows that the registry holds, for correction.
        due_on: the ISO date until which it is asked for.
        contact: whom to send it back to.

    Raises:
        UsageProblem: an unknown table or centre, or an option that applies to none of the tables.
    """
    tables = list(dict.fromkeys(table_named(name) for name in names or YEARLY))
    yearly = [table for table in tables if "year" in table.names]
    if year is not None and not yearly:
        raise _not_applicable(tables[0], "--year")
    several = len(tables) > 1
    forms = tuple(
        form_of(
            connection,
            table.name,
            centre if "centre" in table.names or table.name == "centres" or not several else None,
            year if table in yearly else None,
            filled or (several and table.name in _KNOWN),
        )
        for table in tables
    )
    its = next((form for form in forms if form.centre is not None), forms[0])
    if centre is not None and its.centre is None:
        raise _not_applicable(tables[0], "--centre")
    about = next((form.year for form in forms if form.year is not None), None)
    return FormBook(forms, its.centre, its.centre_name, about, due_on, contact, tuple(_carries(connection, forms)))


def books_of_centres(
    connection: sqlite3.Connection,
    names: Sequence[str],
    year: int | None = None,
    filled: bool = False,
    due_on: str | None = None,
    contact: str | None = None,
) -> dict[str, FormBook]:
    """Prepare the workbook of each centre that is open at the end of a year, by the centre's id.

    Args, Raises: as for ``book_of``; a table that is not about centres is an error.
    """
    for table in map(table_named, names):
        if "centre" not in table.names and table.name != "centres":
            raise _not_applicable(table, "--each")
    end = f"{year or int(today()[:4]) - 1}-12-31"
    centres = open_centres(connection, min(end, today()))
    if not centres:
        raise UsageProblem(
            msg("No centre is open at the end of {year}.", year=end[:4]), msg("See the centres with: crpv list")
        )
    return {one: book_of(connection, names, one, year, filled, due_on, contact) for one in centres}


def _carries(connection: sqlite3.Connection, forms: Sequence[Form]) -> Iterable[Carry]:
    for name, columns in _CARRIED.items():
        fields = [field for form in forms for field in form.fields if field.column.refers == name]
        wanted = {choice for field in fields for choice in field.choices}
        rows = connection.execute(f"select {', '.join(columns)} from {name} order by id").fetchall()
        if kept := tuple(tuple(row) for row in rows if row["id"] in wanted):
            yield Carry(TABLES[name], columns, kept)


def _not_applicable(table: Table, option: str) -> UsageProblem:
    return UsageProblem(
        msg("{option} does not apply to the table {table}.", option=option, table=table.name),
        msg("Leave it out, or make a form for another table."),
    )


@dataclass(frozen=True, slots=True)
class _Request:
    connection: sqlite3.Connection
    table: Table
    centre: str | None
    year: int | None
    filled: bool

    def form(self) -> Form:
        found = self._existing() if self.filled else []
        fictitious = fictitious_sources(self.connection)
        prepared = self._prepared_rows(found)
        held = [{column.name: _value(row, column) for column in self.table.columns} for row in found]
        shown = found if self.filled or self.table.name not in _STANDING else self._existing()
        names = self._prepared_names() if held or prepared else set()
        fields = tuple(self._fields(names))
        rows = [*((values, True) for values in held), *((values, False) for values in prepared)]
        if self.table.name in _PREPARED:
            rows.sort(key=lambda row: self._place(row[0]))
        return Form(
            table=self.table,
            fields=fields,
            rows=tuple(FormRow(tuple(row.get(field.column.name) for field in fields), known) for row, known in rows),
            centre=self.centre,
            centre_name=self._called("centres", [self.centre])[0] if self.centre else None,
            year=self.year,
            fictitious="source" in self.table.names and any(row["source"] in fictitious for row in shown),
            remarks=tuple(self._remarks(fields)),
        )

    def _columns(self) -> Iterable[Column]:
        """The columns that a person fills in; crpv itself knows the source, unless it distinguishes rows.

        A form that holds what the registry does is without the columns about people, which then keep what they hold.
        """
        for column in self.table.columns:
            if column.name in {"source", "locator"}:
                asked = self.filled and "source" in self.table.key
            else:
                asked = not (self.filled and column.personal)
            if asked:
                yield column

    def _prepared_names(self) -> set[str]:
        return {*_PREPARED.get(self.table.name, ()), *(["source"] if "source" in self.table.key else [])}

    # --- Rows ---

    def _existing(self) -> list[sqlite3.Row]:
        """The rows that the registry holds of the centre, or of all, and of the year."""
        conditions = {"centre" if "centre" in self.table.names else "id": self.centre, "year": self.year}
        given = {name: value for name, value in conditions.items() if value is not None}
        where = f"where {' and '.join(f'{name} = :{name}' for name in given)}" if given else ""
        key = ", ".join(self.table.column(name).stored for name in self.table.key)
        rows = self.connection.execute(f"select * from {self.table.name} {where} order by {key}", given).fetchall()
        if self.table.name not in _STANDING:
            return rows
        return [row for row in rows if (row["valid_from"] or "") <= today() <= (row["valid_to"] or "9999")]

    def _centres(self) -> list[str]:
        """The centres that the form is about, in the order of their ids: those open at the end of its year, or now."""
        if self.centre is not None:
            return [self.centre]
        as_of = f"{self.year}-12-31" if self.year is not None else today()
        return open_centres(self.connection, min(as_of, today()))

    def _prepared_rows(self, found: Sequence[sqlite3.Row]) -> list[dict[str, Value]]:
        """Rows of which only the prepared columns are filled, where the registry holds none that answers them."""
        if self.table.name in {"evaluations", "activities"}:
            missions = self._missions() if self.table.name == "evaluations" else self._all_missions()
            rows: list[dict[str, Value]] = [
                {"centre": centre, "mission": mission, "year": self.year}
                for centre in self._centres()
                for mission in missions
            ]
        elif self.table.name == "funding":
            rows = [
                {"centre": centre, "funder": funder, "year": self.year, "scheme": scheme}
                for centre in self._centres()
                for funder, scheme in self._funders(centre)
            ]
        elif self.table.name == "agreements":
            rows = [
                {"centre": centre, "funder": funder} for centre in self._centres() for funder in self._signers(centre)
            ]
        elif self.table.name in {"budgets", "contacts", "labels"}:
            about: dict[str, Value] = {"year": self.year} if self.year is not None else {}
            rows = [{"centre": centre, **about} for centre in self._centres()]
        elif self.table.name in _STANDING and not self.filled:
            centres = set(self._centres())
            names = _PREPARED[self.table.name]
            rows = [{name: row[name] for name in names} for row in self._existing() if row["centre"] in centres]
        elif self.table.name == "centres" and self.centre is not None and not self.filled:
            rows = [{"id": self.centre}]
        else:
            rows = []
        answered = {tuple(row[name] for name in rows[0]) for row in found} if rows else set()
        return [row for row in rows if tuple(row.values()) not in answered]

    def _missions(self) -> list[str]:
        """The core missions, in the framework's order."""
        rows = self.connection.execute(
            "select id from missions where core = 1 order by coalesce(nullif(instr(?, id), 0), 99), id", (_MISSIONS,)
        )
        return [row[0] for row in rows]

    def _all_missions(self) -> list[str]:
        """The core missions, then the others: activity is reported for all."""
        others = self.connection.execute("select id from missions where core = 0 order by id")
        return [*self._missions(), *(row[0] for row in others)]

    def _funders(self, centre: str) -> list[tuple[str, str | None]]:
        """The funders that a centre has had, with their schemes: those of which nothing is known of the year yet.

        What is known of it, from open data say, would be told once more, and perhaps otherwise.
        """
        rows = self.connection.execute(
            """
            select distinct funder, scheme from funding as f where centre = :centre and not exists (
                select 1 from funding as g
                where g.centre = :centre and g.year = :year and g.funder = f.funder and g.scheme is f.scheme
            ) order by funder, scheme
            """,
            {"centre": centre, "year": self.year},
        )
        return [(row[0], row[1]) for row in rows]

    def _signers(self, centre: str) -> list[str]:
        """The funders that a centre has had, or that have signed an agreement with it."""
        rows = self.connection.execute(
            "select funder from funding where centre = :centre union select funder from agreements "
            "where centre = :centre order by funder",
            {"centre": centre},
        )
        return [row[0] for row in rows]

    def _place(self, values: dict[str, Value]) -> tuple[str, ...]:
        """Where a row is placed: known rows and prepared ones together, missions in their order."""
        return tuple(
            f"{_MISSIONS.find(str(values[name])) % 100:02}" if name == "mission" else str(values[name] or "")
            for name in _PREPARED[self.table.name]
        )

    # --- Columns ---

    def _fields(self, prepared: set[str]) -> Iterable[Field]:
        other = self.table.other
        for column in self._columns():
            yield self._field(column, column.name in prepared)
            if other is not None and column.name == other.column:
                yield from (Field(one, beside=True) for one in other.columns.values())

    def _field(self, column: Column, prepared: bool) -> Field:
        if column.refers is not None:
            of_one = column.name == "centre" and self.centre is not None
            choices = (str(self.centre),) if of_one else self._keys_of(TABLES[column.refers])
            names = self._names_of(column.refers, choices)
            if column.refers not in _IN_ORDER:
                pairs = sorted(zip(choices, names, strict=True), key=lambda pair: fold(pair[1]))
                choices, names = (tuple(one) for one in zip(*pairs, strict=True)) if pairs else ((), ())
            legend = self._scales(choices) if column.refers == "scales" else ()
            return Field(column, choices, names, prepared=prepared, legend=legend)
        if self.table.name == "evaluations" and column.name == "rating":
            return Field(column, self._ratings(), certain=False)
        if (self.table.name, column.name) in _WORDS:
            return Field(column, self._words(column), certain=False, prepared=prepared)
        return Field(column, prepared=prepared)

    def _keys_of(self, table: Table) -> tuple[str, ...]:
        (key,) = table.key
        if table.name == "missions":
            return tuple(self._all_missions())
        return tuple(row[0] for row in self.connection.execute(f"select {key} from {table.name} order by {key}"))

    def _called(self, table: str, keys: Sequence[str]) -> tuple[str, ...]:
        """What rows of a table are called in the reader's language; their keys where they have no name."""
        names = (f"name_{language.current()}", "short_name", "name", "title")
        (key,) = TABLES[table].key
        column = next((name for name in names if name in TABLES[table].names), key)
        called = dict(tuple(row) for row in self.connection.execute(f"select {key}, {column} from {table}"))
        return tuple(str(called[key]) for key in keys)

    def _names_of(self, table: str, keys: Sequence[str]) -> tuple[str, ...]:
        """What a person reads for rows of a table, no two alike: departments have their number before their name."""
        names = list(self._called(table, keys))
        if table == "departments":
            return tuple(f"{key} {name}" for key, name in zip(keys, names, strict=True))
        for what in ("words", "numbers"):
            places: dict[str, list[int]] = {}
            for place, name in enumerate(names):
                places.setdefault(fold(name), []).append(place)
            for same in places.values():
                for number, place in enumerate(same if len(same) > 1 else (), 1):
                    told = self._apart(table, keys[place]) if what == "words" else str(number)
                    names[place] += f" ({told})" if told else ""
        return tuple(names)

    def _apart(self, table: str, key: str) -> str:
        """What tells a row apart from another of the same name, in the reader's words; empty if nothing does."""
        columns = [TABLES[table].column(name) for name in _APART.get(table, ())]
        if not columns:
            return ""
        stored = ", ".join(column.stored for column in columns)
        row = self.connection.execute(
            f"select {stored} from {table} where {TABLES[table].key[0]} = ?", (key,)
        ).fetchone()
        labels = [{one.code: language.translate(one.label) for one in column.choices} for column in columns]
        return ", ".join(label.get(value, str(value)) for value, label in zip(row, labels, strict=True) if value)

    def _scales(self, keys: Sequence[str]) -> tuple[str, ...]:
        """From where to where each scale goes."""
        rows = {
            row["id"]: row for row in self.connection.execute("select id, name, minimum, maximum, levels from scales")
        }
        return tuple(f"{rows[key]['name']} ({Scale.of(rows[key]).bounds()})" for key in keys)

    def _words(self, column: Column) -> tuple[str, ...]:
        """The words that were used in a column before, by the centre of the form or by all; none that are made up."""
        rows = self.connection.execute(
            f"""
            select {column.stored} from {self.table.name} left join sources on sources.id = source
            where {column.stored} is not null and coalesce(fictitious, 0) = 0 and (:centre is null or centre = :centre)
            group by {column.stored} order by {column.stored}
            """,
            {"centre": self.centre},
        ).fetchall()
        return tuple(row[0] for row in rows[:_MOST_WORDS])

    def _ratings(self) -> tuple[str, ...]:
        """The ratings of every scale, each once: its levels, or the whole numbers between its bounds."""
        ratings: dict[str, None] = {}
        for scale in self.connection.execute("select minimum, maximum, levels from scales order by id"):
            levels = levels_of(scale["levels"])
            if not levels and scale["minimum"] is not None and scale["maximum"] is not None:
                lowest, highest = round(scale["minimum"]), round(scale["maximum"])
                levels = tuple(str(number) for number in range(lowest, highest + 1)) if highest - lowest <= 20 else ()
            ratings.update(dict.fromkeys(levels))
        return tuple(ratings)

    def _remarks(self, fields: Sequence[Field]) -> Iterable[Message]:
        for field in fields:
            if field.column.refers is not None and field.column.name != "source" and not field.choices:
                yield msg(
                    "The table {table} is empty: nothing can be chosen in the column {column}. Fill it with: {command}",
                    table=msg(TABLES[field.column.refers].label),
                    command=f"crpv add {field.column.refers}",
                    column=msg(field.column.label),
                )


def _value(row: sqlite3.Row, column: Column) -> Value:
    value: Value = row[column.stored]
    return bool(value) if column.kind is Kind.FLAG and value is not None else value

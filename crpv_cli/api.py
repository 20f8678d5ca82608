"""The registry from Python: its tables, reports and checks as typed values, and as data frames.

What is here is stable: a name is not taken away, and does not change its meaning, before the next major version. All
of it reads; what changes a registry is the business of the commands, which say what they do and can undo it.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from crpv_cli import language
from crpv_cli.definitions.columns import Column as _Column
from crpv_cli.definitions.columns import Kind
from crpv_cli.errors import CrpvError, UsageProblem
from crpv_cli.language import Message, msg
from crpv_cli.result import Dossier, Point, Result, Value
from crpv_cli.result import Note as _Note

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = ["Column", "CrpvError", "Kind", "Note", "Point", "Registry", "Rows", "Sheet", "open"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its stable name, its label for people, what kind of value it holds, and what it means."""

    name: str
    label: str
    kind: Kind
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What must be known to use the figures. ``code`` and ``data`` are stable; ``text`` is for people."""

    code: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows(Sequence[dict[str, Any]]):
    """The rows of a table, a report or a check: a sequence of dictionaries, by the stable names of the columns.

    A value is None where it is not known, and otherwise as its column's kind says: ``money`` a ``Decimal`` in euros,
    ``date`` a ``datetime.date``, ``percent`` a share between 0 and 1, ``flag`` a ``bool``, ``integer`` and ``year`` an
    ``int``, ``decimal`` a ``float``, ``codes`` a tuple of texts, ``series`` a tuple of ``Point``; all others are texts.

    Attributes:
        name: the stable name of the table or report.
        title: what the rows show.
        columns: what each value is.
        totals: figures over all rows, as in JSON (a report only).
        notes: what the reader must know.
        fictitious: whether any of it rests on fictitious data.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    values: tuple[tuple[Any, ...], ...] = field(repr=False)
    totals: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    fictitious: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...

    @overload
    def __getitem__(self, place: slice) -> list[dict[str, Any]]: ...

    def __getitem__(self, place: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        if isinstance(place, slice):
            return [self._record(values) for values in self.values[place]]
        return self._record(self.values[place])

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self._record(values) for values in self.values)

    def _record(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return {column.name: value for column, value in zip(self.columns, values, strict=True)}

    def column(self, name: str) -> list[Any]:
        """The values of one column.

        Raises:
            KeyError: there is no column of that name.
        """
        for place, column in enumerate(self.columns):
            if column.name == name:
                return [values[place] for values in self.values]
        raise KeyError(name)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a frame of pandas: nullable types, money in euros as ``Float64``, dates as ``datetime64[s]``.

        Its ``attrs`` hold the title, whether anything is fictitious, and the notes.

        Raises:
            ImportError: pandas is not installed.
        """
        import pandas as pd

        frame = pd.DataFrame(
            {
                column.name: pd.Series(
                    [_float(value) for value in self.column(column.name)], dtype=_PANDAS.get(column.kind, "object")
                )
                for column in self.columns
            }
        )
        frame.attrs = {"title": self.title, "fictitious": self.fictitious, "notes": [note.text for note in self.notes]}
        return frame

    def to_polars(self) -> polars.DataFrame:
        """The rows as a frame of polars: money in euros as ``Decimal(18, 2)``, dates as ``Date``, codes as lists.

        Raises:
            ImportError: polars is not installed.
        """
        import polars as pl

        types: dict[Kind, Any] = {
            Kind.INTEGER: pl.Int64,
            Kind.YEAR: pl.Int64,
            Kind.DECIMAL: pl.Float64,
            Kind.PERCENT: pl.Float64,
            Kind.MONEY: pl.Decimal(18, 2),
            Kind.DATE: pl.Date,
            Kind.FLAG: pl.Boolean,
            Kind.CODES: pl.List(pl.String),
            Kind.SERIES: pl.List(pl.Struct({"year": pl.Int64, "rating": pl.String, "position": pl.Float64})),
        }
        return pl.DataFrame(
            [
                pl.Series(
                    column.name,
                    [_structs(value) for value in self.column(column.name)],
                    dtype=types.get(column.kind, pl.String),
                )
                for column in self.columns
            ]
        )


# A column of pandas that is not named here holds objects: tuples.
_PANDAS = {
    Kind.TEXT: "string",
    Kind.CODE: "string",
    Kind.PARTIAL_DATE: "string",
    Kind.INTEGER: "Int64",
    Kind.YEAR: "Int64",
    Kind.DECIMAL: "Float64",
    Kind.PERCENT: "Float64",
    Kind.MONEY: "Float64",
    Kind.DATE: "datetime64[s]",
    Kind.FLAG: "boolean",
}


def _float(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    return float(value) if isinstance(value, Decimal) else value


def _structs(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    if isinstance(value, tuple):
        return [
            {"year": one.year, "rating": one.rating, "position": one.position} if isinstance(one, Point) else one
            for one in value
        ]
    return value


@dataclass(frozen=True)
class Sheet(Mapping[str, Rows]):
    """One subject seen whole, the network or a centre: its facts, and sections of rows by their names.

    Attributes:
        name: ``network`` or ``centre``.
        title: what it is about.
        headline: it in one sentence; None where nothing can be said.
        facts: what it is, by the names of columns.
        sections: the rows, by the name of the section, in their order.
        notes: what the reader must know.
        fictitious: whether any of it rests on fictitious data.
    """

    name: str
    title: str
    headline: str | None
    facts: Mapping[str, Any]
    sections: Mapping[str, Rows] = field(repr=False)
    notes: tuple[Note, ...] = ()
    fictitious: bool = False

    def __getitem__(self, section: str) -> Rows:
        return self.sections[section]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sections)

    def __len__(self) -> int:
        return len(self.sections)


class Registry:
    """A registry that is open to read; all that is read of it is of the moment in which it was opened.

    To be closed, or used as a context manager. Its methods raise ``CrpvError`` for what was asked wrongly, with what is
    wrong as its text. Names are understood as the commands understand them: a centre by its id or its name, a table, a
    report or a column in English or French. Days are a ``datetime.date`` or its ISO text.
    """

    def __init__(self, path: Path, known: int | str | None = None, lang: str = "en") -> None:
        from crpv_cli.registry.connection import open_reading

        self.path = path
        self._lang = lang
        with ExitStack() as opened:
            connection = opened.enter_context(open_reading(path, self._say))
            if known is not None:
                from crpv_cli.registry.known import as_known, load_known

                connection = opened.enter_context(as_known(connection, load_known(connection, known)))
            self._opened = opened.pop_all()
        self.connection = connection
        """The connection, read-only, for whatever is not here."""

    def _say(self, message: Message) -> None:
        warnings.warn(message.text(self._lang), stacklevel=4)

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close it. Closing twice does no harm."""
        self._opened.close()

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        from crpv_cli.definitions.tables import TABLES

        return tuple(TABLES)

    @property
    def reports(self) -> tuple[str, ...]:
        """The names of the reports that ``report`` gives."""
        from crpv_cli.reports.index import REPORTS

        return tuple(name for name in REPORTS if name not in _OWN)

    def table(
        self,
        name: str = "centres",
        *,
        as_of: date | str | None = None,
        region: str | None = None,
        department: str | None = None,
        centre: str | None = None,
        year: int | None = None,
        overseas: bool | None = None,
        columns: Sequence[str] = (),
        sort: str | None = None,
        limit: int | None = None,
        with_people: bool = False,
    ) -> Rows:
        """The rows of a table, as ``crpv list`` gives them: of centres the overview, of others all columns.

        Args:
            name: the table.
            as_of: of the rows that have a period, those in force on this day; centres are those of today without it.
            region: only this region, by its code or name.
            department: only this department, by its code or name.
            centre: only this centre, by its id or name.
            year: only this year.
            overseas: True for overseas only, False for metropolitan France only.
            columns: only these columns, in this order.
            sort: the column to sort by; with ``-`` before it, the largest first.
            limit: at most so many rows.
            with_people: also the columns about people.

        Raises:
            CrpvError: nothing is called so, or a filter does not apply to the table.
        """
        from crpv_cli.reports.finding import find_centre
        from crpv_cli.reports.listing import Selection, list_rows_of

        asked = Selection(
            region=region,
            department=department,
            overseas=overseas,
            year=year,
            as_of=_iso(as_of),
            sort=sort,
            columns=tuple(columns),
            limit=limit,
            people=with_people,
            centre=find_centre(self.connection, centre) if centre else None,
        )
        return self._rows(list_rows_of(self.connection, name, asked))

    def report(self, name: str, **options: Any) -> Rows:  # noqa: ANN401 - each report has its own
        """A report by its name, with the options of ``crpv report NAME`` as they are called there: ``by="region"``.

        Raises:
            CrpvError: there is no such report or option, or a value is none that it takes.
        """
        from crpv_cli.reports.answering import arguments
        from crpv_cli.reports.index import REPORTS

        if name not in REPORTS or name in _OWN:
            raise UsageProblem(
                msg("There is no report {name} here.", name=name),
                msg("Name one of: {names}.", names=[*self.reports])
                if name not in _OWN
                else msg("It has a method of its own: {names}.", names=[_OWN[name]]),
            )
        compute, known = REPORTS[name].load()
        given: dict[str, object] = {"as_of": None} if any(one.name == "as_of" for one in known) else {}
        for option, value in options.items():
            choices = {one.name: [choice.code for choice in one.choices] for one in known}
            if option not in choices:
                raise UsageProblem(
                    msg("The report {name} has no option {option}.", name=name, option=option),
                    msg("Name one of: {names}.", names=list(choices)),
                )
            if choices[option] and value is not None and value not in choices[option]:
                raise UsageProblem(
                    msg("{option} cannot be {value}.", option=option, value=str(value)),
                    msg("Name one of: {names}.", names=choices[option]),
                )
            given[option] = _iso(value) if isinstance(value, date) or option == "as_of" else value
        result = compute(self.connection, **arguments(self.connection, known, given))
        assert isinstance(result, Result)
        return self._rows(result)

    def changes(self, since: date | str, until: date | str | None = None) -> Rows:
        """What changed between two days, as ``crpv report changes`` gives it; ``until`` is today by default."""
        from crpv_cli.registry.queries import today
        from crpv_cli.reports.changes.report import changes

        return self._rows(changes(self.connection, _day(since), _iso(until) or today()))

    def network(self, as_of: date | str | None = None, compare_to: date | str | None = None) -> Sheet:
        """The network on a day (today by default), whole; with ``compare_to``, also what changed since that day."""
        from crpv_cli.registry.queries import today
        from crpv_cli.reports.network.report import network
        from crpv_cli.rules.checking import findings

        day = _iso(as_of) or today()
        return self._sheet(network(self.connection, day, findings(self.connection, day), _iso(compare_to)))

    def centre(self, name: str, as_of: date | str | None = None) -> Sheet:
        """Everything about one centre on a day (today by default), by its id or its name."""
        from crpv_cli.registry.queries import today
        from crpv_cli.reports.centre.report import centre_sheet
        from crpv_cli.reports.finding import find_centre
        from crpv_cli.rules.checking import findings

        day, id_ = _iso(as_of) or today(), find_centre(self.connection, name)
        return self._sheet(centre_sheet(self.connection, id_, day, findings(self.connection, day, centre=id_)))

    def check(
        self,
        as_of: date | str | None = None,
        *,
        year: int | None = None,
        rules: Sequence[str] = (),
        centre: str | None = None,
    ) -> Rows:
        """What the rules find on a day (today by default), as ``crpv check`` gives it."""
        from crpv_cli.registry.queries import today
        from crpv_cli.reports.finding import find_centre
        from crpv_cli.rules.checking import findings

        id_ = find_centre(self.connection, centre) if centre else None
        return self._rows(findings(self.connection, _iso(as_of) or today(), year=year, rules=tuple(rules), centre=id_))

    def query(self, sql: str, **parameters: str | float | None) -> Rows:
        """The rows of a query in SQL, values as SQLite holds them; parameters stand as ``:name`` in it.

        Raises:
            sqlite3.Error: the query is wrong, or would change something.
        """
        cursor = self.connection.execute(sql, parameters)
        names = [description[0] for description in cursor.description or ()]
        return Rows(
            name="query",
            title=sql,
            columns=tuple(Column(name, name, Kind.TEXT) for name in names),
            values=tuple(tuple(row) for row in cursor),
        )

    def _rows(self, result: Result) -> Rows:
        return Rows(
            name=result.name,
            title=result.title.text(self._lang),
            columns=tuple(self._column(column) for column in result.columns),
            values=tuple(
                tuple(self._value(value, column) for value, column in zip(row, result.columns, strict=True))
                for row in result.rows
            ),
            totals=dict(result.totals),
            notes=self._notes(result.notes),
            fictitious=result.fictitious,
        )

    def _sheet(self, dossier: Dossier) -> Sheet:
        return Sheet(
            name=dossier.name,
            title=dossier.title.text(self._lang),
            headline=dossier.headline.text(self._lang) if dossier.headline else None,
            facts=self._rows(dossier.facts)[0],
            sections={section.name: self._rows(section) for section in dossier.sections},
            notes=self._notes(dossier.notes),
            fictitious=dossier.fictitious,
        )

    def _column(self, column: _Column) -> Column:
        label, explanation = (
            language.translate(text, self._lang) if text else "" for text in (column.label, column.explanation)
        )
        return Column(column.name, label, column.kind, explanation)

    def _notes(self, notes: Sequence[_Note]) -> tuple[Note, ...]:
        return tuple(Note(note.code, note.message.text(self._lang), dict(note.data)) for note in notes)

    def _value(self, value: Value, column: _Column) -> Any:  # noqa: ANN401 - as the kind of the column says
        if value is None or isinstance(value, tuple):
            return value if value is None else tuple(one if isinstance(one, Point) else str(one) for one in value)
        if isinstance(value, Message):
            return value.text(self._lang)
        match column.kind:
            case Kind.MONEY:
                return Decimal(int(value)) / 100
            case Kind.DATE:
                return date.fromisoformat(str(value))
            case Kind.FLAG:
                return bool(value)
            case Kind.DECIMAL | Kind.PERCENT:
                return float(value)
            case _:
                return str(value) if isinstance(value, str) else value


_OWN = {"network": "network()", "changes": "changes()"}
"""The reports that have a method of their own."""


def _iso(day: date | str | None) -> str | None:
    return None if day is None else _day(day)


def _day(day: date | str) -> str:
    """The ISO text of a day.

    Raises:
        UsageProblem: it is none.
    """
    if isinstance(day, date):
        return day.isoformat()[:10]
    try:
        return date.fromisoformat(day).isoformat()
    except (TypeError, ValueError):
        raise UsageProblem(
            msg("“{value}” is not a date.", value=str(day)), msg("Write it as 2023-10-17, or give a datetime.date.")
        ) from None


def open(path: str | os.PathLike[str] | None = None, *, known: int | str | None = None, lang: str = "en") -> Registry:
    """Open a registry to read it.

    Args:
        path: its file; by default the one that the command reads: ``CRPV_DB``, else in the user's data folder.
        known: a load, or an ISO day: the registry as it stood after it.
        lang: ``en`` or ``fr``, the language of titles, labels and notes; names and values never change with it.

    Raises:
        CrpvError: there is no such file, it is no registry, or it is damaged or made by a newer crpv.
    """
    from crpv_cli.registry.connection import resolve_path

    return Registry(resolve_path(Path(path) if path is not None else None)[0], known, lang)

"""Rows and words that differ only in how they are written.

A key is compared folded and stored as it was written first: a file that went through a Mac or a word processor, or that
somebody typed again without accents, brings no row twice. Only rows that the registry does not hold word for word
(``Stage.fresh``) are looked at, and only beside those that share the rest of their key.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Message, first_few, msg, msgs, of_rows
from crpv_cli.registry.loads import Source
from crpv_cli.registry.schema import key_columns, key_condition, key_expression
from crpv_cli.registry.staging import Stage
from crpv_cli.spelling import fold, singular, typed

Key = tuple[Any, ...]
"""The columns of a key from its first text on; what is not known is an empty text."""
_SHOWN = 3
# A column that has more spellings is no vocabulary, and nobody has typed more rows of one centre, funder and year.
_MOST_SPELLINGS = 10_000
_MOST_ROWS = 50_000
# Where the load has so many times the rows of the registry, groups are sought from those.
_FEWER = 10

_folded = lru_cache(1024)(fold)
_DIGITS = re.compile("[0-9]+")


def adopt(stage: Stage, sources: Sequence[Source], table: Table) -> tuple[bool, list[Anomaly]]:
    """Give staged rows the key of the row that they are, where that is only written otherwise.

    That is a row of the registry, or one of an earlier file of the load: two rows of one file that are written in two
    ways are two rows. Where several rows could be meant, nothing is done.

    Returns:
        Whether a key may be staged twice now, and a warning for each file in which more than apostrophes and blanks
        differ.
    """
    if not any(column.kind is Kind.TEXT for column in key_columns(table)):
        return False, []
    work = _Adoption(stage, table)
    work.look()
    work.write()
    return work.again, [_adopted(sources[file], table, pairs) for file, pairs in work.otherwise.items()]


class _Adoption:
    """The fresh rows of a table beside those of the registry.

    One group after another is looked at: what shares the key up to its first text (centre, funder and year).
    """

    def __init__(self, stage: Stage, table: Table) -> None:
        self.stage = stage
        self.table = table
        self.connection = stage.connection
        columns = key_columns(table)
        first = next(place for place, column in enumerate(columns) if column.kind is Kind.TEXT)
        self.shared, self.columns = columns[:first], columns[first:]
        self.is_text = [column.kind is Kind.TEXT for column in self.columns]
        self.again = False
        self.otherwise: dict[int, list[tuple[int, Column, str, str]]] = {}
        self._new: list[tuple[int, Key, bool]] = []

    def look(self) -> None:
        """Find the rows that have a twin, where there are rows beside which they can be laid."""
        shared = ", ".join(map(key_expression, self.shared)) or "1"
        there = " and ".join(f"{key_expression(one, 't')} = {key_expression(one, 's')}" for one in self.shared)
        fewer, files = self.connection.execute(
            f"""
            select (select count(*) from main.{self.table.name}) * {_FEWER} < count(*), count(distinct file)
            from temp.stage_{self.table.name} where rowid in {self.stage.fresh(self.table)}
            """
        ).fetchone()
        groups = self.connection.execute(
            self._groups_there()
            if self.shared and fewer and files == 1
            else f"""
            select {shared} from temp.stage_{self.table.name} as s where rowid in {self.stage.fresh(self.table)}
            group by {shared}
            having count(*) <= {_MOST_ROWS} and (
                min(file) <> max(file) or exists (select 1 from main.{self.table.name} as t where {there or "true"})
            )
            """
        )
        for group in groups:
            self._look_in(tuple(group) if self.shared else ())

    def _groups_there(self) -> str:
        """The groups of the registry in which the load has rows: quickly found where the registry has few."""
        names = [f"part_{place}" for place in range(len(self.shared))]
        parts = ", ".join(f"{key_expression(one)} as {name}" for one, name in zip(self.shared, names, strict=True))
        same = " and ".join(
            f"{key_expression(one, 's')} = {name}" for one, name in zip(self.shared, names, strict=True)
        )
        return f"""
            select {", ".join(names)} from (select distinct {parts} from main.{self.table.name})
            where (
                select count(*) from temp.stage_{self.table.name} as s
                where {same} and s.rowid in {self.stage.fresh(self.table)}
            ) between 1 and {_MOST_ROWS}
        """

    def _look_in(self, group: Key) -> None:
        names = ", ".join(map(key_expression, self.columns))
        shared = " and ".join(f"{key_expression(column)} = ?" for column in self.shared) or "true"
        fresh = self.connection.execute(
            f"select rowid, file, line, {names} from temp.stage_{self.table.name} "
            f"where {shared} and rowid in {self.stage.fresh(self.table)} order by file, line",
            group,
        ).fetchall()
        marks = Counter(_digits(row[3:]) for row in fresh)
        there: dict[Key, list[Key]] = {}
        for held in self.connection.execute(f"select {names} from main.{self.table.name} where {shared}", group):
            if (mark := _digits(held)) in marks:
                marks[mark] += 1
                there.setdefault(self._fold(held), []).append(tuple(held))
        brought: dict[Key, tuple[int, Key]] = {}
        adopted: dict[Key, set[int]] = {}
        for rowid, file, line, *parts in fresh:
            if marks[_digits(parts)] == 1:
                continue  # nothing is like it
            key = tuple(parts)
            folded = self._fold(key)
            its = self._only(there.get(folded, []), key)
            if its is not None:
                files = adopted.setdefault(its, self._files_with((*group, *its)))
                if file in files:
                    continue  # this file has that row word for word, or in a third way
                self.again = self.again or bool(files)
                files.add(file)
                self._note(rowid, file, line, key, its, fresh=False)
            elif folded not in there:
                first, its = brought.setdefault(folded, (file, key))
                if first != file and its != key:
                    self.again = True
                    self._note(rowid, file, line, key, its, fresh=True)

    def write(self) -> None:
        """Give them the key of their twin; those that the registry has are fresh no more."""
        names = ", ".join(f"{column.stored} = nullif(?, '')" for column in self.columns)
        self.connection.executemany(
            f"update temp.stage_{self.table.name} set {names} where rowid = ?",
            [(*key, rowid) for rowid, key, _ in self._new],
        )
        self.stage.known(self.table, [rowid for rowid, _, fresh in self._new if not fresh])

    def _fold(self, key: Iterable[Any]) -> Key:
        """What is compared of a key: texts folded, unless nothing is left of them, and the rest as it is."""
        return tuple(
            _folded(part) or typed(part) if is_text else part for part, is_text in zip(key, self.is_text, strict=True)
        )

    def _only(self, there: Sequence[Key], key: Key) -> Key | None:
        """Of rows that fold to the same, the one that is meant: the only one, or the only one that is typed alike."""
        if len(there) > 1:
            there = [its for its in there if not self._differing(its, key)]
        return there[0] if len(there) == 1 else None

    def _differing(self, one: Key, other: Key) -> list[int]:
        """The places of the texts in which more than apostrophes and blanks differs."""
        return [
            place for place, is_text in enumerate(self.is_text) if is_text and typed(one[place]) != typed(other[place])
        ]

    def _files_with(self, key: Key) -> set[int]:
        """The files that have a row word for word."""
        alike = f"select distinct file from temp.stage_{self.table.name} where {key_condition(self.table)}"
        return {file for (file,) in self.connection.execute(alike, key)}

    def _note(self, rowid: int, file: int, line: int, key: Key, its: Key, fresh: bool) -> None:
        self._new.append((rowid, its, fresh))
        if differing := self._differing(key, its):
            place = differing[0]
            self.otherwise.setdefault(file, []).append((line, self.columns[place], key[place], its[place]))


def _digits(key: Iterable[Any]) -> str:
    """What two keys that fold to the same have in common, and most others have not."""
    return " ".join(_DIGITS.findall(" ".join(map(str, key))))


def _adopted(source: Source, table: Table, told: Sequence[tuple[int, Column, str, str]]) -> Anomaly:
    message = msgs(
        "{count} row is taken for one that is there in another spelling, which stays: {rows}.",
        "{count} rows are taken for rows that are there in another spelling, which stays: {rows}.",
        len(told),
        rows=first_few([msg("“{value}” for “{known}”", value=value, known=its) for *_, value, its in told], _SHOWN),
    )
    line, column, value, _ = told[0]
    advice = msg("If one is a row of its own, tell it apart in another column of its key: {key}.", key=list(table.key))
    return _warning(source, "other-spelling", message, advice, line, column, value)


def near_spellings(stage: Stage, sources: Sequence[Source], table: Table) -> Iterator[Anomaly]:
    """Warn of the words that a load brings beside others that differ from them only in spelling, or in number.

    Once for each spelling that the registry does not have yet; the one to choose is that of the registry, or else the
    one that most rows of the load have.
    """
    for column in [column for column in table.columns if column.vocabulary]:
        brought = _brought(stage, table, column)
        if not brought or len(brought) > _MOST_SPELLINGS:
            continue
        counts = "select {0}, count(*) from main.{1} where {0} is not null group by {0}"
        held = dict(map(tuple, stage.connection.execute(counts.format(column.stored, table.name))))
        known: dict[str, list[tuple[int, str]]] = {}
        for word, rows in held.items() if len(held) <= _MOST_SPELLINGS else ():
            known.setdefault(singular(word), []).append((-rows, word))
        new = {word: found for word, found in brought.items() if word not in held}
        beside: dict[str, list[tuple[int, str]]] = {}
        for word, (_, _, rows) in new.items():
            beside.setdefault(singular(word), []).append((-rows, word))
        for word, (file, line, rows) in new.items():
            stem = singular(word)
            count, chosen = min(known.get(stem) or beside[stem], key=lambda pair: pair[0])
            if stem and chosen != word:
                yield _beside(sources[file], column, (line, word, rows), chosen, -count)


def _brought(stage: Stage, table: Table, column: Column) -> dict[str, tuple[int, int, int]]:
    """The words of fresh rows, each with its first file and line and the number of its rows."""
    found: dict[str, tuple[int, int, int]] = {}
    for file, line, word, rows in map(
        tuple,
        stage.connection.execute(
            f"""
            select file, min(line), {column.stored}, count(*) from temp.stage_{table.name}
            where rowid in {stage.fresh(table)} and {column.stored} is not null
            group by {column.stored}, file order by file, min(line)
            """
        ),
    ):
        first = found.setdefault(word, (file, line, 0))
        found[word] = (*first[:2], first[2] + rows)
    return found


def _beside(source: Source, column: Column, found: tuple[int, str, int], chosen: str, count: int) -> Anomaly:
    line, word, rows = found
    message = msgs(
        "“{value}” stands beside “{known}”, which {count} row has: they count apart.",
        "“{value}” stands beside “{known}”, which {count} rows have: they count apart.",
        count,
        value=word,
        known=chosen,
    )
    return _warning(
        source,
        "near-spelling",
        of_rows(message, rows),
        msg("If they are the same, write “{known}”.", known=chosen),
        line,
        column,
        word,
    )


def _warning(
    source: Source, code: str, message: Message, advice: Message, line: int, column: Column, value: str
) -> Anomaly:
    return replace(source.anomaly(code, message, advice, line, column.name, value), severity=Severity.WARNING)

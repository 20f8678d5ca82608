"""Rows and words that differ only in how they are written.

A key is compared folded and stored as it was written first: a file that went through a Mac or a word processor, or that
somebody typed again without accents, brings no row twice. Only rows that the registry does not hold word for word
(``Stage.fresh``) are looked at, and only beside those that share the rest of their key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Message, first_few, msg, msgs
from crpv_cli.registry.loads import Source
from crpv_cli.registry.schema import key_columns, key_condition, key_expression, key_values
from crpv_cli.registry.staging import Stage
from crpv_cli.spelling import fold, singular, typed

Texts = tuple[str, ...]
"""The texts of a key; an empty one is not known."""
_SHOWN = 3
# A column that has more spellings is no vocabulary.
_MOST_SPELLINGS = 10_000

_folded = lru_cache(1024)(fold)


def adopt(stage: Stage, sources: Sequence[Source], table: Table) -> tuple[bool, list[Anomaly]]:
    """Give staged rows the key of the row that they are, where that is only written otherwise.

    That is a row of the registry, or one of an earlier file of the load: two rows of one file that are written in two
    ways are two rows. Where several rows could be meant, nothing is done.

    Returns:
        Whether a key may be staged twice now, and a warning for each file in which more than apostrophes and blanks
        differ.
    """
    work = _Adoption(stage, table)
    if work.worth_it():
        work.look()
        work.write()
    return work.again, [_adopted(sources[file], table, work.texts, pairs) for file, pairs in work.otherwise.items()]


class _Adoption:
    """The fresh rows of a table beside the rows of the registry, one group of keys after another."""

    def __init__(self, stage: Stage, table: Table) -> None:
        self.stage = stage
        self.table = table
        self.connection = stage.connection
        self.texts = [column for column in key_columns(table) if column.kind is Kind.TEXT]
        self.others = [column for column in key_columns(table) if column.kind is not Kind.TEXT]
        self.again = False
        self.otherwise: dict[int, list[tuple[int, Texts, Texts]]] = {}
        self._new: list[tuple[int, Texts, bool]] = []

    def worth_it(self) -> bool:
        """Whether there are fresh rows, and rows of the registry or of other files beside which they can be laid."""
        if not self.texts:
            return False
        fresh = f"temp.stage_{self.table.name} where rowid in {self.stage.fresh(self.table)}"
        files, there = self.connection.execute(
            f"select (select count(distinct file) from {fresh}), exists (select 1 from main.{self.table.name})"
        ).fetchone()
        return bool(files > 1 or (files and there))

    def look(self) -> None:
        """Find the rows that have a twin."""
        parts, names = self._sql(self.others), self._sql(self.texts)
        fresh = self.connection.execute(
            f"""
            select rowid, file, line, {", ".join([*parts, *names])} from temp.stage_{self.table.name}
            where rowid in {self.stage.fresh(self.table)} order by {", ".join([*parts, "file", "line"])}
            """
        )
        own = " and ".join(f"{part} = ?" for part in parts)
        known = f"select {', '.join(names)} from main.{self.table.name} where {own or 'true'}"
        end = 3 + len(parts)
        for group, rows in groupby(map(tuple, fresh), key=lambda row: row[3:end]):
            there: dict[Texts, list[Texts]] = {}
            for held in map(tuple, self.connection.execute(known, group)):
                there.setdefault(tuple(map(_key, held)), []).append(held)
            brought: dict[Texts, tuple[int, Texts]] = {}
            adopted: dict[Texts, set[int]] = {}
            for rowid, file, line, *rest in rows:
                texts: Texts = tuple(rest[len(parts) :])
                folded = tuple(map(_key, texts))
                its = _only(there.get(folded, []), texts)
                if its is not None:
                    files = adopted.setdefault(its, self._files_with(group, its))
                    if file in files:
                        continue  # this file has that row word for word, or in a third way
                    self.again = self.again or bool(files)
                    files.add(file)
                    self._note(rowid, file, line, texts, its, fresh=False)
                elif folded not in there:
                    first, its = brought.setdefault(folded, (file, texts))
                    if first != file and its != texts:
                        self.again = True
                        self._note(rowid, file, line, texts, its, fresh=True)

    def write(self) -> None:
        """Give them the key of their twin; those that the registry has are fresh no more."""
        names = ", ".join(f"{column.stored} = nullif(?, '')" for column in self.texts)
        self.connection.executemany(
            f"update temp.stage_{self.table.name} set {names} where rowid = ?",
            [(*texts, rowid) for rowid, texts, _ in self._new],
        )
        self.stage.known(self.table, [rowid for rowid, _, fresh in self._new if not fresh])

    def _sql(self, columns: Sequence[Column]) -> list[str]:
        return [key_expression(column) for column in columns]

    def _files_with(self, group: Sequence[object], texts: Texts) -> set[int]:
        """The files that have a row word for word."""
        found = dict(zip([column.name for column in (*self.others, *self.texts)], (*group, *texts), strict=True))
        return {
            file
            for (file,) in self.connection.execute(
                f"select file from temp.stage_{self.table.name} where {key_condition(self.table)}",
                key_values(found[name] for name in self.table.key),
            )
        }

    def _note(self, rowid: int, file: int, line: int, texts: Texts, its: Texts, fresh: bool) -> None:
        self._new.append((rowid, its, fresh))
        if [*map(typed, texts)] != [*map(typed, its)]:
            self.otherwise.setdefault(file, []).append((line, texts, its))


def _key(text: str) -> str:
    return _folded(text) or typed(text)


def _only(there: Sequence[Texts], texts: Texts) -> Texts | None:
    """Of rows that fold to the same, the one that is meant: the only one, or the only one that is typed alike."""
    if len(there) > 1:
        wanted = [*map(typed, texts)]
        there = [its for its in there if [*map(typed, its)] == wanted]
    return there[0] if len(there) == 1 else None


def _adopted(
    source: Source, table: Table, texts: Sequence[Column], pairs: Sequence[tuple[int, Texts, Texts]]
) -> Anomaly:
    told = []
    for _, written, its in pairs:
        place = next(place for place in range(len(texts)) if typed(written[place]) != typed(its[place]))
        told.append((texts[place], written[place], its[place]))
    column, value, _ = told[0]
    message = msgs(
        "{count} row is taken for one that is there in another spelling, which stays: {rows}.",
        "{count} rows are taken for rows that are there in another spelling, which stays: {rows}.",
        len(pairs),
        rows=first_few([msg("“{value}” for “{known}”", value=one, known=other) for _, one, other in told], _SHOWN),
    )
    advice = msg("If one is a row of its own, tell it apart in another column of its key: {key}.", key=list(table.key))
    return _warning(source, "other-spelling", message, advice, pairs[0][0], column, value)


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
    if rows > 1:
        message = msgs(
            "{first} The same goes for {count} more row.",
            "{first} The same goes for {count} more rows.",
            rows - 1,
            first=message,
        )
    return _warning(
        source,
        "near-spelling",
        message,
        msg("If they are the same, write “{known}”.", known=chosen),
        line,
        column,
        word,
    )


def _warning(
    source: Source, code: str, message: Message, advice: Message, line: int, column: Column, value: str
) -> Anomaly:
    return replace(source.anomaly(code, message, advice, line, column.name, value), severity=Severity.WARNING)

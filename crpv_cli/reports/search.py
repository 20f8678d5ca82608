"""Where words stand in the registry: in names, texts, objects, references and sources, in one pass over each table."""

from __future__ import annotations

import re
import sqlite3
import string
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.registry.journal import key_text
from crpv_cli.reports import fictitious
from crpv_cli.reports.wording import Names
from crpv_cli.result import Layout, Note, Result, Value, cut
from crpv_cli.spelling import closest, fold

MOST = 200
"""How many places are shown unless another number is asked for; the others are counted."""

COLUMNS = (
    Column(
        "table", N_("Table"), Kind.CODE, choices=tuple(Choice(table.name, table.label) for table in TABLES.values())
    ),
    Column("key", N_("Key")),
    Column("row", N_("Row"), prose=True),
    Column("column", N_("Column name"), Kind.CODE),
    Column("heading", N_("Column")),
    Column("text", N_("Text"), prose=True),
    Column("found", N_("Found"), Kind.CODES),
)
_SCREEN = ("table", "row", "heading", "text")

_AROUND = 36
_MOST = 20_000
_MOST_COUNTED = 10_000
# Signs that are a letter, a digit or several letters to who reads them: a text with one is always looked at.
_SIGNS = "*[ª²-ºᴬ-ᶿ⁰-₟ﬀ-ﬆ]*"


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as ``fold`` leaves it, behind a blank, and where each of its characters stands in the text."""

    text: str
    places: list[int]

    @classmethod
    def of(cls, text: str) -> _Folded:
        signs, places = [" "], [0]
        for place, sign in enumerate(text):
            folded = fold(sign)
            if not folded and unicodedata.combining(sign):
                continue
            if folded or signs[-1] != " ":
                signs += folded or " "
                places += [place] * (len(folded) or 1)
        return cls("".join(signs), places)

    def find(self, word: str) -> tuple[int, int] | None:
        """Return where a folded word begins and ends in the text, if a word of it begins so."""
        at = self.text.find(f" {word}")
        return None if at < 0 else (self.places[at + 1], self.places[at + len(word)] + 1)


def search(
    connection: sqlite3.Connection,
    words: Sequence[str],
    table: Table | None = None,
    centre: str | None = None,
    limit: int = MOST,
) -> Result:
    """Find the cells in which all words stand, or words that begin so; case, accents and punctuation do not count.

    What is about people is never searched, and neither are lists of codes, which ``list`` narrows to.

    Args:
        connection: an open registry.
        words: each a word, the beginning of one, or several that stand side by side.
        table: the only one that is searched; all by default.
        centre: the id of a centre: only its rows are searched, and itself.
        limit: how many places are given; the others are counted.

    Raises:
        UsageProblem: there is no word.
    """
    folded = [one for one in dict.fromkeys(fold(word) for word in words) if one]
    if not folded:
        raise UsageProblem(msg("There is no word to search for."), msg("Write one: crpv search metz"))
    names = Names(connection)
    made_up = fictitious.fictitious_sources(connection)
    rows: list[tuple[Value, ...]] = []
    total, rests = 0, False
    for its_table in [table] if table else TABLES.values():
        for row, column in _cells(connection, its_table, folded, centre):
            total += 1
            if total > max(_MOST_COUNTED, limit):
                break
            if len(rows) >= limit:
                continue
            key = {name: row[its_table.column(name).stored] for name in its_table.key}
            read = _Folded.of(row[column.stored])
            text, exact = _around(row[column.stored], [place for word in folded if (place := read.find(word))])
            called = names.key(its_table, key, short=True).words
            rows.append((its_table.name, key_text(its_table, key), called, column.name, msg(column.label), text, exact))
            own = row["id"] if its_table.name == "sources" else row["source"] if "source" in its_table.names else None
            rests = rests or own in made_up
    return Result(
        name="search",
        title=msg("Search: {words}", words=list(words)),
        columns=COLUMNS,
        rows=tuple(rows),
        screen=_SCREEN,
        notes=(
            *fictitious.notes(connection, rests),
            *_cut(len(rows), total),
            *(_near(connection, folded) if not rows else ()),
        ),
        parameters={"words": list(words), "table": table.name if table else None, "centre": centre},
        fictitious=rests,
        layout=Layout.MATCHES,
    )


def _cut(shown: int, total: int) -> list[Note]:
    """Say that there are more places; so many are not counted to the end."""
    if total <= max(_MOST_COUNTED, shown):
        return cut(shown, total)
    return [
        Note("limited", msg("The first {limit} rows; there are more than {total}.", limit=shown, total=_MOST_COUNTED))
    ]


def searched(table: Table) -> list[Column]:
    """Return the columns of a table that are searched: names, texts and codes that are no list and no reference."""
    return [
        column
        for column in table.columns
        if column.kind in {Kind.TEXT, Kind.CODE, Kind.CODES}
        and not (column.choices or column.refers or column.personal)
    ]


Found = list[tuple[int, int]]


def _cells(
    connection: sqlite3.Connection, table: Table, words: Sequence[str], centre: str | None
) -> Iterator[tuple[sqlite3.Row, Column]]:
    """Yield the rows and the columns in which all words stand."""
    its_centre = "id" if table.name == "centres" else "centre"
    columns = searched(table)
    if not columns or (centre is not None and its_centre not in table.names):
        return
    asked = {f"w{number}": _pattern(word) for number, word in enumerate(words)}
    # SQLite leaves few texts to be folded; one cell has all the words.
    perhaps = " or ".join(
        f"({' and '.join(f't.{column.stored} glob :{name}' for name in asked)}) or t.{column.stored} glob :signs"
        for column in columns
    )
    narrowed = f" and t.{its_centre} = :centre" if centre is not None else ""
    rows = connection.execute(
        f"select * from {table.name} as t where ({perhaps}){narrowed}", asked | {"signs": _SIGNS, "centre": centre}
    )
    for row in rows:
        for column in columns:
            if row[column.stored] is not None:
                text = f" {fold(row[column.stored])}"
                if all(f" {word}" in text for word in words):
                    yield row, column


def _pattern(word: str) -> str:
    """The GLOB pattern that a text with a folded word in it matches, whatever its case, accents and ligatures."""
    variants = _variants()
    classes = (variants.get(sign, "*") for sign in re.sub("oe|ae|ss", "*", word))
    return re.sub(r"\*+", "*", f"*{''.join(classes)}*")


@cache
def _variants() -> dict[str, str]:
    """What a letter or a digit may be in a text, as GLOB takes it."""
    signs: dict[str, str] = {}
    for sign in (*string.ascii_letters, *map(chr, range(0xC0, 0x17F))):
        if len(folded := fold(sign)) == 1:
            signs[folded] = signs.get(folded, "") + sign
    return {**{sign: f"[{others}]" for sign, others in signs.items()}, **{digit: digit for digit in string.digits}}


def _around(text: str, found: Found) -> tuple[str, tuple[str, ...]]:
    """Return the text around what was found, on one line, and what was found as it stands there."""
    pieces: list[tuple[int, int]] = []
    for first, last in sorted(found):
        start, end = max(first - _AROUND, 0), min(last + _AROUND, len(text))
        if pieces and start <= pieces[-1][1]:
            pieces[-1] = pieces[-1][0], max(end, pieces[-1][1])
        else:
            pieces.append((start, end))
    shown = " … ".join(_whole_words(text, start, end) for start, end in pieces)
    before = "… " if pieces and pieces[0][0] > 0 else ""
    after = " …" if pieces and pieces[-1][1] < len(text) else ""
    exact = tuple(dict.fromkeys(" ".join(text[first:last].split()) for first, last in sorted(found)))
    return f"{before}{' '.join(shown.split())}{after}", exact


def _whole_words(text: str, start: int, end: int) -> str:
    """A part of a text, without the words that it would cut."""
    part = text[start:end]
    if start > 0 and not text[start - 1].isspace():
        part = part.partition(" ")[2] or part
    if end < len(text) and not text[end].isspace():
        part = part.rpartition(" ")[0] or part
    return part


def _near(connection: sqlite3.Connection, words: Sequence[str]) -> Iterator[Note]:
    """Suggest words of the registry that are spelled nearly so, for words of which there is none."""
    initials = {word[0] for word in words}
    known: dict[str, str] = {}
    for table in TABLES.values():
        for column in searched(table):
            texts = connection.execute(
                f"select distinct {column.stored} from {table.name} where {column.stored} is not null limit ?", (_MOST,)
            )
            for (text,) in texts:
                for word in re.findall(r"[^\W_]{3,}", text):
                    if fold(word[0]) in initials:
                        known.setdefault(fold(word), word)
    for word in words:
        if any(one.startswith(word) for one in known):
            continue
        if near := closest(word, known.values()):
            yield Note(
                "near",
                msg("“{value}” is not found. Did you mean {near}?", value=word, near=near),
                {"word": word, "near": near},
            )

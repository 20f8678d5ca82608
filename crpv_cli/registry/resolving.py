"""Which row of a table people mean: by its id, a name, a former name, its SIREN, or a part of a name.

One place says what a name means, for files, profiles and commands alike. A name is compared without case, accents and
punctuation. What several rows are called means none of them: a guess would put money or a rating in the wrong place.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import permutations

from crpv_cli.definitions.choices import MISSIONS
from crpv_cli.definitions.sirene import siren_is_valid, siret_is_valid
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.language import LANGUAGES, translate
from crpv_cli.spelling import closest, fold

_DEPARTMENT = re.compile(r"(?:departement|dept?|dep)(?: (?:de la|de l|du|des|de|d))? ")
_WORD = re.compile(r"[^\W\d_]{3}")
_ARTICLES = {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "and", "for", "of", "the"}
_LONGEST_INITIALS = 8
_THE_ONE_OF = re.compile(r"^(?:(?:le|the) )?(?:celui|centre|crpv|one)(?: (?:de|du|des|d|of|in|a|at))(?: (?:la|le|l))? ")
_SIGNS = re.compile(r"[\s.]")


class How(Enum):
    """How a name was found."""

    EXACT = "exact"
    FORMER = "former"
    """It is what the row was called on that day, and nothing has that name now."""
    PAST = "past"
    """It is what the row was called once, on another day than the one that is asked for or on an unknown one; or it was
    called so on that day, and another row has the name now."""
    PART = "part"


@dataclass(frozen=True, slots=True)
class Meant:
    """The rows that a name may mean: none, one, or several. ``until`` is the last day of a former name."""

    ids: tuple[str, ...] = ()
    how: How = How.EXACT
    until: str | None = None

    @property
    def one(self) -> str | None:
        """The id, if exactly one row is meant."""
        return self.ids[0] if len(self.ids) == 1 else None


@dataclass(frozen=True, slots=True)
class Former:
    """What a row was called, from a day (None: earlier than is known) to a day."""

    id: str
    names: tuple[str, ...]
    first: str | None
    last: str

    def on(self, moment: str) -> bool:
        """Whether it was called so on a day, or at some time of a month or a year."""
        return (self.first is None or self.first <= f"{moment}~") and self.last >= moment


class Names:
    """What the rows of a table are called."""

    def __init__(
        self, rows: Iterable[tuple[str, Sequence[str | None]]], former: Sequence[Former] = (), departments: bool = False
    ) -> None:
        """Take the id of each row with its names and numbers, and what rows were called before.

        With ``departments``, a code may lack its zero, and a name may have the word in front (“Dép. de l'Ain”).
        """
        self.former = former
        self._departments = departments
        self._since: dict[str, str] = {}
        for one in former:
            self._since[one.id] = max(self._since.get(one.id, ""), _day_after(one.last))
        self.spoken: dict[str, list[str]] = {}
        self._now: dict[str, list[str]] = {}
        for identifier, names in rows:
            spoken = [identifier, *filter(None, names)]
            self.spoken.setdefault(identifier, []).extend(spoken)
            for spelling in _spellings(spoken):
                _note(self._now, spelling, identifier)
        self._folded = [
            (f" {fold(name)} ", identifier) for identifier, spoken in self.spoken.items() for name in spoken
        ]
        self._folded_before = [(f" {fold(name)} ", one.id) for one in former for name in one.names]
        self._before: dict[str, list[Former]] = {}
        for one in former:
            for spelling in _spellings(one.names):
                self._before.setdefault(spelling, []).append(one)

    def find(self, text: str, moment: str | None = None) -> Meant:
        """Return the rows that are called so.

        Args:
            text: an id, a name, or a SIREN or SIRET.
            moment: the day, month or year (ISO) that is spoken of: who was called so then comes first. Otherwise a name
                that a row has now is not the former name of another one.
        """
        for spelling in self._asked(text):
            now = self._now.get(spelling, [])
            before = [one for one in self._before.get(spelling, []) if one.id not in now]
            then = [one for one in before if moment and one.on(moment)]
            if then:
                # Of those who have the name now, only who is known to have had it then already.
                since = [one for one in now if moment and self._since.get(one, "~") <= f"{moment}~"]
                ids = tuple(dict.fromkeys([*(one.id for one in then), *since]))
                return Meant(ids, How.PAST if now else How.FORMER, then[0].last)
            if now:
                return Meant(tuple(now))
            if before:
                return Meant(tuple(dict.fromkeys(one.id for one in before)), How.PAST, before[-1].last)
        return Meant()

    def parts(self, text: str, inside_words: bool = False) -> Meant:
        """Return the rows of whose present names, or else former ones, a text is a part.

        A part is one or several whole words, one of them of three letters or more; with ``inside_words`` any part.
        """
        part = fold(text)
        if not part or not (inside_words or _WORD.search(part)):
            return Meant()
        if not inside_words:
            part = f" {part} "
        for names in (self._folded, self._folded_before):
            found = tuple(dict.fromkeys(identifier for name, identifier in names if part in name))
            if found:
                return Meant(found, How.PART)
        return Meant()

    def initials(self, text: str) -> Meant:
        """Return the rows of one of whose present names a text is the initials, with or without its articles."""
        wanted = _squeezed(fold(text))
        if not 2 <= len(wanted) <= _LONGEST_INITIALS:
            return Meant()
        return Meant(
            tuple(
                dict.fromkeys(
                    identifier
                    for name, identifier in self._folded
                    if len(words := name.split()) > 1
                    and wanted
                    in {"".join(word[0] for word in words), "".join(word[0] for word in words if word not in _ARTICLES)}
                )
            )
        )

    def near(self, text: str, most: int = 3) -> list[str]:
        """Return the ids of the rows whose ids or names are most similar to a text, most similar first."""
        ids = {name: identifier for identifier, spoken in reversed(self.spoken.items()) for name in spoken}
        ids |= {identifier: identifier for identifier in self.spoken}
        return list(dict.fromkeys(ids[name] for name in closest(text, ids, 2 * most)))[:most]

    def called(self, identifier: str) -> str:
        """Return the first name of a row, or its id where it has none."""
        return self.spoken[identifier][:2][-1]

    def words(self) -> dict[str, str]:
        """Return the id of each folded id or name that only one row has; a former one where none has it now."""
        return self._unique(lambda name: not siren_is_valid(name))

    def numbers(self) -> dict[str, str]:
        """Return the id of each SIREN that only one row has; a former one where none has it now."""
        return self._unique(siren_is_valid)

    def _unique(self, wanted: Callable[[str], bool]) -> dict[str, str]:
        now: dict[str, list[str]] = {}
        before: dict[str, list[str]] = {}
        for identifier, spoken in self.spoken.items():
            for name in filter(wanted, spoken):
                _note(now, fold(name), identifier)
        for one in self.former:
            for name in filter(wanted, one.names):
                _note(before, fold(name), one.id)
        return {name: ids[0] for name, ids in (before | now).items() if len(ids) == 1}

    def _asked(self, text: str) -> Iterable[str]:
        digits = _SIGNS.sub("", text.removesuffix(".0"))
        if siren_is_valid(digits) or siret_is_valid(digits):
            yield digits[:9]
            return
        folded = fold(text)
        if self._departments:
            if folded.isdigit():
                folded = folded.zfill(2)
            yield folded
            folded = _DEPARTMENT.sub("", folded) if _DEPARTMENT.match(folded) else folded
        yield folded
        yield _squeezed(folded)


def meant_by(connection: sqlite3.Connection, table: Table, wanted: str, having: str = "true") -> tuple[str, ...]:
    """Return the ids that a person may mean who asks: none, one, or several, which are not guessed between.

    In files a name must be one; a person who asks may also say initials, a part of a name, or the commune of the seat
    of a centre.

    Args:
        connection: an open registry.
        table: a table whose key is one column.
        wanted: what was typed.
        having: the SQL condition of the rows that are meant.
    """
    names = names_of(connection, table, having=having)
    seats = _seats(connection) if table.name == "centres" else Names(())
    place = _THE_ONE_OF.sub("", fold(wanted))
    return (
        names.find(wanted).ids
        or _together(names.initials(wanted), seats.find(place))
        or _together(names.parts(wanted, inside_words=True), seats.parts(place))
    )


def _seats(connection: sqlite3.Connection) -> Names:
    return Names((row[0], [row[1]]) for row in connection.execute("select id, seat from centres order by id"))


def _together(*meanings: Meant) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found for meaning in meanings for found in meaning.ids))


def names_of(connection: sqlite3.Connection, table: Table, staged: Iterable[str] = (), having: str = "true") -> Names:
    """Return what the rows of a table are called.

    Args:
        connection: an open registry.
        table: a table whose key is one column.
        staged: the tables that have rows waiting to be loaded (``stage_TABLE``), which have their names too.
        having: the SQL condition of the rows that are meant.
    """
    columns = ", ".join((*table.key, *table.called))
    rows = [
        (str(row[0]), (*row[1:], *_labels(table, row[0])))
        for place in _places(table, staged)
        for row in map(tuple, connection.execute(f"select {columns} from {place} where {having}"))
    ]
    former = _former(connection, staged) if table.name == "centres" else ()
    return Names(rows, former, table.name == "departments")


def _places(table: Table, staged: Iterable[str]) -> list[str]:
    return [f"main.{table.name}", *(f"temp.stage_{name}" for name in staged if name == table.name)]


def _labels(table: Table, identifier: str) -> list[str]:
    """What people read on every screen for the missions that are known, and write for them."""
    known = [choice for choice in MISSIONS if table.name == "missions" and choice.code == identifier]
    return [
        word
        for choice in known
        for word in (*(translate(choice.label, language) for language in LANGUAGES), *choice.also)
    ]


def _former(connection: sqlite3.Connection, staged: Iterable[str]) -> list[Former]:
    table = TABLES["centre_states"]
    every = " union ".join(
        f"select centre, valid_to, {', '.join(table.called)} from {place}" for place in _places(table, staged)
    )
    found: list[Former] = []
    for centre, last, *names in map(tuple, connection.execute(f"{every} order by centre, valid_to")):
        first = _day_after(found[-1].last) if found and found[-1].id == centre else None
        found.append(Former(centre, tuple(filter(None, names)), first, last))
    return found


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day < "9999" else day


def _note(found: dict[str, list[str]], spelling: str, identifier: str) -> None:
    ids = found.setdefault(spelling, [])
    if identifier not in ids:
        ids.append(identifier)


def _spellings(spoken: Sequence[str]) -> set[str]:
    """What a row may be called: each of its names, with and without blanks, and any two of them side by side."""
    folded = [fold(name) for name in spoken]
    pairs = {f"{one} {other}" for one, other in permutations(folded, 2)}
    return {*folded, *map(_squeezed, folded), *pairs} - {""}


def _squeezed(folded: str) -> str:
    return folded.replace(" ", "")


def lookups(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return what a foreign file is matched with, by the name of a lookup: ids by id, by SIREN, or by folded name.

    A SIREN or a name that two rows share finds neither of them. A centre is also found by what it had before, where
    no other has it now. What is the name of a department too (the id “paris”) names no centre: in a file of others'
    money it is a town or a department.
    """
    names = {name: names_of(connection, TABLES[name]) for name in ("centres", "departments", "funders", "sources")}
    unnumbered = names_of(connection, TABLES["funders"], having="siren is null")
    places = names["departments"].words()
    return {
        **{name: {one: one for one in found.spoken} for name, found in names.items()},
        "centre-of-siren": names["centres"].numbers(),
        "centre-of-name": {word: one for word, one in names["centres"].words().items() if word not in places},
        "funder-of-siren": names["funders"].numbers(),
        "funder-of-name": names["funders"].words(),
        "funder-without-siren": unnumbered.words(),
    }

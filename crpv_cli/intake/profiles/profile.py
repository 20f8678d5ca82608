"""What a profile is, once its file has been read and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crpv_cli.definitions.tables import Table
from crpv_cli.intake.profiles.conversions import Conversion
from crpv_cli.language import Message, current
from crpv_cli.spelling import fold

Lookups = Mapping[str, Mapping[str, str]]
"""What the registry holds, by the name of a lookup: the id that belongs to a number, a name or an id."""

LOOKUPS = (
    "centres",
    "centre-of-siren",
    "centre-of-name",
    "departments",
    "funders",
    "funder-of-siren",
    "funder-of-name",
    "funder-without-siren",
    "sources",
)
"""The lookups that a profile may use: the ids of a table, or the id that a SIREN or a name belongs to.

``funder-without-siren`` finds by name only those funders whose SIREN is not in the registry.
"""


@dataclass(frozen=True, slots=True)
class BilingualText(Message):
    """A text of a profile, in English (the template) and, if given, in French: our catalogue cannot hold it."""

    french: str = ""

    def text(self, language: str | None = None) -> str:
        """The text in a language, the reader's by default; in English where there is no other."""
        return self.french if self.french and (language or current()) == "fr" else self.template


def spelled(heading: str) -> str:
    """Return a heading without what is ignored: case, accents, punctuation, blanks and text in brackets."""
    return fold(re.sub(r"\([^()]*\)", " ", heading)).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Find:
    """One way to find an id: the lookup, the value to look up, and the value that must be empty for it to apply."""

    lookup: str
    origin: str
    unless: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A value to use if every expression is found in its (folded) value; and the reason, in a few words."""

    where: tuple[tuple[str, re.Pattern[str]], ...]
    value: str
    because: str


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """Where the value of a column comes from, and what to do if there is none.

    Of ``origin`` (foreign columns, or values named under ``let``) the first that is filled in is used. A row is skipped
    for the reason in ``skip_empty``, ``skip_unreadable`` or ``skip_unknown``; without one it is refused.
    """

    name: str
    origin: tuple[str, ...]
    constant: str | None
    template: str | None
    rules: tuple[Rule, ...]
    otherwise: str | None
    find: tuple[Find, ...]
    create: str | None
    conversions: tuple[tuple[str, Conversion], ...]
    share: str | None
    skip_empty: Message | None
    skip_unreadable: Message | None
    skip_unknown: Message | None
    empty_unreadable: bool
    suspect: Find | None

    def needs(self) -> Iterator[str]:
        """Yield the foreign columns and named values that it is computed from."""
        yield from self.origin
        yield from (find.origin for find in self.find)
        if self.template is not None:
            yield from re.findall(r"{(\w+)}", self.template)
        for rule in self.rules:
            yield from (name for name, _ in rule.where)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are kept; the others are skipped for a reason. ``after`` names the column to compute first."""

    origin: str
    reason: Message
    among: frozenset[str] | None
    outside: frozenset[str] | None
    matches: re.Pattern[str] | None
    lacks: re.Pattern[str] | None
    after: str | None

    def keeps(self, text: str) -> bool:
        """Whether a row with that text is kept."""
        return (
            (self.among is None or fold(text) in self.among)
            and (self.outside is None or fold(text) not in self.outside)
            and (self.matches is None or self.matches.search(text) is not None)
            and (self.lacks is None or self.lacks.search(text) is None)
        )


@dataclass(frozen=True, slots=True)
class Combine:
    """How rows with the same key become one: ``sum``, ``first`` or ``join`` by column.

    With ``identical_once``, rows whose cells are all identical count once.
    """

    columns: Mapping[str, str]
    identical_once: bool


@dataclass(frozen=True, slots=True)
class Create:
    """A row to create in another table if nothing was found; ``distinct`` separates two that would share a key."""

    table: Table
    specs: tuple[ColumnSpec, ...]
    distinct: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """How the columns of a foreign file become those of a table.

    ``required`` and ``optional`` name the foreign columns, each with the other spellings in use.
    """

    name: str
    title: Message
    table: Table
    required: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]]
    specs: tuple[ColumnSpec, ...]
    lets: Mapping[str, ColumnSpec] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    combine: Combine | None = None
    creates: Mapping[str, Create] = field(default_factory=dict)
    note: Message | None = None
    path: str = ""

    def places(self, header: Sequence[str]) -> dict[str, list[int]]:
        """Return the places of each foreign column in a header; more than one is an error."""
        spellings: dict[str, str] = {}
        for columns in (self.required, self.optional):
            for name in columns:
                spellings[spelled(name)] = name
        for columns in (self.required, self.optional):
            for name, others in columns.items():
                for other in others:
                    spellings.setdefault(spelled(other), name)
        places: dict[str, list[int]] = {}
        for place, cell in enumerate(header):
            if spelled(cell) in spellings:
                places.setdefault(spellings[spelled(cell)], []).append(place)
        return places

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the required foreign columns that a header lacks."""
        places = self.places(header)
        return [name for name in self.required if name not in places]

    def foreign(self, spec: ColumnSpec) -> list[str]:
        """Return the foreign columns that a value is computed from, directly or through named values."""
        found: list[str] = []
        for name in spec.needs():
            if name in self.required or name in self.optional:
                found.append(name)
            elif name in self.lets:
                found.extend(self.foreign(self.lets[name]))
        return list(dict.fromkeys(found))

"""What a profile is: a TOML file that describes a foreign file, as models that pydantic checks.

The keys are explained in ``docs/profiles.md``. What parts say of each other is checked in ``parsing``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, StrictBool, ValidationInfo
from pydantic import model_validator as check

from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.intake.headings import spelled
from crpv_cli.intake.profiles import conversions
from crpv_cli.intake.profiles.conversions import CONVERSIONS, Conversion
from crpv_cli.intake.profiles.headings import Reading, read_headings
from crpv_cli.language import N_, Message, current, msg
from crpv_cli.spelling import closest, fold

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

# Beside columns and values: the place of the row, and the reasons that rules gave.
_OF_THE_ROW = ("file", "line", "because")


class Wrong(ValueError):
    """What is wrong with a part of a profile, and what to do; ``where`` leads from that part to the place."""

    def __init__(self, what: Message, advice: Message | None = None, *where: str | int) -> None:
        super().__init__(what.template)
        self.what = what
        self.advice = advice
        self.where = where


def unknown(what: Message, value: object, known: Sequence[str], all_of_them: str, *where: str | int) -> Wrong:
    """Return what is wrong with a word that is none of those known; near ones are suggested, else all are named."""
    near = closest(str(value), known, 1)
    return Wrong(what, msg("Did you mean {near}?", near=near) if near else msg(all_of_them, known=list(known)), *where)


@dataclass(frozen=True, slots=True)
class BilingualText(Message):
    """A text of a profile, in English (the template) and, if given, in French: our catalogue cannot hold it."""

    french: str = ""

    def text(self, language: str | None = None) -> str:
        """The text in a language, the reader's by default; in English where there is no other."""
        return self.french if self.french and (language or current()) == "fr" else self.template


# Values


def _texts(value: object) -> object:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Wrong(msg("a text or a list of texts is expected."))
    return tuple(texts)


def _bilingual(value: object) -> Message:
    texts = {"en": value} if isinstance(value, str) else value
    if not isinstance(texts, dict) or not {"en"} <= texts.keys() <= {"en", "fr"}:
        raise Wrong(msg("a text is expected, or one for each language: {example}.", example='{ en = "…", fr = "…" }'))
    return BilingualText(str(texts["en"]), french=str(texts.get("fr", "")))


def _expression(value: object, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    if not isinstance(value, str):
        raise Wrong(msg("a text is expected."))
    try:
        return re.compile(value, flags)
    except re.error as error:
        raise Wrong(msg("it is not a regular expression: {reason}", reason=str(error))) from error


def _table(name: object, *where: str) -> Table:
    if not isinstance(name, str) or name not in TABLES:
        what = msg("there is no table called {name}.", name=str(name))
        raise unknown(what, name, list(TABLES), N_("The tables are: {known}."), *where)
    return TABLES[name]


def _lookup(name: str) -> str:
    if name not in LOOKUPS:
        what = msg("there is no lookup called “{value}”.", value=name)
        raise unknown(what, name, LOOKUPS, N_("The lookups are: {known}."))
    return name


Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Words = Annotated[Message, PlainValidator(_bilingual)]
Expression = Annotated[re.Pattern[str], PlainValidator(_expression)]


class Part(BaseModel):
    """A group of keys; its fields are the keys, with a hyphen for an underscore."""

    model_config = ConfigDict(
        frozen=True, arbitrary_types_allowed=True, alias_generator=lambda key: key.replace("_", "-")
    )

    @check(mode="before")
    @classmethod
    def _known_keys(cls, data: object) -> object:
        if not isinstance(data, dict):
            raise Wrong(msg("a group of keys is expected."))
        keys = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data:
            if key not in keys and cls.model_config.get("extra") != "allow":
                raise unknown(msg("there is no such key."), key, keys, N_("The keys are: {known}."), key)
        return data


# Conversions


class WordList(Part):
    """Words that lost letters: those that are certainly others, and those that may be."""

    certain: dict[str, Text] = {}
    doubtful: Texts = ()


class Lists(Part):
    """The lists that conversions refer to."""

    choices: dict[str, dict[str, Text]] = {}
    words: dict[str, WordList] = {}


class _Choice(Part):
    choice: Text
    otherwise: Text | None = None

    def made(self, lists: Lists) -> tuple[str, Conversion]:
        if not lists.choices.get(self.choice):
            raise Wrong(msg("there is no group {name}.", name=f"choices.{self.choice}"))
        return f"choice {self.choice}", conversions.choice(lists.choices[self.choice], self.otherwise)


class _Words(Part):
    words: Text

    def made(self, lists: Lists) -> tuple[str, Conversion]:
        known = lists.words.get(self.words, WordList())
        if not known.certain:
            raise Wrong(msg("there is no group {name}.", name=f"words.{self.words}.certain"))
        return f"words {self.words}", conversions.words(known.certain, known.doubtful)


class _Pattern(Part):
    pattern: Annotated[re.Pattern[str], PlainValidator(lambda value: _expression(value, re.NOFLAG))]
    replace: str

    def made(self, lists: Lists) -> tuple[str, Conversion]:
        try:
            re.compile(f"(?:{self.pattern.pattern})|").sub(self.replace, "")
        except (re.error, IndexError) as error:
            what = msg("it is not a valid replacement: {reason}", reason=str(error))
            raise Wrong(what, None, "replace") from error
        return f"{self.pattern.pattern} → {self.replace}", conversions.pattern(self.pattern.pattern, self.replace)


def _conversion(value: object, info: ValidationInfo) -> tuple[str, Conversion]:
    if isinstance(value, str):
        if value not in CONVERSIONS:
            what = msg("there is no conversion called “{value}”.", value=value)
            raise unknown(what, value, list(CONVERSIONS), N_("The conversions are: {known}."))
        return value, CONVERSIONS[value]
    kinds: dict[str, type[_Choice | _Words | _Pattern]] = {"choice": _Choice, "words": _Words, "pattern": _Pattern}
    kind = next((kind for key, kind in kinds.items() if isinstance(value, dict) and key in value), None)
    if kind is None:
        raise Wrong(msg("a conversion is a name, or a group with choice, words or pattern."))
    lists = info.context
    assert isinstance(lists, Lists)
    return kind.model_validate(value).made(lists)


# Columns


class Find(Part):
    """One way to find an id: the lookup, the value to look up, and the value that must be empty for it to apply."""

    lookup: Annotated[str, BeforeValidator(str), BeforeValidator(_lookup)]
    origin: str = Field(alias="from")
    unless: str | None = None


class Rule(Part):
    """A value to use if every expression is found in its (folded) value; and the reason, in a few words."""

    where: dict[str, Expression] = {}
    value: Text
    because: Words | None = None


class ColumnSpec(Part):
    """Where the value of a column comes from, and what to do if there is none.

    Of ``origin`` (foreign columns, or values named under ``let``) the first that is filled in is used. A row is skipped
    for the reason in ``skip_empty``, ``skip_unreadable`` or ``skip_unknown``; without one it is refused.
    """

    origin: Texts = Field((), alias="from")
    constant: Text | None = None
    template: Text | None = None
    rules: tuple[Rule, ...] = ()
    otherwise: Text | None = None
    find: tuple[Find, ...] = ()
    create: Text | None = None
    conversions: tuple[Annotated[tuple[str, Conversion], PlainValidator(_conversion)], ...] = Field((), alias="convert")
    share: str | None = None
    skip_empty: Words | None = None
    skip_unreadable: Words | None = None
    skip_unknown: Words | None = None
    empty_unreadable: StrictBool = False
    suspect: Find | None = None
    _name: str = ""

    @check(mode="after")
    def _has_origin(self) -> ColumnSpec:
        if not self.model_fields_set & {"origin", "constant", "template", "rules", "find"}:
            raise Wrong(msg("it does not say where its value comes from."), msg("Write from = …, or constant = …"))
        return self

    @property
    def name(self) -> str:
        """The name of the column, or of the value."""
        return self._name

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the keys that name a foreign column or a value, each with the name."""
        yield from (("from", name) for name in self.origin)
        for number, find in enumerate(self.find, 1):
            yield f"find[{number}].from", find.origin
            if find.unless is not None:
                yield f"find[{number}].unless", find.unless
        for name in re.findall(r"{(.*?)}", self.template or ""):
            if name not in _OF_THE_ROW:
                yield "template", name
        for number, rule in enumerate(self.rules, 1):
            yield from ((f"rules[{number}].where", name) for name in rule.where)
        if self.share is not None:
            yield "share", self.share
        if self.suspect is not None:
            yield "suspect.from", self.suspect.origin

    def needs(self) -> list[str]:
        """Return the foreign columns and named values that it is computed from."""
        beside = ("share", "suspect", "unless")
        return [name for key, name in self.named() if not key.endswith(beside) and not key.startswith(beside)]

    @property
    def is_amount(self) -> bool:
        """Whether an amount is read on the way to its value."""
        return any(name == "amount" for name, _ in self.conversions)

    @property
    def is_number(self) -> bool:
        """Whether its value is a number, or empty."""
        return bool(self.conversions) and self.conversions[-1][0] in {"amount", "integer", "decimal"}


class Filter(Part):
    """Which rows are kept; the others are skipped for a reason. ``after`` names the column to compute first.

    With ``unknown``, those others hold a value that the profile does not know, and the reader is told which.
    """

    origin: str = Field(alias="from")
    reason: Words
    equals: Texts | None = None
    differs: Texts | None = None
    matches: Expression | None = None
    lacks: Expression | None = None
    after: str | None = None
    unknown: StrictBool = False

    @check(mode="after")
    def _says_what(self) -> Filter:
        if not self.model_fields_set & {"equals", "differs", "matches", "lacks"}:
            raise Wrong(msg("it does not say what to keep."), msg("Write equals, differs, matches or lacks."))
        return self

    @cached_property
    def _among(self) -> frozenset[str]:
        return frozenset(map(fold, self.equals or ()))

    @cached_property
    def _outside(self) -> frozenset[str]:
        return frozenset(map(fold, self.differs or ()))

    def keeps(self, text: str) -> bool:
        """Whether a row with that text is kept; expressions are looked for in the text and in what it folds to."""
        folded = fold(text)

        def found(expression: re.Pattern[str]) -> bool:
            return expression.search(text) is not None or expression.search(folded) is not None

        return (
            (self.equals is None or folded in self._among)
            and folded not in self._outside
            and (self.matches is None or found(self.matches))
            and (self.lacks is None or not found(self.lacks))
        )


# Rows


class Combine(Part):
    """How rows with the same key become one: ``sum``, ``first`` or ``join`` by column.

    With ``identical`` “once”, rows whose cells are all identical count once.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Literal["sum", "first", "join"]]
    identical: Literal["each", "once"] = "each"

    @property
    def columns(self) -> Mapping[str, str]:
        """The way of each column."""
        return self.__pydantic_extra__


class Create(Part):
    """A row to create in another table if nothing was found; ``distinct`` separates two that would share a key."""

    columns: dict[str, ColumnSpec] = {}
    distinct: str | None = None
    _table: Table

    @property
    def table(self) -> Table:
        """The other table."""
        return self._table

    @property
    def specs(self) -> tuple[ColumnSpec, ...]:
        """Its columns."""
        return tuple(self.columns.values())


class Header(Part):
    """The foreign columns, each with the other spellings in use, and headings that are known and not read."""

    required: dict[str, Texts]
    optional: dict[str, Texts] = {}
    ignored: Texts = ()


class Profile(Part):
    """How the columns of a foreign file become those of a table."""

    name: Text
    titled: Words | None = Field(None, alias="title")
    note: Words | None = None
    table: Annotated[Table, PlainValidator(_table)]
    header: Header
    lets: dict[str, ColumnSpec] = Field({}, alias="let")
    columns: dict[str, ColumnSpec]
    filters: tuple[Filter, ...] = Field((), alias="filter")
    combine: Combine | None = None
    creates: dict[str, Create] = Field({}, alias="create")
    choices: Any = None
    words: Any = None
    _path: str = ""

    def model_post_init(self, context: object) -> None:
        """Give each part the name that it stands under."""
        for specs in (self.lets, self.columns, *(create.columns for create in self.creates.values())):
            for name, spec in specs.items():
                spec._name = name
        for name, create in self.creates.items():
            create._table = _table(name, "create", name)

    @property
    def title(self) -> Message:
        """What it is about; its name if it does not say."""
        return self.titled or msg("{name}", name=self.name)

    @property
    def path(self) -> str:
        """The file it was read from."""
        return self._path

    @property
    def specs(self) -> tuple[ColumnSpec, ...]:
        """The columns of the table."""
        return tuple(self.columns.values())

    @property
    def required(self) -> Mapping[str, tuple[str, ...]]:
        """The foreign columns by which a file is recognised, with their other spellings."""
        return self.header.required

    @property
    def optional(self) -> Mapping[str, tuple[str, ...]]:
        """The other foreign columns, with their other spellings."""
        return self.header.optional

    @cached_property
    def _spellings(self) -> tuple[dict[str, str], dict[str, str]]:
        groups = (self.required, self.optional)
        exact = {spelled(name): name for columns in groups for name in columns}
        synonyms = {spelled(heading): "" for heading in self.header.ignored}
        for columns in groups:
            for name, others in columns.items():
                for other in others:
                    synonyms.setdefault(spelled(other), name)
        return exact, synonyms

    def reading(self, header: Sequence[str]) -> Reading:
        """Read a header as the foreign columns."""
        return read_headings(header, *self._spellings)

    def missing(self, header: Sequence[str], given: Mapping[str, str] | None = None) -> list[str]:
        """Return the required foreign columns that neither a header has nor somebody gave."""
        there = {*self.reading(header).places, *self.given(given or {})}
        return [name for name in self.required if name not in there]

    def given(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return what somebody gave for foreign columns by their own names, however they were spelled."""
        return {next(iter(self.reading([name]).places), name): value for name, value in values.items()}

    def foreign(self, spec: ColumnSpec) -> list[str]:
        """Return the foreign columns that a value is computed from, directly or through named values."""
        found: list[str] = []
        for name in spec.needs():
            found += self.foreign(self.lets[name]) if name in self.lets else [name]
        return list(dict.fromkeys(found))

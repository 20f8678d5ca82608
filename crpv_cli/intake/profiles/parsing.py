"""Read a TOML file as a profile, or report in one sentence what is wrong with it and where.

The keys are explained in ``docs/profiles.md``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import FileProblem
from crpv_cli.intake.profiles import conversions
from crpv_cli.intake.profiles.conversions import CONVERSIONS, Conversion
from crpv_cli.intake.profiles.profile import (
    LOOKUPS,
    BilingualText,
    ColumnSpec,
    Combine,
    Create,
    Filter,
    Find,
    Profile,
    Rule,
)
from crpv_cli.language import Message, msg
from crpv_cli.spelling import closest, fold

_PROFILE = ("name", "title", "note", "table", "header", "let", "columns", "filter", "combine", "create", "choices")
_SPEC = (
    "from",
    "constant",
    "template",
    "rules",
    "otherwise",
    "find",
    "create",
    "convert",
    "share",
    "skip-empty",
    "skip-unreadable",
    "skip-unknown",
    "empty-unreadable",
    "suspect",
)
_FILTER = ("from", "equals", "differs", "matches", "lacks", "reason", "after")
_SUMS = (Kind.MONEY, Kind.INTEGER, Kind.DECIMAL)
_WAYS = ("sum", "first", "join")
# The conversions whose result is a number, which can be summed or split.
_NUMBERS = {"amount", "integer", "decimal"}
# What a template may use besides columns and values: the place of the row, and the reasons that rules gave.
_OWN_NAMES = ("file", "line", "because")


def parse(content: bytes, path: str) -> Profile:
    """Read a profile.

    Raises:
        FileProblem: it is not TOML, or not a profile; the message says where.
    """
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileProblem(
            msg("The profile {file} is not a TOML file: {reason}", file=path, reason=str(error)),
            msg("See docs/profiles.md for what a profile looks like."),
        ) from error
    return _Parsing(data, path).profile()


class _Parsing:
    def __init__(self, data: dict[str, Any], path: str) -> None:
        self.data = data
        self.path = path
        self.names: set[str] = set()

    def wrong(self, where: str, what: Message, advice: Message | None = None) -> NoReturn:
        raise FileProblem(
            msg("The profile {file} cannot be used: {where}: {what}", file=self.path, where=where, what=what),
            advice or msg("See docs/profiles.md for what a profile looks like."),
        )

    def profile(self) -> Profile:
        data = self.data
        self.check_keys(data, (*_PROFILE, "words"), "")
        table = self.table(self.text(data, "table", ""), "table")
        header = self.group(data, "header", "")
        self.check_keys(header, ("required", "optional"), "header")
        required = self.spellings(header, "required")
        if not required:
            self.wrong("header.required", msg("at least one column must be required to recognise a file."))
        optional = self.spellings(header, "optional")
        self.names = {*required, *optional}
        lets = {}
        for name, value in self.group(data, "let", "").items():
            if name in self.names:
                self.wrong(f"let.{name}", msg("a column of the file already has that name."))
            lets[name] = self.spec(name, value, f"let.{name}")
            if lets[name].share is not None:
                self.wrong(f"let.{name}.share", msg("only a column of amounts can have a share."))
            self.names.add(name)  # a value may only be computed from those before it
        creates = {
            name: self.create(name, value, f"create.{name}") for name, value in self.group(data, "create", "").items()
        }
        specs = self.specs(self.group(data, "columns", ""), table, "columns", creates)
        profile = Profile(
            name=self.text(data, "name", ""),
            title=self.message(data, "title", "") or msg("{name}", name=self.text(data, "name", "")),
            table=table,
            required=required,
            optional=optional,
            specs=specs,
            lets=lets,
            filters=tuple(
                self.filter(value, f"filter[{place}]", specs) for place, value in enumerate(data.get("filter", []), 1)
            ),
            combine=self.combine(data["combine"], table, specs) if "combine" in data else None,
            creates=creates,
            note=self.message(data, "note", ""),
            path=self.path,
        )
        self.complete(table, profile, specs, "columns")
        return profile

    # Plain values

    def check_keys(self, data: Mapping[str, Any], keys: Collection[str], where: str) -> None:
        for key in data:
            if key not in keys:
                near = closest(key, keys, 1)
                self.wrong(
                    f"{where}.{key}" if where else key,
                    msg("there is no such key."),
                    msg("Did you mean {near}?", near=near) if near else msg("The keys are: {keys}.", keys=list(keys)),
                )

    def group(self, data: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
        value = data.get(key, {})
        if not isinstance(value, dict):
            self.wrong(f"{where}.{key}" if where else key, msg("a group of keys is expected."))
        return value

    def text(self, data: Mapping[str, Any], key: str, where: str) -> str:
        value = data.get(key)
        place = f"{where}.{key}" if where else key
        if not isinstance(value, str) or not value:
            self.wrong(place, msg("a text is expected."))
        return value

    def texts(self, value: object, where: str) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            self.wrong(where, msg("a text or a list of texts is expected."))
        return tuple(texts)

    def message(self, data: Mapping[str, Any], key: str, where: str) -> Message | None:
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, str):
            return BilingualText(value)
        if not isinstance(value, dict) or not {"en"} <= value.keys() <= {"en", "fr"}:
            self.wrong(
                f"{where}.{key}" if where else key,
                msg("a text is expected, or one for each language: {example}.", example='{ en = "…", fr = "…" }'),
            )
        return BilingualText(str(value["en"]), french=str(value.get("fr", "")))

    def expression(self, value: object, where: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
        if not isinstance(value, str):
            self.wrong(where, msg("a text is expected."))
        try:
            return re.compile(value, flags)
        except re.error as error:
            self.wrong(where, msg("it is not a regular expression: {reason}", reason=str(error)))

    def table(self, name: str, where: str) -> Table:
        if name not in TABLES:
            near = closest(name, TABLES, 1)
            self.wrong(
                where,
                msg("there is no table called {name}.", name=name),
                msg("Did you mean {near}?", near=near) if near else msg("The tables are: {tables}.", tables=[*TABLES]),
            )
        return TABLES[name]

    def name(self, value: object, where: str, more: Collection[str] = ()) -> str:
        """The name of a foreign column or of a value."""
        if not isinstance(value, str) or value not in {*self.names, *more}:
            near = closest(str(value), self.names)
            self.wrong(
                where,
                msg("“{value}” is neither a column of the header nor a value under let.", value=str(value)),
                msg("Did you mean {near}?", near=near) if near else None,
            )
        return value

    # Parts

    def spellings(self, header: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
        where = f"header.{key}"
        return {
            name: self.texts(others, f"{where}.{name}") for name, others in self.group(header, key, "header").items()
        }

    def specs(
        self, data: Mapping[str, Any], table: Table, where: str, creates: Mapping[str, Create]
    ) -> tuple[ColumnSpec, ...]:
        self.check_keys(data, table.names, where)
        specs = tuple(self.spec(name, value, f"{where}.{name}") for name, value in data.items())
        for spec in specs:
            if spec.share is not None and (table.column(spec.name).kind is not Kind.MONEY or not _numbers(spec)):
                self.wrong(
                    f"{where}.{spec.name}.share",
                    msg("only a column of amounts can have a share."),
                    msg("Write convert = {conversions}.", conversions='["amount"]'),
                )
            if spec.create is not None and spec.create not in creates:
                self.wrong(f"{where}.{spec.name}.create", msg("there is no group create.{name}.", name=spec.create))
        return specs

    def spec(self, name: str, data: object, where: str) -> ColumnSpec:
        if not isinstance(data, dict):
            self.wrong(where, msg("a group of keys is expected."))
        self.check_keys(data, _SPEC, where)
        if not any(key in data for key in ("from", "constant", "template", "rules", "find")):
            self.wrong(
                where, msg("it does not say where its value comes from."), msg("Write from = …, or constant = …")
            )
        template = data.get("template")
        if template is not None:
            if not isinstance(template, str):
                self.wrong(f"{where}.template", msg("a text is expected."))
            for named in re.findall(r"{(.*?)}", template):
                self.name(named, f"{where}.template", _OWN_NAMES)
        return ColumnSpec(
            name=name,
            origin=tuple(
                self.name(text, f"{where}.from") for text in self.texts(data.get("from", []), f"{where}.from")
            ),
            constant=self.text(data, "constant", where) if "constant" in data else None,
            template=template,
            rules=tuple(self.rule(value, f"{where}.rules") for value in data.get("rules", [])),
            otherwise=self.text(data, "otherwise", where) if "otherwise" in data else None,
            find=tuple(self.find(value, f"{where}.find") for value in data.get("find", [])),
            create=self.text(data, "create", where) if "create" in data else None,
            conversions=tuple(self.conversion(value, f"{where}.convert") for value in data.get("convert", [])),
            share=self.name(data["share"], f"{where}.share") if "share" in data else None,
            skip_empty=self.message(data, "skip-empty", where),
            skip_unreadable=self.message(data, "skip-unreadable", where),
            skip_unknown=self.message(data, "skip-unknown", where),
            empty_unreadable=bool(data.get("empty-unreadable", False)),
            suspect=self.find(data["suspect"], f"{where}.suspect") if "suspect" in data else None,
        )

    def find(self, data: object, where: str) -> Find:
        if not isinstance(data, dict):
            self.wrong(where, msg("a group of keys is expected."))
        self.check_keys(data, ("lookup", "from", "unless"), where)
        lookup = data.get("lookup")
        if lookup not in LOOKUPS:
            near = closest(str(lookup), LOOKUPS)
            self.wrong(
                where,
                msg("there is no lookup called “{value}”.", value=str(lookup)),
                msg("Did you mean {near}?", near=near)
                if near
                else msg("The lookups are: {lookups}.", lookups=list(LOOKUPS)),
            )
        unless = data.get("unless")
        return Find(lookup, self.name(data.get("from"), where), None if unless is None else self.name(unless, where))

    def rule(self, data: object, where: str) -> Rule:
        if not isinstance(data, dict):
            self.wrong(where, msg("a group of keys is expected."))
        self.check_keys(data, ("where", "value", "because"), where)
        return Rule(
            tuple(
                (self.name(name, f"{where}.where"), self.expression(value, f"{where}.where"))
                for name, value in self.group(data, "where", where).items()
            ),
            self.text(data, "value", where),
            str(data.get("because", "")),
        )

    def conversion(self, data: object, where: str) -> tuple[str, Conversion]:
        if isinstance(data, str):
            if data not in CONVERSIONS:
                near = closest(data, CONVERSIONS)
                self.wrong(
                    where,
                    msg("there is no conversion called “{value}”.", value=data),
                    msg("Did you mean {near}?", near=near)
                    if near
                    else msg("The conversions are: {conversions}.", conversions=list(CONVERSIONS)),
                )
            return data, CONVERSIONS[data]
        makers: dict[str, Callable[[dict[str, Any]], tuple[str, Conversion]]] = {
            "choice": lambda group: self.choice(group, where),
            "words": lambda group: self.word_list(group, where),
            "pattern": lambda group: self.pattern(group, where),
        }
        key = next((key for key in makers if isinstance(data, dict) and key in data), None)
        if key is None or not isinstance(data, dict):
            self.wrong(where, msg("a conversion is a name, or a group with choice, words or pattern."))
        return makers[key](data)

    def choice(self, data: dict[str, Any], where: str) -> tuple[str, Conversion]:
        self.check_keys(data, ("choice", "otherwise"), where)
        name = self.text(data, "choice", where)
        known = self.group(self.group(self.data, "choices", ""), name, "choices")
        if not known:
            self.wrong(where, msg("there is no group choices.{name}.", name=name))
        otherwise = self.text(data, "otherwise", where) if "otherwise" in data else None
        return f"choice {name}", conversions.choice(
            {key: self.text(known, key, f"choices.{name}") for key in known}, otherwise
        )

    def word_list(self, data: dict[str, Any], where: str) -> tuple[str, Conversion]:
        self.check_keys(data, ("words",), where)
        name = self.text(data, "words", where)
        known = self.group(self.group(self.data, "words", ""), name, "words")
        self.check_keys(known, ("certain", "doubtful"), f"words.{name}")
        certain = self.group(known, "certain", f"words.{name}")
        if not certain:
            self.wrong(where, msg("there is no group words.{name}.", name=f"{name}.certain"))
        return f"words {name}", conversions.words(
            {key: self.text(certain, key, f"words.{name}.certain") for key in certain},
            self.texts(known.get("doubtful", []), f"words.{name}.doubtful"),
        )

    def pattern(self, data: dict[str, Any], where: str) -> tuple[str, Conversion]:
        self.check_keys(data, ("pattern", "replace"), where)
        expression = self.expression(data["pattern"], where, re.NOFLAG)
        replacement = data.get("replace")
        if not isinstance(replacement, str):
            self.wrong(f"{where}.replace", msg("a text is expected."))
        try:
            expression.sub(replacement, "")
            re.compile(f"(?:{expression.pattern})|").sub(replacement, "")
        except (re.error, IndexError) as error:
            self.wrong(f"{where}.replace", msg("it is not a valid replacement: {reason}", reason=str(error)))
        return f"{expression.pattern} → {replacement}", conversions.pattern(expression.pattern, replacement)

    def filter(self, data: object, where: str, specs: tuple[ColumnSpec, ...]) -> Filter:
        if not isinstance(data, dict):
            self.wrong(where, msg("a group of keys is expected."))
        self.check_keys(data, _FILTER, where)
        if not any(key in data for key in ("equals", "differs", "matches", "lacks")):
            self.wrong(where, msg("it does not say what to keep."), msg("Write equals, differs, matches or lacks."))
        reason = self.message(data, "reason", where)
        if reason is None:
            self.wrong(f"{where}.reason", msg("a text is expected."))
        after = data.get("after")
        if after is not None and after not in [spec.name for spec in specs]:
            self.wrong(f"{where}.after", msg("there is no such column in this profile."))
        return Filter(
            self.name(data.get("from"), f"{where}.from"),
            reason,
            frozenset(map(fold, self.texts(data["equals"], f"{where}.equals"))) if "equals" in data else None,
            frozenset(map(fold, self.texts(data["differs"], f"{where}.differs"))) if "differs" in data else None,
            self.expression(data["matches"], f"{where}.matches") if "matches" in data else None,
            self.expression(data["lacks"], f"{where}.lacks") if "lacks" in data else None,
            after,
        )

    def combine(self, data: object, table: Table, specs: tuple[ColumnSpec, ...]) -> Combine:
        if not isinstance(data, dict):
            self.wrong("combine", msg("a group of keys is expected."))
        identical = data.get("identical", "each")
        if identical not in {"each", "once"}:
            self.wrong("combine.identical", msg("it is “each” or “once”."))
        ways = {name: way for name, way in data.items() if name != "identical"}
        given = {spec.name: spec for spec in specs}
        for name, way in ways.items():
            if name not in given or name in table.key:
                self.wrong(f"combine.{name}", msg("only columns of this profile that are not in the key are combined."))
            if way not in _WAYS:
                self.wrong(f"combine.{name}", msg("it is one of {ways}.", ways=list(_WAYS)))
            if way == "sum" and (table.column(name).kind not in _SUMS or not _numbers(given[name])):
                self.wrong(
                    f"combine.{name}",
                    msg("only numbers can be summed."),
                    msg("Write convert = {conversions}.", conversions='["amount"]'),
                )
        for name, spec in given.items():
            if name not in table.key and spec.constant is None and name not in ways:
                self.wrong(
                    f"combine.{name}",
                    msg("it does not say how this column is combined."),
                    msg("Write one of: {ways}.", ways=list(_WAYS)),
                )
        return Combine(ways, identical == "once")

    def create(self, name: str, data: object, where: str) -> Create:
        if not isinstance(data, dict):
            self.wrong(where, msg("a group of keys is expected."))
        self.check_keys(data, ("columns", "distinct"), where)
        table = self.table(name, where)
        if len(table.key) != 1 or name not in LOOKUPS:
            self.wrong(where, msg("a profile cannot create rows of this table."))
        specs = self.specs(self.group(data, "columns", where), table, f"{where}.columns", {})
        missing = [column.name for column in table.columns if column.required and column.name not in _names(specs)]
        if missing:
            self.wrong(f"{where}.columns", msg("the required columns {columns} are missing.", columns=missing))
        distinct = data.get("distinct")
        return Create(table, specs, None if distinct is None else self.name(distinct, f"{where}.distinct"))

    def complete(self, table: Table, profile: Profile, specs: tuple[ColumnSpec, ...], where: str) -> None:
        """Check that a recognised file has all the columns that the table requires."""
        for column in table.columns:
            if not column.required:
                continue
            spec = next((spec for spec in specs if spec.name == column.name), None)
            if spec is None:
                self.wrong(where, msg("the required columns {columns} are missing.", columns=[column.name]))
            foreign = profile.foreign(spec)
            if foreign and not any(name in profile.required for name in foreign):
                self.wrong(
                    f"{where}.{column.name}",
                    msg("the column is required, so one of {names} must be under header.required.", names=foreign),
                )


def _numbers(spec: ColumnSpec) -> bool:
    """Whether the value of a column is a number, or empty."""
    return bool(spec.conversions) and spec.conversions[-1][0] in _NUMBERS


def _names(specs: tuple[ColumnSpec, ...]) -> list[str]:
    return [spec.name for spec in specs]

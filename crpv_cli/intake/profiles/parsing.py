"""Read a TOML file as a profile, or say in one sentence what is wrong with it and where."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping

from pydantic import ValidationError

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import Table
from crpv_cli.errors import FileProblem
from crpv_cli.intake.profiles.profile import LOOKUPS, ColumnSpec, Combine, Lists, Profile, Wrong, unknown
from crpv_cli.language import N_, Message, msg
from crpv_cli.spelling import closest

_SUMS = (Kind.MONEY, Kind.INTEGER, Kind.DECIMAL)
_AMOUNT = msg("Write convert = {conversions}.", conversions='["amount"]')
_DOCS = msg("See docs/profiles.md for what a profile looks like.")


def parse(content: bytes, path: str) -> Profile:
    """Read a profile.

    Raises:
        FileProblem: it is not TOML, or not a profile; the message says where.
    """
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = msg("The profile {file} is not a TOML file: {reason}", file=path, reason=str(error))
        raise FileProblem(reason, _DOCS) from error
    try:
        lists = Lists.model_validate({key: data[key] for key in ("choices", "words") if key in data})
        profile = Profile.model_validate(data, context=lists)
        profile._path = path
        _check(profile)
    except (ValidationError, Wrong) as error:
        where, wrong = _first(error)
        what = msg("The profile {file} cannot be used: {where}: {what}", file=path, where=where, what=wrong.what)
        raise FileProblem(what, wrong.advice or _DOCS) from error
    return profile


def _first(error: ValidationError | Wrong, *within: str | int) -> tuple[str, Wrong]:
    """The place of what is wrong, as it is written in the file, and what it is."""
    if isinstance(error, ValidationError):
        details = error.errors(include_url=False)[0]
        cause = details.get("ctx", {}).get("error")
        if isinstance(cause, ValidationError | Wrong):
            return _first(cause, *within, *details["loc"])
        expected = {
            "tuple_type": msg("a list is expected."),
            "dict_type": msg("a group of keys is expected."),
            "bool_type": msg("it is true or false."),
            "literal_error": msg(
                "it is one of {ways}.", ways=re.findall(r"'(\w+)'", details.get("ctx", {}).get("expected", ""))
            ),
        }
        return _first(Wrong(expected.get(details["type"], msg("a text is expected."))), *within, *details["loc"])
    place = ""
    for part in (*within, *error.where):
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return place.removeprefix("."), error


def _check(profile: Profile) -> None:
    """Check what the parts of a profile say of each other."""
    if not profile.required:
        raise Wrong(msg("at least one column must be required to recognise a file."), None, "header", "required")
    names = {*profile.required, *profile.optional}
    for name, spec in profile.lets.items():
        if name in names:
            raise Wrong(msg("a column of the file already has that name."), None, "let", name)
        if spec.share is not None:
            raise Wrong(msg("only a column of amounts can have a share."), None, "let", name, "share")
        _check_names(spec, names, "let", name)
        names.add(name)  # a value may only be computed from those before it
    for name, create in profile.creates.items():
        if len(create.table.key) != 1 or name not in LOOKUPS:
            raise Wrong(msg("a profile cannot create rows of this table."), None, "create", name)
        _check_columns(profile, create.table, create.columns, names, "create", name, "columns")
        if create.distinct is not None:
            _check_name(create.distinct, names, "create", name, "distinct")
    _check_columns(profile, profile.table, profile.columns, names, "columns")
    for number, test in enumerate(profile.filters):
        _check_name(test.origin, names, "filter", number, "from")
        if test.after is not None and test.after not in profile.columns:
            raise Wrong(msg("there is no such column in this profile."), None, "filter", number, "after")
    if profile.combine is not None:
        _check_combine(profile.combine, profile)


def _check_name(value: str, names: Collection[str], *where: str | int) -> None:
    """Check the name of a foreign column or of a value."""
    if value not in names:
        near = closest(value, names)
        what = msg("“{value}” is neither a column of the header nor a value under let.", value=value)
        raise Wrong(what, msg("Did you mean {near}?", near=near) if near else None, *where)


def _check_names(spec: ColumnSpec, names: Collection[str], *where: str) -> None:
    for key, name in spec.named():
        _check_name(name, names, *where, key)


def _check_columns(
    profile: Profile, table: Table, specs: Mapping[str, ColumnSpec], names: Collection[str], *where: str
) -> None:
    for name, spec in specs.items():
        if name not in table.names:
            raise unknown(msg("there is no such key."), name, table.names, N_("The keys are: {known}."), *where, name)
        _check_names(spec, names, *where, name)
        if spec.share is not None and (table.column(name).kind is not Kind.MONEY or not spec.is_number):
            raise Wrong(msg("only a column of amounts can have a share."), _AMOUNT, *where, name, "share")
        if spec.create is not None and (spec.create not in profile.creates or where[0] == "create"):
            what = msg("there is no group {name}.", name=f"create.{spec.create}")
            raise Wrong(what, None, *where, name, "create")
    missing = [column.name for column in table.columns if column.required and column.name not in specs]
    if missing:
        raise Wrong(msg("the required columns {columns} are missing.", columns=missing), None, *where)
    for column in table.columns if where[0] == "columns" else ():
        foreign = profile.foreign(specs[column.name]) if column.required else []
        if foreign and not any(name in profile.required for name in foreign):
            what = msg("the column is required, so one of {names} must be under header.required.", names=foreign)
            raise Wrong(what, None, *where, column.name)


def _check_combine(combine: Combine, profile: Profile) -> None:
    table = profile.table

    def wrong(name: str, what: Message, advice: Message | None = None) -> Wrong:
        return Wrong(what, advice, "combine", name)

    for name, way in combine.columns.items():
        if name not in profile.columns or name in table.key:
            raise wrong(name, msg("only columns of this profile that are not in the key are combined."))
        if way == "sum" and (table.column(name).kind not in _SUMS or not profile.columns[name].is_number):
            raise wrong(name, msg("only numbers can be summed."), _AMOUNT)
    for name, spec in profile.columns.items():
        if name not in table.key and spec.constant is None and name not in combine.columns:
            raise wrong(
                name,
                msg("it does not say how this column is combined."),
                msg("Write one of: {ways}.", ways=["sum", "first", "join"]),
            )

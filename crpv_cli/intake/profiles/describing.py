"""Profiles as lists and pages: which ones exist, and what each does to a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.intake.profiles.profile import ColumnSpec, Filter, Profile
from crpv_cli.language import N_, Message, current, msg
from crpv_cli.result import Dossier, Layout, Note, Result, Value, column_words, table_words

_OWN = Note(
    "own-profiles",
    msg(N_("Your own profile is a TOML file: crpv load --profile FILE.toml (docs/profiles.md).")),
    for_operator=True,
)


def profiles_list(profiles: Iterable[Profile]) -> Result:
    """List profiles: name, table, title, and the columns by which a file is recognised."""
    return Result(
        name="profiles",
        title=msg(N_("Profiles for official files")),
        columns=(
            Column("name", N_("Name"), Kind.CODE),
            Column("table", N_("Table"), Kind.CODE),
            Column("title", N_("Title"), prose=True),
            Column("title_fr", N_("Title"), prose=True),
            Column("recognised_by", N_("Recognised by"), prose=True),
        ),
        rows=tuple(
            (profile.name, table_words(profile.table.name), *_both(profile.title), ", ".join(profile.required))
            for profile in profiles
        ),
        screen=("name", "table", _in_language("title"), "recognised_by"),
        notes=(_OWN,),
    )


def profile_sheet(profile: Profile) -> Dossier:
    """Describe a profile: the columns it recognises, where each of ours comes from, and which rows it skips."""
    facts = (
        (Column("name", N_("Name"), Kind.CODE), profile.name),
        (Column("table", N_("Table"), Kind.CODE), table_words(profile.table.name)),
        (Column("makes", N_("Adds rows to"), Kind.CODES), tuple(table_words(name) for name in profile.creates)),
        (Column("file", N_("File")), profile.path),
        (Column("note", N_("Note")), profile.note),
    )
    return Dossier(
        name="profile",
        title=profile.title,
        facts=Result(
            "profile", profile.title, tuple(column for column, _ in facts), (tuple(value for _, value in facts),)
        ),
        sections=(_header(profile), _columns(profile), _skipped(profile)),
    )


def _header(profile: Profile) -> Result:
    return Result(
        "header",
        msg(N_("Columns of the file")),
        (
            Column("column", N_("Column")),
            Column("required", N_("Required"), Kind.FLAG),
            Column("also", N_("Also written"), prose=True),
        ),
        tuple(
            (name, required, ", ".join(others) or None)
            for columns, required in ((profile.required, True), (profile.optional, False))
            for name, others in columns.items()
        ),
    )


def _columns(profile: Profile) -> Result:
    combine = profile.combine.columns if profile.combine else {}
    return Result(
        "columns",
        msg(N_("Columns of the table")),
        (
            Column("table", N_("Table"), Kind.CODE),
            Column("column", N_("Column")),
            Column("from", N_("From"), prose=True),
            Column("conversions", N_("Conversions"), prose=True),
            Column("combined", N_("Rows with the same key"), Kind.CODE),
        ),
        tuple(
            (
                table_words(table),
                column_words(TABLES[table], spec.name),
                _origin(profile, spec),
                _conversions(profile, spec),
                way,
            )
            for table, specs in (
                (profile.table.name, profile.specs),
                *((name, create.specs) for name, create in profile.creates.items()),
            )
            for spec in specs
            for way in (combine.get(spec.name) if table == profile.table.name else None,)
        ),
        layout=Layout.CARDS,
        shared=("table",),
    )


def _origin(profile: Profile, spec: ColumnSpec) -> str | None:
    if spec.constant is not None:
        return f"= {spec.constant}"
    if spec.template is not None:
        return f"“{spec.template}”"
    constants = [profile.lets[name].constant for name in spec.needs() if name in profile.lets]
    return ", ".join([*profile.foreign(spec), *(f"= {constant}" for constant in constants if constant)]) or None


def _conversions(profile: Profile, spec: ColumnSpec) -> str | None:
    named = [profile.lets[name] for name in spec.needs() if name in profile.lets]
    steps = [name for one in (*named, spec) for name, _ in one.conversions]
    steps += [find.lookup for find in spec.find]
    return ", ".join(dict.fromkeys(steps)) or None


def _skipped(profile: Profile) -> Result:
    return Result(
        "skipped",
        msg(N_("Rows that are skipped, and counted")),
        (
            Column("column", N_("Column")),
            Column("reason", N_("Reason")),
            Column("reason_fr", N_("Reason")),
        ),
        tuple((name, *_both(reason)) for name, reason in _reasons(profile)),
        screen=("column", _in_language("reason")),
    )


def _reasons(profile: Profile) -> Iterator[tuple[str, Message]]:
    yield from ((test.origin, test.reason) for test in profile.filters if test.after is None)
    for spec in (*profile.lets.values(), *profile.specs):
        name = ", ".join(profile.foreign(spec)) or spec.name
        for reason in (spec.skip_empty, spec.skip_unreadable, spec.skip_unknown):
            if reason is not None:
                yield name, reason
    later: list[Filter] = [test for test in profile.filters if test.after is not None]
    yield from ((test.origin, test.reason) for test in later)


def _both(words: Message) -> tuple[Value, Value]:
    return words.text("en"), words.text("fr")


def _in_language(name: str) -> str:
    return f"{name}_fr" if current() == "fr" else name

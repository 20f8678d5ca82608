"""What ``crpv help`` explains beside commands: tables and topics, from what the program itself goes by.

The tables of ``docs/reference/exit-codes.md`` and ``environment.md`` are made of the same texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.table import Table
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.views import VIEWS
from crpv_cli.definitions.writing import KIND_NAMES, KINDS, SHAPES
from crpv_cli.errors import ExitCode
from crpv_cli.language import LANGUAGES, N_, first_few, text, translate
from crpv_cli.output.formats import Format
from crpv_cli.reports import options

EXIT_CODES = {
    ExitCode.DONE: N_(
        "The command did what it was asked, or found nothing. A list without rows is not a failure; neither is a "
        "search that finds nothing, nor a question that was answered by no."
    ),
    ExitCode.ANOMALIES: N_(
        "A load found rows or files that it refused; what was written, if anything, is said on standard error. "
        "`crpv check` found a breach that nobody accepted (with `--strict`, anything)."
    ),
    ExitCode.USAGE: N_(
        "The command was asked something it cannot do: an unknown command, option, table, column or centre, a wrong "
        "date, SQL that is wrong, would write, or takes more time or memory than it is given. Or it asks for "
        "confirmation, as it does before a closed year changes, and there is neither a terminal nor the option that "
        "answers yes."
    ),
    ExitCode.UNREADABLE: N_(
        "A file, the registry or the result cannot be read or written: missing, damaged, locked by another program, "
        "made by a newer version of crpv, already there and not to be written over, a full disk, a stream that is "
        "closed, not enough memory."
    ),
    ExitCode.BUG: N_("crpv itself failed. One line says so; with `CRPV_DEBUG=1` the traceback is shown."),
    ExitCode.HANGUP: N_("The terminal was closed or the session ended (SIGHUP)."),
    ExitCode.INTERRUPTED: N_("Somebody pressed Ctrl-C (SIGINT)."),
    ExitCode.TERMINATED: N_("Something else asked the command to end (SIGTERM)."),
}

ENVIRONMENT = {
    "CRPV_DB": N_("Path of the registry, where `--db` is not given."),
    "CRPV_LANG": N_("Language of help, messages and labels: `fr` for French, anything else for English."),
    "CRPV_THEME": N_("A style sheet (CSS) for pages and PDF, where `--theme` is not given."),
    "CRPV_LOGO": N_("A logo (SVG or PNG) for pages and documents, where `--logo` is not given."),
    "CRPV_DEBUG": N_("Any value: a bug in crpv shows its traceback."),
    "VISUAL, EDITOR": N_("The editor that `crpv edit` opens: the first of them that is set."),
    "LC_ALL, LC_MESSAGES, LANG": N_(
        "The locale, which chooses the language where `CRPV_LANG` is not set: the first of them that is set counts. "
        "French if it starts with `fr`, otherwise English."
    ),
    "LANGUAGE": N_(
        "Stands before the locale, unless that is `C` or `POSIX`, as in GNU gettext; its first language counts."
    ),
    "NO_COLOR": N_("Any value: no colour."),
    "TERM": N_("`dumb`: no colour."),
    "COLUMNS": N_("Width of the terminal, where the terminal's own is not to be used."),
}


class Section(NamedTuple):
    """A part of what is explained: its heading, and terms with what they mean."""

    heading: str
    entries: list[tuple[str, str]]


class Topic(NamedTuple):
    """A topic: what it is about, other names for it, and what explains it."""

    about: str
    also: tuple[str, ...]
    sections: Callable[[], Iterator[Section]]


def _plain(sentence: str) -> str:
    """A sentence for a terminal, where nothing is marked as code."""
    return translate(sentence).replace("`", "")


def _dates() -> Iterator[Section]:
    kinds = (Kind.DATE, Kind.PARTIAL_DATE, Kind.YEAR)
    yield Section(text("In files"), [(text(KIND_NAMES[kind]), _plain(KINDS[kind])) for kind in kinds])
    asked = [("--as-of", translate(options.AS_OF.help)), ("--year", translate(options.YEAR.help))]
    yield Section(text("On the command line"), asked)


def _formats() -> Iterator[Section]:
    yield Section(
        text("Formats of --format, and the extensions that choose them"),
        [(one.value, f"{_plain(one.row.purpose)} ({', '.join(one.row.extensions)})") for one in Format],
    )


def _words() -> Iterator[Section]:
    yield Section(
        text("Tables"),
        [(name, " / ".join(dict.fromkeys((*spoken(table.label), *table.also)))) for name, table in TABLES.items()],
    )
    lists: dict[tuple[Choice, ...], str] = {}
    for table in TABLES.values():
        for column in table.columns:
            if column.choices:
                lists.setdefault(column.choices, f"{translate(table.label)}, {translate(column.label)}")
    for choices, heading in lists.items():
        yield Section(
            heading,
            [(one.code, ", ".join(dict.fromkeys((*spoken(one.label), *one.also)))) for one in choices],
        )


def spoken(label: str) -> tuple[str, ...]:
    """A label in every language, once if it is the same in all."""
    return tuple(dict.fromkeys(translate(label, one) for one in LANGUAGES))


def _codes() -> Iterator[Section]:
    yield Section(text("Exit codes"), [(str(int(code)), _plain(says)) for code, says in EXIT_CODES.items()])


def _environment() -> Iterator[Section]:
    yield Section(text("Environment variables"), [(name, _plain(says)) for name, says in ENVIRONMENT.items()])


def _files() -> Iterator[Section]:
    headed = N_(
        "In files, a column is headed by its name, its English label or its French label, in any order; case and "
        "accents do not matter."
    )
    known = N_("A row is known by its key: loading a row whose key is there already updates it.")
    yield Section(text("Columns and rows"), [(text("heading"), translate(headed)), (text("key"), translate(known))])
    yield Section(text("Values"), [(text(KIND_NAMES[kind]), _plain(says)) for kind, says in KINDS.items()])


TOPICS = {
    "dates": Topic(N_("How days, months and years are written."), (), _dates),
    "formats": Topic(N_("The formats of results, and their extensions."), ("format",), _formats),
    "words": Topic(
        N_("The words of tables and lists, in both languages."), ("glossary", "mots", "glossaire", "lexique"), _words
    ),
    "exit-codes": Topic(N_("How a command ends."), ("codes", "codes-de-sortie", "code-retour"), _codes),
    "environment": Topic(N_("The variables that crpv goes by."), ("environnement", "variables"), _environment),
    "files": Topic(N_("How files to load are written."), ("loading", "fichiers", "chargement"), _files),
}


def table_sections(table: Table) -> Iterator[Section]:
    """What a table is, column by column, in the reader's words."""
    key = ", ".join(translate(table.column(name).label) for name in table.key)
    of = N_("{label} (view {name})") if table.name in VIEWS else N_("{label} (table {name})")
    yield Section(
        text(of, label=translate(table.label), name=table.name),
        [
            (text(N_("rows")), _plain(table.about)),
            (text("key"), key),
            *((f"{translate(column.label)} ({column.name})", " ".join(_told(column))) for column in table.columns),
        ],
    )


def _told(column: Column) -> Iterator[str]:
    """What a column means and may hold, a sentence each."""
    yield translate(column.explanation)
    if column.choices:
        labels = first_few([translate(choice.label) for choice in column.choices], 12)
        yield text("One of: {values}.", values=labels)
    elif column.refers:
        yield text("A row of: {table}.", table=translate(TABLES[column.refers].label))
    elif column.shape:
        yield text("Written as: {shape}.", shape=_plain(SHAPES[column.shape]))
    elif column.kind is not Kind.TEXT and column.kind in KIND_NAMES:
        yield text("Kind: {kind}.", kind=translate(KIND_NAMES[column.kind]))
    if column.kind is not Kind.YEAR and column.minimum is not None and column.maximum is not None:
        yield text("From {low} to {high}.", low=column.minimum, high=column.maximum)
    if column.required:
        yield text("Required.")

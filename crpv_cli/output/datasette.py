"""What Datasette 0.65 is told of a registry: titles, what each column is, what it may show, and the reports as queries.

Texts are in French whatever the reader's language, as in all that is published. The settings of a registry hide what
is not for the public, but whoever reads its file has all of it: what protects is a copy without it
(``registry/public.py``), which goes with settings of its own into one folder. SQL of readers is off in either, since it
would reach what is hidden.
Datasette has units for numbers, which are not used: they make 1.234568 M€ of 1 234 567,89 €.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from shlex import quote
from typing import Any

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.public import is_public, public_columns, public_tables
from crpv_cli.definitions.table import Table
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.tableschema import LICENCE
from crpv_cli.definitions.views import VIEWS
from crpv_cli.language import N_, msg, translate
from crpv_cli.output import streams
from crpv_cli.output.postgresql import HOLDS_FICTITIOUS, described
from crpv_cli.registry.public import write_public
from crpv_cli.registry.queries.views import of_a_date

SETTINGS: dict[str, object] = {
    # Suggesting facets reads a view again for each of its columns, and counts nothing that a report does not say.
    "suggest_facets": False,
    "allow_download": False,
    "default_allow_sql": False,
    "sql_time_limit_ms": 5000,
    "max_returned_rows": 10000,
}
"""What is set for Datasette itself, which its metadata cannot."""

# The reports that a view answers; those of a column "year" can be asked for one.
QUERIES = {
    "report-network": "v_network",
    "report-coverage": "v_coverage_totals",
    "report-coverage-by-department": "v_coverage",
    "report-funding": "v_funding_by_centre",
    "report-evaluations": "v_evaluation_latest",
    "report-evaluation-series": "v_evaluation_series",
    "report-activity": "v_activity_by_centre",
    "report-agreements": "v_agreements",
    "list-centres": "v_centres",
    "list-governance": "v_governance",
}
"""The canned queries, by name, with the view whose SQL they ask for any date."""
_OF_A_YEAR = {"report-funding", "report-activity"}
_CENTS = N_("In this database in hundredths of a euro: 123456 is 1,234.56 euros.")


def metadata(database: str, hidden: Collection[str], fictitious: bool, public: bool) -> dict[str, Any]:
    """Return what Datasette calls metadata.

    Args:
        database: what Datasette calls the database: the name of its file without the extension.
        hidden: the tables and views of the file that nobody is to see.
        fictitious: whether the registry holds fictitious data.
        public: whether the database holds nothing else than what is public.
    """
    tables = {table.name: table for table in (*public_tables(), *VIEWS.values()) if table.name not in hidden}
    title = _french(N_("Registry of the centres de ressources politique de la ville"))
    said = " ".join(_description(fictitious, public))
    return {
        "title": title,
        "description": said,
        "license": LICENCE["title"],
        "license_url": LICENCE["path"],
        "source": _french(N_("Each row names its source; see the table sources")),
        "allow_sql": False,
        "databases": {
            database: {
                "title": title,
                "description": said,
                "allow_sql": False,
                "tables": {
                    **{name: _table(table) for name, table in tables.items()},
                    **{name: {"hidden": True, "allow": False} for name in sorted(hidden)},
                },
                "queries": {name: _query(name, VIEWS[view]) for name, view in QUERIES.items()},
            }
        },
    }


def not_shown(there: Iterable[str]) -> list[str]:
    """Return the tables and views of a registry that nobody is to see, of all that stand in its file.

    They are whatever is neither a table for the public nor a view of ours: working tables, the record of loads with the
    names of those who loaded, what somebody else put there; and tables with columns about people, since Datasette
    cannot hide a column.
    """
    shown = {
        table.name
        for table in (*TABLES.values(), *VIEWS.values())
        if not table.internal and all(map(is_public, table.columns))
    }
    return sorted(set(there) - shown)


def _description(fictitious: bool, public: bool) -> list[str]:
    said = [
        msg("What is not known is empty, never 0. Amounts of views are in euros, those of tables in hundredths."),
        msg("Views are as of today; the queries, as of any date."),
        *([HOLDS_FICTITIOUS] if fictitious else []),
        *([msg("What is not for the public was left out.")] if public else []),
    ]
    return [sentence.text("fr") for sentence in said]


def _table(table: Table) -> dict[str, Any]:
    is_view = table.name in VIEWS
    columns = public_columns(table)
    names = [column.name if is_view else column.stored for column in columns]
    told: dict[str, Any] = {
        "title": translate(table.label, "fr"),
        "description": _plain(table.about),
        "columns": {name: _of(column, is_view) for name, column in zip(names, columns, strict=True)},
        "sortable_columns": [
            name
            for name, column in zip(names, columns, strict=True)
            if not (column.written or column.prose) and column.name != "note"
        ],
    }
    if table.called and not is_view:
        told["label_column"] = "short_name" if "short_name" in table.called else table.called[0]
    if "year" in table.names:
        told["sort_desc"] = "year"
    elif "id" in table.names or table.key[0] in names:
        told["sort"] = "id" if "id" in table.names else table.key[0]
    return told


def _of(column: Column, is_view: bool) -> str:
    said = described(column)
    return said if is_view or column.kind is not Kind.MONEY else f"{said} {_french(_CENTS)}"


def _query(name: str, view: Table) -> dict[str, Any]:
    by_year = name in _OF_A_YEAR
    sql = of_a_date(view.name, "coalesce(nullif(:as_of, ''), date('now', 'localtime'))")
    if by_year:
        sql = f"select * from (\n{sql}\n)\nwhere coalesce(:year, '') = '' or year = cast(:year as integer)"
    said = [msg("as_of: a date, 2023-10-17; empty means today.").text("fr")]
    if by_year:
        said.append(msg("year: a year; empty means all.").text("fr"))
    return {
        "title": translate(view.label, "fr"),
        "description": " ".join([_plain(view.about), *said]),
        "sql": sql,
        "params": ["as_of", "year"] if by_year else ["as_of"],
        "hide_sql": True,
    }


def _plain(about: str) -> str:
    """What a table is, in French, without the marks of Markdown, which Datasette does not read there."""
    return _french(about).replace("`", "")


def _french(sentence: str) -> str:
    return translate(sentence, "fr")


# --- As text ---

_PLAIN = re.compile(r"[a-z][a-z0-9_-]*")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def json_text(told: Mapping[str, Any]) -> str:
    """Set metadata or settings as JSON."""
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def yaml_text(told: Mapping[str, Any]) -> str:
    """Set metadata as YAML: texts as JSON has them, which is YAML as well, and SQL in blocks."""
    return "".join(f"{line}\n" for line in _lines(told))


def _lines(told: Mapping[str, Any]) -> list[str]:
    found = []
    for key, value in told.items():
        name = key if _PLAIN.fullmatch(key) and key not in _WORDS else json.dumps(key, ensure_ascii=False)
        if isinstance(value, Mapping) and value:
            found += [f"{name}:", *(f"  {line}" for line in _lines(value))]
        elif isinstance(value, str) and "\n" in value and _is_block(value):
            found += [f"{name}: |-", *(f"  {line}" if line else "" for line in value.split("\n"))]
        else:
            found.append(f"{name}: {json.dumps(value, ensure_ascii=False)}")
    return found


def _is_block(text: str) -> bool:
    """Whether a block holds a text as it is."""
    return (
        not text.startswith((" ", "\n"))
        and not text.endswith("\n")
        and re.search(r"[^\n\x20-\x7e\xa0-\ud7ff]", text) is None
    )


# --- Into files ---

EXTENSIONS = (".yaml", ".yml", ".json")
"""What the file of the settings may end with; Datasette knows it by that."""
_DATABASE = "crpv"


def write_settings(connection: sqlite3.Connection, file: Path, output: Path | None, as_json: bool, force: bool) -> None:
    """Write the settings of an open registry, and say how Datasette is started with them.

    Args:
        connection: the registry.
        file: its file, which readers are served.
        output: the file of the settings; None for standard output.
        as_json: whether it is JSON whatever its extension.
        force: whether a file that is there is written over.

    Raises:
        FileProblem: the file exists already, or cannot be written.
    """
    there = [row[0] for row in connection.execute("select name from sqlite_schema where type in ('table', 'view')")]
    hidden = not_shown(name for name in there if not name.startswith("sqlite_"))
    fictitious = _holds_fictitious(connection)
    told = metadata(file.stem, hidden, fictitious, public=False)
    as_json = as_json or (output is not None and output.suffix.lower() == ".json")
    streams.deliver(json_text(told) if as_json else yaml_text(told), output, force)
    if output is not None:
        settings = " ".join(f"--setting {name} {_set(value)}" for name, value in SETTINGS.items())
        streams.say(
            msg(
                "Start it with: datasette {file} -m {settings}",
                file=quote(str(file)),
                settings=f"{quote(str(output))} {settings}",
            )
        )
    streams.say(
        msg(
            "These settings hide what is not for the public from readers of Datasette, as long as the file is called "
            "{name}; they do not take it out. To publish, write: crpv export datasette --public -o FOLDER/",
            name=file.name,
        )
    )
    if fictitious:
        streams.say(HOLDS_FICTITIOUS)


def write_public_folder(connection: sqlite3.Connection, folder: Path, force: bool) -> None:
    """Write a database of what is public with the settings for it: a folder that Datasette serves as it is.

    Raises:
        FileProblem: one of the files exists already, or the folder cannot be made or written.
    """
    names = (f"{_DATABASE}.sqlite", "metadata.yaml", "settings.json")
    for name in names:
        streams.check_free(folder / name, force)
    fictitious = _holds_fictitious(connection)
    told = metadata(_DATABASE, (), fictitious, public=True)
    with streams.writing_folder(folder, force) as new:
        write_public(connection, new / names[0])
        (new / names[1]).write_bytes(yaml_text(told).encode())
        (new / names[2]).write_bytes(json_text(SETTINGS).encode())
    streams.say(msg("Start it with: datasette {folder}", folder=quote(str(folder))))
    if fictitious:
        streams.say(HOLDS_FICTITIOUS)


def _holds_fictitious(connection: sqlite3.Connection) -> bool:
    return connection.execute("select 1 from sources where fictitious = 1").fetchone() is not None


def _set(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)

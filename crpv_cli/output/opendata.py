"""What makes a folder of tables open data: ``datapackage.json``, the licence, and a text that says what it all is.

All of it is made from the tables that are written, so that one registry gives the same bytes each time: the date is
that of the registry's last load, and not that of the day on which it is written.
https://specs.frictionlessdata.io/data-package/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crpv_cli import __version__
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.tableschema import FRENCH, LICENCE, columns_schema, table_schema
from crpv_cli.definitions.views import VIEWS
from crpv_cli.language import LANGUAGES, N_, Day, msg, translate
from crpv_cli.output.formats import Format
from crpv_cli.output.schemas import resource
from crpv_cli.result import Origin, Result

PACKAGE, README, LICENCE_FILE = "datapackage.json", "LISEZMOI.md", "LICENCE.md"
"""The names of the files beside the tables; a folder that is loaded has none of them read as a table."""

_ADDRESS = re.compile(r"https?://\S+")
_MEDIA_TYPES = {
    Format.CSV_EXCEL: "text/csv",
    Format.JSON: "application/json",
    Format.JSONL: "application/x-ndjson",
}


def beside(tables: Sequence[Result], files: Mapping[str, bytes], chosen: Format, public: bool) -> dict[str, bytes]:
    """Return the files that stand beside those of the tables, by name.

    Args:
        tables: what was written.
        files: how, by the name of the file; one for each table, in their order.
        chosen: in which format.
        public: whether what is not for the public was left out.
    """
    named = dict(zip(files, tables, strict=True))
    texts = {
        PACKAGE: json.dumps(_package(named, files, chosen), ensure_ascii=False, indent=2) + "\n",
        README: _readme(named, chosen, public),
        LICENCE_FILE: _licence(),
    }
    return {name: text.encode() for name, text in texts.items()}


def _schema(result: Result, beside: Collection[str]) -> dict[str, Any]:
    """The Table Schema of the CSV of a result: of a table, a view, or the rows of a report."""
    table = TABLES.get(result.name) or VIEWS.get(result.name)
    if table is not None and {column.name for column in result.columns} <= set(table.names):
        return table_schema(table, result.columns, beside=beside)
    return columns_schema(result.name, result.title.text(FRENCH), "", result.columns, beside=beside)


def rests_on_fictitious(result: Result) -> bool:
    """Whether any row of a table is fictitious, be it because of its source or because it says so itself."""
    flagged = [place for place, column in enumerate(result.columns) if column.name == "fictitious"]
    return result.fictitious or any(row[place] is True for row in result.rows for place in flagged)


def _package(named: Mapping[str, Result], files: Mapping[str, bytes], chosen: Format) -> dict[str, Any]:
    fictitious = [name for name, result in named.items() if rests_on_fictitious(result)]
    origin = _origin(list(named.values()))
    beside = {result.name for result in named.values()}
    about = [translate(_WHAT, FRENCH)]
    if fictitious:
        about.append(translate(_FICTITIOUS, FRENCH))
    return {
        "profile": "tabular-data-package" if chosen is Format.CSV else "data-package",
        "name": "crpv-registre",
        "title": translate(_TITLE, FRENCH),
        "description": " ".join(about),
        "version": str(origin.load or 0),
        **({"created": origin.loaded_at} if origin.loaded_at else {}),
        "keywords": ["politique de la ville", "centres de ressources", "CRPV", "quartiers prioritaires"],
        "licenses": [LICENCE],
        "sources": _sources(list(named.values())),
        "fictitious": bool(fictitious),
        "resources": [_resource(name, result, files[name], chosen, beside) for name, result in named.items()],
    }


def _resource(name: str, result: Result, content: bytes, chosen: Format, beside: Collection[str]) -> dict[str, Any]:
    fictitious = rests_on_fictitious(result)
    about = [translate(TABLES[result.name].about, FRENCH)] if result.name in TABLES else []
    if fictitious:
        about.append(translate(_FICTITIOUS_FILE, FRENCH))
    told = {
        "title": result.title.text(FRENCH),
        **({"description": " ".join(about)} if about else {}),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "licenses": [LICENCE],
        "fictitious": fictitious,
    }
    if chosen is Format.CSV:
        return {**resource(result.name, name, _schema(result, beside)), **told}
    media = {"mediatype": _MEDIA_TYPES[chosen], "encoding": chosen.row.encoding} if chosen in _MEDIA_TYPES else {}
    return {"name": result.name, "path": name, "format": name.rpartition(".")[2], **media, **told}


def _sources(tables: Sequence[Result]) -> list[dict[str, str]]:
    """The sources that the rows name, by id; the standard takes an address only where it is one."""
    found: dict[str, dict[str, str]] = {}
    for result in tables:
        for id_, title in (result.origin or Origin()).sources.items():
            address = (result.origin or Origin()).addresses.get(id_, "")
            found[id_] = {"title": title, **({"path": address} if _ADDRESS.fullmatch(address) else {})}
    return [found[id_] for id_ in sorted(found)]


def _origin(tables: Sequence[Result]) -> Origin:
    return next((result.origin for result in tables if result.origin and result.origin.load is not None), Origin())


# --- The texts ---

_TITLE = N_("Registry of the centres de ressources politique de la ville (CRPV)")
_WHAT = N_(
    "Who the centres are, which departments they serve, who funds them and how their missions are evaluated, as one "
    "registry holds it: a file for each table, in which each row names its source."
)
_FICTITIOUS = N_(
    "FICTITIOUS DATA: some of these rows are made up for a demonstration. They are those whose source is marked as "
    "fictitious in the table of sources, and the files that hold any are marked in the list."
)
_FICTITIOUS_FILE = N_("FICTITIOUS DATA: rows of this file are made up for a demonstration; their source says so.")
_ALL = N_("It holds the whole registry, with what is not meant for the public.")
_PUBLIC = N_(
    "It holds what is for the public: the working tables of those who keep the registry, the names of people and of "
    "those who loaded the files are left out."
)
_HOW = (
    N_("UTF-8, separated by commas, with the names of the columns in the first line."),
    N_("Amounts are in euros with a decimal point, dates are written 2023-10-17, yes and no are true and false."),
    N_("An empty cell is not known: that is never 0. Codes are texts: 01 keeps its zero."),
    N_(
        "`datapackage.json` says what each column is and what it may hold (Frictionless Data Package, Table Schema), "
        "and the size and the SHA-256 of each file; `frictionless validate datapackage.json` checks all of it."
    ),
)
_LICENCE_HERE = N_(
    "These data are published under the Licence Ouverte / Open Licence 2.0 (Etalab): they may be used for any purpose, "
    "provided that you name where they come from and the date of their last update. See `LICENCE.md`."
)
_OTHER_LICENCES = N_(
    "What they were taken from is named row by row; `sources` says where each source can be read, and its own licence "
    "where that is known."
)


def _readme(named: Mapping[str, Result], chosen: Format, public: bool) -> str:
    """What the folder is, in French and then in English, whatever the language of who writes it."""
    return "\n".join(_text(named, chosen, public, language) for language in sorted(LANGUAGES, reverse=True))


def _text(named: Mapping[str, Result], chosen: Format, public: bool, language: str) -> str:
    def say(text: str, **values: object) -> str:
        return msg(text, **values).text(language)

    origin = _origin(list(named.values()))
    lines = [f"# {say(_TITLE)}", "", say(_WHAT)]
    if any(map(rests_on_fictitious, named.values())):
        lines += ["", f"**{say(_FICTITIOUS)}**"]
    lines += ["", say(_PUBLIC) if public else say(_ALL)]
    if origin.load is not None and origin.loaded_at is not None:
        when = Day(origin.loaded_at[:10])
        lines += ["", say(N_("State of the registry: after load {load}, on {date}."), load=str(origin.load), date=when)]
    heads = say(N_("file")), say(N_("what it is")), say(N_("rows")), say(N_("fictitious"))
    lines += ["", f"## {say(N_('Files'))}", "", f"| {' | '.join(heads)} |", "| --- | --- | ---: | --- |"]
    for name, result in named.items():
        table = TABLES.get(result.name)
        about = say(table.about) if table else result.title.text(language)
        rests = say(N_("yes")) if rests_on_fictitious(result) else ""
        lines.append(f"| `{name}` | {about} | {len(result.rows)} | {rests} |")
    if chosen is Format.CSV:
        lines += ["", f"## {say(N_('How to read them'))}", "", *(f"- {say(one)}" for one in _HOW)]
    lines += ["", f"## {say(N_('Licence'))}", "", say(_LICENCE_HERE), "", say(_OTHER_LICENCES)]
    lines += [
        "",
        f"## {say(N_('How to make them again'))}",
        "",
        "```sh",
        _command(chosen, public, named, language),
        "```",
    ]
    made = say(N_("Written by crpv {version}."), version=__version__)
    return "\n".join([*lines, "", made, ""])


def _command(chosen: Format, public: bool, named: Mapping[str, Result], language: str) -> str:
    people = any(column.personal for result in named.values() for column in result.columns)
    load = _origin(list(named.values())).load
    words = ["crpv export all", f"-o {msg(N_('FOLDER')).text(language)}/"]
    words += ["--public"] * public + ["--with-people"] * people
    words += [f"--format {chosen.value}"] if chosen is not Format.CSV else []
    words += [f"--known {load}"] if load is not None else []
    return " ".join(words)


def _licence() -> str:
    """The licence in our own words, and where its text is: what counts is that text."""
    return "\n".join(
        part
        for language in sorted(LANGUAGES, reverse=True)
        for part in (
            f"# {LICENCE['title']}",
            "",
            f"<{LICENCE['path']}>",
            "",
            msg(_IN_SHORT).text(language),
            "",
            msg(_AS_THEY_ARE).text(language),
            "",
        )
    )


_IN_SHORT = N_(
    "In short, and in our own words: you may copy, change, combine and redistribute these data, for any purpose, "
    "commercial or not, provided that you name where they come from and the date of their last update."
)
_AS_THEY_ARE = N_(
    "They come as they are, without warranty, and naming a publisher must not suggest that it endorses what you made "
    "of its data. The text at the address above is what counts."
)

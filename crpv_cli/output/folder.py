"""The sheets of several subjects as a folder: a file for each, and one that leads to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crpv_cli.definitions.columns import Column
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.output import streams
from crpv_cli.output.formats import EXTENSIONS, Document, Format, format_of, render, render_sheet
from crpv_cli.result import Note, Result, Sheet

__all__ = ["checked_folder", "write_sheets"]

_INDEX = "index"


def write_sheets(
    title: Message,
    sheets: Mapping[str, Sheet],
    shown: Sequence[str],
    folder: Path | None,
    chosen: Format | None = None,
    force: bool = False,
) -> None:
    """Write each sheet into a file of a folder, which is made if it is missing, and ``index`` with a row for each.

    Args:
        title: what the index is about.
        sheets: the sheets by id; a file is named after its id.
        shown: the names of the facts of each sheet that the index shows, the first one leading to its file.
        folder: where to.
        chosen: the format of the files, ``html`` by default.
        force: whether files that are there are written over.

    Raises:
        UsageProblem: no folder is named, the name is that of a file, or the format cannot hold a sheet.
        FileProblem: the folder is a file or cannot be made, or one of the files exists already; then none is written.
    """
    target = checked_folder(folder)
    format_ = chosen or Format.HTML
    names = _file_names(sheets, EXTENSIONS[format_])
    files = {target / names[id_]: id_ for id_ in sheets}
    index = target / f"{_INDEX}{EXTENSIONS[format_]}"
    for file in (index, *files):
        streams.check_free(file, force)
    # Everything is rendered before anything is written.
    documents: dict[Path, Document] = {file: render_sheet(sheets[id_], format_) for file, id_ in files.items()}
    documents[index] = render(_index(title, sheets, shown, names), format_)
    streams.make_folder(target)
    for file, document in documents.items():
        streams.deliver(document.content, file, force, document.encoding)
    streams.say(
        msgs("{count} sheet was written to {folder}.", "{count} sheets were written to {folder}.", len(sheets),
             folder=target)
    )  # fmt: skip
    streams.say(msg("They are listed in {file}.", file=index))


def checked_folder(folder: Path | None) -> Path:
    """Return the folder to write into, which may still be missing.

    Raises:
        UsageProblem: no folder is named, or the name is that of a file.
        FileProblem: it is a file.
    """
    if folder is None:
        raise UsageProblem(
            msg("The sheets of all centres are several files."),
            msg("Name the folder to write them into: {option}", option=msg(N_("-o FOLDER"))),
        )
    if folder.is_dir():
        return folder
    if folder.exists():
        raise FileProblem(
            msg("{file} is a file; the sheets of all centres go into a folder.", file=folder),
            msg("Name a folder with -o."),
        )
    if format_of(folder) is not None:
        raise UsageProblem(
            msg("{file} is the name of a file; the sheets of all centres go into a folder.", file=folder),
            msg("Name a folder with -o, and the format of its files with --format."),
        )
    return folder


def _file_names(ids: Mapping[str, object], extension: str) -> dict[str, str]:
    """The names of the files by id: an id is a name that every system allows, unless somebody wrote it by hand."""
    taken = {_INDEX}
    names = {}
    for id_ in ids:
        plain = re.sub(r"[^\w-]+", "-", id_).strip("-") or "x"
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names[id_] = name + extension
    return names


def _index(title: Message, sheets: Mapping[str, Sheet], shown: Sequence[str], names: Mapping[str, str]) -> Result:
    facts = [next(iter(sheet.facts.records())) for sheet in sheets.values()]
    columns = {column.name: column for sheet in sheets.values() for column in sheet.facts.columns}
    first, *others = (columns[name] for name in shown if name in columns) if columns else (Column("id", N_("Id")),)
    file = Column("file", N_("File"))
    alerts: dict[str, Note] = {
        note.code: note for sheet in sheets.values() for note in sheet.notes if "fictitious" in note.code
    }
    origins = [sheet.facts.origin for sheet in sheets.values() if sheet.facts.origin]
    return Result(
        name="sheets",
        title=title,
        columns=(replace(first, link="file"), *others, file),
        rows=tuple(
            (*(fact.get(column.name) for column in (first, *others)), names[id_])
            for id_, fact in zip(sheets, facts, strict=True)
        ),
        notes=tuple(alerts.values()),
        parameters=next((sheet.facts.parameters for sheet in sheets.values()), {}),
        fictitious=any(sheet.fictitious for sheet in sheets.values()),
        origin=replace(origins[0], sources={}) if origins else None,
    )

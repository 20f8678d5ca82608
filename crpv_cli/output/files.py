"""What goes into files of its own: every table, the dossiers of several subjects, forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.output import office, streams
from crpv_cli.output.formats import Document, Format, format_of, function_of, render
from crpv_cli.output.opendata import beside
from crpv_cli.result import Dossier, FormBook, Note, Result

_INDEX = "index"


def write_all(
    tables: Sequence[Result], output: Path, chosen: Format | None, force: bool, *, public: bool = False
) -> None:
    """Write every table: into one file if the extension of ``output`` is of a format that holds several, else a folder.

    In a folder, which is made if it is missing, each table is a file named after it, CSV by default, and beside them
    stand a data package, the licence and what it all is (``opendata``). ``public`` says whether what is not for the
    public was left out of the tables.

    Raises:
        UsageProblem: the name is that of a file that cannot hold several tables, or the format is another.
        FileProblem: the folder cannot be made, or one of the files exists already; then none is written.
    """
    named = None if output.is_dir() else format_of(output)
    if named is not None and not named.row.tables:
        raise UsageProblem(
            msg("{file} is one file, but there are several tables.", file=output),
            msg("Name a folder, or one workbook: crpv export all -o registry.xlsx"),
        )
    if named is not None:
        if chosen not in {None, named}:
            raise UsageProblem(
                msg("{file} is the name of a workbook, and the format is {format}.", file=output, format=chosen),
                msg("Name a folder with -o, or leave --format out."),
            )
        streams.check_free(output, force)
        streams.deliver(function_of(named.row.tables)(tables), output, force)
    else:
        format_ = chosen or Format.CSV
        # A file of one table among others holds the table alone, unless it has a place for the notes of several.
        alone = tables if format_.row.tables else [replace(table, notes=()) for table in tables]
        files = {f"{table.name}{format_.extension}": render(table, format_).encoded for table in alone}
        streams.write_folder({**files, **beside(tables, files, format_, public)}, output, force)
        if public:
            _say_of_leftovers(output, format_)
    # Said once for all, not once a file.
    streams.say_all({note.code: note.message for table in tables for note in table.notes if table.fictitious}.values())
    streams.say(
        msgs(
            "{count} table was written to {folder}.",
            "{count} tables were written to {folder}.",
            len(tables),
            folder=output,
        )
    )


def _say_of_leftovers(folder: Path, chosen: Format) -> None:
    """Say which files of an earlier export still stand in a folder that is to be published."""
    internal = [f"{table.name}{chosen.extension}" for table in TABLES.values() if table.internal]
    if left := [name for name in internal if (folder / name).exists()]:
        streams.insist(
            msg(
                "Files of an earlier export that are not for the public still stand in {folder}: {files}.",
                folder=folder,
                files=left,
            )
        )


def _deliver(documents: Mapping[str, Document], folder: Path, force: bool) -> None:
    """Write files that were rendered into a folder, all at once."""
    streams.write_folder({name: document.encoded for name, document in documents.items()}, folder, force)


def write_dossiers(
    title: Message,
    dossiers: Mapping[str, Dossier],
    shown: Sequence[str],
    folder: Path | None,
    chosen: Format,
    force: bool = False,
) -> None:
    """Write each dossier into a file of a folder, which is made if it is missing, and ``index`` with a row for each.

    Args:
        title: what the index is about.
        dossiers: the dossiers by id; a file is named after its id.
        shown: the names of the facts of each dossier that the index shows, the first one leading to its file.
        folder: where to.
        chosen: the format of the files.
        force: whether files that are there are written over.

    Raises:
        UsageProblem: no folder is named, the name is that of a file, or the format cannot hold a dossier.
        FileProblem: the folder is a file or cannot be made, or one of the files exists already; then none is written.
    """
    target, format_ = checked_folder(folder), chosen
    names = file_names(dossiers, format_.extension)
    index = f"{_INDEX}{format_.extension}"
    for name in (index, *names.values()):
        streams.check_free(target / name, force)
    documents = {names[id_]: render(dossier, format_) for id_, dossier in dossiers.items()}
    documents[index] = render(index_of(title, dossiers, shown, names), format_)
    _deliver(documents, target, force)
    say_sheets(len(dossiers), target, index)


def say_sheets(count: int, folder: Path, index: str) -> None:
    """Say how many sheets were written to a folder, and which file there lists them."""
    streams.say(
        msgs(
            "{count} sheet was written to {folder}.",
            "{count} sheets were written to {folder}.",
            count,
            folder=folder,
        )
    )
    streams.say(msg("They are listed in {file}.", file=folder / index))


def checked_folder(folder: Path | None) -> Path:
    """Return the folder to write into, which may still be missing.

    Raises:
        UsageProblem: no folder is named, or the name is that of a file.
        FileProblem: it is a file.
    """
    if folder is None or streams.is_standard(folder):
        raise UsageProblem(
            msg("The sheets of all centres are separate files."),
            msg("Name the folder to write them into: {option}", option=msg(N_("-o FOLDER"))),
        )
    if folder.is_dir():
        return folder
    if folder.exists():
        raise FileProblem(
            msg("{file} is a file; the sheets of all centres are written to a folder.", file=folder),
            msg("Name a folder with -o."),
        )
    if format_of(folder) is not None:
        raise UsageProblem(
            msg("{file} is the name of a file; the sheets of all centres are written to a folder.", file=folder),
            msg("Name a folder with -o, and the format of its files with --format."),
        )
    return folder


def file_names(ids: Mapping[str, object], extension: str, taken: Iterable[str] = ()) -> dict[str, str]:
    """The names of the files by id: an id is a name that every system allows, unless somebody wrote it by hand.

    ``taken`` are names, besides that of the index, that other files have.
    """
    taken = {_INDEX, *taken}
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


def index_of(title: Message, dossiers: Mapping[str, Dossier], shown: Sequence[str], names: Mapping[str, str]) -> Result:
    """The list of dossiers: a row for each, with some of its facts and the name of its file."""
    facts = [next(iter(dossier.facts.records())) for dossier in dossiers.values()]
    columns = {column.name: column for dossier in dossiers.values() for column in dossier.facts.columns}
    first, *others = (columns[name] for name in shown if name in columns) if columns else (Column("id", N_("Id")),)
    file = Column("file", N_("File"))
    alerts: dict[str, Note] = {note.code: note for one in dossiers.values() for note in one.notes if note.alert}
    origins = [dossier.facts.origin for dossier in dossiers.values() if dossier.facts.origin]
    return Result(
        name="sheets",
        title=title,
        columns=(replace(first, link="file"), *others, file),
        rows=tuple(
            (*(fact.get(column.name) for column in (first, *others)), names[id_])
            for id_, fact in zip(dossiers, facts, strict=True)
        ),
        notes=tuple(alerts.values()),
        parameters=next((dossier.facts.parameters for dossier in dossiers.values()), {}),
        fictitious=any(dossier.fictitious for dossier in dossiers.values()),
        origin=replace(origins[0], sources={}) if origins else None,
    )


# --- Forms ---

FORM_KINDS = ("xlsx", "ods")
"""What a form can be: a workbook of Excel, or one of LibreOffice, which LibreOffice itself makes of the other."""


def workbook_file(output: Path | None, force: bool) -> Path:
    """Return the file to write a form to, before any work is done for it.

    Raises:
        UsageProblem: none is named, or it is no workbook by its name.
        FileProblem: it exists already, or it is one that LibreOffice makes and there is none.
    """
    if output is None or (streams.is_standard(output) and streams.on_terminal()):
        raise UsageProblem(
            msg("A form is a workbook: it can only be written to a file."),
            msg("Name the file to write: {option}", option=msg("-o FILE.xlsx")),
        )
    if streams.is_standard(output):
        return output
    if output.suffix.lower() not in {f".{kind}" for kind in FORM_KINDS}:
        raise UsageProblem(
            msg("A form is a workbook, but {file} does not have the extension of one.", file=output),
            msg("Name a file that ends in .xlsx or .ods."),
        )
    streams.check_free(output, force)
    if output.suffix.lower() == ".ods":
        office.program()
    return output


def write_form(asked: FormBook, file: Path, force: bool) -> None:
    """Write a form to a file, and say what is in it.

    Raises:
        FileProblem: the file exists already, or cannot be written.
    """
    from crpv_cli.output.workbook.form import form_workbook

    content = form_workbook(asked)
    if file.suffix.lower() == ".ods":
        content = office.as_ods({"form": content})["form"]
    streams.deliver(content, file, force)
    _say_of_forms([asked])
    streams.say(
        msgs(
            "The form was written to {file}: {count} row is prepared.",
            "The form was written to {file}: {count} rows are prepared.",
            sum(len(form.rows) for form in asked.forms),
            file=file,
        )
    )


def forms_folder(folder: Path, kind: str) -> Path:
    """Return the folder to write the forms of all centres into, before any work is done for it.

    Raises:
        UsageProblem: the name is that of a file.
        FileProblem: it is a file, or LibreOffice is needed and there is none.
    """
    if folder.exists() and not folder.is_dir():
        raise FileProblem(
            msg("{file} is a file; the forms of all centres are written to a folder.", file=folder),
            msg("Name a folder with --each."),
        )
    if not folder.exists() and folder.suffix.lower().lstrip(".") in FORM_KINDS:
        raise UsageProblem(
            msg("{file} is the name of a file; the forms of all centres are written to a folder.", file=folder),
            msg("Name a folder with --each."),
        )
    if kind == "ods":
        office.program()
    return folder


def write_forms(books: Mapping[str, FormBook], folder: Path, kind: str, force: bool) -> None:
    """Write a form for each centre, by its id, into a folder: all of them, or none; and say what is in them.

    Raises:
        FileProblem: one of the files exists already, or the folder cannot be written.
    """
    from crpv_cli.output.workbook.form import form_workbook

    names = file_names(books, "")
    for name in names.values():
        streams.check_free(folder / f"{name}.{kind}", force)
    contents = {names[id_]: form_workbook(book) for id_, book in books.items()}
    if kind == "ods":
        contents = office.as_ods(contents)
    streams.write_folder({f"{name}.{kind}": content for name, content in contents.items()}, folder, force)
    _say_of_forms(books.values())
    streams.say(
        msgs(
            "{count} form was written to {folder}.",
            "{count} forms were written to {folder}, one for each centre.",
            len(books),
            folder=folder,
        )
    )


def _say_of_forms(books: Iterable[FormBook]) -> None:
    """Say once, whatever the number of forms, what the sender must know of them."""
    from crpv_cli.output.workbook.readme import FICTITIOUS

    forms = [form for book in books for form in book.forms]
    streams.say_all({remark.text(): remark for form in forms for remark in form.remarks}.values())
    if any(form.fictitious for form in forms):
        streams.say(msg(FICTITIOUS))

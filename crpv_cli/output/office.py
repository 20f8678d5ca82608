"""Files as LibreOffice has them (``.ods``, ``.odt``), which it makes of ours itself: lists, comments and all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crpv_cli import publishing
from crpv_cli.errors import FileProblem
from crpv_cli.language import N_, msg
from crpv_cli.output import programs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crpv_cli.result import Dossier, Result

# Where it is where no path leads to it.
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)
_TAGGED = 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
_FILTERS = {"ods": "ods", "odt": "odt", "pdf": _TAGGED}
_INSTEAD = {
    "ods": N_("Make an .xlsx file instead: LibreOffice opens it as well, and it loads the same."),
    "odt": N_("Install LibreOffice with its Writer, or make a .docx file instead: LibreOffice opens it as well."),
    "pdf": N_("Print the page from a browser instead: make an .html file, and open it."),
}


def there() -> str | None:
    """Return the path of LibreOffice; None if there is none."""
    return programs.found(("soffice", "libreoffice"), _PLACES)


def program(kind: str = "ods") -> str:
    """Return the path of LibreOffice.

    Raises:
        FileProblem: there is none.
    """
    path = there()
    if path is None:
        raise FileProblem(
            msg("A file {extension} is made by LibreOffice, which is not installed here.", extension=f".{kind}"),
            msg(_INSTEAD[kind]),
        )
    return path


def converted(contents: Mapping[str, bytes], source: str, target: str) -> dict[str, bytes]:
    """Convert files, by names that are names of files, in one start of LibreOffice.

    Args:
        contents: the files by name, without extension.
        source: their kind: ``xlsx`` or ``docx``.
        target: what is made of them: ``ods``, ``odt`` or ``pdf``.

    Raises:
        FileProblem: there is no LibreOffice, or it did not convert one of them.
    """
    office = program(target)
    with publishing.temporary("crpv") as place:
        (place / "out").mkdir()
        for name, content in contents.items():
            (place / f"{name}.{source}").write_bytes(content)
        command = [office, f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", _FILTERS[target], "--outdir", str(place / "out")]
        programs.run([*command, *(str(place / f"{name}.{source}") for name in contents)], place)
        made = {name: place / "out" / f"{name}.{target}" for name in contents}
        if not all(file.is_file() for file in made.values()):
            raise FileProblem(
                msg("LibreOffice did not make the file {extension}.", extension=f".{target}"), msg(_INSTEAD[target])
            )
        return {name: Path(file).read_bytes() for name, file in made.items()}


def as_ods(workbooks: Mapping[str, bytes]) -> dict[str, bytes]:
    """Convert workbooks (``.xlsx``), by names that are names of files, in one start of LibreOffice.

    Raises:
        FileProblem: there is no LibreOffice, or it did not convert one of them.
    """
    return converted(workbooks, "xlsx", "ods")


# --- The formats that are made this way ---


def ods(shown: Result | Dossier) -> bytes:
    """The workbook of a result or a dossier, as LibreOffice has it.

    Raises:
        FileProblem: there is no LibreOffice, or it did not convert it.
        UsageProblem: a sheet of a workbook cannot hold it.
    """
    from crpv_cli.output.workbook.write import workbook

    program("ods")  # before any work is done for it
    return as_ods({"workbook": workbook(shown)})["workbook"]


def tables_ods(tables: Sequence[Result]) -> bytes:
    """The workbook of several tables, as LibreOffice has it.

    Raises:
        FileProblem: there is no LibreOffice, or it did not convert it.
        UsageProblem: a sheet of a workbook cannot hold one of them.
    """
    from crpv_cli.output.workbook.write import tables_workbook

    program("ods")
    return as_ods({"workbook": tables_workbook(tables)})["workbook"]

"""Workbooks as LibreOffice has them (``.ods``), which LibreOffice itself makes: lists, comments and all."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from crpv_cli import publishing
from crpv_cli.errors import FileProblem
from crpv_cli.language import msg

# Where it is where no path leads to it.
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)
_PATIENCE = 300
"""Seconds until it is given up: its first start makes a profile, and a slow machine has many files to convert."""


def program() -> str:
    """Return the path of LibreOffice.

    Raises:
        FileProblem: there is none.
    """
    found = shutil.which("soffice") or shutil.which("libreoffice")
    found = found or next((place for place in _PLACES if Path(place).is_file()), None)
    if found is None:
        raise FileProblem(
            msg("An .ods file is made by LibreOffice, which is not installed here."),
            msg("Make an .xlsx file instead: LibreOffice opens it as well, and it loads the same."),
        )
    return found


def as_ods(workbooks: Mapping[str, bytes]) -> dict[str, bytes]:
    """Convert workbooks (``.xlsx``), by names that are names of files, in one start of LibreOffice.

    Raises:
        FileProblem: there is no LibreOffice, or it did not convert one of them.
    """
    office = program()
    with publishing.temporary("crpv") as place:
        (place / "out").mkdir()
        for name, content in workbooks.items():
            (place / f"{name}.xlsx").write_bytes(content)
        profile = (place / "profile").as_uri()  # its own, so that one that is open does not answer in its place
        given = [str(place / f"{name}.xlsx") for name in workbooks]
        command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "ods"]
        try:
            subprocess.run(  # noqa: S603 - LibreOffice, and files that were just written
                [*command, "--outdir", str(place / "out"), *given],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_PATIENCE,
                check=False,
            )
        except (subprocess.TimeoutExpired, OSError):
            raise _failed() from None
        made = {name: place / "out" / f"{name}.ods" for name in workbooks}
        if not all(file.is_file() for file in made.values()):
            raise _failed()
        return {name: file.read_bytes() for name, file in made.items()}


def _failed() -> FileProblem:
    return FileProblem(
        msg("LibreOffice did not make the .ods file."),
        msg("Make an .xlsx file instead: LibreOffice opens it as well, and it loads the same."),
    )

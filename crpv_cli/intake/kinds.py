"""Which kind of file this is, by its bytes and not by its name: a table, a workbook, or something to be named.

What is neither a text nor a workbook is refused for what it is, with what to do. What is compressed is unpacked into a
private place, if it is one file; the digest that a load keeps stays that of the file itself: ``crpv verify`` finds it.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from crpv_cli.intake.digests import sha256_of
from crpv_cli.intake.faults import Fault, file_changed
from crpv_cli.language import N_, first_few, msg

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
"""How the names of files with tables end."""
PACKED = (".gz", ".zip")
"""How the names of compressed files end that are read."""

LARGEST_UNPACKED = 2 << 30
"""The largest size of a compressed file once unpacked (2 GiB): a small one can hide a very large one."""

_START = 1 << 16
_CHUNK = 1 << 20
_MOST_DIRECTORY = 4 << 20  # of an archive: some 40,000 files, and it is read into memory
_ZIP, _GZIP, _OLE = b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0"

_SAVE = N_("Open it in the program that made it, and save the table as .xlsx, .ods or “CSV UTF-8”.")
_EXPORT = N_("Export the table from it as CSV.")
_UNPACK = N_("Unpack it, and name the file that was in it.")
_ASK = N_("Ask those who publish it for the table: .csv, .xlsx or .ods.")
_LINK = N_("Name the file that it leads to.")

_WORD = N_("a text document (Word)"), _SAVE
_SLIDES = N_("a presentation (PowerPoint)"), _SAVE
_WRITER = N_("a document of LibreOffice without sheets"), _SAVE
_APPLE = N_("a document of Numbers, Pages or Keynote"), N_("Open it there, and export it as Excel or CSV.")
_ARCHIVE = N_("an archive (ZIP)"), _UNPACK
_IMAGE = N_("an image"), _ASK

# How files of each kind begin, what they are, and what to do about them.
_SIGNATURES: tuple[tuple[bytes, tuple[str, str]], ...] = (
    (b"%PDF-", (N_("a PDF document"), _ASK)),
    (b"{\\rtf", (N_("a text document (RTF)"), _SAVE)),
    (b"SQLite format 3\x00", (N_("an SQLite database"), _EXPORT)),
    (b"\x00\x01\x00\x00Standard ", (N_("an Access database"), _EXPORT)),
    (b"PAR1\x15", (N_("a Parquet file"), N_("Convert it to CSV."))),
    (b"ARROW1", (N_("an Arrow file"), N_("Convert it to CSV."))),
    (b"\x89PNG\r\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF87a", _IMAGE),
    (b"GIF89a", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"L\x00\x00\x00\x01\x14\x02\x00", (N_("a Windows shortcut"), _LINK)),
    (b"[InternetShortcut]", (N_("a shortcut to a web page"), _LINK)),
    (b"7z\xbc\xaf\x27\x1c", (N_("an archive (7-Zip)"), _UNPACK)),
    (b"Rar!\x1a\x07", (N_("an archive (RAR)"), _UNPACK)),
    (b"\xfd7zXZ\x00", (N_("a compressed file (xz)"), _UNPACK)),
    (b"BZh", (N_("a compressed file (bzip2)"), _UNPACK)),
    (b"\x28\xb5\x2f\xfd", (N_("a compressed file (Zstandard)"), _UNPACK)),
    (_GZIP, (N_("a compressed file (gzip)"), _UNPACK)),
    (b"PK\x05\x06", _ARCHIVE),  # an empty one
)
_PARTS = (("word/", _WORD), ("ppt/", _SLIDES), ("Index/", _APPLE), ("Index.zip", _APPLE))
_STREAMS = (
    ("WordDocument", _WORD),
    ("PowerPoint Document", _SLIDES),
    ("__properties_version1.0", (N_("an e-mail (Outlook)"), N_("Save the file that is attached to it."))),
)
_HTML = re.compile(
    r"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|script|meta|div)\b", re.S
)
_XML = re.compile(r"<(?:\?xml|!doctype\b|[\w:.-]+\s[^>]*xmlns)")
_JSON = re.compile(r"[\[{]\s*[\"\[{\]}]")
_LOCKED = re.compile(r"~\$(?P<office>.+)|\.~lock\.(?P<libre>.+)#")


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook; else it is a text, as far as its first bytes tell.

    Raises:
        Fault: it is neither; the fault says what it is.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(_START)
        if start.startswith((_ZIP, _OLE)):
            what = _archived(stream) if start.startswith(_ZIP) else _compound(stream, start)
            if what is None:
                return True
        elif lock := _locked(start, path.name):
            raise lock
        else:
            what = _binary(start) or _textual(start)
            if what is None:
                return False
    raise _other(*what)


def is_packed(path: Path) -> bool:
    """Whether a file is compressed in a way that is read: gzip, or a ZIP archive that is no document.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(len(_ZIP))
        return start.startswith(_GZIP) or (start == _ZIP and _archived(stream) == _ARCHIVE)


def _other(what: str, advice: str) -> Fault:
    return Fault("other-kind", msg("The file is not a table: it is {what}.", what=msg(what)), msg(advice))


def _archived(stream: BinaryIO) -> tuple[str, str] | None:
    """What a ZIP archive is; None for a workbook, also for one that is damaged: its reader says how."""
    names, kind = _names(stream), _mimetype(stream)
    if kind.startswith("application/vnd.oasis.opendocument"):
        return None if "spreadsheet" in kind else _WRITER
    if any(name.startswith("xl/") for name in names) or "content.xml" in names:
        return None
    found = next((what for part, what in _PARTS if any(name.startswith(part) for name in names)), None)
    return found or (None if "[Content_Types].xml" in names else _ARCHIVE)


def _names(stream: BinaryIO) -> list[str]:
    """The names in an archive; in one that is damaged, those that its first bytes tell."""
    stream.seek(0, 2)
    stream.seek(max(stream.tell() - _START - 22, 0))
    end = stream.read()
    directory = end.rfind(b"PK\x05\x06")
    if directory >= 0 and int.from_bytes(end[directory + 12 : directory + 16], "little") <= _MOST_DIRECTORY:
        with suppress(zipfile.BadZipFile, ValueError, NotImplementedError), zipfile.ZipFile(stream) as archive:
            return archive.namelist()
    stream.seek(0)
    start = stream.read(_CHUNK)
    places = [found.start() for found in re.finditer(re.escape(_ZIP), start)]
    sizes = [int.from_bytes(start[place + 26 : place + 28], "little") for place in places]
    return [
        start[place + 30 : place + 30 + size].decode(errors="replace")
        for place, size in zip(places, sizes, strict=True)
    ]


def _mimetype(stream: BinaryIO) -> str:
    """What an archive says that it is, in its first part, as documents of LibreOffice do."""
    stream.seek(0)
    start = stream.read(256)
    begin = 38 + int.from_bytes(start[28:30], "little")
    return start[begin:].decode("ascii", "replace") if start[30:38] == b"mimetype" else ""


def _compound(stream: BinaryIO, start: bytes) -> tuple[str, str] | None:
    """What an old document of Office is, by the names in its directory; None for a workbook, encrypted or not."""
    stream.seek((int.from_bytes(start[48:52], "little") + 1) << min(int.from_bytes(start[30:32], "little"), 12))
    directory = stream.read(_START)
    return next((what for name, what in _STREAMS if name.encode("utf-16-le") in directory), None)


def _locked(start: bytes, name: str) -> Fault | None:
    """What Excel (the length of the user's name, and the name twice) and LibreOffice put beside an open document."""
    named = _LOCKED.fullmatch(name)
    office = 54 < len(start) < 512 and 0 < start[0] < 55 and start[55:57] == bytes([start[0], 0])
    if not office and not (named and named["libre"] and len(start) < 1024):
        return None
    return Fault(
        "lock-file",
        msg("The file only says that “{file}” is open in a spreadsheet.", file=named["office"] or named["libre"])
        if named
        else msg("The file only says that another one is open in a spreadsheet."),
        msg("Save and close that, and name the file itself."),
    )


def _binary(start: bytes) -> tuple[str, str] | None:
    if start and not start.strip(b"\x00"):
        return N_("empty, with nothing but null characters"), N_("Copy or download it again: it did not arrive whole.")
    if start[257:262] == b"ustar":
        return N_("an archive (tar)"), _UNPACK
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return _IMAGE
    return next((what for signature, what in _SIGNATURES if start.startswith(signature)), None)


def _textual(start: bytes) -> tuple[str, str] | None:
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = start.decode("utf-16" if wide else "utf-8-sig", "replace").strip().lower()
    if text.startswith("%pdf-"):
        return _SIGNATURES[0][1]
    if text.startswith("version https://git-lfs.github.com/spec/"):
        return N_("the pointer of Git LFS to a file"), N_("Fetch the file itself: git lfs pull")
    if 'progid="excel.sheet"' in text or ("<workbook" in text and "office:spreadsheet" in text):
        return N_("a workbook in the XML of Excel 2003"), _SAVE
    if _HTML.match(text):
        if "<table" in text:
            return N_("a web page (HTML)"), N_(
                "Open it in a spreadsheet, and save the table as .xlsx, .ods or “CSV UTF-8”."
            )
        return (
            N_("a web page (HTML)"),
            N_("Download the file again: the site answered with a page, maybe because it asks to log in."),
        )
    if text.startswith(("mime-version:", "from: ", "content-type:")) and "multipart/related" in text:
        return N_("a web page (MHTML)"), _SAVE
    if _XML.match(text):
        return N_("an XML file"), N_("Open it in a spreadsheet, and save the table as .xlsx, .ods or “CSV UTF-8”.")
    if _JSON.match(text):
        return N_("a JSON file"), N_("Download the same data as CSV, or convert it.")
    return None


# --- Compressed files ---


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a compressed file held: where it is now, the SHA-256 of the compressed file, and what else was in it."""

    path: Path
    sha256: str
    others: Sequence[str] = ()


def unpack(path: Path, place: Path) -> Unpacked:
    """Unpack a compressed file that holds one table into a folder.

    Raises:
        Fault: it holds several, is protected or damaged, or grows beyond ``LARGEST_UNPACKED``.
        OSError: it cannot be read, or the folder not be written.
    """
    before = sha256_of(str(path))
    others: Sequence[str] = ()
    with path.open("rb") as stream, _damaged():
        if stream.read(len(_GZIP)) == _GZIP:
            stream.seek(0)
            inside = place / _safe(path.name.removesuffix(".gz").removesuffix(".GZ"))
            with gzip.GzipFile(fileobj=stream) as content:
                _copy(content, inside)
        else:
            with zipfile.ZipFile(stream) as archive:
                member, others = _member(archive)
                inside = place / _safe(PurePosixPath(member.filename).name)
                with archive.open(member) as content:
                    _copy(content, inside)
    if sha256_of(str(path)) != before:
        raise file_changed()
    return Unpacked(inside, before, others)


def _member(archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, list[str]]:
    """The one file of an archive that may be a table, and the names of the others."""
    files = [file for file in archive.infolist() if not file.is_dir() and not _hidden(file.filename)]
    tables = [file for file in files if PurePosixPath(file.filename.lower()).suffix in TABLES] or files
    names = [file.filename for file in tables]
    if len(tables) != 1:
        raise Fault(
            "several-files",
            msg("The archive holds several files: {files}.", files=first_few(names, 8))
            if names
            else msg("The archive is empty."),
            msg("Unpack it, and name those that are tables, or their folder."),
        )
    if tables[0].flag_bits & 1:
        raise Fault("archive-encrypted", msg("The archive is protected by a password."), msg(_UNPACK))
    return tables[0], [file.filename for file in files if file is not tables[0]]


def _hidden(name: str) -> bool:
    """Whether a file of an archive was put there by a system and not by a person."""
    last = PurePosixPath(name).name
    return last.startswith((".", "~$")) or last in {"Thumbs.db", "desktop.ini"}


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)[-100:].lstrip(".") or "table"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _copy(content: _Readable, target: Path) -> None:
    size = 0
    with target.open("xb") as file:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST_UNPACKED:
                raise Fault(
                    "archive-too-large",
                    msg("The file holds more than {most} MiB once unpacked.", most=LARGEST_UNPACKED >> 20),
                    msg("Unpack it yourself, and name the file that was in it: a CSV file may be of any size."),
                )
            file.write(chunk)


@contextmanager
def _damaged() -> Iterator[None]:
    """Whatever a damaged archive makes of the modules that read it is a fault of the file."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise _unreadable() from error
    except OSError as error:
        if error.errno is None:  # so do gzip and bzip2 say that they cannot go on
            raise _unreadable() from error
        raise


def _unreadable() -> Fault:
    return Fault(
        "archive-unreadable",
        msg("The compressed file cannot be unpacked: it is damaged, or compressed in a rare way."),
        msg("Copy or download it again, or unpack it and name the file that was in it."),
    )

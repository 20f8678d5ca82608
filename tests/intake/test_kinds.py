"""A file is told by its bytes: tables are read, also compressed ones, and all else is named with what to do."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import shutil
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from crpv_cli.errors import Anomaly, FileProblem
from crpv_cli.intake import kinds
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.files import ReadOptions, gather, open_tables
from crpv_cli.intake.kinds import is_packed, is_workbook
from tests.commands.conftest import crpv
from tests.faults.books import FUNDERS, ods, ods_rows, xls, xlsx, xlsx_rows, zipped
from tests.intake.rows import records_of

CSV = b"id,name,kind\na,A,other\nb,B,region\n"
XLSX = xlsx(xlsx_rows(FUNDERS))
ODT = "application/vnd.oasis.opendocument."


def stored(parts: Mapping[str, str]) -> bytes:
    """An archive whose parts are not compressed, as the first of a document of LibreOffice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def compound(*names: str) -> bytes:
    """The beginning of an old document of Office: a header, and a directory of names."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + struct.pack("<H", 9) + bytes(16) + struct.pack("<I", 1)
    return header.ljust(1024, b"\0") + b"".join(f"{name}\0".encode("utf-16-le").ljust(128, b"\0") for name in names)


def lock(user: str) -> bytes:
    """What Excel puts beside a workbook that is open."""
    name = user.encode().ljust(54)
    return bytes([len(user)]) + name + bytes([len(user), 0]) + user.ljust(54).encode("utf-16-le")


OTHERS: dict[str, tuple[bytes, str]] = {
    "page.xls": (b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table><tr><td>id", "a web page (HTML)"),
    "error.csv": (b"\r\n <!DOCTYPE html><html><title>403 Forbidden</title>", "a web page (HTML)"),
    "comment.csv": (b"<!-- made by x -->\n<HTML><body>", "a web page (HTML)"),
    "xhtml.csv": (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">', "a web page (HTML)"),
    "wide.xls": ("<html><table>".encode("utf-16"), "a web page (HTML)"),
    "page.mht": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n", "a web page (MHTML)"),
    "2003.xls": (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "the XML of Excel 2003"),
    "2003.xml": (
        b'\xef\xbb\xbf<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "the XML of Excel 2003",
    ),
    "feed.csv": (b'<?xml version="1.0" encoding="UTF-8"?>\n<rss>', "an XML file"),
    "bare.csv": (b'<office:document xmlns:office="urn:oasis">', "an XML file"),
    "a.csv": (b"%PDF-1.4\n%\xe2\xe3", "a PDF document"),
    "list.csv": (b'[{"id":"a"}]', "a JSON file"),
    "lines.csv": (b'{"id": "a"}\n{"id": "b"}\n', "a JSON file"),
    "none.csv": (b"[]", "a JSON file"),
    "lfs.csv": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "Git LFS"),
    "db.csv": (b"SQLite format 3\x00" + bytes(80), "an SQLite database"),
    "a.mdb": (b"\x00\x01\x00\x00Standard Jet DB\x00", "an Access database"),
    "a.parquet": (b"PAR1\x15\x04", "a Parquet file"),
    "a.arrow": (b"ARROW1\x00\x00", "an Arrow file"),
    "a.rtf": (b"{\\rtf1\\ansi", "a text document (RTF)"),
    "a.png": (b"\x89PNG\r\n\x1a\n", "an image"),
    "a.jpg": (b"\xff\xd8\xff\xe0", "an image"),
    "a.webp": (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "an image"),
    "a.lnk": (b"L\x00\x00\x00\x01\x14\x02\x00", "a Windows shortcut"),
    "a.url": (b"[InternetShortcut]\r\nURL=https://example.org", "a shortcut to a web page"),
    "a.7z": (b"7z\xbc\xaf\x27\x1c\x00\x04", "an archive (7-Zip)"),
    "a.rar": (b"Rar!\x1a\x07\x01\x00", "an archive (RAR)"),
    "a.xz": (lzma.compress(CSV), "a compressed file (xz)"),
    "a.bz2": (bz2.compress(CSV), "a compressed file (bzip2)"),
    "a.tar": (b"funders.csv".ljust(257, b"\0") + b"ustar\x0000", "an archive (tar)"),
    "zeros.csv": (bytes(4096), "empty, with nothing but null characters"),
    "a.docx": (zipped({"[Content_Types].xml": "", "word/document.xml": ""}), "a text document (Word)"),
    "a.pptx": (zipped({"[Content_Types].xml": "", "ppt/presentation.xml": ""}), "a presentation (PowerPoint)"),
    "a.odt": (stored({"mimetype": f"{ODT}text", "content.xml": ""}), "a document of LibreOffice without sheets"),
    "a.odp": (stored({"mimetype": f"{ODT}presentation", "content.xml": ""}), "a document of LibreOffice"),
    "a.numbers": (zipped({"Index/Document.iwa": "", "preview.jpg": ""}), "a document of Numbers"),
    "a.doc": (compound("Root Entry", "1Table", "WordDocument"), "a text document (Word)"),
    "a.ppt": (compound("Root Entry", "PowerPoint Document"), "a presentation (PowerPoint)"),
    "a.msg": (compound("Root Entry", "__properties_version1.0"), "an e-mail (Outlook)"),
    "empty.zip": (b"PK\x05\x06" + bytes(18), "an archive (ZIP)"),
}


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def anomalies_in(path: Path, options: ReadOptions | None = None) -> list[Anomaly]:
    with gather([str(path)]) as (files, _):
        tables = [table for file in files for table in open_tables(file, options or ReadOptions())]
        return [
            *(found for table in tables for found in table.anomalies),
            *(found for table in tables for found in table.rows() if isinstance(found, Anomaly)),
        ]


def names_in(path: Path) -> list[str]:
    """The names of the funders that a file holds."""
    with gather([str(path)]) as (files, _):
        return [
            record.values["name"]
            for file in files
            for table in open_tables(file, ReadOptions(table="funders"))
            for record in records_of(table)
        ]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("suffix", ["", ".csv", ".xlsx"])
def test_what_is_no_table_is_named_whatever_it_is_called(tmp_path: Path, name: str, suffix: str) -> None:
    content, what = OTHERS[name]
    (found,) = anomalies_in(written(tmp_path, name + suffix, content))
    assert (found.code, found.line) == ("other-kind" if name != "empty.zip" else found.code, None)
    assert what in found.message.text("en")
    assert found.advice is not None
    assert found.message.text("fr") != found.message.text("en")
    assert found.advice.text("fr") != found.advice.text("en")


def test_a_page_with_a_table_can_be_saved_and_an_error_page_not(tmp_path: Path) -> None:
    advice = {}
    for name in ("page.xls", "error.csv"):
        (found,) = anomalies_in(written(tmp_path, name, OTHERS[name][0]))
        assert found.advice is not None
        advice[name] = found.advice.text("en")
    assert advice["page.xls"].startswith("Open it in a spreadsheet")
    assert advice["error.csv"].startswith("Download the file again")


@pytest.mark.parametrize("header", ["<5 ans;id", "{id};name", "[id];name", "id;<b>", "BM;x", "PARIS;x", "from: x;y"])
def test_a_table_with_an_odd_heading_is_a_table(tmp_path: Path, header: str) -> None:
    assert not is_workbook(written(tmp_path, "odd.csv", f"{header}\n1;2\n".encode()))


@pytest.mark.parametrize(
    ("name", "content", "opened"),
    [
        ("~$budget 2024.xlsx", lock("Agent"), "“budget 2024.xlsx”"),
        (".~lock.budget.ods#", b",agent,machine,27.11.2026 17:41,file:///home;", "“budget.ods”"),
        ("copy.xlsx", lock("Zoe"), "another one"),
    ],
)
def test_the_mark_of_an_open_file_names_it(tmp_path: Path, name: str, content: bytes, opened: str) -> None:
    (found,) = anomalies_in(written(tmp_path, name, content))
    assert found.code == "lock-file"
    assert f"{opened} is open in a spreadsheet" in found.message.text("en")


def test_workbooks_are_told_by_their_bytes(tmp_path: Path) -> None:
    books = [
        stored({"a": "x" * (2 << 20), "xl/workbook.xml": ""}),
        XLSX,
        ods(ods_rows(FUNDERS)),
        xls(FUNDERS),
        compound("Root Entry", "EncryptedPackage"),
        XLSX[:700],
    ]
    assert all(is_workbook(written(tmp_path, "a.csv", content)) for content in books)
    assert not any(is_packed(written(tmp_path, "a.zip", content)) for content in books)


# Compressed files


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("funders.csv.gz", gzip.compress(CSV)),
        ("parts.csv.gz", gzip.compress(CSV[:20]) + gzip.compress(CSV[20:])),
        ("export", gzip.compress(XLSX)),
        ("a.zip", zipped({"2024/funders.csv": CSV})),
        ("b.zip", zipped({"funders.xlsx": XLSX, "__MACOSX/._a.xlsx": "x", ".DS_Store": "x", "LISEZ-MOI.pdf": "x"})),
        ("c.zip", zipped({"données": CSV})),
    ],
)
def test_a_compressed_file_is_read(tmp_path: Path, name: str, content: bytes) -> None:
    assert names_in(written(tmp_path, name, content)) == ["A", "B"]
    assert names_in(tmp_path / name) == ["A", "B"]


def test_what_else_is_in_an_archive_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "a.zip", zipped({"funders.csv": CSV, "LISEZ-MOI.pdf": "x"}))
    with gather([str(path)]) as (_, notices):
        assert [notice.text("en") for notice in notices] == [
            f"{path}: funders.csv was read; what else is in it was not: LISEZ-MOI.pdf."
        ]


def test_its_name_and_its_digest_are_those_of_the_file_itself(empty_path: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "funders.csv.gz", gzip.compress(CSV + b"c,C,nonsense\n"))
    db = shutil.copy(empty_path, tmp_path / "registry.sqlite")
    ran = crpv("load", path, "--db", db, "--keep-valid", "--refused", tmp_path / "aside")
    assert (ran.code, "funders.csv.gz:4: kind:" in ran.said) == (1, True)
    assert "c,C,nonsense" in (tmp_path / "aside" / "funders.csv.refused.csv").read_text(encoding="utf-8")
    verified = crpv("verify", path, "--db", db, "--format", "json")
    assert (verified.code, hashlib.sha256(path.read_bytes()).hexdigest() in verified.out) == (0, True)
    assert str(path) in verified.out


def test_folders_and_standard_input_hold_compressed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "a.csv.gz", gzip.compress(CSV))
    written(tmp_path, "b.zip", zipped({"funders.csv": CSV}))
    assert names_in(tmp_path) == ["A", "B"] * 2
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(CSV))))
    assert names_in(Path("-")) == ["A", "B"]


def test_what_was_unpacked_is_gone_afterwards(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv.gz", gzip.compress(CSV))
    with gather([str(path)]) as ((file,), _):
        assert file.path.exists()
        assert file.path != path
    assert not file.path.exists()


def test_an_archive_of_several_tables_is_refused_with_their_names(tmp_path: Path) -> None:
    path = written(tmp_path, "a.zip", zipped({"a.csv": CSV, "b.xlsx": XLSX, "c.pdf": "x"}))
    (found,) = anomalies_in(path)
    assert (found.code, found.file) == ("several-files", str(path))
    assert found.message.text("en") == "The archive holds several files: a.csv, b.xlsx."
    (found,) = anomalies_in(written(tmp_path, "b.zip", zipped({"a/": ""})))
    assert found.message.text("en") == "The archive is empty."


def test_what_is_in_it_is_named_too(tmp_path: Path) -> None:
    (found,) = anomalies_in(written(tmp_path, "a.zip", zipped({"scan.pdf": b"%PDF-1.4"})))
    assert "a PDF document" in found.message.text("en")
    (found,) = anomalies_in(written(tmp_path, "a.gz", gzip.compress(gzip.compress(CSV))))
    assert "a compressed file (gzip)" in found.message.text("en")


@pytest.mark.parametrize("content", [gzip.compress(b"a,b\n" * 1_000), zipped({"a.csv": b"a,b\n" * 1_000})])
def test_a_small_file_that_hides_a_large_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    path = written(tmp_path, "a.zip", content)
    monkeypatch.setattr(kinds, "LARGEST_UNPACKED", 4_000)
    assert "archive-too-large" not in [found.code for found in anomalies_in(path)]
    monkeypatch.setattr(kinds, "LARGEST_UNPACKED", 3_999)
    assert [found.code for found in anomalies_in(path)] == ["archive-too-large"]


@pytest.mark.parametrize(
    "content",
    [gzip.compress(CSV)[:-9], gzip.compress(CSV) + b"x", zipped({"a.csv": CSV})[:60], b"PK\x03\x04", b"\x1f\x8b\x08"],
)
def test_a_damaged_archive_is_an_anomaly_of_the_file(tmp_path: Path, content: bytes) -> None:
    assert [found.code for found in anomalies_in(written(tmp_path, "a.zip", content))] == ["archive-unreadable"]


def test_an_archive_that_is_protected_says_so(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": CSV}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert [found.code for found in anomalies_in(written(tmp_path, "a.zip", bytes(content)))] == ["archive-encrypted"]


def test_a_file_that_changes_while_it_is_unpacked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, copy = written(tmp_path, "a.gz", gzip.compress(CSV)), kinds._copy

    def change(content: io.BufferedIOBase, target: Path) -> None:
        copy(content, target)
        path.write_bytes(gzip.compress(CSV + b"c,C,other\n"))

    monkeypatch.setattr(kinds, "_copy", change)
    assert [found.code for found in anomalies_in(path)] == ["file-changed"]


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    for name in ("../../evil.csv", "/etc/evil.csv", "..", "a/.."):
        path = written(tmp_path, "a.zip", zipped({name: CSV}))
        with gather([str(path)]) as ((file,), _):
            assert file.fault is not None or file.path.parent.name.endswith(".crpv-work") or file.path.exists()
            assert file.fault is not None or tmp_path not in file.path.parents
    assert not (tmp_path.parent / "evil.csv").exists()


def test_what_cannot_be_opened_is_a_problem_and_nobody_elses_fault(tmp_path: Path) -> None:
    with pytest.raises(FileProblem), gather([str(tmp_path / "gone.gz")]):
        pass
    with pytest.raises(Fault):
        is_workbook(written(tmp_path, "a.csv", gzip.compress(CSV)))

"""Workbooks written part by part, so that each part can be wrong: xlsx, ods and xls, as small as they can be."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[object]]

FUNDERS: Rows = [["id", "name", "kind"], ["a", "A", "other"], ["b", "B", "region"]]
"""Two rows of the table of funders."""

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    """An archive of parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def letters(place: int) -> str:
    """The letter of a column; 0 is A."""
    return (letters(place // 26 - 1) if place >= 26 else "") + chr(65 + place % 26)


def xlsx_cell(reference: str, value: object) -> str:
    """A cell of a sheet of xlsx."""
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>' if value != "" else ""


def xlsx_rows(rows: Rows) -> str:
    """Rows of a sheet of xlsx, from the first on."""
    return "".join(
        f'<row r="{line}">{"".join(xlsx_cell(f"{letters(at)}{line}", value) for at, value in enumerate(row))}</row>'
        for line, row in enumerate(rows, 1)
    )


def xlsx_parts(data: str, sheet: str = "funders") -> dict[str, bytes | str]:
    """The parts of a workbook whose one sheet has this data."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    relation = f'<Relationship Id="rId1" Type="{_OFFICE}/{{}}" Target="{{}}"/>'
    relations = f'{head}<Relationships xmlns="{_PACKAGE}/relationships">{relation}</Relationships>'
    kinds = "".join(
        f'<Override PartName="/xl/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"))
    )
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return {
        "[Content_Types].xml": f'{head}<Types xmlns="{_PACKAGE}/content-types">{rels}{kinds}</Types>',
        "_rels/.rels": relations.format("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'{head}<workbook xmlns="{_SHEETS}/main" xmlns:r="{_OFFICE}">'
        f'<sheets><sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations.format("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'{head}<worksheet xmlns="{_SHEETS}/main">'
        f"<sheetData>{data}</sheetData></worksheet>",
    }


def xlsx(data: str, sheet: str = "funders") -> bytes:
    """A workbook whose one sheet has this data."""
    return zipped(xlsx_parts(data, sheet))


def ods_rows(rows: Rows) -> str:
    """Rows of a sheet of ods."""
    return "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)


def _ods_cell(value: object) -> str:
    if value == "":
        return "<table:table-cell/>"
    kind = f'"float" office:value="{value}"' if isinstance(value, int | float) else '"string"'
    return f"<table:table-cell office:value-type={kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def ods_parts(data: str, sheet: str = "funders") -> dict[str, bytes | str]:
    """The parts of an OpenDocument workbook whose one sheet has this data."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    spaces = " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    return {
        "mimetype": kind,
        "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        "content.xml": f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="{escape(sheet)}">{data}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
    }


def ods(data: str, sheet: str = "funders") -> bytes:
    """An OpenDocument workbook whose one sheet has this data."""
    return zipped(ods_parts(data, sheet))


def xls(rows: Rows, sheet: str = "funders", places: Mapping[tuple[int, int], str] | None = None) -> bytes:
    """A workbook of Excel 97, with more cells at places (row and column, from 0) if asked.

    Bytes are what a formula says: its result (8 bytes) and its flags (2 bytes).
    """
    name = sheet.encode("latin-1")
    cells = {(line, at): value for line, row in enumerate(rows) for at, value in enumerate(row) if value != ""}
    cells |= places or {}
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x42, struct.pack("<H", 1200))
    bound = struct.pack("<IBBBB", len(start) + 4 + 8 + len(name) + 4, 0, 0, len(name), 0) + name
    stream = start + _record(0x85, bound) + _record(0x0A, b"")
    stream += _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    last = (max(line for line, _ in cells) + 1, max(at for _, at in cells) + 1)
    stream += _record(0x200, struct.pack("<IIHHH", 0, last[0], 0, last[1], 0))
    for (line, at), value in sorted(cells.items()):
        where = struct.pack("<HHH", line, at, 0)
        if isinstance(value, int | float):
            stream += _record(0x203, where + struct.pack("<d", value))
        elif isinstance(value, bytes):
            stream += _record(0x06, where + value + bytes(6) + b"\3\0\x1e\1\0")
        else:
            text = str(value).encode("utf-16-le")
            stream += _record(0x204, where + struct.pack("<HB", len(text) // 2, 1) + text)
    return _compound("Workbook", stream + _record(0x0A, b""))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(name: str, stream: bytes) -> bytes:
    """A compound file with one stream, in sectors of 512 bytes: its table, its folder, and the stream."""
    stream += bytes(-len(stream) % 512) + bytes(max(0, 4096 - len(stream) // 512 * 512))  # below that, a stream is mini
    sectors = len(stream) // 512
    tables = 1
    while tables * 128 < sectors + 1 + tables:
        tables += 1
    chain = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    chain += [tables + 1 + at for at in range(1, sectors)] + [0xFFFFFFFE]
    chain += [0xFFFFFFFF] * (tables * 128 - len(chain))
    root = _entry("Root Entry", 5, child=1, start=0xFFFFFFFE, size=0)
    folder = root + _entry(name, 2, child=0xFFFFFFFF, start=tables + 1, size=len(stream)) + bytes(256)
    return _header(tables) + struct.pack(f"<{len(chain)}I", *chain) + folder + stream


def _header(tables: int) -> bytes:
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIII", 0, tables, tables, 0, 4096, 0xFFFFFFFE)  # of the folder: none, tables, its sector
    header += struct.pack("<III", 0, 0xFFFFFFFE, 0)
    return header + struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text + bytes(64 - len(text)) + struct.pack("<HBB", len(text), kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(16 + 4 + 16)
    return entry + struct.pack("<III", start, size, 0)

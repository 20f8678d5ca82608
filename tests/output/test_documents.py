"""Files to hand on: documents (docx, odt), paper (pdf) and LibreOffice's workbooks, made by the installed command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tableschema import LICENCE
from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.language import msg
from crpv_cli.output import documents, office, programs
from crpv_cli.output.document import document as written
from crpv_cli.output.formats import Format, ready, render
from crpv_cli.output.shelf.cells import people_rows
from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.network.report import network as network_report
from crpv_cli.result import Chart, ChartShape, Dossier, KeyFigure, Part, Result
from crpv_cli.rules.checking import findings
from tests.inside import inside

OFFICE = pytest.mark.skipif(office.there() is None, reason="LibreOffice is not here")
WRITER = pytest.mark.skipif(
    office.there() is None or not any(Path(office.there() or "").resolve().parent.glob("libswlo.*")),
    reason="LibreOffice and its Writer are not here",
)
BROWSER = pytest.mark.skipif(programs.found(documents._NAMES) is None, reason="no Chromium is here")
POPPLER = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not here")

CENTRE = Column("name", "Name")
AMOUNT = Column("amount", "Amount", Kind.INTEGER)


def run(db: Path, *arguments: object, lang: str = "en") -> str:
    done = inside(*arguments, env={**os.environ, "CRPV_DB": str(db), "CRPV_LANG": lang})
    assert done.returncode == 0, done.stderr
    return done.stdout


def report(db: Path, file: Path, *more: object, lang: str = "en") -> Path:
    run(db, "report", "network", "--as-of", "2025-12-31", *more, "-o", file, lang=lang)
    return file


@pytest.fixture(scope="module", params=["demo", "reference"])
def network(
    request: pytest.FixtureRequest, demo_path: Path, reference_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Document]:
    """The report of the network in French, opened."""
    db = demo_path if request.param == "demo" else reference_path
    file = report(db, tmp_path_factory.mktemp("document") / "rapport.docx", lang="fr")
    return request.param, docx.Document(str(file))


def words(opened: Document) -> str:
    """All that is written in a document, tables included."""
    return "\n".join(
        "".join(text.text or "" for text in line.iter(qn("w:t"))) for line in opened.element.iter(qn("w:p"))
    )


def plain(text: str) -> str:
    """A text without blanks: where lines break does not matter."""
    return "".join(text.split())


def figures(db: Path, lang: str) -> list[str]:
    """The figures of the report of the network, computed and published, as people read them."""
    language.activate(lang)
    with open_reading(db) as connection:
        sheet = network_report(connection, "2025-12-31", findings(connection, "2025-12-31"))
        section = next(one for one in sheet.sections if one.name == "figures")
        shown = [plain(cell) for row in people_rows(section, section.rows, section.shown) for cell in row[1:]]
    found = [cell for cell in shown if re.search(r"\d", cell)]
    assert len(found) > 20
    return found


def text_of(pdf: Path) -> str:
    """What stands in a PDF, line by line as it is seen, and then cell by cell."""
    ways = (["pdftotext", "-layout", str(pdf), "-"], ["pdftotext", str(pdf), "-"])
    return plain(" ".join(subprocess.run(way, capture_output=True, check=True).stdout.decode() for way in ways))


# --- Word ---


def test_the_headings_of_a_document_are_in_order(network: tuple[str, Document]) -> None:
    _, opened = network
    levels = [
        int(paragraph.style.name.removeprefix("Heading "))
        for paragraph in opened.paragraphs
        if paragraph.style is not None and (paragraph.style.name or "").startswith("Heading ")
    ]
    assert opened.paragraphs[0].style is not None
    assert opened.paragraphs[0].style.name == "Title"
    assert levels[0] == 1
    assert len(levels) > 6
    assert all(later - former <= 1 for former, later in pairwise(levels))


def test_each_table_has_a_head_that_pages_repeat_and_says_what_it_is(network: tuple[str, Document]) -> None:
    _, opened = network
    assert len(opened.tables) > 6
    for table in opened.tables:
        head, *rows = table._tbl.tr_lst
        assert head.trPr is not None
        assert head.trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr is not None and row.trPr.find(qn("w:tblHeader")) is None for row in rows)
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows if row.trPr is not None)
        assert all("".join(cell.itertext()).strip() for cell in head.tc_lst)
        said = [table._tbl.tblPr.find(qn(name)).get(qn("w:val")) for name in ("w:tblCaption", "w:tblDescription")]
        assert all(said)
        assert table.style is not None
        assert table.style.name == "CRPV table"


def test_each_picture_is_told_in_words(network: tuple[str, Document]) -> None:
    _, opened = network
    assert len(opened.inline_shapes) >= 3
    for shape in opened.inline_shapes:
        assert len(shape._inline.docPr.get("descr") or "") > 20
        assert shape._inline.docPr.get("title")


def test_the_language_the_title_and_no_person(network: tuple[str, Document]) -> None:
    _, opened = network
    about = opened.core_properties
    assert (about.title, about.language, about.author, about.last_modified_by) == (
        "Le réseau des centres au 31/12/2025",
        "fr-FR",
        "",
        "",
    )
    assert {found.get(qn("w:val")) for found in opened.styles.element.iter(qn("w:lang"))} == {"fr-FR"}


def test_pages_have_their_numbers_and_the_mark_where_figures_are_fictitious(network: tuple[str, Document]) -> None:
    kind, opened = network
    for section in opened.sections:
        foot = section.footer._element.xml
        assert " PAGE " in foot
        assert " NUMPAGES " in foot
        assert section.header.paragraphs[0].text.startswith("Le réseau des centres au 31/12/2025")
        assert ("DONNÉES FICTIVES" in section.header.paragraphs[0].text) == (kind == "demo")
    sizes = {tuple(sorted((section.page_width or 0, section.page_height or 0))) for section in opened.sections}
    assert sizes == {(7560310, 10692130)}  # A4, upright or on its side


def test_the_figures_of_a_document_are_those_of_json(demo_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "funding.docx"
    command = ("report", "funding", "--as-of", "2025-12-31")
    run(demo_path, *command, "-o", file)
    rows = json.loads(run(demo_path, *command, "--json"))["rows"]
    (table,) = docx.Document(str(file)).tables
    heads = [cell.text for cell in table.rows[0].cells]
    column = heads.index("Total")
    shown = [row.cells[column].text for row in table.rows[1:-1]]
    assert len(shown) == len(rows) > 10
    for text, row in zip(shown, rows, strict=True):
        assert (None if text == "–" else float(re.sub(r"[^\d.]", "", text))) == row["total"]


def test_the_same_registry_gives_the_same_bytes(demo_path: Path, tmp_path: Path) -> None:
    first, second = (report(demo_path, tmp_path / name).read_bytes() for name in ("a.docx", "b.docx"))
    assert first == second
    with ZipFile(tmp_path / "a.docx") as packed:
        times = {entry.date_time for entry in packed.infolist()}
    created = docx.Document(str(tmp_path / "a.docx")).core_properties.created
    loaded = json.loads(run(demo_path, "log", "--json"))[0]["at"]
    assert created is not None
    assert created.strftime("%Y-%m-%dT%H:%M:%S") == loaded[:19]
    assert {time[:5] for time in times} == {created.timetuple()[:5]}


SECTIONS = (
    Result("short", msg("Short"), (CENTRE, AMOUNT), (("a", 1), ("b", None)), total_row=(None, 1)),
    Result("long", msg("Long"), (CENTRE, AMOUNT), tuple((f"row {number}", number) for number in range(40))),
    Result("none", msg("None of it"), (CENTRE,), ()),
)
FACTS = Result("facts", msg("Facts"), (CENTRE,), (("a",),))
DOSSIER = Dossier(
    "d",
    msg("Dossier"),
    FACTS,
    SECTIONS,
    headline=msg("One sentence."),
    key_figures=(KeyFigure("k", msg("of it"), None, beside=(msg("It was 3."),)),),
    parts=(Part("p", msg("The part"), msg("What it says."), ("short", "long", "none")),),
)


def opened(shown: Result | Dossier, folder: Path) -> Document:
    file = folder / "x.docx"
    content = render(shown, Format.DOCX).content
    assert isinstance(content, bytes)
    file.write_bytes(content)
    return docx.Document(str(file))


def test_a_dossier_opens_with_its_sentence_and_each_part_with_its_finding(tmp_path: Path) -> None:
    found = opened(DOSSIER, tmp_path)
    lines = [(paragraph.style.name if paragraph.style else "", paragraph.text) for paragraph in found.paragraphs]
    assert ("CRPV lead", "One sentence.") in lines
    part = lines.index(("Heading 1", "The part"))
    assert lines[part + 1] == ("Heading 2", "What it says.")
    texts = [text for _, text in lines]
    assert "Long: table 2, in the annex." in texts
    assert texts.index("Annex: tables") < texts.index("Table  – Long")  # its number is a field
    assert "None of it: Nothing known" in texts
    assert [cell.text for cell in found.tables[0].rows[1].cells] == ["–", "of it", "It was 3."]
    assert [[cell.text for cell in row.cells] for row in found.tables[2].rows] == [
        ["Name", "Amount"],
        ["a", "1"],
        ["b", "–"],
        ["Total", "1"],
    ]


def test_what_is_odd_in_a_registry_stands_as_it_is(tmp_path: Path) -> None:
    odd = 'a\x1b[31m<w:p>&"\u202e]]>'
    found = opened(Result("x", msg("{odd}", odd=odd), (CENTRE,), ((odd,),)), tmp_path)
    assert found.tables[0].rows[1].cells[0].text == 'a␛[31m<w:p>&"⟨U+202E⟩]]>'
    assert "␛" in found.paragraphs[0].text


def test_a_document_holds_what_word_can_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wide = Result("x", msg("X"), tuple(Column(f"c{one}", "C") for one in range(64)), (tuple("x" * 64),))
    with pytest.raises(UsageProblem, match="64 columns"):
        opened(wide, tmp_path)
    monkeypatch.setattr(written, "MOST_ROWS", 3)
    with pytest.raises(UsageProblem, match="40 rows, and a document holds 3") as refused:
        opened(SECTIONS[1], tmp_path)
    assert refused.value.advice is not None
    assert ".xlsx" in refused.value.advice.text()


def test_a_chart_is_a_picture_without_a_page() -> None:
    chart = Chart(ChartShape.BARS, msg("T"), msg("D"), "name", ("amount",))
    drawn = documents.chart_png(Result("x", msg("X"), (CENTRE, AMOUNT), (("a", 1), ("b", 2)), chart=chart))
    assert drawn is not None
    picture, width, height = drawn
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == documents._SCALE * width
    assert int.from_bytes(picture[20:24], "big") == documents._SCALE * height
    assert documents.chart_png(Result("x", msg("X"), (CENTRE, AMOUNT), (("a", None),), chart=chart)) is None


# --- What every file says of itself ---


@pytest.mark.parametrize("kind", ["html", "docx", "md", "xlsx"])
@pytest.mark.parametrize("command", ["report network", "list centres"])
def test_each_file_says_its_licence_its_load_and_how_it_is_made(
    demo_path: Path, tmp_path: Path, kind: str, command: str
) -> None:
    file = tmp_path / f"x.{kind}"
    run(demo_path, *command.split(), "--as-of", "2025-12-31", "-o", file)
    if kind == "docx":
        text = words(docx.Document(str(file)))
    elif kind == "xlsx":
        with ZipFile(file) as book:
            text = book.read("xl/sharedStrings.xml").decode()
    else:
        text = re.sub(r"\\(.)", r"\1", file.read_text(encoding="utf-8"))
    assert LICENCE["title"] in text
    assert "https://www.etalab.gouv.fr/licence-ouverte-open-licence" in text
    assert f"crpv {command} --as-of 2025-12-31 --known 1" in text
    assert "as it was after load 1" in text
    assert "Subventions politique de la ville" in text  # a source


# --- Programs of the machine ---


def test_without_programs_one_sentence_says_what_to_install(
    demo_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(office, "_PLACES", ())
    monkeypatch.setattr(documents, "_PLACES", ())
    env = {**os.environ, "CRPV_DB": str(demo_path), "CRPV_LANG": "en"}
    for kind, said, advice in (
        ("pdf", "printed by Chromium, Chrome, Edge or LibreOffice, and none of them", "print it from a browser"),
        ("odt", "A file .odt is made by LibreOffice, which is not installed here.", "make a .docx file instead"),
        ("ods", "A file .ods is made by LibreOffice, which is not installed here.", "Make an .xlsx file instead"),
    ):
        done = inside("list", "centres", "-o", tmp_path / f"x.{kind}", env=env)
        assert done.returncode == 3
        assert said in done.stderr
        assert advice in done.stderr
        assert done.stderr.count("\n") == 2
    done = inside("export", "all", "-o", tmp_path / "all.ods", env=env)
    assert (done.returncode, "made by LibreOffice" in done.stderr) == (3, True)
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "there", lambda: shutil.which("false"))
    monkeypatch.setattr(programs, "found", lambda *_: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for kind in (Format.PDF, Format.ODT, Format.ODS):
        with pytest.raises(FileProblem, match="LibreOffice did not make the file"):
            render(SECTIONS[0], kind)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="a script of the shell")
def test_a_program_that_is_too_slow_is_ended_with_what_it_started(tmp_path: Path) -> None:
    assert programs.run(["sh", "-c", "sleep 300 & echo $! > child; wait"], tmp_path, patience=1) is False
    child = int((tmp_path / "child").read_text())
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z"


@BROWSER
@POPPLER
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_pdf_is_the_page_with_every_figure(demo_path: Path, tmp_path: Path, lang: str) -> None:
    file = report(demo_path, tmp_path / "report.pdf", lang=lang)
    text = text_of(file)
    assert [one for one in figures(demo_path, lang) if one not in text] == []
    about = subprocess.run(["pdfinfo", file], capture_output=True, check=True).stdout.decode()
    assert re.search(r"Tagged: +yes", about)
    assert re.search(r"Page size: .*A4", about)
    assert re.search(r"Title: +\w", about)


@WRITER
@POPPLER
def test_without_a_browser_libreoffice_prints_the_document(
    demo_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_NAMES", ())
    monkeypatch.setattr(documents, "_PLACES", ())
    file = report(demo_path, tmp_path / "report.pdf")
    text = text_of(file).replace("-", "")  # pdftotext takes one at the end of a line for hyphenation
    assert [one for one in figures(demo_path, "en") if one.replace("-", "") not in text] == []
    assert b"/StructTreeRoot" in file.read_bytes()


@WRITER
def test_a_document_of_libreoffice_holds_the_same(demo_path: Path, tmp_path: Path) -> None:
    file = report(demo_path, tmp_path / "report.odt")
    with ZipFile(file) as packed:
        content = packed.read("content.xml").decode()
        assert packed.read("mimetype") == b"application/vnd.oasis.opendocument.text"
    text = plain(re.sub(r"<text:s[^>]*/>", " ", re.sub(r"</text:p>", "\n", content)).replace("\n", " "))
    text = plain(re.sub(r"<[^>]+>", "", text))
    assert [one for one in figures(demo_path, "en") if one not in text] == []
    assert "<table:table-header-rows>" in content
    assert "<svg:desc>" in content


@OFFICE
def test_a_workbook_of_libreoffice_loads_back_unchanged(demo_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "registry.ods"
    run(demo_path, "export", "all", "-o", file)
    done = inside("load", file, "--dry-run", env={**os.environ, "CRPV_DB": str(demo_path), "CRPV_LANG": "en"})
    counts = re.findall(r"(\d+) read, (\d+) inserted, (\d+) updated, (\d+) unchanged, (\d+) refused", done.stderr)
    assert len(counts) > 20
    assert all(read == same and {new, other, bad} == {"0"} for read, new, other, same, bad in counts)
    assert sum(int(count[0]) for count in counts) > 2000


def test_what_nobody_can_make_is_said_before_any_work(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(office, "there", lambda: None)
    monkeypatch.setattr(programs, "found", lambda *_: None)
    for name in ("x.pdf", "x.odt", "x.ods"):
        with pytest.raises(FileProblem, match="installed here"):
            ready(None, tmp_path / name, False, Format.TABLE)

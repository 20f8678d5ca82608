"""A Word document before anything is in it: its styles, its language, its pages, and how it becomes bytes.

What python-docx has no name for is written as XML of the standard (ISO/IEC 29500-1, WordprocessingML), in the order
that its schema asks for.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from crpv_cli import language
from crpv_cli.language import N_

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

FONT = "Arial"
"""On every machine that has Word, and LibreOffice has one of the same widths."""
INK, MUTED, WARNING = "1D4477", "4A525B", "6B3600"
TABLE, SMALL, TEXT = "CRPV table", "CRPV cell small", "CRPV cell"
LEAD, MARK, NOTE = "CRPV lead", "CRPV warning", "CRPV note"
_LANGUAGES = {"en": "en-GB", "fr": "fr-FR"}
_SHORT, _LONG, _MARGIN = 210, 297, 20
_OLDEST = datetime(1980, 1, 1, tzinfo=UTC)
"""The oldest time that a file in a zip can have."""


def text_width(landscape: bool = False) -> float:
    """The width of what is written on a page, in millimetres."""
    return (_LONG if landscape else _SHORT) - 2 * _MARGIN


def new_document(title: str, made: str | None) -> Document:
    """Begin a document on A4, in the reader's language.

    Args:
        title: its title.
        made: the ISO time of the load that its figures are of, which is its date; None before the first load.
    """
    document = docx.Document()
    tag = _LANGUAGES.get(language.current(), "en-GB")
    _drop_needless(document)
    _say_of_itself(document, title, tag, _time(made))
    _set_language(document, tag)
    _set_styles(document)
    _add_table_style(document)
    _set_settings(document)
    _set_paper(document.sections[0], landscape=False)
    return document


def _time(iso: str | None) -> datetime:
    if not iso:
        return _OLDEST
    time = datetime.fromisoformat(iso)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _drop_needless(document: Document) -> None:
    """Leave out what python-docx's own template brings and shows something else: its picture, its old styles."""
    for relations in (document.part.package.rels, document.part.rels):
        for name, relation in list(relations.items()):
            if relation.reltype.endswith(("/thumbnail", "/stylesWithEffects", "/customXml")):
                del relations[name]


def _say_of_itself(document: Document, title: str, tag: str, made: datetime) -> None:
    about = document.core_properties
    # What the program writes names no person.
    about.author = about.last_modified_by = about.comments = about.keywords = about.category = about.subject = ""
    about.title, about.language, about.revision = title, tag, 1
    about.created = about.modified = made.replace(tzinfo=None)


def _set_language(document: Document, tag: str) -> None:
    """Set the language of all text: a screen reader speaks it, and Word spells it."""
    styles = document.styles.element
    for found in list(styles.iter(qn("w:lang"))):
        for name, value in (("w:val", tag), ("w:eastAsia", tag), ("w:bidi", "ar-SA")):
            found.set(qn(name), value)


def _set_styles(document: Document) -> None:
    styles = document.styles
    normal = _style(document, "Normal", 10.5, after=6)
    normal.paragraph_format.line_spacing = 1.15
    _style(document, "Title", 22, colour=INK, bold=True, after=4)
    _style(document, "Subtitle", 10, colour=MUTED, after=8)
    _style(document, "Heading 1", 15, colour=INK, bold=True, before=18, after=4)
    _style(document, "Heading 2", 11.5, bold=True, before=2, after=8)
    _style(document, "Caption", 9.5, bold=True, before=10, after=4).paragraph_format.keep_with_next = True
    _style(document, "List Bullet", 10, after=3)
    for name in ("Header", "Footer"):
        _style(document, name, 8, colour=MUTED, after=0)
    for name, size, after in ((TEXT, 8.5, 0), (SMALL, 7, 0), (NOTE, 9, 3)):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _style(document, name, size, after=after).paragraph_format.line_spacing = 1.0
    styles.add_style(LEAD, WD_STYLE_TYPE.PARAGRAPH)
    _style(document, LEAD, 13, after=10)
    styles.add_style(MARK, WD_STYLE_TYPE.PARAGRAPH)
    _border(_style(document, MARK, 10, colour=WARNING, bold=True, before=4, after=8))
    document.styles[NOTE].paragraph_format.space_before = Pt(3)
    for name in (MARK, LEAD):
        document.styles[name].paragraph_format.keep_with_next = True
    for name in ("Title", "Subtitle"):
        for border in styles[name].element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)


def _style(
    document: Document,
    name: str,
    size: float,
    before: float = 0,
    after: float = 0,
    colour: str = "1A1D21",
    bold: bool = False,
) -> ParagraphStyle:
    style: ParagraphStyle = document.styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(key), FONT)
    for spaced in style.element.rPr.findall(qn("w:spacing")) + style.element.rPr.findall(qn("w:kern")):
        style.element.rPr.remove(spaced)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    return style


def _border(style: ParagraphStyle) -> None:
    line = f'w:val="single" w:space="4" w:color="{WARNING}"'
    border = parse_xml(f'<w:pBdr {nsdecls("w")}><w:left w:sz="24" {line}/></w:pBdr>')
    properties = style.element.get_or_add_pPr()
    place = next((child for child in properties if child.tag in {qn("w:spacing"), qn("w:ind"), qn("w:jc")}), None)
    if place is None:
        properties.append(border)
    else:
        place.addprevious(border)


def _add_table_style(document: Document) -> None:
    """Add a style of tables that stays one when it is pasted: lines between rows, a head, and a line for the whole."""
    rule = 'w:val="single" w:space="0"'
    document.styles.element.append(
        parse_xml(
            f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="CRPVtable">'
            f'<w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>'
            f'<w:tblPr><w:tblBorders><w:top w:sz="8" w:color="{INK}" {rule}/>'
            f'<w:bottom w:sz="8" w:color="{INK}" {rule}/>'
            f'<w:insideH w:sz="4" w:color="D5D9DE" {rule}/></w:tblBorders>'
            '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
            '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
            '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
            f'<w:tcBorders><w:bottom w:sz="8" w:color="{INK}" {rule}/></w:tcBorders>'
            '<w:shd w:val="clear" w:color="auto" w:fill="EAF1F8"/><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr>'
            '<w:tblStylePr w:type="lastRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
            f'<w:tcBorders><w:top w:sz="8" w:color="{INK}" {rule}/></w:tcBorders></w:tcPr></w:tblStylePr>'
            "</w:style>"
        )
    )


def _set_settings(document: Document) -> None:
    """Say that it is of a present Word, which would otherwise open it as an old one's."""
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")


# --- Pages ---


def _set_paper(section: Section, landscape: bool) -> None:
    across, down = (_LONG, _SHORT) if landscape else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(across), Mm(down)
    section.left_margin = section.right_margin = Mm(_MARGIN)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.header_distance = section.footer_distance = Mm(10)


def new_section(document: Document, landscape: bool) -> Section:
    """Begin pages of another direction; what stands at their head and foot is as wide as they are."""
    section: Section = document.add_section(WD_SECTION.NEW_PAGE)
    _set_paper(section, landscape)
    return section


def set_margins(section: Section, title: str, mark: str, foot: str, landscape: bool = False) -> None:
    """Write the head and the foot of each page: title and mark, what made it and the number of the page."""
    width = text_width(landscape)
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head = _between(section.header.paragraphs[0], width)
    head.add_run(title)
    if mark:
        run = head.add_run(f"\t{mark}")
        run.bold, run.font.color.rgb = True, RGBColor.from_string(WARNING)
    line = _between(section.footer.paragraphs[0], width)
    before, between, after = re.split(r"\{\w+\}", language.translate(N_("Page {number} of {count}")))
    line.add_run(f"{foot}\t{before}")
    add_field(line, "PAGE", "1")
    line.add_run(between)
    add_field(line, "NUMPAGES", "1")
    if after:
        line.add_run(after)


def _between(paragraph: Paragraph, width: float) -> Paragraph:
    """A line with one place to jump to: its right end."""
    tabs = paragraph.style.element.pPr.find(qn("w:tabs")) if paragraph.style is not None else None
    if tabs is not None:  # those of the usual style are of another paper
        tabs.getparent().remove(tabs)
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(width), WD_TAB_ALIGNMENT.RIGHT)
    return paragraph


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a number that Word counts itself, with what is shown until it has."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {code} ")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


# --- Bytes ---


def content(document: Document, made: str | None) -> bytes:
    """The document as bytes: the same ones for the same registry, so that each file in it has the time of the load."""
    written = io.BytesIO()
    document.save(written)
    time = max(_time(made), _OLDEST).timetuple()[:6]
    packed = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, time)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            new.writestr(entry, old.read(name))
    return packed.getvalue()

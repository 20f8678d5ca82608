"""Files to hand on that take two wings of ``output``, or a program of the machine: ``docx``, ``odt`` and ``pdf``.

A PDF is our page, printed by a Chromium of the machine, or else our document, printed by LibreOffice.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from crpv_cli import publishing
from crpv_cli.errors import FileProblem
from crpv_cli.language import msg
from crpv_cli.output import office, programs

if TYPE_CHECKING:
    from crpv_cli.output.page.look import Look
    from crpv_cli.result import Dossier, Result

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
_PATIENCE_SECONDS = 60
_OPTIONS = (
    "--headless=new",
    "--no-pdf-header-footer",  # the page has its own
    "--generate-pdf-document-outline",
    "--export-tagged-pdf",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    # The page asks the network for nothing, and neither does the browser.
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_SCALE = 2
_FONT = "Arial, Liberation Sans, sans-serif"


def docx(shown: Result | Dossier, look: Look | None = None) -> bytes:
    """The Word document of a result or a dossier, with the logo of a look if it is a PNG.

    Raises:
        UsageProblem: a table has more rows than a document holds.
    """
    from crpv_cli.output.document.document import docx_document

    logo = look.logo_png if look is not None else None
    return docx_document(shown, chart_png, logo, look.logo_text if look is not None else "")


def odt(shown: Result | Dossier, look: Look | None = None) -> bytes:
    """The document of a result or a dossier, as LibreOffice has it.

    Raises:
        FileProblem: there is no LibreOffice, or it did not convert it.
        UsageProblem: a table has more rows than a document holds.
    """
    need_writer()  # before any work is done for it
    return office.converted({"document": docx(shown, look)}, "docx", "odt")["document"]


def pdf(shown: Result | Dossier, look: Look | None = None) -> bytes:
    """The page of a result or a dossier as it is printed on A4.

    Raises:
        FileProblem: there is neither a Chromium nor LibreOffice, or neither made it.
        UsageProblem: LibreOffice would have to make it, and a table has more rows than a document holds.
    """
    browser = need_printer()
    printed = _printed(browser, shown, look) if browser else None
    if printed is not None:
        return printed
    if office.there() is None:
        raise FileProblem(
            msg("The browser {program} did not print the page.", program=browser or ""),
            msg("Make an .html file, open it in a browser and print it."),
        )
    return office.converted({"document": docx(shown, look)}, "docx", "pdf")["document"]


def need_writer() -> None:
    """Say it where there is nothing that makes a text document of LibreOffice.

    Raises:
        FileProblem: there is no LibreOffice.
    """
    office.program("odt")


def need_printer() -> str | None:
    """Return the browser that prints pages; None if LibreOffice has to print documents.

    Raises:
        FileProblem: there is neither.
    """
    browser = programs.found(_NAMES, _PLACES)
    if browser is None and office.there() is None:
        raise FileProblem(
            msg("A PDF is printed by Chromium, Chrome, Edge or LibreOffice, and none of them is installed here."),
            msg("Install one of them, or make an .html file and print it from a browser."),
        )
    return browser


def _printed(browser: str, shown: Result | Dossier, look: Look | None) -> bytes | None:
    """The page as the browser prints it; None if it does not."""
    from crpv_cli.output.page.page import html_page

    with publishing.temporary("crpv") as place:
        page, made = place / "page.html", place / "page.pdf"
        page.write_text(html_page(shown, look), encoding="utf-8")
        command = [browser, *_OPTIONS, f"--user-data-dir={place / 'profile'}", f"--print-to-pdf={made}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium's does not work for root; the page has no script to shut in
        programs.run([*command, page.as_uri()], place, _PATIENCE_SECONDS)
        return made.read_bytes() if made.is_file() and made.stat().st_size else None


# --- Charts as pictures ---


def chart_png(result: Result) -> tuple[bytes, int, int] | None:
    """Draw the chart of a result as a picture that needs no page around it.

    Returns:
        The PNG, and the width and the height of the drawing; None if there is nothing to draw.
    """
    import vl_convert

    from crpv_cli.output.page import charts

    if result.is_map:
        from crpv_cli.output.page.map import picture_svg

        standing = picture_svg(result)
        width, height = (int(found) for found in re.findall(r' (?:width|height)="(\d+)"', standing)[:2])
        drawn: bytes = vl_convert.svg_to_png(standing, scale=_SCALE)
        return drawn, width, height
    drawing = charts.chart_svg(result)
    size = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', drawing)
    if size is None:
        return None
    width, height = (round(float(one)) for one in size.groups())
    head = f' width="{width}" height="{height}" font-family="{_FONT}">'
    head += "<rect width='100%' height='100%' fill='#ffffff'/>"
    standing = re.sub(r"\s*>", lambda _: head, drawing, count=1)
    if "xmlns=" not in standing.partition(">")[0]:
        standing = standing.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    picture: bytes = vl_convert.svg_to_png(standing, scale=_SCALE)
    return picture, width, height

"""The look of an agency: its style sheet after ours, and its logo at the head of a page.

crpv ships neutral. A page needs no network and holds no script, and a look cannot change that: what would ask for
something elsewhere is refused, nothing in a style sheet ends the element that holds it, and a logo is an image, in
which no script runs.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from crpv_cli.errors import FileProblem, UsageProblem
from crpv_cli.language import Message, msg

LARGEST_THEME, LARGEST_LOGO = 256 * 1024, 512 * 1024
"""In bytes: each page holds them."""

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*<svg[\s>]", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})[ \t\r\n\f]?|\\(.)", re.IGNORECASE | re.DOTALL)
# What a style sheet can ask for: an address anywhere but in the file itself, as its functions and rules name them.
_ELSEWHERE = re.compile(
    r"@import|@charset|@namespace|(?<![\w-])src\(|image-set\(\s*[\"']|"
    r"url\(\s*(?![\"']?\s*(?:#|data:(?:image/(?:png|jpeg|gif|webp|svg\+xml)|font/[\w-]+|application/font-[\w-]+)[;,]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What an agency brings.

    Attributes:
        css: a style sheet that comes after ours; nothing in it leads out of the page, nor ends the element it is in.
        logo: an image as a ``data:`` address; empty if there is none.
        logo_text: whose logo it is, for those who do not see it.
    """

    css: str = ""
    logo: str = ""
    logo_text: str = ""

    @property
    def logo_png(self) -> bytes | None:
        """The logo for a document, which takes no drawing; None if it is none or another kind."""
        kind, _, content = self.logo.partition(",")
        return base64.b64decode(content) if kind == "data:image/png;base64" else None


def look_of(theme: Path | None, logo: Path | None) -> Look | None:
    """Read the files of a look; None where neither is named.

    Raises:
        FileProblem: one cannot be read, or is no style sheet or image.
        UsageProblem: the style sheet leads out of the page.
    """
    if theme is None and logo is None:
        return None
    return Look(
        css="" if theme is None else _css(theme),
        logo="" if logo is None else _image(logo),
        logo_text="" if logo is None else re.sub(r"[\W_]+", " ", logo.stem).strip(),
    )


def _css(file: Path) -> str:
    content = _bytes(file, LARGEST_THEME)
    try:
        css = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _no_theme(file) from None
    if "\0" in css or ("{" not in css and css.strip()):
        raise _no_theme(file)
    # A name may be written with escapes, and a comment may hide what is none: each way to read it is looked at.
    readings = (css, _ESCAPE.sub(_character, css), _ESCAPE.sub(_character, _COMMENT.sub("", css)))
    found = next((found for reading in readings if (found := _ELSEWHERE.search(reading))), None)
    if found is not None:
        raise UsageProblem(
            msg(
                "The theme {file} asks for something outside the page ({found}), and a page needs no network.",
                file=file,
                found=found[0].strip(),
            ),
            msg("Leave it out, or put images and fonts into the file as data: addresses."),
        )
    if "</style" in css.lower():
        raise UsageProblem(
            msg("The theme {file} contains </style, which would end the style sheet of a page.", file=file),
            msg("Leave it out, or put images and fonts into the file as data: addresses."),
        )
    return css


def _character(found: re.Match[str]) -> str:
    if found[1] is None:
        return found[2]
    number = int(found[1], 16)
    return chr(number) if 0 < number <= 0x10FFFF else "\ufffd"


def _image(file: Path) -> str:
    content = _bytes(file, LARGEST_LOGO)
    if content.startswith(_PNG):
        kind = "image/png"
    elif _is_svg(content):
        kind = "image/svg+xml"
    else:
        raise FileProblem(
            msg("The logo {file} is neither a PNG nor an SVG image.", file=file),
            msg("Name a file that is one of them, of at most {size} KiB.", size=LARGEST_LOGO // 1024),
        )
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _is_svg(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return _SVG.match(text) is not None


def _bytes(file: Path, most: int) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        raise FileProblem.unreadable(str(file), error) from error
    if len(content) > most:
        raise _too_large(file, most)
    return content


def _too_large(file: Path, most: int) -> FileProblem:
    told: Message = msg("{file} has more than {size} KiB, and each page would hold it.", file=file, size=most // 1024)
    return FileProblem(told, msg("Name a smaller file."))


def _no_theme(file: Path) -> FileProblem:
    return FileProblem(
        msg("The theme {file} is no style sheet in UTF-8.", file=file),
        msg("Name a file of CSS: crpv ships neutral, and an example stands in docs/files.md."),
    )

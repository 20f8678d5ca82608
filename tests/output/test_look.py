"""The look of an agency: what it changes, and what it cannot."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

import docx
import pytest

from crpv_cli.errors import CrpvError, FileProblem, UsageProblem
from crpv_cli.output.page.look import LARGEST_LOGO, LARGEST_THEME, look_of
from tests.conftest import OpenPage
from tests.inside import inside

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>top.ran=1</script></svg>'
)
THEME = "h1 { color: rgb(12, 34, 56); }\n@media (width <= 700px) { h1 { font-size: 20px; } }\n"


def written(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def asked(db: Path, *arguments: object, **env: object) -> tuple[int, str]:
    given = {**os.environ, "CRPV_DB": str(db), "CRPV_LANG": "en", **{name: str(value) for name, value in env.items()}}
    done = inside(*arguments, env=given)
    return done.returncode, done.stderr


def test_a_page_has_the_style_and_the_logo_and_runs_no_script(
    reference_path: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    theme = written(tmp_path, "agency.css", THEME)
    logo = written(tmp_path, "agence-nationale.svg", SVG)
    file = tmp_path / "page.html"
    code, err = asked(reference_path, "list", "centres", "-o", file, "--theme", theme, "--logo", logo)
    assert code == 0, err
    page = open_page(file)
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(12, 34, 56)"
    assert page.locator("img.logo").get_attribute("alt") == "agence nationale"
    assert page.evaluate("document.querySelector('img.logo').naturalWidth") == 9
    assert page.evaluate("window.ran") is None


def test_the_environment_says_the_same_and_an_option_says_more(reference_path: Path, tmp_path: Path) -> None:
    theme, other = (written(tmp_path, f"{name}.css", f".{name} {{ color: red; }}") for name in ("one", "two"))
    file = tmp_path / "page.html"
    assert asked(reference_path, "show", "oriv", "-o", file, CRPV_THEME=theme)[0] == 0
    assert ".one { color: red; }" in file.read_text(encoding="utf-8")
    assert asked(reference_path, "--theme", other, "show", "oriv", "-o", file, "--force", CRPV_THEME=theme)[0] == 0
    assert ".two { color: red; }" in file.read_text(encoding="utf-8")
    assert ".one" not in file.read_text(encoding="utf-8")
    # A format that has no look is not troubled by what is set once for all.
    assert asked(reference_path, "list", "centres", "-f", "csv", CRPV_THEME=tmp_path / "none.css")[0] == 0


def test_a_document_has_the_logo_if_it_is_a_png(reference_path: Path, tmp_path: Path) -> None:
    for name, content, pictures in (("a.png", PNG, 1), ("a.svg", SVG, 0)):
        logo = written(tmp_path, name, content)
        file = tmp_path / f"{name}.docx"
        assert asked(reference_path, "list", "centres", "-o", file, "--logo", logo)[0] == 0
        shapes = docx.Document(str(file)).inline_shapes
        assert len(shapes) == pictures
        assert [shape._inline.docPr.get("descr") for shape in shapes] == ["a"] * pictures


def test_a_look_is_for_pages_and_documents(reference_path: Path, tmp_path: Path) -> None:
    theme = written(tmp_path, "a.css", THEME)
    code, err = asked(reference_path, "list", "centres", "-f", "csv", "--theme", theme)
    assert code == 2
    assert "--theme and --logo apply to pages and documents, not to csv." in " ".join(err.split())


@pytest.mark.parametrize(
    "css",
    [
        "@import 'other.css'; a {}",
        '@import url("https://example.org/x.css"); a {}',
        "a { background: url(https://example.org/x.png); }",
        "a { background: url( 'http://example.org/x.png' ); }",
        "a { background: url(//example.org/x.png); }",
        "a { background: url(x.png); }",
        "a { background: URL(x.png); }",
        "a { background: u\\72l(x.png); }",
        "a { background: \\75 rl(x.png); }",
        "@\\69mport 'x'; a {}",
        "@im/**/port 'x'; a {}",
        'a { background: image-set("https://example.org/x.png" 1x); }',
        "a { background: url(data:text/html,x); }",
        "@font-face { src: url(https://example.org/x.woff2); }",
    ],
)
def test_a_theme_that_leads_out_of_the_page_is_refused(tmp_path: Path, css: str) -> None:
    with pytest.raises(UsageProblem, match="asks for something outside the page") as refused:
        look_of(written(tmp_path, "a.css", css), None)
    assert refused.value.advice is not None


@pytest.mark.parametrize("css", ["a { content: '</style><script>alert(1)</script>'; }", "a {} </STYLE >"])
def test_a_theme_cannot_end_the_style_sheet(tmp_path: Path, css: str) -> None:
    with pytest.raises(UsageProblem, match="contains </style"):
        look_of(written(tmp_path, "a.css", css), None)


@pytest.mark.parametrize(
    "css",
    [
        THEME,
        "",
        "\ufeffa { color: red; }",
        "a { background: url(data:image/png;base64,AAAA); }",
        "a { background: url('#gradient'); }",
        '@font-face { font-family: "F"; src: url("data:font/woff2;base64,AAAA"); }',
    ],
)
def test_what_needs_nothing_else_is_taken(tmp_path: Path, css: str) -> None:
    look = look_of(written(tmp_path, "a.css", css), None)
    assert look is not None
    assert look.css == css.lstrip("\ufeff")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.css", b"a { content: '\xe9'; }", "no style sheet in UTF-8"),
        ("a.css", b"\x89PNG\r\n\x1a\n\x00", "no style sheet in UTF-8"),
        ("a.css", b"just words", "no style sheet in UTF-8"),
        ("a.css", b"a{}" + b" " * LARGEST_THEME, "more than 256 KiB"),
        ("a.png", b"GIF89a", "neither a PNG nor an SVG"),
        ("a.svg", b"<html><svg></svg></html>", "neither a PNG nor an SVG"),
        ("a.png", PNG + b" " * LARGEST_LOGO, "more than 512 KiB"),
        ("a.css", None, "cannot be read"),
        ("a.png", None, "cannot be read"),
    ],
)
def test_what_is_no_theme_and_no_logo_is_refused(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    file = tmp_path / name if content is None else written(tmp_path, name, content)
    with pytest.raises(CrpvError, match=re.escape(said)) as refused:
        look_of(*((file, None) if name.endswith("css") else (None, file)))
    assert isinstance(refused.value, FileProblem)
    assert refused.value.advice is not None


def test_nothing_asked_is_no_look() -> None:
    assert look_of(None, None) is None

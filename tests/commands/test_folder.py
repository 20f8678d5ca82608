"""``crpv report network --centre``: one sheet, or a folder of all of them, as a person asks for it."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from crpv_cli.errors import ExitCode
from crpv_cli.registry.connection import open_writing
from tests.inside import inside, outside

DAY = "2025-12-31"
Ran = CompletedProcess[str]


@pytest.fixture
def registry(demo_path: Path) -> Path:
    return demo_path


def crpv(registry: Path, *arguments: str | Path, lang: str = "en") -> Ran:
    return inside(*arguments, env={**os.environ, "CRPV_DB": str(registry), "CRPV_LANG": lang})


def every(registry: Path, *arguments: str | Path, lang: str = "en") -> Ran:
    return crpv(registry, "report", "network", "--centre", "all", "--as-of", DAY, *arguments, lang=lang)


def open_centres(registry: Path) -> list[str]:
    return [row["id"] for row in json.loads(crpv(registry, "list", "--as-of", DAY, "-f", "json").stdout)]


def test_a_folder_of_pages_by_default(registry: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "sheets"
    ran = every(registry, "-o", f"{folder}/")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == ""
    centres = open_centres(registry)
    assert f"{len(centres)} sheets were written to {folder}." in ran.stderr
    sheets = [f"{id_}.html" for id_ in centres]
    assert sorted(file.name for file in folder.iterdir()) == sorted([*sheets, "data", "index.html", "network.html"])
    page = (folder / "index.html").read_text(encoding="utf-8")
    table = page[page.index('data-name="sheets"') :]
    links = re.findall(r'<a href="([^"#:]+)">(.*?)</a>', table[: table.index("</table>")])
    assert [unquote(link) for link, _ in links] == sheets
    for link, name in links:
        assert html.unescape(name) in html.unescape((folder / unquote(link)).read_text(encoding="utf-8"))
    assert "FICTITIOUS" in page


@pytest.mark.parametrize(("format_", "extension"), [("markdown", "md"), ("xlsx", "xlsx"), ("json", "json"),
                                                    ("table", "txt")])  # fmt: skip
def test_a_folder_of_any_format_of_a_sheet(registry: Path, tmp_path: Path, format_: str, extension: str) -> None:
    ran = every(registry, "-o", tmp_path, "--format", format_)
    assert ran.returncode == 0, ran.stderr
    centres = open_centres(registry)
    names = sorted([*(f"{id_}.{extension}" for id_ in centres), f"index.{extension}"])
    assert sorted(file.name for file in tmp_path.iterdir()) == names
    index = tmp_path / f"index.{extension}"
    if extension == "xlsx":
        sheet = load_workbook(index).worksheets[1]
        links = [cell.hyperlink.target for cell in sheet["A"] if cell.hyperlink]
    elif extension == "json":
        links = [row["file"] for row in json.loads(index.read_text(encoding="utf-8"))]
    else:
        links = re.findall(rf"\]\((.+?\.{extension})\)" if extension == "md" else rf"\S+\.{extension}",
                           index.read_text(encoding="utf-8"))  # fmt: skip
    assert links == [f"{id_}.{extension}" for id_ in centres]


def test_one_centre_is_what_show_gives(registry: Path, tmp_path: Path) -> None:
    for format_ in ("json", "markdown", "table"):
        shown = crpv(registry, "show", "oriv", "--as-of", DAY, "-f", format_)
        asked = crpv(registry, "report", "network", "--centre", "ORIV", "--as-of", DAY, "-f", format_)
        assert (asked.returncode, asked.stdout) == (0, shown.stdout)
    ran = crpv(registry, "report", "network", "--centre", "oriv", "--as-of", DAY, "-o", tmp_path / "oriv.md")
    assert ran.returncode == 0, ran.stderr
    every(registry, "-o", tmp_path / "all", "-f", "markdown")
    assert (tmp_path / "oriv.md").read_bytes() == (tmp_path / "all" / "oriv.md").read_bytes()


def test_nothing_is_written_if_one_file_is_there(registry: Path, tmp_path: Path) -> None:
    there = tmp_path / "villes-au-carre.html"
    there.write_text("mine", encoding="utf-8")
    ran = every(registry, "-o", tmp_path)
    assert ran.returncode == ExitCode.UNREADABLE
    assert str(there) in ran.stderr
    assert "--force" in ran.stderr
    assert list(tmp_path.iterdir()) == [there]
    assert there.read_text(encoding="utf-8") == "mine"
    forced = every(registry, "-o", tmp_path, "--force")
    assert forced.returncode == 0, forced.stderr
    assert there.read_text(encoding="utf-8").startswith("<!")


def test_what_is_no_folder_is_refused_in_a_sentence(registry: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    cases: list[tuple[list[str | Path], int, str]] = [
        ([], ExitCode.USAGE, "-o FOLDER"),
        (["-o", file], ExitCode.UNREADABLE, f"{file} is a file"),
        (["-o", tmp_path / "x.html"], ExitCode.USAGE, "is the name of a file"),
        (["-o", file / "in"], ExitCode.UNREADABLE, "cannot be made"),
        (["-o", tmp_path / "csv", "-f", "csv"], ExitCode.USAGE, "cannot be written as csv"),
        (["-o", tmp_path / "x", "--within", "3"], ExitCode.USAGE, "--within"),
    ]
    for arguments, code, said in cases:
        ran = every(registry, *arguments)
        assert ran.returncode == code, (arguments, ran.stderr)
        assert said in ran.stderr
        assert ran.stdout == ""
        assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == [file]


def test_a_registry_without_centres_has_no_folder(empty_path: Path, tmp_path: Path) -> None:
    ran = every(empty_path, "-o", tmp_path / "out")
    assert ran.returncode == ExitCode.USAGE
    assert "No centre is open on 2025-12-31." in ran.stderr
    assert not (tmp_path / "out").exists()


def test_the_same_bytes_every_time(registry: Path, tmp_path: Path) -> None:
    """In two processes: what a set is ordered by differs between them."""
    for name, crpv in (("a", inside), ("b", outside)):
        asked = ("report", "network", "--centre", "all", "--as-of", DAY, "-o", tmp_path / name, "-f", "xlsx")
        assert crpv(*asked, env={"CRPV_DB": str(registry), "HOME": str(tmp_path)}).returncode == 0
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_in_french(registry: Path, tmp_path: Path) -> None:
    ran = every(registry, "-o", tmp_path, "-f", "markdown", lang="fr")
    assert ran.returncode == 0, ran.stderr
    text = (tmp_path / "index.md").read_text(encoding="utf-8")
    assert "# " in text and "31/12/2025" in text
    assert "[ORIV](oriv.md)" in text


def test_names_that_files_cannot_have(reference_path: Path, tmp_path: Path) -> None:
    """A name is shown as it is; a file is named by what every system allows, and by nothing that leads elsewhere."""
    path = Path(shutil.copy(reference_path, tmp_path / "odd.sqlite"))
    with open_writing(path) as connection:
        connection.execute("pragma foreign_keys = off")
        for id_, name in (("index", "<script>alert(1)</script>"), ("../../etc", "{{7*7}} [bold] | 🏘️")):
            row = dict(connection.execute("select * from centres where id = 'oriv'").fetchone())
            row |= {"id": id_, "name": name, "short_name": name}
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into centres ({', '.join(row)}) values ({marks})", tuple(row.values()))
        connection.commit()
    folder = tmp_path / "out"
    for format_ in ("html", "markdown"):
        ran = every(path, "-o", folder, "-f", format_)
        assert ran.returncode == 0, ran.stderr
    names = {file.name for file in folder.iterdir()}
    assert {"index.html", "index-2.html", "etc.html", "index-2.md", "etc.md"} <= names
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert '<a href="index-2.html">&lt;script&gt;alert(1)&lt;/script&gt;</a>' in page
    assert '<a href="etc.html">{{7*7}} [bold] | 🏘️</a>' in page
    text = (folder / "index.md").read_text(encoding="utf-8")
    assert r"[{{7\*7}} \[bold\] \| 🏘️](etc.md)" in text

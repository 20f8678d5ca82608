"""``crpv report network --centre all -o site/``: a folder that any web server can give as it is."""

from __future__ import annotations

import csv
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.inside import inside, outside

DAY = "2025-12-31"


@pytest.fixture(scope="module")
def site(demo_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sites") / "site"
    ran = inside(
        *("report", "network", "--centre", "all", "--as-of", DAY, "-o", folder),
        env={**os.environ, "CRPV_DB": str(demo_path), "CRPV_LANG": "fr"},
    )
    assert ran.returncode == 0, ran.stderr
    return folder


class Page(HTMLParser):
    """What a page leads to, what can be led to in it, and which elements it has."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.named: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.ids.add(found.get("id") or "")
        for name in ("href", "src"):
            if address := found.get(name):
                self.links.append(address)
        if tag == "a" and found.get("aria-label"):
            self.named.append((str(found["href"]), str(found["aria-label"])))


def pages(site: Path) -> dict[str, Page]:
    return {file.name: Page(file) for file in site.glob("*.html")}


def test_every_link_leads_somewhere_and_stays_in_the_folder(site: Path) -> None:
    found = pages(site)
    for name, page in found.items():
        for link in page.links:
            if link.startswith(("https://", "http://", "data:", "mailto:")):
                continue  # the sources, which are elsewhere; an empty icon
            address, _, anchor = link.partition("#")
            assert not address.startswith("/"), (name, link)
            file = site / unquote(address or name)
            assert file.is_file(), (name, link)
            if anchor:
                assert unquote(anchor) in found[file.name].ids, (name, link)


def test_every_file_can_be_reached_from_the_index(site: Path) -> None:
    led = {unquote(link.partition("#")[0]) for link in pages(site)["index.html"].links}
    files = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    assert files - led == {"index.html"}
    for name, page in pages(site).items():
        assert name == "index.html" or "index.html" in page.links


def test_there_is_no_script(site: Path) -> None:
    for page in pages(site).values():
        assert not page.tags & {"script", "iframe", "form", "object", "embed"}
    assert "<script" not in (site / "data" / "map.svg").read_text(encoding="utf-8")


def test_the_map_leads_to_the_centre_that_serves_each_department(site: Path) -> None:
    told = json.loads((site / "data" / "map.geojson").read_text(encoding="utf-8"))
    served = {one["id"]: one["properties"]["centres"] for one in told["features"]}
    led = {}
    for address, words in pages(site)["index.html"].named:
        name, _, codes = words.partition("\N{NO-BREAK SPACE}: ")
        if codes and address.endswith(".html") and address != "index.html":
            led.update(dict.fromkeys(codes.split(", "), unquote(address)))
            assert name
    assert led == {code: f"{centres[0]}.html" for code, centres in served.items() if centres}
    table = (site / "index.html").read_text(encoding="utf-8").partition('data-name="map"')[2].partition("</table>")[0]
    assert len(re.findall(r'<a href="[\w-]+\.html">', table)) == len(led)


def test_the_open_data_is_what_the_public_gets(site: Path, demo_path: Path, tmp_path: Path) -> None:
    ran = inside("export", "all", "--public", "-o", tmp_path / "data", env={**os.environ, "CRPV_DB": str(demo_path)})
    assert ran.returncode == 0, ran.stderr
    for file in (tmp_path / "data").iterdir():
        assert (site / "data" / file.name).read_bytes() == file.read_bytes()
    assert not (site / "data" / "exceptions.csv").exists()
    with (site / "data" / "centres.csv").open(encoding="utf-8", newline="") as rows:
        assert {row["id"] for row in csv.DictReader(rows)} >= {
            file.stem for file in site.glob("*.html") if file.stem not in {"index", "network"}
        }


def test_the_report_in_it_has_its_figures(site: Path) -> None:
    told = json.loads((site / "data" / "network.json").read_text(encoding="utf-8"))
    page = (site / "network.html").read_text(encoding="utf-8")
    for figure in told["figures"]:
        if isinstance(figure["value"], int | float):
            assert f'value="{json.dumps(figure["value"])}"' in page, figure
    assert not [note for note in told["notes"] if note["audience"] == "operator"]


def test_unchanged_pages_have_the_same_bytes(demo_path: Path, site: Path, tmp_path: Path) -> None:
    """In another process, and over what is there."""
    asked = ("report", "network", "--centre", "all", "--as-of", DAY, "-o", site, "--force")
    before = {file: file.read_bytes() for file in site.rglob("*") if file.is_file()}
    ran = outside(*asked, env={"CRPV_DB": str(demo_path), "HOME": str(tmp_path), "CRPV_LANG": "fr"})
    assert ran.returncode == 0, ran.stderr
    assert {file: file.read_bytes() for file in site.rglob("*") if file.is_file()} == before


def test_a_centre_that_is_called_like_a_file_of_the_site_has_its_own(demo_path: Path, tmp_path: Path) -> None:
    from crpv_cli.output.files import file_names

    names = file_names({"network": 1, "data": 2, "index": 3}, ".html", taken=("network", "data"))
    assert names == {"network": "network-2.html", "data": "data-2.html", "index": "index-2.html"}

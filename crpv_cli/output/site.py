"""A folder that is a site: the report of the network, a sheet for each centre, a map that leads to them, the data.

It needs no script and no server of its own: all links are relative, so that any web server, or a shared folder, gives
it as it is. Figures are those of the reports; here they are only put side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import N_, Message, msg
from crpv_cli.output import streams
from crpv_cli.output.files import file_names, index_of, say_sheets
from crpv_cli.output.formats import Format, render
from crpv_cli.output.opendata import beside
from crpv_cli.result import Dossier, Part, Result, Value, as_it_is

INDEX, NETWORK, DATA = "index.html", "network.html", "data"
_FILE = Column("file", N_("File"))


def write_site(
    network: Dossier,
    drawn: Result,
    title: Message,
    sheets: Mapping[str, Dossier],
    shown: Sequence[str],
    tables: Sequence[Result],
    folder: Path,
    force: bool,
) -> None:
    """Write the site into a folder, which is made if it is missing: its data first, then its pages, all at once.

    Args:
        network: the report of the network.
        drawn: the map by centre.
        title: what the list of the sheets is about.
        sheets: the sheet of each centre by id.
        shown: the names of the facts of each sheet that the list shows, the first one leading to it.
        tables: the open data: what is for the public.
        folder: where to.
        force: whether files that are there are written over.

    Raises:
        FileProblem: one of the files exists already, or the folder cannot be made or written.
    """
    names = file_names(sheets, Format.HTML.extension, taken=(Path(NETWORK).stem, DATA))
    listed = index_of(title, sheets, shown, names)
    alone = [replace(table, notes=()) for table in tables]
    files = {f"{table.name}.csv": render(table, Format.CSV).encoded for table in alone}
    told = render(network.for_readers(), Format.JSON).encoded
    more = {
        "network.json": (told, msg(N_("The report of the network, for programs"))),
        "map.svg": (render(drawn, Format.SVG).encoded, msg(N_("The map, to print or to put into a document"))),
        "map.geojson": (render(drawn, Format.GEOJSON).encoded, msg(N_("The map, for programs for maps"))),
    }
    package = beside(tables, files, Format.CSV, public=True)
    data = {**files, **package, **{name: content for name, (content, _) in more.items()}}
    offered: list[tuple[str, Message, int | None]] = [
        *((name, table.title, len(table.rows)) for name, table in zip(files, tables, strict=True)),
        *((name, label, None) for name, (_, label) in more.items()),
        *((name, as_it_is(name), None) for name in package),
    ]
    pages = {
        INDEX: render(_index(network, drawn, listed, names, offered), Format.HTML).encoded,
        NETWORK: _led_back(render(network, Format.HTML).encoded),
        **{names[id_]: _led_back(render(sheet, Format.HTML).encoded) for id_, sheet in sheets.items()},
    }
    for name in pages:
        streams.check_free(folder / name, force)
    streams.write_folder(data, folder / DATA, force)
    streams.write_folder(pages, folder, force)
    say_sheets(len(sheets), folder, INDEX)


def _index(
    network: Dossier,
    drawn: Result,
    listed: Result,
    names: Mapping[str, str],
    offered: Sequence[tuple[str, Message, int | None]],
) -> Dossier:
    """The page that the site opens with: how the network stands, the map and the list that lead on, the data."""
    sections = (_map(drawn, names), replace(listed, name="sheets", short=None, notes=()), _reports(), _data(offered))
    return Dossier(
        name="site",
        title=network.title,
        facts=network.facts,
        sections=sections,
        notes=network.notes,
        command=network.command,
        fictitious=network.fictitious,
        headline=network.headline,
        key_figures=network.key_figures,
        parts=(
            Part("centres", msg(N_("The centres")), None, ("map", "sheets")),
            Part("more", msg(N_("Report and data")), None, ("reports", "data")),
        ),
    )


def _map(drawn: Result, names: Mapping[str, str]) -> Result:
    """The map, whose departments lead to the sheet of the centre that serves them."""
    place = drawn.places["centres"]
    rows = tuple((*row, _sheet(row[place], names)) for row in drawn.rows)
    columns = tuple(replace(column, link="file") if column.name == "name" else column for column in drawn.columns)
    screen = ("department", "name", "region_name", "centre_names")
    title = msg(N_("Departments and their centres"))
    return replace(drawn, title=title, columns=(*columns, _FILE), rows=rows, screen=screen, notes=(), is_report=False)


def _sheet(centres: Value, names: Mapping[str, str]) -> str | None:
    """The file of the first of the centres that has one."""
    ids = centres if isinstance(centres, tuple) else ()
    return next((names[id_] for id_ in ids if isinstance(id_, str) and id_ in names), None)


def _reports() -> Result:
    title = language.text(N_("The whole report of the network"))
    return Result(
        name="reports",
        title=msg(N_("The report")),
        columns=(Column("title", N_("Title"), link="file"), _FILE),
        rows=((title, NETWORK),),
        screen=("title",),
    )


def _data(offered: Sequence[tuple[str, Message, int | None]]) -> Result:
    return Result(
        name="data",
        title=msg(N_("Open data")),
        columns=(
            Column("title", N_("Title"), link="file"),
            Column("rows", N_("Rows"), Kind.INTEGER),
            _FILE,
        ),
        rows=tuple((label.text(), rows, f"{DATA}/{name}") for name, label, rows in offered),
    )


def _led_back(page: bytes) -> bytes:
    """A page of the site with a way back to the one that it opens with, as the first thing in it."""
    start = '<main id="main">'
    words = escape(language.text(N_("All centres")))
    back = f'{start}\n<nav class="site" aria-label="{words}"><a href="{INDEX}">← {words}</a></nav>'
    return page.decode("utf-8").replace(start, back, 1).encode("utf-8")

"""The year as the tutorial tells it: its commands as they are written, and between them what people do with files."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from crpv_cli.intake.headers import recognise
from crpv_cli.intake.returned import FORM_SHEET
from tests.faults.books import ods_parts, ods_rows, zipped
from tests.inside import inside
from tests.test_written_commands import REPOSITORY, ran, written

TUTORIALS = {"fr": REPOSITORY / "docs" / "fr" / "tutoriel.md", "en": REPOSITORY / "docs" / "tutorial.md"}
STRASBOURG = "Eurométropole de Strasbourg"
TABLES = ("activities", "evaluations", "funding", "budgets", "governance", "contacts")

# Who answers on which day; who writes tables of their own; whose form has faults; who does not answer, and who is late.
FIRST = ("labo-cites", "irev", "oriv", "paris", "pqn-a", "reso-villes", "normanvilles", "crpv-guyane", "guadeloupe")
SECOND = (
    "cite-ressources", "pole-ressources-95", "profession-banlieue", "ressources-et-territoires", "ressources-urbaines",
    "trajectoire-ressources", "villes-au-carre", "villes-et-territoires",
)  # fmt: skip
SILENT = ("cr-csur", "maore-ouvoimoja", "ville-caraibe")
IN_CSV = {"irev", "ressources-urbaines"}
IN_ODS = {"pqn-a", "profession-banlieue"}
FAULTY, LATE = "villes-au-carre", "ville-caraibe"
WITH_STRASBOURG = {"oriv": STRASBOURG, "irev": "EUROMETROPOLE DE STRASBOURG", "trajectoire-ressources": STRASBOURG}

MISSIONS = ("animation", "skills", "capitalisation", "complementary")
YEAR = 2025
Row = dict[str, object]


class Put:
    """What the test put in, as figures: what the report has to say."""

    def __init__(self) -> None:
        self.half_days: dict[str, dict[str, Decimal]] = {}
        self.money: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.ratings: dict[tuple[str, str], str] = {}
        self.resources: dict[str, int] = {}


# --- What a centre answers ---


def answers(
    centre: str, number: int, form: Form, scale: str, known: set[tuple[str, str, str]], put: Put
) -> dict[str, list[Row]]:
    """The rows of each table of a centre, below the prepared cells, as people write them: names, halves, nc."""
    prepared, habits = form.prepared, number < len(FIRST)
    name = prepared["contacts"][0]["centre"]
    activities, evaluations, funding = [], [], []
    put.half_days[centre] = defaultdict(Decimal)
    for place, (mission, row) in enumerate(zip(MISSIONS, prepared["activities"], strict=True)):
        half_days = Decimal(number + place) + Decimal("2.5")
        put.half_days[centre][mission] += half_days
        written = (float(half_days), str(half_days).replace(".", ","), f"{int(half_days)}½")[place % 3 if habits else 0]
        activities.append(row | {"type": "Formation", "half_days": written, "participants": "nc" if habits else 12})
    # Below the prepared rows: the first mission again.
    activities.append(prepared["activities"][0] | {"type": "journée d'échanges", "half_days": "0,5"})
    put.half_days[centre][MISSIONS[0]] += Decimal("0.5")
    for place, (mission, row) in enumerate(zip(MISSIONS[:3], prepared["evaluations"], strict=True)):
        put.ratings[centre, mission] = str(1 + (number + place) % 4)
        kind = ("Auto-évaluation", "interne", "évaluation interne")[number % 3]
        rating = {"rating": put.ratings[centre, mission], "evaluated_on": "17 décembre 2025" if habits else ""}
        evaluations.append(row | {"kind": kind, "scale": scale} | rating)
    for place, row in enumerate(prepared["funding"]):
        # What the registry holds of the year is not said a second time.
        if (centre, str(row["funder"]), str(row.get("scheme") or "")) not in known:
            amount = Decimal(20000 + 1000 * number + 100 * place) + Decimal("0.5")
            put.money[centre] += amount
            french = f"{amount:,.2f} €".replace(",", " ").replace(".", ",")
            funding.append(
                row | {"stage": ("Accordé", "notifiée")[place % 2], "amount": (float(amount), french)[place % 2]}
            )
        else:
            funding.append(row)
    # Another funder than those of the list: two of them, which the registry does not know yet.
    other: Row = {"other_name": "Caisse d'allocations familiales", "other_kind": "autre", "amount": 3000}
    if centre in WITH_STRASBOURG:
        other = {"other_name": WITH_STRASBOURG[centre], "amount": "12,5 k€" if habits else 12500}
        # Who comes later gives the name alone; of those of the first day, one has the number.
        other |= {"other_kind": "Intercommunalité"} if habits else {}
        other |= {"other_siren": "246 700 488"} if centre == "oriv" else {}
    put.money[centre] += 12500 if centre in WITH_STRASBOURG else 3000
    funding.append({"centre": name, "year": YEAR, "stage": "Accordé"} | other)
    put.resources[centre] = 900000 + number
    budget = {"status": "Approuvé", "resources": put.resources[centre], "expenditure": "890 000 €", "fte": "4,5"}
    seats = (("Préfecture", "État"), ("Conseil départemental", "département"))
    return {
        "activities": activities,
        "evaluations": evaluations,
        "funding": funding,
        "budgets": [prepared["budgets"][0] | budget],
        "governance": [
            {"centre": name, "organ": "CA", "member": member, "member_kind": kind, "role": "membre"}
            for member, kind in seats
        ],
        "contacts": [prepared["contacts"][0] | {"function": "Secrétariat", "email": f"secretariat@{centre}.example"}],
    }


# --- How it is written into files ---


class Form:
    """A form as it was sent out: its sheets, the columns of each, and its prepared rows."""

    def __init__(self, file: Path) -> None:
        self.book = load_workbook(file)
        hidden = {row[0]: row[1] for row in self.book[FORM_SHEET].iter_rows(max_col=2, values_only=True)}
        self.sheets: dict[str, Worksheet] = {name: self.book[str(hidden[f"sheet.{name}"])] for name in TABLES}
        self.lines = {name: _header(sheet) for name, sheet in self.sheets.items()}
        self.places = {name: self._places(name) for name in TABLES}
        self.prepared = {name: list(self._prepared(name)) for name in TABLES}

    def _places(self, name: str) -> dict[str, int]:
        header = recognise([str(cell.value or "") for cell in self.sheets[name][self.lines[name]]], name)
        found = {column.name: place for place, column in enumerate(header.columns, 1) if column}
        return found | {f"other_{other}": place + 1 for other, place in header.others.items()}

    def _prepared(self, name: str) -> Iterator[Row]:
        for line in range(self.lines[name] + 1, self.sheets[name].max_row + 1):
            row = {column: self.sheets[name].cell(line, place).value for column, place in self.places[name].items()}
            if row["centre"]:
                yield {column: value for column, value in row.items() if value is not None}

    def fill(self, answered: Mapping[str, Sequence[Row]], file: Path) -> None:
        for name, rows in answered.items():
            for line, row in enumerate(rows, self.lines[name] + 1):
                for column, value in row.items():
                    self.sheets[name].cell(line, self.places[name][column]).value = value
        self.book.save(file)

    def prepared_columns(self, name: str) -> set[str]:
        return {column for row in self.prepared[name] for column in row}

    def grid(self, name: str, rows: Sequence[Row]) -> list[list[object]]:
        """Rows below the headings of the form, as somebody copies them into a table of their own."""
        places = self.places[name]
        heads = [str(self.sheets[name].cell(self.lines[name], place).value) for place in places.values()]
        filled = [row for row in rows if row.keys() - self.prepared_columns(name)]
        return [[head.removesuffix(" *") for head in heads], *([row.get(one, "") for one in places] for row in filled)]


def _header(sheet: Worksheet) -> int:
    return next(int(row[0].row) for row in sheet.iter_rows() if row[0].comment is not None)


def as_csv(grid: Sequence[Sequence[object]]) -> bytes:
    """As a French spreadsheet saves it: semicolons, decimal commas, in the encoding of Windows."""
    cells = ([str(one).replace(".", ",") if isinstance(one, float) else str(one) for one in row] for row in grid)
    return "".join(";".join(row) + "\r\n" for row in cells).encode("cp1252")


def as_ods(grids: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """A workbook of OpenDocument with a sheet for each grid."""
    parts = [ods_parts(ods_rows(grid), name) for name, grid in grids.items()]
    tables = [re.search("<table:table .+</table:table>", str(part["content.xml"])) for part in parts]
    whole = "".join(table[0] for table in tables if table)
    return zipped(parts[0] | {"content.xml": str(parts[0]["content.xml"]).replace(tables[0][0], whole)})  # type: ignore[index]


# --- The year ---


class Office:
    """Somebody at the agency who follows a page: a folder, a registry of their own, and the command."""

    def __init__(self, folder: Path, language: str) -> None:
        (folder / "bin").mkdir()
        command = folder / "bin" / "crpv"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crpv_cli "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        self.folder = folder
        self.put = Put()
        self.scale = ""
        self.known: set[tuple[str, str, str]] = set()
        self._env = {
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder / "home"),
            "XDG_DATA_HOME": str(folder / "home"),
            "CRPV_LANG": language,
            "PYTHONPATH": str(REPOSITORY),
        }

    def run(self, line: str) -> str:
        """Run a line of the page; returns what it showed."""
        code, shown = ran(line, self._env, self.folder)
        # Something was refused; the check finds that some centres have not been evaluated.
        assert code == (1 if "--marked" in line or " check " in line else 0), f"{line}\n{code}: {shown}"
        return shown

    def asked(self, line: str) -> Any:
        """What a command answers to a program."""
        ran = inside("--json", "--quiet", *line.split(), env=self._env)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    def came_back(self) -> None:
        """All that was asked came back and is complete, except from those who have not answered."""
        rows = self.asked("report returns")["rows"]
        assert len(rows) == 20
        assert {one["centre"] for one in rows if one["missing"]} == set(SILENT)
        assert {one["received"] for one in rows if not one["missing"]} == {6}

    def receive(self, forms: Path, day: Path, centres: Iterable[str], first: int = 0) -> None:
        """Put the answers of centres into a folder: forms, tables of their own as CSV, workbooks of OpenDocument."""
        day.mkdir(parents=True)
        for number, centre in enumerate(centres, first):
            form = Form(forms / f"{centre}.xlsx")
            answered = answers(centre, number, form, self.scale, self.known, self.put)
            grids = {form.sheets[name].title: form.grid(name, rows) for name, rows in answered.items()}
            if centre in IN_CSV:
                for title, grid in grids.items():
                    (day / f"{centre} {title}.csv").write_bytes(as_csv(grid))
            elif centre in IN_ODS:
                (day / f"{centre}.ods").write_bytes(as_ods(grids))
            else:
                form.fill(answered, day / f"{centre}.xlsx")


def spoil(file: Path) -> dict[tuple[str, str], object]:
    """Put faults into a form; returns what stood in these cells, by sheet and cell."""
    form = Form(file)
    right = {}
    for name, column, wrong in (("evaluations", "rating", "5"), ("activities", "half_days", "beaucoup")):
        cell = form.sheets[name].cell(form.lines[name] + 1, form.places[name][column])
        right[form.sheets[name].title, cell.coordinate] = cell.value
        cell.value = wrong
    form.book.save(file)
    return right


@pytest.fixture(params=sorted(TUTORIALS))
def page(request: pytest.FixtureRequest) -> Path:
    return TUTORIALS[request.param]


def test_the_year_as_the_tutorial_tells_it(page: Path, tmp_path: Path) -> None:
    lines = list(written(page))
    assert len(lines) <= 15
    assert not [line for line in lines if re.search(r"\bquery\b|\bselect\b|sqlite", line)]
    office = Office(tmp_path, "fr" if "fr" in page.parts else "en")
    steps = iter(lines)
    shown: dict[str, str] = {}

    def until(start: str) -> list[str]:
        """Run the commands of the page up to the one that starts like that; returns its words."""
        for line in steps:
            shown[line] = office.run(line)
            if line.startswith(start):
                return shlex.split(line)
        raise AssertionError(f"{page.name} has no more {start}")

    def folder(words: Sequence[str], option: str) -> Path:
        return tmp_path / words[words.index(option) + 1]

    loads = [tmp_path / shlex.split(line)[2] for line in lines if line.startswith("crpv load ")]
    first, second, again, late = loads
    assert second == again

    (office.scale,) = re.findall("(?:name|nom)=(.+)", "\n".join(until("crpv add ")))
    forms = folder(until("crpv template "), "--each")
    assert len(list(forms.iterdir())) == 20
    names = {one["id"]: one["name"] for one in office.asked("list funders")}
    office.known = {
        (one["centre"], names[one["funder"]], one["scheme"] or "")
        for one in office.asked(f"list funding --year {YEAR}")
    }
    before = {one["centre"]: one for one in office.asked(f"report network --as-of {YEAR}-12-31")["funding"]}

    office.receive(forms, first, FIRST)
    office.receive(forms, second, SECOND, len(FIRST))
    right = spoil(second / f"{FAULTY}.xlsx")
    until("crpv load ")
    marked = folder(until("crpv load "), "--marked")
    assert [file.name for file in marked.iterdir()] == [f"{FAULTY}.xlsx"]
    book = load_workbook(marked / f"{FAULTY}.xlsx")
    assert all(book[sheet][cell].comment for sheet, cell in right)
    for (sheet, cell), value in right.items():
        book[sheet][cell].value = value
    book.save(second / f"{FAULTY}.xlsx")
    until("crpv load ")

    office.came_back()
    reminders = folder(until("crpv remind "), "-o")
    assert {file.name for file in reminders.glob("*.txt")} == {f"{centre}.txt" for centre in SILENT}
    assert {file.name for file in reminders.glob("*.eml")} == {f"{centre}.eml" for centre in SILENT}
    closed = until("crpv close ")
    assert [Path(name).suffix for name in closed[3:]] == [".html", ".xlsx"]
    figures_are_those_put_in(office, before)
    half_days = sum(sum(of_centre.values()) for of_centre in office.put.half_days.values())
    assert f'value="{half_days}"' in (tmp_path / closed[3]).read_text(encoding="utf-8")
    cells = (cell for sheet in load_workbook(tmp_path / closed[4]) for row in sheet.iter_rows() for cell in row)
    assert float(half_days) in {cell.value for cell in cells}

    office.receive(forms, late, [LATE])
    until("crpv load ")
    until("crpv report changes ")
    assert not list(steps)
    for line, quoted in screens(page):
        assert spaced(quoted) <= spaced(shown[line]), f"{line}\n{shown[line]}"


def screens(page: Path) -> Iterator[tuple[str, str]]:
    """What the page shows of a command, below it: the last one of the block of commands before."""
    line = ""
    for kind, block in re.findall(r"^```(sh|text)\n(.+?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
        if kind == "sh":
            line = block.replace("\\\n", " ").strip().splitlines()[-1]
        elif line:
            yield line, block


def spaced(shown: str) -> set[str]:
    """The lines of a screen, however wide their blanks and rules; without styles and what a page leaves out."""
    lines = {" ".join(line.split()) for line in re.sub("\x1b\\[[0-9;]*m|─", "", shown).splitlines()}
    return lines - {"", "…"}


def figures_are_those_put_in(office: Office, before: Mapping[str, Any]) -> None:
    """The report of the year says what the centres wrote, and what was known before."""
    report, put = office.asked(f"report network --as-of {YEAR}-12-31"), office.put
    assert {one["centre"]: one["half_days"] for one in report["activity_centre"] if one["reported"]} == {
        centre: float(sum(half_days.values())) for centre, half_days in put.half_days.items()
    }
    assert {one["mission"]: one["half_days"] for one in report["activity_mission"]} == {
        mission: float(sum(half_days[mission] for half_days in put.half_days.values())) for mission in MISSIONS
    }
    rated = office.asked(f"report evaluations --as-of {YEAR}-12-31")["rows"]
    assert {(one["centre"], one["mission"]): one["rating"] for one in rated if one["evaluated"]} == put.ratings
    assert [one["evaluated"] for one in report["evaluations"]] == [len(FIRST + SECOND)] * 3
    for one in report["funding"]:
        then = before[one["centre"]]
        assert amount(one["total"]) == amount(then["total"]) + put.money[one["centre"]], one["short_name"]
        if one["centre"] in WITH_STRASBOURG:
            assert amount(one["intercommunality"]) == amount(then["intercommunality"]) + 12500
    assert {one["centre"]: one["resources"] for one in report["funding"] if one["resources"]} == put.resources
    assert report["budgets"][0]["resources"] == sum(put.resources.values())
    (strasbourg,) = [one for one in office.asked("list funders") if "strasbourg" in one["name"].casefold()]
    assert {
        one["centre"] for one in office.asked(f"list funding --year {YEAR}") if one["funder"] == strasbourg["id"]
    } == set(WITH_STRASBOURG)
    assert (strasbourg["kind"], strasbourg["siren"]) == ("intercommunality", "246700488")


def amount(value: float | None) -> Decimal:
    """Euros that a report gives; what is not known adds nothing."""
    return Decimal(str(value or 0))

"""What somebody who loads files sees and keeps, through the installed command."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import translate
from tests.inside import inside

EVALUATIONS = ("centre", "mission", "year", "kind", "scale", "rating", "evaluator", "evaluated_on", "summary", "source")
SOURCE = "demo-fictitious"

# One fault a row, but for those marked "good"; each with its column and code, and how to correct it.
Fault = tuple[str, str | None, dict[str, str]]
ROWS: list[tuple[list[str], Fault | None]] = [
    (["oriv", "skills", "2015", "self", "demo-1-4", "3", "ORIV", "2016-03-01", "Good,\nand noted", SOURCE], None),
    (["oriv", "skills", "", "self", "", "", "", "", "", SOURCE], ("empty-cell", "year", {"year": "2016"})),
    (
        ["orivv", "skills", "2016", "joint", "", "", "", "", "", SOURCE],
        ("unknown-reference", "centre", {"centre": "oriv"}),
    ),
    (["oriv", "skills", "16", "external", "", "", "", "", "", SOURCE], ("not-a-year", "year", {"year": "2016"})),
    (["oriv", "animation", "1969", "self", "", "", "", "", "", SOURCE], ("out-of-bounds", "year", {"year": "1990"})),
    (
        ["oriv", "animation", "2017", "peer", "", "", "", "", "a\n\nb", SOURCE],
        ("not-in-list", "kind", {"kind": "joint"}),
    ),
    (
        ["oriv", "animation", "2018", "self", "demo-1-4", "5", "", "", "", SOURCE],
        ("off-scale", "rating", {"rating": "4"}),
    ),
    (["oriv", "animation", "2019", "self", "", "2", "", "", "", SOURCE], ("no-scale", "scale", {"scale": "demo-1-4"})),
    (
        ["oriv", "complementary", "2019", "self", "demo-1-4", "2", "", "", "", SOURCE],
        ("not-rated", "rating", {"rating": "", "scale": ""}),
    ),
    (
        ["oriv", "animation", "2020", "self", "", "", "", "autumn", "été – œuvre", SOURCE],
        ("not-a-date", "evaluated_on", {"evaluated_on": "2021-10-17"}),
    ),
    (
        ["oriv", "animation", "2021", "self", "", "", "", "2021-02-30", "", SOURCE],
        ("no-such-day", "evaluated_on", {"evaluated_on": "2021-02-28"}),
    ),
    (["oriv", "animation", "2022", "self", "", "", "", "", "", "", SOURCE, "", "x"], ("row-length", None, {})),
    (
        ["oriv", "skills", "2015", "self", "demo-1-4", "2", "ORIV", "2016-03-01", "Good,\nand noted", SOURCE],
        ("same-key", "rating", {"kind": "external", "rating": "2"}),
    ),
    (["oriv", "capitalisation", "2015", "joint", "demo-1-4", "2,5", "", "", "“Fin”", SOURCE], None),
]


def corrected() -> list[list[str]]:
    rows = []
    for row, fault in ROWS:
        values = dict(zip(EVALUATIONS, row, strict=False)) | (fault[2] if fault else {})
        rows.append(list(values.values()))
    return rows


def as_text(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str, newline: str) -> str:
    """The rows as a spreadsheet writes them: quotation marks where they are needed, one kind of line end."""

    def quoted(cell: str) -> str:
        needed = any(sign in cell for sign in (delimiter, '"', "\n"))
        return '"' + cell.replace('"', '""') + '"' if needed else cell

    lines = [delimiter.join(quoted(cell) for cell in row) for row in (header, *rows)]
    return "".join(f"{line}\n" for line in lines).replace("\n", newline)


def start_lines(rows: Sequence[Sequence[str]]) -> list[int]:
    lines, line = [], 2
    for row in rows:
        lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    return lines


def french(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The same rows as a French spreadsheet has them: labels for codes, the day before the month."""
    labels = {choice.code: translate(choice.label, "fr") for choice in TABLES["evaluations"].column("kind").choices}
    found = []
    for row in rows:
        values = list(row)
        values[3] = labels.get(values[3], values[3])
        values[7] = "/".join(reversed(values[7].split("-")))
        found.append(values)
    return found


def french_header() -> list[str]:
    return [translate(TABLES["evaluations"].column(name).label, "fr") for name in EVALUATIONS]


class Desk:
    """A folder where somebody works, with a registry that holds the demonstration."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = folder / "registry.db"

    def crpv(self, *arguments: str, stdin: bytes | None = None) -> CompletedProcess[str]:
        home = {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder / "data"), "CRPV_LANG": "en"}
        return inside(*arguments, env=home, cwd=self.folder, stdin=stdin or b"")

    def load(self, *arguments: str, stdin: bytes | None = None) -> CompletedProcess[str]:
        return self.crpv("load", *arguments, "--db", "registry.db", stdin=stdin)

    def anomalies(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.load(*arguments, "--format", "json")
        found: list[dict[str, Any]] = json.loads(done.stdout)
        assert done.returncode == (1 if any(row["severity"] == "error" for row in found) else 0)
        return found

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.db)) as connection:
            return connection.execute(query).fetchall()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        names = [name for (name,) in self.rows("select name from sqlite_schema where type = 'table'")]
        return {name: sorted(self.rows(f"select * from {name}"), key=repr) for name in names}

    def evaluations(self) -> list[tuple[Any, ...]]:
        return self.rows(f"select {', '.join(EVALUATIONS)} from evaluations where load > 1 order by 1, 2, 3, 4")


@pytest.fixture
def desk(tmp_path: Path, demo_path: Path) -> Desk:
    shutil.copy(demo_path, tmp_path / "registry.db")
    return Desk(tmp_path)


FORMS = {
    "utf-8, commas, ids": ("utf-8", ",", "\n"),
    "windows-1252, semicolons, CRLF, French": ("cp1252", ";", "\r\n"),
}


def file_in(form: str, rows: Sequence[Sequence[str]]) -> bytes:
    encoding, delimiter, newline = FORMS[form]
    is_french = encoding == "cp1252"
    header = french_header() if is_french else EVALUATIONS
    return as_text(header, french(rows) if is_french else rows, delimiter, newline).encode(encoding)


@pytest.mark.parametrize("form", FORMS)
def test_twelve_faults_are_twelve_anomalies_on_their_lines_and_nothing_is_loaded(desk: Desk, form: str) -> None:
    rows = [row for row, _ in ROWS]
    desk.write("twelve.csv", file_in(form, rows))
    before = desk.dump()
    found = desk.anomalies("twelve.csv")
    heading = dict(zip(EVALUATIONS, french_header() if "French" in form else EVALUATIONS, strict=True))
    expected = [
        (line, heading.get(fault[1] or ""), fault[0])
        for line, (_, fault) in zip(start_lines(rows), ROWS, strict=True)
        if fault
    ]
    assert len(expected) == len({code for _, _, code in expected}) == 12
    assert sorted((row["line"], row["column"], row["code"]) for row in found) == sorted(
        expected, key=lambda anomaly: anomaly[0]
    )
    assert {(row["file"], row["severity"]) for row in found} == {("twelve.csv", "error")}
    assert all(row["message"] and row["advice"] for row in found)
    assert desk.dump() == before


def test_twelve_faults_are_told_to_a_person_in_the_order_of_their_lines(desk: Desk) -> None:
    rows = [row for row, _ in ROWS]
    desk.write("twelve.csv", file_in("utf-8, commas, ids", rows))
    done = desk.load("twelve.csv")
    assert (done.returncode, done.stdout) == (1, "")
    told = [line for line in done.stderr.splitlines() if line.startswith("twelve.csv:")]
    faulty = [line for line, (_, fault) in zip(start_lines(rows), ROWS, strict=True) if fault]
    assert [int(line.split(":")[1]) for line in told] == faulty
    assert told[1] == f"twelve.csv:{faulty[1]}: centre: “orivv” is not in the table Centres."
    assert "    Did you mean oriv?" in done.stderr
    assert "Evaluations: 14 read, 0 inserted, 0 updated, 0 unchanged, 12 refused" in done.stderr
    assert "Nothing was loaded: 12 anomalies." in done.stderr


def test_the_corrected_file_loads_with_the_same_values_in_every_form(tmp_path: Path, demo_path: Path) -> None:
    loaded = []
    for number, form in enumerate(FORMS):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(demo_path, folder / "registry.db")
        desk = Desk(folder)
        desk.write("corrected.csv", file_in(form, corrected()))
        done = desk.load("corrected.csv")
        assert done.returncode == 0, done.stderr
        assert "Evaluations: 14 read, 14 inserted, 0 updated, 0 unchanged, 0 refused" in done.stderr
        assert "Done: this is load 2" in done.stderr
        loaded.append(desk.evaluations())
        lines = desk.rows("select line from evaluations where load = 2 order by line")
        assert [line for (line,) in lines] == start_lines(corrected())
        again = desk.load("corrected.csv")
        assert again.returncode == 0
        assert "14 read, 0 inserted, 0 updated, 14 unchanged, 0 refused" in again.stderr
        assert "Nothing changed" in again.stderr
    assert loaded[0] == loaded[1]
    assert len(loaded[0]) == 14
    assert (
        "oriv",
        "skills",
        2015,
        "self",
        "demo-1-4",
        "3",
        "ORIV",
        "2016-03-01",
        "Good,\nand noted",
        SOURCE,
    ) in loaded[0]
    assert [row[7:9] for row in loaded[0] if row[8] and "œuvre" in row[8]] == [("2021-10-17", "été – œuvre")]


def test_amounts_of_a_french_spreadsheet_and_of_a_program_are_the_same(desk: Desk) -> None:
    names = ("centre", "funder", "year", "stage", "amount", "object")
    header = [translate(TABLES["funding"].column(name).label, "fr") for name in names]
    content = as_text(
        header,
        [
            ["oriv", "etat", "2015", "granted", "1\u00a0234,50\u00a0€", "deux\nlignes"],
            ["oriv", "etat", "2016", "paid", "12 000", ""],
            ["oriv", "etat", "2017", "paid", "1.234.567,8", ""],
        ],
        ";",
        "\r\n",
    )
    desk.write("money.csv", content.encode("cp1252"))
    assert desk.load("money.csv").returncode == 0
    expected = [(123450, "deux\nlignes"), (1200000, None), (123456780, None)]
    assert desk.rows("select amount_cents, object from funding where load = 2 order by year") == expected
    plain = (
        "centre,funder,year,stage,amount,purpose\n"
        'oriv,etat,2015,granted,1234.5,"deux\nlignes"\noriv,etat,2016,paid,12000,\noriv,etat,2017,paid,1234567.80,\n'
    )
    desk.write("plain.csv", plain)
    assert "Nothing changed" in desk.load("plain.csv").stderr


def test_a_dry_run_reports_the_same_and_writes_nothing(desk: Desk) -> None:
    desk.write("twelve.csv", file_in("utf-8, commas, ids", [row for row, _ in ROWS]))
    desk.write("good.csv", file_in("utf-8, commas, ids", corrected()))
    before = desk.dump()
    assert desk.anomalies("twelve.csv", "--dry-run") == desk.anomalies("twelve.csv")
    done = desk.load("good.csv", "--dry-run")
    assert done.returncode == 0
    assert "14 read, 14 inserted" in done.stderr
    assert "dry run" in done.stderr
    assert desk.dump() == before


def test_refused_rows_are_put_aside_with_their_reasons_and_load_once_corrected(desk: Desk) -> None:
    rows = [row for row, fault in ROWS if fault is None or fault[0] not in {"row-length", "same-key"}]
    good = {tuple(row) for row, fault in ROWS if fault is None}
    desk.write("mixed.csv", file_in("windows-1252, semicolons, CRLF, French", rows))
    done = desk.load("mixed.csv", "--keep-valid")
    assert done.returncode == 1
    assert "12 read, 2 inserted, 0 updated, 0 unchanged, 10 refused" in done.stderr
    assert "mixed.refused.csv" in done.stderr
    assert len(desk.evaluations()) == 2
    refused = desk.folder / "mixed.refused.csv"
    with refused.open(encoding="utf-8", newline="") as stream:
        header, *found = csv.reader(stream)
    assert header == ["crpv_line", "crpv_anomalies", *french_header()]
    expected = [
        (str(line), cells)
        for line, row, cells in zip(start_lines(rows), rows, french(rows), strict=True)
        if tuple(row) not in good
    ]
    assert [(row[0], row[2:]) for row in found] == expected
    assert all(row[1] for row in found)
    assert "Did you mean oriv?" in found[1][1]

    corrections = [fault[2] for row, fault in ROWS if row in rows and fault]
    mended = [
        row[:2] + list((dict(zip(EVALUATIONS, row[2:], strict=True)) | correction).values())
        for row, correction in zip(found, corrections, strict=True)
    ]
    with refused.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *mended])
    done = desk.load("mixed.refused.csv")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    assert "10 read, 10 inserted" in done.stderr
    assert len(desk.evaluations()) == 12


def test_refused_rows_that_are_refused_again_do_not_pile_up_reasons(desk: Desk) -> None:
    desk.write("f.csv", "id,name,kind\ncaf,CAF,?\nlong,row,caf,x\n")
    desk.load("f.csv", "--keep-valid")
    (desk.folder / "aside").mkdir()
    done = desk.load("f.refused.csv", "--as", "funders", "--keep-valid", "--refused", "aside")
    assert done.returncode == 1
    (second,) = (desk.folder / "aside").iterdir()
    with second.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["crpv_line", "crpv_anomalies", "id", "name", "kind"]
    assert [row[2:] for row in rows[1:]] == [["caf", "CAF", "?"], ["long", "row", "caf", "x"]]


def test_anomalies_as_json_have_stable_keys(desk: Desk) -> None:
    desk.write("f.csv", "id;name;kind;colour\ncaf;CAF;landlord;red\nX Y;Z;caf;\n")
    extra, slug = desk.anomalies("f.csv")
    for key in ("code", "severity", "file", "line", "column", "value", "message", "advice"):
        assert key in extra
    assert {key: extra[key] for key in ("code", "severity", "file", "line", "column", "value", "advice")} == {
        "code": "extra-column",
        "severity": "warning",
        "file": "f.csv",
        "line": 1,
        "column": "colour",
        "value": None,
        "advice": None,
    }
    assert {key: slug[key] for key in ("code", "severity", "line", "column", "value", "message")} == {
        "code": "not-an-id",
        "severity": "error",
        "line": 3,
        "column": "id",
        "value": "X Y",
        "message": "“X Y” is not an id.",
    }


def test_standard_input_is_loaded_like_a_file(desk: Desk) -> None:
    content = "centre;department;valid_from\noriv;2A;01/01/2025\n".encode("cp1252")
    done = desk.load("-", "--as", "perimeters", stdin=content)
    assert done.returncode == 0, done.stderr
    assert desk.rows("select centre, department, valid_from from perimeters where load = 2") == [
        ("oriv", "2A", "2025-01-01")
    ]
    assert desk.rows("select path from load_files where load = 2") == [("-",)]
    done = desk.load("-", stdin=b"centre;department\noriv;00\n")
    assert done.returncode == 1
    assert done.stderr.startswith("-:2: department: ")


def test_a_folder_is_loaded_whole_in_whatever_order_its_files_refer_to_each_other(desk: Desk) -> None:
    desk.write("in/1-perimeters.csv", "centre,department\nnew,67\n")
    desk.write("in/2-centres.csv", "id,name,short_name,legal_form,co_funded\nnew,New,New,GIP,oui\n")
    desk.write("in/notes.md", "nothing")
    done = desk.load("in")
    assert done.returncode == 0, done.stderr
    assert "notes.md was skipped" in done.stderr
    assert "Centres: 1 read, 1 inserted" in done.stderr
    assert "Perimeters: 1 read, 1 inserted" in done.stderr
    assert desk.rows("select count(*) from load_files where load = 2") == [(2,)]


def test_a_file_that_is_not_there_ends_with_3_and_a_suggestion(desk: Desk) -> None:
    desk.write("evaluations.csv", "centre\n")
    done = desk.load("evaluation.csv")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines() == [
        "Error: There is no file evaluation.csv.",
        "Did you mean evaluations.csv?",
    ]


def test_a_table_that_does_not_exist_ends_with_2(desk: Desk) -> None:
    desk.write("f.csv", "id,name,kind\n")
    done = desk.load("f.csv", "--as", "fundres")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["Error: There is no table called fundres.", "Did you mean funders?"]


def test_a_registry_that_is_not_there_ends_with_3_and_is_not_made(desk: Desk) -> None:
    desk.write("f.csv", "id,name,kind\n")
    done = desk.crpv("load", "f.csv", "--db", "new.db")
    assert done.returncode == 3
    assert "crpv init --db new.db" in done.stderr
    assert not (desk.folder / "new.db").exists()


def test_files_that_cannot_be_read_as_text_are_said_together(desk: Desk) -> None:
    files = {
        "empty.csv": (b"", "empty-file"),
        "neither.csv": (b"nom;siege\n\x81\xe9;x\n", "wrong-encoding"),
        "null.csv": (b"id;name\na;\x00b\n", "not-text"),
        "wide.csv": ("id;name\n".encode("utf-16")[:-1], "wrong-encoding"),
    }
    for name, (content, _) in files.items():
        desk.write(name, content)
    desk.write("sound.csv", "id,name,kind\ncaf,CAF,caf\n")
    before = desk.dump()
    found = {anomaly["file"]: (anomaly["code"], anomaly["line"]) for anomaly in desk.anomalies(*files, "sound.csv")}
    assert found == {name: (code, None) for name, (_, code) in files.items()}
    assert desk.dump() == before


MONEY = "centre;funder;year;scheme;stage;amount;purpose;reference\n"


def test_centres_and_funders_may_be_written_by_their_names(desk: Desk) -> None:
    rows = "Villes au Carré;État;2009;P147;granted;1000;a;R1\nR&T;banque des territoires;2009;P147;paid;1000;a;R2\n"
    desk.write("names.csv", MONEY + rows)
    done = desk.load("names.csv", "--expect", "centres")
    assert (done.returncode, done.stdout) == (0, "")
    assert "was read as Caisse des Dépôts (Banque des Territoires) (caisse-des-depots)." in done.stderr
    missing = done.stderr.split("Done:")[1]
    assert "oriv" in missing
    assert "villes-au-carre" not in missing
    assert desk.rows("select centre, funder from funding where year = 2009 order by reference") == [
        ("villes-au-carre", "etat"),
        ("ressources-et-territoires", "caisse-des-depots"),
    ]
    desk.write("ids.csv", f"{MONEY}villes-au-carre;etat;2009;P147;granted;1000;a;R1\n")
    assert "1 unchanged" in desk.load("ids.csv").stderr


def test_what_several_are_called_is_refused_with_them_in_french_too(desk: Desk) -> None:
    desk.write("region.csv", f"{MONEY}Labo Cités;Région;2009;P147;granted;1000;a;R1\n")
    (found,) = desk.anomalies("region.csv")
    assert (found["code"], found["column"], found["value"]) == ("ambiguous-reference", "funder", "Région")
    home = {"HOME": str(desk.folder), "CRPV_LANG": "fr"}
    done = inside("load", "region.csv", "--db", "registry.db", env=home, cwd=desk.folder)
    assert (
        "«\u00a0Région\u00a0» peut désigner plusieurs lignes de la table Financeurs\u00a0: region-bretagne, "
        in done.stderr
    )


def test_a_row_that_somebody_typed_again_is_the_same_row(desk: Desk) -> None:
    row = "villes-au-carre;etat;2009;Région;granted;1000;Journée d’études à Évreux;R1\n"
    desk.write("first.csv", MONEY + row)
    desk.write("mac.csv", MONEY + unicodedata.normalize("NFD", row))
    desk.write("word.csv", MONEY + row.replace("’", "'"))
    desk.write("typed.csv", MONEY + row.lower())
    assert desk.load("first.csv", "word.csv").returncode == 0
    for name in ("mac.csv", "word.csv"):
        done = desk.load(name)
        assert "Warning" not in done.stderr
        assert "1 unchanged" in done.stderr
    home = {"HOME": str(desk.folder), "CRPV_LANG": "fr"}
    done = inside("load", "typed.csv", "--db", "registry.db", env=home, cwd=desk.folder)
    assert "écrite autrement" in done.stderr
    assert "«\u00a0région\u00a0» pour «\u00a0Région\u00a0»" in done.stderr
    assert desk.rows("select count(*), sum(amount_cents) from funding where year = 2009") == [(1, 100000)]

"""The command in this process, and small registries that it is asked about."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crpv_cli import interrupts
from crpv_cli.main import run

# A network of two centres, as small as can be loaded; every test adds what it is about.
NETWORK = {
    "sources": """
        id,title,fictitious
        books,The books,false
        journal,The journal,false
        """,
    "departments": """
        code,name,region_code,region_name
        01,Ain,84,Auvergne-Rhône-Alpes
        02,Aisne,32,Hauts-de-France
        971,Guadeloupe,01,Guadeloupe
        """,
    "centres": """
        id,name,short_name,legal_form,opened,co_funded,source
        one,Centre one,One,association,2000,true,books
        two,Centre two,Two,gip,2000,true,books
        """,
    "funders": """
        id,name,kind
        state,État,state
        town,Ville,commune
        bank,Banque,public_bank
        """,
    "missions": """
        id,name_fr,name_en,core
        animation,Animation,Animation,true
        skills,Compétences,Skills,true
        complementary,Autres,Others,false
        """,
    "scales": """
        id,name,minimum,maximum,levels,official
        four,One to four,1,4,,true
        twenty,Nought to twenty,0,20,,true
        own,Somebody's own,1,5,,false
        """,
}


@pytest.fixture(autouse=True)
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own: where the registry is by default, and what is typed is kept."""
    home = tmp_path / "data-home"
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    return home


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command ended with and printed."""

    code: object
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def said(self) -> str:
        """What was said, whatever the width of the terminal."""
        return " ".join(self.err.split())


class _Terminal(io.StringIO):
    """Somebody who answers, or who reads."""

    def isatty(self) -> bool:
        return True


class _Bytes(io.TextIOWrapper):
    """A stream that nobody looks at until the command has ended."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="")

    def text(self) -> str:
        self.flush()
        written = self.buffer
        assert isinstance(written, io.BytesIO)
        return written.getvalue().decode()


def crpv(*arguments: object, answers: str | None = None, stdin: bytes | None = None) -> Ran:
    """Run the command in this process. With answers, somebody sits at a terminal and gives them."""
    out, err, asked = _Bytes(), _Bytes(), _Terminal()
    # One command may run while another one waits: what was written is told by each process for itself.
    before = {name: value for name, value in vars(interrupts._State).items() if not name.startswith("__")}
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        if answers is not None:
            patch.setattr("sys.stdin", _Terminal(answers))
        if stdin is not None:
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with redirect_stdout(out), redirect_stderr(err if answers is None else asked):
            run([str(argument) for argument in arguments])
    for name, value in before.items():
        setattr(interrupts._State, name, value)
    return Ran(ended.value.code, out.text(), err.text() + asked.getvalue())


def table(text: str) -> str:
    """A table as it stands in a test, without its margin."""
    return "".join(f"{line.strip()}\n" for line in text.strip().splitlines())


def records(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text)))


def as_csv(rows: Sequence[dict[str, str]], names: Sequence[str]) -> str:
    """Rows as a CSV file."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def add_tables(db: Path, **tables: str) -> Ran:
    """Load tables from CSV files of their names into a registry."""
    folder = db.with_suffix(".csv")
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(table(text), encoding="utf-8")
    ran = crpv("load", *(folder / f"{name}.csv" for name in tables), "--db", db)
    assert ran.code == 0, ran.err
    return ran


@pytest.fixture(scope="session")
def network_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network of two centres."""
    path = tmp_path_factory.mktemp("network") / "network.sqlite"
    assert crpv("init", "--empty", "--db", path).code == 0
    add_tables(path, **NETWORK)
    return path


Registry = Callable[..., Path]


@pytest.fixture
def registry(network_path: Path, tmp_path: Path) -> Registry:
    """Makes a copy of the network with more tables in it, or with other rows in these."""

    def make(**tables: str) -> Path:
        path = tmp_path / "registry.sqlite"
        shutil.copy(network_path, path)
        if tables:
            add_tables(path, **tables)
        return path

    return make


def rows_of(db: Path, name: str) -> list[dict[str, str]]:
    """The rows of a table, as ``list`` writes them for a machine."""
    ran = crpv("list", name, "--db", db, "--format", "csv")
    assert ran.code == 0, ran.err
    return records(ran.out)


def state_of(db: Path) -> str:
    """Everything that a registry holds, provenance and log included."""
    with closing(sqlite3.connect(db)) as connection:
        return "\n".join(connection.iterdump())

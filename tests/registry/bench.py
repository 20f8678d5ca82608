"""A registry of its own for a test: files go in, rows come out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from crpv_cli.errors import Anomaly
from crpv_cli.intake.files import ReadOptions, gather
from crpv_cli.intake.sources import sources_of
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.loading import LoadReport, load
from crpv_cli.registry.schema import there_is
from crpv_cli.registry.seals import seal_all

# A small world, in the order in which its tables refer to each other.
WORLD = {
    "sources": "id,title,fictitious\nreport,Annual report,no\nlist,Official list,no\n",
    "departments": (
        "code,name,region_code,region_name,source\n"
        "67,Bas-Rhin,44,Grand Est,list\n68,Haut-Rhin,44,Grand Est,list\n2A,Corse-du-Sud,94,Corse,list\n"
    ),
    "centres": (
        "id,name,short_name,legal_form,seat,opened,co_funded,exemption_reason,source,note\n"
        "oriv,Observatoire,ORIV,association,Strasbourg,2020-01-01,yes,,report,\n"
        "paris,Centre de Paris,Paris,unknown,Paris,,no,funded by one body,report,first note\n"
    ),
    "perimeters": "centre,department,valid_from,source\noriv,67,,list\noriv,68,2020-01-01,list\n",
    "funders": "id,name,kind\netat,État,state\nville,Ville,commune\n",
    "missions": (
        "id,name_fr,name_en,core\nskills,Compétences,Skills,yes\nanimation,Animation,Animation,yes\n"
        "complementary,Autres,Others,no\n"
    ),
    "scales": "id,name,minimum,maximum,levels\none-to-four,1 to 4,1,4,\nletters,Letters,,,D | C | B | A\n",
    "evaluations": "centre,mission,year,kind,scale,rating,summary\noriv,skills,2023,joint,one-to-four,3,Good\n",
    "funding": (
        "centre,funder,year,scheme,stage,amount,purpose,reference,source,note\n"
        "oriv,etat,2023,P147,granted,1234.50,,,report,first\n"
    ),
}

Dump = dict[str, list[tuple[Any, ...]]]


def reseal(connection: sqlite3.Connection) -> None:
    """Commit, and seal what stands in a registry as if crpv had written it, if its tables are those of today."""
    connection.commit()
    with connection:
        if "seals" in there_is(connection):
            seal_all(connection)


class Bench:
    """A folder with a registry and the files that are loaded into it."""

    def __init__(self, folder: Path, registry: Path) -> None:
        self.folder = folder
        self.registry = registry

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file; returns its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def load(self, *files: tuple[str, str], dry_run: bool = False, keep_valid: bool = False) -> LoadReport:
        """Write files, named with their content, and load them together."""
        paths = [self.write(name, content) for name, content in files]
        with open_writing(self.registry) as connection, gather(paths) as (found, _):
            sources, anomalies = sources_of(found, ReadOptions())
            return load(connection, sources, anomalies, dry_run=dry_run, keep_valid=keep_valid)

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """Connect as another program would; what it changes is sealed, as if crpv had written it."""
        with closing(sqlite3.connect(self.registry)) as connection:
            yield connection
            if connection.total_changes:
                reseal(connection)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(query, parameters).fetchall()

    def dump(self) -> Dump:
        """Everything the registry holds, table by table."""
        with self.connect() as connection:
            names = [name for (name,) in connection.execute("select name from sqlite_schema where type = 'table'")]
            names.remove("seals")
            return {name: sorted(connection.execute(f"select * from {name}"), key=repr) for name in names}


def said(report: LoadReport) -> list[tuple[str, int | None, str | None, str | None, str]]:
    """File name, line, column, value and code of every anomaly."""
    return [
        (Path(anomaly.file).name, anomaly.line, anomaly.column, anomaly.value, anomaly.code)
        for anomaly in report.anomalies
    ]


def advice(anomaly: Anomaly) -> str:
    return anomaly.advice.text("en") if anomaly.advice else ""


def figures(report: LoadReport) -> dict[str, tuple[int, int, int, int, int]]:
    """Read, inserted, updated, unchanged and refused, by file name."""
    return {
        Path(outcome.name).name: (
            outcome.read,
            outcome.inserted,
            outcome.updated,
            outcome.unchanged,
            outcome.refused,
        )
        for outcome in report.files
    }

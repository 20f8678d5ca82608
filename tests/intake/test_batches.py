"""Judging rows together gives what judging each of them alone gives: the same rows, and the same anomalies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crpv_cli.definitions.columns import Kind
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly
from crpv_cli.intake.grid import Grid, Read, Row, Rows, RowsGrid
from crpv_cli.intake.headers import read_header
from crpv_cli.intake.tablefile import TableFile
from crpv_cli.registry.loads import Batch, Record, Refused
from tests.intake.rows import rows_of

GOOD = {
    Kind.TEXT: ["a", "Journée d'études", "l\u2019année", "Total"],
    Kind.CODE: ["oriv", "01", "QN00101M", "200071751", "association", "granted", "accordé", "self"],
    Kind.CODES: ["01053", "02571 02691"],
    Kind.INTEGER: ["0", "12", "1 234"],
    Kind.DECIMAL: ["1,5", "2.25"],
    Kind.YEAR: ["2023", "1999"],
    Kind.DATE: ["2023-10-17", "17/10/2023"],
    Kind.PARTIAL_DATE: ["2023", "10/2023"],
    Kind.MONEY: ["1000", "12,50", "1 234,50 €", "99.99"],
    Kind.FLAG: ["oui", "no", "1"],
}
ODD = ["", "", "?", "1.234", "31/02/2023", "total", "2101", "-5", " x ", "=1+1", "Total 2023", "n.d.", "20x3", "9" * 30]


@dataclass
class Alone(Grid):
    """A grid whose rows come one by one."""

    grid: RowsGrid

    def __post_init__(self) -> None:
        self.sha256, self.header, self.header_line = self.grid.sha256, self.grid.header, 1

    def batches(self) -> Iterator[Rows | Read]:
        """Yield the rows of the other grid."""
        return self.grid.rows()


def found_in(grid: Grid, table: Table) -> tuple[list[Record], list[Anomaly], list[Refused], set[str], set[str]]:
    file = TableFile("f.csv", Path("f.csv"), grid, read_header(grid.header, table))
    rows = rows_of(file)
    return (
        sorted((row for row in rows if isinstance(row, Record)), key=lambda row: row.line),
        sorted((row for row in rows if isinstance(row, Anomaly)), key=lambda row: (row.line or 0, row.code)),
        [row for row in rows if isinstance(row, Refused)],
        file.refused_keys,
        file.centres,
    )


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
@settings(max_examples=40)
@given(st.data())
def test_together_or_alone_is_the_same(table: Table, data: st.DataObject) -> None:
    present = [column for column in table.columns if column.required or data.draw(st.booleans())]

    def cell(kind: Kind, choices: list[str]) -> st.SearchStrategy[str]:
        return st.sampled_from([*(choices or GOOD[kind]) * 8, *ODD])

    row = st.tuples(*(cell(column.kind, [choice.code for choice in column.choices]) for column in present)).map(list)
    header = [column.name for column in present]
    whole = st.one_of(
        row, row, row, row.map(lambda cells: cells[:-1]), row.map(lambda cells: [*cells, "x"]), st.just(header)
    )
    cells = data.draw(st.lists(whole, max_size=12))
    together, alone = RowsGrid(header, cells, ""), Alone(RowsGrid(header, cells, ""))
    assert found_in(together, table) == found_in(alone, table)


def test_rows_that_are_plain_come_together(tmp_path: Path) -> None:
    grid = RowsGrid(["centre", "department"], [["oriv", "67"], ["oriv", "1"], ["oriv", "68"]], "")
    given_rows = list(TableFile("f.csv", Path("f.csv"), grid, read_header(grid.header, TABLES["perimeters"])).rows())
    batches = [row for row in given_rows if isinstance(row, Batch)]
    assert [list(batch.lines) for batch in batches] == [[2, 4], [3]]
    assert isinstance(next(iter(grid.rows())), Row)

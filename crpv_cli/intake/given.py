"""What the user says that a file does not: columns that have one value in all its rows (``--set COLUMN=VALUE``)."""

from __future__ import annotations

from collections.abc import Iterable

from crpv_cli.definitions.named import column_named, columns, near_to, typed
from crpv_cli.definitions.table import Table
from crpv_cli.errors import UsageProblem
from crpv_cli.intake.faults import Fault
from crpv_cli.intake.headers import Header, read_header
from crpv_cli.intake.records import readers_of
from crpv_cli.intake.values import clean
from crpv_cli.language import msg
from crpv_cli.spelling import fold


def read_given(words: Iterable[str]) -> dict[str, str]:
    """Read what follows ``--set``: a column and its value, as typed.

    Raises:
        UsageProblem: there is no value, no column, or two values for one column.
    """
    given: dict[str, str] = {}
    for word in words:
        column, sign, value = word.partition("=")
        column, value = column.strip(), clean(value)
        if not (sign and column and value):
            raise UsageProblem(
                msg("“{word}” gives no column a value.", word=word),
                msg("Write a column and its value: {example}", example='--set year=2023 --set funder="Ville de Tours"'),
            )
        if any(fold(other) == fold(column) for other in given):
            raise UsageProblem(
                msg("--set gives {column} two values.", column=column), msg("Keep the one that is right.")
            )
        given[column] = value
    return given


def check_given(header: Header) -> None:
    """Check that the values given are of columns of the table that the file lacks, and can be read.

    Raises:
        Fault: one is of no column, of one that the file has, or is no value of its column.
    """
    for name in header.unknown:
        near = near_to(name, columns(header.table.columns, header.table), 1)
        raise Fault(
            "given-unknown",
            msg(
                "The column {column}, given with --set, is not part of the table {table}.",
                column=name,
                table=header.table.name,
            ),
            msg("Did you mean {near}?", near=near[0])
            if near
            else msg("Its columns are: {columns}.", columns=[typed(column) for column in header.table.columns]),
        )
    in_file = {column.name for column in header.columns if column}
    for name, value in header.given.items():
        if name in in_file:
            raise Fault(
                "given-twice",
                msg("The file has the column {column} that --set gives.", column=name),
                msg("Leave --set {column} out, or remove the column from the file.", column=name),
            )
        try:
            readers_of(header.table.name)[name].read(value)
        except Fault as fault:
            raise Fault(
                fault.code, msg("--set {column}: {problem}", column=name, problem=fault.message), fault.advice
            ) from None


def cells_of(table: Table, words: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Read the columns and values of one row; returns what was typed for each column, by its name.

    Raises:
        UsageProblem: a word gives no column a value, a column is not one of the table, or has two values.
    """
    cells: dict[str, tuple[str, str]] = {}
    for word in words:
        heading, sign, value = word.partition("=")
        heading = heading.strip()
        if not (sign and heading):
            raise UsageProblem(
                msg("“{word}” gives no column a value.", word=word),
                msg("Write a column and its value: {example}", example=f"{table.key[0]}=…"),
            )
        (column,) = read_header([heading], table).columns
        name = column.name if column is not None else column_named(heading, table.columns, table)
        if name in cells:
            raise UsageProblem(msg("{column} is given two values.", column=name), msg("Keep the one that is right."))
        cells[name] = heading, clean(value)
    return cells

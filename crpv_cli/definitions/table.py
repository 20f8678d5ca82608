"""What a table is, and the columns that several tables have."""

from __future__ import annotations

from dataclasses import dataclass

from crpv_cli.definitions import choices
from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.language import N_

__all__ = [
    "Table",
    "centre_column",
    "confidence_column",
    "department_column",
    "id_column",
    "note_column",
    "siren_column",
    "source_column",
    "year_column",
]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, its natural key, and the columns a terminal shows when none are asked for."""

    name: str
    label: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    screen: tuple[str, ...]

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises:
            KeyError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


def source_column() -> Column:
    """The source of a row."""
    return Column(
        "source",
        N_("Source"),
        Kind.CODE,
        refers="sources",
        explanation=N_("Id of the source (see the table sources)."),
    )


def note_column() -> Column:
    """What the reader must know about a row."""
    return Column("note", N_("Remark"), explanation=N_("What the reader must know about this row."), written=True)


def centre_column() -> Column:
    """The centre that a row is of."""
    return Column("centre", N_("Centre"), Kind.CODE, True, refers="centres", explanation=N_("Id of the centre."))


def department_column() -> Column:
    """The department that a row is of."""
    return Column(
        "department",
        N_("Department"),
        Kind.CODE,
        True,
        refers="departments",
        shape=Shape.DEPARTMENT,
        explanation=N_("INSEE code, as text: 01, 2A, 971."),
    )


def confidence_column() -> Column:
    """How sure a row is."""
    return Column(
        "confidence",
        N_("Confidence"),
        choices=choices.CONFIDENCES,
        explanation=N_("How sure the row is: high, medium or low."),
    )


def id_column(explanation: str) -> Column:
    """The short name that a row is known by."""
    return Column("id", N_("Id"), Kind.CODE, True, shape=Shape.SLUG, explanation=explanation)


def siren_column(explanation: str) -> Column:
    """A SIREN number."""
    return Column("siren", N_("SIREN"), Kind.CODE, shape=Shape.SIREN, explanation=explanation)


def year_column(label: str, explanation: str, name: str = "year", required: bool = True) -> Column:
    """A year, by default the year that a row is of."""
    return Column(name, label, Kind.YEAR, required, minimum=1970, maximum=2100, explanation=explanation)

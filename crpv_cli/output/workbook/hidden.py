"""The hidden sheet of a form, ``crpv-form``, which says what the form is when it comes back.

``intake/returned.py`` reads it. All its cells are texts. Columns A and B hold keys and values, from row 1 downwards:

================== ==========================================================================================
column A           column B
================== ==========================================================================================
form               ``2``: the version of this layout
centre             the id of the centre that the form is for; empty if it is for all
year               the year that it is about; empty if none of its tables has one
filled             ``1`` if rows that the registry held are in the form, ``0`` if not
fictitious         ``1`` if any of these rows is fictitious, ``0`` if not
language           ``en`` or ``fr``: the language of its headings and lists
crpv               the version of crpv that made it
cover              the name of the sheet that holds no table; empty if there is none
sheet.TABLE        the name of the sheet of a table: ``sheet.evaluations`` is ``Évaluations``
prepared.TABLE     the columns that its rows come with, separated by commas: ``centre,mission,year``; empty if none.
                   A row in which nothing else is filled was not answered
================== ==========================================================================================

Column C is empty. From column D on, each column has its name in row 1 and its cells from row 2 on:

========================= ===================================================================================
row 1                     below
========================= ===================================================================================
evaluations.mission       what the list of a column offers, as it stands in the cells of the form
evaluations.mission:id    beside it, where these are names: the id that each stands for
+scales.id, +scales.name… rows that the form carries, in case that the registry it is loaded into lacks them
========================= ===================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping

from crpv_cli import __version__, language
from crpv_cli.output.workbook.book import Book, refer
from crpv_cli.result import Carry, Field, FormBook, Value

FACTS = "crpv-form"

_FIRST_LIST = 3  # column D


class Hidden:
    """What stands in the hidden sheet of a form: first where its lists are, and once all sheets are named, the rest."""

    def __init__(self, asked: FormBook, lists: Mapping[tuple[str, Field], tuple[str, ...]]) -> None:
        """Take what each column of a table offers, by the table and its field."""
        self._asked = asked
        self._columns: list[tuple[str, ...]] = []
        self._addresses: dict[tuple[str, str], str] = {}
        for (table, field), choices in lists.items():
            if not choices:
                continue
            name = f"{table}.{field.column.name}"
            place = _FIRST_LIST + len(self._columns)
            self._addresses[table, field.column.name] = "=" + refer(FACTS, _range(place, len(choices)))
            self._columns.append((name, *choices))
            if field.names:
                self._columns.append((f"{name}:id", *field.choices))
        for carry in asked.carries:
            self._columns.extend(_carried(carry))

    def lists_of(self, table: str) -> dict[str, str]:
        """Return the addresses of the lists of a table, by column."""
        return {column: address for (its, column), address in self._addresses.items() if its == table}

    def write(self, book: Book, sheets: Mapping[str, str], cover: str | None) -> None:
        """Write the sheet behind the others, whose names are given by table."""
        asked = self._asked
        facts = {
            "form": "2",
            "centre": asked.centre or "",
            "year": str(asked.year or ""),
            "filled": str(int(any(row.known for form in asked.forms for row in form.rows))),
            "fictitious": str(int(asked.fictitious)),
            "language": language.current(),
            "crpv": __version__,
            "cover": cover or "",
        }
        for form in asked.forms:
            facts[f"sheet.{form.table.name}"] = sheets[form.table.name]
            facts[f"prepared.{form.table.name}"] = ",".join(form.prepared)
        sheet = book.sheet(FACTS)
        for row, (key, value) in enumerate(facts.items()):
            book.text(sheet, row, 0, key, num_format="@")
            book.text(sheet, row, 1, value, num_format="@")
        for place, cells in enumerate(self._columns, _FIRST_LIST):
            for row, text in enumerate(cells):
                if text:
                    book.text(sheet, row, place, text, num_format="@")
        sheet.hide()


def _carried(carry: Carry) -> list[tuple[str, ...]]:
    return [
        (f"+{carry.table.name}.{name}", *(_plain(row[place]) for row in carry.rows))
        for place, name in enumerate(carry.columns)
    ]


def _plain(value: Value) -> str:
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def _range(place: int, count: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    letter = xl_col_to_name(place, col_abs=True)
    return f"{letter}$2:{letter}${count + 1}"

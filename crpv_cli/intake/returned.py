"""What the hidden sheet of a form that came back says: whose it is, what it was sent out with, what its names mean.

``output/workbook/hidden.py`` writes that sheet and says how it is laid out. Forms of the first layout, of one table and
with ids in their cells, are read as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crpv_cli.definitions.tables import TABLES
from crpv_cli.intake.wall import Workbook
from crpv_cli.registry.loads import Carried
from crpv_cli.result import FormFacts
from crpv_cli.spelling import fold

FORM_SHEET = "crpv-form"

_FIRST_LIST = 3  # column D


@dataclass(frozen=True, slots=True)
class ReturnedForm:
    """What a form says of itself.

    ``prepared`` are the columns with which the rows of each of its tables came, ``sheets`` the sheets that it was sent
    out with, by table, and ``cover`` the one that holds no table. ``names`` are the ids of the names in the lists of a
    table, by column and folded name; ``carried`` are rows of other tables, in case a registry lacks them.
    """

    facts: FormFacts
    prepared: Mapping[str, tuple[str, ...]]
    sheets: Mapping[str, str] = field(default_factory=dict)
    cover: str | None = None
    names: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    carried: Mapping[str, Mapping[str, Carried]] = field(default_factory=dict)

    def hint(self, sheet: str) -> str:
        """The name of the table that a sheet was sent out with, else its own name."""
        return next((table for table, name in self.sheets.items() if name == sheet), sheet)

    def is_of(self, table: str) -> bool:
        """Whether the form asks for a table."""
        return table in self.prepared


def returned_form(workbook: Workbook) -> ReturnedForm | None:
    """Read the hidden sheet of a workbook; None if it has none, or if nothing in it says that it is a form.

    Raises:
        Fault: the sheet is damaged.
    """
    if FORM_SHEET not in (name for name, _ in workbook.sheets):
        return None
    rows = [(line, list(map(str, cells))) for line, cells in workbook.rows(FORM_SHEET)]
    facts = {cells[0]: cells[1] for _, cells in rows if len(cells) > 1 and cells[0]}
    if not facts:
        return None
    year = facts.get("year", "")
    form = FormFacts(facts.get("centre") or None, int(year) if year.isdecimal() else None)
    if facts.get("form", "1") == "1":
        return ReturnedForm(form, {facts.get("table", ""): _split(facts.get("prepared", ""))})
    parts: dict[str, dict[str, str]] = {"prepared": {}, "sheet": {}}
    for key, value in facts.items():
        what, _, table = key.partition(".")
        if table in TABLES:
            parts.setdefault(what, {})[table] = value
    return ReturnedForm(
        form,
        {table: _split(parts["prepared"].get(table, "")) for table in parts["sheet"]},
        parts["sheet"],
        facts.get("cover") or None,
        _names(rows),
        _carried(rows),
    )


def _split(names: str) -> tuple[str, ...]:
    return tuple(name for name in names.replace(" ", "").split(",") if name)


def _names(rows: list[tuple[int, list[str]]]) -> dict[str, dict[str, dict[str, str]]]:
    """The ids of the names in lists: of two columns side by side, ``funding.funder`` and ``funding.funder:id``."""
    heads = _heads(rows)
    found: dict[str, dict[str, dict[str, str]]] = {}
    for head, place in heads.items():
        if (ids := heads.get(f"{head}:id")) is None:
            continue
        table, _, column = head.partition(".")
        found.setdefault(table, {})[column] = {
            fold(cells[place]): cells[ids] for _, cells in rows[1:] if len(cells) > ids and cells[place] and cells[ids]
        }
    return found


def _carried(rows: list[tuple[int, list[str]]]) -> dict[str, dict[str, Carried]]:
    """The rows of other tables: of columns that are called ``+scales.id``, ``+scales.name``."""
    places: dict[str, dict[str, int]] = {}
    for head, place in _heads(rows).items():
        table, _, column = head.removeprefix("+").partition(".")
        if head.startswith("+") and table in TABLES and column in TABLES[table].names:
            places.setdefault(table, {})[column] = place
    found: dict[str, dict[str, Carried]] = {}
    for table, columns in places.items():
        (key,) = TABLES[table].key
        for line, cells in rows[1:]:
            values = {name: cells[place] for name, place in columns.items() if place < len(cells)}
            if identifier := values.get(key):
                found.setdefault(table, {})[identifier] = Carried(table, line, values)
    return found


def _heads(rows: list[tuple[int, list[str]]]) -> dict[str, int]:
    return {cell: place for place, cell in enumerate(rows[0][1]) if place >= _FIRST_LIST and cell} if rows else {}

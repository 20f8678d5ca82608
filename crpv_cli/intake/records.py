"""One pydantic model per table, built from the table's definition.

``values`` reads a cell as people type it; the model checks which columns are required, and their limits; row checks
compare two columns. The definition itself is in ``definitions``, so that commands that only read can use it without
importing pydantic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, create_model
from pydantic_core import PydanticCustomError

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.ratings import levels_of
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.values import read_cell
from crpv_cli.language import Day, msg

_TYPES: dict[str, type] = {"TEXT": str, "INTEGER": int, "REAL": float}


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked row: its values by column name, or None if it is refused because of ``faults``.

    ``readable`` holds the values that could be read in a refused row.
    """

    values: dict[str, Any] | None
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    corrections: list[tuple[str, Correction]] = field(default_factory=list)
    readable: dict[str, Any] = field(default_factory=dict)


def check(table: Table, cells: Mapping[str, str]) -> Checked:
    """Check the cells of one row, by column name, without empty ones.

    Everything wrong with the row is returned at once, each fault with its column.
    """
    seen = _Seen()
    faults: list[tuple[str, Fault]] = []
    values = None
    try:
        values = dict(model_of(table.name).model_validate(cells, context=seen))
    except ValidationError as error:
        faults = [_fault(table, dict(detail)) for detail in error.errors(include_url=False)]
    # Columns that were read are checked against each other even if another one is at fault.
    faulty = {name for name, _ in faults}
    periods = ((period, _ordered(*period)) for period in table.periods)
    for columns, row_check in (*_ROW_CHECKS.get(table.name, ()), *periods):
        if faulty.isdisjoint(columns) and (found := row_check(seen.values)):
            faults.append(found)
    faulty = {name for name, _ in faults}
    readable = {name: value for name, value in seen.values.items() if name not in faulty} if faults else {}
    return Checked(None if faults else values, faults, seen.corrections, readable)


@dataclass(slots=True)
class _Seen:
    """The values read in a row before the model checks it; an empty cell is None."""

    values: defaultdict[str, Any] = field(default_factory=lambda: defaultdict(lambda: None))
    corrections: list[tuple[str, Correction]] = field(default_factory=list)


@cache
def model_of(table_name: str) -> type[BaseModel]:
    """Return the model of a table's records; its fields have the names of the columns."""
    table = TABLES[table_name]
    fields: dict[str, Any] = {}
    for column in table.columns:
        stored: Any = _TYPES[column.kind.sql_type]
        kind: Any = Annotated[stored, Field(ge=column.minimum, le=column.maximum), BeforeValidator(_reader(column))]
        fields[column.name] = (kind, ...) if column.required else (kind | None, None)
    return create_model(table_name, __config__=ConfigDict(extra="forbid", frozen=True), **fields)


def _reader(column: Column) -> Callable[[str, ValidationInfo], object]:
    # Ids, years and stages are repeated many times in a file of any size.
    known = lru_cache(maxsize=4096)(partial(read_cell, column=column))

    def read(text: str, info: ValidationInfo) -> object:
        try:
            value, correction = known(text)
        except Fault as fault:
            raise PydanticCustomError("fault", "{column}", {"column": column.name, "fault": fault}) from None
        if isinstance(info.context, _Seen):
            info.context.values[column.name] = value
            if correction:
                info.context.corrections.append((column.name, correction))
        return value

    return read


def _fault(table: Table, detail: Mapping[str, Any]) -> tuple[str, Fault]:
    context = detail.get("ctx") or {}
    if detail["type"] == "fault":
        return context["column"], context["fault"]
    column = table.column(str(detail["loc"][0]))
    if detail["type"] == "missing":
        return column.name, Fault(
            "empty-cell",
            msg("The cell is empty; {column} is required.", column=msg(column.label)),
            msg(column.explanation),
        )
    bound = context.get("ge", context.get("le"))
    return column.name, Fault(
        "out-of-bounds",
        msg("“{value}” is outside the allowed range.", value=str(detail["input"])),
        msg("Write {bound} or more.", bound=f"{bound:g}")
        if "ge" in context
        else msg("Write {bound} or less.", bound=f"{bound:g}"),
    )


RowCheck = Callable[[Mapping[str, Any]], tuple[str, Fault] | None]


def _ordered(first: str, last: str) -> RowCheck:
    def in_order(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
        start, end = record[first], record[last]
        if not start or not end or start <= end:
            return None
        return last, Fault(
            "ends-before-start",
            msg("The last day, {end}, is before the first, {start}.", end=Day(end), start=Day(start)),
            msg("Check both dates."),
        )

    return in_order


def _exempt(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if not record["co_funded"] and not record["exemption_reason"]:
        return "exemption_reason", Fault(
            "no-reason",
            msg("The centre is not co-funded and no reason is given."),
            msg("Write why it is exempt, or that it is co-funded."),
        )
    return None


def _scale(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["levels"]:
        if len(levels_of(record["levels"])) < 2:
            return "levels", Fault(
                "one-level", msg("A scale has at least two levels."), msg("Write them worst first: D | C | B | A.")
            )
        return None
    lowest, highest = record["minimum"], record["maximum"]
    if lowest is None or highest is None or lowest >= highest:
        return "maximum", Fault(
            "no-bounds",
            msg("The scale has neither levels nor a lowest and a highest rating, in that order."),
            msg("Write its lowest and highest rating, or its levels."),
        )
    return None


def _evaluation(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["rating"] and not record["scale"]:
        return "scale", Fault(
            "no-scale", msg("A rating needs its scale."), msg("Write the id of the scale (see: crpv list scales).")
        )
    return None


def _vintage(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    expected = "2015" if str(record["code"]).startswith("QP") else "2024"
    if not record["geography"] or record["geography"] == expected:
        return None
    return "geography", Fault(
        "other-geography",
        msg("The code {code} belongs to the geography of {year}.", code=record["code"], year=expected),
        msg("Codes QP… are those of 2015, QN… those of 2024: check both cells."),
    )


def _inside(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    communes = str(record["communes"] or "").split()
    departments = {code[:3] if code[:2] in {"97", "98"} else code[:2] for code in communes}
    if not departments or not record["department"] or record["department"] in departments:
        return None
    return "communes", Fault(
        "communes-elsewhere",
        msg("None of the communes is in the department {department}.", department=record["department"]),
        msg("Check the codes of the communes and of the department."),
    )


def _one_subject(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["centre"] and record["department"]:
        return "department", Fault(
            "two-subjects",
            msg("An exception is for a centre or a department, not for both."),
            msg("Leave one of the two cells empty."),
        )
    return None


def _successor(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if not record["successor"]:
        return None
    if record["successor"] == record["id"]:
        return "successor", Fault(
            "own-successor", msg("A centre cannot be its own successor."), msg("Name the centre that took over.")
        )
    if not record["closed"]:
        return "successor", Fault(
            "successor-of-open",
            msg("Only a centre that closed has a successor."),
            msg("Write when it closed, or leave the successor empty."),
        )
    return None


def _closed_after(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    opened, closed = record["opened"], record["closed"]
    if not opened or not closed or opened[: len(closed)] <= closed:
        return None
    return "closed", Fault(
        "ends-before-start",
        msg("It closed ({closed}) before it opened ({opened}).", closed=closed, opened=opened),
        msg("Check both dates."),
    )


def _consent(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if record["person"] and not (record["consent"] and record["valid_to"]):
        return "person", Fault(
            "person-without-consent",
            msg("A person is named without consent or without a last day."),
            msg("Write that the person agreed, and until when; or leave the name out."),
        )
    return None


def _one_partner(record: Mapping[str, Any]) -> tuple[str, Fault] | None:
    if bool(record["centre"]) is bool(record["partner"]):
        return "partner", Fault(
            "two-subjects",
            msg("A row names one partner: a centre or another body."),
            msg("Fill in one of the two cells."),
        )
    return None


# Per table, besides its periods: the columns of a check, and the check, made if each of them could be read.
_ROW_CHECKS: dict[str, tuple[tuple[tuple[str, ...], RowCheck], ...]] = {
    "centres": (
        (("co_funded", "exemption_reason"), _exempt),
        (("id", "closed", "successor"), _successor),
        (("opened", "closed"), _closed_after),
    ),
    "contacts": ((("person", "consent", "valid_to"), _consent),),
    "meetings": ((("starts_on", "ends_on"), _ordered("starts_on", "ends_on")),),
    "project_partners": ((("centre", "partner"), _one_partner),),
    "neighbourhoods": (
        (("code", "geography"), _vintage),
        (("department", "communes"), _inside),
    ),
    "exceptions": ((("centre", "department"), _one_subject),),
    "scales": ((("minimum", "maximum", "levels"), _scale),),
    "evaluations": ((("scale", "rating"), _evaluation),),
}

"""What only the whole load shows: references between files, ratings on their scales, money reported twice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.ratings import Scale
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Euros, msg
from crpv_cli.registry.doubles import SameMoney, same_money
from crpv_cli.registry.life import STATE
from crpv_cli.registry.loads import Source
from crpv_cli.registry.queries import position
from crpv_cli.registry.staging import Stage
from crpv_cli.spelling import closest

Found = tuple[int, Anomaly]
"""The number of the source in its load, and what is wrong with one of its rows."""


def unresolved(
    stage: Stage, sources: Sequence[Source], table: Table, refused: dict[str, set[str]], keep_valid: bool
) -> list[Found]:
    """Find the rows of a table that name a centre, a source... that is neither in the registry nor in the load.

    ``refused`` holds the keys of refused rows by table: where nothing will be loaded anyway, what refers to them is not
    at fault a second time.
    """
    found: list[Found] = []
    for column in [column for column in table.columns if column.refers]:
        for row in stage.unresolved(table, column):
            in_load = row["value"] in refused.get(column.refers or "", ())
            if keep_valid or not in_load:
                found.append((row["file"], _unresolved(stage, sources[row["file"]], column, row, in_load)))
    return found


def _unresolved(stage: Stage, source: Source, column: Column, row: sqlite3.Row, in_load: bool) -> Anomaly:
    target = TABLES[column.refers or ""]
    if in_load:
        advice = msg("Its own row in this load was refused: correct that one first.")
    else:
        (key,) = target.key
        near = closest(row["value"], {known[key] for known in stage.rows_of(target.name, key)}, 2)
        advice = (
            msg("Did you mean {near}?", near=near)
            if near
            else msg("Load it into the table {table} first, or see: crpv list {table}", table=target.name)
        )
    return source.anomaly(
        "unknown-reference",
        msg("“{value}” is not in the table {table}.", value=row["value"], table=target.name),
        advice,
        row["line"],
        column.name,
        row["value"],
    )


def faulty_ratings(stage: Stage, sources: Sequence[Source]) -> Iterator[Found]:
    """Find ratings that are not on their scale, and ratings of a mission that is not a core one."""
    if "evaluations" not in stage.tables:
        return
    scales = {row["id"]: row for row in stage.rows_of("scales", "id, minimum, maximum, levels")}
    cores = {row["id"]: row["core"] for row in stage.rows_of("missions", "id, core")}
    for row in stage.rated():
        scale = scales.get(row["scale"])
        if scale is not None and position(row["rating"], *tuple(scale)[1:]) is None:
            code = "off-scale"
            message = msg("The rating “{rating}” is not on the scale {scale}.", rating=row["rating"], scale=scale["id"])
            advice = msg("The scale is {bounds}.", bounds=Scale.of(scale).bounds())
        elif cores.get(row["mission"]) == 0:
            code = "not-rated"
            message = msg("The mission {mission} is not a core mission: it is not rated.", mission=row["mission"])
            advice = msg("Leave the rating empty.")
        else:
            continue
        anomaly = sources[row["file"]].anomaly(code, message, advice, row["line"], "rating", row["rating"])
        yield row["file"], anomaly


def restated(connection: sqlite3.Connection, load: int) -> Iterator[Anomaly]:
    """Warn of centres to which a load gives another name, form, carrier, SIREN or seat for all dates.

    What was unknown and is known now is no other one; and a load that also says what it was before is of a day.
    """
    rows = connection.execute(
        """
        select c.key ->> 'id' as centre, c.before, c.after, c.line, f.path, f.sheet
        from changes as c left join load_files as f on f.id = c.file
        where c.load = ? and c.table_name = 'centres' and c.action = 'update' and not exists (
            select 1 from changes as s
            where s.load = c.load and s.table_name = 'centre_states' and s.key ->> 'centre' = c.key ->> 'id'
        )
        order by c.id
        """,
        (load,),
    ).fetchall()
    for row in rows:
        before, after = json.loads(row["before"]), json.loads(row["after"])
        columns = [name for name in STATE if name in after and before[name] not in {None, "unknown"}]
        if columns:
            verb = "rename" if {"name", "short_name"}.issuperset(columns) else "change"
            yield Anomaly(
                "changes-all-dates",
                Severity.WARNING,
                row["path"] or "?",
                msg(
                    "{centre}: this changes {columns} for all dates, past ones too.",
                    centre=row["centre"],
                    columns=columns,
                ),
                msg(
                    "If it changed on a day, use this instead: crpv centre {verb} {centre} --on DATE",
                    verb=verb,
                    centre=row["centre"],
                ),
                row["line"],
                sheet=row["sheet"],
            )


def reported_twice(connection: sqlite3.Connection, load: int) -> Iterator[Anomaly]:
    """Warn of money of a load that the registry now holds from two sources."""
    return (_same_money(pair) for pair in same_money(connection, load))


def _same_money(pair: SameMoney) -> Anomaly:
    first, second = pair.first, pair.second
    return Anomaly(
        "same-money",
        Severity.WARNING,
        second["path"] or "?",
        msg(
            "{centre}, {year}, {scheme}: {amount} from {source} looks like the {other} from {origin} "
            "({file}, line {line}). Both are kept; a total that counts both counts the money twice.",
            centre=second["centre"],
            year=str(second["year"]),
            scheme=second["scheme"] or "?",
            amount=Euros(second["amount_cents"]),
            source=second["source"] or "?",
            other=Euros(first["amount_cents"]),
            origin=first["source"] or "?",
            file=first["path"] or "?",
            line=str(first["line"] or "?"),
        ),
        msg("If it is the same, undo this load (crpv undo) and leave that row out of the file."),
        second["line"],
        sheet=second["sheet"],
    )

"""Finding the centre, region, department or mission that a name means."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.spelling import closest, fold


def find_centre(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the id of a centre named by its id, its short name, or a part of a name that only it has.

    Case, accents and punctuation do not matter. A former name is that of the centre unless another has it now.

    Raises:
        UsageProblem: no centre is meant, or several are; the advice names the nearest ones.
    """
    rows = _centres(connection)
    folded = fold(wanted)
    exact, partly = [], []
    for names in (_spellings(rows), _spellings(_former(connection))):
        exact.append([identifier for identifier, spellings in names.items() if folded in spellings])
        partly.append([one for one, spellings in names.items() if folded and any(folded in name for name in spellings)])
    found = next((ids for ids in exact if len(ids) == 1), partly[0] or partly[1])
    if len(found) == 1:
        return str(found[0])
    if found:
        raise UsageProblem(
            msg("“{value}” could be several centres: {centres}.", value=wanted, centres=found),
            msg("Name one of them by its id."),
        )
    spoken = {row["short_name"]: row["id"] for row in rows} | {row["id"]: row["id"] for row in rows}
    near = list(dict.fromkeys(spoken[name] for name in closest(wanted, spoken)))
    raise UsageProblem(
        msg("There is no centre called “{value}”.", value=wanted),
        msg("Did you mean {near}?", near=near) if near else msg("See the centres with: crpv list"),
    )


def find_place(connection: sqlite3.Connection, wanted: str) -> tuple[str | None, str | None]:
    """Return the id of a centre and None, or None and the code of a department.

    What begins with a digit is the code of a department. A word that is the name of both, such as Paris, is the centre.

    Raises:
        UsageProblem: neither is meant.
    """
    if wanted[:1].isdigit():
        return None, find_department(connection, wanted)
    department = _department_called(connection, wanted)
    spellings = [*_spellings(_centres(connection)).values(), *_spellings(_former(connection)).values()]
    if department and not any(fold(wanted) in names for names in spellings):
        return None, department
    return find_centre(connection, wanted), None


def _centres(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    return connection.execute("select id, short_name, name from centres order by id").fetchall()


def _former(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    return connection.execute("select centre as id, short_name, name from centre_states order by centre").fetchall()


def _spellings(centres: Iterable[sqlite3.Row]) -> dict[str, list[str]]:
    spellings: dict[str, list[str]] = {}
    for row in centres:
        spellings.setdefault(row["id"], []).extend(fold(row[name]) for name in ("id", "short_name", "name"))
    return spellings


def _department_called(connection: sqlite3.Connection, wanted: str) -> str | None:
    """Return the code of the department of this code (1 is 01) or name, or None."""
    code = wanted.upper().zfill(2)
    for row in connection.execute("select code, name from departments order by code"):
        if code == row["code"] or fold(wanted) == fold(row["name"]):
            return str(row["code"])
    return None


def find_department(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the code of a department named by its code (1 is 01) or its name.

    Raises:
        UsageProblem: there is none.
    """
    code = _department_called(connection, wanted)
    if code is not None:
        return code
    near = closest(wanted, [row["name"] for row in connection.execute("select name from departments order by code")])
    raise UsageProblem(
        msg("There is no department called “{value}”.", value=wanted),
        msg("Did you mean {near}?", near=near) if near else msg("See them with: crpv list departments"),
    )


def find_region(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the code of a region named by its code or its name, or by a part that only it has.

    Raises:
        UsageProblem: there is none, or several are meant.
    """
    rows = connection.execute(
        "select distinct region_code as code, region_name as name from departments order by region_name"
    ).fetchall()
    for row in rows:
        if wanted == row["code"] or fold(wanted) == fold(row["name"]):
            return str(row["code"])
    partly = [row for row in rows if fold(wanted) and fold(wanted) in fold(row["name"])]
    if len(partly) == 1:
        return str(partly[0]["code"])
    near = [row["name"] for row in partly] or closest(wanted, [row["name"] for row in rows])
    raise UsageProblem(
        msg("There is no region called “{value}”.", value=wanted),
        msg("Did you mean {near}?", near=near)
        if near
        else msg("The regions are: {regions}.", regions=[f"{row['code']} {row['name']}" for row in rows]),
    )


def find_mission(connection: sqlite3.Connection, wanted: str, core: bool = True) -> str:
    """Return the id of a mission named by its id or one of its names, or by a part that only it has.

    With ``core``, only a core mission is meant.

    Raises:
        UsageProblem: there is none.
    """
    rows = connection.execute(
        "select id, name_fr, name_en from missions where core = 1 or not ? order by core desc, id", (core,)
    ).fetchall()
    exact = [row["id"] for row in rows if any(fold(wanted) == fold(name) for name in tuple(row))]
    partly = [row["id"] for row in rows if fold(wanted) and any(fold(wanted) in fold(name) for name in tuple(row))]
    found = exact or partly
    if len(found) == 1:
        return str(found[0])
    missions = [row["id"] for row in rows]
    raise UsageProblem(
        msg(
            N_("There is no core mission called “{value}”.") if core else N_("There is no mission called “{value}”."),
            value=wanted,
        ),
        msg(
            N_("The core missions are: {missions}.") if core else N_("The missions are: {missions}."), missions=missions
        ),
    )

"""Finding the centre, region, department or mission that a name means."""

from __future__ import annotations

import sqlite3

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, msg
from crpv_cli.registry.resolving import Names, names_of
from crpv_cli.spelling import closest, fold

_MISSIONS = "select id from missions where core = 1 or not ? order by core desc, id"


def find_centre(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the id of a centre named by its id, a name, its SIREN, or a part of a name that only it has.

    Case, accents and punctuation do not matter. A former name is that of the centre unless another has it now.

    Raises:
        UsageProblem: no centre is meant, or several are; the advice names the nearest ones.
    """
    names = names_of(connection, TABLES["centres"])
    found = names.find(wanted).ids or names.parts(wanted, inside_words=True).ids
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageProblem(
            msg("“{value}” could be several centres: {centres}.", value=wanted, centres=list(found)),
            msg("Name one of them by its id."),
        )
    near = names.near(wanted)
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
    department = names_of(connection, TABLES["departments"]).find(wanted).one
    if department and not names_of(connection, TABLES["centres"]).find(wanted).ids:
        return None, department
    return find_centre(connection, wanted), None


def find_department(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the code of a department named by its code (1 is 01) or its name.

    Raises:
        UsageProblem: there is none.
    """
    names = names_of(connection, TABLES["departments"])
    if (code := names.find(wanted).one) is not None:
        return code
    near = closest(wanted, map(names.called, names.spoken))
    raise UsageProblem(
        msg("There is no department called “{value}”.", value=wanted),
        msg("Did you mean {near}?", near=near) if near else msg("See them with: crpv list departments"),
    )


def find_region(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the code of a region named by its code or its name, or by a part that only it has.

    Raises:
        UsageProblem: there is none, or several are meant.
    """
    rows = sorted(
        connection.execute("select distinct region_code as code, region_name as name from departments"),
        key=lambda row: fold(row["name"]),
    )
    names = Names((row["code"], [row["name"]]) for row in rows)
    partly = names.parts(wanted, inside_words=True)
    if (code := names.find(wanted).one or partly.one) is not None:
        return code
    near = [names.called(one) for one in partly.ids] or closest(wanted, map(names.called, names.spoken))
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
    names = names_of(connection, TABLES["missions"], having="core = 1" if core else "true")
    found = names.find(wanted).one or names.parts(wanted, inside_words=True).one
    if found is not None:
        return found
    missions = [row["id"] for row in connection.execute(_MISSIONS, (core,))]
    raise UsageProblem(
        msg(
            N_("There is no core mission called “{value}”.") if core else N_("There is no mission called “{value}”."),
            value=wanted,
        ),
        msg(
            N_("The core missions are: {missions}.") if core else N_("The missions are: {missions}."), missions=missions
        ),
    )

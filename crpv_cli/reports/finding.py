"""Finding the centre, region, department or mission that a name means."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from crpv_cli.definitions.choices import mission_label
from crpv_cli.definitions.regions import ALSO, FORMER, LAST_DAY
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import UsageProblem
from crpv_cli.language import N_, Day, Message, first_few, msg
from crpv_cli.registry.queries import read, today
from crpv_cli.registry.resolving import Names, meant_by, names_of
from crpv_cli.spelling import closest, fold

_BETWEEN = re.compile(r"[,;/]")
_MISSIONS = "select id from missions where core = 1 or not ? order by core desc, id"


def find_centre(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the id of a centre named by its id, a name, its initials, its SIREN or the commune of its seat.

    A part of a name or a seat that only it has is enough. Case, accents and punctuation do not matter. A former name is
    that of the centre unless another has it now.

    Raises:
        UsageProblem: no centre is meant, or several are; the advice names the nearest ones.
    """
    names = names_of(connection, TABLES["centres"])
    found = meant_by(connection, TABLES["centres"], wanted)
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
        msg("Did you mean {near}?", near=near)
        if near
        else _who_serves(connection, wanted) or msg("See the centres with: crpv list"),
    )


def _who_serves(connection: sqlite3.Connection, wanted: str) -> Message | None:
    """Which centres serve the department of a name, or a commune that has neighbourhoods: people ask for both."""
    departments = names_of(connection, TABLES["departments"])
    codes = set(departments.find(wanted).ids)
    known = connection.execute("select distinct department, commune_names from neighbourhoods")
    codes |= {row[0] for row in known if fold(wanted) in map(fold, _BETWEEN.split(row[1] or ""))}
    served = read(connection, "select centre, department from perimeters_on", today()).fetchall()
    centres = sorted({row["centre"] for row in served if row["department"] in codes})
    if not centres:
        return None
    places = [f"{departments.called(code)} ({code})" for code in sorted(codes)]
    return msg("{places}: served by {centres}.", places=places, centres=centres)


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


@dataclass(frozen=True, slots=True)
class Region:
    """A region, and which departments it has. A former one has its name in the place of a code."""

    code: str
    name: str
    departments: frozenset[str]
    former: bool = False

    @property
    def called(self) -> Message | str:
        """What the reader is told of it."""
        return msg("{region}, a region until {day}", region=self.name, day=Day(LAST_DAY)) if self.former else self.name


def find_region(connection: sqlite3.Connection, wanted: str) -> Region:
    """Return the region named by its code, its name or its name in short, or by a part that only it has.

    The name of a region of before 2016 means the departments that it had.

    Raises:
        UsageProblem: there is none, or several are meant.
    """
    every = sorted(
        connection.execute("select code, region_code, region_name from departments"),
        key=lambda row: fold(row["region_name"]),
    )
    also = {choice.code: choice.also for choice in ALSO}
    rows = {row["region_code"]: row["region_name"] for row in every}
    names = Names((code, [name, *also.get(code, ())]) for code, name in rows.items())
    former = Names((name, ()) for name in FORMER)
    code, before = names.find(wanted).one, former.find(wanted).one
    if code is None and before is None:
        partly = names.initials(wanted).ids or names.parts(wanted, inside_words=True).ids
        earlier = () if partly else former.initials(wanted).ids or former.parts(wanted).ids
        code, before = (ids[0] if len(ids) == 1 else None for ids in (partly, earlier))
    if code is None and before is not None:
        return Region(before, before, frozenset(FORMER[before]), former=True)
    if code is not None:
        departments = frozenset(row["code"] for row in every if row["region_code"] == code)
        return Region(code, rows[code], departments)
    near = [*map(names.called, partly), *earlier]
    near = near or closest(wanted, [*map(names.called, names.spoken), *FORMER])
    raise UsageProblem(
        msg("There is no region called “{value}”.", value=wanted),
        msg("Did you mean {near}?", near=near)
        if near
        else msg("The regions are: {regions}.", regions=[f"{code} {name}" for code, name in rows.items()]),
    )


def find_mission(connection: sqlite3.Connection, wanted: str, core: bool = True) -> str:
    """Return the id of a mission named by its id or one of its names, or by a part that only it has.

    With ``core``, only a core mission is meant.

    Raises:
        UsageProblem: there is none.
    """
    found = meant_by(connection, TABLES["missions"], wanted, having="core = 1" if core else "true")
    if len(found) == 1:
        return found[0]
    if found:
        raise _several(wanted, [msg(mission_label(mission)) for mission in found])
    missions = [msg(mission_label(row["id"])) for row in connection.execute(_MISSIONS, (core,))]
    raise UsageProblem(
        msg(
            N_("There is no core mission called “{value}”.") if core else N_("There is no mission called “{value}”."),
            value=wanted,
        ),
        msg(
            N_("The core missions are: {missions}.") if core else N_("The missions are: {missions}."), missions=missions
        ),
    )


def find_funder(connection: sqlite3.Connection, wanted: str) -> str:
    """Return the id of a funder named by its id, its name, its initials or its SIREN, or by a part that only it has.

    Raises:
        UsageProblem: there is none, or several may be meant.
    """
    names = names_of(connection, TABLES["funders"])
    found = meant_by(connection, TABLES["funders"], wanted)
    if len(found) == 1:
        return found[0]
    if found:
        raise _several(wanted, [f"{one} ({names.called(one)})" for one in found])
    near = names.near(wanted)
    raise UsageProblem(
        msg("There is no funder called “{value}”.", value=wanted),
        msg("Did you mean {near}?", near=near) if near else msg("See them with: crpv list funders"),
    )


def _several(wanted: str, candidates: Sequence[object]) -> UsageProblem:
    return UsageProblem(
        msg("“{value}” could be any of these: {candidates}.", value=wanted, candidates=first_few(candidates, 8)),
        msg("Write one of them."),
    )

"""Where the registry stands, in a few lines: what ``crpv`` says by itself."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import CrpvError
from crpv_cli.language import N_, Day, Message, msg, msgs
from crpv_cli.registry.queries import closed_year, read
from crpv_cli.reports import fictitious
from crpv_cli.result import Dossier, Note, Result, Value, Worded

_TITLE = N_("The registry of the French centres de ressources politique de la ville (CRPV)")
_HELP = Note("help", msg(N_("Help: crpv --help; of one command: crpv COMMAND --help")), for_operator=True)
# What nobody publishes, so that it is known only once it is loaded.
_OWN = ("evaluations", "activities", "agreements", "governance")

Steps = list[tuple[str, Message]]
"""Commands, and what each does."""


def _typed(command: Message) -> Worded:
    """A command with something to be replaced or chosen in it: people read that in their language."""
    return Worded(command.text("en"), command)


def standing(connection: sqlite3.Connection, path: Path, as_of: str) -> Dossier:
    """Say where a registry stands, what is overdue or missing in it, and what to do next.

    Args:
        connection: an open registry.
        path: where it is.
        as_of: ISO date.
    """
    (centres,) = read(connection, "select count(*) from open_centres", as_of).fetchone()
    last = connection.execute("select id, at, who, command from loads order by id desc limit 1").fetchone()
    load = (
        msg("no. {load}, {at}, {who}: {command}", load=str(last["id"]), at=Day(last["at"]), who=last["who"],
            command=last["command"])
        if last
        else None
    )  # fmt: skip
    facts = (
        (Column("registry", N_("Registry")), str(path)),
        (Column("centres", N_("Open centres"), Kind.INTEGER), centres),
        (Column("last_load", N_("Last load")), load),
    )
    pending = list(_pending(connection, as_of))
    return _dossier(facts, [message for message, _ in pending], _next(centres, [step for _, step in pending]))


def no_standing(path: Path, by_default: bool, problem: CrpvError | None = None) -> Dossier:
    """Say that there is no registry yet, or what is wrong with it, and what to do next.

    Args:
        path: where it was looked for.
        by_default: whether that is the path of those who name none, where the first question makes a registry.
        problem: what is wrong with the file that is there.
    """
    facts = ((Column("registry", N_("Registry")), str(path)),)
    if problem is None:
        return _dossier(
            facts,
            [msg("There is no registry here yet.")],
            [
                ("crpv report network", msg("the network in figures; makes the registry from public data"))
                if by_default
                else (f"crpv init --db {shlex.quote(str(path))}", msg("make it from public data")),
                ("crpv init --demo --db demo.sqlite", msg("a demonstration, with fictitious data")),
            ],
        )
    steps = [
        ("crpv restore", msg("the copies of the registry, to put one back")),
        (_typed(msg("crpv init --db NEW_FILE")), msg("another registry, from public data")),
    ]
    matters = [problem.message, *([problem.advice] if problem.advice else [])]
    return _dossier(facts, matters, steps)


def earlier(path: Path) -> Dossier:
    """Say that a registry was made by an earlier version, which the next command brings up to date."""
    said = msg("An earlier version of crpv made it: the next command keeps a copy of it, and brings it up to date.")
    facts = ((Column("registry", N_("Registry")), str(path)),)
    return _dossier(facts, [said], [("crpv report network", msg("the network in figures"))])


def _dossier(facts: tuple[tuple[Column, Value], ...], matters: list[Message], steps: Steps) -> Dossier:
    columns, values = tuple(column for column, _ in facts), tuple(value for _, value in facts)
    return Dossier(
        name="standing",
        title=msg(_TITLE),
        facts=Result("standing", msg(_TITLE), columns, (values,)),
        sections=(
            Result(
                "matters",
                msg(N_("To be looked at")),
                (Column("matter", N_("To be looked at"), prose=True),),
                tuple((message,) for message in matters),
            ),
            Result(
                "next",
                msg(N_("What to do next")),
                (Column("command", N_("Command"), Kind.CODE), Column("purpose", N_("What it does"), prose=True)),
                tuple(steps),
            ),
        ),
        notes=(_HELP,),
        command="crpv",
    )


def _next(centres: int, pending: list[tuple[str, Message] | None]) -> Steps:
    """What to do next, each command once: about what is pending, then what is always there."""
    steps = [step for step in pending if step is not None]
    if not centres:
        steps = [(_typed(msg("crpv load FILE")), msg("load a file of your own")), *steps]
    steps += [
        ("crpv report network", msg("the network in figures")),
        ("crpv check", msg("what the rules of the framework find")),
        ("crpv list", msg("the centres")),
    ]
    return [*dict(reversed(steps)).items()][::-1][:4]


_Pending = tuple[Message, tuple[str, Message] | None]
"""What is overdue or missing, and the command for it; None where another one has it."""


def _pending(connection: sqlite3.Connection, as_of: str) -> Iterator[_Pending]:
    """What is overdue, or missing and matters: the most urgent first."""
    campaign = list(_campaign(connection))
    yield from campaign
    held = {name for name in _OWN if connection.execute(f"select 1 from {name} limit 1").fetchone()}
    if fictitious.holds_fictitious(connection):
        yield fictitious.HOLDS.message, None
    if "evaluations" in held:
        yield from _overdue(connection, as_of)
    if "agreements" in held:
        yield from _agreements(connection, as_of)
    if "activities" in held:
        yield from _silent(connection, as_of)
    if nothing := [msg(TABLES[name].label) for name in _OWN if name not in held]:
        yield (
            msg("Nothing is loaded of: {tables}.", tables=nothing),
            None
            if campaign
            else (
                _typed(msg("crpv template --year {year} --each forms/", year=str(closed_year(as_of)))),
                msg("a form for each centre"),
            ),
        )


def _campaign(connection: sqlite3.Connection) -> Iterator[_Pending]:
    """The last collection, until its year is closed."""
    row = connection.execute(
        """
        select year, count(distinct centre) as centres, max(due_on) as due_on from campaigns
        where year = (select max(year) from campaigns)
            and year not in (select year from closures where reopened_on is null)
        group by year
        """
    ).fetchone()
    if row is None:
        return
    asked = {"year": str(row["year"])}
    yield (
        msgs(
            "The collection for {year} is under way: {count} centre was asked.",
            "The collection for {year} is under way: {count} centres were asked.",
            row["centres"],
            **asked,
        )
        if row["due_on"] is None
        else msgs(
            "The collection for {year} is under way: {count} centre was asked, to answer by {date}.",
            "The collection for {year} is under way: {count} centres were asked, to answer by {date}.",
            row["centres"],
            date=Day(row["due_on"]),
            **asked,
        ),
        (f"crpv report returns --year {row['year']}", msg("what came back, and what is missing")),
    )


def _overdue(connection: sqlite3.Connection, as_of: str) -> Iterator[_Pending]:
    (count,) = read(connection, "select count(*) from mission_states where overdue", as_of).fetchone()
    if count:
        yield (
            msgs("{count} evaluation is overdue.", "{count} evaluations are overdue.", count),
            ("crpv report evaluations", msg("which missions are evaluated, and which are overdue")),
        )


def _agreements(connection: sqlite3.Connection, as_of: str) -> Iterator[_Pending]:
    states = read(connection, "select status, count(*) as n from agreement_states group by status", as_of)
    count = {row["status"]: row["n"] for row in states}
    step = ("crpv report agreements", msg("which agreements run, and until when"))
    if ended := count.get("ended-without-successor"):
        yield (
            msgs(
                "{count} agreement ended without a successor.", "{count} agreements ended without a successor.", ended
            ),
            step,
        )
    if ending := count.get("ending"):
        yield msgs("{count} agreement ends soon.", "{count} agreements end soon.", ending), step


def _silent(connection: sqlite3.Connection, as_of: str) -> Iterator[_Pending]:
    year = closed_year(as_of)
    (count,) = read(
        connection,
        "select count(*) from open_centres where id not in (select centre from known_activities where year = :year)",
        as_of,
        year=year,
    ).fetchone()
    if count:
        yield (
            msgs(
                "{count} centre has not reported its activity of {year}.",
                "{count} centres have not reported their activity of {year}.",
                count,
                year=str(year),
            ),
            (f"crpv report activity --year {year}", msg("what the centres did")),
        )

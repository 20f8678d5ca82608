"""What a foreign file is matched with: the ids of the registry, by number and by name, as plain mappings."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from crpv_cli.spelling import fold


def lookups(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the lookups by name: ids by id, by SIREN, or by name without case and accents.

    A SIREN or a name that two rows share finds neither of them. A centre is also found by what it had before, where
    no other has them now.
    """
    centres = connection.execute("select id, siren, name, short_name from centres").fetchall()
    former = connection.execute("select centre as id, siren, name, short_name from centre_states").fetchall()
    funders = connection.execute("select id, siren, name from funders").fetchall()
    return {
        **{table: _ids(connection, table, key) for table, key in _KEYS.items()},
        "centre-of-siren": _now_or_before(_sirens(centres), _sirens(former)),
        "centre-of-name": _now_or_before(_names(centres), _names(former)),
        "funder-of-siren": _unique((row["siren"], row["id"]) for row in funders if row["siren"]),
        "funder-of-name": _unique((fold(name), row["id"]) for row in funders for name in (row["id"], row["name"])),
        "funder-without-siren": _unique(
            (fold(name), row["id"]) for row in funders if not row["siren"] for name in (row["id"], row["name"])
        ),
    }


_KEYS = {"centres": "id", "departments": "code", "funders": "id", "sources": "id"}


def _ids(connection: sqlite3.Connection, table: str, key: str) -> dict[str, str]:
    return {row[0]: row[0] for row in connection.execute(f"select {key} from {table}")}


def _sirens(centres: Iterable[sqlite3.Row]) -> list[tuple[str, str]]:
    return [(row["siren"], row["id"]) for row in centres if row["siren"]]


def _names(centres: Iterable[sqlite3.Row]) -> list[tuple[str, str]]:
    return [(fold(name), row["id"]) for row in centres for name in (row["id"], row["name"], row["short_name"])]


def _now_or_before(now: list[tuple[str, str]], before: list[tuple[str, str]]) -> dict[str, str]:
    taken = {asked for asked, _centre in now}
    return _unique([*now, *(pair for pair in before if pair[0] not in taken)])


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for asked, identifier in pairs:
        found.setdefault(asked, set()).add(identifier)
    return {asked: next(iter(ids)) for asked, ids in found.items() if len(ids) == 1}

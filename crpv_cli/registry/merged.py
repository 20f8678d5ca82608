"""Which registries were merged into this one, what each of them holds of it, and from which one a row comes.

A row that came from another registry has a file of its load that says so (``load_files``), with the line that it has
there; so an undoing, or an earlier state, tells where it came from then as well. What each registry holds just as this
one does is kept as a digest of each key, so that a row goes only when nobody has it any more.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crpv_cli.definitions.tables import Table
from crpv_cli.registry.journal import stored_key, undone_loads

_BYTES = 8


def identity_of(connection: sqlite3.Connection) -> str | None:
    """Return what tells a registry from every other one; copies of it have the same.

    One that an earlier program made has none of its own: its first load stands for it. None where that is missing too.
    """
    for (identity,) in connection.execute("select id from main.identity order by rowid limit 1"):
        return str(identity)
    for first in connection.execute("select at, who, host, command, version from main.loads order by id limit 1"):
        return hashlib.sha256(json.dumps(list(first)).encode()).hexdigest()[:32]
    return None


@dataclass(frozen=True, slots=True)
class Known:
    """A registry as the last merge of it that stands saw it: its last load, and the load here that merged it."""

    identity: str
    name: str
    path: str
    last_load: int | None
    last_at: str | None
    load: int


def registries(connection: sqlite3.Connection) -> dict[str, Known]:
    """Return the registries that were merged into this one, by identity, in the order of their first merge."""
    found: dict[str, Known] = {}
    undone = undone_loads(connection)
    for row in connection.execute("select * from main.merged order by load, id"):
        if row["load"] not in undone:
            found[row["registry"]] = Known(
                row["registry"], row["name"], row["path"], row["last_load"], row["last_at"], row["load"]
            )
    return found


def digest(key: str) -> bytes:
    """Return what stands for a key, as ``changes`` keeps it."""
    return hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=_BYTES).digest()


def written(keys: Collection[bytes]) -> str:
    """Write digests of keys as ``holdings`` keeps them."""
    return base64.b64encode(b"".join(sorted(keys))).decode()


def _read(keys: str) -> frozenset[bytes]:
    whole = base64.b64decode(keys)
    return frozenset(whole[place : place + _BYTES] for place in range(0, len(whole), _BYTES))


class Holdings:
    """What each merged registry holds of this one, by the last merge of it that stands."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        undone = json.dumps(sorted(undone_loads(connection)))
        rows = connection.execute(
            """
            select id, registry, table_name from main.holdings
            where load not in (select value from json_each(?)) order by load, id
            """,
            (undone,),
        )
        self._connection = connection
        self._rows: dict[str, dict[str, int]] = {}
        for row in rows:
            self._rows.setdefault(row["table_name"], {})[row["registry"]] = row["id"]
        self._read: dict[tuple[str, str], frozenset[bytes]] = {}

    def of(self, registry: str, table: str) -> frozenset[bytes]:
        """Return the digests of the keys that a registry holds of a table."""
        place = registry, table
        if place not in self._read:
            number = self._rows.get(table, {}).get(registry)
            row = self._connection.execute("select keys from main.holdings where id = ?", (number,)).fetchone()
            self._read[place] = _read(row[0]) if row else frozenset()
        return self._read[place]

    def holders(self, table: str, key: bytes, but: Collection[str] = ()) -> list[str]:
        """Return the registries that hold a row, but for some."""
        return [
            registry
            for registry in self._rows.get(table, ())
            if registry not in but and key in self.of(registry, table)
        ]


def came_from(connection: sqlite3.Connection, file: int | None) -> sqlite3.Row | None:
    """Return from which registry the rows of a file of a load came: ``registry``, ``name`` and the load there."""
    row: sqlite3.Row | None = connection.execute(
        """
        select m.registry, m.name, f.its_load, f.its_at, f.its_who
        from main.load_files as f join main.merged as m on m.id = f.merged where f.id = ?
        """,
        (file,),
    ).fetchone()
    return row


def holders_of(connection: sqlite3.Connection, table: Table, key: Mapping[str, Any]) -> list[Known]:
    """Return the registries that hold a row just as it is here, as far as the last merge of each saw."""
    known = registries(connection)
    found = Holdings(connection).holders(table.name, digest(stored_key(key))) if known else []
    return [known[registry] for registry in found if registry in known]


def merged_by(connection: sqlite3.Connection, load: int) -> Iterator[sqlite3.Row]:
    """Yield the registries that a load merged, each with how many rows it inserted and updated from it."""
    yield from connection.execute(
        """
        select m.*, ifnull(sum(f.inserted), 0) as inserted, ifnull(sum(f.updated), 0) as updated
        from main.merged as m left join main.load_files as f on f.merged = m.id
        where m.load = ? group by m.id order by m.id
        """,
        (load,),
    )

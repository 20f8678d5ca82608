"""Which figures rest on fictitious data: those of rows whose source says that it is fictitious."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from crpv_cli.language import N_, msg
from crpv_cli.result import Alert, Note, Result

HOLDS = Note(
    "registry-holds-fictitious-data",
    msg(N_("This registry also holds fictitious demonstration data.")),
    alert=Alert.REGISTRY,
)
RESTS = Note("fictitious-data", msg(N_("FICTITIOUS: these figures rest on demonstration data.")), alert=Alert.FIGURES)


def fictitious_sources(connection: sqlite3.Connection) -> frozenset[str]:
    """The ids of the sources that say that they are fictitious."""
    return frozenset(row[0] for row in connection.execute("select id from sources where fictitious = 1"))


def holds_fictitious(connection: sqlite3.Connection) -> bool:
    """Whether the registry holds any fictitious source."""
    return bool(fictitious_sources(connection))


def dossier_notes(connection: sqlite3.Connection, sections: Sequence[Result]) -> tuple[Note, ...]:
    """The notes of a dossier: which of its sections rest on fictitious data, or that the registry holds some."""
    resting = [section for section in sections if section.fictitious and section.rows]
    if not resting:
        return notes(connection, rests=False)
    return (
        Note(
            "fictitious-sections",
            msg(N_("FICTITIOUS: parts of this rest on demonstration data; each of them says so.")),
            {"sections": [section.name for section in resting]},
            Alert.FIGURES,
        ),
    )


def notes(connection: sqlite3.Connection, rests: bool) -> tuple[Note, ...]:
    """What a result has to say of fictitious data: that it rests on it, or that the registry holds some."""
    if rests:
        return (RESTS,)
    return (HOLDS,) if holds_fictitious(connection) else ()

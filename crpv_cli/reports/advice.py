"""What is said to whoever runs a command, of where to go on in crpv: never to who reads what is handed on."""

from __future__ import annotations

from crpv_cli.language import N_, Message, msg
from crpv_cli.result import Note

LOAD_YOURS = Note(
    "load-yours",
    msg(N_("Load your data with: crpv load FILE; or see fictitious data with: crpv init --demo --db demo.sqlite")),
    for_operator=True,
)
"""Where the registry holds nothing of a kind, and nobody publishes it."""


def advice(code: str, message: Message) -> Note:
    """A note for whoever runs the command."""
    return Note(code, message, for_operator=True)

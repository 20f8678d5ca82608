"""What can be wrong with a value or a file, before its place is known: with it, it becomes an ``Anomaly``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crpv_cli.errors import Severity
from crpv_cli.language import Message, msg


class Fault(Exception):
    """A value or a file that cannot be read: what is wrong and what to do."""

    severity: ClassVar = Severity.ERROR

    def __init__(self, code: str, message: Message, advice: Message | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that was read with a correction, or left out: a warning for the reader."""

    code: str
    message: Message
    advice: Message | None = None

    severity: ClassVar = Severity.WARNING


ReadValue = tuple[object, Correction | None]
"""The value of a cell as it is stored, None if it says that it is not known, and a warning if it was corrected."""


def row_length(found: int, expected: int) -> Fault:
    """Return the fault of a row that has more or fewer cells than its header."""
    return Fault(
        "row-length",
        msg("The row has {found} cells, the header has {expected}.", found=found, expected=expected),
        msg("Look for an extra delimiter, or put a text that contains one in quotation marks.")
        if found > expected
        else msg("Look for a missing cell; an empty one still needs its delimiter."),
    )


def file_changed() -> Fault:
    """Return the fault of a file whose bytes are no longer those that were read first."""
    return Fault(
        "file-changed",
        msg("The file changed while it was read; nothing was loaded."),
        msg("Load it again once nothing writes it any longer."),
    )

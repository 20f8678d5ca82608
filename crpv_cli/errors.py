"""The three kinds of problem, and the exit codes.

Bad data is a value (``Anomaly``), bad usage is an exception (``CrpvError``), a bug is a traceback.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, IntEnum
from pathlib import Path

from crpv_cli.language import N_, Message, msg


class ExitCode(IntEnum):
    """How a command ends; documented in ``docs/reference/exit-codes.md``."""

    DONE = 0
    ANOMALIES = 1
    USAGE = 2
    UNREADABLE = 3
    BUG = 70
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class CrpvError(Exception):
    """A problem that the user can solve: what is wrong, and what to do."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: Message, advice: Message | None = None) -> None:
        super().__init__(message.text("en"))
        self.message = message
        self.advice = advice


class UsageProblem(CrpvError):
    """The command was asked for something it cannot do: an unknown centre, table or column."""


class FileProblem(CrpvError):
    """A file cannot be read or written."""

    exit_code = ExitCode.UNREADABLE

    @classmethod
    def unreadable(cls, file: str, error: OSError) -> FileProblem:
        """Return what is said of a file that the system does not let read."""
        return cls(
            msg("{file} cannot be read: {reason}", file=file, reason=error.strerror or str(error)),
            msg("Check that it exists and that you may read it."),
        )


class RegistryProblem(CrpvError):
    """The registry is missing, locked, damaged, or made by a newer program."""

    exit_code = ExitCode.UNREADABLE


# Where a write to a full disk may be told as no more than a write that failed, the disk is asked how much room it has.
_PERHAPS_FULL = {"SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_SHMSIZE"}
_ROOM = 1 << 20


def is_full(error: BaseException | None) -> bool:
    """Whether an error of the system or of SQLite, or the one that it was raised from, says that a disk is full."""
    while error is not None:
        if errno.errorcode.get(getattr(error, "errno", None) or 0) in {"ENOSPC", "EDQUOT"}:
            return True
        if getattr(error, "sqlite_errorname", None) == "SQLITE_FULL":
            return True
        error = error.__cause__
    return False


def full_disk(error: BaseException, folder: Path) -> FileProblem | None:
    """Say which disk is full, if that is what an error of the system or of SQLite means.

    Args:
        error: what was raised.
        folder: where it was written. SQLite also writes to the folder for temporary files: the one with less room is
            named.
    """
    name, folders = getattr(error, "sqlite_errorname", None), [folder]
    if not is_full(error) and not (name in _PERHAPS_FULL and _room(folder) < _ROOM):
        return None
    if name is not None:
        import tempfile

        with suppress(OSError):  # where there is no such folder
            folders.append(Path(tempfile.gettempdir()))
    return FileProblem(
        msg("There is no room left on the disk of {folder}.", folder=min(folders, key=_room)),
        msg(FREE_SPACE),
    )


FREE_SPACE = N_("Free some space there, then run the command again.")


def _room(folder: Path) -> float:
    """How many bytes a folder has room for; no end of them where that cannot be asked."""
    try:
        found = os.statvfs(folder)
    except (OSError, AttributeError):
        return float("inf")
    return found.f_bavail * found.f_frsize


class Severity(Enum):
    """Whether the row of an anomaly is refused (an error) or loaded (a warning)."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something wrong in a file: where it is, what it is, what to do.

    ``line`` is the physical line on which the row starts (1 is the file's first), ``column`` the header
    as the file writes it, ``value`` the cell as the file writes it; each is None if it does not apply. ``sheet`` and
    ``cell`` (``D14``) are those of a workbook.
    """

    code: str
    severity: Severity
    file: str
    message: Message
    advice: Message | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    sheet: str | None = None
    cell: str | None = None

    @property
    def place(self) -> str:
        """Where it is, in the form of the file: ``file:line``, or ``file: Feuille1!D14``."""
        if self.sheet is not None:
            spot = self.cell or (str(self.line) if self.line is not None else "")
            return f"{self.file}: {self.sheet}!{spot}" if spot else f"{self.file}: {self.sheet}"
        return f"{self.file}:{self.line}" if self.line is not None else self.file

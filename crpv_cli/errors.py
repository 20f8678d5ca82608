"""The three kinds of problem, and the exit codes.

Bad data is a value (``Anomaly``), bad usage is an exception (``CrpvError``), a bug is a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from crpv_cli.language import Message


class ExitCode(IntEnum):
    """How a command ends; documented in ``docs/reference/exit-codes.md``."""

    DONE = 0
    ANOMALIES = 1
    USAGE = 2
    UNREADABLE = 3
    BUG = 70
    INTERRUPTED = 130


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


class RegistryProblem(CrpvError):
    """The registry is missing, locked, damaged, or made by a newer program."""

    exit_code = ExitCode.UNREADABLE


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

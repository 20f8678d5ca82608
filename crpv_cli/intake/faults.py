"""What the reading of a cell can say besides the value."""

from __future__ import annotations

from dataclasses import dataclass

from crpv_cli.language import Message

__all__ = ["Correction", "Fault"]


class Fault(Exception):
    """A cell that cannot be taken: what is wrong and what to do."""

    def __init__(self, code: str, message: Message, advice: Message | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell that was taken after a correction that the reader must know of."""

    code: str
    message: Message
    advice: Message

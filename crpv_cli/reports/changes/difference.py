"""A difference between two states; each question finds its own, ``reports/changes/report.py`` puts them together."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from crpv_cli.definitions.choices import CONFIDENCES
from crpv_cli.language import Euros, Message, Share, msg
from crpv_cli.result import Value


class State(NamedTuple):
    """What a registry, as it stands or as it stood after an earlier load, says of a date (ISO)."""

    connection: sqlite3.Connection
    as_of: str


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    ``kind`` is one of ``CHANGES``. ``subject`` is the code of what changed: a department, a measure, a kind of funder,
    a mission, a funder. ``before``, ``after`` and ``change`` are for people. The values are numbers in ``unit``:
    amounts in euros, shares and positions between 0 and 1; None where one is not known. ``comparable`` is False where
    they are of different centres, so that a difference would say nothing.
    """

    kind: str
    what: Message
    centre: str | None = None
    short_name: str | None = None
    subject: str | None = None
    before: Message | None = None
    after: Message | None = None
    change: Message | None = None
    before_value: float | None = None
    after_value: float | None = None
    unit: str | None = None
    fictitious: bool = False
    sources: tuple[Value, ...] = ()
    comparable: bool = True
    confidence: str | None = None

    @property
    def difference(self) -> float | None:
        """The value after less the value before; None unless both are known, of the same things."""
        if self.before_value is None or self.after_value is None or not self.comparable:
            return None
        return round(self.after_value - self.before_value, 6)


def plain(value: object) -> Message:
    """A value alone, set as the reader's language sets it."""
    return Message("{value}", {"value": value})


def _signed(rises: bool, value: object) -> Message:
    return Message("+{value}" if rises else "{value}", {"value": value})


def deduced(change: Message | None, confidence: str | None) -> Message | None:
    """A change that rests on perimeters, with the word that it is deduced, unless they are of high confidence."""
    if confidence in {None, "high"}:
        return change
    label = msg(next(choice.label for choice in CONFIDENCES if choice.code == confidence))
    if change is None:
        return msg("deduced, confidence: {confidence}", confidence=label)
    return msg("{change} (deduced, confidence: {confidence})", change=change, confidence=label)


def points(before: float | None, after: float | None) -> Message | None:
    """The difference of two shares, in points of a hundred."""
    if before is None or after is None:
        return None
    difference = round((after - before) * 100, 1)
    return msg("{points} pts", points=_signed(difference > 0, difference or 0))


def signed_count(before: float | None, after: float | None) -> Message | None:
    """The difference of two counts."""
    return None if before is None or after is None else _signed(after > before, after - before)


def signed_euros(before: int | None, after: int | None) -> Message | None:
    """The difference of two amounts in centimes, and its share of the first."""
    if before is None or after is None:
        return None
    amount = _signed(after > before, Euros(after - before))
    if before <= 0:
        return amount
    share = _signed(after > before, Share(round((after - before) / before, 6)))
    return msg("{amount} ({share})", amount=amount, share=share)

"""A row asked for column by column: lists by number or name, each answer checked at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.table import Table
from crpv_cli.definitions.tables import TABLES
from crpv_cli.language import Message, msg

if TYPE_CHECKING:
    from crpv_cli.reports.adding import Option, Options

_MOST_LISTED = 30


class Dialogue:
    """The answers for the columns of one table: cells as people type them, by column name; a list gives its code."""

    def __init__(self, table: Table, options: Mapping[str, Options]) -> None:
        self.table = table
        self.options = options

    def ask(self, columns: Iterable[Column], kept: Mapping[str, Message | None]) -> dict[str, str]:
        """Ask for columns, one after the other; those for which nothing is typed are left out.

        Args:
            columns: which.
            kept: what the row that is there already says in each column, in people's words: Enter keeps it.

        Raises:
            click.Abort: nobody answers any more.
        """
        answers = {}
        for column in columns:
            answer = self._answer(column, kept)
            if answer:
                answers[column.name] = answer
        return answers

    def _answer(self, column: Column, kept: Mapping[str, Message | None]) -> str:
        from crpv_cli.output import streams

        options = self.options.get(column.name)
        streams.say(Message(""))
        if column.explanation and not column.refers:
            streams.say(msg(column.explanation))
        listed = options.all if options is not None and len(options.all) <= _MOST_LISTED else ()
        _list(listed)
        if options is not None and column.refers and not options.all:
            streams.say(
                msg(
                    "The table {table} is empty: nothing can be chosen in the column {column}. Fill it with: {command}",
                    table=msg(TABLES[column.refers].label),
                    column=msg(column.label),
                    command=f"crpv add {column.refers}",
                )
            )
        elif options is not None and not listed:
            streams.say(msg("Type a name, a code or a part of a name ({count} are known).", count=len(options.all)))
        while True:
            typed = streams.ask(self._question(column, kept))
            if typed is None:
                raise click.Abort
            if not typed:
                if column.required and kept.get(column.name) is None:
                    streams.say(msg("{column} is required.", column=msg(column.label)))
                    continue
                return ""
            if options is not None and (one := _chosen(typed, options, listed)) is not None:
                if isinstance(one, tuple):
                    listed = one
                    continue
                return one.code
            if self._is_right(column, typed, listed):
                return typed

    def _question(self, column: Column, kept: Mapping[str, Message | None]) -> Message:
        label = msg(column.label)
        if (value := kept.get(column.name)) is not None:
            return msg("{column} (Enter keeps “{value}”):", column=label, value=value)
        if column.required:
            return msg("{column} (required):", column=label)
        return msg("{column} (Enter: not known):", column=label)

    def _is_right(self, column: Column, typed: str, listed: tuple[Option, ...]) -> bool:
        """Check an answer as the cell of a file is, and say what is wrong or was corrected."""
        from crpv_cli.intake.faults import Fault
        from crpv_cli.intake.records import readers_of
        from crpv_cli.intake.values import clean
        from crpv_cli.output import streams

        if column.refers:
            streams.say(msg("Nothing is called “{value}”.", value=typed))
            _list(listed)
            return False
        try:
            _value, corrections = readers_of(self.table.name)[column.name].read(clean(typed))
        except Fault as fault:
            streams.say(fault.message)
            if fault.advice:
                streams.say(fault.advice)
            return False
        for correction in corrections:
            streams.say(correction.message)
        return True


def _list(options: tuple[Option, ...]) -> None:
    """Show options with their numbers."""
    from crpv_cli.output import streams

    if options:
        digits = len(str(len(options)))
        streams.say_columns([f"{number:>{digits}} {one.label}" for number, one in enumerate(options, 1)])


def _chosen(typed: str, options: Options, listed: tuple[Option, ...]) -> Option | tuple[Option, ...] | None:
    """Return what an answer chooses, what it leaves to choose from, or None if it means nothing of the list."""
    from crpv_cli.output import streams

    meant = options.meant(typed)
    if len(meant) == 1:
        return meant[0]
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(listed):
        return listed[int(typed) - 1]
    if not meant:
        return None
    streams.say(msg("“{value}” could be several:", value=typed))
    _list(meant[:_MOST_LISTED])
    return meant[:_MOST_LISTED]

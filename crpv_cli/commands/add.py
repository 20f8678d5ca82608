"""``crpv add``: one row, asked for column by column, or given as COLUMN=VALUE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli import interrupts
from crpv_cli.commands import options
from crpv_cli.commands.door import Door, command
from crpv_cli.errors import ExitCode, UsageProblem
from crpv_cli.language import Message, msg
from crpv_cli.language import text as _

if TYPE_CHECKING:
    import sqlite3

    from crpv_cli.definitions.columns import Column
    from crpv_cli.definitions.table import Table
    from crpv_cli.errors import Anomaly
    from crpv_cli.registry.journal import Change
    from crpv_cli.registry.loads import LoadReport
    from crpv_cli.reports.adding import Options
    from crpv_cli.result import Value


@command("db")
def add(
    door: Door,
    table: Annotated[str, typer.Argument(metavar=_("TABLE"), help=_("The table of the row."))],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar=_("[COLUMN=VALUE]..."),
            help=_("What the row holds, as people write it; without any, each column is asked for."),
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help=_("Change the row where the registry has one of the same key."))
    ] = False,
    dry_run: options.DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Write it without asking."))] = False,
    reopen: options.Reopen = False,
) -> None:
    """Add one row.

    Raises:
        typer.Exit: with 1, it is not valid.
        UsageProblem: a column is unknown or missing, or the row is there already.
    """
    from crpv_cli.definitions.named import table_named
    from crpv_cli.intake.given import cells_of
    from crpv_cli.output import streams
    from crpv_cli.reports.adding import options_of

    interrupts.will_write()
    its_table = table_named(table)
    cells = cells_of(its_table, words or ())
    with door.reading() as connection:
        known = options_of(connection, its_table)
    work = _Adding(door, its_table, known, update, reopen, yes or dry_run)
    if streams.can_ask() and not words:
        work.ask_all()
    else:
        work.cells = cells
        work.complete()
    work.run(dry_run)


class _Adding:
    """A row until it is written or given up: its cells by the names of their columns, each with its heading."""

    def __init__(
        self, door: Door, table: Table, known: Mapping[str, Options], update: bool, reopen: bool, yes: bool
    ) -> None:
        self.door = door
        self.table = table
        self.known = known
        self.update = update
        self.reopen = reopen
        self.yes = yes
        self.asking = False
        self.cells: dict[str, tuple[str, str]] = {}

    def ask_all(self) -> None:
        """Ask for every column; for the key first, since the row may be there.

        Raises:
            UsageProblem: it is there, and is not to be changed.
            click.Abort: nobody answers any more.
        """
        from crpv_cli.commands.asking import confirmed
        from crpv_cli.commands.dialogue import Dialogue
        from crpv_cli.output import streams
        from crpv_cli.reports.adding import shown

        self.asking = True
        dialogue = Dialogue(self.table, self.known)
        streams.say(msg("{table}: a new row. Ctrl-C ends it, and nothing is written.", table=msg(self.table.label)))
        key = [self.table.column(name) for name in self.table.key]
        self._take(dialogue.ask(key, {}))
        kept: dict[str, Message | None] = {}
        if (there := self._there()) is not None:
            kept = {
                column.name: shown(there[column.name], column, self.known.get(column.name))
                for column in self.table.columns
            }
            streams.say(Message(""))
            streams.say(msg("The registry has this row already:"))
            for column in self.table.columns:
                if (value := kept[column.name]) is not None:
                    streams.say(msg("  {column}: {value}", column=msg(column.label), value=value))
            confirmed(msg("Change it?"), self.update)
            self.update = True
        self._take(dialogue.ask([one for one in self.table.columns if one not in key], kept))
        if there is not None:
            self._keep(there)

    def _keep(self, there: Mapping[str, Value]) -> None:
        """Let the columns that were not given be what the row says: what holds between columns is seen whole then."""
        from crpv_cli.reports.adding import cell_of

        others = (column for column in self.table.columns if column.name not in self.cells)
        self._take({column.name: cell_of(there[column.name], column) for column in others})

    def _take(self, answers: Mapping[str, str]) -> None:
        # By the label: the heading “note” could be a rating, as people write it.
        self.cells |= {name: (_(self.table.column(name).label), cell) for name, cell in answers.items()}

    def _there(self) -> dict[str, Value] | None:
        """The row of the key that was answered."""
        from crpv_cli.intake.faults import Fault
        from crpv_cli.intake.records import readers_of
        from crpv_cli.intake.values import clean
        from crpv_cli.reports.adding import standing

        readers = readers_of(self.table.name)
        key: dict[str, Value] = {}
        for name in self.table.key:
            try:
                key[name] = readers[name].read(clean(self.cells.get(name, ("", ""))[1]))[0]  # type: ignore[assignment]
            except Fault:
                return None
            if (options := self.known.get(name)) is not None and key[name] is not None:
                meant = options.meant(str(key[name]))
                key[name] = meant[0].code if len(meant) == 1 else key[name]
        with self.door.reading() as connection:
            return standing(connection, self.table, key)

    def complete(self) -> None:
        """Take columns that were not given from the row that is to be changed; ask for those that are required.

        Raises:
            UsageProblem: some are missing, and nobody is there to answer.
        """
        from crpv_cli.commands.dialogue import Dialogue
        from crpv_cli.output import streams

        if self.update and (there := self._there()) is not None:
            self._keep(there)
        missing = [column for column in self.table.columns if column.required and column.name not in self.cells]
        if missing and streams.can_ask():
            self.asking = True
            self._take(Dialogue(self.table, self.known).ask(missing, {}))
        elif missing:
            raise UsageProblem(
                msg(
                    "A row of {table} needs: {columns}.",
                    table=msg(self.table.label),
                    columns=[msg("{label} ({name})", label=msg(one.label), name=one.name) for one in missing],
                ),
                msg("Add: {example}", example=" ".join(f"{column.name}=…" for column in missing)),
            )

    def run(self, dry_run: bool) -> None:
        """Show the row, and write it if that is agreed to.

        Raises:
            typer.Exit: it is not valid, or not agreed to.
            UsageProblem: it is there already, or others wrote it meanwhile.
        """
        from crpv_cli.commands.asking import confirmed
        from crpv_cli.commands.reopening import agreed
        from crpv_cli.output import streams
        from crpv_cli.output.loads import tell_load, tell_touched
        from crpv_cli.registry.closures import ClosedYearProblem
        from crpv_cli.reports.adding import one_row

        while True:
            found, there = self._load(None)
            if not (found.errors and self.asking):
                break
            self._ask_again(found)
        if found.errors:
            streams.say(msg("Nothing was written."))
            raise typer.Exit(ExitCode.ANOMALIES)
        change = next((change for change in found.changes if change.table is self.table), None)
        if change is None:
            streams.say(msg("Nothing changed: the registry already holds all of this."))
            return
        self.door.show(one_row(self.table, change, self.known, there))
        if there is not None and not self.update:
            raise UsageProblem(
                msg("The registry has this row already, with other values."), msg("Change it with: --update")
            )
        if dry_run:
            tell_touched(found.touched, written=False)
            streams.say(msg("Nothing was written: this was a dry run."))
            return
        if found.touched and not self.reopen:
            problem = ClosedYearProblem(found.touched)
            if not agreed(problem):
                streams.say(msg("Nothing was written."))
                raise typer.Exit(problem.exit_code)
            self.reopen = True
        elif streams.can_ask():
            confirmed(msg("Write this row?"), self.yes)
        written, _there = self._load((change, there))
        tell_load(written)
        if written.errors:
            raise typer.Exit(ExitCode.ANOMALIES)

    def _load(
        self, agreed: tuple[Change, Mapping[str, Value] | None] | None
    ) -> tuple[LoadReport, dict[str, Value] | None]:
        """Load the row, or find out what that would change; returns what stands in its place as well.

        Raises:
            UsageProblem: what was agreed to is not what it would change now.
        """
        from crpv_cli.intake.sources import sources_of_rows
        from crpv_cli.registry.loading import load
        from crpv_cli.reports.adding import standing

        def print_found(report: LoadReport) -> None:
            if agreed is None or report.errors:
                self._tell(report)

        def still_so() -> None:
            if agreed is not None and standing(connection, self.table, agreed[0].key) != agreed[1]:
                raise UsageProblem(
                    msg("Others wrote this row meanwhile; nothing was written."), msg("Look at it again.")
                )

        connection: sqlite3.Connection
        with self.door.writing() as connection:
            sources, anomalies = sources_of_rows(self.table.name, [dict(self.cells.values())])
            report = load(
                connection,
                sources,
                anomalies,
                command="add",
                dry_run=agreed is None,
                details=agreed is None,
                reopening=self.reopen,
                under_lock=still_so,
                before_commit=print_found,
            )
            change = next((change for change in report.changes if change.table is self.table), None)
            there = standing(connection, self.table, change.key) if change and change.action == "update" else None
        return report, there

    def _tell(self, report: LoadReport) -> None:
        """Say what is wrong, or was corrected, in which column."""
        from crpv_cli.output import streams

        for anomaly in report.anomalies:
            column = self._column(anomaly)
            said = anomaly.message
            if column is not None:
                said = msg("{place}: {message}", place=msg(column.label), message=said)
            streams.say(said)
            if anomaly.advice:
                streams.say(msg("    {advice}", advice=anomaly.advice))

    def _column(self, anomaly: Anomaly) -> Column | None:
        """The column that an anomaly is about, by its name or the heading that was typed."""
        for column in self.table.columns:
            if anomaly.column in {column.name, self.cells.get(column.name, ("", ""))[0]} - {""}:
                return column
        return None

    def _ask_again(self, found: LoadReport) -> None:
        """Ask for the columns at fault once more."""
        from crpv_cli.commands.dialogue import Dialogue
        from crpv_cli.errors import Severity

        wrong: dict[str, None] = {}
        for anomaly in found.anomalies:
            if anomaly.severity is Severity.ERROR and (column := self._column(anomaly)) is not None:
                wrong[column.name] = None
        columns = [column for column in self.table.columns if column.name in wrong]
        if not columns:
            raise typer.Exit(ExitCode.ANOMALIES)
        for column in columns:
            self.cells.pop(column.name, None)
        self._take(Dialogue(self.table, self.known).ask(columns, {}))

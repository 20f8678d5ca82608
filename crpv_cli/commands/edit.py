"""``crpv edit``: the rows of a table in the user's editor, and back."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from crpv_cli.commands import options
from crpv_cli.commands.asking import yes_option
from crpv_cli.commands.door import Door, command
from crpv_cli.errors import CrpvError, ExitCode, UsageProblem
from crpv_cli.language import Message, first_few
from crpv_cli.language import text as _

if TYPE_CHECKING:
    from pathlib import Path

    from crpv_cli.commands.editor import EditedFile
    from crpv_cli.registry.conflicts import HandedOut
    from crpv_cli.registry.loads import LoadReport

_SHOWN = ("table", "key", "action", "column", "before", "after")  # without the file and its lines: there is but one


@command("db")
def edit(
    door: Door,
    table: Annotated[str, typer.Argument(metavar=_("TABLE"), help=_("The table to edit."))],
    region: options.Region = None,
    department: options.Department = None,
    year: options.Year = None,
    as_of: options.AsOf = None,
    yes: Annotated[bool, yes_option(_("Load the changes without asking."))] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help=_("Remove the rows that are no longer in the file without asking."))
    ] = False,
    reopen: options.Reopen = False,
) -> None:
    """Edit rows by hand."""
    from crpv_cli.commands.editor import cut_off, edited_file, named_editor
    from crpv_cli.definitions.named import table_named
    from crpv_cli.language import msg
    from crpv_cli.output import streams
    from crpv_cli.output.delimited import csv_text
    from crpv_cli.registry.conflicts import hand_out
    from crpv_cli.reports.listing import Selection, list_table

    its_table = table_named(table)
    if not (named_editor() or streams.can_ask()):
        raise UsageProblem(
            msg("There is no terminal to run an editor in."), msg("Name a program that edits the file in EDITOR.")
        )
    asked = Selection(region=region, department=department, year=year, as_of=as_of)
    with door.reading() as connection:
        shown = list_table(connection, its_table, asked)
        keys = ([record[name] for name in its_table.key] for record in shown.records())
        handed = hand_out(connection, its_table, keys)
    streams.say_all(cut_off())
    with edited_file(f"{its_table.name}.csv", csv_text(shown).encode()) as file:
        _Edit(door, file, handed, yes, remove, reopen).run()


class _Edit:
    """An edit until its rows are loaded or given up."""

    def __init__(self, door: Door, file: EditedFile, handed: HandedOut, yes: bool, remove: bool, reopen: bool) -> None:
        self.door = door
        self.file = file
        self.handed = handed
        self.yes = yes
        self.remove = remove
        self.reopen = reopen
        self.done = False

    def run(self) -> None:
        """Let rows be edited until they are valid and agreed to, and load them; what is typed and not loaded is kept.

        Raises:
            typer.Exit: the rows were not loaded.
            CrpvError: the same, where nobody can be asked to try again.
        """
        from crpv_cli.language import msg
        from crpv_cli.output import streams

        code: int | None = None
        try:
            while code is None:
                try:
                    code = self._once()
                except CrpvError as error:
                    if self.done or not streams.can_ask():
                        raise
                    streams.fail(error)
                    code = None if self._again() else error.exit_code
        except BaseException as error:
            if not self.done and (kept := self.file.keep_or_remove(failed=True)):
                with suppress(OSError):
                    streams.say(msg("Nothing was written. {kept}", kept=kept) if isinstance(error, CrpvError) else kept)
            raise
        if not self.done:
            kept = self.file.keep_or_remove(failed=code == ExitCode.UNREADABLE)
            streams.say(msg("Nothing was written. {kept}", kept=kept) if kept else msg("Nothing was written."))
        if code:
            raise typer.Exit(code)

    def _again(self) -> bool:
        from crpv_cli.language import msg
        from crpv_cli.output import streams

        return streams.confirm(msg("Open the editor again?"))

    def _once(self) -> int | None:
        """Open the editor once; returns the exit code, or None to open it again."""
        from crpv_cli.language import msg
        from crpv_cli.output import streams
        from crpv_cli.output.loads import tell_load

        typed = self.file.open(self.handed.table.name)
        found = self._load(typed, dry_run=True) if typed else None
        if typed and found and found.errors:
            return self._refused(found)
        if typed is None or found is None or not found.changed:
            self.done = True
            streams.say(msg("Nothing was changed."))
            if typed is None and self.file.at_once and streams.can_ask():
                streams.say(
                    msg(
                        "If the file is still open in your editor, have the editor wait next time: "
                        "EDITOR='code --wait' crpv edit {table}",
                        table=self.handed.table.name,
                    )
                )
                self.file.leave()
            if found and _left_out(found):
                self.door.show_found(found)
                tell_load(found)
                streams.say(self.file.keep())
            return ExitCode.DONE
        if (question := self._question(found)) and not streams.confirm(question):
            if streams.can_ask():
                return ExitCode.DONE
            for said in self._unasked(found):
                streams.insist(said)
            return ExitCode.USAGE
        if found.touched and not self.reopen:
            from crpv_cli.commands.reopening import agreed
            from crpv_cli.registry.closures import ClosedYearProblem

            if not agreed(ClosedYearProblem(found.touched)):
                return ExitCode.DONE
            self.reopen = True
        loaded = self._load(typed, dry_run=False)
        if loaded.errors:
            return self._refused(loaded)
        if _left_out(loaded):
            streams.say(self.file.keep())
        return ExitCode.DONE

    def _refused(self, report: LoadReport) -> int | None:
        self.handed = report.handed or self.handed
        return None if self._again() else ExitCode.ANOMALIES

    def _question(self, found: LoadReport) -> Message | None:
        """What has to be agreed to before the rows are loaded."""
        from crpv_cli.language import msg, msgs

        if found.vanished and not self.remove:
            return msgs(
                "Load these changes, and remove the row that is no longer in the file ({rows})?",
                "Load these changes, and remove the {count} rows that are no longer in the file ({rows})?",
                len(found.vanished),
                rows=first_few(found.vanished, 5),
            )
        return None if self.yes else msg("Load these changes?")

    def _unasked(self, found: LoadReport) -> list[Message]:
        """What is said where nobody can be asked."""
        from crpv_cli.language import msg, msgs

        said = []
        if found.vanished and not self.remove:
            said.append(
                msgs(
                    "{count} row is no longer in the file ({rows}): --remove removes it.",
                    "{count} rows are no longer in the file ({rows}): --remove removes them.",
                    len(found.vanished),
                    rows=first_few(found.vanished, 5),
                )
            )
        if not self.yes:
            said.append(msg("There is no terminal to ask for confirmation: --yes loads without asking."))
        return said

    def _load(self, typed: Path, dry_run: bool) -> LoadReport:
        """Load what was changed; a dry run shows what would change."""
        from crpv_cli.intake.files import InputFile, ReadOptions
        from crpv_cli.intake.sources import sources_of
        from crpv_cli.output.loads import tell_load
        from crpv_cli.registry.loading import load
        from crpv_cli.reports.history import would_change
        from crpv_cli.reports.listing import Selection, shape

        def before_commit(report: LoadReport) -> None:
            if report.errors or not dry_run:
                self.door.show_found(report)

        name = self.handed.table.name
        with self.door.writing() as connection:
            sources, anomalies = sources_of([InputFile(typed, str(self.file.path))], ReadOptions(name))
            report = load(
                connection,
                sources,
                anomalies,
                command=f"edit {name}",
                dry_run=dry_run,
                details=dry_run,
                handed=self.handed,
                reopening=self.reopen,
                before_commit=before_commit,
            )
            self.done = not dry_run and not report.errors
            if dry_run and report.changes:
                self.door.show(shape(would_change(connection, report.changes), Selection(columns=_SHOWN)))
        if report.errors or not dry_run:
            tell_load(report)
        return report


def _left_out(report: LoadReport) -> bool:
    """Whether something in the file went nowhere: a column that the table does not have, or without a heading."""
    return any(anomaly.code in {"extra-column", "unnamed-column"} for anomaly in report.anomalies)

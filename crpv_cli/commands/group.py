"""Groups of commands: their help lists the commands without importing them, and one never pays for the others."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

import click
import typer
from typer.core import TyperGroup

from crpv_cli.commands.index import COMMANDS, LIFE, Command
from crpv_cli.commands.switches import switches
from crpv_cli.definitions.columns import Choice
from crpv_cli.language import msg, translate
from crpv_cli.language import text as _
from crpv_cli.reports.index import REPORTS, Report


def settings() -> dict[str, Any]:
    """Settings of every command and group: ``-h`` as well as ``--help``, and words in the reader's language."""
    return {"context_settings": {"help_option_names": ["-h", "--help"]}, "options_metavar": _("[OPTIONS]")}


class _Group(TyperGroup):
    entries: ClassVar[Mapping[str, Command | Report]]

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.params[:0] = switches(self)
        self.commands = dict.fromkeys(self.entries)  # type: ignore[assignment]  # imported when asked for

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        return _made(cmd_name, self.entries[cmd_name]) if cmd_name in self.entries else None

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return list(self.entries)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does."""
        with formatter.section(gettext.gettext("Commands")):
            formatter.write_dl([(name, translate(entry.about)) for name, entry in self.entries.items()])


class Commands(_Group):
    """The root."""

    entries: ClassVar[Mapping[str, Command | Report]] = COMMANDS


class _Reports(_Group):
    entries: ClassVar[Mapping[str, Command | Report]] = REPORTS

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a report, which may be called as in either language.

        Raises:
            UsageProblem: no report is called so.
        """
        if not (args[0] in REPORTS or args[0].startswith("-") or ctx.resilient_parsing):
            args = [_report_meant(args[0]), *args[1:]]
        return super().resolve_command(ctx, args)


class _Life(_Group):
    entries: ClassVar[Mapping[str, Command | Report]] = LIFE


def _report_meant(wanted: str) -> str:
    from crpv_cli.definitions.named import one_of

    return one_of(
        wanted,
        [Choice(name, "", report.also) for name, report in REPORTS.items()],
        msg("There is no report called “{value}”.", value=wanted),
        lambda every: msg("The reports are: {reports}.", reports=every),
    )


def _made(name: str, entry: Command | Report) -> click.Command:
    """Import a command and make it; the reports, and the events of a centre's life, are groups of their own."""
    if (group := {"report": _Reports, "centre": _Life}.get(name)) and entry is COMMANDS[name]:
        commands = typer.Typer(
            cls=group,
            help=translate(entry.about),
            no_args_is_help=True,
            rich_markup_mode=None,
            subcommand_metavar=_("COMMAND [ARGUMENTS]..."),
            **settings(),
        )
        return typer.main.get_group(commands)
    if isinstance(entry, Report):
        from crpv_cli.commands.report import report_command

        function = report_command(name, entry)
    else:
        function = getattr(import_module(f"crpv_cli.commands.{entry.module}"), entry.function or name)
    mounted = typer.Typer(rich_markup_mode=None)
    mounted.command(name, help=translate(entry.about), epilog=translate(entry.examples) or None, **settings())(function)
    command: click.Command = typer.main.get_group(mounted).commands[name]
    command.params += switches(command)
    return command

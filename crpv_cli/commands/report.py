"""``crpv report``: one command a question."""

from __future__ import annotations

import typer

from crpv_cli import options
from crpv_cli.commands.index import about
from crpv_cli.commands.reports import activity, agreements, changes, coverage, evaluations, funding, network
from crpv_cli.language import text as _

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the commands."""
    reports = typer.Typer(
        help=about("report"),
        no_args_is_help=True,
        rich_markup_mode=None,
        context_settings=options.command_settings(),
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND [ARGUMENTS]..."),
    )
    for report in (network, coverage, funding, evaluations, activity, agreements, changes):
        report.mount(reports)
    app.add_typer(reports, name="report")

"""How a command is added to the program: the same settings for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from crpv_cli import options
from crpv_cli.commands.index import about
from crpv_cli.language import text as _

__all__ = ["add"]


def add(app: typer.Typer, name: str, function: Callable[..., Any], examples: str = "") -> None:
    """Add a command of the index; ``examples`` stand under its help."""
    app.command(
        name,
        help=about(name),
        epilog=examples or None,
        context_settings=options.command_settings(),
        options_metavar=_("[OPTIONS]"),
    )(function)

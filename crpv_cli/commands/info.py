"""``crpv info``: where the registry is, and what it holds."""

from __future__ import annotations

import typer

from crpv_cli import options
from crpv_cli.commands.adding import add

__all__ = ["mount"]


def mount(app: typer.Typer) -> None:
    """Add the command."""
    add(app, "info", info)


def info(
    format_: options.FormatOption = None,
    output: options.Output = None,
    force: options.Force = False,
    db: options.Db = None,
) -> None:
    """Describe the registry."""
    from crpv_cli.bundled import data_folder
    from crpv_cli.commands.opening import reading
    from crpv_cli.output.formats import show_sheet
    from crpv_cli.registry.connection import SCHEMA_VERSION, resolve_path
    from crpv_cli.reports.info import registry_info

    path, _by_default = resolve_path(db)
    with reading(db) as connection:
        sheet = registry_info(connection, path, SCHEMA_VERSION, data_folder())
    show_sheet(sheet, format_, output, force)

"""``crpv info``: where the registry is, and what it holds."""

from __future__ import annotations

from crpv_cli.commands.door import NOW, Door, command


@command(*NOW)
def info(door: Door) -> None:
    """Describe the registry."""
    from crpv_cli.bundled import data_folder
    from crpv_cli.registry.connection import resolve_path
    from crpv_cli.registry.schema import SCHEMA_VERSION
    from crpv_cli.reports.info import registry_info

    door.answer(registry_info, resolve_path(door.db)[0], SCHEMA_VERSION, data_folder())

"""``crpv`` alone: where the registry stands, and what to do next."""

from __future__ import annotations

import os
from pathlib import Path


def show(db: Path | None = None) -> None:
    """Say where the registry stands. It makes none, and brings none up to date; what is wrong with one is said too."""
    from crpv_cli.errors import RegistryProblem
    from crpv_cli.output.standing import show_standing
    from crpv_cli.registry.connection import is_current, open_reading, resolve_path
    from crpv_cli.registry.queries import today
    from crpv_cli.reports.standing import earlier, no_standing, standing

    path, by_default = resolve_path(db)
    if not os.path.lexists(path):
        show_standing(no_standing(path, by_default))
        return
    try:
        if not is_current(path):
            found = earlier(path)
        else:
            with open_reading(path) as connection:
                found = standing(connection, path, today())
    except RegistryProblem as problem:
        found = no_standing(path, by_default, problem)
    show_standing(found)

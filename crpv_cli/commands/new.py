"""A new registry appears whole or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from crpv_cli.errors import FileProblem
from crpv_cli.language import msg
from crpv_cli.registry.loading import LoadReport


def make(path: Path, demo: bool, empty: bool, shared: bool = False) -> LoadReport | None:
    """Make a registry with the bundled reference data, the demonstration's as well, or nothing in it.

    Returns what was loaded, None for an empty registry. Its owner alone may read and write it, or its group as well if
    it is to be shared.

    Raises:
        FileExistsError: there is a registry already, perhaps since a moment ago.
        FileProblem: the file cannot be made.
        RegistryProblem: rows of an earlier registry lie beside that name, and would be taken for rows of this one.
    """
    from crpv_cli import publishing
    from crpv_cli.bundled import demo_folder, reference_folder
    from crpv_cli.registry import file, migrations
    from crpv_cli.registry.connection import open_writing

    report = None
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(0o700, parents=True, exist_ok=True)
            if shared:
                path.parent.chmod(0o770)
        if path.is_symlink() and not path.exists():
            raise file.missing(path)
        file.check_alone(path)
        with publishing.new_file(path, mode=0o660 if shared else 0o600) as part:
            migrations.create(part)
            if not empty:
                folders = [reference_folder(), *([demo_folder()] if demo else [])]
                with open_writing(part) as connection:
                    report = load_paths(connection, [str(folder) for folder in folders], command="init")
    except FileExistsError:
        raise
    except (OSError, sqlite3.OperationalError) as error:
        raise FileProblem(
            msg(
                "A registry cannot be made at {path}: {reason}",
                path=path,
                reason=getattr(error, "strerror", None) or str(error),
            ),
            msg("Choose another place with --db."),
        ) from error
    return report


def load_paths(connection: sqlite3.Connection, paths: list[str], command: str) -> LoadReport:
    """Load files or folders that are known to be valid.

    Raises:
        FileProblem: a path does not exist.
    """
    from crpv_cli.intake.files import ReadOptions, gather
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.registry.loading import load

    with gather(paths) as (files, _):
        sources, anomalies = sources_of(files, ReadOptions())
        report = load(connection, sources, anomalies, command=command)
    assert not report.errors, [anomaly.message.text("en") for anomaly in report.anomalies]
    return report

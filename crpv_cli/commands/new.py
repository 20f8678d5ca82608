"""A new registry appears whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from crpv_cli import interrupts
from crpv_cli.errors import FileProblem, Severity, UsageProblem
from crpv_cli.language import first_few, msg, msgs
from crpv_cli.registry.loading import LoadReport


def make(path: Path, demo: bool, empty: bool, shared: bool = False) -> LoadReport | None:
    """Make a registry with the bundled reference data, the demonstration's as well, or nothing in it.

    Returns what was loaded, None for an empty registry. Its owner alone may read and write it, or its group as well if
    it is to be shared. Once the file is there, signals wait until the command releases them.

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
            interrupts.release()  # what is loaded so far is not the registry yet
            interrupts.hold()
        interrupts.settle(report.load if report else None)
    except FileExistsError:
        interrupts.release()
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


def load_paths(
    connection: sqlite3.Connection,
    paths: list[str],
    command: str,
    dry_run: bool = False,
    under_lock: Callable[[], None] | None = None,
) -> LoadReport:
    """Load files or folders that are valid in themselves.

    Raises:
        FileProblem: a path does not exist.
        UsageProblem: the registry lacks what they refer to, or contradicts it.
    """
    from crpv_cli.intake.files import ReadOptions, gather
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.registry.loading import load

    with gather(paths) as (files, _):
        sources, anomalies = sources_of(files, ReadOptions())
        report = load(
            connection, sources, anomalies, command=command, dry_run=dry_run, details=dry_run, under_lock=under_lock
        )
    if report.errors:
        raise UsageProblem(
            msg(
                "The demonstration does not fit this registry: {reason}",
                reason=next(anomaly.message for anomaly in report.anomalies if anomaly.severity is Severity.ERROR),
            ),
            msg("Make another one for it with: crpv init --demo --db NEW_FILE"),
        )
    return report


def add_demonstration(connection: sqlite3.Connection) -> LoadReport:
    """Add the rows of the demonstration to a registry: beside real ones, and in the place of none.

    Raises:
        UsageProblem: one of them would replace a real row, or the registry lacks what they refer to.
    """
    from crpv_cli.bundled import demo_folder
    from crpv_cli.registry.conflicts import ChangedMeanwhileError, moment
    from crpv_cli.registry.journal import key_text, row_of
    from crpv_cli.reports.fictitious import fictitious_sources

    paths, command = [str(demo_folder())], "init --demo"
    while True:
        seen = moment(connection)

        def still_so(seen: int = seen) -> None:
            if moment(connection) != seen:
                raise ChangedMeanwhileError

        sources = fictitious_sources(connection)
        updates = [c for c in load_paths(connection, paths, command, dry_run=True).changes if c.action == "update"]
        rows = [(change, dict(row_of(connection, change.table, change.key) or {})) for change in updates]
        real = [
            f"{change.table.name}: {key_text(change.table, change.key)}"
            for change, row in rows
            if not row.get("fictitious", row.get("source") in sources)
        ]
        if real:
            raise UsageProblem(
                msgs(
                    "The demonstration would replace {count} row that is real: {rows}.",
                    "The demonstration would replace {count} rows that are real: {rows}.",
                    len(real),
                    rows=first_few(real, 5),
                ),
                msg("Make another one for it with: crpv init --demo --db NEW_FILE"),
            )
        try:
            return load_paths(connection, paths, command, under_lock=still_so)
        except ChangedMeanwhileError:
            continue

"""An exception is a row of the table ``exceptions``, which a load brings like any other: it can be undone."""

from __future__ import annotations

import csv
import sqlite3
import tempfile
from pathlib import Path

from crpv_cli.language import N_, msg
from crpv_cli.registry.loading import LoadReport
from crpv_cli.spelling import fold

__all__ = ["accept_exception"]

NETWORK = "network"


def accept_exception(
    connection: sqlite3.Connection, rule: str, subject: str, start: str, until: str, reason: str, by: str | None
) -> tuple[LoadReport, str]:
    """Record that findings of a rule are accepted for a subject from ``start`` to ``until`` (ISO dates).

    Args:
        connection: a registry open to write.
        rule: id of the rule.
        subject: a centre (its id or name), a department (its code or name), or ``network``.
        start: the first day.
        until: the last day.
        reason: why, in writing.
        by: who accepts it.

    Returns:
        What the load did, and the id of the centre, the code of the department, or ``network``.

    Raises:
        UsageProblem: the subject is none of these.
    """
    from crpv_cli.intake.files import InputFile, Reading
    from crpv_cli.intake.sources import sources_of
    from crpv_cli.registry.loading import load

    centre, department = _subject(connection, subject)
    row = {
        "rule": rule,
        "centre": centre or "",
        "department": department or "",
        "valid_from": start,
        "valid_to": until,
        "reason": reason,
        "accepted_by": by or "",
    }
    with tempfile.TemporaryDirectory(prefix="crpv-accept-") as folder:
        path = Path(folder) / "exceptions.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(row))
            writer.writeheader()
            writer.writerow(row)
        sources, anomalies = sources_of([InputFile(path, "-")], Reading("exceptions"))
        report = load(connection, sources, anomalies, command=f"check --accept {rule} {subject}")
    return report, centre or department or NETWORK


def _subject(connection: sqlite3.Connection, subject: str) -> tuple[str | None, str | None]:
    from crpv_cli.reports.finding import find_place

    # The word as findings show it, in the reader's language, is taken as well.
    if fold(subject) in {NETWORK, fold(msg(N_("network")).text())}:
        return None, None
    return find_place(connection, subject)

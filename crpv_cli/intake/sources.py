"""Files that were recognised become what the registry loads."""

from __future__ import annotations

from collections.abc import Sequence

from crpv_cli.errors import Anomaly
from crpv_cli.intake.files import InputFile, Reading, open_table
from crpv_cli.registry.loading import Source

__all__ = ["sources_of"]


def sources_of(files: Sequence[InputFile], reading: Reading) -> tuple[list[Source], list[Anomaly]]:
    """Open files; returns those that can be read, and what is wrong with them and the others so far.

    Raises:
        FileProblem: a file cannot be opened.
        UsageProblem: ``reading`` names no table.
    """
    sources: list[Source] = []
    anomalies: list[Anomaly] = []
    for file in files:
        opened = open_table(file, reading)
        anomalies.extend(opened.anomalies)
        if opened.csv is None or opened.header is None:
            continue
        headings = {
            column.name: cell
            for column, cell in zip(opened.header.columns, opened.csv.header, strict=True)
            if column is not None
        }
        sources.append(
            Source(
                name=opened.name,
                sha256=opened.csv.sha256,
                table=opened.header.table,
                present=opened.header.present,
                heading=headings,
                rows=opened.rows(),
                refused_keys=opened.refused_keys,
            )
        )
    return sources, anomalies

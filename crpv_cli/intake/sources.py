"""Files that were recognised become what the registry loads."""

from __future__ import annotations

from collections.abc import Sequence

from crpv_cli.errors import Anomaly
from crpv_cli.intake.files import InputFile, Reading, open_tables
from crpv_cli.intake.profiles.grid import MadeGrid
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
    for opened in [opened for file in files for opened in open_tables(file, reading)]:
        anomalies.extend(opened.anomalies)
        if opened.grid is None or opened.header is None:
            continue
        sources.append(
            Source(
                name=opened.name,
                sheet=opened.grid.sheet,
                profile=opened.grid.profile,
                sha256=opened.grid.sha256,
                table=opened.header.table,
                present=opened.header.present,
                heading={name: opened.heading(name) for name in opened.header.present},
                places=opened.places(),
                rows=opened.rows(),
                refused_keys=opened.refused_keys,
                centres=opened.centres,
                notices=opened.notices,
                made=isinstance(opened.grid, MadeGrid),
            )
        )
    return sources, anomalies

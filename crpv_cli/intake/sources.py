"""Recognised files, and rows that come from no file, become what the registry loads."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from crpv_cli.definitions.named import table_named
from crpv_cli.errors import Anomaly
from crpv_cli.intake.files import InputFile, ReadOptions, TableFile, open_tables
from crpv_cli.intake.grid import RowsGrid
from crpv_cli.intake.headers import read_header
from crpv_cli.intake.values import clean
from crpv_cli.registry.loading import Source


def sources_of(files: Sequence[InputFile], options: ReadOptions) -> tuple[list[Source], list[Anomaly]]:
    """Open files; returns those that can be read, and the anomalies found so far in all of them.

    Raises:
        FileProblem: a file cannot be opened.
        UsageProblem: ``options`` names an unknown table or profile.
    """
    return _loadable([opened for file in files for opened in open_tables(file, options)])


def sources_of_rows(table: str, rows: Sequence[Mapping[str, str]]) -> tuple[list[Source], list[Anomaly]]:
    """Turn rows with the same columns, their cells as people type them, into what a CSV file of them would give."""
    header, written = list(rows[0]), io.StringIO()
    csv.writer(written).writerows([header, *(row.values() for row in rows)])
    grid = RowsGrid(
        header,
        [[clean(cell) for cell in row.values()] for row in rows],
        hashlib.sha256(written.getvalue().encode()).hexdigest(),
    )
    return _loadable([TableFile("-", Path("-"), grid, read_header(header, table_named(table)))])


def _loadable(tables: Iterable[TableFile]) -> tuple[list[Source], list[Anomaly]]:
    sources: list[Source] = []
    anomalies: list[Anomaly] = []
    for opened in tables:
        anomalies.extend(opened.anomalies)
        if opened.header is None:
            continue
        assert opened.grid is not None
        sources.append(
            Source(
                name=opened.name,
                sheet=opened.grid.sheet,
                profile=opened.grid.profile,
                sha256=opened.grid.sha256,
                table=opened.header.table,
                present=opened.header.present,
                heading={name: opened.heading(name) for name in (*opened.header.present, *opened.others())},
                places=opened.places(),
                rows=opened.rows(),
                refused_keys=opened.refused_keys,
                centres=opened.centres,
                notices=opened.notices,
                made=opened.grid.made,
                form=opened.grid.form,
                offers=opened.offers,
                unanswered=opened.unanswered,
                carried=opened.grid.carried,
            )
        )
    return sources, anomalies

"""What a load found and did: anomalies, then figures per table, then a verdict."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import N_, Message, msg, msgs
from crpv_cli.output import streams
from crpv_cli.output.formats import Format, choose, show
from crpv_cli.registry.loading import FileOutcome, LoadReport
from crpv_cli.result import Result

_SEVERITIES = (Choice("error", N_("error")), Choice("warning", N_("warning")))
_MOST_SHOWN = 200


def print_found(
    report: LoadReport, chosen: Format | None = None, output: Path | None = None, force: bool = False
) -> None:
    """Print the anomalies: on standard error, since a load has no result.

    In a machine format, or with a file to write, they are the result. It is out when this returns, so that a load whose
    result cannot be written is not committed.

    Raises:
        FileProblem: the file to write exists already, or cannot be written.
    """
    if output is not None or (chosen is not None and chosen is not Format.TABLE):
        chosen = choose(chosen, output, Format.TABLE)
        show(anomalies_result(report.anomalies, chosen.row.machine), chosen, output, force)
    else:
        print_anomalies(report.anomalies)


def tell_load(report: LoadReport) -> None:
    """Say read / inserted / updated / unchanged / refused per table, and the verdict. Nothing in it fails."""
    streams.say_all(report.notices)
    for line in _figures(report.files):
        streams.say(line)
    if report.removed and not report.stopped:
        streams.say(msgs("{count} row removed", "{count} rows removed", report.removed))
    (streams.insist if report.errors else streams.say)(_verdict(report))


def anomalies_result(anomalies: Sequence[Anomaly], machine: bool = False) -> Result:
    """Anomalies as rows; for machines their sentences are in English whatever the reader's language."""
    language = "en" if machine else None
    columns = (
        Column("code", N_("Code"), Kind.CODE),
        Column("severity", N_("Severity"), Kind.CODE, choices=_SEVERITIES),
        Column("file", N_("File")),
        Column("sheet", N_("Sheet")),
        Column("line", N_("Line"), Kind.INTEGER, grouped=False),
        Column("cell", N_("Cell"), Kind.CODE),
        Column("column", N_("Column")),
        Column("value", N_("Value")),
        Column("message", N_("Message")),
        Column("advice", N_("Advice")),
    )
    rows = tuple(
        (
            anomaly.code,
            anomaly.severity.value,
            anomaly.file,
            anomaly.sheet,
            anomaly.line,
            anomaly.cell,
            anomaly.column,
            anomaly.value,
            anomaly.message.text(language),
            anomaly.advice.text(language) if anomaly.advice else None,
        )
        for anomaly in _in_order(anomalies)
    )
    return Result("anomalies", msg(N_("Anomalies")), columns, rows)


def _in_order(anomalies: Sequence[Anomaly]) -> list[Anomaly]:
    """Anomalies in the order of files, sheets and lines."""
    return sorted(anomalies, key=lambda anomaly: (anomaly.file, anomaly.sheet or "", anomaly.line or 0))


def print_anomalies(anomalies: Sequence[Anomaly]) -> None:
    """Print anomalies in the order of files and lines, as ``file:line: column: what is wrong``, then what to do."""
    ordered = _in_order(anomalies)
    for anomaly in ordered[:_MOST_SHOWN]:
        for line in _lines(anomaly):
            (streams.insist if anomaly.severity is Severity.ERROR else streams.say)(line)
    if len(ordered) > _MOST_SHOWN:
        streams.say(
            msg(
                "… and {more} more; --format csv -o FILE.csv writes them all.",
                more=len(ordered) - _MOST_SHOWN,
            )
        )


def _lines(anomaly: Anomaly) -> Iterable[Message]:
    place = anomaly.place
    what = (
        msg("{place}: {column}: {message}", place=place, column=anomaly.column, message=anomaly.message)
        if anomaly.column
        else msg("{place}: {message}", place=place, message=anomaly.message)
    )
    if anomaly.severity is Severity.WARNING:
        what = msg("Warning: {what}", what=what)
    yield what
    if anomaly.advice:
        yield msg("    {advice}", advice=anomaly.advice)


def _figures(files: Sequence[FileOutcome]) -> Iterable[Message]:
    ordered = sorted(files, key=lambda outcome: outcome.table)
    for table, group in groupby(ordered, key=lambda outcome: outcome.table):
        outcomes = list(group)
        yield msg(
            "{table}: {read} read, {inserted} inserted, {updated} updated, {unchanged} unchanged, {refused} refused",
            table=table,
            read=sum(outcome.read for outcome in outcomes),
            inserted=sum(outcome.inserted for outcome in outcomes),
            updated=sum(outcome.updated for outcome in outcomes),
            unchanged=sum(outcome.unchanged for outcome in outcomes),
            refused=sum(outcome.refused for outcome in outcomes),
        )


def _verdict(report: LoadReport) -> Message:
    if report.stopped and report.handed:
        return msgs("Nothing was loaded: {count} anomaly.", "Nothing was loaded: {count} anomalies.", report.errors)
    if report.lost:
        return msg("Nothing was loaded: a file changed, or could no longer be read, under way.")
    if report.stopped:
        return msgs(
            "Nothing was loaded: {count} anomaly. Correct it and load again, or keep the valid rows with --keep-valid.",
            "Nothing was loaded: {count} anomalies. Correct them and load again, or keep the valid "
            "rows with --keep-valid.",
            report.errors,
        )
    if report.dry_run:
        return msg("Nothing was written: this was a dry run.")
    if report.load is not None:
        return msg("Done: this is load {load} of the registry.", load=str(report.load))
    if report.errors:
        return msg("Nothing was loaded: no row is valid and new.")
    if not any(outcome.read for outcome in report.files):
        if report.anomalies:
            return msg("Nothing was loaded: see what is said above.")
        return msg("Nothing was loaded: no row read is about the registry's centres.")
    return msg("Nothing changed: the registry already holds all of this.")


def print_unanswered(centres: Sequence[str]) -> None:
    """Say which centres no row was about."""
    streams.say(
        msgs(
            "{count} centre has not answered: {centres}.",
            "{count} centres have not answered: {centres}.",
            len(centres),
            centres=centres,
        )
        if centres
        else msg("All centres have answered.")
    )


def write_refused(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[str], Sequence[Anomaly]]], output: Path, force: bool
) -> None:
    """Write refused rows as they were read, after their line and the reasons, to be corrected and loaded again.

    Raises:
        FileProblem: the file exists already, or cannot be written.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["crpv_line", "crpv_anomalies", *header])
    for line, cells, anomalies in rows:
        writer.writerow([line, " | ".join(_reason(anomaly) for anomaly in anomalies), *cells])
    streams.write_file(stream.getvalue().encode(), output, force)


def tell_refused(files: Iterable[Path]) -> None:
    """Say where the refused rows are."""
    for file in files:
        streams.say(msg("The refused rows are in {file}; correct them there and load that file.", file=file))


def _reason(anomaly: Anomaly) -> str:
    parts = [f"{anomaly.column}:"] if anomaly.column else []
    parts.append(anomaly.message.text())
    if anomaly.advice:
        parts.append(anomaly.advice.text())
    return " ".join(parts)

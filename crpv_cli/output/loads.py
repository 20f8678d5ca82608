"""What a load found and did: anomalies, then figures per table, then a verdict."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import N_, STABLE, Message, first_few, in_common, msg, msgs, shape
from crpv_cli.output import streams
from crpv_cli.output.formats import Format, choose, show
from crpv_cli.registry.closures import Touched
from crpv_cli.registry.loading import FileOutcome, LoadReport
from crpv_cli.result import Result

if TYPE_CHECKING:
    from crpv_cli.output.workbook.marked import Marked
    from crpv_cli.registry.merging import MergeReport

_SEVERITIES = (Choice("error", N_("error")), Choice("warning", N_("warning")))
_FEW = 12
"""How many anomalies are told one by one; more of them are told by their cause."""
_MOST_PLACES = 3
_MOST_CAUSES = 40
_MOST_NAMED = 5


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
    if report.answers and report.changed:
        streams.say(
            msgs(
                "{count} part that was asked for came back for the first time; see: crpv report returns",
                "{count} parts that were asked for came back for the first time; see: crpv report returns",
                report.answers,
            )
        )
    if not report.stopped:
        tell_touched(report.touched, report.load is not None)
    (streams.insist if report.errors else streams.say)(_verdict(report))


def tell_merge(report: MergeReport) -> None:
    """Say what came of each registry that was merged, and the verdict. Nothing in it fails."""
    for part in report.parts if not (report.stopped or report.nothing) else ():
        streams.say(
            msg(
                "{name}: {read} rows read, {inserted} inserted, {updated} updated, {removed} removed",
                name=part.name,
                read=part.read,
                inserted=part.inserted,
                updated=part.updated,
                removed=part.removed,
            )
        )
    if report.kept and not report.stopped:
        streams.say(
            msgs(
                "{count} row that no registry has any more stays, since rows refer to it: {rows}.",
                "{count} rows that no registry has any more stay, since rows refer to them: {rows}.",
                len(report.kept),
                rows=first_few(report.kept, _MOST_NAMED),
            )
        )
    if not report.stopped:
        tell_touched(report.touched, report.load is not None)
    if report.stopped:
        streams.insist(
            msgs(
                "Nothing was merged: the registries differ in {count} value.",
                "Nothing was merged: the registries differ in {count} values.",
                len(report.anomalies),
            )
        )
    elif report.nothing:
        streams.say(msg("Nothing to do: this registry already holds what they hold."))
    elif report.dry_run:
        streams.say(msg("Nothing was written: this was a dry run."))
    else:
        streams.say(msg("Done: this is load {load} of the registry.", load=str(report.load)))


def tell_touched(touched: Iterable[Touched], written: bool) -> None:
    """Say which closed years were reopened, or would be."""
    for one in touched:
        streams.say(one.reopened() if written else one.said())
        if not written:
            streams.say(one.advice())


def anomalies_result(anomalies: Sequence[Anomaly], machine: bool = False) -> Result:
    """Anomalies as rows; for machines their sentences are in English whatever the reader's language."""
    language = STABLE if machine else None
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
    """Print anomalies, errors first, in the order of files and lines.

    A few are told one by one, as ``file:line: column: what is wrong``, then what to do; many by their cause.
    """
    ordered = sorted(_in_order(anomalies), key=lambda anomaly: anomaly.severity is not Severity.ERROR)
    causes: dict[object, list[Anomaly]] = {}
    for number, anomaly in enumerate(ordered):
        advice = anomaly.advice and shape(anomaly.advice)
        cause = (anomaly.severity, anomaly.code, shape(anomaly.message), advice)
        causes.setdefault(cause if len(ordered) > _FEW else number, []).append(anomaly)
    told = left = 0
    for number, same in enumerate(causes.values()):
        if number >= _MOST_CAUSES:
            left += len(same)
            continue
        tell = streams.insist if same[0].severity is Severity.ERROR else streams.say
        for line in _of_cause(same) if len(same) > _MOST_PLACES else [line for one in same for line in _lines(one)]:
            tell(line)
        told = max(told, len(same))
    if left:
        streams.say(msg("… and {more} more.", more=left))
    if left or told > _MOST_PLACES:
        streams.say(msg("All of them, one by one: --format csv -o FILE.csv, or --format table -o FILE.txt"))


def _of_cause(same: Sequence[Anomaly]) -> Iterable[Message]:
    """Say once what is wrong in many places, then what to do, and name the first places."""
    first, count = same[0], len(same)
    what = in_common([one.message for one in same])
    differing = [name for name, value in what.values.items() if value != first.message.values[name]]
    column = first.column if all(one.column == first.column for one in same) else None
    if column is not None:
        what = msg("{column}: {message}", column=column, message=what)
    if first.severity is Severity.ERROR:
        yield msgs("{count} error: {what}", "{count} errors: {what}", count, what=what)
    else:
        yield msgs("{count} warning: {what}", "{count} warnings: {what}", count, what=what)
    common = first.advice is not None and all(one.advice == first.advice for one in same)
    if common:
        yield msg("    {advice}", advice=first.advice)
    shown = same[:_MOST_PLACES]
    if all(one.message == first.message and one.column == first.column for one in same):
        places: list[object] = [one.place for one in shown]
        yield msg("    {places} and {more} more", places=places, more=count - len(shown))
        return
    for one in shown:
        alone = column is not None and [one.message.values[name] for name in differing] == [one.value]
        said = msg("“{value}”", value=one.value) if alone else one.message
        line = msg("{place}: {message}", place=one.place, message=said)
        if column is None and one.column:
            line = msg("{place}: {column}: {message}", place=one.place, column=one.column, message=one.message)
        if one.advice and not common:
            line = msg("{what} {advice}", what=line, advice=one.advice)
        yield msg("    {what}", what=line)
    yield msg("    … and {more} more", more=count - len(shown))


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
        if all(outcome.form and not outcome.read for outcome in outcomes):
            continue  # a sheet of a form that was left empty
        yield msg(
            "{table}: {read} read, {inserted} inserted, {updated} updated, {unchanged} unchanged, {refused} refused",
            table=TABLES[table].term,
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
    if report.load is not None and report.changed:
        return msg("Done: this is load {load} of the registry.", load=str(report.load))
    if report.load is not None:
        return msgs(
            "No row changed, but {count} part that was asked for came back: this is load {load} of the registry.",
            "No row changed, but {count} parts that were asked for came back: this is load {load} of the registry.",
            report.answers,
            load=str(report.load),
        )
    if report.errors:
        return msg("Nothing was loaded: no row is valid and new.")
    if not any(outcome.read for outcome in report.files):
        if report.anomalies:
            return msg("Nothing was loaded: see what is said above.")
        if any(outcome.form for outcome in report.files):
            return msg("Nothing changed: no row of the form is filled in.")
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


def tell_marked(files: Sequence[Marked], folder: Path | None) -> None:
    """Say where the marked files are, what is not in them, and what to do with them, if any were asked for."""
    if folder is None:
        return
    if not files:
        streams.say(msg("No file has faults: none was marked."))
        return
    streams.say(
        msgs(
            "{count} file with faults is marked in {folder} ({files}): send it back, and load what is returned.",
            "{count} files with faults are marked in {folder} ({files}): send these back, and load what is returned.",
            len(files),
            folder=folder,
            files=first_few([file.name for file in files], _MOST_NAMED),
        )
    )
    anew = [file.name for file in files if file.anew and file.listed is None]
    if anew:
        streams.say(
            msg(
                "Only an .xlsx workbook can be marked as it is; these hold the cells of the others as texts: {files}.",
                files=first_few(anew, _MOST_NAMED),
            )
        )
    for file in files:
        if file.listed is not None:
            streams.say(msg("{file} holds the list of faults only: {why}.", file=folder / file.name, why=file.listed))


def _reason(anomaly: Anomaly) -> str:
    parts = [f"{anomaly.column}:"] if anomaly.column else []
    parts.append(anomaly.message.text())
    if anomaly.advice:
        parts.append(anomaly.advice.text())
    return " ".join(parts)

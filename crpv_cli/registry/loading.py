"""Records become rows of the registry: in one transaction, with a record of what changed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES, Table
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import Message, msg, msgs
from crpv_cli.registry.applying import apply_source, remove_rows
from crpv_cli.registry.checks import faulty_ratings, recognised, restated
from crpv_cli.registry.closures import ClosedYearProblem, closed_years, reopen, touched_by
from crpv_cli.registry.conflicts import Comparison, HandedOut, shown
from crpv_cli.registry.foreign import other_amounts
from crpv_cli.registry.journal import changes_of, key_text
from crpv_cli.registry.leaps import leaps
from crpv_cli.registry.loads import Batch, FileOutcome, LoadReport, Refused, Source
from crpv_cli.registry.offered import Offered
from crpv_cli.registry.recording import close_load, commit, open_load
from crpv_cli.registry.references import References
from crpv_cli.registry.returns import new_answers, take_in
from crpv_cli.registry.staging import Stage, Staged
from crpv_cli.registry.twins import adopt, near_spellings

_FILES_NAMED = 3

__all__ = ["FileOutcome", "LoadReport", "Source", "load"]


def load(  # noqa: D417 - the connection needs no words
    connection: sqlite3.Connection,
    sources: Sequence[Source],
    anomalies: Sequence[Anomaly] = (),
    *,
    command: str = "load",
    dry_run: bool = False,
    keep_valid: bool = False,
    details: bool = False,
    handed: HandedOut | None = None,
    reopening: bool = False,
    under_lock: Callable[[], None] | None = None,
    before_commit: Callable[[LoadReport], None] | None = None,
) -> LoadReport:
    """Load files into an open registry, all or nothing.

    Args:
        sources: the files, read once from beginning to end.
        anomalies: what was found before their rows (an unreadable file, a missing column).
        command: what to record as the reason of the load.
        dry_run: find out what would happen and write nothing.
        keep_valid: write the valid rows even where others are refused; a file whose header is at fault
            has no valid rows, and nothing is written if a file changes, or can no longer be read, under way.
        details: also report every change of a row.
        handed: rows that were handed out to be changed: of what came back, only what was changed is loaded, rows that
            did not come back are removed, and what others changed meanwhile is a conflict (``changed-meanwhile``).
        reopening: whether closed years of which rows change are reopened; otherwise nothing is written where there are.
        under_lock: what is called as soon as nobody else can write, to see whether what was decided before still holds;
            where it raises, nothing is written.
        before_commit: what is given the report once everything is decided, and does all that can still fail. If it
            raises, nothing is written. After it, only the commit is left where there is something to commit, and
            signals wait until the command releases them.

    Raises:
        RegistryProblem: through the connection's opener, if another program holds the registry.
        ClosedYearProblem: rows of closed years would change; nothing is written. A dry run only says so.
    """
    report = LoadReport(dry_run, anomalies=list(anomalies))
    work = _Load(connection, sources, report, keep_valid, handed)
    work.as_written = command != "load" or handed is not None  # each sign is meant, and may be what is corrected
    try:
        work.stage_rows()
        try:
            connection.execute("begin immediate")
            if under_lock is not None:
                under_lock()
            work.compare()
            work.name_periods()
            work.find_twins()
            work.check_references()
            work.check_ratings()
            work.look_at_offered()
            report.stopped = work.stops
            if not report.stopped:
                work.apply(command, reopening or dry_run)
            # A row may still contradict what the registry keeps of it.
            report.stopped = work.stops
            if report.stopped:
                work.forget_counts()
            elif report.load is not None and report.changed:
                work.look_again(report.load, details)
            # What comes back is remembered, be it that it only says what is known.
            if report.stopped or dry_run or not (report.changed or report.answers):
                report.load = None
                connection.rollback()  # others need not wait while this is told
            if before_commit is not None:
                before_commit(report)
            if report.load is not None:
                commit(connection, report.load, refused=report.errors > 0)
        except BaseException:
            connection.rollback()  # nothing to do where SQLite has ended it itself, as a trigger can ask
            raise
    finally:
        work.stage.clear()
    return report


class _Load:
    def __init__(
        self,
        connection: sqlite3.Connection,
        sources: Sequence[Source],
        report: LoadReport,
        keep_valid: bool,
        handed: HandedOut | None,
    ) -> None:
        self.connection = connection
        self.sources = list(sources)
        self.report = report
        self.keep_valid = keep_valid
        self.stage = Stage(connection)
        self.offered = Offered(self.stage, self.sources)
        self.references = References(self.stage, self.sources)
        self.comparison = Comparison(self.stage, self.sources, handed) if handed else None
        self.refused: dict[str, set[str]] = {}
        self.as_written = False
        self.faulty: set[int] = set()  # the files whose headers are at fault
        self.outcomes = [
            FileOutcome(
                source.name,
                source.table.name,
                source.sheet,
                source.made,
                sha256=source.sha256,
                form=source.form is not None,
            )
            for source in sources
        ]
        report.files = self.outcomes

    @property
    def stops(self) -> bool:
        """Whether nothing is to be written."""
        return self.report.errors > 0 and (self.report.lost or not self.keep_valid)

    def stage_rows(self) -> None:
        self.connection.execute("begin")
        faulty_headers = {
            (anomaly.file, anomaly.sheet) for anomaly in self.report.anomalies if anomaly.severity is Severity.ERROR
        }
        for number, source in enumerate(self.sources):
            faulty_header = (source.name, source.sheet) in faulty_headers
            self.stage.add_table(source.table)
            for found in source.rows:
                if isinstance(found, Batch):
                    self._stage_batch(number, source, found, faulty_header)
                elif isinstance(found, Refused):
                    self.stage.note(source.table, number, found.line, found.readable)
                else:
                    self._say(number, found)
                    # Without a line it is about the file, whose earlier rows are those of other bytes then.
                    self.report.lost |= found.line is None and found.severity is Severity.ERROR
            outcome = self.outcomes[number]
            outcome.read += len(outcome.refused_lines)
            if faulty_header:
                outcome.refused = outcome.read
                self.faulty.add(number)
            self.report.notices.extend(source.notices)
            self.report.centres |= source.centres
        self.report.notices.extend(_unanswered(self.sources))
        self.take_offered()
        self.report.files = [outcome for outcome in self.outcomes if outcome.read or not outcome.made]
        self.resolve_names()
        self.find_repeated(*self.stage.in_order())
        if self.comparison:
            for number in self.comparison.set_aside():
                self.outcomes[number].unchanged += 1
        self.connection.execute("commit")

    def _stage_batch(self, number: int, source: Source, batch: Batch, faulty_header: bool) -> None:
        self.outcomes[number].read += len(batch.lines)
        if not faulty_header:
            self.stage.insert(source.table, number, batch)
        elif len(source.table.key) == 1 and source.table.key[0] in batch.columns:
            source.refused_keys.update(map(str, batch.values[batch.columns.index(source.table.key[0])]))

    def take_offered(self) -> None:
        """Stage what rows and forms bring for rows to refer to, each as a source of its own."""
        found = list(self.offered.settle())
        for source, rows in self.offered.made:
            self.sources.append(source)
            self.outcomes.append(
                FileOutcome(source.name, source.table.name, source.sheet, True, read=len(rows), sha256=source.sha256)
            )
        for number, anomaly in found:
            self._say(number, anomaly)
            if anomaly.severity is Severity.ERROR:  # it refers to nothing, which is not said a second time
                self.stage.remove(self.sources[number].table, number, anomaly.line or 0)

    def look_at_offered(self) -> None:
        """Leave out what rows brought where nothing needs it any more, or the registry has it by now."""
        for number, anomaly in self.offered.look_again():
            self._say(number, anomaly)
        for number in range(len(self.outcomes) - len(self.offered.made), len(self.outcomes)):
            rows = f"select count(*) from temp.stage_{self.sources[number].table.name} where file = ?"
            (self.outcomes[number].read,) = self.connection.execute(rows, (number,)).fetchone()

    def find_repeated(self, *tables: Table) -> None:
        """Count a row that comes again as unchanged, and refuse one that says something else under the same key."""
        present = [set(source.present) for source in self.sources]
        shapes = [present.index(names) for names in present]
        contradicted: list[tuple[Table, int, Anomaly]] = []
        for table in tables:
            same, others = self.stage.repeated(table, shapes)
            for number, count in same.items():
                self.outcomes[number].unchanged += count
            for row, first in others:
                number, column = row["file"], self._different(table, row, first)
                if row["line"] in self.outcomes[number].refused_lines:
                    self.outcomes[number].read -= 1  # it counts once
                self._say(number, self._same_key(row, first, column, shown(row[column.stored], column)))
                if self.keep_valid:
                    # Which of the two is right, only a person knows: neither goes in.
                    contradicted.append((table, first["file"], self._same_key(first, row, column)))
        for table, number, anomaly in contradicted:
            if anomaly.line not in self.outcomes[number].refused_lines:
                self._refuse(table, number, anomaly)

    def _different(self, table: Table, row: Staged, first: Staged) -> Column:
        """The first column in which two rows differ, or that only one of the two files has."""
        here, there = (self.sources[one["file"]].present for one in (row, first))
        columns = [table.column(name) for name in here]
        unlike = [column for column in columns if row[column.stored] != first[column.stored]]
        # The columns that only one of the two files has may be in any order.
        return unlike[0] if unlike else table.column(min(set(here) ^ set(there)))

    def _same_key(self, row: Staged, other: Staged, column: Column, value: str | None = None) -> Anomaly:
        source: Source = self.sources[row["file"]]
        return source.anomaly(
            "same-key",
            msg(
                "The same {key} is at line {line} of {file} with other values ({column}).",
                key=msg(
                    " + ".join(f"{{{name}}}" for name in source.table.key),
                    **{name: source.term(name) for name in source.table.key},
                ),
                line=str(other["line"]),
                file=self.sources[other["file"]].name,
                column=source.term(column.name),
            ),
            msg("Keep one of the two rows."),
            row["line"],
            column.name,
            value,
        )

    def _say(self, number: int, anomaly: Anomaly) -> None:
        self.report.anomalies.append(anomaly)
        if anomaly.severity is Severity.ERROR and anomaly.line is not None:
            self.outcomes[number].refused_lines.setdefault(anomaly.line, []).append(anomaly)
            self.outcomes[number].refused = len(self.outcomes[number].refused_lines)

    def _refuse(self, table: Table, number: int, anomaly: Anomaly) -> None:
        """Refuse a row that was staged."""
        self._say(number, anomaly)
        if self.keep_valid:
            removed = self.stage.remove(table, number, anomaly.line or 0)
            self.refused.setdefault(table.name, set()).update(removed)

    def resolve_names(self) -> None:
        """Put ids in the place of names, and say which names were completed."""
        for number, anomaly in self.references.resolve():
            self._say(number, anomaly)
        self.report.centres = {self.references.id_of("centres", centre) for centre in self.report.centres}

    def compare(self) -> None:
        """Refuse what was changed of rows that others changed meanwhile."""
        if self.comparison is None:
            return
        for number, anomaly in list(self.comparison.settle(complete=not self.report.errors)):
            if number is None:
                self.report.anomalies.append(anomaly)
            else:
                self._refuse(self.comparison.table, number, anomaly)
        named = (dict(zip(self.comparison.table.key, key, strict=True)) for key in self.comparison.removed)
        self.report.vanished = [key_text(self.comparison.table, key) for key in named]
        self.report.handed = self.comparison.told()

    def name_periods(self) -> None:
        """Let rows that do not say when their period begins be those of the registry that they can only mean.

        Not those of rows that were handed out to be changed: there, a beginning that was deleted is a change.
        """
        for table in self.stage.in_order():
            if self.comparison is None or table is not self.comparison.table:
                self.stage.name_periods(table)

    def find_twins(self) -> None:
        """Take rows that are only written otherwise for what they are, and say which words are."""
        for table in self.stage.in_order():
            if not self.as_written:
                again, found = adopt(self.stage, self.sources, table)
                self.report.anomalies += found
                if again:
                    self.find_repeated(table)
            self.report.anomalies += near_spellings(self.stage, self.sources, table)

    def check_references(self) -> None:
        """Refuse rows that name a centre, a source... that is neither in the registry nor in the load."""
        for source in self.sources:
            self.refused.setdefault(source.table.name, set()).update(source.refused_keys)
        for table in self.stage.in_order():
            # Rows leave once all their columns were looked at: one may name two unknown things.
            for number, anomaly in self.references.unknown(table, self.refused, self.keep_valid):
                self._refuse(table, number, anomaly)

    def check_ratings(self) -> None:
        """Refuse ratings that are not on their scale, and ratings of a mission that is not a core one."""
        for number, anomaly in faulty_ratings(self.stage, self.sources):
            self._refuse(TABLES["evaluations"], number, anomaly)

    def apply(self, command: str, reopening: bool) -> None:
        """Write what is staged, and what it changes; remove what did not come back, and reopen the years of both.

        Raises:
            ClosedYearProblem: rows of closed years change that are not to be reopened.
        """
        closed = closed_years(self.connection)
        load = open_load(self.connection, command)
        # A row may refer to one of its own table that comes after it; what all refer to was checked before.
        self.connection.execute("pragma defer_foreign_keys = on")
        for table in self.stage.in_order():
            for number, source in enumerate(self.sources):
                outcome = self.outcomes[number]
                if source.table is table and (outcome.read or not source.made):
                    for anomaly in apply_source(self.stage, number, source, outcome, load, self.as_written):
                        self._say(number, self.comparison.explained(number, anomaly) if self.comparison else anomaly)
                    if self.comparison is None and number not in self.faulty and outcome.file is not None:
                        take_in(self.connection, source, number, outcome, load, outcome.file)
        self.report.answers = new_answers(self.connection, load)
        self.connection.execute("pragma defer_foreign_keys = off")
        inserted = sum(outcome.inserted for outcome in self.outcomes)
        updated = sum(outcome.updated for outcome in self.outcomes)
        if self.comparison:
            its_rows = self.comparison.removed
            self.report.removed = remove_rows(self.connection, self.comparison.table, its_rows, load)
            self.report.handed = self.comparison.told()
        if closed and not self.stops:
            self.report.touched = touched_by(self.connection, load, closed, self.stage.in_order())
            if self.report.touched and not reopening:
                raise ClosedYearProblem(self.report.touched)
            updated += reopen(self.connection, load, (one.year for one in self.report.touched))
        close_load(self.connection, load, inserted, updated, self.report.removed)
        self.report.notices.extend(self.offered.notices)
        self.report.load = load

    def look_again(self, load: int, details: bool) -> None:
        """Say what is seen once the rows are in: figures that changed, money that is there already, each change."""
        self.report.anomalies.extend(restated(self.connection, load))
        file = next((outcome.name for outcome in self.outcomes if outcome.table == "funding" and outcome.read), None)
        if file is not None:
            self.report.anomalies.extend(other_amounts(self.connection, load))
            self.report.anomalies.extend(recognised(self.connection, load, file))
        self.report.anomalies.extend(leaps(self.connection, load, self.outcomes))
        if details:
            self.report.changes = list(changes_of(self.connection, load))

    def forget_counts(self) -> None:
        """Say that nothing was written: no row of a stopped load went in."""
        for outcome in self.outcomes:
            outcome.inserted = outcome.updated = outcome.unchanged = 0
        self.report.answers = 0


def _unanswered(sources: Sequence[Source]) -> Iterator[Message]:
    """Say how many prepared rows of forms were not filled in: of each file, or of all where they are many."""
    counts = Counter({source.name: 0 for source in sources})
    for source in sources:
        counts[source.name] += len(source.unanswered)
    files = {name: count for name, count in counts.items() if count}
    if len(files) > _FILES_NAMED:
        yield msg(
            "{rows} prepared rows of {files} files were not filled in; they were skipped.",
            rows=sum(files.values()),
            files=len(files),
        )
        return
    for name, count in files.items():
        yield msgs(
            "{file}: {count} prepared row was not filled in; it was skipped.",
            "{file}: {count} prepared rows were not filled in; they were skipped.",
            count,
            file=name,
        )

"""What the reader of coverage must know: parts of the whole, confidence, labels, vintages and gaps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from crpv_cli.definitions import choices
from crpv_cli.language import N_, Day, Message, Share, msg, msgs
from crpv_cli.registry.queries import read
from crpv_cli.reports.advice import advice
from crpv_cli.reports.coverage.departments import Department, Sum, added, codes_of, uncovered
from crpv_cli.reports.wording import Names
from crpv_cli.result import Note


def geography_words(counted: Iterable[tuple[str | None, object]]) -> Message:
    """Say which lists are counted: 2024 geography, or 2024 geography (overseas: 2015 geography).

    Args:
        counted: the geography of each department that is counted, and whether it is overseas.
    """
    known = {(geography, bool(overseas)) for geography, overseas in counted if geography}
    every = sorted({geography for geography, _ in known if geography}, reverse=True)
    labels = [msg(choices.GEOGRAPHY_LABELS[geography]) for geography in every]
    if not labels:
        return msg(N_("no list in force"))
    if len(labels) == 1:
        return labels[0]
    if known == {(every[0], False), (every[1], True)}:
        return msg("{geography} (overseas: {other})", geography=labels[0], other=labels[1])
    return msg("{first} and {second}", first=labels[1], second=labels[0])


def part_notes(departments: Sequence[Department]) -> Iterator[Note]:
    """What is covered in the hexagone and overseas."""
    for code, message, overseas in (
        ("metropolitan", N_("Metropolitan France: {covered} of {total} ({share})."), False),
        ("overseas", N_("Overseas: {covered} of {total} ({share})."), True),
    ):
        part = added(department for department in departments if department.overseas == overseas)
        if part.share is not None:
            yield Note(code, msg(message, covered=part.covered, total=part.total, share=Share(part.share)))


def gap_notes(departments: Sequence[Department], unit: Message) -> Iterator[Note]:
    """What no centre serves, and what is in several perimeters."""
    missing = uncovered(departments)
    if missing:
        yield Note(
            "uncovered-departments",
            msgs(
                "Not covered: {value} {unit} in {count} department: {departments}.",
                "Not covered: {value} {unit} in {count} departments: {departments}.",
                len(missing),
                value=sum(department.value or 0 for department in missing),
                unit=unit,
                departments=codes_of(missing),
            ),
            {
                "departments": [
                    {"department": department.code, "name": department.name, "value": department.value}
                    for department in missing
                ]
            },
        )
    shared = [department for department in departments if department.value and len(department.centres) > 1]
    if shared:
        yield Note(
            "overlapping-perimeters",
            msg("In several perimeters, counted once in the totals: {departments}.", departments=codes_of(shared)),
            {"departments": list(codes_of(shared))},
        )


def basis_notes(departments: Sequence[Department], whole: Sum) -> Iterator[Note]:
    """How sure coverage is, and how much of it is covered by centres that have the State's label."""
    if not whole.covered:
        return
    high, medium = (Share(whole.part(value) or 0) for value in (whole.high, whole.medium))
    yield Note(
        "confidence",
        msg(
            "How sure this is: {high} is covered with high confidence, {medium} with medium confidence as well, "
            "{all} with low.",
            high=high,
            medium=medium,
            all=Share(whole.share or 0),
        ),
        whole.confidence(),
    )
    if whole.labelled is None:
        yield Note(
            "labels-unknown",
            msg("Coverage counts the centres that exist; which of them have the State's label is not known."),
        )
        return
    unknown = any(one.value and one.centres and one.labelled is None for one in departments)
    yield Note(
        "labelled",
        msg(
            N_("Coverage counts the centres that exist; of which labelled, as far as known: {labelled} ({share}).")
            if unknown
            else N_("Coverage counts the centres that exist; of which labelled: {labelled} ({share})."),
            labelled=whole.labelled,
            share=Share(whole.part(whole.labelled) or 0),
        ),
        {"labelled": whole.labelled},
    )


def count_notes(
    connection: sqlite3.Connection, departments: Sequence[Department], whole: Sum, unit: Message, counted_on: str
) -> Iterator[Note]:
    """Which counts are minimums, of another geography, not in force or not known."""
    least = [department for department in departments if department.quality == "minimum"]
    if least:
        yield Note(
            "at-least",
            msgs(
                "At least: the value of {count} department is a minimum ({total} {unit} are located).",
                "At least: the values of {count} departments are minimums ({total} {unit} are located).",
                len(least),
                total=whole.total,
                unit=unit,
            ),
            {"departments": list(codes_of(least))},
        )
    previous = [department for department in departments if department.quality == "previous-geography"]
    if previous:
        yield Note(
            "previous-geography",
            msg(
                "Values of the previous geography, the only ones known: {departments}.", departments=codes_of(previous)
            ),
            {"departments": list(codes_of(previous))},
        )
    unknown = [department for department in departments if department.value is None]
    if not unknown:
        return
    codes = {"departments": list(codes_of(unknown))}
    if len(unknown) < len(departments):
        message = msg("Not known, and left out of the totals: {departments}.", departments=codes_of(unknown))
        yield Note("unknown-counts", message, codes)
    elif connection.execute("select 1 from territory_counts limit 1").fetchone():
        message = msg("No counts are in force on {date}: the registry holds none of that time.", date=Day(counted_on))
        yield Note("no-list-in-force", message, codes)
    else:
        yield Note("unknown-counts", msg("Not known for any department."), codes)
        yield advice("load-counts", msg("Load the territory counts with: crpv load FILE"))


def to_confirm(
    connection: sqlite3.Connection, as_of: str, departments: Iterable[Department], centre: str | None
) -> Iterator[Note]:
    """Which perimeters in these departments are of low confidence."""
    wanted = set(codes_of(departments))
    rows = [
        row
        for row in read(
            connection,
            "select centre, department from served where confidence = 'low' order by centre, length(department), "
            "department",
            as_of,
        )
        if row["department"] in wanted and centre in {None, row["centre"]}
    ]
    if rows:
        names = Names(connection)
        yield Note(
            "low-confidence",
            msg(
                "Perimeters still to be confirmed: {perimeters}.",
                perimeters=[
                    Message(
                        "{centre} ({code})",
                        {"centre": names.id("centres", row["centre"]).words, "code": row["department"]},
                    )
                    for row in rows
                ],
            ),
            {"perimeters": [dict(row) for row in rows]},
        )

"""Rows come to the registry in batches: what comes again is found within one, between two, and between files."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from crpv_cli.definitions.tables import TABLES
from crpv_cli.errors import Anomaly, Severity
from crpv_cli.language import msg
from crpv_cli.registry import bulk
from crpv_cli.registry.connection import open_writing
from crpv_cli.registry.loading import LoadReport, Source, load
from crpv_cli.registry.loads import Batch, Refused
from crpv_cli.registry.schema import is_current
from crpv_cli.registry.undoing import undo
from tests.registry.bench import Bench, figures, said

Rows = Iterable[Batch | Refused | Anomaly]

FUNDING = ("centre", "funder", "stage", "year", "amount", "object")


def source(name: str, table: str, columns: tuple[str, ...], rows: Rows) -> Source:
    """A source whose header has these columns, as they are called."""
    return Source(
        name=name,
        sha256="0" * 64,
        table=TABLES[table],
        present=columns,
        heading={column: column for column in columns},
        rows=rows,
        refused_keys=set(),
        sheet=None,
        profile=None,
        places={},
        centres=set(),
        notices=[],
        made=False,
    )


def load_of(world: Bench, *sources: Source, keep_valid: bool = False) -> LoadReport:
    """Load sources into the registry of a bench."""
    with open_writing(world.registry) as connection:
        return load(connection, sources, keep_valid=keep_valid)


def batch(*rows: tuple[int, int, int, str | None]) -> Batch:
    """A batch of grants of the State to one centre: line, year, centimes, object."""
    lines, years, cents, objects = zip(*rows, strict=True)
    same = [[value] * len(lines) for value in ("oriv", "etat", "granted")]
    return Batch(lines, FUNDING, (*same, years, cents, objects))


def test_batches_are_loaded_in_the_order_of_the_file(world: Bench) -> None:
    rows: Rows = [
        batch((2, 2001, 100, None), (3, 2002, 200, None)),
        Batch((), FUNDING, ((), (), (), (), (), ())),
        batch((5, 2000, 300, "day")),
    ]
    report = load_of(world, source("a.csv", "funding", FUNDING, rows))
    assert figures(report) == {"a.csv": (3, 3, 0, 0, 0)}
    assert world.rows("select year, amount_cents, object from funding where year < 2010 order by rowid") == [
        (2001, 100, None),
        (2002, 200, None),
        (2000, 300, "day"),
    ]
    assert figures(load_of(world, source("a.csv", "funding", FUNDING, rows))) == {"a.csv": (3, 0, 0, 3, 0)}


def test_what_comes_again_is_found_wherever_it_stands(world: Bench) -> None:
    first = [batch((2, 2001, 1, None), (3, 2001, 1, None), (4, 2002, 2, None))]
    second = [batch((2, 2002, 2, None)), batch((3, 2001, 9, None)), batch((4, 2001, 1, None))]
    files = source("a.csv", "funding", FUNDING, first), source("b.csv", "funding", FUNDING, second)
    report = load_of(world, *files)
    assert said(report) == [("b.csv", 3, "amount", "0.09", "same-key")]
    assert report.anomalies[0].message.text("en").endswith("is at line 2 of a.csv with other values (amount).")
    assert report.stopped
    report = load_of(world, *files, keep_valid=True)
    assert said(report) == [("b.csv", 3, "amount", "0.09", "same-key"), ("a.csv", 2, "amount", None, "same-key")]
    assert figures(report) == {"a.csv": (3, 1, 0, 1, 1), "b.csv": (3, 0, 0, 2, 1)}
    assert world.rows("select year, amount_cents from funding where year < 2010") == [(2002, 2)]


def test_a_line_that_is_refused_twice_counts_once(world: Bench) -> None:
    """Several rows can come of one line: the one that is refused counts once, whatever is said of it."""
    wrong = Anomaly("wrong", Severity.ERROR, "a.csv", msg("empty"), None, 3)
    rows: Rows = [wrong, batch((2, 2001, 1, None), (3, 2001, 2, None))]
    report = load_of(world, source("a.csv", "funding", FUNDING, rows), keep_valid=True)
    assert [one[1] for one in said(report)] == [3, 3, 2]
    ((read, inserted, updated, unchanged, refused),) = figures(report).values()
    assert (read, refused) == (2, 2)
    assert read == inserted + updated + unchanged + refused


def test_keys_below_a_header_at_fault_are_known(world: Bench) -> None:
    """What refers to a row of a file that is refused as a whole is not at fault a second time."""
    of_study = batch((2, 2001, 1, None))
    files = (
        source("s.csv", "sources", ("id", "title"), [Batch((2,), ("id", "title"), (("study",), ("Study",)))]),
        source(
            "f.csv",
            "funding",
            (*FUNDING, "source"),
            [Batch(of_study.lines, (*FUNDING, "source"), (*of_study.values, ("study",)))],
        ),
    )
    faulty = Anomaly("column-twice", Severity.ERROR, "s.csv", msg("empty"), None, 1)
    with open_writing(world.registry) as connection:
        report = load(connection, files, [faulty])
    assert said(report) == [("s.csv", 1, None, None, "column-twice")]
    assert figures(report)["s.csv"] == (1, 0, 0, 0, 1)


HELD = [(2000 + number, 10 * number, None) for number in range(1, 7)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(HELD, (6, 0, 0, 6, 0), id="the same again"),
        pytest.param(HELD[::-1], (6, 0, 0, 6, 0), id="in another order"),
        pytest.param(HELD[1:], (5, 0, 0, 5, 0), id="without the first"),
        pytest.param([*HELD[:3], *HELD[4:]], (5, 0, 0, 5, 0), id="without one in the middle"),
        pytest.param([(1999, 5, None), *HELD], (7, 1, 0, 6, 0), id="with another before them"),
        pytest.param([*HELD[:3], (1999, 5, None), *HELD[3:]], (7, 1, 0, 6, 0), id="with another in the middle"),
        pytest.param([*HELD, (1999, 5, None)], (7, 1, 0, 6, 0), id="with another after them"),
        pytest.param([*HELD[:3], (2004, 41, None), *HELD[4:]], (6, 0, 1, 5, 0), id="one changed"),
        pytest.param([(2001, 11, None), *HELD[1:]], (6, 0, 1, 5, 0), id="the first changed"),
        pytest.param([(2006, 61, None), *HELD[:5], (1999, 5, None)], (7, 1, 1, 5, 0), id="one changed and moved"),
        pytest.param([*HELD, HELD[2]], (7, 0, 0, 7, 0), id="one twice"),
        pytest.param([HELD[0], HELD[0], *HELD[2:]], (6, 0, 0, 6, 0), id="one instead of another"),
        pytest.param([*HELD, (2003, 31, None)], (7, 0, 0, 0, 1), id="one twice with other values"),
    ],
)
@pytest.mark.parametrize("before", [[], [(1990, 7, "before")]])
@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_loaded_again_is_compared_by_its_key_wherever_it_stands(
    world: Bench,
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple[int, int, str | None]],
    expected: tuple[int, ...],
    before: list[tuple[int, int, str | None]],
    at_once: bool,
) -> None:
    """Rows that stand as they did are found without an index, and many are written before theirs: nobody sees that."""
    if at_once:
        monkeypatch.setattr(bulk, "_MANY", 1)
    held = [*before, *HELD]

    def loaded(rows: list[tuple[int, int, str | None]]) -> LoadReport:
        lines = [(line, *row) for line, row in enumerate(rows, 2)]
        report = load_of(world, source("a.csv", "funding", FUNDING, [batch(*lines)]))
        with world.connect() as connection:
            assert is_current(connection)  # as another program sees it: crpv's door would make an index that is missing
        return report

    loaded(held)
    first = world.dump()
    report = loaded(rows)
    refused = expected[-1]
    assert figures(report) == {"a.csv": expected}
    assert report.stopped == bool(refused)
    after = {year: (cents, what) for year, cents, what in held}
    after |= {} if refused else {year: (cents, what) for year, cents, what in rows}
    found = world.rows("select year, amount_cents, object from funding where load > 1")
    assert {year: tuple(rest) for year, *rest in found} == after
    if report.load is not None:
        with open_writing(world.registry) as writing:
            undo(writing, report.load)
    assert world.dump()["funding"] == first["funding"]

"""Money counts once whatever files it came in: a right figure stays right, in whatever order files are loaded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from crpv_cli.registry.migrations import create
from crpv_cli.registry.queries import read

AS_OF = "2025-06-30"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A registry of one centre and three funders, two of which are bodies of the State."""
    path = tmp_path_factory.mktemp("money") / "crpv.sqlite"
    create(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        connection.executescript(
            """
            insert into loads (id, at, who, command, version) values (1, '2025-01-01', 'me', 'load', '0');
            insert into centres (id, name, short_name, legal_form, co_funded, load)
                values ('oriv', 'Oriv', 'ORIV', 'gip', 1, 1);
            insert into funders (id, name, kind, load)
                values ('etat', 'État', 'state', 1), ('prefecture', 'Préfecture', 'state', 1),
                    ('region', 'Région', 'region', 1);
            """
        )
        connection.executemany(
            "insert into sources (id, title, load) values (?, ?, 1)", [(name, name) for name in "abcdefgh"]
        )
        connection.commit()
        yield connection


@pytest.fixture
def purse(registry: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The same, empty again after each test."""
    yield registry
    registry.rollback()


def fill(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    for row in rows:
        usual: Row = {"centre": "oriv", "funder": "etat", "year": 2024, "stage": "granted", "load": 1, "source": "a"}
        whole = usual | row
        whole["amount_cents"] = whole.pop("amount") * 100
        names = list(whole)
        connection.execute(
            f"insert into funding ({', '.join(names)}) values ({', '.join(':' + name for name in names)})", whole
        )


def sums(connection: sqlite3.Connection, by: str = "scope", stage: str = "granted") -> dict[str, int]:
    rows = read(
        connection,
        f"select {by}, sum(counted_cents) / 100 from money where stage = '{stage}' and part in ('counted', 'rest') "
        f"group by {by}",
        AS_OF,
    )
    return {row[0]: row[1] for row in rows if row[1]}


def p147(amount: int, **values: Any) -> Row:
    return {"scheme": "P147", "amount": amount, **values}


def total(amount: int, **values: Any) -> Row:
    return p147(amount, level="yearly-total", **values)


GRANTS = [p147(240, object="missions", locator="f.csv:1"), p147(60, object="day", locator="f.csv:2"),
          p147(45, object="day", locator="f.csv:3"), p147(45, object="day", locator="f.csv:4")]  # fmt: skip
"""Four grants of one file: 390 in all; two of them are of one object and amount."""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param([], 390, id="two equal grants of one file are two"),
        pytest.param([total(390, source="b")], 390, id="their sum, of another source"),
        pytest.param([total(390)], 390, id="their sum, of the same source"),
        pytest.param([p147(390, source="b")], 390, id="their sum, without a level"),
        pytest.param([p147(390, source="b", object="all")], 390, id="their sum as the only row of a document"),
        pytest.param([p147(390, source="b", object="x"), p147(391, source="c", object="y")], 390, id="two of those"),
        pytest.param([p147(390, source="b", scheme=None)], 390, id="their sum, without scheme and level"),
        pytest.param([total(390, source="b", scheme=None)], 390, id="their sum, without scheme"),
        pytest.param([total(390, source="b", scheme="147 - Politique de la ville")], 390, id="a scheme in full"),
        pytest.param([total(390, source="b", scheme="Politique de la ville")], 390, id="scheme in words"),
        pytest.param([total(390, source="b", funder="prefecture")], 390, id="another body of the State"),
        pytest.param([total(390, source="b"), total(380, source="c")], 390, id="two totals that differ"),
        pytest.param([total(300, source="b", object="x"), total(90, source="b", object="y")], 390, id="in two parts"),
        pytest.param([total(440, source="b")], 390, id="a total that is a little more"),
        pytest.param([total(340, source="b")], 390, id="a total that is less"),
        pytest.param([total(500, source="b")], 500, id="a total that decisions are not all of"),
        pytest.param([p147(-40, object="back", locator="f.csv:5")], 350, id="a grant that is taken back"),
        pytest.param([p147(-40, source="b")], 350, id="taken back, and said without an object"),
        pytest.param([{**row, "locator": f"g.csv:{n}"} for n, row in enumerate(GRANTS)], 390, id="another file"),
        pytest.param([{**row, "source": "b"} for row in GRANTS], 390, id="another source"),
        pytest.param([{**row, "source": "b", "scheme": None} for row in GRANTS], 390, id="another, without scheme"),
        pytest.param([{**row, "source": "b", "object": None} for row in GRANTS], 390, id="another, without object"),
        pytest.param([{**row, "source": "b", "funder": "prefecture"} for row in GRANTS], 390, id="another body"),
        pytest.param([{**GRANTS[0], "source": "b"}], 390, id="one of them from another source"),
        pytest.param([p147(240, source="b")], 390, id="one of them, bare"),
        pytest.param([{**GRANTS[0], "object": "misions"}], 390, id="the same line, read otherwise"),
        pytest.param([p147(60, object="other", locator="g.csv:1")], 450, id="equal, of another object of the source"),
        pytest.param([p147(70, object="day", reference="2", locator="g.csv:1"),
                      p147(70, object="day", reference="3", locator="h.csv:1")], 530, id="two references"),
        pytest.param([p147(38, stage="paid")], 390, id="an instalment"),
        pytest.param([p147(500, stage="requested")], 390, id="a request"),
        pytest.param([p147(90, funder="region")], 390, id="money of another funder"),
        pytest.param([p147(90, year=2023)], 390, id="another year"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_what_is_loaded_on_top_of_grants(
    more: list[Row], expected: int, first: bool, purse: sqlite3.Connection
) -> None:
    fill(purse, [*GRANTS, *more] if first else [*more, *GRANTS])
    found = read(
        purse,
        "select sum(counted_cents) / 100 from money where stage = 'granted' and year = 2024 and scope = 'p147' "
        "and part in ('counted', 'rest')",
        AS_OF,
    )
    assert found.fetchone()[0] == expected
    assert sums(purse, "giver").get("state", 0) - (90 if more and more[0].get("year") == 2023 else 0) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([total(100, source="b")], {"p147": 100}, id="a total alone"),
        pytest.param([p147(100)], {"p147": 100}, id="a bare row alone"),
        pytest.param([total(100), total(100, source="b")], {"p147": 100}, id="two totals"),
        pytest.param([total(60, object="x"), total(60, object="y"), total(100, source="b")], {"p147": 120}, id="parts"),
        pytest.param([total(60, object="x"), total(60, object="y"), p147(30, object="z", source="b")], {"p147": 120},
                     id="parts, of which a quarter is detailed"),
        pytest.param([p147(100), p147(30, object="z", source="b")], {"p147": 100}, id="a bare total, and a part of it"),
        pytest.param([p147(20), p147(90, object="z", source="b")], {"p147": 110}, id="a bare row that is no total"),
        pytest.param([total(100), total(130, scheme=None, source="b")], {"p147": 100, "programmes": 30},
                     id="a total of one programme, one of all"),
        pytest.param([total(100), total(130, scheme=None, source="b"), p147(30, scheme="P163", object="z", source="c")],
                     {"p147": 100, "programmes": 30}, id="and the other programme"),
        pytest.param([total(100), p147(40, scheme=None, object="x", source="b"),
                      p147(60, scheme=None, object="y", source="b")], {"p147": 100}, id="grants of no programme"),
        pytest.param([p147(100, object="x"), total(30, scheme=None, source="b", funder="prefecture")],
                     {"p147": 100, "programmes": 30}, id="a total of another body of the State"),
        pytest.param([total(100), p147(20, scheme="FONJEP", source="b", object="post"),
                      p147(100, scheme=None, source="c")], {"p147": 100, "posts": 20}, id="bare, as one of them"),
        pytest.param([total(100, funder="region"), p147(100, funder="region", scheme=None, source="b")], {None: 100},
                     id="not the State"),
        pytest.param([total(0)], {}, id="nothing"),
        pytest.param([p147(100, object="x"), total(-20, source="b")], {"p147": 100}, id="a total below nothing"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turn", [1, -1])
def test_totals(rows: list[Row], expected: dict[str, int], turn: int, purse: sqlite3.Connection) -> None:
    fill(purse, rows[::turn])
    assert sums(purse) == expected


def files_about(grants: Sequence[tuple[str, int]]) -> st.SearchStrategy[list[list[Row]]]:
    """Draw files that tell of the same grants, each in its own way; none adds anything to what the first tells."""
    schemes = sorted({scheme for scheme, _ in grants})
    everything = sum(amount for _, amount in grants)

    @st.composite
    def one(draw: st.DrawFn, source: str) -> list[Row]:
        funder = draw(st.sampled_from(["etat", "prefecture"]))
        said = {"source": source, "funder": funder}
        kind = draw(st.sampled_from(["grants", "some", "total", "whole"]))
        if kind == "whole":
            level = draw(st.sampled_from(["yearly-total", None]))
            return [{"amount": everything, "scheme": None, "level": level, **said}]
        if kind == "total":
            level = draw(st.sampled_from(["yearly-total", None]))
            return [
                {"amount": sum(amount for its, amount in grants if its == scheme), "scheme": scheme, "level": level}
                | said
                for scheme in draw(st.lists(st.sampled_from(schemes), min_size=1, unique=True))
            ]
        named, level = draw(st.booleans()), draw(st.sampled_from(["decision", None]))
        taken = grants if kind == "grants" else draw(st.permutations(grants))[: draw(st.integers(2, len(grants)))]
        return [
            {"amount": amount, "scheme": scheme if named else None, "object": f"{amount}", "locator": f"{source}:{n}"}
            | {"level": level, **said}
            for n, (scheme, amount) in enumerate(taken)
        ]

    return st.lists(st.integers(0, 3), min_size=1, max_size=4).flatmap(
        lambda counts: st.tuples(*(one("bcdefgh"[place]) for place in range(len(counts)))).map(list)
    )


def _far_apart(grants: Sequence[tuple[str, int]]) -> bool:
    """Whether no sums of some grants are near each other by chance."""
    amounts = [amount for _, amount in grants]
    found = sorted({sum(some) for n in range(1, len(amounts) + 1) for some in combinations(amounts, n)})
    return all(less * 1.02 < more for less, more in pairwise(found))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_file_makes_a_right_figure_wrong(purse: sqlite3.Connection, data: st.DataObject) -> None:
    amounts = data.draw(st.lists(st.sampled_from([100, 130, 290, 670, 1510]), min_size=2, max_size=4))
    grants = [(data.draw(st.sampled_from(["P147", "P147", "P163"])), amount) for amount in amounts]
    assume(_far_apart(grants))
    first = [
        {"amount": amount, "scheme": scheme, "object": f"{amount}", "locator": f"a:{n}"}
        for n, (scheme, amount) in enumerate(grants)
    ]
    files = data.draw(st.permutations([first, *data.draw(files_about(grants))]))
    purse.rollback()
    for rows in files:
        fill(purse, rows)
    expected = {
        scope: sum(amount for its, amount in grants if its == scheme)
        for scope, scheme in (("p147", "P147"), ("programmes", "P163"))
    }
    assert sums(purse) == {scope: amount for scope, amount in expected.items() if amount}

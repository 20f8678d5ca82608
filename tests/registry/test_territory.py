"""The territory of a centre, with what its departments hold."""

from __future__ import annotations

from crpv_cli.registry.connection import open_reading
from crpv_cli.reports.centre.territory import perimeter
from tests.registry.bench import Bench

DAYS = {"2015": "2015-01-01,2023-12-31", "2024": "2024-01-01,"}
COUNTS = "department,measure,geography,value,quality,valid_from,valid_to\n" + "".join(
    f"{department},{measure},{geography},{value},exact,{DAYS[geography]}\n"
    for department, geography, values in (
        ("67", "2024", (12, 3, 50000)),
        ("68", "2024", (7, 2, 20000)),
        ("67", "2015", (11, 4, 49000)),
        ("971", "2024", (0, 1, 9)),
    )
    for measure, value in zip(("neighbourhoods", "contracts", "inhabitants"), values, strict=True)
)


def test_each_department_holds_its_own_counts_of_the_geography_of_the_date(world: Bench) -> None:
    report = world.load(
        ("departments.csv", "code,name,region_code,region_name\n971,Guadeloupe,01,Guadeloupe\n"),
        ("territory_counts.csv", COUNTS),
        (
            "perimeters.csv",
            "centre,department,valid_from,valid_to,confidence\noriv,971,,,high\noriv,2A,2021-01-01,2025-12-31,\nparis,67,,,\n",
        ),
    )
    assert report.anomalies == []
    with open_reading(world.registry) as connection:
        now = perimeter(connection, "oriv", "2025-06-30")
        then = perimeter(connection, "oriv", "2020-06-30")
        other = perimeter(connection, "paris", "2025-06-30")
        before = perimeter(connection, "oriv", "2019-12-31")
    assert now.rows == (
        ("2A", "Corse-du-Sud", "2021-01-01", "2025-12-31", None, None, None, None),
        ("67", "Bas-Rhin", None, None, None, 12, 3, 50000),
        ("68", "Haut-Rhin", "2020-01-01", None, None, 7, 2, 20000),
        ("971", "Guadeloupe", None, None, "high", 0, 1, 9),
    )
    assert now.total_row == (None, None, None, None, None, 19, 6, 70009)
    assert [row[0] for row in then.rows] == ["67", "68", "971"]
    assert then.rows[0][5:] == (11, 4, 49000)
    assert then.total_row == (None, None, None, None, None, 11, 4, 49000)
    assert (len(other.rows), other.total_row) == (1, None)
    assert [row[0] for row in before.rows] == ["67", "971"]

from __future__ import annotations

import pytest

from crpv_cli.reports.evaluations.cycle import DEFAULT_CYCLE_YEARS, due_year, is_overdue


@pytest.mark.parametrize(
    ("latest", "as_of", "cycle", "overdue"),
    [
        (2023, "2026-11-25", 3, False),
        (2022, "2026-11-25", 3, True),
        (2023, "2027-01-01", 3, True),
        (2025, "2026-11-25", 1, False),
        (2024, "2026-11-25", 1, True),
        (None, "2026-11-25", 3, True),
    ],
)
def test_an_evaluation_is_overdue_once_the_year_it_was_due_in_has_passed(
    latest: int | None, as_of: str, cycle: int, overdue: bool
) -> None:
    assert is_overdue(latest, as_of, cycle) is overdue


def test_the_year_it_is_due_in_is_a_cycle_after_the_latest() -> None:
    assert due_year(2023, DEFAULT_CYCLE_YEARS) == 2026
    assert due_year(None, DEFAULT_CYCLE_YEARS) is None

"""What registries of earlier programs answer about their history is what those programs answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.registry.answers import answers
from tests.registry.test_migrations import made

# A row of these was put there by hand, and no change tells of it: that it says of which load it is, is told now.
BY_HAND = {2: {"log 1", "trace neighbourhoods code=QN06701A"}, 3: {"log 1", "trace neighbourhoods code=QN06701A"}}
TOLD = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", sorted(map(int, TOLD)))
def test_each_load_row_state_and_undo_is_told_as_before(tmp_path: Path, version: int) -> None:
    found = answers(made(tmp_path / "old.db", version))
    told = TOLD[str(version)]
    assert {asked for asked, answer in found.items() if told.get(asked) != answer} == BY_HAND.get(version, set())
    assert found.keys() == told.keys()

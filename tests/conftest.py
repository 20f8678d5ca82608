"""What every test stands on: English, nobody's own registry, and the same examples each time."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from crpv_cli import language

for name in ("CRPV_DB", "CRPV_LANG", "CRPV_DEBUG", "FORCE_COLOR", "LANGUAGE"):
    os.environ.pop(name, None)

settings.register_profile("crpv", derandomize=True, deadline=None, database=None)
settings.load_profile("crpv")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.activate("en")
    yield
    language.activate("en")

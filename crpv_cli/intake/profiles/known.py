"""The ids that foreign rows are matched with; whoever opens files needs them, and no profile yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from crpv_cli.spelling import fold

if TYPE_CHECKING:
    from crpv_cli.intake.profiles.rows import Created

Lookups = Mapping[str, Mapping[str, str]]
"""What the registry holds, by the name of a lookup: the id that belongs to a number, a name or an id."""

# A name within a longer one has to have so many letters: “ACSE” is a part of too many.
_SHORTEST_NAME = 5


class KnownIds:
    """The ids that the registry holds, and those that the rows read so far have added."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._added: dict[str, dict[str, str]] = {}

    def find(self, lookup: str, value: str) -> str | None:
        """Return the id that a lookup gives for a value."""
        return self._found(lookup, _asked(lookup, value)) or None

    def within(self, lookup: str, text: str) -> str | None:
        """Return the id of the one thing whose name, as a lookup of names has it, is a part of a longer text."""
        found = {self.find(lookup, name) for name in self._names.findall(fold(text))} - {None}
        return found.pop() if len(found) == 1 and lookup == "centre-of-name" else None

    @cached_property
    def _names(self) -> re.Pattern[str]:
        names = sorted(self._lookups.get("centre-of-name", {}), key=len, reverse=True)
        long = [re.escape(name) for name in names if len(name) >= _SHORTEST_NAME]
        return re.compile(rf"\b(?:{'|'.join(long)})\b" if long else r"(?!)")

    def _found(self, lookup: str, asked: str) -> str | None:
        added = self._added.get(lookup, {})
        return added[asked] if asked in added else self._lookups.get(lookup, {}).get(asked)

    def add(self, created: Created) -> None:
        """Remember a created row under all that it may be looked up by; a name that two rows share finds neither."""
        table = created.create.table.name
        name, siren = created.cells.get("name", ""), created.cells.get("siren", "")
        one = table.removesuffix("s")
        found = [(table, created.key), (f"{one}-of-siren", siren), (f"{one}-of-name", name)]
        found += [(find.lookup, value) for find, value in created.asked]
        for lookup, value in [*found, (f"{one}-without-siren", name)]:
            if value and not (siren and lookup.endswith("-without-siren")):
                asked = _asked(lookup, value)
                alone = self._found(lookup, asked) in {None, created.key}
                self._added.setdefault(lookup, {})[asked] = created.key if alone else ""


def _asked(lookup: str, value: str) -> str:
    # Numbers and ids are compared as they are, names without case and accents.
    return fold(value) if lookup.endswith(("-name", "-without-siren")) else value

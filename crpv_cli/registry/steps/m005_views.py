"""Schema 5: views of what schema 4 brought. Like those of schema 3 they speak of today, and amounts are in euros."""

from __future__ import annotations

__all__ = ["STATEMENTS"]

STATEMENTS: tuple[str, ...] = ()

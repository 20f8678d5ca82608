"""The data that comes with crpv: real facts, and the fictitious ones of the demonstration."""

from __future__ import annotations

from pathlib import Path

from crpv_cli.bundled import data_folder

__all__ = ["demo_folder", "reference_folder"]


def reference_folder() -> Path:
    """The real facts, each with its source."""
    return data_folder() / "reference"


def demo_folder() -> Path:
    """Fictitious evaluations, activity, governance and agreements, marked so."""
    return data_folder() / "demo"

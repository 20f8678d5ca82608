"""Where the data that comes with crpv is: every room may need to know."""

from __future__ import annotations

from pathlib import Path


def data_folder() -> Path:
    """Return the folder of the bundled data: inside an installed package, beside an editable one."""
    package = Path(__file__).resolve().parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def reference_folder() -> Path:
    """The real facts, each with its source."""
    return data_folder() / "reference"


def demo_folder() -> Path:
    """Fictitious rows of what is not public, marked as such."""
    return data_folder() / "demo"

"""The colours of charts, the same on a page and in a workbook."""

from __future__ import annotations

COLOURS = (
    "#1d4477", "#d8752a", "#1f6b4a", "#4a97c6", "#8a2846", "#b08a1a", "#5a3d8a", "#71985a", "#3f4a55", "#cf7099",
)  # fmt: skip
"""Dark and light alternate: neighbours differ in print and for those who see no colour."""
GRADES = ("#eaf1f8", "#bcd3ea", "#83aed6", "#3b74ad", "#1c4376")
"""From 0 to 1, in five steps."""

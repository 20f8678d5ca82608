"""The regions of before 2016, which people still name, and what present regions are called in short.

Their departments are those of the law of 16 January 2015 (no. 2015-29), which made 13 regions of the 22 of metropolitan
France on 1 January 2016. Where a region is the same today, the registry knows it.
"""

from __future__ import annotations

from crpv_cli.definitions.columns import Choice

LAST_DAY = "2015-12-31"
"""The last day of the former regions."""

FORMER: dict[str, tuple[str, ...]] = {
    "Alsace": ("67", "68"),
    "Aquitaine": ("24", "33", "40", "47", "64"),
    "Auvergne": ("03", "15", "43", "63"),
    "Basse-Normandie": ("14", "50", "61"),
    "Bourgogne": ("21", "58", "71", "89"),
    "Champagne-Ardenne": ("08", "10", "51", "52"),
    "Franche-Comté": ("25", "39", "70", "90"),
    "Haute-Normandie": ("27", "76"),
    "Languedoc-Roussillon": ("11", "30", "34", "48", "66"),
    "Limousin": ("19", "23", "87"),
    "Lorraine": ("54", "55", "57", "88"),
    "Midi-Pyrénées": ("09", "12", "31", "32", "46", "65", "81", "82"),
    "Nord-Pas-de-Calais": ("59", "62"),
    "Picardie": ("02", "60", "80"),
    "Poitou-Charentes": ("16", "17", "79", "86"),
    "Rhône-Alpes": ("01", "07", "26", "38", "42", "69", "73", "74"),
}
"""The departments of each region that became a part of another one."""

ALSO = (
    Choice("28", "", ("Normandy",)),
    Choice("52", "", ("PDL",)),
    Choice("53", "", ("Brittany",)),
    Choice("75", "", ("NAQ",)),
    Choice("84", "", ("AURA",)),
    Choice("93", "", ("Région Sud",)),
    Choice("94", "", ("Corsica",)),
)
"""What a region is also called beside its initials, by its code: in short, or in English."""

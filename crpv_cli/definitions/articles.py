"""The article that French puts before a department or region: la Haute-Marne, le Val-d'Oise, les Vosges, l'Ain."""

from __future__ import annotations

from crpv_cli.language import Named
from crpv_cli.spelling import fold

# By INSEE code. Those that are not here have none, or their own: Paris, La Réunion, Mayotte, Saint-Martin.
_ARTICLES = {
    "l'": "01 02 03 07 09 10 11 12 27 28 34 35 36 37 38 60 61 89 91",
    "la ": "16 17 19 21 23 24 26 2A 2B 31 33 42 43 44 48 50 51 52 53 54 55 57 58 70 71 72 73 74 76 77 80 85 86 87 93 "
    "971 972 973 987",
    "le ": "14 15 18 25 29 30 32 39 41 45 46 47 49 56 59 62 63 67 68 69 81 82 83 84 90 94 95",
    "les ": "04 05 06 08 13 22 40 64 65 66 78 79 88 92",
}
_OF_CODE = {code: article for article, codes in _ARTICLES.items() for code in codes.split()}


def named(code: str, name: str) -> Named:
    """Return a department for a sentence that names it.

    The name is that of the registry, which may be another one than the article was made for: then “l'” is left out.
    """
    article = _OF_CODE.get(code, "")
    return Named(name, "" if article == "l'" and fold(name)[:1] not in set("aehioy") else article)


# By the code of a region. La Réunion has its own; Mayotte and Provence-Alpes-Côte d'Azur have none.
_OF_REGION = {
    **dict.fromkeys(("01", "02", "03", "27", "28", "53", "75", "94"), "la "),
    **dict.fromkeys(("24", "44"), "le "),
    **dict.fromkeys(("32", "52"), "les "),
    **dict.fromkeys(("11", "76", "84"), "l'"),
}


def region_named(code: str, name: str) -> Named:
    """Return a region for a sentence that names it, as ``named`` does for a department."""
    article = _OF_REGION.get(code, "")
    return Named(name, "" if article == "l'" and fold(name)[:1] not in set("aehioy") else article)

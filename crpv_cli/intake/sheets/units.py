"""The unit in which a number stands, as its format shows it."""

from __future__ import annotations

import re

BUILT_IN = {9: "%", 10: "%"}
"""The units of formats that stand in no file, by their numbers."""

_MULTIPLES = (
    (re.compile(r"k|k€|keuros?|keur?|milliers?(d'euros?|€)?|mille"), 1_000, "k€"),
    (re.compile(r"m|m€|meuros?|meur|millions?(d'euros?|€)?"), 1_000_000, "M€"),
    (re.compile(r"mde?s?€?|mrde?s?€?|milliards?(d'euros?|€)?"), 1_000_000_000, "Md€"),
)
_EURO = re.compile(r"(€|eur|euros?)?")
# What a number would be in that is neither euros nor pieces: a column that expects these cannot take it as it stands.
_OTHER_UNITS = re.compile(
    r"[%‰$£¥]|[kmd]?\s?(f|ff|frs?|francs?)|k\$|m\$|k£|usd?|\$us|gbp|chf|xpf|jpy|cad"
    r"|j|jrs?|jours?|h|hrs?|heures?|min|minutes?|semaines?|mois"
)
_PLACEHOLDERS = re.compile(r"[0#?][0#?.,\s]*")


def shown_unit(code: str) -> str:
    """Return the unit in which a number with this format stands, empty if it is what it looks like.

    The format ``0 "k€"`` shows 12 as “12 k€”: the unit is ``k€``. ``0, "k€"`` shows 12000 so: it is ``€``, whatever
    a heading says. ``0,`` shows 12000 as “12”: it is ``÷1000``, since the format alone does not say of what.
    """
    found = ""
    for section in _sections(code)[:3]:
        number, literal = _taken_apart(section)
        if not _PLACEHOLDERS.search(number) or re.search("[dmyhsg]", number, re.IGNORECASE):
            continue
        digits = max(_PLACEHOLDERS.findall(number), key=len).strip()
        scale = 1000 ** (len(digits) - len(digits.rstrip(",")) + len(re.findall(",(?=[.])", digits)))
        found = found or unit_beside(literal, scale)
    return found


def unit_beside(literal: str, scale: int) -> str:
    """Return the unit of a number that stands beside a text, and that is divided where it is shown."""
    literal = " ".join(literal.split()).strip("()+- ")
    folded = re.sub(r"[\s()+-]", "", literal).replace("’", "'").casefold()
    folded = re.sub(r"(h\.?t\.?|t\.?t\.?c\.?)$", "", folded)
    multiple = next((times for pattern, times, _ in _MULTIPLES if pattern.fullmatch(folded)), 0)
    if scale == 1:
        return literal if multiple or (folded and _OTHER_UNITS.fullmatch(folded)) else ""
    if multiple:
        units = {1: "€", **{times: unit for _, times, unit in _MULTIPLES}}
        return units.get(multiple // scale, f"÷{scale} {literal}")
    return f"÷{scale}" if _EURO.fullmatch(folded) else f"÷{scale} {literal}"


def _sections(code: str) -> list[str]:
    """The parts of a format, for positive and negative numbers and so on."""
    return re.findall(r'(?:"[^"]*"?|\\.|\[[^\]]*\]|[^;"\\\[])+', code)


def _taken_apart(section: str) -> tuple[str, str]:
    """The placeholders of a part of a format, and the texts that stand beside them."""
    number, literal = "", ""
    for token in re.findall(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|General|Standard|.', section):
        if token.startswith('"'):
            literal += token.strip('"')
        elif token.startswith("[$"):
            literal += token[2:-1].partition("-")[0]
        elif token.startswith("\\"):
            literal += token[1:]
        elif token in {"General", "Standard"}:
            number += "0"
        elif token in set("%‰€$£¥kK"):
            literal += token
        elif token[0] not in "_*[":
            number += token
    return number, literal

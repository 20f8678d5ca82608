"""Numbers and amounts as people and spreadsheets write them, and the units in which amounts stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from crpv_cli.intake.faults import Correction, Fault, ReadValue
from crpv_cli.language import Euros, msg

# What spreadsheets put between groups of thousands: space, no-break, figure, thin and narrow no-break space; the Swiss
# put an apostrophe.
SPACES = " \u00a0\u2007\u2009\u202f"
_GROUP = rf"[{SPACES}'\u2019]"
_GROUPED = re.compile(rf"\d{{1,3}}(?:{_GROUP}\d{{3}})+")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
# As many digits as Decimal multiplies without rounding them away.
_MOST_DIGITS = 26

_SCALES = {
    "": Decimal(1),
    **dict.fromkeys(("k", "mille", "millier", "milliers", "thousand", "thousands"), Decimal(1000)),
    **dict.fromkeys(("million", "millions"), Decimal(10**6)),
    **dict.fromkeys(("md", "mds", "mrd", "milliard", "milliards"), Decimal(10**9)),
}
_EUROS = ("", "€", "eur", "euro", "euros", "d'euro", "d'euros", "d'€", "of euros")
UNITS: dict[str, Decimal] = {
    **{(scale + euros).replace(" ", ""): factor for scale, factor in _SCALES.items() for euros in _EUROS},
    "ke": Decimal(1000),
    **{"M" + euros: Decimal(10**6) for euros in ("", "€", "e", "eur", "euro", "euros")},
    **dict.fromkeys(("centime", "centimes", "centimesd'euro", "centimesd'euros", "c€"), Decimal("0.01")),
}
"""By how much an amount is multiplied to be in euros, by its unit without blanks, in small letters but for M."""


def factor_of(unit: str) -> Decimal | None:
    """Return the factor from a unit to euros (``k€``, ``en milliers d'euros``), None if it is no unit of euros.

    Raises:
        Fault: the unit is ``m€``, which people write for thousands and for millions.
    """
    bare = re.sub(r"^en\s+", "", unit.strip(f"()[]{SPACES}").replace("\u2019", "'"), flags=re.IGNORECASE)
    bare = re.sub(r"\s+", "", bare)
    small = bare.casefold().removesuffix("ttc")
    if small in {"m", "m€", "me", "meur", "meuro", "meuros"}:
        if "M" not in bare:
            raise Fault(
                "ambiguous-unit",
                msg("“{value}” may be thousands or millions.", value=unit),
                msg("Write k€ or M€, or the amount in euros."),
            )
        small = f"M{small[1:]}"
    return UNITS.get(small)


# The francs of before 2002, of the Pacific, of Switzerland, and others: what a heading may say instead of euros.
_OTHER_MONEY = re.compile(r"[km]?f|ff|frf|k?francs?( cfp| pacifique)?|chf|xpf|f? ?cfp|fcfa|\$|usd|dollars?|£|gbp", re.I)
# In the middle of a heading these are words or letters, unless “en” stands before them.
_WORDS = re.compile(r"[a-z]{1,2}|cents?|mille|mill?iers?|millions?|m[drs]*|milliards?|thousands?|", re.I)
_NOUGHTS = re.compile(r"^(?:x ?)?(?:1[ .]?)?000 ?(?=€|euro|$)", re.I)


def factor_in(text: str) -> Decimal | None:
    """By what amounts in a unit are multiplied to be euros; 0 if they are no euros or it is not certain what they are.

    None if the text is no unit.
    """
    text = re.sub(r"\b(?:de|des) (?=€|euro)", "d'", text)
    try:
        return Decimal(0) if _OTHER_MONEY.fullmatch(text) else factor_of(_NOUGHTS.sub("k", text)) if text else None
    except Fault:
        return Decimal(0)


def unit_of(text: str) -> Decimal | None:
    """Return the factor of the unit that a text names: ``en k€``, ``milliers d'euros, TTC``; None if it names none.

    It is 0 if the text speaks of euros and no unit can be read.
    """
    if re.search("dizaine|centaine", text, re.I):
        return Decimal(0)
    words = re.sub(r"\b(?:en|in|unité|exprimée?s?)\b|[,;:]", " ", text, flags=re.I).split()
    for start, end in runs(words):
        factor = factor_in(" ".join(words[start:end]))
        if factor is not None and (end - start == len(words) or not _WORDS.fullmatch(words[start])):
            return factor
    return Decimal(0) if re.search("€|euro", text, re.I) else None


def runs(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each run of words begins and ends, the longest first."""
    return [(first, last) for first in range(len(words)) for last in range(len(words), first, -1)]


def number_destroyed(text: str) -> Fault:
    """Return the fault of a number in scientific notation that lacks digits: 4,99263E+13."""
    return Fault(
        "number-destroyed",
        msg("“{value}” has lost its last digits: a spreadsheet shortened the number.", value=text),
        msg("Take it from the original again, and format the column as text before you type or paste it."),
    )


def too_large(text: str) -> Fault:
    """Return the fault of a number with too many digits."""
    return Fault("too-large", msg("“{value}” is too large.", value=text), msg("Check the number of digits."))


def _bad_number(text: str) -> Fault:
    return Fault(
        "not-a-number",
        msg("“{value}” is not a number.", value=text),
        msg("Write digits only, for example 1234 or 1234.5."),
    )


_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:[.,]([0-9]{1,17}))?E[+-]?[0-9]{1,2}", re.ASCII | re.IGNORECASE)
# A spreadsheet shows five decimals of a number that it shortens.
_SHORTENED = 5


def number(text: str) -> tuple[Decimal, Correction | None]:
    """Read a number written the French or the English way; refuse what the two would read differently.

    Raises:
        Fault: the text is no number, can be read in two ways, has too many digits, or has lost some.
    """
    text = text.translate(_MINUS)
    if scientific := _SCIENTIFIC.fullmatch(text):
        if len(scientific[1] or "") >= _SHORTENED:
            raise number_destroyed(text)
        value = Decimal(text.replace(",", "."))
        return value, Correction(
            "scientific-number",
            msg("“{value}” was read as {read}.", value=text, read=f"{value:f}"),
            msg("Format the column as a number with all its digits, so that none is lost."),
        )
    return _plain_number(text), None


def _plain_number(text: str) -> Decimal:
    sign, minus = (-1, "-") if text.startswith("-") else (1, "")
    digits = text.lstrip("-").lstrip(SPACES) if sign < 0 else text.removeprefix("+")
    if text.startswith("--"):
        raise _bad_number(text)
    head, mark, tail = digits, "", ""
    marks = [character for character in digits if character in ".,"]
    if marks:
        mark = marks[-1]
        head, _, tail = digits.rpartition(mark)
        others = set(marks[:-1])
        if len(marks) > 1 and (len(others) > 1 or others == {mark}):
            # 1.234.567: a mark that is repeated can only separate thousands.
            if len(others) > 1 or not re.fullmatch(rf"\d{{1,3}}(?:\{mark}\d{{3}})+", digits, re.ASCII):
                raise _bad_number(text)
            return sign * _exactly(digits.replace(mark, ""), text)
        if others:
            (group,) = others
            if not re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+", head):
                raise _bad_number(text)
            head = head.replace(group, "")
        elif re.fullmatch(r"[1-9]\d{0,2}", head) and re.fullmatch(r"\d{3}", tail):
            raise Fault(
                "ambiguous-number",
                msg("“{value}” can be read in two ways.", value=text),
                msg(
                    "Write {thousands} if it is thousands, or {decimals} if it is decimals.",
                    thousands=f"{minus}{head}{tail}",
                    decimals=f"{minus}{head}.{tail[:2]}",
                ),
            )
    if _GROUPED.fullmatch(head):
        head = re.sub(_GROUP, "", head)
    if not re.fullmatch(r"[0-9]+", head) or not re.fullmatch(r"[0-9]+" if mark else "", tail):
        raise _bad_number(text)
    return sign * _exactly(f"{head}.{tail}" if mark else head, text)


def _exactly(digits: str, text: str) -> Decimal:
    if len(digits) > _MOST_DIGITS:
        raise too_large(text)
    return Decimal(digits)


def bounded(value: Decimal, text: str, bound: int = 2**53) -> int:
    """Return a whole number that a registry, JSON and a spreadsheet hold exactly.

    Raises:
        Fault: it is too large.
    """
    if abs(value) >= bound:
        raise too_large(text)
    return int(value)


PLAIN_AMOUNT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")
# Possessive, so that a long text is looked through once.
_AMOUNT = re.compile(
    rf"(?P<sign>-?+)(?P<before>[^\W\d_]*+€?+)[{SPACES}]*+(?P<number>[0-9+-](?:.*[0-9.,)-])?)(?P<after>[^0-9.,()-]*)"
)
_IN_BRACKETS = re.compile(r"\(([^()]*[0-9][^()]*)\)")


def centimes_of(plain: re.Match[str]) -> int:
    """Return the centimes of an amount that ``PLAIN_AMOUNT`` matches."""
    whole, cents = plain.groups()
    if cents is None:
        return int(whole) * 100
    return int(whole + cents) if len(cents) == 2 else int(whole + cents) * 10


def read_amount(text: str) -> ReadValue:
    """Read an amount in euros, and return it in centimes.

    Raises:
        Fault: the text is no amount of euros, has fractions of a centime, or can be read in two ways.
    """
    if plain := PLAIN_AMOUNT.fullmatch(text):  # most of them
        return centimes_of(plain), None
    return scaled(text, Decimal(1))


def scaled(text: str, factor: Decimal) -> ReadValue:
    """Read an amount below a heading with a unit and return it in centimes, with a warning if that changes it.

    A unit beside the amount itself counts more than the heading's, whose factor is given.

    Raises:
        Fault: as ``read_amount``.
    """
    euros, own, correction = _parts(text)
    factor = own if own is not None else factor
    return in_centimes(euros * factor, text, correction, factor)


def unknown_unit(text: str, unit: str) -> Fault:
    """Return the fault of a value in a unit that the column does not have, or that a format divides (``÷1000``)."""
    if unit.startswith("÷"):
        return Fault(
            "scaled-number",
            msg(
                "The cell holds {value}, but its format shows it divided by {times}.",
                value=text,
                times=int(unit[1:].partition(" ")[0]),
            ),
            msg("Give it a format that shows the whole number, check it, and load the file again."),
        )
    return Fault(
        "unknown-unit",
        msg("“{value}” stands in the unit “{unit}”, which this column does not have.", value=text, unit=unit),
        msg("Write the value in the unit of the column, or remove the unit if it changes nothing."),
    )


def in_centimes(
    euros: Decimal, text: str, correction: Correction | None = None, factor: Decimal = Decimal(1)
) -> ReadValue:
    """Return an amount in centimes; if its unit changed it, with a warning that has both values.

    Raises:
        Fault: it has fractions of a centime, or is too large.
    """
    centimes = euros * 100
    if centimes != centimes.to_integral_value():
        raise Fault(
            "too-many-decimals",
            msg("“{value}” has fractions of a centime.", value=text),
            msg("Write at most two decimals."),
        )
    # JSON and spreadsheets take euros as doubles, which keep fifteen digits.
    value = bounded(centimes, text, 10**15)
    return value, _read_as("multiplied", text, value) if factor != 1 else correction


def _read_as(code: str, text: str, centimes: int) -> Correction:
    return Correction(
        code,
        msg("“{value}” was read as {read}.", value=text, read=Euros(centimes)),
        msg("Check it; write amounts in euros, as 1234.50 or -1234.50."),
    )


def _parts(text: str) -> tuple[Decimal, Decimal | None, Correction | None]:
    """The number of an amount, the factor of the unit beside it, if there is one, and a correction."""
    bare = text.translate(_MINUS)
    if brackets := _IN_BRACKETS.fullmatch(bare):
        value, factor, _ = _parts(brackets[1].strip(SPACES))
        if value < 0:
            raise _no_amount(text)
        centimes = in_centimes(value * (factor or 1), text)[0]
        assert isinstance(centimes, int)
        return -value, factor, _read_as("negative-in-brackets", text, -centimes)
    found = _AMOUNT.fullmatch(bare)
    if not found:
        raise _no_amount(text)
    before, after = found["before"], found["after"].strip(SPACES)
    factor = factor_of(after or before)
    if factor is None or (before and after and factor_of(before) != 1):
        raise _no_amount(text)
    try:
        value, correction = number(found["sign"] + found["number"])
    except Fault as fault:
        raise _no_amount(text) if fault.code == "not-a-number" else fault from None
    return value, factor if before or after else None, correction


def _no_amount(text: str) -> Fault:
    return Fault(
        "not-an-amount",
        msg("“{value}” is not an amount in euros.", value=text),
        msg("Write it as 1234.50, 1234,50 or 1 234,50 €."),
    )

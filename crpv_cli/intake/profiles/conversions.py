"""The conversions of a cell that a profile can use, by name.

Each takes the text of a cell that is not empty and returns the new text, with a correction if the reader must know of
it; it raises ``Fault`` if the text cannot be read, or can be read in two ways.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from crpv_cli.definitions.columns import Column, Kind, Shape
from crpv_cli.definitions.sirene import siren_is_valid
from crpv_cli.intake.amounts import number_destroyed
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.values import read_cell, restored, says_not_known, sirene_number
from crpv_cli.language import msg
from crpv_cli.spelling import fold

Converted = tuple[str, Correction | None]
Conversion = Callable[[str], Converted]

_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile("[0-9]{9}|[0-9]{14}")
_DESTROYED = re.compile("(?!0+$)(?:[0-9]{6}0{3}|[0-9]{9}0{5})")


def _of_kind(kind: Kind, shape: Shape | None = None, name: str = "") -> Conversion:
    column = Column(name, "", kind, shape=shape)

    def convert(text: str) -> Converted:
        value, correction = read_cell(text, column)
        return "" if value is None else str(value), correction

    return convert


_amount_in_centimes = _of_kind(Kind.MONEY)
_siren = _of_kind(Kind.CODE, Shape.SIREN)
# Of a period, the first day counts.
_date_or_month = _of_kind(Kind.PARTIAL_DATE, name="starts_on")


def _text(text: str) -> Converted:
    return _BLANKS.sub(" ", text).strip(), None


def _amount(text: str) -> Converted:
    centimes, correction = _amount_in_centimes(text)
    return f"{Decimal(centimes) / 100:.2f}" if centimes else "", correction


def _date_or_year(text: str) -> Converted:
    return _date_or_month(text)[0], None


def _year_of_date(text: str) -> Converted:
    date, correction = _date_or_month(text)
    # A time of day, or the second date of a period, does not matter for the year, unless it moves it.
    return date[:4], correction if correction and date[:4] not in text else None


def _siren_of_siret(text: str) -> Converted:
    if says_not_known(text):
        return _siren(text)
    digits = sirene_number(text)
    if _NUMBER.fullmatch(digits) and siren_is_valid(digits[:9]):
        return digits[:9], None
    # There is no establishment 00000, and a SIREN of which six digits are left is rarely valid.
    if _DESTROYED.fullmatch(digits) or text.startswith("##"):
        raise number_destroyed(text)
    raise Fault(
        "not-a-siren",
        msg("“{value}” is neither a SIREN nor a SIRET.", value=text),
        msg("A SIREN has nine digits, a SIRET fourteen; check them on annuaire-entreprises.data.gouv.fr."),
    )


def _slug(text: str) -> Converted:
    slug = fold(text).replace(" ", "-")
    slug = re.sub(r"[^a-z0-9]+", "-", slug).strip("-")
    if not slug:
        raise Fault(
            "not-an-id",
            msg("No id can be made from “{value}”.", value=text),
            msg("Write a name that has letters or digits."),
        )
    return slug, None


def _department_of_commune(text: str) -> Converted:
    code, correction = _of_kind(Kind.CODE, Shape.COMMUNE)(text)
    return code[:3] if code[:2] in {"97", "98"} else code[:2], correction


CONVERSIONS: dict[str, Conversion] = {
    "text": _text,
    "control-characters": restored,
    "amount": _amount,
    "integer": _of_kind(Kind.INTEGER),
    "decimal": _of_kind(Kind.DECIMAL),
    "date": _of_kind(Kind.DATE),
    "year": _of_kind(Kind.YEAR),
    "date-or-year": _date_or_year,
    "year-of-date": _year_of_date,
    "insee-commune": _of_kind(Kind.CODE, Shape.COMMUNE),
    "insee-communes": _of_kind(Kind.CODES, Shape.COMMUNE),
    "insee-department": _of_kind(Kind.CODE, Shape.DEPARTMENT),
    "department-of-commune": _department_of_commune,
    "siren": _siren,
    "sirens": _of_kind(Kind.CODES, Shape.SIREN),
    "siren-of-siret": _siren_of_siret,
    "slug": _slug,
}
"""The conversions that have a name and no settings."""


def choice(known: Mapping[str, str], otherwise: str | None = None) -> Conversion:
    """Return a conversion that replaces a whole cell according to a list; case, accents and punctuation are ignored.

    What is not in the list becomes ``otherwise``, and that is told, or is refused if there is none.
    """
    by_fold = {fold(word): value for word, value in known.items()}

    def convert(text: str) -> Converted:
        found = by_fold.get(fold(text))
        if found is None and otherwise is not None:
            read_as = msg("not known to the profile, read as “{value}”", value=otherwise)
            return otherwise, Correction("unknown-value", read_as)
        if found is None:
            raise Fault(
                "not-in-list",
                msg("“{value}” is not one of the values that the profile knows.", value=text),
                msg("Write one of: {choices}.", choices=list(known)),
            )
        return found, None

    return convert


def words(certain: Mapping[str, str], doubtful: Sequence[str] = ()) -> Conversion:
    """Return a conversion that restores words that lost letters; only whole words, spelled as in the list.

    Words that may have lost some are left as they are, and reported.
    """
    known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, [*certain, *doubtful]))})(?!\w)")

    def convert(text: str) -> Converted:
        found = known.findall(text)
        restored = known.sub(lambda match: certain.get(match[0], match[0]), text)
        left = [word for word in found if word not in certain]
        if left:
            return restored, Correction(
                "doubtful-word",
                msg("“{value}” may have lost letters ({words}); it was left as it is.", value=text, words=left),
                msg("Correct it in the registry if you know what it was."),
            )
        if restored != text:
            return restored, Correction(
                "restored-word",
                msg("“{value}” was read as “{restored}”: the file drops letters.", value=text, restored=restored),
                msg("If that is wrong, correct it in the registry: crpv edit TABLE"),
            )
        return text, None

    return convert


def pattern(expression: str, replacement: str) -> Conversion:
    """Return a conversion that replaces what a regular expression finds."""
    compiled = re.compile(expression)

    def convert(text: str) -> Converted:
        return compiled.sub(replacement, text).strip(), None

    return convert


def share_of(text: str) -> Decimal:
    """Read a share: 0.45, 0,45, 45 % or 45; from 1 to 100 a number is a percentage, and 1 is the whole.

    Raises:
        Fault: the text is not a share.
    """
    digits = text.replace("%", "").replace(",", ".").strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", digits):
        share = Decimal(digits)
        if share > 1 or "%" in text:
            share /= 100
        if 0 < share <= 1:
            return share
    raise Fault(
        "not-a-share",
        msg("“{value}” is not a share.", value=text),
        msg("Write it between 0 and 1, or as a percentage: 0.45 or 45 %."),
    )

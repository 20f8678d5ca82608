"""Amounts, years, dates, SIREN and INSEE codes as people type them.

One function per kind takes the text of a cell, stripped and not empty, and returns the value to store with the
correction it made. It raises ``Fault`` if the text cannot be read, or can be read in two ways: a guess would put a
wrong figure in the registry without anybody noticing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache

from crpv_cli.definitions.columns import Choice, Column, Kind, Shape
from crpv_cli.definitions.sirene import siren_is_valid, siret_is_valid
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.language import LANGUAGES, Message, msg, translate
from crpv_cli.spelling import fold

ReadValue = tuple[object, Correction | None]

# What spreadsheets put between groups of thousands: space, no-break, figure, thin and narrow no-break space.
_SPACES = " \u00a0\u2007\u2009\u202f"
_SPACE = f"[{_SPACES}]"
_GROUPED = re.compile(rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+")
_CURRENCY = re.compile(rf"{_SPACE}*(?:€|eur|euros?)$|^(-?)€{_SPACE}*", re.IGNORECASE)
# As many digits as Decimal multiplies without rounding them away.
_MOST_DIGITS = 26
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff]")


def clean(text: str) -> str:
    """Return a cell without surrounding blanks and invisible characters, with line feeds as line breaks."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if plain.isascii():  # most cells
        return plain.strip()
    plain = _INVISIBLE.sub("", plain)
    return plain.strip().strip(_SPACES)


def read_cell(text: str, column: Column) -> ReadValue:
    """Read a cell that is not empty.

    Returns the value as it is stored (money in centimes, dates in ISO form, flags as 0 or 1, codes as text)
    and a warning if the text was corrected.

    Raises:
        Fault: the text is not a value of the column, or can be read in two ways.
    """
    if column.choices:
        return _choice(text, column), None
    if column.refers:
        return _reference(text, column)
    if column.kind is Kind.CODES:
        return _codes(text, column)
    if column.shape:
        return _SHAPES[column.shape](text)
    return _KINDS[column.kind](text)


def _reference(text: str, column: Column) -> ReadValue:
    """Read an id; words that are none are a name, for which ``registry/references`` finds the id."""
    if column.shape:
        try:
            return _SHAPES[column.shape](text)
        except Fault:
            if not any(map(str.isalpha, text)):
                raise
    return _text(text)


def _bad_number(text: str) -> Fault:
    return Fault(
        "not-a-number",
        msg("“{value}” is not a number.", value=text),
        msg("Write digits only, for example 1234 or 1234.5."),
    )


def _number(text: str) -> Decimal:
    """Read a number written the French or the English way; refuse what the two would read differently."""
    sign, minus = (-1, "-") if text.startswith("-") else (1, "")
    digits = text.lstrip("-").lstrip(_SPACES) if sign < 0 else text.removeprefix("+")
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
        head = re.sub(_SPACE, "", head)
    if not re.fullmatch(r"[0-9]+", head) or not re.fullmatch(r"[0-9]+" if mark else "", tail):
        raise _bad_number(text)
    return sign * _exactly(f"{head}.{tail}" if mark else head, text)


def _exactly(digits: str, text: str) -> Decimal:
    if len(digits) > _MOST_DIGITS:
        raise _too_large(text)
    return Decimal(digits)


def _amount(text: str) -> ReadValue:
    bare = _CURRENCY.sub(r"\1", text.translate(_MINUS))
    try:
        euros = _number(bare)
    except Fault as fault:
        if fault.code == "not-a-number":
            raise Fault(
                "not-an-amount",
                msg("“{value}” is not an amount in euros.", value=text),
                msg("Write it as 1234.50, 1234,50 or 1 234,50 €."),
            ) from None
        raise
    centimes = euros * 100
    if centimes != centimes.to_integral_value():
        raise Fault(
            "too-many-decimals",
            msg("“{value}” has fractions of a centime.", value=text),
            msg("Write at most two decimals."),
        )
    # JSON and spreadsheets take euros as doubles, which keep fifteen digits.
    return _bounded(int(centimes), text, 10**15), None


def _bounded(value: int, text: str, bound: int = 2**53) -> int:
    if abs(value) >= bound:
        raise _too_large(text)
    return value


def _too_large(text: str) -> Fault:
    return Fault("too-large", msg("“{value}” is too large.", value=text), msg("Check the number of digits."))


def _integer(text: str) -> ReadValue:
    value = _number(text.translate(_MINUS))
    if value != value.to_integral_value():
        raise Fault(
            "not-an-integer", msg("“{value}” is not a whole number.", value=text), msg("Write it without decimals.")
        )
    return _bounded(int(value), text), None


def _decimal(text: str) -> ReadValue:
    return float(_number(text.translate(_MINUS))), None


def _year(text: str) -> ReadValue:
    if not re.fullmatch(r"[0-9]{4}", text):
        raise Fault(
            "not-a-year", msg("“{value}” is not a year.", value=text), msg("Write the four digits, as in 2024.")
        )
    return int(text), None


_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_FRENCH_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 00:00(?::00)?)?", re.ASCII)


def _date(text: str) -> ReadValue:
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = map(int, match.groups())
    elif match := _FRENCH_DATE.fullmatch(text):
        day, month, year = map(int, match.groups())
    else:
        raise Fault(
            "not-a-date",
            msg("“{value}” is not a date.", value=text),
            msg("Write year-month-day or day/month/year: 2023-10-17 or 17/10/2023."),
        )
    try:
        return date(year, month, day).isoformat(), None
    except ValueError:
        raise Fault(
            "no-such-day",
            msg("“{value}” is not a day of the calendar.", value=text),
            msg("Write year-month-day or day/month/year: 2023-10-17 or 17/10/2023."),
        ) from None


def _partial_date(text: str) -> ReadValue:
    if re.fullmatch(r"[0-9]{4}", text):
        return text, None
    match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})", text)
    year, month = match.groups() if match else ("", "")
    if not match and (match := re.fullmatch(r"([0-9]{1,2})/([0-9]{4})", text)):
        month, year = match.groups()
    if match and 1 <= int(month) <= 12:
        return f"{year}-{int(month):02}", None
    try:
        return _date(text)
    except Fault as fault:
        raise Fault(
            fault.code, fault.message, msg("Write a year, a month or a day: 2023, 2023-10 or 2023-10-17.")
        ) from None


_YES = {"yes", "y", "oui", "o", "true", "vrai", "1", "x"}
_NO = {"no", "n", "non", "false", "faux", "0"}


def _flag(text: str) -> ReadValue:
    word = text.casefold()
    if word in _YES:
        return 1, None
    if word in _NO:
        return 0, None
    raise Fault(
        "not-yes-or-no", msg("“{value}” is neither yes nor no.", value=text), msg("Write yes or no (or oui, non).")
    )


def _text(text: str) -> ReadValue:
    if "\x00" in text:
        raise Fault("stray-character", msg("The text contains a null character."), msg("Type the text again."))
    return text, None


@cache
def _spellings(choices: tuple[Choice, ...]) -> dict[str, str]:
    spellings: dict[str, str] = {}
    for choice in choices:
        spellings[fold(choice.code)] = choice.code
        for language in LANGUAGES:
            spellings.setdefault(fold(translate(choice.label, language)), choice.code)
    return spellings


def _choice(text: str, column: Column) -> str:
    code = _spellings(column.choices).get(fold(text))
    if code is None:
        raise Fault(
            "not-in-list",
            msg("“{value}” is not one of the values of this column.", value=text),
            msg("Write one of: {choices}.", choices=[msg(choice.label) for choice in column.choices]),
        )
    return code


_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _slug(text: str) -> ReadValue:
    if not _SLUG.fullmatch(text):
        suggestion = re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
        raise Fault(
            "not-an-id",
            msg("“{value}” is not an id.", value=text),
            msg(
                "Write lower-case letters, digits and hyphens, for example: {suggestion}",
                suggestion=suggestion or "id-1",
            ),
        )
    return text, None


def _restored_zero(message: Message) -> Correction:
    return Correction("restored-zero", message, msg("Format the column as text so that the zero is kept."))


_DEPARTMENT = re.compile(r"0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|9[78][0-9]")


def _department(text: str) -> ReadValue:
    code = text.upper()
    warning = None
    # A spreadsheet that takes a code for a number writes 1 or 1.0 for 01, 971.0 for 971.
    if re.fullmatch(r"[1-9]|[1-9][0-9]{0,2}\.0", code):
        code = code.removesuffix(".0").zfill(2)
        warning = _restored_zero(
            msg("“{value}” was read as {code}: department codes have two characters.", value=text, code=code)
        )
    if not _DEPARTMENT.fullmatch(code) or code == "20":
        raise Fault(
            "not-a-department",
            msg("“{value}” is not the code of a department.", value=text),
            msg("Write the INSEE code, as in 01, 2A or 971."),
        )
    return code, warning


_COMMUNE = re.compile(r"(?:0[1-9]|[1-8][0-9]|9[0-5]|2[AB])[0-9]{3}|9[78][0-9]{3}")


def _commune(text: str) -> ReadValue:
    code = text.upper()
    warning = None
    if re.fullmatch(r"[1-9][0-9]{3}", code):
        code = f"0{code}"
        warning = _restored_zero(
            msg("“{value}” was read as {code}: commune codes have five characters.", value=text, code=code)
        )
    if not _COMMUNE.fullmatch(code) or code.startswith("20"):
        raise Fault(
            "not-a-commune",
            msg("“{value}” is not the code of a commune.", value=text),
            msg("Write the INSEE code, as in 01053, 2A004 or 97105."),
        )
    return code, warning


_NEIGHBOURHOOD = re.compile(r"Q[NP][0-9][0-9AB][0-9A-Z]{4}")


def _neighbourhood(text: str) -> ReadValue:
    code = text.upper()
    if not _NEIGHBOURHOOD.fullmatch(code):
        raise Fault(
            "not-a-neighbourhood",
            msg("“{value}” is not the code of a neighbourhood.", value=text),
            msg("Write the official code, as in QN00101M or QP001001."),
        )
    return code, None


def _codes(text: str, column: Column) -> ReadValue:
    """Read several codes separated by spaces, commas or semicolons; each once, in the order of the cell."""
    read = _SHAPES[column.shape] if column.shape else _text
    codes: list[str] = []
    corrections: list[Correction] = []
    for part in re.split(rf"[{_SPACES}\s,;]+", text):
        if part:
            code, correction = read(part)
            codes.append(str(code))
            if correction:
                corrections.append(correction)
    if not codes:
        raise Fault("no-code", msg("“{value}” contains no code.", value=text), msg("Empty the cell."))
    return " ".join(dict.fromkeys(codes)), corrections[0] if corrections else None


def _siren(text: str) -> ReadValue:
    digits = re.sub(rf"[{_SPACES}.]", "", text)
    if siren_is_valid(digits):
        return digits, None
    if siret_is_valid(digits):
        siren = digits[:9]
        return siren, Correction(
            "siret-for-siren",
            msg("“{value}” is a SIRET; its SIREN {siren} was kept.", value=text, siren=siren),
            msg("Write the first nine digits."),
        )
    expected = msg("A SIREN has nine digits; check them on annuaire-entreprises.data.gouv.fr.")
    if re.fullmatch(r"[0-9]{9}|[0-9]{14}", digits):
        raise Fault(
            "wrong-key", msg("“{value}” is not a valid number: its check digit is wrong.", value=text), expected
        )
    raise Fault("not-a-siren", msg("“{value}” is not a SIREN.", value=text), expected)


def _sha256(text: str) -> ReadValue:
    digits = text.lower()
    if re.fullmatch(r"[0-9a-f]{64}", digits):
        return digits, None
    raise Fault(
        "not-a-sha256", msg("“{value}” is not a SHA-256.", value=text), msg("It has 64 digits, from 0 to 9 and a to f.")
    )


_KINDS: dict[Kind, Callable[[str], ReadValue]] = {
    Kind.TEXT: _text,
    Kind.CODE: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.YEAR: _year,
    Kind.DATE: _date,
    Kind.PARTIAL_DATE: _partial_date,
    Kind.MONEY: _amount,
    Kind.FLAG: _flag,
}


def _rating(text: str) -> ReadValue:
    # 3,5 and 3.5 are the same rating.
    return (text.replace(",", "."), None) if re.fullmatch(r"[0-9]+,[0-9]+", text) else _text(text)


_SHAPES: dict[Shape, Callable[[str], ReadValue]] = {
    Shape.SLUG: _slug,
    Shape.DEPARTMENT: _department,
    Shape.COMMUNE: _commune,
    Shape.NEIGHBOURHOOD: _neighbourhood,
    Shape.SIREN: _siren,
    Shape.RATING: _rating,
    Shape.SHA256: _sha256,
}

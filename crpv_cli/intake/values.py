"""What the cell of a file means: the value to store, with the correction that was made.

A cell is read in one way only, or refused with what to do: a guess would put a wrong figure in the registry without
anybody noticing. ``amounts`` reads numbers, ``days`` dates and years; lists have their synonyms in ``definitions``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from crpv_cli.definitions.choices import NO, YES
from crpv_cli.definitions.columns import Choice, Column, Kind, Shape
from crpv_cli.definitions.sirene import siren_is_valid, siret_is_valid
from crpv_cli.definitions.writing import PATTERNS
from crpv_cli.intake.amounts import (
    PLAIN_AMOUNT,
    SPACES,
    bounded,
    centimes_of,
    factor_of,
    in_centimes,
    number,
    number_destroyed,
    read_amount,
    unknown_unit,
)
from crpv_cli.intake.cells import Cell, CellKind
from crpv_cli.intake.days import read_date, read_partial_date, read_year, year_of
from crpv_cli.intake.faults import Correction, Fault, ReadValue
from crpv_cli.language import LANGUAGES, Day, Euros, Message, msg, translate
from crpv_cli.spelling import fold

# Zero-width characters, soft hyphens, marks of direction and of byte order: nobody sees them.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Blanks of every width, with and without a break after them, and what separates lines and paragraphs.
_BLANKS = str.maketrans(
    dict.fromkeys(
        "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    )
    | dict.fromkeys("\u2028\u2029", "\n")
)
_AROUND = " \t\n\x0b\x0c"


def clean(text: str) -> str:
    """Return a cell as one text: composed (NFC), with plain blanks and line feeds, without what nobody sees."""
    if isinstance(text, Cell):  # its text is a workbook's own
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    if plain.isascii():  # most cells
        return plain.strip()
    if plain.isprintable():  # most others: no blank is but the space
        return unicodedata.normalize("NFC", plain.strip())
    plain = _INVISIBLE.sub("", plain).translate(_BLANKS)
    return unicodedata.normalize("NFC", plain.strip(_AROUND))


# What people and programs write in a cell of which they know nothing, folded: “n.c.”, “N/C” and “n c” are one.
NOT_KNOWN = frozenset(
    (
        *("nc", "n c", "nd", "n d", "nr", "n r", "na", "n a", "s o", "nan", "null", "none", "nil", "unknown"),
        *("xx", "xxx", "xxxx", "tbd", "vide", "blank", "undefined", "0000 00 00"),
        *("neant", "inconnu", "inconnue", "sans objet", "sans reponse", "ne rien indiquer", "pas de reponse"),
        *(
            f"non {word}{end}"
            for word in ("communique", "renseigne", "precise", "connu")
            for end in ("", "e", "s", "es")
        ),
        *("non disponible", "non applicable", "non defini", "non definie", "indetermine", "indeterminee"),
        *("a completer", "a preciser", "a definir", "a renseigner", "a determiner", "a remplir"),
        *("not known", "not available", "not applicable", "not provided", "no data"),
    )
)
_SIGNS = re.compile(r"[-\u2013\u2014\u2015\u2212_.\u2026?!/\\*\u00b7\u2022\s]+€?")
# Whatever says that something is not known is short and has no digit, but for the date that some databases have.
_MAY_SAY_SO = re.compile(r"[^0-9]{1,24}|0000[-/ ]00[-/ ]00")
_ERROR = re.compile(r"#(?:N/[AD]|[A-ZÉ/0-9_]+[!?]|#+)|Err ?: ?[0-9]{3}")


def says_not_known(text: str) -> bool:
    """Whether a text says that something is not known: ``NC``, ``n.d.``, ``-``."""
    return bool(_MAY_SAY_SO.fullmatch(text) and (_SIGNS.fullmatch(text) or fold(text) in NOT_KNOWN))


def read_cell(cell: str, column: Column) -> ReadValue:
    """Read a cell that is not empty, as text or with what a workbook says of it.

    Returns the value as it is stored (money in centimes, dates in ISO form, flags as 0 or 1, codes as text, None if it
    says that it is not known) and a warning if the cell was corrected. The key of another table is returned as it
    stands, since it may be a name.

    Raises:
        Fault: the cell is not a value of the column, can be read in two ways, or says that it is not known where the
            column is required.
    """
    if isinstance(cell, Cell):
        return _of_workbook(cell, column)
    text, stray = (cell, None) if cell.isprintable() else restored(cell)
    if text[:1] in {"=", "'"}:
        text = _unguarded(text)
    if not text:
        return _not_known(cell, column) if stray or column.required else (None, None)
    value, correction = _read(text, column)
    return value, correction or stray


_DIGIT = re.compile(r"[0-9]")


def reader_of(column: Column) -> Callable[[str], ReadValue]:
    """Return what reads the cells of a column as ``read_cell`` does, but looks no further at those that are plain."""

    def text(cell: str) -> ReadValue:
        # Whatever says that something is not known is short and has no digit, but for zeros.
        plain = cell.__class__ is str and cell[:1] not in "='#E0" and (len(cell) > 24 or _DIGIT.search(cell))
        return (cell, None) if plain and cell.isprintable() else read_cell(cell, column)

    def amount(cell: str) -> ReadValue:
        plain = PLAIN_AMOUNT.fullmatch(cell) if cell.__class__ is str else None
        return (centimes_of(plain), None) if plain else read_cell(cell, column)

    def day(cell: str) -> ReadValue:
        if cell.__class__ is str and len(cell) == 10 and cell[4] == cell[7] == "-" and "1900" <= cell[:4] <= "2100":
            try:
                date.fromisoformat(cell)
            except ValueError:
                return read_cell(cell, column)
            return cell, None
        return read_cell(cell, column)

    if _is_text(column) and column.shape is None:
        return text
    return {Kind.MONEY: amount, Kind.DATE: day}.get(column.kind) or (lambda cell: read_cell(cell, column))


def _read(text: str, column: Column) -> ReadValue:
    if text[0] in "#E" and _ERROR.fullmatch(text):
        return _error(text, column)
    if _is_text(column):
        return _text(text, column)
    if column.refers:
        return _reference(text, column)
    try:
        return _value(text, column)
    except Fault:
        # Only what means nothing else here is not known: “unknown” is a legal form.
        if says_not_known(text):
            return _not_known(text, column)
        raise


def _is_text(column: Column) -> bool:
    """Whether a column holds any text: sentences, names, ratings, codes without a form of their own."""
    return (
        (column.kind is Kind.TEXT or column.kind is Kind.CODE)
        and (column.shape is None or column.shape is Shape.RATING)
        and not column.choices
        and not column.refers
    )


def _abbreviated(text: str) -> bool:
    return len(re.sub(r"\W", "", text)) <= 3


# Spreadsheets keep a code as text if it is written ="01053", or with an apostrophe before it.
_GUARDED = re.compile(r'=\s*"((?:[^"]|"")*)"', re.DOTALL)


def _unguarded(text: str) -> str:
    inner = text
    if found := _GUARDED.fullmatch(text):
        inner = found[1].replace('""', '"').strip()
    elif re.match(r"'+[-0-9+=@]", text):
        inner = text.lstrip("'").strip()
    return inner if inner == text else _unguarded(inner)


def _not_known(text: str, column: Column) -> ReadValue:
    if column.required:
        raise Fault(
            "empty-cell",
            msg("“{value}” says that it is not known; {column} is required.", value=text, column=msg(column.label)),
            msg("To be filled in: {what}", what=msg(column.explanation)),
        )
    return None, Correction(
        "not-known",
        msg("“{value}” was read as not known.", value=text),
        msg("Leave the cell empty where something is not known, and write 0 where it is none.")
        if column.kind.numeric
        else msg("Leave the cell empty where something is not known."),
    )


def _error(text: str, column: Column) -> ReadValue:
    """An error of a spreadsheet is no value: in a text it is not known, anywhere else somebody must look."""
    advice = msg("Correct the formula in the spreadsheet or write the value, and load the file again.")
    if column.kind is Kind.TEXT and _is_text(column) and not column.required:
        message = msg("“{value}” is an error of a spreadsheet; it was read as not known.", value=text)
        return None, Correction("spreadsheet-error", message, advice)
    raise Fault("spreadsheet-error", msg("“{value}” is an error of a spreadsheet, not a value.", value=text), advice)


def _of_workbook(cell: Cell, column: Column) -> ReadValue:
    """Read a cell of which a workbook says what it is."""
    text = str(cell)
    match cell.kind:
        case CellKind.UNCOMPUTED:
            raise Fault(
                "not-computed",
                msg("The formula in this cell was never computed: the file does not hold its value."),
                msg("Open the file in a spreadsheet, save it, and load it again."),
            )
        case CellKind.ERROR:
            return _error(text, column)
        case CellKind.UNIT:
            return _with_unit(text, cell.unit, column)
        case CellKind.DATE | CellKind.TIME:
            return _dated(text, column)
        case CellKind.DOUBTFUL:
            return read_cell(text, column)[0], Correction(
                "doubtful-zero",
                msg("The file says “{value}” for a formula that seems never to have been computed.", value=text),
                msg("Open the file in a spreadsheet, save it, and load it again."),
            )
        case CellKind.BOOLEAN:
            value, correction = read_cell(text, column)
            if column.kind is Kind.FLAG:
                return value, correction
            return value, Correction(
                "turned-into-yes-or-no",
                msg("“{value}” is a yes or no of a spreadsheet in a column of texts.", value=text),
                msg("If it was something else, format the column as text and type it again."),
            )


def _dated(text: str, column: Column) -> ReadValue:
    """Read a cell that a workbook holds as a date or a time."""
    if column.kind in {Kind.DATE, Kind.PARTIAL_DATE}:
        return read_cell(text, column)
    if column.kind is Kind.YEAR:
        year = str(read_date(text, column)[0])[:4]
        if year == "1905":  # a year in the format of a date: 2023 is shown as a day in 1905
            year = str((date.fromisoformat(text[:10]) - date(1899, 12, 30)).days)
        return year_of(text, year)
    if column.kind is Kind.TEXT and _is_text(column):
        return text, Correction(*_turned_into_date(text))
    raise Fault(*_turned_into_date(text))


def _turned_into_date(text: str) -> tuple[str, Message, Message]:
    return (
        "turned-into-date",
        msg("“{value}” is a date or a time of a spreadsheet where the column has none.", value=text),
        msg("If something else was typed, such as 2-7 or 12.5, format the column as text and type it again."),
    )


def _with_unit(text: str, unit: str, column: Column) -> ReadValue:
    """Read a number of a workbook whose format shows a unit."""
    if not re.fullmatch(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?", text):
        raise unknown_unit(text, unit)
    value = Decimal(text)  # as the workbook holds it, not as somebody typed it
    if column.kind is Kind.MONEY and (factor := factor_of(unit)) is not None:
        return in_centimes(value * factor, f"{text} {unit}", None, factor)
    if column.kind in {Kind.INTEGER, Kind.DECIMAL}:
        return _value(f"{value:f} {unit}", column)
    if column.kind is Kind.TEXT and _is_text(column):
        return f"{text} {unit}", None  # what people see there
    raise unknown_unit(text, unit)


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def restored(text: str) -> tuple[str, Correction | None]:
    """Return a text whose control characters are the Windows-1252 characters they were, or are removed."""

    def character(found: re.Match[str]) -> str:
        try:
            return found[0].encode("latin-1").decode("cp1252") if found[0] >= "\x80" else ""
        except UnicodeDecodeError:
            return ""

    plain = _CONTROLS.sub(character, text)
    if plain == text:
        return text, None
    return clean(plain), Correction(
        "control-characters",
        msg("Stray control characters were restored to the characters they were, or removed: “{value}”.", value=plain),
        msg("The file mixes two encodings."),
    )


def _text(text: str, column: Column) -> ReadValue:
    if column.shape is Shape.RATING:
        if says_not_known(text) and not _abbreviated(text):  # NA and - may be on a scale
            return _not_known(text, column)
        # 3,5 and 3.5 are the same rating.
        return (text.replace(",", ".") if re.fullmatch(r"[0-9]+,[0-9]+", text) else text), None
    # A spreadsheet shows 0 for an empty cell that it looks up.
    if says_not_known(text) or (text == "0" and column.kind is Kind.TEXT):
        return _not_known(text, column)
    return text, None


def _reference(text: str, column: Column) -> ReadValue:
    """Read the key of another table, or the name of one of its rows: which row it is, the registry knows."""
    if column.shape:
        try:
            value, correction = _SHAPES[column.shape](text)
            # “Ain (01)” is one department, and nothing was corrected.
            return value, None if correction is not None and correction.code == "code-beside-name" else correction
        except Fault:
            if not re.search(r"[^\W\d_]", text) and not says_not_known(text):
                raise  # no name has digits alone
    # A required one may be called so, and the registry refuses what it does not know.
    if _SIGNS.fullmatch(text) or (
        says_not_known(text) and not column.required and not (text.islower() and _abbreviated(text))
    ):
        return _not_known(text, column)
    return text, None


def _value(text: str, column: Column) -> ReadValue:
    if column.choices:
        return _choice(text, column), None
    if column.kind is Kind.CODES:
        return _codes(text, column)
    if column.shape:
        return _SHAPES[column.shape](text)
    return _KINDS[column.kind](text, column)


def _amount(text: str, column: Column) -> ReadValue:
    return read_amount(text)


_HALF = re.compile(rf"(?:([0-9]{{1,9}})[{SPACES}]*)?½|(?:([0-9]{{1,9}})[{SPACES}]+)?1/2|([0-9]{{1,9}}) et demie?", re.I)


def _number(text: str, column: Column) -> tuple[Decimal, Correction | None]:
    """Read a number, with or without what the column counts (``12 demi-journées``), with a half or without (``2½``)."""
    if half := _HALF.fullmatch(text):
        return Decimal(half[half.lastindex] if half.lastindex else 0) + Decimal("0.5"), None
    counted = re.fullmatch(rf"([-+0-9.,{SPACES}]*[0-9])[{SPACES}]*([^\W\d][^\d]*)", text)
    if counted:
        said = [word.rstrip("s") for word in fold(counted[2]).split()]
        for language in LANGUAGES:
            if said and set(said) <= {word.rstrip("s") for word in fold(translate(column.label, language)).split()}:
                return number(counted[1])
    return number(text)


def _integer(text: str, column: Column) -> ReadValue:
    if text.isdigit() and text.isascii() and len(text) < 16:  # most of them
        return int(text), None
    value, correction = _number(text, column)
    if value != value.to_integral_value():
        raise Fault(
            "not-an-integer", msg("“{value}” is not a whole number.", value=text), msg("Write it without decimals.")
        )
    return bounded(value, text), correction


def _decimal(text: str, column: Column) -> ReadValue:
    value, correction = _number(text, column)
    return float(value), correction


def _flag(text: str, column: Column) -> ReadValue:
    word = text.casefold()
    if word in YES:
        return 1, None
    if word in NO:
        return 0, None
    raise Fault(
        "not-yes-or-no", msg("“{value}” is neither yes nor no.", value=text), msg("Write yes or no (or oui, non).")
    )


@cache
def _spellings(choices: tuple[Choice, ...]) -> dict[str, str]:
    spellings: dict[str, str] = {}
    for choice in choices:
        spellings[fold(choice.code)] = choice.code
        for word in (*(translate(choice.label, language) for language in LANGUAGES), *choice.also):
            spellings.setdefault(fold(word), choice.code)
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


_SLUG = re.compile(PATTERNS[Shape.SLUG])


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


_NAMED = re.compile(
    r"\(?([0-9][0-9ABab]?[0-9]{0,3})\)?\s*[-\u2013:]?\s+(?:[-\u2013:]\s+)?[^\W\d_][^\d()]*"
    r"|[^\W\d_][^\d()]*?\s*(?:[-\u2013:]\s*|\s)\(?([0-9][0-9ABab]?[0-9]{0,3})\)?"
)


def _code_beside_name(text: str) -> tuple[str, Correction | None]:
    """Return the code of a text such as ``01 - Ain`` or ``Ain (01)``."""
    found = _NAMED.fullmatch(text) if len(text) < 100 else None
    if not found:
        return text, None
    code = found[1] or found[2]
    return code, Correction(
        "code-beside-name",
        msg("“{value}” was read as {read}.", value=text, read=code),
        msg("Write the code alone, and the name in a column of its own."),
    )


_DEPARTMENT = re.compile(PATTERNS[Shape.DEPARTMENT])


def _department(text: str) -> ReadValue:
    bare, warning = _code_beside_name(text)
    code = bare.upper()
    # A spreadsheet that takes a code for a number writes 1 or 1.0 for 01, 971.0 for 971.
    if re.fullmatch(r"[1-9]|[1-9][0-9]{0,2}\.0", code):
        code = code.removesuffix(".0").zfill(2)
        warning = _restored_zero(
            msg("“{value}” was read as {code}: department codes have two characters.", value=text, code=code)
        )
    if not _DEPARTMENT.fullmatch(code):
        raise Fault(
            "not-a-department",
            msg("“{value}” is not the code of a department.", value=text),
            msg("Write the INSEE code, as in 01, 2A or 971."),
        )
    return code, warning


_COMMUNE = re.compile(PATTERNS[Shape.COMMUNE])


def _commune(text: str) -> ReadValue:
    bare, warning = _code_beside_name(text)
    code = bare.upper()
    if re.fullmatch(r"[1-9][0-9]{3}(?:\.0)?|[0-9]{5}\.0", code):
        code = code.removesuffix(".0").zfill(5)
        warning = _restored_zero(
            msg("“{value}” was read as {code}: commune codes have five characters.", value=text, code=code)
        )
    if not _COMMUNE.fullmatch(code):
        raise Fault(
            "not-a-commune",
            msg("“{value}” is not the code of a commune.", value=text),
            msg("Write the INSEE code, as in 01053, 2A004 or 97105."),
        )
    return code, warning


_NEIGHBOURHOOD = re.compile(PATTERNS[Shape.NEIGHBOURHOOD])


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
    if not column.shape:
        return _text(text, column)
    read = _SHAPES[column.shape]
    if column.shape is not Shape.SIREN and _NAMED.fullmatch(text[:100]):
        return read(text)
    codes: list[str] = []
    corrections: list[Correction] = []
    for part in re.split(rf"[{SPACES}\s,;]+", text):
        if part:
            code, correction = read(part)
            codes.append(str(code))
            if correction:
                corrections.append(correction)
    if not codes:
        raise Fault("no-code", msg("“{value}” contains no code.", value=text), msg("Empty the cell."))
    return " ".join(dict.fromkeys(codes)), corrections[0] if corrections else None


_SHORTENED = re.compile(r"([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,2})", re.IGNORECASE)
# A spreadsheet shows six digits of a long number: a SIRET whose last seven are zeros is what was left of one.
_ROUNDED = re.compile(r"[0-9]{7}0{7}")


def sirene_number(text: str) -> str:
    """Return the digits of a SIREN or a SIRET, which need not be valid; text that has no such digits as it is.

    Raises:
        Fault: a spreadsheet has destroyed the number: 4,99263E+13, 49926300000000.0.
    """
    digits = text if text.isdecimal() else re.sub(rf"[{SPACES}.\-]", "", re.sub(r"(?<=[0-9])[.,]0+$", "", text))
    if found := _SHORTENED.fullmatch(text):
        first, rest, exponent = found[1], found[2] or "", int(found[3])
        if len(rest) != exponent:
            raise number_destroyed(text)
        digits = first + rest
    if _ROUNDED.fullmatch(digits):
        raise number_destroyed(text)
    return digits


def _siren(text: str) -> ReadValue:
    digits = sirene_number(text)
    if siren_is_valid(digits):
        return digits, None
    # A SIRET that a spreadsheet has rounded still has its SIREN.
    if siret_is_valid(digits) or (re.fullmatch(r"[0-9]{9}0{5}", digits) and siren_is_valid(digits[:9])):
        siren = digits[:9]
        return siren, Correction(
            "siret-for-siren",
            msg("“{value}” is a SIRET; its SIREN {siren} was kept.", value=text, siren=siren),
            msg("Write the first nine digits."),
        )
    expected = msg("A SIREN has nine digits; check them on annuaire-entreprises.data.gouv.fr.")
    if re.fullmatch(r"[0-9]{9}|[0-9]{14}", digits) and digits.strip("0"):
        raise Fault(
            "wrong-key", msg("“{value}” is not a valid number: its check digit is wrong.", value=text), expected
        )
    raise Fault("not-a-siren", msg("“{value}” is not a SIREN.", value=text), expected)


def _sha256(text: str) -> ReadValue:
    digits = text.lower()
    if re.fullmatch(PATTERNS[Shape.SHA256], digits):
        return digits, None
    raise Fault(
        "not-a-sha256", msg("“{value}” is not a SHA-256.", value=text), msg("It has 64 digits, from 0 to 9 and a to f.")
    )


_KINDS: dict[Kind, Callable[[str, Column], ReadValue]] = {
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.YEAR: read_year,
    Kind.DATE: read_date,
    Kind.PARTIAL_DATE: read_partial_date,
    Kind.MONEY: _amount,
    Kind.FLAG: _flag,
}


_SHAPES: dict[Shape, Callable[[str], ReadValue]] = {
    Shape.SLUG: _slug,
    Shape.DEPARTMENT: _department,
    Shape.COMMUNE: _commune,
    Shape.NEIGHBOURHOOD: _neighbourhood,
    Shape.SIREN: _siren,
    Shape.SHA256: _sha256,
}


def usual_of(column: Column, today: date) -> tuple[Any, Any] | None:
    """Return the lowest and the highest value that are usual in a column, as values are stored."""
    if column.usual is None:
        return None
    low, high = column.usual.low, column.usual.high
    if column.usual.ahead is not None:
        high = today.year + column.usual.ahead
    if column.kind is Kind.DATE or column.kind is Kind.PARTIAL_DATE:
        return f"{low:.0f}", f"{high:.0f}-12-31"
    return (low * 100, high * 100) if column.kind is Kind.MONEY else (low, high)


def unusual(value: object, column: Column, today: date) -> Correction | None:
    """Return a warning if a value that was read lies outside what is usual in its column."""
    bounds = usual_of(column, today)
    if bounds is None or value is None or bounds[0] <= value <= bounds[1]:
        return None
    dated = column.kind in {Kind.DATE, Kind.PARTIAL_DATE}
    if dated and str(value).startswith("9999"):  # which says that there is no end
        return None

    def shown(figure: object) -> object:
        if column.kind is Kind.MONEY and isinstance(figure, int | float):
            return Euros(round(figure))
        return str(figure)[:4] if dated or column.kind is Kind.YEAR else figure

    return Correction(
        "unusual-value",
        msg(
            "{value} is unusual: {column} is usually between {low} and {high}.",
            value=Day(str(value)) if dated else shown(value),
            column=msg(column.label),
            low=shown(bounds[0]),
            high=shown(bounds[1]),
        ),
        msg("Check it against its source; it was loaded as it is."),
    )

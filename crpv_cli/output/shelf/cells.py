"""One value, as people read it or as machines do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from crpv_cli import language
from crpv_cli.definitions.columns import Column, Kind
from crpv_cli.language import Message
from crpv_cli.result import Point, Result, Value, Worded

UNKNOWN = "–"


def for_people(value: Value, column: Column, cents: bool = False) -> str:
    """Set a value in the reader's language; what is unknown is a dash. With ``cents``, whole euros have them too."""
    if value is None or value == ():
        return UNKNOWN
    if isinstance(value, Message):
        return value.text()
    if isinstance(value, Worded):
        return value.words.text()
    if column.choices:
        labels = {choice.code: choice.label for choice in column.choices}
        return language.translate(labels[value]) if value in labels else str(value)
    if isinstance(value, bool):
        return language.translate(language.N_("yes") if value else language.N_("no"))
    return _set(value, column, cents)


def ratings(points: Sequence[Point]) -> str:
    """A series of ratings in words: ``3 → 2 → 3``, a dash where a mission was evaluated without a rating."""
    return " → ".join(point.rating or UNKNOWN for point in points)


def _set(value: Value, column: Column, cents: bool) -> str:
    if isinstance(value, tuple):
        points = [item for item in value if isinstance(item, Point)]
        if points:
            return ratings(points)
        if any(isinstance(item, Worded) for item in value):
            return ", ".join(item.words.text() if isinstance(item, Worded) else str(item) for item in value)
        return " ".join(item for item in value if isinstance(item, str))
    if column.kind is Kind.FLAG:
        return language.translate(language.N_("yes") if value else language.N_("no"))
    if isinstance(value, int | float):
        sign = "+" if column.signed and value > 0 else ""
        match column.kind:
            case Kind.MONEY:
                return sign + language.money(int(value), cents=cents)
            case Kind.PERCENT:
                return sign + language.percent(float(value))
            case Kind.INTEGER if column.grouped:
                return sign + language.number(int(value))
            case Kind.DECIMAL:
                return sign + language.decimal(float(value))
            case _:
                return str(value)
    if column.kind in {Kind.DATE, Kind.PARTIAL_DATE}:
        return language.date(str(value))
    return str(value)


def to_read(value: Value, column: Column, cents: bool = False) -> str:
    """Set a value where it is only read, on a terminal or a page: what would be obeyed there stands as a sign.

    A workbook has ``for_people``, since what it holds is loaded again.
    """
    return language.literal(for_people(value, column, cents))


def people_rows(result: Result, rows: Sequence[Sequence[Value]], columns: Sequence[Column]) -> list[list[str]]:
    """Set whole rows for some of the result's columns.

    A column ``over`` another is set as "2/3", one ``within`` another as "2 (1-4)".
    """
    places, precise = result.places, with_cents(result)

    def other(row: Sequence[Value], name: str) -> str:
        return to_read(row[places[name]], result.column(name))

    table = []
    for row in rows:
        cells = []
        for column in columns:
            cell = to_read(row[places[column.name]], column, column.name in precise)
            if column.over and cell != UNKNOWN:
                cell += f"/{other(row, column.over)}"
            if column.within and cell != UNKNOWN:
                cell += f" ({other(row, column.within)})"
            cells.append(cell)
        table.append(cells)
    return table


def with_cents(result: Result) -> frozenset[str]:
    """The names of the columns of money in which any amount has cents: then all of them are set with two digits."""
    rows = result.rows if result.total_row is None else (*result.rows, result.total_row)
    return frozenset(
        column.name
        for place, column in enumerate(result.columns)
        if column.kind is Kind.MONEY
        and any(value % 100 for value in (row[place] for row in rows) if isinstance(value, int))
    )


def _euros(centimes: int) -> int | float:
    return centimes // 100 if centimes % 100 == 0 else centimes / 100


def for_json(value: Value, column: Column) -> object:
    """A JSON value: money in euros, codes as text, lists as arrays, the unknown as null."""
    if isinstance(value, tuple):
        return [asdict(item) if isinstance(item, Point) else item for item in value]
    if isinstance(value, Message):
        return value.text("en")
    if column.kind is Kind.MONEY and isinstance(value, int):
        return _euros(value)
    if column.kind is Kind.FLAG and value is not None:
        return bool(value)
    if isinstance(value, float) and value.is_integer() and column.kind is Kind.DECIMAL:
        return int(value)
    return value


def for_csv(value: Value, column: Column) -> str:
    """A cell of ``csv``: decimal point, ISO dates, ``true`` and ``false``, the unknown as an empty cell."""
    plain = for_json(value, column)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(value, tuple):
        return " ".join(f"{item.year}:{item.rating or ''}" if isinstance(item, Point) else item for item in value)
    return _decimal(plain) if isinstance(plain, float) else str(plain)


def _decimal(number: float) -> str:
    """A number that can be read in one way only: without exponent, and never with exactly three decimals."""
    text = repr(number)
    if "e" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def for_excel(value: Value, column: Column) -> str:
    """A cell of ``csv-excel``: decimal comma, labels in the reader's language, texts that cannot compute."""
    if value is None:
        return ""
    if column.choices or isinstance(value, bool) or column.kind is Kind.FLAG:
        return _harmless(for_people(value, column))
    if column.kind is Kind.PERCENT and isinstance(value, int | float):
        return f"{value * 100:.10g}".replace(".", ",") + "%"
    if isinstance(value, Message | Worded):
        return _harmless(for_people(value, column))
    plain = for_csv(value, column)
    if isinstance(value, int | float):
        return plain.replace(".", ",")
    return _harmless(plain)


def _harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula (OWASP, CSV injection).

    A text that already starts with apostrophes before such a sign gets one more, so that reading takes off
    exactly what writing put on.
    """
    return f"'{text}" if text.lstrip("'")[:1] in {"=", "+", "-", "@", "\t", "\r"} else text

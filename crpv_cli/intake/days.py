"""Days, months and years as people, spreadsheets and programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from crpv_cli.definitions.columns import Column
from crpv_cli.definitions.tables import TABLES
from crpv_cli.definitions.writing import YEARS
from crpv_cli.intake.faults import Correction, Fault, ReadValue
from crpv_cli.language import Day, msg
from crpv_cli.spelling import fold

# No text that is a date is longer.
_LONGEST = 80
_FIRST_DAYS = frozenset(first for table in TABLES.values() for first, _ in table.periods)
_LAST_DAYS = frozenset({"closed", "ends_on", *(last for table in TABLES.values() for _, last in table.periods)})
# What stands in a column of last days where there is none.
_NO_END = frozenset({"en cours", "a ce jour", "illimite", "illimitee", "duree indeterminee", "ongoing", "open ended"})
_NO_END_DAY = date(9999, 12, 31)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin jun june",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}
_WEEKDAYS = (
    "lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday"
)
_UNSAID = frozenset({*_WEEKDAYS.split(), "le", "the", "of"})

_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})", re.ASCII)
_EIGHT_DIGITS = re.compile(r"\d{8}", re.ASCII)
_SERIAL = re.compile(r"([2-7]\d{4})(?:[.,]\d+)?", re.ASCII)
_CLOCK = re.compile(
    r"(?P<day>.+?)(?:T|,?\s+(?:à\s+)?)(?P<hour>\d{1,2})[:h](?P<minute>\d{2})?(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2}))?",
    re.ASCII | re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[-\u2013\u2014/;]|\bau\b|\bto\b)\s*", re.IGNORECASE)


def _not_a_date(text: str, code: str = "not-a-date") -> Fault:
    return Fault(
        code,
        msg("“{value}” is not a day of the calendar.", value=text)
        if code == "no-such-day"
        else msg("“{value}” is not a date.", value=text),
        msg("Write year-month-day or day/month/year: 2023-10-17 or 17/10/2023."),
    )


def read_date(text: str, column: Column) -> ReadValue:
    """Read a day, and return it in ISO form.

    A time of day is left out with a warning; of a time in another zone the day is taken that it was in Paris. In a
    column of first or last days, a period gives its first or its last; where a column of last days says that there is
    none, so does the value.

    Raises:
        Fault: the text is not a day, can be read as several, or is out of reach.
    """
    if column.name in _LAST_DAYS and fold(text) in _NO_END and not column.required:
        return None, _no_end(text, column)
    day, correction = _day(text, column.name)
    if day == _NO_END_DAY and column.name in _LAST_DAYS:
        # A last day that is required can only be written so.
        return day.isoformat() if column.required else None, _no_end(text, column)
    if day.year not in YEARS:
        raise _out_of_reach(text)
    return day.isoformat(), correction


def _no_end(text: str, column: Column) -> Correction:
    if column.required:
        return Correction(
            "no-end",
            msg("“{value}” was kept: it says that there is no last day.", value=text),
            msg("If there is one, write it."),
        )
    return Correction(
        "no-end",
        msg("“{value}” was read as: there is no last day.", value=text),
        msg("Leave the cell empty where there is none."),
    )


def _out_of_reach(text: str) -> Fault:
    return Fault(
        "date-out-of-reach",
        msg("“{value}” is out of reach: dates are from {first} to {last}.", value=text, first="1900", last="2100"),
        msg("Check the year."),
    )


def _of(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        # Month before day: whoever wrote one such date wrote others that can be misread.
        fault = _not_a_date(text, "no-such-day")
        if 12 < month <= 31 and 1 <= day <= 12:
            fault.advice = msg("The month seems to stand before the day: write all dates as 2023-10-17 or 17/10/2023.")
        raise fault from None


def _day(text: str, column: str = "") -> tuple[date, Correction | None]:
    if _PLAIN.fullmatch(text):
        return _of(int(text[:4]), int(text[5:7]), int(text[8:]), text), None
    if len(text) > _LONGEST:
        raise _not_a_date(text)
    if found := _YEAR_FIRST.fullmatch(text):
        return _of(int(found[1]), int(found[3]), int(found[4]), text), None
    if found := _DAY_FIRST.fullmatch(text):
        return _of(int(found[3]), int(found[2]), int(found[1]), text), None
    if found := _CLOCK.fullmatch(text):
        return _at(found, text)
    if found := _SHORT_YEAR.fullmatch(text):
        first, month, last = found.groups()
        orders = ((last, month, first), (first, month, last))
        return _only(text, (day for year, month, of in orders for day in _short_year(year, int(month), int(of))))
    if _EIGHT_DIGITS.fullmatch(text):
        year_first, day_first = (text[:4], text[4:6], text[6:]), (text[4:], text[2:4], text[:2])
        return _only(text, (day for order in (year_first, day_first) for day in _possible(*map(int, order))))
    if found := _SERIAL.fullmatch(text):
        raise _serial(text, date(1899, 12, 30) + timedelta(days=int(found[1])))
    return _in_words(text) or _of_period(text, column)


def _possible(year: int, month: int, day: int) -> Iterator[date]:
    """The day, if there is such a one and dates within reach of the registry have it."""
    if 1970 <= year <= date.today().year + 10:
        try:
            yield date(year, month, day)
        except ValueError:
            return


def _short_year(year: str, month: int, day: int) -> Iterator[date]:
    for century in (1900, 2000):
        yield from _possible(century + int(year), month, day)


def _only(text: str, days: Iterator[date]) -> tuple[date, Correction]:
    """Return the only day that a text can mean, with a warning."""
    found = list(dict.fromkeys(days))
    if not found:
        raise _not_a_date(text)
    if len(found) > 1:
        raise Fault(
            "ambiguous-date",
            msg("“{value}” can be read in two ways.", value=text),
            msg("Write the day that is meant: {days}.", days=[day.isoformat() for day in found]),
        )
    return found[0], _as_day(text, found[0])


def _as_day(text: str, day: date) -> Correction:
    return Correction(
        "read-as-day",
        msg("“{value}” was read as {read}.", value=text, read=Day(day.isoformat())),
        msg("Check it; write the day alone, as in 2023-10-17 or 17/10/2023."),
    )


def _serial(text: str, day: date) -> Fault:
    return Fault(
        "serial-date",
        msg(
            "“{value}” is not a date; it may be the number that a spreadsheet keeps for {day}.",
            value=text,
            day=Day(day.isoformat()),
        ),
        msg("Format the column as a date, or write {day}.", day=day.isoformat()),
    )


def _at(found: re.Match[str], text: str) -> tuple[date, Correction | None]:
    """The day of a time of day, in Paris if it has a zone."""
    day, correction = _day(found["day"])
    try:
        clock = time(int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0))
    except ValueError:
        raise _not_a_date(text) from None
    there = day
    if (found["utc"] or found["sign"]) and day.year in YEARS:
        ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
        moment = datetime.combine(day, clock) + (ahead if found["sign"] == "-" else -ahead)
        there = (moment + _paris(moment, text)).date()
    return there, correction if there == day and clock == time() else _as_day(text, there)


def _paris(moment: datetime, text: str) -> timedelta:
    """By how much the clocks of Paris are ahead of a moment in universal time."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # few files need it

    try:
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo("Europe/Paris")).utcoffset() or timedelta()
    except ZoneInfoNotFoundError:  # pragma: no cover - a machine without its tables of time zones
        raise _not_a_date(text) from None


def _words(text: str) -> list[str]:
    return [word for word in fold(text).split() if word not in _UNSAID]


def _in_words(text: str) -> tuple[date, Correction | None] | None:
    """The day of a text such as ``1er janvier 2024``, ``17-oct-23`` or ``October 17, 2023``."""
    words = _words(text)
    if len(words) != 3 or not any(word in _MONTHS for word in words[:2]):
        return None
    month, first = (words[1], words[0]) if words[1] in _MONTHS else (words[0], words[1])
    day = re.fullmatch(r"([0-9]{1,2})(?:er|e|st|nd|rd|th)?", first)
    year = words[2]
    if not day or not re.fullmatch(r"[0-9]{2}|[0-9]{4}", year):
        return None
    if len(year) == 2:
        return _only(text, _short_year(year, _MONTHS[month], int(day[1])))
    return _of(int(year), _MONTHS[month], int(day[1]), text), None


def _of_period(text: str, column: str) -> tuple[date, Correction | None]:
    """The first or the last day of a period, whichever the column holds."""
    if column in _FIRST_DAYS or column in _LAST_DAYS:
        bare = re.sub(r"^du\s+", "", text, flags=re.IGNORECASE)
        for between in _BETWEEN.finditer(bare):
            try:
                first, last = _day(bare[: between.start()])[0], _day(bare[between.end() :])[0]
            except Fault:
                continue
            if first <= last:
                day = first if column in _FIRST_DAYS else last
                return day, _as_day(text, day)
    raise _not_a_date(text)


def read_partial_date(text: str, column: Column) -> ReadValue:
    """Read a day, a month or a year, and return it in ISO form: 2023-10-17, 2023-10 or 2023.

    Raises:
        Fault: as ``read_date``.
    """
    year, month = re.sub(r"(?<=^[0-9]{4})[.,]0+$", "", text), ""  # 2023.0
    if found := re.fullmatch(r"([0-9]{4})[-/]([0-9]{1,2})", text):
        year, month = found.groups()
    elif found := re.fullmatch(r"([0-9]{1,2})[-/]([0-9]{4})", text):
        month, year = found.groups()
    elif len(text) <= _LONGEST and len(words := _words(text)) == 2 and words[0] in _MONTHS:
        month, year = str(_MONTHS[words[0]]), words[1]
    if re.fullmatch(r"[0-9]{4}", year) and (not month or 1 <= int(month) <= 12):
        if int(year) not in YEARS:
            raise _out_of_reach(text)
        return f"{year}-{int(month):02}" if month else year, None
    try:
        return read_date(text, column)
    except Fault as fault:
        if fault.code in {"not-a-date", "no-such-day"}:
            fault.advice = msg("Write a year, a month or a day: 2023, 2023-10 or 2023-10-17.")
        raise


_NEAR_DAYS = {
    **dict.fromkeys(("aujourd hui", "ce jour", "today"), 0),
    **dict.fromkeys(("hier", "yesterday"), -1),
    **dict.fromkeys(("demain", "tomorrow"), 1),
}
_TYPED = Column("typed", "")


def typed_day(text: str, today: str, whole: bool = True) -> str:
    """Read a day as people type it, and return it in ISO form.

    Args:
        text: a day as cells may have it, or a word such as “aujourd'hui”.
        today: the present day, in ISO form.
        whole: whether it must be a day; otherwise a month or a year stands for its last day.

    Raises:
        Fault: the text is not a day, or can be read as several.
    """
    text = " ".join(text.split())
    if (away := _NEAR_DAYS.get(fold(text))) is not None:
        return (date.fromisoformat(today) + timedelta(days=away)).isoformat()
    try:
        return _day(text)[0].isoformat()
    except Fault as fault:
        if whole or fault.code != "not-a-date":
            raise
    value = str(read_partial_date(text, _TYPED)[0])
    year, month, *day = [*value.split("-"), *("12" for _ in range(1 - value.count("-")))]
    if day:
        return value
    return (date(int(year) + int(month) // 12, int(month) % 12 + 1, 1) - timedelta(days=1)).isoformat()


_YEAR_WORDS = frozenset({"annee", "an", "exercice", "exercice budgetaire", "year", "budget"})


def read_year(text: str, column: Column) -> ReadValue:
    """Read a year; of a day, its year with a warning.

    Raises:
        Fault: the text is not one year: a school year is two.
    """
    if re.fullmatch(r"[0-9]{4}", text):
        return int(text), None
    if re.fullmatch(r"[0-9]{4}[.,]0+|[0-9][ \u00a0\u202f][0-9]{3}", text):  # 2023.0, 2 023
        return int(re.sub(r"\D", "", text)[:4]), None
    words, _, year = fold(text[:_LONGEST]).rpartition(" ")
    if words in _YEAR_WORDS and re.fullmatch(r"[0-9]{4}", year):
        return int(year), None
    if found := re.fullmatch(r"(?:.* )?([0-9]{4}) ([0-9]{2}|[0-9]{4})", fold(text[:_LONGEST])):
        first, last = found.groups()
        if (int(first) + 1) % 10 ** len(last) == int(last):
            raise Fault(
                "two-years",
                msg("“{value}” is a school or fiscal year: it lies in two calendar years.", value=text),
                msg("Write the one that the column asks for: {explanation}", explanation=msg(column.explanation))
                if column.explanation
                else msg("Write the four digits, as in 2024."),
            )
    try:
        value, _ = read_partial_date(text, column)
    except Fault as fault:
        if fault.code in {"date-out-of-reach", "ambiguous-date"}:
            raise
        raise Fault(
            "not-a-year", msg("“{value}” is not a year.", value=text), msg("Write the four digits, as in 2024.")
        ) from None
    return year_of(text, str(value)[:4])


def year_of(text: str, year: str) -> ReadValue:
    """Return the year of a cell that has more than a year, with a warning."""
    return int(year), Correction(
        "year-of-date",
        msg("“{value}” was read as the year {year}.", value=text, year=year),
        msg("Write the four digits alone."),
    )

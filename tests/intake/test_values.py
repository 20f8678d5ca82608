"""Cells as people type them: read in one way only, or refused with what to do."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crpv_cli import language
from crpv_cli.definitions.choices import MISSIONS
from crpv_cli.definitions.columns import Choice, Column, Kind, Usual
from crpv_cli.definitions.sirene import siren_is_valid, siret_is_valid
from crpv_cli.definitions.tables import TABLES
from crpv_cli.intake.amounts import UNITS, factor_of, scaled
from crpv_cli.intake.cells import Cell, CellKind
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.values import NOT_KNOWN, clean, read_cell, reader_of, unusual
from crpv_cli.output.shelf.cells import for_csv, for_excel
from crpv_cli.spelling import fold

AMOUNT = TABLES["funding"].column("amount")
COUNT = TABLES["territory_counts"].column("value")
FIGURE = TABLES["published_figures"].column("value")
YEAR = TABLES["funding"].column("year")
DAY = TABLES["agreements"].column("starts_on")
PUBLISHED = TABLES["sources"].column("published_on")
FLAG = TABLES["centres"].column("co_funded")
SIREN = TABLES["centres"].column("siren")
DEPARTMENT = TABLES["departments"].column("code")
COMMUNES = TABLES["neighbourhoods"].column("communes")
SLUG = TABLES["centres"].column("id")
STAGE = TABLES["funding"].column("stage")
TITLE = TABLES["sources"].column("title")

ALL_COLUMNS = [(table.name, column) for table in TABLES.values() for column in table.columns]
CHOICES = [(column, choice) for _, column in ALL_COLUMNS for choice in column.choices]
SPACES = {
    "space": "\u0020",
    "no-break space": "\u00a0",
    "figure space": "\u2007",
    "thin space": "\u2009",
    "narrow no-break space": "\u202f",
}


def read(text: str, column: Column) -> object:
    value, correction = read_cell(clean(text), column)
    assert correction is None
    return value


def corrected(text: str, column: Column) -> tuple[object, Correction]:
    value, correction = read_cell(clean(text), column)
    assert correction is not None
    return value, correction


def refusal(text: str, column: Column) -> Fault:
    with pytest.raises(Fault) as caught:
        read_cell(clean(text), column)
    return caught.value


def advice(fault: Fault) -> str:
    assert fault.advice is not None
    return fault.advice.text("en")


# Amounts


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
@pytest.mark.parametrize(
    ("text", "centimes"),
    [
        ("1 234,50 €", 123450),
        ("1 234.5", 123450),
        ("1 500,00", 150000),
        ("1 234", 123400),
        ("12 345 678,9", 1234567890),
        ("- 1 234,50 €", -123450),
        ("€ 1 234.50", 123450),
        ("1 234,50 EUR", 123450),
        ("1 234,50 euros", 123450),
        (" 7 ", 700),
    ],
)
def test_an_amount_is_grouped_with_any_space_of_a_spreadsheet(text: str, centimes: int, space: str) -> None:
    assert read(text.replace(" ", space), AMOUNT) == centimes


@pytest.mark.parametrize(
    ("text", "centimes"),
    [
        ("0", 0),
        ("0,00", 0),
        ("0.5", 50),
        ("0,05", 5),
        ("0.500", 50),
        ("007", 700),
        ("1234", 123400),
        ("1234.5", 123450),
        ("1234,50", 123450),
        ("1234.500", 123450),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1.234.567", 123456700),
        ("1,234,567", 123456700),
        ("1.234.567,8", 123456780),
        ("1,234,567.89", 123456789),
        ("+12,5", 1250),
        ("-12,5", -1250),
        ("\u221212,5", -1250),
        ("\u201312,5", -1250),
        ("12,5€", 1250),
        ("€12.5", 1250),
        ("€12", 1200),
        ("-€1,234.50", -123450),
        ("€-1,234.50", -123450),
        ("12 eur", 1200),
        ("12 Euro", 1200),
        ("9999999999999.99", 10**15 - 1),
        ("-9999999999999.99", 1 - 10**15),
    ],
)
def test_an_amount_is_read_to_the_centime(text: str, centimes: int) -> None:
    assert read(text, AMOUNT) == centimes


@pytest.mark.parametrize(
    ("text", "thousands", "decimals"),
    [
        ("1.234", "1234", "1.23"),
        ("1,234", "1234", "1.23"),
        ("12.500 €", "12500", "12.50"),
        ("999,999", "999999", "999.99"),
        ("-1.234", "-1234", "-1.23"),
        ("€1,234", "1234", "1.23"),
    ],
)
def test_an_amount_with_two_readings_is_refused_with_both(text: str, thousands: str, decimals: str) -> None:
    fault = refusal(text, AMOUNT)
    assert fault.code == "ambiguous-number"
    assert advice(fault) == f"Write {thousands} if it is thousands, or {decimals} if it is decimals."
    assert read(thousands, AMOUNT) == int(thousands) * 100
    assert read(decimals, AMOUNT) == round(float(decimals) * 100)


@pytest.mark.parametrize(
    "text",
    [
        "1 50",
        "12 34,5",
        "1234 567",
        "1 234 56",
        "1  234",
        " ,5",
        "12,",
        ".5",
        "1.23.456",
        "1,23.45",
        "1.234,567,89",
        "1,234.567.89",
        "1 234.567,89",
        "1.234 567",
        "1,2 3",
        "0x10",
        "1_000",
        "12-",
        "--12",
        "+-12",
        "€",
        "EUR",
        "€ €",
        "12 $",
        "douze",
        "inf",
        "1/2",
        "12 %",
        "١٢٣",
        "١.٢٣٤.٥٦٧",
        "²",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    fault = refusal(text, AMOUNT)
    assert fault.code == "not-an-amount"
    assert fault.message.text("en") == f"“{clean(text)}” is not an amount in euros."
    assert advice(fault) == "Write it as 1234.50, 1234,50 or 1 234,50 €."


@pytest.mark.parametrize(
    "text", ["0,005", "1234.567", "12,3456", "1 234,505 €", "1.00000000000000000000001", "0.333333333333333333"]
)
def test_fractions_of_a_centime_are_refused(text: str) -> None:
    assert refusal(text, AMOUNT).code == "too-many-decimals"


@pytest.mark.parametrize(
    "text", ["10000000000000", "-10000000000000.00", "9" * 26, "9" * 400, "1" * 1_100_000, "1." + "0" * 28 + "1"]
)
def test_an_amount_that_would_be_rounded_somewhere_is_refused(text: str) -> None:
    assert refusal(text, AMOUNT).code == "too-large"


def grouped(digits: str, mark: str) -> str:
    return f"{int(digits):,}".replace(",", mark)


@st.composite
def amounts(draw: st.DrawFn) -> tuple[int, str]:
    """An amount in centimes, and one of the ways to write it that nobody can misread."""
    centimes = draw(st.integers(1 - 10**15, 10**15 - 1) | st.integers(-200_000, 200_000))
    euros, cents = divmod(abs(centimes), 100)
    whole, tail = str(euros), f"{cents:02}"
    if cents == 0 and draw(st.booleans()):
        tail = ""
    elif cents % 10 == 0 and draw(st.booleans()):
        tail = tail[0]
    style = draw(st.sampled_from(["plain", "comma", "french", "english", "continental"]))
    space = draw(st.sampled_from(list(SPACES.values())))
    if style in {"english", "continental"}:
        tail = f"{cents:02}"  # without decimals, one group of thousands could be decimals
    mark = {"plain": ".", "english": "."}.get(style, ",")
    group = {"french": space, "english": ",", "continental": "."}.get(style, "")
    number = grouped(whole, group) + (mark + tail if tail else "")
    sign = draw(st.sampled_from(["-", "\u2212", "\u2013", "- ", f"-{space}"])) if centimes < 0 else ""
    text = draw(
        st.sampled_from(
            [
                sign + number,
                f"{sign}{number}{space}€",
                f"{sign}{number}€",
                f"{sign}{number} EUR",
                f"€{space}{sign}{number}",
                f" {sign}{number}{space}",
            ]
        )
    )
    return centimes, text


@given(amounts())
def test_any_amount_reads_back_exactly(written: tuple[int, str]) -> None:
    centimes, text = written
    assert read(text, AMOUNT) == centimes


@given(st.integers(1 - 10**15, 10**15 - 1))
def test_an_amount_as_the_french_screen_shows_it_reads_back(centimes: int) -> None:
    assert read(language.money(centimes, "fr"), AMOUNT) == centimes


@given(st.integers(1 - 10**15, 10**15 - 1).filter(lambda centimes: centimes % 100))
def test_an_amount_as_the_english_screen_shows_it_reads_back(centimes: int) -> None:
    assert read(language.money(centimes, "en"), AMOUNT) == centimes


@given(st.integers(1 - 10**15, 10**15 - 1))
def test_an_amount_as_the_exports_write_it_reads_back(centimes: int) -> None:
    assert read(for_csv(centimes, AMOUNT), AMOUNT) == centimes
    assert read(for_excel(centimes, AMOUNT), AMOUNT) == centimes


@pytest.mark.parametrize(
    ("text", "centimes"),
    [
        ("12,5 k€", 1250000),
        ("12.5 K€", 1250000),
        ("k€ 12,5", 1250000),
        ("12 keur", 1200000),
        ("12 milliers d'euros", 1200000),
        ("12 milliers d\u2019euros", 1200000),
        ("-3 k€", -300000),
        ("(3 k€)", -300000),
        ("1,2 M€", 120000000),
        ("1,2 million d'euros", 120000000),
        ("0,0125 k€", 1250),
        ("150 centimes", 150),
    ],
)
def test_an_amount_in_a_unit_is_multiplied_with_a_warning_that_has_both(text: str, centimes: int) -> None:
    value, correction = corrected(text, AMOUNT)
    assert value == centimes
    assert correction.code == "multiplied"
    assert text in correction.message.text("en")
    assert language.money(centimes, "en") in correction.message.text("en")


@pytest.mark.parametrize(
    ("text", "centimes"),
    [
        ("12 500,00 EUR TTC", 1250000),
        ("EUR 12", 1200),
        ("1'234.50", 123450),
        ("1\u2019234,50 €", 123450),
        ("12 500 euros", 1250000),
    ],
)
def test_what_changes_nothing_is_read_without_a_word(text: str, centimes: int) -> None:
    assert read(text, AMOUNT) == centimes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,2 m€", "ambiguous-unit"),
        ("12 HT", "not-an-amount"),
        ("k€ 12 k€", "not-an-amount"),
        ("12 kF", "not-an-amount"),
        ("12 k€ environ", "not-an-amount"),
        ("1.234 k€", "ambiguous-number"),
        ("0,000001 k€", "too-many-decimals"),
        ("1,23457E+05", "number-destroyed"),
        ("9E+20", "too-large"),
        ("(-12)", "not-an-amount"),
        ("((12))", "not-an-amount"),
        ("-(12)", "not-an-amount"),
    ],
)
def test_an_amount_in_a_unit_with_two_readings_is_refused(text: str, code: str) -> None:
    assert refusal(text, AMOUNT).code == code


@pytest.mark.parametrize("text", ["(1 200,50)", "(1 200,50 €)", "(1.200,50)"])
def test_an_amount_in_brackets_is_negative(text: str) -> None:
    value, correction = corrected(text, AMOUNT)
    assert value == -120050
    assert correction.code == "negative-in-brackets"
    assert "-€1,200.50" in correction.message.text("en")


@pytest.mark.parametrize(
    ("text", "read"), [("½", 0.5), ("1/2", 0.5), ("2½", 2.5), ("2 ½", 2.5), ("12 1/2", 12.5), ("2 et demie", 2.5)]
)
def test_a_half_is_read_as_people_write_it(text: str, read: float) -> None:
    assert read_cell(text, TABLES["activities"].column("half_days")) == (read, None)


@pytest.mark.parametrize("text", ["11/2", "1/3", "2/1/2", "½½", "3 1/4", "2 et quart"])
def test_no_other_fraction_is_guessed(text: str) -> None:
    assert refusal(text, TABLES["activities"].column("half_days")).code == "not-a-number"


@pytest.mark.parametrize(("text", "euros"), [("1E+05", 100000), ("1,2E+05", 120000), ("1.5e4", 15000), ("5E-01", 0.5)])
def test_a_number_in_scientific_notation_is_read_if_no_digit_is_missing(text: str, euros: float) -> None:
    value, correction = corrected(text, AMOUNT)
    assert value == euros * 100
    assert correction.code == "scientific-number"
    assert f"{euros:g}" in correction.message.text("en")


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("€", 1),
        ("en euros", 1),
        ("(en k€)", 1000),
        ("K€", 1000),
        ("en milliers d\u2019euros", 1000),
        ("Milliers €", 1000),
        ("M€", 10**6),
        ("MEUR", 10**6),
        ("en millions d'euros", 10**6),
    ],
)
def test_a_unit_of_a_heading_is_known(unit: str, factor: int) -> None:
    assert factor_of(unit) == factor


@pytest.mark.parametrize("unit", ["$", "kF", "ETP", "demi-journées", "%", "CHF"])
def test_what_is_no_unit_of_euros_has_no_factor(unit: str) -> None:
    assert factor_of(unit) is None


def test_a_unit_beside_the_amount_counts_more_than_that_of_the_heading() -> None:
    assert scaled("12,5", Decimal(1000))[0] == 1250000
    assert scaled("12,5 M€", Decimal(1000))[0] == 1250000000
    assert scaled("12,5 €", Decimal(1000)) == (1250, None)
    assert scaled("12,5", Decimal(1)) == (1250, None)


@given(amounts(), st.sampled_from([unit for unit, factor in UNITS.items() if factor == 1000]))
def test_any_amount_in_thousands_is_a_thousand_times_as_much(written: tuple[int, str], unit: str) -> None:
    centimes, text = written
    assume(abs(centimes) < 10**12 and "€" not in text and "EUR" not in text)
    value, correction = corrected(f"{text.strip()} {unit}", AMOUNT)
    assert value == centimes * 1000
    assert correction.code == "multiplied"


# Other numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("4 954 720", 4954720), ("4,954,720", 4954720), ("12.0", 12), ("12,00", 12), ("\u22127", -7)],
)
def test_a_whole_number_is_read(text: str, value: int) -> None:
    assert read(text, COUNT) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.5", "not-an-integer"),
        ("1.00000000000000000000001", "not-an-integer"),
        ("1.234", "ambiguous-number"),
        ("1 2", "not-a-number"),
        ("12 €", "not-a-number"),
        ("9007199254740992", "too-large"),
    ],
)
def test_what_is_no_whole_number_is_refused(text: str, code: str) -> None:
    assert refusal(text, COUNT).code == code


@pytest.mark.parametrize(
    ("text", "value"), [("88", 88.0), ("87,9", 87.9), ("0.879", 0.879), ("1 514", 1514.0), ("-0,5", -0.5)]
)
def test_a_decimal_number_is_read(text: str, value: float) -> None:
    assert read(text, FIGURE) == value


@pytest.mark.parametrize("text", ["1" * 400, "1e50000", "inf", "87.9 %"])
def test_a_number_that_no_registry_can_hold_is_refused(text: str) -> None:
    assert refusal(text, FIGURE).code in {"too-large", "not-a-number"}


@pytest.mark.parametrize("text", ["1970", "2024", "2100"])
def test_a_year_is_four_digits(text: str) -> None:
    assert read(text, YEAR) == int(text)


@pytest.mark.parametrize("text", ["24", "20 24", "2024.5", "MMXXIV", "٢٠٢٤", "02024", "45206", "20 ans"])
def test_what_is_no_year_is_refused(text: str) -> None:
    assert refusal(text, YEAR).code == "not-a-year"


@pytest.mark.parametrize("text", ["2023.0", "2023,00", "2 023", "Année 2023", "exercice 2023", "EXERCICE : 2023"])
def test_a_year_that_can_only_be_one_is_read(text: str) -> None:
    assert read(text, YEAR) == 2023


@pytest.mark.parametrize("text", ["2023-2024", "2023/2024", "2023-24", "2023 / 24", "Exercice 2023-2024", "2011-12"])
def test_a_school_year_is_refused_with_why(text: str) -> None:
    fault = refusal(text, YEAR)
    assert fault.code == "two-years"
    assert "two calendar years" in fault.message.text("en")
    assert "Year of the decision" in advice(fault)


@pytest.mark.parametrize("text", ["17/10/2023", "2023-10-17", "octobre 2023", "2023-10", "2022-12-31T23:30:00Z"])
def test_the_year_of_a_date_is_read_with_a_warning(text: str) -> None:
    value, correction = corrected(text, YEAR)
    assert value == 2023
    assert correction.code == "year-of-date"
    assert f"“{text}” was read as the year 2023" in correction.message.text("en")


# Dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024/01/07", "2024-01-07"),
        ("2024.01.07", "2024-01-07"),
        ("1er janvier 2024", "2024-01-01"),
        ("le 17 octobre 2023", "2023-10-17"),
        ("Mardi 17 octobre 2023", "2023-10-17"),
        ("17 oct. 2023", "2023-10-17"),
        ("17-oct-2023", "2023-10-17"),
        ("5 août 2023", "2023-08-05"),
        ("October 17, 2023", "2023-10-17"),
        ("2nd February 2023", "2023-02-02"),
        ("2023-10-17T00:00:00+02:00", "2023-10-17"),
        ("2023-10-17T00:00:00Z", "2023-10-17"),
        ("17/10/2023 à 00:00", "2023-10-17"),
    ],
)
def test_a_day_that_can_only_be_one_is_read(text: str, day: str) -> None:
    assert read(text, DAY) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-10-17T21:59:00.000Z", "2023-10-17"),
        ("2023-10-17T22:00:00.000Z", "2023-10-18"),
        ("2022-12-31T23:00:00+00:00", "2023-01-01"),
        ("2022-12-31T22:59:59Z", "2022-12-31"),
        ("2023-01-01T01:00:00+0300", "2022-12-31"),
        ("2023-07-31T20:30:00-04:00", "2023-08-01"),
        ("17/10/2023 14:30", "2023-10-17"),
        ("17/10/2023 14h30", "2023-10-17"),
        ("2023-10-17 09:30:00", "2023-10-17"),
        ("17-oct-23", "2023-10-17"),
        ("25/12/99", "1999-12-25"),
        ("20231017", "2023-10-17"),
        ("17102023", "2023-10-17"),
        ("2023-03-06/2024-03-06", "2023-03-06"),
        ("06/03/2023-05/03/2024", "2023-03-06"),
        ("23/02/2017 - 17/01/2019", "2017-02-23"),
        ("du 1er janvier 2023 au 31 décembre 2024", "2023-01-01"),
    ],
)
def test_a_day_that_is_taken_from_more_is_read_with_a_warning(text: str, day: str) -> None:
    value, correction = corrected(text, DAY)
    assert value == day
    assert correction.code == "read-as-day"
    assert f"“{text}” was read as {day}" in correction.message.text("en")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 30)), st.integers(-12, 14))
def test_the_day_of_any_moment_is_that_of_paris(moment: datetime, hours: int) -> None:
    there = moment.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    expected = there.astimezone(ZoneInfo("Europe/Paris")).date().isoformat()
    assert read_cell(there.isoformat(), DAY)[0] == expected


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("01/02/03", "ambiguous-date", "2003-02-01, 2001-02-03"),
        ("17/10/23", "ambiguous-date", "2023-10-17, 2017-10-23"),
        ("10/17/2023", "no-such-day", "month seems to stand before the day"),
        ("45216", "serial-date", "2023-10-17"),
        ("45216.0", "serial-date", "2023-10-17"),
        ("0203-10-17", "date-out-of-reach", "year"),
        ("17/10/2203", "date-out-of-reach", "year"),
        ("1899-12-30", "date-out-of-reach", "year"),
        ("9999-12-31", "date-out-of-reach", "year"),
        ("2024-03-06/2023-03-06", "not-a-date", "2023-10-17"),
    ],
)
def test_a_day_with_two_readings_or_out_of_reach_is_refused(text: str, code: str, said: str) -> None:
    fault = refusal(text, DAY)
    assert fault.code == code
    assert said in advice(fault)


def test_a_period_is_its_last_day_in_a_column_of_last_days_and_no_day_elsewhere() -> None:
    assert corrected("06/03/2023-05/03/2024", TABLES["agreements"].column("ends_on"))[0] == "2024-03-05"
    assert refusal("06/03/2023-05/03/2024", TABLES["agreements"].column("signed_on")).code == "not-a-date"


@pytest.mark.parametrize("text", ["9999-12-31", "31/12/9999", "9999-12-31T23:59:59Z", "en cours"])
def test_a_day_that_never_comes_is_no_last_day(text: str) -> None:
    value, correction = corrected(text, TABLES["labels"].column("valid_to"))
    assert value is None
    assert correction.code == "no-end"
    assert text == "en cours" or corrected(text, TABLES["agreements"].column("ends_on"))[0]


@pytest.mark.parametrize(
    "text",
    [
        "2023-10-07",
        "07/10/2023",
        "7/10/2023",
        "07-10-2023",
        "07.10.2023",
        "2023-10-7",
        "2023-10-07T00:00:00",
        "2023-10-07 00:00",
        "07/10/2023 00:00:00",
        "\u00a007/10/2023 ",
    ],
)
def test_a_date_is_read_in_both_orders(text: str) -> None:
    assert read(text, DAY) == "2023-10-07"


@pytest.mark.parametrize(
    "text",
    [
        "2023",
        "2023-10",
        "10/2023",
        "octobre 2023",
        "oct-23",
        "2023-2024",
        "99/99/23",
        "2023-10-07 25:30",
        "07/10/2023 x",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    fault = refusal(text, DAY)
    assert fault.code == "not-a-date"
    assert "2023-10-17 or 17/10/2023" in advice(fault)


@pytest.mark.parametrize("text", ["2023-02-29", "31/04/2023", "10/17/2023", "2023-13-01", "00/01/2023", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    assert refusal(text, DAY).code == "no-such-day"


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_any_day_reads_back_from_both_orders(day: date) -> None:
    assert read(day.isoformat(), DAY) == day.isoformat()
    assert read(f"{day.day:02}/{day.month:02}/{day.year}", DAY) == day.isoformat()
    assert read(language.date(day.isoformat(), "fr"), DAY) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2023", "2023"),
        ("2023-10", "2023-10"),
        ("2023-1", "2023-01"),
        ("10/2023", "2023-10"),
        ("1/2023", "2023-01"),
        ("17/10/2023", "2023-10-17"),
        ("2023-10-17", "2023-10-17"),
        ("2023/10", "2023-10"),
        ("oct. 2023", "2023-10"),
        ("Février 2023", "2023-02"),
        ("2023.0", "2023"),
    ],
)
def test_a_date_of_publication_may_be_a_month_or_a_year(text: str, value: str) -> None:
    assert read(text, PUBLISHED) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2023-13", "not-a-date"),
        ("2023-00", "not-a-date"),
        ("0/2023", "not-a-date"),
        ("2023-02-30", "no-such-day"),
        ("octobre 23", "not-a-date"),
        ("2023.5", "not-a-date"),
    ],
)
def test_what_is_no_partial_date_is_refused(text: str, code: str) -> None:
    fault = refusal(text, PUBLISHED)
    assert fault.code == code
    assert "2023, 2023-10 or 2023-10-17" in advice(fault)


# Flags and closed lists


@pytest.mark.parametrize("text", ["yes", "Yes", "y", "oui", "OUI", "o", "true", "TRUE", "vrai", "VRAI", "1", "x", "X"])
def test_yes_in_both_languages(text: str) -> None:
    assert read(text, FLAG) == 1


@pytest.mark.parametrize("text", ["no", "No", "n", "non", "NON", "false", "FALSE", "faux", "FAUX", "0"])
def test_no_in_both_languages(text: str) -> None:
    assert read(text, FLAG) == 0


@pytest.mark.parametrize(("text", "value"), [("✓", 1), ("✔\ufe0f", 1), ("1.0", 1), ("✗", 0), ("0.0", 0)])
def test_signs_are_yes_or_no(text: str, value: int) -> None:
    assert read(text, FLAG) == value


@pytest.mark.parametrize("text", ["maybe", "2", "ja", "oui non"])
def test_what_is_neither_yes_nor_no_is_refused(text: str) -> None:
    fault = refusal(text, FLAG)
    assert fault.code == "not-yes-or-no"
    assert "yes or no (or oui, non)" in advice(fault)


@pytest.mark.parametrize(("column", "choice"), CHOICES, ids=lambda part: getattr(part, "code", ""))
def test_a_choice_is_read_from_its_code_and_from_its_labels(column: Column, choice: Choice) -> None:
    english, french = language.translate(choice.label, "en"), language.translate(choice.label, "fr")
    for text in (choice.code, choice.code.upper(), english, english.upper(), french, french.upper()):
        assert read(text, column) == choice.code


def test_a_value_that_is_not_in_the_list_is_refused_with_the_list() -> None:
    fault = refusal("promised", STAGE)
    assert fault.code == "not-in-list"
    assert advice(fault) == "Write one of: requested, granted, paid."


@pytest.mark.parametrize("text", ["%", "+", "€ €"])
def test_a_value_without_letters_is_in_no_list(text: str) -> None:
    assert refusal(text, STAGE).code == "not-in-list"


@pytest.mark.parametrize("choices", {column.choices for column, _ in CHOICES} | {MISSIONS})
def test_a_word_of_a_list_is_a_word_for_one_value(choices: tuple[Choice, ...]) -> None:
    codes = {fold(choice.code): choice.code for choice in choices}
    for choice in choices:
        for word in (*(language.translate(choice.label, spoken) for spoken in language.LANGUAGES), *choice.also):
            assert fold(word)
            assert codes.setdefault(fold(word), choice.code) == choice.code, word


@pytest.mark.parametrize(
    ("table", "name", "text", "code"),
    [
        ("funding", "stage", "versée", "paid"),
        ("funding", "stage", "Payé", "paid"),
        ("funding", "stage", "attribués", "granted"),
        ("funding", "stage", "sollicitée", "requested"),
        ("funding", "nature", "ETP", "post"),
        ("funders", "kind", "Métropole", "intercommunality"),
        ("funders", "kind", "mairie", "commune"),
        ("governance", "role", "Présidente", "chair"),
        ("evaluations", "kind", "auto-évaluation", "self"),
        ("activities", "mode", "Présentiel", "on-site"),
        ("activities", "mode", "visio", "remote"),
        ("centres", "legal_form", "NC", "unknown"),
    ],
)
def test_a_list_knows_other_words_for_its_values(table: str, name: str, text: str, code: str) -> None:
    assert read(text, TABLES[table].column(name)) == code


# Codes


@pytest.mark.parametrize("text", ["01", "19", "21", "95", "2A", "2B", "971", "976", "978", "987"])
def test_a_department_code_stays_text(text: str) -> None:
    assert read(text, DEPARTMENT) == text


@pytest.mark.parametrize(("text", "code"), [("2a", "2A"), ("2b", "2B"), (" 01 ", "01")])
def test_a_department_code_is_upper_case(text: str, code: str) -> None:
    assert read(text, DEPARTMENT) == code


@pytest.mark.parametrize("digit", "123456789")
def test_the_zero_that_a_spreadsheet_took_is_restored_with_a_warning(digit: str) -> None:
    value, correction = corrected(digit, DEPARTMENT)
    assert value == f"0{digit}"
    assert correction.code == "restored-zero"
    assert f"“{digit}” was read as 0{digit}" in correction.message.text("en")
    assert correction.advice is not None and "text" in correction.advice.text("en")


def test_of_several_codes_each_is_corrected_and_the_first_is_reported() -> None:
    value, correction = corrected("1053, 01004 1283", COMMUNES)
    assert value == "01053 01004 01283"
    assert "“1053” was read as 01053" in correction.message.text("en")


@pytest.mark.parametrize("text", ["20", "0", "00", "96", "97", "99", "2C", "1A", "9711", "01.0", "Ain", "١", "0 1"])
def test_what_is_no_department_is_refused(text: str) -> None:
    assert refusal(text, DEPARTMENT).code == "not-a-department"


@pytest.mark.parametrize(
    "text",
    [
        "415021377",
        "415 021 377",
        "415.021.377",
        "415-021-377",
        "415021377.0",
        "4,15021377E+08",
        "415\u00a0021\u202f377",
        "356000000",
    ],
)
def test_a_siren_is_nine_digits_with_a_right_key(text: str) -> None:
    assert read(text, SIREN) in {"415021377", "356000000"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("415021378", "wrong-key"),
        ("415021377123", "not-a-siren"),
        ("41502137", "not-a-siren"),
        ("0415021377", "not-a-siren"),
        ("FR415021377", "not-a-siren"),
        ("000000000", "not-a-siren"),
        ("00000000000000", "number-destroyed"),
        ("٤١٥٠٢١٣٧٧", "not-a-siren"),
        ("4.15021E+08", "number-destroyed"),
        ("35600049837390", "wrong-key"),
    ],
)
def test_what_is_no_siren_is_refused(text: str, code: str) -> None:
    assert refusal(text, SIREN).code == code


@pytest.mark.parametrize("text", ["4,99263E+13", "4.99E+08", "49926300000000.0", "49926330000000"])
def test_a_number_whose_digits_are_lost_says_so(text: str) -> None:
    fault = refusal(text, SIREN)
    assert fault.code == "number-destroyed"
    assert "as text" in advice(fault)


def test_a_siret_that_was_rounded_still_has_its_siren() -> None:
    value, correction = corrected("49926333300000.0", SIREN)
    assert value == "499263333"
    assert correction.code == "siret-for-siren"


@pytest.mark.parametrize(
    ("text", "code"), [("01 - Ain", "01"), ("01 Ain", "01"), ("Ain (01)", "01"), ("2a - Corse-du-Sud", "2A")]
)
def test_a_code_beside_a_name_is_read_with_a_warning(text: str, code: str) -> None:
    value, correction = corrected(text, DEPARTMENT)
    assert value == code
    assert correction.code == "code-beside-name"
    commune = text.lower().replace(code.lower(), f"{code}053")
    assert corrected(commune, COMMUNES)[0] == f"{code}053"


def test_a_siret_gives_its_siren_with_a_warning() -> None:
    value, correction = corrected("356 000 000 00048", SIREN)
    assert value == "356000000"
    assert correction.code == "siret-for-siren"
    assert "356000000 was kept" in correction.message.text("en")


def luhn_total(digits: str) -> int:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled)


@given(st.text("0123456789", min_size=8, max_size=8))
def test_one_check_digit_in_ten_makes_a_siren(start: str) -> None:
    assume(start != "00000000")  # all zeros are right by the key, and nobody's number
    valid = [last for last in "0123456789" if siren_is_valid(start + last)]
    assert len(valid) == 1
    assert luhn_total(start + valid[0]) % 10 == 0


@given(st.text("0123456789", min_size=8, max_size=8), st.text("0123456789", min_size=4, max_size=4))
def test_a_siret_needs_a_valid_siren_and_its_own_key(start: str, establishment: str) -> None:
    for last in "0123456789":
        siren = start + last
        assume(siren not in {"356000000", "000000000"})
        valid = [key for key in "0123456789" if siret_is_valid(siren + establishment + key)]
        assert len(valid) == (1 if siren_is_valid(siren) else 0)


@pytest.mark.parametrize(
    ("siret", "valid"),
    [
        ("35600000000048", True),  # the head office: Luhn, its digits add up to 26
        ("35600000049837", True),  # an establishment: its digits add up to 45
        ("35600000049838", False),
        ("35600049837390", False),  # its digits add up to 57
        ("41502137700005", False),  # digits add up to 35, but it is not La Poste's
        ("3560000004983", False),
        ("356000000498370", False),
    ],
)
def test_the_sirets_of_la_poste_follow_their_own_rule(siret: str, valid: bool) -> None:
    assert siret_is_valid(siret) is valid


@pytest.mark.parametrize("text", ["oriv", "cr-csur", "demo-1-4", "x", "2024"])
def test_an_id_is_lower_case_words_and_hyphens(text: str) -> None:
    assert read(text, SLUG) == text


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("Labo Cités", "labo-cites"),
        ("cr_csur", "cr-csur"),
        ("ORIV", "oriv"),
        ("-oriv-", "oriv"),
        ("Œuvre d’été", "oeuvre-d-ete"),
        ("a--b", "a-b"),
        ("日本", "id-1"),
    ],
)
def test_what_is_no_id_is_refused_with_one(text: str, suggestion: str) -> None:
    fault = refusal(text, SLUG)
    assert fault.code == "not-an-id"
    assert advice(fault).endswith(f"for example: {suggestion}")


@given(st.text(min_size=1).map(clean).filter(bool))
def test_the_id_that_is_suggested_is_one(text: str) -> None:
    assume(text.isprintable())
    try:
        assert read(text, SLUG) == text
    except Fault as fault:
        if fault.code == "empty-cell":
            return  # nothing to make one of
        suggestion = advice(fault).rpartition(": ")[2]
        assert read(suggestion, SLUG) == suggestion


# What is not known


NOT_SAID = [
    *sorted(NOT_KNOWN),
    "n.d.",
    "N/C",
    "Néant",
    "À compléter",
    "NON COMMUNIQUÉ",
    "-",
    "–",
    "?",
    "////",
    "…",
    "n. c.",
]
OPTIONAL = [column for _, column in ALL_COLUMNS if not column.required]


@pytest.mark.parametrize("text", NOT_SAID)
def test_what_says_that_it_is_not_known_is_never_stored(text: str) -> None:
    for column in OPTIONAL:
        value, correction = read_cell(clean(text), column)
        if column.choices or column.refers or column.name == "rating":
            continue  # may have another meaning there
        assert value is None
        assert correction is not None
        assert correction.code == "not-known"
        assert f"“{text}” was read as not known" in correction.message.text("en")
    for name, table in (("amount", "funding"), ("name", "centres"), ("starts_on", "agreements"), ("year", "funding")):
        fault = refusal(text, TABLES[table].column(name))
        assert fault.code == "empty-cell"
        assert text in fault.message.text("en")


@pytest.mark.parametrize("text", ["SO", "Na Poli", "Néant-sur-Yvel", "None (see note)", "2-7", "%", "+", "NC 12", "00"])
def test_what_only_looks_so_is_a_text(text: str) -> None:
    assert read(text, TABLES["funding"].column("object")) == text


def test_a_zero_is_no_text_and_a_figure() -> None:
    assert corrected("0", TABLES["funding"].column("object"))[0] is None
    assert read("0", AMOUNT) == 0
    assert read("0", TABLES["evaluations"].column("rating")) == "0"


@pytest.mark.parametrize("text", ["NA", "-", "NC"])
def test_a_rating_may_be_what_elsewhere_is_not_known(text: str) -> None:
    rating = TABLES["evaluations"].column("rating")
    assert read(text, rating) == text
    assert corrected("non communiqué", rating)[0] is None


def test_a_reference_may_be_a_name() -> None:
    centre, source = TABLES["funding"].column("centre"), TABLES["funding"].column("source")
    assert read("NC", centre) == "NC"
    assert read("nc", source) == "nc"
    assert read("Villes au Carré", centre) == "Villes au Carré"
    assert read("Ain", TABLES["perimeters"].column("department")) == "Ain"
    assert refusal("20", TABLES["perimeters"].column("department")).code == "not-a-department"
    assert refusal("-", centre).code == "empty-cell"
    assert corrected("NC", source)[0] is None


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#NOM?", "#VALEUR!", "#NAME?", "########", "Err:502"])
def test_an_error_of_a_spreadsheet_is_never_stored(text: str) -> None:
    for cell in (text, Cell(text, CellKind.ERROR)):
        value, correction = read_cell(cell, TABLES["funding"].column("object"))
        assert value is None
        assert correction is not None
        assert correction.code == "spreadsheet-error"
        for column in (AMOUNT, DAY, FLAG, SIREN, TITLE, TABLES["funding"].column("source"), COUNT):
            assert refusal(cell, column).code == "spreadsheet-error"


@pytest.mark.parametrize("text", ["#12", "#Cité", "E4", "Err", "#"])
def test_what_is_no_error_is_a_text(text: str) -> None:
    assert read(text, TABLES["funding"].column("object")) == text


# What spreadsheets make of cells


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        ('="01"', DEPARTMENT, "01"),
        ("'01", DEPARTMENT, "01"),
        ('="13055;13070"', COMMUNES, "13055 13070"),
        ('="a ""b"""', TABLES["funding"].column("object"), 'a "b"'),
        ('= "0012"', TABLES["funding"].column("reference"), "0012"),
        ("'aïkido", TABLES["funding"].column("object"), "'aïkido"),
        ('=""', TABLES["funding"].column("object"), None),
    ],
)
def test_what_keeps_a_text_a_text_is_not_part_of_it(text: str, column: Column, value: object) -> None:
    assert read(text, column) == value


def test_control_characters_are_restored_or_removed_with_a_warning() -> None:
    value, correction = corrected("L\x92été\x00 à\x01 Évreux", TABLES["funding"].column("object"))
    assert value == "L’été à Évreux"
    assert correction.code == "control-characters"
    assert read("a\n\tb", TABLES["funding"].column("object")) == "a\n\tb"
    assert corrected("\x01", TABLES["funding"].column("object"))[1].code == "not-known"


def test_a_date_of_a_spreadsheet_is_read_as_one_only_where_one_is_due() -> None:
    day = Cell("2025-07-02", CellKind.DATE)
    assert read_cell(day, DAY) == ("2025-07-02", None)
    value, correction = read_cell(day, TABLES["agreements"].column("reference"))
    assert value == "2025-07-02"
    assert correction is not None
    assert correction.code == "turned-into-date"
    for column in (AMOUNT, COUNT, SIREN, STAGE, FLAG, TABLES["evaluations"].column("rating")):
        assert refusal(day, column).code == "turned-into-date"
    value, correction = read_cell(Cell("2023-01-01 09:30:00", CellKind.TIME), DAY)
    assert value == "2023-01-01"
    assert correction is not None
    assert refusal(Cell("09:30:00", CellKind.TIME), DAY).code == "not-a-date"


def test_a_year_in_the_format_of_a_date_is_a_year() -> None:
    for text in ("1905-07-15", "2023-03-06"):
        value, correction = read_cell(Cell(text, CellKind.DATE), YEAR)
        assert value == 2023
        assert correction is not None


def test_a_formula_that_was_never_computed_is_refused_and_its_zero_doubted() -> None:
    cell = Cell("", CellKind.UNCOMPUTED)
    assert bool(cell)
    assert refusal(cell, AMOUNT).code == "not-computed"
    assert refusal(cell, TITLE).code == "not-computed"
    value, correction = read_cell(Cell("0", CellKind.DOUBTFUL), AMOUNT)
    assert value == 0
    assert correction is not None
    assert correction.code == "doubtful-zero"


def test_a_yes_of_a_spreadsheet_is_a_flag_and_elsewhere_said() -> None:
    cell = Cell("true", CellKind.BOOLEAN)
    assert read_cell(cell, FLAG) == (1, None)
    assert refusal(cell, AMOUNT).code == "not-an-amount"
    value, correction = read_cell(cell, TABLES["funding"].column("object"))
    assert value == "true"
    assert correction is not None


def test_a_unit_in_the_format_of_a_number_is_obeyed_or_refused() -> None:
    value, correction = read_cell(Cell("1.234", CellKind.UNIT, "k€"), AMOUNT)  # a number, so that it has one reading
    assert value == 123400
    assert correction is not None
    assert correction.code == "multiplied"
    assert "k€" in correction.message.text("en")
    fte = TABLES["budgets"].column("fte")
    assert read_cell(Cell("2.5", CellKind.UNIT, "ETP"), fte) == (2.5, None)
    assert read("2,5 ETP", fte) == 2.5
    assert read("12 demi-journées", TABLES["activities"].column("half_days")) == 12
    assert refusal("12 actions", TABLES["activities"].column("half_days")).code == "not-a-number"
    for cell, column in ((Cell("12", CellKind.UNIT, "$"), AMOUNT), (Cell("12", CellKind.UNIT, "k"), YEAR)):
        assert refusal(cell, column).code == "unknown-unit"


# What is usual


@pytest.mark.parametrize(
    ("table", "name", "value", "said"),
    [
        ("funding", "year", 2062, "2062 is unusual: Year is usually between 1990 and 2027."),
        ("funding", "year", 1989, "1989 is unusual"),
        ("funding", "amount", -1, "-€0.01 is unusual: Amount is usually between €0 and €1,000,000."),
        ("funding", "amount", 100_000_001, "€1,000,000.01 is unusual"),
        ("activities", "half_days", 731, "731 is unusual: Half-days is usually between 0 and 730."),
        ("agreements", "ends_on", "2062-12-31", "2062-12-31 is unusual: Ends on is usually between 1990 and 2036."),
        ("centres", "opened", "1979", "1979 is unusual"),
        ("budgets", "fte", 50.5, "50.5 is unusual"),
    ],
)
def test_a_value_that_is_unusual_is_said_with_what_is_usual(table: str, name: str, value: object, said: str) -> None:
    found = unusual(value, TABLES[table].column(name), date(2026, 11, 27))
    assert found is not None
    assert found.code == "unusual-value"
    assert said in found.message.text("en")


@pytest.mark.parametrize(
    ("table", "name", "value"),
    [
        ("funding", "year", 1990),
        ("funding", "year", 2027),
        ("funding", "amount", 0),
        ("funding", "amount", 100_000_000),
        ("activities", "half_days", 730),
        ("agreements", "ends_on", "9999-12-31"),
        ("agreements", "signed_on", None),
        ("centres", "opened", "1980-05"),
        ("funding", "object", "2062"),
    ],
)
def test_a_value_that_is_usual_is_not_said(table: str, name: str, value: object) -> None:
    assert unusual(value, TABLES[table].column(name), date(2026, 11, 27)) is None


def test_what_is_usual_lies_within_what_is_allowed() -> None:
    for _, column in ALL_COLUMNS:
        if column.usual is not None:
            usual = column.usual
            assert isinstance(usual, Usual)
            assert usual.low < (usual.high if usual.ahead is None else 2026 + usual.ahead)
            assert column.minimum is None or column.minimum <= usual.low


# Every column


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert "\r" not in once


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\ufeffid", "id"),
        ("\u200bLabo\u200e Cités\u200f", "Labo Cités"),
        ("\u00a0 a \u202f", "a"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\t\n", ""),
        ("e\u0301te\u0301", "été"),
        ("Labo\u00a0Cités\u202f!", "Labo Cités !"),
        ("in\u00advisible\u200b", "invisible"),
        ("a\u2028b", "a\nb"),
    ],
)
def test_a_cell_is_cleaned_of_what_nobody_sees(text: str, kept: str) -> None:
    assert clean(text) == kept


DAYS = ["2023-02-30", "203-10-171", "0203-10-17", "9999-12-31", "1905-07-15", "2023-10-17 09:30:00", "12.5", "1e5"]
CELLS = st.text() | st.text("0123456789 \u00a0.,-+€/'éeEoOuin2aAbB\x00", max_size=24)


@pytest.mark.parametrize(("table", "column"), ALL_COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_any_text_is_read_or_refused_and_what_was_read_is_exported_and_read_again(table: str, column: Column) -> None:
    assert table in TABLES
    types = {"TEXT": str, "INTEGER": int, "REAL": float}

    @settings(max_examples=30)  # a column; there are more than a hundred
    @given(CELLS.map(clean).filter(bool))
    def attempt(text: str) -> None:
        try:
            value, _ = read_cell(text, column)
        except Fault as fault:
            assert fault.message.text("en")
            assert fault.message.text("fr")
            return
        if value is None:
            assert not column.required
            return
        assert isinstance(value, types[column.kind.sql_type])
        assert not isinstance(value, float) or math.isfinite(value)
        assert "\x00" not in str(value)
        if column.kind is not Kind.DECIMAL:
            assert isinstance(value, str | int)
            assert read_cell(for_csv(value, column), column) == (value, None)

    attempt()


@pytest.mark.parametrize(("table", "column"), ALL_COLUMNS, ids=lambda part: getattr(part, "name", part))
def test_the_reader_of_a_column_reads_as_all_do(table: str, column: Column) -> None:
    assert table in TABLES
    read_quickly = reader_of(column)

    def either(read_one: Callable[[str], object], cell: str) -> object:
        try:
            return read_one(cell)
        except Fault as fault:
            return fault.code, fault.message, fault.advice

    @settings(max_examples=30)
    @given(
        CELLS
        | st.sampled_from([*NOT_SAID, "0", "#REF!", "E4", '="1"', "12,5", "2023-02-30", "2024-02-29", "203-10-171"])
    )
    def attempt(text: str) -> None:
        for cell in (text, *(Cell(text, kind, "k€") for kind in CellKind)):
            assert either(read_quickly, cell) == either(partial(read_cell, column=column), cell)

    attempt()

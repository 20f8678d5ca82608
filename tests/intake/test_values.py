"""Cells as people type them: read in one way only, or refused with what to do."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crpv_cli import language
from crpv_cli.definitions.columns import Choice, Column, Kind
from crpv_cli.definitions.sirene import siren_is_valid, siret_is_valid
from crpv_cli.definitions.tables import TABLES
from crpv_cli.intake.faults import Correction, Fault
from crpv_cli.intake.values import clean, read_cell
from crpv_cli.output.shelf.cells import for_csv, for_excel

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
        "1e5",
        "1E+05",
        "0x10",
        "1_000",
        "12-",
        "(12)",
        "--12",
        "+-12",
        "-",
        "€",
        "EUR",
        "€ €",
        "12 $",
        "douze",
        "NaN",
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


@pytest.mark.parametrize("text", ["1" * 400, "1e5", "nan", "87.9 %"])
def test_a_number_that_no_registry_can_hold_is_refused(text: str) -> None:
    assert refusal(text, FIGURE).code in {"too-large", "not-a-number"}


@pytest.mark.parametrize("text", ["1970", "2024", "2100"])
def test_a_year_is_four_digits(text: str) -> None:
    assert read(text, YEAR) == int(text)


@pytest.mark.parametrize("text", ["24", "20 24", "2024.0", "2023-2024", "MMXXIV", "٢٠٢٤", "02024"])
def test_what_is_no_year_is_refused(text: str) -> None:
    assert refusal(text, YEAR).code == "not-a-year"


# Dates


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
    "text", ["2023", "2023-10", "10/2023", "7 octobre 2023", "2023/10/07", "07/10/23", "45206", "2023-10-07 12:30"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    fault = refusal(text, DAY)
    assert fault.code == "not-a-date"
    assert "2023-10-17 or 17/10/2023" in advice(fault)


@pytest.mark.parametrize("text", ["2023-02-29", "31/04/2023", "10/17/2023", "2023-13-01", "00/01/2023", "0000-01-01"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    assert refusal(text, DAY).code == "no-such-day"


@given(st.dates(min_value=date(1000, 1, 1)))
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
        ("octobre 2023", "not-a-date"),
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


@pytest.mark.parametrize("text", ["maybe", "2", "-", "ja", "?", "oui non"])
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


@pytest.mark.parametrize("text", ["?", "…", "- -"])
def test_a_value_without_letters_is_in_no_list(text: str) -> None:
    assert refusal(text, STAGE).code == "not-in-list"


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
    ("text", "value"),
    [("1", "01"), ("2a", "2A"), ("01.0", None), ("20", None), ("Ain", "Ain"), ("Ain (01)", "Ain (01)")],
)
def test_where_a_department_is_referred_to_it_may_have_its_name(text: str, value: str | None) -> None:
    column = TABLES["perimeters"].column("department")
    if value is None:
        assert refusal(text, column).code == "not-a-department"
    else:
        assert read_cell(text, column)[0] == value


@pytest.mark.parametrize("text", ["415021377", "415 021 377", "415.021.377", "415\u00a0021\u202f377", "356000000"])
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
        ("415-021-377", "not-a-siren"),
        ("٤١٥٠٢١٣٧٧", "not-a-siren"),
        ("4.15021E+08", "not-a-siren"),
        ("35600049837390", "wrong-key"),
    ],
)
def test_what_is_no_siren_is_refused(text: str, code: str) -> None:
    assert refusal(text, SIREN).code == code


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
    valid = [last for last in "0123456789" if siren_is_valid(start + last)]
    assert len(valid) == 1
    assert luhn_total(start + valid[0]) % 10 == 0


@given(st.text("0123456789", min_size=8, max_size=8), st.text("0123456789", min_size=4, max_size=4))
def test_a_siret_needs_a_valid_siren_and_its_own_key(start: str, establishment: str) -> None:
    for last in "0123456789":
        siren = start + last
        assume(siren != "356000000")
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
    try:
        assert read(text, SLUG) == text
    except Fault as fault:
        suggestion = advice(fault).rpartition(": ")[2]
        assert read(suggestion, SLUG) == suggestion


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
    ],
)
def test_a_cell_is_cleaned_of_what_nobody_sees(text: str, kept: str) -> None:
    assert clean(text) == kept


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
        if column.kind is Kind.CODES and value is None:
            return  # nothing but delimiters
        assert isinstance(value, types[column.kind.sql_type])
        assert not isinstance(value, float) or math.isfinite(value)
        assert "\x00" not in str(value)
        if column.kind is not Kind.DECIMAL:
            assert isinstance(value, str | int)
            assert read_cell(for_csv(value, column), column) == (value, None)

    attempt()

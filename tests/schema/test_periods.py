"""Periods: a code stands for one interval for ever, and a label says exactly which days a figure covers."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.errors import WrongUseError
from schema.periods import (
    Basis,
    Period,
    PeriodKind,
    academic_year,
    calendar_year,
    mid_year,
    month,
    parse_period,
    pooled_years,
    quarter,
    quarter_containing,
    year_to_30_september,
    year_to_31_march,
)

YEARS = st.integers(1991, 2099)
PERIODS = st.one_of(
    st.builds(year_to_31_march, YEARS),
    st.builds(year_to_30_september, YEARS),
    st.builds(calendar_year, YEARS),
    st.builds(mid_year, YEARS),
    st.builds(academic_year, YEARS),
    st.builds(lambda first, years: pooled_years(first, first + years), YEARS, st.integers(1, 99)),
    st.builds(month, YEARS, st.integers(1, 12)),
    st.builds(quarter, YEARS, st.integers(1, 4)),
)
DAYS = st.dates(date(1991, 1, 1), date(2099, 12, 31))

# ---------------------------------------------------------------------------------------------------- codes


@pytest.mark.parametrize(
    ("code", "kind", "start", "end"),
    [
        ("2024-25", PeriodKind.YEAR_TO_31_MARCH, date(2024, 4, 1), date(2025, 3, 31)),
        ("SY2025", PeriodKind.YEAR_TO_30_SEPTEMBER, date(2024, 10, 1), date(2025, 9, 30)),
        ("CY2025", PeriodKind.CALENDAR_YEAR, date(2025, 1, 1), date(2025, 12, 31)),
        ("AY2024-25", PeriodKind.ACADEMIC_YEAR, date(2024, 9, 1), date(2025, 8, 31)),
        ("PY2022-25", PeriodKind.POOLED_YEARS, date(2022, 4, 1), date(2025, 3, 31)),
        ("2025-26Q1", PeriodKind.QUARTER, date(2025, 4, 1), date(2025, 6, 30)),
        ("2025-26Q2", PeriodKind.QUARTER, date(2025, 7, 1), date(2025, 9, 30)),
        ("2025-26Q3", PeriodKind.QUARTER, date(2025, 10, 1), date(2025, 12, 31)),
        ("2025-26Q4", PeriodKind.QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        ("2025M09", PeriodKind.MONTH, date(2025, 9, 1), date(2025, 9, 30)),
        ("2024M02", PeriodKind.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2025M02", PeriodKind.MONTH, date(2025, 2, 1), date(2025, 2, 28)),
        ("MY2024", PeriodKind.MID_YEAR, date(2024, 6, 30), date(2024, 6, 30)),
        # Over the turn of a century the second half of the code counts on.
        ("1999-00", PeriodKind.YEAR_TO_31_MARCH, date(1999, 4, 1), date(2000, 3, 31)),
        ("1999-00Q4", PeriodKind.QUARTER, date(2000, 1, 1), date(2000, 3, 31)),
        ("AY1999-00", PeriodKind.ACADEMIC_YEAR, date(1999, 9, 1), date(2000, 8, 31)),
        ("PY1998-01", PeriodKind.POOLED_YEARS, date(1998, 4, 1), date(2001, 3, 31)),
    ],
)
def test_a_code_is_one_interval(code: str, kind: PeriodKind, start: date, end: date) -> None:
    period = parse_period(code)
    assert (period.kind, period.start, period.end) == (kind, start, end)
    assert period.code == code


@given(PERIODS)
def test_every_period_is_read_back_from_its_code(period: Period) -> None:
    assert parse_period(period.code) == period


@given(PERIODS, PERIODS)
def test_two_periods_never_share_a_code(one: Period, other: Period) -> None:
    assert (one.code == other.code) == (one == other)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("2024/25", "2024-25"), (" 2024-25 ", "2024-25"), ("2025/26 q2", "2025-26Q2"), ("ay2024/25", "AY2024-25")],
)
def test_how_people_type_a_period_is_understood(typed: str, code: str) -> None:
    assert parse_period(typed).code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "last year",
        "2025",
        "2024-26",
        "2024-2025",
        "2024-25Q5",
        "2024-25Q0",
        "2024-25Q",
        "2024-26Q1",
        "2025M13",
        "2025M00",
        "2025M9",
        "SY25",
        "AY2024-26",
        "0000-01",
        "CY0000",
        "PY2025-25",
        "2024-25; DROP TABLE figure",
    ],
)
def test_what_is_no_period_is_refused_with_the_forms_that_are(text: str) -> None:
    with pytest.raises(WrongUseError, match="is not a period") as refused:
        parse_period(text)
    assert "2025-26Q2" in str(refused.value)


def test_a_long_wrong_text_is_not_repeated_in_full() -> None:
    with pytest.raises(WrongUseError) as refused:
        parse_period("x" * 10_000)
    assert len(str(refused.value)) < 300


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="cannot end"):
        Period(kind=PeriodKind.MONTH, start=date(2025, 2, 1), end=date(2025, 1, 31))


# ----------------------------------------------------------------------------------------------- intervals


def test_reporting_year_2025_is_two_intervals() -> None:
    """The children in need census and the workforce census print the same label for years half a year apart."""
    census, workforce = year_to_31_march(2025), year_to_30_september(2025)
    assert (census.start, census.end) == (date(2024, 4, 1), date(2025, 3, 31))
    assert (workforce.start, workforce.end) == (date(2024, 10, 1), date(2025, 9, 30))
    assert census != workforce
    assert census.label() == "year to 31 March 2025"
    assert workforce.label() == "year to 30 September 2025"


@given(DAYS)
def test_every_day_lies_in_one_quarter_of_its_financial_year(day: date) -> None:
    first_year = day.year if (day.month, day.day) >= (4, 1) else day.year - 1
    found = [q for q in (quarter(first_year, number) for number in (1, 2, 3, 4)) if q.start <= day <= q.end]
    assert found == [quarter_containing(day)]


@given(YEARS)
def test_four_quarters_make_the_financial_year_without_a_gap(first_year: int) -> None:
    quarters = [quarter(first_year, number) for number in (1, 2, 3, 4)]
    year = year_to_31_march(first_year + 1)
    assert quarters[0].start == year.start
    assert quarters[-1].end == year.end
    for one, following in itertools.pairwise(quarters):
        assert following.start == one.end + timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2025, 3, 31), "2024-25Q4"),
        (date(2025, 4, 1), "2025-26Q1"),
        (date(2025, 6, 30), "2025-26Q1"),
        (date(2025, 7, 1), "2025-26Q2"),
        (date(2025, 9, 30), "2025-26Q2"),
        (date(2025, 10, 1), "2025-26Q3"),
        (date(2025, 12, 31), "2025-26Q3"),
        (date(2026, 1, 1), "2025-26Q4"),
    ],
)
def test_quarters_turn_on_the_first_of_april_july_october_and_january(day: date, code: str) -> None:
    assert quarter_containing(day).code == code


# ------------------------------------------------------------------------------------------- what is covered


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (quarter(2025, 2), date(2024, 10, 1), date(2025, 9, 30)),
        (quarter(2024, 4), date(2024, 4, 1), date(2025, 3, 31)),
        # A rolling year that ends with February covers a whole year whether or not either February is long.
        (month(2024, 2), date(2023, 3, 1), date(2024, 2, 29)),
        (month(2025, 2), date(2024, 3, 1), date(2025, 2, 28)),
        (month(2028, 2), date(2027, 3, 1), date(2028, 2, 29)),
    ],
)
def test_a_rolling_year_covers_the_twelve_months_to_the_end(period: Period, first: date, last: date) -> None:
    assert period.covered(Basis.ROLLING_YEAR) == (first, last)


@given(YEARS, st.integers(1, 4))
def test_a_rolling_year_covers_exactly_its_four_quarters(first_year: int, number: int) -> None:
    latest = quarter(first_year, number)
    first, last = latest.covered(Basis.ROLLING_YEAR)
    assert first == latest.earlier(quarters=3).start
    assert last == latest.end
    assert (last - first).days + 1 in (365, 366)


@pytest.mark.parametrize(
    ("period", "basis", "label"),
    [
        (year_to_31_march(2025), None, "year to 31 March 2025"),
        (year_to_31_march(2025), Basis.AT_DATE, "at 31 March 2025"),
        (quarter(2025, 2), None, "July to September 2025"),
        (quarter(2025, 2), Basis.ROLLING_YEAR, "year to 30 September 2025"),
        (quarter(2025, 2), Basis.AT_DATE, "at 30 September 2025"),
        (quarter(2025, 2), Basis.YTD, "April to September 2025"),
        (quarter(2025, 4), Basis.YTD, "April 2025 to March 2026"),
        (quarter(2025, 4), None, "January to March 2026"),
        (month(2025, 9), None, "September 2025"),
        (mid_year(2024), None, "at 30 June 2024"),
        (calendar_year(2025), None, "year to 31 December 2025"),
        (academic_year(2024), None, "academic year 2024/25"),
        (academic_year(1999), None, "academic year 1999/00"),
        (pooled_years(2022, 2025), None, "3 years to 31 March 2025"),
    ],
)
def test_the_interval_in_words(period: Period, basis: Basis | None, label: str) -> None:
    assert period.label(basis) == label


@given(PERIODS, st.sampled_from(Basis))
def test_whatever_the_basis_a_figure_ends_with_its_period_and_can_say_so(period: Period, basis: Basis) -> None:
    first, last = period.covered(basis)
    assert first <= last == period.end
    assert period.label(basis).strip()


# -------------------------------------------------------------------------------------------------- earlier


@pytest.mark.parametrize(
    ("code", "years", "quarters", "earlier"),
    [
        ("2024-25", 1, 0, "2023-24"),
        ("2000-01", 1, 0, "1999-00"),
        ("SY2025", 3, 0, "SY2022"),
        ("2025-26Q1", 0, 1, "2024-25Q4"),
        ("2025-26Q4", 0, 3, "2025-26Q1"),
        ("2025-26Q2", 0, 8, "2023-24Q2"),
        ("2025-26Q2", 1, 0, "2024-25Q2"),
        ("2024M02", 1, 0, "2023M02"),
        ("2023M02", 3, 0, "2020M02"),
        ("AY2024-25", 5, 0, "AY2019-20"),
        ("MY2024", 1, 0, "MY2023"),
    ],
)
def test_looking_back(code: str, years: int, quarters: int, earlier: str) -> None:
    assert parse_period(code).earlier(years=years, quarters=quarters).code == earlier


@given(st.builds(quarter, st.integers(1950, 2050), st.integers(1, 4)), st.integers(0, 25))
def test_four_quarters_back_is_a_year_back(period: Period, years: int) -> None:
    assert period.earlier(quarters=4 * years) == period.earlier(years=years)


@given(st.builds(month, st.integers(1950, 2050), st.integers(1, 12)), st.integers(1, 25))
def test_a_month_of_an_earlier_year_is_a_whole_month(period: Period, years: int) -> None:
    assert period.earlier(years=years) == month(period.start.year - years, period.start.month)


def test_only_quarters_are_counted_back_in_quarters() -> None:
    with pytest.raises(ValueError, match="2024-25 is not a quarter"):
        year_to_31_march(2025).earlier(quarters=1)


def test_three_terms_make_the_academic_year_and_know_their_neighbours() -> None:
    autumn, spring, summer = (parse_period(f"AY2024-25T{number}") for number in (1, 2, 3))
    whole = parse_period("AY2024-25")
    assert (autumn.start, summer.end) == (whole.start, whole.end)
    assert (spring.start, summer.start) == (autumn.end + timedelta(days=1), spring.end + timedelta(days=1))
    assert [p.earlier(terms=-1).code for p in (autumn, spring, summer)] == ["AY2024-25T2", "AY2024-25T3", "AY2025-26T1"]
    assert autumn.earlier(years=1).code == "AY2023-24T1"
    assert autumn.label() == "autumn term 2024/25"
    assert summer.label(Basis.ACADEMIC_YEAR) == "academic year 2024/25"
    assert summer.covered(Basis.ACADEMIC_YEAR) == (whole.start, whole.end)


def test_what_is_counted_once_a_year_covers_the_year_that_ends_with_the_quarter() -> None:
    assert parse_period("2024-25Q4").covered(Basis.YEAR) == (date(2024, 4, 1), date(2025, 3, 31))


@pytest.mark.parametrize("text", ["1066-67Q1", "0999-00", "CY1066", "AY0001-02T1"])
def test_a_year_before_anything_was_measured_is_a_slip(text: str) -> None:
    with pytest.raises(WrongUseError, match="is not a period"):
        parse_period(text)

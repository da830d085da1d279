"""Working days know England's bank holidays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.working_days import after_working_days, bank_holidays, working_days_between


def test_easter_and_the_early_may_holiday_are_not_worked() -> None:
    """Good Friday, Easter Monday and 5 May lie between 14 April and 8 May 2025: 15 and not 18 (design, rule 4)."""
    assert working_days_between(date(2025, 4, 14), date(2025, 5, 8)) == 15


@pytest.mark.parametrize("holiday", [date(2022, 9, 19), date(2023, 5, 8), date(2022, 6, 3), date(2021, 12, 28)])
def test_one_off_and_substitute_holidays_are_known(holiday: date) -> None:
    assert holiday in bank_holidays(holiday.year)


def test_scotland_s_second_of_january_is_worked_in_england() -> None:
    assert working_days_between(date(2025, 1, 1), date(2025, 1, 2)) == 1


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(1, 120))
def test_counting_on_and_counting_between_agree(day: date, count: int) -> None:
    there = after_working_days(day, count)
    assert working_days_between(day, there) == count
    assert there.weekday() < 5
    assert working_days_between(there - timedelta(days=1), there) == 1

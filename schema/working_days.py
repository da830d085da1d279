"""Working days in England: neither a weekend nor a bank holiday. The holidays come from a maintained library."""

from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """England's bank holidays of a year, substitute days and one-off ones included."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def after_working_days(day: date, count: int) -> date:
    """The working day that is `count` working days after a day, counting from the day after it."""
    known = [holiday for year in range(day.year, day.year + 2 + count // 200) for holiday in bank_holidays(year)]
    # Rolled back first, so that one working day after a Saturday is the Monday and not the Tuesday.
    found = np.busday_offset(np.datetime64(day), count, roll="backward", holidays=known)
    return date.fromisoformat(str(found))


def working_days_between(start: date, end: date) -> int:
    """Working days from the day after `start` up to and including `end`: 14 April to 8 May 2025 is 15."""
    known = [holiday for year in range(start.year, end.year + 1) for holiday in bank_holidays(year)]
    one = timedelta(days=1)
    return int(np.busday_count(np.datetime64(start + one), np.datetime64(end + one), holidays=known))

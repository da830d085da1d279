"""Reads a year as publishers print it, which is not the same text for the same year everywhere."""

import re
from collections.abc import Callable

from schema.periods import (
    Basis,
    Period,
    academic_year,
    calendar_year,
    mid_year,
    month,
    pooled_years,
    year_to_30_september,
    year_to_31_march,
)
from schema.publications import TimeKind
from schema.quantities import Quantity

_ENDING_IN: dict[TimeKind, Callable[[int], Period]] = {
    TimeKind.YEAR_TO_31_MARCH: year_to_31_march,
    TimeKind.AT_31_MARCH: year_to_31_march,
    TimeKind.YEAR_TO_30_SEPTEMBER: year_to_30_september,
    TimeKind.ACADEMIC_YEAR: lambda year: academic_year(year - 1),
    TimeKind.CALENDAR_YEAR: calendar_year,
    TimeKind.MID_YEAR: mid_year,
}
"""The period of each kind that ends in a year."""

_CROSSES_NEW_YEAR = {
    TimeKind.YEAR_TO_31_MARCH,
    TimeKind.AT_31_MARCH,
    TimeKind.YEAR_TO_30_SEPTEMBER,
    TimeKind.ACADEMIC_YEAR,
}

SPANNING = ("Academic year", "Financial year", "Tax year")
"""The time identifiers whose `time_period` names both years: 202425."""

MARKS = {"prov": "provisional", "p": "provisional", "rev": "revised", "r": "revised", "final": "final", "ot": "outturn"}
"""What stands in brackets after a year, and what it means. It is kept as the value's note."""

_PRINTED = re.compile(
    r"(?P<first>\d{4})"
    r"(?:[/-](?P<last>\d{2})(?:\s*-\s*(?P<from>\d{2})/(?P<to>\d{2}))?)?"
    r"(?:\s*\((?P<mark>[A-Za-z]{1,5})\))?"
)


def ees_period(text: str, kind: TimeKind, identifier: str) -> Period | None:
    """A `time_period` of “explore education statistics”: `2025`, or `202425` where its identifier spans two years."""
    spans = identifier in SPANNING
    if len(text) != (6 if spans else 4) or not text.isascii() or not text.isdecimal():
        return None
    if spans and ((int(text[:4]) + 1) % 100 != int(text[4:]) or kind not in _CROSSES_NEW_YEAR):
        return None
    return _ending_in(int(text[:4]) + spans, kind)


def printed_period(text: str, kind: TimeKind) -> tuple[Period, str] | None:
    """A year as text, in any of its forms, with the mark that it carries in words; None where it is none of the kind.

    One year (`2025`) is the one in which the period ends, for an academic year too. `2024-25` and `2024/25` are one
    year that crosses the new year, and never two years together; `2020/21-22/23` is three years to 31 March. A span of
    calendar years (`2020-22`) is none of ours.
    """
    found = _PRINTED.fullmatch(text.strip())
    if found is None or (found["mark"] or "final").lower() not in MARKS:
        return None
    mark = MARKS[found["mark"].lower()] if found["mark"] else ""
    first, last = int(found["first"]), found["last"]
    if last is None:
        period = _ending_in(first, kind)
    elif (first + 1) % 100 != int(last):
        period = None
    elif found["from"] is None:
        period = _ending_in(first + 1, kind) if kind in _CROSSES_NEW_YEAR else None
    else:
        period = _pooled(first, int(found["from"]), int(found["to"])) if kind is TimeKind.POOLED_YEARS else None
    return None if period is None else (period, mark)


def _ending_in(year: int, kind: TimeKind) -> Period | None:
    make = _ENDING_IN.get(kind)
    try:
        return make(year) if make else None
    except ValueError:
        return None  # 0000: the calendar has no such year


def _pooled(first: int, last_from: int, last_to: int) -> Period | None:
    years = (last_to - first) % 100
    return pooled_years(first, first + years) if (last_from + 1) % 100 == last_to and 1 < years <= 10 else None


def month_within(year: Period, number: int) -> Period:
    """The month of this number (1 is January) that lies within a year."""
    return month(year.end.year if number <= year.end.month else year.start.year, number)


def basis_of(quantity: Quantity, period: Period) -> Basis:
    """How a published value covers its period: at its last day where it is about a date, else all of it."""
    return Basis.AT_DATE if quantity.at_date else period.natural_basis

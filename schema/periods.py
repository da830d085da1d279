"""Periods are real intervals with a kind, and a basis says how a figure covers time.

A *period* is what a publication or a return reports on: the year to 31 March 2025, July to September 2025. A *basis* is
how a figure covers it: a flow over the whole period, a stock at its last day, or the four quarters that end with it.
The same label means different intervals in different publications (DfE's "Reporting year 2025" ends on 31 March in
children in need and on 30 September in the workforce census), so only intervals are ever compared.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from schema.errors import WrongUseError


class PeriodKind(StrEnum):
    """What sort of interval a period is."""

    YEAR_TO_31_MARCH = "year-to-31-march"
    YEAR_TO_30_SEPTEMBER = "year-to-30-september"
    CALENDAR_YEAR = "calendar-year"
    ACADEMIC_YEAR = "academic-year"
    POOLED_YEARS = "pooled-years"
    QUARTER = "quarter"
    TERM = "term"
    """A third of the academic year: autumn (September to December), spring (to April), summer (to August)."""
    MONTH = "month"
    MID_YEAR = "mid-year"
    """30 June, the date of the national population estimates."""


class Basis(StrEnum):
    """How a figure covers time (design, rule 3)."""

    QUARTER = "quarter"
    ROLLING_YEAR = "rolling-year"
    YEAR = "year"
    YTD = "ytd"
    AT_DATE = "at-date"
    MONTH = "month"
    TERM = "term"
    ACADEMIC_YEAR = "academic-year"
    POOLED_YEARS = "pooled-years"

    @property
    def words(self) -> str:
        """The basis as a reader meets it on a page."""
        return {
            Basis.QUARTER: "quarter",
            Basis.ROLLING_YEAR: "rolling year",
            Basis.YEAR: "year",
            Basis.YTD: "year to date",
            Basis.AT_DATE: "at a date",
            Basis.MONTH: "month",
            Basis.TERM: "school term",
            Basis.ACADEMIC_YEAR: "academic year",
            Basis.POOLED_YEARS: "pooled years",
        }[self]


def day_label(value: date) -> str:
    """A day as a reader meets it: “30 October 2025”."""
    return f"{value.day} {value:%B %Y}"


class Period(BaseModel):
    """An interval with a kind; both ends belong to it. `code` is stable, short, and what people type."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PeriodKind
    start: date
    end: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")
        return self

    @property
    def code(self) -> str:
        """`2024-25`, `2025-26Q2`, `2025M09`, `SY2025` (30 September), `AY2024-25`, `AY2024-25T1`, `CY2025`, `MY2024`,
        `PY2022-25`.
        """
        span = f"{self.start.year}-{self.end.year % 100:02d}"
        match self.kind:
            case PeriodKind.YEAR_TO_31_MARCH:
                return span
            case PeriodKind.QUARTER:
                year = self.start.year - (self.start.month < 4)
                return f"{year}-{(year + 1) % 100:02d}Q{(self.start.month - 4) % 12 // 3 + 1}"
            case PeriodKind.MONTH:
                return f"{self.start:%YM%m}"
            case PeriodKind.YEAR_TO_30_SEPTEMBER:
                return f"SY{self.end.year}"
            case PeriodKind.CALENDAR_YEAR:
                return f"CY{self.end.year}"
            case PeriodKind.MID_YEAR:
                return f"MY{self.end.year}"
            case PeriodKind.ACADEMIC_YEAR:
                return f"AY{span}"
            case PeriodKind.TERM:
                return f"AY{self._school_year}-{(self._school_year + 1) % 100:02d}T{self._term}"
            case PeriodKind.POOLED_YEARS:
                return f"PY{span}"

    @property
    def _school_year(self) -> int:
        """The year in which the academic year began."""
        return self.start.year - (self.start.month < 9)

    @property
    def _term(self) -> int:
        return (self.start.month - 9) % 12 // 4 + 1

    @property
    def natural_basis(self) -> Basis:
        """How a flow covers this period when nothing else is said."""
        match self.kind:
            case PeriodKind.QUARTER:
                return Basis.QUARTER
            case PeriodKind.MONTH:
                return Basis.MONTH
            case PeriodKind.ACADEMIC_YEAR:
                return Basis.ACADEMIC_YEAR
            case PeriodKind.TERM:
                return Basis.TERM
            case PeriodKind.POOLED_YEARS:
                return Basis.POOLED_YEARS
            case PeriodKind.MID_YEAR:
                return Basis.AT_DATE
            case _:
                return Basis.YEAR

    def covered(self, basis: Basis) -> tuple[date, date]:
        """First and last day that a figure on this basis covers."""
        match basis:
            case Basis.AT_DATE:
                return self.end, self.end
            case Basis.ROLLING_YEAR:
                return _years_before(self.end, 1) + timedelta(days=1), self.end
            case Basis.YTD:
                april = date(self.end.year - (self.end.month < 4), 4, 1)
                return april, self.end
            case Basis.YEAR if self.kind is PeriodKind.QUARTER:
                # What is counted once a year comes with a quarter's return, and covers the year that ends with it.
                return _years_before(self.end, 1) + timedelta(days=1), self.end
            case Basis.ACADEMIC_YEAR if self.kind is PeriodKind.TERM:
                return date(self._school_year, 9, 1), self.end
            case _:
                return self.start, self.end

    def label(self, basis: Basis | None = None) -> str:
        """The interval in words, as it stands beside a figure."""
        basis = basis or self.natural_basis
        start, end = self.covered(basis)
        match basis:
            case Basis.AT_DATE:
                return f"at {day_label(end)}"
            case Basis.ROLLING_YEAR | Basis.YEAR:
                return f"year to {day_label(end)}"
            case Basis.MONTH:
                return f"{end:%B %Y}"
            case Basis.TERM:
                return f"{_TERM_NAMES[self._term - 1]} term {self._school_year}/{(self._school_year + 1) % 100:02d}"
            case Basis.ACADEMIC_YEAR:
                return f"academic year {start.year}/{(start.year + 1) % 100:02d}"
            case Basis.POOLED_YEARS:
                return f"{end.year - start.year} years to {day_label(end)}"
            case Basis.QUARTER | Basis.YTD:
                months = f"{start:%B} {start.year} to " if start.year != end.year else f"{start:%B} to "
                return f"{months}{end:%B %Y}"

    def earlier(self, *, years: int = 0, quarters: int = 0, terms: int = 0) -> "Period":
        """The period of the same kind that lies this far back."""
        if terms and self.kind is not PeriodKind.TERM:
            raise ValueError(f"{self.code} is not a term")
        if terms:
            index = self._school_year * 3 + self._term - 1 - terms
            return term(index // 3, index % 3 + 1)
        if quarters and self.kind is not PeriodKind.QUARTER:
            raise ValueError(f"{self.code} is not a quarter")
        if quarters:
            index = (self.start.year * 12 + self.start.month - 1) // 3 - quarters
            return quarter_containing(date(index // 4, index % 4 * 3 + 1, 1))
        start, end = _years_before(self.start, years), _years_before(self.end, years)
        return Period(kind=self.kind, start=start, end=end)


def _years_before(day: date, years: int) -> date:
    """The same day of an earlier year; the last of February stays the last of February."""
    year = day.year - years
    last = monthrange(year, day.month)[1]
    month_end = day.day == monthrange(day.year, day.month)[1]
    return date(year, day.month, last if month_end else min(day.day, last))


def year_to_31_march(end_year: int) -> Period:
    """The financial year that ends on 31 March of `end_year`."""
    return Period(kind=PeriodKind.YEAR_TO_31_MARCH, start=date(end_year - 1, 4, 1), end=date(end_year, 3, 31))


def year_to_30_september(end_year: int) -> Period:
    """The year that ends on 30 September of `end_year`, as the children's social work workforce census counts it."""
    return Period(kind=PeriodKind.YEAR_TO_30_SEPTEMBER, start=date(end_year - 1, 10, 1), end=date(end_year, 9, 30))


def calendar_year(year: int) -> Period:
    """1 January to 31 December."""
    return Period(kind=PeriodKind.CALENDAR_YEAR, start=date(year, 1, 1), end=date(year, 12, 31))


def mid_year(year: int) -> Period:
    """30 June, the date of the Office for National Statistics' mid-year population estimate."""
    return Period(kind=PeriodKind.MID_YEAR, start=date(year, 6, 30), end=date(year, 6, 30))


def academic_year(start_year: int) -> Period:
    """1 September to 31 August."""
    return Period(kind=PeriodKind.ACADEMIC_YEAR, start=date(start_year, 9, 1), end=date(start_year + 1, 8, 31))


_TERM_STARTS = (9, 1, 5)
_TERM_NAMES = ("autumn", "spring", "summer")


def term(start_year: int, number: int) -> Period:
    """Term 1 to 3 of the academic year that starts in `start_year`: autumn, spring, summer.

    The ends are nominal, so that three terms make the academic year: schools' own days differ, and Easter moves.
    """
    year = start_year + (number > 1)
    start = date(year, _TERM_STARTS[number - 1], 1)
    end_month = (12, 4, 8)[number - 1]
    return Period(kind=PeriodKind.TERM, start=start, end=date(year, end_month, monthrange(year, end_month)[1]))


def pooled_years(start_year: int, end_year: int) -> Period:
    """Several years to 31 March taken together, from 1 April of `start_year` to 31 March of `end_year`."""
    return Period(kind=PeriodKind.POOLED_YEARS, start=date(start_year, 4, 1), end=date(end_year, 3, 31))


def month(year: int, number: int) -> Period:
    """A calendar month."""
    return Period(
        kind=PeriodKind.MONTH, start=date(year, number, 1), end=date(year, number, monthrange(year, number)[1])
    )


def quarter(start_year: int, number: int) -> Period:
    """Quarter 1 to 4 of the financial year that starts in `start_year`: Q1 is April to June, Q4 January to March."""
    first = (number - 1) * 3 + 3  # months since January of start_year
    start = date(start_year + first // 12, first % 12 + 1, 1)
    end_month = first + 2
    end_year = start_year + end_month // 12
    return Period(
        kind=PeriodKind.QUARTER,
        start=start,
        end=date(end_year, end_month % 12 + 1, monthrange(end_year, end_month % 12 + 1)[1]),
    )


def quarter_containing(day: date) -> Period:
    """The quarter that a day falls in."""
    year = day.year - (day.month < 4)
    return quarter(year, (day.month - 4) % 12 // 3 + 1)


def _span(text: re.Match[str]) -> int:
    """First year of a `2024-25` span, refusing one whose ends are not consecutive."""
    first, last = int(text["first"]), int(text["last"])
    if (first + 1) % 100 != last:
        raise ValueError
    return first


_FORMS: tuple[tuple[str, Callable[[re.Match[str]], Period]], ...] = (
    (r"(?P<first>\d{4})[-/](?P<last>\d{2})", lambda m: year_to_31_march(_span(m) + 1)),
    (r"(?P<first>\d{4})[-/](?P<last>\d{2})\s*Q(?P<q>[1-4])", lambda m: quarter(_span(m), int(m["q"]))),
    (r"(?P<year>\d{4})M(?P<month>0[1-9]|1[0-2])", lambda m: month(int(m["year"]), int(m["month"]))),
    (r"SY(?P<year>\d{4})", lambda m: year_to_30_september(int(m["year"]))),
    (r"CY(?P<year>\d{4})", lambda m: calendar_year(int(m["year"]))),
    (r"MY(?P<year>\d{4})", lambda m: mid_year(int(m["year"]))),
    (r"AY(?P<first>\d{4})[-/](?P<last>\d{2})", lambda m: academic_year(_span(m))),
    (r"AY(?P<first>\d{4})[-/](?P<last>\d{2})\s*T(?P<t>[1-3])", lambda m: term(_span(m), int(m["t"]))),
    (
        r"PY(?P<first>\d{4})-(?P<last>\d{2})",
        lambda m: pooled_years(int(m["first"]), int(m["first"]) + (int(m["last"]) - int(m["first"])) % 100),
    ),
)


EARLIEST_YEAR = 1990
"""Before the Children Act 1989 came into force nothing that is measured here existed: an earlier year is a slip."""


@lru_cache(maxsize=4096)
def parse_period(text: str) -> Period:
    """Read a period's code, as `Period.code` writes it; `/` passes for `-` and spaces before `Q` are forgiven.

    Raises:
        WrongUseError: the text is no period.
    """
    stripped = text.strip()
    for pattern, build in _FORMS:
        found = re.fullmatch(pattern, stripped, flags=re.IGNORECASE | re.ASCII)
        if found is None:
            continue
        try:
            period = build(found)
        except ValueError:
            continue
        if period.start.year >= EARLIEST_YEAR:
            return period
    raise WrongUseError(
        f"“{text[:40]}” is not a period. Write a year as 2024-25, a quarter as 2025-26Q2, a month as 2025M09, "
        "a year to 30 September as SY2025, an academic year as AY2024-25, a school term as AY2024-25T1."
    )

"""The change over time as the measure page, its file and the command line's indicators have it."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from dashboard.components.measure import over_time
from dashboard.downloads import as_csv
from dashboard.indicators import indicators
from dashboard.queries import Queries
from dashboard.views.choices import Asked
from dashboard.views.intervals import interval_kind, intervals
from dashboard.views.measure import MeasurePage, measure_page
from schema.context import Context
from schema.periods import parse_period

NAMES = ("change", "change_lower_95", "change_upper_95", "trend_per_period", "trend_lower_95", "trend_upper_95")


def page_of(queries: Queries, measure: str, **asked: str) -> MeasurePage:
    return measure_page(queries, Context(), measure, queries.catalogue.areas.find("stoke-on-trent"), Asked(**asked))


def text(component: Any) -> str:
    """All words of a component, in order."""
    if isinstance(component, (list, tuple)):
        return " ".join(" ".join(map(text, component)).split())
    return component if isinstance(component, str) else text(getattr(component, "children", None) or "")


def test_a_percentage_moves_in_percentage_points_alone(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", covering="year")
    found = page.over_time["2024-25"]
    before = next(point for point in page.points if point.period == "2023-24").figure
    assert before is not None
    assert before.numerator is not None
    assert before.denominator is not None
    a, b = 812 / 3874, before.numerator / before.denominator
    low_a, high_a = proportion_confint(812, 3874, method="wilson")
    low_b, high_b = proportion_confint(before.numerator, before.denominator, method="wilson")
    limits = (
        a - b - ((a - low_a) ** 2 + (high_b - b) ** 2) ** 0.5,
        a - b + ((high_a - a) ** 2 + (b - low_b) ** 2) ** 0.5,
    )
    assert found.change_limits == pytest.approx(tuple(100 * end for end in limits))
    said = text(over_time.section_of(page))
    assert "To: 21.0%, year to 31 March 2025." in said
    assert (
        "On a year before (25.6%, year to 31 March 2024): −4.6 percentage points (95% interval −6.4 to −2.8)." in said
    )
    assert "Allowing for chance, it is lower than a year before: better." in said
    assert "per cent" not in said.replace("percentage points", "")
    assert "percentage points a year (95% interval" in said
    assert "89th lowest of 153; a year before, " in said


def test_what_is_beyond_95_per_cent_alone_is_possibly_so(queries: Queries) -> None:
    """In the words of the reading, and in the same words where there is none."""
    page = page_of(queries, "repeat-referrals", covering="rolling-year")
    found = page.over_time["2025-26Q2"]
    assert found.change_limits is not None
    assert found.change_limits[1] < 0
    for view in (page, replace(page, reading=None)):
        said = text(over_time.section_of(view))
        assert "Allowing for chance, it is possibly lower than a year before" in said


def test_a_month_far_lower_is_lower_and_not_possibly_so(queries: Queries) -> None:
    said = text(over_time.section_of(page_of(queries, "referrals", covering="month")))
    assert "Allowing for chance, it is lower than a year before. That allows for chance alone; a control chart" in said


def test_a_rate_moves_in_its_unit_and_per_cent(queries: Queries) -> None:
    said = text(over_time.section_of(page_of(queries, "child-protection-plans-started", covering="year")))
    assert "per 10,000 (95% interval" in said
    assert "per cent (95% interval" in said


def test_a_stock_says_why_there_is_no_interval(queries: Queries) -> None:
    said = text(over_time.section_of(page_of(queries, "children-in-need")))
    assert "No interval: it is counted at a date, and limits of chance are for events." in said
    assert "Not told: it is counted at a date, and limits of chance are for events." in said


def test_the_file_and_the_indicators_say_the_same(queries: Queries) -> None:
    page = page_of(queries, "repeat-referrals", covering="year")
    last = list(csv.DictReader(io.StringIO(as_csv(page))))[-1]
    found = page.over_time["2024-25"]
    assert found.change_limits is not None
    assert found.trend_limits is not None
    expected = (found.change, *found.change_limits, found.trend, *found.trend_limits)
    assert tuple(float(last[name]) for name in NAMES) == pytest.approx(expected)
    assert (last["change_unit"], last["trend_period"]) == ("percentage points", "year")
    # Of one period alone, a trend goes back as far as of all.
    for period in (None, parse_period("2024-25")):
        rows = indicators(queries, Context(), measure="repeat-referrals", area=page.area, period=period)
        row = rows[(rows["period"] == "2024-25") & (rows["basis"] == "year")].iloc[0]
        assert tuple(row[name] for name in NAMES) == pytest.approx(expected)


def test_infant_deaths_have_poissons_limits(queries: Queries) -> None:
    """15 deaths are 8.4 to 24.7 by the exact limits, from which Byar's differ by less than 0.2%."""
    catalogue = queries.catalogue
    measure = catalogue.measures["infant-mortality"]
    row = {"numerator": 15.0, "denominator": 3142.0, "value": 15 / 3142 * 1000, "area": "stoke-on-trent"}
    exact = (chi2.ppf(0.025, 30) / 2, chi2.ppf(0.975, 32) / 2)
    assert exact == pytest.approx((8.4, 24.7), abs=0.05)
    (found,) = intervals([row], measure, catalogue)
    assert found == pytest.approx(tuple(end / 3142 * 1000 for end in exact), rel=0.002)
    rows = indicators(queries, Context(), measure="infant-mortality", area=catalogue.areas.find("stoke-on-trent"))
    counted = rows[rows["numerator"].notna() & rows["value"].notna()]
    assert len(counted)
    assert counted["lower_95"].notna().all()
    assert (counted["lower_95"] <= counted["value"]).all()


@pytest.mark.parametrize(
    ("measure", "kind", "starts"),
    [
        ("permanent-exclusions", "rate", "95% interval: Byar’s"),
        ("suspensions", "rate", "95% interval: Byar’s"),
        ("sdq-average-score", None, "No interval: a mean has no interval from counts"),
        ("days-from-placement-order-to-match", None, "No interval: a mean has no interval from counts"),
        ("attainment-8-of-children-in-care", None, "No interval: a mean has no interval from counts"),
        ("contacts", None, "No interval: it is a bare count"),
    ],
)
def test_the_note_says_which_interval(queries: Queries, measure: str, kind: str | None, starts: str) -> None:
    found, note = interval_kind(queries.catalogue.measures[measure], queries.catalogue)
    assert found == kind
    assert note.startswith(starts)

"""Changes and trends over a series, against other software, and the reason where there are none."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student
from statsmodels.api import WLS, add_constant
from statsmodels.stats.proportion import proportion_confint

from etl.transform.over_time import COLUMNS, DISPUTED, FEWER, NO_YEAR_BEFORE, WIDE_AREA, over_time
from schema.catalogue import default_catalogue

CATALOGUE = default_catalogue()
YEARS = ["2020-21", "2021-22", "2022-23", "2023-24", "2024-25"]
ABOVE = [980.0, 900.0, 1010.0, 870.0, 812.0]
BELOW = [4000.0, 3600.0, 4200.0, 3400.0, 3874.0]


def series(
    periods: list[str], above: list[float], below: list[float], per: float, basis: str = "year", **other: object
) -> pd.DataFrame:
    rows = {
        "area": "stoke-on-trent",
        "kind": "release",
        "basis": basis,
        "category": "total",
        "period": periods,
        "state": "value",
        "numerator": above,
        "denominator": below,
        "value": np.array(above) / np.array(below) * per,
        "measure_version": 1,
    }
    return pd.DataFrame({**rows, **other})


def told(figures: pd.DataFrame, measure: str) -> pd.DataFrame:
    return over_time(figures, CATALOGUE.measures[measure], CATALOGUE)


def test_the_change_of_a_percentage_has_newcombes_limits_in_percentage_points() -> None:
    last = told(series(YEARS, ABOVE, BELOW, 100), "repeat-referrals").iloc[-1]
    (low_a, high_a), (low_b, high_b) = (
        proportion_confint(x, n, method="wilson") for x, n in ((812, 3874), (870, 3400))
    )
    a, b = 812 / 3874, 870 / 3400
    assert last["change"] == pytest.approx(100 * (a - b))
    assert last["change_lower_95"] == pytest.approx(100 * (a - b - np.hypot(a - low_a, high_b - b)))
    assert last["change_upper_95"] == pytest.approx(100 * (a - b + np.hypot(high_a - a, b - low_b)))
    assert last["change_unit"] == "percentage points"
    # Per cent of a percentage is never said.
    assert last[["change_per_cent", "change_per_cent_lower_95", "change_per_cent_upper_95"]].isna().all()


def test_the_trend_is_the_weighted_line_of_other_software() -> None:
    last = told(series(YEARS, ABOVE, BELOW, 100), "repeat-referrals").iloc[-1]
    x, n = np.array(ABOVE), np.array(BELOW)
    fitted = WLS(x / n * 100, add_constant(np.arange(5.0)), weights=n).fit()
    pooled, away = x.sum() / n.sum(), np.arange(5) - (n * np.arange(5)).sum() / n.sum()
    by_chance = 1.959964 * 100 * np.sqrt(pooled * (1 - pooled) / (n * away**2).sum())
    half = max(by_chance, student.ppf(0.975, 3) * fitted.bse[1])
    assert last["trend_per_period"] == pytest.approx(fitted.params[1])
    assert last["trend_lower_95"] == pytest.approx(fitted.params[1] - half, rel=1e-6)
    assert last["trend_upper_95"] == pytest.approx(fitted.params[1] + half, rel=1e-6)
    assert (last["trend_period"], last["trend_not_told"]) == ("year", "")


def test_a_rate_changes_in_its_unit_and_per_cent() -> None:
    last = told(series(YEARS, [20, 22, 18, 25, 15], [3000, 3100, 3050, 3140, 3142], 1000), "infant-mortality").iloc[-1]
    assert last["change_unit"] == "per 1,000 births"
    assert last["change"] == pytest.approx((15 / 3142 - 25 / 3140) * 1000)
    assert last["change_per_cent"] == pytest.approx((15 / 3142 * 3140 / 25 - 1) * 100)
    assert last["change_lower_95"] < last["change"] < last["change_upper_95"]
    assert last["change_per_cent_lower_95"] < last["change_per_cent"] < last["change_per_cent_upper_95"]
    assert np.sign(last["change_upper_95"]) == np.sign(last["change_per_cent_upper_95"])


def test_quarters_run_by_quarters_and_rolling_years_by_years() -> None:
    codes = [f"{year}-{year - 1999}Q{quarter}" for year in (2023, 2024) for quarter in (1, 2, 3, 4)]
    above, below = [float(20 + at) for at in range(8)], [100.0] * 8
    quarters = told(series(codes, above, below, 100, "quarter"), "repeat-referrals")
    assert quarters["trend_per_period"].notna().tolist() == [False] * 4 + [True] * 4
    assert quarters["trend_per_period"].iloc[-1] == pytest.approx(1)
    assert quarters["change"].iloc[-1] == pytest.approx(4)
    assert set(quarters["trend_period"]) == {"quarter"}
    # Five rolling years a quarter apart share most of their events, and make no line.
    rolling = told(series(codes, above, below, 100, "rolling-year"), "repeat-referrals")
    assert set(rolling["trend_not_told"]) == {FEWER}
    assert set(rolling["trend_period"]) == {"year"}


def test_what_is_not_told_says_why() -> None:
    whole = series(YEARS, ABOVE, BELOW, 100)
    assert told(whole, "repeat-referrals")["change_not_told"].tolist() == [NO_YEAR_BEFORE, "", "", "", ""]
    assert told(whole, "repeat-referrals")["trend_not_told"].tolist() == [FEWER] * 4 + [""]
    gap = told(whole.drop(index=2), "repeat-referrals").iloc[-1]
    assert (gap["trend_not_told"], gap["change_not_told"]) == (FEWER, "")
    disputed = whole.assign(state=["value", "disputed", "value", "value", "value"])
    assert told(disputed, "repeat-referrals")["trend_not_told"].iloc[-1] == DISPUTED
    broken = told(whole.assign(measure_version=[1, 1, 1, 1, 2]), "repeat-referrals").iloc[-1]
    assert broken["change_not_told"] == "the definition changed between the two"
    assert broken["trend_not_told"] == "the definition changed within the last 5 periods"
    assert np.isnan(broken["change"])
    england = told(whole.assign(area="england"), "repeat-referrals").iloc[-1]
    assert england["change"] == pytest.approx(100 * (812 / 3874 - 870 / 3400))
    assert (england["change_not_told"], england["trend_not_told"]) == (WIDE_AREA, WIDE_AREA)


@pytest.mark.parametrize(
    ("measure", "why"),
    [
        ("children-in-need", "it is counted at a date, and limits of chance are for events"),
        ("days-from-placement-order-to-match", "it is a mean, and how far the values behind it spread is not known"),
        ("contacts", "it is a bare count, with nothing beneath it"),
    ],
)
def test_what_bears_no_interval_has_none(measure: str, why: str) -> None:
    last = told(series(YEARS, ABOVE, BELOW, 1), measure).iloc[-1]
    assert (last["change_not_told"], last["trend_not_told"]) == (why, why)
    assert last[["change_lower_95", "trend_per_period", "trend_lower_95"]].isna().all()
    assert np.isfinite(last["change"])


def test_a_line_needs_something_to_have_happened() -> None:
    never = told(series(YEARS, [0.0] * 5, BELOW, 1000), "infant-mortality").iloc[-1]
    assert never["trend_not_told"] == "none was counted in any of the last 5 periods"
    assert never["change"] == 0
    assert np.isfinite(never["change_upper_95"])


def test_no_figures_have_no_changes() -> None:
    assert tuple(told(series(YEARS, ABOVE, BELOW, 100).iloc[:0], "repeat-referrals").columns) == COLUMNS

"""Differences and trends against printed tables, other software, and what must always hold."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.api import WLS, add_constant
from statsmodels.stats.proportion import confint_proportions_2indep

from etl.transform.differences import (
    Difference,
    design_effect_of,
    design_effect_words,
    difference,
    limits_of,
    trend,
    unit_of_change,
)
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998, Interval, interval_of
from schema.catalogue import default_catalogue

CONFIDENCES = (CONFIDENCE_95, CONFIDENCE_998)

# Newcombe 1998, table II, method 10: the interval at 95 % of a/m − b/n.
NEWCOMBE_10 = {
    (56, 70, 48, 80): (0.0524, 0.3339),
    (9, 10, 3, 10): (0.1705, 0.8090),
    (6, 7, 2, 7): (0.0582, 0.8062),
    (5, 56, 0, 29): (-0.0381, 0.1926),
    (0, 10, 0, 20): (-0.1611, 0.2775),
    (0, 10, 0, 10): (-0.2775, 0.2775),
    (10, 10, 0, 20): (0.6791, 1.0000),
    (10, 10, 0, 10): (0.6075, 1.0000),
}

counts = st.integers(0, 100_000)
wholes = st.integers(1, 1_000_000)
confidences = st.sampled_from(CONFIDENCES)


@st.composite
def figures(draw: st.DrawFn, *, proportion: bool) -> tuple[int, int]:
    whole = draw(wholes)
    return draw(st.integers(0, whole) if proportion else counts), whole


def one(interval: Interval) -> tuple[float, float]:
    return float(interval.lower), float(interval.upper)


def between(a: tuple[int, int], b: tuple[int, int], proportion: bool, confidence: float = 0.95) -> Difference:
    return difference(*a, *b, proportion=proportion, confidence=confidence)


@pytest.mark.parametrize(("parts", "limits"), NEWCOMBE_10.items(), ids=str)
def test_differences_of_proportions_have_newcombes_printed_limits(
    parts: tuple[int, int, int, int], limits: tuple[float, float]
) -> None:
    assert one(difference(*parts, proportion=True).absolute_limits) == pytest.approx(limits, abs=0.00006)


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize("parts", [(56, 70, 48, 80), (812, 3874, 901, 3520), (1, 29, 0, 31), (343, 350, 420, 430)])
def test_differences_of_proportions_agree_with_statsmodels(parts: tuple[int, ...], confidence: float) -> None:
    theirs = confint_proportions_2indep(*parts, compare="diff", method="newcomb", alpha=1 - confidence)
    assert one(difference(*parts, proportion=True, confidence=confidence).absolute_limits) == pytest.approx(
        theirs, abs=1e-12
    )


def test_stokes_plan_starts_fell_in_rate_and_in_per_cent_with_each_its_own_unit() -> None:
    """436 among 62,520 children in the year to March 2025; 714 among 60,632 the year before."""
    found = difference(436, 62520, 714, 60632, proportion=False, per=10_000, confidence=CONFIDENCE_998)
    assert float(found.absolute) == pytest.approx(69.7377 - 117.7596, abs=0.0002)
    assert float(found.relative) == pytest.approx(-40.78, abs=0.01)
    assert found.absolute_limits.upper < 0
    assert found.relative_limits.upper < 0


def test_a_change_of_a_percentage_is_in_points_and_its_relative_change_in_per_cent() -> None:
    found = difference(30, 100, 20, 100, proportion=True, per=100)
    assert float(found.absolute) == pytest.approx(10)
    assert float(found.relative) == pytest.approx(50)
    measures = default_catalogue().measures
    assert unit_of_change(measures["repeat-referrals"]) == "percentage points"
    assert unit_of_change(measures["referrals"]) == measures["referrals"].unit


def test_a_change_from_none_has_no_percentage() -> None:
    found = difference(5, 100, 0, 100, proportion=True)
    assert np.isnan(found.relative)
    assert np.isnan([found.relative_limits.lower, found.relative_limits.upper]).all()
    assert np.isfinite(found.absolute_limits.lower)


def test_what_is_no_number_has_no_difference_and_raises_nothing() -> None:
    found = difference([np.nan, 5, 9, 3], [10, 0, 5, np.inf], 3, 10, proportion=True)
    assert np.isnan(np.array([found.absolute, *found.absolute_limits, found.relative, *found.relative_limits])).all()


@pytest.mark.parametrize("proportion", [True, False])
@given(data=st.data(), confidence=confidences)
def test_a_against_b_is_b_against_a_turned_round(proportion: bool, confidence: float, data: st.DataObject) -> None:
    a, b = data.draw(figures(proportion=proportion)), data.draw(figures(proportion=proportion))
    there, back = between(a, b, proportion, confidence), between(b, a, proportion, confidence)
    assert there.absolute == -back.absolute
    assert there.absolute_limits.lower == -back.absolute_limits.upper
    assert there.absolute_limits.upper == -back.absolute_limits.lower
    if a[0] and b[0]:
        ratio = 1 + there.relative_limits.lower / 100
        # A ratio near nought is a per cent near −100, and loses its last digits there.
        lost = 1e-15 / float(np.clip(ratio, 1e-15, 1))
        assert ratio * (1 + back.relative_limits.upper / 100) == pytest.approx(1, rel=max(1e-6, lost))


@pytest.mark.parametrize("proportion", [True, False])
@given(data=st.data(), confidence=confidences)
def test_the_interval_contains_the_difference_and_stays_within_bounds(
    proportion: bool, confidence: float, data: st.DataObject
) -> None:
    a, b = data.draw(figures(proportion=proportion)), data.draw(figures(proportion=proportion))
    found = between(a, b, proportion, confidence)
    assert found.absolute_limits.lower <= found.absolute <= found.absolute_limits.upper
    if proportion:
        assert found.absolute_limits.lower >= -1 - 1e-12
        assert found.absolute_limits.upper <= 1 + 1e-12
    if b[0]:
        assert -100 - 1e-9 <= found.relative_limits.lower <= found.relative <= found.relative_limits.upper


@pytest.mark.parametrize("proportion", [True, False])
@given(data=st.data(), confidence=confidences)
def test_difference_and_ratio_never_disagree(proportion: bool, confidence: float, data: st.DataObject) -> None:
    a, b = data.draw(figures(proportion=proportion)), data.draw(figures(proportion=proportion))
    assume(a[0] and b[0])
    found = between(a, b, proportion, confidence)
    scale = max(a[0] / a[1], b[0] / b[1])
    clear = abs(np.array(one(found.absolute_limits))) > 1e-9 * scale
    for absolute, relative, sure in zip(found.absolute_limits, found.relative_limits, clear, strict=True):
        assert not sure or np.sign(absolute) == np.sign(relative)


@pytest.mark.parametrize("proportion", [True, False])
@given(a=st.integers(10, 500), b=st.integers(10, 500), times=st.integers(2, 50))
def test_more_events_narrow_the_interval_and_leave_the_difference_alone(
    proportion: bool, a: int, b: int, times: int
) -> None:
    small = between((a, 1000), (b, 1000), proportion)
    large = between((a * times, 1000 * times), (b * times, 1000 * times), proportion)
    assert large.absolute == pytest.approx(float(small.absolute), abs=1e-12)
    assert np.subtract(*one(large.absolute_limits)[::-1]) < np.subtract(*one(small.absolute_limits)[::-1])


@pytest.mark.parametrize("proportion", [True, False])
@given(x=st.integers(0, 900), effect=st.floats(1.01, 10), confidence=confidences)
def test_a_design_effect_widens_both_ends(proportion: bool, x: int, effect: float, confidence: float) -> None:
    plain = limits_of(x, 900, proportion=proportion, confidence=confidence)
    wide = limits_of(x, 900, proportion=proportion, confidence=confidence, design_effect=effect)
    assert wide.upper - wide.lower > plain.upper - plain.lower
    assert wide.lower <= x / 900 + 1e-12
    assert wide.upper >= x / 900 - 1e-12


def test_without_a_design_effect_limits_are_those_that_the_figures_show() -> None:
    for proportion, kind in ((True, "proportion"), (False, "rate")):
        theirs = interval_of([0, 4, 812], 3874, 1, "proportion" if kind == "proportion" else "rate")
        np.testing.assert_array_equal(limits_of([0, 4, 812], 3874, proportion=proportion), theirs)


def test_families_make_a_design_effect_and_the_words_say_so() -> None:
    assert float(design_effect_of(436, 250)) == pytest.approx(1.744)
    assert float(design_effect_of(436, 250, 0.5)) == pytest.approx(1.372)
    assert np.isnan(design_effect_of([10, 10, np.nan], [0, 11, 5])).all()
    assert design_effect_words(1.0) == ""
    assert design_effect_words(1.744) == (
        "The interval is 1.32 times as wide as for single events, because children come in families "
        "(design effect 1.74)."
    )
    with pytest.raises(ValueError, match="1 or more"):
        limits_of(1, 2, proportion=True, design_effect=0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        design_effect_of(2, 1, 1.5)


# -------------------------------------------------------------------------------------------------------- trends


def test_armitages_trend_is_that_of_a_printed_example() -> None:
    """Alcohol and malformations, Agresti, Categorical data analysis, 3.4.5: z² = 6.57."""
    found = trend([48, 38, 5, 1, 1], [17114, 14502, 793, 127, 38], proportion=True, times=[0, 0.5, 1.5, 4, 7])
    p, n = 93 / 32574, np.array([17114, 14502, 793, 127, 38])
    t = np.array([0, 0.5, 1.5, 4, 7])
    spread = (n * (t - (n * t).sum() / n.sum()) ** 2).sum()
    assert float(found.slope) ** 2 * spread / (p * (1 - p)) == pytest.approx(6.57, abs=0.005)


@pytest.mark.parametrize("proportion", [True, False])
def test_scattered_years_have_the_limits_of_weighted_least_squares(proportion: bool) -> None:
    x, n = np.array([500, 900, 650, 1200, 800]), np.array([3000, 3100, 3050, 3200, 3300])
    theirs = WLS(x / n, add_constant(np.arange(5)), weights=n).fit()
    found = trend(x, n, proportion=proportion, per=100)
    assert float(found.slope) == pytest.approx(theirs.params[1] * 100)
    assert one(found.limits) == pytest.approx(theirs.conf_int()[1] * 100)
    assert found.scatter > 1


def test_years_on_a_line_keep_the_limits_of_chance() -> None:
    n = np.full(5, 1000)
    found = trend([100, 110, 120, 130, 140], n, proportion=False, per=1000)
    half = 1.959964 * np.sqrt(0.12 / (1000 * 10)) * 1000
    assert float(found.slope) == pytest.approx(10)
    assert one(found.limits) == pytest.approx((10 - half, 10 + half))
    assert float(found.relative) == pytest.approx(10 / 120 * 100)


def test_trends_of_many_areas_come_in_one_pass_and_a_gap_has_none() -> None:
    x = np.array([[10, 20, 30, 40, 50], [5, np.nan, 5, 5, 5], [0, 0, 0, 0, 0], [50, 40, 30, 20, 10]])
    found = trend(x, np.full((4, 5), 100.0), proportion=[True, True, True, False], per=100)
    np.testing.assert_allclose(found.slope, [10, np.nan, np.nan, -10], atol=1e-12)
    assert np.isnan(found.limits.lower[1:3]).all()
    with pytest.raises(ValueError, match="at least 3"):
        trend([1, 2], [3, 4], proportion=True)


@given(x=st.lists(st.integers(1, 900), min_size=5, max_size=5), times=st.integers(2, 100), effect=st.floats(1, 5))
def test_a_trend_contains_its_slope_turns_with_time_and_does_not_mind_scale(
    x: list[int], times: int, effect: float
) -> None:
    found = trend(x, [1000] * 5, proportion=True, design_effect=effect)
    back = trend(x[::-1], [1000] * 5, proportion=True, design_effect=effect)
    assert found.limits.lower <= found.slope <= found.limits.upper
    assert float(back.slope) == pytest.approx(-float(found.slope), abs=1e-12)
    assert float(back.limits.lower) == pytest.approx(-float(found.limits.upper), abs=1e-12)
    large = trend(np.array(x) * times, [1000 * times] * 5, proportion=True, design_effect=effect)
    assert float(large.slope) == pytest.approx(float(found.slope), abs=1e-12)

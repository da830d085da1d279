"""Intervals against printed tables, the limits that Fingertips publishes, other software, and what must always hold."""

import math
import subprocess
import sys
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from etl.transform.intervals import (
    BYAR_FROM,
    CONFIDENCE_95,
    CONFIDENCE_998,
    Interval,
    _byar,
    interval_of,
    poisson_limits,
    wilson,
)
from tests.conftest import ROOT

Kind = Literal["proportion", "rate"]

CONFIDENCES = (CONFIDENCE_95, CONFIDENCE_998)
LARGEST = 10_000_000

# The exact limits at 95 %, as tables of the Poisson distribution print them.
GARWOOD_95 = {
    0: (0.000, 3.689),
    1: (0.025, 5.572),
    2: (0.242, 7.225),
    3: (0.619, 8.767),
    4: (1.090, 10.242),
    5: (1.623, 11.668),
    6: (2.202, 13.059),
    7: (2.814, 14.423),
    8: (3.454, 15.763),
    9: (4.115, 17.085),
}

# Newcombe 1998, table I, method 3; and a share of plans as this dashboard shows it.
WILSON_95 = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0000, 0.1611),
    (1, 29): (0.0061, 0.1718),
    (29, 29): (0.8830, 1.0000),
    (812, 3874): (0.1971, 0.2227),
}

# Fingertips, indicator 90284 (admissions for injuries, per 10,000 children): count, denominator, 95 %, 99.8 %.
# Rutland's ten admissions are where Byar's takes over.
FINGERTIPS = {
    "Rutland 2017/18": (10, 2977, (16.08146, 61.77850), (9.79617, 81.26881)),
    "Rutland 2020/21": (10, 3245, (14.75331, 56.67630), (8.98711, 74.55693)),
    "Richmond upon Thames 2013/14": (135, 18238, (62.06115, 87.61370), (55.87633, 95.90984)),
    "Ealing 2022/23": (410, 66940, (55.46286, 67.47442), (52.32396, 71.18581)),
    "North East 2016/17": (6450, 437672, (143.79583, 151.01185), (141.76512, 153.12966)),
    "England 2020/21": (77273, 9880230, (77.65924, 78.76313), (77.34316, 79.08306)),
}

confidences = st.sampled_from(CONFIDENCES)
counts = st.integers(0, LARGEST)


@st.composite
def parts_of(draw: st.DrawFn) -> tuple[int, int]:
    """A part and the whole that it is of."""
    whole = draw(st.integers(1, LARGEST))
    return draw(st.integers(0, whole)), whole


def every(interval: Interval) -> list[tuple[float, float]]:
    return [(float(lower), float(upper)) for lower, upper in zip(*interval, strict=True)]


def one(interval: Interval) -> tuple[float, float]:
    return float(interval.lower), float(interval.upper)


def width(interval: Interval) -> float:
    return float(interval.upper - interval.lower)


# ------------------------------------------------------------------------------------------- reference values


def test_wilson_gives_the_printed_limits() -> None:
    numerator, denominator = np.array(list(WILSON_95)).T
    np.testing.assert_allclose(every(wilson(numerator, denominator)), list(WILSON_95.values()), atol=0.00005)


def test_a_share_of_plans_reads_as_it_will_on_the_page() -> None:
    assert [f"{limit:.1f}" for limit in one(interval_of(812, 3874, 100, "proportion"))] == ["19.7", "22.3"]


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize("denominator", [1, 7, 29, 3874, LARGEST])
def test_none_reaches_exactly_0_and_all_exactly_1(denominator: int, confidence: float) -> None:
    none, everyone = every(wilson([0, denominator], denominator, confidence))
    assert none[0] == 0
    assert everyone[1] == 1
    assert 0 < none[1] < 1
    assert everyone[0] == pytest.approx(1 - none[1])


def test_small_counts_have_the_tabulated_exact_limits() -> None:
    np.testing.assert_allclose(every(poisson_limits(list(GARWOOD_95))), list(GARWOOD_95.values()), atol=0.0005)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_no_events_have_the_lower_limit_0_and_an_upper_limit_known_in_closed_form(confidence: float) -> None:
    lower, upper = one(poisson_limits(0, confidence))
    assert lower == 0
    assert upper == pytest.approx(-math.log((1 - confidence) / 2))


@pytest.mark.parametrize(
    ("count", "limits"),
    [(1, (0.013, 5.564)), (5, (1.611, 11.668)), (10, (4.787, 18.391))],
)
def test_byars_formula_gives_its_reference_values(count: int, limits: tuple[float, float]) -> None:
    assert one(_byar(np.array(float(count)), 0.025)) == pytest.approx(limits, abs=0.0005)


@pytest.mark.parametrize(("count", "denominator", "at_95", "at_998"), FINGERTIPS.values(), ids=list(FINGERTIPS))
def test_rates_have_the_limits_that_fingertips_publishes(
    count: int, denominator: int, at_95: tuple[float, float], at_998: tuple[float, float]
) -> None:
    assert one(interval_of(count, denominator, 10_000, "rate")) == pytest.approx(at_95, abs=0.00001)
    assert one(interval_of(count, denominator, 10_000, "rate", CONFIDENCE_998)) == pytest.approx(at_998, abs=0.00001)


# ----------------------------------------------------------------------------------------------- other software


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_wilson_agrees_with_statsmodels(confidence: float) -> None:
    denominator = np.repeat([1, 2, 5, 10, 29, 151, 3874, 1_000_000], 5)
    numerator = np.floor(denominator * np.tile([0, 0.03, 0.21, 0.5, 1], 8))
    theirs = proportion_confint(numerator, denominator, alpha=1 - confidence, method="wilson")
    np.testing.assert_allclose(wilson(numerator, denominator, confidence), theirs, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_small_counts_agree_with_the_chi_square_quantiles(confidence: float) -> None:
    count = np.arange(1, BYAR_FROM)
    tail = (1 - confidence) / 2
    theirs = chi2.ppf(tail, 2 * count) / 2, chi2.ppf(1 - tail, 2 * count + 2) / 2
    np.testing.assert_allclose(poisson_limits(count, confidence), theirs, rtol=1e-9)


@pytest.mark.parametrize("confidence", CONFIDENCES)
@pytest.mark.parametrize("count", range(1, BYAR_FROM))
def test_exact_limits_leave_half_the_rest_at_each_end(count: int, confidence: float) -> None:
    """What makes them exact, from the Poisson probabilities themselves."""

    def at_most(most: int, mean: float) -> float:
        return math.fsum(math.exp(-mean) * mean**events / math.factorial(events) for events in range(most + 1))

    lower, upper = one(poisson_limits(count, confidence))
    assert 1 - at_most(count - 1, lower) == pytest.approx((1 - confidence) / 2)
    assert at_most(count, upper) == pytest.approx((1 - confidence) / 2)


# --------------------------------------------------------------------------------------------------- the cut at 10


def test_byars_takes_over_at_ten() -> None:
    nine, ten = every(poisson_limits([9, 10]))
    assert nine == pytest.approx((4.11537, 17.08480), abs=0.00001)  # Byar's would be 4.10689 to 17.08578
    assert ten == pytest.approx((4.78745, 18.39146), abs=0.00001)  # the exact limits are 4.79539 to 18.39036


@pytest.mark.parametrize(("confidence", "apart"), [(CONFIDENCE_95, 0.002), (CONFIDENCE_998, 0.015)])
def test_from_ten_on_byars_lies_close_to_the_exact_limits(confidence: float, apart: float) -> None:
    count = np.arange(BYAR_FROM, 2000)
    tail = (1 - confidence) / 2
    exact = chi2.ppf(tail, 2 * count) / 2, chi2.ppf(1 - tail, 2 * count + 2) / 2
    np.testing.assert_allclose(poisson_limits(count, confidence), exact, rtol=apart)


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_limits_rise_with_the_count_across_the_cut(confidence: float) -> None:
    lower, upper = poisson_limits(np.arange(100), confidence)
    assert (np.diff(lower) > 0).all()
    assert (np.diff(upper) > 0).all()


# --------------------------------------------------------------------------------------------- what always holds


@given(parts_of(), confidences)
def test_wilson_contains_the_proportion_and_stays_within_bounds(part: tuple[int, int], confidence: float) -> None:
    numerator, denominator = part
    lower, upper = one(wilson(numerator, denominator, confidence))
    assert 0 <= lower <= numerator / denominator <= upper <= 1
    assert lower < upper


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_rounding_carries_no_limit_past_0_or_1(confidence: float) -> None:
    """Slivers of a whole, such as sums of full-time equivalents leave behind."""
    sliver = 10.0 ** -np.arange(1, 25)
    for whole in (10.0, 1e7, 1e12):
        lower, upper = wilson(np.concatenate([sliver, whole - sliver]), whole, confidence)
        assert lower.min() >= 0
        assert upper.max() <= 1


@given(counts, confidences)
def test_poisson_limits_contain_the_count_and_are_not_negative(count: int, confidence: float) -> None:
    lower, upper = one(poisson_limits(count, confidence))
    assert 0 <= lower <= count < upper


@given(parts_of(), confidences)
def test_wilson_is_the_same_seen_from_either_side(part: tuple[int, int], confidence: float) -> None:
    numerator, denominator = part
    lower, upper = one(wilson(denominator - numerator, denominator, confidence))
    assert one(wilson(numerator, denominator, confidence)) == pytest.approx((1 - upper, 1 - lower), abs=1e-12)


@given(parts_of(), st.integers(2, 100), st.sampled_from(["proportion", "rate"]), confidences)
def test_more_counts_at_the_same_proportion_narrow_the_interval(
    part: tuple[int, int], times: int, kind: Kind, confidence: float
) -> None:
    numerator, denominator = part
    few = interval_of(numerator, denominator, 100, kind, confidence)
    many = interval_of(numerator * times, denominator * times, 100, kind, confidence)
    assert width(many) < width(few)


@given(parts_of(), st.sampled_from(["proportion", "rate"]))
def test_more_confidence_widens_the_interval(part: tuple[int, int], kind: Kind) -> None:
    inner = interval_of(*part, 100, kind, CONFIDENCE_95)
    outer = interval_of(*part, 100, kind, CONFIDENCE_998)
    assert outer.lower <= inner.lower
    assert outer.upper >= inner.upper
    assert width(outer) > width(inner)


@given(parts_of(), st.sampled_from([1, 100, 10_000, 100_000]), confidences)
def test_an_interval_is_in_the_unit_of_its_figure(part: tuple[int, int], per: int, confidence: float) -> None:
    numerator, denominator = part
    proportion = one(wilson(numerator, denominator, confidence))
    events = one(poisson_limits(numerator, confidence))
    assert one(interval_of(numerator, denominator, per, "proportion", confidence)) == pytest.approx(
        tuple(limit * per for limit in proportion)
    )
    assert one(interval_of(numerator, denominator, per, "rate", confidence)) == pytest.approx(
        tuple(limit / denominator * per for limit in events)
    )


# ---------------------------------------------------------------------------------- no interval, shapes, arguments


@pytest.mark.parametrize(
    ("numerator", "denominator"),
    [
        (math.nan, 10),
        (3, math.nan),
        (math.nan, math.nan),
        (0, 0),
        (3, 0),
        (-1, 10),
        (3, -10),
        (3, math.inf),
        (math.inf, 10),
        (math.inf, math.inf),
    ],
)
@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_where_there_is_no_interval_both_limits_are_nan(numerator: float, denominator: float, kind: Kind) -> None:
    assert np.isnan(interval_of(numerator, denominator, 100, kind)).all()


def test_more_than_the_whole_is_no_proportion_but_may_be_a_rate() -> None:
    assert np.isnan(wilson(11, 10)).all()
    assert np.isnan(interval_of(11, 10, 100, "proportion")).all()
    lower, upper = one(interval_of(11, 10, 100, "rate"))
    assert lower < 110 < upper


@pytest.mark.parametrize("count", [math.nan, -1, -0.5, math.inf, -math.inf])
def test_what_is_no_count_has_no_limits(count: float) -> None:
    assert np.isnan(poisson_limits(count)).all()


def test_a_hole_leaves_its_neighbours_alone() -> None:
    numerator, denominator = np.array([3, np.nan, 12, 5]), np.array([10, 10, 40, 0])
    for kind in ("proportion", "rate"):
        lower, upper = interval_of(numerator, denominator, 100, kind)
        assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [False, True, False, True]
        assert (lower[2], upper[2]) == one(interval_of(12, 40, 100, kind))


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_arguments_broadcast_and_are_left_as_they_were(kind: Kind) -> None:
    numerator, denominator = np.array([[0.0], [9.0], [10.0]]), np.array([20, 30])
    before = numerator.copy(), denominator.copy()
    lower, upper = interval_of(numerator, denominator, 100, kind)
    assert lower.shape == upper.shape == (3, 2)
    assert lower.dtype == upper.dtype == np.float64
    assert (lower[2, 1], upper[2, 1]) == one(interval_of(10, 30, 100, kind))
    np.testing.assert_array_equal(numerator, before[0])
    np.testing.assert_array_equal(denominator, before[1])
    assert interval_of(np.array([]), np.array([]), 100, kind).lower.shape == (0,)


def test_full_time_equivalents_lie_between_the_whole_numbers_about_them() -> None:
    for count in (8, 9, 10):
        below, between, above = every(poisson_limits([count, count + 0.5, count + 1]))
        assert below < between < above
        assert below[1] < between[1] < above[1]


@pytest.mark.parametrize("confidence", [0, 1, 95, 99.8, -0.5, math.nan])
def test_a_confidence_in_per_cent_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(3, 10, confidence)
    with pytest.raises(ValueError, match="between 0 and 1"):
        poisson_limits(3, confidence)


def test_intervals_do_without_the_slow_statistics_package() -> None:
    program = "import sys, etl.transform.intervals; print('scipy.stats' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"

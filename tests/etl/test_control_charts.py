"""Control charts against printed worked examples, a slow reading of the rules, and what must always hold."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.publications import extract_publication
from etl.transform.control_charts import (
    ControlCharts,
    control_charts,
)
from etl.transform.control_limits import FEWEST, Limits, share_limits, xmr_limits
from etl.transform.control_rules import signals
from etl.transform.control_terms import Assurance, Event, Rebase, Refusal, Variation
from etl.transform.cube import FloatArray
from schema.catalogue import default_catalogue
from schema.errors import WrongUseError
from schema.measures import Polarity
from schema.periods import Basis, month, quarter

NAN = math.nan

# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2: flow rate of ten batches, limits x̄ ± 3 MR̄/1.128.
FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]

# Montgomery, "Introduction to statistical quality control", 2nd edition, 1991, p. 242: the viscosity of a primer, as
# R's package qcc (luca-scr/qcc) has it in the example of its chart of individuals.
VISCOSITY = [33.75, 33.05, 34, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20, 33.62, 33.00, 33.54, 33.12, 33.84]

# NIST/SEMATECH e-Handbook, 6.3.3.2: chips out of register on 30 wafers of 50 chips each.
WAFERS = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
]  # fmt: skip

# Pyzdek and Keller, "The handbook for quality management", 2nd edition, 2013, table 9.6: bruised peaches in crates of
# 250, of which a sample has one or two.
BRUISED = [
    47, 42, 55, 51, 46, 61, 39, 44, 41, 51, 88, 101, 101, 40, 48, 47, 50, 48, 57, 45, 43, 105, 98, 100, 96,
]  # fmt: skip
PEACHES = [500 if sample in (11, 12, 13, 22, 23, 24, 25) else 250 for sample in range(1, 26)]

# Montgomery, 2nd edition, 1991, pp. 183-184: flaws in rolls of dyed cloth, and how many times 50 square metres a roll
# has, as qcc's data set "dyedcloth" has them.
FLAWS = [14, 12, 20, 11, 7, 10, 21, 16, 19, 23]
CLOTH = [10, 8, 13, 10, 9.5, 10, 12, 10.5, 12, 12.5]

# The values that NHSRplotthedots (NHS-R Community) holds its own limits against: R's set.seed(123); rnorm(20).
NHS = [
    -0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621, -1.26506123, -0.68685285,
    -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272, -0.55584113, 1.78691314, 0.49785048, -1.96661716,
    0.70135590, -0.47279141,
]  # fmt: skip


def one_row(values: Any) -> FloatArray:
    return np.atleast_2d(np.asarray(values, dtype=float))


def whole(values: Any) -> Any:
    """One segment throughout."""
    return np.zeros(one_row(values).shape, dtype=np.intp)


def ends(limits: Limits) -> tuple[float, float, float]:
    centre, spread = float(limits.centre[0, 0]), float(limits.spread[0, 0])
    return centre - spread, centre, centre + spread


def frame(values: Any, **columns: Any) -> pd.DataFrame:
    """Months from April 2020 on, of one area."""
    values = list(values)
    codes = [month(2020 + (3 + at) // 12, (3 + at) % 12 + 1).code for at in range(len(values))]
    return pd.DataFrame({"area": "stoke", "period": codes, "value": values, **columns})


def charted(values: Any, **given_: Any) -> ControlCharts:
    found = control_charts(frame(values), Basis.MONTH, "count", **given_)
    assert isinstance(found, ControlCharts)
    return found


def found_in(values: Any, centre: float = 0.0, spread: float = 30.0, segment: Any = None) -> Any:
    x = one_row(values)
    segment = whole(values) if segment is None else np.atleast_2d(np.asarray(segment))
    return signals(x, np.full(x.shape, centre), np.full(x.shape, spread), segment)


# ------------------------------------------------------------------------------------------- reference values


def test_flow_rates_of_the_nist_handbook() -> None:
    lower, centre, upper = ends(xmr_limits(one_row(FLOW_RATE), whole(FLOW_RATE)))
    assert centre == pytest.approx(50.81)
    # The handbook divides by 1.128 where rule 10 has the rounded 2.66: four figures agree.
    assert (upper - centre) / 2.66 == pytest.approx(1.8778, abs=0.00005)
    assert lower == pytest.approx(45.8159, abs=0.001)
    assert upper == pytest.approx(55.8041, abs=0.001)


def test_viscosity_in_montgomery() -> None:
    """The limits that qcc's own port is held against: 3 sigma, where sigma is the mean moving range ÷ 1.128."""
    lower, centre, upper = ends(xmr_limits(one_row(VISCOSITY), whole(VISCOSITY)))
    assert centre == pytest.approx(33.52333, abs=0.000005)
    assert (upper - centre) / 2.66 / 1.128 == pytest.approx(0.4261651, abs=0.0001)
    assert (lower, upper) == pytest.approx((32.24484, 34.80183), abs=0.0005)


@pytest.mark.parametrize(
    ("fifteenth", "screen", "expected"),
    [
        (-0.55584113, True, (-3.01138, 0.1416238, 3.294627)),
        (10.0, True, (-2.383666, 0.6694159, 3.722497)),
        (10.0, False, (-4.596625, 0.6694159, 5.935457)),
    ],
)
def test_the_limits_that_the_nhs_package_is_held_against(
    fifteenth: float, screen: bool, expected: tuple[float, float, float]
) -> None:
    values = [*NHS[:14], fifteenth, *NHS[15:]]
    assert ends(xmr_limits(one_row(values), whole(values), screen=screen)) == pytest.approx(expected, abs=1e-6)


def test_wafers_of_the_nist_handbook() -> None:
    n = np.full((1, 30), 50.0)
    limits = share_limits(one_row(WAFERS), n, whole(WAFERS), "proportion", over_dispersed=False)
    assert ends(limits) == pytest.approx((0.0524, 0.2313, 0.4102), abs=0.00005)


def test_peaches_of_moving_number_in_pyzdek() -> None:
    """The book prints the counts and their totals, 1544 of 8000; the limits are its formula worked by hand."""
    limits = share_limits(one_row(BRUISED), one_row(PEACHES), whole(PEACHES), "proportion", over_dispersed=False)
    assert (sum(BRUISED), sum(PEACHES)) == (1544, 8000)
    assert limits.centre[0, 0] == pytest.approx(0.193)
    lower = dict(zip(PEACHES, (limits.centre - limits.spread)[0], strict=True))
    upper = dict(zip(PEACHES, (limits.centre + limits.spread)[0], strict=True))
    assert lower == pytest.approx({250: 0.118, 500: 0.140}, abs=0.0005)
    assert upper == pytest.approx({250: 0.268, 500: 0.246}, abs=0.0005)
    found = signals(one_row(BRUISED) / one_row(PEACHES), limits.centre, limits.spread, whole(PEACHES))
    assert not found.outside.any()


def test_rolls_of_cloth_in_montgomery() -> None:
    limits = share_limits(one_row(FLAWS), one_row(CLOTH), whole(FLAWS), "rate", over_dispersed=False)
    assert limits.centre[0, 0] == pytest.approx(153 / 107.5)
    np.testing.assert_allclose((limits.centre + limits.spread)[0, :3], [2.55, 2.68, 2.41], atol=0.01)
    np.testing.assert_allclose((limits.centre - limits.spread)[0, :3], [0.29, 0.16, 0.43], atol=0.01)


# --------------------------------------------------------------------------------------- Laney's p’ and u’


def test_with_a_steady_denominator_p_prime_is_the_chart_of_individuals() -> None:
    """As Laney 2002 says it must be; 3/1.128 is printed as 2.66."""
    x = one_row([310, 120, 420, 260, 380, 150, 330, 400, 220, 290, 180, 350, 270, 410])
    n = np.full(x.shape, 5000.0)
    prime = share_limits(x, n, whole(x), "proportion")
    plain = share_limits(x, n, whole(x), "proportion", over_dispersed=False)
    individuals = xmr_limits(x / n, whole(x))
    assert prime.inflation[0, 0] > 3
    np.testing.assert_allclose(prime.spread / individuals.spread, 3 / 1.128 / 2.66)
    np.testing.assert_allclose(prime.spread, plain.spread * prime.inflation)


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_sigma_z_agrees_with_the_formula_read_slowly(kind: Any) -> None:
    random = np.random.default_rng(4)
    n = random.integers(3000, 9000, 24).astype(float)
    x = np.round(n * random.uniform(0.1, 0.2, 24))
    mean = x.sum() / n.sum()
    deviation = [math.sqrt(mean * (1 - mean) / size if kind == "proportion" else mean / size) for size in n]
    z = [(a / size - mean) / s for a, size, s in zip(x, n, deviation, strict=True)]
    sigma_z = sum(abs(b - a) for a, b in itertools.pairwise(z)) / 23 / 1.128
    limits = share_limits(one_row(x), one_row(n), whole(x), kind)
    assert sigma_z > 1
    np.testing.assert_allclose(limits.spread[0], [3 * s * sigma_z for s in deviation])


def test_less_dispersed_than_chance_keeps_the_limits_of_chance() -> None:
    x = one_row([10, 11] * 10)
    n = np.full(x.shape, 100.0)
    prime = share_limits(x, n, whole(x), "proportion")
    assert prime.inflation.tolist() == np.ones(x.shape).tolist()
    np.testing.assert_array_equal(prime.spread, share_limits(x, n, whole(x), "proportion", over_dispersed=False).spread)


# --------------------------------------------------------------------------------------------- the four rules


def test_a_point_on_the_limit_is_inside() -> None:
    found = found_in([0, 30, 30.01, -30, -30.01])
    assert found.outside.tolist() == [[0, 0, 1, 0, -1]]


def test_six_on_one_side_are_nothing_and_seven_are_a_run() -> None:
    assert not found_in([1] * 6 + [-1]).one_side.any()
    assert found_in([-1, *[1, 2] * 3, 1, -1]).one_side.tolist() == [[0, *[1] * 7, 0]]
    assert found_in([-1] * 9).one_side.tolist() == [[-1] * 9]


def test_a_point_on_the_mean_is_on_neither_side() -> None:
    assert not found_in([1, 1, 1, 0, 1, 1, 1, 1]).one_side.any()


def test_seven_rising_are_six_steps_and_level_ones_break_them() -> None:
    assert not found_in([1, 2, 3, 4, 5, 6]).trend.any()
    assert found_in([2, 1, 2, 3, 4, 5, 6, 7, 3]).trend.tolist() == [[0, *[1] * 7, 0]]
    assert found_in([7, 6, 5, 4, 3, 2, 1, 0]).trend.tolist() == [[-1] * 8]
    assert not found_in([1, 2, 3, 3, 4, 5, 6, 7]).trend.any()


def test_two_of_three_beyond_two_sigma_on_the_same_side() -> None:
    assert found_in([0, 21, 0, 22, 0]).two_of_three.tolist() == [[0, 1, 0, 1, 0]]
    assert found_in([0, 21, 22, 0]).two_of_three.tolist() == [[0, 1, 1, 0]]
    assert found_in([0, 31, 0, 22, 0]).two_of_three.tolist() == [[0, 1, 0, 1, 0]], "beyond three is beyond two"
    assert not found_in([21, 0, 0, 21]).two_of_three.any()
    assert not found_in([0, 21, -21, 0]).two_of_three.any()
    assert not found_in([0, 20, 20, 0]).two_of_three.any(), "at two sigma is not beyond it"


@pytest.mark.parametrize("at", [0, 3, 6])
def test_a_missing_period_breaks_every_run(at: int) -> None:
    side, rising = [1.0] * 7, [1.0, 2, 3, 4, 5, 6, 7]
    side.insert(at, NAN)
    rising.insert(at, NAN)
    assert found_in(side).one_side.any() == (at == 0)
    assert found_in(rising).trend.any() == (at == 0)
    assert not found_in([0, 21, NAN, 21, 0]).two_of_three.any()


def test_no_run_reaches_over_a_new_baseline() -> None:
    segment = [0] * 4 + [1] * 4
    assert not found_in([1] * 8, segment=segment).one_side.any()
    assert not found_in(range(8), centre=-1, segment=segment).trend.any()
    assert not found_in([0, 0, 0, 21, 21, 0, 0, 0], segment=segment).two_of_three.any()


def test_the_direction_is_that_of_the_level_before_that_of_the_trend() -> None:
    found = found_in([35, 34, 33, 32, 31, 30, 29])
    assert found.direction.tolist() == [[1] * 7]
    assert found_in([-3, -2, -1, 0, 1, 2, 3]).direction.tolist() == [[1] * 7]


# --------------------------------------------------------------------------------------------- the whole chart


STEADY = [50, 53, 49, 52, 51, 48, 54, 50, 52, 49, 51, 53, 50]


def test_what_overlaps_or_carries_over_is_refused_with_its_reason() -> None:
    figures = frame(STEADY)
    assert control_charts(figures, Basis.ROLLING_YEAR, "count") is Refusal.OVERLAPS
    assert control_charts(figures, Basis.YTD, "count") is Refusal.OVERLAPS
    assert control_charts(figures, Basis.AT_DATE, "count") is Refusal.STOCK
    assert control_charts(figures, Basis.MONTH, "count", stock=True) is Refusal.STOCK
    assert control_charts(figures, Basis.YEAR, "count") is Refusal.NOT_QUARTERS_OR_MONTHS
    assert control_charts(figures, Basis.QUARTER, "count") is Refusal.NOT_QUARTERS_OR_MONTHS, "months are no quarters"
    assert control_charts(figures.iloc[:0], Basis.MONTH, "count") is Refusal.NO_VALUES
    assert control_charts(frame([NAN] * 20), Basis.MONTH, "count") is Refusal.NO_VALUES
    assert all(refusal.words.endswith(".") for refusal in Refusal)


def test_under_13_points_the_limits_are_on_trial() -> None:
    assert charted(STEADY[:12]).trial.all()
    assert "Trial limits" in charted(STEADY[:12]).rule("stoke")
    assert not charted(STEADY).trial.any()
    assert "Trial" not in charted(STEADY).rule("stoke")


def test_under_five_points_there_are_no_limits() -> None:
    few = charted(STEADY[: FEWEST - 1])
    assert np.isnan(few.centre).all()
    assert np.isnan(few.upper).all()
    assert set(few.variation(Polarity.HIGHER)[0]) == {Variation.NO_LIMITS}
    assert few.assurance(40, Polarity.HIGHER).tolist() == [Assurance.NO_LIMITS]
    assert "No limits" in few.rule("stoke")
    assert not np.isnan(charted(STEADY[:FEWEST]).upper).any()


def test_a_month_without_a_row_is_a_gap_that_no_moving_range_crosses() -> None:
    values = [10.0, 20, 10, 20, NAN, 90, 80, 90, 80]
    given_ = control_charts(frame(values), Basis.MONTH, "count", floor=None)
    dropped = control_charts(frame(values).drop(index=4), Basis.MONTH, "count", floor=None)
    assert isinstance(given_, ControlCharts)
    assert isinstance(dropped, ControlCharts)
    assert [p.code for p in dropped.periods] == [p.code for p in given_.periods], "the calendar is filled in"
    assert dropped.centre[0, 0] == pytest.approx(50)
    assert dropped.upper[0, 0] == pytest.approx(50 + 2.66 * 10), "not the 70 between 20 and 90"
    assert dropped.variation(Polarity.HIGHER)[0, 4] == Variation.MISSING


def test_the_lower_limit_of_a_count_is_never_below_0() -> None:
    values = [0, 4, 1, 6, 0, 3, 5, 1, 0, 2, 7, 1, 0]
    chart = charted(values)
    assert chart.lower[0].tolist() == [0.0] * 13
    assert chart.floored[0].all()
    assert "below 0" in chart.rule("stoke")
    assert not (chart.signals.outside < 0).any()
    assert charted(values, floor=None).lower[0, 0] < 0


def test_a_share_never_passes_100() -> None:
    figures = frame([99.0] * 13, numerator=[98, 99, 100, 97, 99, 100, 98, 99, 97, 100, 99, 98, 99], denominator=100)
    chart = control_charts(figures, Basis.MONTH, "proportion", per=100)
    assert isinstance(chart, ControlCharts)
    assert chart.upper.max() == 100
    assert chart.value[0, 0] == 98, "what is charted is what the limits are of"


def test_a_proportion_that_is_none_is_left_out_and_marked() -> None:
    numerator = [10.0, 12, 9, 11, 30, 8, 10, 12, 9, 11]
    denominator = [20.0, 22, 21, 19, 20, 0, 20, 22, 21, 19]
    chart = control_charts(
        frame([NAN] * 10, numerator=numerator, denominator=denominator), Basis.MONTH, "proportion", per=100
    )
    assert isinstance(chart, ControlCharts)
    assert chart.left_out[0].tolist() == [False] * 4 + [True, True] + [False] * 4
    assert np.isnan(chart.value[0, 4:6]).all()


def test_nothing_signals_where_nothing_varies() -> None:
    for level in (0.0, 0.1, 7.0, 1e9 / 7):
        for kind in ("count", "rate"):
            figures = frame([level] * 30, numerator=level, denominator=3.0)
            chart = control_charts(figures, Basis.MONTH, kind)
            assert isinstance(chart, ControlCharts)
            assert set(chart.variation(Polarity.LOWER)[0]) == {Variation.COMMON}


@pytest.mark.parametrize(
    ("polarity", "high", "low"),
    [
        (Polarity.HIGHER, Variation.IMPROVEMENT, Variation.CONCERN),
        (Polarity.LOWER, Variation.CONCERN, Variation.IMPROVEMENT),
        (Polarity.JUDGEMENT, Variation.NEITHER, Variation.NEITHER),
    ],
)
def test_polarity_turns_high_and_low_into_better_and_worse(polarity: Polarity, high: Variation, low: Variation) -> None:
    variation = charted([*STEADY, 90, *STEADY, 10]).variation(polarity)[0]
    assert (variation[13], variation[-1]) == (high, low)
    assert variation[0] == Variation.COMMON


def test_limits_against_a_target_as_the_nhs_reads_them() -> None:
    chart = charted(STEADY)
    low, high, middle = chart.lower[0, -1] - 1, chart.upper[0, -1] + 1, 51.0
    read = {
        (polarity, target): chart.assurance(target, polarity)[0]
        for polarity in Polarity
        for target in (low, middle, high)
    }
    assert read == {
        (Polarity.HIGHER, low): Assurance.MET,
        (Polarity.HIGHER, middle): Assurance.HIT_AND_MISS,
        (Polarity.HIGHER, high): Assurance.NOT_MET,
        (Polarity.LOWER, low): Assurance.NOT_MET,
        (Polarity.LOWER, middle): Assurance.HIT_AND_MISS,
        (Polarity.LOWER, high): Assurance.MET,
        (Polarity.JUDGEMENT, low): Assurance.NOT_ASKED,
        (Polarity.JUDGEMENT, middle): Assurance.NOT_ASKED,
        (Polarity.JUDGEMENT, high): Assurance.NOT_ASKED,
    }
    assert chart.assurance(None, Polarity.HIGHER).tolist() == [Assurance.NOT_ASKED]


def test_the_newest_baseline_answers_for_the_target() -> None:
    values = [*STEADY, *(value + 40 for value in STEADY)]
    rebase = Rebase(month(2021, 5), "The front door moved to one team", "A. Manager")
    assert charted(values).assurance(70, Polarity.HIGHER)[0] == Assurance.HIT_AND_MISS
    assert charted(values, rebases=[rebase]).assurance(70, Polarity.HIGHER)[0] == Assurance.MET


def test_a_new_baseline_has_limits_of_its_own() -> None:
    values = [*STEADY, *(value + 40 for value in STEADY)]
    rebase = Rebase(month(2021, 5), "The front door moved to one team", "A. Manager")
    chart = charted(values, rebases=[rebase])
    assert chart.segment[0].tolist() == [0] * 13 + [1] * 13
    assert chart.centre[0, 13] - chart.centre[0, 12] == pytest.approx(40)
    np.testing.assert_allclose((chart.upper - chart.centre)[0], (chart.upper - chart.centre)[0, 0])
    assert set(chart.variation(Polarity.HIGHER)[0]) == {Variation.COMMON}
    assert chart.rebases_of("stoke") == (rebase,)
    assert "from May 2021" in chart.rule("stoke")


def test_a_new_baseline_is_for_its_own_area_and_its_own_time() -> None:
    both = pd.concat([frame(STEADY), frame(STEADY).assign(area="walsall")])
    rebases = [
        Rebase(month(2020, 9), "A new system", "A. Manager", area="walsall"),
        Rebase(month(2019, 4), "Before the chart begins", "A. Manager"),
        Rebase(month(2020, 4), "As the chart begins", "A. Manager"),
        Rebase(month(2030, 4), "After it ends", "A. Manager"),
    ]
    chart = control_charts(both, Basis.MONTH, "count", rebases=rebases)
    assert isinstance(chart, ControlCharts)
    assert chart.segment.tolist() == [[0] * 13, [0] * 5 + [1] * 8]
    assert chart.rebases_of("stoke") == ()


@pytest.mark.parametrize(("reason", "who"), [("", "A. Manager"), ("A new system", " ")])
def test_a_new_baseline_needs_a_person_and_a_reason(reason: str, who: str) -> None:
    with pytest.raises(WrongUseError, match="new baseline"):
        Rebase(month(2020, 9), reason, who)


def test_events_are_passed_through() -> None:
    event = Event(month(2020, 9).start, "A new recording system", "system")
    assert charted(STEADY, events=[event]).events == (event,)


def test_quarters_run_over_the_turn_of_the_year() -> None:
    codes = [quarter(2021 + at // 4, at % 4 + 1).code for at in range(14)]
    figures = pd.DataFrame({"area": "stoke", "period": codes, "value": [*STEADY, 51]})
    chart = control_charts(figures.sample(frac=1, random_state=1), Basis.QUARTER, "count")
    assert isinstance(chart, ControlCharts)
    assert [p.code for p in chart.periods] == codes
    assert chart.value[0].tolist() == [*STEADY, 51]
    assert "quarters" in chart.rule("stoke")


def test_a_period_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        control_charts(pd.concat([frame(STEADY), frame(STEADY)]), Basis.MONTH, "count")


def test_what_a_value_is_and_whether_a_target_is_met_are_the_terms_themselves() -> None:
    """Not the bare strings that numpy makes of them when it may."""
    chart = charted([*STEADY, 90, NAN])
    assert {type(v) for v in chart.variation(Polarity.HIGHER)[0]} == {Variation}
    assert {type(v) for target in (None, 10, 51) for v in chart.assurance(target, Polarity.HIGHER)} == {Assurance}


def test_what_is_newest_is_the_last_value_of_each_area() -> None:
    both = pd.concat([frame([*STEADY, 90]), frame([*STEADY, NAN]).assign(area="walsall")])
    chart = control_charts(both, Basis.MONTH, "count")
    assert isinstance(chart, ControlCharts)
    assert chart.newest.tolist() == [13, 12]
    assert chart.newest_of(chart.variation(Polarity.LOWER)).tolist() == [Variation.CONCERN, Variation.COMMON]


def test_screening_keeps_limits_that_it_would_otherwise_flatten() -> None:
    """One jump among level months: without it the mean moving range would be 0, and every month out."""
    chart = charted([5.0] * 29 + [9.0], screen=True)
    assert "leaving out changes over 3.267 times their mean" in chart.rule("stoke")
    assert (chart.upper - chart.centre)[0, 0] > 0
    assert np.flatnonzero(chart.signals.outside[0]).tolist() == [29]


# ----------------------------------------------------------------------------------------- what always holds

whole_numbers = st.integers(0, 1000)
series = st.lists(whole_numbers, min_size=FEWEST, max_size=60)
with_gaps = st.lists(st.one_of(st.just(NAN), whole_numbers.map(float)), min_size=1, max_size=60)


@given(series, st.integers(-1000, 1000))
def test_limits_move_with_the_data(values: list[int], shift: int) -> None:
    here, there = (xmr_limits(one_row(v), whole(v)) for v in (values, [v + shift for v in values]))
    np.testing.assert_allclose(there.centre, here.centre + shift, atol=1e-8)
    np.testing.assert_allclose(there.spread, here.spread, atol=1e-8)


@given(series, st.sampled_from([0.25, 0.5, 2.0, 8.0, 1024.0]))
def test_limits_grow_with_the_data_and_signals_stay(values: list[int], scale: float) -> None:
    x, segment = one_row(values), whole(values)
    here, there = xmr_limits(x, segment), xmr_limits(x * scale, segment)
    np.testing.assert_allclose(there.centre, here.centre * scale)
    np.testing.assert_allclose(there.spread, here.spread * scale)
    for a, b in zip(
        signals(x, here.centre, here.spread, segment),
        signals(x * scale, there.centre, there.spread, segment),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


@given(with_gaps)
def test_the_rules_are_the_same_upside_down(values: list[float]) -> None:
    x, segment = one_row(values), whole(values)
    limits, mirrored = xmr_limits(x, segment), xmr_limits(-x, segment)
    here = signals(x, limits.centre, limits.spread, segment)
    there = signals(-x, mirrored.centre, mirrored.spread, segment)
    for a, b in zip((*here, here.direction), (*there, there.direction), strict=True):
        np.testing.assert_array_equal(a, -b)


@given(st.lists(st.sampled_from([-25.0, -1.0, 0.0, 1.0, 25.0, 40.0, NAN]), min_size=1, max_size=40), st.data())
def test_every_rule_agrees_with_its_slow_reading(values: list[float], data: st.DataObject) -> None:
    """Read one point at a time, with the words of the rules."""
    cut = data.draw(st.integers(0, len(values)))
    segment = [0] * cut + [1] * (len(values) - cut)
    found = found_in(values, segment=segment)
    stretches: list[list[int]] = [[]]
    for at, value in enumerate(values):
        if math.isnan(value) or at == cut:
            stretches.append([])
        if not math.isnan(value):
            stretches[-1].append(at)
    side, trend, near = ([0] * len(values) for _ in range(3))
    for stretch in stretches:
        for places in (stretch[i : i + 7] for i in range(len(stretch) - 6)):
            seven = [values[at] for at in places]
            for sign in (1, -1):
                if all(sign * value > 0 for value in seven):
                    for at in places:
                        side[at] = sign
                if all(sign * (b - a) > 0 for a, b in itertools.pairwise(seven)):
                    for at in places:
                        trend[at] = sign
        for places in (stretch[i : i + 3] for i in range(len(stretch) - 2)):
            for sign in (1, -1):
                beyond = [at for at in places if sign * values[at] > 20]
                if len(beyond) >= 2:
                    for at in beyond:
                        near[at] = sign
    assert found.one_side[0].tolist() == side
    assert found.trend[0].tolist() == trend
    assert found.two_of_three[0].tolist() == near


@given(st.integers(1, 6), st.integers(7, 20), st.booleans())
def test_a_run_of_seven_or_more_is_found_from_end_to_end(before: int, length: int, above: bool) -> None:
    sign = 1 if above else -1
    alternating = [sign * (-1) ** (before - at) for at in range(before)]
    values = [*alternating, *[sign] * length, -sign]
    expected = [0] * before + [sign] * length + [0]
    assert found_in(values).one_side[0].tolist() == expected
    assert not found_in([*alternating, *[sign] * 6, -sign]).one_side.any()


@given(with_gaps, with_gaps)
def test_an_area_is_charted_alone_as_it_is_among_others(first: list[float], second: list[float]) -> None:
    length = max(len(first), len(second))
    padded = [[*values, *[NAN] * (length - len(values))] for values in (first, second)]
    together = xmr_limits(np.array(padded), np.zeros((2, length), dtype=np.intp))
    for row, values in enumerate(padded):
        alone = xmr_limits(one_row(values), whole(values))
        for a, b in zip(alone, together, strict=True):
            np.testing.assert_array_equal(a[0], b[row])


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60)), min_size=1, max_size=40))
def test_no_counts_break_a_chart_of_shares(pairs: list[tuple[int, int]]) -> None:
    numerator, denominator = zip(*pairs, strict=True)
    figures = frame([NAN] * len(pairs), numerator=numerator, denominator=denominator)
    for kind in ("proportion", "rate"):
        chart = control_charts(figures, Basis.MONTH, kind, per=100)
        if isinstance(chart, Refusal):
            continue
        known = np.isfinite(chart.upper)
        assert (chart.lower[known] >= 0).all()
        assert (chart.lower[known] <= chart.centre[known]).all()
        assert (chart.centre[known] <= chart.upper[known]).all()
        if kind == "proportion":
            assert (chart.upper[known] <= 100).all()


# ------------------------------------------------------------------------------------------- the published months


def test_twelve_years_of_monthly_referrals_chart_for_every_authority(published_files: Path) -> None:
    catalogue = default_catalogue()
    path = published_files / "cin_2024_release" / "c6_children_in_need_referrals_by_month_2013_to_2024.csv"
    values = extract_publication(path, catalogue).values
    chart = control_charts(values, Basis.MONTH, "count")
    assert isinstance(chart, ControlCharts)
    assert len(chart.periods) == 144
    assert chart.periods[0].code == "2012M04"
    assert chart.periods[-1].code == "2024M03"
    assert len([area for area in chart.areas if catalogue.areas.by_id[area].ranked]) >= 150
    with_limits: Any = np.isfinite(chart.upper).any(axis=1)
    assert with_limits.sum() >= 150
    for at, area in enumerate(chart.areas):
        assert chart.rule(area), area
        assert ("No limits" in chart.rule(area)) == (not with_limits[at]), area
    # Stoke-on-Trent by hand: mean and moving ranges of the column itself.
    own = values[values["area"] == "stoke-on-trent"].sort_values("period")["value"].to_numpy(dtype=float)
    row = chart.areas.index("stoke-on-trent")
    np.testing.assert_array_equal(chart.value[row], own)
    if not np.isnan(own).any():
        assert chart.centre[row, 0] == pytest.approx(own.mean())
        assert chart.upper[row, 0] == pytest.approx(own.mean() + 2.66 * np.abs(np.diff(own)).mean())

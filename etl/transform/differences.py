"""Says how far two figures lie apart, and how a figure has moved over several periods, each with its interval.

Design, rules 8 and 9. Both kinds of difference are made by one method, the square-and-add rule that recovers a variance
from each figure's own limits (MOVER), on the limits that the figures already show (Wilson's; Byar's or exact Poisson):

- Newcombe RG, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
  Stat Med 1998; 17: 873-890. Method 10, for proportions.
- Zou GY and Donner A, "Construction of confidence limits about effect measures: a general approach", Stat Med 2008;
  27: 1693-1702. The same for any two estimates, so for rates.
- Donner A and Zou GY, "Closed-form confidence intervals for functions of the normal mean and standard deviation",
  Stat Methods Med Res 2012; 21: 347-359. The ratio of two estimates.
- Armitage P, "Tests for linear trends in proportions and frequencies", Biometrics 1955; 11: 375-386.
- McCullagh P and Nelder JA, "Generalized linear models", 2nd edition, 1989, 4.5: more scatter than chance allows.
- Kish L, "Survey sampling", 1965, 5.4 and 8.2: the design effect.

The difference and the ratio are the same quadratic in another guise, so they never disagree: the interval of the
difference leaves out 0 exactly where that of the relative change does. A against B is B against A with its signs
turned, to the last bit. Every function is elementwise and broadcasts; NaN in is NaN out, and nothing warns.

A difference is for figures made of different events. Two readings of one stock are largely the same children, and their
difference has no such interval.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from etl.transform.cube import FloatArray
from etl.transform.intervals import CONFIDENCE_95, Interval, poisson_limits, wilson
from etl.transform.reasons import fits
from schema.measures import Measure

PERCENTAGE_POINTS = "percentage points"
PER_CENT = "per cent"

TREND_PERIODS = 5
"""Over how many periods a trend is read."""
_FEWEST_PERIODS = 3


@dataclass(frozen=True)
class Difference:
    """One figure less another, elementwise; NaN where there is none.

    `absolute` and its limits are in the figures' own unit, which for a percentage is *percentage points*
    (`unit_of_change`). `relative` and its limits are the change as *per cent* of the second figure, and NaN where that
    is 0. `confidence` and `design_effect` say what the limits rest on.
    """

    absolute: FloatArray
    absolute_limits: Interval
    relative: FloatArray
    relative_limits: Interval
    confidence: float
    design_effect: FloatArray


@dataclass(frozen=True)
class Trend:
    """The slope of a straight line through a figure's periods, elementwise over all axes but the last.

    `slope` and its limits are in the figure's own unit a period (percentage points for a percentage); `relative` is the
    slope as per cent a period of the pooled figure. `scatter` is χ² about the line over its degrees of freedom: about 1
    where nothing but chance moves the figure off the line, and the limits are widened where it is more.
    """

    slope: FloatArray
    limits: Interval
    relative: FloatArray
    scatter: FloatArray
    confidence: float
    design_effect: FloatArray


def unit_of_change(measure: Measure) -> str:
    """The unit of `Difference.absolute`: a change of a percentage is never itself called per cent."""
    return PERCENTAGE_POINTS if measure.is_percentage else measure.unit


def design_effect_of(events: npt.ArrayLike, families: npt.ArrayLike, correlation: float = 1.0) -> FloatArray:
    """How many times larger a variance is because events come in families: 1 + (mean family − 1) × correlation.

    Kish 1965, 5.4, for families of about one size. At the default, siblings always share the event and a family is one
    event, which is the most that families can do. NaN where either number is NaN, there are no families, or more
    families than events. Raises ValueError where the correlation is not between 0 and 1.
    """
    if not 0 <= correlation <= 1:
        raise ValueError(f"the correlation within families lies between 0 and 1; this is {correlation}")
    x, m = np.broadcast_arrays(np.asarray(events, dtype=float), np.asarray(families, dtype=float))
    known = (m > 0) & (x >= m) & np.isfinite(x)
    mean = np.divide(x, m, out=np.full(x.shape, np.nan), where=known)
    return np.asarray(1 + (mean - 1) * correlation)


def design_effect_words(design_effect: float, because: str = "children come in families") -> str:
    """What stands beside an interval that a design effect has widened; empty where none has. `because` is a clause."""
    if not design_effect > 1:
        return ""
    return (
        f"The interval is {np.sqrt(design_effect):.2f} times as wide as for single events, because {because} "
        f"(design effect {design_effect:.2f})."
    )


def limits_of(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
    confidence: float = CONFIDENCE_95,
    design_effect: npt.ArrayLike = 1.0,
) -> Interval:
    """The interval of each figure, over 1: Wilson's where `proportion`, else the Poisson limits of a rate.

    A design effect leaves the figure alone and divides its counts, so that the limits are those of the smaller number
    of independent events that they are worth (the effective sample size, Kish 1965, 8.2). Raises ValueError where a
    design effect is below 1.
    """
    effect = _effect(design_effect)
    x, n = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    share = np.asarray(proportion, dtype=bool)
    ok = fits(x, n, share)
    x, n = np.where(ok, x, np.nan) / effect, np.where(ok, n, np.nan) / effect
    shares, counts = wilson(x, n, confidence), poisson_limits(x, confidence)
    return Interval(
        np.where(share, shares.lower, counts.lower / n),
        np.where(share, shares.upper, counts.upper / n),
    )


def difference(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    other_numerator: npt.ArrayLike,
    other_denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
    per: npt.ArrayLike = 1.0,
    confidence: float = CONFIDENCE_95,
    design_effect: npt.ArrayLike = 1.0,
) -> Difference:
    """The first figure less the second, where each is numerator ÷ denominator × `per`.

        lower = a − b − √((a − l_a)² + (u_b − b)²)        upper = a − b + √((u_a − a)² + (b − l_b)²)

    NaN where either figure has no interval. Raises ValueError where a design effect is below 1.
    """
    x, n, y, m = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (numerator, denominator, other_numerator, other_denominator))
    )
    effect, unit = _effect(design_effect), np.asarray(per, dtype=float)
    first = limits_of(x, n, proportion=proportion, confidence=confidence, design_effect=effect)
    second = limits_of(y, m, proportion=proportion, confidence=confidence, design_effect=effect)
    both = np.isfinite(first.lower) & np.isfinite(second.lower)
    a, b = _quotient(x, n, both), _quotient(y, m, both)
    apart: FloatArray = (a - b) * unit
    below = np.hypot(a - first.lower, second.upper - b) * unit
    above = np.hypot(first.upper - a, b - second.lower) * unit
    ratio, limits = _ratio(a, first, b, second)
    return Difference(
        absolute=apart,
        absolute_limits=Interval(apart - below, apart + above),
        relative=(ratio - 1) * 100,
        relative_limits=Interval((limits.lower - 1) * 100, (limits.upper - 1) * 100),
        confidence=confidence,
        design_effect=np.broadcast_to(effect, apart.shape),
    )


def trend(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
    per: npt.ArrayLike = 1.0,
    times: npt.ArrayLike | None = None,
    confidence: float = CONFIDENCE_95,
    design_effect: npt.ArrayLike = 1.0,
) -> Trend:
    """The slope over the periods of the last axis, 3 or more; `times` are 0, 1, 2 … where nothing else is given.

    Least squares weighted by the denominators, with Armitage's variance p(1 − p) ÷ Σ n(t − t̄)², or for rates the
    Poisson one, p ÷ Σ n(t − t̄)². Counts of whole authorities are so large that years scatter more than that allows:
    then the limits are Student's on the scatter that there is, and the wider of the two is given. `proportion`, `per`
    and `design_effect` broadcast against the leading axes. NaN where a period has no figure or nothing ever happened:
    a trend over a gap, or over a broken series, is not asked of this function.
    """
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    periods = x.shape[-1]
    if periods < _FEWEST_PERIODS:
        raise ValueError(f"a trend needs at least {_FEWEST_PERIODS} periods; there are {periods}")
    t = np.arange(periods, dtype=float) if times is None else np.asarray(times, dtype=float)
    share = np.asarray(proportion, dtype=bool)
    effect, unit = _effect(design_effect), np.asarray(per, dtype=float)
    whole = fits(x, n, share[..., None]).all(axis=-1, keepdims=True)
    x, n = np.where(whole, x, np.nan), np.where(whole, n, np.nan)
    events, people = x.sum(axis=-1), n.sum(axis=-1)
    level = events / people
    centre = (n * t).sum(axis=-1) / people
    away = t - centre[..., None]
    spread = (n * away**2).sum(axis=-1)
    y = x / n
    slope = (n * away * (y - level[..., None])).sum(axis=-1) / spread
    unit_variance = np.where(share, level * (1 - level), level) * effect
    residual = y - level[..., None] - slope[..., None] * away
    squares = (n * residual**2).sum(axis=-1)
    some = unit_variance > 0
    scatter = np.divide(
        squares, unit_variance * (periods - 2), out=np.full(squares.shape, np.nan), where=some & np.isfinite(squares)
    )
    tail = (1 - confidence) / 2
    by_chance = -ndtri(tail) * np.sqrt(unit_variance / spread)
    by_scatter = -stdtrit(periods - 2, tail) * np.sqrt(squares / (periods - 2) / spread)
    half = np.where(some, np.maximum(by_chance, by_scatter), np.nan) * unit
    slope = np.where(some, slope, np.nan)
    relative = np.divide(slope, level, out=np.full(slope.shape, np.nan), where=some) * 100
    return Trend(
        slope=slope * unit,
        limits=Interval(slope * unit - half, slope * unit + half),
        relative=relative,
        scatter=scatter,
        confidence=confidence,
        design_effect=np.broadcast_to(effect, half.shape),
    )


def _effect(design_effect: npt.ArrayLike) -> FloatArray:
    effect = np.asarray(design_effect, dtype=float)
    if (effect < 1).any():
        raise ValueError(f"a design effect is 1 or more, for it only ever widens; this is {np.nanmin(effect)}")
    return effect


def _quotient(x: FloatArray, n: FloatArray, where: npt.NDArray[np.bool_]) -> FloatArray:
    return np.asarray(np.divide(x, n, out=np.full(np.broadcast(x, where).shape, np.nan), where=where))


def _ratio(a: FloatArray, first: Interval, b: FloatArray, second: Interval) -> tuple[FloatArray, Interval]:
    """a ÷ b and its limits by MOVER, NaN where b is 0.

    With p(l, a) = l(2a − l), lower = p(l_a, a) ÷ (ab + √((ab)² − p(l_a, a) p(u_b, b))), which is Donner and Zou's limit
    multiplied out so that it divides by nothing that may be 0, and
    upper = (ab + √((ab)² − p(u_a, a) p(l_b, b))) ÷ p(l_b, b).
    """
    ok = b > 0
    nothing = np.full(np.shape(ok), np.nan)
    below_a, above_a = first.lower * (2 * a - first.lower), first.upper * (2 * a - first.upper)
    below_b, above_b = second.lower * (2 * b - second.lower), second.upper * (2 * b - second.upper)
    product = a * b
    ratio = np.divide(a, b, out=nothing.copy(), where=ok)
    # A square root of a hair below 0 is rounding: both terms are then equal.
    low_root = np.sqrt(np.maximum(product**2 - below_a * above_b, 0))
    lower = np.divide(below_a, product + low_root, out=np.where(ok, 0.0, np.nan), where=ok & (a > 0))
    high_root = np.sqrt(np.maximum(product**2 - above_a * below_b, 0))
    upper = np.divide(product + high_root, below_b, out=nothing.copy(), where=ok & (below_b > 0))
    # Limits that meet the estimate may cross it by a hair.
    return ratio, Interval(np.minimum(lower, ratio), np.maximum(upper, ratio))

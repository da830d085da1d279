"""Puts intervals about figures: Wilson's for proportions, Byar's or exact Poisson limits for counts and rates.

Design, rule 9. The methods, and the count of 10 at which Byar's takes over, are those of the Office for Health
Improvement and Disparities (before it Public Health England), so that our limits agree with what Fingertips prints:

- Wilson EB, "Probable inference, the law of succession, and statistical inference", J Am Stat Assoc 1927; 22: 209-212.
- Byar's approximation: Breslow NE and Day NE, "Statistical methods in cancer research", volume II, IARC 1987.
- Garwood F, "Fiducial limits for the Poisson distribution", Biometrika 1936; 28: 437-442.
- "Technical guide: confidence intervals", Public Health England 2018.

Every function is elementwise: its arguments broadcast against each other, and both limits come back as float arrays of
the common shape. Where there can be no interval both limits are NaN; no number raises and none warns.

Whether the numbers are counts is the caller's matter. Full-time equivalents, rounded counts and weighted sums are
carried through the formulas as if they were counts, and the interval then means less than it seems to. So is whether
events are independent: where siblings come together, the true interval is wider (design, rule 8).
"""

from typing import Literal, NamedTuple, assert_never

import numpy as np
import numpy.typing as npt
from scipy.special import gammainccinv, gammaincinv, ndtri

from etl.transform.cube import FloatArray

CONFIDENCE_95 = 0.95
"""A figure outside this interval is possibly different."""
CONFIDENCE_998 = 0.998
"""A figure outside this interval earns attention."""

BYAR_FROM = 10
"""The count from which Byar's approximation stands in for the exact limits."""


class Interval(NamedTuple):
    """The two limits, in the unit that the function says, elementwise. Both are NaN or neither is."""

    lower: FloatArray
    upper: FloatArray


def wilson(numerator: npt.ArrayLike, denominator: npt.ArrayLike, confidence: float = CONFIDENCE_95) -> Interval:
    """Wilson's score interval (1927, no continuity correction) for numerator ÷ denominator, as proportions 0 to 1.

        (x + z²/2 ± z √(x (n − x)/n + z²/4)) ÷ (n + z²)

    None of n has the lower limit 0 and all of n the upper limit 1, exactly. NaN where either number is NaN, the
    denominator is 0 or infinite, or the numerator is below 0 or above the denominator: that is not a proportion.
    """
    z = -ndtri(_tail(confidence))
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    proportion = (x >= 0) & (x <= n) & (n > 0) & np.isfinite(n)
    x, n = np.where(proportion, x, np.nan), np.where(proportion, n, np.nan)
    centre = x + z**2 / 2
    half = z * np.sqrt(x * ((n - x) / n) + z**2 / 4)
    # At the ends the limits are known; elsewhere rounding may carry them past 0 or 1 by a hair.
    lower = np.where(x == 0, 0.0, np.clip((centre - half) / (n + z**2), 0, 1))
    upper = np.where(x == n, 1.0, np.clip((centre + half) / (n + z**2), 0, 1))
    return Interval(lower, upper)


def poisson_limits(count: npt.ArrayLike, confidence: float = CONFIDENCE_95) -> Interval:
    """Limits of the count that might have been expected where `count` events were seen, in events.

    Exact below 10 (Garwood 1936) and Byar's approximation from 10 on (Breslow and Day 1987), which at 95 % lies within
    0.2 % of the exact limits. No events have the lower limit 0, exactly. NaN where the count is NaN, negative or
    infinite.
    """
    tail = _tail(confidence)
    x = np.asarray(count, dtype=float)
    is_exact = (x >= 0) & (x < BYAR_FROM)
    exact = _garwood(np.where(is_exact, x, np.nan), tail)
    byar = _byar(np.where((x >= BYAR_FROM) & np.isfinite(x), x, np.nan), tail)
    return Interval(np.where(is_exact, exact.lower, byar.lower), np.where(is_exact, exact.upper, byar.upper))


def interval_of(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    per: float,
    kind: Literal["proportion", "rate"],
    confidence: float = CONFIDENCE_95,
) -> Interval:
    """The interval of numerator ÷ denominator × per, in the figure's own unit: per cent where `per` is 100.

    In a "proportion" the numerator is part of the denominator: Wilson's interval, NaN wherever `wilson` is, and so
    where the numerator exceeds the denominator. A "rate" sets events against a number of people taken as known: the
    Poisson limits of the numerator, NaN wherever `poisson_limits` is and where the denominator is NaN, 0, negative or
    infinite. Whole numbers are the caller's matter: a numerator of full-time equivalents is not refused.
    """
    match kind:
        case "proportion":
            lower, upper = wilson(numerator, denominator, confidence)
            return Interval(lower * per, upper * per)
        case "rate":
            lower, upper = poisson_limits(numerator, confidence)
            n = np.asarray(denominator, dtype=float)
            n = np.where((n > 0) & np.isfinite(n), n, np.nan)
            return Interval(lower / n * per, upper / n * per)
        case _:
            assert_never(kind)


def _tail(confidence: float) -> float:
    """The probability left outside at each end."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, as 0.95 does; this is {confidence}")
    return (1 - confidence) / 2


def _garwood(x: FloatArray, tail: float) -> Interval:
    """The means under which x or more, and x or fewer, have the probability `tail`.

    χ²(tail, 2x)/2 and χ²(1 − tail, 2x + 2)/2, since half a χ² on 2a degrees of freedom is a gamma variate of shape a.
    """
    return Interval(np.where(x == 0, 0.0, gammaincinv(x, tail)), gammainccinv(x + 1, tail))


def _byar(x: FloatArray, tail: float) -> Interval:
    """x (1 − 1/(9x) − z/(3√x))³ below; above, x + 1 for x and + for the second −. For x above 0."""
    z = -ndtri(tail)
    above = x + 1
    return Interval(
        x * (1 - 1 / (9 * x) - z / (3 * np.sqrt(x))) ** 3,
        above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3,
    )

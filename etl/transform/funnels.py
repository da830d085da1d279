"""Puts funnels about the average of all authorities: the plain limits, and those that allow for over-dispersion.

Design, rule 8. With tens of thousands of children beneath a figure nearly every authority "differs from England":
authorities differ for more reasons than chance. The plain limits know only chance. The over-dispersed ones also know
how far authorities lie apart in the ordinary way, and leave out only those that lie unusually far.

- Spiegelhalter DJ, "Funnel plots for comparing institutional performance", Stat Med 2005; 24: 1185-1202.
- Spiegelhalter DJ, "Handling over-dispersion of performance indicators", Qual Saf Health Care 2005; 14: 347-351: the
  additive and the multiplicative model, and winsorised z-scores, so that the unusual do not widen their own limits.
- Paule RC and Mandel J, "Consensus values and weighting factors", J Res Natl Bur Stand 1982; 87: 377-385: the estimate
  of τ² that brings the scatter down to what chance allows. DerSimonian R and Laird N, Control Clin Trials 1986; 7:
  177-188, take one step towards it, which is how the NHS makes its summary mortality indicator.
- Huber PJ, "Robust estimation of a location parameter", Ann Math Stat 1964; 35: 73-101, proposal 2: winsorising at
  fixed points, and dividing by what it leaves of a normal distribution.

The model is additive: an authority's own underlying figure lies about the average with a standard deviation τ, on the
scale on which chance has the same size everywhere (√rate, arcsin √proportion). A multiplicative one lets the limits go
on narrowing with size, and so calls the large unusual and the small hardly ever. `phi` reports it.

Arrays have the authorities on their last axis and anything before it (measures, periods). Values and limits are over 1:
the caller multiplies by a measure's `per`. NaN in is NaN out; no number raises and none warns.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, pdtrik

from etl.transform.cube import FloatArray
from etl.transform.intervals import BYAR_FROM, CONFIDENCE_95, CONFIDENCE_998, Interval
from etl.transform.reasons import fits

FEWEST_AUTHORITIES = 20
"""Fewer than this, and their spread is not known well enough to call any of them unusual."""

WINSORISED = 0.1
"""The part of each end that is drawn in (Spiegelhalter 2005; NHS Digital does the same)."""

_CUT = float(-ndtri(WINSORISED))
# What is left of a standard normal variance when both its ends are drawn in to ±_CUT: 0.679.
_DENSITY = float(np.exp(-(_CUT**2) / 2) / np.sqrt(2 * np.pi))
_LEFT = (1 - 2 * WINSORISED) - 2 * _CUT * _DENSITY + 2 * WINSORISED * _CUT**2

_HALVINGS = 45


@dataclass(frozen=True)
class Dispersion:
    """How far authorities lie apart beyond chance, of the shape of the leading axes.

    `tau2` is the variance between them on the stabilised scale (0 where chance explains everything); `phi` how many
    times larger than chance their winsorised scatter is in the multiplicative model, 1 or more; `authorities` how many
    had counts. Both are NaN with fewer than 20.
    """

    tau2: FloatArray
    phi: FloatArray
    authorities: npt.NDArray[np.int_]


@dataclass(frozen=True)
class Funnel:
    """Every authority against the average. Limits, `centre` and `value` are over 1, of the arguments' common shape.

    `plain_95` and `plain_998` know chance alone, `at_95` and `at_998` over-dispersion too and are never the narrower.
    `z` and `plain_z` are how many standard deviations a figure lies from the average with and without it, on the
    stabilised scale: they order authorities, while the limits decide. `level` and `plain_level` are as `levels` gives.
    """

    value: FloatArray
    centre: FloatArray
    dispersion: Dispersion
    plain_95: Interval
    plain_998: Interval
    at_95: Interval
    at_998: Interval
    plain_z: FloatArray
    z: FloatArray
    plain_level: FloatArray
    level: FloatArray


def funnel(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
    centre: npt.ArrayLike | None = None,
    design_effect: npt.ArrayLike = 1.0,
) -> Funnel:
    """Funnels of all authorities, one for each place on the leading axes.

    `proportion` and `centre` (England's value over 1) are of the leading axes' shape, or broadcast to it. Without a
    centre, or where it is NaN, it is the pooled average of the authorities that have counts. `design_effect` widens the
    plain limits only: children of one family are part of what the over-dispersion already measures.
    """
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    share = np.broadcast_to(np.asarray(proportion, dtype=bool), x.shape[:-1])[..., None]
    ok = fits(x, n, share)
    x, n = np.where(ok, x, np.nan), np.where(ok, n, np.nan)
    value = x / n
    middle = _pooled(x, n)
    if centre is not None:
        given = np.broadcast_to(np.asarray(centre, dtype=float), middle.shape[:-1])[..., None]
        middle = np.where(np.isnan(given), middle, given)
    spread = dispersion(x, n, proportion=share[..., 0], centre=middle[..., 0])
    tau2 = spread.tau2[..., None]
    n_plain = n / np.asarray(design_effect, dtype=float)
    plain_95, plain_998 = (
        plain_limits(middle, n_plain, proportion=share, confidence=level) for level in (CONFIDENCE_95, CONFIDENCE_998)
    )
    at_95, at_998 = (
        over_dispersed_limits(middle, n, tau2, proportion=share, confidence=level, plain=plain)
        for level, plain in ((CONFIDENCE_95, plain_95), (CONFIDENCE_998, plain_998))
    )
    away = stabilised(value, share) - stabilised(middle, share)
    return Funnel(
        value=value,
        centre=middle[..., 0],
        dispersion=spread,
        plain_95=plain_95,
        plain_998=plain_998,
        at_95=at_95,
        at_998=at_998,
        plain_z=away / np.sqrt(1 / (4 * n_plain)),
        z=away / np.sqrt(1 / (4 * n) + tau2),
        plain_level=levels(value, plain_95, plain_998),
        level=levels(value, at_95, at_998),
    )


def change_levels(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    before_numerator: npt.ArrayLike,
    before_denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
) -> FloatArray:
    """How unusual each authority's change is among the changes of all: a level as `levels` gives, of the arrays' shape.

    The interval of a difference says whether a figure changed, and nearly all large ones do. This says whether it
    changed as authorities ordinarily do from one year to the next: the same additive model, on the difference of the
    two stabilised values, about the change of all authorities together. NaN where either year has no counts, and with
    fewer than 20 authorities that have both.
    """
    spread = change_spread(numerator, denominator, before_numerator, before_denominator, proportion=proportion)
    return levels_of_change(
        numerator,
        denominator,
        before_numerator,
        before_denominator,
        proportion=np.asarray(proportion, dtype=bool)[..., None],
        ordinary=spread.ordinary[..., None],
        tau2=spread.tau2[..., None],
    )


@dataclass(frozen=True)
class ChangeSpread:
    """How authorities ordinarily change, of the shape of the leading axes, on the stabilised scale.

    `ordinary` is the change of all of them together and `tau2` the variance between their own changes beyond chance;
    both NaN with fewer than 20 authorities that have both years.
    """

    ordinary: FloatArray
    tau2: FloatArray


def change_spread(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    before_numerator: npt.ArrayLike,
    before_denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
) -> ChangeSpread:
    """How the authorities on the last axis ordinarily change from one year to the next (see `change_levels`)."""
    x, n, y, m = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (numerator, denominator, before_numerator, before_denominator))
    )
    share = np.broadcast_to(np.asarray(proportion, dtype=bool), x.shape[:-1])[..., None]
    ok = fits(x, n, share) & fits(y, m, share)
    x, n, y, m = (np.where(ok, a, np.nan) for a in (x, n, y, m))
    ordinary = stabilised(_pooled(x, n), share) - stabilised(_pooled(y, m), share)
    away = stabilised(x / n, share) - stabilised(y / m, share) - ordinary
    chance = 1 / (4 * n) + 1 / (4 * m)
    k = ok.sum(axis=-1)
    tau2 = tau_squared(np.where(ok, away**2, 0.0), np.where(ok, chance, 1.0), _LEFT * (k - 1), cut=_CUT)
    enough = k >= FEWEST_AUTHORITIES
    return ChangeSpread(np.where(enough, ordinary[..., 0], np.nan), np.where(enough, tau2, np.nan))


def levels_of_change(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    before_numerator: npt.ArrayLike,
    before_denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
    ordinary: npt.ArrayLike,
    tau2: npt.ArrayLike,
) -> FloatArray:
    """How unusual a change is where authorities ordinarily change so (`ChangeSpread`), elementwise: as `levels` gives.

    A local figure is read with the published spread, and so is any area outside of those that made it.
    """
    share = np.asarray(proportion, dtype=bool)
    x, n, y, m = (np.asarray(a, dtype=float) for a in (numerator, denominator, before_numerator, before_denominator))
    ok = fits(x, n, share) & fits(y, m, share)
    x, n, y, m = (np.where(ok, a, np.nan) for a in (x, n, y, m))
    away = stabilised(x / n, share) - stabilised(y / m, share) - np.asarray(ordinary, dtype=float)
    z = away / np.sqrt(1 / (4 * n) + 1 / (4 * m) + np.asarray(tau2, dtype=float))
    at_95, at_998 = (
        Interval(np.full(z.shape, -limit), np.full(z.shape, limit))
        for limit in (-ndtri((1 - CONFIDENCE_95) / 2), -ndtri((1 - CONFIDENCE_998) / 2))
    )
    return levels(z, at_95, at_998)


def levels(value: npt.ArrayLike, at_95: Interval, at_998: Interval) -> FloatArray:
    """Where a value lies: 2 or −2 outside the 99.8 % limits, 1 or −1 only outside the 95 % ones, else 0.

    On a limit is inside it. NaN where the value or the limits are.
    """
    v = np.asarray(value, dtype=float)
    above = (v > at_95.upper).astype(float) + (v > at_998.upper)
    below = (v < at_95.lower).astype(float) + (v < at_998.lower)
    known = np.isfinite(v) & np.isfinite(at_95.lower) & np.isfinite(at_998.lower)
    return np.where(known, above - below, np.nan)


def dispersion(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, *, proportion: npt.ArrayLike, centre: npt.ArrayLike
) -> Dispersion:
    """How far the authorities on the last axis lie apart beyond chance, about a centre (over 1).

    τ² solves Σ min(y²/(s² + τ²), c²) = 0.679 (k − 1), where y is an authority's distance from the centre on the
    stabilised scale, s² = 1/(4n) is chance, c = 1.28 and 0.679 is what cutting there leaves of a normal variance. It is
    0 where chance already explains the scatter. Without the 0.679, 11 % of authorities and not 5 % would lie outside
    limits said to be of 95 % even where nothing is amiss.
    """
    share = np.asarray(proportion, dtype=bool)[..., None]
    middle = np.asarray(centre, dtype=float)[..., None]
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    ok = fits(x, n, share) & np.isfinite(middle) & (middle > 0) & ((middle < 1) | ~share)
    n = np.where(ok, n, np.nan)
    y2 = np.where(ok, (stabilised(x / n, share) - stabilised(middle, share)) ** 2, 0.0)
    s2 = np.where(ok, 1 / (4 * n), 1.0)
    k = ok.sum(axis=-1)
    enough = k >= FEWEST_AUTHORITIES
    phi = np.maximum(1.0, _winsorised_square(x / n, middle, n, share, ok))
    return Dispersion(
        tau2=np.where(enough, tau_squared(y2, s2, _LEFT * (k - 1), cut=_CUT), np.nan),
        phi=np.where(enough, phi, np.nan),
        authorities=k,
    )


def tau_squared(y2: FloatArray, s2: FloatArray, wanted: FloatArray, *, cut: float = np.inf) -> FloatArray:
    """The τ² at which Σ min(y²/(s² + τ²), cut²) over the last axis comes down to `wanted`; 0 where it is there already.

    The sum only falls as τ² grows, so halving finds the one solution. Without a cut and with k − 1 wanted this is Paule
    and Mandel's estimate about a known centre. A place that takes no part has y² = 0.
    """
    wanted = np.asarray(wanted, dtype=float)
    low = np.zeros(y2.shape[:-1])
    # At this τ² the sum is at or below what is wanted: every term is at most y²/τ².
    high = y2.sum(axis=-1) / np.where(wanted > 0, wanted, 1.0)
    scattered = np.minimum(y2 / s2, cut**2).sum(axis=-1) > wanted
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = np.minimum(y2 / (s2 + middle[..., None]), cut**2).sum(axis=-1) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(scattered, high, 0.0)


def plain_limits(
    centre: npt.ArrayLike, denominator: npt.ArrayLike, *, proportion: npt.ArrayLike, confidence: float = CONFIDENCE_95
) -> Interval:
    """The figures, over 1, whose own interval just reaches the centre: Wilson's and the Poisson limits turned round.

    Proportions: θ ± z √(θ(1 − θ)/n), within 0 and 1. Rates: the count at which the exact limits below 10, and Byar's
    from 10 on, touch the expected θn. A lower limit of 0 is never undercut. NaN where there is nothing to divide by.
    """
    share = np.asarray(proportion, dtype=bool)
    theta, n, share = np.broadcast_arrays(np.asarray(centre, dtype=float), np.asarray(denominator, dtype=float), share)
    ok = (theta >= 0) & np.isfinite(theta) & (n > 0) & np.isfinite(n) & ((theta <= 1) | ~share)
    theta, n = np.where(ok, theta, np.nan), np.where(ok, n, np.nan)
    tail = (1 - confidence) / 2
    half = -ndtri(tail) * np.sqrt(np.where(share, theta * (1 - theta), np.nan) / n)
    counts = expected_count_limits(np.where(share, np.nan, theta * n), confidence)
    return Interval(
        np.where(share, np.clip(theta - half, 0, 1), counts.lower / n),
        np.where(share, np.clip(theta + half, 0, 1), counts.upper / n),
    )


def over_dispersed_limits(
    centre: npt.ArrayLike,
    denominator: npt.ArrayLike,
    tau2: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
    confidence: float = CONFIDENCE_95,
    plain: Interval | None = None,
) -> Interval:
    """The limits, over 1, within which authorities ordinarily lie: ± z √(1/(4n) + τ²) on the stabilised scale.

    Never narrower than the plain limits, which are exact where counts are small (`plain` saves working them out again).
    The centre may be a region's: τ² is of all authorities, since a dozen cannot tell theirs. NaN where τ² is.
    """
    share, middle = np.asarray(proportion, dtype=bool), np.asarray(centre, dtype=float)
    n, t = np.asarray(denominator, dtype=float), np.asarray(tau2, dtype=float)
    exact = plain or plain_limits(middle, n, proportion=share, confidence=confidence)
    n = np.where(n > 0, n, np.nan)
    half = -ndtri((1 - confidence) / 2) * np.sqrt(1 / (4 * n) + t)
    root = stabilised(middle, share)
    low = np.maximum(root - half, 0)
    # Past a right angle the sine would come down again.
    high = np.where(share, np.minimum(root + half, np.pi / 2), root + half)
    return Interval(
        np.minimum(np.where(share, np.sin(low), low) ** 2, exact.lower),
        np.maximum(np.where(share, np.sin(high), high) ** 2, exact.upper),
    )


def stabilised(value: npt.ArrayLike, proportion: npt.ArrayLike) -> FloatArray:
    """A value on the scale where chance has the variance 1/(4n) everywhere: √ of a rate, arcsin √ of a proportion."""
    v, share = np.broadcast_arrays(np.asarray(value, dtype=float), np.asarray(proportion, dtype=bool))
    root = np.sqrt(np.where(v >= 0, v, np.nan))
    return np.where(share, np.arcsin(np.where(share & (root <= 1), root, np.nan)), root)


def expected_count_limits(expected: npt.ArrayLike, confidence: float = CONFIDENCE_95) -> Interval:
    """The counts whose Poisson limits just reach `expected`: more, or fewer, events are outside the funnel.

    Solved for Byar's approximation, which is a third power in √count, and by the Poisson distribution itself for counts
    below 10. The lower limit is 0 where even no event at all would be nothing unusual.
    """
    e = np.asarray(expected, dtype=float)
    e = np.where((e >= 0) & np.isfinite(e), e, np.nan)
    tail = (1 - confidence) / 2
    z = -ndtri(tail)
    upper = _byar_count(e, z)
    lower = _byar_count(e, -z) - 1
    return Interval(_exact_below_ten(lower, e, tail, 0), _exact_below_ten(upper, e, 1 - tail, 1))


def _byar_count(e: FloatArray, z: float) -> FloatArray:
    """The x with x (1 − 1/(9x) − z/(3√x))³ = e, by Newton's method in s = √x from its asymptote √e + z/2."""
    root = np.cbrt(e)
    s = np.maximum(np.sqrt(e) + z / 2, 1.0)
    for _ in range(6):
        third = np.cbrt(s)
        # s^(2/3) − s^(−4/3)/9 − z s^(−1/3)/3
        height = third**2 - 1 / (9 * third**4) - z / (3 * third)
        slope = 2 / (3 * third) + 4 / (27 * third**7) + z / (9 * third**4)
        s = np.maximum(s - (height - root) / np.where(slope > 0, slope, np.inf), 0.5)
    return s**2


def _exact_below_ten(x: FloatArray, e: FloatArray, probability: float, more: int) -> FloatArray:
    """Byar's counts from 10 on; below, the exact k at which the Poisson distribution reaches `probability`."""
    x = np.array(x, dtype=float)
    small = np.isfinite(e) & (x < BYAR_FROM)
    few = e[small]
    k = pdtrik(probability, np.where(few > 0, few, 1.0)) + more
    if more == 0:
        k = np.where(np.exp(-few) >= probability, 0.0, k)
    x[small] = np.where(few > 0, np.minimum(k, BYAR_FROM), 0.0)
    return x


def _pooled(x: FloatArray, n: FloatArray) -> FloatArray:
    people = np.nansum(n, axis=-1, keepdims=True)
    events = np.nansum(x, axis=-1, keepdims=True)
    return np.asarray(np.divide(events, people, out=np.full(people.shape, np.nan), where=people > 0))


def _winsorised_square(
    value: FloatArray, centre: FloatArray, n: FloatArray, share: npt.NDArray[np.bool_], ok: npt.NDArray[np.bool_]
) -> FloatArray:
    """The mean square of the plain z-scores, each end drawn in to its decile (Spiegelhalter 2005)."""
    variance = np.where(share, centre * (1 - centre), centre) / n
    z = np.divide(value - centre, np.sqrt(np.where(ok, variance, 1.0)), out=np.full(ok.shape, np.nan), where=ok)
    ordered = np.sort(z, axis=-1)  # NaN last
    k = ok.sum(axis=-1, keepdims=True)
    low, high = (_quantile(ordered, k, q) for q in (WINSORISED, 1 - WINSORISED))
    squares = np.where(ok, np.clip(z, low, high) ** 2, 0.0)
    return np.asarray(squares.sum(axis=-1) / np.maximum(k[..., 0], 1))


def _quantile(ordered: FloatArray, k: npt.NDArray[np.int_], q: float) -> FloatArray:
    """The quantile between neighbouring order statistics, over the first k of the last axis."""
    place = np.maximum(k - 1, 0) * q
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(k - 1, 0))
    low = np.take_along_axis(ordered, below, axis=-1)
    return np.asarray(low + (np.take_along_axis(ordered, above, axis=-1) - low) * (place - below))

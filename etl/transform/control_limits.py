"""Draws the process limits of control charts: individuals (XmR), shares (p and p’) and rates (u and u’).

Design, rule 10. Everything is laid out as areas × periods, one pass for all of them; periods follow one another without
a step left out, and NaN stands where there is no value. A *segment* is the stretch of an area's periods that shares
one baseline; its number grows along the row. Sources:

- XmR: Shewhart 1931; Wheeler DJ, "Understanding variation", 2nd edition, 2000: the mean ± 2.66 × the mean moving range,
  2.66 being 3 ÷ 1.128 (d₂ for ranges of two).
- Screened moving ranges: Nelson LS, "Control charts for individual measurements", J Qual Technol 1982; 14: 172-173,
  with the 3.267 (D₄ for two) of the NHS-R Community's NHSRplotthedots.
- p and u: Montgomery DC, "Introduction to statistical quality control", chapter 7.
- p’ and u’: Laney DB, "Improved control charts for attributes", Qual Eng 2002; 14: 531-537; in health care, Mohammed MA
  and Laney D, "Overdispersion in health care performance data", Qual Saf Health Care 2006; 15: 383-384.

A missing period ends a moving range: the one into it and the one out of it are not taken, and no range reaches over it.
Nor does any reach from one segment into the next.
"""

from typing import Literal, NamedTuple, assert_never

import numpy as np
import numpy.typing as npt

from etl.transform.cube import FloatArray

Segments = npt.NDArray[np.intp]

XMR_FACTOR = 2.66
D2 = 1.128
"""The mean range of two values of a normal distribution, in standard deviations."""
SCREEN_FACTOR = 3.267
"""A moving range beyond this many times the mean one is itself a signal."""

FEWEST = 5
"""Limits are drawn from no fewer values: five or six are the least that Wheeler (2000) calls useful."""
TRIAL_UNDER = 13
"""Limits from fewer values than this are on trial."""


class Limits(NamedTuple):
    """What the rules are read against, areas × periods, in the unit of what is charted. NaN where there are no limits.

    The limits are centre ± spread, and are not yet clipped: the rules count in thirds of the spread.
    """

    centre: FloatArray
    spread: FloatArray
    """Three sigma."""
    points: npt.NDArray[np.intp]
    """How many values the segment has."""
    inflation: FloatArray
    """Laney's σ_z: how many times wider than chance alone would have them; 1 where chance is not asked."""


def xmr_limits(value: FloatArray, segment: Segments, *, screen: bool = False) -> Limits:
    """Limits of a chart of individuals: the segment's mean ± 2.66 × its mean moving range.

    Args:
        value: areas × periods.
        segment: of the same shape.
        screen: leave out moving ranges beyond 3.267 times their mean (once). It narrows the limits.
    """
    groups = _Groups(segment)
    points = groups.count(~np.isnan(value))
    centre = groups.mean(value)
    moving, enough = _mean_moving_range(value, groups, screen=screen)
    known = (points >= FEWEST) & enough
    return Limits(
        np.where(known, centre, np.nan),
        np.where(known, XMR_FACTOR * moving, np.nan),
        points,
        np.ones(value.shape),
    )


def share_limits(
    numerator: FloatArray,
    denominator: FloatArray,
    segment: Segments,
    kind: Literal["proportion", "rate"],
    *,
    over_dispersed: bool = True,
    screen: bool = False,
) -> Limits:
    """Limits of numerator ÷ denominator, wider where the denominator is smaller.

    A "proportion" (p) is binomial: p̄ ± 3 √(p̄ (1 − p̄)/n). A "rate" (u) is Poisson: ū ± 3 √(ū/n). p̄ and ū are the
    segment's sums divided. Large denominators make these limits absurdly tight, since months differ by more than
    chance; with `over_dispersed` they are multiplied by Laney's σ_z, the mean moving range of (value − mean) ÷ σ over
    1.128 (p’ and u’). σ_z below 1 counts as 1: no process varies less than chance for long, and what little data shows
    is noise.

    Args:
        numerator: counts, areas × periods, NaN where either is not to be used.
        denominator: above 0 wherever there is a numerator.
        segment: of the same shape.
        kind: how chance works.
        over_dispersed: whether to widen by σ_z.
        screen: as in `xmr_limits`, of the moving ranges behind σ_z.
    """
    groups = _Groups(segment)
    used = ~np.isnan(numerator) & ~np.isnan(denominator)
    x, n = np.where(used, numerator, np.nan), np.where(used, denominator, np.nan)
    points = groups.count(used)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = groups.total(x) / groups.total(n)
        match kind:
            case "proportion":
                sigma = np.sqrt(np.clip(centre * (1 - centre), 0, None) / n)
            case "rate":
                sigma = np.sqrt(centre / n)
            case _:
                assert_never(kind)
        # Where all counts are 0, or all the whole, nothing varies.
        z = np.where(sigma > 0, (x / n - centre) / sigma, x * 0)
    moving, enough = _mean_moving_range(z, groups, screen=screen)
    known = (points >= FEWEST) & enough
    inflation = np.where(known, np.maximum(moving / D2, 1.0), np.nan) if over_dispersed else np.ones(x.shape)
    return Limits(
        np.where(known, centre, np.nan),
        np.where(known, 3 * sigma * inflation, np.nan),
        points,
        inflation,
    )


class _Groups:
    """Sums over the segments of every area at once, spread back over their periods."""

    def __init__(self, segment: Segments) -> None:
        self.segment = segment
        self._areas = segment.shape[0]
        self._segments = int(segment.max(initial=0)) + 1
        self._key = (np.arange(self._areas)[:, None] * self._segments + segment).ravel()

    def total(self, what: FloatArray) -> FloatArray:
        """The sum of what is not NaN."""
        sums = np.bincount(self._key, weights=np.nan_to_num(what).ravel(), minlength=self._areas * self._segments)
        spread: FloatArray = sums[self._key].reshape(self.segment.shape)
        return spread

    def count(self, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        """How many there are."""
        return self.total(known.astype(float)).astype(np.intp)

    def mean(self, what: FloatArray) -> FloatArray:
        """The mean of what is not NaN; NaN where nothing is."""
        count = self.count(~np.isnan(what))
        return np.where(count > 0, self.total(what) / np.maximum(count, 1), np.nan)


def _mean_moving_range(value: FloatArray, groups: _Groups, *, screen: bool) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """The segment's mean absolute step from one period to the next, and whether there are steps enough to go by."""
    step = np.full(value.shape, np.nan)
    same = groups.segment[:, 1:] == groups.segment[:, :-1]
    step[:, 1:] = np.where(same, np.abs(np.diff(value, axis=1)), np.nan)
    mean = groups.mean(step)
    enough = groups.count(~np.isnan(step)) >= FEWEST - 1
    if screen:
        screened = groups.mean(np.where(step <= SCREEN_FACTOR * mean, step, np.nan))
        # One jump in an otherwise level series would leave nothing, and so limits that everything is outside.
        mean = np.where(screened > 0, screened, mean)
    return mean, enough

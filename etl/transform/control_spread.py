"""Says whether a chart's values, taken together, vary by more than chance.

The limits of a control chart rest on the changes from one period to the next. A level that has stepped once between
two steady stretches changes little from period to period, and so stays within them although the whole varies far more
than chance would have it. The chi-squared of the counts sees that: Σ (x − n p̄)² ÷ (n p̄ (1 − p̄)) of shares, and
Σ (x − n ū)² ÷ (n ū) of rates, on one degree of freedom fewer than there are values (Montgomery DC, "Introduction to
statistical quality control", chapter 7, on testing whether a p chart's proportions are alike).
"""

from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from etl.transform.cube import FloatArray

BEYOND = 0.001
"""Less probable than this by chance alone is called more than chance."""
WITHIN = 0.05
"""At least as probable as this is called no more than chance."""
FEWEST = 5
"""The chi-squared holds where no expected count, of what is counted or of the rest, is smaller."""
PART = 2
"""As many values as a stretch before or since a step has at least."""


class Together(NamedTuple):
    """How the values under one baseline vary, taken together."""

    points: int
    """How many values there are."""
    chi_squared: float
    chance: float
    """How probable so much variation or more is by chance alone."""
    step: int | None
    """The place of the first value since the level stepped, where one step explains all that is beyond chance."""
    before: float
    """The level before the step, as a share or rate of one; NaN without a step."""
    since: float
    """The level since."""

    @property
    def beyond_chance(self) -> bool:
        """Whether the values vary more than chance would have them."""
        return self.chance < BEYOND


def together(numerator: FloatArray, denominator: FloatArray, kind: Literal["proportion", "rate"]) -> Together | None:
    """How the counts of successive periods vary; None where there are too few, or too small, to say.

    A step is told only where the values vary by more than chance as a whole and by no more than chance on each side of
    it: it is then the place that leaves least variation.

    Args:
        numerator: counts under one baseline, in the order of time and without gaps.
        denominator: above 0.
        kind: a "proportion" is binomial, a "rate" Poisson.
    """
    points = len(numerator)
    if points < FEWEST:
        return None
    level = numerator.sum() / denominator.sum()
    expected = denominator * level
    rest = denominator - expected if kind == "proportion" else expected
    if min(expected.min(), rest.min()) < FEWEST:
        return None
    whole = _chi_squared(numerator, denominator, kind)
    found = Together(points, whole, float(stats.chi2.sf(whole, points - 1)), None, np.nan, np.nan)
    if not found.beyond_chance:
        return found
    parts = {
        at: tuple(_chi_squared(numerator[cut], denominator[cut], kind) for cut in (slice(at), slice(at, None)))
        for at in range(PART, points - PART + 1)
    }
    step = min(parts, key=lambda at: sum(parts[at]))
    degrees = (step - 1, points - step - 1)
    if any(stats.chi2.sf(part, free) < WITHIN for part, free in zip(parts[step], degrees, strict=True)):
        return found
    before, since = (float(numerator[cut].sum() / denominator[cut].sum()) for cut in (slice(step), slice(step, None)))
    return found._replace(step=step, before=before, since=since)


def _chi_squared(x: FloatArray, n: FloatArray, kind: Literal["proportion", "rate"]) -> float:
    level = x.sum() / n.sum()
    variance = n * level * (1 - level) if kind == "proportion" else n * level
    # Where a part has none, or all, of what is counted, nothing varies in it.
    return float(((x - n * level) ** 2 / variance).sum()) if variance.min() > 0 else 0.0

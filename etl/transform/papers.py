"""Computes again, by the formula of the measures, what an older paper prints with its counts."""

from collections.abc import Sequence

import numpy as np

from etl.transform.cube import FloatArray, Part, has_value
from etl.transform.figures import quotient
from schema.states import SEVERITY_OF, State


def computed_again(numerator: Sequence[float], denominator: Sequence[float], per: int) -> FloatArray:
    """numerator ÷ denominator × `per`, as for every figure; NaN where either is not known or nothing is below.

    Args:
        numerator: counts as printed, NaN where the paper has none.
        denominator: likewise, the same length.
        per: 100 for a percentage, 10,000 for a rate, 1 for a mean.
    """
    value, severity = quotient(_part(numerator), _part(denominator), per)
    return np.where(has_value(severity), value, np.nan)


def rounds_to(computed: float, printed: float, decimals: int) -> bool:
    """Whether a computed value, rounded to as many places as the paper prints, is the printed one."""
    half = 0.5 * 10.0**-decimals
    return abs(computed - printed) <= half * (1 + 1e-9)


def _part(numbers: Sequence[float]) -> Part:
    value = np.asarray(numbers, dtype=float)
    severity = np.where(np.isnan(value), SEVERITY_OF[State.MISSING], SEVERITY_OF[State.VALUE]).astype(np.int8)
    return Part(value, severity, np.zeros(len(value), dtype=np.int64))

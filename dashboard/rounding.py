"""The one place where a figure is rounded: at display, half up, to the decimals that its measure asks for."""

import math
from decimal import ROUND_HALF_UP, Decimal

from schema.measures import Measure


def rounded(value: float, decimals: int) -> Decimal:
    """Half up, as the publishers round: 0.25 is 0.3 and not 0.2. What rounds to zero is never minus zero.

    The noise of binary fractions (22.549999999999997 for a median of exactly 22.55) is taken off first.
    """
    exact = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(exact) if exact.is_zero() else exact


def shown(value: float | None, measure: Measure) -> str:
    """A measure's value as pages print it, without its unit; empty where there is no number."""
    if value is None or math.isnan(value):
        return ""
    return f"{rounded(value, measure.decimals):,}"

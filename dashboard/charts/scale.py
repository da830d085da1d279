"""Round numbers for an axis, and marks that are told apart in black and white."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """The ends of an axis and where its lines are."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @property
    def from_zero(self) -> bool:
        """Whether the axis starts at nought."""
        return self.low == 0

    def place(self, value: float) -> float:
        """How far up the axis a value lies, 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def scale(values: Iterable[float | None], *, wanted: int = 5, ceiling: float | None = None) -> Scale:
    """An axis for these values, in round steps. It starts at nought unless that would flatten what there is to see.

    Args:
        values: all that is drawn; None is left out.
        wanted: about how many steps.
        ceiling: where the values can go no higher (100 for a share), whatever the steps.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if low < 0:
        # Nought is always on an axis of which a part lies below it.
        start, high = low, max(high, 0.0)
    else:
        start = 0.0 if low < 0.6 * high or low == 0 else low
    step = _step((high - start) / wanted or abs(high) / wanted or 1.0)
    bottom = math.floor(start / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    if top <= bottom:
        top = bottom + step
    if ceiling is not None and high <= ceiling < top:
        top = ceiling
    count = math.floor((top - bottom) / step + 1e-6)
    return Scale(bottom, top, tuple(bottom + step * at for at in range(count + 1)))


def _step(rough: float) -> float:
    """The round number (1, 2, 2.5 or 5 times a power of ten) next above."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * (1 - 1e-9))


def spread(wanted: list[float], *, gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, in the same order, at least a gap apart and between two ends as far as may be."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    placed = [min(max(wanted[i], low), high) for i in order]
    for at in range(1, len(placed)):
        placed[at] = max(placed[at], placed[at - 1] + gap)
    limit = high
    for at in range(len(placed) - 1, -1, -1):
        placed[at] = min(placed[at], limit)
        limit = placed[at] - gap
    found = [0.0] * len(wanted)
    for at, i in enumerate(order):
        found[i] = placed[at]
    return found

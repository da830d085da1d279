"""The 95% interval about each mark of a chart."""

from collections.abc import Sequence
from typing import Any


def whiskers(
    values: Sequence[float | None], intervals: Sequence[tuple[float, float] | None], colour: str, *, width: int
) -> dict[str, Any]:
    """Plotly's error bars from the ends of intervals. A value without a number or an interval has none.

    Args:
        values: the marks.
        intervals: about each.
        colour: of the bars.
        width: of the strokes across their ends, in pixels.
    """
    about = [
        (None, None) if value is None or ends is None else (ends[1] - value, value - ends[0])
        for value, ends in zip(values, intervals, strict=True)
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [above for above, _ in about],
        "arrayminus": [below for _, below in about],
        "color": colour,
        "thickness": 1.3,
        "width": width,
    }

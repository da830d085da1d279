"""Where a figure stands among others: rank, quartile, position among neighbours, and change of rank.

Design, rule 11: ties take the lowest number, what has no figure is left out and counted, and a measure that is a matter
of judgement is ranked from the highest. Arrays have the areas on their last axis; NaN has no position.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.cube import FloatArray


class Places(NamedTuple):
    """1 is first; `of` are ranked and `left_out` have no figure. `quartile` is 1 to 4, 1 with the first places."""

    rank: FloatArray
    of: FloatArray
    left_out: FloatArray
    quartile: FloatArray


class Position(NamedTuple):
    """How many neighbours a figure lies above, below and level with; `of` have a figure."""

    above: FloatArray
    below: FloatArray
    level: FloatArray
    of: FloatArray


def places(values: npt.ArrayLike, *, lowest_first: npt.ArrayLike = False) -> Places:
    """The rank of each value on the last axis; `lowest_first` broadcasts against the leading axes."""
    v = np.asarray(values, dtype=float)
    first = np.broadcast_to(np.asarray(lowest_first, dtype=bool), v.shape[:-1])[..., None]
    signed = np.where(first, v, -v)
    flat = pd.DataFrame(signed.reshape(-1, v.shape[-1]))
    rank = flat.rank(axis=1, method="min").to_numpy(dtype=float).reshape(v.shape)
    there = np.isfinite(v)
    rank = np.where(there, rank, np.nan)
    of = there.sum(axis=-1, keepdims=True)
    count = np.broadcast_to(of, v.shape).astype(float)
    return Places(
        rank=rank,
        of=count,
        left_out=v.shape[-1] - count,
        quartile=np.floor((rank - 1) * 4 / np.where(count > 0, count, np.nan)) + 1,
    )


def among_neighbours(values: npt.ArrayLike, neighbours: npt.ArrayLike) -> Position:
    """Each area's position among its own neighbours, whose values are on one more axis at the end.

    NaN where the area has no figure; a neighbour without one is left out and not in `of`.
    """
    own, others = np.asarray(values, dtype=float)[..., None], np.asarray(neighbours, dtype=float)
    known = np.isfinite(own[..., 0])

    def count(which: npt.NDArray[np.bool_]) -> FloatArray:
        return np.where(known, which.sum(axis=-1), np.nan)

    return Position(
        above=count(own > others),
        below=count(own < others),
        level=count(own == others),
        of=count(np.isfinite(others)),
    )


def place_among_neighbours(position: Position, *, lowest_first: npt.ArrayLike = False) -> Places:
    """The rank of an area in the company of its neighbours: 1 to `of`, itself counted."""
    ahead = np.where(np.asarray(lowest_first, dtype=bool), position.above, position.below)
    of = position.of + 1
    return Places(ahead + 1, of, np.zeros_like(of), np.floor(ahead * 4 / of) + 1)


def places_gained(now: npt.ArrayLike, before: npt.ArrayLike) -> FloatArray:
    """How many places nearer the first; below 0 is further from it. NaN where either rank is.

    Ranks out of different numbers of areas are compared as they are: whoever shows the change shows both `of`s.
    """
    return np.asarray(np.asarray(before, dtype=float) - np.asarray(now, dtype=float))


def position_words(above: int, of: int, level: int = 0) -> str:
    """“above 8 of 10”, “level with 1 and above 6 of 9”; “below all 10” and “above all 10” at the ends."""
    if of == 0:
        return "without a neighbour that has a figure"
    tied = f"level with {level} and " if level else ""
    if above == of:
        return f"above all {of}"
    if above == 0 and not level:
        return f"below all {of}"
    return f"{tied}above {above} of {of}"

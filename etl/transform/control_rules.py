"""Reads the four rules of control charts that the NHS's "making data count" uses, for all areas at once.

NHS England, "Making data count", and the NHS-R Community's NHSRplotthedots. Everything is areas × periods; a signal is
1 where it is high or rising, −1 where it is low or falling, 0 where there is none. A missing period (NaN) breaks a run,
and so does the start of a segment: no rule reaches over either. A value on the mean is on neither side of it; a level
step is neither rising nor falling; a value on a limit is within it.

"Two of three" is read as Western Electric wrote it (1956): two of three consecutive values beyond two sigma on the same
side, wherever the third lies, and beyond three sigma is beyond two. NHSRplotthedots wants all three on the same side of
the mean and both within three sigma, and so finds a few less.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from etl.transform.control_limits import Segments
from etl.transform.cube import FloatArray

Signs = npt.NDArray[np.int8]

RUN = 7
"""Values on one side, or rising or falling, that are more than chance."""

# What floats lose in a mean: without it a level series would lie off its own.
_HAIR = 1e-12


class Signals(NamedTuple):
    """Each rule's signals: every value that a rule rests on is marked, not only the last."""

    outside: Signs
    """Outside the process limits."""
    two_of_three: Signs
    """One of two in three that are beyond two thirds of the limit, on the same side."""
    one_side: Signs
    """In a run of seven or more on one side of the mean."""
    trend: Signs
    """In a run of seven or more, each higher (or lower) than the one before."""

    @property
    def direction(self) -> Signs:
        """1 for high, −1 for low, 0 for no signal: where a value lies goes before where it is heading.

        The first three rules never disagree, since each marks a value on its own side of the mean.
        """
        level = np.where(self.outside != 0, self.outside, np.where(self.two_of_three != 0, self.two_of_three, 0))
        level = np.where(level != 0, level, self.one_side)
        return np.where(level != 0, level, self.trend).astype(np.int8)


def signals(value: FloatArray, centre: FloatArray, spread: FloatArray, segment: Segments) -> Signals:
    """Read the four rules.

    Args:
        value: what is charted; NaN where nothing is.
        centre: the mean; NaN where there are no limits, and so no signal, not even a trend.
        spread: from the mean to a limit, unclipped.
        segment: the number of each value's baseline, which grows along the row.
    """
    away = value - centre
    hair = _HAIR * np.maximum(np.abs(value), np.abs(centre))
    side = _sign(away, hair)
    outside = np.where(np.abs(away) > spread + hair, side, 0)
    beyond = np.where(np.abs(away) > spread * 2 / 3 + hair, side, 0)
    known = ~np.isnan(away)
    step = np.zeros(value.shape)
    step[:, 1:] = np.diff(np.where(known, value, np.nan), axis=1)
    # The first of a stretch has no step into it, and so cannot be the second of a rise.
    return Signals(
        outside.astype(np.int8),
        _two_of_three(beyond, known, segment),
        _spread_over(_runs(side, segment, RUN), RUN, value.shape),
        _spread_over(_runs(_sign(step, hair)[:, 1:], segment[:, 1:], RUN - 1, segment[:, :-1]), RUN, value.shape),
    )


def _sign(what: FloatArray, hair: FloatArray) -> Signs:
    """The sign of a number, 0 for NaN and for what is no more than rounding."""
    return (np.where(what > hair, 1, 0) - np.where(what < -hair, 1, 0)).astype(np.int8)


def _runs(sign: Signs, segment: Segments, length: int, first: Segments | None = None) -> Signs:
    """The sign of each window of so many that all have it, in one segment; one column a window.

    `first` is the segment that a window's first element reaches back into: a step's is that of the value before it.
    """
    first = segment if first is None else first
    windows = sign.shape[1] - length + 1
    if windows < 1:
        return np.zeros((sign.shape[0], 0), dtype=np.int8)
    same = first[:, :windows] == segment[:, length - 1 :]
    up, down = same.copy(), same.copy()
    for at in range(length):
        up &= sign[:, at : at + windows] > 0
        down &= sign[:, at : at + windows] < 0
    both: Signs = up.astype(np.int8) - down.astype(np.int8)
    return both


def _spread_over(window: Signs, length: int, shape: tuple[int, ...]) -> Signs:
    """Mark every value of every window that signals. Windows of both signs never share a value of one run's rule,
    except that the peak of a rise is the first of a fall: the later run has it.
    """
    marked = np.zeros(shape, dtype=np.int8)
    windows = window.shape[1]
    for at in reversed(range(length)):
        here = marked[:, at : at + windows]
        here[window != 0] = window[window != 0]
    return marked


def _two_of_three(beyond: Signs, known: npt.NDArray[np.bool_], segment: Segments) -> Signs:
    """Both of two that lie beyond on the same side, within three values of one unbroken stretch."""
    marked = np.zeros(beyond.shape, dtype=np.int8)
    windows = beyond.shape[1] - 2
    if windows < 1:
        return marked
    three = [slice(at, at + windows) for at in range(3)]
    whole = (segment[:, three[0]] == segment[:, three[2]]) & np.logical_and.reduce([known[:, at] for at in three])
    for sign in (1, -1):
        here = [beyond[:, at] == sign for at in three]
        two = whole & (np.add.reduce([one.astype(np.int8) for one in here]) >= 2)
        for at, one in zip(three, here, strict=True):
            marked[:, at][two & one] = sign
    return marked

"""Figures laid out as series × periods, so that a rule compares whole columns at once.

A *series* is one quantity, category and basis. Where a return gives the same one twice for a period (which is a fault
of its own) the first stands here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

Key = tuple[str, str, str]
"""A quantity, a category of it, and a basis."""


@dataclass(frozen=True)
class Grid:
    """Series × periods. `value` is NaN where there is no number; `row` is the row of the file, 0 where there is none.

    `place` says which row of the arrays a series is; `periods` are codes, oldest first.
    """

    place: Mapping[Key, int]
    periods: tuple[str, ...]
    value: FloatArray
    row: IntArray

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Every basis that a series has."""
        return tuple(dict.fromkeys(basis for _, _, basis in self.place))

    @cached_property
    def column(self) -> dict[str, int]:
        """Which column of the arrays a period is."""
        return {code: number for number, code in enumerate(self.periods)}

    def of(self, keys: Iterable[Key]) -> FloatArray:
        """The values of some series, series × periods; NaN for one that is not there."""
        places = [self.place.get(key, -1) for key in keys]
        taken = np.full((len(places), len(self.periods)), np.nan)
        there = [place >= 0 for place in places]
        taken[there] = self.value[[place for place in places if place >= 0]]
        return taken

    def at(self, key: Key, period: str) -> float:
        """One value; NaN where there is none."""
        row, column = self.place.get(key), self.column.get(period)
        return float("nan") if row is None or column is None else float(self.value[row, column])

    def row_at(self, key: Key, period: str) -> int:
        """Where one stands in the file; 0 where it does not."""
        row, column = self.place.get(key), self.column.get(period)
        return 0 if row is None or column is None else int(self.row[row, column])


def grouped(frame: pd.DataFrame) -> tuple[IntArray, list[tuple[str, ...]]]:
    """Numbers the distinct rows of a frame of texts as they come: each row's number, and what each number stands for.

    Column by column over whole numbers; pandas' own way makes a tuple of every row, and takes ten times as long.
    """
    key = np.zeros(len(frame), dtype=np.int64)
    for name in frame.columns:
        codes, texts = pd.factorize(frame[name])
        # Made small again after each column, so that no product outgrows the integers.
        key, _ = pd.factorize(key * max(len(texts), 1) + codes)
    _, first = np.unique(key, return_index=True)
    stands_for = zip(*(frame[name].iloc[first].tolist() for name in frame.columns), strict=True)
    return key.astype(np.int64), list(stands_for)


def grid_of(
    frame: pd.DataFrame, value: "pd.Series[float]", row: "IntArray | None" = None, periods: Sequence[str] = ()
) -> Grid:
    """A grid from rows with `quantity`, `category`, `basis` and `period`, and the number of each (NaN for none).

    With `periods` the columns are these alone, and rows of other periods are left out.
    """
    columns = tuple(periods) if periods else tuple(sorted(set(frame["period"].unique())))
    series, names = grouped(frame[["quantity", "category", "basis"]])
    place: dict[Key, int] = {(q, c, b): number for number, (q, c, b) in enumerate(names)}
    at = pd.Index(columns, dtype="str").get_indexer(pd.Index(frame["period"]))
    values = np.full((len(place), len(columns)), np.nan)
    rows = np.zeros((len(place), len(columns)), dtype=np.int64)
    # Backwards, so that the first of two stays.
    used = np.flatnonzero(at >= 0)[::-1]
    values[series[used], at[used]] = value.to_numpy(dtype=float)[used]
    rows[series[used], at[used]] = (np.zeros(len(frame), dtype=np.int64) if row is None else row)[used]
    return Grid(place, columns, values, rows)

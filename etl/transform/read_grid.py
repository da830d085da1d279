"""What the readings of many rows need beside the rows: what the catalogue says of them, and all areas' figures.

Rows are `newest.newest_rows`; everything has one place for each row, or is a grid of shape (keys, areas).
"""

from typing import Any

import numpy as np
import pandas as pd

from etl.transform.comparisons import RELEASE
from etl.transform.cube import FloatArray
from etl.transform.newest import Bools, Ints, keys_of
from etl.transform.reasons import measure_kind
from schema.catalogue import Catalogue
from schema.periods import Basis, parse_period

_PARTS = (Basis.QUARTER.value, Basis.TERM.value)


class About:
    """What the catalogue says of each row's measure, and how old what it is compared with is."""

    def __init__(self, rows: pd.DataFrame, catalogue: Catalogue) -> None:
        code, names = pd.factorize(rows["measure"].to_numpy(dtype=object))
        self.measures = [catalogue.measure(str(name)) for name in names]
        self.measure: Ints = code.astype(np.int64)
        kinds = np.array([measure_kind(measure, catalogue) for measure in self.measures], dtype=object)
        self.kind = kinds[code]
        self.proportion: Bools = self.kind == "proportion"
        self.stock: Bools = np.array([catalogue.at_date(measure) for measure in self.measures], dtype=bool)[code]
        self.per = np.array([float(measure.per) for measure in self.measures])[code]
        self.match = np.array([measure.published_as.match for measure in self.measures], dtype=object)[code]
        effects = [1.0 if m.design_effect is None else m.design_effect.value for m in self.measures]
        self.design_effect = np.array(effects)[code]
        self.value = rows["value"].to_numpy(dtype=float)
        self.numerator = rows["numerator"].to_numpy(dtype=float)
        self.denominator = rows["denominator"].to_numpy(dtype=float)
        self.published: Bools = rows["kind"].to_numpy(dtype=object) == RELEASE
        basis = rows["basis"].to_numpy(dtype=object)
        self.part: Bools = np.isin(basis.astype(str), _PARTS)
        # A rolling year is as long as a year (design, rule 3); the lag between their ends is another matter.
        self.length = np.where(basis == Basis.ROLLING_YEAR.value, Basis.YEAR.value, basis)
        self.compared_version = self._versions(rows["compared_period"])
        self.previous_version = self._versions(rows["previous_period"])
        own, other = _months(rows["period"]), _months(rows["compared_period"])
        self.lag = own - other

    def _versions(self, periods: "pd.Series[str]") -> Ints:
        """The version of the definition at the end of a period; 0 where there is none."""
        code, names = pd.factorize(periods.to_numpy(dtype=object))
        ends = [parse_period(str(name)).end if name else None for name in names]
        table = np.array([[0 if end is None else measure.version_at(end) for end in ends] for measure in self.measures])
        found: Ints = table[self.measure, code].astype(np.int64)
        return found

    def frame(self, rows: pd.DataFrame, **columns: Any) -> pd.DataFrame:
        """What `not_compared` asks of every comparator, with some columns of this one's."""
        common = {
            "match": self.match,
            "stock": self.stock,
            "kind": self.kind,
            "state": rows["state"].to_numpy(dtype=object),
            "numerator": self.numerator,
            "denominator": self.denominator,
        }
        # Texts stay objects: comparing them with one another is many times dearer as pandas' own strings.
        every = {**common, **columns}
        return pd.DataFrame({name: pd.Series(found, dtype=found.dtype) for name, found in every.items()})


def _months(periods: "pd.Series[str]") -> FloatArray:
    """The month in which each period ends, counted from year 0; NaN where there is no period."""
    code, names = pd.factorize(periods.to_numpy(dtype=object))
    ends = [parse_period(str(name)).end if name else None for name in names]
    months = [np.nan if end is None else end.year * 12.0 + end.month for end in ends]
    return np.array(months, dtype=float)[code]


class Grid:
    """The published figures that some row is compared with, of shape (keys, areas), and which key each row's is.

    The last key is empty, for rows that nothing published stands beside. Areas without a figure of their own have that
    of the joint return that they are a member of in `value` (`stands_for` says whose); `numerator` and the others are
    those of areas that report and are ranked, so that nobody counts twice.
    """

    def __init__(self, compared: pd.DataFrame, rows: pd.DataFrame, catalogue: Catalogue, about: About) -> None:
        every = list(catalogue.areas)
        self.column_of = {area.id: column for column, area in enumerate(every)}
        releases = compared[compared["kind"].to_numpy(dtype=object) == RELEASE]
        own, beside = keys_of(releases, ("period", "basis"), rows, ("compared_period", "compared_basis"))
        wanted, code = np.unique(beside, return_inverse=True)
        at = np.searchsorted(wanted, own)
        there = np.append(wanted, -1)[at] == own
        releases, at = releases[there], at[there]
        compared_with = rows["compared_period"].to_numpy(dtype=object) != ""
        self.row: Ints = np.where(compared_with, code, len(wanted)).astype(np.int64)
        shape = (len(wanted) + 1, len(every))
        column = self.columns(releases["area"])
        ranked = np.array([area.ranked for area in every])

        def laid_out(name: str, *, only_ranked: bool) -> FloatArray:
            grid = np.full(shape, np.nan)
            grid[at, column] = releases[name].to_numpy(dtype=float)
            return np.where(ranked, grid, np.nan) if only_ranked else grid

        self.value = laid_out("value", only_ranked=False)
        self.numerator = laid_out("numerator", only_ranked=True)
        self.denominator = laid_out("denominator", only_ranked=True)
        self.previous_numerator = laid_out("previous_numerator", only_ranked=True)
        self.previous_denominator = laid_out("previous_denominator", only_ranked=True)
        reported = np.zeros(shape, dtype=bool)
        reported[at, column] = True
        self.stands_for: Ints = np.tile(np.arange(len(every)), (shape[0], 1))
        for area in every:
            for member in area.members:
                place, joint = self.column_of[member], self.column_of[area.id]
                shared = ~reported[:, place] & reported[:, joint]
                self.value[shared, place] = self.value[shared, joint]
                self.stands_for[shared, place] = joint
        # Of the measure of a key, wherever one of its rows is.
        first = np.zeros(shape[0], dtype=np.int64)
        first[self.row] = np.arange(len(rows))
        self.per, self.proportion = about.per[first], about.proportion[first]
        self.england = self.value[:, self.column_of["england"]] / self.per

    def columns(self, area: "pd.Series[str]") -> Ints:
        """The column of each area."""
        code, found = pd.factorize(area.to_numpy(dtype=object))
        return np.array([self.column_of[str(name)] for name in found], dtype=np.int64)[code]

"""How each figure has changed on a year before, and which way its last five periods run, with limits or the reason why.

Design, rules 8 and 9; the arithmetic is that of `etl.transform.differences`. A change is of the same area on the same
basis a year earlier. A trend goes back by years where a figure covers a year or grows through one (so that no event is
in two of its periods), and by the quarter, month or term where it covers that.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.differences import TREND_PERIODS, difference, trend, unit_of_change
from etl.transform.readings import difference_levels
from etl.transform.reasons import Reason, fits, measure_kind, not_compared, reason_words
from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.periods import Basis, Period, month, parse_period
from schema.states import State

COLUMNS = (
    "change",
    "change_lower_95",
    "change_upper_95",
    "change_unit",
    "change_per_cent",
    "change_per_cent_lower_95",
    "change_per_cent_upper_95",
    "change_not_told",
    "change_level",
    "trend_per_period",
    "trend_lower_95",
    "trend_upper_95",
    "trend_period",
    "trend_not_told",
)

_WITH_VALUE = tuple(state.value for state in State if state.has_value)
_STEPS = {Basis.QUARTER: "quarter", Basis.MONTH: "month", Basis.TERM: "term"}
_LONGEST = 366
"""Days. Figures that pool several years share years with those of a year before."""

NO_YEAR_BEFORE = "there is no figure of a year before"
BARE_COUNT = "it is a bare count, with nothing beneath it"
OVERLAPS = "its periods pool several years, and overlap"
WIDE_AREA = "no interval is put about England’s and the regions’ figures, whose counts are rounded"
DISPUTED = f"two agencies dispute one of the last {TREND_PERIODS} figures"
FEWER = f"there are fewer than {TREND_PERIODS} figures in a row that share no time with one another"
NEVER = f"none was counted in any of the last {TREND_PERIODS} periods"


def step_of(basis: Basis) -> str:
    """What lies between two periods of a trend: a year, quarter, month or term."""
    return _STEPS.get(basis, "year")


def over_time(figures: pd.DataFrame, measure: Measure, catalogue: Catalogue) -> pd.DataFrame:
    """A row for each of `figures`, under its index, with `COLUMNS`.

    `figures` are one measure's, each period, basis, category, kind and area once, with `area`, `kind`, `basis`,
    `category`, `period`, `value`, `state`, `numerator`, `denominator`, `measure_version`.

    - `change` and its limits are in `change_unit`: percentage points for a percentage, else the measure's own unit.
      `change_per_cent` and its limits are per cent of the earlier figure, and NaN for a percentage, of which per cent
      is never said. The change is NaN where the definition changed in between.
    - `change_level` is −2 … 2: beyond the limits at 95% and 99.8% (`readings.difference_levels`), NaN without limits.
    - `trend_per_period` and its limits are in `change_unit` for each `trend_period` (year, quarter, month, term).
    - `change_not_told` and `trend_not_told` say, as a clause, why there are no limits; empty where there are.
    """
    found = _Found(figures, measure, catalogue)
    return pd.DataFrame({**found.change(), **found.trend()}, index=figures.index)[list(COLUMNS)]


class _Found:
    def __init__(self, figures: pd.DataFrame, measure: Measure, catalogue: Catalogue) -> None:
        self.measure = measure
        self.kind = measure_kind(measure, catalogue)
        self.share = self.kind == "proportion"
        self.effect = 1.0 if measure.design_effect is None else measure.design_effect.value
        self.stock = catalogue.at_date(measure)
        who = [pd.factorize(figures[name])[0] for name in ("area", "kind", "basis", "category")]
        series = pd.factorize(pd.MultiIndex.from_arrays(who))[0] if len(figures) else np.empty(0, dtype=np.int64)
        self.codes = figures["period"].to_numpy(dtype=object)
        self.bases = figures["basis"].to_numpy(dtype=object)
        self.series = np.asarray(series, dtype=np.int64)
        self.known = {code: place for place, code in enumerate(pd.unique(self.codes))}
        self.periods = {code: parse_period(code) for code in self.known}
        self.index = pd.Index(self.series * len(self.known) + [self.known[code] for code in self.codes])
        self.value = figures["value"].to_numpy(dtype=float)
        self.state = figures["state"].to_numpy(dtype=object)
        self.x = figures["numerator"].to_numpy(dtype=float)
        self.n = figures["denominator"].to_numpy(dtype=float)
        self.version = figures["measure_version"].to_numpy()
        by_id = catalogue.areas.by_id
        self.wide = np.array([not by_id[str(area)].ranked for area in figures["area"]], dtype=bool)
        pooled = {code: (period.end - period.start).days > _LONGEST for code, period in self.periods.items()}
        self.pooled = np.array([pooled[code] for code in self.codes], dtype=bool)

    def at(self, back: dict[tuple[str, str], str]) -> npt.NDArray[np.int64]:
        """Where each row's earlier one lies, by its period and basis; −1 where there is none."""
        place = {key: self.known.get(code, -1) for key, code in back.items()}
        wanted = np.array([place[key] for key in zip(self.codes, self.bases, strict=True)], dtype=np.int64)
        keys = np.where(wanted >= 0, self.series * len(self.known) + wanted, -1)
        return np.asarray(self.index.get_indexer(pd.Index(keys)), dtype=np.int64)

    def back(self, steps: int, *, years: bool = False) -> npt.NDArray[np.int64]:
        """Where each row's figure of so many steps (or years) earlier lies."""
        keys = set(zip(self.codes, self.bases, strict=True))
        return self.at(
            {
                (code, basis): _earlier(self.periods[code], "year" if years else step_of(Basis(basis)), steps).code
                for code, basis in keys
            }
        )

    def change(self) -> dict[str, Any]:
        """The columns of the change on a year before."""
        at = self.back(1, years=True)
        there = at >= 0

        def before(column: npt.NDArray[Any], nothing: float | str) -> npt.NDArray[Any]:
            return np.where(there, column[at], nothing)

        y, m, earlier = (before(column, np.nan).astype(float) for column in (self.x, self.n, self.value))
        other_state = before(self.state, State.MISSING.value)
        same = before(self.version, 0) == self.version
        frame = pd.DataFrame(
            {
                "match": "exact",
                "stock": self.stock,
                "kind": self.kind,
                "state": self.state,
                "other_state": other_state,
                "numerator": self.x,
                "denominator": self.n,
                "version": self.version,
                "other_version": np.where(there, before(self.version, 0), self.version),
            }
        )
        reason = not_compared(frame)
        words = _words(reason, self.state)
        words[(reason == Reason.NO_COMPARATOR.value) & ~there] = NO_YEAR_BEFORE
        for at_row in np.flatnonzero((reason == Reason.NO_COMPARATOR.value) & there):
            words[at_row] = f"the figure of a year before is {State(other_state[at_row]).words}"
        for bad, why in (
            (self.wide, WIDE_AREA),
            (self.pooled, OVERLAPS),
            (np.isnan(y) | np.isnan(m), reason_words(Reason.PERCENT_ONLY)),
            (~fits(y, m, self.share), reason_words(Reason.DOES_NOT_FIT)),
        ):
            words[bad & (words == "")] = why
        told = words == ""
        apart = difference(
            np.where(told, self.x, np.nan), np.where(told, self.n, np.nan), y, m,
            proportion=self.share, per=self.measure.per, design_effect=self.effect,
        )  # fmt: skip
        both = np.isin(self.state, _WITH_VALUE) & np.isin(other_state, _WITH_VALUE) & same
        moved = np.where(both, self.value - earlier, np.nan)
        told_ratio = told & (not self.measure.is_percentage)
        # Of a score that can be below nought, a per cent says nothing.
        some = both & (earlier > 0) & (self.value >= 0) & (not self.measure.is_percentage)
        times = np.divide(moved, earlier, out=np.full(len(moved), np.nan), where=some) * 100
        return {
            "change": moved,
            "change_lower_95": np.where(told, apart.absolute_limits.lower, np.nan),
            "change_upper_95": np.where(told, apart.absolute_limits.upper, np.nan),
            "change_unit": unit_of_change(self.measure),
            "change_per_cent": times,
            "change_per_cent_lower_95": np.where(told_ratio, apart.relative_limits.lower, np.nan),
            "change_per_cent_upper_95": np.where(told_ratio, apart.relative_limits.upper, np.nan),
            "change_not_told": words,
            "change_level": difference_levels(
                np.where(told, self.x, np.nan), np.where(told, self.n, np.nan), y, m,
                proportion=np.full(len(words), self.share), design_effect=np.full(len(words), self.effect),
            ),
        }  # fmt: skip

    def trend(self) -> dict[str, Any]:
        """The columns of the trend over the last five periods."""
        rows = len(self.codes)
        places = [self.back(steps) for steps in range(TREND_PERIODS - 1, 0, -1)]
        at = np.stack([*places, np.arange(rows)], axis=1)
        there = (at >= 0).all(axis=1)
        states = np.where(at >= 0, self.state[at], State.MISSING.value) if rows else self.state[at]
        x, n = (np.where(at >= 0, column[at], np.nan) for column in (self.x, self.n))
        reason = not_compared(
            pd.DataFrame(
                {
                    "match": "exact",
                    "stock": self.stock,
                    "kind": self.kind,
                    "state": self.state,
                    "numerator": self.x,
                    "denominator": self.n,
                }
            )
        )
        words = _words(reason, self.state)
        for bad, why in (
            (self.wide, WIDE_AREA),
            (self.pooled, OVERLAPS),
            ((states == State.DISPUTED.value).any(axis=1), DISPUTED),
            (~(there & np.isin(states, _WITH_VALUE).all(axis=1)), FEWER),
            ((self.version[at] != self.version[:, None]).any(axis=1), _SERIES_BREAK),
            (np.isnan(x).any(axis=1) | np.isnan(n).any(axis=1), reason_words(Reason.PERCENT_ONLY)),
            (~fits(x, n, self.share).all(axis=1), reason_words(Reason.DOES_NOT_FIT)),
            (x.sum(axis=1) == 0, NEVER),
            (np.full(rows, self.share) & (x == n).all(axis=1), "all were, in each of the last five periods"),
        ):
            words[bad & (words == "")] = why
        told = words == ""
        slope, lower, upper = (np.full(rows, np.nan) for _ in range(3))
        if told.any():
            line = trend(x[told], n[told], proportion=self.share, per=self.measure.per, design_effect=self.effect)
            slope[told], lower[told], upper[told] = line.slope, line.limits.lower, line.limits.upper
        return {
            "trend_per_period": slope,
            "trend_lower_95": lower,
            "trend_upper_95": upper,
            "trend_period": np.array([step_of(Basis(basis)) for basis in self.bases], dtype=object),
            "trend_not_told": words,
        }


_SERIES_BREAK = f"the definition changed within the last {TREND_PERIODS} periods"


def _words(reason: npt.NDArray[np.object_], state: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The reasons as clauses. No other area is looked at here, so a count is not called unlike in size."""
    found = [
        "" if not r else BARE_COUNT if r == Reason.COUNT_ONLY.value else reason_words(Reason(r), state=State(s))
        for r, s in zip(reason, state, strict=True)
    ]
    return np.array(found, dtype=object)


def _earlier(period: Period, step: str, steps: int) -> Period:
    if step == "quarter":
        return period.earlier(quarters=steps)
    if step == "term":
        return period.earlier(terms=steps)
    if step == "month":
        index = period.start.year * 12 + period.start.month - 1 - steps
        return month(index // 12, index % 12 + 1)
    return period.earlier(years=steps)

"""Sets the rate of each group of children against that of the others in the same area.

- The interval of a rate: `etl.transform.intervals`.
- The rate ratio: given the events of both groups together, those of one follow a binomial distribution, so that
  Clopper and Pearson's exact limits (Biometrika 1934; 26: 404-413) turn into limits of the ratio. Przyborowski J and
  Wilenski H, Biometrika 1940; 31: 313-323. It holds for the smallest counts, where a log-normal interval does not.

A small count is hidden here, and with it what could be found by subtraction within the area. The release of whole
tables is still the business of disclosure control: this module looks at one area and breakdown at a time.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv

from etl.transform.cube import FloatArray
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998, Interval, interval_of

SMALLEST_SHOWN = 6
"""Counts of 1 to 5 are hidden (design, rule 13)."""

OTHERS = "others"
"""The reference that is everybody else in the area."""

VALUE = "value"
HIDDEN = "hidden"
NO_RATE = "no-rate"


class Ratio(NamedTuple):
    """A rate over another one and the limits of that. All three are NaN or none is."""

    ratio: FloatArray
    limits: Interval


def rate_ratio(
    events: npt.ArrayLike,
    people: npt.ArrayLike,
    other_events: npt.ArrayLike,
    other_people: npt.ArrayLike,
    confidence: float = CONFIDENCE_95,
) -> Ratio:
    """events/people ÷ other_events/other_people with its exact conditional limits, elementwise.

    NaN where a number is NaN or negative, a population is 0, or the others had no events: a ratio to none is not a
    number. The ratio of the second to the first has the reciprocal limits.
    """
    x, n, y, m = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (events, people, other_events, other_people))
    )
    ok = (x >= 0) & (n > 0) & (y > 0) & (m > 0) & np.isfinite(x) & np.isfinite(n) & np.isfinite(y) & np.isfinite(m)
    x, n, y, m = (np.where(ok, a, np.nan) for a in (x, n, y, m))
    tail = (1 - confidence) / 2
    # Odds p/(1 − p) of falling into the first group; 1 − p is worked out by itself, or it would vanish beside 1.
    with_any = np.where(x > 0, x, 1.0)
    lower = np.where(x > 0, betaincinv(with_any, y + 1, tail) / betaincinv(y + 1, with_any, 1 - tail), 0.0)
    upper = betaincinv(x + 1, y, 1 - tail) / betaincinv(y, x + 1, tail)
    scale = m / n
    return Ratio(x / y * scale, Interval(np.where(ok, lower * scale, np.nan), upper * scale))


def rates_by_group(
    groups: pd.DataFrame, *, per: float, reference: str = OTHERS, whole_shown: bool = True
) -> pd.DataFrame:
    """Each group's rate and how it compares, for any number of areas, periods and breakdowns at once.

    `groups` has `table` (whatever makes one area, period and breakdown), `category`, `events` and `people`; every
    person of a table is in one category. Returned with the same rows and `state` (`value`, `hidden`, or `no-rate`
    where a number is missing or there are no people), `rate` with `rate_lower_95`, `_upper_95`, `_lower_998`,
    `_upper_998` per `per`, and `ratio` with the like, against everybody else in the table or the category `reference`.

    Counts of 1 to 5 are hidden, `events` becoming NaN. Where just one count of a table is hidden and the whole is shown
    elsewhere, the smallest other one is hidden as well. A ratio stands only where both its sides may be seen: that to
    everybody else is the group's own rate against the whole, which hides nothing further where the whole is shown, and
    is left out where it is not.
    """
    out = groups.copy()
    x, n = out["events"].to_numpy(dtype=float), out["people"].to_numpy(dtype=float)
    known = np.isfinite(x) & np.isfinite(n) & (n > 0) & (x >= 0)
    hidden = _hidden(out["table"], x, whole_shown=whole_shown)
    shown = known & ~hidden
    out["state"] = np.where(hidden, HIDDEN, np.where(known, VALUE, NO_RATE))
    out["events"] = np.where(hidden, np.nan, x)
    seen = np.where(shown, x, np.nan)
    out["rate"] = np.divide(seen * per, n, out=np.full(len(out), np.nan), where=shown)
    y, m = _reference(out, x, n, known, shown, reference, whole_shown=whole_shown)
    # A group beside itself has no ratio.
    itself = (out["category"] == reference).to_numpy()
    y = np.where(itself, np.nan, y)
    for confidence, name in ((CONFIDENCE_95, "95"), (CONFIDENCE_998, "998")):
        limits = interval_of(seen, n, per, "rate", confidence)
        out[f"rate_lower_{name}"], out[f"rate_upper_{name}"] = limits
        found = rate_ratio(seen, n, y, m, confidence)
        out["ratio"] = found.ratio
        out[f"ratio_lower_{name}"], out[f"ratio_upper_{name}"] = found.limits
    return out


def _hidden(table: "pd.Series[str]", events: FloatArray, *, whole_shown: bool) -> npt.NDArray[np.bool_]:
    small = (events > 0) & (events < SMALLEST_SHOWN)
    if not whole_shown:
        return small
    alone = pd.Series(small, index=table.index).groupby(table).transform("sum").to_numpy() == 1
    # A 0 hides nothing of its neighbour when it is known to be the smaller: the next count above 5 is what is hidden.
    candidates = pd.Series(np.where(alone & ~small & (events > 0), events, np.inf), index=table.index)
    order = candidates.groupby(table).rank(method="first").to_numpy()
    second: npt.NDArray[np.bool_] = np.isfinite(candidates.to_numpy()) & (order == 1)
    return small | second


def _reference(
    groups: pd.DataFrame,
    x: FloatArray,
    n: FloatArray,
    known: npt.NDArray[np.bool_],
    shown: npt.NDArray[np.bool_],
    reference: str,
    *,
    whole_shown: bool,
) -> tuple[FloatArray, FloatArray]:
    """The events and people that each group is set against; NaN where they may not be seen."""
    table = groups["table"]
    if reference == OTHERS:
        sums = pd.DataFrame({"x": np.where(known, x, np.nan), "n": np.where(known, n, np.nan)}, index=table.index)
        whole = sums.groupby(table).transform("sum").where(sums.notna().groupby(table).transform("all"))
        y, m = whole["x"].to_numpy(dtype=float) - x, whole["n"].to_numpy(dtype=float) - n
        # With the whole unseen, a ratio to it would give it away, and then the hidden part.
        none_hidden = pd.Series(shown, index=table.index).groupby(table).transform("all").to_numpy(dtype=bool)
        return np.where(none_hidden | whole_shown, y, np.nan), m
    chosen = groups[(groups["category"] == reference).to_numpy() & shown].set_index("table")
    return (
        table.map(chosen["events"]).to_numpy(dtype=float),
        table.map(chosen["people"]).to_numpy(dtype=float),
    )

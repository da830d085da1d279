"""Says why a figure is not compared. A comparison that cannot be made is named, never left blank (design, rule 8).

Elementwise, over columns of a frame: the first reason that holds is the one that is given, and none is an empty text.
"""

from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.states import State

MeasureKind = Literal["proportion", "rate", "mean", "count", "equivalents"]

OLDEST_COMPARATOR = 18
"""Months. An annual figure is published about seven months after its year, so that a local one may run 18 ahead of it;
past that a publication has been missed."""

_WITH_VALUE = tuple(state.value for state in State if state.has_value)


_MEASURED = frozenset({"days", "working days", "points", "grades"})
"""Units of totals that are not counts of separate events, though they may be whole numbers: days waited, points scored.
The days of one child come together, and Poisson's limits would be far too narrow."""


class Reason(StrEnum):
    """Why there is no reading."""

    NO_FIGURE = "no-figure"
    """The figure itself is suppressed, missing or otherwise no number: its state says which."""
    NO_COUNTERPART = "no-counterpart"
    """Nothing is published that counts exactly the same thing."""
    STOCK = "stock"
    """Largely the same children each year: rank, ratio, flows and trend, but no significance."""
    MEAN_ONLY = "mean-only"
    """A mean of scores or days, whose spread is not known."""
    NOT_EVENTS = "not-events"
    """Full-time equivalents, which are not counts of separate events."""
    COUNT_ONLY = "count-only"
    """A bare count, with nothing beneath it to make areas of different size alike."""
    PERCENT_ONLY = "percent-only"
    """Printed as a percentage or rate, without the counts that an interval needs."""
    DOES_NOT_FIT = "does-not-fit"
    """The part is larger than the whole, or there is nothing to divide by."""
    NO_COMPARATOR = "no-comparator"
    """The comparator is suppressed, missing or otherwise no number."""
    DIFFERENT_BASIS = "different-basis"
    SERIES_BREAK = "series-break"
    TOO_OLD = "too-old"
    TOO_FEW = "too-few"
    """Too few authorities have counts for their spread to be known."""


_WORDS = {
    Reason.NO_FIGURE: "there is no figure ({state})",
    Reason.NO_COUNTERPART: "nothing published counts exactly the same thing",
    Reason.STOCK: "it is counted at a date, and limits of chance are for events",
    Reason.MEAN_ONLY: "it is a mean, and how far the values behind it spread is not known",
    Reason.NOT_EVENTS: "it rests on full-time equivalents, which are not counts of separate events",
    Reason.COUNT_ONLY: "it is a count without a population, and areas differ in size",
    Reason.PERCENT_ONLY: "the counts behind it are not published",
    Reason.DOES_NOT_FIT: "its counts do not fit together",
    Reason.NO_COMPARATOR: "the comparator has no figure ({other_state})",
    Reason.DIFFERENT_BASIS: "the comparator covers time differently ({other_basis}, not {basis})",
    Reason.SERIES_BREAK: "the definition changed between the two",
    Reason.TOO_OLD: "the comparator is {lag} months older",
    Reason.TOO_FEW: "too few authorities have counts",
}


def reason_words(
    reason: Reason,
    *,
    state: State = State.MISSING,
    other_state: State = State.MISSING,
    basis: str = "",
    other_basis: str = "",
    lag: int = 0,
) -> str:
    """A reason as a clause that can follow “not compared: ”. `lag` is in months, the bases are already in words."""
    return _WORDS[reason].format(
        state=state.words, other_state=other_state.words, basis=basis, other_basis=other_basis, lag=lag
    )


def measure_kind(measure: Measure, catalogue: Catalogue) -> MeasureKind:
    """Which arithmetic a measure's figures bear.

    A "proportion" is a percentage of what is itself counted; "equivalents" rest on full-time equivalents; a "mean" adds
    up scores, days or part numbers over something and is not a share; a "rate" is anything else that is divided, such
    as suspensions per 100 pupils, of whom one may have several. A count with nothing beneath it is a "count".
    """
    if measure.population is None and not measure.denominator:
        return "count"
    terms = [catalogue.quantities[term.quantity] for term in (*measure.numerator, *measure.denominator)]
    if measure.printed_rules == "everywhere":
        return "equivalents"
    if not all(quantity.whole_number and quantity.unit not in _MEASURED for quantity in terms):
        return "mean"
    return "proportion" if measure.population is None and measure.is_percentage else "rate"


def not_compared(frame: pd.DataFrame, *, oldest: int = OLDEST_COMPARATOR) -> npt.NDArray[np.object_]:
    """The reason why each row is not compared, as a `Reason`'s text; empty where it is.

    `frame` has a row for each figure and these columns: `match` (of the measure's counterpart; `exact` where a figure
    is set beside another of its own series), `stock` (bool), `kind` (see `measure_kind`), `state`, `numerator`,
    `denominator`. The comparator's columns are optional, and what is absent is not asked about: `other_state`; `basis`
    and `other_basis` (of a length: a rolling year may stand as a year); `version` and `other_version` of the
    definition; `lag`, the whole months by which the comparator ends earlier (below 0 where it ends later). NaN never
    raises.
    """
    x, n = frame["numerator"].to_numpy(dtype=float), frame["denominator"].to_numpy(dtype=float)
    proportion = (frame["kind"] == "proportion").to_numpy()
    checks: list[tuple[Reason, npt.NDArray[np.bool_]]] = [
        (Reason.NO_FIGURE, ~frame["state"].isin(_WITH_VALUE).to_numpy()),
        (Reason.NO_COUNTERPART, (frame["match"] != "exact").to_numpy()),
    ]
    if "other_state" in frame:
        checks.append((Reason.NO_COMPARATOR, ~frame["other_state"].isin(_WITH_VALUE).to_numpy()))
    if "other_basis" in frame:
        checks.append((Reason.DIFFERENT_BASIS, (frame["basis"] != frame["other_basis"]).to_numpy()))
    if "other_version" in frame:
        checks.append((Reason.SERIES_BREAK, (frame["version"] != frame["other_version"]).to_numpy()))
    if "lag" in frame:
        checks.append((Reason.TOO_OLD, (frame["lag"] > oldest).to_numpy()))
    checks += [
        # First of the measure's own reasons: posts that are counted on a day are nobody's children.
        (Reason.NOT_EVENTS, (frame["kind"] == "equivalents").to_numpy()),
        (Reason.STOCK, frame["stock"].to_numpy(dtype=bool)),
        (Reason.COUNT_ONLY, (frame["kind"] == "count").to_numpy()),
        (Reason.MEAN_ONLY, (frame["kind"] == "mean").to_numpy()),
        (Reason.PERCENT_ONLY, np.isnan(x) | np.isnan(n)),
        (Reason.DOES_NOT_FIT, ~fits(x, n, proportion)),
    ]
    return np.select(
        [check for _, check in checks], [np.array(reason.value, dtype=object) for reason, _ in checks], default=""
    ).astype(object)


def fits(numerator: npt.ArrayLike, denominator: npt.ArrayLike, proportion: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether counts can be divided: nothing below 0 above, more than 0 below, and no part larger than its whole."""
    x, n = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    fit: npt.NDArray[np.bool_] = (
        (x >= 0) & np.isfinite(x) & (n > 0) & np.isfinite(n) & ((x <= n) | ~np.asarray(proportion, dtype=bool))
    )
    return fit

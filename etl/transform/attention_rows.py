"""Lays out what the attention list is made from: each area’s newest figures, with what is known of their measures."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.cube import FloatArray
from etl.transform.readings import difference_levels
from etl.transform.reasons import Reason, measure_kind
from schema.catalogue import Catalogue
from schema.measures import Polarity
from schema.periods import Basis, parse_period

_NUMBERS = (
    "value",
    "numerator",
    "denominator",
    "previous_value",
    "previous_numerator",
    "previous_denominator",
    "england_value",
    "level_england",
    "change_level",
    "design_effect",
)
_TEXTS = (
    "measure",
    "area",
    "kind",
    "basis",
    "period",
    "state",
    "previous_period",
    "compared_period",
    "compared_basis",
    "reason_previous",
)
_RAW = (Basis.QUARTER.value, Basis.TERM.value)
_COUNTS = ["previous_numerator", "previous_denominator"]


def with_counts_before(readings: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Readings with the counts of a year before, which `comparisons.compare` knows."""
    if set(_COUNTS) <= set(readings.columns):
        return readings
    if readings.empty:  # before anything was received: columns without rows have no kind to match by
        return readings.assign(**dict.fromkeys(_COUNTS, np.nan))
    key = ["measure", "category", "area", "kind", "basis", "period"]
    at = {"area": "reported_by"}
    right = compared[[*key, *_COUNTS]].rename(columns=at)
    return readings.merge(right, on=[at.get(name, name) for name in key], how="left", validate="many_to_one")


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that are used, absent ones empty."""
    found = frame.reindex(columns=[*_TEXTS, *_NUMBERS])
    found[list(_NUMBERS)] = found[list(_NUMBERS)].astype(float)
    found[list(_TEXTS)] = found[list(_TEXTS)].astype(object).fillna("")
    found["design_effect"] = found["design_effect"].fillna(1.0)
    return found


def newest(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that end when the area's newest figure of the measure ends."""
    ends = frame["period"].map({code: parse_period(code).end.toordinal() for code in frame["period"].unique()})
    newest = ends.groupby([frame["area"], frame["measure"]]).transform("max")
    return frame[ends == newest].drop_duplicates(["area", "measure", "kind", "basis"]).reset_index(drop=True)


def about(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """With what is known of each measure: `sign` is 1 where higher is better, −1 where lower is, else 0."""
    measures = [catalogue.measure(str(name)) for name in rows["measure"].unique()]
    sign = {Polarity.HIGHER: 1.0, Polarity.LOWER: -1.0, Polarity.JUDGEMENT: 0.0}
    by_id: dict[str, tuple[Any, ...]] = {
        m.id: (
            sign[m.polarity],
            m.agency,
            bool(m.statutory_limit),
            measure_kind(m, catalogue),
            catalogue.at_date(m),
            float(m.per),
            bool(m.priorities),
            m.is_percentage,
        )
        for m in measures
    }
    names = ("sign", "agency", "statutory", "sort", "stock", "per", "priority", "percentage")
    about = pd.DataFrame([by_id[str(name)] for name in rows["measure"]], columns=names, index=rows.index)
    rows = pd.concat([rows, about], axis=1)
    rows["raw"] = rows["basis"].isin(_RAW)
    # A quarter of its own has no comparator; the figure beside it that ends with it says how England stands.
    beside = rows[rows["england_value"].notna()].drop_duplicates(["area", "measure"])
    place = pd.MultiIndex.from_frame(beside[["area", "measure"]])
    at = place.get_indexer(pd.MultiIndex.from_frame(rows[["area", "measure"]]))
    for name in ("england_value", "compared_period", "compared_basis"):
        known = np.append(beside[name].to_numpy(dtype=object), np.nan if name == "england_value" else "")
        rows[f"{name}_beside"] = known[at]
    rows["england_value_beside"] = rows["england_value_beside"].astype(float)
    rows["level_before"] = _levels_before(rows)
    return rows


def _levels_before(rows: pd.DataFrame) -> FloatArray:
    """How a raw quarter differs from the same a year before, by the interval of the difference; NaN for all else."""
    asked = (rows["raw"] & rows["sort"].isin(["proportion", "rate", "count"]) & ~rows["stock"]).to_numpy()
    count = (rows["sort"] == "count").to_numpy()
    x, y = rows["numerator"].to_numpy(), rows["previous_numerator"].to_numpy()
    # A bare count is held against the count of as long a time.
    n, m = (np.where(count, 1.0, rows[name].to_numpy()) for name in ("denominator", "previous_denominator"))
    share, effect = (rows["sort"] == "proportion").to_numpy(), rows["design_effect"].to_numpy()
    found = difference_levels(x, n, y, m, proportion=share, design_effect=effect)
    return np.where(asked & ~broken(rows), found, np.nan)


def broken(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Where the definition changed since the year before, so that nothing is said of a change."""
    broken: npt.NDArray[np.bool_] = (rows["reason_previous"] == Reason.SERIES_BREAK.value).to_numpy()
    return broken

"""The 95% interval about each figure, and where there is none to be had."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from dashboard.compared import Row
from dashboard.views.figure import number
from etl.transform.differences import design_effect_words
from etl.transform.intervals import interval_of
from etl.transform.reasons import measure_kind
from schema.catalogue import Catalogue
from schema.measures import Measure

OF_FAMILIES = frozenset(
    {"children", "young people", "babies", "plans", "referrals", "assessments", "enquiries", "episodes"}
)
"""Units of what happens to brothers and sisters together."""


def effect_of(measure: Measure) -> float:
    """The design effect of a measure: counts are divided by it, so that their interval is that of as many as they are
    worth (`etl.transform.differences.limits_of`)."""
    return 1.0 if measure.design_effect is None else measure.design_effect.value


def interval_kind(measure: Measure, catalogue: Catalogue) -> tuple[Literal["proportion", "rate"] | None, str]:
    """How an interval is put about the measure's figures, or None; and what a reader should know of it (rule 9)."""
    kind = measure_kind(measure, catalogue)
    if kind == "equivalents":
        return None, "No interval: it rests on full-time equivalents, which are not counts of separate events."
    if kind == "mean":
        return None, "No interval: a mean has no interval from counts; how far the values spread is not known."
    if kind == "count":
        return None, "No interval: it is a bare count, with nothing beneath it."
    tail = ""
    if catalogue.at_date(measure):
        tail = " Most of what is counted at one date is counted again at the next: the interval is no test of a change."
    elif catalogue.quantities[measure.numerator[0].quantity].unit in OF_FAMILIES:
        tail = " Children come in families, so the true interval is wider."
    if measure.design_effect is not None:
        tail = f" {design_effect_words(measure.design_effect.value, measure.design_effect.because)}"
    if kind == "rate":
        return "rate", "95% interval: Byar’s approximation (exact Poisson below a count of 10)." + tail
    return "proportion", "95% interval: Wilson’s." + tail


def intervals(rows: Sequence[Row], measure: Measure, catalogue: Catalogue) -> list[tuple[float, float] | None]:
    """The 95% interval of each row's figure; None where there is none to be had.

    None for England and the regions too, whose counts are rounded and whose intervals would be hair-thin.
    """
    kind, _ = interval_kind(measure, catalogue)
    if kind is None or not rows:
        return [None] * len(rows)
    numerator = np.array([row["numerator"] for row in rows], dtype=float)
    denominator = np.array([row["denominator"] for row in rows], dtype=float)
    effect = effect_of(measure)
    lower, upper = interval_of(numerator / effect, denominator / effect, measure.per, kind)
    ranked = [catalogue.areas.by_id[str(row["area"])].ranked and number(row["value"]) is not None for row in rows]
    return [
        (float(low), float(high)) if good and np.isfinite(low) else None
        for low, high, good in zip(lower, upper, ranked, strict=True)
    ]

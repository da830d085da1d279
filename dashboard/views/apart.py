"""How far an area's figure lies from each chosen authority's, and whether that is beyond chance (design, rule 8)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.compared import Row
from dashboard.views.figure import number
from dashboard.views.intervals import effect_of
from etl.transform.differences import difference
from etl.transform.readings import difference_levels, judged
from etl.transform.reasons import Reason, measure_kind, not_compared, reason_words
from schema.catalogue import Catalogue
from schema.measures import Measure, Polarity
from schema.states import State

SAME_RETURN = "both are in one joint return, and so have one figure"


@dataclass(frozen=True)
class Apart:
    """The area's figure less another authority's of the same period and basis.

    `absolute` and its 95% `limits` are in the measure's unit of change (`differences.unit_of_change`: percentage points
    for a percentage); `relative` and its limits are per cent of the other's figure, and None for a percentage, of which
    per cent is never said. `level` is that of `readings.difference_levels`, above 0 where the area is the higher; it is
    None, and so are the limits, where `why` says, as a clause, why the two are not compared.
    """

    absolute: float | None
    limits: tuple[float, float] | None
    relative: float | None
    relative_limits: tuple[float, float] | None
    level: int | None
    verdict: str
    """“better”, “possibly worse”: of the area, beside the other."""
    why: str


def apart(own: Row | None, others: Sequence[Row | None], measure: Measure, catalogue: Catalogue) -> list[Apart]:
    """The area beside each of the others, in one pass; rows of one measure, period, basis and category.

    None stands for an area of which the release has no row. Two published figures are of one series, so they are
    compared whether or not that series is the measure itself; better and worse are said only where it is.
    """
    if not others:
        return []
    frame = pd.DataFrame(
        {
            "match": "exact",
            "stock": catalogue.at_date(measure),
            "kind": measure_kind(measure, catalogue),
            "state": _state(own).value,
            "other_state": [_state(other).value for other in others],
            "numerator": _cell(own, "numerator"),
            "denominator": _cell(own, "denominator"),
        }
    )
    x, n = frame["numerator"].to_numpy(dtype=float), frame["denominator"].to_numpy(dtype=float)
    y, m = (np.array([_cell(other, name) for other in others]) for name in ("numerator", "denominator"))
    share, effect = (frame["kind"] == "proportion").to_numpy(), effect_of(measure)
    reason = not_compared(frame)
    reason = np.where((reason == "") & (np.isnan(y) | np.isnan(m)), Reason.PERCENT_ONLY.value, reason)
    level = difference_levels(x, n, y, m, proportion=share, design_effect=effect)
    reason = np.where((reason == "") & np.isnan(level), Reason.DOES_NOT_FIT.value, reason)
    found = difference(x, n, y, m, proportion=share, per=measure.per, design_effect=effect)
    polarity = measure.polarity if measure.published_as.match == "exact" else Polarity.JUDGEMENT
    made = []
    for at, other in enumerate(others):
        if own is not None and other is not None and own["area"] == other["area"]:
            made.append(Apart(None, None, None, None, None, "", SAME_RETURN))
            continue
        mine, theirs = (None if row is None else number(row["value"]) for row in (own, other))
        between = None if mine is None or theirs is None else mine - theirs
        times = None if between is None or measure.is_percentage or not theirs else between / theirs * 100
        if reason[at]:
            why = reason_words(Reason(reason[at]), state=_state(own), other_state=_state(other))
            made.append(Apart(between, None, times, None, None, "", why))
            continue
        limits, ratio = found.absolute_limits, found.relative_limits
        ends = (float(ratio.lower[at]), float(ratio.upper[at]))
        made.append(
            Apart(
                absolute=between,
                limits=(float(limits.lower[at]), float(limits.upper[at])),
                relative=times,
                relative_limits=None if times is None or not np.isfinite(ends).all() else ends,
                level=int(level[at]),
                verdict=judged(float(level[at]), polarity),
                why="",
            )
        )
    return made


def _state(row: Row | None) -> State:
    return State.MISSING if row is None else State(str(row["state"]))


def _cell(row: Row | None, name: str) -> float:
    found = None if row is None else number(row[name])
    return np.nan if found is None else found

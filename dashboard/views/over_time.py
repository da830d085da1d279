"""The change of each figure on a year before and the trend over its last five periods, as the measure page has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.compared import Row
from dashboard.views.choices import Covering
from dashboard.views.figure import number
from etl.load import store
from etl.transform.over_time import over_time
from schema.catalogue import Catalogue
from schema.measures import Measure

Ends = tuple[float, float]


@dataclass(frozen=True)
class OverTime:
    """One figure's change and trend, both in `unit`: percentage points for a percentage, else the measure's own.

    `per_cent` and its limits are per cent of the earlier figure, and None for a percentage, of which per cent is never
    said. `change_level` is −2 … 2: beyond the limits at 95%, or at 99.8%. `trend` is the slope for each `step` (year,
    quarter, month, term). All limits are at 95%; where there are none, `change_why` and `trend_why` say so, as clauses.
    """

    unit: str
    change: float | None
    change_limits: Ends | None
    per_cent: float | None
    per_cent_limits: Ends | None
    change_why: str
    change_level: float | None
    trend: float | None
    trend_limits: Ends | None
    step: str
    trend_why: str


NOTHING = OverTime("", None, None, None, None, "", None, None, None, "", "")
"""Of a period for which no row was received."""


def by_period(own: Sequence[Row], covering: Covering, measure: Measure, catalogue: Catalogue) -> dict[str, OverTime]:
    """Of an area's rows of one category, those that cover time as asked, by the code of their period."""
    kind = store.SUBMISSION if covering.local else store.RELEASE
    rows = [row for row in own if row["kind"] == kind and row["basis"] == covering.basis.value]
    if not rows:
        return {}
    found = over_time(pd.DataFrame(rows), measure, catalogue).to_dict("records")
    return {str(row["period"]): _of(cells) for row, cells in zip(rows, found, strict=True)}


def _of(cells: Mapping[Any, Any]) -> OverTime:
    return OverTime(
        unit=str(cells["change_unit"]),
        change=number(cells["change"]),
        change_limits=_ends(cells["change_lower_95"], cells["change_upper_95"]),
        per_cent=number(cells["change_per_cent"]),
        per_cent_limits=_ends(cells["change_per_cent_lower_95"], cells["change_per_cent_upper_95"]),
        change_why=str(cells["change_not_told"]),
        change_level=number(cells["change_level"]),
        trend=number(cells["trend_per_period"]),
        trend_limits=_ends(cells["trend_lower_95"], cells["trend_upper_95"]),
        step=str(cells["trend_period"]),
        trend_why=str(cells["trend_not_told"]),
    )


def _ends(low: object, high: object) -> Ends | None:
    ends = number(low), number(high)
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])

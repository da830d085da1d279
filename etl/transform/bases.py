"""Year to date: a flow's quarters since April, added, beside the same quarters of the year before.

Only for flows that add up (`Catalogue.adds_up`); whoever calls has asked. Numerators and denominators are added before
they are divided, and a rate rests on the population as it is: a part of a year is never stretched to a whole one.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.cube import Part, Ranks, state_names
from etl.transform.figures import quotient
from etl.transform.parts import part_of
from schema.periods import PeriodKind, parse_period
from schema.states import SEVERITY_OF, State

Below = Literal["counts", "population", "nothing"]
Ints = npt.NDArray[np.int64]
_QUARTERS = 4


def year_to_date(quarters: pd.DataFrame, *, per: int, below: Below) -> pd.DataFrame:
    """One measure's quarters added up from April, one row for each quarter that is there.

    Args:
        quarters: figures of one measure on the basis `quarter`: `area, category, period, numerator, denominator,
            state`, one row for each area, category and period.
        per: the measure's multiplier.
        below: what the measure divides by: counts that are added too, the population of the newest quarter, or nothing.

    Returned: `area, category, period` (the quarter that it ends with), `quarters` (how many are added), `numerator,
    denominator, value, state`, and the same to the same quarter of the year before: `previous_period,
    previous_numerator, previous_denominator, previous_value, previous_state`. A quarter that is missing or hidden
    leaves the rest of its year without a number.

    Raises:
        ValueError: a period is no quarter.
    """
    periods = {code: parse_period(code) for code in quarters["period"].unique()}
    if not all(period.kind is PeriodKind.QUARTER for period in periods.values()):
        raise ValueError("a year to date is made of quarters")
    year = quarters["period"].map({code: int(code[:4]) for code in periods})
    place = np.asarray(quarters["period"].map({code: int(code[-1]) - 1 for code in periods}), dtype=np.int64)
    keys = pd.DataFrame({"area": quarters["area"], "category": quarters["category"], "year": year})
    group = np.asarray(keys.groupby(["area", "category", "year"], sort=False).ngroup(), dtype=np.int64)
    groups = int(group.max()) + 1 if len(group) else 0
    top = _added(part_of(quarters["numerator"], quarters["state"]), group, place, groups)
    bottom: Part | None = None
    if below == "population":
        bottom = part_of(quarters["denominator"], quarters["state"])
    elif below == "counts":
        bottom = _added(part_of(quarters["denominator"], quarters["state"]), group, place, groups)
    value, severity = quotient(top, bottom, per)
    nothing = np.full(len(quarters), np.nan)
    found = pd.DataFrame(
        {
            "area": quarters["area"].to_numpy(),
            "category": quarters["category"].to_numpy(),
            "period": quarters["period"].to_numpy(),
            "quarters": place + 1,
            "numerator": top.value,
            "denominator": bottom.value if bottom else nothing,
            "value": value,
            "state": state_names(severity),
        }
    )
    return _beside_the_year_before(found, {code: period.earlier(years=1).code for code, period in periods.items()})


def _added(part: Part, group: Ints, place: Ints, groups: int) -> Part:
    """Running sums over the quarters of each year, in the worst state of what is added. What never came is missing."""
    value = np.full((groups, _QUARTERS), np.nan)
    severity: Ranks = np.full((groups, _QUARTERS), SEVERITY_OF[State.MISSING], dtype=np.int8)
    value[group, place], severity[group, place] = part.value, part.severity
    value, severity = np.cumsum(value, axis=1), np.maximum.accumulate(severity, axis=1)
    return Part(value[group, place], severity[group, place], part.source)


def _beside_the_year_before(found: pd.DataFrame, earlier: dict[str, str]) -> pd.DataFrame:
    names = ["numerator", "denominator", "value", "state"]
    before = found[["area", "category", "period", *names]].rename(columns={n: f"previous_{n}" for n in names})
    both = found.assign(previous_period=found["period"].map(earlier).astype(object)).merge(
        before.rename(columns={"period": "previous_period"}), on=["area", "category", "previous_period"], how="left"
    )
    both["previous_state"] = both["previous_state"].fillna(State.MISSING.value)
    return both

"""Ratios of the counts of different steps in one period: so many section 47 enquiries for every 100 referrals.

They are ratios and not cohorts. The counts have units of their own (contacts, enquiries, plans, children), and a child
counted in one need not be among those counted in the other: whoever was referred in March is assessed in April.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.transform.cube import Part, state_names
from etl.transform.figures import quotient
from etl.transform.parts import part_of
from schema.quantities import TOTAL
from schema.states import SEVERITY_OF, State

KEY = ["kind", "area", "period", "basis"]
PER = 100


def counts_of(figures: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """The counts behind figures: the numerators of some measures, in whole.

    Args:
        figures: the newest (see `etl.transform.comparisons.newest_only`), with `measure, kind, area, period, basis,
            category, numerator, state, source_id`.
        measures: whose numerator is one quantity.

    Returned: `measure, kind, area, period, basis, source_id, count, state`, the state being the count's own.
    """
    found = figures[figures["measure"].isin(measures) & (figures["category"] == TOTAL)]
    part = part_of(found["numerator"], found["state"])
    named = found[["measure", *KEY, "source_id"]]
    return named.assign(count=part.value, state=state_names(part.severity)).reset_index(drop=True)


def ratios(counts: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """For every pair (above, below) the count of one measure for every 100 of another's, of the same area and time.

    A ratio takes the worse state of its two counts, is missing where one of them is not there, and is not applicable
    over nought.

    Returned: `above, below, kind, area, period, basis, count_above, count_below, ratio, state`.
    """
    return pd.concat([_ratio(counts, above, below) for above, below in pairs], ignore_index=True)


def _ratio(counts: pd.DataFrame, above: str, below: str) -> pd.DataFrame:
    own, other = (counts.loc[counts["measure"] == name, [*KEY, "count", "state"]] for name in (above, below))
    both = own.merge(other, on=KEY, how="outer", suffixes=("_above", "_below"))
    top, bottom = (_read(both[f"count_{side}"], both[f"state_{side}"]) for side in ("above", "below"))
    ratio, severity = quotient(top, bottom, PER)
    return pd.DataFrame(
        {
            "above": above,
            "below": below,
            **{name: both[name] for name in KEY},
            "count_above": top.value,
            "count_below": bottom.value,
            "ratio": ratio,
            "state": state_names(severity),
        }
    )


def _read(counts: "pd.Series[float]", states: "pd.Series[str]") -> Part:
    severity = np.asarray(states.map(SEVERITY_OF).fillna(SEVERITY_OF[State.MISSING]), dtype=np.int8)
    return Part(np.asarray(counts, dtype=np.float64), severity, np.zeros(len(counts), dtype=np.int64))


@dataclass(frozen=True)
class Neighbours:
    """An area's neighbours together; None where none of them has a number. `n` says how many have."""

    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    n: int


def neighbours_of(values: Mapping[str, float], neighbours: Sequence[str], joint_of: Mapping[str, str]) -> Neighbours:
    """Mean (LAIT's convention), median and range over the neighbours' own ratios.

    Args:
        values: by area id, those that have a number.
        neighbours: ids of the set.
        joint_of: the joint return that an area is a member of; it stands where the area has no number of its own, and
            once for two members.
    """
    ids = dict.fromkeys(area if area in values else joint_of.get(area, area) for area in neighbours)
    found = np.array([values[area] for area in ids if area in values])
    if not len(found):
        return Neighbours(None, None, None, None, 0)
    return Neighbours(float(found.mean()), float(np.median(found)), float(found.min()), float(found.max()), len(found))


def source_of(contact: str, sources: Sequence[str]) -> str | None:
    """The source of referral that a source of contact belongs to, by their ids; None where there is none.

    That of the same id, or else the longest that the id begins with: `police-other` belongs to `police`.
    """
    if contact in sources:
        return contact
    return max((source for source in sources if contact.startswith(f"{source}-")), key=len, default=None)

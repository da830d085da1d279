"""Holds what a compilation repeats against what the first publisher said: differences are told, never averaged."""

import numpy as np
import pandas as pd

from etl.transform.comparisons import RELEASE, newest_only

KEY = ["measure", "area", "period", "basis", "category"]
COLUMNS = (*KEY, "value", "source_id", "compiled_value", "compiled_source_id", "decimals", "difference", "agrees")

_MOST_DECIMALS = 6


def agreement(figures: pd.DataFrame) -> pd.DataFrame:
    """Every figure that a compilation and a first publisher both give, and whether they agree.

    `figures` has `kind`, `compilation` and `released_on` beside its own columns, all releases. The first publisher's is
    the newest release's figure, the compilation's its own newest. They agree where the first publisher's value, rounded
    as the compilation prints that measure, is the compilation's: `decimals` is how many places it prints for the
    measure and period, and half a unit of the last one is the tolerance. Returned with `value` (the first publisher's),
    `compiled_value`, `difference` (compiled less first) and `agrees`; rows where either has no value are left out.
    """
    with_value = figures[(figures["kind"] == RELEASE) & figures["value"].notna()]
    first = newest_only(with_value[~with_value["compilation"]])
    compiled = newest_only(with_value[with_value["compilation"]])
    compiled = compiled[[*KEY, "value", "source_id"]].rename(
        columns={"value": "compiled_value", "source_id": "compiled_source_id"}
    )
    both = first[[*KEY, "value", "source_id"]].merge(compiled, on=KEY)
    both["decimals"] = (
        both["compiled_value"].map(decimals_printed).groupby([both["measure"], both["period"]]).transform("max")
        if len(both)
        else []
    )
    both["difference"] = both["compiled_value"] - both["value"]
    # A millionth of the unit more, for halves that floats hold a hair's breadth off.
    tolerance = 0.5 * 10.0 ** -both["decimals"].astype(float) * (1 + 1e-6)
    both["agrees"] = both["difference"].abs() <= tolerance
    return both[list(COLUMNS)]


def decimals_printed(value: float) -> int:
    """How many decimal places a printed number has, the noise of binary fractions aside (2.2999999999999998 has 1)."""
    for places in range(_MOST_DECIMALS):
        if np.isclose(value, round(value, places), rtol=0, atol=1e-9):
            return places
    return _MOST_DECIMALS

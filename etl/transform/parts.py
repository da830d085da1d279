"""The counts behind figures that are already computed, as parts of another formula."""

import numpy as np
import pandas as pd

from etl.transform.cube import Part
from schema.states import SEVERITY_OF, State


def part_of(counts: "pd.Series[float]", states: "pd.Series[str]") -> Part:
    """A figure's numerators (or denominators) with a state of their own.

    A count that is there stands, whatever kept its figure from having a value. One that is not takes its figure's
    state; where the figure has a value all the same, only a rate was published, and the count is not available.

    Args:
        counts: NaN where there is none.
        states: of the figures, in the same order.
    """
    number = np.asarray(counts, dtype=np.float64)
    severity = np.asarray(states.map(SEVERITY_OF), dtype=np.int8)
    with_value = severity <= SEVERITY_OF[State.NIL]
    absent = np.where(with_value, SEVERITY_OF[State.UNAVAILABLE], severity)
    present = np.where(number == 0, SEVERITY_OF[State.ZERO], SEVERITY_OF[State.VALUE])
    own = np.where(np.isnan(number), absent, present).astype(np.int8)
    return Part(number, own, np.zeros(len(number), dtype=np.int64))

"""Lays control charts out: every period from the first to the last, and the stretches that share a baseline."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from etl.transform.control_limits import Segments
from etl.transform.control_terms import Rebase
from schema.periods import Basis, Period, PeriodKind, month, quarter_containing

KIND_OF = {Basis.QUARTER: PeriodKind.QUARTER, Basis.MONTH: PeriodKind.MONTH}
"""What may be charted, and the periods that it is reported for."""


def every_period(found: Sequence[Period]) -> tuple[Period, ...]:
    """Every month or quarter from the first to the last."""
    first, last = min(p.start for p in found), max(p.start for p in found)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if found[0].kind is PeriodKind.MONTH:
        return tuple(month(at // 12, at % 12 + 1) for at in months)
    return tuple(quarter_containing(date(at // 12, at % 12 + 1, 1)) for at in months[::3])


def first_from(periods: Sequence[Period], start: date) -> int:
    """The column of the first period that begins on a day or later."""
    return sum(period.start < start for period in periods)


def segments(areas: Sequence[str], periods: Sequence[Period], rebases: Sequence[Rebase]) -> Segments:
    """The number of the baseline of every area and period: 0, and one more from each new one on."""
    starts = np.zeros((len(areas), len(periods)), dtype=np.intp)
    row_of = {area: at for at, area in enumerate(areas)}
    for rebase in rebases:
        column = first_from(periods, rebase.start.start)
        rows = slice(None) if rebase.area is None else row_of.get(rebase.area)
        if rows is not None and 0 < column < len(periods):
            starts[rows, column] = 1
    return np.cumsum(starts, axis=1)

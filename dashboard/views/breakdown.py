"""Every category of a measure that is shared out, in the newest period."""

from dataclasses import dataclass

from dashboard.compared import Row
from dashboard.views.figure import FigureView, figure_view, number
from dashboard.views.intervals import intervals
from dashboard.views.points import Point
from dashboard.views.source_labels import SourceLabels
from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.states import State


@dataclass(frozen=True)
class BreakdownRow:
    """One category of a shared-out measure."""

    category: str
    title: str
    figure: FigureView
    interval: tuple[float, float] | None
    england: float | None
    england_state: State
    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class Breakdown:
    """All categories of the newest period."""

    title: str
    multi_select: bool
    period_label: str
    compared_label: str
    rows: tuple[BreakdownRow, ...]


def breakdown(
    measure: Measure,
    catalogue: Catalogue,
    every: list[Row],
    points: tuple[Point, ...],
    sources: SourceLabels,
) -> Breakdown | None:
    """Every category in the newest period of the trend."""
    if measure.share_by is None or not points:
        return None
    newest = points[-1]
    if newest.figure is None:
        return None
    shared = catalogue.breakdowns[measure.share_by]
    at = {
        str(row["category"]): row
        for row in every
        if row["period"] == newest.period and row["basis"] == newest.figure.basis.value
    }
    rows = [(c, at[shared.key(c.id)]) for c in shared.categories if shared.key(c.id) in at]
    about = intervals([row for _, row in rows], measure, catalogue)
    made = tuple(
        BreakdownRow(
            category=category.id,
            title=category.title,
            figure=figure_view(row, sources),
            interval=interval,
            england=number(row["england_value"]),
            england_state=State(str(row["england_state"])) if row["compared_period"] else State.MISSING,
            mean=number(row["neighbours_mean"]),
            median=number(row["neighbours_median"]),
            low=number(row["neighbours_low"]),
            high=number(row["neighbours_high"]),
            n=int(number(row["neighbours_n"]) or 0),
        )
        for (category, row), interval in zip(rows, about, strict=True)
    )
    england = newest.comparator("england")
    return Breakdown(
        shared.title, shared.multi_select, newest.period_label, england.period_label if england else "", made
    )

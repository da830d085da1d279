"""The periods of a measure's trend, each with all that stands beside it, or the reason why there is no number."""

from dataclasses import dataclass
from datetime import date

from dashboard.compared import Row
from dashboard.queries import Queries
from dashboard.views.choices import Covering, items_of
from dashboard.views.figure import Change, Comparator, FigureView, Rank, change, comparators, figure_view, rank
from dashboard.views.intervals import intervals
from dashboard.views.return_status import every_period
from dashboard.views.source_labels import source_labels
from etl.load import store
from etl.transform.comparisons import NeighbourSets
from schema.areas import Area
from schema.context import Context
from schema.measures import Measure
from schema.periods import Basis, Period, parse_period
from schema.states import State


@dataclass(frozen=True)
class Point:
    """One period of the trend: the area's figure and all that stands beside it."""

    period: str
    period_label: str
    ends: date
    figure: FigureView | None
    """None where no row was received."""
    state: State
    reason: str
    """Why there is no number, in words; empty where there is one."""
    interval: tuple[float, float] | None
    """95%, in the unit of the measure."""
    comparators: tuple[Comparator, ...]
    change: Change | None
    rank: Rank | None

    @property
    def value(self) -> float | None:
        """The figure's value."""
        return None if self.figure is None else self.figure.value

    def comparator(self, name: str, statistic: str = "value") -> Comparator | None:
        """One of the comparators, by name and statistic."""
        return next((c for c in self.comparators if c.name == name and c.statistic == statistic), None)

    def beside(self, name: str, statistic: str = "value") -> float | None:
        """A comparator's value."""
        found = self.comparator(name, statistic)
        return None if found is None else found.value


class Points:
    """Makes the points of one area's trend."""

    def __init__(
        self, queries: Queries, context: Context, measure: Measure, area: Area, neighbours: NeighbourSets
    ) -> None:
        self.catalogue = queries.catalogue
        self.sources = queries.sources(context)
        self.labels = source_labels(queries, context)
        self.measure, self.area, self.neighbours = measure, area, neighbours
        self.compared = queries.compared(context, measure.id, neighbours.model)

    def points(self, covering: Covering, own: list[Row], england: list[Row]) -> tuple[Point, ...]:
        """One point for each period that the area should have a figure for, earliest first."""
        kind = store.SUBMISSION if covering.local else store.RELEASE
        found = {str(row["period"]): row for row in own if row["kind"] == kind and row["basis"] == covering.basis.value}
        if covering.local:
            beside: dict[str, Row] = {}
            periods = self._expected(covering, [parse_period(code) for code in found])
        else:
            beside = {str(r["period"]): r for r in england if r["kind"] == kind and r["basis"] == covering.basis.value}
            periods = sorted((parse_period(code) for code in {*found, *beside}), key=lambda p: p.end)
        rows = [found[p.code] for p in periods if p.code in found]
        about = dict(zip((row["period"] for row in rows), intervals(rows, self.measure, self.catalogue), strict=True))
        made = [
            self.point(found[p.code], about[p.code])
            if p.code in found
            else self._without_row(p, covering, beside.get(p.code))
            for p in periods
        ]
        return tuple(_trimmed(made, self.area, local=covering.local))

    def _expected(self, covering: Covering, got: list[Period]) -> list[Period]:
        """Every period from the first to the last for which the return asks for it, so that a gap is seen."""
        spec = self.catalogue.returns[self.measure.agency]
        every = every_period(spec, got)
        if covering in (Covering.LOCAL_YEAR, Covering.LOCAL_ACADEMIC_YEAR):
            ends = {period.code[-2:] for period in got}
            return [period for period in every if period.code[-2:] in ends]
        items = items_of(self.catalogue, self.measure)
        return [p for p in every if p in got or all(item in spec.asked(p) for item in items)]

    def point(self, row: Row, interval: tuple[float, float] | None) -> Point:
        """A point with a row of its own."""
        figure = figure_view(row, self.labels)
        return Point(
            period=figure.period,
            period_label=figure.period_label,
            ends=figure.ends,
            figure=figure,
            state=figure.state,
            reason="" if figure.value is not None else self._reason(figure),
            interval=interval,
            comparators=comparators(row, self.sources, self.catalogue, self.neighbours.model, self.neighbours.size),
            change=change(row, self.measure),
            rank=rank(row, self.compared.level_with(row)),
        )

    def _without_row(self, period: Period, covering: Covering, england: Row | None) -> Point:
        reason = "no return was received" if covering.local else f"the release has no row for {self.area.name}"
        beside: tuple[Comparator, ...] = ()
        if england is not None:
            sets = self.neighbours
            beside = comparators(england, self.sources, self.catalogue, sets.model, sets.size)[:1]
        return without_figure(period, covering.basis, State.MISSING, reason, beside)

    def _reason(self, figure: FigureView) -> str:
        match figure.state:
            case State.SUPPRESSED:
                return "suppressed: a count behind it is too small to publish"
            case State.MISSING if figure.basis is Basis.ROLLING_YEAR:
                return "needs four quarters, and not all of them have been received"
            case State.MISSING if figure.local and figure.basis is Basis.ACADEMIC_YEAR:
                return "needs three terms, and not all of them have been received"
            case State.UNAVAILABLE if figure.local:
                return "not available: the agency could not give it"
            case State.UNAVAILABLE:
                return "not available: the publisher has no figure"
            case State.DISPUTED if figure.basis in (Basis.ROLLING_YEAR, Basis.ACADEMIC_YEAR):
                return "disputed: it rests on a number on which two agencies do not agree"
            case State.DISPUTED:
                return "disputed: two agencies give different numbers"
            case State.NOT_APPLICABLE:
                return "not applicable: there is nothing to take a share of"
            case State.UNRELIABLE:
                return "not reliable: the publisher withheld it"
            case _:
                return figure.state.words


def without_figure(
    period: Period, basis: Basis, state: State, reason: str, beside: tuple[Comparator, ...] = ()
) -> Point:
    """A period for which there is no row."""
    return Point(
        period=period.code,
        period_label=period.label(basis),
        ends=period.end,
        figure=None,
        state=state,
        reason=reason,
        interval=None,
        comparators=beside,
        change=None,
        rank=None,
    )


def _trimmed(points: list[Point], area: Area, *, local: bool) -> list[Point]:
    """Without the first periods for which there could be no figure: before the area, or before four quarters."""
    for at, point in enumerate(points):
        before = point.figure is None and area.since is not None and point.ends < area.since
        too_soon = local and point.value is None and point.state is State.MISSING
        if not before and not too_soon:
            return points[at:]
    return []


def about_the_same_time(
    published: tuple[Point, ...], points: tuple[Point, ...], covering: Covering
) -> tuple[Point, ...]:
    """The published points whose comparators stand beside these; none beside raw quarters or terms."""
    if not covering.local:
        return published
    if covering.raw or not points:
        return ()
    first = next((p.ends for p in points if p.value is not None), points[0].ends)
    begin = date(first.year - 2, first.month, 1)
    return tuple(point for point in published if point.ends >= begin)

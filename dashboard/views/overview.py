"""What the overview shows: the newest figure of every measure for one area, and where it stands."""

from dataclasses import dataclass
from functools import cached_property

from dashboard.compared import ComparedMeasure, Row
from dashboard.queries import Partnership, Queries
from dashboard.views.figure import (
    Change,
    Comparator,
    FigureView,
    Rank,
    change,
    comparators,
    figure_view,
    measure_title,
    number,
    period_label,
    rank,
)
from dashboard.views.received import ReleaseFact, ReturnFact, release_facts, return_facts
from etl.load import store
from etl.transform.comparisons import NeighbourSets
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure, Outcome
from schema.periods import Basis, parse_period
from schema.states import State

# How a local figure leads, best first (design, rule 12 and R4): a year's worth or a date, never the raw quarter.
_LEADING_BASES = (Basis.AT_DATE.value, Basis.ROLLING_YEAR.value)


# How near to either end of the list of authorities counts as being at its end.
NEAR_THE_END = 10


@dataclass(frozen=True)
class Spark:
    """A short line: published years of the area and of England, and the area's newest local figure after them."""

    labels: tuple[str, ...]
    own: tuple[float | None, ...]
    england: tuple[float | None, ...]
    local: float | None
    local_label: str


@dataclass(frozen=True)
class Strip:
    """Where the area stands: every authority's published value in one period, and the area's own headline."""

    others: tuple[float, ...]
    neighbours: tuple[float, ...]
    own: float | None
    england: float | None
    period_label: str
    own_label: str


@dataclass(frozen=True)
class Place:
    """A published figure's place among all authorities, counted from the nearer end; ties share the better number."""

    number: int
    end: str
    of: int

    @property
    def near(self) -> bool:
        """Whether it counts as being at its end."""
        return self.number <= NEAR_THE_END


@dataclass(frozen=True)
class OverviewRow:
    """A measure (or its headline category) as the overview shows it."""

    measure: Measure
    category: str
    title: str
    agency_title: str
    headline: FigureView | None
    quarter: FigureView | None
    published: FigureView | None
    change: Change | None
    comparators: tuple[Comparator, ...]
    spark: Spark
    strip: Strip | None
    rank: Rank | None

    def comparator(self, name: str, statistic: str = "value") -> Comparator | None:
        """One of the comparators, by name and statistic."""
        return next((c for c in self.comparators if c.name == name and c.statistic == statistic), None)

    @cached_property
    def place(self) -> Place | None:
        """Where the published figure stands. None where it is not ranked, or the others are of another period."""
        figure, strip = self.published, self.strip
        if self.rank is None or figure is None or figure.value is None or strip is None:
            return None
        if figure.period_label != strip.period_label:
            return None
        others = (*strip.others, *strip.neighbours)
        above = sum(value > figure.value for value in others)
        below = sum(value < figure.value for value in others)
        return Place(above + 1, "highest", self.rank.of) if above <= below else Place(below + 1, "lowest", self.rank.of)


@dataclass(frozen=True)
class OverviewPage:
    """Everything on the overview, before any filter."""

    partnership: Partnership
    area: Area
    is_home: bool
    """Whether the area shown is the partnership's own, whose returns are here."""
    groups: tuple[tuple[Outcome, tuple[OverviewRow, ...]], ...]
    returns: tuple[ReturnFact, ...]
    releases: tuple[ReleaseFact, ...]
    model_title: str

    @property
    def rows(self) -> tuple[OverviewRow, ...]:
        """All rows, in order."""
        return tuple(row for _, rows in self.groups for row in rows)


def overview_page(queries: Queries, context: Context, area: Area, model: str | None = None) -> OverviewPage:
    """The newest figure of every measure for one area, with what it stands beside."""
    catalogue = queries.catalogue
    partnership = queries.partnership(context)
    framework = catalogue.frameworks[context.framework]
    chosen = queries.neighbours(context, model)
    title = next(known.title for known in queries.neighbour_models() if known.id == chosen.model)
    sources, compared = queries.sources(context), queries.compared_all(context, model)
    rows = [
        _overview_row(catalogue, area, measure, compared[measure.id], sources, chosen)
        for measure in catalogue.measures_of(framework.id)
    ]
    groups = [(outcome, tuple(r for r in rows if r.measure.outcome == outcome.id)) for outcome in framework.outcomes]
    return OverviewPage(
        partnership=partnership,
        area=area,
        is_home=area.id == partnership.home_area,
        groups=tuple((outcome, found) for outcome, found in groups if found),
        returns=return_facts(queries, context),
        releases=release_facts(sources.values()),
        model_title=title,
    )


def _overview_row(
    catalogue: Catalogue,
    area: Area,
    measure: Measure,
    compared: ComparedMeasure,
    sources: dict[int, store.Source],
    neighbours: NeighbourSets,
) -> OverviewRow:
    own = compared.rows(area, measure.headline_category)
    local = [row for row in own if row["kind"] == store.SUBMISSION]
    published = [row for row in own if row["kind"] == store.RELEASE]
    # What the newest return left out is shown as missing on the measure's page; here the newest that came leads, dated.
    leading = [row for row in local if row["basis"] in _LEADING_BASES and row["state"] != State.MISSING]
    headline = _last(leading) or _last(published)
    last_published = _last(published)
    return OverviewRow(
        measure=measure,
        category=measure.headline_category,
        title=measure_title(measure, measure.headline_category, catalogue),
        agency_title=catalogue.returns[measure.agency].title,
        headline=_view(headline, sources, catalogue),
        quarter=_view(_last([r for r in local if r["basis"] == Basis.QUARTER]), sources, catalogue),
        published=_view(last_published, sources, catalogue),
        change=None if headline is None else change(headline, measure),
        comparators=()
        if headline is None
        else comparators(headline, sources, catalogue, neighbours.model, neighbours.size),
        spark=_spark(published, headline),
        strip=None if headline is None else _strip(compared, headline, area, neighbours, catalogue),
        rank=None if last_published is None else rank(last_published),
    )


def _last(rows: list[Row]) -> Row | None:
    return rows[-1] if rows else None


def _view(row: Row | None, sources: dict[int, store.Source], catalogue: Catalogue) -> FigureView | None:
    return None if row is None else figure_view(row, sources, catalogue)


def _spark(published: list[Row], headline: Row | None) -> Spark:
    local = headline if headline is not None and headline["kind"] == store.SUBMISSION else None
    return Spark(
        labels=tuple(period_label(row) for row in published),
        own=tuple(number(row["value"]) for row in published),
        england=tuple(number(row["england_value"]) for row in published),
        local=None if local is None else number(local["value"]),
        local_label="" if local is None else period_label(local),
    )


def _strip(
    compared: ComparedMeasure, figure: Row, area: Area, neighbours: NeighbourSets, catalogue: Catalogue
) -> Strip | None:
    """Every authority's value in the period that a figure is compared with. None where it is compared with none."""
    period, basis = str(figure["compared_period"]), str(figure["compared_basis"])
    if not period:
        return None
    values = compared.published(period, basis, str(figure["category"]))
    joint = catalogue.areas.composite_of(area)
    others = {other: value for other, value in values.items() if other not in (area.id, joint.id if joint else "")}
    nearest = neighbours.of(area.id)
    return Strip(
        others=tuple(value for other, value in others.items() if other not in nearest),
        neighbours=tuple(value for other, value in others.items() if other in nearest),
        own=number(figure["value"]),
        england=number(figure["england_value"]),
        period_label=parse_period(period).label(Basis(basis)),
        own_label=period_label(figure),
    )

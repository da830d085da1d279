"""What the overview shows: the newest figure of every measure for one area, and where it stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

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
from dashboard.views.reading import Reading, reading_of
from dashboard.views.received import ReleaseFact, ReturnFact, release_facts, return_facts
from dashboard.views.return_status import today_of
from dashboard.views.source_labels import SourceLabels, source_labels
from dashboard.views.standing import RAW, local_rows, newest, published_rows, raw_rows
from etl.load import store
from etl.transform.comparisons import NeighbourSets
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure, Outcome
from schema.periods import Basis, parse_period
from schema.publications import NeighbourModel


@dataclass(frozen=True)
class Spark:
    """A short line: published years of the area and of England, and the area's newest local figure where it covers time
    as they do (design, rule 3): a quarter never stands on a line of years.

    Where nothing is published that is the same measure, the agency's own figures are the line, and nothing is beside.
    """

    years: tuple[int, ...]
    """In which each published period ends; empty for a line of the agency's own figures."""
    labels: tuple[str, ...]
    own: tuple[float | None, ...]
    england: tuple[float | None, ...]
    local: float | None
    local_label: str
    local_year: float = 0.0
    """Where the local figure stands among `years`: a rolling year that ends in September half a year after March's."""
    basis: Basis = Basis.YEAR
    """How all figures of the line cover time; a rolling year is as long as a year."""


@dataclass(frozen=True)
class Strip:
    """Where the area stands: every authority's published value in one period, and the area's own headline – or, where
    that is counted otherwise than the published ones, the area's own published value."""

    others: tuple[float, ...]
    neighbours: tuple[float, ...]
    own: float | None
    england: float | None
    period_label: str
    own_label: str
    own_is_local: bool


@dataclass(frozen=True)
class OverviewRow:
    """A measure (or its headline category) as the overview shows it."""

    measure: Measure
    category: str
    title: str
    agency_title: str
    headline: FigureView | None
    raw: FigureView | None
    """The newest quarter or term as it came."""
    published: FigureView | None
    change: Change | None
    comparators: tuple[Comparator, ...]
    spark: Spark
    strip: Strip | None
    rank: Rank | None
    reading: Reading | None = None

    def comparator(self, name: str, statistic: str = "value") -> Comparator | None:
        """One of the comparators, by name and statistic."""
        return next((c for c in self.comparators if c.name == name and c.statistic == statistic), None)

    @property
    def comparable(self) -> bool:
        """Whether what is published is the same measure; else it is only set beside, and never read against."""
        return self.measure.published_as.match == "exact"

    @property
    def ranks_another(self) -> bool:
        """Whether the rank is not that of the figure that leads: a published one's beside a local one, or beside a
        measure that is not quite what is published."""
        return self.headline != self.published or not self.comparable


@dataclass(frozen=True)
class OverviewPage:
    """Everything on the overview, of the measures that were chosen."""

    partnership: Partnership
    area: Area
    is_home: bool
    """Whether the area shown is the partnership's own, whose returns are here."""
    groups: tuple[tuple[Outcome, tuple[OverviewRow, ...], tuple[Measure, ...]], ...]
    """By outcome: the measures that have a figure, and those that still wait for one."""
    returns: tuple[ReturnFact, ...]
    releases: tuple[ReleaseFact, ...]
    model_title: str
    of: int
    """How many measures are in use, chosen or not."""

    @property
    def rows(self) -> tuple[OverviewRow, ...]:
        """All rows, in order: the measures that have a figure."""
        return tuple(row for _, rows, _ in self.groups for row in rows)

    @property
    def waiting(self) -> tuple[Measure, ...]:
        """The measures without any figure, in order."""
        return tuple(measure for _, _, waiting in self.groups for measure in waiting)

    @property
    def measures(self) -> int:
        """How many measures were chosen."""
        return len(self.rows) + len(self.waiting)


Chosen = Callable[[Measure], bool]
"""Whether a measure is among those that a page is about."""


def every_measure(_measure: Measure) -> bool:
    """All of them."""
    return True


def overview_page(
    queries: Queries,
    context: Context,
    area: Area,
    model: str | None = None,
    *,
    chosen: Chosen = every_measure,
    today: date | None = None,
) -> OverviewPage:
    """The newest figure of every chosen measure for one area, with what it stands beside. What is retired is left
    out."""
    catalogue = queries.catalogue
    partnership = queries.partnership(context)
    framework = catalogue.frameworks[context.framework]
    neighbours = queries.neighbours(context, model)
    title = next(known.title for known in queries.neighbour_models() if known.id == neighbours.model)
    day = today or today_of(context)
    every = [m for m in catalogue.measures_of(framework.id) if m.retired is None or m.retired > day]
    rows = overview_rows(queries, context, area, [measure for measure in every if chosen(measure)], model)
    groups = [(outcome, [row for row in rows if row.measure.outcome == outcome.id]) for outcome in framework.outcomes]
    facts = return_facts(queries, context, day)
    return OverviewPage(
        partnership=partnership,
        area=area,
        is_home=area.id == partnership.home_area,
        groups=tuple(
            (
                outcome,
                tuple(row for row in found if row.headline is not None),
                tuple(row.measure for row in found if row.headline is None),
            )
            for outcome, found in groups
            if found
        ),
        returns=tuple(fact for fact in facts if any(row.measure.agency == fact.agency for row in rows)),
        releases=release_facts(queries.sources(context).values()),
        model_title=title,
        of=len(every),
    )


def overview_rows(
    queries: Queries, context: Context, area: Area, measures: Sequence[Measure], model: str | None = None
) -> list[OverviewRow]:
    """Some measures for one area, those without a figure too."""
    compared, sources = queries.compared_all(context, model), source_labels(queries, context)
    neighbours = queries.neighbours(context, model)
    read = queries.readings_at(context, area.id, neighbours.model)
    models = queries.neighbour_models()
    rows = [
        _overview_row(queries.catalogue, area, measure, compared[measure.id], sources, neighbours)
        for measure in measures
    ]
    return [_with_reading(row, read, area, queries.catalogue, neighbours.model, models) for row in rows]


def _with_reading(
    row: OverviewRow,
    read: dict[tuple[str, str, str, str], Row],
    area: Area,
    catalogue: Catalogue,
    model: str,
    models: tuple[NeighbourModel, ...],
) -> OverviewRow:
    figure = row.headline
    if figure is None:
        return row
    kind = store.SUBMISSION if figure.local else store.RELEASE
    found = read.get((row.measure.id, row.category, kind, figure.basis.value))
    if found is None or found["period"] != figure.period:
        return row
    shown = next(known for known in models if known.id == model)
    return replace(row, reading=reading_of(found, row.measure, area, catalogue, shown, models))


def _overview_row(
    catalogue: Catalogue,
    area: Area,
    measure: Measure,
    compared: ComparedMeasure,
    sources: SourceLabels,
    neighbours: NeighbourSets,
) -> OverviewRow:
    own = compared.rows(area, measure.headline_category)
    published = published_rows(own)
    last_published = newest(published)
    # What the newest return left out is shown as missing on the measure's page; here the newest that came leads, dated.
    headline = newest(local_rows(own)) or last_published
    comparable = measure.published_as.match == "exact"
    if headline is not None and headline["basis"] in RAW and comparable and last_published is not None:
        # Until four quarters make a year, the published year leads: a single quarter can stand beside nothing.
        headline = last_published
    return OverviewRow(
        measure=measure,
        category=measure.headline_category,
        title=measure_title(measure, measure.headline_category, catalogue),
        agency_title=catalogue.returns[measure.agency].title,
        headline=_view(headline, sources),
        raw=_view(newest(raw_rows(own)), sources),
        published=_view(last_published, sources),
        change=None if headline is None else change(headline, measure),
        comparators=()
        if headline is None
        else comparators(headline, sources.sources, catalogue, neighbours.model, neighbours.size),
        spark=spark_of(published, headline) if comparable and published else _own_spark(local_rows(own), published),
        strip=_strip(compared, headline if comparable else last_published, area, neighbours, catalogue),
        rank=None if last_published is None else rank(last_published, compared.level_with(last_published)),
    )


def _view(row: Row | None, sources: SourceLabels) -> FigureView | None:
    return None if row is None else figure_view(row, sources)


def spark_of(published: list[Row], headline: Row | None) -> Spark:
    """Published periods, and a local figure after them only where both cover time alike."""
    last = published[-1] if published else None
    local = headline if headline is not None and headline["kind"] == store.SUBMISSION else None
    if local is not None and (last is None or _length(local) != _length(last)):
        local = None
    return Spark(
        local_year=0.0 if local is None or last is None else _year_of(local, last),
        basis=Basis.YEAR if last is None else Basis(str(last["basis"])),
        years=tuple(parse_period(str(row["period"])).end.year for row in published),
        labels=tuple(period_label(row) for row in published),
        own=tuple(number(row["value"]) for row in published),
        england=tuple(number(row["england_value"]) for row in published),
        local=None if local is None else number(local["value"]),
        local_label="" if local is None else period_label(local),
    )


def _length(row: Row) -> str:
    """How long a figure's time is: a rolling year is as long as a year."""
    return Basis.YEAR.value if row["basis"] == Basis.ROLLING_YEAR.value else str(row["basis"])


def _year_of(local: Row, last: Row) -> float:
    """Where a local figure ends, in years as the last published one's end is counted."""
    end, other = parse_period(str(local["period"])).end, parse_period(str(last["period"])).end
    return other.year + ((end.year - other.year) * 12 + end.month - other.month) / 12


# About three years of quarters, as much as can be told apart.
_MOST_OWN = 12


def _own_spark(local: list[Row], published: list[Row]) -> Spark:
    """The agency's own figures where two of them make a line, else what is published for context."""
    if len(local) < 2:
        return spark_of(published, None)
    shown = local[-_MOST_OWN:]
    return Spark(
        (),
        tuple(map(period_label, shown)),
        tuple(number(row["value"]) for row in shown),
        (),
        None,
        "",
        basis=Basis(str(shown[-1]["basis"])),
    )


def _strip(
    compared: ComparedMeasure, figure: Row | None, area: Area, neighbours: NeighbourSets, catalogue: Catalogue
) -> Strip | None:
    """Every authority's value in the period that a figure is compared with. None where it is compared with none."""
    if figure is None:
        return None
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
        own_is_local=figure["kind"] == store.SUBMISSION,
    )

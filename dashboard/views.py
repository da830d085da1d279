"""What a page shows, as plain values: chosen and ordered here, drawn by `components` and `charts`.

No page, component or chart asks the database or compares anything itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from dashboard.compared import ComparedMeasure, Row
from dashboard.queries import Partnership, Queries
from etl.load import store
from etl.transform.comparisons import NeighbourSets
from schema.areas import Area, AreaKind
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure, Outcome
from schema.periods import Basis, parse_period
from schema.quantities import TOTAL
from schema.states import State

# How a local figure leads, best first (design, rule 12 and R4): a year's worth or a date, never the raw quarter.
_LEADING_BASES = (Basis.AT_DATE.value, Basis.ROLLING_YEAR.value)


@dataclass(frozen=True)
class FigureView:
    """One figure with everything that must stand beside it. Numbers are unrounded; None where there is none."""

    value: float | None
    state: State
    numerator: float | None
    denominator: float | None
    period: str
    basis: Basis
    period_label: str
    ends: date
    category: str
    origin: str
    other_value: float | None
    status: str
    local: bool
    """From a return, and not from a publication."""
    source_id: int
    source_label: str
    population_period: str


@dataclass(frozen=True)
class Change:
    """The same area and basis a year before. `difference` is in the unit of the measure (points for a percentage)."""

    previous: float
    difference: float
    per_cent: float | None
    """None where the measure is itself a percentage, or the earlier figure was zero."""
    period_label: str


@dataclass(frozen=True)
class Comparator:
    """England, the region or the neighbours, with its own period and release."""

    name: str
    """`england`, `region` or `neighbours`."""
    label: str
    statistic: str
    """`value`, or `mean`, `median`, `low`, `high` over the neighbours."""
    value: float | None
    state: State
    period_label: str
    release_label: str
    lag_months: int
    """How much earlier the comparator's period ends than the figure's."""
    n: int | None = None
    size: int | None = None
    model: str = ""


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
class Rank:
    """Of the published figures of one period. 1 is best where the polarity says so, else highest."""

    rank: int
    of: int
    quartile: int
    unranked: int
    period_label: str


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


@dataclass(frozen=True)
class ReturnFact:
    """An agency's newest return, and which quarters between its first and the newest due one never came."""

    agency: str
    agency_title: str
    newest_period: str
    newest_label: str
    extracted_on: date | None
    received_at: datetime | None
    status: str
    missing: tuple[str, ...]
    next_period: str
    next_due: date


@dataclass(frozen=True)
class ReleaseFact:
    """A publication's newest release."""

    series_title: str
    released_on: date


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


def number(value: object) -> float | None:
    """A cell as a number, None for NaN."""
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]


def authorities(catalogue: Catalogue) -> tuple[Area, ...]:
    """Every authority that still exists, by name: what the area picker offers."""
    found = (a for a in catalogue.areas if a.kind is AreaKind.AUTHORITY and a.until is None)
    return tuple(sorted(found, key=lambda area: area.name))


def home_area(queries: Queries, context: Context, code: str | None) -> Area:
    """The area asked for, or the partnership's own. Raises WrongUseError for a code that is no area."""
    return queries.catalogue.areas.find(code or queries.partnership(context).home_area)


def figure_view(row: Row, sources: dict[int, store.Source], catalogue: Catalogue) -> FigureView:
    """A row of a (compared) figures frame."""
    period, basis = parse_period(str(row["period"])), Basis(str(row["basis"]))
    source = sources[int(str(row["source_id"]))]
    return FigureView(
        value=number(row["value"]),
        state=State(str(row["state"])),
        numerator=number(row["numerator"]),
        denominator=number(row["denominator"]),
        period=period.code,
        basis=basis,
        period_label=period.label(basis),
        ends=period.end,
        category=str(row["category"]),
        origin=str(row["origin"]),
        other_value=number(row["other_value"]),
        status=str(row["status"]),
        local=row["kind"] == store.SUBMISSION,
        source_id=source.id,
        source_label=source_label(source, catalogue),
        population_period=str(row["population_period"]),
    )


def day(value: date) -> str:
    """A day as a reader meets it: 30 October 2025."""
    return f"{value.day} {value:%B %Y}"


def source_label(source: store.Source, catalogue: Catalogue) -> str:
    """Where a figure came from, in a line."""
    if source.kind == store.SUBMISSION:
        title = catalogue.returns[source.publisher].title
        period = parse_period(source.edition)
        return f"{title} return for {period.label()}, extracted {day(source.released_on)}, {source.status}"
    publication = catalogue.publications.get(source.publisher)
    publisher = publication.publisher if publication else ""
    return f"{publisher}, {source.series_title}, released {day(source.released_on)}"


def comparators(
    row: Row, sources: dict[int, store.Source], catalogue: Catalogue, model_id: str, size: int
) -> tuple[Comparator, ...]:
    """The comparators of one compared figure. None where nothing published may stand beside it."""
    period = str(row["compared_period"])
    if not period:
        return ()
    compared = parse_period(period)
    basis = Basis(str(row["compared_basis"]))
    own = parse_period(str(row["period"]))
    source = sources.get(int(str(row["compared_source_id"])))
    release = day(source.released_on) if source else ""
    lag = (own.end.year - compared.end.year) * 12 + own.end.month - compared.end.month
    label = compared.label(basis)

    def one(name: str, title: str, statistic: str, value: object, state: State, n: int | None = None) -> Comparator:
        known = n is not None
        return Comparator(
            name,
            title,
            statistic,
            number(value),
            state,
            label,
            release,
            lag,
            n,
            size if known else None,
            model_id if known else "",
        )

    found = [one("england", "England", "value", row["england_value"], State(str(row["england_state"])))]
    if row["region_id"]:
        region = catalogue.areas.by_id[str(row["region_id"])]
        found.append(one("region", region.name, "value", row["region_value"], State(str(row["region_state"]))))
    n = number(row["neighbours_n"])
    for statistic in ("mean", "median", "low", "high"):
        value = row[f"neighbours_{statistic}"]
        state = State.VALUE if number(value) is not None else State.MISSING
        found.append(one("neighbours", "Statistical neighbours", statistic, value, state, int(n or 0)))
    return tuple(found)


def change(row: Row, measure: Measure) -> Change | None:
    """How far a figure is from the one a year before; None where either is not a number."""
    value, previous = number(row["value"]), number(row["previous_value"])
    if value is None or previous is None:
        return None
    period, basis = parse_period(str(row["previous_period"])), Basis(str(row["basis"]))
    relative = None if measure.is_percentage or previous == 0 else (value - previous) / previous * 100
    return Change(previous, value - previous, relative, period.label(basis))


def rank(row: Row) -> Rank | None:
    """A published figure's place among all authorities."""
    place, of = number(row["rank"]), number(row["of"])
    if place is None or of is None:
        return None
    period, basis = parse_period(str(row["period"])), Basis(str(row["basis"]))
    unranked, quartile = number(row["unranked"]), number(row["quartile"])
    return Rank(int(place), int(of), int(quartile or 0), int(unranked or 0), period.label(basis))


def overview(queries: Queries, context: Context, area: Area, model: str | None = None) -> OverviewPage:
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
        releases=_release_facts(sources.values()),
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
    leading = [row for row in local if row["basis"] in _LEADING_BASES]
    headline = _last(leading) or _last(published)
    last_published = _last(published)
    title = measure.title
    if measure.headline_category != TOTAL:
        title = f"{title}: {catalogue.category_title(measure.headline_category).lower()}"
    return OverviewRow(
        measure=measure,
        category=measure.headline_category,
        title=title,
        agency_title=catalogue.returns[measure.agency].title,
        headline=_view(headline, sources, catalogue),
        quarter=_view(_last([r for r in local if r["basis"] == Basis.QUARTER]), sources, catalogue),
        published=_view(last_published, sources, catalogue),
        change=None if headline is None else change(headline, measure),
        comparators=()
        if headline is None
        else comparators(headline, sources, catalogue, neighbours.model, neighbours.size),
        spark=_spark(published, headline),
        strip=None if headline is None else strip(compared, headline, area, neighbours, catalogue),
        rank=None if last_published is None else rank(last_published),
    )


def _last(rows: list[Row]) -> Row | None:
    return rows[-1] if rows else None


def _view(row: Row | None, sources: dict[int, store.Source], catalogue: Catalogue) -> FigureView | None:
    return None if row is None else figure_view(row, sources, catalogue)


def period_label(row: Row) -> str:
    """The interval that a figure covers, in words."""
    return parse_period(str(row["period"])).label(Basis(str(row["basis"])))


def _spark(published: list[Row], headline: Row | None) -> Spark:
    local = headline if headline is not None and headline["kind"] == store.SUBMISSION else None
    return Spark(
        labels=tuple(period_label(row) for row in published),
        own=tuple(number(row["value"]) for row in published),
        england=tuple(number(row["england_value"]) for row in published),
        local=None if local is None else number(local["value"]),
        local_label="" if local is None else period_label(local),
    )


def strip(
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


def return_facts(queries: Queries, context: Context) -> tuple[ReturnFact, ...]:
    """For each agency that owes a return: the newest received, and the quarters between that never came."""
    submitted = queries.periods_submitted(context)
    newest = {
        (source.publisher, source.edition): source
        for source in queries.sources(context).values()
        if source.kind == store.SUBMISSION
    }
    facts = []
    for agency, spec in sorted(queries.catalogue.returns.items()):
        periods = [parse_period(code) for code in submitted.get(agency, ())]
        periods.sort(key=lambda period: period.end)
        if not periods:
            continue
        expected = [periods[-1]]
        while expected[-1].start > periods[0].start:
            expected.append(expected[-1].earlier(quarters=1))
        got = {period.code for period in periods}
        last = periods[-1]
        source = newest[agency, last.code]
        following = last.earlier(quarters=-1)
        facts.append(
            ReturnFact(
                agency=agency,
                agency_title=spec.title,
                newest_period=last.code,
                newest_label=last.label(),
                extracted_on=source.released_on,
                received_at=source.loaded_at,
                status=source.status,
                missing=tuple(period.code for period in reversed(expected) if period.code not in got),
                next_period=following.code,
                next_due=spec.due(following),
            )
        )
    return tuple(facts)


def _release_facts(sources: Iterable[store.Source]) -> tuple[ReleaseFact, ...]:
    newest: dict[str, date] = {}
    for source in sources:
        if source.kind == store.RELEASE:
            newest[source.series_title] = max(source.released_on, newest.get(source.series_title, source.released_on))
    return tuple(ReleaseFact(title, released) for title, released in sorted(newest.items(), key=lambda f: f[1]))

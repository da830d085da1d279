"""What the measure page shows, as plain values: one measure, one area, one way of covering time.

Pure selection from what `Queries` has read and compared. Charts draw it, the page lays it out, the download writes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

import numpy as np

from dashboard.compared import ComparedMeasure, Row
from dashboard.evidence_view import Evidence, evidence
from dashboard.queries import Partnership, Queries
from dashboard.views import (
    Change,
    Comparator,
    FigureView,
    Rank,
    change,
    comparators,
    day,
    figure_view,
    number,
    rank,
)
from etl.load import store
from etl.transform.comparisons import NeighbourSets
from etl.transform.figures import mid_year_for
from etl.transform.intervals import interval_of
from schema.areas import Area, AreaKind
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Measure, Outcome, Polarity, Priority, Version
from schema.periods import Basis, Period, parse_period
from schema.publications import NeighbourModel
from schema.quantities import TOTAL, Quantity
from schema.states import State


class Covering(StrEnum):
    """Whose figures the page shows, and how they cover time. The value is what stands in the address."""

    YEAR = "year"
    """Published years."""
    ROLLING_YEAR = "rolling-year"
    """The agency's own four quarters."""
    QUARTER = "quarter"
    """The agency's own quarters, as they are."""
    PUBLISHED_DATES = "published-dates"
    """A stock at the dates that are published."""
    QUARTER_ENDS = "quarter-ends"
    """A stock at the end of the agency's own quarters."""

    @property
    def local(self) -> bool:
        """Whether the figures are the agency's own."""
        return self in (Covering.ROLLING_YEAR, Covering.QUARTER, Covering.QUARTER_ENDS)

    @property
    def words(self) -> str:
        """What the page calls it."""
        return {
            Covering.YEAR: "Year (published)",
            Covering.ROLLING_YEAR: "Rolling year (local)",
            Covering.QUARTER: "Quarter (local)",
            Covering.PUBLISHED_DATES: "Published dates",
            Covering.QUARTER_ENDS: "Quarter ends (local)",
        }[self]

    @property
    def short(self) -> str:
        """The same where there is little room."""
        return {
            Covering.YEAR: "Published year",
            Covering.ROLLING_YEAR: "Rolling year",
            Covering.QUARTER: "Quarter",
            Covering.PUBLISHED_DATES: "Published dates",
            Covering.QUARTER_ENDS: "Quarter ends",
        }[self]

    @property
    def basis(self) -> Basis:
        """The basis of its figures."""
        return {
            Covering.YEAR: Basis.YEAR,
            Covering.ROLLING_YEAR: Basis.ROLLING_YEAR,
            Covering.QUARTER: Basis.QUARTER,
            Covering.PUBLISHED_DATES: Basis.AT_DATE,
            Covering.QUARTER_ENDS: Basis.AT_DATE,
        }[self]


Statistic = Literal["mean", "median"]


@dataclass(frozen=True)
class Asked:
    """What the address asks for; None is the page's own choice."""

    covering: str | None = None
    statistic: str | None = None
    model: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Choice:
    """One of several, of which one is in force."""

    key: str
    label: str
    chosen: bool
    available: bool = True
    why_not: str = ""


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


@dataclass(frozen=True)
class RankedArea:
    """One bar of the ranking."""

    area: str
    name: str
    value: float
    place: int
    own: bool
    neighbour: bool


@dataclass(frozen=True)
class Ranking:
    """Every authority's published figure of one period, in order of rank."""

    period_label: str
    entries: tuple[RankedArea, ...]
    unranked: int
    england: float | None
    own: RankedArea | None
    own_state: State
    own_name: str
    """Whose bar it is: the authority's, or that of the joint return that it is a member of."""
    lowest_first: bool
    neighbours_below: int
    neighbours_level: int
    neighbours_above: int
    level_with: int
    """How many other authorities share its place."""

    @property
    def of(self) -> int:
        """How many are ranked."""
        return len(self.entries)

    @property
    def one_is(self) -> str:
        """Which end rank 1 is at."""
        return "lowest" if self.lowest_first else "highest"


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


@dataclass(frozen=True)
class TermView:
    """One quantity of the formula, as the definition explains it."""

    quantity: str
    title: str
    category: str
    counts: str
    unit: str


@dataclass(frozen=True)
class Definition:
    """What a reader must know to use the measure."""

    numerator: tuple[TermView, ...]
    denominator: tuple[TermView, ...]
    population: str
    formula: str
    kind: str
    adds_up: str
    interval_note: str
    serves: Measure | None
    served_by: tuple[Measure, ...]
    priorities: tuple[Priority, ...]
    breaks: tuple[Version, ...]


@dataclass(frozen=True)
class MeasurePage:
    """Everything on the page of one measure."""

    measure: Measure
    outcome: Outcome
    agency_title: str
    partnership: Partnership
    area: Area
    is_home: bool
    category: str
    category_title: str
    """Empty for a measure that is not shared out."""
    categories: tuple[Choice, ...]
    covering: Covering
    coverings: tuple[Choice, ...]
    statistic: Statistic
    model: NeighbourModel
    models: tuple[Choice, ...]
    neighbour_names: tuple[str, ...]
    no_neighbours: str
    """Why the area has none in this model; empty where it has."""
    region_name: str
    points: tuple[Point, ...]
    """The area's own figures on the chosen basis, earliest first."""
    published: tuple[Point, ...]
    """Published figures of about the same time, for the comparators' lines. The same as `points` on a published basis;
    none beside raw quarters, which are compared with nothing published."""
    newest_published: Point | None
    newest_local: Point | None
    ranking: Ranking | None
    breakdown: Breakdown | None
    definition: Definition
    evidence: Evidence
    notes: tuple[str, ...]
    """Whatever the reader should be told about what was asked for and what is shown."""
    title: str
    """The measure, with its category."""

    @cached_property
    def headline(self) -> Point | None:
        """The newest period, with or without a number."""
        return self.points[-1] if self.points else None

    @cached_property
    def newest_number(self) -> Point | None:
        """The newest period with a number."""
        return next((point for point in reversed(self.points) if point.value is not None), None)

    @property
    def compared_from(self) -> bool:
        """Whether figures on this basis stand beside published ones."""
        return self.covering is not Covering.QUARTER


def measure_page(queries: Queries, context: Context, measure_id: str, area: Area, asked: Asked) -> MeasurePage:
    """The page of one measure for one area.

    Raises WrongUseError for a measure or a neighbour model that is not there; whatever else cannot be shown as asked is
    shown as near as may be, and `notes` says so.
    """
    catalogue = queries.catalogue
    measure = catalogue.measure(measure_id)
    compared = queries.compared(context, measure.id, asked.model)
    neighbours = queries.neighbours(context, asked.model)
    categories, category, told = _category(measure, catalogue, asked.category)
    every = compared.rows(area)
    own = [row for row in every if row["category"] == category]
    england = compared.rows(catalogue.areas.by_id["england"], category)
    coverings, covering, more = _covering(measure, area, catalogue, own, england, asked.covering)
    told += more
    statistic: Statistic = "median" if asked.statistic == "median" else "mean"
    builder = _Points(queries, context, measure, area, neighbours)
    published_covering = Covering.PUBLISHED_DATES if catalogue.at_date(measure) else Covering.YEAR
    published = builder.points(published_covering, own, england)
    points = published if covering is published_covering else builder.points(covering, own, england)
    newest_local = _newest(own, local=True)
    models = queries.neighbour_models()
    model = next(known for known in models if known.id == neighbours.model)
    names = tuple(catalogue.areas.by_id[found].name for found in neighbours.of(area.id))
    region = catalogue.areas.region_of(area)
    category_title = "" if category == TOTAL else catalogue.category_title(category)
    partnership = queries.partnership(context)
    return MeasurePage(
        measure=measure,
        outcome=next(o for o in catalogue.frameworks[measure.framework].outcomes if o.id == measure.outcome),
        agency_title=catalogue.returns[measure.agency].title,
        partnership=partnership,
        area=area,
        is_home=area.id == partnership.home_area,
        category=category,
        category_title=category_title,
        categories=categories,
        covering=covering,
        coverings=coverings,
        statistic=statistic,
        model=model,
        models=tuple(Choice(known.id, known.title, known.id == model.id) for known in models),
        neighbour_names=names,
        no_neighbours="" if names else _no_neighbours(area, model),
        region_name="" if region is None else region.name,
        points=points,
        published=_about_the_same_time(published, points, covering),
        newest_published=published[-1] if published else None,
        newest_local=None if newest_local is None else builder.point(newest_local, None),
        ranking=_ranking(compared, measure, area, neighbours, catalogue, published, own, category),
        breakdown=_breakdown(measure, catalogue, every, points, queries.sources(context), builder),
        definition=_definition(measure, catalogue, category),
        evidence=evidence(queries, context, measure, area, category, _rows_of(points, own), own, covering.local),
        notes=tuple(told),
        title=f"{measure.title}: {category_title.lower()}" if category_title else measure.title,
    )


def _category(measure: Measure, catalogue: Catalogue, asked: str | None) -> tuple[tuple[Choice, ...], str, list[str]]:
    if measure.share_by is None:
        return (), TOTAL, []
    breakdown = catalogue.breakdowns[measure.share_by]
    keys = [breakdown.key(category.id) for category in breakdown.categories]
    wanted = breakdown.key(asked) if asked and ":" not in asked else asked
    known = wanted if wanted in keys else None
    notes = [f"“{asked[:40]}” is no category of this measure."] if asked and known is None else []
    chosen = known or measure.headline_category
    choices = (
        Choice(category.id, category.title, breakdown.key(category.id) == chosen) for category in breakdown.categories
    )
    return tuple(choices), chosen, notes


def _covering(
    measure: Measure, area: Area, catalogue: Catalogue, own: list[Row], england: list[Row], asked: str | None
) -> tuple[tuple[Choice, ...], Covering, list[str]]:
    """The ways in which this measure can be shown, and the one that is: the newest local figure leads where there is
    one (design, rule 12)."""
    if catalogue.at_date(measure):
        offered = [Covering.PUBLISHED_DATES, Covering.QUARTER_ENDS]
    else:
        offered = [Covering.YEAR, Covering.ROLLING_YEAR, Covering.QUARTER]
    bases = {(row["kind"] == store.SUBMISSION, row["basis"]) for row in own}
    bases |= {(False, row["basis"]) for row in england}
    there = {covering for covering in offered if (covering.local, covering.basis.value) in bases}
    agency = catalogue.returns[measure.agency].title.lower()
    why = {
        covering: f"no return of {agency} has been received for {area.name}"
        if covering.local
        else "nothing is published"
        for covering in offered
        if covering not in there
    }
    default = next((c for c in (Covering.ROLLING_YEAR, Covering.QUARTER_ENDS, *offered) if c in there), offered[0])
    wanted = next((covering for covering in offered if covering.value == asked), None)
    chosen = wanted if wanted in there else default
    notes = []
    if wanted is not None and wanted not in there:
        notes.append(f"{wanted.words} cannot be shown: {why[wanted]}. {chosen.words} is shown.")
    choices = (Choice(c.value, c.short, c is chosen, c in there, why.get(c, "")) for c in offered)
    return tuple(choices), chosen, notes


def _newest(rows: list[Row], *, local: bool) -> Row | None:
    wanted = {Basis.AT_DATE.value, Basis.ROLLING_YEAR.value} if local else {Basis.AT_DATE.value, Basis.YEAR.value}
    kind = store.SUBMISSION if local else store.RELEASE
    return next((row for row in reversed(rows) if row["kind"] == kind and row["basis"] in wanted), None)


def _no_neighbours(area: Area, model: NeighbourModel) -> str:
    if area.kind is not AreaKind.AUTHORITY:
        return f"{area.name} is not an authority, and only authorities have statistical neighbours."
    if area.since is not None and area.since > model.valid_from:
        return (
            f"{area.name} has no statistical neighbours in the {model.title}: it came into being on "
            f"{day(area.since)}, after the model."
        )
    return f"{area.name} has no statistical neighbours in the {model.title}."


def interval_kind(measure: Measure, catalogue: Catalogue) -> tuple[Literal["proportion", "rate"] | None, str]:
    """How an interval is put about the measure's figures, or None; and what a reader should know of it (rule 9)."""
    terms = [catalogue.quantities[term.quantity] for term in (*measure.numerator, *measure.denominator)]
    if measure.printed_rules == "everywhere" or not all(quantity.whole_number for quantity in terms):
        return None, "No interval: it rests on full-time equivalents, which are not counts of separate events."
    stock = " Largely the same children are there from one date to the next, so the interval is no test of a change."
    tail = stock if catalogue.at_date(measure) else " Children come in families, so the true interval is wider."
    if measure.population is not None:
        return "rate", "95% interval: Byar’s approximation (exact Poisson below a count of 10)." + tail
    if measure.denominator and measure.is_percentage:
        return "proportion", "95% interval: Wilson’s." + tail
    return None, "No interval: it is neither a share nor a rate."


def intervals(rows: Sequence[Row], measure: Measure, catalogue: Catalogue) -> list[tuple[float, float] | None]:
    """The 95% interval of each row's figure; None where there is none to be had.

    None for England and the regions too, whose counts are rounded and whose intervals would be hair-thin.
    """
    kind, _ = interval_kind(measure, catalogue)
    if kind is None or not rows:
        return [None] * len(rows)
    numerator = np.array([row["numerator"] for row in rows], dtype=float)
    denominator = np.array([row["denominator"] for row in rows], dtype=float)
    lower, upper = interval_of(numerator, denominator, measure.per, kind)
    ranked = [catalogue.areas.by_id[str(row["area"])].ranked and number(row["value"]) is not None for row in rows]
    return [
        (float(low), float(high)) if good and np.isfinite(low) else None
        for low, high, good in zip(lower, upper, ranked, strict=True)
    ]


class _Points:
    """Makes the points of one area's trend."""

    def __init__(
        self, queries: Queries, context: Context, measure: Measure, area: Area, neighbours: NeighbourSets
    ) -> None:
        self.catalogue = queries.catalogue
        self.sources = queries.sources(context)
        self.measure, self.area, self.neighbours = measure, area, neighbours

    def points(self, covering: Covering, own: list[Row], england: list[Row]) -> tuple[Point, ...]:
        """One point for each period that the area should have a figure for, earliest first."""
        kind = store.SUBMISSION if covering.local else store.RELEASE
        found = {str(row["period"]): row for row in own if row["kind"] == kind and row["basis"] == covering.basis.value}
        if covering.local:
            beside: dict[str, Row] = {}
            periods = _every_quarter([parse_period(code) for code in found])
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

    def point(self, row: Row, interval: tuple[float, float] | None) -> Point:
        """A point with a row of its own."""
        figure = figure_view(row, self.sources, self.catalogue)
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
            rank=rank(row),
        )

    def _without_row(self, period: Period, covering: Covering, england: Row | None) -> Point:
        reason = "no return was received" if covering.local else f"the release has no row for {self.area.name}"
        beside: tuple[Comparator, ...] = ()
        if england is not None:
            sets = self.neighbours
            beside = comparators(england, self.sources, self.catalogue, sets.model, sets.size)[:1]
        return Point(
            period=period.code,
            period_label=period.label(covering.basis),
            ends=period.end,
            figure=None,
            state=State.MISSING,
            reason=reason,
            interval=None,
            comparators=beside,
            change=None,
            rank=None,
        )

    def _reason(self, figure: FigureView) -> str:
        match figure.state:
            case State.SUPPRESSED:
                return "suppressed: a count behind it is too small to publish"
            case State.MISSING if figure.basis is Basis.ROLLING_YEAR:
                return "needs four quarters, and not all of them have been received"
            case State.UNAVAILABLE if figure.local:
                return "not available: the agency could not give it"
            case State.UNAVAILABLE:
                return "not available: the publisher has no figure"
            case State.NOT_APPLICABLE:
                return "not applicable: there is nothing to take a share of"
            case State.UNRELIABLE:
                return "not reliable: the publisher withheld it"
            case _:
                return figure.state.words


def _every_quarter(periods: list[Period]) -> list[Period]:
    """All quarters from the first to the last, so that one that never came is seen."""
    if not periods:
        return []
    last = max(periods, key=lambda p: p.end)
    found, first = [last], min(p.start for p in periods)
    while found[-1].start > first:
        found.append(found[-1].earlier(quarters=1))
    return found[::-1]


def _trimmed(points: list[Point], area: Area, *, local: bool) -> list[Point]:
    """Without the first periods for which there could be no figure: before the area, or before four quarters."""
    for at, point in enumerate(points):
        before = point.figure is None and area.since is not None and point.ends < area.since
        too_soon = local and point.value is None and point.state is State.MISSING
        if not before and not too_soon:
            return points[at:]
    return []


def _about_the_same_time(
    published: tuple[Point, ...], points: tuple[Point, ...], covering: Covering
) -> tuple[Point, ...]:
    if not covering.local:
        return published
    if covering is Covering.QUARTER or not points:
        return ()
    first = next((p.ends for p in points if p.value is not None), points[0].ends)
    begin = date(first.year - 2, first.month, 1)
    return tuple(point for point in published if point.ends >= begin)


def _rows_of(points: tuple[Point, ...], own: list[Row]) -> list[Row]:
    """The rows behind the points."""
    wanted = {(p.period, p.figure.basis.value) for p in points if p.figure is not None}
    return [row for row in own if (row["period"], row["basis"]) in wanted]


def _ranking(
    compared: ComparedMeasure,
    measure: Measure,
    area: Area,
    neighbours: NeighbourSets,
    catalogue: Catalogue,
    published: tuple[Point, ...],
    own: list[Row],
    category: str,
) -> Ranking | None:
    """All authorities in the newest published period."""
    if not published:
        return None
    newest = published[-1]
    basis = newest.figure.basis if newest.figure else (Basis.AT_DATE if catalogue.at_date(measure) else Basis.YEAR)
    values = compared.published(newest.period, basis.value, category)
    if not values:
        return None
    joint = catalogue.areas.composite_of(area)
    standing = area.id if area.id in values or joint is None or joint.id not in values else joint.id
    lowest_first = measure.polarity is Polarity.LOWER
    ordered = sorted(values.items(), key=lambda item: (item[1] if lowest_first else -item[1], item[0]))
    nearest = set(neighbours.of(area.id))
    nearest |= {j.id for n in nearest if (j := catalogue.areas.composite_of(catalogue.areas.by_id[n])) is not None}
    entries, place = [], 0
    for at, (found, value) in enumerate(ordered):
        if at == 0 or value != ordered[at - 1][1]:
            place = at + 1
        name = catalogue.areas.by_id[found].name
        entries.append(RankedArea(found, name, value, place, found == standing, found in nearest))
    mine = next((entry for entry in entries if entry.own), None)
    beside = [entry.value for entry in entries if entry.neighbour and not entry.own]
    row = next((r for r in own if r["period"] == newest.period and r["kind"] == store.RELEASE), None)
    unranked = None if row is None else number(row["unranked"])
    return Ranking(
        period_label=newest.period_label,
        entries=tuple(entries),
        unranked=int(unranked) if unranked is not None else compared.without_figure(newest.period, basis, category),
        england=newest.beside("england"),
        own=mine,
        own_state=newest.state,
        own_name=catalogue.areas.by_id[standing].name,
        lowest_first=lowest_first,
        neighbours_below=0 if mine is None else sum(value < mine.value for value in beside),
        neighbours_level=0 if mine is None else sum(value == mine.value for value in beside),
        neighbours_above=0 if mine is None else sum(value > mine.value for value in beside),
        level_with=0 if mine is None else sum(entry.place == mine.place for entry in entries) - 1,
    )


def _breakdown(
    measure: Measure,
    catalogue: Catalogue,
    every: list[Row],
    points: tuple[Point, ...],
    sources: dict[int, store.Source],
    builder: _Points,
) -> Breakdown | None:
    """Every category in the newest period of the trend."""
    if measure.share_by is None or not points or points[-1].figure is None:
        return None
    newest = points[-1]
    assert newest.figure is not None  # noqa: S101 - just asked
    breakdown = catalogue.breakdowns[measure.share_by]
    at = {
        str(row["category"]): row
        for row in every
        if row["period"] == newest.period and row["basis"] == newest.figure.basis.value
    }
    rows = [(c, at[breakdown.key(c.id)]) for c in breakdown.categories if breakdown.key(c.id) in at]
    about = intervals([row for _, row in rows], measure, catalogue)
    made = tuple(
        BreakdownRow(
            category=category.id,
            title=category.title,
            figure=figure_view(row, sources, catalogue),
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
        breakdown.title, breakdown.multi_select, newest.period_label, england.period_label if england else "", made
    )


def _definition(measure: Measure, catalogue: Catalogue, category: str) -> Definition:
    def view(quantity: Quantity, category: str) -> TermView:
        words = "" if category == TOTAL else catalogue.category_title(category)
        return TermView(quantity.id, quantity.title, words, quantity.counts, quantity.unit)

    numerator = tuple(
        view(catalogue.quantities[t.quantity], category if measure.share_by else t.category) for t in measure.numerator
    )
    denominator = tuple(view(catalogue.quantities[t.quantity], t.category) for t in measure.denominator)
    population = ""
    if measure.population is not None:
        ages = measure.population
        population = (
            f"Residents aged {ages.age_from} to {ages.age_to}, Office for National Statistics mid-year estimate "
            "of 30 June before the year’s end"
        )
    at_date = catalogue.at_date(measure)
    if at_date:
        adds = "A stock: never added over time."
    elif catalogue.adds_up(measure):
        adds = "A flow: four quarters make a year."
    else:
        adds = "A flow of children counted once: four quarters do not make a year, so the year is asked for itself."
    per = {1: "", 100: " × 100"}.get(measure.per, f" × {measure.per:,}")
    below = population.partition(",")[0] if population else _sum(denominator)
    formula = f"{_sum(numerator)} ÷ {below}{per}" if below else _sum(numerator)
    priorities = {p.id: p for p in catalogue.frameworks[measure.framework].priorities}
    return Definition(
        numerator=numerator,
        denominator=denominator,
        population=population,
        formula=formula,
        kind="stock" if at_date else "flow",
        adds_up=adds,
        interval_note=interval_kind(measure, catalogue)[1],
        serves=catalogue.measures[measure.serves] if measure.serves else None,
        served_by=tuple(m for m in catalogue.measures_of(measure.framework) if m.serves == measure.id),
        priorities=tuple(priorities[p] for p in measure.priorities),
        breaks=measure.versions,
    )


def _sum(terms: Sequence[TermView]) -> str:
    """Terms as a formula has them: in brackets where there are several."""
    named = [f"{term.title}: {term.category.lower()}" if term.category else term.title for term in terms]
    return named[0] if len(named) == 1 else f"({' + '.join(named)})" if named else ""


def stands_in(figure: FigureView) -> str:
    """What to say where a local rate rests on an older population than it should; empty where it does not."""
    if not figure.local or not figure.population_period:
        return ""
    wanted = mid_year_for(figure.period)
    if wanted == figure.population_period:
        return ""
    used, missing = parse_period(figure.population_period).end.year, parse_period(wanted).end.year
    return f"The rate rests on the mid-{used} population: that of mid-{missing} is not published yet."

"""What the journey page shows: the counts on the way from contact to care, and their ratios, for one area."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.compared import Row
from dashboard.journeyed import JourneyFigures, RatioFound, When
from dashboard.queries import Queries
from dashboard.views.choices import Choice, Covering
from dashboard.views.figure import number
from dashboard.views.source_labels import source_labels
from etl.load import store
from etl.transform.journeys import PER, neighbours_of, source_of
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.measures import Journey, Measure
from schema.periods import Basis, parse_period
from schema.publications import NeighbourModel
from schema.quantities import TOTAL
from schema.states import State, worst

Whose = Literal["local", "published", "england", "region", "neighbours-mean", "neighbours-median"]
OFFERED = (Covering.ROLLING_YEAR, Covering.QUARTER, Covering.YEAR)


@dataclass(frozen=True)
class Value:
    """One number with what it covers; None where there is none, and then the state says why."""

    whose: Whose
    value: float | None
    state: State
    period: str
    basis: Basis
    above: float | None = None
    below: float | None = None
    n: int | None = None
    """How many neighbours have a figure."""
    source: str = ""

    @property
    def period_label(self) -> str:
        """The interval in words; empty where nothing is published of any period."""
        return parse_period(self.period).label(self.basis) if self.period else ""


@dataclass(frozen=True)
class Step:
    """A count on the way."""

    measure: Measure
    agency_title: str
    unit: str
    counts: str
    """What is counted, exactly."""
    local: Value | None
    published: Value | None
    """None where nothing is published of any authority."""


@dataclass(frozen=True)
class Ratio:
    """One step’s count for every 100 of another’s."""

    above: Measure
    below: Measure
    within: bool
    """The one is a part of the other: a true share."""
    published_period: str
    """Empty where nothing is published of any authority."""
    values: tuple[Value, ...]

    def of(self, whose: Whose) -> Value | None:
        """One of its values."""
        return next((value for value in self.values if value.whose == whose), None)

    @property
    def own(self) -> Value | None:
        """The area’s own: the local one where there is one, else the published."""
        local = self.of("local")
        return local if local is not None and local.value is not None else self.of("published") or local


@dataclass(frozen=True)
class SourceRow:
    """One source: its share of the contacts and of the referrals."""

    source: str
    title: str
    contacts: Value | None
    referrals: tuple[Value, ...]

    def of(self, whose: Whose) -> Value | None:
        """One of its shares of the referrals."""
        return next((value for value in self.referrals if value.whose == whose), None)


@dataclass(frozen=True)
class JourneyPage:
    """Everything on the journey page."""

    area: Area
    title: str
    covering: Covering
    default: Covering
    coverings: tuple[Choice, ...]
    local: When | None
    """What the newest local counts cover; None where none were received or a published year is looked at."""
    steps: tuple[Step, ...]
    ratios: tuple[Ratio, ...]
    sources: tuple[SourceRow, ...]
    contacts: Measure
    referrals: Measure
    region_name: str
    model: NeighbourModel
    models: tuple[Choice, ...]
    size: int
    """How many neighbours the set has; none for an authority that came after the model."""

    @property
    def compared(self) -> bool:
        """Whether anything published may stand beside: nothing may beside a single quarter."""
        return self.covering is not Covering.QUARTER

    @property
    def local_label(self) -> str:
        """The newest local period in words."""
        return "" if self.local is None else parse_period(self.local.period).label(self.local.basis)


def journey_page(queries: Queries, context: Context, area: Area, asked: str, model: str | None = None) -> JourneyPage:
    """The journey of one area on one basis, the best there is where none is asked for.

    Raises WrongUseError for a framework without a journey, and for an unknown neighbour model.
    """
    catalogue = queries.catalogue
    figures = queries.journey(context)
    journey = catalogue.frameworks[context.framework].journey
    assert journey is not None  # noqa: S101 - `Queries.journey` has refused
    there = {c for c in OFFERED if c is Covering.YEAR or figures.newest_local(area.id, c.basis) is not None}
    default = next(c for c in OFFERED if c in there)
    chosen = next((c for c in OFFERED if c.value == asked and c in there), default)
    local = figures.newest_local(area.id, chosen.basis) if chosen.local else None
    sets = queries.neighbours(context, model)
    maker = _Maker(queries, context, area, figures, local, sets.of(area.id), compared=chosen is not Covering.QUARTER)
    known = queries.neighbour_models()
    region = catalogue.areas.region_of(area)
    pairs = [(step.measure, step.for_every) for step in journey.steps if step.for_every]
    return JourneyPage(
        area=area,
        title=journey.title,
        covering=chosen,
        default=default,
        coverings=tuple(
            Choice(c.value, c.short, c is chosen, c in there, "" if c in there else f"{c.short}: no return received")
            for c in OFFERED
        ),
        local=local,
        steps=tuple(maker.step(catalogue.measure(step.measure)) for step in journey.steps),
        ratios=tuple(maker.ratio(catalogue.measure(above), catalogue.measure(below)) for above, below in pairs),
        sources=maker.sources(journey, sets.model),
        contacts=catalogue.measure(journey.contact_sources),
        referrals=catalogue.measure(journey.referral_sources),
        region_name="" if region is None else region.name,
        model=next(found for found in known if found.id == sets.model),
        models=tuple(Choice(found.id, found.title, found.id == sets.model) for found in known),
        size=len(sets.of(area.id)),
    )


class _Maker:
    """Picks what belongs to one area, one local period and one set of neighbours."""

    def __init__(
        self,
        queries: Queries,
        context: Context,
        area: Area,
        figures: JourneyFigures,
        local: When | None,
        neighbours: Sequence[str],
        *,
        compared: bool,
    ) -> None:
        self._queries, self._context, self._area = queries, context, area
        self._catalogue: Catalogue = queries.catalogue
        self._sources = source_labels(queries, context)
        self._figures, self._local, self._neighbours, self._compared = figures, local, neighbours, compared
        joints = {a.id: self._catalogue.areas.composite_of(a) for a in self._catalogue.areas}
        self._joint_of = {own: joint.id for own, joint in joints.items() if joint is not None}
        self._region = self._catalogue.areas.region_of(area)

    def step(self, measure: Measure) -> Step:
        """A step with its newest local count and its newest published one."""
        quantity = self._catalogue.quantities[measure.numerator[0].quantity]
        when = self._figures.newest_count(measure.id, "england")
        return Step(
            measure=measure,
            agency_title=self._catalogue.returns[measure.agency].title,
            unit=quantity.unit,
            counts=quantity.counts,
            local=None if self._local is None else self._count("local", measure, self._local),
            published=None if when is None else self._count("published", measure, when),
        )

    def _count(self, whose: Whose, measure: Measure, when: When) -> Value:
        found = self._figures.count(measure.id, self._area.id, when)
        if found is None and self._area.id in self._joint_of:
            found = self._figures.count(measure.id, self._joint_of[self._area.id], when)
        if found is None:
            return Value(whose, None, State.MISSING, when.period, when.basis)
        label = self._sources.of_figure(
            found.source_id, measure.id, self._area.id, when.period, when.basis.value, TOTAL
        )
        return Value(whose, found.count, found.state, when.period, when.basis, source=label)

    def ratio(self, above: Measure, below: Measure) -> Ratio:
        """A ratio with what may stand beside it, of the newest published year in which England has both counts."""
        values: list[Value] = []
        if self._local is not None:
            values.append(self._ratio_of("local", above, below, self._area.id, self._local))
        when = self._figures.newest_ratio(above.id, below.id, "england") if self._compared else None
        if when is not None:
            values.append(self._ratio_of("published", above, below, self._area.id, when))
            values.append(self._ratio_of("england", above, below, "england", when))
            if self._region is not None:
                values.append(self._ratio_of("region", above, below, self._region.id, when))
            values += self._neighbour_values(above, below, when)
        upper, lower = above.numerator[0], below.numerator[0]
        return Ratio(
            above=above,
            below=below,
            within=upper.quantity == lower.quantity and lower.category == TOTAL,
            published_period="" if when is None else when.period,
            values=tuple(values),
        )

    def _ratio_of(self, whose: Whose, above: Measure, below: Measure, area: str, when: When) -> Value:
        found = self._figures.ratio(above.id, below.id, area, when)
        if found is None and area in self._joint_of:
            found = self._figures.ratio(above.id, below.id, self._joint_of[area], when)
        found = found or RatioFound(None, State.MISSING, None, None)
        return Value(whose, found.ratio, found.state, when.period, when.basis, found.above, found.below)

    def _neighbour_values(self, above: Measure, below: Measure, when: When) -> list[Value]:
        if not self._neighbours:
            return []
        known = self._figures.values(above.id, below.id, when)
        found = neighbours_of(known, self._neighbours, self._joint_of)
        state = State.MISSING if found.mean is None else State.VALUE
        return [
            Value("neighbours-mean", found.mean, state, when.period, when.basis, n=found.n),
            Value("neighbours-median", found.median, state, when.period, when.basis, n=found.n),
        ]

    def sources(self, journey: Journey, model: str) -> tuple[SourceRow, ...]:
        """Who contacts, and who refers: the shares by source, those of the contacts in the sources of referrals."""
        measures = [self._catalogue.measure(name) for name in (journey.contact_sources, journey.referral_sources)]
        contacts, referrals = (self._queries.compared(self._context, m.id, model) for m in measures)
        breakdown = self._catalogue.breakdowns[measures[1].share_by or ""]
        names = [category.id for category in breakdown.categories]
        own_contacts = self._at(contacts.rows(self._area), self._local)
        own = referrals.rows(self._area)
        own_local = self._at(own, self._local)
        england = [
            row
            for row in referrals.rows(self._catalogue.areas.by_id["england"])
            if row["kind"] == store.RELEASE and row["basis"] == Basis.YEAR and number(row["value"]) is not None
        ]
        when = When(store.RELEASE, str(england[-1]["period"]), Basis.YEAR) if england and self._compared else None
        published = {str(row["category"]): row for row in self._at(own, when)}
        england_rows = {str(row["category"]): row for row in england if when and row["period"] == when.period}
        rows = []
        for category in breakdown.categories:
            key = breakdown.key(category.id)
            parts = [r for r in own_contacts if source_of(str(r["category"]).partition(":")[2], names) == category.id]
            values = [_value("local", row) for row in own_local if row["category"] == key]
            if when is not None:
                values += _beside(published.get(key), england_rows.get(key), when)
            if parts or any(value.value is not None for value in values):
                rows.append(SourceRow(category.id, category.title, _together(parts), tuple(values)))
        return tuple(rows)

    def _at(self, rows: list[Row], when: When | None) -> list[Row]:
        if when is None:
            return []
        return [r for r in rows if (r["kind"], r["period"], r["basis"]) == (when.kind, when.period, when.basis.value)]


def _value(whose: Whose, row: Row) -> Value:
    found = number(row["value"])
    above, below = number(row["numerator"]), number(row["denominator"])
    return Value(whose, found, State(str(row["state"])), str(row["period"]), Basis(str(row["basis"])), above, below)


def _together(rows: list[Row]) -> Value | None:
    """Several categories as one share: their counts added, in the worst of their states."""
    if not rows:
        return None
    values = [_value("local", row) for row in rows]
    first, state = values[0], worst(*(value.state for value in values))
    if not all(value.above is not None and value.state.has_value for value in values) or not first.below:
        return Value("local", None, state, first.period, first.basis)
    above = sum(value.above or 0.0 for value in values)
    state = State.VALUE if above else state
    return Value("local", above / first.below * PER, state, first.period, first.basis, above, first.below)


def _beside(own: Row | None, england: Row | None, when: When) -> list[Value]:
    """A published share of the area, and those that stand beside it."""
    missing = Value("published", None, State.MISSING, when.period, when.basis)
    found = [missing if own is None else _value("published", own)]
    if england is not None:
        found.append(_value("england", england))
    if own is not None:
        found.append(
            Value("region", number(own["region_value"]), State(str(own["region_state"])), when.period, when.basis)
        )
        n = int(number(own["neighbours_n"]) or 0)
        mean = number(own["neighbours_mean"])
        state = State.MISSING if mean is None else State.VALUE
        found.append(Value("neighbours-mean", mean, state, when.period, when.basis, n=n))
    return found

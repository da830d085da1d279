"""What the measure page shows: one measure, one area, one way of covering time.

Pure selection from what `Queries` has read and compared. Charts draw it, the page lays it out, the download writes it.
"""

from dataclasses import dataclass
from functools import cached_property

from dashboard.compared import Row
from dashboard.queries import Partnership, Queries
from dashboard.views.bases import BasisRow, bases
from dashboard.views.breakdown import Breakdown, breakdown
from dashboard.views.choices import Asked, Choice, Covering, Statistic, category_choices, covering_choices
from dashboard.views.definition import Definition, definition
from dashboard.views.evidence import Evidence, evidence
from dashboard.views.figure import (
    FigureView,
    measure_title,
)
from dashboard.views.over_time import OverTime, by_period
from dashboard.views.points import Point, Points, about_the_same_time
from dashboard.views.ranking import Ranking, ranking
from dashboard.views.reading import Reading, reading_of
from dashboard.views.standing import local_rows, newest
from dashboard.views.target import Target, target_of
from etl.load import store
from etl.transform.figures import mid_year_for
from schema.areas import Area, AreaKind
from schema.context import Context
from schema.measures import Measure, Outcome
from schema.periods import day_label, parse_period
from schema.publications import NeighbourModel
from schema.quantities import TOTAL


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
    default_covering: Covering
    """What the page shows when the address does not say."""
    published_covering: Covering
    """How the published figures beside it cover time."""
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
    none beside raw quarters or terms, which are compared with nothing published."""
    over_time: dict[str, OverTime]
    """By the code of a period of `points`: how its figure has changed, and which way the last five run."""
    newest_published: Point | None
    newest_local: Point | None
    ranking: Ranking | None
    reading: Reading | None
    """Of the newest figure on the chosen basis; None for England and the regions."""
    target: Target | None
    """The target that held when the period of that figure ended."""
    breakdown: Breakdown | None
    bases: tuple[BasisRow, ...]
    """The newest figure on each basis."""
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


def measure_page(queries: Queries, context: Context, measure_id: str, area: Area, asked: Asked) -> MeasurePage:
    """The page of one measure for one area.

    Raises WrongUseError for a measure or a neighbour model that is not there; whatever else cannot be shown as asked is
    shown as near as may be, and `notes` says so.
    """
    catalogue = queries.catalogue
    measure = catalogue.measure(measure_id)
    compared = queries.compared(context, measure.id, asked.model)
    neighbours = queries.neighbours(context, asked.model)
    categories, category, told = category_choices(measure, catalogue, asked.category)
    every = compared.rows(area)
    own = [row for row in every if row["category"] == category]
    england = compared.rows(catalogue.areas.by_id["england"], category)
    coverings = covering_choices(measure, area, catalogue, own, england, asked.covering)
    covering, published_covering = coverings.chosen, coverings.published
    told += coverings.notes
    statistic: Statistic = "median" if asked.statistic == "median" else "mean"
    builder = Points(queries, context, measure, area, neighbours)
    published = builder.points(published_covering, own, england) if published_covering in coverings.there else ()
    points = published if covering is published_covering else builder.points(covering, own, england)
    newest_local = newest(local_rows(own))
    models = queries.neighbour_models()
    read = queries.readings_at(context, area.id, neighbours.model, measure=measure.id).get(
        (measure.id, category, store.SUBMISSION if covering.local else store.RELEASE, covering.basis.value)
    )
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
        coverings=coverings.choices,
        default_covering=coverings.default,
        published_covering=published_covering,
        statistic=statistic,
        model=model,
        models=tuple(Choice(known.id, known.title, known.id == model.id) for known in models),
        neighbour_names=names,
        no_neighbours="" if names else _no_neighbours(area, model),
        region_name="" if region is None else region.name,
        points=points,
        published=about_the_same_time(published, points, covering),
        over_time=by_period(own, covering, measure, catalogue),
        newest_published=published[-1] if published else None,
        newest_local=None if newest_local is None else builder.point(newest_local, None),
        reading=None if read is None else reading_of(read, measure, area, catalogue, model, models, statistic),
        target=target_of(queries, context, measure, area, _newest_figure(points)),
        ranking=ranking(
            compared, measure, area, neighbours, catalogue, published, own, category, published_covering.basis
        ),
        breakdown=breakdown(measure, catalogue, every, points, builder.labels),
        bases=bases(measure, own, catalogue),
        definition=definition(measure, catalogue, category),
        evidence=evidence(queries, context, measure, area, category, _rows_of(points, own), own, covering.local),
        notes=tuple(told),
        title=measure_title(measure, category, catalogue),
    )


def _no_neighbours(area: Area, model: NeighbourModel) -> str:
    if area.kind is not AreaKind.AUTHORITY:
        return f"{area.name} is not an authority, and only authorities have statistical neighbours."
    if area.since is not None and area.since > model.valid_from:
        return (
            f"{area.name} has no statistical neighbours in the {model.title}: it came into being on "
            f"{day_label(area.since)}, after the model."
        )
    return f"{area.name} has no statistical neighbours in the {model.title}."


def _newest_figure(points: tuple[Point, ...]) -> FigureView | None:
    """The last figure that has a number."""
    return next((p.figure for p in reversed(points) if p.figure is not None and p.value is not None), None)


def _rows_of(points: tuple[Point, ...], own: list[Row]) -> list[Row]:
    """The rows behind the points."""
    wanted = {(p.period, p.figure.basis.value) for p in points if p.figure is not None}
    return [row for row in own if (row["period"], row["basis"]) in wanted]


def stands_in(figure: FigureView) -> str:
    """What to say where a local rate rests on an older population than it should; empty where it does not."""
    if not figure.local or not figure.population_period:
        return ""
    wanted = mid_year_for(figure.period)
    if wanted == figure.population_period:
        return ""
    used, missing = parse_period(figure.population_period).end.year, parse_period(wanted).end.year
    return f"The rate rests on the mid-{used} population: that of mid-{missing} is not published yet."

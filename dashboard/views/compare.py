"""What the compare page shows: a few measures, each for a few authorities in its newest published period."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.compared import ComparedMeasure, Row
from dashboard.queries import Queries
from dashboard.views.apart import Apart, apart
from dashboard.views.areas import authorities
from dashboard.views.figure import Rank, figure_view, measure_title, number, rank
from dashboard.views.intervals import intervals
from dashboard.views.source_labels import source_labels
from dashboard.views.standing import newest, published_rows
from dashboard.views.target import Target, target_of
from etl.load import store
from schema.areas import Area
from schema.context import Context
from schema.errors import WrongUseError
from schema.measures import Measure
from schema.periods import Basis, parse_period
from schema.publications import NeighbourModel
from schema.states import State

MOST_MEASURES = 6


MOST_AREAS = 10


@dataclass(frozen=True)
class Bar:
    """One authority in one panel."""

    area: str
    code: str
    name: str
    value: float | None
    state: State
    numerator: float | None
    denominator: float | None
    interval: tuple[float, float] | None
    rank: Rank | None
    own: bool
    neighbour: bool
    joint: str
    """The joint return that the figure is from; empty where it is the authority's own."""
    apart: Apart | None = None
    """How far the area's own figure lies from this one; None for the area itself."""


@dataclass(frozen=True)
class Panel:
    """One measure: the authorities from highest to lowest, those without a figure last."""

    measure: Measure
    title: str
    category: str
    period: str
    period_label: str
    basis: Basis
    bars: tuple[Bar, ...]
    england: float | None
    england_state: State
    of: int
    source_label: str
    target: Target | None = None
    """The target that held for the area itself at the end of the period."""

    @property
    def own(self) -> Bar:
        """The area itself."""
        return next(bar for bar in self.bars if bar.own)


@dataclass(frozen=True)
class ComparePage:
    """Everything on the compare page."""

    area: Area
    others: tuple[Area, ...]
    measures: tuple[Measure, ...]
    panels: tuple[Panel, ...]
    without: tuple[Measure, ...]
    """Chosen measures of which nothing is published."""
    offered_measures: tuple[tuple[str, tuple[Measure, ...]], ...]
    """By outcome."""
    offered_areas: tuple[Area, ...]
    neighbours: tuple[str, ...]
    region: tuple[str, ...]
    region_name: str
    region_size: int
    model: NeighbourModel


def compare_page(
    queries: Queries, context: Context, area: Area, measures: str, areas: str, model: str | None = None
) -> ComparePage:
    """The page for what the address asks: ids with commas between.

    Raises WrongUseError for an unknown measure or area, and for more than there is room for.
    """
    catalogue = queries.catalogue
    chosen = [catalogue.measure(found) for found in _ids(measures)]
    if len(chosen) > MOST_MEASURES:
        raise WrongUseError(f"{len(chosen)} measures are too many to read at once. Choose up to {MOST_MEASURES}.")
    others = list(dict.fromkeys(catalogue.areas.find(found).id for found in _ids(areas)))
    beside = tuple(catalogue.areas.by_id[found] for found in others if found != area.id)
    for other in beside:
        if not other.ranked:
            raise WrongUseError(f"{other.name} is not a local authority. Choose authorities; England is always shown.")
    if len(beside) > MOST_AREAS:
        raise WrongUseError(f"{len(beside)} authorities are too many to read at once. Choose up to {MOST_AREAS}.")
    framework = catalogue.frameworks[context.framework]
    every = catalogue.measures_of(framework.id)
    offered = authorities(catalogue)
    region = catalogue.areas.region_of(area)
    inside = [
        other.id
        for other in offered
        if other.id != area.id and region is not None and catalogue.areas.region_of(other) == region
    ]
    sets = queries.neighbours(context, model)
    panels, without = [], []
    for measure in chosen:
        panel = _panel(queries, context, measure, area, beside, model, set(sets.of(area.id)))
        if panel is None:
            without.append(measure)
        else:
            panels.append(panel)
    return ComparePage(
        area=area,
        others=beside,
        measures=tuple(chosen),
        panels=tuple(panels),
        without=tuple(without),
        offered_measures=tuple((o.title, tuple(m for m in every if m.outcome == o.id)) for o in framework.outcomes),
        offered_areas=offered,
        neighbours=sets.of(area.id)[:MOST_AREAS],
        region=tuple(inside[:MOST_AREAS]),
        region_name="" if region is None else region.name,
        region_size=len(inside),
        model=next(known for known in queries.neighbour_models() if known.id == sets.model),
    )


def _ids(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _panel(
    queries: Queries,
    context: Context,
    measure: Measure,
    area: Area,
    others: Sequence[Area],
    model: str | None,
    nearest: set[str],
) -> Panel | None:
    catalogue, sources = queries.catalogue, source_labels(queries, context)
    compared = queries.compared(context, measure.id, model)
    category = measure.headline_category
    england = newest(published_rows(compared.rows(catalogue.areas.by_id["england"], category)))
    if england is None:
        return None
    period, basis = str(england["period"]), Basis(str(england["basis"]))
    found = [(a, _row(compared, a, category, period, basis)) for a in (area, *others)]
    known = [row for _, row in found if row is not None]
    about = {id(row): interval for row, interval in zip(known, intervals(known, measure, catalogue), strict=True)}
    mine = found[0][1]
    beside = dict(zip((a.id for a in others), apart(mine, [r for _, r in found[1:]], measure, catalogue), strict=True))
    bars = []
    for shown, row in found:
        figure = None if row is None else figure_view(row, sources)
        joint = "" if row is None or row["area"] == shown.id else catalogue.areas.by_id[str(row["area"])].name
        bars.append(
            Bar(
                area=shown.id,
                code=shown.code,
                name=shown.name,
                value=figure.value if figure else None,
                state=figure.state if figure else State.MISSING,
                numerator=figure.numerator if figure else None,
                denominator=figure.denominator if figure else None,
                interval=about.get(id(row)),
                rank=None if row is None else rank(row, compared.level_with(row)),
                own=shown.id == area.id,
                neighbour=shown.id in nearest,
                joint=joint,
                apart=beside.get(shown.id),
            )
        )
    bars.sort(key=lambda bar: (bar.value is None, -(bar.value or 0.0), bar.name))
    return Panel(
        measure=measure,
        title=measure_title(measure, category, catalogue),
        category=category,
        period=period,
        period_label=parse_period(period).label(basis),
        basis=basis,
        bars=tuple(bars),
        england=number(england["value"]),
        england_state=State(str(england["state"])),
        of=len(compared.published(period, basis.value, category)),
        source_label=figure_view(england, sources).source_label,
        target=None if mine is None else target_of(queries, context, measure, area, figure_view(mine, sources)),
    )


def _row(compared: ComparedMeasure, area: Area, category: str, period: str, basis: Basis) -> Row | None:
    rows = compared.rows(area, category)
    return next((r for r in rows if r["kind"] == store.RELEASE and r["period"] == period and r["basis"] == basis), None)

"""Every authority's published figure of one period, in order."""

import statistics
from collections import Counter
from dataclasses import dataclass

from dashboard.compared import ComparedMeasure, Row
from dashboard.views.figure import number
from dashboard.views.points import Point
from etl.load import store
from etl.transform.comparisons import NeighbourSets
from etl.transform.positions import among_neighbours, place_among_neighbours, places
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.measures import Measure, Polarity
from schema.periods import Basis, parse_period
from schema.states import State


@dataclass(frozen=True)
class RankedArea:
    """One bar of the ranking."""

    area: str
    name: str
    value: float
    place: int
    own: bool
    neighbour: bool
    level_with: int = 0
    """How many others share the place."""


@dataclass(frozen=True)
class Standing:
    """A place in some company, 1 first."""

    place: int
    of: int
    period_label: str
    level_with: int = 0
    """How many others share the place."""


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
    neighbours_below: int
    neighbours_level: int
    neighbours_above: int
    quartile: int | None
    """1 to 4 among all authorities, 1 with the first places."""
    among: Standing | None
    """Its place among itself and its neighbours that have a figure."""
    among_quartile: int | None
    before: Standing | None
    """Its place a year before, by the same definition; None where it has none."""

    @property
    def of(self) -> int:
        """How many are ranked."""
        return len(self.entries)

    @property
    def median(self) -> float:
        """The value that as many authorities are above as below; each counts once, however many children it has."""
        return statistics.median(entry.value for entry in self.entries)


def ranking(
    compared: ComparedMeasure,
    measure: Measure,
    area: Area,
    neighbours: NeighbourSets,
    catalogue: Catalogue,
    published: tuple[Point, ...],
    own: list[Row],
    category: str,
    usual: Basis,
) -> Ranking | None:
    """All authorities in the newest published period; `usual` is the basis of the published figures."""
    if not published:
        return None
    newest = published[-1]
    basis = newest.figure.basis if newest.figure else usual
    values = compared.published(newest.period, basis.value, category)
    if not values:
        return None
    joint = catalogue.areas.composite_of(area)
    standing = area.id if area.id in values or joint is None or joint.id not in values else joint.id
    lowest_first = measure.polarity is Polarity.LOWER
    ordered = sorted(values.items(), key=lambda item: (item[1] if lowest_first else -item[1], item[0]))
    nearest = set(neighbours.of(area.id))
    nearest |= {j.id for n in nearest if (j := catalogue.areas.composite_of(catalogue.areas.by_id[n])) is not None}
    entries, place, sharing = [], 0, Counter(values.values())
    for at, (found, value) in enumerate(ordered):
        if at == 0 or value != ordered[at - 1][1]:
            place = at + 1
        name = catalogue.areas.by_id[found].name
        level = sharing[value] - 1
        entries.append(RankedArea(found, name, value, place, found == standing, found in nearest, level))
    mine = next((entry for entry in entries if entry.own), None)
    beside = [entry.value for entry in entries if entry.neighbour and not entry.own]
    among, among_quartile = _among(mine, beside, newest.period_label, lowest_first=lowest_first)
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
        neighbours_below=0 if mine is None else sum(value < mine.value for value in beside),
        neighbours_level=0 if mine is None else sum(value == mine.value for value in beside),
        neighbours_above=0 if mine is None else sum(value > mine.value for value in beside),
        quartile=None if mine is None else (mine.place - 1) * 4 // len(entries) + 1,
        among=among,
        among_quartile=among_quartile,
        before=None if mine is None else _before(compared, measure, standing, newest.period, basis, category),
    )


def _among(
    mine: RankedArea | None, beside: list[float], period_label: str, *, lowest_first: bool
) -> tuple[Standing | None, int | None]:
    """The place and the quartile of an area in the company of its neighbours."""
    if mine is None or not beside:
        return None, None
    position = among_neighbours([mine.value], [beside])
    found = place_among_neighbours(position, lowest_first=lowest_first)
    place = Standing(int(found.rank[0]), int(found.of[0]), period_label, int(position.level[0]))
    return place, int(found.quartile[0])


def _before(
    compared: ComparedMeasure, measure: Measure, area: str, period_code: str, basis: Basis, category: str
) -> Standing | None:
    """The place a year earlier; none where the definition has changed since, for then the ranks are of two things."""
    period = parse_period(period_code)
    earlier = period.earlier(years=1)
    values = compared.published(earlier.code, basis.value, category)
    if area not in values or measure.version_at(earlier.end) != measure.version_at(period.end):
        return None
    names = list(values)
    found = places([values[name] for name in names], lowest_first=measure.polarity is Polarity.LOWER)
    level = sum(value == values[area] for value in values.values()) - 1
    return Standing(int(found.rank[names.index(area)]), len(names), earlier.label(basis), level)

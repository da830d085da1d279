"""Every authority's published figure of one period, in order."""

from dataclasses import dataclass

from dashboard.compared import ComparedMeasure, Row
from dashboard.views.figure import number
from dashboard.views.points import Point
from etl.load import store
from etl.transform.comparisons import NeighbourSets
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.measures import Measure, Polarity
from schema.periods import Basis
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
    level_with: int
    """How many other authorities share its place."""

    @property
    def of(self) -> int:
        """How many are ranked."""
        return len(self.entries)


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
        neighbours_below=0 if mine is None else sum(value < mine.value for value in beside),
        neighbours_level=0 if mine is None else sum(value == mine.value for value in beside),
        neighbours_above=0 if mine is None else sum(value > mine.value for value in beside),
        level_with=0 if mine is None else sum(entry.place == mine.place for entry in entries) - 1,
    )

"""What the pages of the partnership's priorities show: each one's measures, who reports them, and what is missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.queries import Queries
from dashboard.views.overview import OverviewPage, OverviewRow, overview_page, overview_rows
from dashboard.views.received import ReturnFact
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.measures import Measure, Priority


@dataclass(frozen=True)
class AgencyPart:
    """An agency's part in some measures."""

    agency: str
    title: str
    measures: int
    local: int
    """How many of them have a local figure."""
    fact: ReturnFact


@dataclass(frozen=True)
class PriorityPage:
    """One priority."""

    priority: Priority
    view: OverviewPage
    agencies: tuple[AgencyPart, ...]

    @property
    def local(self) -> int:
        """How many measures have a local figure."""
        return sum(part.local for part in self.agencies)


@dataclass(frozen=True)
class PrioritySummary:
    """One priority in the list of them."""

    priority: Priority
    measures: tuple[Measure, ...]
    figures: int
    """How many have any figure."""
    local: int
    agencies: tuple[str, ...]


def priority_page(queries: Queries, context: Context, area: Area, priority_id: str) -> PriorityPage:
    """One priority for one area. Raises WrongUseError for one that the framework has not."""
    framework = queries.catalogue.frameworks[context.framework]
    priority = next((found for found in framework.priorities if found.id == priority_id), None)
    if priority is None:
        raise WrongUseError(f"“{priority_id[:60]}” is no priority. The page of priorities lists them.")
    view = overview_page(queries, context, area, chosen=lambda measure: priority_id in measure.priorities)
    return PriorityPage(priority, view, agency_parts(view, queries.catalogue))


def agency_parts(view: OverviewPage, catalogue: Catalogue) -> tuple[AgencyPart, ...]:
    """Who reports the measures of a view: whoever reports most of them first."""
    every = Counter([*(row.measure.agency for row in view.rows), *(measure.agency for measure in view.waiting)])
    local = Counter(row.measure.agency for row in view.rows if has_local(row))
    facts = {fact.agency: fact for fact in view.returns}
    parts = (
        AgencyPart(agency, catalogue.returns[agency].title, number, local[agency], facts[agency])
        for agency, number in every.items()
    )
    return tuple(sorted(parts, key=lambda part: (-part.measures, part.title)))


def has_local(row: OverviewRow) -> bool:
    """Whether a measure has a figure of its agency's own."""
    return row.headline is not None and row.headline.local


def priority_summaries(queries: Queries, context: Context, area: Area) -> tuple[PrioritySummary, ...]:
    """Every priority of the framework, in its order."""
    catalogue = queries.catalogue
    tagged = [measure for measure in catalogue.measures_of(context.framework) if measure.priorities]
    rows = overview_rows(queries, context, area, tagged)
    return tuple(_summary(found, rows, catalogue) for found in catalogue.frameworks[context.framework].priorities)


def _summary(priority: Priority, every: Sequence[OverviewRow], catalogue: Catalogue) -> PrioritySummary:
    rows = [row for row in every if priority.id in row.measure.priorities]
    agencies = dict.fromkeys(catalogue.returns[row.measure.agency].title for row in rows)
    return PrioritySummary(
        priority=priority,
        measures=tuple(row.measure for row in rows),
        figures=sum(row.headline is not None for row in rows),
        local=sum(map(has_local, rows)),
        agencies=tuple(agencies),
    )

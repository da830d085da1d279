"""What the pages of the agencies show: what each one's return asks for, when it is owed, and what came of it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.queries import Queries
from dashboard.views.definition import bases_words, when_words
from dashboard.views.overview import OverviewPage, overview_page
from dashboard.views.priority import has_local
from dashboard.views.received import ReturnFact, every_period, return_fact, today_of
from etl.load import store
from schema.areas import Area
from schema.context import Context
from schema.periods import parse_period
from schema.quantities import Quantity
from schema.returns import ReturnItem, ReturnSpec


@dataclass(frozen=True)
class ItemView:
    """One quantity of a return, as it is asked for."""

    quantity: Quantity
    breakdowns: tuple[str, ...]
    when: str
    how: str
    also: bool
    """Set beside another agency's number, and never in its place."""


@dataclass(frozen=True)
class CalendarRow:
    """One return: received, missing (a later one came), late, or next."""

    period: str
    label: str
    due: date
    state: str
    """`received`, `missing`, `late` or `next`."""
    received_at: datetime | None = None
    extracted_on: date | None = None
    status: str = ""
    version: int = 0
    file_name: str = ""
    rows: int = 0


@dataclass(frozen=True)
class AgencyPage:
    """One agency."""

    spec: ReturnSpec
    fact: ReturnFact
    items: tuple[ItemView, ...]
    calendar: tuple[CalendarRow, ...]
    """The next return first, then back to the first that was received."""
    view: OverviewPage
    wholes: tuple[tuple[str, tuple[str, ...], bool], ...]
    """Of quantities that are parts of another: the whole, its parts, and whether they make it up."""

    @property
    def local(self) -> int:
        """How many of its measures have a local figure."""
        return sum(has_local(row) for row in self.view.rows)


@dataclass(frozen=True)
class AgencySummary:
    """One agency in the list of them."""

    spec: ReturnSpec
    fact: ReturnFact
    measures: int
    local: int
    published: int
    """How many of its measures have no local figure, and a published one."""


def agency_page(queries: Queries, context: Context, area: Area, agency: str) -> AgencyPage:
    """One agency for one area. Raises WrongUseError for one that has no return."""
    catalogue = queries.catalogue
    spec = catalogue.return_spec(agency)
    today = today_of(context)
    sources = _submissions(queries, context, agency)
    fact = return_fact(spec, sources.values(), today)
    titles = {found: catalogue.quantities[found].title for found in {item.quantity for item in spec.items}}
    return AgencyPage(
        spec=spec,
        fact=fact,
        items=tuple(
            ItemView(
                catalogue.quantities[item.quantity],
                tuple(catalogue.breakdowns[found].title for found in item.breakdowns),
                when_words(spec, item),
                bases_words(item),
                item.also,
            )
            for item in _totals_first(spec)
        ),
        calendar=_calendar(spec, fact, sources),
        view=overview_page(queries, context, area, chosen=lambda measure: measure.agency == agency, today=today),
        wholes=tuple((titles[w.whole], tuple(titles[part] for part in w.parts), w.exhaustive) for w in spec.wholes),
    )


def _totals_first(spec: ReturnSpec) -> list[ReturnItem]:
    """What is its own, in the return's order, then what is set beside another agency's."""
    return sorted(spec.items, key=lambda item: item.also)


def _submissions(queries: Queries, context: Context, agency: str) -> dict[str, store.Source]:
    """An agency's returns that hold, by period."""
    return {
        source.edition: source
        for source in queries.sources(context).values()
        if source.kind == store.SUBMISSION and source.publisher == agency
    }


def _calendar(spec: ReturnSpec, fact: ReturnFact, received: dict[str, store.Source]) -> tuple[CalendarRow, ...]:
    periods = [parse_period(code) for code in {*received, *fact.late, fact.next_period}]
    rows = []
    for period in reversed(every_period(spec, periods)):
        source = received.get(period.code)
        if source is None:
            state = "late" if period.code in fact.late else "next" if period.code == fact.next_period else "missing"
            rows.append(CalendarRow(period.code, period.label(), spec.due(period), state))
            continue
        rows.append(
            CalendarRow(
                period=period.code,
                label=period.label(),
                due=spec.due(period),
                state="received",
                received_at=source.loaded_at,
                extracted_on=source.released_on,
                status=source.status,
                version=source.version,
                file_name=source.file_name,
                rows=source.row_count,
            )
        )
    return tuple(rows)


def agency_summaries(queries: Queries, context: Context, area: Area) -> tuple[AgencySummary, ...]:
    """Every agency of the framework that owes a return, by title."""
    view = overview_page(queries, context, area)
    measures = Counter([*(row.measure.agency for row in view.rows), *(measure.agency for measure in view.waiting)])
    local = Counter(row.measure.agency for row in view.rows if has_local(row))
    some = Counter(row.measure.agency for row in view.rows)
    specs = [spec for spec in queries.catalogue.returns.values() if spec.framework == context.framework]
    today = today_of(context)
    return tuple(
        AgencySummary(
            spec,
            return_fact(spec, _submissions(queries, context, spec.id).values(), today),
            measures[spec.id],
            local[spec.id],
            some[spec.id] - local[spec.id],
        )
        for spec in sorted(specs, key=lambda spec: spec.title)
    )

"""What the page of an agency shows: what each one's return asks for, when it is owed, and what came of it."""

from dataclasses import dataclass

from dashboard.queries import Queries
from dashboard.views.definition import bases_words, when_words
from dashboard.views.overview import OverviewPage, overview_page
from dashboard.views.priority import has_local
from dashboard.views.received import ReturnFact, return_fact
from dashboard.views.return_status import ReturnStatus, calendar_of, today_of
from schema.areas import Area
from schema.context import Context
from schema.quantities import TOTAL, Quantity
from schema.returns import ReturnItem, ReturnSpec


@dataclass(frozen=True)
class ItemView:
    """One quantity of a return, as it is asked for."""

    quantity: Quantity
    category: str
    """The title of the one category of it that is asked for, where it is not the whole; else empty."""
    breakdowns: tuple[str, ...]
    when: str
    how: str
    also: bool
    """Set beside another agency's number. Where the two differ there is no figure until people agree whose stands."""

    @property
    def title(self) -> str:
        """What is asked for, as the form names it."""
        return f"{self.quantity.title}: {self.category}" if self.category else self.quantity.title


@dataclass(frozen=True)
class AgencyPage:
    """One agency."""

    spec: ReturnSpec
    fact: ReturnFact
    items: tuple[ItemView, ...]
    calendar: tuple[ReturnStatus, ...]
    """The period that is running first, then back to the first that was sent."""
    view: OverviewPage
    wholes: tuple[tuple[str, tuple[str, ...], bool], ...]
    """Of quantities that are parts of another: the whole, its parts, and whether they make it up."""
    accounts: tuple[tuple[str, str, str], ...]
    """Of stocks that follow from their flows: the stock, what starts and what ends."""

    @property
    def local(self) -> int:
        """How many of its measures have a local figure."""
        return sum(has_local(row) for row in self.view.rows)


def agency_page(queries: Queries, context: Context, area: Area, agency: str) -> AgencyPage:
    """One agency for one area. Raises WrongUseError for one that has no return."""
    catalogue = queries.catalogue
    spec = catalogue.return_spec(agency)
    today = today_of(context)
    calendar = tuple(calendar_of(queries, context, spec, today))
    titles = {found: catalogue.quantities[found].title for found in {item.quantity for item in spec.items}}
    return AgencyPage(
        spec=spec,
        fact=return_fact(calendar, spec),
        items=tuple(
            ItemView(
                catalogue.quantities[item.quantity],
                "" if item.as_category == TOTAL else catalogue.category_title(item.as_category),
                tuple(catalogue.breakdowns[found].title for found in item.breakdowns),
                when_words(spec, item),
                bases_words(item),
                item.also,
            )
            for item in _totals_first(spec)
        ),
        calendar=calendar,
        view=overview_page(queries, context, area, chosen=lambda measure: measure.agency == agency, today=today),
        wholes=tuple((titles[w.whole], tuple(titles[part] for part in w.parts), w.exhaustive) for w in spec.wholes),
        accounts=tuple((titles[a.stock], titles[a.started], titles[a.ended]) for a in spec.accounts),
    )


def _totals_first(spec: ReturnSpec) -> list[ReturnItem]:
    """What is its own, in the return's order, then what is set beside another agency's."""
    return sorted(spec.items, key=lambda item: item.also)

"""The pages of priorities and agencies: whose measures, how many have a figure, and what is owed."""

from datetime import date

import pytest

from dashboard.components.priority.page import figures
from dashboard.queries import Queries
from dashboard.views.agency import agency_page
from dashboard.views.definition import bases_words, definition, due_words, when_words
from dashboard.views.priority import priority_page, priority_summaries
from dashboard.views.return_status import ReturnState
from schema.areas import Area
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from schema.measures import Cohort
from schema.periods import Basis
from schema.returns import ReturnItem
from tests.dashboard.figures import in_use, measure

CATALOGUE = default_catalogue()


@pytest.fixture
def home(queries: Queries) -> Area:
    return queries.catalogue.areas.find("stoke-on-trent")


def test_a_priority_has_the_measures_that_are_tagged_with_it(queries: Queries, home: Area) -> None:
    page = priority_page(queries, Context(), home, "neglect")
    tagged = {m.id for m in in_use(queries.catalogue) if "neglect" in m.priorities}
    assert {row.measure.id for row in page.view.rows} | {m.id for m in page.view.waiting} == tagged
    assert sum(part.measures for part in page.agencies) == len(tagged)
    assert page.local == sum(row.headline is not None and row.headline.local for row in page.view.rows)


def test_every_priority_is_in_the_list_with_the_same_counts_as_on_its_page(queries: Queries, home: Area) -> None:
    found = priority_summaries(queries, Context(), home)
    assert [s.priority.id for s in found] == [p.id for p in CATALOGUE.frameworks["children"].priorities]
    for summary in found:
        page = priority_page(queries, Context(), home, summary.priority.id)
        assert (summary.figures, summary.local) == (len(page.view.rows), page.local)


def test_an_unknown_priority_or_agency_is_refused_in_a_sentence(queries: Queries, home: Area) -> None:
    with pytest.raises(WrongUseError, match="“nonsense” is no priority"):
        priority_page(queries, Context(), home, "nonsense")
    with pytest.raises(WrongUseError, match="“nonsense” is no agency"):
        agency_page(queries, Context(), home, "nonsense")


@pytest.mark.parametrize(
    ("known", "of", "local", "said"),
    [
        (5, 17, 3, "5 of 17 measures have a figure, 3 local"),
        (5, 17, 5, "5 of 17 measures have a figure, all local"),
        (5, 17, 0, "5 of 17 measures have a figure, none local"),
        (0, 1, 0, "0 of 1 measure has a figure"),
    ],
)
def test_how_many_have_a_figure_is_said_in_a_clause(known: int, of: int, local: int, said: str) -> None:
    assert figures(known, of, local) == said


def test_an_agency_page_has_its_calendar_its_items_and_its_measures(queries: Queries, home: Area) -> None:
    page = agency_page(queries, Context(), home, "childrens-social-care")
    spec = queries.catalogue.returns["childrens-social-care"]
    assert [item.quantity.id for item in page.items if not item.also] == [i.quantity for i in spec.items if not i.also]
    assert page.calendar[0].state is ReturnState.RUNNING
    received = [row for row in page.calendar if row.held is not None]
    assert received[0].label == "July to September 2025"
    assert received[0].versions[0].file_name == "childrens-social-care-2025-26Q2.csv"
    assert all(row.due for row in page.calendar)
    assert all(row.measure.agency == "childrens-social-care" for row in page.view.rows)
    assert page.view.measures == sum(m.agency == spec.id for m in in_use(queries.catalogue))


def test_a_part_of_another_agency_s_number_is_asked_for_by_its_name(queries: Queries, home: Area) -> None:
    also = {item.quantity.id: item.title for item in agency_page(queries, Context(), home, "police").items if item.also}
    assert also["contacts"] == "Contacts received: Police: protection notice"
    assert also["strategy-discussions"] == "Strategy discussions held"


# ------------------------------------------------------------------------------------------------- the definition


def test_what_a_return_asks_for_is_said_in_words() -> None:
    spec = CATALOGUE.returns["childrens-social-care"]
    once = ReturnItem(quantity="referrals", bases=(Basis.YEAR,), when=("Q4",))
    both = ReturnItem(quantity="care-starts", bases=(Basis.QUARTER, Basis.ROLLING_YEAR))
    assert when_words(spec, once) == "with January to March only"
    assert when_words(spec, both) == "each quarter"
    assert bases_words(both) == "for the quarter, and for the twelve months that end with it"
    assert due_words(spec) == f"{spec.due_working_days_after} working days after the quarter has ended"


def test_the_definition_says_whose_return_carries_the_measure_and_what_it_is_broken_down_by() -> None:
    said = definition(measure("child-protection-plans-by-category"), CATALOGUE, "latest-category-of-abuse:neglect")
    assert said.home.agency_title == "Children's social care"
    assert said.home.asked == "Children's social care reports it each quarter, at the last day"
    assert said.kind_words == "Percentage, at a date"
    assert [found.asked for found in said.breakdowns if found.title.startswith("Latest category")] == [True]


def test_a_time_limit_and_the_outcome_that_it_serves_point_at_each_other() -> None:
    serving = measure("initial-conferences-within-15-working-days")
    said = definition(serving, CATALOGUE, "total")
    assert said.serves is not None
    assert serving.id in {m.id for m in definition(said.serves, CATALOGUE, "total").served_by}


def test_people_who_are_followed_up_are_said_to_be() -> None:
    cohort = Cohort(who="a", look_back="b", follow_up="c", reported="d")
    followed = measure("repeat-referrals").model_copy(update={"cohort": cohort, "retired": date(2026, 1, 1)})
    assert definition(followed, CATALOGUE, "total").kind_words == "Percentage, people followed up"

"""The journey page: ratios of counts of one period, with what is published beside them, and never a cohort."""

import csv
import io

import pytest

from dashboard.charts import journey as chart
from dashboard.components.journey import page as parts
from dashboard.components.journey import words as said
from dashboard.downloads import journey_csv
from dashboard.queries import Queries
from dashboard.views.choices import Covering
from dashboard.views.journey import JourneyPage, Ratio, journey_page
from schema.context import Context
from schema.errors import WrongUseError
from schema.states import State


def page_of(queries: Queries, area: str = "stoke-on-trent", basis: str = "") -> JourneyPage:
    return journey_page(queries, Context(), queries.catalogue.areas.find(area), basis)


def ratio_of(page: JourneyPage, above: str) -> Ratio:
    return next(ratio for ratio in page.ratios if ratio.above.id == above)


def test_the_published_ratio_is_of_the_counts_as_published(queries: Queries) -> None:
    ratio = ratio_of(page_of(queries, basis="year"), "section-47-enquiries")
    own, england = ratio.of("published"), ratio.of("england")
    assert own is not None
    assert england is not None
    assert (own.above, own.below, own.period) == (1899, 3874, "2024-25")
    assert said.sentence(ratio, own) == "49 section 47 enquiries for every 100 referrals"
    assert england.value == pytest.approx(230_590 / 632_830 * 100)


def test_a_ratio_takes_both_counts_of_one_year_though_another_step_is_newer(queries: Queries) -> None:
    ratio = ratio_of(page_of(queries, basis="year"), "assessments-completed")
    assert {value.period for value in ratio.values} == {"2023-24"}


def test_the_newest_local_return_leads_and_names_its_basis(queries: Queries) -> None:
    page = page_of(queries)
    assert page.covering is Covering.ROLLING_YEAR
    assert "rolling year, year to " in said.subtitle(page)
    assert all(step.local is not None and step.local.value is not None for step in page.steps)
    assert {step.agency_title for step in page.steps} == {"Children's social care"}


def test_nothing_published_stands_beside_a_single_quarter(queries: Queries) -> None:
    page = page_of(queries, basis="quarter")
    assert {value.whose for ratio in page.ratios for value in ratio.values} == {"local"}
    assert "Nothing published may stand beside a single quarter." in said.subtitle(page)
    assert "England" not in parts.ratio_table(page).columns


def test_suppressed_counts_make_a_suppressed_ratio_in_words(queries: Queries) -> None:
    page = page_of(queries, "city-of-london")
    published = ratio_of(page, "section-47-enquiries").of("published")
    assert published is not None
    assert (published.value, published.state) == (None, State.SUPPRESSED)
    assert any("Suppressed" in row for row in parts.ratio_table(page).rows)
    assert chart.journey(page).layout.annotations


def test_what_is_published_of_nobody_says_so(queries: Queries) -> None:
    page = page_of(queries, "walsall")
    assert page.covering is Covering.YEAR
    assert page.steps[0].local is None
    assert parts.step_table(page).rows[0][1] == "Not published"


def test_notices_are_a_share_of_contacts_and_nothing_else_is_a_share(queries: Queries) -> None:
    assert [ratio.above.id for ratio in page_of(queries).ratios if ratio.within] == ["police-protection-notices"]


def test_the_sources_of_contacts_add_up_to_all_of_them(queries: Queries) -> None:
    shares = [row.contacts.value for row in page_of(queries).sources if row.contacts is not None]
    assert sum(share or 0.0 for share in shares) == pytest.approx(100)


def test_the_page_says_that_nobody_is_followed(queries: Queries) -> None:
    assert said.NOT_FOLLOWED in said.summary(page_of(queries))


def test_a_framework_without_a_journey_says_so(queries: Queries) -> None:
    with pytest.raises(WrongUseError, match="has no journey"):
        journey_page(queries, Context(framework="adults"), queries.catalogue.areas.find("stoke-on-trent"), "")


def test_the_download_has_a_row_for_every_number(queries: Queries) -> None:
    page = page_of(queries)
    rows = list(csv.DictReader(io.StringIO(journey_csv(page))))
    ratios = [row for row in rows if row["what"] == "ratio"]
    assert len(ratios) == sum(len(ratio.values) for ratio in page.ratios)
    assert all(row["period"] and row["basis"] and row["state"] for row in rows)

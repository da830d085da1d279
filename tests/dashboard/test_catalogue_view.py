"""The catalogue: every measure, found by words and by choices."""

import csv
import io

import pytest

from dashboard.downloads import CATALOGUE_COLUMNS, catalogue_csv
from dashboard.queries import Queries
from dashboard.views.catalogue import CataloguePage, Wanted, catalogue_page, finds, folded, wanted_of
from dashboard.views.definition import Kind, kind_of
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.errors import WrongUseError
from tests.dashboard.figures import measure

CATALOGUE = default_catalogue()


def page_of(queries: Queries, area: str = "stoke-on-trent", **wanted: str) -> CataloguePage:
    return catalogue_page(queries, Context(), queries.catalogue.areas.find(area), Wanted(**wanted))


def test_every_measure_of_the_framework_is_there_once_under_its_outcome(queries: Queries) -> None:
    page = page_of(queries)
    every = queries.catalogue.measures_of("children")
    assert [row.measure.id for row in page.rows] == [m.id for m in every]
    assert page.of == len(every)
    assert all(row.measure.outcome == outcome.id for outcome, rows in page.groups for row in rows)


def test_the_counts_are_those_of_the_matches(queries: Queries) -> None:
    page = page_of(queries)
    assert page.counterparts + len(page.alone) == len(page.rows)
    assert all(row.measure.published_as.match == "none" for row in page.alone)
    assert all(row.measure.published_as.differs for row in page.alone)


def test_a_row_says_where_the_measure_stands_with_both_dates(queries: Queries) -> None:
    (row,) = (row for row in page_of(queries).rows if row.measure.id == "repeat-referrals")
    assert row.local is not None
    assert row.published is not None
    assert (row.local.period_label, row.published.period_label) == (
        "year to 30 September 2025",
        "year to 31 March 2025",
    )


@pytest.mark.parametrize(
    "words",
    ["M42", "m42", "M42.", "conferences 15", "CONFERENCES, 15", "childrens social care conference", "initial-conf"],
)
def test_words_find_a_measure_whatever_their_case_and_punctuation(words: str) -> None:
    assert finds(words, measure("initial-conferences-within-15-working-days"), CATALOGUE)


@pytest.mark.parametrize("words", ["M4", "M43", "conferences 15 police-and-crime", "zebra"])
def test_what_is_not_said_of_a_measure_does_not_find_it(words: str) -> None:
    assert not finds(words, measure("initial-conferences-within-15-working-days"), CATALOGUE)


def test_a_line_may_be_written_without_its_nought() -> None:
    assert finds("m5", measure("repeat-referrals"), CATALOGUE)


def test_words_are_folded_without_accents_and_apostrophes() -> None:
    assert folded("Children’s “Café” – M42, a/b") == ["childrens", "cafe", "m42", "a", "b"]


def test_choices_are_all_heeded_together(queries: Queries) -> None:
    page = page_of(queries, priority="neglect", kind="percentage", match="exact", figures="local")
    assert page.rows
    for row in page.rows:
        assert "neglect" in row.measure.priorities
        assert kind_of(row.measure, CATALOGUE) is Kind.PERCENTAGE
        assert row.local is not None


def test_measures_without_a_figure_can_be_asked_for(queries: Queries) -> None:
    assert all(row.local is None and row.published is None for row in page_of(queries, figures="none").rows)
    assert all(row.local is None for row in page_of(queries, "hackney").rows)


@pytest.mark.parametrize("key", ["outcome", "agency", "priority", "match", "kind", "figures"])
def test_a_choice_that_there_is_not_is_refused(key: str) -> None:
    with pytest.raises(WrongUseError, match=f"{key}=nonsense"):
        wanted_of({key: "nonsense"}, CATALOGUE, Context())


@pytest.mark.parametrize(
    ("measure_id", "kind"),
    [
        ("referrals", Kind.RATE),
        ("repeat-referrals", Kind.PERCENTAGE),
        ("social-worker-caseload", Kind.MEAN),
    ],
)
def test_what_sort_of_number_a_measure_is(measure_id: str, kind: Kind) -> None:
    assert kind_of(measure(measure_id), CATALOGUE) is kind


def test_the_file_has_a_row_a_measure_with_its_definition_and_its_figures(queries: Queries) -> None:
    page = page_of(queries, words="M05")
    rows = list(csv.DictReader(io.StringIO(catalogue_csv(page, queries.catalogue))))
    assert [row["measure"] for row in rows] == [row.measure.id for row in page.rows]
    (row,) = (row for row in rows if row["measure"] == "repeat-referrals")
    assert set(row) == set(CATALOGUE_COLUMNS)
    assert (row["numerator"], row["denominator"]) == ("repeat-referrals", "referrals")
    assert (row["published_period"], row["published_shown"]) == ("2024-25", "21.0")
    assert row["local_basis"] == "rolling-year"

"""Groups of children in the local return: what is set against what, what is hidden, and what is said of it."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.measure import inequality as inequality_words
from dashboard.components.static import written
from dashboard.queries import Queries
from dashboard.views.choices import Asked
from dashboard.views.inequality import Inequality, groups, inequality
from dashboard.views.measure import measure_page
from etl.transform.inequality import rate_ratio
from etl.transform.intervals import wilson
from schema.context import Context

NAMES = ["white", "mixed", "asian", "black", "other", "not-known"]


def of(queries: Queries, measure: str, area: str = "stoke-on-trent") -> Inequality | None:
    page = measure_page(queries, Context(), measure, queries.catalogue.areas.find(area), Asked())
    return inequality(queries, Context(), page)


def beside(events: list[float], people: list[float], *, of_return: bool = True) -> pd.DataFrame:
    apart = [name == "not-known" for name in NAMES]
    return groups(NAMES, events, people, apart, per=100, of_return=of_return).set_index("category")


def test_children_on_plans_are_set_against_all_children_in_need(queries: Queries) -> None:
    found = of(queries, "child-protection-plans")
    assert found is not None
    assert [table.title for table in found.tables] == ["Age", "Sex", "Ethnicity", "Disability", "Locality"]
    found_by = {table.title: table for table in found.tables}
    age = found_by["Age"]
    assert age.period_label == "at 30 September 2025"
    assert age.beneath.startswith("Children in need")
    taking_part = [row for row in age.rows if row.ratio is not None]
    assert [row.title for row in taking_part] == ["Under 1", "1 to 2", "3 to 4", "5 to 9", "10 to 15", "16 to 17"]
    events, people = sum(row.count or 0 for row in taking_part), sum(row.people or 0 for row in taking_part)
    row = taking_part[1]
    assert row.count is not None
    assert row.people is not None
    assert row.share == pytest.approx(row.count / age.total * 100)
    expected = rate_ratio(row.count, row.people, events - row.count, people - row.people)
    assert row.ratio == pytest.approx(float(expected.ratio))
    assert row.ratio_95 == pytest.approx(tuple(float(end) for end in expected.limits))
    assert row.rate_95 == pytest.approx(tuple(float(end) * 100 for end in wilson(row.count, row.people)))


def test_without_residents_or_a_whole_there_are_shares_only(queries: Queries) -> None:
    found = of(queries, "child-protection-plans-started")
    assert found is not None
    (age,) = found.tables
    assert age.beneath == ""
    assert age.period_label == "year to 30 September 2025"
    assert all(row.ratio is None and row.rate is None for row in age.rows)
    assert any(row.share is not None for row in age.rows)


def test_no_small_count_is_on_any_page(queries: Queries) -> None:
    tables = 0
    for measure in queries.catalogue.measures_of("children"):
        found = of(queries, measure.id)
        for table in found.tables if found else ():
            tables += 1
            hidden = [row for row in table.rows if row.hidden]
            assert len(hidden) != 1 or table.total < 6
            for row in table.rows:
                assert row.count is None or row.count == 0 or row.count >= 6
                assert row.people is None or row.people == 0 or row.people >= 6
                assert not row.hidden or (row.count, row.share, row.rate, row.ratio) == (None,) * 4
            if table.beneath:
                unseen = [row for row in table.rows if row.people is None]
                assert len(unseen) != 1
    assert tables > 10


def test_a_measure_without_groups_has_no_section_and_another_area_an_empty_one(queries: Queries) -> None:
    assert of(queries, "repeat-referrals") is None
    found = of(queries, "child-protection-plans", "hackney")
    assert found is not None
    assert found.tables == ()
    page = measure_page(queries, Context(), "child-protection-plans", queries.catalogue.areas.find("hackney"), Asked())
    assert "No return has reported" in written(inequality_words.section(found, page))


def test_the_words_say_what_it_is_not(queries: Queries) -> None:
    page = measure_page(
        queries, Context(), "child-protection-plans", queries.catalogue.areas.find("stoke-on-trent"), Asked()
    )
    found = inequality(queries, Context(), page)
    assert found is not None
    said = written(inequality_words.section(found, page))
    assert "not of all children who live here" in said
    assert "does not say why" in said
    assert "1 to 5" in said
    assert "Rates: Wilson’s interval." in said


def test_each_group_is_set_against_the_other_known_groups() -> None:
    found = beside([100, 50, 40, 30, 20, 10], [1000, 500, 400, 300, 200, 70])
    assert found.loc["white", "ratio"] == pytest.approx(0.1 / (140 / 1400))
    assert found["ratio"].isna()["not-known"]
    assert found.loc["not-known", "events"] == 10


def test_a_small_number_beneath_hides_the_ratio_and_the_next_smallest() -> None:
    found = beside([100, 50, 40, 30, 20, 10], [1000, 500, 400, 4, 200, 70])
    assert found["people"].isna().tolist() == [False, False, False, True, False, True]
    # Not known is hidden too, so that a ratio would give away the groups' sum, and with it the 4.
    assert found["ratio"].isna().all()
    elsewhere = beside([100, 50, 40, 30, 20, 10], [1000, 500, 400, 4, 60, 70])
    assert elsewhere["people"].isna().tolist() == [False, False, False, True, True, False]
    assert elsewhere["ratio"].notna().tolist() == [True, True, True, False, False, False]


def test_a_hole_leaves_no_ratio_and_hides_the_next() -> None:
    found = beside([100, 50, 40, float("nan"), 20, 0], [1000, 500, 400, 50, 200, 9])
    assert found["ratio"].isna().all()
    assert found["hidden"].tolist() == [False, False, False, True, True, False]


def test_a_small_number_of_no_known_group_hides_the_smallest_group_and_all_ratios() -> None:
    people = [1000.0, 500, 400, 300, 200, float("nan")]
    shown = beside([100, 50, 40, 30, 20, 10], people, of_return=False)
    assert shown["ratio"].notna().tolist() == [True] * 5 + [False]
    found = beside([100, 50, 40, 30, 20, 3], people, of_return=False)
    assert found["hidden"].tolist() == [False, False, False, False, True, True]
    assert found["ratio"].isna().all()


@given(
    events=st.lists(st.integers(0, 30), min_size=6, max_size=6),
    more=st.lists(st.integers(0, 30), min_size=6, max_size=6),
)
def test_what_is_hidden_cannot_be_worked_out_from_a_whole(events: list[int], more: list[int]) -> None:
    people = [x + n for x, n in zip(events, more, strict=True)]
    found = beside([float(x) for x in events], [float(n) for n in people])
    for column, true in (("events", events), ("people", people)):
        missing = [value for value, seen in zip(true, found[column], strict=True) if math.isnan(seen)]
        assert not any(1 <= value <= 5 for value in found[column])
        # One alone is the whole less the others, unless it is the whole.
        assert len(missing) != 1 or sum(true) == missing[0]
    unseen = found["events"].isna() | found["people"].isna()
    assert (
        found.loc[unseen, ["rate", "rate_lower_95", "ratio", "ratio_lower_95", "ratio_upper_998"]].isna().all(axis=None)
    )
    if unseen["not-known"]:
        assert found["ratio"].isna().all() or not unseen[:-1].any()

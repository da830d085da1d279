"""Every basis of a measure stands by itself, named, beside the same basis a year before."""

from collections.abc import Iterator

import pytest

from dashboard.queries import Queries
from dashboard.views.bases import BasisRow
from dashboard.views.choices import Asked
from dashboard.views.measure import measure_page
from etl.load.engine import open_engine
from schema.areas import load_areas
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.periods import Basis

HOME = load_areas().by_id["stoke-on-trent"]


@pytest.fixture
def queries(demonstration_url: str) -> Iterator[Queries]:
    engine = open_engine(demonstration_url)
    yield Queries(engine, default_catalogue())
    engine.dispose()


def shown(queries: Queries, measure: str) -> dict[tuple[Basis, bool], BasisRow]:
    page = measure_page(queries, Context(), measure, HOME, Asked())
    return {(row.basis, row.local): row for row in page.bases}


def test_a_flow_has_a_quarter_a_rolling_year_a_year_to_date_and_a_published_year(queries: Queries) -> None:
    found = shown(queries, "repeat-referrals")
    quarter, to_date = found[Basis.QUARTER, True], found[Basis.YTD, True]
    assert found[Basis.ROLLING_YEAR, True].label == "year to 30 September 2025"
    assert found[Basis.YEAR, False].value == pytest.approx(100 * 812 / 3874)
    assert to_date.label == "April to September 2025"
    assert to_date.before_label == "April to September 2024"
    assert quarter.denominator is not None
    assert to_date.denominator is not None
    assert to_date.denominator > quarter.denominator
    assert to_date.value == pytest.approx(100 * (to_date.numerator or 0) / to_date.denominator)


def test_a_stock_has_dates_and_no_year_to_date(queries: Queries) -> None:
    assert {basis for basis, _ in shown(queries, "children-in-care")} == {Basis.AT_DATE}


def test_children_counted_once_have_no_year_to_date(queries: Queries) -> None:
    assert Basis.YTD not in {basis for basis, _ in shown(queries, "children-missing")}

"""A measure by agency or by kind: each part's own figure from its own counts, and what must be hidden hidden."""

import re
from html import unescape

import pytest

from dashboard.components.measure import parts
from dashboard.components.static import written
from dashboard.queries import Queries
from dashboard.views.choices import Asked
from dashboard.views.inequality import inequality
from dashboard.views.measure import measure_page
from etl.transform.intervals import wilson
from schema.context import Context


def test_attendance_is_shown_by_agency(queries: Queries) -> None:
    area = queries.catalogue.areas.find("stoke-on-trent")
    page = measure_page(queries, Context(), "attendance-at-conferences", area, Asked())
    found = inequality(queries, Context(), page, characteristic=False)
    assert found is not None
    [table] = found.tables
    assert table.period_label == "year to 30 September 2025"
    shown = [row for row in table.rows if row.rate is not None]
    assert len(shown) > 8
    for row in shown:
        assert row.count is not None
        assert row.people is not None
        assert row.rate == pytest.approx(row.count / row.people * 100)
        ends = wilson(row.count, row.people)
        assert row.rate_95 == pytest.approx((float(ends.lower) * 100, float(ends.upper) * 100))
    assert page.newest_number is not None
    assert page.newest_number.figure is not None
    assert table.total == page.newest_number.figure.numerator
    assert re.match(r"By .+: the highest is .+, [\d.]+%, and the lowest .+, [\d.]+%$", parts.title(table, page.measure))
    text = unescape(written(parts.section(found, page)))
    assert "General practice" in text
    assert "Wilson’s" in text


def test_every_page_with_parts_can_be_drawn(queries: Queries) -> None:
    area = queries.catalogue.areas.find("stoke-on-trent")
    drawn = 0
    for measure in queries.catalogue.measures_of("children"):
        others = {b for b in measure.breakdowns if not queries.catalogue.breakdowns[b].characteristic}
        if not others - {measure.share_by}:
            continue
        page = measure_page(queries, Context(), measure.id, area, Asked())
        found = inequality(queries, Context(), page, characteristic=False)
        assert found is not None, measure.id
        drawn += 1
        for table in found.tables:
            twin = parts.twin(table, measure)
            assert all(len(row) == len(twin.columns) for row in twin.rows)
            small = [row for row in table.rows if row.count is not None and 0 < row.count < 6]
            assert small == [], f"{measure.id}: a count of 1 to 5 is shown"
        assert written(parts.section(found, page))
    assert drawn > 15

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dashboard.components import words
from dashboard.components.overview.briefing import next_return
from dashboard.views.figure import Rank
from dashboard.views.overview import OverviewRow, Spark, Strip
from dashboard.views.received import ReturnFact
from tests.dashboard.figures import figure, measure


def row(own: float, others: tuple[float, ...], **given: Any) -> OverviewRow:
    """A row whose published figure stands among others of the same period."""
    published = figure(value=own)
    strip = Strip(others, (), own, 20.0, published.period_label, published.period_label)
    rank = Rank(1, len(others) + 1, 1, 0, published.period_label)
    usual: dict[str, Any] = {
        "measure": measure("repeat-referrals"),
        "category": "total",
        "title": "Repeat referrals",
        "agency_title": "Children's social care",
        "headline": published,
        "quarter": None,
        "published": published,
        "change": None,
        "comparators": (),
        "spark": Spark((), (), (), None, ""),
        "strip": strip,
        "rank": rank,
    }
    return OverviewRow(**{**usual, **given})


@pytest.mark.parametrize(
    ("own", "others", "said"),
    [
        (5.0, (1.0, 2.0, 3.0), "highest of 4"),
        (3.0, (1.0, 2.0, 4.0), "2nd highest of 4"),
        (0.0, (0.0, 0.0, 9.0), "lowest of 4"),
        (1.0, (0.0, 5.0, 9.0, 9.0), "2nd lowest of 5"),
    ],
)
def test_a_place_is_counted_from_the_nearer_end_and_ties_share_it(
    own: float, others: tuple[float, ...], said: str
) -> None:
    place = row(own, others).place
    assert place is not None
    assert words.place(place.number, place.end, place.of) == said


def test_there_is_no_place_among_figures_of_another_period() -> None:
    tried = row(5.0, (1.0, 2.0))
    assert tried.strip is not None
    assert replace(tried, strip=replace(tried.strip, period_label="year to 31 March 2024")).place is None
    assert replace(tried, rank=None).place is None


FACT = ReturnFact(
    agency="childrens-social-care",
    agency_title="Children's social care",
    newest_period="2025-26Q2",
    newest_label="July to September 2025",
    extracted_on=date(2025, 10, 14),
    received_at=datetime(2025, 10, 14, tzinfo=UTC),
    status="provisional",
    missing=(),
    next_period="2025-26Q3",
    next_due=date(2026, 1, 22),
)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2025, 11, 3), "Next return: October to December 2025, due 22 January 2026"),
        (date(2026, 1, 22), "Next return: October to December 2025, due 22 January 2026"),
        (date(2026, 1, 23), "Late: October to December 2025, due 22 January 2026"),
        (date(2026, 4, 24), "Late: 2 quarterly returns from October to December 2025, due 22 January 2026"),
    ],
)
def test_a_return_is_late_on_the_day_after_it_is_due(today: date, said: str) -> None:
    item = next_return(FACT, today)
    parts = item.children if isinstance(item.children, list) else [item.children]
    assert "".join(str(getattr(part, "children", part)) for part in parts) == said

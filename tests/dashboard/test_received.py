"""Which returns came, which are missing, which are late: for quarters and for terms."""

from datetime import UTC, date, datetime

import pytest

from dashboard.components import owed
from dashboard.components.overview.briefing import returned
from dashboard.views.received import ReturnFact, return_fact
from dashboard.views.return_status import calendar, every_period, last_ended
from etl.load.submissions import SubmissionEvent, SubmissionVersion
from schema.catalogue import default_catalogue
from schema.periods import parse_period
from schema.returns import ReturnSpec


def spec(frequency: str) -> ReturnSpec:
    return ReturnSpec.model_validate(
        {
            "id": "tried",
            "title": "Tried",
            "short_title": "Tried",
            "answers": "A team",
            "frequency": frequency,
            "due_working_days_after": 15,
            "items": [],
        }
    )


QUARTERLY, TERMLY = spec("quarterly"), spec("termly")


def received(spec: ReturnSpec, today: date, *periods: str) -> ReturnFact:
    """How an agency stands that sent these returns, each of which was accepted."""
    at = datetime(2025, 10, 14, tzinfo=UTC)
    events = (SubmissionEvent("submitted", at, "A", ""), SubmissionEvent("accepted", at, "B", ""))
    versions = [
        SubmissionVersion(number, "tried", period, 1, "x.csv", "", 1, at.date(), "provisional", events)
        for number, period in enumerate(periods)
    ]
    catalogue = default_catalogue().model_copy(update={"returns": {"tried": spec}})
    return return_fact(calendar(spec, catalogue, versions, {}, today), spec)


@pytest.mark.parametrize(
    ("today", "late", "following"),
    [
        (date(2025, 11, 3), (), "2025-26Q3"),
        (date(2026, 1, 22), (), "2025-26Q3"),
        (date(2026, 1, 23), ("2025-26Q3",), "2025-26Q4"),
        (date(2026, 4, 24), ("2025-26Q3", "2025-26Q4"), "2026-27Q1"),
    ],
)
def test_a_return_is_late_on_the_day_after_it_is_due(today: date, late: tuple[str, ...], following: str) -> None:
    fact = received(QUARTERLY, today, "2025-26Q1", "2025-26Q2")
    assert (fact.late, fact.next_period, fact.missing) == (late, following, ())
    assert fact.late_since == (date(2026, 1, 22) if late else None)


def test_what_never_came_between_two_returns_is_missing_and_not_late() -> None:
    fact = received(QUARTERLY, date(2025, 11, 3), "2024-25Q4", "2025-26Q2")
    assert (fact.missing, fact.late) == (("2025-26Q1",), ())


def test_terms_are_late_by_terms() -> None:
    fact = received(TERMLY, date(2026, 3, 1), "AY2024-25T2")
    assert (fact.late, fact.next_period) == (("AY2024-25T3", "AY2025-26T1"), "AY2025-26T2")
    assert owed.span_of(fact.late) == "Summer term 2024/25 to autumn term 2025/26"
    assert owed.owed(fact).startswith("2 terms missing, due since ")


def test_an_agency_that_has_sent_nothing_owes_the_next_and_is_not_late() -> None:
    fact = received(TERMLY, date(2026, 1, 5))
    assert (fact.newest_period, fact.late, fact.next_period) == ("", (), "AY2025-26T1")
    assert received(TERMLY, date(2026, 4, 1)).next_period == "AY2025-26T2"


@pytest.mark.parametrize(
    ("frequency", "today", "code"),
    [
        ("quarterly", date(2025, 4, 1), "2024-25Q4"),
        ("quarterly", date(2025, 3, 31), "2024-25Q3"),
        ("termly", date(2025, 9, 1), "AY2024-25T3"),
        ("termly", date(2025, 12, 31), "AY2024-25T3"),
        ("termly", date(2026, 1, 1), "AY2025-26T1"),
        ("termly", date(2026, 5, 1), "AY2025-26T2"),
    ],
)
def test_the_newest_period_that_is_over(frequency: str, today: date, code: str) -> None:
    assert last_ended(spec(frequency), today).code == code


def test_every_period_between_the_first_and_the_last_is_told() -> None:
    terms = [parse_period(code) for code in ("AY2025-26T1", "AY2024-25T2")]
    assert [p.code for p in every_period(TERMLY, terms)] == ["AY2024-25T2", "AY2024-25T3", "AY2025-26T1"]
    assert every_period(QUARTERLY, []) == []
    # A return that has become termly keeps its quarters, and nothing is made up between them.
    assert every_period(TERMLY, [parse_period("2024-25Q1"), parse_period("2024-25Q4")])[-1].code == "2024-25Q4"


def test_the_overview_names_the_agency_and_how_many_of_its_quarters_are_missing() -> None:
    fact = received(QUARTERLY, date(2026, 11, 21), "2025-26Q2")
    assert text(returned(fact)) == (
        "Tried: 4 quarters missingNewest: July to September 2025, provisional; due since 22 January 2026"
    )


def test_the_overview_names_the_next_return_where_none_is_late() -> None:
    fact = received(QUARTERLY, date(2025, 11, 3), "2024-25Q4", "2025-26Q2")
    assert text(returned(fact)) == (
        "TriedNewest: July to September 2025, provisional; none for April to June 2025; next due 22 January 2026"
    )


def test_what_the_list_of_attention_says_of_a_late_return_is_not_said_twice() -> None:
    fact = received(QUARTERLY, date(2026, 1, 23), "2025-26Q2")
    assert text(returned(fact, told=True)) == "Tried: lateNewest: July to September 2025, provisional"
    assert "due since" not in text(returned(fact, told=True))


def text(part: object) -> str:
    inner = getattr(part, "children", part)
    return (
        "".join(map(text, inner))
        if isinstance(inner, list)
        else ""
        if inner is None
        else str(inner)
        if not hasattr(inner, "children")
        else text(inner)
    )

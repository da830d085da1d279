"""Which figure leads, and how a measure may cover time: for quarters, for terms, and for what comes once a year."""

from typing import Any

import pytest

from dashboard.components import words
from dashboard.views.choices import Asked, Covering, covering_choices
from dashboard.views.standing import local_rows, newest, published_rows, raw_rows
from etl.load import store
from schema.catalogue import Catalogue, default_catalogue
from schema.measures import Measure
from schema.periods import Basis, parse_period
from schema.returns import ReturnItem
from tests.dashboard.figures import measure

CATALOGUE = default_catalogue()


def row(period: str, basis: str, *, local: bool = True, state: str = "value") -> dict[str, Any]:
    kind = store.SUBMISSION if local else store.RELEASE
    return {"kind": kind, "period": period, "basis": basis, "state": state, "category": "total"}


def test_the_local_bases_lead_in_their_order() -> None:
    order = ["at-date", "rolling-year", "year", "academic-year", "quarter", "term"]
    every = [row("2025-26Q2", basis) for basis in reversed(order)]
    for at in range(len(order)):
        kept = [found for found in every if found["basis"] in order[at:]]
        leading = newest(local_rows(kept))
        assert leading is not None
        assert leading["basis"] == order[at]


def test_a_basis_on_which_nothing_ever_came_leads_nothing() -> None:
    rows = [row("2025-26Q2", "rolling-year", state="missing"), row("2025-26Q2", "quarter")]
    leading = newest(local_rows(rows))
    assert leading is not None
    assert leading["basis"] == "quarter"
    assert published_rows([row("2024-25", "year", local=False, state="missing")]) == []


def test_what_the_newest_return_left_out_gives_way_to_the_newest_that_came() -> None:
    rows = [row("2025-26Q1", "at-date"), row("2025-26Q2", "at-date", state="missing")]
    leading = newest(local_rows(rows))
    assert leading is not None
    assert leading["period"] == "2025-26Q1"


def test_a_published_month_never_leads_and_a_term_is_raw() -> None:
    rows = [row("2024-25", "year", local=False), row("2025M03", "month", local=False)]
    assert [found["basis"] for found in published_rows(rows)] == ["year"]
    assert [found["basis"] for found in raw_rows([row("AY2025-26T1", "term")])] == ["term"]


# ------------------------------------------------------------------------------------------- ways to cover time


def termly(measure_id: str = "repeat-referrals") -> tuple[Catalogue, Measure]:
    """A measure whose agency reports once a term."""
    exact = measure(measure_id)
    spec = CATALOGUE.returns[exact.agency]
    items = tuple(ReturnItem(quantity=term.quantity, bases=(Basis.TERM,)) for term in exact.numerator)
    changed = spec.model_copy(update={"frequency": "termly", "items": items, "wholes": ()})
    return CATALOGUE.model_copy(update={"returns": {**CATALOGUE.returns, spec.id: changed}}), exact


def test_a_termly_measure_is_shown_by_academic_year_and_by_term() -> None:
    catalogue, exact = termly()
    area = CATALOGUE.areas.find("stoke-on-trent")
    own = [row(f"AY2024-25T{number}", "term") for number in (1, 2, 3)]
    own.append(row("AY2024-25T3", "academic-year"))
    own.append(row("AY2023-24", "academic-year", local=False))
    found = covering_choices(exact, area, catalogue, own, [], None)
    assert found.chosen is found.default is Covering.LOCAL_ACADEMIC_YEAR
    assert found.published is Covering.ACADEMIC_YEAR
    assert [choice.key for choice in found.choices] == ["academic-year", "local-academic-year", "term"]


def test_before_the_year_is_whole_the_term_leads_and_the_reason_is_said() -> None:
    catalogue, exact = termly()
    area = CATALOGUE.areas.find("stoke-on-trent")
    found = covering_choices(exact, area, catalogue, [row("AY2025-26T1", "term")], [], "academic-year")
    assert found.chosen is Covering.TERM
    assert found.notes == (
        "Academic year (published) cannot be shown: nothing is published. School term (local) is shown.",
    )


def test_what_is_counted_once_a_year_is_a_local_year() -> None:
    area = CATALOGUE.areas.find("stoke-on-trent")
    found = covering_choices(measure("referrals"), area, CATALOGUE, [row("2024-25Q4", "year")], [], None)
    assert found.chosen is Covering.LOCAL_YEAR


def test_what_can_be_asked_of_the_address_stays_what_it_was() -> None:
    assert [Covering(value).value for value in ("year", "rolling-year", "quarter", "published-dates", "quarter-ends")]
    assert Asked().covering is None


@pytest.mark.parametrize(
    ("code", "basis", "short", "month"),
    [
        ("AY2025-26T1", Basis.TERM, "autumn term 2025/26", "autumn 2025/26"),
        ("AY2024-25T3", Basis.ACADEMIC_YEAR, "academic year 2024/25", "2024/25"),
        ("AY2024-25", Basis.ACADEMIC_YEAR, "academic year 2024/25", "2024/25"),
        ("2024-25Q4", Basis.YEAR, "year to Mar 2025", "Mar 2025"),
        ("PY2022-25", Basis.POOLED_YEARS, "3 years to 31 March 2025", "Mar 2025"),
    ],
)
def test_school_periods_are_named_as_schools_name_them(code: str, basis: Basis, short: str, month: str) -> None:
    assert words.short_period(code, basis) == short
    assert words.month(parse_period(code).label(basis)) == month

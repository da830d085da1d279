"""What is not compared says why."""

import pandas as pd
import pytest

from etl.transform.reasons import OLDEST_COMPARATOR, Reason, measure_kind, not_compared, reason_words
from schema.catalogue import default_catalogue
from schema.states import State

GOOD: dict[str, object] = {
    "match": "exact",
    "stock": False,
    "kind": "proportion",
    "state": "value",
    "numerator": 5.0,
    "denominator": 20.0,
    "other_state": "value",
    "basis": "year",
    "other_basis": "year",
    "version": 1,
    "other_version": 1,
    "lag": 0,
}


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("", {}),
        ("", {"lag": OLDEST_COMPARATOR}),
        ("", {"lag": -6}),
        ("", {"state": "zero", "numerator": 0.0}),
        (Reason.NO_FIGURE, {"state": "suppressed", "numerator": float("nan")}),
        (Reason.NO_COUNTERPART, {"match": "close"}),
        (Reason.NO_COUNTERPART, {"match": "context", "stock": True}),
        (Reason.STOCK, {"stock": True}),
        (Reason.MEAN_ONLY, {"kind": "mean"}),
        (Reason.COUNT_ONLY, {"kind": "count"}),
        (Reason.PERCENT_ONLY, {"numerator": float("nan")}),
        (Reason.PERCENT_ONLY, {"denominator": float("nan")}),
        (Reason.DOES_NOT_FIT, {"numerator": 21.0}),
        (Reason.DOES_NOT_FIT, {"denominator": 0.0}),
        ("", {"numerator": 21.0, "kind": "rate"}),
        (Reason.NO_COMPARATOR, {"other_state": "suppressed"}),
        (Reason.DIFFERENT_BASIS, {"other_basis": "quarter"}),
        (Reason.SERIES_BREAK, {"other_version": 2}),
        (Reason.TOO_OLD, {"lag": OLDEST_COMPARATOR + 1}),
    ],
)
def test_each_reason_has_its_case(reason: str, change: dict[str, object]) -> None:
    frame = pd.DataFrame([GOOD, GOOD | change, GOOD])
    assert list(not_compared(frame)) == ["", reason, ""]


def test_what_is_not_asked_about_is_no_reason() -> None:
    columns = ["match", "stock", "kind", "state", "numerator", "denominator"]
    assert list(not_compared(pd.DataFrame([GOOD])[columns])) == [""]
    assert list(not_compared(pd.DataFrame([GOOD])[columns].iloc[:0])) == []


def test_every_reason_has_words() -> None:
    for reason in Reason:
        assert "{" not in reason_words(reason)
    assert reason_words(Reason.TOO_OLD, lag=30) == "the comparator is 30 months older"
    assert reason_words(Reason.NO_FIGURE, state=State.SUPPRESSED) == "there is no figure (suppressed)"


def test_measures_bear_the_arithmetic_of_their_formula() -> None:
    catalogue = default_catalogue()
    kinds = {name: measure_kind(measure, catalogue) for name, measure in catalogue.measures.items()}
    assert kinds["repeat-referrals"] == "proportion"
    assert kinds["child-protection-plans-started"] == "rate"
    assert kinds["attainment-8-of-children-in-care"] == "mean"
    assert kinds["social-worker-caseload"] == "equivalents"
    assert kinds["social-worker-turnover"] == "equivalents"
    # A pupil suspended three times counts three times, so there may be more of them than pupils.
    assert kinds["suspensions"] == "rate"
    assert kinds["rapid-reviews"] == "count"

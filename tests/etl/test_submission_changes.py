"""What differs between two versions of a return."""

import pandas as pd
import pytest

from etl.transform.submission_changes import CHANGE_COLUMNS, changes, less, sentences, shown, summary

COLUMNS = ["period", "basis", "quantity", "category", "value", "symbol", "state", "row", "note"]
Row = tuple[str, str, float | None, str, int, str]


def version(*rows: Row) -> pd.DataFrame:
    """A version of a quarter's return: quantity, category, value, symbol, row, note."""
    return pd.DataFrame(
        [
            ("2025-26Q2", "quarter", quantity, category, value, symbol, "value", row, note)
            for quantity, category, value, symbol, row, note in rows
        ],
        columns=COLUMNS,
    ).astype({"value": "float64", "row": "int64"})


BEFORE = version(
    ("referrals", "total", 412, "", 2, ""),
    ("referrals", "source:police", 100, "", 3, ""),
    ("assessments", "total", 0, "", 4, ""),
    ("conferences", "total", None, "x", 5, "system change"),
    ("plans", "total", 30, "", 6, ""),
)
AFTER = version(
    ("referrals", "total", 421, "", 2, ""),
    ("assessments", "total", 0, "nil", 3, ""),
    ("conferences", "total", 12, "", 4, "system change"),
    ("plans", "total", 30, "", 5, "counted again"),
    ("visits", "total", 7.5, "", 6, ""),
)


def test_every_kind_of_change_in_reading_order() -> None:
    found = changes(BEFORE, AFTER)
    assert tuple(found.columns) == CHANGE_COLUMNS
    assert list(zip(found["change"], found["quantity"], found["category"], found["row"], strict=True)) == [
        ("changed", "referrals", "total", 2),
        ("removed", "referrals", "source:police", 3),
        ("changed", "assessments", "total", 3),
        ("changed", "conferences", "total", 4),
        ("noted", "plans", "total", 5),
        ("added", "visits", "total", 6),
    ]


def test_zero_and_nil_are_different_things_to_say() -> None:
    found = changes(BEFORE, AFTER).set_index("quantity")
    assert found.loc["assessments", "symbol_before"] == ""
    assert found.loc["assessments", "symbol_after"] == "nil"


def test_one_sentence_counts_them() -> None:
    assert summary(changes(BEFORE, AFTER)) == "3 figures changed, 1 added, 1 removed and 1 note rewritten."
    assert summary(changes(BEFORE, BEFORE.iloc[1:])) == "1 figure removed."
    assert summary(changes(BEFORE, BEFORE)) == "No figure differs."


def test_a_sentence_for_each() -> None:
    said = sentences(changes(BEFORE, AFTER), str.capitalize, lambda key: key.partition(":")[2])
    assert said == [
        "Referrals, July to September 2025: 412 became 421.",
        "Referrals, police, July to September 2025: 100 is no longer given.",
        "Assessments, July to September 2025: 0 became nil.",
        "Conferences, July to September 2025: x became 12.",
        "Plans, July to September 2025: 30 is unchanged, and its note now says “counted again”.",
        "Visits, July to September 2025: 7.5 is new.",
    ]


@pytest.mark.parametrize("empty", ["before", "after"])
def test_a_version_without_figures(empty: str) -> None:
    nothing = BEFORE.iloc[:0]
    found = changes(nothing, BEFORE) if empty == "before" else changes(BEFORE, nothing)
    assert set(found["change"]) == {"added" if empty == "before" else "removed"}
    assert found["row"].tolist() == [2, 3, 4, 5, 6]


def test_numbers_that_differ_never_look_the_same() -> None:
    assert shown(1204.0, "") == "1,204"
    assert shown(0.1, "") != shown(0.1001, "")
    assert shown(float("nan"), "") == "nothing"


def test_a_difference_has_no_noise() -> None:
    assert shown(less(332.8, 330.5), "") == "2.3"
    assert less(0.1 + 0.2, 0.3) == 0
    assert less(5, 5) == 0
    assert less(3, 5) == -2

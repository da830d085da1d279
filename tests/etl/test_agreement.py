"""A compilation stands in where nobody else published, and is held against those who did."""

from datetime import date

import pandas as pd
import pytest

from etl.transform.agreement import agreement, decimals_printed
from etl.transform.comparisons import newest_only

FIRST, AGAIN, COMPILED = (1, date(2024, 10, 31), False), (2, date(2025, 10, 30), False), (3, date(2026, 4, 8), True)


def figure(
    source: tuple[int, date, bool], value: float | None, *, area: str = "walsall", period: str = "2024-25"
) -> dict[str, object]:
    number, day, compilation = source
    return {
        "kind": "release",
        "source_id": number,
        "released_on": day,
        "compilation": compilation,
        "measure": "referrals",
        "area": area,
        "period": period,
        "basis": "year",
        "category": "total",
        "value": value,
    }


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows).astype({"value": float, "compilation": bool})


def test_a_compilation_however_new_never_takes_a_first_publishers_place() -> None:
    found = newest_only(frame(figure(FIRST, 1), figure(AGAIN, 2), figure(COMPILED, 3)))
    assert found["source_id"].tolist() == [2]


def test_a_compilation_stands_for_a_period_that_nobody_else_covers() -> None:
    found = newest_only(frame(figure(AGAIN, 2), figure(COMPILED, 3, period="2010-11")))
    assert found["source_id"].tolist() == [2, 3]


def test_within_a_period_authorities_are_of_one_publication_even_where_it_has_no_figure() -> None:
    found = newest_only(frame(figure(AGAIN, 2), figure(COMPILED, 3, area="stoke-on-trent")))
    assert found["source_id"].tolist() == [2]


def test_returns_are_left_alone() -> None:
    local = {**figure(FIRST, 5), "kind": "submission"}
    assert len(newest_only(frame(local, figure(AGAIN, 2)))) == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "agrees"),
    [(20.9602, 21.0, True), (20.9602, 20.96, True), (20.94, 21.1, False), (21.05, 21.0, True), (21.06, 21.0, False)],
)
def test_they_agree_to_the_precision_that_the_compilation_prints(ours: float, theirs: float, *, agrees: bool) -> None:
    # The second authority shows that the compilation prints one decimal place, though 21.0 alone would not.
    others = (figure(AGAIN, 3.14, area="dudley"), figure(COMPILED, 3.1, area="dudley"))
    found = agreement(frame(figure(AGAIN, ours), figure(COMPILED, theirs), *others)).set_index("area")
    assert bool(found.loc["walsall", "agrees"]) is agrees
    assert found.loc["walsall", "difference"] == pytest.approx(theirs - ours)


def test_the_newest_release_is_what_a_compilation_is_held_against() -> None:
    found = agreement(frame(figure(FIRST, 10.0), figure(AGAIN, 20.0), figure(COMPILED, 10.0)))
    assert found[["source_id", "compiled_source_id", "agrees"]].values.tolist() == [[2, 3, False]]


def test_hidden_figures_neither_agree_nor_disagree() -> None:
    assert agreement(frame(figure(AGAIN, None), figure(COMPILED, 3))).empty
    assert agreement(frame(figure(AGAIN, 3))).empty


@pytest.mark.parametrize(("value", "places"), [(21, 0), (2.2999999999999998, 1), (0.25, 2), (1 / 3, 6), (130.0, 0)])
def test_decimals_are_those_that_were_printed(value: float, places: int) -> None:
    assert decimals_printed(value) == places

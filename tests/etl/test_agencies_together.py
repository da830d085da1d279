"""Figures from several agencies' returns: whose number stands, who lends what, and what a term or a year asks for."""

import math
from datetime import date
from typing import Any

import pandas as pd
import pytest

from etl.transform.figures import Vintage, compute_figures
from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.quantities import Breakdown, Quantity
from schema.returns import ReturnSpec
from tests.etl.published import CATALOGUE

HOME = "stoke-on-trent"


def quantity(name: str, **kept: object) -> Quantity:
    return Quantity.model_validate(
        {"id": name, "title": name, "counts": name, "unit": "children", "kind": "flow", "additive": True, **kept}
    )


def measure(name: str, agency: str, numerator: str, **kept: object) -> Measure:
    return Measure.model_validate(
        {
            "id": name,
            "framework": "children",
            "outcome": "outcome-1",
            "title": name,
            "short_title": name,
            "we_read_it_as": name,
            "numerator": numerator,
            "per": 1,
            "unit": "children",
            "decimals": 0,
            "polarity": "judgement",
            "polarity_reason": "activity",
            "agency": agency,
            "published_as": {"match": "none", "differs": "nothing is published"},
            "question": "?",
            "a_rise_may_mean": "more",
            "since": date(2020, 1, 1),
            **kept,
        }
    )


def spec(agency: str, *items: dict[str, Any], frequency: str = "quarterly") -> ReturnSpec:
    return ReturnSpec.model_validate(
        {
            "id": agency,
            "title": agency,
            "short_title": agency,
            "answers": agency,
            "frequency": frequency,
            "due_working_days_after": 15,
            "items": items,
        }
    )


CATALOGUE_OF_TWO = Catalogue(
    frameworks=CATALOGUE.frameworks,
    breakdowns={
        "partner": Breakdown.model_validate(
            {
                "id": "partner",
                "title": "Agency",
                "categories": [{"id": "police", "title": "Police"}, {"id": "health", "title": "Health"}],
            }
        )
    },
    publications={},
    quantities={
        q.id: q
        for q in (
            quantity("checked"),
            quantity("in-care", kind="stock", additive=None),
            quantity("scored", kind="stock", additive=None),
            quantity("absences"),
            quantity("tools-used"),
            quantity("invited", breakdowns=["partner"]),
            quantity("attended", breakdowns=["partner"]),
        )
    },
    measures={
        m.id: m
        for m in (
            measure("tools-used", "social-care", "tools-used"),
            measure("checks-done", "health", "checked", denominator="in-care", per=100, unit="%"),
            measure("scores", "health", "scored"),
            measure(
                "attendance", "health", "attended", denominator="invited", per=100, unit="%", breakdowns=["partner"]
            ),
            measure("absence", "education", "absences"),
        )
    },
    returns={
        r.id: r
        for r in (
            spec(
                "social-care",
                {"quantity": "in-care", "bases": ["at-date"]},
                {"quantity": "tools-used", "bases": ["quarter"]},
            ),
            spec(
                "health",
                {"quantity": "checked", "bases": ["quarter"]},
                {"quantity": "scored", "bases": ["at-date"], "when": ["Q4"]},
                {"quantity": "tools-used", "bases": ["quarter"], "also": True},
            ),
            spec("education", {"quantity": "absences", "bases": ["term"]}, frequency="termly"),
        )
    },
)


def said(publisher: str, name: str, value: float, period: str, basis: str, category: str = "total") -> dict[str, Any]:
    return {
        "source_id": {"social-care": 1, "health": 2, "education": 3}[publisher],
        "publisher": publisher,
        "area": HOME,
        "period": period,
        "basis": basis,
        "quantity": name,
        "category": category,
        "value": value,
        "state": "value",
    }


def figures(agency: str, *values: dict[str, Any]) -> pd.DataFrame:
    own = {1: "social-care", 2: "health", 3: "education"}
    status = {source: "final" for source, name in own.items() if name == agency}
    return compute_figures(Vintage(pd.DataFrame(values), pd.DataFrame(), status, agency), CATALOGUE_OF_TWO)


def test_an_agencys_share_of_what_another_counts() -> None:
    found = figures(
        "health",
        said("health", "checked", 60, "2025-26Q1", "quarter"),
        said("social-care", "in-care", 80, "2025-26Q1", "at-date"),
    )
    checks = found[(found["measure"] == "checks-done") & (found["basis"] == "quarter")]
    assert checks[["numerator", "denominator", "value", "source_id"]].values.tolist() == [[60, 80, 75, 2]]


def test_one_agencys_return_says_nothing_of_anothers_measures() -> None:
    found = figures("health", said("health", "checked", 60, "2025-26Q1", "quarter"))
    assert set(found["measure"]) == {"checks-done"}


def test_a_lender_s_quarter_alone_makes_no_figure_of_ours() -> None:
    """Social care's later quarter is not a quarter that health left out: its return has not come at all."""
    found = figures(
        "health",
        said("health", "checked", 60, "2025-26Q1", "quarter"),
        said("social-care", "in-care", 80, "2025-26Q1", "at-date"),
        said("social-care", "in-care", 81, "2025-26Q2", "at-date"),
    )
    assert set(found["period"]) == {"2025-26Q1"}


def test_what_is_asked_once_a_year_is_not_missing_in_between() -> None:
    found = figures(
        "health",
        said("health", "scored", 14, "2024-25Q4", "at-date"),
        said("health", "checked", 60, "2024-25Q4", "quarter"),
        said("health", "checked", 60, "2025-26Q1", "quarter"),
    )
    assert found[found["measure"] == "scores"]["period"].tolist() == ["2024-25Q4"]


def test_what_is_asked_once_a_year_and_left_out_is_missing() -> None:
    found = figures(
        "health",
        said("health", "scored", 14, "2023-24Q4", "at-date"),
        said("health", "checked", 60, "2024-25Q4", "quarter"),
    )
    scores = found[found["measure"] == "scores"].set_index("period")["state"].to_dict()
    assert scores == {"2023-24Q4": "value", "2024-25Q4": "missing"}


def test_three_terms_make_an_academic_year_and_two_do_not() -> None:
    terms = [
        said("education", "absences", count, f"AY2024-25T{n}", "term") for n, count in enumerate((10, 20, 30), start=1)
    ]
    found = figures("education", *terms)
    years = found[found["basis"] == "academic-year"]
    assert years[["period", "value"]].values.tolist() == [["AY2024-25T3", 60]]

    found = figures("education", terms[0], terms[2])
    years = found[found["basis"] == "academic-year"]
    assert years["state"].tolist() == ["missing"]
    assert math.isnan(years["value"].iloc[0])


@pytest.mark.parametrize(
    ("reader", "read"),
    [
        ("health", {"health", "social-care"}),
        # Health also counts the tools used: a number that the two dispute is nobody's.
        ("social-care", {"health", "social-care"}),
        ("education", {"education"}),
    ],
)
def test_who_reads_whose_return_follows_from_the_measures(reader: str, read: set[str]) -> None:
    assert CATALOGUE_OF_TWO.agencies_read_by(reader) == read


def test_the_home_return_of_a_quantity_is_the_one_without_also() -> None:
    assert CATALOGUE_OF_TWO.home_return["tools-used"] == "social-care"


def test_a_measure_is_computed_by_each_category_that_both_its_parts_are_reported_by() -> None:
    parts = {"total": (30, 60), "partner:police": (9, 10), "partner:health": (21, 50)}
    values = [
        said("health", name, count, "2025-26Q1", "quarter", category)
        for category, counts in parts.items()
        for name, count in zip(("attended", "invited"), counts, strict=True)
    ]
    found = figures("health", *values)
    quarter = found[(found["measure"] == "attendance") & (found["basis"] == "quarter")]
    assert dict(zip(quarter["category"], quarter["value"], strict=True)) == {
        "total": 50,
        "partner:police": 90,
        "partner:health": 42,
    }

"""Returns: what each agency reports, and by when."""

from datetime import date

import pytest

from schema.catalogue import default_catalogue
from schema.periods import Basis, parse_period
from schema.quantities import QuantityKind
from schema.returns import ReturnSpec

CATALOGUE = default_catalogue()


@pytest.mark.parametrize(
    ("code", "due"),
    [
        ("2025-26Q1", date(2025, 7, 21)),
        ("2025-26Q2", date(2025, 10, 21)),
        ("2025-26Q3", date(2026, 1, 22)),
        ("2025-26Q4", date(2026, 4, 23)),
    ],
)
def test_social_care_owes_its_return_fifteen_working_days_after_the_quarter(code: str, due: date) -> None:
    assert CATALOGUE.return_spec("childrens-social-care").due(parse_period(code)) == due


@pytest.mark.parametrize("spec", CATALOGUE.returns.values(), ids=lambda spec: spec.id)
def test_no_return_asks_for_the_same_thing_twice(spec: ReturnSpec) -> None:
    asked = [item.quantity for item in spec.items]
    assert len(asked) == len(set(asked))


def test_children_counted_once_are_asked_for_over_the_rolling_year_too() -> None:
    """Quarters of them do not add up, so nothing that we could compute would be their year."""
    for spec in CATALOGUE.returns.values():
        for item in spec.items:
            quantity = CATALOGUE.quantities[item.quantity]
            if quantity.kind is QuantityKind.FLOW and not quantity.additive and Basis.QUARTER in item.bases:
                assert Basis.ROLLING_YEAR in item.bases, f"{spec.id}: {item.quantity}"


def test_every_measure_of_an_agency_can_be_computed_from_what_it_reports() -> None:
    """A measure whose counts nobody is asked for would stay empty for the partnership for ever."""
    for measure in CATALOGUE.measures.values():
        readable = CATALOGUE.agencies_read_by(measure.agency)
        needed = {term.quantity for term in (*measure.numerator, *measure.denominator)}
        strange = {
            name
            for name in needed
            if CATALOGUE.home_return.get(name) not in readable and not CATALOGUE.quantities[name].only_published
        }
        assert not strange, f"{measure.id}: nobody reports {', '.join(sorted(strange))}"

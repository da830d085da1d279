"""Small made-up views to put into words and pictures."""

from datetime import date
from typing import Any

from dashboard.views.figure import FigureView
from schema.catalogue import Catalogue, default_catalogue
from schema.measures import Measure
from schema.periods import Basis
from schema.states import State


def measure(measure_id: str) -> Measure:
    """A measure of the installation."""
    return default_catalogue().measure(measure_id)


def in_use(catalogue: Catalogue) -> list[Measure]:
    """The children's measures that have not been retired."""
    return [found for found in catalogue.measures_of("children") if found.retired is None]


def figure(**given: Any) -> FigureView:
    """A published percentage, unless the test says otherwise."""
    usual: dict[str, Any] = {
        "value": 20.960247,
        "state": State.VALUE,
        "numerator": 812.0,
        "denominator": 3874.0,
        "period": "2024-25",
        "basis": Basis.YEAR,
        "period_label": "year to 31 March 2025",
        "ends": date(2025, 3, 31),
        "category": "total",
        "origin": "computed",
        "other_value": None,
        "status": "final",
        "local": False,
        "source_id": 1,
        "source_label": "Department for Education",
        "population_period": "",
    }
    return FigureView(**{**usual, **given})

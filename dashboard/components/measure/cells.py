"""What stands in the heads and cells of the measure page's tables."""

from collections.abc import Sequence

from dashboard.components import words
from dashboard.views.definition import TermView
from dashboard.views.measure import MeasurePage
from dashboard.views.points import Point


def value(point: Point | None, page: MeasurePage) -> str:
    """A point's value, or its state in words; empty where there is no such period."""
    return "" if point is None else words.value(point.value, point.state, page.measure)


def comparator(point: Point | None, name: str, statistic: str, page: MeasurePage) -> str:
    """One of a point's comparators; empty where there is none."""
    found = None if point is None else point.comparator(name, statistic)
    if found is None or (name == "neighbours" and found.value is None):
        return ""
    return words.value(found.value, found.state, page.measure)


def head(terms: Sequence[TermView]) -> str:
    """What heads the column of a sum of counts."""
    if len(terms) > 1:
        return "Numerator"
    return f"{terms[0].title}: {terms[0].category.lower()}" if terms[0].category else terms[0].title


def below_head(page: MeasurePage) -> str:
    """What heads the column of what the counts are taken out of."""
    ages = page.measure.population
    if ages is not None:
        return f"Residents aged {ages.age_from} to {ages.age_to}"
    return head(page.definition.denominator) if len(page.definition.denominator) == 1 else "Denominator"

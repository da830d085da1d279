"""What a reader must know to use a measure: its formula in words, how it adds up, what it serves."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.views.intervals import interval_kind
from schema.catalogue import Catalogue
from schema.measures import Measure, Priority, Version
from schema.quantities import TOTAL, Quantity


@dataclass(frozen=True)
class TermView:
    """One quantity of the formula, as the definition explains it."""

    quantity: str
    title: str
    category: str
    counts: str
    unit: str


@dataclass(frozen=True)
class Definition:
    """What a reader must know to use the measure."""

    numerator: tuple[TermView, ...]
    denominator: tuple[TermView, ...]
    population: str
    formula: str
    kind: str
    adds_up: str
    interval_note: str
    serves: Measure | None
    served_by: tuple[Measure, ...]
    priorities: tuple[Priority, ...]
    breaks: tuple[Version, ...]


def definition(measure: Measure, catalogue: Catalogue, category: str) -> Definition:
    """A measure explained, for the category that is shown."""

    def view(quantity: Quantity, category: str) -> TermView:
        words = "" if category == TOTAL else catalogue.category_title(category)
        return TermView(quantity.id, quantity.title, words, quantity.counts, quantity.unit)

    numerator = tuple(
        view(catalogue.quantities[t.quantity], category if measure.share_by else t.category) for t in measure.numerator
    )
    denominator = tuple(view(catalogue.quantities[t.quantity], t.category) for t in measure.denominator)
    population = ""
    if measure.population is not None:
        ages = measure.population
        population = (
            f"Residents aged {ages.age_from} to {ages.age_to}, Office for National Statistics mid-year estimate "
            "of 30 June before the year’s end"
        )
    at_date = catalogue.at_date(measure)
    if at_date:
        adds = "A stock: never added over time."
    elif catalogue.adds_up(measure):
        adds = "A flow: four quarters make a year."
    else:
        adds = "A flow of children counted once: four quarters do not make a year, so the year is asked for itself."
    per = {1: "", 100: " × 100"}.get(measure.per, f" × {measure.per:,}")
    below = population.partition(",")[0] if population else _sum(denominator)
    formula = f"{_sum(numerator)} ÷ {below}{per}" if below else _sum(numerator)
    priorities = {p.id: p for p in catalogue.frameworks[measure.framework].priorities}
    return Definition(
        numerator=numerator,
        denominator=denominator,
        population=population,
        formula=formula,
        kind="stock" if at_date else "flow",
        adds_up=adds,
        interval_note=interval_kind(measure, catalogue)[1],
        serves=catalogue.measures[measure.serves] if measure.serves else None,
        served_by=tuple(m for m in catalogue.measures_of(measure.framework) if m.serves == measure.id),
        priorities=tuple(priorities[p] for p in measure.priorities),
        breaks=measure.versions,
    )


def _sum(terms: Sequence[TermView]) -> str:
    """Terms as a formula has them: in brackets where there are several."""
    named = [f"{term.title}: {term.category.lower()}" if term.category else term.title for term in terms]
    return named[0] if len(named) == 1 else f"({' + '.join(named)})" if named else ""

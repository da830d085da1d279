"""What a reader must know to use a measure: its formula in words, how it adds up, who reports it, what it serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dashboard.views.choices import items_of
from dashboard.views.intervals import interval_kind
from schema.catalogue import Catalogue
from schema.measures import Measure, Priority, Version
from schema.periods import Basis
from schema.quantities import TOTAL, Quantity, QuantityKind
from schema.returns import ReturnItem, ReturnSpec


class Kind(StrEnum):
    """What sort of number a measure is."""

    PERCENTAGE = "percentage"
    RATE = "rate"
    COUNT = "count"
    MEAN = "mean"

    @property
    def words(self) -> str:
        """As the catalogue's filter names it."""
        return {
            Kind.PERCENTAGE: "Percentage",
            Kind.RATE: "Rate",
            Kind.COUNT: "Number",
            Kind.MEAN: "Mean or median",
        }[self]


def kind_of(measure: Measure, catalogue: Catalogue) -> Kind:
    """What sort of number a measure is."""
    if measure.unit == "%":
        return Kind.PERCENTAGE
    if measure.population is not None or measure.unit.startswith("per "):
        return Kind.RATE
    printed = catalogue.quantities[measure.numerator[0].quantity].kind is QuantityKind.PRINTED
    return Kind.MEAN if measure.denominator or printed else Kind.COUNT


def kind_words(measure: Measure, catalogue: Catalogue) -> str:
    """The same with its unit: “Percentage”, “Rate, per 10,000”, “Number of referrals”, “Mean, days”."""
    kind = kind_of(measure, catalogue)
    match kind:
        case Kind.PERCENTAGE:
            return "Percentage"
        case Kind.RATE:
            return f"Rate, {measure.unit}"
        case Kind.COUNT:
            return f"Number of {measure.unit}" if measure.unit else "Number"
        case Kind.MEAN:
            return f"{'Mean' if measure.denominator else 'As printed'}, {measure.unit}"


def manner(measure: Measure, catalogue: Catalogue) -> str:
    """How a measure covers time, in two or three words."""
    if measure.cohort is not None:
        return "people followed up"
    return "at a date" if catalogue.at_date(measure) else "over a period"


@dataclass(frozen=True)
class BreakdownView:
    """A way in which the measure is split."""

    title: str
    multi_select: bool
    categories: tuple[str, ...]
    asked: bool
    """Whether the home return asks for it."""


@dataclass(frozen=True)
class HomeReturn:
    """The return that carries a measure."""

    agency: str
    agency_title: str
    answers: str
    items: tuple[str, ...]
    """The quantities of it that the measure is made from; empty where its return does not ask for any yet."""
    asked: str
    """When it is reported, and how it is counted, as a sentence without its stop."""
    due: str
    also: tuple[str, ...]
    """Other agencies whose number is set beside it."""


def frequency_words(spec: ReturnSpec) -> str:
    """“each quarter” or “each school term”."""
    return "each quarter" if spec.frequency == "quarterly" else "each school term"


def due_words(spec: ReturnSpec) -> str:
    """The rule of a return's due date."""
    part = "quarter" if spec.frequency == "quarterly" else "term"
    return f"{spec.due_working_days_after} working days after the {part} has ended"


_OCCASIONS = {
    "Q1": "April to June",
    "Q2": "July to September",
    "Q3": "October to December",
    "Q4": "January to March",
    "T1": "the autumn term",
    "T2": "the spring term",
    "T3": "the summer term",
}


def when_words(spec: ReturnSpec, item: ReturnItem) -> str:
    """When a return asks for a quantity: “each quarter”, “with January to March only”."""
    if not item.when:
        return frequency_words(spec)
    named = [_OCCASIONS[occasion] for occasion in item.when]
    return f"with {' and '.join([', '.join(named[:-1]), named[-1]] if len(named) > 1 else named)} only"


def bases_words(item: ReturnItem) -> str:
    """How a quantity is to be counted: “for the quarter, and for the rolling year”."""
    named = {Basis.AT_DATE: "at the last day", Basis.ROLLING_YEAR: "for the twelve months that end with it"}
    return ", and ".join(named.get(basis, f"for the {basis.words}") for basis in item.bases)


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
    """`flow` or `stock`."""
    kind_words: str
    paper: str
    """Whose words the measure starts from."""
    breakdowns: tuple[BreakdownView, ...]
    home: HomeReturn
    adds_up: str
    interval_note: str
    serves: Measure | None
    served_by: tuple[Measure, ...]
    stand_under: tuple[Measure, ...]
    """The measures under which the published context of this one stands."""
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
        adds = "A flow: four quarters, or three terms, make a year."
    else:
        adds = "A flow of what is counted once: its parts do not make a year, so the year is asked for itself."
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
        kind_words=f"{kind_words(measure, catalogue)}, {manner(measure, catalogue)}",
        paper=catalogue.frameworks[measure.framework].source,
        breakdowns=_breakdowns(measure, catalogue),
        home=_home(measure, catalogue),
        interval_note=interval_kind(measure, catalogue)[1],
        serves=catalogue.measures[measure.serves] if measure.serves else None,
        stand_under=tuple(catalogue.measure(name) for name in measure.published_as.see),
        served_by=tuple(m for m in catalogue.measures_of(measure.framework) if m.serves == measure.id),
        priorities=tuple(priorities[p] for p in measure.priorities),
        breaks=measure.versions,
    )


def _breakdowns(measure: Measure, catalogue: Catalogue) -> tuple[BreakdownView, ...]:
    named = dict.fromkeys([*([measure.share_by] if measure.share_by else []), *measure.breakdowns])
    asked = {found for item in items_of(catalogue, measure) for found in item.breakdowns}
    return tuple(
        BreakdownView(
            catalogue.breakdowns[found].title,
            catalogue.breakdowns[found].multi_select,
            tuple(category.title for category in catalogue.breakdowns[found].categories),
            found in asked,
        )
        for found in named
    )


def _home(measure: Measure, catalogue: Catalogue) -> HomeReturn:
    spec = catalogue.returns[measure.agency]
    items = items_of(catalogue, measure)
    wanted = {term.quantity for term in (*measure.numerator, *measure.denominator)}
    also = (
        other.title
        for other in catalogue.returns.values()
        if other.id != spec.id and any(item.also and item.quantity in wanted for item in other.items)
    )
    asked = dict.fromkeys(f"{when_words(spec, item)}, {bases_words(item)}" for item in items)
    return HomeReturn(
        agency=spec.id,
        agency_title=spec.title,
        answers=spec.answers,
        items=tuple(catalogue.quantities[item.quantity].title for item in items),
        asked=f"{spec.title} reports it {'; '.join(asked)}",
        due=due_words(spec),
        also=tuple(also),
    )


def _sum(terms: Sequence[TermView]) -> str:
    """Terms as a formula has them: in brackets where there are several."""
    named = [f"{term.title}: {term.category.lower()}" if term.category else term.title for term in terms]
    return named[0] if len(named) == 1 else f"({' + '.join(named)})" if named else ""

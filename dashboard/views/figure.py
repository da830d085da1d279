"""One figure and all that stands beside it, as every page shows it: its comparators, its change, its rank."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboard.compared import Row
from dashboard.views.source_labels import SourceLabels
from etl.load import store
from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.periods import Basis, day_label, parse_period
from schema.quantities import TOTAL
from schema.states import State


@dataclass(frozen=True)
class FigureView:
    """One figure with everything that must stand beside it. Numbers are unrounded; None where there is none."""

    value: float | None
    state: State
    numerator: float | None
    denominator: float | None
    period: str
    basis: Basis
    period_label: str
    ends: date
    category: str
    origin: str
    other_value: float | None
    status: str
    local: bool
    """From a return, and not from a publication."""
    source_id: int
    source_label: str
    population_period: str


@dataclass(frozen=True)
class Change:
    """The same area and basis a year before. `difference` is in the unit of the measure (points for a percentage)."""

    previous: float
    difference: float
    per_cent: float | None
    """None where the measure is itself a percentage, the earlier figure was zero, or either is below it."""
    period_label: str


@dataclass(frozen=True)
class Comparator:
    """England, the region or the neighbours, with its own period and release."""

    name: str
    """`england`, `region` or `neighbours`."""
    label: str
    statistic: str
    """`value`, or `mean`, `median`, `low`, `high` over the neighbours."""
    value: float | None
    state: State
    period_label: str
    release_label: str
    lag_months: int
    """How much earlier the comparator's period ends than the figure's."""
    n: int | None = None
    size: int | None = None
    model: str = ""


@dataclass(frozen=True)
class Rank:
    """Of the published figures of one period. 1 is best where the polarity says so, else highest."""

    rank: int
    of: int
    quartile: int
    unranked: int
    period_label: str
    level_with: int = 0
    """How many other areas share it."""


def number(value: object) -> float | None:
    """A cell as a number, None for NaN."""
    # A frame's cell has no type of its own: it is a number or nothing, which the checker cannot know.
    # A cell of a column of numbers, which pandas types as anything.
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]


def figure_view(row: Row, sources: SourceLabels) -> FigureView:
    """A row of a (compared) figures frame."""
    period, basis = parse_period(str(row["period"])), Basis(str(row["basis"]))
    return FigureView(
        value=number(row["value"]),
        state=State(str(row["state"])),
        numerator=number(row["numerator"]),
        denominator=number(row["denominator"]),
        period=period.code,
        basis=basis,
        period_label=period.label(basis),
        ends=period.end,
        category=str(row["category"]),
        origin=str(row["origin"]),
        other_value=number(row["other_value"]),
        status=str(row["status"]),
        local=row["kind"] == store.SUBMISSION,
        source_id=int(str(row["source_id"])),
        source_label=sources.of_row(row),
        population_period=str(row["population_period"]),
    )


def period_label(row: Row) -> str:
    """The interval that a figure covers, in words."""
    return parse_period(str(row["period"])).label(Basis(str(row["basis"])))


def comparators(
    row: Row, sources: dict[int, store.Source], catalogue: Catalogue, model_id: str, size: int
) -> tuple[Comparator, ...]:
    """The comparators of one compared figure. None where nothing published may stand beside it."""
    period = str(row["compared_period"])
    if not period:
        return ()
    compared = parse_period(period)
    basis = Basis(str(row["compared_basis"]))
    own = parse_period(str(row["period"]))
    source = sources.get(int(str(row["compared_source_id"])))
    release = day_label(source.released_on) if source else ""
    lag = (own.end.year - compared.end.year) * 12 + own.end.month - compared.end.month
    label = compared.label(basis)

    def one(name: str, title: str, statistic: str, value: object, state: State, n: int | None = None) -> Comparator:
        known = n is not None
        return Comparator(
            name,
            title,
            statistic,
            number(value),
            state,
            label,
            release,
            lag,
            n,
            size if known else None,
            model_id if known else "",
        )

    found = [one("england", "England", "value", row["england_value"], State(str(row["england_state"])))]
    if row["region_id"]:
        region = catalogue.areas.by_id[str(row["region_id"])]
        found.append(one("region", region.name, "value", row["region_value"], State(str(row["region_state"]))))
    n = number(row["neighbours_n"])
    for statistic in ("mean", "median", "low", "high"):
        value = row[f"neighbours_{statistic}"]
        state = State.VALUE if number(value) is not None else State.MISSING
        found.append(one("neighbours", "Statistical neighbours", statistic, value, state, int(n or 0)))
    return tuple(found)


def change(row: Row, measure: Measure) -> Change | None:
    """How far a figure is from the one a year before; None where either is not a number."""
    value, previous = number(row["value"]), number(row["previous_value"])
    if value is None or previous is None:
        return None
    period, basis = parse_period(str(row["previous_period"])), Basis(str(row["basis"]))
    # Of a score that can be below nought, a per cent says nothing.
    relative = None if measure.is_percentage or previous <= 0 or value < 0 else (value - previous) / previous * 100
    return Change(previous, value - previous, relative, period.label(basis))


def rank(row: Row, level_with: int = 0) -> Rank | None:
    """A published figure's place among all authorities, which it shares with `level_with` others."""
    place, of = number(row["rank"]), number(row["of"])
    if place is None or of is None:
        return None
    period, basis = parse_period(str(row["period"])), Basis(str(row["basis"]))
    unranked, quartile = number(row["unranked"]), number(row["quartile"])
    return Rank(int(place), int(of), int(quartile or 0), int(unranked or 0), period.label(basis), level_with)


def measure_title(measure: Measure, category: str, catalogue: Catalogue) -> str:
    """A measure's title with the category that is shown of it, where it is shared out."""
    return measure.title if category == TOTAL else f"{measure.title}: {catalogue.category_title(category).lower()}"

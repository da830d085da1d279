"""Finds where two agencies give different numbers for the same thing, and what becomes of the figures that rest on it.

Pure: values and settlements go in, disputes come out. A *claim* is what an agency says of a place: a quantity, area,
period, basis and category. The quantity is at home in one agency's return; another counts it too (`also` in its
return), or a category of it (`as_category`). An agency's latest extract holds, as it does for figures.

Two claims differ where both are numbers and they are not the same: whole numbers to the unit, fractions after rounding
to the fewer of the two's decimals, so that 12.3 and 12.34 agree. A nil return is 0. A symbol beside a number is no
dispute: who withholds a number, or has none, contradicts nobody. Both are still shown beside each other as evidence.

A settlement holds for as long as every agency says what it said then. Once a number changes, or another agency speaks,
it lapses, and where the numbers still differ the dispute is open again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.periods import parse_period
from schema.quantities import TOTAL
from schema.states import State

Said = float | str
"""A number, or the symbol that stands for none."""


class Place(NamedTuple):
    """What a dispute is about: one number of the home return."""

    quantity: str
    area: str
    period: str
    basis: str
    category: str

    @property
    def key(self) -> str:
        """The place on one line, as addresses and commands have it: no part holds a slash."""
        return "/".join(self)

    @property
    def ends(self) -> int:
        """The day on which its period ends, to order by."""
        return parse_period(self.period).end.toordinal()


@dataclass(frozen=True)
class Claim:
    """What an agency says of a place. `value` is None beside a symbol; `category` is its own return's."""

    agency: str
    value: float | None
    symbol: str
    state: State
    source_id: int
    row: int
    category: str
    note: str

    @property
    def said(self) -> Said:
        """The number, or the symbol (the state's name where it has none)."""
        return self.value if self.value is not None else self.symbol or self.state.value


@dataclass(frozen=True)
class Settlement:
    """That a dispute was settled: whose number stands, what each agency had said, why, and who agreed on it."""

    id: int
    place: Place
    agreed: str
    said: Mapping[str, Said]
    reason: str
    who: str
    at: datetime
    actor: str


@dataclass(frozen=True)
class Dispute:
    """Different numbers for one place. The first of the `claims` is the home return's, where it says anything.

    `settlement` is the one that holds; None while the dispute is open. `lapsed` is the newest one of an open dispute
    that held once, before a number changed.
    """

    place: Place
    home: str
    claims: tuple[Claim, ...]
    settlement: Settlement | None = None
    lapsed: Settlement | None = None

    @property
    def open(self) -> bool:
        """Whether nobody has agreed yet whose number stands."""
        return self.settlement is None

    @property
    def said(self) -> dict[str, Said]:
        """What each agency says, by agency."""
        return {claim.agency: claim.said for claim in self.claims}

    @property
    def numbers(self) -> dict[str, float]:
        """The numbers that are given, by agency."""
        return {claim.agency: claim.value for claim in self.claims if claim.value is not None}

    @property
    def stands(self) -> Claim | None:
        """The claim that was agreed on; None while the dispute is open."""
        if self.settlement is None:
            return None
        agreed = self.settlement.agreed
        return next((claim for claim in self.claims if claim.agency == agreed), None)

    @property
    def difference(self) -> float:
        """By how much the largest number is more than the smallest."""
        return max(self.numbers.values()) - min(self.numbers.values())


def find_disputes(
    values: pd.DataFrame, catalogue: Catalogue, settlements: Sequence[Settlement] = ()
) -> tuple[Dispute, ...]:
    """Every dispute among the accepted values of returns, open and settled, the newest period first.

    Args:
        values: `source_id, publisher, area, period, basis, quantity, category, value, symbol, state, row, note` of all
            agencies' accepted returns, and `recency`: of an agency's values for a place the highest holds.
        catalogue: says which agencies count what.
        settlements: in the order in which they were made; of a place only the newest counts.
    """
    newest = {settlement.place: settlement for settlement in settlements}
    found = []
    for place, claims in _claims(values, catalogue).items():
        home = catalogue.home_return[place.quantity]
        ordered = tuple(sorted(claims, key=lambda claim: (claim.agency != home, claim.agency)))
        whole = catalogue.quantities[place.quantity].whole_number
        numbers = [claim.value for claim in ordered if claim.value is not None]
        if all(same_number(one, other, whole_number=whole) for one, other in combinations(numbers, 2)):
            continue
        dispute = Dispute(place, home, ordered)
        last = newest.get(place)
        if last is not None:
            holds = dict(last.said) == dispute.said
            dispute = Dispute(place, home, ordered, last if holds else None, None if holds else last)
        found.append(dispute)
    return tuple(sorted(found, key=lambda dispute: (-dispute.place.ends, dispute.place)))


def _claims(values: pd.DataFrame, catalogue: Catalogue) -> dict[Place, list[Claim]]:
    """What each agency that counts a shared quantity says of each place, in its latest extract."""
    shared = {quantity for _, quantity in catalogue.counted_also}
    told = values[values["quantity"].isin(shared)].sort_values("recency", kind="stable")
    claims: dict[tuple[Place, str], Claim] = {}
    for row in told.to_dict("records"):
        agency, quantity, category = str(row["publisher"]), str(row["quantity"]), str(row["category"])
        counted_as = catalogue.counted_also.get((agency, quantity))
        if counted_as is None and agency != catalogue.home_return.get(quantity):
            continue
        if counted_as not in (None, TOTAL) and category == TOTAL:
            category = str(counted_as)
        state = State(str(row["state"]))
        place = Place(quantity, str(row["area"]), str(row["period"]), str(row["basis"]), category)
        claims[place, agency] = Claim(
            agency=agency,
            value=_number(row["value"], state),
            symbol=str(row["symbol"]),
            state=state,
            source_id=int(row["source_id"]),
            row=int(row["row"]),
            category=str(row["category"]),
            note=str(row["note"]),
        )
    found: dict[Place, list[Claim]] = defaultdict(list)
    for (place, _), claim in claims.items():
        found[place].append(claim)
    return found


def _number(value: float | None, state: State) -> float | None:
    if not state.has_value:
        return None
    return 0.0 if value is None or np.isnan(value) else float(value)


def same_number(one: float, other: float, *, whole_number: bool) -> bool:
    """Whether two numbers say the same: fractions are rounded to the fewer decimals of the two."""
    if whole_number:
        return one == other
    unit = 10.0 ** -min(_decimals(one), _decimals(other))
    return abs(one - other) <= unit / 2 + 1e-9


def _decimals(number: float) -> int:
    """The decimals with which a number was written, as far as a float tells: 12.30 and 12.3 have one."""
    return len(f"{number:.6f}".rstrip("0").partition(".")[2])


def with_disputes(values: pd.DataFrame, disputes: Collection[Dispute]) -> pd.DataFrame:
    """The home returns' values as they count: disputed without a number while a dispute is open, and once it is settled
    the number that was agreed on.

    The row stays the home return's own: a figure of that return is made from it, and the evidence says whose number it
    is.
    """
    if not disputes:
        return values
    by_place = {dispute.place: dispute for dispute in disputes}
    index = pd.MultiIndex.from_frame(values[list(Place._fields)])
    at = pd.MultiIndex.from_tuples(list(by_place), names=list(Place._fields)).get_indexer(index)
    value, state = values["value"].to_numpy(dtype=float).copy(), values["state"].to_numpy(dtype=object).copy()
    every, publisher = list(by_place.values()), values["publisher"].to_numpy(dtype=object)
    for row in np.flatnonzero(at >= 0):
        dispute = every[at[row]]
        if publisher[row] != dispute.home:
            continue
        stands = dispute.stands
        if stands is None:
            value[row], state[row] = np.nan, State.DISPUTED.value
        elif stands.agency != dispute.home:
            value[row], state[row] = np.nan if stands.value is None else stands.value, stands.state.value
    return values.assign(value=value, state=state)


def as_they_count(
    values: pd.DataFrame, catalogue: Catalogue, settlements: Sequence[Settlement], agency: str
) -> pd.DataFrame:
    """Of what returns say, what an agency's measures are computed from: each quantity from its home return (what has
    none, from the agency's own), with the disputes among them. `values` as in `find_disputes`."""
    disputes = find_disputes(values, catalogue, settlements)
    home = values["quantity"].map(catalogue.home_return)
    own = (home == values["publisher"]) | (home.isna() & (values["publisher"] == agency))
    return with_disputes(values[own], disputes)


def rests_on(measure: Measure, place: Place) -> bool:
    """Whether figures of a measure are made from what is said of a place: in all, or by the category."""
    breakdown = place.category.partition(":")[0]
    split = (*measure.breakdowns, *([measure.share_by] if measure.share_by else []))
    return any(
        term.quantity == place.quantity
        and (term.category == place.category or (term.category == TOTAL and breakdown in split))
        for term in (*measure.numerator, *measure.denominator)
    )


def headline_rests_on(measure: Measure, place: Place) -> bool:
    """Whether the figure that a measure leads with is made from what is said of a place. A category that is disputed
    leaves the total its figure, and the other categories theirs."""
    above = [(term, measure.headline_category if measure.share_by else term.category) for term in measure.numerator]
    below = [(term, term.category) for term in measure.denominator]
    return any(term.quantity == place.quantity and place.category == category for term, category in (*above, *below))


def blocked(measures: Iterable[Measure], place: Place) -> tuple[Measure, ...]:
    """The measures of which some figure is missing while a place is disputed: the one they lead with
    (`headline_rests_on`), or only that of a category."""
    return tuple(measure for measure in measures if rests_on(measure, place))

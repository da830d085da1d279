"""One measure's newest figure on every basis that it has, each with the same basis a year before."""

from dataclasses import dataclass

import pandas as pd

from dashboard.compared import Row
from dashboard.views.choices import LOCAL, PUBLISHED, Covering
from dashboard.views.figure import number
from etl.load import store
from etl.transform.bases import Below, year_to_date
from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.periods import Basis, parse_period
from schema.quantities import QuantityKind
from schema.states import State


@dataclass(frozen=True)
class BasisRow:
    """A figure on one basis. `before` is the same basis a year earlier; None, with its state, where there is none."""

    basis: Basis
    local: bool
    label: str
    numerator: float | None
    denominator: float | None
    value: float | None
    state: State
    before: float | None
    before_label: str


def bases(measure: Measure, own: list[Row], catalogue: Catalogue) -> tuple[BasisRow, ...]:
    """The newest figure on each basis, local before published, with the year to date where quarters add up to one."""
    rows = [
        _row(newest)
        for covering in (*LOCAL, *PUBLISHED)
        if (newest := _newest(own, covering)) is not None and newest["basis"] != Basis.MONTH
    ]
    to_date = _to_date(measure, own, catalogue)
    return tuple(dict.fromkeys([*rows, *([] if to_date is None else [to_date])]))


def _newest(own: list[Row], covering: Covering) -> Row | None:
    kind = store.SUBMISSION if covering.local else store.RELEASE
    found = [r for r in own if r["kind"] == kind and r["basis"] == covering.basis and r["state"] != State.MISSING]
    return max(found, key=lambda row: parse_period(str(row["period"])).end, default=None)


def _row(row: Row) -> BasisRow:
    basis, before = Basis(str(row["basis"])), str(row["previous_period"])
    return BasisRow(
        basis=basis,
        local=row["kind"] == store.SUBMISSION,
        label=parse_period(str(row["period"])).label(basis),
        numerator=number(row["numerator"]),
        denominator=number(row["denominator"]),
        value=number(row["value"]),
        state=State(str(row["state"])),
        before=number(row["previous_value"]),
        before_label=parse_period(before).label(basis) if before else "",
    )


def _to_date(measure: Measure, own: list[Row], catalogue: Catalogue) -> BasisRow | None:
    """The quarters since April; None where they do not add up, or the newest of them is the year's first."""
    below = _below(measure, catalogue)
    quarters = [row for row in own if row["kind"] == store.SUBMISSION and row["basis"] == Basis.QUARTER]
    if below is None or not quarters or catalogue.at_date(measure) or not catalogue.adds_up(measure):
        return None
    names = ["area", "category", "period", "numerator", "denominator", "state"]
    found = year_to_date(
        pd.DataFrame([{name: row[name] for name in names} for row in quarters]), per=measure.per, below=below
    )
    last = found.sort_values("period").iloc[-1]
    period = parse_period(str(last["period"]))
    return BasisRow(
        basis=Basis.YTD,
        local=True,
        label=period.label(Basis.YTD),
        numerator=number(last["numerator"]),
        denominator=number(last["denominator"]),
        value=number(last["value"]),
        state=State(str(last["state"])),
        before=number(last["previous_value"]),
        before_label=period.earlier(years=1).label(Basis.YTD),
    )


def _below(measure: Measure, catalogue: Catalogue) -> Below | None:
    """What quarters are divided by once they are added; None for a stock, which is no sum of its quarters."""
    if measure.population is not None:
        return "population"
    if any(catalogue.quantities[term.quantity].kind is QuantityKind.STOCK for term in measure.denominator):
        return None
    return "counts" if measure.denominator else "nothing"

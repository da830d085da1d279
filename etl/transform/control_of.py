"""Makes control charts of a measure's figures: which chart, over which window, or why there is none (rule 10)."""

from collections.abc import Iterable

import pandas as pd

from etl.transform.control_charts import ControlCharts, control_charts
from etl.transform.control_terms import Kind, Rebase, Refusal
from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.periods import Basis, parse_period
from schema.quantities import QuantityKind

MONTHS = 36
"""How many months a chart shows unless more are asked for: enough for limits that are not on trial, and few enough
that what held ten years ago does not set them. Quarters are all shown: there are never many."""


def kind_of_chart(measure: Measure, catalogue: Catalogue) -> Kind:
    """How chance works on a measure's figures.

    A percentage of counts is a "proportion", events by residents or by pupils are a "rate". The others – plain numbers,
    means, and whatever rests on full-time equivalents – are judged by their own past alone ("count").
    """
    terms = [catalogue.quantities[term.quantity] for term in (*measure.numerator, *measure.denominator)]
    if not all(quantity.whole_number for quantity in terms):
        return "count"
    if measure.is_percentage and measure.denominator:
        return "proportion"
    if measure.population is not None or (measure.denominator and measure.unit.startswith("per ")):
        return "rate"
    return "count"


def refusal_of(measure: Measure, catalogue: Catalogue, basis: Basis) -> Refusal | None:
    """Why figures of a measure on a basis make no control chart; None where they may make one."""
    if catalogue.at_date(measure) or basis is Basis.AT_DATE:
        return Refusal.STOCK
    if catalogue.quantities[measure.numerator[0].quantity].kind is QuantityKind.PRINTED:
        return Refusal.PRINTED
    if basis in (Basis.ROLLING_YEAR, Basis.YTD):
        return Refusal.OVERLAPS
    if basis is Basis.TERM:
        return Refusal.TERM
    return None if basis in (Basis.QUARTER, Basis.MONTH) else Refusal.NOT_QUARTERS_OR_MONTHS


def charts_of(
    figures: pd.DataFrame,
    measure: Measure,
    catalogue: Catalogue,
    basis: Basis,
    *,
    rebases: Iterable[Rebase] = (),
    whole: bool = False,
) -> ControlCharts | Refusal:
    """The charts of all areas of a frame.

    Args:
        figures: of one measure, category and origin: `area, period, basis, numerator, denominator, value`; those on
            another basis are left out.
        measure: whose they are.
        catalogue: that has it.
        basis: of the figures wanted.
        rebases: the measure's new baselines.
        whole: every month, and not the last 36 only.
    """
    if (refused := refusal_of(measure, catalogue, basis)) is not None:
        return refused
    found = figures[figures["basis"] == basis.value]
    known = found["value"].notna()
    if known.any() and found.loc[known, "numerator"].isna().all():
        return Refusal.PRINTED
    if basis is Basis.MONTH and not whole:
        found = _newest_months(found, found.loc[known, "period"])
    # A figure that may not be shown is not charted from its counts either.
    withheld = found["value"].isna()
    found = found.assign(numerator=found["numerator"].mask(withheld))
    return control_charts(found, basis, kind_of_chart(measure, catalogue), per=measure.per, rebases=rebases)


def _newest_months(figures: pd.DataFrame, known: pd.Series) -> pd.DataFrame:
    """The rows of the last months up to the newest that has a number anywhere, so that all areas share one window."""
    ends = {code: parse_period(str(code)).end for code in figures["period"].unique()}
    if known.empty:
        return figures
    last = max(ends[code] for code in known.unique())
    first = last.year * 12 + last.month - MONTHS
    within = [code for code, end in ends.items() if first < end.year * 12 + end.month <= first + MONTHS]
    return figures[figures["period"].isin(within)]

"""Rules about what must follow from what in time: a stock from its flows, and a year from its quarters.

Records arrive late, so each period is taken from another day's view of the case system, and nothing here adds up
exactly. The tolerances leave room for that; what lies beyond them is explained, or is a mistake.
"""

from collections.abc import Iterator

import numpy as np

from etl.validate.context import ReturnContext
from etl.validate.rules import Fault, Stage, rule
from schema.findings import Severity
from schema.periods import Basis
from schema.quantities import TOTAL

LATE_SHARE = 0.1
"""Of all starts and ends together, this many may be recorded after the extract, or counted once when they were two."""
LATE_LEAST = 10
"""In small authorities a few late records are a large share."""


@rule(
    "stock-does-not-follow",
    Severity.WARNING,
    "Check the four figures. Late records explain a little: if more is left, say what.",
    stage=Stage.SUMS,
)
def stock_does_not_follow(ctx: ReturnContext) -> Iterator[Fault]:
    """A stock at the end, of plans say, that is not the one at the start with what started and without what ended."""
    at, flow = Basis.AT_DATE.value, ctx.spec.natural_basis.value
    for account in ctx.spec.accounts:
        opening = ctx.past.at((account.stock, TOTAL, at), ctx.period_before)
        closing, started, ended = (
            ctx.grid.at((quantity, TOTAL, basis), ctx.period.code)
            for quantity, basis in ((account.stock, at), (account.started, flow), (account.ended, flow))
        )
        expected = opening + started - ended
        allowed = max(LATE_LEAST, LATE_SHARE * (started + ended))
        if abs(closing - expected) > allowed:  # NaN is not
            yield Fault(
                f"{account.stock}: {opening:,g} at the end of {ctx.period_before}, {started:,g} started and "
                f"{ended:,g} ended, so {expected:,g} would be left; {closing:,g} are given.",
                ctx.row_now((account.stock, TOTAL, at)),
                "value",
                f"{closing:g}",
            )


_YEARS = {Basis.ROLLING_YEAR: 4, Basis.ACADEMIC_YEAR: 3}
"""Bases that cover a year back from the end of the return's period, and of how many of its periods it is made."""

SHORTFALL = 0.05
"""A year taken from one extract may differ from quarters taken from four by this share, for what was recorded late."""
SHORTFALL_LEAST = 3


def _years(
    ctx: ReturnContext, *, additive: bool
) -> Iterator[tuple[str, str, float, "np.ndarray[tuple[int], np.dtype[np.float64]]"]]:
    """Quantity, category and value of every reported year of which all quarters or terms are known, and these."""
    flow = ctx.spec.natural_basis.value
    for quantity, category, basis in ctx.asked:
        length = _YEARS.get(Basis(basis))
        if length is None or ctx.catalogue.quantities[quantity].additive is not additive:
            continue
        if basis == Basis.ACADEMIC_YEAR and not ctx.period.code.endswith("T3"):
            continue
        year = ctx.grid.at((quantity, category, basis), ctx.period.code)
        parts = [ctx.grid.at((quantity, category, flow), ctx.period.code)]
        parts += [
            ctx.past.at((quantity, category, flow), ctx.spec.following(ctx.period, -back).code)
            for back in range(1, length)
        ]
        if not np.isnan([year, *parts]).any():
            yield quantity, category, year, np.array(parts)


@rule(
    "year-differs-from-parts",
    Severity.WARNING,
    "Check the year and the latest figure. If both are right, restate the earlier periods that have changed.",
    stage=Stage.SUMS,
)
def year_differs_from_parts(ctx: ReturnContext) -> Iterator[Fault]:
    """A year of a quantity that adds up which is not the sum of its quarters or terms."""
    for quantity, category, year, parts in _years(ctx, additive=True):
        if abs(year - parts.sum()) > max(SHORTFALL_LEAST, SHORTFALL * parts.sum()):
            yield _year_fault(ctx, quantity, category, year, f"add up to {parts.sum():,g}")


@rule(
    "year-outside-parts",
    Severity.WARNING,
    "Count each child once in the year: no fewer than in any one of its quarters or terms, and no more than in all.",
    stage=Stage.SUMS,
)
def year_outside_parts(ctx: ReturnContext) -> Iterator[Fault]:
    """A year of children counted once that is more than its quarters or terms together, or less than one of them."""
    for quantity, category, year, parts in _years(ctx, additive=False):
        above, below = parts.sum(), parts.max()
        if year > above + max(SHORTFALL_LEAST, SHORTFALL * above):
            yield _year_fault(ctx, quantity, category, year, f"add up to only {above:,g}")
        elif year < below - max(SHORTFALL_LEAST, SHORTFALL * below):
            yield _year_fault(ctx, quantity, category, year, f"have {below:,g} in one alone")


def _year_fault(ctx: ReturnContext, quantity: str, category: str, year: float, what: str) -> Fault:
    basis = next(b.value for b in ctx.bases(quantity) if b in _YEARS)
    which = quantity if category == TOTAL else f"{quantity} ({category})"
    return Fault(
        f"{which} is {year:,g} for the year, and its {ctx.span}s {what}.",
        ctx.row_now((quantity, category, basis)),
        "value",
        f"{year:g}",
    )

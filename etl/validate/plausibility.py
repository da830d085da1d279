"""Rules about figures that are possible and unlikely: each is set against its own past.

A figure that is flagged may well be right; whoever sends it says why, and the next reader need not ask. So the limits
are wide enough that a return of a hundred figures which only vary as such figures do is nearly always passed.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import stats

from etl.transform.control_limits import D2, XMR_FACTOR, xmr_limits
from etl.validate.context import ReturnContext
from etl.validate.grid import FloatArray
from etl.validate.rules import Fault, Stage, rule
from schema.findings import Severity
from schema.quantities import TOTAL

BoolArray = npt.NDArray[np.bool_]

RECENT = 4
"""How many of the last known figures make the recent level: a year of quarters, so that no season stands out."""

SLIPS = {1: "ten times", 2: "a hundred times", 3: "a thousand times", -1: "a tenth of", -2: "a hundredth of"}
"""Powers of ten by which a figure slips when a digit is added or lost, or thousands are written for ones."""
SLIP_WITHIN = 0.2
"""In powers of ten: a slip by ten is a figure of 6 to 16 times the level."""
LEAST_LEVEL = {1: 5, 2: 2, 3: 1, -1: 30, -2: 100}
"""The recent level below which chance alone may look like a slip."""
BEYOND = 3
"""A slip is also this many times beyond everything that was seen before."""

FEWEST = 8
"""Limits from fewer figures than two years of quarters would be guesses."""
CHANCE = 0.0027
"""How often a figure that only varies as it always did lies outside: the chance beyond three sigma."""


@rule(
    "tenfold-slip",
    Severity.WARNING,
    "Look for a digit too many or too few, or thousands written for ones. If the figure is right, say why.",
    stage=Stage.SUMS,
)
def tenfold_slip(ctx: ReturnContext) -> Iterator[Fault]:
    """A figure of about ten, a hundred or a thousand times its recent level, or a tenth or a hundredth of it."""
    level, power = recent_level(ctx), slips(ctx)
    for place in np.flatnonzero(power).tolist():
        key = ctx.asked[place]
        value, how = ctx.now[place], SLIPS[int(power[place])]
        yield Fault(
            f"{named(*key)} is {value:,g}, about {how} its recent level of {level[place]:,g}.",
            ctx.row_now(key),
            "value",
            f"{value:g}",
        )


@rule(
    "outside-control-limits",
    Severity.WARNING,
    "Check the figure. If it is right, say what happened.",
    stage=Stage.SUMS,
)
def outside_control_limits(ctx: ReturnContext) -> Iterator[Fault]:
    """A flow outside the limits that its own past quarters or terms set (XmR, wider where these are few)."""
    flow = [basis == ctx.spec.natural_basis.value and category == TOTAL for _, category, basis in ctx.asked]
    centre, half = _limits(ctx.before)
    half = _no_closer_than_chance(half, centre)
    for place in _outside(ctx, np.array(flow, dtype=bool), ctx.now, centre, half):
        low, high = max(centre[place] - half[place], 0), centre[place] + half[place]
        yield _unlikely(
            ctx, place, f"between {low:,.0f} and {high:,.0f} is what its past {ctx.span}s lead one to expect"
        )


@rule(
    "stock-jump",
    Severity.WARNING,
    "Check the figure, and that it is about the last day of the period. If it is right, say what happened.",
    stage=Stage.SUMS,
)
def stock_jump(ctx: ReturnContext) -> Iterator[Fault]:
    """A number at a date that has moved since the last period further than its own past steps (XmR of the steps)."""
    if ctx.before.shape[1] < FEWEST:
        return
    stock = [basis == "at-date" and category == TOTAL for _, category, basis in ctx.asked]
    last = ctx.before[:, -1]
    centre, half = _limits(np.diff(ctx.before, axis=1), FEWEST - 1)
    half = _no_closer_than_chance(half, last)
    for place in _outside(ctx, np.array(stock, dtype=bool), ctx.now - last, centre, half):
        yield _unlikely(
            ctx, place, f"it was {last[place]:,g} a {ctx.span} before, and has not moved by more than "
            f"{abs(np.nan_to_num(np.diff(ctx.before[place]))).max():,g} from one {ctx.span} to the next"
        )  # fmt: skip


@rule(
    "categories-swapped",
    Severity.WARNING,
    "Check that the two figures were not written in each other's place. If they are right, say what happened.",
    stage=Stage.SUMS,
)
def categories_swapped(ctx: ReturnContext) -> Iterator[Fault]:
    """Two categories that lie outside the limits of their own past, and would each lie inside in the other's place."""
    centre, half = _limits(ctx.before)
    half = _no_closer_than_chance(half, centre)
    part = [basis in (ctx.spec.natural_basis.value, "at-date") and key != TOTAL for _, key, basis in ctx.asked]
    blocks: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for place in _outside(ctx, np.array(part, dtype=bool), ctx.now, centre, half):
        quantity, category, basis = ctx.asked[place]
        blocks[quantity, category.partition(":")[0], basis].append(place)
    for places in blocks.values():
        for one, other in _swaps(np.array(places, dtype=np.intp), ctx.now, centre, half):
            low, high = np.maximum(centre - half, 0), centre + half
            first, second = ctx.asked[one], ctx.asked[other]
            row = ctx.row_now(second)
            yield Fault(
                f"{named(*first)} is {ctx.now[one]:,g} and {named(*second)} {ctx.now[other]:,g}; exchanged, both would "
                f"be what their past {ctx.span}s lead one to expect: {low[one]:,.0f} to {high[one]:,.0f}, and "
                f"{low[other]:,.0f} to {high[other]:,.0f}.",
                ctx.row_now(first),
                "value",
                f"{ctx.now[one]:g}",
                also_rows=() if row is None else (row,),
            )


def _swaps(
    places: npt.NDArray[np.intp], now: FloatArray, centre: FloatArray, half: FloatArray
) -> list[tuple[int, int]]:
    """Pairs that would lie inside each other's limits. Where one fits several, each is in the pair that fits best."""
    # How far from each one's centre each other's figure would be, in half widths of the limits: one × other.
    away = np.abs(now[places][None, :] - centre[places][:, None]) / half[places][:, None]
    fit = np.maximum(away, away.T)
    one, other = np.nonzero(np.triu(fit <= 1, 1))
    found: list[tuple[int, int]] = []
    for at in np.argsort(fit[one, other], kind="stable"):
        pair = int(places[one[at]]), int(places[other[at]])
        if not {*pair} & {place for taken in found for place in taken}:
            found.append(pair)
    return sorted(found)


def named(quantity: str, category: str, basis: str = "") -> str:
    """A series as a message names it."""
    return (
        quantity + ("" if category == TOTAL else f" ({category})") + (" (rolling year)" if "rolling" in basis else "")
    )


def recent_level(ctx: ReturnContext) -> FloatArray:
    """The median of the last four known figures of each asked series; NaN where there is none."""
    known = ~np.isnan(ctx.before)
    newer = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    recent = np.where(known & (newer <= RECENT), ctx.before, np.nan)
    level = np.full(len(ctx.asked), np.nan)
    some = known.any(axis=1)
    level[some] = np.nanmedian(recent[some], axis=1)
    return level


def slips(ctx: ReturnContext) -> npt.NDArray[np.intp]:
    """By how many powers of ten each asked series has slipped; 0 where it has not."""
    level, now = recent_level(ctx), ctx.now
    found = np.zeros(len(now), dtype=np.intp)
    comparable = (level > 0) & (now > 0)
    if not comparable.any():
        return found
    ratio = np.log10(np.where(comparable, now, 1) / np.where(comparable, level, 1))
    highest = np.nanmax(np.where(comparable[:, None], ctx.before, 0), axis=1)
    lowest = np.nanmin(np.where(comparable[:, None], ctx.before, 0), axis=1)
    for power, least in LEAST_LEVEL.items():
        beyond = now > BEYOND * highest if power > 0 else now * BEYOND < lowest
        found[comparable & (np.abs(ratio - power) <= SLIP_WITHIN) & (level >= least) & beyond] = power
    return found


def _limits(past: FloatArray, fewest: int = FEWEST) -> tuple[FloatArray, FloatArray]:
    """Centre, and half the width within which the next figure is expected; NaN where there are too few.

    The XmR limits (mean ± 2.66 × mean moving range) take both for known. From few figures they are not, and the next
    one lies outside far more often than three sigma promise: so σ̂ = mean moving range ÷ 1.128 is multiplied by
    Student's t for the same chance, with the 0.62 (m − 1) degrees of freedom that a mean moving range of m figures is
    worth (Wheeler 2000, table of degrees of freedom), and by √(1 + 1/m) for the mean. For many figures this is 3 σ̂.
    """
    if past.shape[1] < fewest:
        nothing = np.full(len(past), np.nan)
        return nothing, nothing
    limits = xmr_limits(past, np.zeros(past.shape, dtype=np.intp))
    centre, spread, points = limits.centre[:, 0], limits.spread[:, 0], limits.points[:, 0]
    sigma = spread / XMR_FACTOR / D2
    wide = stats.t.ppf(1 - CHANCE / 2, 0.62 * np.maximum(points - 1, 1)) * np.sqrt(1 + 1 / np.maximum(points, 1))
    return centre, np.where(points >= fewest, sigma * wide, np.nan)


def _no_closer_than_chance(half: FloatArray, level: FloatArray) -> FloatArray:
    """A count varies by chance with the root of its size (Poisson), even where its past happened to be steady."""
    wide: FloatArray = np.maximum(half, 3 * np.sqrt(np.maximum(np.nan_to_num(level), 1)))
    return wide


def _outside(
    ctx: ReturnContext, of_kind: BoolArray, value: FloatArray, centre: FloatArray, half: FloatArray
) -> list[int]:
    """Which of the asked series lie outside, and have no clearer fault."""
    outside = np.abs(value - centre) > half  # NaN is not
    return np.flatnonzero(of_kind & outside & (slips(ctx) == 0)).tolist()


def _unlikely(ctx: ReturnContext, place: int, why: str) -> Fault:
    key, value = ctx.asked[place], ctx.now[place]
    return Fault(f"{named(*key)} is {value:,g}; {why}.", ctx.row_now(key), "value", f"{value:g}")

"""Rules about figures that were probably pasted: the same as last time, or as another quantity's.

One count may repeat by chance, and small ones do all the time; a run of large ones does not. So what is weighed is how
likely the whole run is. Two counts around λ are equal with chance e^(−2λ) I₀(2λ) (both Poisson; Skellam JG, J R Stat
Soc 1946; 109: 296): 31 % at 1, 9 % at 10, 3 % at 100, and all of it at 0, so that noughts weigh nothing. The chances of
a run are multiplied.

Not everything is Poisson. What is planned (meetings, members of a board) repeats every time, so a series that has often
stood still in its own past weighs little; and until a past is known, numbers under 10 weigh nothing.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from scipy.special import ive

from etl.validate.context import ReturnContext
from etl.validate.grid import FloatArray
from etl.validate.plausibility import named
from etl.validate.rules import Fault, Stage, more_rows, rule
from schema.findings import Severity
from schema.quantities import TOTAL

UNLIKELY_AGAIN = 9.0
"""A run that is the same again has a chance of less than one in ten to this power. It is so small because categories
share the steadiness of their total, and repeat more often together than counts of their own would."""
UNLIKELY_COPY = 6.0
"""The same for a run that is another quantity's: two quantities share no such steadiness, and a thousand figures a
quarter give chance a hit in two hundred years."""

SMALL = 10
"""Counts below this are not weighed until the series' own past tells how often it stands still …"""
PAST_STEPS = 4
"""… which takes this many steps from one period to the next."""

CARRIED_OVER = 20
"""A stock is largely the same children as a quarter before: with a twentieth of them new, it varies as a count of a
twentieth of its size does."""
OVERLAPPING = 4
"""Three of the four quarters of a rolling year were in the last one."""

WINDOW = 3
"""Fewer figures than these in a row are no pattern."""


def weight(value: FloatArray, share_new: FloatArray | float = 1.0) -> FloatArray:
    """How unlikely it is that a count repeats, as a power of ten (1.5 for one in thirty); 0 for nought and NaN."""
    expected = np.nan_to_num(value) * share_new
    found: FloatArray = -np.log10(ive(0, 2 * expected))
    return found


@rule(
    "same-as-last-period",
    Severity.WARNING,
    "Check that these are the new figures and not the last ones again. If they are right, say so.",
    stage=Stage.SUMS,
)
def same_as_last_period(ctx: ReturnContext) -> Iterator[Fault]:
    """Figures one after another that are all what they were the last time."""
    if not ctx.before.shape[1]:
        return
    last = ctx.before[:, -1]
    both = ~np.isnan(ctx.now) & ~np.isnan(last)
    same = both & (ctx.now == last)
    new = {"at-date": 1 / CARRIED_OVER, "rolling-year": 1 / OVERLAPPING}
    likely = weight(ctx.now, np.array([new.get(basis, 1.0) for _, _, basis in ctx.asked]))
    weights = np.where(same, _by_its_past(likely, ctx.now, ctx.before), 0.0)
    # What has no figure in either period neither makes a run nor breaks one.
    known = np.flatnonzero(both)
    for run in _runs(same[known]):
        places = known[run]
        if len(places) >= WINDOW and weights[places].sum() >= UNLIKELY_AGAIN:
            first, *others = (ctx.asked[place] for place in places if weights[place] > 0)
            rows = tuple(row for key in others if (row := ctx.row_now(key)) is not None)
            yield Fault(
                f"{named(*first)} and the figures on {more_rows(len(others))} are all the same as in "
                f"{ctx.period_before}.",
                ctx.row_now(first),
                "value",
                f"{ctx.now[ctx.asked.index(first)]:g}",
                also_rows=rows,
            )


def _by_its_past(likely: FloatArray, value: FloatArray, before: FloatArray) -> FloatArray:
    """The weights, less where a series has stood still in its past: the chance is then how often it did."""
    steps = np.diff(before, axis=1)
    known = (~np.isnan(steps)).sum(axis=1)
    # The chance by size counts for one step beside those that were seen.
    often = ((steps == 0).sum(axis=1) + 10**-likely) / (known + 1)
    return np.where((value < SMALL) & (known < PAST_STEPS), 0.0, np.minimum(likely, -np.log10(often)))


@rule(
    "copied-between-rows",
    Severity.WARNING,
    "Check that the figures were not pasted twice. If they are right, say so.",
    stage=Stage.SUMS,
)
def copied_between_rows(ctx: ReturnContext) -> Iterator[Fault]:
    """Categories one after another with the same numbers as those of another quantity.

    A part may well equal its whole (every visit was on time), so quantities of which one counts some of the other are
    not compared.
    """
    related = _related(ctx)
    windows: dict[tuple[float, ...], list[int]] = defaultdict(list)
    weights = weight(ctx.now)
    for start in range(len(ctx.asked) - WINDOW + 1):
        keys = ctx.asked[start : start + WINDOW]
        numbers = ctx.now[start : start + WINDOW]
        one_block = len({(quantity, category.partition(":")[0], basis) for quantity, category, basis in keys}) == 1
        if one_block and keys[0][1] != TOTAL and not np.isnan(numbers).any() and weights[start : start + WINDOW].any():
            windows[tuple(numbers.tolist())].append(start)
    # Windows that repeat side by side are one run, told by how far apart the two are.
    pairs: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for starts in windows.values():
        for number, second in enumerate(starts[1:], start=1):
            for first in starts[:number]:
                one, other = ctx.asked[first][0], ctx.asked[second][0]
                if one != other and (one, other) not in related:
                    pairs[one, other, second - first].append(second)
    row_of = [ctx.row_now(key) for key in ctx.asked]
    for (one, _, apart), found in pairs.items():
        repeated = np.zeros(len(ctx.asked), dtype=bool)
        repeated[np.add.outer(found, np.arange(WINDOW))] = True
        for run in _runs(repeated):
            if weights[run].sum() >= UNLIKELY_COPY:
                first = int(run[0])
                key = ctx.asked[first]
                others = tuple(row for place in run[1:].tolist() if (row := row_of[place]) is not None)
                yield Fault(
                    f"{named(*key)} and {more_rows(len(others))} have the same {len(run)} numbers as {one} from row "
                    f"{row_of[first - apart]} on.",
                    row_of[first],
                    "value",
                    f"{ctx.now[first]:g}",
                    also_rows=others,
                )


def _runs(
    flags: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]",
) -> Iterator["np.ndarray[tuple[int], np.dtype[np.intp]]"]:
    """The places of each unbroken stretch of flags."""
    places = np.flatnonzero(flags)
    if len(places):
        yield from np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)


def _related(ctx: ReturnContext) -> frozenset[tuple[str, str]]:
    """Pairs of quantities, both ways round, of which one counts some of what the other does."""
    below: dict[str, set[str]] = defaultdict(set)
    for whole in ctx.spec.wholes:
        below[whole.whole].update(whole.parts)
    for measure in ctx.catalogue.measures.values():
        for term in (*measure.denominator,):
            below[term.quantity].update(part.quantity for part in measure.numerator)
        if measure.within:
            below[measure.within].update(part.quantity for part in measure.numerator)
    found: set[tuple[str, str]] = set()
    for whole_id in list(below):
        inside: set[str] = set()
        left = [whole_id]
        while left:
            new = below.get(left.pop(), set()) - inside
            inside |= new
            left += new
        found |= {(whole_id, part) for part in inside} | {(part, whole_id) for part in inside}
    return frozenset(found)

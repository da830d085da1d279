"""Rules about how a return follows the one before: nothing skipped, dropped, or changed without a word."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.validate.context import ReturnContext
from etl.validate.grid import FloatArray
from etl.validate.plausibility import named
from etl.validate.rules import Fault, Stage, more_rows, rule
from schema.findings import Severity
from schema.periods import parse_period
from schema.quantities import TOTAL

SAME = 1e-9
"""Figures that differ by less are the same, written differently."""

GONE = ("x", "z")
"""Symbols that take the place of a figure that was there before. A suppressed one is there still."""


@rule(
    "period-skipped",
    Severity.WARNING,
    "Send the return for it too. If there will be none, say why.",
)
def period_skipped(ctx: ReturnContext) -> Iterator[Fault]:
    """Periods between the last return that was accepted and this one for which there is none."""
    last = ctx.history.accepted_before(ctx.period.code)
    if not last:
        return
    skipped: list[str] = []
    period = ctx.spec.following(ctx.period, -1)
    while period.code > last:
        skipped.insert(0, period.code)
        period = ctx.spec.following(period, -1)
    if skipped:
        which = skipped[0] if len(skipped) == 1 else f"{skipped[0]} to {skipped[-1]}"
        yield Fault(f"No return has been accepted for {which}; the last one is for {last}.", column="period")


@rule(
    "period-already-accepted",
    Severity.NOTE,
    "Nothing need be done: once accepted this return takes the place of the other, which is kept.",
)
def period_already_accepted(ctx: ReturnContext) -> Iterator[Fault]:
    """A return for a period that has an accepted one, which this one corrects."""
    if ctx.period.code not in ctx.history.accepted:
        return
    before = ctx.history.this_period
    before = before[before["period"] == ctx.period.code]
    keys = list(zip(before["quantity"].tolist(), before["category"].tolist(), before["basis"].tolist(), strict=True))
    old = before["value"].to_numpy(dtype=float)
    column = ctx.grid.column.get(ctx.period.code)
    new = ctx.grid.of(keys)[:, column] if column is not None and keys else np.full(len(keys), np.nan)
    changed = int((~_alike(old, new)).sum())
    yield Fault(
        f"A return for {ctx.period.code} has been accepted already; {changed:,} of its {len(keys):,} figures differ "
        "here or are gone.",
        column="period",
    )


@rule(
    "definition-changed",
    Severity.WARNING,
    "Check that the figure was counted by the new definition, and say so.",
)
def definition_changed(ctx: ReturnContext) -> Iterator[Fault]:
    """A figure of a measure whose definition has changed since the last return that was accepted."""
    last = ctx.history.accepted_before(ctx.period.code)
    if not last:
        return
    since = parse_period(last).end
    told: set[str] = set()
    for measure in ctx.catalogue.measures.values():
        changes = [version for version in measure.versions if since < version.since <= ctx.period.end]
        for term in (*measure.numerator, *measure.denominator):
            row = next(
                (found for basis in ctx.bases(term.quantity)
                 if (found := ctx.row_now((term.quantity, TOTAL, basis.value))) is not None), None,
            )  # fmt: skip
            if changes and row is not None and term.quantity not in told:
                told.add(term.quantity)
                day = changes[-1].since
                yield Fault(
                    f"The definition of “{measure.title}”, which {term.quantity} is used for, changed on "
                    f"{day:%d/%m/%Y}: {changes[-1].change}",
                    row,
                    "quantity",
                    term.quantity,
                )


def dropped(ctx: ReturnContext) -> dict[tuple[str, str], list[str]]:
    """The categories that the last accepted return gave a number for and that have no row here, by quantity and basis.

    Where the total has no row either, it is the quantity that is missing, which has a rule of its own.
    """
    if not ctx.history.accepted_before(ctx.period.code):
        return {}
    given = set(zip(*(ctx.read.loc[ctx.own_rows, name] for name in ("quantity", "category", "basis")), strict=True))
    found: dict[tuple[str, str], list[str]] = {}
    for key, last in zip(ctx.asked, ctx.last_time.tolist(), strict=True):
        quantity, category, basis = key
        if last == last and category != TOTAL and key not in given and (quantity, TOTAL, basis) in given:
            found.setdefault((quantity, basis), []).append(category)
    return found


@rule(
    "breakdown-dropped",
    Severity.WARNING,
    "Add the rows again. If there are no figures any more, leave their values empty, write x, and say why in the note.",
)
def breakdown_dropped(ctx: ReturnContext) -> Iterator[Fault]:
    """A breakdown, or categories of one, that the last return had and this one leaves out."""
    for (quantity, basis), keys in dropped(ctx).items():
        for name in dict.fromkeys(key.partition(":")[0] for key in keys):
            of_it = [key for key in keys if key.startswith(f"{name}:")]
            every = len(of_it) == len(ctx.category_keys(name))
            which = f"by {name}" if every else f"for {', '.join(of_it)}"
            yield Fault(
                f"{quantity} is not reported {which}, and was in the last return that asked for it.",
                ctx.row_now((quantity, TOTAL, basis)),
                "category",
            )


@rule(
    "figure-dropped",
    Severity.WARNING,
    "Give the figure; or say in the note why there is none any more.",
    stage=Stage.SUMS,
)
def figure_dropped(ctx: ReturnContext) -> Iterator[Fault]:
    """A symbol for “not available” or “not applicable”, without a note, where the last return had a number."""
    gone = ctx.own_rows & ctx.read["symbol"].isin(GONE) & (ctx.read["note"] == "")
    if not gone.any():
        return
    last = dict(zip(ctx.asked, ctx.last_time.tolist(), strict=True))
    told: dict[tuple[str, str], list[tuple[int, float, str]]] = {}
    for row, quantity, category, basis in _keys(ctx, gone):
        before = last.get((quantity, category, basis), float("nan"))
        if before == before:
            told.setdefault((quantity, basis), []).append((row, before, category))
    for (quantity, basis), rows in told.items():
        row, before, category = rows[0]
        more = f" ({more_rows(len(rows) - 1, 'is', 'are')} alike)" if len(rows) > 1 else ""
        yield Fault(
            f"{named(quantity, category, basis)} was {before:,g} the last time, and has no figure now{more}.",
            row,
            "symbol",
            str(ctx.read.at[row, "symbol"]),
            also_rows=tuple(other for other, _, _ in rows[1:]),
        )


@rule(
    "basis-changed",
    Severity.WARNING,
    "Check that the figure covers the time that its basis says. If it does, say since when it is counted so.",
)
def basis_changed(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity on another basis than the last return had it on."""
    had: dict[str, set[str]] = {}
    last = ctx.history.accepted_before(ctx.period.code)
    told = ctx.history.values
    told = told[(told["period"] == last) & (told["category"] == TOTAL)]
    for quantity, basis in zip(told["quantity"].tolist(), told["basis"].tolist(), strict=True):
        had.setdefault(quantity, set()).add(basis)
    for quantity in sorted(had.keys() & ctx.items.keys()):
        own = {basis.value: ctx.row_now((quantity, TOTAL, basis.value)) for basis in ctx.bases(quantity)}
        has = [basis for basis, row in own.items() if row is not None]
        if has and not had[quantity] & set(has):
            message = f"{quantity} is given as {has[0]}, and was given as {min(had[quantity])} in {last}."
            yield Fault(message, own[has[0]], "basis", has[0])


@rule(
    "earlier-figure-altered",
    Severity.WARNING,
    "Say in the note of the row why the figure has changed (late recording, a correction); or leave the row out.",
    stage=Stage.SUMS,
)
def earlier_figure_altered(ctx: ReturnContext) -> Iterator[Fault]:
    """A figure of an earlier period that differs from the accepted one, without a note that says why."""
    earlier = (ctx.read["period"] < ctx.period.code) & (ctx.read["note"] == "") & ~ctx.blank
    said = ctx.history.said
    if not said or not earlier.any():
        return
    rows = ctx.read.loc[earlier, ["period", "basis", "quantity", "category", "symbol"]]
    new = ctx.numbers[rows.index].tolist()
    for row, *key, symbol, value in zip(
        rows.index.tolist(), *(rows[name].tolist() for name in rows.columns), new, strict=True
    ):
        period, basis, quantity, category = key
        before = said.get((period, basis, quantity, category))
        # Nil and 0 are one number; the symbol then says only who vouches for it.
        numbers = before is not None and {before[1], symbol} <= {"", "nil"}
        if before is None or (abs(before[0] - value) <= SAME if numbers else before[1] == symbol):
            continue
        yield Fault(
            f"{named(quantity, category, basis)} for {period} was accepted as {_told(*before)} and is "
            f"{_told(value, symbol)} here.",
            int(row),
            "value",
            _told(value, symbol),
        )


def _told(value: float, symbol: str) -> str:
    return symbol or f"{value:,g}"


def _alike(old: FloatArray, new: FloatArray) -> npt.NDArray[np.bool_]:
    """Where two figures are the same, or neither is one."""
    return (np.isnan(old) & np.isnan(new)) | (np.abs(old - new) <= SAME)


def _keys(ctx: ReturnContext, rows: "pd.Series[bool]") -> Iterator[tuple[int, str, str, str]]:
    chosen = ctx.read.loc[rows, ["quantity", "category", "basis"]]
    yield from zip(chosen.index.tolist(), *(chosen[name].tolist() for name in chosen.columns), strict=True)

"""Rules about the codes of a return: quantities, categories, bases, status."""

import difflib
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from etl.validate.child_records import quoted
from etl.validate.context import STATUSES, ReturnContext, cells
from etl.validate.grid import grouped
from etl.validate.rules import Fault, more_rows, once, rule
from schema.findings import Severity
from schema.periods import Basis, parse_period
from schema.quantities import TOTAL

MOST_SUGGESTIONS = 200
"""Texts for which a rule looks for the code that is meant, each through all codes. A file with more unknown ones is
another file altogether."""


class _Nearest:
    """Finds the known code that a text is like, once for each text."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, tuple[str, ...]], str] = {}

    def __call__(self, text: str, known: Iterable[str]) -> str:
        """“ Did you mean …?” where one of the known codes is like the text, else nothing."""
        asked = (text.lower(), tuple(known))
        if asked not in self._found:
            if len(self._found) >= MOST_SUGGESTIONS:
                return ""
            near = difflib.get_close_matches(*asked, n=1, cutoff=0.6)
            self._found[asked] = f" Did you mean {near[0]}?" if near else ""
        return self._found[asked]


def _not_asked(ctx: ReturnContext, column: str) -> Iterator[tuple[int, str, str]]:
    """Row, quantity and code where the return does not ask for the quantity by this breakdown or on this basis.

    A pair is looked up once, however many rows have it.
    """
    used = ctx.read.loc[ctx.in_return & (ctx.read[column] != ""), ["quantity", column]]
    pair, names = grouped(used)
    asked = ctx.breakdowns if column == "category" else ctx.bases
    wrong = [
        number
        for number, (quantity, code) in enumerate(names)
        if code != TOTAL and code.partition(":")[0] not in asked(quantity)
    ]
    for place in np.flatnonzero(np.isin(pair, wrong)).tolist():
        quantity, code = names[pair[place]]
        yield int(used.index[place]), quantity, code


@rule("quantity-unknown", Severity.ERROR, "Use the quantity's id, as the return's template lists it.")
def quantity_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity that nobody has defined."""
    nearest = _Nearest()
    for row, text in ctx.not_understood("quantity"):
        yield Fault(f"{quoted(text)} is no quantity.{nearest(text, ctx.items)}", row, "quantity", text)


@rule("quantity-not-in-return", Severity.ERROR, "Delete the row, or send it in the return that asks for it.")
def quantity_not_in_return(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity that exists and that this return does not ask for."""
    quantity = ctx.read["quantity"]
    known = quantity[quantity != ""]
    elsewhere = known[~ctx.in_return[known.index]].map(ctx.catalogue.home_return)
    if len(elsewhere) > len(known) / 2 and elsewhere.nunique() == 1:
        other = ctx.catalogue.return_spec(str(elsewhere.iloc[0]))
        yield Fault(
            f"This is the return “{other.title}”, not “{ctx.spec.title}”: {len(elsewhere)} of {len(known)} rows are "
            "asked for there.",
            column="quantity",
            remedy=f"Say --agency {other.id}, or choose the file of {ctx.spec.title}.",
        )
        return
    nearest = _Nearest()
    for row, code in cells(quantity[(quantity != "") & ~ctx.in_return]):
        yield Fault(
            f"{code} is not part of the return “{ctx.spec.title}”.{nearest(code, ctx.items)}", row, "quantity", code
        )


@rule("category-unknown", Severity.ERROR, "Write it as breakdown:category, for example source:police, or total.")
def category_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A category that no breakdown has."""
    nearest = _Nearest()
    for row, text in ctx.not_understood("category"):
        breakdowns = [ctx.catalogue.breakdowns[name] for name in ctx.breakdowns(str(ctx.read.at[row, "quantity"]))]
        known = [breakdown.key(category.id) for breakdown in breakdowns for category in breakdown.categories]
        # “police” alone is nearer to source:police than its letters are.
        same = [key for key in known if key.partition(":")[2] == text.lower()]
        suggestion = f" Did you mean {same[0]}?" if same else nearest(text, known)
        yield Fault(f"{quoted(text)} is no category.{suggestion}", row, "category", text)


@rule("breakdown-not-in-return", Severity.ERROR, "Delete the row, or write total if it is the whole.")
def breakdown_not_in_return(ctx: ReturnContext) -> Iterator[Fault]:
    """A breakdown that this return does not ask for with this quantity."""
    for row, quantity, key in _not_asked(ctx, "category"):
        allowed = " or ".join(ctx.breakdowns(quantity)) or "none"
        yield Fault(
            f"{quantity} is not asked for by {key.partition(':')[0]} (but by: {allowed}).", row, "category", key
        )


@rule("basis-unknown", Severity.ERROR, "Write the basis as the return's template has it, such as rolling-year.")
def basis_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A basis that does not exist."""
    nearest = _Nearest()
    for row, text in ctx.not_understood("basis"):
        # An empty basis is read from the quantity; where that is unknown, its own rule says so.
        yield Fault(f"{quoted(text)} is no basis.{nearest(text, [basis.value for basis in Basis])}", row, "basis", text)


@rule("basis-not-in-return", Severity.ERROR, "Report the quantity as the return asks for it.")
def basis_not_in_return(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity on a basis on which this return does not ask for it."""
    for row, quantity, code in _not_asked(ctx, "basis"):
        allowed = " or ".join(basis.value for basis in ctx.bases(quantity))
        unsaid = " (which an empty basis means)" if ctx.written.at[row, "basis"] == "" else ""
        yield Fault(f"{quantity} is asked for as {allowed}, not as {code}{unsaid}.", row, "basis", code)


@rule("item-not-asked-now", Severity.WARNING, "Check that the figure is about the right period; it may stay.")
def item_not_asked_now(ctx: ReturnContext) -> Iterator[Fault]:
    """A quantity that the return asks for in other quarters or terms only."""
    sometimes = [quantity for quantity, items in ctx.items.items() if all(item.when for item in items)]
    given = ctx.read.loc[ctx.read["quantity"].isin(sometimes) & (ctx.read["period"] != ""), ["period", "quantity"]]
    if given.empty:
        return
    pair, names = grouped(given)
    asked = {code: {item.quantity for item in ctx.spec.asked(parse_period(code))} for code in {c for c, _ in names}}
    rows = np.split(given.index.to_numpy()[np.argsort(pair, kind="stable")], np.cumsum(np.bincount(pair))[:-1])
    for (code, quantity), of_pair in zip(names, rows, strict=True):
        if quantity not in asked[code]:
            when = " and ".join(dict.fromkeys(name for item in ctx.items[quantity] for name in item.when))
            message = f"{quantity} is asked for in {when}, and this is {code}"
            yield once(ctx, "quantity", pd.Index(of_pair), message, quantity)


@rule("status-unknown", Severity.ERROR, f"Write {' or '.join(STATUSES)}, or leave the cell empty ({STATUSES[0]}).")
def status_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A status that is neither provisional nor final."""
    written = ctx.written["status"]
    for text in dict.fromkeys(text for _, text in ctx.not_understood("status")):
        yield once(ctx, "status", written.index[written == text], f"{quoted(text)} is no status of a return", text)


@rule("status-differs", Severity.ERROR, "Give every row the same status: it is the status of the whole return.")
def status_differs(ctx: ReturnContext) -> Iterator[Fault]:
    """A return that is provisional on some rows and final on others."""
    status = ctx.read["status"][ctx.read["status"] != ""]
    differing = status[status != status.iloc[0]] if len(status) else status
    if len(differing):
        row, *others = (int(number) for number in differing.index)
        more = f" (the same on {more_rows(len(others))})" if others else ""
        yield Fault(
            f"Row {row} has the status {differing.iloc[0]}{more}; row {int(status.index[0])} has {status.iloc[0]}.",
            row, "status", str(differing.iloc[0]), also_rows=tuple(others),
        )  # fmt: skip

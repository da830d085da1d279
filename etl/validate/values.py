"""Rules about figures: each row has a number, or one symbol that says why there is none."""

import re
from collections.abc import Iterator

from etl.validate.child_records import quoted
from etl.validate.context import SYMBOLS, ReturnContext, cells, understood_as
from etl.validate.rules import Fault, more_rows, once, rule
from schema.findings import Severity
from schema.quantities import TOTAL

LARGEST = 1e8
"""There are some twelve million children in England."""

_LISTED = ", ".join(SYMBOLS)

_EMPTY_AND = "leave the value empty and write"

# What people write that is neither a number nor a symbol, and what they should. The first form that fits is taken.
_INSTEAD_OF_A_NUMBER: tuple[tuple[str, str], ...] = (
    (r"[<>≤≥~]\s*=?\s*\d+|\d+\s*(-|–|to)\s*\d+", f"Give the number itself, or {_EMPTY_AND} c (suppressed) in symbol."),
    (r"\?+|unknown|not known|tbc|pending", f"If the number is not available, {_EMPTY_AND} x in symbol."),
    (r"zero|no", f"Write 0; or, to vouch that there were none, {_EMPTY_AND} nil in symbol."),
    (r"\d{4}-\d\d-\d\d.*", "The cell is formatted as a date: format it as a number, and write the count again."),
)


@rule("value-not-a-number", Severity.ERROR, f"Write a number, or leave the value empty and give a symbol ({_LISTED}).")
def value_not_a_number(ctx: ReturnContext) -> Iterator[Fault]:
    """A value that cannot be read as a number."""
    for row, text in ctx.not_understood("value"):
        remedy = next((r for form, r in _INSTEAD_OF_A_NUMBER if re.fullmatch(form, text, flags=re.IGNORECASE)), "")
        yield Fault(f"{quoted(text)} is not a number.", row, "value", text, remedy)


@rule("value-percentage", Severity.ERROR, "Give the count itself: percentages are worked out from counts.")
def value_percentage(ctx: ReturnContext) -> Iterator[Fault]:
    """A percentage, written out or shown by the cell's format, where a count is asked for."""
    for row, text in cells(ctx.written["value"][ctx.is_percentage()]):
        yield Fault(f"{quoted(text)} is a percentage, and a return holds counts.", row, "value", text)


@rule(
    "symbol-understood",
    Severity.WARNING,
    "Check that this is what is meant, and say so; or leave the value empty, and write the symbol itself.",
)
def symbol_understood(ctx: ReturnContext) -> Iterator[Fault]:
    """A common sign or word in place of a number or a symbol, and how it was understood."""
    in_value = ctx.written["value"].where(ctx.stands_for != "", "")
    # Beside the same symbol in its own column the sender has said what it means.
    in_value = in_value.where((ctx.written["symbol"] == ""), "")
    in_symbol = ctx.written["symbol"].where(~ctx.written["symbol"].str.lower().isin(list(SYMBOLS)), "")
    in_symbol = in_symbol.where(ctx.read["symbol"] != "", "")
    for column, texts in (("value", in_value), ("symbol", in_symbol)):
        for text in dict.fromkeys(texts[texts != ""]):
            symbol = understood_as(text)
            message = f"{quoted(text)} was understood as {symbol} ({SYMBOLS[symbol].words})"
            yield once(ctx, column, texts.index[texts == text], message, text)


@rule("value-negative", Severity.ERROR, "Write how many there were; nothing here can be fewer than none.")
def value_negative(ctx: ReturnContext) -> Iterator[Fault]:
    """A count below nought."""
    for row, text in cells(ctx.written["value"][ctx.read["value"] < 0]):
        yield Fault(f"{text} is below nought.", row, "value", text)


@rule("value-too-large", Severity.ERROR, "Write how many there were: no quantity of a return comes near this.")
def value_too_large(ctx: ReturnContext) -> Iterator[Fault]:
    """A number larger than any population."""
    for row, text in cells(ctx.written["value"][ctx.read["value"] > LARGEST]):
        yield Fault(f"{text[:20]} is too large.", row, "value", text[:20])


@rule("value-not-whole", Severity.ERROR, "Write the number as it was counted, not a rate, a share or an average.")
def value_not_whole(ctx: ReturnContext) -> Iterator[Fault]:
    """A fraction where whole things are counted."""
    whole = ctx.read["quantity"].isin([q.id for q in ctx.catalogue.quantities.values() if q.whole_number])
    value = ctx.read["value"]
    for row, text in cells(ctx.written["value"][whole & value.notna() & (value % 1 != 0)]):
        quantity = ctx.catalogue.quantities[str(ctx.read.at[row, "quantity"])]
        yield Fault(f"{text}: {quantity.id} counts whole {quantity.unit}.", row, "value", text)


@rule("value-and-symbol", Severity.ERROR, "Keep the number and empty the symbol, or the other way about.")
def value_and_symbol(ctx: ReturnContext) -> Iterator[Fault]:
    """A row with both a value and a symbol that says there is none, or with two that differ."""
    agree = (ctx.stands_for != "") & (ctx.stands_for == ctx.read["symbol"])
    both = (ctx.written["value"] != "") & (ctx.written["symbol"] != "") & ~agree
    for row, text in cells(ctx.written["symbol"][both]):
        yield Fault("There is a value and a symbol too.", row, "symbol", text)


@rule(
    "value-missing",
    Severity.WARNING,
    "Write the number (0 if there were none), or say why there is none: x (not available), z (not applicable).",
)
def value_missing(ctx: ReturnContext) -> Iterator[Fault]:
    """Rows of a quantity with neither a value nor a symbol, taken as not reported. Empty is never taken for nought."""
    if bool(ctx.blank.all()):  # has a finding of its own
        return
    about = ctx.written.loc[ctx.blank, ["period", "quantity"]]
    for (period, quantity), rows in about.groupby(["period", "quantity"], sort=False):
        first, *others = (int(row) for row in rows.index)
        more = f" (nor on {more_rows(len(others))} of it)" if others else ""
        message = f"There is neither a value nor a symbol for {quoted(str(quantity))} in {quoted(str(period))}{more}."
        yield Fault(message, first, "value", also_rows=tuple(others))


@rule("symbol-unknown", Severity.ERROR, f"Use one of {_LISTED}.")
def symbol_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A symbol that means nothing here."""
    for row, text in ctx.not_understood("symbol"):
        yield Fault(f"{quoted(text)} is no symbol.", row, "symbol", text)


@rule(
    "nil-beside-figures",
    Severity.ERROR,
    "If there were none, the categories are 0 or nil too; if there were some, give the total.",
)
def nil_beside_figures(ctx: ReturnContext) -> Iterator[Fault]:
    """A total that vouches for none, beside categories that count some."""
    nil = ctx.read[(ctx.read["symbol"] == "nil") & (ctx.read["category"] == TOTAL)]
    if nil.empty:
        return
    some = ctx.read[(ctx.read["value"] > 0) & ~ctx.read["category"].isin([TOTAL, ""])]
    counted = set(zip(*(some[name].tolist() for name in ("period", "basis", "quantity")), strict=True))
    columns = (nil[name].tolist() for name in ("period", "basis", "quantity"))
    for row, period, basis, quantity in zip(nil.index.tolist(), *columns, strict=True):
        if quantity and (period, basis, quantity) in counted:
            message = f"{quantity} is nil for {period}, and a category of it is not."
            yield Fault(message, int(row), "symbol", str(ctx.written.at[row, "symbol"]))

"""Rules about figures: each row has a number, or one symbol that says why there is none."""

import re
from collections.abc import Iterator

from etl.validate.child_records import quoted
from etl.validate.context import SYMBOLS, ReturnContext, cells
from etl.validate.rules import Fault, rule
from schema.findings import Severity

LARGEST = 1e8
"""There are some twelve million children in England."""

_LISTED = ", ".join(SYMBOLS)

_EMPTY_AND = "leave the value empty and write"

# What people write instead of a number, and what they should. The first form that fits is taken.
_INSTEAD_OF_A_NUMBER: tuple[tuple[str, str], ...] = (
    (
        r"\*+|[<≤]\s*\d+|1\s*(-|–|to)\s*[45]|suppressed",
        f"Give the number itself, or {_EMPTY_AND} c (suppressed) in symbol.",
    ),
    (
        r"n\.?/?a\.?|not applicable",
        f"If it does not apply, {_EMPTY_AND} z in symbol; if it is not available, x.",
    ),
    (
        r"-|–|—|\.+|\?|unknown|not known|not available|tbc|pending",
        f"Write 0 if there were none. If the number is not available, {_EMPTY_AND} x in symbol.",
    ),
    (
        r"nil|none|zero|no",
        f"Write 0; or, to vouch that there were none, {_EMPTY_AND} nil in symbol.",
    ),
    (
        "|".join(SYMBOLS),
        "Leave the value empty and write this in the column symbol.",
    ),
    (
        r"[\d.,]+\s*%",
        "Give the count: percentages are worked out from counts.",
    ),
)


@rule("value-not-a-number", Severity.ERROR, f"Write a number, or leave the value empty and give a symbol ({_LISTED}).")
def value_not_a_number(ctx: ReturnContext) -> Iterator[Fault]:
    """A value that cannot be read as a number."""
    for row, text in ctx.not_understood("value"):
        remedy = next((r for form, r in _INSTEAD_OF_A_NUMBER if re.fullmatch(form, text, flags=re.IGNORECASE)), "")
        yield Fault(f"{quoted(text)} is not a number.", row, "value", text, remedy)


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
    """A row with both a value and a symbol that says there is none."""
    both = (ctx.written["value"] != "") & (ctx.written["symbol"] != "")
    for row, text in cells(ctx.written["symbol"][both]):
        yield Fault("There is a value and a symbol too.", row, "symbol", text)


@rule(
    "value-missing",
    Severity.ERROR,
    "Write the number (0 if there were none), or say why there is none: x (not available), z (not applicable).",
)
def value_missing(ctx: ReturnContext) -> Iterator[Fault]:
    """A row with neither a value nor a symbol. An empty cell is never taken for nought."""
    neither = (ctx.written["value"] == "") & (ctx.written["symbol"] == "")
    for row, _ in cells(ctx.written["value"][neither]):
        yield Fault("There is neither a value nor a symbol.", row, "value")


@rule("symbol-unknown", Severity.ERROR, f"Use one of {_LISTED}.")
def symbol_unknown(ctx: ReturnContext) -> Iterator[Fault]:
    """A symbol that means nothing here."""
    for row, text in ctx.not_understood("symbol"):
        yield Fault(f"{quoted(text)} is no symbol.", row, "symbol", text)

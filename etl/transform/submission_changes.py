"""What differs between two versions of a return, figure by figure."""

import math
from collections.abc import Callable

import pandas as pd

from schema.periods import Basis, parse_period
from schema.quantities import TOTAL

CHANGE_COLUMNS = (
    "change",
    "period",
    "basis",
    "quantity",
    "category",
    "value_before",
    "symbol_before",
    "value_after",
    "symbol_after",
    "note_before",
    "note_after",
    "row",
)

ADDED = "added"
REMOVED = "removed"
CHANGED = "changed"
NOTED = "noted"
"""The figure is the same; only what is noted beside it differs."""

_KEY = ["period", "basis", "quantity", "category"]
_SAID = ["value", "symbol", "note", "row"]


def changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What the later of two versions says otherwise than the earlier one.

    Both have the columns of `etl.load.submissions.values_of`, each period, basis, quantity and category at most once.
    Returns CHANGE_COLUMNS, a row for each figure that differs, in the order of the later file; what it no longer has
    stands where the earlier file had it. `value_*` is NaN beside a symbol, and where the figure was not given at all;
    0 and nil are different things to say. `row` is the row of the file that has the figure: of the later one, unless
    the figure was removed.

    Raises:
        pandas.errors.MergeError: a version says the same thing twice, which the checks let nobody submit.
    """
    both = (
        before[[*_KEY, *_SAID]]
        .merge(
            after[[*_KEY, *_SAID]],
            on=_KEY,
            how="outer",
            suffixes=("_before", "_after"),
            indicator="found",
            validate="one_to_one",
        )
        .astype({f"value_{side}": "float64" for side in ("before", "after")})
    )
    for side in ("before", "after"):
        both[[f"symbol_{side}", f"note_{side}"]] = both[[f"symbol_{side}", f"note_{side}"]].fillna("").astype("str")
    value_same = (both["value_before"] == both["value_after"]) | (
        both["value_before"].isna() & both["value_after"].isna()
    )
    same = value_same & (both["symbol_before"] == both["symbol_after"])
    noted = same & (both["note_before"] != both["note_after"])
    kind = pd.Series("", index=both.index, dtype="str")
    kind = kind.mask(~same, CHANGED).mask(noted, NOTED)
    kind = kind.mask(both["found"] == "left_only", REMOVED).mask(both["found"] == "right_only", ADDED)
    found = both.assign(change=kind, row=both["row_after"].fillna(both["row_before"]))[kind != ""]
    ordered = found.sort_values(["row", "row_before", *_KEY], kind="stable", ignore_index=True)
    return ordered.astype({"row": "int64", "change": "str"})[list(CHANGE_COLUMNS)]


def summary(found: pd.DataFrame) -> str:
    """What `changes` found, in one sentence: “3 figures changed, 2 added and 1 removed.”"""
    counted = found["change"].value_counts()
    parts = [
        f"{int(counted.get(kind, 0)):,} {words}"
        for kind, words in ((CHANGED, "changed"), (ADDED, "added"), (REMOVED, "removed"))
        if counted.get(kind, 0)
    ]
    notes = int(counted.get(NOTED, 0))
    if not parts:
        beside = f"; {notes:,} {'note was' if notes == 1 else 'notes were'} rewritten" if notes else ""
        return f"No figure differs{beside}."
    first, *others = parts
    number, _, word = first.partition(" ")
    said = [f"{number} {'figure' if number == '1' else 'figures'} {word}", *others]
    if notes:
        said.append(f"{notes:,} {'note' if notes == 1 else 'notes'} rewritten")
    return f"{said[0]}." if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}."


def sentences(
    found: pd.DataFrame, quantity_title: Callable[[str], str], category_title: Callable[[str], str]
) -> list[str]:
    """A sentence for each row of `changes`: “Referrals, July to September 2025: 412 became 421.”"""
    columns = [found[name].tolist() for name in CHANGE_COLUMNS]
    told = []
    for kind, period, basis, quantity, category, before, sign_before, after, sign_after, _, note, _ in zip(
        *columns, strict=True
    ):
        whole = quantity_title(quantity)
        name = whole if category == TOTAL else f"{whole}, {category_title(category)}"
        was, now = shown(before, sign_before), shown(after, sign_after)
        what = {
            ADDED: f"{now} is new",
            REMOVED: f"{was} is no longer given",
            CHANGED: f"{was} became {now}",
            NOTED: f"{now} is unchanged, and its note {'now says “' + note + '”' if note else 'is gone'}",
        }[kind]
        told.append(f"{name}, {parse_period(period).label(Basis(basis))}: {what}.")
    return told


def shown(value: float, symbol: str) -> str:
    """What stood in a row, as people write it: “1,204”, “3.5”, “nil”; “nothing” where there was neither.

    Nothing is rounded: two values that differ never look the same.
    """
    if symbol:
        return symbol
    if math.isnan(value):
        return "nothing"
    whole = f"{int(value):,}" if float(value).is_integer() else f"{value:,.15g}"
    return whole.replace("-", "−")


def less(one: float, other: float) -> float:
    """One number less another, without the noise of binary fractions: 332.8 less 330.5 is 2.3."""
    return float(f"{one - other:.10g}") if abs(one - other) > 1e-9 * max(abs(one), abs(other)) else 0.0

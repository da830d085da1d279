"""What is known of an agency's figures before a return is read: its own past, and what is published of its area.

A rule that asks whether a figure is likely needs something to set it against. All of it is given here as frames, so
that a check can be made without a database, and made again.
"""

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

VALUE_COLUMNS = ("period", "basis", "quantity", "category", "value", "symbol", "state")
PUBLISHED_COLUMNS = ("quantity", "period", "basis", "value", "publication", "released_on")


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series([], dtype="float64" if name == "value" else "str") for name in columns}, columns=list(columns)
    )


@dataclass(frozen=True)
class History:
    """What was accepted and published before.

    `values` has the columns VALUE_COLUMNS and the newest accepted word on each period, basis, quantity and category;
    `value` is NaN beside a symbol, and 0 beside nil. `this_period` has the same columns: everything that the version
    accepted last for the return's own period says. `accepted` are the periods for which a return is accepted, oldest
    first. `published` has PUBLISHED_COLUMNS: what publications count of the same quantity for the same area, totals
    alone, each period and basis once, in the quantity's unit; `period` is a period's code, `released_on` an ISO day.
    """

    values: pd.DataFrame = field(default_factory=lambda: _empty(VALUE_COLUMNS))
    this_period: pd.DataFrame = field(default_factory=lambda: _empty(VALUE_COLUMNS))
    accepted: tuple[str, ...] = ()
    published: pd.DataFrame = field(default_factory=lambda: _empty(PUBLISHED_COLUMNS))

    @classmethod
    def none(cls) -> "History":
        """Nothing is known. Rules that need a past then find nothing."""
        return _NONE

    def accepted_before(self, code: str) -> str:
        """The code of the last period before one for which a return is accepted; "" where there is none."""
        # The codes of one kind of period sort as their dates do.
        return max((accepted for accepted in self.accepted if accepted < code), default="")

    @cached_property
    def said(self) -> dict[tuple[str, str, str, str], tuple[float, str]]:
        """Value and symbol by period, basis, quantity and category."""
        columns = (self.values[name].tolist() for name in ("period", "basis", "quantity", "category"))
        told = zip(self.values["value"].tolist(), self.values["symbol"].tolist(), strict=True)
        return dict(zip(zip(*columns, strict=True), told, strict=True))


_NONE = History()

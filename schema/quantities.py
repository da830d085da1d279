"""Quantities: what can be counted. One number for one quantity, area, period and category is a *quantity value*."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schema.files import Model

ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
TOTAL = "total"
"""The category of a whole. There is never an empty one."""


OLDEST = 120
"""The upper end of “and over”."""


class Ages(Model):
    """Residents of these ages in years, both included: 0 to 17 is eighteen single years, 18 to 120 is 18 and over."""

    age_from: int = Field(ge=0, le=OLDEST)
    age_to: int = Field(ge=0, le=OLDEST)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.age_to < self.age_from:
            raise ValueError("`age_to` is before `age_from`")
        return self


class QuantityKind(StrEnum):
    """How a quantity behaves in time."""

    FLOW = "flow"
    """Events in a period."""
    STOCK = "stock"
    """What is there at a date."""
    PRINTED = "printed"
    """A percentage, rate, mean or median as its publisher printed it: never added, only shown or checked against."""


class Quantity(Model):
    """Something that somebody counts.

    `counts` says what to count, exactly enough for an analyst to do it. `additive` says whether four quarters make a
    year: children counted once in a period, first starts and last exits do not add up, and their rolling-year value is
    asked for instead. `printed_covers` says whether a printed figure is about a period (flow) or a date (stock).
    `published_in` is the order of precedence where several datasets of one release carry the quantity.
    `only_published` says why no agency's return asks for it; every other count has exactly one home return.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: str
    counts: str
    unit: str
    kind: QuantityKind
    additive: bool | None = None
    printed_covers: QuantityKind | None = None
    whole_number: bool = True
    breakdowns: tuple[str, ...] = ()
    published_in: tuple[str, ...] = ()
    only_published: str = ""

    @model_validator(mode="after")
    def _kind_is_complete(self) -> Self:
        if (self.kind is QuantityKind.FLOW) != (self.additive is not None):
            raise ValueError("`additive` is for flows, and every flow says it")
        if (self.kind is QuantityKind.PRINTED) != (self.printed_covers is not None):
            raise ValueError("`printed_covers` (flow or stock) is for printed quantities, and each of them says it")
        return self

    @property
    def at_date(self) -> bool:
        """Whether a value is about a date and not about a period."""
        return QuantityKind.STOCK in (self.kind, self.printed_covers)


class Category(Model):
    """One value of a breakdown.

    `ages` are those of the residents that a band of age is a band of. What is `apart` is no group of residents (not
    known, unborn, elsewhere): it is counted, and is neither set against the groups nor one of them.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: str
    ages: Ages | None = None
    apart: bool = False


class Breakdown(Model):
    """A way to split a quantity. In a multi-select one a child may count under several, so shares may pass 100 %.

    A `characteristic` says who a child is, so that its groups are set against each other.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: str
    multi_select: bool = False
    characteristic: bool = False
    categories: tuple[Category, ...]

    @model_validator(mode="after")
    def _groups_are_apart(self) -> Self:
        if self.characteristic and self.multi_select:
            raise ValueError("a `characteristic` puts each child in one category: it is not `multi_select`")
        return self

    def key(self, category: str) -> str:
        """How a category is written in a file and in the database: `source:police`."""
        return f"{self.id}:{category}"


class QuantityFamily(Model):
    """A file of `schema/quantities/`."""

    breakdowns: tuple[Breakdown, ...] = ()
    quantities: tuple[Quantity, ...]

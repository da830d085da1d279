"""Returns: what each agency reports, when, and from whom."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from schema.files import Model
from schema.periods import Basis, Period, PeriodKind
from schema.quantities import ID_PATTERN, TOTAL
from schema.working_days import after_working_days

Occasion = Literal["Q1", "Q2", "Q3", "Q4", "T1", "T2", "T3"]
"""A quarter of the financial year, or a term of the academic year, in which an item is asked for."""


class ReturnItem(Model):
    """One quantity of a return.

    `breakdowns` are asked for beside the total; `bases` is how it is to be reported; `when` names the quarters or terms
    that ask for it (empty: all of them), so that what is counted once a year is asked for once. `also` marks a
    quantity whose home is another agency's return: this one's number is set beside it, and never takes its place unless
    the two differ and people agree that it does. `as_category` says which category of the home's number it is set
    beside, where this agency counts a part only (its own assessments, say).
    """

    quantity: str
    breakdowns: tuple[str, ...] = ()
    bases: tuple[Basis, ...] = Field(min_length=1)
    when: tuple[Occasion, ...] = ()
    also: bool = False
    as_category: str = TOTAL

    @model_validator(mode="after")
    def _part_is_anothers(self) -> Self:
        if self.as_category != TOTAL and (not self.also or self.breakdowns):
            raise ValueError(f"{self.quantity}: `as_category` is for an `also` item without breakdowns")
        return self


class Whole(Model):
    """Quantities of a return that are parts of another, at the same period and basis.

    Together they never pass the whole; where they are `exhaustive` (bands of duration, say) they make it up exactly.
    """

    whole: str
    parts: tuple[str, ...] = Field(min_length=1)
    exhaustive: bool = True


class Account(Model):
    """A stock of a return, and the flows into and out of it: the last stock and what came, less what left, is the next.

    For decisions with a date, such as plans and care. Whether a child is in need is judged by open cases, which are
    opened and closed in bulk and backwards, so that nothing follows there.
    """

    stock: str
    started: str
    ended: str


class ReturnSpec(Model):
    """One agency's return and its calendar. `id` is the agency's.

    `answers` says which team fills it in. It is owed `due_working_days_after` the quarter or term has ended.
    """

    id: str = Field(pattern=ID_PATTERN)
    title: str
    short_title: str
    answers: str
    about: str = ""
    framework: str = "children"
    frequency: Literal["quarterly", "termly"]
    due_working_days_after: int = Field(gt=0, le=120)
    items: tuple[ReturnItem, ...]
    wholes: tuple[Whole, ...] = ()
    accounts: tuple[Account, ...] = ()

    @model_validator(mode="after")
    def _occasions_fit(self) -> "ReturnSpec":
        letter = "Q" if self.frequency == "quarterly" else "T"
        for item in self.items:
            if strange := [occasion for occasion in item.when if not occasion.startswith(letter)]:
                raise ValueError(f"{item.quantity}: `when` names {strange[0]}, and the return is {self.frequency}")
        return self

    @property
    def period_kind(self) -> PeriodKind:
        """What sort of period the return is for."""
        return PeriodKind.QUARTER if self.frequency == "quarterly" else PeriodKind.TERM

    @property
    def natural_basis(self) -> Basis:
        """How a flow is reported when nothing else is said: for the quarter, or for the term."""
        return Basis.QUARTER if self.frequency == "quarterly" else Basis.TERM

    def asked(self, period: Period) -> tuple[ReturnItem, ...]:
        """The items that the return for a period asks for."""
        occasion = period.code[-2:]
        return tuple(item for item in self.items if not item.when or occasion in item.when)

    def due(self, period: Period) -> date:
        """The day by which the return for a period is owed."""
        return after_working_days(period.end, self.due_working_days_after)

    def following(self, period: Period, count: int = 1) -> Period:
        """The period of the return that comes `count` after; a negative count goes back."""
        return period.earlier(quarters=-count) if self.frequency == "quarterly" else period.earlier(terms=-count)

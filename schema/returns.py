"""Returns: what each agency reports, when, and from whom."""

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from schema.files import Model
from schema.periods import Basis, Period
from schema.quantities import ID_PATTERN


class ReturnItem(Model):
    """One quantity of a return. `breakdowns` are asked for beside the total; `bases` is how it is to be reported."""

    quantity: str
    breakdowns: tuple[str, ...] = ()
    bases: tuple[Basis, ...]


class Whole(Model):
    """Quantities of a return that are parts of another, at the same period and basis.

    Together they never pass the whole; where they are `exhaustive` (bands of duration, say) they make it up exactly.
    """

    whole: str
    parts: tuple[str, ...] = Field(min_length=1)
    exhaustive: bool = True


class ReturnSpec(Model):
    """A quarterly return of one agency. `id` is the agency's."""

    id: str = Field(pattern=ID_PATTERN)
    title: str
    short_title: str
    answers: str
    frequency: Literal["quarterly"]
    due_days_after: int = Field(gt=0, description="calendar days after the quarter's end")
    items: tuple[ReturnItem, ...]
    wholes: tuple[Whole, ...] = ()

    def due(self, period: Period) -> date:
        """The day by which the return for a period is owed."""
        return period.end + timedelta(days=self.due_days_after)

"""What can be chosen on the measure page, and what is: how time is covered, and which category."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from dashboard.compared import Row
from etl.load import store
from schema.areas import Area
from schema.catalogue import Catalogue
from schema.measures import Measure
from schema.periods import Basis
from schema.quantities import TOTAL


class Covering(StrEnum):
    """Whose figures the page shows, and how they cover time. The value is what stands in the address."""

    YEAR = "year"
    """Published years."""
    ROLLING_YEAR = "rolling-year"
    """The agency's own four quarters."""
    QUARTER = "quarter"
    """The agency's own quarters, as they are."""
    PUBLISHED_DATES = "published-dates"
    """A stock at the dates that are published."""
    QUARTER_ENDS = "quarter-ends"
    """A stock at the end of the agency's own quarters."""

    @property
    def local(self) -> bool:
        """Whether the figures are the agency's own."""
        return self in (Covering.ROLLING_YEAR, Covering.QUARTER, Covering.QUARTER_ENDS)

    @property
    def words(self) -> str:
        """What the page calls it."""
        return {
            Covering.YEAR: "Year (published)",
            Covering.ROLLING_YEAR: "Rolling year (local)",
            Covering.QUARTER: "Quarter (local)",
            Covering.PUBLISHED_DATES: "Published dates",
            Covering.QUARTER_ENDS: "Quarter ends (local)",
        }[self]

    @property
    def short(self) -> str:
        """The same where there is little room."""
        return {
            Covering.YEAR: "Published year",
            Covering.ROLLING_YEAR: "Rolling year",
            Covering.QUARTER: "Quarter",
            Covering.PUBLISHED_DATES: "Published dates",
            Covering.QUARTER_ENDS: "Quarter ends",
        }[self]

    @property
    def basis(self) -> Basis:
        """The basis of its figures."""
        return {
            Covering.YEAR: Basis.YEAR,
            Covering.ROLLING_YEAR: Basis.ROLLING_YEAR,
            Covering.QUARTER: Basis.QUARTER,
            Covering.PUBLISHED_DATES: Basis.AT_DATE,
            Covering.QUARTER_ENDS: Basis.AT_DATE,
        }[self]


Statistic = Literal["mean", "median"]


@dataclass(frozen=True)
class Asked:
    """What the address asks for; None is the page's own choice."""

    covering: str | None = None
    statistic: str | None = None
    model: str | None = None
    category: str | None = None


@dataclass(frozen=True)
class Choice:
    """One of several, of which one is in force."""

    key: str
    label: str
    chosen: bool
    available: bool = True
    why_not: str = ""


def category_choices(
    measure: Measure, catalogue: Catalogue, asked: str | None
) -> tuple[tuple[Choice, ...], str, list[str]]:
    """The categories that a measure is shared out by, the one that is shown, and what to say of what was asked."""
    if measure.share_by is None:
        return (), TOTAL, []
    breakdown = catalogue.breakdowns[measure.share_by]
    keys = [breakdown.key(category.id) for category in breakdown.categories]
    wanted = breakdown.key(asked) if asked and ":" not in asked else asked
    known = wanted if wanted in keys else None
    notes = [f"“{asked[:40]}” is no category of this measure."] if asked and known is None else []
    chosen = known or measure.headline_category
    choices = (
        Choice(category.id, category.title, breakdown.key(category.id) == chosen) for category in breakdown.categories
    )
    return tuple(choices), chosen, notes


def covering_choices(
    measure: Measure, area: Area, catalogue: Catalogue, own: list[Row], england: list[Row], asked: str | None
) -> tuple[tuple[Choice, ...], Covering, list[str]]:
    """The ways in which this measure can be shown, and the one that is: the newest local figure leads where there is
    one (design, rule 12)."""
    if catalogue.at_date(measure):
        offered = [Covering.PUBLISHED_DATES, Covering.QUARTER_ENDS]
    else:
        offered = [Covering.YEAR, Covering.ROLLING_YEAR, Covering.QUARTER]
    bases = {(row["kind"] == store.SUBMISSION, row["basis"]) for row in own}
    bases |= {(False, row["basis"]) for row in england}
    there = {covering for covering in offered if (covering.local, covering.basis.value) in bases}
    agency = catalogue.returns[measure.agency].title.lower()
    why = {
        covering: f"no return of {agency} has been received for {area.name}"
        if covering.local
        else "nothing is published"
        for covering in offered
        if covering not in there
    }
    default = next((c for c in (Covering.ROLLING_YEAR, Covering.QUARTER_ENDS, *offered) if c in there), offered[0])
    wanted = next((covering for covering in offered if covering.value == asked), None)
    chosen = wanted if wanted in there else default
    notes = []
    if wanted is not None and wanted not in there:
        notes.append(f"{wanted.words} cannot be shown: {why[wanted]}. {chosen.words} is shown.")
    choices = (Choice(c.value, c.short, c is chosen, c in there, why.get(c, "")) for c in offered)
    return tuple(choices), chosen, notes

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
from schema.returns import ReturnItem
from schema.states import State


class Covering(StrEnum):
    """Whose figures the page shows, and how they cover time. The value is what stands in the address."""

    YEAR = "year"
    """Published years."""
    ACADEMIC_YEAR = "academic-year"
    """Published academic years."""
    POOLED_YEARS = "pooled-years"
    """Published figures of several years taken together."""
    MONTH = "month"
    """Published months."""
    PUBLISHED_DATES = "published-dates"
    """A stock at the dates that are published."""
    ROLLING_YEAR = "rolling-year"
    """The agency's own four quarters."""
    LOCAL_YEAR = "local-year"
    """The agency's own count of a year, reported once a year."""
    LOCAL_ACADEMIC_YEAR = "local-academic-year"
    """The agency's own academic year."""
    QUARTER = "quarter"
    """The agency's own quarters, as they are."""
    TERM = "term"
    """The agency's own terms, as they are."""
    QUARTER_ENDS = "quarter-ends"
    """A stock at the end of the agency's own quarters."""
    TERM_ENDS = "term-ends"
    """A stock at the end of the agency's own terms."""

    @property
    def local(self) -> bool:
        """Whether the figures are the agency's own."""
        return self in LOCAL

    @property
    def raw(self) -> bool:
        """Whether they are parts of a year, beside which nothing published may stand."""
        return self in (Covering.QUARTER, Covering.TERM)

    @property
    def words(self) -> str:
        """What the page calls it."""
        return _WORDS[self][0]

    @property
    def short(self) -> str:
        """The same where there is little room."""
        return _WORDS[self][1]

    @property
    def basis(self) -> Basis:
        """The basis of its figures."""
        return _WORDS[self][2]


_WORDS: dict[Covering, tuple[str, str, Basis]] = {
    Covering.YEAR: ("Year (published)", "Published year", Basis.YEAR),
    Covering.ACADEMIC_YEAR: ("Academic year (published)", "Published year", Basis.ACADEMIC_YEAR),
    Covering.POOLED_YEARS: ("Several years together (published)", "Published years", Basis.POOLED_YEARS),
    Covering.MONTH: ("Month (published)", "Published month", Basis.MONTH),
    Covering.PUBLISHED_DATES: ("Published dates", "Published dates", Basis.AT_DATE),
    Covering.ROLLING_YEAR: ("Rolling year (local)", "Rolling year", Basis.ROLLING_YEAR),
    Covering.LOCAL_YEAR: ("Year (local)", "Local year", Basis.YEAR),
    Covering.LOCAL_ACADEMIC_YEAR: ("Academic year (local)", "Local academic year", Basis.ACADEMIC_YEAR),
    Covering.QUARTER: ("Quarter (local)", "Quarter", Basis.QUARTER),
    Covering.TERM: ("School term (local)", "Term", Basis.TERM),
    Covering.QUARTER_ENDS: ("Quarter ends (local)", "Quarter ends", Basis.AT_DATE),
    Covering.TERM_ENDS: ("Ends of term (local)", "Ends of term", Basis.AT_DATE),
}

# Best first: as `dashboard.views.standing` has the bases.
LOCAL = (
    Covering.QUARTER_ENDS,
    Covering.TERM_ENDS,
    Covering.ROLLING_YEAR,
    Covering.LOCAL_YEAR,
    Covering.LOCAL_ACADEMIC_YEAR,
    Covering.QUARTER,
    Covering.TERM,
)
PARTS = (Covering.QUARTER, Covering.TERM)
"""Parts of a year."""
PUBLISHED = (Covering.PUBLISHED_DATES, Covering.YEAR, Covering.ACADEMIC_YEAR, Covering.POOLED_YEARS, Covering.MONTH)


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


@dataclass(frozen=True)
class Coverings:
    """The ways in which a measure can be shown."""

    choices: tuple[Choice, ...]
    chosen: Covering
    default: Covering
    """What is shown when nothing is asked for: the newest local figure leads where there is one (design, rule 12)."""
    published: Covering
    """The published figures that local ones stand beside."""
    there: frozenset[Covering]
    """Those that have a figure, of the area or (published) of England."""
    notes: tuple[str, ...]


def covering_choices(
    measure: Measure, area: Area, catalogue: Catalogue, own: list[Row], england: list[Row], asked: str | None
) -> Coverings:
    """The ways in which this measure can be shown, and the one that is."""
    usual = _usual(measure, catalogue)
    ends = _ends_of(catalogue, measure)
    there = {found for row in own if row["state"] != State.MISSING if (found := _covering_of(row, ends)) is not None}
    # What an authority lacks may still be published of others: its gaps are then shown, with England beside them.
    there |= {
        found
        for row in england
        if row["state"] != State.MISSING
        if (found := _covering_of(row, ends)) is not None and not found.local
    }
    offered = [c for c in (*PUBLISHED, *LOCAL) if c in usual or c in there]
    agency = catalogue.returns[measure.agency].title
    why = {
        covering: f"no return of {_within(agency)} has carried it for {area.name}"
        if covering.local
        else "nothing is published"
        for covering in offered
        if covering not in there
    }
    # Where a part of a year has come and the year is not yet whole, it is not the agency that is silent.
    if any(c.local and c in there for c in offered):
        why |= {c: f"{_lower(c.short)}: not enough has been received yet" for c in why if c.local}
    published = next((c for c in PUBLISHED if c in there), next(c for c in PUBLISHED if c in offered))
    # A part of a year can stand beside nothing, and so leads only where no published year could.
    whole = [c for c in LOCAL if c not in PARTS] if measure.published_as.match == "exact" else LOCAL
    default = next((c for c in (*whole, *PUBLISHED, *LOCAL) if c in there), offered[0])
    wanted = next((covering for covering in offered if covering.value == asked), None)
    chosen = wanted if wanted in there else default
    notes = []
    if wanted is not None and wanted not in there:
        notes.append(f"{wanted.words} cannot be shown: {why[wanted]}. {chosen.words} is shown.")
    choices = (Choice(c.value, c.short, c is chosen, c in there, why.get(c, "")) for c in offered)
    return Coverings(tuple(choices), chosen, default, published, frozenset(there), tuple(notes))


def _usual(measure: Measure, catalogue: Catalogue) -> set[Covering]:
    """What a measure of its kind is expected to have, so that the page can say that it has not."""
    termly = catalogue.returns[measure.agency].frequency == "termly"
    if catalogue.at_date(measure):
        return {Covering.PUBLISHED_DATES, Covering.TERM_ENDS if termly else Covering.QUARTER_ENDS}
    asked = {basis for item in items_of(catalogue, measure) for basis in item.bases}
    if termly:
        return {Covering.ACADEMIC_YEAR, Covering.TERM if Basis.TERM in asked else Covering.LOCAL_ACADEMIC_YEAR}
    if asked == {Basis.YEAR}:
        return {Covering.YEAR, Covering.LOCAL_YEAR}
    return {Covering.YEAR, Covering.ROLLING_YEAR, Covering.QUARTER}


def items_of(catalogue: Catalogue, measure: Measure) -> tuple[ReturnItem, ...]:
    """What the return of a measure's agency asks for its numerator."""
    wanted = {term.quantity for term in measure.numerator}
    return tuple(item for item in catalogue.returns[measure.agency].items if item.quantity in wanted)


def _ends_of(catalogue: Catalogue, measure: Measure) -> Covering:
    termly = catalogue.returns[measure.agency].frequency == "termly"
    return Covering.TERM_ENDS if termly else Covering.QUARTER_ENDS


def _covering_of(row: Row, ends: Covering) -> Covering | None:
    """How a figure covers time; None for a basis that no page shows (a year to date)."""
    local, basis = row["kind"] == store.SUBMISSION, row["basis"]
    if local and basis == Basis.AT_DATE:
        return ends
    return next((c for c in (LOCAL if local else PUBLISHED) if c.basis == basis), None)


def _within(title: str) -> str:
    """A title in the middle of a sentence: "children's social care"."""
    return title if title[:2].isupper() else _lower(title)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]

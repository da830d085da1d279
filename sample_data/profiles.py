"""What the made-up figures of an agency are like, as data: one YAML an agency in `profiles/`.

A number that changes from year to year is written as a list, one for each year of the demonstration; the last one holds
on. Without a list it holds throughout.
"""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from schema.files import Model, build, read_yaml

FOLDER = Path(__file__).resolve().parent / "profiles"


def _listed(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


Numbers = Annotated[tuple[float, ...], BeforeValidator(_listed)]
"""One number for each year."""
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class CategoriesOf(Model):
    """Some categories of another quantity, added up."""

    quantity: str
    keys: Names


class Lag(Model):
    """Another quantity's events, `periods` ago: people who are counted again when they have been followed."""

    quantity: str
    periods: int = Field(gt=0)
    factor: float = 1.0


class Figures(Model):
    """How one quantity comes about: its level in exactly one way, then its categories.

    `source` names what was published, or says that the level is made up.

    The ways:
    `years` - each year's events, spread over its periods by `season`;
    `at` - values at some periods, with a straight line between them;
    `each` - every period's own value;
    `share_of` with `share` - a share of another quantity, or of the sum of several (a mean may make it more than 1);
    `share_of` with `rates` - the same, one rate for each category of the breakdown `by`, which add up to the total;
    `sum_of` with `overlap` - others added up, less those in more than one of them;
    `categories_of` - categories of another quantity added up, less an `overlap`;
    `lag` - another quantity's value some periods ago;
    `fixed` - always the same number for each category of `by`;
    none - the quantity rests on published figures in `social_care.py`, or is one of another's `parts`.

    `parts` divides the quantity into others by weight, so that they make it up. `twice` is how many of four periods'
    people were there more than once, so that the rolling year is less than the sum. `categories` has, for each
    breakdown, a weight for each category; in a breakdown in which one may be under several, the share of the total.
    `wobble` is by how much chance moves a value, as a share of it.
    """

    source: str = ""
    years: Numbers = ()
    season: tuple[float, ...] = ()
    at: dict[str, float] = Field(default_factory=dict)
    each: tuple[float, ...] = ()
    share_of: Names = ()
    share: Numbers = ()
    by: str = ""
    rates: dict[str, Numbers] = Field(default_factory=dict)
    fixed: dict[str, int] = Field(default_factory=dict)
    sum_of: Names = ()
    categories_of: CategoriesOf | None = None
    overlap: float = Field(default=0.0, ge=0, lt=1)
    lag: Lag | None = None
    parts: dict[str, Numbers] = Field(default_factory=dict)
    twice: float = Field(default=0.0, ge=0, lt=1)
    categories: dict[str, dict[str, Numbers]] = Field(default_factory=dict)
    wobble: float | None = Field(default=None, ge=0, lt=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (self.years, self.at, self.each, self.share_of, self.fixed, self.sum_of)
        if sum(bool(way) for way in (*ways, self.categories_of, self.lag)) > 1:
            raise ValueError("the level comes about in more than one way; keep one")
        if bool(self.share_of) != bool(self.share or self.rates) or (self.share and self.rates):
            raise ValueError("`share_of` needs `share` or `rates`, and they need it")
        if bool(self.by) != bool(self.rates or self.fixed):
            raise ValueError("`by` names the breakdown of `rates` or `fixed`, and they need it")
        if not self.source and any(way for way in ways[:3]):
            raise ValueError("say in `source` what was published, or “made up”")
        return self

    @property
    def anchored(self) -> bool:
        """Whether the level comes from elsewhere."""
        ways = (self.years, self.at, self.each, self.share_of, self.fixed, self.sum_of)
        return not any((*ways, self.categories_of, self.lag))


class Suppressed(Model):
    """A return that withholds small numbers."""

    below: int = Field(gt=0)
    note: str


class Missing(Model):
    """A quantity for which a return has no figure, and why."""

    quantity: str
    note: str


class Differing(Model):
    """By how much an agency's number of what another counts too is not that one's, and why."""

    quantity: str
    by: int
    note: str


class Profile(Model):
    """An agency's returns: when they are extracted, their figures, and what is planted in them, by period.

    `late` are returns that never came. `not_available` has symbol x for the quantity and its categories.
    `nil_for_none` are returns that vouch for every nought with the symbol nil. `also` is what is at home in another
    agency's return, which agrees with that one but where `differs` says otherwise.
    """

    agency: str
    extracted_working_days_after: int = Field(gt=0)
    figures: dict[str, Figures]
    also: dict[str, Figures] = Field(default_factory=dict)
    late: Names = ()
    not_available: dict[str, tuple[Missing, ...]] = Field(default_factory=dict)
    small_numbers_suppressed: dict[str, Suppressed] = Field(default_factory=dict)
    nil_for_none: Names = ()
    differs: dict[str, tuple[Differing, ...]] = Field(default_factory=dict)
    notes: dict[str, dict[str, str]] = Field(default_factory=dict)


def read_profiles(folder: Path = FOLDER) -> dict[str, Profile]:
    """Every agency's profile, by agency. Raises SchemaError where a file is wrong."""
    return {
        path.stem: build(Profile, read_yaml(path, folder.parent), path, root=folder.parent, agency=path.stem)
        for path in sorted(folder.glob("*.yaml"))
    }

"""Measures: a formula over quantities, and everything that a reader must know to use it."""

from datetime import date
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from schema.files import Model
from schema.quantities import ID_PATTERN, TOTAL, Ages


class Polarity(StrEnum):
    """Which way is better. Activity is a matter of judgement: higher or lower, never good or bad."""

    HIGHER = "higher"
    LOWER = "lower"
    JUDGEMENT = "judgement"

    @property
    def words(self) -> str:
        """The polarity as a reader meets it."""
        return {
            Polarity.HIGHER: "higher is better",
            Polarity.LOWER: "lower is better",
            Polarity.JUDGEMENT: "a matter of judgement: neither higher nor lower is better by itself",
        }[self]


class Term(Model):
    """A quantity and one of its categories, written `quantity` or `quantity@breakdown:category`."""

    quantity: str
    category: str = TOTAL

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the written form."""
        quantity, _, category = text.partition("@")
        return cls(quantity=quantity, category=category or TOTAL)


def _terms(value: Any) -> Any:
    """`referrals`, or `{sum: [referrals@source:police, …]}`, as a tuple of terms."""
    if isinstance(value, str):
        return (Term.parse(value),)
    if isinstance(value, dict) and set(value) == {"sum"} and isinstance(value["sum"], list):
        return tuple(Term.parse(item) if isinstance(item, str) else item for item in value["sum"])
    return value


class Counterpart(Model):
    """How a measure stands to what is published. Only `exact` takes part in a reading.

    `see` names the measures under which the published figure stands, where it is another one's.
    """

    match: Literal["exact", "close", "context", "none"]
    differs: str = ""
    see: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_what_differs(self) -> Self:
        if self.match != "exact" and not self.differs:
            raise ValueError("say in `differs` what differs, or why nothing is published")
        if self.see and self.match != "context":
            raise ValueError("`see` is for `match: context`: what another measure publishes is not this one's")
        return self


class Version(Model):
    """A change of definition, from a day on."""

    since: date
    change: str


class Cohort(Model):
    """Whom a measure follows, and for how long: it can be reported only when the follow-up has run.

    `who` says who is in the cohort, `look_back` over what window they entered it, `follow_up` how long each is
    followed, and `reported` in which return the first whole cohort can stand.
    """

    who: str
    look_back: str
    follow_up: str
    reported: str


class DesignEffect(Model):
    """How many times larger the variance of a measure is because its events come in clusters, and why.

    `value` is 1 or more: an interval is widened by its square root. `because` is a clause that follows “because”.
    """

    value: float = Field(ge=1)
    because: str = Field(min_length=1)


class Measure(Model):
    """A formula over quantities.

    value = numerator ÷ denominator × `per`, where the denominator is a sum of quantities, the residents of some ages
    (the mid-year estimate that belongs to the figure's release), or nothing.
    `share_by` names a breakdown: one figure a category, each the numerator's part in the whole denominator.
    `says` is the measure's finding as a sentence, with `{value}` and, where it is shared out, `{category}` to fill in.
    `printed` is the quantity that holds the value as its publisher printed it; it rules for England and the regions,
    whose counts are rounded, and with `printed_rules: everywhere` (full-time equivalents) for authorities too.
    `within` is a quantity of the same return, broken down alike, of which the numerator is a part: where no population
    by group is loaded, its groups are what the measure's are set against.
    `retired` is the day from which a measure is no longer used: it keeps its past, and no return asks for it.
    """

    id: str = Field(pattern=ID_PATTERN)
    framework: str
    outcome: str
    order: int = 100
    title: str
    short_title: str
    says: str = ""
    lines: tuple[str, ...] = ()
    source: str = ""
    paper_says: str = ""
    we_read_it_as: str
    doubts: tuple[str, ...] = ()
    numerator: tuple[Term, ...] = Field(min_length=1)
    denominator: tuple[Term, ...] = ()
    population: Ages | None = None
    per: int = Field(gt=0)
    unit: str
    decimals: int = Field(ge=0, le=3)
    share_by: str | None = None
    headline_category: str = TOTAL
    printed: str | None = None
    printed_rules: Literal["england-and-regions", "everywhere"] = "england-and-regions"
    polarity: Polarity
    polarity_reason: str
    statutory_limit: str = ""
    agency: str
    published_as: Counterpart
    design_effect: DesignEffect | None = None
    breakdowns: tuple[str, ...] = ()
    within: str | None = None
    cohort: Cohort | None = None
    serves: str | None = None
    question: str
    a_rise_may_mean: str
    priorities: tuple[str, ...] = ()
    since: date
    retired: date | None = None
    versions: tuple[Version, ...] = ()

    @field_validator("numerator", "denominator", mode="before")
    @classmethod
    def _written_terms(cls, value: Any) -> Any:
        return _terms(value)

    @model_validator(mode="after")
    def _formula_is_whole(self) -> Self:
        if self.denominator and self.population:
            raise ValueError("give a denominator or a population, not both")
        if not self.denominator and not self.population and self.per != 1:
            raise ValueError("without a denominator or population `per` is 1")
        if self.share_by and (len(self.numerator) != 1 or not self.denominator):
            raise ValueError("`share_by` needs one quantity above and one below")
        if bool(self.share_by) != (self.headline_category != TOTAL):
            raise ValueError("`share_by` and `headline_category` come together")
        if self.says and ("{value}" not in self.says or ("{category}" in self.says) != bool(self.share_by)):
            raise ValueError("`says` holds `{value}`, and `{category}` where and only where there is a `share_by`")
        return self

    @property
    def version(self) -> int:
        """1, plus one for each dated change of definition."""
        return 1 + len(self.versions)

    @property
    def is_percentage(self) -> bool:
        """Whether the value is a percentage, so that a change of it is in percentage points."""
        return self.per == 100 and self.unit == "%"

    def version_at(self, day: date) -> int:
        """The version of the definition that held on a day."""
        return 1 + sum(version.since <= day for version in self.versions)


class Outcome(Model):
    """A heading of the framework."""

    id: str = Field(pattern=ID_PATTERN)
    title: str
    short_title: str


class Priority(Model):
    """What the partnership has chosen to look at hardest; a tag on measures."""

    id: str = Field(pattern=ID_PATTERN)
    title: str
    kind: Literal["practice", "assurance", "strategic"]


class JourneyStep(Model):
    """A count on the way from contact to care: that of a measure's numerator.

    `for_every` names the measure of another step, the count that this one is set in a ratio to.
    """

    measure: str
    for_every: str | None = None


class Journey(Model):
    """Counts of one period, in the order in which agencies come to them. They are not the same children followed.

    `contact_sources` and `referral_sources` name the measures that share out contacts and referrals by who made them. A
    source of contact belongs to the source of referral of the same id, or else to the longest one that its id begins
    with: `police-other` to `police`.
    """

    title: str
    steps: tuple[JourneyStep, ...] = Field(min_length=2)
    contact_sources: str
    referral_sources: str

    @model_validator(mode="after")
    def _ratios_are_to_steps(self) -> Self:
        names = [step.measure for step in self.steps]
        if len(set(names)) < len(names):
            raise ValueError("a measure is a step once")
        for step in self.steps:
            if step.for_every is not None and (step.for_every not in names or step.for_every == step.measure):
                raise ValueError(f"`for_every: {step.for_every}` names another step's measure")
        return self


class Framework(Model):
    """A set of outcomes whose measures belong together."""

    id: str = Field(pattern=ID_PATTERN)
    title: str
    source: str
    outcomes: tuple[Outcome, ...]
    priorities: tuple[Priority, ...]
    journey: Journey | None = None

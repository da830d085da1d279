"""A journey in words: always ratios of two counts of one period, and never the same children followed."""

import math

from dashboard.components import words
from dashboard.rounding import rounded
from dashboard.views.journey import JourneyPage, Ratio, Value, Whose
from schema.measures import Measure

# Below so many, one more or fewer moves a ratio so far that it is no finding.
_ENOUGH = 30

NOT_FOLLOWED = (
    "These are ratios of two counts of one period, each in its own unit. They do not follow the same children: a child "
    "may be counted several times in one and not at all in the other, and whoever is referred in March is assessed in "
    "April."
)


def thing(measure: Measure) -> str:
    """What a step counts, in the middle of a sentence: “section 47 enquiries”."""
    return words.within(measure.short_title)


def name(ratio: Ratio) -> str:
    """“Section 47 enquiries for every 100 referrals”."""
    return f"{ratio.above.short_title} for every 100 {thing(ratio.below)}"


def per_100(value: float | None) -> str:
    """A ratio as tables print it, to one place."""
    return "" if value is None else f"{rounded(value, 1):,}"


def plain(value: float) -> str:
    """A ratio in a sentence: whole from ten upwards."""
    return f"{rounded(value, 0 if value >= 9.95 else 1):,}"


def sentence(ratio: Ratio, value: Value) -> str:
    """“49 section 47 enquiries for every 100 referrals”; empty without a number."""
    return "" if value.value is None else f"{plain(value.value)} {words.within(name(ratio))}"


def cell(value: Value | None, none: str = "Not published") -> str:
    """A ratio, or why there is none."""
    if value is None:
        return none
    return per_100(value.value) if value.value is not None else words.state_words(value.state)


def counted(value: Value | None, none: str = "Not published") -> str:
    """A count, or why there is none."""
    if value is None:
        return none
    return words.count(value.value) if value.value is not None else words.state_words(value.state)


def state_of(ratio: Ratio, page: JourneyPage) -> str:
    """Why the area has no number in a ratio."""
    own = ratio.own
    if own is None:
        return "Nothing published" if page.local is None else words.DASH
    return words.state_words(own.state)


def who(whose: Whose, page: JourneyPage) -> str:
    """Whose number it is."""
    return {
        "local": f"{page.area.name}, local return",
        "published": f"{page.area.name}, published",
        "england": "England",
        "region": page.region_name,
        "neighbours-mean": "Neighbours’ mean",
        "neighbours-median": "Neighbours’ median",
    }[whose]


def title(page: JourneyPage) -> str:
    """The ratio that lies furthest from England’s, in proportion; without England, the first there is."""
    known = [(ratio, own) for ratio in page.ratios if (own := ratio.own) is not None and own.value is not None]
    if not known:
        return f"{page.area.name} has no ratio to show"
    beside = [
        (abs(math.log(own.value / england.value)), ratio, own, england)
        for ratio, own in known
        if own.value
        and min(own.above or 0.0, own.below or 0.0) >= _ENOUGH
        and (england := ratio.of("england")) is not None
        and england.value
    ]
    if not beside:
        return f"{page.area.name}: {sentence(*known[0])}"
    _, ratio, own, england = max(beside, key=lambda found: found[0])
    when = "" if own.period == england.period else f" in the {england.period_label}"
    return f"{page.area.name}: {sentence(ratio, own)}; England {plain(england.value or 0.0)}{when}"


def subtitle(page: JourneyPage) -> str:
    """What the counts cover, by whom."""
    published = sorted({v.period_label for r in page.ratios for v in r.values if v.whose == "england"})
    said = ["For every 100."]
    if page.local is not None:
        said.append(f"Local return: {page.covering.basis.words}, {page.local_label}.")
    if published:
        said.append(f"Published: {words.listed(published)}, as the table says.")
    if not page.compared:
        said.append("Nothing published may stand beside a single quarter.")
    return " ".join(said)


def summary(page: JourneyPage) -> str:
    """Every ratio as a sentence, and that nobody is followed."""
    parts = [sentence(ratio, own) for ratio in page.ratios if (own := ratio.own) is not None and own.value is not None]
    return f"{words.capital('; '.join(parts))}. {NOT_FOLLOWED}" if parts else NOT_FOLLOWED


def shares(page: JourneyPage) -> str:
    """Which of the ratios are true shares, the one count being a part of the other."""
    parts = [
        f"{ratio.above.short_title} are themselves {thing(ratio.below)}: theirs is a true share."
        for ratio in page.ratios
        if ratio.within
    ]
    return " ".join(parts)

"""Figures in words: the one place where numbers, units, changes, dates and states become what people read.

Nothing is rounded before it comes here (`dashboard.rounding` does it), and a state is never turned into a number.
"""

from collections.abc import Sequence
from datetime import date

from dashboard.rounding import rounded, shown
from dashboard.views.figure import Change, Comparator, FigureView
from schema.measures import Measure, Polarity
from schema.periods import Basis, day_label, parse_period
from schema.states import State

MINUS = "−"
DASH = "–"

_STATES = {
    State.NIL: "Nil return",
    State.ROUNDS_TO_ZERO: "Rounds to zero",
    State.MISSING: "Not received",
    State.NOT_YET_DUE: "Not yet due",
    State.NOT_APPLICABLE: "Not applicable",
    State.UNAVAILABLE: "Not available",
    State.UNRELIABLE: "Not reliable",
    State.SUPPRESSED: "Suppressed",
    State.MISSING_OR_SUPPRESSED: "Missing or suppressed",
    State.DISPUTED: "Disputed",
}

_MEANINGS = {
    State.ROUNDS_TO_ZERO: "There are some, but too few to print at this rounding.",
    State.MISSING: "No figure was ever received.",
    State.NOT_YET_DUE: "The return is not due yet.",
    State.NOT_APPLICABLE: "The figure does not apply here.",
    State.UNAVAILABLE: "The publisher says that the figure is not available.",
    State.UNRELIABLE: "The publisher holds the figure to be unreliable.",
    State.SUPPRESSED: "Withheld by the publisher because the number is small.",
    State.MISSING_OR_SUPPRESSED: "The publisher marks what is missing and what is withheld alike.",
    State.DISPUTED: "Two agencies give different numbers, and have not agreed yet on one.",
}


def signed(text: str) -> str:
    """A printed number with a proper minus sign."""
    return text.replace("-", MINUS)


def value(number: float | None, state: State, measure: Measure) -> str:
    """A figure without its unit but with its per cent sign: “21.0%”, “619.6”, or its state in words."""
    if number is None or not state.has_value:
        return state_words(state)
    text = signed(shown(number, measure))
    return f"{text}%" if measure.is_percentage else text


def full(number: float | None, state: State, measure: Measure) -> str:
    """A figure with its unit, for a sentence: “21.0%”, “619.6 per 10,000”."""
    text = value(number, state, measure)
    return f"{text} {measure.unit}" if number is not None and state.has_value and not measure.is_percentage else text


def unit(measure: Measure) -> str:
    """What stands small beside a value; nothing for a percentage, which has its sign."""
    return "" if measure.is_percentage else measure.unit


def unit_head(measure: Measure) -> str:
    """What heads a column of values: “Share”, “Per 10,000”."""
    return "Share" if measure.is_percentage else capital(measure.unit)


def span(ends: tuple[float | None, float | None] | None, measure: Measure) -> str:
    """“19.7% to 22.3%”; empty where an end is not known."""
    low, high = ends or (None, None)
    return "" if low is None or high is None else f"{plain(low, measure)} to {plain(high, measure)}"


def state_words(state: State) -> str:
    """A state on its own."""
    return _STATES.get(state, state.words.capitalize())


def state_meaning(state: State) -> str:
    """What a state tells, in a sentence; nothing where the words say it all."""
    return _MEANINGS.get(state, "")


def count(number: float | None) -> str:
    """A count: whole where it is whole (3,874), else to one place (357.4 full-time posts)."""
    if number is None:
        return ""
    return f"{rounded(number, 0 if float(number).is_integer() else 1):,}"


def counts(figure: FigureView, measure: Measure) -> str:
    """What a figure was made from: “812 of 3,874”, “3,874 among 62,520 aged 0 to 17”; empty where that is not known."""
    if figure.numerator is None or figure.denominator is None or not figure.state.has_value:
        return ""
    above, below = count(figure.numerator), count(figure.denominator)
    if measure.population is not None:
        ages = measure.population
        return f"{above} among {below} aged {ages.age_from} to {ages.age_to}"
    return f"{above} of {below}" if measure.is_percentage else f"{above} over {below}"


def capital(text: str) -> str:
    """With a capital letter, as at the start of a sentence or a cell."""
    return text[:1].upper() + text[1:]


def plural(number: int, one: str, many: str = "") -> str:
    """“1 measure”, “26 measures”."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def ordinal(number: int) -> str:
    """“1st”, “2nd”, “13th”."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def difference(change: Change, measure: Measure) -> str:
    """How far a figure moved, signed: “−4.6 points” (percentage points), “−171.7”."""
    exact = rounded(change.difference, measure.decimals)
    sign = "+" if exact > 0 else MINUS if exact < 0 else ""
    text = f"{sign}{abs(exact):,}" if exact else "No change"
    return f"{text} points" if measure.is_percentage and exact else text


def relative(change: Change) -> str:
    """“22% lower”, where a percentage of the earlier figure says something; else empty."""
    if change.per_cent is None:
        return ""
    exact = rounded(abs(change.per_cent), 0)
    if not exact:
        return "under 1% apart"
    return f"{exact:,}% {'higher' if change.per_cent > 0 else 'lower'}"


def moved(change: Change, measure: Measure) -> str:
    """The same as a clause: “down 4.6 percentage points”, “22% lower”."""
    said = relative(change)
    if said and not measure.is_percentage:
        return said
    exact = rounded(change.difference, measure.decimals)
    if not exact:
        return "unchanged"
    return f"{'up' if exact > 0 else 'down'} {abs(exact):,} percentage points"


def day(when: date) -> str:
    """“30 October 2025”."""
    return day_label(when)


def short_day(when: date) -> str:
    """“30 Oct 2025”."""
    return f"{when.day} {when:%b %Y}"


def short_period(code: str, basis: Basis) -> str:
    """An interval where there is little room: “year to Mar 2025”, “31 Mar 2025”, “Jul–Sep 2025”."""
    start, end = parse_period(code).covered(basis)
    if basis is Basis.AT_DATE:
        return short_day(end)
    if basis in (Basis.ROLLING_YEAR, Basis.YEAR):
        return f"year to {end:%b %Y}"
    if basis in (Basis.QUARTER, Basis.YTD):
        return f"{start:%b}{DASH}{end:%b %Y}"
    return parse_period(code).label(basis)


def shorten(label: str) -> str:
    """A period's label where there is little room: months by their first three letters, years' ends by month."""
    for month in _MONTHS:
        label = label.replace(f" {month} ", f" {month[:3]} ")
    return label.removeprefix("at ")


_MONTHS = (
    "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def month(label: str) -> str:
    """The month in which a labelled period ends: “Mar 2025”; “autumn 2024/25”, “2024/25” for schools."""
    *before, name, year = label.split()
    if "/" in year:
        return f"{before[-1]} {year}" if name == "term" else year
    return f"{name[:3]} {year}"


_NEAR, _LONG = 10, 50
"""How near to the other end of a long list a place is said from there too; of a short one, only the last."""


def rank(number: int, of: int, measure: Measure, level_with: int = 0) -> str:
    """“89th lowest of 153”, counted from the better end where there is one, else from the highest.

    A place near the other end says so too, “149th lowest of 151 (3rd highest)”, and one that `level_with` others share
    is “joint 3rd lowest of 151”.
    """
    ends = ("lowest", "highest") if measure.polarity is Polarity.LOWER else ("highest", "lowest")
    joint = level_with > 0
    said = place(number, ends[0], of, joint=joint)
    other = of - number - level_with + 1
    near = other < number and other <= (_NEAR if of > _LONG else 1)
    return f"{said} ({_place(other, ends[1], joint=joint)})" if near else said


def place(number: int, end: str, of: int, *, joint: bool = False) -> str:
    """“2nd highest of 151”, “lowest of 153”, “joint 3rd highest of 151”: a place counted from one end."""
    return f"{_place(number, end, joint=joint)} of {of}"


def _place(number: int, end: str, *, joint: bool) -> str:
    return f"{'joint ' if joint else ''}{end if number == 1 else f'{ordinal(number)} {end}'}"


def neighbours_n(comparator: Comparator) -> str:
    """“mean of 10”, or how many of the set had a figure: “mean of 9 of 10”."""
    some = comparator.n or 0
    if comparator.size is None or some == comparator.size:
        return f"{comparator.statistic} of {some}"
    return f"{comparator.statistic} of {some} of {comparator.size}"


def lag(months: int) -> str:
    """How much earlier a comparator's period ends: “6 months earlier”; nothing where the two end together."""
    return f"{plural(months, 'month')} earlier" if months > 0 else ""


def plain(number: float, measure: Measure) -> str:
    """A number that is one, with its per cent sign."""
    return value(number, State.VALUE, measure)


def period(code: str) -> str:
    """A period's code in words: “July to September 2025”, “autumn term 2025/26”."""
    return parse_period(code).label()


def within(title: str) -> str:
    """A title in the middle of a sentence: “children's social care”, but “NHS trusts”."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def listed(names: Sequence[str], last: str = "and") -> str:
    """“a”, “a and b”, “a, b and c”."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}" if names else ""

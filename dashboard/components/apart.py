"""How far two authorities lie apart, in words. Percentage points and per cent are never one another's names."""

from collections.abc import Sequence

from dashboard.components import words
from dashboard.rounding import rounded
from dashboard.views.apart import Apart
from dashboard.views.compare import Bar, Panel
from etl.transform.differences import unit_of_change
from etl.transform.readings import moved_words
from schema.measures import Measure

_SIDES = {2: "higher than", 1: "possibly higher than", -1: "possibly lower than", -2: "lower than"}

CHANCE = (
    "A difference is said plainly where its 99.8% interval leaves out nought, and is possible where only its 95% "
    "interval does. Of twenty differences that are chance alone, about one will look possible."
)
"""What the words rest on, once on a page."""


def groups(panel: Panel) -> list[str]:
    """Which authorities the area is higher and lower than beyond chance, those that are not told apart, and those that
    are not compared with the reason, as sentences."""
    beside = [(bar.name, bar.apart) for bar in panel.bars if bar.apart is not None]
    said = []
    for level, side in _SIDES.items():
        found = [(name, apart) for name, apart in beside if apart.level == level]
        if found:
            verdict = f" ({found[0][1].verdict})" if found[0][1].verdict else ""
            said.append(f"{side} {words.listed([name for name, _ in found])}{verdict}")
    level_ = [name for name, apart in beside if apart.level == 0]
    if level_:
        said.append(f"not clearly different from {words.listed(level_)}")
    sentences = [f"Allowing for chance, {panel.own.name} is {'; '.join(said)}."] if said else []
    reasons: dict[str, list[str]] = {}
    for name, apart in beside:
        if apart.why:
            reasons.setdefault(apart.why, []).append(name)
    return [*sentences, *(f"Not compared with {words.listed(names)}: {why}." for why, names in reasons.items())]


def reading(bar: Bar) -> str:
    """“Lower than this: better”, “Not clearly different”, or why the two are not compared; empty for the area."""
    apart = bar.apart
    if apart is None:
        return ""
    if apart.level is None:
        return f"Not compared: {apart.why}"
    if apart.level == 0:
        return "Not clearly different"
    verdict = f": {apart.verdict}" if apart.verdict else ""
    return f"{words.capital(moved_words(apart.level).removesuffix(' than'))}{verdict}"


def distance(apart: Apart | None, measure: Measure) -> str:
    """“1.3 percentage points higher”, “144.1 per 10,000 higher (by 90%)”; empty where either has no figure."""
    if apart is None or apart.absolute is None:
        return ""
    exact = rounded(apart.absolute, measure.decimals)
    if not exact:
        return "level"
    way = "higher" if apart.absolute > 0 else "lower"
    relative = "" if apart.relative is None else f" (by {_per_cent(abs(apart.relative))})"
    return f"{abs(exact):,} {unit_of_change(measure)} {way}{relative}"


def interval(apart: Apart | None, measure: Measure) -> str:
    """“−0.7 to +3.3”: the 95% interval of the difference, in its unit, with enough places to show its sign."""
    if apart is None or apart.limits is None:
        return ""
    places = measure.decimals
    # An end that is not nought is not printed as nought, or the interval would seem to reach over it.
    while places < measure.decimals + _MOST and any(end and not rounded(end, places) for end in apart.limits):
        places += 1
    return " to ".join(_signed(end, places) for end in apart.limits)


_MOST = 3


def short(bar: Bar, measure: Measure) -> str:
    """The same for a cell of the table of all: what it is, and from where to where."""
    apart = bar.apart
    if apart is None:
        return ""
    if apart.level is None:
        return "not compared"
    said = "not told apart" if apart.level == 0 else moved_words(apart.level).removesuffix(" than")
    unit = " points" if measure.is_percentage else ""
    return f"{said}, {interval(apart, measure)}{unit}"


def rows(panel: Panel) -> Sequence[tuple[str, str, str]]:
    """For each bar: how far the area lies from it, the 95% interval of that, and the reading."""
    measure = panel.measure
    return [(distance(bar.apart, measure), interval(bar.apart, measure), reading(bar)) for bar in panel.bars]


def _per_cent(value: float) -> str:
    exact = rounded(value, 0)
    return f"{exact:,}%" if exact else "under 1%"


def _signed(value: float, places: int) -> str:
    exact = rounded(value, places)
    sign = "+" if exact > 0 else words.MINUS if exact < 0 else ""
    return f"{sign}{abs(exact):,}"

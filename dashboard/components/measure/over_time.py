"""The section on change over time: the change on a year before, the trend over five periods, and the rank."""

from dash import html

from dashboard.components import words
from dashboard.components.cards import section
from dashboard.components.reading import before_words
from dashboard.rounding import rounded
from dashboard.views.measure import MeasurePage
from dashboard.views.over_time import Ends, OverTime
from etl.transform.differences import TREND_PERIODS
from etl.transform.readings import moved_words
from schema.states import State


def section_of(page: MeasurePage) -> html.Section | None:
    """The section, of the newest period with a number; None where there is none."""
    point = page.newest_number
    found = None if point is None else page.over_time.get(point.period)
    if point is None or found is None:
        return None
    since = ""
    if point.change is not None:
        earlier = words.full(point.change.previous, State.VALUE, page.measure)
        since = f" ({earlier}, {point.change.period_label})"
    now = words.full(point.value, point.state, page.measure)
    rows = [
        ("To", f"{now}, {point.period_label}."),
        (f"On a year before{since}", change_words(found, page)),
        (f"Last {_periods(found)}", trend_words(found, page)),
    ]
    if page.ranking is not None and (place := rank_words(page)):
        rows.append((f"Rank, as published ({page.ranking.period_label})", place))
    body = [html.P([html.Strong(f"{head}: "), said]) for head, said in rows]
    return section("over-time", "Change over time", body)


def change_words(found: OverTime, page: MeasurePage) -> str:
    """“−4.6 percentage points (95% interval −6.5 to −2.7). Allowing for chance, it is lower than a year before.”

    A reading says as well whether other authorities change by as much.
    """
    if found.change is None:
        return f"Not told: {found.change_why}."
    decimals = page.measure.decimals
    said = f"{_signed(found.change, decimals)} {found.unit}{_limits(found.change_limits, decimals)}"
    if found.per_cent is not None and rounded(found.change, decimals):
        said += f", or {_signed(found.per_cent, 1)} per cent{_limits(found.per_cent_limits, 1)}"
    if found.change_limits is None:
        return f"{said}. No interval: {found.change_why}."
    read = "" if page.reading is None or page.newest_number is not page.headline else before_words(page.reading)
    told = f"{said}. {read or _beyond(found.change_level)}".rstrip()
    if found.change_level and found.step != "year":
        # A chart that widens its limits may call usual what chance alone does not explain.
        told += f" That allows for chance alone; a control chart allows for how {found.step}s vary as well."
    return told


def trend_words(found: OverTime, page: MeasurePage) -> str:
    """“Falling: −1.25 percentage points a year (95% interval −1.9 to −0.6).”, or why it is not told."""
    if found.trend is None or found.trend_limits is None:
        return f"Not told: {found.trend_why}."
    decimals = page.measure.decimals + 1
    low, high = found.trend_limits
    way = "rising" if low > 0 else "falling" if high < 0 else "not to be told from level"
    by = f"{_signed(found.trend, decimals)} {found.unit} a {found.step}{_limits(found.trend_limits, decimals)}"
    said = f"{words.capital(way)}: {by}."
    return said if found.step == "year" else f"{said} The season may move it."


def rank_words(page: MeasurePage) -> str:
    """“89th lowest of 153; a year before 120th lowest of 152.”; empty where either is not known."""
    ranking = page.ranking
    if ranking is None or ranking.own is None or ranking.before is None:
        return ""
    now = words.rank(ranking.own.place, ranking.of, page.measure, ranking.own.level_with)
    before = words.rank(ranking.before.place, ranking.before.of, page.measure, ranking.before.level_with)
    return f"{now}; a year before, {before}."


def _periods(found: OverTime) -> str:
    return f"{TREND_PERIODS} {found.step}s"


def _beyond(level: float | None) -> str:
    return "" if level is None else f"Allowing for chance, it is {moved_words(level)} a year before."


def _limits(limits: Ends | None, decimals: int) -> str:
    if limits is None:
        return ""
    return f" (95% interval {_signed(limits[0], decimals)} to {_signed(limits[1], decimals)})"


def _signed(value: float, decimals: int) -> str:
    exact = rounded(value, decimals)
    return f"{'+' if exact > 0 else words.MINUS if exact < 0 else ''}{abs(exact):,}"

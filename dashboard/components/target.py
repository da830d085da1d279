"""A target in words: met or not, and whether that can be told from chance."""

from dash import html

from dashboard.components import words
from dashboard.views.target import Target
from schema.measures import Measure, Polarity
from schema.states import State


def verdict(target: Target, measure: Measure) -> str:
    """“Target of 90.0% met”, “possibly not met”, “cannot be told from chance”: a few words."""
    aim = f"Target of {words.full(target.value, State.VALUE, measure)}"
    if target.met is None:
        return f"{aim}: not compared"
    if target.by_chance:
        return f"{aim}: cannot be told from chance"
    possibly = "possibly " if target.level is not None and abs(target.level) == 1 else ""
    return f"{aim} {possibly}{'met' if target.met else 'not met'}"


def sentences(target: Target, measure: Measure) -> list[str]:
    """The same in full: the figure, what is aimed at, and what chance has to do with it."""
    aim = words.full(target.value, State.VALUE, measure)
    bound = "at most" if measure.polarity is Polarity.LOWER else "at least"
    if target.met is None:
        return [f"The target of {bound} {aim} is not compared: {target.why}."]
    figure = words.full(target.figure, State.VALUE, measure)
    side = "meets" if target.met else "misses"
    said = [f"{figure}, {target.period_label}, {side} the target of {bound} {aim}."]
    if target.level is None:
        said.append(f"Chance is not weighed: {target.why}.")
    elif target.by_chance:
        other = "missed" if target.met else "met"
        said.append(f"By no more than chance would explain: it cannot be told from a figure that {other} it.")
    elif target.level == 0:
        said.append("It is on the target exactly.")
    elif abs(target.level) == 1:
        said.append("Chance alone would hardly explain that: its 95% interval leaves the target out, its 99.8% not.")
    else:
        said.append("By more than chance would explain: its 99.8% interval leaves the target out.")
    return said


def card(target: Target, measure: Measure) -> html.Div:
    """The card of a measure's page."""
    first, *rest = sentences(target, measure)
    look = "" if target.met is None or target.by_chance else " is-better" if target.met else " is-worse"
    return html.Div(
        [
            html.H2("Against the target"),
            html.P(html.Strong(verdict(target, measure)), className=f"reading{look}"),
            html.P(first),
            *map(html.P, rest),
            html.P(target.set_by, className="muted"),
        ],
        className="card",
    )

"""The words, the table and the key around the funnel of all authorities, and what stands there where it has none."""

from dash import html

from dashboard.charts.funnel import LEVEL_WORDS
from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.legend import legend as legend_of
from dashboard.views.funnel import FunnelView
from dashboard.views.measure import MeasurePage
from etl.transform.readings import judged, level_words
from schema.states import State


def title(view: FunnelView, page: MeasurePage) -> str:
    """The finding: how the area lies among the ordinary spread."""
    if view.own is None:
        return f"{view.own_name} has no counts for {view.period_label}: the other authorities are shown"
    value = words.full(view.own.value, State.VALUE, page.measure)
    where = "within" if view.own.level == 0 else "outside"
    verdict = judged(view.own.level, page.measure.polarity)
    better = f" ({verdict})" if verdict else ""
    reading = f"{level_words(view.own.level)}{better}"
    return f"{view.own.name}, {value}, is {reading}: {where} the ordinary spread of authorities"


def subtitle(view: FunnelView, page: MeasurePage) -> str:
    """Measure, period and basis, and what the picture's width is."""
    return f"{page.title}, all authorities by {words.within(view.beneath)}, published, {view.period_label}."


def summary(view: FunnelView, page: MeasurePage) -> str:
    """How many lie outside either kind of limit, and who is left out."""
    said = (
        f"{view.plainly_outside} of {view.of} authorities lie outside the 95% limits of chance alone: authorities "
        f"differ for more reasons than chance. Once their ordinary spread is allowed for, {view.outside} lie outside "
        f"the 95% limits and {view.far_outside} outside the 99.8% ones."
    )
    if view.own is not None:
        said += (
            f" {view.own.name}: {_place(view.own.level)} allowing for the spread, {_place(view.own.plain_level)} by "
            "chance alone."
        )
    if view.left_out:
        are = "is" if view.left_out == 1 else "are"
        said += f" {words.plural(view.left_out, 'authority', 'authorities')} without counts {are} left out."
    return said


def _place(level: int) -> str:
    return "inside the limits" if level == 0 else LEVEL_WORDS[level]


def method(view: FunnelView, page: MeasurePage) -> str:
    """How the limits were made, and after whom."""
    centre = "England’s published value" if view.centre_is_england else "the average of the authorities"
    plain = (
        "Wilson’s interval turned round" if view.proportion else "Byar’s Poisson limits turned round (exact below 10)"
    )
    effect = page.measure.design_effect
    wider = "" if effect is None else f", widened for a design effect of {effect.value:g} because {effect.because}"
    return (
        f"Limits about {centre}. Chance alone: {plain}{wider}. Ordinary spread: the additive model of over-dispersion "
        "(Spiegelhalter, Quality and Safety in Health Care 2005), its variance estimated from all authorities after "
        "Paule and Mandel (1982), with a tenth drawn in at each end so that the unusual do not widen their own limits; "
        f"their scatter is {view.phi:.1f} times that of chance."
    )


def table(view: FunnelView, page: MeasurePage) -> TableTwin:
    """Every mark, the highest first."""
    rows = tuple(
        (
            entry.name,
            words.count(entry.numerator),
            words.count(entry.denominator),
            words.plain(entry.value, page.measure),
            LEVEL_WORDS[entry.level],
            LEVEL_WORDS[entry.plain_level],
            "shown" if entry.own else "neighbour" if entry.neighbour else "",
        )
        for entry in view.entries
    )
    columns = (
        "Authority", "Count", view.beneath, words.unit_head(page.measure),
        "With the ordinary spread", "By chance alone", "Mark",
    )  # fmt: skip
    caption = f"{page.title}, published, {view.period_label}: all authorities against funnel limits"
    return TableTwin(caption, columns, rows)


def legend(page: MeasurePage) -> html.Ul:
    """The marks and the lines."""
    marks = [
        ("published", page.area.name),
        ("neighbour-circle", "Statistical neighbours"),
        ("other-dot", "Other authorities"),
        ("limit-998", "Ordinary spread, 99.8%"),
        ("limit-95", "Ordinary spread, 95%"),
        ("limit-chance", "Chance alone, 95% and 99.8%"),
    ]
    if page.no_neighbours:
        del marks[1]
    return legend_of(marks)


def none(page: MeasurePage, why: str, controls: html.Div) -> html.Section:
    """What stands in the funnel's place where there is none."""
    return html.Section(
        [
            html.H2("All authorities: no funnel for this measure"),
            controls,
            html.P(f"{page.title} is ranked, but not set against funnel limits: {why}."),
        ],
        className="card graph-block",
    )

"""A reading in words and marks. A mark stands with its word, so that colour never speaks alone."""

from typing import Any

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.static import static
from dashboard.views.reading import Check, Reading
from etl.transform.differences import design_effect_words
from etl.transform.readings import moved_words, sentence
from etl.transform.reasons import Reason
from schema.measures import Measure
from schema.states import State

_MARKS = {2: "▲▲", 1: "▲", 0: "●", -1: "▼", -2: "▼▼"}

_SHORT = {
    Reason.NO_COUNTERPART: "",
    Reason.STOCK: "a stock: see its rank",
    Reason.MEAN_ONLY: "a mean: see its rank",
    Reason.NOT_EVENTS: "full-time equivalents: see the rank",
    Reason.COUNT_ONLY: "a bare count",
    Reason.PERCENT_ONLY: "no counts published: see its rank",
    Reason.DOES_NOT_FIT: "its counts do not fit together",
    Reason.NO_COMPARATOR: "no figure for England",
    Reason.DIFFERENT_BASIS: "time is covered differently",
    Reason.SERIES_BREAK: "the definition changed",
    Reason.TOO_OLD: "what is published is too old",
    Reason.TOO_FEW: "too few authorities have counts",
    Reason.NO_FIGURE: "",
}


def word(reading: Reading | None) -> html.Span | None:
    """A reading as a cell of a table has it: “▲▲ Unusually high: worse”, or why there is none."""
    if reading is None:
        return None
    if reading.level is None:
        short = _SHORT[reading.reason] if reading.reason is not None else ""
        return html.Span(f"Not read: {short}", className="sub reading-none") if short else None
    depends = html.Span(", depends on the comparator", className="depends") if reading.depends else None
    return html.Span(
        [_mark(reading.level), html.Span(_said(reading)), depends], className=f"sub reading {_colour(reading)}"
    )


def card(reading: Reading, measure: Measure, href: str, *, shown: bool) -> html.Div:
    """The card of a measure's page: the word, the sentence, what it depends on and, when asked for, each check.

    `href` turns the checks on or off.
    """
    rows: list[Any] = []
    if reading.level is not None:
        rows.append(
            html.P([_mark(reading.level), html.Strong(_said(reading))], className=f"reading {_colour(reading)}")
        )
    rows.append(html.P(in_full(reading, measure)))
    if reading.lag:
        rows.append(html.P(reading.lag, className="muted"))
    if reading.depends:
        rows.append(
            html.P(
                [
                    html.Strong("Depends on the comparator. "),
                    f"{words.capital(_and(reading.depends_on))} "
                    f"{'puts' if len(reading.depends_on) == 1 else 'put'} it on the other side.",
                ],
                className="depends",
            )
        )
    if reading.design_effect > 1 and reading.level is not None:
        rows.append(html.P(design_effect_words(reading.design_effect, reading.because), className="muted"))
    if any(check.survives is not None for check in reading.checks[1:]):
        rows.append(html.P(dcc.Link("Hide the checks" if shown else "Does it survive other comparators?", href=href)))
        if shown:
            rows.append(_checks(reading, measure))
    return html.Div([html.H2("How it reads"), *rows], className="card")


def in_full(reading: Reading, measure: Measure) -> str:
    """The sentence that names all three comparators."""
    if reading.value is None:
        return f"Not compared: {reading.why or 'there is no figure'}."
    return words.capital(
        sentence(
            reading.value,
            reading.england,
            reading.region,
            reading.neighbours,
            show=lambda value: words.value(value, State.VALUE, measure),
            polarity=reading.polarity,
        )
    )


def before_words(reading: Reading) -> str:
    """How the figure stands to the year before, by the interval of the difference, and whether that is unusual."""
    before = reading.before
    if before.level is None:
        return ""
    verdict = f": {before.verdict}" if before.verdict else ""
    usual = {
        None: "",
        0: " Authorities ordinarily change by as much.",
        1: " Few authorities rise so much.",
        2: " Hardly any authority rises so much.",
        -1: " Few authorities fall so much.",
        -2: " Hardly any authority falls so much.",
    }[before.change_level]
    if before.level == 0:
        usual = ""
    return f"Allowing for chance, it is {moved_words(before.level)} a year before{verdict}.{usual}"


def _checks(reading: Reading, measure: Measure) -> Any:
    head = ("Comparator", "Value", "The figure is", "Reading")
    return static(
        html.Div(
            html.Table(
                [
                    html.Caption("Whether the reading survives", className="unseen"),
                    html.Thead(html.Tr([html.Th(found, scope="col") for found in head])),
                    html.Tbody([_check(found, measure) for found in reading.checks]),
                ],
                className="figures-table",
            ),
            className="checks",
        )
    )


def _check(check: Check, measure: Measure) -> html.Tr:
    value = "" if check.value is None else words.value(check.value, State.VALUE, measure)
    survives = "as shown" if check.shown else _SURVIVES[check.survives]
    return html.Tr(
        [
            html.Th(check.name, scope="row"),
            html.Td(value, className="number"),
            html.Td(check.says),
            html.Td(survives),
        ]
    )


_SURVIVES = {True: "✓ survives", False: "✗ does not survive", None: "nothing to say"}


def _mark(level: int) -> html.Span:
    return html.Span(_MARKS[level], className="mark", **aria.hidden())


def _said(reading: Reading) -> str:
    verdict = f": {reading.verdict}" if reading.verdict else ""
    return f"{words.capital(reading.words)}{verdict}"


def _colour(reading: Reading) -> str:
    """The class of a stylesheet: by the verdict where there is one, and by the level alone where there is none."""
    if reading.verdict:
        return f"is-{reading.verdict.replace(' ', '-')}"
    return "is-typical" if not reading.level else "is-away"


def _and(names: tuple[str, ...]) -> str:
    return words.listed([f"the {words.within(name)}" for name in names])

"""What is read in a minute: how new the figures are, what needs attention, what is late."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import html

from dashboard import instants
from dashboard.components import aria, owed, words
from dashboard.components.links import Link
from dashboard.components.overview import attention
from dashboard.views.attention import AttentionView
from dashboard.views.figure import FigureView
from dashboard.views.overview import OverviewPage
from dashboard.views.received import ReturnFact
from etl.transform.attention_items import Why
from etl.transform.readings import UNUSUALLY_HIGH
from schema.measures import Polarity


def heading(
    view: OverviewPage, needs: AttentionView | None = None, about: str = "", then: datetime | None = None
) -> list[html.H1 | html.P]:
    """The page's first sentence: what of the children needs attention first, and how much more there is.

    `about` is what was chosen, in words; empty where all of it is shown. `then` is the instant that is looked back at.
    """
    name = f"{view.area.name}, {about}" if about else view.area.name
    if not view.measures and about:
        return [html.H1(f"{name}: there is no such measure")]
    if not view.rows and (about or view.releases):
        return [
            html.H1(f"{name}: {words.plural(view.measures, 'measure')}, and no figure yet"),
            html.P(waiting(view, len(view.waiting)) + ".", className="lead"),
        ]
    if not view.rows and then is not None:
        by = f"Nothing about {view.area.name} had been received by {instants.words(then)}"
        said = f"{by}: no publication, and no return that was accepted."
        return [html.H1(f"There were no figures for {name} then"), html.P(said, className="lead")]
    if not view.rows:
        return [
            html.H1(f"There are no figures for {name} yet"),
            html.P(
                "Load published files with “safeguarding publication load”, or submit a return. "
                "Figures appear here as soon as they are accepted.",
                className="lead",
            ),
        ]
    figures = [row.headline for row in view.rows if row.headline is not None]
    numbers = [figure for figure in figures if figure.state.has_value]
    newest = words.day(max(figure.ends for figure in numbers or figures))
    titles = {row.measure.id: row.title for row in view.rows}
    known = {row.measure.id: row.measure for row in view.rows}
    adverse = [] if needs is None else [item for item in needs.items if item.why in attention.QUESTIONS]
    better = 0 if needs is None else sum(item.why is Why.IMPROVED for item in needs.items)
    first = next((said for item in adverse if (said := attention.finding(item, known, titles))), "")
    of = f"the newest figures of {words.plural(len(numbers), 'measure')}, up to {newest}"
    improved = f" {words.capital(number_word(better))} got better suddenly." if better else ""
    if not first:
        said = f"Nothing unusual and adverse, suddenly changed or off target in {of}{_besides(needs)}."
        said += f"{_neither(view)}{improved}"
        return [html.H1(f"{name}: nothing adverse stands out among the figures"), html.P(said, className="lead")]
    rest = len(adverse) - 1
    more = f"{words.capital(number_word(rest))} more to ask about below" if rest else "Nothing more to ask about"
    return [html.H1(f"{name}{first}"), html.P(f"{more}, in {of}{_besides(needs)}.{improved}", className="lead")]


def _neither(view: OverviewPage) -> str:
    """How many figures are unusual and neither better nor worse: they are on no list, and are no sign of calm."""
    unusual = sum(
        row.reading is not None
        and row.reading.level is not None
        and abs(row.reading.level) == UNUSUALLY_HIGH
        and row.reading.polarity is Polarity.JUDGEMENT
        for row in view.rows
    )
    if not unusual:
        return ""
    figures, are = ("figure", "is") if unusual == 1 else ("figures", "are")
    return (
        f" {words.capital(number_word(unusual))} {figures} {are} unusually high or low, which is neither good nor bad."
    )


def _besides(needs: AttentionView | None) -> str:
    """What the list has that is no question about a figure: “; besides, one dispute and one agency late”."""
    items = () if needs is None else needs.items
    kinds = {
        Why.DISPUTED: ("dispute", "disputes"),
        Why.LATE: ("agency that is late", "agencies that are late"),
        Why.MISSING: ("return with gaps", "returns with gaps"),
    }
    counted = [(sum(item.why is why for item in items), *named) for why, named in kinds.items()]
    said = [f"{number_word(count)} {one if count == 1 else many}" for count, one, many in counted if count]
    return f"; besides, {words.listed(said)}" if said else ""


_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number_word(count: int) -> str:
    """A small number as a word, as a sentence has it."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def coverage(view: OverviewPage) -> str:
    """How many measures have a figure, of whom, and how new: below what the figures say of children."""
    figures = [row.headline for row in view.rows if row.headline is not None]
    local = [figure for figure in figures if figure.local]
    total = words.plural(view.measures, "measure")
    if local:
        end = words.day(max(figure.ends for figure in local))
        having = f"All {total} have" if len(local) == view.measures else f"{len(local)} of {total} {_has(local)}"
        return f"{having} a local figure, up to {end}"
    numbers = sum(figure.state.has_value for figure in figures)
    having = total if numbers == view.measures else f"{numbers} of {total}"
    return f"Published figures for {having}, up to {words.day(max(figure.ends for figure in figures))}"


def _has(figures: Sequence[FigureView]) -> str:
    return "has" if len(figures) == 1 else "have"


def waiting(view: OverviewPage, number: int) -> str:
    """What is said of measures without any figure: a return may bring one at home, and only a publication elsewhere."""
    if view.is_home:
        return f"{words.plural(number, 'measure')} {'awaits' if number == 1 else 'await'} a first return"
    return f"{words.plural(number, 'measure')} {'has' if number == 1 else 'have'} no published figure"


def briefing(view: OverviewPage, needs: AttentionView, link: Link) -> html.Section:
    """Two cards: what needs attention, and what is new or missing."""
    return html.Section(
        [attention.card(needs, link), _freshness(view, attention.late_named(needs))],
        className="briefing",
        **aria.label("In a minute"),
    )


def _freshness(view: OverviewPage, told: frozenset[str]) -> html.Div:
    items: list[html.Li] = []
    if view.rows:
        more = f"{waiting(view, len(view.waiting))}. " if view.waiting else ""
        rule = "The newest figure leads; comparators are published, each with a date of its own"
        items.append(html.Li([html.Strong(coverage(view)), html.Span(f"{more}{rule}", className="small")]))
    if not view.is_home:
        items.append(html.Li("Returns come from the home area alone, so every figure here is published"))
    else:
        items += [
            returned(fact, told=fact.agency in told) for fact in view.returns if fact.newest_period or fact.waiting
        ]
        silent = [fact for fact in view.returns if not fact.newest_period and not fact.waiting]
        if silent and len(silent) == len(view.returns):
            items.append(html.Li("No local return has been received", className="late"))
        elif silent:
            names = words.listed([words.within(fact.agency_title) for fact in silent])
            items.append(html.Li(f"No return yet from {names}", className="late"))
    if view.releases:
        newest = view.releases[-1]
        items.append(
            html.Li(
                [
                    html.Strong("Newest publication"),
                    html.Span(f"{newest.series_title}, {words.day(newest.released_on)}", className="small"),
                ]
            )
        )
    without = sum(row.headline is None or not row.headline.local for row in view.rows)
    if view.is_home and without and any(fact.newest_period for fact in view.returns):
        items.append(html.Li(f"{words.plural(without, 'measure')} without a local figure: the published one leads"))
    hidden = [row for row in view.rows if row.headline is None or not row.headline.state.has_value]
    if hidden:
        items.append(
            html.Li(f"{words.plural(len(hidden), 'measure')} without a number: the row says why", className="late")
        )
    return html.Div([html.H2("New, late and missing"), html.Ul(items, className="facts")], className="card")


def returned(fact: ReturnFact, *, told: bool = False) -> html.Li:
    """An agency's newest return, and what is missing or due since, in two lines.

    Where it is `told` beside, what is missing and since when it is due are not said again: only that it is late.
    """
    status = f", {fact.status}" if fact.status else ""
    said = [f"Newest: {fact.newest_label}{status}" if fact.newest_period else "None accepted yet"]
    if fact.missing:
        said.append(f"none for {words.listed([words.period(code) for code in fact.missing])}")
    if fact.waiting:
        said.append(owed.waiting(fact))
    if fact.late and fact.late_since is not None:
        said += [] if told else [f"due since {words.day(fact.late_since)}"]
    else:
        said.append(f"next due {words.day(fact.next_due)}")
    head: list[Any] = [html.Strong(fact.agency_title)]
    if fact.late:
        head.append(": late" if told else f": {owed.periods(fact.late)} missing")
    return html.Li(
        [*head, html.Span("; ".join(said), className="small")],
        className="late" if fact.late or fact.missing else "",
    )

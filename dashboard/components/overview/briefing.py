"""What needs attention in a minute: how new the figures are, what moved, what stands at an end, what is late."""

from collections.abc import Sequence
from datetime import date

from dash import html

from dashboard.components import aria, words
from dashboard.components.links import Link, to_measure
from dashboard.views.figure import FigureView
from dashboard.views.overview import NEAR_THE_END, OverviewPage, OverviewRow, Place
from dashboard.views.received import ReturnFact
from schema.periods import parse_period

# A small number moves far and stands at an end by chance alone, so both lists leave small ones out, and say so.
ENOUGH = 30


LISTED = 4


def heading(view: OverviewPage) -> list[html.H1 | html.P]:
    """The page's first sentence: how new the figures are and where they come from."""
    rows = [row for row in view.rows if row.headline is not None]
    if not rows:
        return [
            html.H1(f"There are no figures for {view.area.name} yet"),
            html.P(
                "Load published files with “safeguarding publication load”, or submit a return. "
                "Figures appear here as soon as they are accepted.",
                className="lead",
            ),
        ]
    local = [row.headline for row in rows if row.headline is not None and row.headline.local]
    newest = max(row.headline.ends for row in rows if row.headline is not None)
    total = words.plural(len(view.rows), "measure")
    if local:
        end = max(figure.ends for figure in local)
        having = f"all {total} have" if len(local) == len(view.rows) else f"{len(local)} of {total} have"
        return [
            html.H1(f"{view.area.name}: {having} a local figure, up to {words.day(end)}"),
            html.P(
                "The newest figure leads: a rolling year or a date from the local return, else the published one. "
                "Comparators are published, and each has a date of its own.",
                className="lead",
            ),
        ]
    numbers = sum(row.headline is not None and row.headline.state.has_value for row in rows)
    having = total if numbers == len(view.rows) else f"{numbers} of {total}"
    own = "No local return has been received. " if view.is_home else ""
    return [
        html.H1(f"{view.area.name}: published figures for {having}, up to {words.day(newest)}"),
        html.P(f"{own}Every figure has its own date, and so has every comparator.", className="lead"),
    ]


def briefing(view: OverviewPage, link: Link, today: date) -> html.Section:
    """Three cards: the largest moves, where the area stands at either end of England, and what is new or missing."""
    return html.Section(
        [_moves(view.rows, link), _ends(view.rows, link), _freshness(view, today)],
        className="briefing",
        **aria.label("In a minute"),
    )


def _moves(rows: Sequence[OverviewRow], link: Link) -> html.Div:
    moved = [row for row in rows if _size(row) is not None]
    moved.sort(key=lambda row: -(_size(row) or 0.0))
    items = [_move(row, link) for row in moved[:LISTED]]
    return html.Div(
        [
            html.H2("Moved most since the year before"),
            html.Ul(items, className="facts") if items else html.P("No figure can be set beside a year before."),
            html.P(
                f"By relative size; figures that count fewer than {ENOUGH} are left out. "
                "A move is a fact, not yet a finding: whether it is beyond chance is not judged here.",
                className="note",
            ),
        ],
        className="card",
    )


def _size(row: OverviewRow) -> float | None:
    """How large a move is relative to where it started; None where there is none, or it counts too few to say."""
    figure, change = row.headline, row.change
    if figure is None or change is None or not change.previous or not change.difference:
        return None
    if not _counts_enough(figure):
        return None
    return abs(change.difference / change.previous)


def _counts_enough(figure: FigureView | None) -> bool:
    """Whether a figure counts enough to be singled out. One without counts was printed by its publisher, and passes."""
    return figure is not None and (figure.numerator is None or figure.numerator >= ENOUGH)


def _move(row: OverviewRow, link: Link) -> html.Li:
    figure, change = row.headline, row.change
    assert figure is not None  # noqa: S101 - only rows with a change come here
    assert change is not None  # noqa: S101
    before = words.value(change.previous, figure.state, row.measure)
    return html.Li(
        [
            to_measure(row.measure, link, row.title),
            f" {words.moved(change, row.measure)}",
            html.Span(
                f"{before} to {words.full(figure.value, figure.state, row.measure)}, {figure.period_label}",
                className="small",
            ),
        ],
        className="up" if change.difference > 0 else "down",
    )


def _ends(rows: Sequence[OverviewRow], link: Link) -> html.Div:
    near = sorted(
        (place.number, row.measure.id, place, row)
        for row in rows
        if (place := row.place) is not None and place.near and _counts_enough(row.published)
    )
    items = [_end(row, place, link) for _, _, place, row in near[:LISTED]]
    more = len(near) - len(items)
    return html.Div(
        [
            html.H2("At either end of England"),
            html.Ul(items, className="facts")
            if items
            else html.P(f"No measure is among the {NEAR_THE_END} highest or lowest of the authorities."),
            html.P(
                f"Among the {NEAR_THE_END} highest or lowest authorities, by published figures; those that count fewer "
                f"than {ENOUGH} are left out."
                + (f" {words.plural(more, 'more measure')} {'is' if more == 1 else 'are'} below." if more > 0 else ""),
                className="note",
            ),
        ],
        className="card",
    )


def _end(row: OverviewRow, place: Place, link: Link) -> html.Li:
    figure = row.published
    assert figure is not None  # noqa: S101 - a place belongs to a published figure
    return html.Li(
        [
            to_measure(row.measure, link, row.title),
            f" {words.place(place.number, place.end, place.of)}",
            html.Span(
                f"{words.full(figure.value, figure.state, row.measure)}, {figure.period_label}", className="small"
            ),
        ],
        className="up" if place.end == "highest" else "down",
    )


def _freshness(view: OverviewPage, today: date) -> html.Div:
    items: list[html.Li] = []
    for fact in view.returns if view.is_home else ():
        status = f", {fact.status}" if fact.status else ""
        extracted = f", extracted {words.day(fact.extracted_on)}" if fact.extracted_on else ""
        items.append(
            html.Li(
                [
                    html.Strong(fact.agency_title),
                    html.Span(f"{fact.newest_label}{extracted}{status}", className="small"),
                ]
            )
        )
        if fact.missing:
            quarters = ", ".join(words.quarter(code) for code in fact.missing)
            items.append(html.Li(f"{fact.agency_title}: {quarters} never came", className="late"))
        items.append(next_return(fact, today))
    if not view.is_home:
        items.append(html.Li("Returns come from the home area alone, so every figure here is published"))
    elif not view.returns:
        items.append(html.Li("No local return has been received", className="late"))
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
    hidden = [row for row in view.rows if row.headline is None or not row.headline.state.has_value]
    if view.is_home:
        without = sum(row.headline is None or not row.headline.local for row in view.rows)
        if without and view.returns:
            items.append(html.Li(f"{words.plural(without, 'measure')} without a local figure: the published one leads"))
    if hidden:
        items.append(
            html.Li(f"{words.plural(len(hidden), 'measure')} without a number: the row says why", className="late")
        )
    return html.Div([html.H2("New, late and missing"), html.Ul(items, className="facts")], className="card")


def next_return(fact: ReturnFact, today: date) -> html.Li:
    """When the next return is due, or how many are late."""
    first = parse_period(fact.next_period)
    days_allowed = fact.next_due - first.end
    late = 0
    while first.earlier(quarters=-late).end + days_allowed < today:
        late += 1
    due = f"{words.quarter(fact.next_period)}, due {words.day(fact.next_due)}"
    if not late:
        return html.Li(f"Next return: {due}")
    if late == 1:
        return html.Li(["Late: ", html.Strong(due)], className="late")
    return html.Li(["Late: ", html.Strong(f"{late} quarterly returns"), f" from {due}"], className="late")

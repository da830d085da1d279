"""The words, tables and cards of the measure page."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from dashboard.charts.graph import TableTwin
from dashboard.charts.marks import mark
from dashboard.charts.trend import EndLabel, interval_words
from dashboard.components import aria, words
from dashboard.components.links import choice, switch
from dashboard.components.tables import table
from dashboard.evidence_view import Meeting, Part, ReleaseCell
from dashboard.measure_view import (
    Breakdown,
    Covering,
    MeasurePage,
    Point,
    Ranking,
    TermView,
    stands_in,
)
from dashboard.views import Comparator, FigureView
from schema.measures import Measure
from schema.states import SEVERITY, State

Link = Callable[..., str]

_FIRST_PARTS = 120


# --------------------------------------------------------------------------------------------------- the finding


def finding(page: MeasurePage) -> str:
    """The newest figure as a sentence, or why there is none: the page's heading."""
    point = page.headline
    if point is None:
        return f"{page.title}: nothing has been received for {page.area.name}"
    if point.value is None or point.figure is None:
        return f"{page.title}: no figure for {_when(point)} – {point.reason}"
    said = says(page, words.full(point.value, point.state, page.measure))
    made_of = words.counts(point.figure, page.measure)
    return f"{said}{f' ({made_of})' if made_of else ''}, {point.period_label}"


def says(page: MeasurePage, value: str) -> str:
    """The measure's own sentence with a value in it."""
    measure = page.measure
    if not measure.says:
        return f"{page.title}: {value}"
    plain = value.removesuffix(f" {measure.unit}") if not measure.is_percentage else value
    return measure.says.format(value=plain, category=page.category_title)


def _when(point: Point) -> str:
    return (
        point.period_label.removeprefix("at ") if point.period_label.startswith("at ") else f"the {point.period_label}"
    )


def heading(page: MeasurePage, link: Link) -> list[Any]:
    """Where we are, what the newest figure is, and what it stands beside."""
    return [
        html.Nav(
            [
                dcc.Link("Overview", href=link("/")),
                dcc.Link(page.outcome.short_title, href=link("/", outcome=page.outcome.id)),
                html.Span(page.measure.title),
            ],
            className="crumbs",
            **aria.label("Where this page is"),
        ),
        html.H1(finding(page)),
        html.P(beside(page), className="lead"),
        *(html.P(note, className="told", role="note") for note in _told(page)),
    ]


def beside(page: MeasurePage) -> str:
    """The comparators of the newest figure in words, with their date where it is another."""
    point = page.headline
    if point is None:
        return "Load published files or submit a return, and the figures appear here."
    if page.covering is Covering.QUARTER:
        return (
            "A single quarter stands beside nothing that is published: publications cover years. The rolling year does."
        )
    parts, reference = [], None
    for name, statistic in (("england", "value"), ("region", "value"), ("neighbours", page.statistic)):
        found = point.comparator(name, statistic)
        if found is None or (name == "neighbours" and not found.n):
            continue
        reference = reference or found
        label = "neighbours" if name == "neighbours" else found.label
        more = f" ({words.neighbours_n(found)})" if name == "neighbours" else ""
        parts.append(f"{label} {_lower(words.full(found.value, found.state, page.measure), found)}{more}")
    if not parts or reference is None:
        return "Nothing is published that it can stand beside."
    sentence = ", ".join(parts)
    if reference.lag_months > 0:
        ended = words.plural(reference.lag_months, "month")
        sentence += f": {reference.period_label}, {ended} before this figure"
    newest = page.newest_number
    tail = ""
    if point.value is None and newest is not None and newest.figure is not None:
        value = words.full(newest.value, newest.state, page.measure)
        tail = f" The newest figure of {page.area.name} is {value}, {newest.period_label}."
    return f"{_capital(sentence)}.{tail}"


def _lower(text: str, found: Comparator) -> str:
    return text if found.value is not None else text.lower()


def _told(page: MeasurePage) -> list[str]:
    told = list(page.notes)
    if page.no_neighbours:
        told.append(page.no_neighbours)
    ranking = page.ranking
    if ranking is not None and ranking.own is not None and ranking.own.name != page.area.name:
        told.append(
            f"{page.area.name} makes this return together with another authority: {ranking.own.name}. "
            "Its figures are those of both."
        )
    if page.headline is not None and page.headline.figure is not None and (words_ := stands_in(page.headline.figure)):
        told.append(words_)
    return told


# --------------------------------------------------------------------------------------------------- the controls


def controls(page: MeasurePage, default: Covering) -> html.Div:
    """What can be chosen; each choice is in the address."""
    there = {found.key: found.label for found in page.coverings if found.available}
    missing = [found for found in page.coverings if not found.available]
    parts: list[Any] = []
    if len(there) > 1:
        parts.append(
            _labelled("Time covered", switch("basis", "Time covered", there, page.covering.value, default.value))
        )
    if page.categories:
        options = {found.key: found.label for found in page.categories}
        chosen = next(found.key for found in page.categories if found.chosen)
        headline = page.measure.headline_category.partition(":")[2]
        parts.append(choice("category", "Category", options, chosen, default=headline))
    if page.covering is not Covering.QUARTER:
        averages = {"mean": "Mean", "median": "Median"}
        parts.append(
            _labelled(
                "Neighbours’", switch("neighbours", "Neighbours’ mean or median", averages, page.statistic, "mean")
            )
        )
        models = {found.key: found.label.removesuffix(" model") for found in page.models}
        parts.append(
            _labelled("Neighbour model", switch("model", "Neighbour model", models, page.model.id, page.models[0].key))
        )
    why = "; ".join(dict.fromkeys(found.why_not for found in missing))
    covers = page.covering.words if len(there) == 1 else ""
    said = " – ".join(part for part in (covers, why) if part)
    return html.Div([*parts, html.P(said, className="why-not") if said else None], className="filters")


def _labelled(label: str, control: Any) -> html.Div:
    return html.Div([html.Span(label, className="control-label", **aria.hidden()), control], className="control")


# ------------------------------------------------------------------------------------------------------ the trend


def trend_title(page: MeasurePage) -> str:
    """Where the newest figure lies in its own history: a fact, not a judgement."""
    known = [point for point in page.points if point.value is not None]
    if len(known) < 2:
        return (
            f"{page.area.name}: {words.plural(len(known), 'figure')} so far"
            if known
            else f"{page.area.name}: no figure"
        )
    last = known[-1]
    shown = [(words.value(p.value, p.state, page.measure), p) for p in known]
    low = min(shown, key=lambda item: item[1].value or 0.0)
    high = max(shown, key=lambda item: item[1].value or 0.0)
    first = known[0]
    since = words.short_period(first.period, page.covering.basis)
    now = words.value(last.value, last.state, page.measure)
    if low[0] == high[0]:
        return f"{page.area.name} has been at {now} since {since}"
    for (value, point), word in ((low, "lowest"), (high, "highest")):
        if now == value:
            is_ = "is" if point is last and sum(text == now for text, _ in shown) == 1 else "equals"
            return f"{page.area.name}’s newest figure, {now}, {is_} its {word} since {since}"
    ends = [
        f"{value} ({words.short_period(p.period, page.covering.basis)})"
        for value, p in sorted((low, high), key=lambda item: item[1].ends)
    ]
    return f"{page.area.name} has been between {ends[0]} and {ends[1]}, and is now at {now}"


def trend_summary(page: MeasurePage) -> str:
    """How the line lies to England's, and which periods have no number."""
    parts = []
    same = [(p.value, p.beside("england")) for p in page.published if p.figure is not None]
    pairs = [(own, england) for own, england in same if own is not None and england is not None]
    if len(pairs) > 1:
        shown = [
            (
                words.value(own, State.VALUE, page.measure),
                words.value(england, State.VALUE, page.measure),
                own > england,
            )
            for own, england in pairs
        ]
        above = sum(higher for own, england, higher in shown if own != england)
        level = sum(own == england for own, england, _ in shown)
        what = "published dates" if page.definition.kind == "stock" else "published years"
        parts.append(
            f"Above England in {above} of {len(pairs)} {what}{f', level with it in {level}' if level else ''}."
        )
    gaps = [point for point in page.points if point.value is None]
    if gaps:
        listed = [f"{words.short_period(p.period, page.covering.basis)} ({p.reason})" for p in gaps[:4]]
        more = f" and {len(gaps) - 4} more" if len(gaps) > 4 else ""
        parts.append(f"No figure: {'; '.join(listed)}{more}.")
    return " ".join(parts) or f"{words.plural(len(page.points), 'period')}, each with a figure."


def trend_subtitle(page: MeasurePage, *, from_zero: bool, low: str) -> str:
    """Measure and basis, and how the picture is to be read."""
    said = [f"{page.title}, {page.covering.words[:1].lower()}{page.covering.words[1:]}."]
    if page.measure.is_percentage is False:
        said[0] = f"{page.title}, {page.measure.unit}, {page.covering.words[:1].lower()}{page.covering.words[1:]}."
    if not from_zero:
        said.append(f"The axis starts at {low}, not at nought.")
    return " ".join(said)


def trend_key(page: MeasurePage, labels: Sequence[EndLabel]) -> html.Div:
    """The names of the lines, beside their ends on a wide screen."""
    rows = [
        html.Li(
            [
                html.Img(src=mark(label.kind), alt="", className="mark"),
                html.Span(
                    [
                        html.Strong(f"{label.name} {label.value}"),
                        html.Span(words.shorten(label.period), className="small quiet"),
                    ]
                ),
            ],
            style={"top": f"{label.top:.0f}px"},
        )
        for label in labels
    ]
    return html.Div(html.Ul(rows), className="end-labels")


def trend_legend(page: MeasurePage) -> html.Ul:
    """What the other marks are."""
    marks: list[tuple[str, str]] = []
    if any(point.interval for point in page.points):
        marks.append(("interval", f"95% interval, {page.area.name}"))
    if any(point.beside("neighbours", "low") is not None for point in page.published):
        marks.append(("range", "Lowest to highest neighbour"))
    if page.covering.local and page.published:
        marks.append(("published", f"{page.area.name}, as published"))
    if any(point.value is None for point in page.points):
        marks.append(("gap", "No figure: the reason is in the table"))
    return html.Ul([html.Li([html.Img(src=mark(kind), alt=""), text]) for kind, text in marks], className="legend")


def trend_source(page: MeasurePage) -> str:
    """Who said it, and when."""
    point = page.newest_number or page.headline
    own = point.figure.source_label if point and point.figure else "no source"
    beside_ = point.comparators[0] if point and point.comparators else None
    comparators = ""
    if beside_ is not None and page.covering.local:
        comparators = f" Comparators: {beside_.period_label}, released {beside_.release_label}."
    neighbours = point.comparator("neighbours", page.statistic) if point else None
    model = ""
    if neighbours is not None and neighbours.n:
        model = f" Neighbours: {page.model.title}, {neighbours.n} of {neighbours.size} with a figure."
    return f"Source: {own}.{comparators}{model}"


def trend_table(page: MeasurePage) -> TableTwin:
    """The numbers of the picture."""
    stated = page.statistic
    rows = []
    points = {p.ends: p for p in page.published} | {p.ends: p for p in page.points}
    for ends in sorted(points, reverse=True):
        point = points[ends]
        is_own = point in page.points
        published = next((p for p in page.published if p.ends == ends), None)
        cells = [_capital(point.period_label)]
        cells.append(_value(point, page) if is_own else "")
        cells.append(interval_words(point, page).removeprefix("95% interval ") if is_own else "")
        if page.covering.local:
            cells.append(_value(published, page) if published else "")
        if page.published:
            cells += [_comparator(published, "england", "value", page), _comparator(published, "region", "value", page)]
            cells += [_comparator(published, "neighbours", stated, page)]
        rows.append(tuple(cells))
    columns = ["Period", page.area.name, "95% interval"]
    columns += [f"{page.area.name}, published"] if page.covering.local else []
    columns += ["England", page.region_name or "Region", f"Neighbours’ {stated}"] if page.published else []
    return TableTwin(f"{page.title}, {page.area.name}", tuple(columns), tuple(rows))


# ------------------------------------------------------------------------------------------------- where it stands


def side(page: MeasurePage, link: Link) -> html.Div:
    """The cards beside the trend."""
    return html.Div([_stands(page), _before(page), _ask(page, link)], className="side")


def _stands(page: MeasurePage) -> html.Div:
    ranking = page.ranking
    facts: list[Any] = []
    if ranking is not None:
        facts = [html.P(fact) for fact in rank_sentences(ranking, page.area.name)]
    else:
        facts = [html.P("Nothing is published for all authorities.")]
    return html.Div([html.H2("Where it stands"), *facts], className="card")


def rank_sentences(ranking: Ranking, area_name: str) -> list[str]:
    """“89th of 153, 1st is lowest”, how the neighbours lie, and how many have no figure."""
    said = []
    when = ranking.period_label
    if ranking.own is None:
        said.append(f"{area_name} is not ranked for the published {when}: {ranking.own_state.words}.")
    else:
        place = f"{_place(ranking)} of {ranking.of}, 1st is {ranking.one_is}"
        said.append(f"{place}; published, {when}.")
        total = ranking.neighbours_below + ranking.neighbours_level + ranking.neighbours_above
        if total:
            level = f", {ranking.neighbours_level} level" if ranking.neighbours_level else ""
            said.append(
                f"Of {total} statistical neighbours with a figure, {ranking.neighbours_below} are lower and "
                f"{ranking.neighbours_above} higher{level}."
            )
    said.append(f"{words.plural(ranking.unranked, 'authority', 'authorities')} without a figure.")
    return said


def _before(page: MeasurePage) -> html.Div:
    point = page.newest_number
    rows: list[Any] = []
    if point is not None and point.figure is not None and point.change is not None:
        change = point.change
        earlier = words.full(change.previous, State.VALUE, page.measure)
        rows.append(
            html.P(f"A year before ({change.period_label}): {earlier}. Since then {words.moved(change, page.measure)}.")
        )
    elif point is not None:
        rows.append(html.P("There is no figure of a year before to set it beside."))
    other = page.newest_published if page.covering.local else page.newest_local
    if other is not None and other.figure is not None:
        kind = "Newest published" if page.covering.local else "Newest local"
        rows.append(html.P(f"{kind}: {_sentence(other, page)}."))
    if point is not None and point.figure is not None and point.figure.status != "final":
        rows.append(html.P(f"The figure is {point.figure.status}: later returns may restate it."))
    heading = "A year before"
    if other is not None:
        heading += ", and as published" if page.covering.local else ", and the local figure"
    return html.Div([html.H2(heading), *rows], className="card")


def _sentence(point: Point, page: MeasurePage) -> str:
    assert point.figure is not None  # noqa: S101 - the caller has asked
    made_of = words.counts(point.figure, page.measure)
    value = words.full(point.value, point.state, page.measure)
    return f"{value}{f' ({made_of})' if made_of else ''}, {point.period_label}"


def _ask(page: MeasurePage, link: Link) -> html.Div:
    serves = page.definition.serves
    rows: list[Any] = [html.P(page.measure.question, className="question")]
    rows.append(html.P([html.Strong("A rise may mean: "), page.measure.a_rise_may_mean]))
    if serves is not None:
        rows.append(
            html.P(
                [
                    "A time limit met is not yet a child helped. See ",
                    dcc.Link(serves.title, href=link(f"/measure/{serves.id}")),
                    ".",
                ]
            )
        )
    return html.Div([html.H2("Ask"), *rows], className="card")


# ------------------------------------------------------------------------------------------- ranking and breakdown


def ranking_title(ranking: Ranking, area_name: str) -> str:
    """The finding of the ranking."""
    if ranking.own is None:
        return f"{area_name} is not among the {ranking.of} authorities that can be ranked"
    name = ranking.own.name if ranking.own.name != area_name else area_name
    return f"{name} is {_place(ranking)} of {ranking.of}, where 1st is {ranking.one_is}"


def _place(ranking: Ranking) -> str:
    """“89th”, or “1st, level with 27 others,”."""
    assert ranking.own is not None  # noqa: S101 - the caller has asked
    place = words.ordinal(ranking.own.place)
    return f"{place}, level with {words.plural(ranking.level_with, 'other')}," if ranking.level_with else place


def ranking_table(ranking: Ranking, page: MeasurePage) -> TableTwin:
    """Every bar."""
    entries = sorted(ranking.entries, key=lambda entry: (entry.place, entry.name))
    rows = tuple(
        (
            entry.name,
            f"{entry.place}",
            words.value(entry.value, State.VALUE, page.measure),
            "shown" if entry.own else "neighbour" if entry.neighbour else "",
        )
        for entry in entries
    )
    title = f"{page.title}, published, {ranking.period_label}: all authorities in order of rank"
    return TableTwin(title, ("Authority", "Rank", _unit_head(page.measure), "Mark"), rows)


def ranking_legend(page: MeasurePage) -> html.Ul:
    """The marks of the bars."""
    marks = [
        ("own-bar", page.area.name),
        ("neighbour-bar", "Statistical neighbours"),
        ("other-bar", "Other authorities"),
    ]
    if page.no_neighbours:
        del marks[1]
    return html.Ul([html.Li([html.Img(src=mark(k), alt=""), text]) for k, text in marks], className="legend")


def who(page: MeasurePage) -> str:
    """The neighbours by name, the closest first."""
    if not page.neighbour_names:
        return page.no_neighbours
    return f"Statistical neighbours ({page.model.title}), the closest first: {', '.join(page.neighbour_names)}."


def breakdown_legend(page: MeasurePage) -> html.Ul:
    """The marks of the categories."""
    marks = [
        ("local" if page.covering.local else "published", f"{page.area.name}, 95% interval"),
        ("england-stroke", "England"),
    ]
    if not page.no_neighbours:
        marks += [("neighbour-circle", f"Neighbours’ {page.statistic}"), ("range", "Lowest to highest neighbour")]
    return html.Ul([html.Li([html.Img(src=mark(k), alt=""), text]) for k, text in marks], className="legend")


def breakdown_title(view: Breakdown, page: MeasurePage) -> str:
    """The largest categories."""
    known = sorted((r for r in view.rows if r.figure.value is not None), key=lambda r: -(r.figure.value or 0.0))
    if not known:
        return f"{view.title}: no category has a figure"
    first = [f"{row.title} {words.value(row.figure.value, row.figure.state, page.measure)}" for row in known[:2]]
    return f"{view.title}: {' and '.join(first)} are the largest" if len(first) > 1 else f"{view.title}: {first[0]}"


def breakdown_summary(view: Breakdown, page: MeasurePage) -> str:
    """Which categories have no number, and how to add them up."""
    hidden = [
        f"{row.title} ({words.state_words(row.figure.state).lower()})" for row in view.rows if row.figure.value is None
    ]
    said = (
        "A child may count under several categories, so they may pass 100% together."
        if view.multi_select
        else ("Each is a share of the same whole.")
    )
    beside_ = f" England and neighbours: {view.compared_label}." if view.compared_label else ""
    return f"{said}{f' No figure: {chr(44).join(hidden)}.' if hidden else ''}{beside_}"


def breakdown_table(view: Breakdown, page: MeasurePage) -> TableTwin:
    """Every category."""
    measure = page.measure

    def cell(value: float | None) -> str:
        return "" if value is None else words.value(value, State.VALUE, measure)

    rows = tuple(
        (
            row.title,
            words.count(row.figure.numerator) if row.figure.state.has_value else "",
            words.value(row.figure.value, row.figure.state, measure),
            f"{cell(row.interval[0])} to {cell(row.interval[1])}" if row.interval else "",
            words.value(row.england, row.england_state, measure),
            cell(row.mean),
            cell(row.median),
            f"{cell(row.low)} to {cell(row.high)}" if row.low is not None else "",
            f"{row.n}",
        )
        for row in view.rows
    )
    columns = (
        "Category", "Count", page.area.name, "95% interval", "England", "Neighbours’ mean", "Median",
        "Lowest to highest", "Neighbours with a figure",
    )  # fmt: skip
    return TableTwin(f"{page.measure.title}, {view.period_label}", columns, rows)


# ---------------------------------------------------------------------------------------------------- the figures


def figures(page: MeasurePage, link: Link, download: str, size: str) -> html.Section:
    """Every period with its counts, its interval and its comparators."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2("The figures", id="figures-title"),
                    html.A(f"Download these figures (CSV, {size})", href=download, download="", className="action"),
                ],
                className="titled",
            ),
            html.P(_figures_note(page), className="muted small"),
            table(figures_table(page), text=("Comparators are for", "Origin", "Status"), long=("Note",)),
        ],
        className="card",
        **aria.labelled_by("figures-title"),
    )


def figures_table(page: MeasurePage) -> TableTwin:
    """The table itself: the newest period first."""
    measure = page.measure
    has_below = bool(measure.denominator or measure.population)
    lagging = page.covering.local and page.covering is not Covering.QUARTER
    ranked = any(point.rank for point in page.points)
    columns = ["Period", _head(page.definition.numerator)]
    if has_below:
        columns.append(_below_head(page))
    columns += [_unit_head(measure), "95% interval"]
    if page.covering is not Covering.QUARTER:
        columns += ["Comparators are for"] if lagging else []
        columns += [
            "England",
            page.region_name or "Region",
            "Neighbours’ mean",
            "Median",
            "Lowest to highest",
            "With a figure",
        ]
    columns += ["Rank"] if ranked else []
    columns += ["Origin", "Status"]
    above = {(term.quantity, term.category) for term in page.definition.numerator}
    below = {(term.quantity, term.category) for term in page.definition.denominator} | {("population", "")}
    notes = {point.period: _note(page, point, above | below) for point in page.points}
    noted = any(notes.values())
    columns += ["Note"] if noted else []
    rows = []
    for point in reversed(page.points):
        figure = point.figure
        cells = [_capital(point.period_label), _counted(figure.numerator if figure else None, page, point, above)]
        if has_below:
            cells.append(_counted(figure.denominator if figure else None, page, point, below))
        cells.append(_value(point, page))
        cells.append(interval_words(point, page).removeprefix("95% interval "))
        if page.covering is not Covering.QUARTER:
            first = point.comparators[0] if point.comparators else None
            cells += [_capital(words.shorten(first.period_label)) if first else ""] if lagging else []
            cells += _comparator_cells(point, page)
        if ranked:
            cells.append(f"{point.rank.rank} of {point.rank.of}" if point.rank else "")
        cells += [origin(figure, measure) if figure else "", figure.status if figure else ""]
        cells += [notes[point.period]] if noted else []
        rows.append(tuple(cells))
    return TableTwin(f"{page.title}, {page.area.name}, {page.covering.words}", tuple(columns), tuple(rows))


def _counted(number: float | None, page: MeasurePage, point: Point, terms: set[tuple[str, str]]) -> str:
    """A count, or the state of the part that hides it."""
    if number is not None:
        return words.count(number)
    states = [p.state for p in _parts_of(page, point, terms) if p.value is None]
    return words.state_words(max(states, key=SEVERITY.index)) if states else ""


def _parts_of(page: MeasurePage, point: Point, terms: set[tuple[str, str]]) -> list[Part]:
    return [
        part
        for part in page.evidence.parts
        if part.used and part.period == point.period and (part.quantity, part.category) in terms
    ]


def _note(page: MeasurePage, point: Point, terms: set[tuple[str, str]]) -> str:
    """Why there is no number, and what the source said of its parts."""
    said = dict.fromkeys(part.note for part in _parts_of(page, point, terms) if part.note)
    return "; ".join([*([point.reason] if point.reason else []), *said])


def _comparator_cells(point: Point, page: MeasurePage) -> list[str]:
    low, high = point.comparator("neighbours", "low"), point.comparator("neighbours", "high")
    mean = point.comparator("neighbours", "mean")
    spread = ""
    if low is not None and high is not None and low.value is not None and high.value is not None:
        ends = [words.value(end.value, end.state, page.measure) for end in (low, high)]
        spread = f"{ends[0]} to {ends[1]}"
    wide = [_comparator(point, "england", "value", page), _comparator(point, "region", "value", page)]
    if page.no_neighbours:
        return wide
    return [
        *wide,
        _comparator(point, "neighbours", "mean", page),
        _comparator(point, "neighbours", "median", page),
        spread,
        f"{mean.n} of {mean.size}" if mean is not None and mean.n is not None else "",
    ]


def origin(figure: FigureView, measure: Measure) -> str:
    """Computed or as published, and the other where the two differ once rounded."""
    mine = words.value(figure.value, figure.state, measure)
    other = figure.other_value
    said = "computed" if figure.origin == "computed" else "as published"
    if other is None or figure.value is None:
        return said
    theirs = words.value(other, State.VALUE, measure)
    if theirs == mine:
        return said
    if figure.origin == "computed":
        return f"computed {mine}, published {theirs}"
    return f"published {mine}, computed {theirs} from the counts as published"


def _figures_note(page: MeasurePage) -> str:
    said = [page.definition.interval_note, page.definition.adds_up]
    shown = page.newest_number
    if shown is not None and shown.figure is not None:
        said.append(f"Newest figures: {shown.figure.source_label}.")
    return " ".join(part for part in said if part)


def _value(point: Point | None, page: MeasurePage) -> str:
    if point is None:
        return ""
    if point.value is None:
        return words.state_words(point.state)
    return words.value(point.value, point.state, page.measure)


def _comparator(point: Point | None, name: str, statistic: str, page: MeasurePage) -> str:
    found = None if point is None else point.comparator(name, statistic)
    if found is None or (name == "neighbours" and found.value is None):
        return ""
    return words.value(found.value, found.state, page.measure)


def _head(terms: Sequence[TermView]) -> str:
    if len(terms) > 1:
        return "Numerator"
    return f"{terms[0].title}: {terms[0].category.lower()}" if terms[0].category else terms[0].title


def _below_head(page: MeasurePage) -> str:
    ages = page.measure.population
    if ages is not None:
        return f"Residents aged {ages.age_from} to {ages.age_to}"
    return _head(page.definition.denominator) if len(page.definition.denominator) == 1 else "Denominator"


def _unit_head(measure: Measure) -> str:
    return "Share" if measure.is_percentage else measure.unit[:1].upper() + measure.unit[1:]


# -------------------------------------------------------------------------------------------------- the definition


def definition(page: MeasurePage, link: Link) -> html.Section:
    """What is counted, how sure we are of what the paper meant, and why it is read as it is."""
    measure, said = page.measure, page.definition
    items: list[tuple[str, Any]] = []
    if measure.paper_says:
        lines = f" (line {', '.join(measure.lines)})" if measure.lines else ""
        items.append((f"The paper says{lines}", f"“{measure.paper_says}”"))
    elif measure.source:
        items.append(("Asked for because", measure.source))
    items.append(("We read it as", measure.we_read_it_as))
    if measure.doubts:
        items.append(("In doubt", html.Ul([html.Li(doubt) for doubt in measure.doubts], className="plain")))
    items.append(("Formula", said.formula))
    items.append(("Counted above", _terms(said.numerator)))
    if said.denominator:
        items.append(("Counted below", _terms(said.denominator)))
    if said.population:
        items.append(("Counted below", f"{said.population}."))
    items.append(("Over time", said.adds_up))
    items.append(("Interval", said.interval_note))
    items.append(("Better or worse", f"{_capital(measure.polarity.words)}. {measure.polarity_reason}"))
    if measure.statutory_limit:
        items.append(("Statutory limit", measure.statutory_limit))
    items.append(("Published counterpart", _counterpart(measure)))
    if said.serves is not None:
        items.append(("Serves", dcc.Link(said.serves.title, href=link(f"/measure/{said.serves.id}"))))
    if said.served_by:
        items.append(
            (
                "Served by",
                html.Ul(
                    [html.Li(dcc.Link(m.title, href=link(f"/measure/{m.id}"))) for m in said.served_by],
                    className="plain",
                ),
            )
        )
    items.append(("Agency", page.agency_title))
    if said.priorities:
        items.append(("Priorities", ", ".join(priority.title for priority in said.priorities)))
    items.append(("Definition", _versions(measure)))
    return html.Section(
        [
            html.H2("What is measured", id="definition-title"),
            html.Dl([part for term, text in items for part in (html.Dt(term), html.Dd(text))], className="definition"),
        ],
        className="card",
        **aria.labelled_by("definition-title"),
    )


def _terms(terms: Sequence[TermView]) -> html.Ul:
    return html.Ul(
        [html.Li([html.Strong(_head([term])), f": {term.counts}"]) for term in terms],
        className="plain",
    )


def _counterpart(measure: Measure) -> str:
    match = {
        "exact": "The same definition is published.",
        "close": "Something close is published.",
        "context": "Only something for context is published.",
        "none": "Nothing is published.",
    }[measure.published_as.match]
    return f"{match} {measure.published_as.differs}".strip()


def _versions(measure: Measure) -> str:
    since = measure.versions[-1].since if measure.versions else measure.since
    said = f"Version {measure.version}, in force since {words.day(since)}."
    changes = " ".join(f"From {words.day(v.since)}: {v.change}." for v in measure.versions)
    return f"{said} {changes or 'The definition has not changed since.'}"


# --------------------------------------------------------------------------------------------------- the evidence


def releases(page: MeasurePage) -> html.Section | None:
    """What other releases said of the same periods."""
    found = page.evidence.releases
    if not found:
        return None
    differ = [row for row in found if row.differs]
    if not differ:
        return None
    days = sorted({cell.released for row in found for cell in row.cells}, reverse=True)
    said = (
        f"{words.plural(len(found), 'figure')} of {page.area.name}, its region and England stand in more than one "
        f"release; {words.plural(len(differ), 'differs', 'differ')}. The newest release is the one shown."
    )
    body: list[Any] = [html.P(said, className="muted small")]
    if differ:
        rows = tuple(
            (
                row.area_name,
                _capital(words.shorten(row.period_label)),
                *(_cell(next((c for c in row.cells if c.released == day), None), page.measure) for day in days),
            )
            for row in differ
        )
        head = tuple(f"Release of {words.short_day(day)}{' (shown)' if at == 0 else ''}" for at, day in enumerate(days))
        caption = f"{page.title}: figures that differ between releases"
        body.append(table(TableTwin(caption, ("Area", "Period", *head), rows), text=("Period",)))
    return html.Section(
        [html.H2(_releases_title(page), id="releases-title"), *body],
        className="card",
        **aria.labelled_by("releases-title"),
    )


def _releases_title(page: MeasurePage) -> str:
    example = next(row for row in page.evidence.releases if row.differs)
    first, second = (
        example.cells[0],
        next(c for c in example.cells if _cell(c, page.measure) != _cell(example.cells[0], page.measure)),
    )
    return (
        f"Releases differ: {example.area_name}, {example.period_label}, {_cell(first, page.measure)} in the release of "
        f"{words.day(first.released)}, {_cell(second, page.measure)} in that of {words.day(second.released)}"
    )


def _cell(cell: ReleaseCell | None, measure: Measure) -> str:
    return "" if cell is None else words.value(cell.value, cell.state, measure)


def meetings(page: MeasurePage) -> html.Section | None:
    """How the agency's own figures meet the published ones of the same year or date."""
    found = page.evidence.meetings
    if not found:
        return None
    stock = page.definition.kind == "stock"
    why = (
        "The same date, counted by the agency in its return and by the publisher in the census."
        if stock
        else "Four quarters rarely equal the published year exactly: late recording, corrections, children counted "
        "once."
    )
    measure = page.measure
    names = {"numerator": _head(page.definition.numerator), "denominator": _below_head(page)}
    rows = tuple(
        (
            _capital(meeting.period_label),
            names[meeting.of],
            words.count(meeting.local),
            words.count(meeting.published),
            _signed(meeting.difference),
            "" if meeting.per_cent is None else f"{_signed_share(meeting.per_cent)}",
            words.value(meeting.local_value, State.VALUE, measure) if meeting.local_value is not None else "",
            words.value(meeting.published_value, State.VALUE, measure) if meeting.published_value is not None else "",
        )
        for meeting in found
    )
    columns = ("Period", "Counted", "Local", "Published", "Difference", "Per cent", "Local figure", "Published figure")
    caption = f"{page.title}, {page.area.name}: local against published"
    return html.Section(
        [
            html.H2(_meeting_title(found[0], names), id="meetings-title"),
            html.P(why, className="muted small"),
            table(TableTwin(caption, columns, rows), text=("Counted",), long=("Counted",)),
        ],
        className="card",
        **aria.labelled_by("meetings-title"),
    )


def _meeting_title(meeting: Meeting, names: dict[str, str]) -> str:
    if not meeting.difference:
        return f"Local and published agree on {names[meeting.of].lower()}, {meeting.period_label}"
    more = "more" if meeting.difference > 0 else "fewer"
    return (
        f"The returns count {words.count(abs(meeting.difference))} {more} {names[meeting.of].lower()} than is "
        f"published, {meeting.period_label}"
    )


def _signed(number: float) -> str:
    text = words.count(abs(number))
    return text if number == 0 else f"{'+' if number > 0 else words.MINUS}{text}"


def _signed_share(number: float) -> str:
    text = f"{abs(number):.1f}%"
    return "0.0%" if text == "0.0%" else f"{'+' if number > 0 else words.MINUS}{text}"


def provenance(page: MeasurePage) -> html.Section | None:
    """Every number behind the figures with the file and row that it stands in."""
    parts = page.evidence.parts
    if not parts:
        return None
    columns = (
        "Period", "What", "Value", "Symbol", "Used", "Source", "File", "Row", "Note", "Loaded",
    )  # fmt: skip
    rows = tuple(_part_cells(part) for part in parts[:_FIRST_PARTS])
    caption = f"{page.title}, {page.area.name}: every number behind the figures above"
    replaced = sum(not part.used for part in parts)
    same = len(page.evidence.releases)
    said = f"{words.plural(len(parts), 'number')}, each with the file and the row that it stands in."
    if replaced:
        said += (
            f" {replaced} were replaced: a later return restated them, or another dataset of the release goes before."
        )
    if same and not any(row.differs for row in page.evidence.releases):
        said += f" {same} published figures stand in more than one release, and all releases print the same."
    if len(parts) > _FIRST_PARTS:
        said += f" The newest {_FIRST_PARTS} are listed."
    return html.Section(
        [
            html.H2("Where every figure came from", id="parts-title"),
            html.P(said, className="muted small"),
            html.Details(
                [
                    html.Summary("Show the numbers, files and rows"),
                    table(TableTwin(caption, columns, rows), text=columns[1:], long=("What", "Source", "File", "Note")),
                ],
                className="table-key",
            ),
        ],
        className="card",
        **aria.labelled_by("parts-title"),
    )


def _part_cells(part: Part) -> tuple[str, ...]:
    what = f"{part.what}: {part.category.lower()}" if part.category else part.what
    return (
        _capital(words.shorten(part.period_label)),
        what,
        words.count(part.value) if part.value is not None else words.state_words(part.state),
        part.symbol,
        "yes" if part.used else "replaced",
        part.source,
        part.file_name,
        f"{part.row}",
        part.note,
        instant(part.loaded_at),
    )


def instant(when: datetime) -> str:
    """“21 Nov 2026, 04:00 UTC”."""
    return f"{words.short_day(when.date())}, {when:%H:%M} UTC"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Every period of the measure page with its counts, its interval and its comparators."""

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.cards import download, section
from dashboard.components.match import mark_words
from dashboard.components.measure import cells
from dashboard.components.tables import table
from dashboard.views.evidence import Part
from dashboard.views.figure import FigureView, Rank
from dashboard.views.measure import MeasurePage
from dashboard.views.points import Point
from schema.measures import Measure
from schema.states import SEVERITY


def figures(page: MeasurePage, href: str, size: str) -> html.Section:
    """Every period with its counts, its interval and its comparators."""
    return section(
        "figures",
        "The figures",
        [
            html.P(_figures_note(page), className="muted small"),
            table(figures_table(page), text=("Comparators are for", "Origin", "Status"), long=("Note",)),
        ],
        action=download(href, f"CSV, {size}"),
    )


def figures_table(page: MeasurePage) -> TableTwin:
    """The table itself: the newest period first."""
    measure = page.measure
    has_below = bool(measure.denominator or measure.population)
    beside = any(point.comparators for point in page.points)
    lagging = beside and page.covering.local
    sure = any(point.interval for point in page.points)
    ranked = any(point.rank for point in page.points)
    columns = ["Period"]
    if has_below:
        columns += [cells.head(page.definition.numerator), cells.below_head(page)]
    columns.append(words.unit_head(measure))
    columns += ["95% interval"] if sure else []
    if beside:
        columns += ["Comparators are for"] if lagging else []
        columns += ["England", page.region_name or "Region"]
        if not page.no_neighbours:
            columns += ["Neighbours’ mean", "Median", "Lowest to highest", "With a figure"]
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
        row = [words.capital(point.period_label)]
        if has_below:
            row.append(_counted(figure.numerator if figure else None, page, point, above))
            row.append(_counted(figure.denominator if figure else None, page, point, below))
        row.append(cells.value(point, page))
        row += [words.span(point.interval, page.measure)] if sure else []
        if beside:
            first = point.comparators[0] if point.comparators else None
            row += [words.capital(words.shorten(first.period_label)) if first else ""] if lagging else []
            row += _comparator_cells(point, page)
        if ranked:
            row.append(_rank(point.rank, measure))
        row += [origin(figure, measure) if figure else "", figure.status if figure else ""]
        row += [notes[point.period]] if noted else []
        rows.append(tuple(row))
    return TableTwin(f"{page.title}, {page.area.name}, {page.covering.words}", tuple(columns), tuple(rows))


def _rank(rank: Rank | None, measure: Measure) -> str:
    return "" if rank is None else words.rank(rank.rank, rank.of, measure, rank.level_with)


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
    mean = point.comparator("neighbours", "mean")
    wide = [cells.comparator(point, "england", "value", page), cells.comparator(point, "region", "value", page)]
    if page.no_neighbours:
        return wide
    return [
        *wide,
        cells.comparator(point, "neighbours", "mean", page),
        cells.comparator(point, "neighbours", "median", page),
        words.span((point.beside("neighbours", "low"), point.beside("neighbours", "high")), page.measure),
        f"{mean.n} of {mean.size}" if mean is not None and mean.n is not None else "",
    ]


def origin(figure: FigureView, measure: Measure) -> str:
    """Computed or as published, and the other where the two differ once rounded."""
    mine = words.value(figure.value, figure.state, measure)
    other = figure.other_value
    said = "computed" if figure.origin == "computed" else "as published"
    if other is None or figure.value is None:
        return said
    theirs = words.plain(other, measure)
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
    if (differs := mark_words(page.measure)) and any(point.comparators for point in page.points):
        said.append(f"What is published is not the same measure. {differs}")
    return " ".join(part for part in said if part)

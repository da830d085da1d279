"""The words and the table around the trend."""

from collections.abc import Sequence

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.charts.marks import mark
from dashboard.charts.trend import EndLabel
from dashboard.components import words
from dashboard.components.legend import legend as legend_of
from dashboard.components.match import mark_words
from dashboard.components.measure import cells
from dashboard.views.choices import Covering
from dashboard.views.measure import MeasurePage


def title(page: MeasurePage) -> str:
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
    # Where the newest period has no figure, the last that has one is dated.
    dated = "" if last is page.points[-1] else f" ({words.short_period(last.period, page.covering.basis)})"
    if low[0] == high[0]:
        if len(known) == len(page.points):
            return f"{page.area.name} has been at {now} since {since}"
        # What is hidden or missing in between need not have been the same.
        times = f"each of the {len(known)} times with a figure" if len(known) > 2 else "both times with a figure"
        until = words.short_period(last.period, page.covering.basis)
        return f"{page.area.name} was at {now} {times}, from {since} to {until}"
    for (value, point), word in ((low, "lowest"), (high, "highest")):
        if now == value:
            is_ = "is" if point is last and sum(text == now for text, _ in shown) == 1 else "equals"
            among = f"the {word} of {len(known)} figures from {since} on"
            return f"{page.area.name}’s newest figure, {now}{dated}, {is_} {among}"
    ends = [
        f"{value} ({words.short_period(p.period, page.covering.basis)})"
        for value, p in sorted((low, high), key=lambda item: item[1].ends)
    ]
    newest = f"was last at {now}{dated}" if dated else f"is now at {now}"
    return f"{page.area.name} has been between {ends[0]} and {ends[1]}, and {newest}"


def summary(page: MeasurePage) -> str:
    """How the line lies to England's, and which periods have no number."""
    parts = []
    same = [(p, p.value, p.beside("england")) for p in page.published if p.figure is not None]
    both = [p for p, own, england in same if own is not None and england is not None]
    pairs = [(own, england) for _, own, england in same if own is not None and england is not None]
    if len(pairs) > 1:
        shown = [
            (
                words.plain(own, page.measure),
                words.plain(england, page.measure),
                own > england,
            )
            for own, england in pairs
        ]
        above = sum(higher for own, england, higher in shown if own != england)
        level = sum(own == england for own, england, _ in shown)
        what = _published_periods(page.published_covering)
        first = words.short_period(both[0].period, page.published_covering.basis)
        # A chart of local figures goes back only as far as they do, and so holds fewer published ones than there are.
        window = f"{'the ' if page.covering.local else ''}{len(pairs)} {what}{' shown' if page.covering.local else ''}"
        parts.append(
            f"Above England in {above} of {window}, from {first} on{f', level with it in {level}' if level else ''}."
        )
    gaps = [point for point in page.points if point.value is None]
    if gaps:
        listed = [f"{words.short_period(p.period, page.covering.basis)} ({p.reason})" for p in gaps[:4]]
        more = f" and {len(gaps) - 4} more" if len(gaps) > 4 else ""
        parts.append(f"No figure: {'; '.join(listed)}{more}.")
    return " ".join(parts) or f"{words.plural(len(page.points), 'period')}, each with a figure."


def _published_periods(covering: Covering) -> str:
    return {
        Covering.PUBLISHED_DATES: "published dates",
        Covering.POOLED_YEARS: "published periods",
        Covering.MONTH: "published months",
    }.get(covering, "published years")


def subtitle(page: MeasurePage, *, from_zero: bool, low: str) -> str:
    """Measure and basis, and how the picture is to be read."""
    said = [f"{page.title}, {page.covering.words[:1].lower()}{page.covering.words[1:]}."]
    if page.measure.is_percentage is False:
        said[0] = f"{page.title}, {page.measure.unit}, {page.covering.words[:1].lower()}{page.covering.words[1:]}."
    if (differs := mark_words(page.measure)) and page.published:
        said.append(f"Published, not the same measure. {differs}")
    if not from_zero:
        said.append(f"The axis starts at {low}, not at nought.")
    return " ".join(said)


def key(labels: Sequence[EndLabel]) -> html.Div:
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


def legend(page: MeasurePage, *, earlier: bool = False) -> html.Ul:
    """What the other marks are."""
    marks: list[tuple[str, str]] = []
    if earlier:
        marks.append(("earlier", "As earlier papers printed it, before a break in the series"))
    if any(point.interval for point in page.points):
        marks.append(("interval", f"95% interval, {page.area.name}"))
    if any(point.beside("neighbours", "low") is not None for point in page.published):
        marks.append(("range", "Lowest to highest neighbour"))
    if page.covering.local and page.published:
        marks.append(("published", f"{page.area.name}, as published"))
    if any(point.value is None for point in page.points):
        marks.append(("gap", "No figure: the reason is in the table"))
    return legend_of(marks)


def source(page: MeasurePage) -> str:
    """Who said it, and when."""
    point = page.newest_number or page.headline
    own = point.figure.source_label if point and point.figure else "no source"
    beside_ = point.comparators[0] if point and point.comparators else None
    comparators = ""
    if beside_ is not None and page.covering.local:
        comparators = f" Comparators: {beside_.period_label}, released {beside_.release_label}."
    leading = page.headline or point
    neighbours = leading.comparator("neighbours", page.statistic) if leading else None
    model = ""
    if neighbours is not None and neighbours.n:
        model = f" Neighbours: {page.model.title}, {neighbours.n} of {neighbours.size} with a figure."
    return f"Source: {own}.{comparators}{model}"


def table(page: MeasurePage) -> TableTwin:
    """The numbers of the picture."""
    stated = page.statistic
    rows = []
    points = {p.ends: p for p in page.published} | {p.ends: p for p in page.points}
    for ends in sorted(points, reverse=True):
        point = points[ends]
        is_own = point in page.points
        published = next((p for p in page.published if p.ends == ends), None)
        row = [words.capital(point.period_label)]
        row.append(cells.value(point, page) if is_own else "")
        row.append(words.span(point.interval, page.measure) if is_own else "")
        if page.covering.local:
            row.append(cells.value(published, page) if published else "")
        if page.published:
            row += [
                cells.comparator(published, "england", "value", page),
                cells.comparator(published, "region", "value", page),
            ]
            row += [cells.comparator(published, "neighbours", stated, page)]
        rows.append(tuple(row))
    columns = ["Period", page.area.name, "95% interval"]
    columns += [f"{page.area.name}, published"] if page.covering.local else []
    columns += ["England", page.region_name or "Region", f"Neighbours’ {stated}"] if page.published else []
    return TableTwin(f"{page.title}, {page.area.name}", tuple(columns), tuple(rows))

"""The overview: what needs attention in a minute, then every measure in a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from dash import dcc, html

from dashboard.charts import inline
from dashboard.components import aria, words
from dashboard.components.links import choice
from dashboard.views import Comparator, FigureView, OverviewPage, OverviewRow, ReturnFact, Spark
from schema.measures import Framework, Outcome
from schema.periods import parse_period

Link = Callable[..., str]

# A small number moves far and stands at an end by chance alone, so both lists leave small ones out, and say so.
ENOUGH = 30
# How near to either end of the list of authorities counts as being at its end.
NEAR_THE_END = 10
LISTED = 4


# ----------------------------------------------------------------------------------------------------- the minute


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
            _to(row, link),
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
        if (place := place_of(row)) is not None and place.number <= NEAR_THE_END and _counts_enough(row.published)
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


@dataclass(frozen=True)
class Place:
    """A published figure's place among all authorities, counted from the nearer end; ties share the better number."""

    number: int
    end: str
    of: int

    @property
    def words(self) -> str:
        """“2nd highest of 151”, “lowest of 153”."""
        return f"{self.end if self.number == 1 else f'{words.ordinal(self.number)} {self.end}'} of {self.of}"


def place_of(row: OverviewRow) -> Place | None:
    """Where the area's published figure stands. None where it is not ranked, or the others are of another period."""
    figure, strip = row.published, row.strip
    if row.rank is None or figure is None or figure.value is None or strip is None:
        return None
    if figure.period_label != strip.period_label:
        return None
    others = (*strip.others, *strip.neighbours)
    above = sum(value > figure.value for value in others)
    below = sum(value < figure.value for value in others)
    return Place(above + 1, "highest", row.rank.of) if above <= below else Place(below + 1, "lowest", row.rank.of)


def _end(row: OverviewRow, place: Place, link: Link) -> html.Li:
    figure = row.published
    assert figure is not None  # noqa: S101 - a place belongs to a published figure
    return html.Li(
        [
            _to(row, link),
            f" {place.words}",
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


# ------------------------------------------------------------------------------------------------------ the filters


def filters(
    framework: Framework,
    view: OverviewPage,
    *,
    outcome: str,
    agency: str,
    agency_title: str,
    priority: str,
    shown: int,
) -> html.Div:
    """Three drop-downs and, said aloud as well, how many measures they leave."""
    used = {priority, outcome, *(row.measure.outcome for row in view.rows)}
    used |= {tag for row in view.rows for tag in row.measure.priorities}
    outcomes = {o.id: f"{o.short_title}: {o.title}" for o in framework.outcomes if o.id in used}
    # An agency that is asked for by an address may have no measure yet; it is still what the control says.
    agencies = {agency: agency_title} if agency_title else {}
    agencies |= {row.measure.agency: row.agency_title for row in view.rows}
    return html.Div(
        [
            choice("outcome", "Outcome", outcomes, outcome, everything="All outcomes"),
            choice("agency", "Agency", agencies, agency, everything="All agencies"),
            choice(
                "priority",
                "Priority",
                {p.id: p.title for p in framework.priorities if p.id in used},
                priority,
                everything="All priorities",
            ),
            html.P(f"{shown} of {words.plural(len(view.rows), 'measure')} shown", role="status"),
        ],
        className="filters",
        role="search",
        **aria.label("Choose measures"),
    )


# -------------------------------------------------------------------------------------------------------- the rows


def legend(view: OverviewPage) -> html.Ul:
    """What the marks of the small pictures mean."""
    local = any(row.headline is not None and row.headline.local for row in view.rows)
    marks = [("own", f"{view.area.name}")]
    marks += [("local", f"{view.area.name}, newer local figure")] if local else []
    marks += [
        ("neighbours", f"statistical neighbours ({view.model_title})"),
        ("england", "England"),
        ("others", "every other authority, lowest to highest"),
    ]
    return html.Ul(
        [html.Li([html.Img(src=inline.key(mark), alt="", width=18, height=18), text]) for mark, text in marks],
        className="legend",
    )


def group(
    outcome: Outcome, rows: Sequence[OverviewRow], view: OverviewPage, link: Link, priorities: dict[str, str]
) -> html.Section:
    """One outcome's measures as a table."""
    local = any(row.quarter is not None or (row.headline is not None and row.headline.local) for row in view.rows)
    first = min((_year(label) for row in view.rows for label in row.spark.labels), default=0)
    last = max((_year(label) for row in view.rows for label in row.spark.labels), default=0)
    region = next((c.label for row in rows for c in row.comparators if c.name == "region"), "Region")
    columns = [
        ("Measure", "c-name", ""),
        ("Newest figure", "c-latest", ""),
        *([("Last quarter, and published", "c-beside", "")] if local else []),
        ("On a year before", "c-change", ""),
        (f"{first}{words.DASH}{last}, England grey" if first else "Over the years", "c-spark", ""),
        ("Among all authorities, published", "c-strip", ""),
        ("England", "c-comparator", "number"),
        (region, "c-comparator", "number"),
        ("Neighbours", "c-neighbours", "number"),
    ]
    table = html.Table(
        [
            html.Caption(f"{outcome.title}: newest figures of {view.area.name}", className="unseen"),
            html.Colgroup([html.Col(className=width) for _, width, _ in columns]),
            html.Thead(
                html.Tr(
                    [html.Th(word, scope="col", className=kind, role="columnheader") for word, _, kind in columns],
                    role="row",
                ),
                role="rowgroup",
            ),
            html.Tbody(
                [_row(row, view.area.name, link, priorities, local, (first, last)) for row in rows], role="rowgroup"
            ),
        ],
        className="measures",
        role="table",
    )
    return html.Section([html.H2(f"{outcome.short_title} · {outcome.title}"), table], className="outcome")


def _row(
    row: OverviewRow, area: str, link: Link, priorities: dict[str, str], local: bool, years: tuple[int, int]
) -> html.Tr:
    figure = row.headline
    tags = " · ".join([row.agency_title, *(priorities[p] for p in row.measure.priorities if p in priorities)])
    made_of = "" if figure is None else words.counts(figure, row.measure)
    cells = [
        html.Th(
            [
                html.Span(_to(row, link), className="name"),
                html.Span(made_of, className="sub") if made_of else None,
                html.Span(tags, className="sub tag"),
            ],
            scope="row",
            role="rowheader",
        ),
        html.Td(_newest(figure, row), className="latest", role="cell"),
    ]
    if local:
        beside = _beside(row)
        cells.append(html.Td(beside, className="beside" if beside else "beside empty", role="cell"))
    cells += [
        html.Td(_change(row), className="change", role="cell"),
        html.Td(_spark(row, area, years), className="spark", role="cell"),
        html.Td(_strip(row, area), className="stands", role="cell"),
        *(
            html.Td(_comparator(row, found, name), className="number", role="cell")
            for name, found in (
                ("England", row.comparator("england")),
                ("Region", row.comparator("region")),
                ("Neighbours", row.comparator("neighbours", "mean")),
            )
        ),
    ]
    return html.Tr(cells, role="row")


def _to(row: OverviewRow, link: Link) -> dcc.Link:
    return dcc.Link(row.title, href=link(f"/measure/{row.measure.id}"))


def _newest(figure: FigureView | None, row: OverviewRow) -> list[html.Span]:
    if figure is None:
        return [html.Span("No figure", className="badge"), html.Span("None was ever received.", className="sub")]
    if figure.value is None or not figure.state.has_value:
        return [
            html.Span(words.state_words(figure.state), className="badge"),
            html.Span(words.state_meaning(figure.state), className="sub"),
            html.Span(figure.period_label, className="sub"),
        ]
    unit = words.unit(row.measure)
    value = [words.value(figure.value, figure.state, row.measure)]
    parts = [html.Span([*value, html.Span(f" {unit}", className="per")] if unit else value, className="value")]
    period = words.shorten(figure.period_label)
    local = html.Span("local ", className="local") if figure.local else None
    return [*parts, html.Span([local, period], className="sub")]


def _beside(row: OverviewRow) -> list[html.Span]:
    """The raw quarter, and the published figure where a local one leads."""
    parts = []
    for figure, name in ((row.quarter, "Quarter"), (row.published, "Published")):
        if figure is None or figure is row.headline or (name == "Published" and not _leads_local(row)):
            continue
        said = words.value(figure.value, figure.state, row.measure)
        period = words.month(figure.period_label)
        if name == "Quarter":
            period = words.short_period(figure.period, figure.basis)
        what = "" if name == "Quarter" else "published "
        parts.append(html.Span([html.Strong(said), f" {what}{period}"], className="sub"))
    return parts


def _leads_local(row: OverviewRow) -> bool:
    return row.headline is not None and row.headline.local


def _change(row: OverviewRow) -> list[html.Span]:
    change = row.change
    if change is None:
        return [html.Span("Nothing to compare with a year before", className="sub")]
    said = words.relative(change)
    parts = [
        html.Span("On a year before", className="word"),
        html.Span(words.difference(change, row.measure)),
    ]
    before = words.plain(change.previous, row.measure)
    return [*parts, html.Span(f"{said}, from {before}" if said else f"from {before}", className="sub")]


def _comparator(row: OverviewRow, found: Comparator | None, name: str) -> list[html.Span]:
    word = html.Span(found.label.replace("Statistical n", "N") if found else name, className="word")
    if found is None:
        return [word, html.Span("Not comparable", className="sub")]
    parts = [word, html.Span(words.value(found.value, found.state, row.measure))]
    if found.name == "neighbours":
        parts.append(html.Span(words.neighbours_n(found), className="sub"))
    return [*parts, html.Span(words.month(found.period_label), className="sub")]


def _year(label: str) -> int:
    """The year in which a period ends: the last four figures of its words."""
    return int(label[-4:]) if label[-4:].isdigit() else 0


def _spark(row: OverviewRow, area: str, years: tuple[int, int]) -> list[html.Img]:
    spark = row.spark
    if not any(value is not None for value in (*spark.own, spark.local)):
        return []
    at = {_year(label): place for place, label in enumerate(spark.labels)}
    span = range(years[0], years[1] + 1)
    own = [spark.own[at[year]] if year in at else None for year in span]
    england = [spark.england[at[year]] if year in at else None for year in span]
    return [
        html.Img(
            src=inline.sparkline(own, england, local=spark.local),
            alt=_spark_words(row, spark, area),
            width=inline.SPARK_WIDTH,
            height=inline.SPARK_HEIGHT,
        )
    ]


def _spark_words(row: OverviewRow, spark: Spark, area: str) -> str:
    known = [(label, value) for label, value in zip(spark.labels, spark.own, strict=True) if value is not None]
    if spark.local is not None:
        known.append((spark.local_label, spark.local))
    say = [words.signed(f"{words.plain(value, row.measure)} {label}") for label, value in (known[0], known[-1])]
    gaps = sum(value is None for value in spark.own)
    missing = f"; {words.plural(gaps, 'year')} without a figure" if gaps else ""
    return f"{area} over time: {say[0]}, {say[1]}{missing}." if len(known) > 1 else f"{area}: {say[0]}{missing}."


def _strip(row: OverviewRow, area: str) -> list[html.Img | html.Span]:
    found, figure = row.strip, row.headline
    if found is None or not (found.others or found.neighbours):
        return []
    own = "no figure" if found.own is None else f"{words.plain(found.own, row.measure)} {found.own_label}"
    values = [*found.others, *found.neighbours]
    alt = (
        f"{area} {own}, among {len(values)} other authorities from {words.plain(min(values), row.measure)} "
        f"to {words.plain(max(values), row.measure)}, {found.period_label}."
    )
    local = figure is not None and figure.local
    parts: list[html.Img | html.Span] = [
        html.Img(
            src=inline.strip(found.others, found.neighbours, found.own, found.england, own_is_local=local),
            alt=alt,
            width=inline.STRIP_WIDTH,
            height=inline.STRIP_HEIGHT,
        )
    ]
    place = place_of(row)
    if place is not None and place.number <= NEAR_THE_END:
        parts.append(html.Span(place.words, className="sub"))
    elif row.rank is not None:
        parts.append(html.Span(words.rank(row.rank, row.measure), className="sub"))
    return parts


def nothing_left(link: Link) -> html.Div:
    """In place of the tables, when the filters leave no measure."""
    return html.Div(
        [
            html.H2("No measure matches these choices"),
            html.P("Choose “All” in one of them, or start again."),
            html.P(dcc.Link("Show every measure", href=link("/"))),
        ],
        className="card notice",
    )

"""The overview's tables: a row for every measure."""

from collections.abc import Sequence

from dash import html

from dashboard.charts import inline
from dashboard.components import words
from dashboard.components.links import Link, to_measure
from dashboard.views.figure import Comparator, FigureView
from dashboard.views.overview import OverviewPage, OverviewRow, Spark
from schema.measures import Outcome


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
                html.Span(to_measure(row.measure, link, row.title), className="name"),
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
    when = ", ".join(part for part in (found.period_label, words.lag(found.lag_months)) if part)
    return [*parts, html.Span(words.month(found.period_label), className="sub", title=when)]


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
    place = row.place
    if place is not None and place.near:
        parts.append(html.Span(words.place(place.number, place.end, place.of), className="sub"))
    elif row.rank is not None:
        parts.append(html.Span(words.rank(row.rank.rank, row.rank.of, row.measure), className="sub"))
    return parts

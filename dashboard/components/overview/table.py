"""Tables of measures: a row for each, with its newest figure and all that stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html

from dashboard.charts import inline
from dashboard.components import words
from dashboard.components.links import Link, to_measure
from dashboard.components.match import mark, mark_words
from dashboard.components.reading import word
from dashboard.components.static import static
from dashboard.rounding import rounded
from dashboard.views.figure import Comparator, FigureView, Rank
from dashboard.views.overview import OverviewRow, Spark
from schema.periods import Basis
from schema.states import State


@dataclass(frozen=True)
class Look:
    """What all rows of a page's tables have in common, so that their columns do."""

    area: str
    link: Link
    priorities: dict[str, str]
    local: bool
    """Whether any measure has a figure of an agency's own."""
    terms: bool
    """Whether any of those is a term's."""
    years: tuple[int, int]
    """The span of the small lines."""
    until: float = 0.0
    """Where the last of them ends, in years: local figures run on beyond the last published year."""


def look_of(rows: Sequence[OverviewRow], area: str, link: Link, priorities: dict[str, str]) -> Look:
    """What some rows have in common; `priorities` are titles by id."""
    years = [year for row in rows for year in row.spark.years]
    return Look(
        area=area,
        link=link,
        priorities=priorities,
        local=any(row.raw is not None or _leads_local(row) for row in rows),
        terms=any(row.raw is not None and row.raw.basis is Basis.TERM for row in rows),
        years=(min(years, default=0), max(years, default=0)),
        until=max((*years, *(row.spark.local_year for row in rows)), default=0.0),
    )


def legend(rows: Sequence[OverviewRow], area: str, model_title: str) -> html.Ul:
    """What the marks of the small pictures mean."""
    marks = [("own", area)]
    marks += [("local", f"{area}, newer local figure")] if any(_leads_local(row) for row in rows) else []
    marks += [
        ("neighbours", f"statistical neighbours ({model_title})"),
        ("england", "England"),
        ("others", "every other authority, lowest to highest"),
    ]
    return html.Ul(
        [html.Li([html.Img(src=inline.key(mark), alt="", width=18, height=18), text]) for mark, text in marks],
        className="legend",
    )


def measures(caption: str, rows: Sequence[OverviewRow], look: Look) -> html.Article:
    """Measures that have a figure, as a table; `caption` says whose."""
    first, last = look.years
    part = "quarter or term" if look.terms else "quarter"
    region = next((c.label for row in rows for c in row.comparators if c.name == "region"), "Region")
    columns = [
        ("Measure", "c-name", ""),
        ("Newest figure", "c-latest", ""),
        *([(f"Last {part}, and published", "c-beside", "")] if look.local else []),
        ("On a year before", "c-change", ""),
        (f"{first}{words.DASH}{last}, England grey" if first else "Over the years", "c-spark", ""),
        ("Among all authorities, published", "c-strip", ""),
        ("England", "c-comparator", "number"),
        (region, "c-comparator", "number"),
        ("Neighbours", "c-neighbours", "number"),
    ]
    table = html.Table(
        [
            html.Caption(caption, className="unseen"),
            html.Colgroup([html.Col(className=width) for _, width, _ in columns]),
            html.Thead(
                html.Tr(
                    [html.Th(word, scope="col", className=kind, role="columnheader") for word, _, kind in columns],
                    role="row",
                ),
                role="rowgroup",
            ),
            html.Tbody([_row(row, look) for row in rows], role="rowgroup"),
        ],
        className="measures",
        role="table",
    )
    return static(table)


def _row(row: OverviewRow, look: Look) -> html.Tr:
    figure = row.headline
    named = (look.priorities[found] for found in row.measure.priorities if found in look.priorities)
    tags = " · ".join([row.agency_title, *named])
    made_of = "" if figure is None else words.counts(figure, row.measure)
    cells = [
        html.Th(
            [
                html.Span(to_measure(row.measure, look.link, row.title), className="name"),
                html.Span(made_of, className="sub") if made_of else None,
                html.Span(tags, className="sub tag"),
                None if row.comparable or row.published is None else mark(row.measure),
            ],
            scope="row",
            role="rowheader",
        ),
        html.Td(_newest(figure, row), className="latest", role="cell"),
    ]
    if look.local:
        beside = _beside(row)
        cells.append(html.Td(beside, className="beside" if beside else "beside empty", role="cell"))
    cells += [
        html.Td(_change(row), className="change", role="cell"),
        html.Td(_spark(row, look), className="spark", role="cell"),
        html.Td(_strip(row, look.area), className="stands", role="cell"),
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
            html.Span(_meaning(figure), className="sub"),
            html.Span(figure.period_label, className="sub"),
        ]
    unit = words.unit(row.measure)
    value = [words.value(figure.value, figure.state, row.measure)]
    parts = [html.Span([*value, html.Span(f" {unit}", className="per")] if unit else value, className="value")]
    period = words.shorten(figure.period_label)
    local = html.Span("local ", className="local") if figure.local else None
    read = word(row.reading)
    return [*parts, html.Span([local, period], className="sub"), *([read] if read is not None else [])]


def _meaning(figure: FigureView) -> str:
    if figure.local and figure.state is State.UNAVAILABLE:
        return "The agency could not give it, or a part of it."
    return words.state_meaning(figure.state)


def _beside(row: OverviewRow) -> list[html.Span]:
    """The raw quarter or term, and the published figure where a local one leads."""
    parts = []
    if row.raw is not None and row.raw != row.headline:
        said = words.value(row.raw.value, row.raw.state, row.measure)
        period = words.short_period(row.raw.period, row.raw.basis)
        parts.append(html.Span([html.Strong(said), f" {period}"], className="sub"))
    if row.published is not None and _leads_local(row):
        said = words.value(row.published.value, row.published.state, row.measure)
        parts.append(
            html.Span([html.Strong(said), f" published {words.month(row.published.period_label)}"], className="sub")
        )
    return parts


def _leads_local(row: OverviewRow) -> bool:
    return row.headline is not None and row.headline.local


def _change(row: OverviewRow) -> list[html.Span]:
    change = row.change
    if change is None:
        return [html.Span("Nothing to compare with a year before", className="sub")]
    # Where the figures are printed alike, nothing is said of a per cent between them.
    said = words.relative(change) if rounded(change.difference, row.measure.decimals) else ""
    parts = [
        html.Span("On a year before", className="word"),
        html.Span(words.difference(change, row.measure)),
    ]
    before = words.plain(change.previous, row.measure)
    return [*parts, html.Span(f"{said}, from {before}" if said else f"from {before}", className="sub")]


def _comparator(row: OverviewRow, found: Comparator | None, name: str) -> list[html.Span]:
    word = html.Span(found.label.replace("Statistical n", "N") if found else name, className="word")
    if found is None:
        return [word, html.Span(_why_none(row), className="sub")]
    absent = found.value is None and found.state is State.MISSING
    said = "Not published" if absent else words.value(found.value, found.state, row.measure)
    parts = [word, html.Span(said)]
    if found.name == "neighbours":
        parts.append(html.Span(words.neighbours_n(found), className="sub"))
    when = ", ".join(part for part in (found.period_label, words.lag(found.lag_months)) if part)
    if not row.comparable:
        when = f"{when}. {mark_words(row.measure)}"
    shown = words.month(found.period_label)
    return [
        *parts,
        html.Span(
            shown if row.comparable else f"{shown}, {row.measure.published_as.match}", className="sub", title=when
        ),
    ]


def _why_none(row: OverviewRow) -> str:
    """Why there is no comparator: nobody publishes one, none is loaded, or what is cannot stand beside this figure."""
    if row.measure.published_as.match == "none":
        return "Not published"
    return "None loaded" if row.published is None else "Not comparable"


def _spark(row: OverviewRow, look: Look) -> list[html.Img | html.Span]:
    spark = row.spark
    if sum(value is not None for value in (*spark.own, spark.local)) < 2:
        return []
    source = _by_year(spark, look) if spark.years else inline.sparkline(spark.own)
    picture = html.Img(
        src=source,
        alt=_spark_words(row, spark, look.area),
        width=inline.SPARK_WIDTH,
        height=inline.SPARK_HEIGHT,
    )
    if spark.years:
        return [picture]
    # Another line than the years of the column’s head, so it says what its points are.
    ends = f"{words.month(spark.labels[0])}{words.DASH}{words.month(spark.labels[-1])}"
    return [picture, html.Span(f"local {_POINTS[spark.basis]}, {ends}", className="sub")]


_POINTS = {
    Basis.QUARTER: "quarters",
    Basis.TERM: "terms",
    Basis.MONTH: "months",
    Basis.YEAR: "years",
    Basis.ROLLING_YEAR: "rolling years",
    Basis.ACADEMIC_YEAR: "school years",
    Basis.AT_DATE: "dates",
    Basis.YTD: "years to date",
    Basis.POOLED_YEARS: "pooled years",
}


def _by_year(spark: Spark, look: Look) -> str:
    """All lines of published years begin and end alike."""
    at = {year: place for place, year in enumerate(spark.years)}
    span = range(look.years[0], look.years[1] + 1)
    own = [spark.own[at[year]] if year in at else None for year in span]
    england = [spark.england[at[year]] if year in at else None for year in span]
    first = look.years[0]
    ring = None if spark.local is None else spark.local_year - first
    return inline.sparkline(own, england, local=spark.local, local_at=ring, last=look.until - first)


def _spark_words(row: OverviewRow, spark: Spark, area: str) -> str:
    known = [(label, value) for label, value in zip(spark.labels, spark.own, strict=True) if value is not None]
    if spark.local is not None:
        known.append((spark.local_label, spark.local))
    say = [words.signed(f"{words.plain(value, row.measure)} {label}") for label, value in (known[0], known[-1])]
    gaps = sum(value is None for value in spark.own)
    missing = f"; {words.plural(gaps, 'period')} without a figure" if gaps else ""
    return f"{area} over time: {say[0]}, {say[1]}{missing}." if len(known) > 1 else f"{area}: {say[0]}{missing}."


def _strip(row: OverviewRow, area: str) -> list[html.Img | html.Span]:
    found = row.strip
    if found is None or not (found.others or found.neighbours):
        return []
    own = "no figure" if found.own is None else f"{words.plain(found.own, row.measure)} {found.own_label}"
    values = [*found.others, *found.neighbours]
    alt = (
        f"{area} {own}, among {len(values)} other authorities from {words.plain(min(values), row.measure)} "
        f"to {words.plain(max(values), row.measure)}, {found.period_label}."
    )
    parts: list[html.Img | html.Span] = [
        html.Img(
            src=inline.strip(found.others, found.neighbours, found.own, found.england, own_is_local=found.own_is_local),
            alt=alt,
            width=inline.STRIP_WIDTH,
            height=inline.STRIP_HEIGHT,
        )
    ]
    if row.rank is not None:
        parts.append(html.Span(_rank(row, row.rank), className="sub"))
    return parts


def _rank(row: OverviewRow, found: Rank) -> str:
    """The rank, with the figure that is ranked and its date where another one leads the row."""
    place = words.rank(found.rank, found.of, row.measure, found.level_with)
    figure = row.published
    if figure is None or not row.ranks_another:
        return place
    value = words.value(figure.value, figure.state, row.measure)
    return f"published {value}, {words.month(figure.period_label)}: {place}"

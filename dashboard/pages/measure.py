"""One measure for one area: the finding, its trend, all authorities, its figures, and where they came from."""

from typing import Any

from dash import dcc, html

from dashboard import downloads
from dashboard.charts import breakdown as breakdown_chart
from dashboard.charts import ranking as ranking_chart
from dashboard.charts import trend as trend_chart
from dashboard.charts.graph import graph_block
from dashboard.components import measure as parts
from dashboard.components.links import address
from dashboard.measure_view import Asked, Covering, MeasurePage, measure_page
from dashboard.shell import Body, Page, Visit


def draw(visit: Visit) -> Body:
    """The measure that the address names, covered as it asks."""
    view = measure_page(visit.queries, visit.context, visit.query["measure"], visit.area, asked(visit))
    link = visit.link
    actions = html.P(
        dcc.Link("Compare with other authorities", href=link("/compare", measures=view.measure.id)), className="actions"
    )
    controls = html.Div([parts.controls(view, default_covering(view)), actions], className="toolbar")
    body: list[Any] = [*parts.heading(view, link), controls]
    if not view.points:
        body.append(parts.definition(view, link))
        return Body(view.measure.title, body)
    body.append(html.Div([_trend(view), parts.side(view, link)], className="with-side"))
    lower = [_ranking(view), _breakdown(view), _figures(visit, view)]
    body.append(html.Div([part for part in lower if part is not None], className="stack"))
    proof = [part for part in (parts.meetings(view), parts.releases(view)) if part is not None]
    definition = parts.definition(view, link)
    body.append(html.Div([definition, html.Div(proof, className="stack")], className="pair") if proof else definition)
    body.append(parts.provenance(view))
    return Body(view.measure.title, body)


def asked(visit: Visit) -> Asked:
    """What the address asks for. Raises WrongUseError for what is no choice at all."""
    known = visit.queries.neighbour_models()
    model = visit.choice("model", {found.id: found.title for found in known}, known[0].id)
    statistic = visit.choice("neighbours", {"mean": "Mean", "median": "Median"}, "mean")
    covering = visit.choice("basis", {found.value: found.words for found in Covering})
    return Asked(covering or None, statistic, model, visit.query.get("category"))


def default_covering(view: MeasurePage) -> Covering:
    """What the page shows when the address does not say."""
    there = [Covering(found.key) for found in view.coverings if found.available]
    leading = [found for found in there if found in (Covering.ROLLING_YEAR, Covering.QUARTER_ENDS)]
    return (leading or there or [view.covering])[0]


def _trend(view: MeasurePage) -> html.Div:
    axis = trend_chart.axis_of(view)
    percent = "%" if view.measure.is_percentage else ""
    block = graph_block(
        trend_chart.trend(view),
        id="trend",
        title=parts.trend_title(view),
        subtitle=parts.trend_subtitle(view, from_zero=axis.from_zero, low=f"{axis.low:,g}{percent}"),
        summary=parts.trend_summary(view),
        source=parts.trend_source(view),
        table=parts.trend_table(view),
        height=trend_chart.HEIGHT,
        key=parts.trend_key(view, trend_chart.end_labels(view)),
        legend=parts.trend_legend(view),
    )
    return html.Div(block, className="main-chart")


def _ranking(view: MeasurePage) -> html.Figure | None:
    if view.ranking is None:
        return None
    when = view.ranking.period_label
    source = view.newest_published.figure if view.newest_published else None
    return graph_block(
        ranking_chart.ranking(view.ranking, view.measure),
        id="ranking",
        title=parts.ranking_title(view.ranking, view.area.name),
        subtitle=f"{view.title}, all authorities from lowest to highest, published, {when}.",
        summary=" ".join(parts.rank_sentences(view.ranking, view.area.name)[1 if view.ranking.own else 0 :]),
        source=f"Source: {source.source_label}. {parts.who(view)}" if source else f"Published, {when}.",
        table=parts.ranking_table(view.ranking, view),
        height=ranking_chart.HEIGHT,
        legend=parts.ranking_legend(view),
    )


def _breakdown(view: MeasurePage) -> html.Figure | None:
    found = view.breakdown
    if found is None or not found.rows:
        return None
    local = view.covering.local
    return graph_block(
        breakdown_chart.breakdown(found, view.measure, view.statistic, view.area.name, local=local),
        id="breakdown",
        title=parts.breakdown_title(found, view),
        subtitle=f"{view.measure.title}, {found.period_label}, {'local return' if local else 'published'}.",
        summary=parts.breakdown_summary(found, view),
        source=f"Source: {found.rows[0].figure.source_label}. Neighbours: {view.model.title}.",
        table=parts.breakdown_table(found, view),
        height=breakdown_chart.height(found),
        legend=parts.breakdown_legend(view),
    )


def _figures(visit: Visit, view: MeasurePage) -> html.Section:
    query = {key: visit.query.get(key, "") for key in ("basis", "neighbours", "model", "category")}
    href = address(f"/download/measure/{view.measure.id}.csv", area=view.area.id, **query)
    size = max(1, round(len(downloads.as_csv(view).encode()) / 1024))
    return parts.figures(view, visit.link, href, f"{size} kB")


PAGE = Page("measure", "/measure/<measure>", draw)

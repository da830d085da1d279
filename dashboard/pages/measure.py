"""One measure for one area: the finding, its trend, all authorities, its figures, and where they came from."""

from typing import Any

from dash import dcc, html

from dashboard import downloads
from dashboard.charts import breakdown as breakdown_chart
from dashboard.charts import funnel as funnel_chart
from dashboard.charts import ranking as ranking_chart
from dashboard.charts import trend as trend_chart
from dashboard.charts.control import control_block
from dashboard.charts.graph import graph_block
from dashboard.components import disputes, owed
from dashboard.components.measure import (
    bases,
    breakdown,
    control_note,
    controls,
    definition,
    evidence,
    figures_table,
    funnel,
    heading,
    historic,
    inequality,
    over_time,
    parts,
    provenance,
    ranking,
    side,
    trend,
)
from dashboard.shell import Body, Page, Visit
from dashboard.views.choices import Asked, Covering
from dashboard.views.control import Control, control
from dashboard.views.disputes import disputes_about
from dashboard.views.funnel import funnel as funnel_of
from dashboard.views.historic import HistoricFigure, drawable
from dashboard.views.historic import historic as historic_figures
from dashboard.views.inequality import inequality as inequality_of
from dashboard.views.measure import MeasurePage, measure_page
from dashboard.views.ranking import Ranking
from dashboard.views.received import owed_about


def draw(visit: Visit) -> Body:
    """The measure that the address names, covered as it asks."""
    view = measure_page(visit.queries, visit.context, visit.query["measure"], visit.area, asked(visit))
    link = visit.link
    actions = html.P(
        dcc.Link("Compare with other authorities", href=link("/compare", measures=view.measure.id)), className="actions"
    )
    toolbar = html.Div([controls.controls(view), actions if view.newest_published else None], className="toolbar")
    body: list[Any] = [*heading.heading(view, link), *([toolbar] if view.points else [])]
    if (gaps := owed.note(owed_about(visit.queries, visit.context, visit.area, [view.measure]), link)) is not None:
        body.append(gaps)
    papers = historic_figures(visit.queries, visit.context, view.measure, visit.area)
    if (disputed := disputes.about(disputes_about(visit.queries, visit.context, view), link)) is not None:
        body.append(disputed)
    if not view.points:
        rest = [_papers(visit, view, papers), definition.definition(view, link)]
        body.append(html.Div([part for part in rest if part is not None], className="stack"))
        return Body(view.measure.title, body)
    earlier = drawable(papers, view) if _papers_on_trend(visit) else ()
    charted = control(visit.queries, visit.context, view, whole=_whole_window(visit))
    first, below = _main(visit, view, earlier, charted)
    beside = side.side(view, link, _checks(visit, view), checked=_checked(visit))
    changed = over_time.section_of(view)
    left = html.Div([first, *([changed] if changed is not None else [])], className="main-column")
    body.append(html.Div([left, beside], className="with-side"))
    lower = [below, _papers(visit, view, papers), _all_authorities(visit, view)]
    lower += [_breakdown(view), _parts(visit, view), _inequality(visit, view), bases.bases(view), _figures(visit, view)]
    body.append(html.Div([part for part in lower if part is not None], className="stack"))
    proof = [part for part in (evidence.meetings(view), evidence.releases(view)) if part is not None]
    meaning = definition.definition(view, link)
    body.append(html.Div([meaning, html.Div(proof, className="stack")], className="pair") if proof else meaning)
    body.append(provenance.provenance(view))
    return Body(view.measure.title, body)


def asked(visit: Visit) -> Asked:
    """What the address asks for. Raises WrongUseError for what is no choice at all."""
    known = visit.queries.neighbour_models()
    model = visit.choice("model", {found.id: found.title for found in known}, known[0].id)
    statistic = visit.choice("neighbours", {"mean": "Mean", "median": "Median"}, "mean")
    covering = visit.choice("basis", {found.value: found.words for found in Covering})
    return Asked(covering or None, statistic, model, visit.query.get("category"))


def _whole_window(visit: Visit) -> bool:
    return visit.choice("window", {"all": "Every month"}) == "all"


def _main(
    visit: Visit, view: MeasurePage, earlier: tuple[HistoricFigure, ...], charted: Control
) -> tuple[html.Div, html.Div | None]:
    """What stands beside the cards, and what directly below.

    A control chart stands in the place of the trend, which would draw the same line again: beside a quarter or a month
    stands nothing that is published for a year. What earlier papers print has a trend to stand on.
    """
    note = control_note.note(charted, view, visit.link)
    if charted.chart is None:
        return _trend(view, earlier, note), None
    shown = html.Div(control_block(charted.chart, id="control", more=note), className="main-chart")
    return shown, _trend(view, earlier) if earlier and view.covering is not Covering.MONTH else None


def _checked(visit: Visit) -> bool:
    return visit.choice("checks", {"shown": "Whether the reading survives"}) == "shown"


def _checks(visit: Visit, view: MeasurePage) -> str:
    """The address that shows whether the reading survives other comparators, or hides it again."""
    return _again(visit, view, checks="" if _checked(visit) else "shown")


_CHOICES = ("basis", "neighbours", "model", "category", "window", "authorities", "papers", "checks")


def _again(visit: Visit, view: MeasurePage, **changed: str) -> str:
    """The address of this page with one choice changed, and all others kept."""
    kept = {key: visit.query.get(key, "") for key in _CHOICES}
    return visit.link(f"/measure/{view.measure.id}", **{**kept, **changed})


def _papers_on_trend(visit: Visit) -> bool:
    return visit.choice("papers", {"shown": "On the trend"}) == "shown"


def _papers(visit: Visit, view: MeasurePage, figures: tuple[HistoricFigure, ...]) -> html.Section | None:
    """What earlier papers print, with the way to put it on the trend where some of it can stand there."""
    switch = None
    if drawable(figures, view):
        shown = _papers_on_trend(visit)
        href = _again(visit, view, papers="" if shown else "shown")
        words = "Take them off the trend" if shown else "Show on the trend those that can stand there, behind a break"
        switch = dcc.Link(words, href=href)
    file = visit.link(f"/download/papers/{view.measure.id}.csv", area=view.area.id)
    return historic.historic(view, figures, file, switch)


def _trend(view: MeasurePage, earlier: tuple[HistoricFigure, ...], below: html.P | None = None) -> html.Div:
    axis = trend_chart.axis_of(view, earlier)
    percent = "%" if view.measure.is_percentage else ""
    block = graph_block(
        trend_chart.trend(view, earlier),
        id="trend",
        title=trend.title(view),
        subtitle=trend.subtitle(view, from_zero=axis.from_zero, low=f"{axis.low:,g}{percent}"),
        summary=trend.summary(view),
        source=trend.source(view),
        table=trend.table(view),
        height=trend_chart.HEIGHT,
        key=trend.key(trend_chart.end_labels(view, earlier)),
        legend=trend.legend(view, earlier=bool(earlier)),
        below=below,
    )
    return html.Div(block, className="main-chart")


def _all_authorities(visit: Visit, view: MeasurePage) -> html.Figure | html.Section | None:
    """All authorities in order, or against the limits of a funnel, as the address asks."""
    shown = visit.choice("authorities", {"ranked": "Ranked", "funnel": "Funnel"}, "ranked")
    if view.ranking is None:
        return None
    control = controls.authorities(shown)
    if shown == "ranked":
        return _ranking(view, view.ranking, control)
    found = funnel_of(visit.queries, visit.context, view)
    if isinstance(found, str):
        return funnel.none(view, found, control)
    newest = view.newest_published
    source = newest.figure.source_label if newest and newest.figure else f"published, {found.period_label}"
    return graph_block(
        funnel_chart.funnel(found, view.measure),
        id="funnel",
        title=funnel.title(found, view),
        subtitle=funnel.subtitle(found, view),
        summary=funnel.summary(found, view),
        source=f"Source: {source}. {funnel.method(found, view)} {ranking.who(view)}",
        table=funnel.table(found, view),
        height=funnel_chart.HEIGHT,
        legend=funnel.legend(view),
        controls=control,
    )


def _ranking(view: MeasurePage, found: Ranking, control: html.Div) -> html.Figure:
    when = found.period_label
    source = view.newest_published.figure if view.newest_published else None
    return graph_block(
        ranking_chart.ranking(found, view.measure),
        id="ranking",
        title=ranking.title(found, view),
        subtitle=f"{view.title}, all authorities from lowest to highest, published, {when}.",
        summary=" ".join(ranking.sentences(found, view)[1 if found.own else 0 :]),
        source=f"Source: {source.source_label}. {ranking.who(view)}" if source else f"Published, {when}.",
        table=ranking.table(found, view),
        height=ranking_chart.HEIGHT,
        legend=ranking.legend(view),
        controls=control,
    )


def _breakdown(view: MeasurePage) -> html.Figure | None:
    found = view.breakdown
    if found is None or not found.rows:
        return None
    local = view.covering.local
    return graph_block(
        breakdown_chart.breakdown(found, view.measure, view.statistic, view.area.name, local=local),
        id="breakdown",
        title=breakdown.title(found, view),
        subtitle=f"{view.measure.title}, {found.period_label}, {'local return' if local else 'published'}.",
        summary=breakdown.summary(found),
        source=f"Source: {found.rows[0].figure.source_label}. Neighbours: {view.model.title}.",
        table=breakdown.table(found, view),
        height=breakdown_chart.height(found),
        legend=breakdown.legend(view),
    )


def _inequality(visit: Visit, view: MeasurePage) -> html.Section | None:
    """Which children the local return counts, where the measure is broken down by who they are."""
    found = inequality_of(visit.queries, visit.context, view)
    return None if found is None else inequality.section(found, view)


def _parts(visit: Visit, view: MeasurePage) -> html.Section | None:
    """What the local return counts by agency, by kind and the like, where the measure asks for it."""
    found = inequality_of(visit.queries, visit.context, view, characteristic=False)
    return None if found is None else parts.section(found, view)


def _figures(visit: Visit, view: MeasurePage) -> html.Section:
    query = {key: visit.query.get(key, "") for key in ("basis", "neighbours", "model", "category")}
    href = visit.link(f"/download/measure/{view.measure.id}.csv", area=view.area.id, **query)
    size = max(1, round(len(downloads.as_csv(view).encode()) / 1024))
    return figures_table.figures(view, href, f"{size} kB")


PAGE = Page(
    "measure", "/measure/<measure>", draw, there=lambda catalogue, parts: parts["measure"] in catalogue.measures
)

"""From contact to care: what each agency counted on the way, and the ratios between."""

from typing import Any

from dash import html

from dashboard.charts import journey as chart
from dashboard.charts.graph import graph_block
from dashboard.components import owed
from dashboard.components.journey import page as parts
from dashboard.components.journey import words as said
from dashboard.shell import Body, Page, Visit
from dashboard.views.journey import OFFERED, JourneyPage, journey_page
from dashboard.views.received import owed_about


def draw(visit: Visit) -> Body:
    """The journey of the area, on the basis that the address asks for."""
    known = visit.queries.neighbour_models()
    model = visit.choice("model", {found.id: found.title for found in known}, known[0].id)
    basis = visit.choice("basis", {found.value: found.words for found in OFFERED})
    view = journey_page(visit.queries, visit.context, visit.area, basis, model)
    shown = "" if model == known[0].id else model
    href = visit.link("/download/journey.csv", area=view.area.id, basis=basis, model=shown)
    measures = [step.measure for step in view.steps]
    gaps = owed.note(owed_about(visit.queries, visit.context, visit.area, measures), visit.link)
    body: list[Any] = [*parts.heading(view), *([] if gaps is None else [gaps]), parts.controls(view), _chart(view)]
    lower = [parts.ratios(view), parts.steps(view, href), parts.sources(view)]
    body.append(html.Div([part for part in lower if part is not None], className="stack"))
    return Body(view.title, body)


def _chart(view: JourneyPage) -> html.Figure:
    return graph_block(
        chart.journey(view),
        id="journey",
        title=said.title(view),
        subtitle=said.subtitle(view),
        summary=said.summary(view),
        source=parts.source(view),
        table=parts.ratio_table(view),
        height=chart.height(view),
        legend=parts.legend(view),
    )


PAGE = Page("journey", "/journey", draw, nav="Journey", order=45)

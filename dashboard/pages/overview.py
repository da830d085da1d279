"""The first page: in one minute what needs attention and what is missing; then the newest figure of every measure."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.links import Link
from dashboard.components.overview import briefing, filters, table
from dashboard.shell import Body, Page, Visit
from dashboard.views.attention import asked_day, attention_view
from dashboard.views.overview import OverviewPage, OverviewRow, overview_page
from dashboard.views.return_status import today_of
from schema.measures import Measure, Outcome

AT_ONCE = 60
"""As many rows as may be shown without a step between."""


def draw(visit: Visit) -> Body:
    """The overview of one area: all of it, or an outcome, an agency or a priority."""
    queries, context = visit.queries, visit.context
    framework = queries.catalogue.frameworks[context.framework]
    agencies = visit.agencies()
    chosen = filters.Chosen(
        visit.choice("outcome", {o.id: o.title for o in framework.outcomes}, "all"),
        visit.choice("agency", agencies, "all"),
        visit.choice("priority", {p.id: p.title for p in framework.priorities}, "all"),
    )
    view = overview_page(queries, context, visit.area, chosen=chosen)
    priorities = {priority.id: priority.title for priority in framework.priorities}
    look = table.look_of(view.rows, view.area.name, visit.link, priorities)
    said = f"{view.measures} of {words.plural(view.of, 'measure')} shown"
    numberless = sum(row.headline is None or not row.headline.state.has_value for row in view.rows)
    if view.rows and (without := numberless + len(view.waiting)):
        said = f"{said}, {without} of them without a number"
    needs = None
    if view.rows:
        shown = [*(row.measure for row in view.rows), *view.waiting]
        today = today_of(context)
        since = asked_day(visit.query.get("since", ""), today)
        needs = attention_view(queries, context, visit.area, shown, since=since, today=today)
    body: list[Any] = [*briefing.heading(view, needs, chosen.words(framework, agencies), context.as_of)]
    if needs is not None:
        body.append(briefing.briefing(view, needs, visit.link))
    every = queries.catalogue.measures_of(framework.id)
    body.append(filters.filters(framework, every, agencies, chosen, said))
    if len(view.groups) > 1:
        body.append(_contents(view))
    if view.rows:
        body.append(table.legend(view.rows, view.area.name, view.model_title))
    body += [_outcome(outcome, rows, waiting, view, look, chosen) for outcome, rows, waiting in view.groups]
    if not view.groups:
        body.append(filters.nothing_left(visit.link))
    return Body("Overview", body)


def _contents(view: OverviewPage) -> html.Nav:
    """The way to each outcome's table: those above it are long."""
    return html.Nav(
        html.Ul(
            [
                html.Li(
                    [
                        html.A(outcome.short_title, href=f"#{outcome.id}"),
                        f" {outcome.title} ({len(rows) + len(waiting)})",
                    ]
                )
                for outcome, rows, waiting in view.groups
            ]
        ),
        className="contents",
        **aria.label("Outcomes on this page"),
    )


def _outcome(
    outcome: Outcome,
    rows: Sequence[OverviewRow],
    waiting: Sequence[Measure],
    view: OverviewPage,
    look: table.Look,
    chosen: filters.Chosen,
) -> html.Section:
    parts: list[Any] = [html.H2(f"{outcome.short_title} · {outcome.title}", id=outcome.id)]
    caption = f"{outcome.title}: newest figures of {look.area}"
    # Of many, those that stand beside something come first, and the others are one step away.
    beside = [row for row in rows if row.comparators] if len(view.rows) > AT_ONCE else list(rows)
    alone = [row for row in rows if row not in beside]
    if beside:
        parts.append(table.measures(caption, beside, look))
    if alone:
        more = "more measures have" if len(alone) > 1 else "more measure has"
        said = html.Summary(
            f"{len(alone)} {more if beside else more.removeprefix('more ')} nothing published beside them"
        )
        parts.append(
            html.Details(
                [said, table.measures(f"{caption}, nothing published", alone, look)], className="table-key more"
            )
        )
    if waiting:
        parts.append(_waiting(outcome, briefing.waiting(view, len(waiting)), look.link, chosen))
    return html.Section(parts, className="outcome")


def _waiting(outcome: Outcome, said: str, link: Link, chosen: filters.Chosen) -> html.P:
    """What has no figure takes one line, and not a row each."""
    kept = {key: value for key, value in (("agency", chosen.agency), ("priority", chosen.priority)) if value != "all"}
    href = link("/catalogue", outcome=outcome.id, figures="none", **kept)
    return html.P([f"{said}: ", dcc.Link("see the catalogue", href=href), "."], className="waiting")


PAGE = Page("overview", "/", draw, nav="Overview", order=10)

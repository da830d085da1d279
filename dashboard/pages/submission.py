"""One agency's return for one period: its versions, what was found in them, and what a second person can do."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import MATCH, Dash, Input, Output, State, html, set_props
from dash.exceptions import PreventUpdate
from flask import abort

from dashboard import commands, identity
from dashboard.components import submission as parts
from dashboard.components.links import asked_of
from dashboard.components.upload import changes
from dashboard.instants import looking_back
from dashboard.queries import Queries
from dashboard.shell import Body, Page, Visit
from dashboard.views.submission import Action, Wanted, submission_page, titles, version_named
from etl.previewing import preview_submitted
from schema.catalogue import Catalogue
from schema.context import Context
from schema.errors import MendableError
from schema.findings import Severity
from schema.periods import parse_period


def draw(visit: Visit) -> Body:
    """The return that the address names."""
    wanted = Wanted(
        severity=_all(visit.choice("severity", {"all": "", **{s.value: s.value for s in Severity}}, "all")),
        rule=_all(visit.query.get("rule", "")),
        order=visit.choice("order", parts.ORDERS, "file"),
    )
    agency, period = visit.query["agency"], visit.query["period"]
    page = submission_page(
        visit.queries, visit.context, agency, parse_period(period).code, visit.query.get("version", ""), wanted
    )
    link, looks_back = visit.link, visit.context.as_of is not None
    here = link(f"/returns/{page.spec.id}/{page.status.period}", version=visit.query.get("version", ""))
    body: list[Any] = [
        *parts.heading(page, link),
        parts.done(page, visit.query.get("done", "")),
        html.Div(
            [
                parts.versions(page, link),
                html.Div(
                    [
                        parts.actions(page, identity.viewer(), here, link, looks_back=looks_back),
                        None if looks_back else parts.sending(page, link),
                    ],
                    className="doing-with-it",
                ),
            ],
            className="pair returns",
        ),
        parts.preview_place(page),
        parts.findings(page, wanted, link),
        parts.differences(page, *titles(visit.queries)),
    ]
    return Body(f"{page.spec.title}, {page.status.label}", [part for part in body if part is not None])


def _all(value: str) -> str:
    return "" if value == "all" else value


def connect(app: Dash, queries: Queries, context: Context) -> None:
    """What a person does with a version, and what accepting it would change, which takes a second or two to compute.
    After something was done, the page is drawn anew, from the record."""

    @app.callback(
        Output("returns-preview", "children"),
        Input("returns-preview-of", "data"),
        State("address", "search"),
    )
    def preview(which: object, search: str | None) -> Any:
        agency, period, version = _which(which, 3)
        if not there(queries.catalogue, {"agency": agency, "period": period}):
            abort(400)
        try:
            asking = looking_back(context, asked_of(search))
            one = version_named(queries, asking, agency, parse_period(period).code, version)
            found = preview_submitted(queries.engine, asking, queries.catalogue, one)
        except MendableError as error:
            return html.P(str(error), className="problem", role="alert")
        title = f"What accepting version {one.version} would change"
        return changes.preview(found, queries.catalogue, title=title)

    @app.callback(
        Output({"returns": "said", "act": MATCH}, "children"),
        Input({"returns": "do", "act": MATCH}, "n_clicks"),
        State({"returns": "words", "act": MATCH}, "value"),
        State({"returns": "which", "act": MATCH}, "data"),
        State("address", "search"),
        prevent_initial_call=True,
        running=[
            (Output({"returns": "do", "act": MATCH}, "disabled"), True, False),
            (Output({"returns": "busy", "act": MATCH}, "children"), "Working; figures are computed anew …", ""),
        ],
    )
    def act(clicks: int | None, words: str | None, which: object, search: str | None) -> str:
        if not clicks:
            raise PreventUpdate
        agency, period, version, action, seen = _which(which, 5)
        if action not in set(Action) or not seen.isdecimal() or len(seen) > 6:
            abort(400)
        asked = asked_of(search)
        try:
            acting = identity.acting_context(looking_back(context, asked))
            done = commands.act_on_return(
                queries.engine, acting, queries.catalogue, action, agency, period, int(version), words or "", int(seen)
            )
        except MendableError as error:
            return str(error)
        asked |= {"version": version, "done": str(len(done.events))}
        set_props("address", {"search": f"?{urlencode(asked)}"})
        return ""


def _which(which: object, parts_: int) -> list[str]:
    """The agency, the period, the version and perhaps the action and what was seen, as a store of ours names
    them; anything else is the asker's mistake."""
    if not isinstance(which, str) or len(found := which.split("|")) != parts_:
        abort(400)
    if not found[2].isdecimal() or len(found[2]) > 6:
        abort(400)
    return found


def there(catalogue: Catalogue, asked: Mapping[str, str]) -> bool:
    """Whether the agency has a return for such a period."""
    spec = catalogue.returns.get(asked["agency"])
    try:
        return spec is not None and parse_period(asked["period"]).kind is spec.period_kind
    except MendableError:
        return False


PAGE = Page("submission", "/returns/<agency>/<period>", draw, there=there, connect=connect)

"""Where two agencies give different numbers for the same thing: both, what they block, and whose was agreed on."""

from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from dashboard import identity
from dashboard.commands import settle_dispute
from dashboard.components import disputes as cards
from dashboard.components import words
from dashboard.components.crumbs import crumbs
from dashboard.components.links import asked_of, keeping
from dashboard.instants import looking_back
from dashboard.queries import Queries
from dashboard.shell import Body, Page, Visit
from dashboard.views.disputes import DisputesPage, DisputeView, disputes_page
from etl.transform.disputes import Place, Said
from schema.context import Context
from schema.errors import MendableError, WrongUseError

PATH = "/disputes"


def draw(visit: Visit) -> Body:
    """The open disputes, then the settled ones, then what was settled once."""
    page = disputes_page(visit.queries, visit.context)
    link = visit.link
    chosen = _chosen(visit, page)
    body: list[Any] = [
        crumbs(("Overview", link("/")), ("Returns", link("/returns")), here="Disputes"),
        html.H1("Disputes between agencies"),
        html.P(cards.lead(page), className="lead"),
        _done(visit, page),
        None if page.disputes else _how(page),
    ]
    for view in (*page.open, *page.settled):
        here = link(PATH, settle=view.key)
        form = cards.form(view, identity.viewer(), link("/who", next=here), link(PATH)) if view is chosen else None
        settle = "" if visit.context.as_of is not None else here
        body.append(cards.card(view, link, form, settle=settle))
    body.append(cards.past(page.past))
    return Body("Disputes", [html.Div([part for part in body if part is not None], className="disputes")])


def _how(page: DisputesPage) -> html.P:
    many = words.capital(words.plural(page.counted_by_two, "quantity", "quantities"))
    return html.P(
        f"{many} are counted by two agencies, and both numbers are kept. Where they differ, a dispute opens here by "
        "itself as soon as both returns are accepted.",
        className="muted",
    )


def _chosen(visit: Visit, page: DisputesPage) -> DisputeView | None:
    """The dispute that is to be settled: the one that the address names, or the only open one. The past stays."""
    if visit.context.as_of is not None:
        return None
    asked = visit.query.get("settle", "")
    if not asked:
        return page.open[0] if len(page.open) == 1 else None
    found = next((view for view in page.disputes if view.key == asked), None)
    if found is None:
        raise WrongUseError(
            "The dispute that the address names is over: the agencies give the same number now, or one has withdrawn "
            "its own. Open the page without it."
        )
    return found


def _done(visit: Visit, page: DisputesPage) -> html.P | None:
    """What has just been settled."""
    done = visit.query.get("done", "")
    for view in page.settled:
        if view.settled is not None and str(view.settled.settlement.id) == done:
            what = f"Settled: {words.within(view.title)}, {view.when}. {cards.agreed(view.settled)}"
            said = f"{what} Every figure that rests on it is there again."
            return html.P(said, className="told", role="status")
    return None


def connect(app: Dash, queries: Queries, context: Context) -> None:
    """Give the application the callback that settles a dispute."""

    @app.callback(
        Output("settle-said", "children"),
        Output("settle-gone", "href"),
        Input("settle-do", "n_clicks"),
        State("settle-what", "data"),
        State("settle-agreed", "value"),
        State("settle-reason", "value"),
        State("settle-who", "value"),
        State("address", "search"),
        prevent_initial_call=True,
    )
    def settle(
        clicks: int | None, what: Any, agreed: str | None, reason: str | None, who: str | None, search: str | None
    ) -> Any:
        if not clicks:
            return no_update, no_update
        try:
            place, seen, instead_of = _asked(what)
            if not agreed:
                raise WrongUseError("Choose whose number stands.")
            settled = settle_dispute(
                queries.engine,
                identity.acting_context(looking_back(context, asked_of(search))),
                queries.catalogue,
                place=place,
                agreed=agreed,
                reason=reason or "",
                who=who or "",
                seen=seen,
                instead_of=instead_of,
            )
        except MendableError as error:
            return str(error), no_update
        return "", keeping(search)(PATH, done=str(settled.id))


def _asked(what: Any) -> tuple[Place, dict[str, Said], int]:
    """What the form is about, as it was drawn. Raises WrongUseError for what no form of ours holds."""
    try:
        place, seen, instead_of = what["place"], what["seen"], what["instead_of"]
        if not all(isinstance(part, str) for part in place) or not isinstance(instead_of, int):
            raise TypeError
        said = {str(agency): float(n) if isinstance(n, int | float) else str(n) for agency, n in seen.items()}
        return Place(*place), said, instead_of
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise WrongUseError("This is no form of the dashboard’s own. Open the page anew.") from error


PAGE = Page("disputes", PATH, draw, connect=connect)

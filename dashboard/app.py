"""Makes the web application.

How a page is made, for whoever writes one:

1.  A file in `dashboard/pages/` with `PAGE = Page("compare", "/compare", draw, nav="Compare", order=20)`. Nothing else
    has to know of it. A path may have parts: `Page("measure", "/measure/<measure>", draw)`.
2.  `draw(visit: Visit) -> Body` is a pure function of the address. `visit.area` is the area to show, `visit.query` has
    the parts of the path (`visit.query["measure"]`) and the query's values, `visit.queries` and `visit.context` go to
    `dashboard.views`. `visit.choice("basis", {...}, "year")` reads and checks one value. `visit.link("/measure/x")` is
    an address that keeps the area and the framework. A page whose path has parts says with `there` whether what they
    name is there: `Page("measure", "/measure/<measure>", draw, there=…)`, so that an unknown one is answered with 404.
    It returns `Body("Title for the tab", [html.H1(...), ...])`.
3.  Controls come from `dashboard.components.links`: `choice(...)` for a drop-down, `switch(...)` for two to four
    choices, or any component with `id=control_id("key", default)` and a `value`. They need **no callback**: changing
    one writes the address and the page is drawn again, with the focus put back on the control. A default is left out
    of the address.
4.  A `MendableError` (an unknown area, measure or choice) becomes a sentence on the page; any other exception a plain
    apology with a reference that is in the log. Raise, do not catch.
5.  What changes something is a callback that the page's `connect(app, queries, context)` adds. It calls
    `dashboard.commands` with `identity.acting_context(context)`, catches MendableError alone, and answers in a sentence
    beside the button. A request that is none of ours never reaches it: `_sound` knows each property's kind.
6.  Graphs come from `dashboard.charts.graph.graph_block` only, small pictures from `dashboard.charts.inline`,
    numbers in words from `dashboard.components.words` only. The stylesheet is `dashboard/assets/style.css`; nothing is
    styled in Python. Ready-made classes: `card`, `columns`, `lead`, `muted`, `source-line`, `filters`,
    `figures-table`, `number`.
7.  Links within the dashboard are `dcc.Link(..., href=visit.link(...))`.
"""

import json
import os
import re
import secrets
from functools import cache, partial
from pathlib import Path
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, dcc, html
from dash.exceptions import DependencyException
from flask import Flask, Response, request

from dashboard import downloads, hosts, identity, return_downloads
from dashboard.charts import palette
from dashboard.components import frame
from dashboard.pages import all_pages
from dashboard.queries import Queries
from dashboard.settings import Settings
from dashboard.shell import Shell
from etl.load.engine import open_engine
from schema.catalogue import default_catalogue
from schema.context import Context

# The largest upload that is ever read; the dashboard's own requests are a few hundred bytes.
LARGEST_REQUEST = 16 * 2**20

INDEX = """<!DOCTYPE html>
<html lang="en-GB">
    <head>
        {%metas%}
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
    </head>
    <body>
        <a class="skip" href="#main">Skip to the figures</a>
        <noscript>The dashboard needs JavaScript. Its figures can be had without from the command line.</noscript>
        {%app_entry%}
        {%config%}
        {%scripts%}
        {%renderer%}
    </body>
</html>
"""


class _Dashboard(Dash):
    """Dash, but its page does not tell which versions it runs on, nor where their makers would look for a newer one."""

    def _config(self) -> dict[str, Any]:
        told = ("dash_version", "dash_version_url", "python_version", "plotly_version")
        config: dict[str, Any] = super()._config()  # type: ignore[no-untyped-call]  # Dash does not type it
        return {**config, **dict.fromkeys(told, "")}


def create_app(settings: Settings, queries: Queries | None = None, context: Context | None = None) -> Dash:
    """The application over the database of the settings, or over the queries given.

    `app.server` is the WSGI application; it is warm, so its first visitors may come all at once.
    """
    # The check asks another host for the newest version; nothing here talks to another host.
    os.environ["DASH_DISABLE_VERSION_CHECK"] = "true"
    server = Flask("dashboard")
    server.secret_key = settings.secret_key or secrets.token_hex(32)
    hosts.add_to(server, settings.names)
    identity.add_to(server, settings)
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    server.config["COMPRESS_ALGORITHM"] = ["gzip"]
    # Flask-Compress leaves the files that it streams open. Ours are small; Dash hands its large ones over whole.
    server.config["COMPRESS_STREAMS"] = False
    app = _Dashboard(
        "dashboard",
        server=server,  # type: ignore[arg-type]  # Dash says that it takes a flag or a framework, and takes a Flask
        assets_folder=str(Path(__file__).resolve().parent / "assets"),
        suppress_callback_exceptions=True,
        compress=True,
        title=frame.PRODUCT,
        update_title="",
        index_string=INDEX,
        health_endpoint="healthz",
        enable_mcp=False,
        add_log_handler=False,
    )
    queries = queries or Queries(open_engine(settings.database_url), default_catalogue())
    downloads.add_routes(server, queries, context or Context())
    return_downloads.add_routes(server, queries, context or Context())
    pages = all_pages()
    shell = Shell(queries, context or Context(), pages)
    app.layout = dmc.MantineProvider(
        [
            dcc.Location(id="address", refresh=False),
            html.Div(frame.being_made(), id="page"),
            dcc.Store(id="written"),
            dcc.Store(id="drawn"),
        ],
        theme={"fontFamily": palette.FONT, "primaryColor": "blue", "respectReducedMotion": True},
        forceColorScheme="light",
    )
    app.callback(
        Output("page", "children"),
        Input("address", "pathname"),
        Input("address", "search"),
        prevent_initial_call=True,
    )(shell.at)
    for page in pages:
        page.connect(app, queries, context or Context())
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash does not type it
        ClientsideFunction("address", "write"),
        Output("written", "data"),
        Input({"control": ALL, "default": ALL}, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash does not type it
        ClientsideFunction("address", "drawn"), Output("drawn", "data"), Input("page", "children")
    )
    _refuse_nonsense(app)
    _add_headers(app, shell)
    # Dash finishes setting itself up on its first request, and is not safe while it does: let that one be ours.
    server.test_client().get("/healthz")
    return app


def _refuse_nonsense(app: Dash) -> None:
    """A request that no page of ours sends is the asker's mistake (400), and none of ours (500)."""

    def check() -> Response | None:
        if request.path != "/_dash-update-component" or request.method != "POST":
            return None
        try:
            asked = request.get_json(silent=True)
        except RecursionError:
            asked = None
        if _encodes(asked) and _sound(asked, app.callback_map):
            return None
        return Response("This is no request of the dashboard's own. Open the page anew.\n", 400, mimetype="text/plain")

    def no_script(_error: DependencyException) -> Response:
        return Response("There is no such file.\n", 404, mimetype="text/plain")

    app.server.before_request(check)
    app.server.register_error_handler(DependencyException, no_script)


_TYPES: dict[str, tuple[type, ...]] = {
    "n_clicks": (int,),
    "n_intervals": (int,),
    "last_modified": (int, float),
    "data": (str, dict, list),
    "checked": (bool,),
}
"""What a property may hold when a page sends it, beside nothing; text where it is not named."""


_SURROGATE = re.compile("[\ud800-\udfff]")


def _encodes(asked: Any) -> bool:
    """Whether every text of a request is one that can be kept and sent: half of a pair of surrogates is none."""
    left = [asked]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str) and _SURROGATE.search(one):
            return False
    return True


def _sound(asked: Any, known: dict[str, Any]) -> bool:
    """Whether a request names one of our callbacks and gives it what it takes, each thing of its kind."""
    if not isinstance(asked, dict) or not isinstance(asked.get("output"), str) or asked["output"] not in known:
        return False
    changed = asked.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(found, str) for found in changed):
        return False
    callback = known[asked["output"]]
    if "callback" not in callback:
        # The browser does it by itself.
        return False
    return (
        _are_outputs(asked["output"], asked.get("outputs"))
        and _are_given(callback["inputs"], asked.get("inputs"))
        and _are_given(callback["state"], asked.get("state", []))
    )


def _are_outputs(output: str, given: Any) -> bool:
    several = output.startswith("..")
    wanted = [found.rpartition(".") for found in (output.strip(".").split("...") if several else [output])]
    found = given if several else [given]
    if not isinstance(found, list) or len(found) != len(wanted):
        return False
    return all(
        isinstance(one, dict) and _is_place(id, name, one) for (id, _, name), one in zip(wanted, found, strict=True)
    )


def _are_given(wanted: list[dict[str, Any]], given: Any) -> bool:
    """Whether inputs or states are those of a callback; one that stands for all of a kind comes as a list of them."""
    if not isinstance(given, list) or len(given) != len(wanted):
        return False
    for want, found in zip(wanted, given, strict=True):
        several = '["ALL"]' in want["id"]
        if several and not isinstance(found, list):
            return False
        for one in found if several else [found]:
            if not isinstance(one, dict) or not _is_place(want["id"], want["property"], one):
                return False
            if one.get("value") is not None and not isinstance(one["value"], _TYPES.get(want["property"], (str,))):
                return False
    return True


def _is_place(id: str, property: str, given: dict[str, Any]) -> bool:
    """Whether something is a property of a component of ours: `id` is written with wildcards where it has any."""
    if given.get("property") != property:
        return False
    if not id.startswith("{"):
        return bool(given.get("id") == id)
    found, wanted = given.get("id"), json.loads(id)
    return (
        isinstance(found, dict)
        and found.keys() == wanted.keys()
        and all(
            isinstance(found[key], str | int) if isinstance(part, list) else found[key] == part
            for key, part in wanted.items()
        )
    )


def _add_headers(app: Dash, shell: Shell) -> None:
    # The scripts' hashes are known once Dash has set itself up, which the first request sees to.
    policy = cache(partial(content_security_policy, app))

    def add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy()
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        # Dash answers any path with its one page; where there is nothing, the status says so as well.
        rule = request.url_rule.rule if request.url_rule else ""
        own = rule.startswith(("/_", "/assets/", "/download/")) or rule == "/healthz"
        if response.status_code == 200 and not own and not shell.has(request.path):
            response.status_code = 404
        return response

    app.server.after_request(add)


def content_security_policy(app: Dash) -> str:
    """Our own scripts, nothing from elsewhere. Plotly and Mantine write styles into the page, so those are allowed."""
    scripts = " ".join(dict.fromkeys(app.csp_hashes()))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )

"""The frame of every page: header, navigation, area picker, the demonstration's banner, and what is said on failure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import aria, look_back
from dashboard.components.links import Link, address, control_id
from dashboard.instants import AS_OF, words, written
from etl.demonstration import LOOKED_AT
from schema.areas import Area

PRODUCT = "Safeguarding performance"


def page(
    title: str,
    children: Sequence[Any],
    *,
    name: str,
    home: str,
    demonstration: bool,
    area: Area | None,
    authorities: Sequence[Area],
    nav: Sequence[tuple[str, str]],
    path: str,
    frameworks: Sequence[tuple[str, str, str]] = (),
    framework: str = "",
    asked_framework: str = "",
    here: str = "/",
    who: str = "",
    proved: bool = False,
    as_of: datetime | None = None,
    nothing_then: bool = False,
) -> html.Div:
    """A page in its frame.

    Args:
        title: for the browser's tab.
        children: the page itself, with its own first heading.
        name: the partnership's; empty where none is set up.
        home: the id of the area that goes without saying in an address.
        demonstration: whether the returns are made up, which every page then says.
        area: the area shown.
        authorities: what the picker offers.
        nav: path and word of each entry of the navigation.
        path: this page's.
        frameworks: id, name and address value of each framework; empty where there is but one.
        framework: the one shown.
        asked_framework: its value in an address; empty for the usual one.
        here: this page's address, to come back to.
        who: who is working, where that is known.
        proved: whether a sign-in service says so, and not the visitor.
        as_of: the instant that is shown; None for now.
        nothing_then: nothing at all had been loaded or accepted by then.
    """
    elsewhere = {"area": area.id if area and area.id != home else "", AS_OF: written(as_of)}
    kept = {**elsewhere, "framework": asked_framework}
    place = f" – {area.name}" if area else ""
    place += f" – {words(as_of)}" if as_of else ""
    tab: dict[str, Any] = {"data-title": f"{title}{place} – {PRODUCT}", "data-area": area.id if area else ""}
    return html.Div(
        [
            html.Header(
                html.Div(
                    [
                        dcc.Link(
                            [html.Strong(PRODUCT), html.Span(name, className="brand-name")],
                            href=address("/", **kept),
                            className="brand",
                        ),
                        html.Nav(
                            html.Ul([html.Li(_nav_link(to, word, path, kept)) for to, word in nav]),
                            **aria.label("Main"),
                        ),
                        _switch(frameworks, framework, elsewhere) if frameworks else None,
                        _who(who, here, kept, proved=proved),
                        _picker(area, home, authorities) if area else None,
                        look_back.control(as_of, here),
                    ],
                    className="bar",
                ),
                className="header",
            ),
            look_back.banner(as_of, here, nothing=nothing_then) if as_of else None,
            _banner(as_of, here) if demonstration else None,
            html.Main(
                list(children),
                id="main",
                tabIndex=-1,
                **tab,
            ),
            html.Footer(
                html.P(
                    "Published figures: Department for Education and Office for National Statistics, Open Government "
                    "Licence v3.0. Every figure keeps the source and the date that it came with."
                ),
                className="footer",
            ),
        ],
        className="page",
    )


def _switch(frameworks: Sequence[tuple[str, str, str]], shown: str, kept: dict[str, str]) -> html.Nav:
    """From one framework to the overview of another: their measures have nothing in common."""
    links = [
        html.Li(_nav_link("/", name, "/" if found == shown else "", {**kept, "framework": value}, "shown"))
        for found, name, value in frameworks
    ]
    return html.Nav(html.Ul(links), className="frameworks", **aria.label("Whose measures"))


def _nav_link(to: str, word: str, path: str, kept: dict[str, str], here_is: str = "this page") -> dcc.Link:
    if to != path:
        return dcc.Link(word, href=address(to, **kept), className="nav-link")
    here: list[Any] = [word, html.Span(f", {here_is}", className="unseen")]
    return dcc.Link(here, href=address(to, **kept), className="nav-link nav-here")


def _who(who: str, here: str, kept: dict[str, str], *, proved: bool) -> html.P:
    """Who is working, and the way to say it and to come back here."""
    if proved:
        return html.P(f"Working as {who}" if who else "Not signed in", className="who")
    back = "" if here.startswith("/who") else here
    href = address("/who", **kept, next=back)
    link = dcc.Link("change" if who else "Say who is working", href=href, className="who-link")
    return html.P([f"Working as {who} – ", link] if who else link, className="who")


def _picker(area: Area, home: str, authorities: Sequence[Area]) -> dmc.Select:
    return dmc.Select(
        id=control_id("area", home),
        label="Area",
        data=[{"value": found.id, "label": found.name} for found in authorities],
        value=area.id,
        searchable=True,
        allowDeselect=False,
        openOnFocus=False,
        nothingFoundMessage="No authority of that name",
        selectFirstOptionOnChange=True,
        comboboxProps={"transitionProps": {"duration": 0}},
        className="picker",
    )


def _banner(as_of: datetime | None, here: str) -> html.Aside:
    """Says that the returns are made up and, where nobody looks back, leads to the day on which they were new."""
    text = " The local returns are made up to show how the dashboard works. Published figures are real."
    newest: list[Any] = [
        " The returns end in September 2025: ",
        dcc.Link(f"look at {LOOKED_AT.day} {LOOKED_AT:%B %Y}", href=look_back.at_end_of(LOOKED_AT, here)),
        ".",
    ]
    said: list[Any] = [html.Strong("Illustrative returns"), text, *(newest if as_of is None else [])]
    return html.Aside(
        said,
        className="banner",
        **aria.label("Demonstration"),
    )


def being_made() -> html.Div:
    """What stands there until the first page has come: after new figures that takes seconds. Styles bring it into sight
    only once it has taken long enough to wonder."""
    return html.Div(
        [
            html.Header(
                html.Div(html.Div(html.Strong(PRODUCT), className="brand"), className="bar"), className="header"
            ),
            html.Main(
                html.P("Preparing the figures …", className="lead", role="status"),  # role tells it to screen readers
                id="main",
                tabIndex=-1,
            ),
        ],
        className="page being-made",
    )


def cannot_show(message: str, link: Link = address) -> list[Any]:
    """In place of a page: something that the reader can put right. `link` makes the ways out of it."""
    return _notice("This cannot be shown", message, link)


def something_wrong(reference: str, link: Link = address) -> list[Any]:
    """In place of a page: something that only we can put right."""
    return _notice(
        "Something went wrong",
        "The page could not be drawn. That is a fault of the dashboard, not of what you did; no figure has been "
        f"changed. If it stays, give whoever runs the dashboard this reference: {reference}.",
        link,
    )


def not_found(link: Link = address) -> list[Any]:
    """In place of a page that there is not."""
    return _notice(
        "There is no page here", "The address may have a slip in it, or the page may have been removed.", link
    )


def _notice(heading: str, message: str, link: Link) -> list[Any]:
    ways: list[Any] = [
        dcc.Link("Go to the overview", href=link("/")),
        " or ",
        dcc.Link("the catalogue", href=link("/catalogue")),
    ]
    return [html.Div([html.H1(heading), html.P(message), html.P(ways)], className="card notice")]

"""The frame of every page: header, navigation, area picker, the demonstration's banner, and what is said on failure."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import aria
from dashboard.components.links import address, control_id
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
    """
    kept = {"area": area.id} if area and area.id != home else {}
    elsewhere = kept
    kept = {**kept, "framework": asked_framework}
    place = f" – {area.name}" if area else ""
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
                        _picker(area, home, authorities) if area else None,
                    ],
                    className="bar",
                ),
                className="header",
            ),
            _banner() if demonstration else None,
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


def _banner() -> html.Aside:
    return html.Aside(
        [
            html.Strong("Illustrative returns"),
            " The local returns shown here are made up to show how the dashboard works. Published figures are real.",
        ],
        className="banner",
        **aria.label("Demonstration"),
    )


def cannot_show(message: str) -> list[Any]:
    """In place of a page: something that the reader can put right."""
    return [
        html.Div(
            [
                html.H1("This cannot be shown"),
                html.P(message),
                html.P(
                    [dcc.Link("Go to the overview", href="/"), " or ", dcc.Link("the catalogue", href="/catalogue")]
                ),
            ],
            className="card notice",
        )
    ]


def something_wrong(reference: str) -> list[Any]:
    """In place of a page: something that only we can put right."""
    return [
        html.Div(
            [
                html.H1("Something went wrong"),
                html.P(
                    "The page could not be drawn. That is a fault of the dashboard, not of what you did; no figure has "
                    f"been changed. If it stays, give whoever runs the dashboard this reference: {reference}."
                ),
                html.P(dcc.Link("Go to the overview", href="/")),
            ],
            className="card notice",
        )
    ]


def not_found() -> list[Any]:
    """In place of a page that there is not."""
    return [
        html.Div(
            [
                html.H1("There is no page here"),
                html.P("The address may have a slip in it, or the page may have been removed."),
                html.P(
                    [dcc.Link("Go to the overview", href="/"), " or ", dcc.Link("the catalogue", href="/catalogue")]
                ),
            ],
            className="card notice",
        )
    ]

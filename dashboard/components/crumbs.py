"""The way from the first page to this one."""

from dash import dcc, html

from dashboard.components import aria


def crumbs(*before: tuple[str, str], here: str) -> html.Nav:
    """Title and address of each page before this one, then this one's title."""
    return html.Nav(
        [*(dcc.Link(title, href=href) for title, href in before), html.Span(here)],
        className="crumbs",
        **aria.label("Where this page is"),
    )

"""A section of a page: a card that its heading names."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components import aria


def section(
    name: str, title: str, body: Sequence[Any], *, action: html.A | None = None, look: str = "card"
) -> html.Section:
    """A card with a heading, and what can be done with it beside the heading.

    Args:
        name: of the section, unique on its page.
        title: the heading.
        body: all that stands beneath.
        action: a link beside the heading.
        look: its classes.
    """
    heading = html.H2(title, id=f"{name}-title")
    return html.Section(
        [heading if action is None else html.Div([heading, action], className="titled"), *body],
        className=look,
        **aria.labelled_by(f"{name}-title"),
    )


def download(href: str, kind: str, what: str = "these figures") -> html.A:
    """The way to take a table away; `kind` says what it comes as."""
    return html.A(f"Download {what} ({kind})", href=href, download="", className="action")

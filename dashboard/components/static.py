"""A part of a page that needs nothing of Dash, as one component and not as thousands.

The time that Dash's renderer takes grows with the square of the components on a page: a table of two hundred rows takes
half a minute. What is only read – tables, lists, links within the dashboard – is written out here instead, and
`assets/static.js` puts it in its place and makes its links work as `dcc.Link` does.

Nothing that is written comes from outside as markup: every text and every attribute is escaped.
"""

from html import escape
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

_VOID = frozenset({"br", "col", "hr", "img"})
_NAMES = {
    "className": "class",
    "colSpan": "colspan",
    "rowSpan": "rowspan",
    "dateTime": "datetime",
    "tabIndex": "tabindex",
}
_PLAIN = frozenset(
    {"alt", "download", "height", "href", "id", "open", "rel", "role", "scope", "src", "target", "title", "width"}
)


def static(component: Component) -> html.Article:
    """The component written out. Give it nothing that a person can change and no graph: it holds no state.

    Raises:
        TypeError: a component that is more than text, or an attribute that is not known here.
    """
    # An element that nothing else here uses: React would take over the node of another, with what was put into it.
    put: dict[str, Any] = {"data-html": written(component)}
    return html.Article(role="none", className="static", **put)


def written(part: Any) -> str:
    """A component, a text, a number or several of them, as HTML."""
    if part is None:
        return ""
    if isinstance(part, list | tuple):
        return "".join(written(inner) for inner in part)
    if not isinstance(part, Component):
        return escape(str(part))
    if isinstance(part, dcc.Link):
        return _element("a", part, "data-inner")
    if part._namespace != "dash_html_components":
        raise TypeError(f"{type(part).__name__} cannot be written out: it needs Dash")
    return _element(type(part).__name__.lower(), part)


def _element(tag: str, part: Component, more: str = "") -> str:
    # Dash gives this method no types.
    props = dict(part.to_plotly_json()["props"])  # type: ignore[no-untyped-call]  # Dash does not type it
    children = props.pop("children", None)
    words = [tag, more, *(_attribute(name, value) for name, value in props.items() if value is not None)]
    opened = f"<{' '.join(word for word in words if word)}>"
    if tag in _VOID:
        return opened
    return f"{opened}{written(children)}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    if name not in _PLAIN and name not in _NAMES and not name.startswith(("aria-", "data-")):
        raise TypeError(f"the attribute {name} is not known to `static`")
    if isinstance(value, bool):
        return _NAMES.get(name, name) if value else ""
    return f'{_NAMES.get(name, name)}="{escape(str(value))}"'

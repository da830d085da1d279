"""What stands beneath a control chart, or in the place of one: why there is none, and where there is."""

from typing import Any

from dash import dcc, html

from dashboard.components.links import Link
from dashboard.views.choices import Covering
from dashboard.views.control import Control
from dashboard.views.measure import MeasurePage
from etl.transform.control_of import MONTHS

_SEE = {Covering.QUARTER: "The quarters have one", Covering.MONTH: "The published months have one"}


def note(control: Control, page: MeasurePage, link: Link) -> html.P | None:
    """Why there is no chart, and the ways to one, or to more months; None where there is nothing to say."""
    path = f"/measure/{page.measure.id}"
    category = "" if page.category == page.measure.headline_category else page.category.partition(":")[2]

    def way(words: str, covering: Covering, window: str = "") -> dcc.Link:
        basis = "" if covering is page.default_covering else covering.value
        return dcc.Link(words, href=link(path, basis=basis, category=category, window=window))

    parts: list[Any] = [control.refusal] if control.refusal else []
    for covering in control.elsewhere:
        parts += [" ", way(_SEE[covering], covering), "."]
    if control.windowed and control.whole:
        parts += [" ", way(f"Show the last {MONTHS} months only", page.covering), "."]
    elif control.windowed:
        parts += [
            f" Only the last {MONTHS} months are shown, and set the limits. ",
            way(f"Show all {len(page.points)} months", page.covering, "all"),
            ".",
        ]
    return html.P(parts, className="control-note") if parts else None

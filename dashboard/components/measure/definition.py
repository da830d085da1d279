"""What is counted, how sure we are of what the paper meant, and why it is read as it is."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.components import words
from dashboard.components.cards import section
from dashboard.components.links import Link, to_measure
from dashboard.components.measure import cells
from dashboard.views.definition import TermView
from dashboard.views.measure import MeasurePage
from schema.measures import Measure


def definition(page: MeasurePage, link: Link) -> html.Section:
    """What is counted, how sure we are of what the paper meant, and why it is read as it is."""
    measure, said = page.measure, page.definition
    items: list[tuple[str, Any]] = []
    if measure.paper_says:
        lines = f" (line {', '.join(measure.lines)})" if measure.lines else ""
        items.append((f"The paper says{lines}", f"“{measure.paper_says}”"))
    elif measure.source:
        items.append(("Asked for because", measure.source))
    items.append(("We read it as", measure.we_read_it_as))
    if measure.doubts:
        items.append(("In doubt", html.Ul([html.Li(doubt) for doubt in measure.doubts], className="plain")))
    items.append(("Formula", said.formula))
    items.append(("Counted above", _terms(said.numerator)))
    if said.denominator:
        items.append(("Counted below", _terms(said.denominator)))
    if said.population:
        items.append(("Counted below", f"{said.population}."))
    items.append(("Over time", said.adds_up))
    items.append(("Interval", said.interval_note))
    items.append(("Better or worse", f"{words.capital(measure.polarity.words)}. {measure.polarity_reason}"))
    if measure.statutory_limit:
        items.append(("Statutory limit", measure.statutory_limit))
    items.append(("Published counterpart", _counterpart(measure)))
    if said.serves is not None:
        items.append(("Serves", to_measure(said.serves, link)))
    if said.served_by:
        items.append(
            (
                "Served by",
                html.Ul(
                    [html.Li(to_measure(m, link)) for m in said.served_by],
                    className="plain",
                ),
            )
        )
    items.append(("Agency", page.agency_title))
    if said.priorities:
        items.append(("Priorities", ", ".join(priority.title for priority in said.priorities)))
    items.append(("Definition", _versions(measure)))
    listed = html.Dl([part for term, text in items for part in (html.Dt(term), html.Dd(text))], className="definition")
    return section("definition", "What is measured", [listed])


def _terms(terms: Sequence[TermView]) -> html.Ul:
    return html.Ul(
        [html.Li([html.Strong(cells.head([term])), f": {term.counts}"]) for term in terms],
        className="plain",
    )


def _counterpart(measure: Measure) -> str:
    match = {
        "exact": "The same definition is published.",
        "close": "Something close is published.",
        "context": "Only something for context is published.",
        "none": "Nothing is published.",
    }[measure.published_as.match]
    return f"{match} {measure.published_as.differs}".strip()


def _versions(measure: Measure) -> str:
    since = measure.versions[-1].since if measure.versions else measure.since
    said = f"Version {measure.version}, in force since {words.day(since)}."
    changes = " ".join(f"From {words.day(v.since)}: {v.change}." for v in measure.versions)
    return f"{said} {changes or 'The definition has not changed since.'}"

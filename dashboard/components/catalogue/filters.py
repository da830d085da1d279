"""What the catalogue can be asked for: words, and seven choices. All of it is in the address."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.links import Link, choice, control_id
from dashboard.components.match import MATCHES
from dashboard.components.overview.filters import Chosen, choices
from dashboard.views.catalogue import FIGURES, CataloguePage, Wanted
from dashboard.views.definition import Kind
from schema.measures import Measure

KINDS = {kind.value: kind.words for kind in Kind}


def filters(
    page: CataloguePage,
    measures: Sequence[Measure],
    agencies: dict[str, str],
    wanted: Wanted,
    link: Link,
    action: html.A | None,
) -> html.Div:
    """The search, the choices, how many measures they leave, and what can be done with those."""
    chosen = Chosen(wanted.outcome, wanted.agency, wanted.priority)
    said: list[Any] = [f"{len(page.rows)} of {words.plural(page.of, 'measure')} shown"]
    if wanted != Wanted():
        said += [" · ", dcc.Link("show all", href=link("/catalogue"))]
    parts: list[Any] = [
        _search(wanted.words),
        *choices(page.framework, measures, agencies, chosen),
        choice("match", "Published match", dict(MATCHES), wanted.match, everything="Any match"),
        choice("kind", "Kind of number", KINDS, wanted.kind, everything="Any kind"),
        choice("figures", "Figures", FIGURES, wanted.figures, everything="With or without"),
        html.P(said, role="status"),
        action,
    ]
    return html.Div(
        parts,
        className="filters catalogue-filters",
        role="search",
        **aria.label("Find measures"),
    )


def _search(value: str) -> dmc.TextInput:
    # It is heeded on Enter or on leaving the field: a page drawn anew under somebody's typing would eat letters.
    return dmc.TextInput(
        id=control_id("q"),
        label="Search, then Enter",
        placeholder="Word, line such as M42, agency",
        value=value,
        debounce=True,
        className="search",
    )


def query_of(wanted: Wanted) -> Mapping[str, str]:
    """What is asked for, as an address has it."""
    given = {
        "q": wanted.words,
        "outcome": wanted.outcome,
        "agency": wanted.agency,
        "priority": wanted.priority,
        "match": wanted.match,
        "kind": wanted.kind,
        "figures": wanted.figures,
    }
    return {key: value for key, value in given.items() if value and value != "all"}


def nothing_found(link: Link) -> html.Div:
    """In place of the tables."""
    return html.Div(
        [
            html.H2("No measure matches"),
            html.P("Use fewer words, or choose “All” in one of the lists."),
            html.P(dcc.Link("Show every measure", href=link("/catalogue"))),
        ],
        className="card notice",
    )

"""What a return is checked for: every rule, written by the rules themselves."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components import words
from dashboard.components.cards import download
from dashboard.components.crumbs import crumbs
from dashboard.components.links import choice, control_id
from dashboard.components.static import static
from dashboard.components.submission import severity
from dashboard.shell import Body, Page, Visit
from dashboard.views.rules import RuleView, Theme, rules, themes
from schema.findings import Severity

_MEANS = {
    Severity.ERROR: "An error has to be mended: the return cannot be submitted with it.",
    Severity.WARNING: "A warning has to be mended, or explained in words that stay on record.",
    Severity.NOTE: "A note needs neither.",
}
_NAMES = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings", Severity.NOTE: "Notes"}


def draw(visit: Visit) -> Body:
    """The rules that the address asks for."""
    asked = visit.query.get("q", "")[:100]
    grave = visit.choice("severity", {"all": "", **{s.value: s.value for s in Severity}}, "all")
    found, every = themes(asked, "" if grave == "all" else grave), rules()
    number = sum(len(theme.rules) for theme in found)
    counted = [
        f"{words.plural(sum(rule.severity is s for rule in every), s.value)}"
        for s in Severity
        if any(rule.severity is s for rule in every)
    ]
    body: list[Any] = [
        crumbs(("Returns", visit.link("/returns")), here="Rules"),
        html.H1(f"A return is held against {len(every)} rules"),
        html.P(f"{words.capital(words.listed(counted))}. {' '.join(_MEANS.values())}", className="lead"),
        html.Div(
            [
                dmc.TextInput(
                    id=control_id("q"),
                    label="Search, then Enter",
                    placeholder="A word, or a rule’s id",
                    value=asked,
                    debounce=True,
                    className="search",
                ),
                choice(
                    "severity",
                    "Severity",
                    {s.value: name for s, name in _NAMES.items()},
                    grave,
                    everything="Every rule",
                ),
                html.P(f"{number} of {words.plural(len(every), 'rule')} shown", role="status"),
                download(visit.link("/download/rules.csv"), "CSV", "all rules"),
            ],
            className="filters catalogue-filters",
            role="search",
        ),
        *(_theme(theme) for theme in found),
    ]
    if not found:
        body.append(html.P("No rule has all these words. Use fewer of them.", className="card notice"))
    return Body("Rules of returns", body)


def _theme(theme: Theme) -> html.Section:
    head = html.Tr([html.Th(name, scope="col") for name in ("Rule", "Severity", "What it finds", "How to mend it")])
    table = html.Table(
        [
            html.Caption(f"{theme.title}: rules", className="unseen"),
            html.Thead(head),
            html.Tbody([_rule(rule) for rule in theme.rules]),
        ],
        className="figures-table returns-list stacks rules",
    )
    heading = f"{theme.title}: {words.plural(len(theme.rules), 'rule')}"
    return html.Section(
        [html.H2(heading), html.P(theme.about, className="muted small"), static(table)], className="card rules-card"
    )


def _rule(rule: RuleView) -> html.Tr:
    return html.Tr(
        [
            html.Th(html.Code(rule.id), scope="row", id=rule.id),
            html.Td(severity(rule.severity)),
            html.Td(rule.summary),
            html.Td(rule.remedy),
        ]
    )


PAGE = Page("rules", "/returns/rules", draw)

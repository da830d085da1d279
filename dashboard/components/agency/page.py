"""One agency: what its return asks for, its calendar, and how to fill it in."""

from typing import Any

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import owed, returns, words
from dashboard.components.cards import section
from dashboard.components.crumbs import crumbs
from dashboard.components.links import Link
from dashboard.components.tables import table
from dashboard.views.agency import AgencyPage, ItemView
from dashboard.views.definition import due_words, frequency_words
from dashboard.views.received import ReturnFact

NEWEST = 8
"""Rows of the calendar; the rest are shown on demand."""
SHORT = 40
"""A return that asks for more is listed on demand."""


def heading(page: AgencyPage, link: Link) -> list[Any]:
    """How many of its measures have a figure, and what it owes."""
    title, total = page.spec.title, page.view.measures
    figures = f"{page.local} of {words.plural(total, 'measure')} {'has' if total == 1 else 'have'} a local figure"
    parts: list[Any] = [
        crumbs(("Overview", link("/")), ("Returns", link("/returns")), here=title),
        html.H1(f"{title}: {figures}" if total else f"{title}: no measure of its own"),
        html.P(_lead(page.fact), className="lead"),
    ]
    if page.spec.about:
        parts.append(html.P(page.spec.about, className="muted"))
    if not page.view.is_home:
        parts.append(
            html.P(
                f"Returns come from the home area, {page.view.partnership.name}; the figures below are those of "
                f"{page.view.area.name}.",
                className="told",
                role="note",
            )
        )
    return parts


def _lead(fact: ReturnFact) -> str:
    newest = f"Newest return: {owed.newest(fact)}." if fact.newest_period else f"{owed.newest(fact)}."
    return f"{newest} {owed.owed(fact)}." if fact.late else f"{newest} Next: {owed.owed(fact)}."


def filling(page: AgencyPage) -> html.Section:
    """Who answers, when it is due, and how to get a template."""
    spec = page.spec
    items: list[tuple[str, Any]] = [
        ("Answered by", spec.answers),
        ("How often", f"{words.capital(frequency_words(spec))}, due {due_words(spec)}."),
        ("Asks for", f"{words.plural(len(page.items), 'quantity', 'quantities')}, listed below."),
        ("A template", [html.Code(f"safeguarding return template --agency {spec.id}")]),
    ]
    listed = [part for term, text in items for part in (html.Dt(term), html.Dd(text))]
    return section("filling", "The return", [html.Dl(listed, className="definition")], look="card fill")


def calendar(page: AgencyPage, link: Link) -> html.Section:
    """Where the newest returns stand, each with the way to it."""
    said = f"{words.plural(sum(row.held is not None for row in page.calendar), 'return')} accepted."
    if page.fact.missing:
        said += f" Never came, or taken back: {words.listed([words.period(code) for code in page.fact.missing])}."
    if page.fact.late:
        said += f" Late: {owed.span_of(page.fact.late)}."
    if page.fact.waiting:
        said += f" {words.capital(owed.waiting(page.fact))}."
    rows = page.calendar[:NEWEST]
    older = page.calendar[NEWEST:]
    body: list[Any] = [html.P(said, className="muted small"), returns.listing(rows, page.spec.title, link)]
    if older:
        number = words.plural(len(older), "older return")
        more = html.Details([html.Summary(f"Show {number}"), returns.listing(older, page.spec.title, link)])
        body.append(more)
    return section("calendar", "Calendar", body)


def asks(page: AgencyPage) -> html.Section:
    """Every quantity of the return, defined."""
    rows = tuple(_item(item) for item in page.items)
    columns = ("Quantity", "What to count", "Unit", "Broken down by", "When", "Counted how")
    twin = TableTwin(f"{page.spec.title}: what the return asks for", columns, rows)
    listed = table(twin, text=columns[1:], long=columns[1:])
    summary = html.Summary(f"Show all {words.plural(len(rows), 'quantity', 'quantities')}")
    body: list[Any] = [listed if len(rows) <= SHORT else html.Details([summary, listed], className="table-key")]
    if checked := [*_wholes(page), *_accounts(page)]:
        body.append(
            html.Details(
                [html.Summary("What a return is checked to add up to"), html.Ul(checked, className="plain")],
                className="table-key",
            )
        )
    return section("asks", "What the return asks for", body, look="card asks")


def _wholes(page: AgencyPage) -> list[html.Li]:
    return [
        html.Li([html.Strong(whole), f": {', '.join(parts)} {'make it up' if exhaustive else 'never pass it'}."])
        for whole, parts, exhaustive in page.wholes
    ]


def _accounts(page: AgencyPage) -> list[html.Li]:
    return [
        html.Li([html.Strong(stock), f": those of the return before, and {started}, without {ended} – roughly."])
        for stock, started, ended in page.accounts
    ]


def _item(item: ItemView) -> tuple[str, ...]:
    quantity = item.quantity
    beside = (
        " Set beside another agency’s number: where the two differ, no figure is shown until both agree."
        if item.also
        else ""
    )
    only = f"Only “{item.category}” of: " if item.category else ""
    return (
        item.title,
        f"{only}{quantity.counts}{beside}",
        quantity.unit,
        ", ".join(item.breakdowns) or "–",
        words.capital(item.when),
        words.capital(item.how),
    )

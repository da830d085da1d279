"""One agency: what its return asks for, its calendar, and how to fill it in."""

from typing import Any

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import owed, words
from dashboard.components.cards import section
from dashboard.components.crumbs import crumbs
from dashboard.components.links import Link
from dashboard.components.tables import table
from dashboard.views.agency import AgencyPage, CalendarRow, ItemView
from dashboard.views.definition import due_words, frequency_words
from dashboard.views.received import ReturnFact

NEWEST = 8
"""Rows of the calendar; the rest are in the history below."""
SHORT = 40
"""A return that asks for more is listed on demand."""

_STATES = {"received": "Received", "missing": "Missing", "late": "Late", "next": "Next"}


def heading(page: AgencyPage, link: Link) -> list[Any]:
    """How many of its measures have a figure, and what it owes."""
    title, total = page.spec.title, page.view.measures
    figures = f"{page.local} of {words.plural(total, 'measure')} {'has' if total == 1 else 'have'} a local figure"
    parts: list[Any] = [
        crumbs(("Overview", link("/")), ("Agencies", link("/agencies")), here=title),
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


def calendar(page: AgencyPage) -> html.Section:
    """What is due, and of the newest returns which came and which did not."""
    said = f"{words.plural(sum(row.state == 'received' for row in page.calendar), 'return')} received."
    if page.fact.missing:
        said += f" Never came: {words.listed([words.period(code) for code in page.fact.missing])}."
    if page.fact.late:
        said += f" Late: {owed.span_of(page.fact.late)}."
    rows = tuple((words.capital(row.label), words.short_day(row.due), _state(row)) for row in page.calendar[:NEWEST])
    caption = f"{page.spec.title}: the newest {len(rows)} returns" if len(rows) > 1 else f"{page.spec.title}: returns"
    body = table(TableTwin(caption, ("Return for", "Due", "State"), rows), text=("Due", "State"))
    return section("calendar", "Calendar", [html.P(said, className="muted small"), body])


def _state(row: CalendarRow) -> str:
    if row.state == "received" and row.extracted_on is not None:
        return f"Received, extracted {words.short_day(row.extracted_on)}"
    return _STATES[row.state]


def history(page: AgencyPage) -> html.Section | None:
    """Every return that was received and holds, with the file that it came as."""
    received = [row for row in page.calendar if row.state == "received"]
    if not received:
        return None
    rows = tuple(
        (
            words.capital(row.label),
            words.short_day(row.extracted_on) if row.extracted_on else "",
            words.short_day(row.received_at.date()) if row.received_at else "",
            row.status,
            f"{row.version}",
            f"{row.rows:,}",
            row.file_name,
        )
        for row in received
    )
    columns = ("Return for", "Extracted", "Loaded", "Status", "Version", "Rows", "File")
    twin = TableTwin(f"{page.spec.title}: returns received, the newest first", columns, rows)
    return section(
        "history",
        "Returns received",
        [table(twin, text=("Extracted", "Loaded", "Status", "File"))],
    )


def asks(page: AgencyPage) -> html.Section:
    """Every quantity of the return, defined."""
    rows = tuple(_item(item) for item in page.items)
    columns = ("Quantity", "What to count", "Unit", "Broken down by", "When", "Counted how")
    twin = TableTwin(f"{page.spec.title}: what the return asks for", columns, rows)
    listed = table(twin, text=columns[1:], long=columns[1:])
    summary = html.Summary(f"Show all {words.plural(len(rows), 'quantity', 'quantities')}")
    body: list[Any] = [listed if len(rows) <= SHORT else html.Details([summary, listed], className="table-key")]
    if page.wholes:
        wholes = [
            html.Li(
                [
                    html.Strong(whole),
                    f": {', '.join(parts)} {'make it up' if exhaustive else 'never pass it'}.",
                ]
            )
            for whole, parts, exhaustive in page.wholes
        ]
        body.append(
            html.Details(
                [html.Summary("Parts and wholes that a return is checked for"), html.Ul(wholes, className="plain")],
                className="table-key",
            )
        )
    return section("asks", "What the return asks for", body, look="card asks")


def _item(item: ItemView) -> tuple[str, ...]:
    quantity = item.quantity
    beside = " Set beside another agency’s number, and never in its place." if item.also else ""
    return (
        quantity.title,
        f"{quantity.counts}{beside}",
        quantity.unit,
        ", ".join(item.breakdowns) or "–",
        words.capital(item.when),
        words.capital(item.how),
    )

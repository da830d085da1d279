"""Disputes as cards: both numbers side by side, what they block, how to settle one, and how it was settled."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.cards import section
from dashboard.components.links import Link, to_measure
from dashboard.rounding import rounded
from dashboard.views.disputes import ClaimView, DisputesPage, DisputeView, SettlementView
from etl.transform.disputes import Said
from schema.measures import Measure

LONGEST_REASON, LONGEST_WHO = 1_000, 200


def lead(page: DisputesPage) -> str:
    """How many disputes are open, in a sentence."""
    if not page.open:
        settled = " or have agreed whose number stands" if page.settled else ""
        return f"Nothing is disputed: wherever two agencies count the same thing, they give the same number{settled}."
    blocked = {measure.id for view in page.open for measure in view.blocks}
    within = {measure.id for view in page.open for measure in view.blocks_within} - blocked
    number = len(page.open)
    one, it = ("1 number is", "it") if number == 1 else (f"{number:,} numbers are", "them")
    if not blocked and not within:
        return f"{one} given differently by two agencies, and no measure in use rests on {it}."
    lacks = words.plural(len(blocked), "measure has", "measures have")
    waits = f"{lacks} no figure for {it}" if blocked else ""
    if within:
        also = f", and {len(within):,} more" if blocked else words.plural(len(within), "measure")
        waits += f"{also} {'lacks' if len(within) == 1 else 'lack'} the figure of a category"
    comma = "," if blocked and within else ""
    return f"{one} given differently by two agencies: {waits}{comma} until they agree."


def said(number: Said) -> str:
    """A number or a symbol as a page prints it."""
    return words.count(number) if isinstance(number, float) else number


def instant(when: datetime) -> str:
    """“21 November 2026, 04:00 UTC”."""
    return f"{words.day(when.date())}, {when:%H:%M} UTC"


def badge(view: DisputeView) -> html.Span:
    """Whether it is open or settled."""
    state = "Open" if view.settled is None else "Settled"
    return html.Span(state, className=f"badge dispute-{state.lower()}")


def card(view: DisputeView, link: Link, form: html.Div | None = None, *, settle: str = "") -> html.Section:
    """One dispute: both numbers, what they block, then the form (or the way to it, `settle`), or how it was settled."""
    place = view.dispute.place
    name = "-".join((place.quantity, place.period, place.basis, place.category.replace(":", "-")))
    body: list[Any] = [
        html.P([badge(view), f" {words.capital(view.when)}"]),
        html.Div([_claim(view, claim) for claim in view.claims], className="claims"),
        html.P(_difference(view)),
        _blocks(view, link),
        html.Details(
            [html.Summary("What both were asked to count"), html.P(view.counts, className="muted")],
            className="table-key",
        ),
    ]
    if view.settled is not None:
        body.append(_settled(view.settled))
    if view.lapsed is not None:
        body.append(_once(view.lapsed))
    if form is not None:
        body.append(form)
    elif settle:
        said_ = "Settle it" if view.settled is None else "Agree on another source"
        body.append(html.P(dcc.Link(said_, href=settle, className="action"), className="doing"))
    return section(f"dispute-{name}", view.title, body, look="card dispute")


def _claim(view: DisputeView, claim: ClaimView) -> html.Div:
    stands = view.dispute.stands
    chosen = stands is not None and stands.agency == claim.agency
    head: list[Any] = [html.H3(claim.title)]
    if stands is not None:
        head.append(html.Span("Stands" if chosen else "Not agreed on", className="badge"))
    where = "Its number is the one that counts where the two agree. " if claim.home else ""
    if claim.counted_as:
        where = f"Its return calls it “{claim.counted_as}”. "
    return html.Div(
        [
            html.Div(head, className="claim-head"),
            html.P([html.Span(said(claim.said), className="claim-number"), f" {view.unit}"]),
            html.P(f"“{claim.note}”", className="claim-note") if claim.note else None,
            html.P(
                f"{where}Extracted on {words.day(claim.extracted_on)} for {claim.period_label}, version "
                f"{claim.version}; accepted {instant(claim.accepted_at)}. {claim.file_name}, row {claim.row}.",
                className="muted small",
            ),
        ],
        className="claim claim-stands" if chosen else "claim",
    )


def _difference(view: DisputeView) -> str:
    numbers = view.dispute.numbers
    titles = {claim.agency: claim.title for claim in view.claims}
    most, least = max(numbers, key=lambda name: numbers[name]), min(numbers, key=lambda name: numbers[name])
    share = f" ({rounded(view.per_cent, 1):,}%)" if view.per_cent is not None else ""
    more = words.count(view.dispute.difference)
    return f"{titles[most]} counts {more} more{share} than {words.within(titles[least])}."


def _blocks(view: DisputeView, link: Link) -> html.P:
    if not view.blocks and not view.blocks_within:
        return html.P("No measure in use rests on it.", className="muted")
    whole, within = _linked(view.blocks, link), _linked(view.blocks_within, link)
    if view.settled is not None:
        return html.P(["Rests on it: ", *whole, ", " if whole and within else "", *within, "."])
    said: list[Any] = []
    if whole:
        said += ["No figure until it is settled, nor for a rolling year that holds this period: ", *whole, "."]
    if within:
        said += [" The total stands, and only this category has no figure: ", *within, "."]
    return html.P(said)


def _linked(measures: Sequence[Measure], link: Link) -> list[Any]:
    return [
        part for at, measure in enumerate(measures) for part in ([", "] if at else []) + [to_measure(measure, link)]
    ]


def _record(view: SettlementView) -> html.P:
    numbers = words.listed([f"{title} {said(number)}" for title, number in view.said])
    one = view.settlement
    return html.P(
        f"Agreed by {one.who}. Written down by {one.actor}, {instant(one.at)}, when the numbers were {numbers}. "
        f"Settlement {one.id}.",
        className="muted small",
    )


def agreed(view: SettlementView) -> str:
    """“Agreed source: police (342).”"""
    number = view.settlement.said.get(view.settlement.agreed, "")
    return f"Agreed source: {words.within(view.agreed)} ({said(number)})."


def _settled(view: SettlementView) -> html.Div:
    stands = html.Strong(f"{agreed(view)} ")
    return html.Div([html.P([stands, f"“{view.settlement.reason}”"]), _record(view)], className="settlement")


def _once(view: SettlementView) -> html.Div:
    before = f"It was settled before. {agreed(view)} “{view.settlement.reason}” "
    return html.Div([html.P(before + view.lapsed), _record(view)], className="settlement")


def form(view: DisputeView, who: str, to_who: str, cancel: str) -> html.Div:
    """How a dispute is settled: whose number stands, why, and who agreed on it. `who` writes it down; where nobody has
    said who is working, `to_who` leads to where it is said."""
    title = "Settle it" if view.settled is None else "Agree on another source"
    if not who:
        first = dcc.Link("Say who is working", href=to_who)
        ask = html.P([first, " first: it is written down with the settlement."])
        return html.Div([html.H3(title), ask], className="settle doing")
    choices = [
        dmc.Radio(label=f"{claim.title}: {words.count(claim.value)}", value=claim.agency)
        for claim in view.claims
        if claim.value is not None
    ]
    what = {
        "place": list(view.dispute.place),
        "seen": view.dispute.said,
        "instead_of": view.settled.settlement.id if view.settled is not None else 0,
    }
    return html.Div(
        [
            html.H3(title),
            dmc.RadioGroup(
                html.Div(choices, className="settle-choices"), id="settle-agreed", label="Whose number stands?"
            ),
            html.Label("Why? It stays on record.", htmlFor="settle-reason", className="control-label"),
            dcc.Textarea(id="settle-reason", maxLength=LONGEST_REASON, rows=3, className="text-input", value=""),
            html.Label("Who agreed on it? Names or roles.", htmlFor="settle-who", className="control-label"),
            dcc.Input(id="settle-who", type="text", maxLength=LONGEST_WHO, className="text-input", value=""),
            html.P(
                f"Written down by {who}. Every figure that rests on it is computed again at once; whoever looks back "
                "still sees the dispute.",
                className="muted small",
            ),
            html.Div(
                [
                    html.Button("Settle the dispute", id="settle-do", type="button", className="button", n_clicks=0),
                    dcc.Link("Not now", href=cancel),
                ],
                className="settle-actions",
            ),
            html.Div(id="settle-said", role="alert", className="problem"),
            dcc.Store(id="settle-what", data=what),
            dcc.Location(id="settle-gone", refresh="callback-nav"),
        ],
        className="settle doing",
        role="group",
        **aria.label(title),
    )


def past(found: Sequence[SettlementView]) -> html.Section | None:
    """The settlements that hold no longer, the newest first: they stay on record."""
    if not found:
        return None
    items = []
    for view in found:
        what = html.Strong(f"{view.title}, {view.when}")
        stood = f". {agreed(view)} “{view.settlement.reason}” {view.lapsed}"
        items.append(html.Li([html.P([what, stood]), _record(view)]))
    return section(
        "past-settlements", "Settlements that hold no longer", [html.Ul(items, className="past-settlements")]
    )


def about(views: Sequence[DisputeView], link: Link) -> html.Section | None:
    """On a measure's page: the disputes on which its figures rest, with the way to settle them."""
    if not views:
        return None
    still = any(view.settled is None for view in views)
    more = dcc.Link("Who says what, and how to settle it" if still else "How it was settled", href=link("/disputes"))
    heading = "Two agencies give different numbers" if still else "Two agencies gave different numbers"
    items = html.Ul([html.Li(_line(view)) for view in views], className="disputed-list")
    return section("disputed", heading, [items, html.P(more)], look="card disputed")


def _line(view: DisputeView) -> list[Any]:
    numbers = words.listed([f"{claim.title} {said(claim.said)}" for claim in view.claims])
    return [badge(view), f" {view.title}, {view.when}: {numbers}. {_outcome(view)}"]


def _outcome(view: DisputeView) -> str:
    one = view.settled
    if one is None:
        return "There is no figure until they agree, nor for a rolling year that holds it."
    used = "" if one.settlement.agreed == view.dispute.home else " It is used in the place of the home return’s."
    return f"{agreed(one)} “{one.settlement.reason}”{used}"

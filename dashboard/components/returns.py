"""Where returns stand, in words and shapes: the grid of agencies and periods, the list of one agency, what is owed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.cards import section
from dashboard.components.links import Link
from dashboard.components.static import static
from dashboard.views.reminders import Reminder
from dashboard.views.return_status import ReturnsPage, ReturnState, ReturnStatus, Waiting
from schema.periods import PeriodKind

_SHAPES = {
    ReturnState.BEFORE: "–",
    ReturnState.RUNNING: "·",
    ReturnState.DUE: "◔",
    ReturnState.OVERDUE: "!",
    ReturnState.MISSING: "!",
    ReturnState.NEVER: "○",
    ReturnState.WAITING: "◐",
    ReturnState.QUERIED: "?",
    ReturnState.ANSWERED: "◑",
    ReturnState.SENT_BACK: "↩",
    ReturnState.WITHDRAWN: "✕",
    ReturnState.ACCEPTED: "●",
    ReturnState.NIL: "●",
}
_WORDS = {
    ReturnState.BEFORE: "Not sent then",
    ReturnState.RUNNING: "Not yet due",
    ReturnState.OVERDUE: "Overdue",
    ReturnState.MISSING: "Missing",
    ReturnState.NEVER: "No return yet",
    ReturnState.WAITING: "Waits to be accepted",
    ReturnState.QUERIED: "Queried",
    ReturnState.ANSWERED: "Answered, waits",
    ReturnState.SENT_BACK: "Sent back",
    ReturnState.WITHDRAWN: "Withdrawn",
    ReturnState.ACCEPTED: "Accepted",
    ReturnState.NIL: "Nil return",
}
_CORRECTIONS = {
    ReturnState.WAITING: "waits",
    ReturnState.QUERIED: "is queried",
    ReturnState.ANSWERED: "is answered, and waits",
    ReturnState.SENT_BACK: "was sent back",
}


def to_return(status: ReturnStatus, link: Link) -> str:
    """The address of a return."""
    return link(f"/returns/{status.agency}/{status.period}")


TO_SEND = (
    ReturnState.DUE, ReturnState.OVERDUE, ReturnState.MISSING, ReturnState.NEVER,
    ReturnState.SENT_BACK, ReturnState.WITHDRAWN,
)  # fmt: skip
"""States in which the agency has to send something."""


def to_upload(status: ReturnStatus, link: Link) -> str:
    """The address at which a return is uploaded, with its agency and period filled in."""
    return link("/returns/upload", agency=status.agency, period=status.period)


def word(status: ReturnStatus) -> str:
    """The state in a word or two: “Accepted”, “Due in 12 days”."""
    if status.state is ReturnState.DUE:
        days = status.days_to_due
        return "Due today" if days == 0 else "Due tomorrow" if days == 1 else f"Due in {days} days"
    return _WORDS[status.state]


def days_late(status: ReturnStatus) -> str:
    """“28 days late”; empty where it is not."""
    return f"{words.plural(status.days_late, 'day')} late" if status.days_late else ""


def timeliness(status: ReturnStatus) -> str:
    """“On time”, “3 days late”, or nothing where nobody can say."""
    return days_late(status) or ("on time" if status.on_time else "")


def under(status: ReturnStatus) -> list[str]:
    """What stands below the word: when it is due or came, how complete it is, what is on its way."""
    match status.state:
        case ReturnState.BEFORE:
            return []
        case ReturnState.RUNNING | ReturnState.DUE:
            return [f"by {words.short_day(status.due)}"]
        case ReturnState.OVERDUE | ReturnState.MISSING:
            return [days_late(status)]
        case ReturnState.NEVER:
            return [f"one was due {words.short_day(status.due)}"]
        case ReturnState.SENT_BACK | ReturnState.WITHDRAWN:
            return [found for found in (days_late(status), "nothing is shown") if found]
    found = [timeliness(status)] if timeliness(status) else []
    found.append(f"{status.given:,} of {status.asked:,} figures")
    if status.held is not None and status.status:
        found.append(status.status)
    if status.held is None and status.newest is not None:
        found.append(f"from {status.newest.submitted_by}")
    if status.correction is not None:
        found.append(f"version {status.versions[-1].version} {_CORRECTIONS[status.correction]}")
    return found


def _under(status: ReturnStatus) -> html.Span:
    return html.Span(" · ".join(under(status)), className="sub")


def mark(status: ReturnStatus) -> html.Span:
    """The shape and the word."""
    shape = html.Span(_SHAPES[status.state], className="rs-shape", **aria.hidden())
    return html.Span([shape, word(status)], className=f"rs rs-{status.state.value}")


def _cell(status: ReturnStatus, link: Link, *, upload: bool) -> html.Td:
    named = html.Span(f"{words.capital(status.label)}: ", className="word")
    inner: list[Any] = [dcc.Link(mark(status), href=to_return(status, link)), _under(status)]
    if upload and status.state in TO_SEND:
        of = html.Span(f" {words.within(status.agency_title)}, {status.label}", className="unseen")
        inner.append(dcc.Link(["Upload it", of], href=to_upload(status, link), className="upload-it doing"))
    return html.Td([named, html.Div(inner)], role="cell", className="rs-cell")


def grid(found: Sequence[ReturnStatus], kind: PeriodKind, link: Link, *, upload: bool) -> html.Section | None:
    """Agency × period, the newest period first, with the way to `upload` what is to be sent; None where no agency has
    such periods."""
    rows: dict[str, dict[str, ReturnStatus]] = defaultdict(dict)
    for one in found:
        if one.kind is kind:
            rows[one.agency][one.period] = one
    if not rows:
        return None
    periods = {one.period: one for cells in rows.values() for one in cells.values()}
    ordered = sorted(periods.values(), key=lambda one: one.due, reverse=True)
    days: dict[str, set[date]] = defaultdict(set)
    for cells in rows.values():
        for one in cells.values():
            days[one.period].add(one.due)
    # Agencies may have days of their own: then each cell says when.
    due = {period: next(iter(found)) for period, found in days.items() if len(found) == 1}
    head = [html.Th("Agency", scope="col", role="columnheader")]
    head += [
        html.Th(
            [words.capital(one.label), html.Span(f"due {words.short_day(due[one.period])}", className="sub")]
            if one.period in due
            else words.capital(one.label),
            scope="col",
            role="columnheader",
        )
        for one in ordered
    ]
    body = [
        html.Tr(
            [
                html.Th(
                    dcc.Link(next(iter(cells.values())).agency_title, href=link(f"/agency/{agency}"), className="name"),
                    scope="row",
                    role="rowheader",
                ),
                *(
                    _cell(cells[one.period], link, upload=upload) if one.period in cells else html.Td("", role="cell")
                    for one in ordered
                ),
            ],
            role="row",
        )
        for agency, cells in rows.items()
    ]
    many = "quarterly" if kind is PeriodKind.QUARTER else "termly"
    title = f"{many.capitalize()} returns"
    table = html.Table(
        [
            html.Caption(f"{title}: where each stands, the newest first", className="unseen"),
            html.Thead(html.Tr(head, role="row"), role="rowgroup"),
            html.Tbody(body, role="rowgroup"),
        ],
        className="measures returns-grid",
        role="table",
    )
    return html.Section([html.H2(title, id=f"grid-{many}"), static(table)], className="outcome")


def listing(found: Sequence[ReturnStatus], agency_title: str, link: Link) -> html.Div:
    """One agency's returns, a row each."""
    body = [
        html.Tr(
            [
                html.Th(dcc.Link(words.capital(one.label), href=to_return(one, link)), scope="row"),
                html.Td(words.short_day(one.due)),
                html.Td([mark(one), _under(one)]),
            ]
        )
        for one in found
    ]
    head = html.Tr([html.Th(name, scope="col") for name in ("Return for", "Due", "State")])
    caption = f"{agency_title}: {words.plural(len(found), 'return')}, the newest first"
    table = html.Table(
        [html.Caption(caption, className="unseen"), html.Thead(head), html.Tbody(body)],
        className="figures-table returns-list",
    )
    return html.Div(static(table))


# ------------------------------------------------------------------------------------------------- what is owed


def heading(page: ReturnsPage) -> list[Any]:
    """What an executive has to know: what is missing, and what waits."""
    owed, waits = len(page.owed), len(page.waiting)
    parts = [f"{owed} missing"] if owed else []
    parts += [f"{waits} {'waits' if waits == 1 else 'wait'} to be accepted"] if waits else []
    title = f"Returns: {', '.join(parts)}" if parts else "Returns: nothing that is due is missing"
    if not any(one.versions for one in page.statuses):
        title = "Returns: none has been sent yet"
    return [html.H1(title), html.P(" ".join(lead(page)), className="lead")]


def lead(page: ReturnsPage) -> list[str]:
    """The sentences of the lead."""
    said = [sentence for kind in (PeriodKind.QUARTER, PeriodKind.TERM) if (sentence := _newest(page.statuses, kind))]
    named = {
        (one.agency, one.period) for kind in (PeriodKind.QUARTER, PeriodKind.TERM) for one in _due(page.statuses, kind)
    }
    older = [one for one in page.owed if (one.agency, one.period) not in named]
    if older:
        oldest = min(older, key=lambda one: one.due)
        is_ = "one more is" if len(older) == 1 else f"{len(older)} more are"
        since = f"since {words.day(oldest.due)}" if len(older) == 1 else f"the oldest since {words.day(oldest.due)}"
        said.append(f"Further back {is_} missing, {since}.")
    if page.waiting:
        number = len(page.waiting)
        said.append(f"{number} {'waits' if number == 1 else 'wait'} to be accepted.")
    if page.never:
        has = "has" if len(page.never) == 1 else "have"
        said.append(
            f"{words.capital(words.listed([words.within(title) for title in page.never]))} {has} sent no return yet."
        )
    return said or ["No return has been due yet."]


def _due(found: Sequence[ReturnStatus], kind: PeriodKind) -> list[ReturnStatus]:
    """The returns of the newest quarter or term whose day has passed."""
    passed = [one for one in found if one.kind is kind and one.days_to_due < 0]
    newest = max((one.due for one in passed), default=None)
    known = (ReturnState.BEFORE, ReturnState.NEVER)
    period = next((one.period for one in passed if one.due == newest), "")
    return [one for one in passed if one.period == period and one.state not in known]


def _newest(found: Sequence[ReturnStatus], kind: PeriodKind) -> str:
    asked = _due(found, kind)
    if not asked:
        return ""
    missing = [one for one in asked if one.owed]
    label = asked[0].label
    of = f"{len(asked)} {'return' if len(asked) == 1 else 'returns'} for {label}"
    if not missing:
        return f"The return for {label} has come." if len(asked) == 1 else f"All {of} have come."
    if len(asked) == 1:
        return f"The return for {label} is missing: {_by_days(missing)[0]}."
    return f"{len(missing)} of {of} {'is' if len(missing) == 1 else 'are'} missing: {'; '.join(_by_days(missing))}."


def _by_days(missing: Sequence[ReturnStatus]) -> list[str]:
    """“police, 28 days late”, those that are equally late together."""
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for one in missing:
        taken = {ReturnState.SENT_BACK: "sent back", ReturnState.WITHDRAWN: "withdrawn"}.get(one.state, "")
        groups[one.days_late, taken].append(words.within(one.agency_title))
    return [
        ", ".join(
            part for part in (words.listed(names), taken, f"{words.plural(days, 'day')} late" if days else "") if part
        )
        for (days, taken), names in groups.items()
    ]


def queue(waiting: Sequence[Waiting], viewer: str, link: Link, *, here: str) -> html.Section | None:
    """What waits to be accepted, and by whom it can be."""
    if not waiting:
        return None
    rows = [
        html.Tr(
            [
                html.Th(
                    dcc.Link(
                        f"{one.agency_title}, {one.label}",
                        href=link(f"/returns/{one.version.agency}/{one.version.period}"),
                    ),
                    scope="row",
                ),
                html.Td(f"Version {one.version.version}, {_EVENT_WORDS[one.version.state]}"),
                html.Td(f"{one.version.submitted_by}, {words.short_day(one.version.submitted_at.date())}"),
                html.Td(_whose(one, viewer)),
            ]
        )
        for one in waiting
    ]
    head = html.Tr([html.Th(name, scope="col") for name in ("Return", "State", "Submitted by", "For you")])
    table = html.Table(
        [html.Caption("Returns that wait to be accepted", className="unseen"), html.Thead(head), html.Tbody(rows)],
        className="figures-table returns-list stacks",
    )
    body: list[Any] = [static(table)]
    if not viewer:
        href = link("/who", next=here)
        body.append(
            html.P([dcc.Link("Say who is working", href=href), " to see which you can accept."], className="small")
        )
    return section("queue", "Waiting to be accepted", body, look="card queue")


_EVENT_WORDS = {"submitted": "waits", "queried": "queried: the agency answers", "answered": "answered, waits"}


def _whose(one: Waiting, viewer: str) -> str:
    if not viewer:
        return "–"
    if one.version.submitted_by == viewer:
        return "Yours: a second person accepts it"
    return "You asked; the agency answers" if one.version.state == "queried" else "Waits for you to accept"


# ------------------------------------------------------------------------------------------------- who owes what, when


def reminders(found: Sequence[Reminder], link: Link, download: Sequence[tuple[str, str]]) -> html.Section:
    """Who owes what by when, the most urgent first."""
    links = [html.A(said, href=href, download="", className="action") for said, href in download]
    body: list[Any] = [html.P(links, className="downloads"), _owed(found[:FIRST], link)]
    if rest := found[FIRST:]:
        body.append(html.Details([html.Summary(f"Show {len(rest)} more"), _owed(rest, link)], className="table-key"))
    return section("owes", "Who owes what by when", body, look="card owes")


FIRST = 14
"""Rows of what is owed; the rest are shown on demand."""


def _owed(found: Sequence[Reminder], link: Link) -> html.Article:
    rows = [
        html.Tr(
            [
                html.Th(words.short_day(one.due), scope="row"),
                html.Td(when(one.days)),
                html.Td(dcc.Link(one.agency_title, href=link(f"/returns/{one.agency}/{one.period}"))),
                html.Td(words.capital(one.label)),
                html.Td(words.plural(one.figures, "figure")),
                html.Td(one.answers),
            ],
            className="is-late" if one.days < 0 else "",
        )
        for one in found
    ]
    names = ("Due", "When", "Agency", "Return for", "What", "Answered by")
    table = html.Table(
        [
            html.Caption("Who owes what by when", className="unseen"),
            html.Thead(html.Tr([html.Th(name, scope="col") for name in names])),
            html.Tbody(rows),
        ],
        className="figures-table returns-list stacks owed-list",
    )
    return static(table)


def when(days: int) -> str:
    """“In 12 days”, “Today”, “28 days late”."""
    if days < 0:
        return f"{words.plural(-days, 'day')} late"
    return "Today" if days == 0 else "Tomorrow" if days == 1 else f"In {days} days"

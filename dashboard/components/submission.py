"""One return: its state in words, its versions and what happened to them, what was found in them, what can be done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.cards import download, section
from dashboard.components.crumbs import crumbs
from dashboard.components.links import Link, choice
from dashboard.components.returns import mark, timeliness, to_upload, when
from dashboard.components.static import static
from dashboard.views.return_status import ReturnState, ReturnStatus
from dashboard.views.submission import (
    Action,
    ExplainedFinding,
    SubmissionEvent,
    SubmissionPage,
    SubmissionVersion,
    Wanted,
)
from etl.submissions import events_of, same_person
from etl.transform.submission_changes import ADDED, NOTED, REMOVED, shown, summary
from schema.findings import Severity
from schema.periods import Basis, parse_period
from schema.quantities import TOTAL

LONGEST = 1_000
"""Characters of a comment, as `etl.submissions` takes them."""
MOST = 200
"""Rows of a table; the rest are in the file that can be downloaded."""

_EVENTS = {
    "submitted": "Submitted",
    "queried": "Queried",
    "answered": "Answered",
    "returned": "Sent back",
    "accepted": "Accepted",
    "superseded": "Superseded",
    "withdrawn": "Withdrawn",
}
_NOW = {
    "submitted": "waits to be accepted",
    "queried": "is queried",
    "answered": "is answered, and waits to be accepted",
    "returned": "was sent back",
    "accepted": "is accepted, and shown on the pages",
    "superseded": "is superseded",
    "withdrawn": "is withdrawn",
}
_SEVERITIES = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.NOTE: "Note"}
_SEVERITY_SHAPES = {Severity.ERROR: "✕", Severity.WARNING: "!", Severity.NOTE: "i"}
ORDERS = {"file": "As in the file", "severity": "Gravest first", "rule": "By rule"}

_DO: Mapping[Action, tuple[str, str, str]] = {
    Action.ACCEPT: ("Accept", "Accept version {version}", ""),
    Action.QUERY: ("Ask about it", "Ask", "What is asked of the agency"),
    Action.ANSWER: ("Answer the question", "Answer", "The answer"),
    Action.SEND_BACK: ("Send it back", "Send it back", "What has to be mended"),
    Action.WITHDRAW: ("Withdraw it", "Withdraw version {version}", "Why it is taken back"),
}
"""What an action is called, what its button says, and what its words are."""

OF_ANOTHER = (Action.QUERY, Action.SEND_BACK)
"""What nobody does with a version of their own: who submitted it answers or withdraws it."""


def heading(page: SubmissionPage, link: Link) -> list[Any]:
    """Whose return it is, where it stands, and what is known of it."""
    status = page.status
    return [
        crumbs(
            ("Returns", link("/returns")),
            (page.spec.title, link(f"/agency/{page.spec.id}")),
            here=words.capital(status.label),
        ),
        html.H1([f"{page.spec.title}, {status.label}: ", mark(status)]),
        html.P(" ".join(state(status)), className="lead"),
    ]


def state(status: ReturnStatus) -> list[str]:
    """Where a return stands, in sentences."""
    due = words.day(status.due)
    late = timeliness(status)
    newest = status.newest
    match status.state:
        case ReturnState.BEFORE:
            return ["It is from before this agency began to send returns, and nobody can say that it was owed."]
        case ReturnState.RUNNING:
            return [f"The period is not over. The return is due on {due}, {when(status.days_to_due).lower()}."]
        case ReturnState.DUE:
            return [f"It is due on {due}: {when(status.days_to_due).lower()}. Nothing has been submitted yet."]
        case ReturnState.OVERDUE | ReturnState.MISSING:
            later = " A later one has come." if status.state is ReturnState.MISSING else ""
            return [f"It was due on {due} and has not come: {late}.{later}", WITHOUT]
        case ReturnState.NEVER:
            return [f"This agency has sent no return yet. One was due on {due}.", WITHOUT]
    if newest is None:
        raise ValueError("a return that was sent has a version")
    came = f"It was due on {due}" + (f" and came {late}." if late and not status.owed else ".")
    said = [f"Version {newest.version} {_NOW[newest.state]}.", came]
    if status.state is ReturnState.NIL:
        said.append("The agency says that there was nothing to count, in every figure of it.")
    said.append(f"It gives {status.given:,} of the {status.asked:,} figures asked for, and is {status.status}.")
    if status.correction is not None:
        last = status.versions[-1]
        said.append(f"Version {last.version} is newer: it {_NOW[last.state]}.")
    return [*said, WITHOUT] if status.held is None else said


WITHOUT = "Until one is accepted, its figures are missing on every page, and none is taken to be nought."


def done(page: SubmissionPage, number: str) -> html.P | None:
    """What has just been done, told again from the record."""
    if page.version is None or not number.isdecimal() or len(number) > 6:
        return None
    if not 0 < int(number) <= len(page.version.events):
        return None
    event = page.version.events[int(number) - 1]
    said = f"Done: version {page.version.version} was {_past(event)} by {event.actor}."
    return html.P(said, className="told good", role="status")


def _past(event: SubmissionEvent) -> str:
    return "sent back" if event.event == "returned" else event.event


def instant(at: datetime) -> str:
    """“28 October 2025, 10:42”."""
    return f"{words.day(at.date())}, {at:%H:%M}"


# ------------------------------------------------------------------------------------------------- what can be done


def actions(page: SubmissionPage, viewer: str, here: str, link: Link, *, looks_back: bool) -> html.Section | None:
    """The forms, or why there are none."""
    version = page.version
    if version is None:
        return None
    if looks_back:
        told = "You are looking back: this is how the return stood then, and nothing can be changed here."
        return section("act", "What can be done", [html.P(told)], look="card act")
    if not page.actions:
        return None
    if not viewer:
        who = dcc.Link("Say who is working", href=link("/who", next=here))
        said = html.P([who, ", and you can ", words.listed([_DO[a][0].lower() for a in page.actions], "or"), "."])
        return section("act", "What can be done", [said], look="card act")
    own = same_person(version.submitted_by, viewer)
    forms = [
        html.P(f"You submitted version {version.version}, so a second person has to accept it.", className="muted")
        if own and action is Action.ACCEPT
        else _form(action, page, version)
        for action in page.actions
        if not (own and action in OF_ANOTHER)
    ]
    return section("act", f"What you can do with version {version.version}", forms, look="card act")


def sending(page: SubmissionPage, link: Link) -> html.Section:
    """How the return is filled in and sent, for the first time or once more."""
    status = page.status
    again = bool(status.versions)
    forms = [
        html.A(
            said, href=link("/download/template", agency=status.agency, period=status.period, form=form), download=""
        )
        for said, form in (("Form as a workbook (XLSX)", "xlsx"), ("Form as a table (CSV)", "csv"))
    ]
    said = f"It asks for {words.plural(status.asked, 'figure')}. Answered by: {page.spec.answers}."
    if again:
        said = "A correction is another version: checked and accepted as the first was. Every version is kept."
    parts: list[Any] = [
        html.P(said),
        html.P(
            [
                dcc.Link(
                    "Upload a correction" if again else "Upload it", href=to_upload(status, link), className="button"
                ),
                *forms,
            ],
            className="linked",
        ),
    ]
    return section("sending", "Send a correction" if again else "How it is sent", parts, look="card doing sending")


def preview_place(page: SubmissionPage) -> html.Div | None:
    """Where it is shown what accepting the version would change: computed once the page is there. None where it cannot
    be accepted."""
    version = page.version
    if version is None or Action.ACCEPT not in page.actions:
        return None
    wait = html.P("Working out what accepting it would change …", className="card muted", role="status")
    return html.Div(
        [
            dcc.Store(id="returns-preview-of", data=f"{version.agency}|{version.period}|{version.version}"),
            html.Div(wait, id="returns-preview"),
        ],
        className="doing",  # it belongs to what can be done, and is not there for whoever looks back
    )


def _form(action: Action, page: SubmissionPage, version: SubmissionVersion) -> html.Details:
    title, button, wants = _DO[action]
    if action is Action.ACCEPT and version.was_accepted:
        title = "Accept it again"
    named = {"act": action.value}
    parts: list[Any] = [html.P(_consequence(action, page, version))]
    words_id = {"returns": "words", **named}
    field = dcc.Textarea(id=words_id, value="", maxLength=LONGEST, rows=3, className="text-input")
    label = html.Span(f"{wants} (it stays on record)", className="control-label")
    parts.append(html.Label([label, field]) if wants else html.Div(field, hidden=True))
    parts += [
        dcc.Store(
            id={"returns": "which", **named},
            data=f"{version.agency}|{version.period}|{version.version}|{action.value}|{events_of(page.status.versions)}",
        ),
        html.Div(
            [
                html.Button(
                    button.format(version=version.version),
                    id={"returns": "do", **named},
                    n_clicks=0,
                    className="button",
                    type="button",
                ),
                html.Span("", id={"returns": "busy", **named}, className="muted", role="status"),
            ],
            className="button-row",
        ),
        html.P("", id={"returns": "said", **named}, className="problem", role="alert"),
    ]
    main = "act-main" if action in (Action.ACCEPT, Action.ANSWER) else ""
    summary_ = html.Summary(f"{title} …", className=f"button-like {main}".strip())
    return html.Details([summary_, html.Div(parts, className="act-form")], className="act-one")


def _consequence(action: Action, page: SubmissionPage, version: SubmissionVersion) -> str:
    held = page.status.held
    match action:
        case Action.ACCEPT:
            instead = f" in place of version {held.version}’s" if held is not None and held is not version else ""
            many = words.plural(version.row_count, "figure is", "figures are")
            return f"From then on its {many} shown on the pages{instead}. It can be withdrawn at any time."
        case Action.QUERY:
            return "It goes on waiting, marked as queried, until the agency answers or sends another version."
        case Action.ANSWER:
            return "The answer stands with the return, and it waits to be accepted again."
        case Action.SEND_BACK:
            return "The agency mends it and submits it again. This version cannot be accepted any more."
        case Action.WITHDRAW:
            if held is version:
                before = max(
                    (one.version for one in page.status.versions if one is not held and one.was_accepted), default=0
                )
                again = (
                    f" Version {before}, which was accepted before, does not come back by itself: accept it again if "
                    "it is the one to be shown."
                    if before
                    else ""
                )
                return (
                    "Its figures are gone from the pages at once, and the period is without a return. The version "
                    f"stays on record, and can be accepted again.{again}"
                )
            return "It waits no longer. It stays on record."


# ------------------------------------------------------------------------------------------------- what there is


def versions(page: SubmissionPage, link: Link) -> html.Section:
    """Every version, the newest first: its file, and what happened to it."""
    status = page.status
    if not status.versions:
        body = [html.P("No version has been submitted.")]
        return section("versions", "Versions", body)
    items = [_version(one, page, link) for one in reversed(status.versions)]
    note = html.P("Times are universal time (UTC).", className="note")
    return section("versions", words.plural(len(items), "version"), [html.Ol(items, className="versions"), note])


def _version(one: SubmissionVersion, page: SubmissionPage, link: Link) -> html.Li:
    path = f"/returns/{one.agency}/{one.period}"
    here = page.version is not None and one.version == page.version.version
    title: Any = f"Version {one.version}"
    if not here:
        title = dcc.Link(title, href=link(path, version=str(one.version)))
    files = f"/download/returns/{one.agency}/{one.period}/{one.version}"
    facts = (
        f"{one.file_name}: {words.plural(one.row_count, 'figure')}, {one.status}, "
        f"extracted {words.day(one.extracted_on)}"
    )
    return html.Li(
        [
            html.H3([title, f" {_NOW[one.state]}", html.Span(", shown below", className="muted") if here else None]),
            html.P(facts, className="small muted"),
            html.Ol([_event(event) for event in one.events], className="events"),
            html.P(
                [
                    html.A("The file as it was sent", href=link(f"{files}/original"), download=""),
                    html.A("A copy with the findings marked (XLSX)", href=link(f"{files}/marked.xlsx"), download=""),
                    html.Span(f"SHA-256 {one.sha256[:12]}…", className="muted", title=one.sha256),
                ],
                className="small linked",
            ),
        ],
        className="version-here" if here else "",
    )


def _event(event: SubmissionEvent) -> html.Li:
    stamp = html.Time(instant(event.at), dateTime=event.at.isoformat())
    parts: list[Any] = [html.Strong(_EVENTS[event.event]), f" by {event.actor}, ", stamp]
    if event.reason:
        parts.append(html.Span(event.reason, className="said"))
    return html.Li(parts)


def findings(page: SubmissionPage, wanted: Wanted, link: Link) -> html.Section | None:
    """What the checks found in the version, with how it was explained; sorted and filtered by the address."""
    version = page.version
    if version is None:
        return None
    title = f"Findings in version {version.version}"
    if not page.every:
        return section("findings", title, [html.P("The checks found nothing to mend and nothing to explain.")])
    severities = {one.finding.severity for one in page.every}
    rules = sorted({one.finding.rule for one in page.every})
    controls = html.Div(
        [
            choice(
                "severity",
                "Severity",
                {s.value: name for s, name in _SEVERITIES.items() if s in severities},
                wanted.severity,
                everything="Every severity",
            ),
            choice("rule", "Rule", {rule: rule for rule in rules}, wanted.rule, everything="Every rule"),
            choice("order", "Order", ORDERS, wanted.order),
            html.P(f"{len(page.findings)} of {words.plural(len(page.every), 'finding')} shown", role="status"),
        ],
        className="filters",
    )
    body = [_finding(one, link) for one in page.findings[:MOST]]
    names = ("Severity", "Where", "What, and how to mend it", "Explained", "Rule")
    head = html.Tr([html.Th(name, scope="col") for name in names])
    table = html.Table(
        [html.Caption(title, className="unseen"), html.Thead(head), html.Tbody(body)],
        className="figures-table returns-list stacks",
    )
    parts: list[Any] = [controls, static(table)]
    if len(page.findings) > MOST:
        parts.append(html.P(f"The first {MOST} are shown; the download has all.", className="note"))
    path = f"/download/returns/{version.agency}/{version.period}/{version.version}/findings.csv"
    return section("findings", title, parts, action=download(link(path), "CSV", "all findings"))


def severity(found: Severity) -> html.Span:
    """How grave a finding is, as a shape and a word."""
    shape = html.Span(_SEVERITY_SHAPES[found], className="rs-shape", **aria.hidden())
    return html.Span([shape, _SEVERITIES[found]], className=f"rs fs-{found.value}")


def _finding(one: ExplainedFinding, link: Link) -> html.Tr:
    found = one.finding
    where = [f"Row {found.row}" if found.row is not None else "Whole file"]
    where += [f"column {found.column}"] if found.column else []
    where += [found.cell] if found.cell else []
    return html.Tr(
        [
            html.Th(severity(found.severity), scope="row"),
            html.Td([", ".join(where), html.Span(f"sheet {found.sheet}", className="sub") if found.sheet else None]),
            html.Td([found.message, html.Span(found.remedy, className="sub")]),
            html.Td(f"“{one.explanation}”" if one.explanation else "–"),
            html.Td(dcc.Link(found.rule, href=f"{link('/returns/rules')}#{found.rule}")),
        ]
    )


def differences(
    page: SubmissionPage, quantities: Mapping[str, str], categories: Mapping[str, str]
) -> html.Section | None:
    """What the version says otherwise than the one before it, figure by figure."""
    if page.version is None:
        return None
    title = f"What version {page.version.version} changes"
    if page.before is None or page.differences is None:
        return section("changes", title, [html.P("It is the first version: there is none to set it beside.")])
    found = page.differences
    said = html.P(f"Beside version {page.before.version}: {summary(found)}")
    if found.empty:
        return section("changes", title, [said])
    rows = [
        html.Tr(
            [
                html.Th(_figure(row["quantity"], row["category"], quantities, categories), scope="row"),
                html.Td(words.capital(parse_period(row["period"]).label(Basis(row["basis"])))),
                html.Td(_change(row)),
                html.Td(f"Row {row['row']}", className="muted"),
            ]
        )
        for row in found.head(MOST).to_dict("records")
    ]
    head = html.Tr([html.Th(name, scope="col") for name in ("Figure", "Covers", "Before → after", "Where")])
    table = html.Table(
        [html.Caption(title, className="unseen"), html.Thead(head), html.Tbody(rows)],
        className="figures-table returns-list stacks",
    )
    parts: list[Any] = [said, static(table)]
    if len(found) > MOST:
        parts.append(html.P(f"The first {MOST} of {len(found):,} are shown.", className="note"))
    return section("changes", title, parts)


def _figure(quantity: str, category: str, quantities: Mapping[str, str], categories: Mapping[str, str]) -> str:
    whole = quantities.get(quantity, quantity)
    return whole if category == TOTAL else f"{whole}: {categories.get(category, category)}"


def _change(row: Mapping[Any, Any]) -> str:
    before, after = (shown(row[f"value_{side}"], row[f"symbol_{side}"]) for side in ("before", "after"))
    if row["change"] == ADDED:
        return f"not given → {after}"
    if row["change"] == REMOVED:
        return f"{before} → no longer given"
    if row["change"] == NOTED:
        return f"{after}, unchanged; its note is otherwise"
    return f"{before} → {after}"


def rows_of(found: Sequence[ExplainedFinding]) -> list[dict[str, object]]:
    """Findings as a file has them, with how each was explained."""
    return [
        {
            "severity": one.finding.severity.value,
            "rule": one.finding.rule,
            "sheet": one.finding.sheet,
            "row": one.finding.row,
            "column": one.finding.column,
            "cell": one.finding.cell,
            "value": one.finding.value,
            "message": one.finding.message,
            "remedy": one.finding.remedy,
            "explanation": one.explanation,
        }
        for one in found
    ]

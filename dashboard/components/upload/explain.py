"""The words for what was not mended, the button, and what became of it."""

import hashlib
from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.links import Link
from dashboard.views.upload import Report
from etl.plain_text import LONGEST
from etl.submissions import Submitted
from schema.findings import Finding

MOST_FIELDS = 25
"""Warnings of a rule that each have a field of their own beside the one for all of them."""


def explain_key(key: str) -> str:
    """A finding's key, or a rule's id, as the id of the field that explains it: keys hold a file's own text."""
    return hashlib.sha256(key.encode()).hexdigest()[:20]


def submit_form(report: Report, viewer: str, here: str, link: Link) -> html.Section | None:
    """The fields for the warnings, and the button. None where an error stands in the way."""
    found = report.checked.found
    if found.blocked:
        return None
    body: list[Any] = []
    if report.checked.to_explain:
        body += [
            html.H2("Explain what you did not mend"),
            html.P(
                "Say why each figure is right as it is. Whoever accepts the return reads it, and it stays on record. "
                "Write in general terms: nothing about a child.",
                className="muted",
            ),
            *_explain_fields(report.checked.to_explain),
        ]
    who: list[Any]
    if viewer:
        who = [f"Submitted by {viewer}, for a second person to accept."]
    else:
        who = ["To submit it, ", dcc.Link("say who is working", href=link("/who", next=here)), " first."]
    body.append(
        html.Div(
            [
                html.Button("Submit the return", id="upload-submit", type="button", className="button"),
                html.Span(who, className="muted small"),
            ],
            className="upload-submit",
        )
    )
    return html.Section(body, className="card upload-explain", **aria.label("Explain and submit"))


def _explain_fields(warnings: Sequence[Finding]) -> list[Any]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in warnings:
        by_rule.setdefault(finding.rule, []).append(finding)
    parts: list[Any] = []
    for rule, found in sorted(by_rule.items()):
        if len(found) == 1:
            parts.append(_field(found[0].key, _sentence(found[0]), rule))
            continue
        some = found[:MOST_FIELDS]
        rest = len(found) - len(some)
        each: list[Any] = [_field(finding.key, _sentence(finding), "") for finding in some]
        if rest:
            said = f"{rest:,} more {'is' if rest == 1 else 'are'} explained by the one above."
            each.append(html.P(said, className="small"))
        parts.append(
            html.Div(
                [
                    _field(rule, f"All {len(found):,} warnings of this rule: {found[0].message}", rule),
                    html.Details(
                        [html.Summary("Explain one of them by itself"), html.Div(each, className="explain-each")],
                        className="table-key",
                    ),
                ],
                className="explain-rule",
            )
        )
    return parts


def _sentence(finding: Finding) -> str:
    place = f"Row {finding.row:,}: " if finding.row is not None else ""
    return f"{place}{finding.message}"


def _field(key: str, text: str, rule: str) -> html.Label:
    """A field within its label: the sentence that it explains names it."""
    return html.Label(
        [
            html.Span([text, html.Span(rule, className="rule-name") if rule else None]),
            dcc.Textarea(
                id={"explain": explain_key(key)},
                rows=2,
                maxLength=LONGEST,
                className="text-input",
                spellCheck=True,
            ),
        ],
        className="explain",
    )


def submitted(done: Submitted, title: str, link: Link) -> html.Section:
    """What has happened, and what happens next."""
    version = done.version
    href = link(f"/returns/{version.agency}/{version.period}")
    what = f"{title}, {words.period(version.period)}"
    if not done.changed:
        return html.Section(
            [
                html.H2("It is there already"),
                html.P(
                    f"Version {version.version} of {what} has the same content, and is {version.state}. "
                    "Nothing was changed."
                ),
                html.P(dcc.Link("Go to the submission", href=href)),
            ],
            className="card verdict is-doubtful",
            id="upload-done",
            tabIndex=-1,
        )
    again = (
        f" It is the same file as version {done.same_as}: what replaced that is undone once it is accepted."
        if done.same_as
        else ""
    )
    return html.Section(
        [
            html.H2("Submitted"),
            html.P([html.Strong(f"Version {version.version} of {what} waits to be accepted."), again]),
            html.P(
                "A second person looks at it, and accepts it, asks you about it, or sends it back. Until it is "
                "accepted, no page shows anything of it. You can withdraw it, or submit another version, at any time."
            ),
            html.P(
                f"Kept: {version.file_name}, {words.plural(version.row_count, 'figure')}, "
                f"submitted by {version.submitted_by}. SHA-256 {version.sha256[:12]}….",
                className="muted small",
            ),
            html.P(
                [
                    dcc.Link("Go to the submission", href=href),
                    " or ",
                    dcc.Link("see all returns", href=link("/returns")),
                    ".",
                ]
            ),
        ],
        className="card verdict is-ready",
        id="upload-done",
        tabIndex=-1,
    )

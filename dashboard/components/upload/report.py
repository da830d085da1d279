"""What is wrong with a file, all of it, and how to mend it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.components import aria, words
from dashboard.components.links import Link
from dashboard.components.static import static
from dashboard.views.upload import Report
from schema.findings import Finding, Severity

MOST_FINDINGS = 1_000
"""Findings that are listed; the files to download have all of them."""

_WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.NOTE: "Note"}


def verdict(report: Report, title: str, known: int = 0) -> html.Section:
    """In one look: what it is, and whether it can be submitted. `known` is the version that is this very file already,
    0 where there is none."""
    found = report.checked.found
    errors, warnings, notes = (found.count(severity) for severity in Severity)
    if errors:
        said, look = f"{words.plural(errors, 'error')} to mend before it can be submitted", "is-wrong"
    elif warnings:
        said, look = f"{words.plural(warnings, 'warning')} to mend or to explain", "is-doubtful"
    else:
        said, look = "Nothing is wrong with it: ready to submit", "is-ready"
    also = [
        words.plural(count, word) for count, word in ((warnings if errors else 0, "warning"), (notes, "note")) if count
    ]
    period = report.checked.file.period
    restated = ", ".join(words.period(code) for code in found.restated_periods)
    facts = [
        f"{report.given:,} of the {report.asked:,} figures asked for",
        f"restates {restated}" if restated else "",
        f"extracted {words.day(found.extract_date)}" if found.extract_date else "",
        found.status,
    ]
    first = next((at for at, f in enumerate(found.findings) if f.severity is Severity.ERROR), None)
    jump = (
        html.A("Go to the first error", href=f"#finding-{first}", className="jump")
        if first is not None and first < MOST_FINDINGS
        else None
    )
    return html.Section(
        [
            html.H2(f"{title}, {period.label()}", className="upload-which"),
            html.P(
                [html.Strong(said), f" – and {' and '.join(also)}" if also else "", ". " if jump else ".", jump],
                className="verdict-line",
            ),
            html.P(f"This very file is version {known} already: submitting it again changes nothing.")
            if known
            else None,
            html.P(
                f"{report.checked.file.name}: {'; '.join(fact for fact in facts if fact)}.", className="muted small"
            ),
        ],
        className=f"card verdict {look}",
        **aria.label("Result of the check"),
    )


def findings(found: Sequence[Finding], link: Link) -> html.Section | None:
    """Everything that was found, to be filtered, sorted and downloaded. None where there is nothing."""
    if not found:
        return None
    counts = Counter(finding.severity for finding in found)
    rules = Counter(finding.rule for finding in found)
    severities = [{"value": "all", "label": f"All {len(found):,}"}] + [
        {"value": severity.value, "label": words.plural(counts[severity], _WORDS[severity].lower()).capitalize()}
        for severity in Severity
        if counts[severity]
    ]
    every = [{"value": "all", "label": "Every rule"}] + [
        {"value": rule, "label": f"{rule} ({count:,})"} for rule, count in sorted(rules.items())
    ]
    orders = {"file": "As in the file", "severity": "Errors first", "rule": "By rule", "column": "By column"}
    more = (
        html.P(
            f"The first {MOST_FINDINGS:,} of {len(found):,} are listed. The files to download have all of them.",
            className="told",
        )
        if len(found) > MOST_FINDINGS
        else None
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2("What was found"),
                    html.Div(
                        [
                            html.Button(
                                "Marked copy (.xlsx)",
                                id="upload-marked",
                                type="button",
                                className="button plain-button",
                            ),
                            html.Button(
                                "List (.csv)", id="upload-list", type="button", className="button plain-button"
                            ),
                        ],
                        className="upload-downloads",
                    ),
                ],
                className="titled",
            ),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id="upload-severity",
                        data=severities,
                        value="all",
                        transitionDuration=0,
                        **aria.label("Severity"),
                    ),
                    _select("upload-rule", "Rule", every, "all"),
                    _select(
                        "upload-order", "Order", [{"value": key, "label": text} for key, text in orders.items()], "file"
                    ),
                    html.Span(id="upload-shown", role="status"),
                ],
                className="filters upload-filters",
            ),
            more,
            html.Div(
                static(_findings_table(found[:MOST_FINDINGS], link)),
                id="upload-findings",
                className="scroll",
                tabIndex=0,
                role="group",
                **aria.label("Table, scrolls: what was found"),
            ),
        ],
        className="card upload-found",
        **aria.label("What was found"),
    )


def _select(id: str, label: str, data: list[dict[str, str]], value: str) -> dmc.Select:
    return dmc.Select(
        id=id,
        label=label,
        data=data,
        value=value,
        allowDeselect=False,
        openOnFocus=False,
        comboboxProps={"transitionProps": {"duration": 0}},
    )


def _findings_table(found: Sequence[Finding], link: Link) -> html.Table:
    sheets = any(finding.sheet for finding in found)
    heads = [
        "Severity",
        *(["Sheet"] if sheets else []),
        "Row",
        "Column",
        "Cell",
        "What is wrong",
        "How to mend it",
        "Rule",
    ]
    rows = []
    for at, finding in enumerate(found):
        cells = [
            html.Td(html.Span(_WORDS[finding.severity], className=f"severity is-{finding.severity.value}")),
            *([html.Td(finding.sheet, **_head("Sheet"))] if sheets else []),
            html.Td("" if finding.row is None else f"{finding.row:,}", className="number", **_head("Row")),
            html.Td(finding.column, **_head("Column")),
            html.Td(
                [finding.cell, html.Span(f"“{finding.value}”", className="under muted")]
                if finding.value
                else finding.cell,
                className="cell",
                **_head("Cell"),
            ),
            html.Td(finding.message, className="said"),
            html.Td(finding.remedy, className="said mend"),
            html.Td(_to_rule(finding.rule, link), className="rule"),
        ]
        data: dict[str, Any] = {
            "data-severity": finding.severity.value,
            "data-rule": finding.rule,
            "data-column": finding.column,
        }
        rows.append(html.Tr(cells, id=f"finding-{at}", tabIndex=-1, **data))
    return html.Table(
        [
            html.Caption("Every finding with its place, and how to mend it", className="unseen"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            html.Tbody(rows),
        ],
        className="figures-table findings-table",
    )


def _to_rule(rule: str, link: Link) -> html.A:
    """The rule in a tab of its own: leaving the page would lose the file and the explanations."""
    said = html.Span(" (opens in a new tab)", className="unseen")
    return html.A([rule, said], href=f"{link('/returns/rules')}#{rule}", target="_blank", rel="noopener")


def _head(word: str) -> dict[str, Any]:
    return {"data-head": word}

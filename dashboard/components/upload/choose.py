"""Choosing a file: whose return it is, for when, and what there is to know before."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components import aria, words
from dashboard.components.links import Link
from dashboard.views.upload import LARGEST_FILE, too_large


def chooser(agencies: Mapping[str, str], agency: str, periods: Sequence[str], period: str) -> html.Section:
    """Agency, period and the place to drop a file on."""
    # What the script refuses without reading it. It puts the file's name in.
    limits: dict[str, Any] = {"data-largest": str(LARGEST_FILE), "data-too-large": too_large("{name}")}
    return html.Section(
        [
            html.Div(
                [
                    dmc.Select(
                        id="upload-agency",
                        label="Agency",
                        data=[{"value": found, "label": title} for found, title in agencies.items()],
                        value=agency or None,
                        placeholder="As the file says",
                        allowDeselect=False,
                        openOnFocus=False,
                        comboboxProps={"transitionProps": {"duration": 0}},
                    ),
                    dmc.Select(
                        id="upload-period",
                        label="Quarter or term",
                        data=period_choices(periods),
                        value=period or None,
                        placeholder="As the file says",
                        allowDeselect=False,
                        openOnFocus=False,
                        searchable=True,
                        nothingFoundMessage="Choose the agency first",
                        comboboxProps={"transitionProps": {"duration": 0}},
                    ),
                ],
                className="upload-choices",
            ),
            dcc.Upload(
                id="upload-drop",
                children=html.Div(
                    [
                        html.Button("Choose a file", type="button", id="upload-choose", className="button"),
                        html.Span("or drop it here", className="upload-or"),
                        html.Span(
                            f"CSV, Excel (.xlsx) or OpenDocument (.ods), at most {LARGEST_FILE // 2**20} MB. "
                            "Nothing is kept before you submit.",
                            className="muted small",
                        ),
                    ],
                    className="upload-box",
                ),
                # Any ending: what a file is, its content tells, and whatever cannot be read is refused in a sentence.
                multiple=False,
                className="upload-drop",
                className_active="upload-drop is-over",
                className_reject="upload-drop is-over",
            ),
            html.P(id="upload-problem", className="problem", role="alert"),
        ],
        className="card upload-choose",
        id="upload-card",
        **aria.label("Choose a file"),
        **limits,
    )


def period_choices(periods: Sequence[str]) -> list[dict[str, str]]:
    """Periods as a drop-down offers them."""
    return [{"value": code, "label": f"{words.capital(words.period(code))} ({code})"} for code in periods]


def disagrees(said: str, follow: str) -> html.Div:
    """That the file is of another return than the one chosen, and the way to choose what it says (`follow`)."""
    return html.Div(
        [
            html.P([said, " Choose again above, or choose another file."]),
            html.P(
                [html.Button("Use what the file says", id="upload-follow", type="button", className="button"), follow],
                className="button-row",
            ),
        ],
        className="card verdict is-doubtful notice-card",
    )


def mixed(said: str) -> html.Div:
    """That the file has rows of a later period than the one it was taken to be for."""
    told = f"{said} If it is not the right one, choose again above; else mend those rows."
    return html.Div(html.P(told), className="card verdict is-doubtful notice-card", role="status")


def nobody(here: str, link: Link) -> html.P:
    """Whoever submits has to be known; it is said before the work is done, and not after."""
    return html.P(
        [
            "You can check a file without saying who you are. To submit it, ",
            dcc.Link("say who is working", href=link("/who", next=here)),
            " first: the page starts anew afterwards.",
        ],
        className="told",
    )


def help_text(link: Link) -> html.Div:
    """What there is to know before a file is chosen."""
    return html.Div(
        [
            html.Section(
                [
                    html.H2("What a return is"),
                    html.P(
                        "One table for one agency and one quarter or term: a row for each figure, with its period, "
                        "quantity, category, value or symbol, and the day of the extract. Counts only. Never a row for "
                        "a child, and never a name."
                    ),
                    html.P(
                        "Earlier quarters may be given again in the same file. Late recording is normal; say so in the "
                        "note column, and the older figures stay on record."
                    ),
                ],
                className="card",
            ),
            html.Section(
                [
                    html.H2("What happens"),
                    html.Ol(
                        [
                            html.Li("The file is read and held against every rule. All faults are listed at once."),
                            html.Li("You see what each figure was before, and what the pages would show."),
                            html.Li("Errors have to be mended. Warnings can be mended, or explained in your words."),
                            html.Li("You submit it. A second person accepts it, and only then it shows on any page."),
                        ],
                        className="steps-list",
                    ),
                    html.P(
                        [
                            dcc.Link("The rules that a return is held against", href=link("/returns/rules")),
                            ". Choose an agency above, and its empty form is offered.",
                        ]
                    ),
                ],
                className="card",
            ),
        ],
        className="columns upload-help",
    )


def template_links(hrefs: Mapping[str, str], name: str) -> html.P:
    """The empty form of the chosen return, with what was said last beside each row."""
    return html.P(
        [
            f"No file yet? The form for {name}: ",
            *(
                part
                for kind, href in hrefs.items()
                for part in (html.A(kind, href=href, download=""), html.Span(" or ") if kind == "workbook" else "")
            ),
            ", with every figure that is asked for.",
        ],
        className="small upload-template",
    )

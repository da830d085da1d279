"""What a file says beside its past, and what the pages would show."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import aria, words
from dashboard.components.static import static
from dashboard.components.tables import table
from dashboard.views.figure import number
from dashboard.views.upload import MeasureMove, disputed_measures, measure_moves
from etl.transform.preview import Preview, reconciled
from etl.transform.submission_changes import less, sentences, shown, summary
from schema.catalogue import Catalogue
from schema.periods import Basis, parse_period
from schema.quantities import TOTAL

_FEW = 12
MOST_ROWS = 1_000
"""Rows of a table that are listed: a usual return has a few hundred, and `safeguarding return preview` has them all."""

TITLE = "What it would change"
ARROW = "→"
_NOTHING = "–"


def preview(found: Preview, catalogue: Catalogue, *, blocked: bool = False, title: str = TITLE) -> html.Section:
    """What the return says beside its past, and what it would change on the pages. `blocked`: an error stands in the
    way."""
    body: list[Any] = [html.H2(title)]
    if found.version:
        body.append(
            html.P([html.Strong(f"Since version {found.version}: "), summary(found.changes)], className="since")
        )
        if len(found.changes):
            body.append(_changes(found, catalogue))
    if blocked:
        body.append(
            html.P(
                "The measures are computed once nothing has to be mended. Rows with an error are left out below.",
                className="told",
            )
        )
    else:
        body += _measures(found, catalogue)
    body += [_figures(found, catalogue), *_restated(found, catalogue), *_published(found, catalogue)]
    return html.Section(body, className="card upload-preview", **aria.label(title))


def _changes(found: Preview, catalogue: Catalogue) -> html.Details:
    listed = found.changes.head(MOST_ROWS)
    told = sentences(listed, lambda name: catalogue.quantities[name].title, catalogue.category_title)
    every = static(html.Ul([html.Li(said) for said in told]))
    return html.Details(
        [html.Summary(f"What differs from version {found.version}"), _rest(len(found.changes)), every],
        className="table-key",
    )


def _rest(rows: int) -> html.P | None:
    """Says that not all rows of a long table are listed."""
    if rows <= MOST_ROWS:
        return None
    return html.P(
        f"The first {MOST_ROWS:,} of {rows:,} are listed; `safeguarding return preview` writes all of them.",
        className="told",
    )


def _measures(found: Preview, catalogue: Catalogue) -> list[Any]:
    moves = measure_moves(found, catalogue)
    moving = [move for move in moves if move.moves]
    stay = [move for move in moves if not move.moves]
    parts: list[Any] = [html.H3("What the pages would show")]
    if moving:
        head, rest = moving[:_FEW], moving[_FEW:]
        parts.append(static(_moves_table(head)))
        if rest:
            more = html.Summary(f"Show {words.plural(len(rest), 'more measure')}")
            parts.append(html.Details([more, static(_moves_table(rest))], className="table-key"))
    else:
        parts.append(html.P("Every measure stays as it is.", className="muted"))
    disputed = disputed_measures(found, catalogue)
    if disputed:
        many = words.plural(len(disputed), "measure")
        titles = words.listed([f"“{measure.title}”" for measure in disputed])
        parts.append(
            html.P(
                f"{words.capital(many)} would have no figure until people agree whose number stands, because another "
                f"agency gives a different one: {titles}.",
                className="told",
            )
        )
    left = [move for move in stay if move.left_out]
    if left:
        names = html.Ul([html.Li(move.measure.title) for move in left])
        many = words.plural(len(left), "measure stays", "measures stay")
        parts.append(
            html.Details(
                [
                    html.Summary(f"{many} at an older figure: the return does not give all of it"),
                    static(names),
                ],
                className="table-key",
            )
        )
    if len(found.earlier):
        periods = words.listed([words.period(code) for code in sorted(found.earlier["period"].unique())])
        many = words.plural(len(found.earlier), "figure")
        parts.append(html.P(f"{words.capital(many)} of other periods would change too ({periods}).", className="small"))
    return parts


def _moves_table(moves: Sequence[MeasureMove]) -> html.Table:
    rows = []
    for move in moves:
        measure = move.measure
        before = words.value(move.value_before, move.state_before, measure) if move.period_before else _NOTHING
        after = words.value(move.value_after, move.state_after, measure) if move.period_after else _NOTHING
        unit = words.unit(measure)
        rows.append(
            html.Tr(
                [
                    html.Th([measure.title, html.Span(unit, className="under muted") if unit else None], scope="row"),
                    html.Td([before, _period(move.period_before, move.basis)], className="number"),
                    html.Td(ARROW, className="arrow", **aria.hidden()),
                    html.Td([html.Strong(after), _period(move.period_after, move.basis)], className="number"),
                ]
            )
        )
    head = html.Tr(
        [
            html.Th("Measure", scope="col"),
            html.Th("Now", scope="col", className="number"),
            html.Th("", **aria.hidden()),
            html.Th("Would be", scope="col", className="number"),
        ]
    )
    caption = html.Caption("Newest figure of each measure, now and with this return", className="unseen")
    return html.Table([caption, html.Thead(head), html.Tbody(rows)], className="figures-table moves-table")


def _period(code: str, basis: Basis) -> html.Span | None:
    return html.Span(words.short_period(code, basis), className="under muted") if code else None


def _figures(found: Preview, catalogue: Catalogue) -> html.Details:
    totals = found.figures[found.figures["category"] == TOTAL]
    parts: list[Any] = [html.Summary(f"Every figure beside its past ({len(found.figures):,})")]
    parts.append(_figures_table(totals, found, catalogue, "Totals"))
    others = found.figures[found.figures["category"] != TOTAL]
    if len(others):
        parts.append(
            html.Details(
                [
                    html.Summary(f"Show {words.plural(len(others), 'figure')} by category"),
                    _figures_table(others, found, catalogue, "By category"),
                ],
                className="table-key",
            )
        )
    return html.Details(parts, className="table-key")


def _figures_table(rows: pd.DataFrame, found: Preview, catalogue: Catalogue, caption: str) -> html.Div:
    columns = [
        "Figure",
        "This return",
        words.capital(words.period(found.previous.code)),
        words.capital(words.period(found.year_ago.code)),
    ]
    columns += [f"Version {found.version}"] if found.version else []
    beside = ["previous", "year_ago", *(["last"] if found.version else [])]
    told = []
    for row in rows.head(MOST_ROWS).to_dict("records"):
        own = shown(row["value"], row["symbol"])
        cells = [_beside(row, name) for name in beside]
        told.append((_name(row, catalogue), own, *cells))
    return html.Div([_rest(len(rows)), table(TableTwin(caption, tuple(columns), tuple(told)))])


def _name(row: Mapping[Any, Any], catalogue: Catalogue) -> str:
    title = catalogue.quantities[str(row["quantity"])].title
    basis = Basis(str(row["basis"]))
    how = "" if basis in (Basis.QUARTER, Basis.TERM, Basis.AT_DATE) else f", {basis.words}"
    category = "" if row["category"] == TOTAL else f": {catalogue.category_title(str(row['category']))}"
    return f"{title}{category}{how}"


def _beside(row: Mapping[Any, Any], name: str) -> str:
    """An earlier figure, and how far this one is from it."""
    before, sign = number(row[f"{name}_value"]), str(row[f"{name}_symbol"])
    if before is None and not sign:
        return _NOTHING
    said = shown(float("nan") if before is None else before, sign)
    now = number(row["value"])
    if before is None or now is None:
        return said
    moved = less(now, before)
    return f"{said} ({'=' if not moved else ('+' if moved > 0 else '') + shown(moved, '')})"


def _restated(found: Preview, catalogue: Catalogue) -> list[Any]:
    if found.restated.empty:
        return []
    changed = found.restated[found.restated["changed"]]
    periods = words.listed([words.period(code) for code in sorted(found.restated["period"].unique())])
    same = len(found.restated) - len(changed)
    said = f"{words.plural(len(changed), 'figure changes', 'figures change')} in {periods}"
    said += f"; {same:,} stay as they were." if same else "."
    parts: list[Any] = [html.H3("Given again for earlier periods"), html.P(said, className="small")]
    if len(changed):
        rows = [
            (
                _name(row, catalogue),
                words.short_period(str(row["period"]), Basis(str(row["basis"]))),
                shown(row["old_value"], row["old_symbol"]) if _is_given(row) else _NOTHING,
                shown(row["value"], row["symbol"]),
                str(row["note"]),
            )
            for row in changed.head(MOST_ROWS).to_dict("records")
        ]
        twin = TableTwin("Restated figures", ("Figure", "Period", "Was", "Is", "Note"), tuple(rows))
        full = table(twin, text=("Period", "Note"), long=("Note",))
        few = len(rows) <= _FEW
        parts.append(_rest(len(changed)))
        parts.append(full if few else html.Details([html.Summary("Show them"), full], className="table-key"))
    return parts


def _is_given(row: Mapping[Any, Any]) -> bool:
    return number(row["old_value"]) is not None or bool(row["old_symbol"])


def _published(found: Preview, catalogue: Catalogue) -> list[Any]:
    if found.published.empty:
        return []
    rows = [
        (
            catalogue.quantities[str(row["quantity"])].title,
            parse_period(str(row["period"])).label(Basis(str(row["basis"]))),
            shown(row["local"], ""),
            shown(row["published"], ""),
            f"{reconciled(row['local'], row['published'])} {words.capital(str(row['made_of']))}.",
            str(row["publication"]),
        )
        for row in found.published.to_dict("records")
    ]
    columns = ("Quantity", "Year or date", "Returns", "Published", "Difference", "Publication")
    full = table(
        TableTwin("The returns’ year beside the published one", columns, tuple(rows)),
        text=(columns[1], *columns[4:]),
        long=columns[4:],
    )
    apart = sum(row["local"] != row["published"] for row in found.published.to_dict("records"))
    return [
        html.H3("Beside the published year"),
        html.P(
            f"{apart:,} of {words.plural(len(rows), 'count')} differ. That is no error: what is recorded late comes "
            "into the returns, and four quarters rarely make the published year exactly.",
            className="small",
        ),
        html.Details([html.Summary("Show the counts side by side"), full], className="table-key"),
    ]

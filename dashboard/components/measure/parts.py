"""A measure by agency, by kind and the like, as the local return counts it: each part with its own figure."""

from typing import Any

from dash import html

from dashboard.charts.graph import TableTwin, plain_table
from dashboard.components import aria, words
from dashboard.components.static import static
from dashboard.rounding import rounded
from dashboard.views.inequality import GroupRow, GroupTable, Inequality
from dashboard.views.measure import MeasurePage
from schema.measures import Measure

HIDDEN = "Hidden"
_FEWEST = 20
"""How many must stand beneath a part for it to be named as the highest or the lowest."""


def section(found: Inequality, page: MeasurePage) -> html.Section:
    """Every breakdown that came, or that none has."""
    measure = page.measure
    if not found.tables:
        by = words.listed([title.lower() for title in found.not_reported])
        said = f"No return has reported {measure.short_title.lower()} by {by} for {page.area.name}."
        return html.Section([html.H2(f"By {by}"), html.P(said)], className="card graph-block")
    parts: list[Any] = [
        html.H2(title(found.tables[0], measure)),
        html.P(f"{measure.title}, by part, local return. Counts, not readings.", className="muted"),
    ]
    for table in found.tables:
        name = f"{measure.title} by {table.title.lower()}"
        scrolls = aria.label(f"Table, scrolls: {name}")
        shown = plain_table(twin(table, measure))
        parts += [
            html.H3(f"{table.title}, {table.period_label}"),
            static(html.Div(shown, className="scroll", tabIndex=0, role="group", **scrolls)),
        ]
    if found.not_reported:
        parts.append(html.P(f"Never reported: {words.listed([t.lower() for t in found.not_reported])}."))
    sources = "; ".join(dict.fromkeys(table.source_label for table in found.tables))
    rates = " 95% interval: Wilson’s." if found.parts else ""
    hidden = "Counts of 1 to 5 in a part are hidden, and the next smallest where one could be worked out."
    parts.append(html.P(f"Source: {sources}. {hidden}{rates}", className="source-line"))
    return html.Section(parts, className="card graph-block")


def title(table: GroupTable, measure: Measure) -> str:
    """“By agency: the highest is Children’s social care, 98.4%, and the lowest General practice, 11.9%”; of counts, the
    largest."""
    by = f"By {words.within(table.title)}"
    rated = [row for row in table.rows if _rate(row, measure) is not None and (row.people or 0) >= _FEWEST]
    if table.beneath and len(rated) > 1:
        ordered = sorted(rated, key=lambda row: -(row.rate or 0.0))
        first, last = (f"{row.title}, {_rate(row, measure)}" for row in (ordered[0], ordered[-1]))
        some = len(rated) < sum(row.rate is not None for row in table.rows)
        few = f" of those with {_FEWEST} or more" if some else ""
        return f"{by}{few}: the highest is {first}, and the lowest {last}"
    known = sorted((row for row in table.rows if row.count), key=lambda row: -(row.count or 0.0))
    if not known:
        return f"{by}: no part has a count that can be shown"
    return f"{by}: the largest is {known[0].title}, {words.count(known[0].count)} of {words.count(table.total)}"


def twin(table: GroupTable, measure: Measure) -> TableTwin:
    """The table of one breakdown; columns for which there is nothing are left out."""
    beneath = bool(table.beneath)
    columns = [table.title, "Count", "Share of all"]
    if beneath:
        head = words.unit_head(measure) if _in_its_unit(measure) else f"Per {table.per:,} of these"
        columns += [table.beneath, head, "95% interval"]
    rows = [_cells(row, measure, beneath=beneath) for row in table.rows]
    whole = ["All", words.count(table.total), "100%" if table.total else ""]
    if beneath:
        whole += [words.count(table.people), "", ""]
    caption = f"{measure.title} by {table.title.lower()}, local return, {table.period_label}"
    return TableTwin(caption, tuple(columns), (*rows, tuple(whole)))


def _cells(row: GroupRow, measure: Measure, *, beneath: bool) -> tuple[str, ...]:
    count = HIDDEN if row.hidden else words.count(row.count) or words.DASH
    share = "" if row.share is None else f"{rounded(row.share, 1)}%"
    if not beneath:
        return (row.title, count, share)
    people = words.count(row.people) or words.DASH
    ends = "" if row.rate_95 is None else " to ".join(_shown(end, measure) for end in row.rate_95)
    return (row.title, count, share, people, _rate(row, measure) or "", ends)


def _in_its_unit(measure: Measure) -> bool:
    """Whether a part's figure is the measure's own formula, and not a share of what the measure is set within."""
    return bool(measure.denominator) or measure.population is not None


def _rate(row: GroupRow, measure: Measure) -> str | None:
    return None if row.rate is None else _shown(row.rate, measure)


def _shown(value: float, measure: Measure) -> str:
    return words.plain(value, measure) if _in_its_unit(measure) else f"{rounded(value, 1):,}"

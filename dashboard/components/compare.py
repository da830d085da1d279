"""The words, tables and controls of the compare page."""

from collections.abc import Callable
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.charts.graph import TableTwin
from dashboard.charts.marks import mark
from dashboard.compare_view import MOST_AREAS, MOST_MEASURES, Bar, ComparePage, Panel
from dashboard.components import aria, words
from dashboard.components.links import control_id
from schema.measures import Measure
from schema.states import State

Link = Callable[..., str]


def heading(page: ComparePage) -> list[Any]:
    """What is set beside what."""
    if not page.panels:
        return [
            html.H1(f"Compare {page.area.name} with other authorities"),
            html.P(
                f"Choose up to {MOST_MEASURES} measures and up to {MOST_AREAS} authorities. "
                "What you choose is in the address, so that a link shows others the same.",
                className="lead",
            ),
        ]
    beside = words.plural(len(page.others), "other authority", "other authorities") if page.others else "England"
    return [
        html.H1(f"{page.area.name} beside {beside}: {words.plural(len(page.panels), 'measure')}"),
        html.P(
            "Published figures only, since no other authority’s returns are here. Each measure has its own period.",
            className="lead",
        ),
    ]


def controls(page: ComparePage, link: Link) -> html.Div:
    """Measures and authorities, and two quick ways to add some."""
    measures = ",".join(measure.id for measure in page.measures)
    quick: list[Any] = []
    if page.neighbours:
        same = [area.id for area in page.others] == list(page.neighbours)
        words_ = f"my {len(page.neighbours)} statistical neighbours"
        quick.append(_quick(words_, link("/compare", measures=measures, areas=",".join(page.neighbours)), here=same))
    if page.region:
        same = [area.id for area in page.others] == list(page.region)
        some = f"the first {len(page.region)} of {page.region_size} in " if page.region_size > len(page.region) else ""
        words_ = f"{some}my region, {page.region_name}"
        quick.append(_quick(words_, link("/compare", measures=measures, areas=",".join(page.region)), here=same))
    if page.others:
        quick.append(_quick("no others", link("/compare", measures=measures), here=False))
    return html.Div(
        [
            dmc.MultiSelect(
                id=control_id("measures"),
                label=f"Measures (up to {MOST_MEASURES})",
                data=[
                    {"group": title, "items": [{"value": m.id, "label": m.title} for m in found]}
                    for title, found in page.offered_measures
                    if found
                ],
                value=[measure.id for measure in page.measures],
                maxValues=MOST_MEASURES,
                searchable=True,
                placeholder="" if page.measures else "Choose a measure",
                nothingFoundMessage="No measure of that name",
                comboboxProps={"transitionProps": {"duration": 0}},
                className="many",
            ),
            dmc.MultiSelect(
                id=control_id("areas"),
                label=f"Authorities beside {page.area.name} (up to {MOST_AREAS})",
                data=[{"value": area.id, "label": area.name} for area in page.offered_areas if area.id != page.area.id],
                value=[area.id for area in page.others],
                maxValues=MOST_AREAS,
                searchable=True,
                placeholder="" if page.others else "Choose an authority",
                nothingFoundMessage="No authority of that name",
                comboboxProps={"transitionProps": {"duration": 0}},
                className="many",
            ),
            html.P(["Set beside: ", *quick], className="quick") if quick else None,
        ],
        className="filters choose",
    )


def _quick(text: str, href: str, *, here: bool) -> html.Span:
    return html.Span([html.Strong(text) if here else dcc.Link(text, href=href)])


def nothing_chosen(page: ComparePage, link: Link) -> html.Section:
    """The empty page: every measure is one step away."""
    areas = ",".join(area.id for area in page.others)
    return html.Section(
        [
            html.H2("Start with one measure", id="start-title"),
            html.Div(
                [
                    html.Div(
                        [
                            html.H3(title),
                            html.Ul(
                                [
                                    html.Li(dcc.Link(m.title, href=link("/compare", measures=m.id, areas=areas)))
                                    for m in found
                                ]
                            ),
                        ]
                    )
                    for title, found in page.offered_measures
                    if found
                ],
                className="columns",
            ),
        ],
        className="card start",
        **aria.labelled_by("start-title"),
    )


def without(measures: tuple[Measure, ...]) -> html.P:
    """Chosen, but nothing is published."""
    names = ", ".join(measure.title for measure in measures)
    return html.P(f"Nothing is published of: {names}.", className="told", role="note")


def panel_title(panel: Panel) -> str:
    """Where the area stands among those chosen, or beside England when it is alone."""
    own = panel.own
    if own.value is None:
        return f"{own.name} has no figure: {words.state_words(own.state).lower()}"
    value = words.value(own.value, own.state, panel.measure)
    known = [bar for bar in panel.bars if bar.value is not None]
    if len(known) > 1:
        place = 1 + sum((bar.value or 0.0) > own.value for bar in known)
        ends = {1: "the highest", len(known): "the lowest"}
        where = ends.get(place, f"{words.ordinal(place)} highest")
        return f"{own.name}, {value}, is {where} of {len(known)}"
    if panel.england is None:
        return f"{own.name}: {value}"
    england = words.value(panel.england, State.VALUE, panel.measure)
    where = "level with" if value == england else "above" if own.value > panel.england else "below"
    return f"{own.name}, {value}, is {where} England, {england}"


def panel_summary(panel: Panel) -> str:
    """England, the span, and who has no figure."""
    known = [bar for bar in panel.bars if bar.value is not None]
    said = [f"England {words.full(panel.england, panel.england_state, panel.measure)}."]
    if len(known) > 1:
        ends = [f"{bar.name} {words.value(bar.value, bar.state, panel.measure)}" for bar in (known[-1], known[0])]
        said.append(f"From {ends[0]} to {ends[1]}.")
    own = panel.own.rank
    if own is not None:
        said.append(f"{panel.own.name} is {words.ordinal(own.rank)} of all {own.of}, 1st is {panel.one_is}.")
    missing = [f"{bar.name} ({words.state_words(bar.state).lower()})" for bar in panel.bars if bar.value is None]
    if missing:
        said.append(f"No figure: {', '.join(missing)}.")
    joint = [f"{bar.name} makes a joint return, {bar.joint}" for bar in panel.bars if bar.joint]
    if joint:
        said.append(f"{'; '.join(joint)}.")
    return " ".join(said)


def panel_table(panel: Panel) -> TableTwin:
    """One measure's numbers."""
    measure = panel.measure
    rows = [
        (
            bar.name,
            words.value(bar.value, bar.state, measure),
            words.count(bar.numerator),
            words.count(bar.denominator),
            _interval(bar, measure),
            f"{bar.rank.rank} of {bar.rank.of}" if bar.rank else "",
        )
        for bar in panel.bars
    ]
    rows.append(("England", words.value(panel.england, panel.england_state, measure), "", "", "", ""))
    columns = (
        "Authority",
        "Share" if measure.is_percentage else measure.unit.capitalize(),
        "Counted",
        "Out of",
        "95% interval",
        "Rank",
    )
    return TableTwin(f"{panel.title}, {panel.period_label}", columns, tuple(rows))


def _interval(bar: Bar, measure: Measure) -> str:
    if bar.interval is None:
        return ""
    low, high = (words.value(end, State.VALUE, measure) for end in bar.interval)
    return f"{low} to {high}"


def legend(page: ComparePage) -> html.Ul:
    """The marks of all panels, once."""
    nearest = set(page.neighbours)
    marks = [("published", page.area.name)]
    if any(area.id in nearest for area in page.others):
        marks.append(("neighbour-circle", "Statistical neighbour"))
    if any(area.id not in nearest for area in page.others):
        marks.append(("other-square", "Other authority"))
    marks += [("england-stroke", "England"), ("interval-across", "95% interval, where it is made of counts")]
    return html.Ul([html.Li([html.Img(src=mark(kind), alt=""), text]) for kind, text in marks], className="legend")


def overview_table(page: ComparePage, download: str, link: Link) -> html.Section:
    """All of it in one table: authorities down, measures across."""
    areas = [page.area, *page.others]
    by_area = [{bar.area: bar for bar in panel.bars} for panel in page.panels]
    head = [
        html.Th(
            [
                dcc.Link(panel.title, href=link(f"/measure/{panel.measure.id}")),
                html.Span(_under(panel), className="small under"),
            ],
            scope="col",
        )
        for panel in page.panels
    ]
    body = [
        html.Tr(
            [
                html.Th(area.name, scope="row"),
                *(
                    html.Td(words.value(found[area.id].value, found[area.id].state, panel.measure), className="number")
                    for panel, found in zip(page.panels, by_area, strict=True)
                ),
            ],
            className="own-row" if area.id == page.area.id else "",
        )
        for area in areas
    ]
    england = html.Tr(
        [
            html.Th("England", scope="row"),
            *(html.Td(words.value(p.england, p.england_state, p.measure), className="number") for p in page.panels),
        ],
        className="england-row",
    )
    caption = "Each authority’s newest published figure"
    table = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr([html.Th("Authority", scope="col"), *head])),
            html.Tbody([*body, england]),
        ],
        className="figures-table",
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2("All of it as a table", id="all-title"),
                    html.A("Download these figures (CSV)", href=download, download="", className="action"),
                ],
                className="titled",
            ),
            html.Div(table, className="scroll", tabIndex=0, role="group", **aria.label(f"Table, scrolls: {caption}")),
        ],
        className="card",
        **aria.labelled_by("all-title"),
    )


def _under(panel: Panel) -> str:
    unit = "" if panel.measure.is_percentage else f"{panel.measure.unit}, "
    return f"{unit}{words.shorten(panel.period_label)}"

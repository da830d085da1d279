"""The words, tables and controls of the compare page."""

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.charts.graph import TableTwin
from dashboard.components import apart, aria, target, words
from dashboard.components.cards import download, section
from dashboard.components.legend import legend as legend_of
from dashboard.components.links import Link, control_id, to_measure
from dashboard.components.match import mark_words
from dashboard.components.static import static
from dashboard.views.compare import MOST_AREAS, MOST_MEASURES, Bar, ComparePage, Panel
from etl.transform.differences import unit_of_change
from schema.measures import Measure


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
            _several(
                "measures",
                f"Measures (up to {MOST_MEASURES})",
                [
                    {"group": title, "items": [{"value": m.id, "label": m.title} for m in found]}
                    for title, found in page.offered_measures
                    if found
                ],
                [measure.id for measure in page.measures],
                MOST_MEASURES,
                what="a measure",
            ),
            _several(
                "areas",
                f"Authorities beside {page.area.name} (up to {MOST_AREAS})",
                [{"value": area.id, "label": area.name} for area in page.offered_areas if area.id != page.area.id],
                [area.id for area in page.others],
                MOST_AREAS,
                what="an authority",
            ),
            html.P(["Set beside: ", *quick], className="quick") if quick else None,
        ],
        className="filters choose",
    )


def _several(key: str, label: str, data: list[Any], chosen: list[str], most: int, *, what: str) -> dmc.MultiSelect:
    """A drop-down from which several may be chosen, by typing too."""
    return dmc.MultiSelect(
        id=control_id(key),
        label=label,
        data=data,
        value=chosen,
        maxValues=most,
        searchable=True,
        placeholder="" if chosen else f"Choose {what}",
        nothingFoundMessage=f"No {what.partition(' ')[2]} of that name",
        comboboxProps={"transitionProps": {"duration": 0}},
        className="many",
    )


def _quick(text: str, href: str, *, here: bool) -> html.Span:
    return html.Span([html.Strong(text) if here else dcc.Link(text, href=href)])


def nothing_chosen(page: ComparePage, link: Link) -> html.Section:
    """The empty page: every measure is one step away."""
    areas = ",".join(area.id for area in page.others)
    return section(
        "start",
        "Start with one measure",
        [
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
        look="card start",
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
        others = [bar for bar in known if bar is not own]
        if all(bar.apart is not None and bar.apart.level == 0 for bar in others):
            return f"{own.name}, {value}, is not clearly different from {_others(others, panel)}"
        place = 1 + sum((bar.value or 0.0) > own.value for bar in known)
        ends = {1: "the highest", len(known): "the lowest"}
        where = ends.get(place, f"{words.ordinal(place)} highest")
        return f"{own.name}, {value}, is {where} of {len(known)}"
    if panel.england is None:
        return f"{own.name}: {value}"
    england = words.plain(panel.england, panel.measure)
    where = "level with" if value == england else "above" if own.value > panel.england else "below"
    return f"{own.name}, {value}, is {where} England, {england}"


def _others(others: list[Bar], panel: Panel) -> str:
    """“Walsall, 19.7%”, “any of the 3 beside it”."""
    if len(others) > 1:
        return f"{'either' if len(others) == 2 else 'any'} of the {len(others)} beside it"
    [other] = others
    return f"{other.name}, {words.value(other.value, other.state, panel.measure)}"


def panel_summary(panel: Panel) -> str:
    """England, the span, and who has no figure."""
    known = [bar for bar in panel.bars if bar.value is not None]
    said = [f"England {words.full(panel.england, panel.england_state, panel.measure)}."]
    if len(known) > 1:
        ends = [f"{bar.name} {words.value(bar.value, bar.state, panel.measure)}" for bar in (known[-1], known[0])]
        said.append(f"From {ends[0]} to {ends[1]}.")
    if differs := mark_words(panel.measure):
        said.append(f"What is published is not the measure itself. {differs}")
    own = panel.own.rank
    if own is not None:
        said.append(f"{panel.own.name} is {words.rank(own.rank, own.of, panel.measure, own.level_with)}.")
    said += apart.groups(panel)
    if panel.target is not None:
        said += target.sentences(panel.target, panel.measure)
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
    rows: list[tuple[str, ...]] = [
        (
            bar.name,
            words.value(bar.value, bar.state, measure),
            words.count(bar.numerator),
            words.count(bar.denominator),
            words.span(bar.interval, measure),
            words.rank(bar.rank.rank, bar.rank.of, measure, bar.rank.level_with) if bar.rank else "",
            *between,
        )
        for bar, between in zip(panel.bars, apart.rows(panel), strict=True)
    ]
    rows.append(("England", words.value(panel.england, panel.england_state, measure), *[""] * 7))
    columns = (
        "Authority",
        words.unit_head(measure),
        "Counted",
        "Out of",
        "95% interval",
        "Rank",
        f"{panel.own.name} is",
        f"95% interval of that, {unit_of_change(measure)}",
        f"{panel.own.name}, allowing for chance",
    )
    return TableTwin(f"{panel.title}, {panel.period_label}", columns, tuple(rows))


def legend(page: ComparePage) -> html.Ul:
    """The marks of all panels, once."""
    nearest = set(page.neighbours)
    marks = [("published", page.area.name)]
    if any(area.id in nearest for area in page.others):
        marks.append(("neighbour-circle", "Statistical neighbour"))
    if any(area.id not in nearest for area in page.others):
        marks.append(("other-square", "Other authority"))
    marks += [("england-stroke", "England"), ("interval-across", "95% interval, where it is made of counts")]
    if any(panel.target is not None for panel in page.panels):
        marks.append(("target-stroke", f"{page.area.name}’s target"))
    return legend_of(marks)


def overview_table(page: ComparePage, href: str, link: Link) -> html.Section:
    """All of it in one table: authorities down, measures across."""
    areas = [page.area, *page.others]
    by_area = [{bar.area: bar for bar in panel.bars} for panel in page.panels]
    head = [
        html.Th(
            [
                to_measure(panel.measure, link, panel.title),
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
                *(_cell(found[area.id], panel) for panel, found in zip(page.panels, by_area, strict=True)),
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
    if page.others:
        caption += f"; beneath it whether {page.area.name} differs, and the 95% interval of {page.area.name} less it"
    table = html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr([html.Th("Authority", scope="col"), *head])),
            html.Tbody([*body, england]),
        ],
        className="figures-table",
    )
    return section(
        "all",
        "All of it as a table",
        [
            html.Div(
                static(table), className="scroll", tabIndex=0, role="group", **aria.label(f"Table, scrolls: {caption}")
            )
        ],
        action=download(href, "CSV"),
    )


def _cell(bar: Bar, panel: Panel) -> html.Td:
    value = words.value(bar.value, bar.state, panel.measure)
    beside = apart.short(bar, panel.measure)
    return html.Td([value, html.Span(beside, className="small under")] if beside else value, className="number")


def _under(panel: Panel) -> str:
    unit = "" if panel.measure.is_percentage else f"{panel.measure.unit}, "
    return f"{unit}{words.shorten(panel.period_label)}"

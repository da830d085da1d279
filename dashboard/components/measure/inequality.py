"""Groups of children in the local return, as tables with what they are and what they are not."""

from typing import Any

from dash import html

from dashboard.charts.graph import TableTwin, plain_table
from dashboard.components import aria, words
from dashboard.components.static import static
from dashboard.views.inequality import Ends, GroupRow, GroupTable, Inequality
from dashboard.views.measure import MeasurePage

HIDDEN = "Hidden"
_RATES = {True: "Wilson’s interval", False: "Byar’s interval (exact Poisson below 10)"}


def section(found: Inequality, page: MeasurePage) -> html.Section:
    """Every breakdown that came, or that none has."""
    if not found.tables:
        groups = words.listed([title.lower() for title in found.not_reported])
        return html.Section(
            [
                html.H2("Which children"),
                html.P(f"No return has reported {page.measure.short_title.lower()} by {groups} for {page.area.name}."),
            ],
            className="card graph-block",
        )
    parts: list[Any] = [
        html.H2(title(found)),
        html.P(
            f"{page.measure.title}, by who the children are, local return. Counts, not readings.", className="muted"
        ),
        html.P(what_it_is(found)),
        html.P(what_it_is_not(found)),
    ]
    for table in found.tables:
        parts += [
            html.H3(f"{table.title}, {table.period_label}"),
            html.P(finding(table)),
            static(
                html.Div(
                    plain_table(twin(table, page)), className="scroll", tabIndex=0, role="group",
                    **aria.label(f"{page.measure.title} by {table.title.lower()}"),
                )
            ),
        ]  # fmt: skip
    if found.not_reported:
        parts.append(html.P(f"Never reported: {words.listed([t.lower() for t in found.not_reported])}."))
    sources = dict.fromkeys(table.source_label for table in found.tables)
    parts.append(
        html.P(
            f"Source: {'; '.join(sources)}. Counts of 1 to 5 in a group are hidden, and the next smallest where one "
            f"could be worked out. Rates: {_RATES[found.within or found.parts]}. Ratios: exact conditional interval "
            "(Clopper and Pearson 1934; Przyborowski and Wilenski 1940).",
            className="source-line",
        )
    )
    return html.Section(parts, className="card graph-block")


def title(found: Inequality) -> str:
    """Which groups stand out at 99.8 %, or that none does."""
    out = [(table, row) for table in found.tables for row in table.rows if _beyond(row.ratio_998)]
    compared = [row for table in found.tables for row in table.rows if row.ratio is not None]
    if not compared:
        return "Which children: counts and shares, with nothing to set them against"
    if not out:
        return f"Which children: none of {words.plural(len(compared), 'group')} clearly differs from all other groups"
    named = [f"{row.title} ({table.title.lower()})" for table, row in out]
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return f"Which children: {words.plural(len(out), 'group')} of {len(compared)} clearly {_differ(len(out))}: " + (
        f"{', '.join(named[:3])}{more}"
    )


def _differ(number: int) -> str:
    return "differs from all other groups" if number == 1 else "differ from all other groups"


def _beyond(ends: Ends | None) -> bool:
    return ends is not None and not ends[0] <= 1 <= ends[1]


def what_it_is(found: Inequality) -> str:
    """How a ratio is made."""
    if not any(table.beneath for table in found.tables):
        return (
            "What it is: how many of the children are in each group. No population by group is loaded that they could "
            "be set against, so there are neither rates nor ratios: a large share may only be a large group."
        )
    return (
        "What it is: a ratio of 1.5 says that a group has half as many again, for its size, as all other groups taken "
        "together; 1 is no difference. Those of no known group are counted, and left out of the ratios. A group is "
        "said to differ clearly where the 99.8% interval leaves out 1."
    )


def what_it_is_not(found: Inequality) -> str:
    """What must not be read into it."""
    said = (
        "What it is not: it does not say why, nor whether too many or too few are helped, and allows for nothing else "
        "that differs between groups (age, poverty, where they live). Brothers and sisters come together, so the true "
        "intervals are wider."
    )
    if found.within:
        said += (
            " No population by group is loaded: the ratio is of the children already in need, and not of all children "
            "who live here. A group that is over- or under-represented among them is not seen to be."
        )
    return said


def finding(table: GroupTable) -> str:
    """What the table shows, in a sentence."""
    if not table.fits:
        return "A group has more than there are beneath it: the two counts do not fit, so there is no ratio."
    if not table.beneath:
        return "Counts and shares alone."
    compared = [row for row in table.rows if row.ratio is not None]
    if not compared:
        return f"Set against: {words.within(table.beneath)}. No ratio can be shown without giving a hidden count away."
    said = [
        f"{row.title}: {_ratio(row.ratio)} times all other groups (95% interval {_between(row.ratio_95)})"
        for row in compared
        if _beyond(row.ratio_95)
    ]
    text = "; ".join(said) if said else "No group’s 95% interval leaves out 1"
    return f"Set against: {words.within(table.beneath)}. {text}."


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _between(ends: Ends | None) -> str:
    return "" if ends is None else f"{ends[0]:.2f} to {ends[1]:.2f}"


def twin(table: GroupTable, page: MeasurePage) -> TableTwin:
    """The table of one breakdown; columns for which there is nothing are left out."""
    columns = [table.title, "Count", "Share"]
    if table.beneath:
        columns += [
            table.beneath,
            f"Per {table.per:,} of these",
            "95% interval",
            "Ratio to other groups",
            "95% interval",
        ]
    rows = [_cells(row, bool(table.beneath)) for row in table.rows]
    whole = ["All", words.count(table.total), "100%" if table.total else ""]
    if table.beneath:
        whole += [words.count(table.people), "", "", "", ""]
    caption = f"{page.measure.title} by {table.title.lower()}, local return, {table.period_label}"
    return TableTwin(caption, tuple(columns), (*rows, tuple(whole)))


def _cells(row: GroupRow, beneath: bool) -> tuple[str, ...]:
    count = HIDDEN if row.hidden else words.count(row.count) or words.DASH
    share = "" if row.share is None else f"{row.share:.1f}%"
    if not beneath:
        return (row.title, count, share)
    rate = "" if row.rate is None else f"{row.rate:,.1f}"
    interval = "" if row.rate_95 is None else f"{row.rate_95[0]:,.1f} to {row.rate_95[1]:,.1f}"
    people = words.count(row.people) or words.DASH
    return (row.title, count, share, people, rate, interval, _ratio(row.ratio), _between(row.ratio_95))

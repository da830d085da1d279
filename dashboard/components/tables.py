"""Tables in which some columns are text and the others numbers, within a region that scrolls by itself."""

from collections.abc import Collection

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import aria
from dashboard.components.static import static


def table(twin: TableTwin, *, text: Collection[str] = (), long: Collection[str] = ()) -> html.Div:
    """A table that scrolls sideways where it has no room, by keyboard too.

    Args:
        twin: its words; the first cell of each row names the row.
        text: columns that are words, set to the left.
        long: those of them that may take several lines.
    """
    looks = ["long" if column in long else "text" if column in text else "number" for column in twin.columns]
    head = [
        html.Th(column, scope="col", className=look if at else "")
        for at, (column, look) in enumerate(zip(twin.columns, looks, strict=True))
    ]
    body = [
        html.Tr(
            [
                html.Th(row[0], scope="row"),
                *(html.Td(cell, className=look) for cell, look in zip(row[1:], looks[1:], strict=True)),
            ]
        )
        for row in twin.rows
    ]
    found = html.Table(
        [html.Caption(twin.caption), html.Thead(html.Tr(head)), html.Tbody(body)], className="figures-table wide"
    )
    return html.Div(
        static(found), className="scroll", tabIndex=0, role="group", **aria.label(f"Table, scrolls: {twin.caption}")
    )

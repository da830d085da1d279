import json
import re
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.utils import PlotlyJSONEncoder

from dashboard.charts import palette
from dashboard.charts.graph import GRAPH_CONFIG, TableTwin, graph_block

STYLE = Path(palette.__file__).parents[1] / "assets" / "style.css"


def block() -> Any:
    made = graph_block(
        go.Figure(go.Scatter(x=[2024, 2025], y=[25.6, 21.0])),
        id="trend",
        title="Repeat referrals fell",
        subtitle="Share of referrals, year to 31 March",
        summary="From 25.6% to 21.0%.",
        source="Department for Education",
        table=TableTwin("Repeat referrals by year", ("Year", "Share"), (("2024", "25.6%"), ("2025", "21.0%"))),
    )
    return json.loads(json.dumps(made, cls=PlotlyJSONEncoder))


def test_a_graph_has_no_way_out() -> None:
    assert GRAPH_CONFIG["showSendToCloud"] is False
    assert GRAPH_CONFIG["plotlyServerURL"] == ""
    assert GRAPH_CONFIG["displaylogo"] is False


def test_a_graph_has_its_finding_basis_summary_source_and_table() -> None:
    said = json.dumps(block())
    for words in ("Repeat referrals fell", "Share of referrals", "From 25.6%", "Department for Education", "by year"):
        assert words in said
    assert said.count('scope=\\"col\\"') == 2
    assert said.count('scope=\\"row\\"') == 2
    assert '"type": "Details"' in said


def test_the_figure_given_is_not_changed() -> None:
    figure = go.Figure(go.Bar(x=[1], y=[1]))
    before = figure.to_json()
    graph_block(figure, id="g", title="", subtitle="", summary="", source="", table=TableTwin("", ("A",), ()))
    assert figure.to_json() == before


def test_the_stylesheet_has_the_colours_of_the_pictures() -> None:
    css = STYLE.read_text(encoding="utf-8")
    for name in ("INK", "QUIET", "RULE", "OWN", "NEIGHBOURS", "ENGLAND", "REGION", "OTHERS", "LOCAL"):
        assert f"--{name.lower()}: {getattr(palette, name)};" in css


def test_text_stands_out_from_its_ground() -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1."""
    grounds = {"#ffffff", "#f4f6f8", "#f8fafb"}
    assert (
        min(contrast(text, ground) for text in (palette.INK, palette.QUIET, palette.OWN) for ground in grounds) >= 4.5
    )


def test_marks_stand_out_from_the_card() -> None:
    """WCAG 2.2, success criterion 1.4.11: 3 to 1 for what a reader must make out."""
    for colour in (palette.OWN, palette.NEIGHBOURS, palette.ENGLAND, palette.REGION):
        assert contrast(colour, "#ffffff") >= 3


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part, 16) / 255 for part in re.findall("[0-9a-f]{2}", colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

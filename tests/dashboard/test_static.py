"""What is written out on the server: the same as Dash would draw, with every text escaped."""

import pytest
from dash import dcc, html

from dashboard.components import aria
from dashboard.components.static import static, written


def test_a_table_is_written_with_its_names_as_html_has_them() -> None:
    table = html.Table(html.Tr([html.Th("A", scope="col", className="x"), html.Td(3, colSpan=2)]), role="table")
    assert written(table) == (
        '<table role="table"><tr><th class="x" scope="col">A</th><td colspan="2">3</td></tr></table>'
    )


def test_every_text_and_attribute_is_escaped() -> None:
    said = written(html.Td('<b onclick="x">&', title='"><script>'))
    assert said == '<td title="&quot;&gt;&lt;script&gt;">&lt;b onclick=&quot;x&quot;&gt;&amp;</td>'


def test_a_picture_has_no_end_and_a_link_is_known_as_ours() -> None:
    assert written(html.Img(src="data:,x", alt="")) == '<img alt="" src="data:,x">'
    assert written(dcc.Link("M", href="/measure/x?a=1&b=2")) == ('<a data-inner href="/measure/x?a=1&amp;b=2">M</a>')


def test_what_is_none_is_left_out_and_words_for_screen_readers_are_kept() -> None:
    assert written(html.Div([None, "a"], **aria.label("Table"))) == '<div aria-label="Table">a</div>'


def test_a_component_that_needs_dash_is_refused() -> None:
    with pytest.raises(TypeError, match="Dropdown cannot be written out"):
        written(html.Div(dcc.Dropdown()))
    with pytest.raises(TypeError, match="the attribute style is not known"):
        written(html.Div(style={"top": 1}))


def test_it_is_one_component_whatever_is_in_it() -> None:
    made = static(html.Ul([html.Li(str(at)) for at in range(500)]))
    assert isinstance(made, html.Article)
    assert getattr(made, "children", None) is None

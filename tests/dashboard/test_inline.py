import xml.etree.ElementTree as ET
from urllib.parse import unquote

from dashboard.charts import inline, palette


def drawn(uri: str) -> ET.Element:
    """The picture inside a data URI; fails where it is not well-formed."""
    start = "data:image/svg+xml,"
    assert uri.startswith(start)
    assert "#" not in uri
    assert "<" not in uri
    return ET.fromstring(unquote(uri.removeprefix(start)))


def tags(picture: ET.Element, name: str) -> list[dict[str, str]]:
    return [element.attrib for element in picture if element.tag.endswith(f"}}{name}")]


def test_a_gap_in_a_line_stays_a_gap() -> None:
    own = next(p for p in tags(drawn(inline.sparkline([1, 2, None, 4, 5])), "path") if p["stroke"] == palette.OWN)
    assert own["d"].count("M") == 2


def test_a_year_alone_between_gaps_is_a_dot() -> None:
    assert len(tags(drawn(inline.sparkline([1, None, 3, None, 5, 6])), "circle")) == 3


def test_a_newer_local_figure_is_a_ring_after_a_dotted_stretch() -> None:
    picture = drawn(inline.sparkline([1, 2], [2, 2], local=3))
    assert any("stroke-dasharray" in path for path in tags(picture, "path"))
    assert tags(picture, "circle")[-1]["fill"] == "white"


def test_nothing_known_is_an_empty_picture() -> None:
    assert len(drawn(inline.sparkline([None, None]))) == 0
    assert len(drawn(inline.strip([], [], None, None))) == 0


def test_one_value_for_all_is_drawn_in_the_middle() -> None:
    drawn(inline.sparkline([5, 5, 5]))
    drawn(inline.strip([5, 5], [5], 5, 5))


def test_a_strip_has_a_stroke_for_every_authority_and_a_circle_for_every_neighbour() -> None:
    picture = drawn(inline.strip([1, 2, 3, 4], [2.5, 3.5], 2.0, 3.0))
    others = next(p for p in tags(picture, "path") if p.get("stroke") == palette.OTHERS)
    assert others["d"].count("M") == 4
    assert len(tags(picture, "circle")) == 2


def test_everything_in_a_strip_is_inside_it() -> None:
    picture = drawn(inline.strip([0.0, 1000.0], [500.0], -20.0, 1200.0))
    for path in tags(picture, "path"):
        first = float(path["d"].removeprefix("M").split(" ")[0])
        assert 0 <= first <= inline.STRIP_WIDTH


def test_an_area_without_a_figure_has_no_diamond() -> None:
    assert not any(p.get("fill") == palette.OWN for p in tags(drawn(inline.strip([1, 2], [], None, 1)), "path"))


def test_every_mark_has_a_key() -> None:
    for mark in ("own", "local", "neighbours", "england", "others"):
        assert len(drawn(inline.key(mark))) == 1

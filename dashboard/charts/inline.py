"""Small pictures as inline SVG, for `html.Img(src=…, alt=…)`. Plotly would take 180 ms for a page of them; these, two.

They are data URIs, so a picture is one attribute and no request. What they show is also said in words beside them.
"""

from collections.abc import Sequence
from urllib.parse import quote

from dashboard.charts import palette

SPARK_WIDTH, SPARK_HEIGHT = 132, 36
STRIP_WIDTH, STRIP_HEIGHT = 240, 36
_PAD = 6.0


def sparkline(
    own: Sequence[float | None],
    england: Sequence[float | None] = (),
    *,
    local: float | None = None,
    local_at: float | None = None,
    last: float | None = None,
    wanted: int = 0,
) -> str:
    """The area's line with England's behind it in grey, on one scale. Gaps stay gaps.

    Args:
        own: oldest first; None where there is no number.
        england: alongside.
        local: a newer local figure, drawn as a ring after a dotted stretch.
        local_at: where it stands, in places from the first; a whole place after the last where none is given.
        last: where the picture ends, in places, so that lines of one table keep one scale of time.
        wanted: how many places the line has where other histories are longer; it ends at the right.
    """
    places = max(len(own), len(england), wanted)
    ring = float(places) if local_at is None else local_at
    steps = max(places - 1, ring if local is not None else 0, last or 0, 1)
    known = [v for v in (*own, *england, local) if v is not None]
    if not known:
        return _svg(SPARK_WIDTH, SPARK_HEIGHT, "")
    low, high = min(known), max(known)
    start = places - max(len(own), len(england))

    def x(place: float) -> float:
        return _PAD + (SPARK_WIDTH - 2 * _PAD) * place / steps

    def y(value: float) -> float:
        middle = SPARK_HEIGHT / 2
        return middle if high == low else _PAD + (SPARK_HEIGHT - 2 * _PAD) * (high - value) / (high - low)

    def line(values: Sequence[float | None], colour: str, width: float) -> str:
        path, dots, pen = "", "", False
        for place, value in enumerate(values, start):
            if value is None:
                pen = False
                continue
            path += f"{'L' if pen else 'M'}{x(place):.1f} {y(value):.1f}"
            alone = not pen and (place - start + 1 >= len(values) or values[place - start + 1] is None)
            dots += f"<circle cx='{x(place):.1f}' cy='{y(value):.1f}' r='1.6' fill='{colour}'/>" if alone else ""
            pen = True
        drawn = f"<path d='{path}' fill='none' stroke='{colour}' stroke-width='{width}' stroke-linejoin='round'/>"
        return (drawn if path else "") + dots

    parts = [line(england, palette.OTHERS, 1.6), line(own, palette.OWN, 2)]
    newest = next(((place, v) for place, v in reversed(list(enumerate(own, start))) if v is not None), None)
    if local is not None:
        end = (x(ring), y(local))
        if newest is not None:
            parts.append(
                f"<path d='M{x(newest[0]):.1f} {y(newest[1]):.1f}L{end[0]:.1f} {end[1]:.1f}' fill='none' "
                f"stroke='{palette.OWN}' stroke-width='1.5' stroke-dasharray='2 2'/>"
            )
        parts.append(
            f"<circle cx='{end[0]:.1f}' cy='{end[1]:.1f}' r='3.2' fill='white' "
            f"stroke='{palette.OWN}' stroke-width='2'/>"
        )
    elif newest is not None:
        parts.append(f"<circle cx='{x(newest[0]):.1f}' cy='{y(newest[1]):.1f}' r='3.2' fill='{palette.OWN}'/>")
    return _svg(SPARK_WIDTH, SPARK_HEIGHT, "".join(parts))


def strip(
    others: Sequence[float],
    neighbours: Sequence[float],
    own: float | None,
    england: float | None,
    *,
    own_is_local: bool = False,
) -> str:
    """Every authority a stroke from lowest to highest, neighbours open circles, England an upright, own a diamond.

    `own_is_local` draws the diamond hollow: it is of a later period than the others.
    """
    known = [*others, *neighbours, *(v for v in (own, england) if v is not None)]
    if not known:
        return _svg(STRIP_WIDTH, STRIP_HEIGHT, "")
    low, high = min(known), max(known)
    middle = STRIP_HEIGHT / 2

    def x(value: float) -> float:
        return STRIP_WIDTH / 2 if high == low else _PAD + (STRIP_WIDTH - 2 * _PAD) * (value - low) / (high - low)

    ticks = "".join(f"M{x(v):.1f} {middle - 6:.0f}v12" for v in others)
    parts = [
        f"<path d='M{_PAD:.0f} {middle:.0f}H{STRIP_WIDTH - _PAD:.0f}' stroke='{palette.RULE}'/>",
        f"<path d='{ticks}' stroke='{palette.OTHERS}' stroke-width='1'/>" if ticks else "",
    ]
    if england is not None:
        parts.append(f"<path d='M{x(england):.1f} {middle - 13:.0f}v26' stroke='{palette.ENGLAND}' stroke-width='2'/>")
    parts += [
        f"<circle cx='{x(v):.1f}' cy='{middle:.0f}' r='3.6' fill='white' fill-opacity='.75' "
        f"stroke='{palette.NEIGHBOURS}' stroke-width='1.8'/>"
        for v in neighbours
    ]
    if own is not None:
        at = x(own)
        fill = "white" if own_is_local else palette.OWN
        parts.append(
            f"<path d='M{at:.1f} {middle - 7.5:.1f}l7.5 7.5l-7.5 7.5l-7.5 -7.5z' fill='{fill}' "
            f"stroke='{palette.OWN if own_is_local else 'white'}' stroke-width='{2 if own_is_local else 1}'/>"
        )
    return _svg(STRIP_WIDTH, STRIP_HEIGHT, "".join(parts))


def key(mark: str) -> str:
    """One mark of the pictures above, for a legend: `own`, `local`, `neighbours`, `england` or `others`."""
    marks = {
        "own": f"<path d='M9 1.5l7.5 7.5l-7.5 7.5l-7.5 -7.5z' fill='{palette.OWN}'/>",
        "local": f"<path d='M9 2.5l6.5 6.5l-6.5 6.5l-6.5 -6.5z' fill='white' stroke='{palette.OWN}' stroke-width='2'/>",
        "neighbours": f"<circle cx='9' cy='9' r='3.6' fill='white' stroke='{palette.NEIGHBOURS}' stroke-width='1.8'/>",
        "england": f"<path d='M9 1v16' stroke='{palette.ENGLAND}' stroke-width='2'/>",
        "others": f"<path d='M5 3v12M9 3v12M13 3v12' stroke='{palette.OTHERS}' stroke-width='1.4'/>",
    }
    return _svg(18, 18, marks[mark])


def _svg(width: int, height: int, inside: str) -> str:
    text = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>"
    return "data:image/svg+xml," + quote(f"{text}{inside}</svg>", safe=" =:/'-.,;()+")

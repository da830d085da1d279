"""The marks of the charts as small pictures, for their keys: `html.Img(src=mark("england"), alt="")`."""

from urllib.parse import quote

from dashboard.charts import palette

_DIAMOND = "M15 2.5l6.5 6.5l-6.5 6.5l-6.5 -6.5z"


def mark(kind: str) -> str:
    """A data URI, 30 by 18 pixels."""
    text = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 30 18' width='30' height='18'>{_MARKS[kind]}</svg>"
    return "data:image/svg+xml," + quote(text, safe=" =:/'-.,;()+")


_MARKS = {
    "own": (
        f"<path d='M0 9h30' stroke='{palette.OWN}' stroke-width='2.6'/><path d='{_DIAMOND}' fill='{palette.OWN}'/>"
    ),
    "local": (
        f"<path d='M0 9h30' stroke='{palette.OWN}' stroke-width='2.6'/>"
        f"<path d='{_DIAMOND}' fill='white' stroke='{palette.OWN}' stroke-width='2'/>"
    ),
    "published": f"<path d='M15 4l5 5l-5 5l-5 -5z' fill='{palette.OWN}'/>",
    "england": f"<path d='M0 9h30' stroke='{palette.ENGLAND}' stroke-width='2.2'/>",
    "england-stroke": f"<path d='M15 1v16' stroke='{palette.ENGLAND}' stroke-width='3'/>",
    "region": (
        f"<path d='M0 9h30' stroke='{palette.REGION}' stroke-width='1.8' stroke-dasharray='2 3'/>"
        f"<path d='M13 7h4v4h-4z' fill='{palette.REGION}'/>"
    ),
    "neighbours": (
        f"<path d='M0 9h30' stroke='{palette.NEIGHBOURS}' stroke-width='2' stroke-dasharray='6 4'/>"
        f"<circle cx='15' cy='9' r='4' fill='white' stroke='{palette.NEIGHBOURS}' stroke-width='1.8'/>"
    ),
    "neighbour-circle": (
        f"<circle cx='15' cy='9' r='4.5' fill='white' stroke='{palette.NEIGHBOURS}' stroke-width='2'/>"
    ),
    "range": f"<path d='M0 2h30v14H0z' fill='#d9ebea' stroke='{palette.NEIGHBOURS}' stroke-width='.7'/>",
    "target-stroke": f"<path d='M15 1v16' stroke='{palette.OWN}' stroke-width='2' stroke-dasharray='4 3'/>",
    "interval": f"<path d='M15 1v16M11 1h8M11 17h8' stroke='{palette.OWN}' stroke-width='1.3'/>",
    "interval-across": f"<path d='M4 9h22M4 5v8M26 5v8' stroke='{palette.OWN}' stroke-width='1.3'/>",
    "other-square": f"<path d='M11 5h8v8h-8z' fill='{palette.QUIET}'/>",
    "gap": "<path d='M11 5l8 8M19 5l-8 8' stroke='#6b7683' stroke-width='2'/>",
    "earlier": f"<path d='M11 5h8v8h-8z' fill='white' stroke='{palette.QUIET}' stroke-width='2'/>",
    "own-bar": f"<path d='M12 7h6v11h-6z' fill='{palette.OWN}'/><path d='M15 0l3 3l-3 3l-3 -3z' fill='{palette.OWN}'/>",
    "neighbour-bar": (
        f"<path d='M12 8h6v10h-6z' fill='{palette.NEIGHBOURS}'/>"
        f"<circle cx='15' cy='3.5' r='2.6' fill='none' stroke='{palette.NEIGHBOURS}' stroke-width='1.6'/>"
    ),
    "other-dot": "<path d='M12 6h6v6h-6z' fill='#8a95a3'/>",
    "limit-998": f"<path d='M0 9h30' stroke='{palette.INK}' stroke-width='2'/>",
    "limit-95": f"<path d='M0 9h30' stroke='{palette.INK}' stroke-width='1.6' stroke-dasharray='6 4'/>",
    "limit-chance": f"<path d='M0 9h30' stroke='{palette.QUIET}' stroke-width='1.4' stroke-dasharray='1.5 3'/>",
    "other-bar": f"<path d='M12 5h6v13h-6z' fill='{palette.OTHERS}'/>",
}

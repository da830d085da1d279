"""What is published beside a measure that is not the same measure: said plainly, wherever the two stand together."""

from dash import html

from schema.measures import Measure

MATCHES = {
    "exact": "Exact",
    "close": "Close",
    "context": "Context",
    "none": "None",
}
"""How a measure stands to what is published, as a word."""

MEANINGS = {
    "exact": "The same measure is published.",
    "close": "Something close to it is published. It is set beside, and never read as better or worse.",
    "context": "Only something for context is published. It is set beside, and never read as better or worse.",
    "none": "Nothing is published that it can stand beside.",
}
"""The same as a sentence."""


def mark_words(measure: Measure) -> str:
    """“Context: counts visits, and not children.” Empty for what is the same."""
    if measure.published_as.match == "exact":
        return ""
    return f"{MATCHES[measure.published_as.match]}: {measure.published_as.differs}"


def mark(measure: Measure) -> html.Span:
    """The plain mark of a published figure that differs from the measure that it stands beside."""
    return html.Span(
        [html.Strong(f"Published: {MATCHES[measure.published_as.match].lower()}. "), measure.published_as.differs],
        className="sub match",
    )

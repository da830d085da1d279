"""Attributes that Dash's components take but do not name."""

from typing import Any


def label(words: str) -> dict[str, Any]:
    """What a screen reader calls an element that has no words of its own: `html.Nav(…, **aria.label("Main"))`."""
    return {"aria-label": words}


def labelled_by(id: str) -> dict[str, Any]:
    """An element that is named by its heading: `html.Section([html.H2(…, id="a")], **aria.labelled_by("a"))`."""
    return {"aria-labelledby": id}


def hidden() -> dict[str, Any]:
    """What a screen reader passes over, since the same is said elsewhere."""
    return {"aria-hidden": "true"}

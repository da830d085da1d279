"""Addresses and the controls that write them."""

from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, urlencode

import dash_mantine_components as dmc
from dash import dcc

from dashboard.components import aria
from dashboard.instants import AS_OF
from schema.measures import Measure

CONTROL = "control"

Link = Callable[..., str]
"""`Visit.link`: an address within the dashboard that keeps the area."""


def address(path: str, **query: str) -> str:
    """A path with its query; what is empty is left out, so that one view has one address."""
    given = urlencode({key: value for key, value in query.items() if value})
    return f"{path}?{given}" if given else path


def asked_of(search: str | None) -> dict[str, str]:
    """What the query of an address asks for, by name."""
    return dict(parse_qsl((search or "").lstrip("?")))


KEPT = ("area", "framework", AS_OF)
"""What `Visit.link` keeps of an address."""


def keeping(search: str | None) -> Link:
    """`Visit.link` for what a callback makes: it keeps the same of `search`, the address that the visitor is at."""
    asked = asked_of(search)
    return partial(address, **{name: asked[name] for name in KEPT if name in asked})


def to_measure(measure: Measure, link: Link, title: str = "") -> dcc.Link:
    """A link to a measure's page, by its title unless another is given."""
    return dcc.Link(title or measure.title, href=link(f"/measure/{measure.id}"))


def control_id(key: str, default: str = "") -> dict[str, str]:
    """The id that ties a control to `?key=` of the address. Give any component whose `value` is text (or a list of
    texts) such an id and nothing more: assets/address.js writes the address, and the page is drawn from it again.

    `default` is the value that the address leaves unsaid.
    """
    return {CONTROL: key, "default": default}


def choice(
    key: str, label: str, options: dict[str, str], value: str, *, default: str = "", everything: str = ""
) -> dmc.Select:
    """A drop-down that writes `?key=`. The address leaves `default` (the first option where none is given) unsaid;
    `everything` is the words for “no choice”, the default where it is given."""
    data = [{"value": "all", "label": everything}] if everything else []
    data += [{"value": option, "label": words} for option, words in options.items()]
    default = "all" if everything else default or next(iter(options), "")
    return dmc.Select(
        id=control_id(key, default),
        label=label,
        data=data,
        value=value or default,
        allowDeselect=False,
        openOnFocus=False,
        checkIconPosition="right",
        comboboxProps={"transitionProps": {"duration": 0}},
    )


def switch(key: str, label: str, options: dict[str, str], value: str, default: str) -> dmc.SegmentedControl:
    """A row of two to four choices that writes `?key=`."""
    return dmc.SegmentedControl(
        id=control_id(key, default),
        data=[{"value": option, "label": words} for option, words in options.items()],
        value=value or default,
        transitionDuration=0,
        **aria.label(label),
    )

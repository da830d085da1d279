"""The way to look back: a control in every page's frame, and what every page says while somebody does."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dash import dcc, html

from dashboard.components import aria
from dashboard.components.links import address
from dashboard.instants import AS_OF, EARLIEST, words, written


def banner(instant: datetime, here: str, *, nothing: bool) -> html.Aside:
    """Says on every page that it is not of now, and leads back.

    Args:
        instant: as of when.
        here: the page's address.
        nothing: nothing at all had been loaded or accepted by then.
    """
    path, asked = _parts(here)
    said = "nothing had been loaded or accepted by then." if nothing else "later returns and corrections are not in it."
    return html.Aside(
        [
            html.Strong(f"As it stood at {words(instant)}"),
            f" – {said} ",
            dcc.Link("Back to now", href=address(path, **asked), className="back-to-now"),
        ],
        className="banner then",
        **aria.label("Looking back"),
    )


def control(instant: datetime | None, here: str) -> html.Details:
    """Asks for a day, and shows this page as it stood at its end. The page and what it asks for are kept."""
    path, asked = _parts(here)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    # A date field is what every browser and telephone has a calendar for; Dash's own list of kinds leaves it out.
    field: dict[str, Any] = {"type": "date", "min": f"{EARLIEST}-01-01", "max": yesterday.isoformat()}
    return html.Details(
        [
            html.Summary("Look back" if instant is None else "Looking back"),
            html.Form(
                [
                    html.Label("Show this page as it stood at the end of", htmlFor="look-back-day"),
                    dcc.Input(
                        id="look-back-day",
                        name=AS_OF,
                        value="" if instant is None else instant.astimezone(UTC).date().isoformat(),
                        className="text-input",
                        **field,
                    ),
                    *(
                        dcc.Input(id=f"look-back-{name}", name=name, type="hidden", value=value)
                        for name, value in asked.items()
                    ),
                    html.Button("Show", type="submit", className="button"),
                    dcc.Link("Back to now", href=address(path, **asked)) if instant is not None else None,
                    html.P("Later returns, corrections and publications are then left out.", className="muted"),
                ],
                action=path,
                method="get",
            ),
        ],
        className="look-back",
    )


def _end_of(day: date) -> datetime:
    """The instant at which a day ends, as an address that names the day is read."""
    return datetime.combine(day, time.max, UTC)


def at_end_of(day: date, here: str) -> str:
    """The address of a page as it stood at the end of a day. `here` is the page's address."""
    path, asked = _parts(here)
    return address(path, **asked, **{AS_OF: written(_end_of(day))})


def _parts(here: str) -> tuple[str, dict[str, str]]:
    """The path of an address and what it asks for beside an instant."""
    split = urlsplit(here)
    asked = {name: value for name, value in parse_qsl(split.query) if name != AS_OF}
    # One slash: two would make the first part of the path another site's name.
    return "/" + split.path.strip("/"), asked

"""Who is working: said by the visitor, until a sign-in service stands before the pages."""

from typing import Any

from dash import dcc, html

from dashboard import identity
from dashboard.shell import Body, Page, Visit


def draw(visit: Visit) -> Body:
    """The form, or what the sign-in service says."""
    who = identity.viewer()
    if identity.is_proved():
        said = (
            f"Your sign-in service says that you are {who}."
            if who
            else "Your sign-in service has not said who you are."
        )
        return Body("Who is working", [html.H1("Who is working?"), html.P(said, className="lead")])
    back = identity.own_path(visit.query.get("next", ""))
    return Body("Who is working", [html.Div(_form(who, back, wrong="wrong" in visit.query), className="card notice")])


def _form(who: str, back: str, *, wrong: bool) -> list[Any]:
    problem = html.P(
        f"Write a name or a role of 1 to {identity.LONGEST} printable characters.", className="problem", role="alert"
    )
    form = html.Form(
        [
            html.Label("Your name or role", htmlFor="who-name", className="control-label"),
            dcc.Input(
                id="who-name",
                name="name",
                type="text",
                value=who,
                maxLength=identity.LONGEST,
                required=True,
                autoComplete="name",
                className="text-input",
            ),
            dcc.Input(id="who-next", name="next", type="hidden", value=back),
            html.Button("This is me" if not who else "Change it", type="submit", className="button"),
        ],
        action=identity.PATH,
        method="post",
        className="who-form",
    )
    leave = html.Form(
        [
            dcc.Input(id="who-leave", name="leave", type="hidden", value="yes"),
            html.Button("Forget me on this browser", type="submit", className="button plain-button"),
        ],
        action=identity.PATH,
        method="post",
    )
    return [
        html.H1("Who is working?"),
        html.P(
            "What you change is written down with this name, and can be read by everybody who reads the dashboard. "
            "Whoever submits a return cannot also accept it."
        ),
        problem if wrong else None,
        form,
        leave if who else None,
        html.P(
            "Nothing proves that you are who you say: until a sign-in service stands before the dashboard, people have "
            "to be trusted. The name stays in this browser until it is closed.",
            className="muted small",
        ),
    ]


PAGE = Page("who", identity.PATH, draw)

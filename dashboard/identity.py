"""Who is working, as far as the pages know: what a sign-in service before them says, or what the visitor says.

Reading needs nobody's name. Changing something does, because it is written down who did it, and because the person who
accepts a return is never the one who submitted it. Without a sign-in service a name proves nothing, and the form says
so.
"""

import unicodedata
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, has_request_context, redirect, request, session
from flask.sessions import SecureCookieSessionInterface
from werkzeug.wrappers import Response as BaseResponse

from dashboard.settings import Settings
from schema.context import Context
from schema.errors import WrongUseError

LONGEST = 80
"""Characters of a name or role, as the column that keeps it has."""
PATH = "/who"
"""Where a visitor says who is working."""

_HEADER = "USER_HEADER"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class _Cookie(SecureCookieSessionInterface):
    """The signed cookie, which goes over an encrypted connection only where it was made over one."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie is for encrypted connections only: a laptop's own dashboard has none."""
        return request.is_secure or bool(app.config["SESSION_COOKIE_SECURE"])


def add_to(server: Flask, settings: Settings) -> None:
    """Give the application its way to learn who is there. Its secret key signs the cookie.

    The cookie ends with the browser, cannot be read by scripts, and is not sent along when another site posts to this
    one. What another site posts is refused besides: see `from_elsewhere`.
    """
    server.config[_HEADER] = settings.user_header
    server.config["SESSION_COOKIE_NAME"] = "safeguarding"
    server.config["SESSION_COOKIE_HTTPONLY"] = True
    server.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    server.session_interface = _Cookie()

    @server.before_request
    def refuse_other_sites() -> Response | None:
        if request.method in _SAFE_METHODS or not from_elsewhere():
            return None
        return Response(
            "This was sent from another site’s page. Open the dashboard itself.\n", 403, mimetype="text/plain"
        )

    @server.post(PATH)
    def say_who() -> BaseResponse:
        back = own_path(request.form.get("next", ""))
        if current_app.config[_HEADER]:
            return _gone_to(PATH)
        if request.form.get("leave"):
            session.clear()
            return _gone_to(back)
        name = clean(request.form.get("name", ""))
        if not name:
            return _gone_to(f"{PATH}?{urlencode({'next': back, 'wrong': 'name'})}")
        session["who"] = name
        return _gone_to(back)


def viewer() -> str:
    """Who is working; empty where nobody has said, and outside a request."""
    if not has_request_context():
        return ""
    header = current_app.config.get(_HEADER)
    if header:
        return clean(_header_text(request.headers.get(header, "")))
    return clean(str(session.get("who", "")))


def is_proved() -> bool:
    """Whether a sign-in service says who is there, so that a visitor neither has to nor can."""
    return has_request_context() and bool(current_app.config.get(_HEADER))


def acting_context(context: Context) -> Context:
    """The context in which the visitor changes something. It goes to commands; pages are read by nobody in particular.

    Raises:
        WrongUseError: nobody has said who is working, or the visitor is looking back.
    """
    if context.as_of is not None:
        raise WrongUseError(
            "You are looking back, and the past cannot be changed. Go to the figures of now to change something."
        )
    who = viewer()
    if not who and is_proved():
        raise WrongUseError("The sign-in service has not said who you are. Sign in again, and open the page anew.")
    if not who:
        raise WrongUseError("Say who is working first (“Say who is working”, at the top): it is written down with it.")
    return context.model_copy(update={"viewer": who})


def clean(given: str) -> str:
    """A name or role on one line, in one spelling of its characters; empty where it cannot be one."""
    name = " ".join(unicodedata.normalize("NFC", given).split())
    return name if name.isprintable() and len(name) <= LONGEST else ""


def own_path(given: str) -> str:
    """An address within the dashboard to go on to: never another site's, whatever was asked for."""
    sound = given.startswith("/") and not given.startswith("//") and given.isprintable() and "\\" not in given
    return given if sound else "/returns"


def from_elsewhere() -> bool:
    """Whether another site's page sent this request. Browsers say so themselves; what is no browser has no cookie."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def _gone_to(path: str) -> BaseResponse:
    answer = redirect(path, 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _header_text(raw: str) -> str:
    """A header's text: servers hand it over byte for byte, and sign-in services write UTF-8."""
    try:
        return raw.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return raw

"""Which names in an address the pages answer to.

Another site can point a name of its own at this machine, and would then read the pages with the browser of whoever
visits both (“DNS rebinding”). Such a request carries that site's name; it can carry no number, and none of our names.
"""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request

REFUSAL = (
    "The dashboard does not answer to the name in this address. Whoever runs it can set SAFEGUARDING_HOSTS to the "
    "names by which it is reached.\n"
)


def add_to(server: Flask, names: Sequence[str]) -> None:
    """Refuse (400) whatever is asked under a name that is neither a number, nor localhost, nor one of `names`.

    A name that begins with a dot stands for all that are below it. Flask's own list of trusted hosts cannot hold an
    address of IPv6, nor every number, which is why it is not used.
    """

    def check() -> Response | None:
        host = request.headers.get("Host")
        # Only a browser can be led astray, and a browser always says where it thinks it is.
        return None if host is None or _answers_to(host, names) else Response(REFUSAL, 400, mimetype="text/plain")

    server.before_request(check)


# A name or number and a port, and nothing that a reader of addresses might take for something else.
_PLAIN = re.compile(r"([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?", re.IGNORECASE | re.ASCII)


def _answers_to(host: str, names: Sequence[str]) -> bool:
    if not _PLAIN.fullmatch(host):
        return False
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return (
        _is_number(name)
        or name in ("localhost", *names)
        or any(name.endswith(below) for below in names if below.startswith("."))
    )


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

"""Returns as files: where each stands, who owes what, the file that was sent, what was found in it, and the rules."""

import io
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import Flask, Response, request, send_file

from dashboard.components.submission import rows_of
from dashboard.instants import looking_back
from dashboard.queries import Queries
from dashboard.views import reminders as owed
from dashboard.views.frameworks import with_framework
from dashboard.views.return_status import status_csv, statuses
from dashboard.views.rules import rules_csv
from dashboard.views.submission import version_named
from etl.templates.marked import FINDING_COLUMNS, marked_copy
from schema.context import Context
from schema.errors import MendableError
from schema.exports import csv_text

CSV, ICS = "text/csv", "text/calendar"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNKNOWN = "application/octet-stream"
"""What a browser never opens by itself: a file that somebody sent is theirs, and is not shown as ours."""

Made = tuple[str, bytes, str]
"""A file's name, its content, and its kind."""


def add_routes(server: Flask, queries: Queries, context: Context) -> None:
    """Give the application the downloads of its returns."""

    def asked() -> Context:
        return looking_at(queries, context, request.args)

    @server.get("/download/returns.csv")
    def download_returns() -> Response:
        return _answered(queries, lambda: ("returns.csv", _text(status_csv(statuses(queries, asked()))), CSV))

    @server.get("/download/reminders.csv")
    def download_reminders() -> Response:
        return _answered(
            queries,
            lambda: ("returns-due.csv", _text(owed.as_csv(owed.reminders(queries, asked()))), CSV),
        )

    @server.get("/download/reminders.ics")
    def download_calendar() -> Response:
        def make() -> Made:
            now = asked()
            return (
                "returns-due.ics",
                owed.as_ics(owed.reminders(queries, now), now.as_of or datetime.now(UTC)).encode(),
                ICS,
            )

        return _answered(queries, make)

    @server.get("/download/rules.csv")
    def download_rules() -> Response:
        return _answered(queries, lambda: ("rules-of-returns.csv", _text(rules_csv()), CSV))

    @server.get("/download/returns/<agency>/<period>/<version>/original")
    def download_original(agency: str, period: str, version: str) -> Response:
        def make() -> Made:
            one = version_named(queries, asked(), agency, period, version)
            return one.file_name, queries.original(one), UNKNOWN

        return _answered(queries, make)

    @server.get("/download/returns/<agency>/<period>/<version>/marked.xlsx")
    def download_marked(agency: str, period: str, version: str) -> Response:
        def make() -> Made:
            one = version_named(queries, asked(), agency, period, version)
            found = [explained.finding for explained in queries.findings(one)]
            name = f"{agency}-{one.period}-version-{one.version}-marked.xlsx"
            return name, marked_copy(queries.original(one), one.file_name, found), XLSX

        return _answered(queries, make)

    @server.get("/download/returns/<agency>/<period>/<version>/findings.csv")
    def download_findings(agency: str, period: str, version: str) -> Response:
        def make() -> Made:
            one = version_named(queries, asked(), agency, period, version)
            text = csv_text((*FINDING_COLUMNS, "explanation"), rows_of(queries.findings(one)))
            return f"{agency}-{one.period}-version-{one.version}-findings.csv", _text(text), CSV

        return _answered(queries, make)


def looking_at(queries: Queries, context: Context, query: Mapping[str, str]) -> Context:
    """The context that an address asks for: whose measures, and as of when."""
    return with_framework(queries.catalogue, looking_back(context, query), query.get("framework"))


def _text(text: str) -> bytes:
    # The mark at the start tells Excel that this is UTF-8.
    return f"\ufeff{text}".encode()


def _answered(queries: Queries, make: Callable[[], Made]) -> Response:
    try:
        with queries.one_version():
            name, content, kind = make()
    except MendableError as error:
        return Response(f"{error}\n", 404, mimetype="text/plain")
    answer = send_file(
        io.BytesIO(content), mimetype=kind, as_attachment=True, download_name=safe_name(name), max_age=0, etag=False
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def safe_name(name: str) -> str:
    """A file's name without what leads elsewhere or cannot be seen."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(character for character in last if character.isprintable() and character not in '<>:"|?*')
    return plain.strip(" .")[-150:] or "return"

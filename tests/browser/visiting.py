"""How a test visits the dashboard: where it is served, and a window that notes what should not have happened."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server

from dashboard.app import create_app
from dashboard.queries import Queries
from dashboard.settings import Settings
from schema.catalogue import default_catalogue

# A busy machine draws a page in seconds; one that never comes is still found out.
expect.set_options(timeout=20_000)

SIZES = {"laptop": {"width": 1440, "height": 900}, "telephone": {"width": 390, "height": 844}}

ACCESSIBLE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    # What passes is only counted: listing thousands of cells in full takes longer than judging them.
    "resultTypes": ["violations"],
}
CONTRAST = "color-contrast"
# Judging colours takes longer than all other rules together. The rows of a long table are coloured alike, and a
# telephone's are those of a laptop.
BUT_CONTRAST = {**ACCESSIBLE, "rules": {CONTRAST: {"enabled": False}}}
CONTRAST_ALONE = {**ACCESSIBLE, "runOnly": {"type": "rule", "values": [CONTRAST]}}
LONG_TABLES = {"exclude": [["tbody tr:nth-child(n + 31)"]]}


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: a test that fails shows the page's own console."""


def served(engine: Engine, queries: Queries | None = None) -> Iterator[str]:
    """Serve the dashboard over a database for as long as the generator lives, and say where."""
    app = create_app(Settings(), queries or Queries(engine, default_catalogue()))
    server = make_server("127.0.0.1", 0, app.server, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Visitor:
    """A window onto the dashboard that notes whatever should not have happened."""

    page: Page
    address: str
    size: str
    said: list[str] = field(default_factory=list)
    """Errors and warnings on the console."""
    asked: list[str] = field(default_factory=list)
    """Every address that was asked for."""

    def open(self, path: str) -> Page:
        """Open a path, and wait until its page is drawn."""
        self.page.goto(f"{self.address}{path}")
        self.page.locator("main h1").wait_for(timeout=60_000)
        return self.page

    def note_message(self, message: ConsoleMessage) -> None:
        """Keep an error or a warning."""
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def note_request(self, request: Request) -> None:
        """Keep an address."""
        self.asked.append(request.url)

    def require_fit(self) -> None:
        """Nothing of the page stands beyond the window's right edge."""
        assert self.page.evaluate("document.documentElement.scrollWidth") <= SIZES[self.size]["width"]

    def require_accessible(self) -> None:
        """Nothing on the page breaks a rule of WCAG 2.2 AA that a program can judge."""
        runs = [Axe().run(self.page, options=BUT_CONTRAST)]
        if self.size == "laptop":
            runs.append(Axe().run(self.page, context=LONG_TABLES, options=CONTRAST_ALONE))
        for found in runs:
            assert found.violations_count == 0, found.generate_report()

    def open_all_details(self) -> None:
        """Open whatever is folded away."""
        for folded in self.page.locator("details").all():
            folded.evaluate("details => details.open = true")


def visiting(browser: Browser, address: str, size: str) -> Iterator[Visitor]:
    """Somebody who visits an address with a screen of that size."""
    width, height = SIZES[size]["width"], SIZES[size]["height"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
    )
    visitor = Visitor(context.new_page(), address, size)
    visitor.page.on("console", visitor.note_message)
    visitor.page.on("pageerror", lambda error: visitor.said.append(str(error)))
    visitor.page.on("request", visitor.note_request)
    yield visitor
    context.close()

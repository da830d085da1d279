"""A second person looks at a return and accepts it, by keyboard as well as by mouse."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.engine import Engine

from etl.load.engine import open_engine
from etl.submissions import ReturnFile, check_file, submit_return
from schema.catalogue import default_catalogue
from schema.context import Context
from schema.periods import parse_period
from tests.browser.visiting import Visitor, served, visiting
from tests.conftest import ROOT

CATALOGUE = default_catalogue()
PATH = "/returns/police/2025-26Q2"


@pytest.fixture
def engine(new_demonstration: Callable[[str], str]) -> Iterator[Engine]:
    """A demonstration to write into, in which a return of the police waits."""
    made = open_engine(new_demonstration("sqlite"))
    content = (ROOT / "sample_data" / "returns" / "police-2025-26Q1.csv").read_bytes()
    content = content.replace(b"2025-26Q1", b"2025-26Q2").replace(b"2025-07-10", b"2025-10-10")
    file = ReturnFile("police.csv", content, "police", parse_period("2025-26Q2"))
    sender = Context(viewer="The analyst")
    checked = check_file(made, sender, CATALOGUE, file, date(2025, 12, 1))
    submit_return(made, sender, CATALOGUE, checked, {found.rule: "It is so." for found in checked.to_explain})
    yield made
    made.dispose()


@pytest.fixture(params=["laptop", "telephone"])
def second(request: pytest.FixtureRequest, browser: Browser, engine: Engine) -> Iterator[Visitor]:
    """Somebody before that demonstration."""
    for address in served(engine):
        yield from visiting(browser, address, request.param)


def say_who(page: Page, name: str) -> None:
    page.locator(".who-link").click()
    page.get_by_label("Your name or role").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_contain_text(f"Working as {name}")


def test_a_second_person_accepts_a_return_and_the_pages_change(second: Visitor) -> None:
    page = second.open("/returns")
    expect(page.locator("main h1")).to_contain_text("1 waits to be accepted")
    say_who(page, "The analyst")
    expect(page.locator("#queue-title + *")).to_contain_text("Yours: a second person accepts it")
    page.get_by_role("link", name="Police, July to September 2025").click()
    expect(page.locator("main h1")).to_contain_text("Waits to be accepted")
    expect(page.locator("main")).to_contain_text("You submitted version 1")

    say_who(page, "The reader")
    expect(page.locator("main h1")).to_contain_text("Police, July to September 2025")
    ask = page.locator("details", has_text="Ask about it")
    ask.locator("summary").focus()
    page.keyboard.press("Enter")
    ask.get_by_role("button").click()
    expect(ask.get_by_role("alert")).to_contain_text("Write the comment")
    ask.get_by_role("textbox").fill("Is it the whole force?")
    ask.get_by_role("button").click()
    expect(page.locator("main h1")).to_contain_text("Queried")
    expect(page.locator(".events")).to_contain_text("Is it the whole force?")

    accept = page.locator("details", has_text="From then on its")
    accept.locator("summary").focus()
    page.keyboard.press("Enter")
    accept.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_contain_text("Accepted", timeout=60_000)
    expect(page.get_by_role("status").filter(has_text="Done")).to_contain_text("was accepted by The reader")
    page.reload()
    expect(page.locator("main h1")).to_contain_text("Accepted")
    page.get_by_role("link", name="Returns", exact=True).first.click()
    expect(page.locator("main h1")).not_to_contain_text("waits")
    assert second.said == []


def test_a_finding_leads_to_its_rule_on_the_list_of_rules(second: Visitor) -> None:
    page = second.open("/returns/health/2025-26Q2")
    page.locator("main a[href*='/returns/rules#small-number']").first.click()
    expect(page.locator("main h1")).to_contain_text("rules")
    expect(page.locator("#small-number")).to_be_focused()
    expect(page.locator("#small-number")).to_be_in_viewport()
    # So it does for whoever is sent the address.
    page = second.open("/returns/rules#row-duplicate")
    expect(page.locator("#row-duplicate")).to_be_in_viewport()
    assert second.said == []

"""The catalogue, the priorities and the agencies in a browser."""

import re

from playwright.sync_api import expect

from tests.browser.test_shell import choose
from tests.browser.visiting import Visitor


def test_words_are_searched_on_enter_and_stay_in_the_address(reader: Visitor) -> None:
    page = reader.open("/catalogue")
    page.get_by_label("Search, then Enter").fill("conferences, M42")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{reader.address}/catalogue?q=conferences%2C+M42")
    expect(page.get_by_role("link", name="Initial conferences within 15 working days")).to_be_visible()
    expect(page.get_by_role("link", name="Repeat referrals within 12 months", exact=True)).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("link", name="Repeat referrals within 12 months", exact=True)).to_be_visible()
    expect(page.get_by_label("Search, then Enter")).to_have_value("")


def test_choices_are_combined_and_taken_away_as_a_file(reader: Visitor) -> None:
    page = reader.open("/catalogue")
    choose(page, "Priority", "Neglect")
    expect(page).to_have_url(f"{reader.address}/catalogue?priority=neglect")
    expect(page.locator("h1")).to_contain_text(" of ")
    choose(page, "Published match", "Exact")
    expect(page).to_have_url(f"{reader.address}/catalogue?priority=neglect&match=exact")
    # The heading of the narrower choice: as many measures as have a published counterpart.
    expect(page.locator("h1")).to_have_text(re.compile(r"^(\d+) of \d+ measures, \1 with a published counterpart$"))
    number = page.locator("h1").inner_text().partition(" ")[0]
    expect(page.locator(".catalogue tbody tr")).to_have_count(int(number))
    with page.expect_download() as download:
        page.get_by_text("Download these measures").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("measure,title,framework,")
    assert download.value.suggested_filename == "catalogue_children_stoke-on-trent.csv"


def test_a_link_in_a_written_table_changes_the_page_without_loading_it_anew(reader: Visitor) -> None:
    page = reader.open("/catalogue?q=M05")
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Repeat referrals within 12 months", exact=True).click()
    expect(page).to_have_url(f"{reader.address}/measure/repeat-referrals")
    expect(page.locator("h1")).to_contain_text("of referrals were repeats")
    assert page.evaluate("window.stays")
    expect(page.locator(".catalogue")).to_have_count(0)
    page.go_back()
    expect(page.locator(".catalogue tbody tr").first).to_be_visible()


def test_measures_that_stand_alone_say_why(reader: Visitor) -> None:
    page = reader.open("/catalogue?match=none")
    if page.locator(".catalogue tbody tr").count() == 0:
        return
    expect(page.get_by_role("heading", name="Measures with no published counterpart, and why")).to_be_visible()
    assert page.locator(".reasons dt").count() == page.locator(".catalogue tbody tr").count()
    assert all(page.locator(".reasons dd").evaluate_all("all => all.map(one => one.textContent.length > 10)"))


def test_a_priority_leads_to_its_agencies_and_back(reader: Visitor) -> None:
    page = reader.open("/priorities")
    page.get_by_role("link", name="Neglect", exact=True).click()
    expect(page.locator("h1")).to_have_text(re.compile(r"^Neglect: \d+ of \d+ measures have a figure"))
    page.get_by_role("link", name="Children's social care", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("Children's social care: ")
    expect(page.get_by_text("safeguarding return template --agency childrens-social-care")).to_be_visible()
    page.get_by_role("link", name="Returns", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("Returns: ")


def test_an_agency_shows_its_calendar_which_leads_to_each_return(reader: Visitor) -> None:
    page = reader.open("/agency/childrens-social-care")
    calendar = page.locator("section[aria-labelledby=calendar-title]")
    expect(calendar.get_by_role("row").nth(1)).to_contain_text("Not yet due")
    calendar.get_by_role("link", name="July to September 2025").click()
    expect(page.locator("h1")).to_contain_text("Accepted")
    expect(page.get_by_text("childrens-social-care-2025-26Q2.csv")).to_be_visible()


def test_the_definition_keeps_the_papers_words_apart_from_our_reading(reader: Visitor) -> None:
    page = reader.open("/measure/initial-conferences-within-15-working-days")
    block = page.locator("section[aria-labelledby=definition-title]")
    expect(block.get_by_role("heading", name="What the paper says")).to_be_visible()
    expect(block.locator("q")).to_have_text(
        "Initial Child Protection Conference and Review Child Protection Conference timeliness"
    )
    expect(block.get_by_role("heading", name="How we read it")).to_be_visible()
    expect(block.get_by_role("link", name="Child protection plans started")).to_be_visible()
    expect(block).to_contain_text("15 working days after the quarter has ended")

"""The overview, as somebody reads it in a minute."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.visiting import Visitor


def row(page: Page, title: str) -> Locator:
    """A measure's row."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=title, exact=True))


def test_the_newest_local_figure_leads_with_its_quarter_and_the_published_year_beside_it(reader: Visitor) -> None:
    found = row(reader.open("/"), "Repeat referrals within 12 months")
    expect(found.locator(".latest")).to_contain_text("year to 30 Sep 2025")
    expect(found.locator(".latest")).to_contain_text("local")
    expect(found.locator(".beside")).to_contain_text("Jul–Sep 2025")
    expect(found.locator(".beside")).to_contain_text("21.0% published Mar 2025")


def test_a_published_figure_has_its_counts_its_change_and_its_comparators(reader: Visitor) -> None:
    page = reader.open("/?area=birmingham")
    found = row(page, "Repeat referrals within 12 months")
    expect(found.get_by_role("rowheader")).to_contain_text(" of ")
    expect(found.locator(".change")).to_contain_text("points")
    expect(found.locator(".number").nth(0)).to_contain_text("Mar 2025")
    expect(found.locator(".number").nth(2)).to_contain_text("mean of 10")
    expect(page.get_by_role("columnheader", name="West Midlands").first).to_be_visible()


def test_what_is_suppressed_is_said_in_words_and_never_a_zero(reader: Visitor) -> None:
    page = reader.open("/?area=city-of-london")
    found = page.locator("td.latest", has=page.get_by_text("Suppressed", exact=True)).first
    expect(found).to_contain_text("Withheld by the publisher because the number is small.")
    assert "0" not in found.inner_text().replace("2024", "").replace("2025", "").replace("30", "")


def test_nothing_is_good_or_bad_and_activity_is_neither_better_nor_worse(reader: Visitor) -> None:
    page = reader.open("/")
    text = page.locator("main").inner_text().lower()
    for word in ("good", "bad", "poor"):
        assert f" {word} " not in text
    # Which way referrals should go is a matter of judgement.
    row = page.locator("tr:has(a[href$='/measure/referrals'])").first.inner_text().lower()
    assert "per 10,000" in row
    assert "better" not in row
    assert "worse" not in row


def test_every_picture_has_words(reader: Visitor) -> None:
    page = reader.open("/")
    pictures = page.locator("table img")
    assert pictures.count() > 20
    assert all(pictures.evaluate_all("all => all.map(one => one.alt.length > 20)"))


def test_a_choice_that_leaves_no_measure_offers_the_way_back(reader: Visitor) -> None:
    page = reader.open("/?area=hackney&outcome=workforce&priority=neglect")
    expect(page.get_by_text("No measure matches these choices")).to_be_visible()
    page.get_by_role("link", name="Show every measure").click()
    expect(page).to_have_url(f"{reader.address}/?area=hackney")
    expect(page.get_by_role("table").first).to_be_visible()


def test_measures_that_wait_take_one_line_an_outcome_and_lead_to_the_catalogue(reader: Visitor) -> None:
    page = reader.open("/")
    waiting = page.locator(".waiting")
    expect(waiting.first).to_contain_text("await a first return")
    waiting.first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/catalogue\?outcome=[a-z0-9-]+&figures=none$"))
    expect(page.locator(".catalogue tbody tr").first).to_be_visible()


def test_what_is_chosen_is_in_the_title_too(reader: Visitor) -> None:
    page = reader.open("/?priority=neglect")
    expect(page.locator("h1")).to_have_text(re.compile(r"^Stoke-on-Trent, neglect[,:] "))


def test_each_outcome_is_one_step_away(reader: Visitor) -> None:
    page = reader.open("/?area=walsall")
    contents = page.get_by_role("navigation", name="Outcomes on this page")
    contents.get_by_role("link", name="Outcome 3").click()
    expect(page.get_by_role("heading", name="Outcome 3")).to_be_in_viewport()
    # The page is the same, not drawn anew, and the way back is where one came from.
    expect(page).to_have_url(f"{reader.address}/?area=walsall#outcome-3")
    page.go_back()
    expect(page).to_have_url(f"{reader.address}/?area=walsall")
    expect(page.locator("main h1")).to_contain_text("Walsall")
    assert reader.said == []

"""The measure and compare pages in a browser: choices are in the address, and every picture has its numbers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visiting import Visitor

MISSING = [
    "/measure/repeat-referrals?area=hackney",
    "/measure/protection-plans-of-two-years-or-more?area=city-of-london",
    "/measure/repeat-referrals?area=westmorland-and-furness&model=april-2021",
    "/measure/social-worker-vacancies?area=north-northamptonshire",
    "/measure/child-protection-plans-by-category?category=emotional-abuse",
    "/measure/children-starting-to-be-looked-after?basis=quarter",
    "/compare?measures=section-47-enquiries,repeat-referrals&areas=walsall,city-of-london",
]


@pytest.mark.parametrize("path", MISSING)
def test_a_page_with_gaps_is_clean_accessible_and_fits(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    page.wait_for_load_state("networkidle")
    visitor.open_all_details()
    assert visitor.said == []
    visitor.require_fit()
    visitor.require_accessible()


def test_the_time_covered_is_in_the_address_and_changes_the_finding(reader: Visitor) -> None:
    page = reader.open("/measure/repeat-referrals")
    expect(page.locator("h1")).to_contain_text("year to 30 September 2025")
    page.get_by_text("Published year", exact=True).click()
    expect(page.locator("h1")).to_have_text(
        "21.0% of referrals were repeats within 12 months (812 of 3,874), year to 31 March 2025"
    )
    expect(page).to_have_url(re.compile(r"\?basis=year$"))
    page.go_back()
    expect(page.locator("h1")).to_contain_text("year to 30 September 2025")


def test_the_neighbours_can_be_a_median_of_an_older_model(reader: Visitor) -> None:
    page = reader.open("/measure/repeat-referrals?basis=year")
    page.get_by_text("Median", exact=True).first.click()
    expect(page.locator(".lead")).to_contain_text("neighbours 21.6% (median of 10)")
    page.get_by_text("April 2021", exact=True).click()
    expect(page).to_have_url(re.compile("neighbours=median&model=april-2021"))


def test_the_figures_can_be_taken_away(reader: Visitor) -> None:
    page = reader.open("/measure/repeat-referrals?basis=year&area=walsall")
    with page.expect_download() as download:
        page.get_by_text("Download these figures").click()
    assert download.value.suggested_filename == "repeat-referrals_walsall_year.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("measure,area,area_name,period,")
    assert "Walsall,2024-25,2024-04-01,2025-03-31,year" in text


@pytest.mark.parametrize("path", ["/download/measure/nonsense.csv", "/download/compare.csv?areas=atlantis"])
def test_a_download_that_there_is_not_is_refused_in_a_sentence(reader: Visitor, path: str) -> None:
    answer = reader.page.request.get(f"{reader.address}{path}")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text().startswith("“")


def test_a_table_can_be_opened_and_scrolled_by_keyboard(reader: Visitor) -> None:
    page = reader.open("/measure/repeat-referrals")
    page.locator("#parts-title ~ details summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name.startswith("Table, scrolls: Repeat referrals within 12 months, Stoke-on-Trent")
    expect(page.get_by_text("childrens-social-care-2025-26Q2.csv").first).to_be_visible()


def test_every_picture_has_a_table_with_its_numbers(reader: Visitor) -> None:
    page = reader.open("/measure/child-protection-plans-by-category")
    for block in page.locator(".graph-block").all():
        block.locator("summary").click()
        assert block.locator("table tbody tr").count() > 3
        expect(block.locator(".js-plotly-plot")).to_be_visible()
    assert page.locator(".modebar-btn").count() == 0


def test_an_address_that_makes_no_sense_is_answered_in_a_sentence(reader: Visitor) -> None:
    for path in ("/measure/nonsense", "/measure/referrals?basis=fortnight", "/compare?measures=nonsense"):
        page = reader.open(path)
        expect(page.locator("h1")).to_have_text("This cannot be shown")


def test_neighbours_are_set_beside_the_area_in_one_step(reader: Visitor) -> None:
    page = reader.open("/compare")
    page.get_by_role("link", name="Repeat referrals within 12 months").click()
    expect(page.locator("h1")).to_have_text("Stoke-on-Trent beside England: 1 measure")
    page.get_by_role("link", name="my 10 statistical neighbours").click()
    expect(page.locator("h1")).to_have_text("Stoke-on-Trent beside 10 other authorities: 1 measure")
    expect(page.locator(".panels .js-plotly-plot")).to_have_count(1)
    expect(page.locator(".own-row")).to_have_count(1)


def test_without_any_figure_the_pages_say_so(address_of_nothing: str, page: Page) -> None:
    page.goto(f"{address_of_nothing}/measure/referrals")
    expect(page.locator("h1")).to_have_text(
        "Referrals to children’s social care: nothing has been received for Stoke-on-Trent"
    )
    page.goto(f"{address_of_nothing}/compare?measures=referrals")
    expect(page.get_by_text("Nothing is published of: Referrals to children’s social care.")).to_be_visible()

"""The shell: the address is the only state, the keyboard suffices, and failures are said in sentences."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.visiting import Visitor

# "17 of 229 measures shown", but never all of them.
FEWER = re.compile(r"^(\d+) of (?!\1 )\d+ measures shown")


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a drop-down as a person at the keyboard does."""
    page.get_by_role("textbox", name=label, exact=True).or_(
        page.get_by_role("combobox", name=label, exact=True)
    ).first.focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name=option, exact=True).click()


def test_a_choice_is_in_the_address_and_the_address_opens_the_choice(reader: Visitor, browser: Browser) -> None:
    page = reader.open("/")
    choose(page, "Priority", "Neglect")
    expect(page).to_have_url(f"{reader.address}/?priority=neglect")
    expect(page.get_by_role("status")).to_have_text(FEWER)
    shown = page.locator("main").inner_text()

    context = browser.new_context(viewport=page.viewport_size, locale="en-GB")
    other = context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("status")).to_have_text(FEWER)
    assert other.locator("main").inner_text() == shown
    context.close()


def test_back_and_forward_go_through_the_choices(reader: Visitor) -> None:
    page = reader.open("/")
    choose(page, "Priority", "Neglect")
    expect(page.get_by_role("status")).to_have_text(FEWER)
    choose(page, "Area", "Hackney")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hackney")
    expect(page).to_have_url(f"{reader.address}/?priority=neglect&area=hackney")

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stoke-on-Trent")
    expect(page.get_by_role("status")).to_have_text(FEWER)
    page.go_back()
    expect(page).to_have_url(f"{reader.address}/")
    expect(page.get_by_role("status")).not_to_have_text(FEWER)
    page.go_forward()
    expect(page.get_by_role("status")).to_have_text(FEWER)
    expect(page).to_have_url(f"{reader.address}/?priority=neglect")


def test_the_area_stays_from_page_to_page(reader: Visitor) -> None:
    page = reader.open("/?area=hackney")
    hrefs = page.locator("header a, main table a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert hrefs
    assert all("?area=hackney" in href for href in hrefs), hrefs


def test_the_home_area_goes_without_saying(reader: Visitor) -> None:
    page = reader.open("/?area=hackney")
    choose(page, "Area", "Stoke-on-Trent")
    expect(page).to_have_url(f"{reader.address}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Stoke-on-Trent")


def test_the_keyboard_goes_from_the_skip_link_to_the_first_measure(reader: Visitor) -> None:
    page = reader.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    wanted = ["Area", "Outcome", "Agency", "Priority"]
    passed = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "(document.activeElement.labels && document.activeElement.labels[0] || document.activeElement).textContent"
        )
        passed.append(name)
        if page.evaluate("document.activeElement.closest('table') !== null"):
            break
    else:
        raise AssertionError(f"the first measure was never reached: {passed}")
    assert [name for name in passed if name in wanted] == wanted
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/measure/[a-z-]+$"))
    expect(page.get_by_role("main")).to_be_focused()


def test_the_skip_link_passes_over_the_header(reader: Visitor) -> None:
    page = reader.open("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_focus_stays_on_the_control_that_was_used(reader: Visitor) -> None:
    page = reader.open("/")
    choose(page, "Priority", "Neglect")
    expect(page.get_by_role("status")).to_have_text(FEWER)
    label = page.evaluate("document.activeElement.labels && document.activeElement.labels[0].textContent")
    assert label == "Priority"


def test_the_tab_is_named_after_the_page_and_the_area(reader: Visitor) -> None:
    page = reader.open("/?area=hackney")
    expect(page).to_have_title("Overview – Hackney – Safeguarding performance")


def test_a_path_that_does_not_exist_says_so_with_its_status(reader: Visitor) -> None:
    page = reader.open("/no/such/page")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no page here")
    assert page.request.get(f"{reader.address}/no/such/page").status == 404


def test_an_unknown_area_is_said_in_a_sentence_and_another_can_be_chosen(reader: Visitor) -> None:
    page = reader.open("/?area=atlantis")
    expect(page.locator("main")).to_contain_text("“atlantis” is no area.")
    choose(page, "Area", "Hackney")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hackney")


def test_a_choice_that_there_is_not_is_said_in_a_sentence(reader: Visitor) -> None:
    page = reader.open("/?outcome=nonsense")
    expect(page.locator("main")).to_contain_text("outcome=nonsense")
    expect(page.locator("main")).not_to_contain_text("Traceback")


def test_a_database_without_figures_says_what_to_do(page: Page, address_of_nothing: str) -> None:
    page.goto(address_of_nothing)
    expect(page.get_by_role("heading", level=1)).to_have_text("There are no figures for Stoke-on-Trent yet")
    expect(page.get_by_text("Illustrative returns")).to_have_count(0)

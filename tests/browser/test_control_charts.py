"""Control charts, funnels and targets in a browser, over figures that are really published where there are some."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.visiting import Visitor

CHARTED = [
    "/measure/repeat-referrals?basis=quarter",
    "/measure/referrals?basis=quarter",
    "/measure/referrals?basis=month",
    "/measure/referrals?basis=month&window=all",
    "/measure/repeat-referrals?authorities=funnel",
    "/measure/persistent-absence-in-the-term",
]


@pytest.mark.parametrize("path", CHARTED)
def test_a_charted_page_is_clean_accessible_and_fits(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    page.wait_for_load_state("networkidle")
    visitor.open_all_details()
    assert visitor.said == []
    visitor.require_fit()
    visitor.require_accessible()


def test_quarters_have_limits_whose_rule_is_stated(reader: Visitor) -> None:
    page = reader.open("/measure/repeat-referrals?basis=quarter")
    block = page.locator(".graph-block", has=page.locator("#control-title"))
    expect(block.locator("#control-title")).to_contain_text("July to September 2025")
    expect(block).to_contain_text("Limits: the mean ± 3 standard errors of the quarter’s own number (binomial")
    expect(block.locator(".js-plotly-plot")).to_be_visible()
    block.locator("summary").click()
    columns = [head.inner_text() for head in block.locator("thead th").all()]
    assert columns == ["Quarter", "Stoke-on-Trent", "Lower limit", "Mean", "Upper limit", "Signal"]


def test_every_published_month_can_be_shown(reader: Visitor) -> None:
    page = reader.open("/measure/referrals?basis=month")
    block = page.locator(".graph-block", has=page.locator("#control-title"))
    block.locator("summary").click()
    expect(block.locator("tbody tr")).to_have_count(36)
    page.get_by_role("link", name=re.compile(r"^Show all \d+ months$")).click()
    expect(page).to_have_url(re.compile("window=all"))
    page.get_by_role("link", name="Show the last 36 months only").wait_for()
    block.locator("summary").click()
    assert block.locator("tbody tr").count() >= 120


def test_a_special_cause_in_published_months_is_named_with_its_rule(reader: Visitor) -> None:
    """Referrals to Rochdale in March 2024, as the Department for Education published them."""
    page = reader.open("/measure/referrals?area=rochdale&basis=month")
    title = page.locator("#control-title")
    expect(title).to_have_text(
        re.compile(
            r"^Rochdale: [\d.,]+ in March 2024 is unusual, neither better nor worse by itself: below the lower limit$"
        )
    )
    block = page.locator(".graph-block", has=title)
    block.locator("summary").click()
    newest = block.locator("tbody tr").first
    expect(newest).to_contain_text("March 2024")
    expect(newest).to_contain_text("Unusual, neither better nor worse: below the lower limit")


def test_all_authorities_can_be_seen_as_a_funnel_and_stay_so(reader: Visitor) -> None:
    page = reader.open("/measure/repeat-referrals")
    expect(page.locator("#ranking-title")).to_be_visible()
    page.get_by_text("Funnel", exact=True).click()
    expect(page).to_have_url(re.compile("authorities=funnel"))
    expect(page.locator("#funnel-title")).to_contain_text("Stoke-on-Trent, 21.0%")
    page.get_by_role("link", name="Does it survive other comparators?").click()
    expect(page).to_have_url(re.compile("checks=shown"))
    expect(page.locator("#funnel-title")).to_be_visible()
    page.get_by_text("Ranked", exact=True).click()
    expect(page.locator("#ranking-title")).to_be_visible()
    assert "authorities" not in page.url
    assert "checks=shown" in page.url


def test_another_authority_is_said_to_differ_or_not(reader: Visitor) -> None:
    page = reader.open("/compare?measures=repeat-referrals,section-47-enquiries&areas=middlesbrough,wolverhampton")
    shares, rates = page.locator(".panels .graph-block").all()
    expect(shares).to_contain_text("lower than Middlesbrough (better); not clearly different from Wolverhampton")
    expect(rates).to_contain_text("Allowing for chance, Stoke-on-Trent is higher than Wolverhampton")
    cell = page.locator("tr", has=page.get_by_role("rowheader", name="Middlesbrough")).last.locator("td").first
    expect(cell).to_have_text(re.compile(r"^25\.3%lower, −[\d.]+ to −[\d.]+ points$"))

"""What holds for every page there is: it is clean, it is accessible, it fits, and it talks to nobody else."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from dashboard.pages import all_pages
from tests.browser.visiting import Visitor

# A part of a path stands for something; here is one of each.
PARTS = {
    "<measure>": "repeat-referrals",
    "<priority>": "neglect",
    "<agency>": "childrens-social-care",
    "<period>": "2025-26Q2",
    "<area>": "stoke-on-trent",
}


def path_of(pattern: str) -> str:
    """A path that leads to a page, from its pattern."""
    for part, value in PARTS.items():
        pattern = pattern.replace(part, value)
    assert "<" not in pattern, f"say in PARTS what to put into {pattern}"
    return pattern


# City of London has suppressed figures and few of anything; Buckinghamshire is younger than some of its history.
# What is about returns is the partnership's own, whichever area one came from.
AREAS = ("?area=city-of-london", "?area=buckinghamshire")
OF_THE_PARTNERSHIP = {"returns", "submission", "upload", "rules", "disputes", "who"}
PATHS = [
    path_of(page.path) + query
    for page in all_pages()
    for query in ("", *(AREAS if page.id not in OF_THE_PARTNERSHIP else AREAS[:1]))
]
OTHERS = ["/no-such-page", "/?area=atlantis", "/?area=england", "/?outcome=outcome-2", "/?outcome=nonsense"]
OTHERS += ["/measure/nonsense", "/priority/nonsense", "/agency/nonsense", "/catalogue?q=zebra", "/?priority=neglect"]


@pytest.mark.parametrize("path", [*PATHS, *OTHERS])
def test_a_page_is_clean_accessible_and_fits(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    page.wait_for_load_state("networkidle")

    unknown = path == "/no-such-page" or path.endswith("/nonsense")
    said = [text for text in visitor.said if "404 (NOT FOUND)" not in text or not unknown]
    assert said == []
    elsewhere = {url for url in visitor.asked if not url.startswith((visitor.address, "data:", "blob:"))}
    assert elsewhere == set()
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert page.title()
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    visitor.require_fit()
    visitor.require_accessible()
    for share in ("Share", "Edit in Chart Studio", "cloud"):
        expect(page.locator(f"[data-title*='{share}']")).to_have_count(0)


def test_a_colour_that_cannot_be_read_is_found(reader: Visitor) -> None:
    reader.open("/who").locator("h1").evaluate("heading => heading.style.color = '#ddd'")
    with pytest.raises(AssertionError, match="color-contrast"):
        reader.require_accessible()


FOLLOWED: set[str] = set()
"""Addresses that were asked for and are there: most links of a page are those of all pages."""


@pytest.mark.parametrize("path", PATHS)
def test_every_link_of_a_page_leads_within_the_dashboard_to_a_page(reader: Visitor, path: str) -> None:
    page = reader.open(path)
    links = set(page.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))"))
    for link in sorted(links - {"#main"}):
        if link.startswith("#"):
            expect(page.locator(link)).to_be_attached()
            continue
        assert link.startswith("/"), link
        at = urlsplit(link)
        # A download is made of what it is asked for; a page's own address is enough to know that there is one.
        asked = f"{at.path}?{at.query}" if at.path.startswith("/download/") else at.path
        if asked not in FOLLOWED:
            assert page.request.get(f"{reader.address}{asked}").status == 200, link
            FOLLOWED.add(asked)


def test_the_demonstration_says_on_every_page_that_its_returns_are_made_up(reader: Visitor) -> None:
    for registered in all_pages():
        page = reader.open(path_of(registered.path))
        expect(page.get_by_text("Illustrative returns")).to_be_visible()

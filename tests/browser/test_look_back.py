"""Looking back: somebody asks for a day before a correction, walks about in it, and comes back to now."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from etl.load import store
from etl.load.engine import open_engine, writing
from schema.catalogue import default_catalogue
from schema.periods import parse_period
from schema.tables import SourceEventRow
from tests.browser.visiting import Visitor, served
from tests.conftest import ROOT
from tests.etl.handed_in import hand_in

AGENCY, PERIOD = "childrens-social-care", "2025-26Q2"
MEASURE = "/measure/repeat-referrals?basis=quarter"
CAN_LOOK_BACK_TO = (datetime.now(UTC) - timedelta(days=1)).date()


@pytest.fixture(scope="module")
def corrected(new_demonstration: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demonstration is served as if it had been loaded ten days ago, and a return corrected today."""
    folder = tmp_path_factory.mktemp("corrected")
    engine = open_engine(new_demonstration("sqlite"))
    event = store.table_of(SourceEventRow)
    with writing(engine) as connection:
        for number, at in connection.execute(sa.select(event.c.id, event.c.at)).all():
            connection.execute(sa.update(event).where(event.c.id == number).values(at=at - timedelta(days=10)))
    period = parse_period(PERIOD)
    hand_in(engine, default_catalogue(), _corrected(folder), AGENCY, period, date(2025, 12, 1))
    yield from served(engine)
    engine.dispose()


def _corrected(folder: Path) -> Path:
    """The newest return of the sample with 30 more repeat referrals."""
    with (ROOT / "sample_data" / "returns" / f"{AGENCY}-{PERIOD}.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    for row in found:
        if (row["quantity"], row["category"], row["period"]) == ("repeat-referrals", "total", PERIOD):
            row["value"] = str(int(row["value"]) + 30)
    path = folder / f"{AGENCY}-{PERIOD}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return path


def _heading(page: Page) -> str:
    return page.locator("main h1").inner_text()


def test_a_day_before_the_correction_and_back(visitor: Visitor, corrected: str) -> None:
    there = replace(visitor, address=corrected)
    page = there.open(MEASURE)
    now = _heading(page)
    banner = page.locator(".banner.then")
    expect(banner).to_have_count(0)

    # With the keyboard alone: the page and what it asks for are kept.
    page.locator(".look-back > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Show this page as it stood at the end of").fill(CAN_LOOK_BACK_TO.isoformat())
    page.keyboard.press("Enter")
    expect(banner).to_contain_text("later returns and corrections are not in it", timeout=60_000)
    expect(page.locator("main h1")).not_to_have_text(now, timeout=60_000)
    then = _heading(page)
    assert f"as_of={CAN_LOOK_BACK_TO}" in page.url
    assert "basis=quarter" in page.url
    there.require_fit()

    # Its figures as a file are those of the page.
    with page.expect_download() as download:
        page.locator("main a[download]").filter(has_text="CSV").first.click()
    assert download.value.suggested_filename.endswith(f"_as-of-{CAN_LOOK_BACK_TO}.csv")

    # Wherever one goes, it stays that day.
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Catalogue").click()
    page.wait_for_url("**/catalogue?*")
    expect(page.locator("main h1")).not_to_have_text(then, timeout=60_000)
    expect(banner).to_be_visible()
    page.locator("main a[href*='/measure/repeat-referrals?']").first.click()
    page.wait_for_url("**/measure/repeat-referrals?*")
    expect(page.locator("main h1")).to_contain_text("repeats within 12 months", timeout=60_000)
    expect(banner).to_be_visible()
    page.go_back()
    page.wait_for_url("**/catalogue?*")
    page.go_back()
    expect(page.locator("main h1")).to_have_text(then, timeout=60_000)

    page.get_by_role("complementary", name="Looking back").get_by_role("link", name="Back to now").click()
    expect(banner).to_have_count(0, timeout=60_000)
    expect(page.locator("main h1")).to_have_text(now, timeout=60_000)
    assert "as_of" not in page.url
    assert "basis=quarter" in page.url
    assert visitor.said == []


def test_a_day_still_to_come_is_one_sentence(reader: Visitor, corrected: str) -> None:
    page = replace(reader, address=corrected).open("/measure/referrals?as_of=2999-01-01")
    expect(page.locator("main")).to_contain_text("“2999-01-01” is still to come")
    expect(page.locator(".banner.then")).to_have_count(0)

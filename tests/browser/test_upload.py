"""A return's fifteen minutes: a faulty file, mended from the report, submitted, accepted by a second person."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from etl.demonstration import SAMPLE
from etl.load.engine import open_engine
from tests.browser.visiting import Visitor, served, visiting

MEASURE, MEASURE_ID = "Domestic abuse crimes", "domestic-abuse-crimes"
NAME = "police-2025-26Q1.csv"
ROW = "2025-26Q1,domestic-abuse-crimes,total,,"


@pytest.fixture(scope="module")
def own_address(new_demonstration: Callable[[str], str]) -> Iterator[str]:
    """Where the dashboard is served over a demonstration of its own, since it is changed here."""
    engine = open_engine(new_demonstration("sqlite"))
    yield from served(engine)
    engine.dispose()


@pytest.fixture
def analyst(browser: Browser, own_address: str) -> Iterator[Visitor]:
    """Somebody of the police."""
    yield from visiting(browser, own_address, "laptop")


@pytest.fixture
def second(browser: Browser, own_address: str) -> Iterator[Visitor]:
    """Somebody of the partnership."""
    yield from visiting(browser, own_address, "laptop")


@pytest.fixture
def on_telephone(browser: Browser, own_address: str) -> Iterator[Visitor]:
    """Somebody of the police, on the way."""
    yield from visiting(browser, own_address, "telephone")


def correction() -> str:
    """The police's return with a hundred crimes more than was first said."""
    lines = (SAMPLE / "returns" / NAME).read_text().splitlines()
    changed = [line.replace(",,1849,", ",,1949,") if line.startswith(ROW) else line for line in lines]
    assert changed != lines
    return "\n".join([*changed, ""])


def say_who(visitor: Visitor, name: str) -> Page:
    page = visitor.open("/who?next=/returns/upload")
    page.get_by_label("Your name or role").fill(name)
    page.get_by_role("button", name="This is me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Upload a return")
    return page


def choose(page: Page, path: Path) -> None:
    """Choose a file as the keyboard does: through the button."""
    page.get_by_role("button", name="Choose a file").focus()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a file").press("Enter")
    chooser.value.set_files(path)


def latest(visitor: Visitor, path: str) -> str:
    """What the overview leads with; the row may be folded away with others of its outcome."""
    cell = visitor.open(path).locator("main tr", has=visitor.page.locator(f"a[href*='/measure/{MEASURE_ID}']"))
    return cell.locator(".latest").first.text_content() or ""


def mended(report: str, text: str) -> str:
    """The file as somebody mends it who has the list of findings alone: the cells that are named, and no others."""
    rows = [line.split(",") for line in text.splitlines()]
    right = [line.split(",") for line in correction().splitlines()]
    columns = rows[0]
    for found in csv.DictReader(io.StringIO(report.removeprefix("\ufeff"))):
        if found["severity"] == "error":
            at, column = int(found["row"]) - 1, columns.index(found["column"])
            assert rows[at][column] != right[at][column], found
            rows[at][column] = right[at][column]
    return "\n".join([*(",".join(cells) for cells in rows), ""])


def test_from_a_faulty_file_to_the_changed_overview(analyst: Visitor, second: Visitor, tmp_path: Path) -> None:
    before = latest(analyst, "/")
    assert "7,576" in before

    faulty = (
        correction()
        .replace(f"{ROW}1949", f"{ROW}1949 crimes")
        .replace("drug-offences,total,,193", "drug-offences,total,,-193")
    )
    path = tmp_path / NAME
    path.write_text(faulty)
    page = say_who(analyst, "Analyst A")
    choose(page, path)
    # The file said whose it is, and for when.
    expect(page.get_by_role("textbox", name="Agency")).to_have_value("Police")
    expect(page.locator(".verdict-line")).to_contain_text("2 errors to mend")
    expect(page.get_by_role("button", name="Submit the return")).to_have_count(0)

    expect(page.locator(".upload-preview")).to_be_visible()
    analyst.require_accessible()

    # The findings can be filtered, and the first error is one step away.
    page.get_by_text("2 errors", exact=True).click()
    expect(page.locator("#upload-shown")).to_have_text(re.compile(r"^2 of \d+ shown$"))
    page.get_by_role("link", name="Go to the first error").click()
    expect(page.locator("#upload-findings tr:target")).to_be_in_viewport()

    # The list and the marked copy are downloads; mending what the list names mends the file.
    with page.expect_download() as marked:
        page.get_by_role("button", name="Marked copy").click()
    assert marked.value.suggested_filename == "police-2025-26Q1-checked.xlsx"
    assert Path(marked.value.path()).read_bytes().startswith(b"PK")
    with page.expect_download() as listed:
        page.get_by_role("button", name="List (.csv)").click()
    text = mended(Path(listed.value.path()).read_text(encoding="utf-8"), faulty)
    assert text == correction()
    path.write_text(text)
    choose(page, path)
    expect(page.locator(".verdict")).not_to_contain_text("to mend before")

    # The preview says what the pages would show, and what differs from the version before.
    moves = page.locator(".moves-table tr").filter(has_text=MEASURE).first
    expect(moves).to_contain_text("7,576")
    expect(moves).to_contain_text("7,676")
    expect(page.locator(".since")).to_contain_text("1 figure changed")
    analyst.require_accessible()
    for field in page.locator("textarea:visible").all():
        field.fill("Counted again after a late crime recording audit.")
    page.get_by_role("button", name="Submit the return").click()
    expect(page.locator("#upload-done-place")).to_contain_text("Version 2 of Police, April to June 2025 waits")
    analyst.require_accessible()
    assert latest(analyst, "/") == before

    # Whoever submitted it cannot accept it; a second person can.
    analyst.open("/returns/police/2025-26Q1")
    expect(page.locator("main")).to_contain_text("a second person has to accept it")
    earlier = datetime.now(UTC)
    page = say_who(second, "Reader B")
    second.open("/returns/police/2025-26Q1")
    page.get_by_text("Accept it …", exact=True).or_(page.get_by_text(re.compile("^Accept.*…$"))).first.click()
    page.get_by_role("button", name=re.compile("^Accept")).click()
    expect(page.locator("main")).to_contain_text("Done: version 2 was accepted by Reader B")

    # Now the overview says otherwise, and the older version is still there for whoever looks back.
    assert "7,676" in latest(second, "/")
    assert "7,576" in latest(second, f"/?as_of={earlier:%Y-%m-%dT%H:%M:%S.%f}Z".replace(":", "%3A"))
    assert analyst.said == []
    assert second.said == []


def test_a_file_that_is_no_return_is_refused_in_one_sentence(analyst: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "minutes.csv"
    path.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    page = analyst.open("/returns/upload?agency=police&period=2025-26Q2")
    choose(page, path)
    expect(page.locator(".verdict.is-wrong").first).to_contain_text("PDF")
    expect(page.get_by_role("button", name="Submit the return")).to_have_count(0)


def test_a_file_that_is_far_too_large_is_not_even_read(analyst: Visitor, tmp_path: Path) -> None:
    path = tmp_path / "film.csv"
    path.write_bytes(b"x" * (11 * 2**20))
    page = analyst.open("/returns/upload")
    choose(page, path)
    expect(page.locator("#upload-problem")).to_contain_text("film.csv is larger than 10 MB")


def test_another_agency_s_file_is_said_and_the_choice_stands(analyst: Visitor, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text(correction())
    page = analyst.open("/returns/upload?agency=health&period=2025-26Q1")
    expect(page.get_by_role("link", name="workbook")).to_have_attribute(
        "href", "/download/template?agency=health&period=2025-26Q1&form=xlsx"
    )
    choose(page, path)
    expect(page.locator("#upload-notice")).to_contain_text("it holds the quantities of the Police return")
    expect(page.get_by_role("textbox", name="Agency")).to_have_value("Health")
    expect(page.locator(".upload-preview")).to_be_visible()
    analyst.require_accessible()
    page.get_by_role("button", name="Use what the file says").click()
    expect(page.locator(".upload-which")).to_have_text("Police, April to June 2025")
    expect(page.get_by_role("textbox", name="Agency")).to_have_value("Police")
    expect(page.locator("#upload-notice")).to_be_empty()
    expect(page.locator(".since")).to_contain_text("Since version")
    assert analyst.said == []


DROP = """(target, text) => {
    window.dropped = window.dropped || new File([text], "return.csv", {type: "text/csv", lastModified: 1});
    const carried = new DataTransfer();
    carried.items.add(window.dropped);
    for (const kind of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(
            new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


def test_the_very_same_file_dropped_again_is_checked_again(analyst: Visitor) -> None:
    page = analyst.open("/returns/upload?agency=police&period=2025-26Q1")
    for _ in range(2):
        with page.expect_request(lambda asked: asked.post_data is not None and "upload-report" in asked.post_data):
            # What takes a dropped file is a script of its own, which comes after the heading: wait for it.
            page.locator("#upload-choose").evaluate(DROP, correction())
        expect(page.locator(".upload-preview")).to_be_visible()
        expect(page.locator("#upload-progress")).to_be_empty()
    assert analyst.said == []


def test_the_page_fits_a_telephone(on_telephone: Visitor, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text(correction().replace(f"{ROW}1949", f"{ROW}-1"))
    page = on_telephone.open("/returns/upload")
    choose(page, path)
    expect(page.locator("#upload-findings tr").nth(1)).to_be_visible()
    expect(page.locator(".upload-preview")).to_be_visible()
    on_telephone.require_fit()
    on_telephone.require_accessible()
    assert on_telephone.said == []

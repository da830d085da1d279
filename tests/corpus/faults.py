"""Two hundred faults in one return, planted one after another in a clean one.

The clean twin is the demonstration's return of children's social care for April to June 2025, with what was accepted
before it and what is published. `faulty` plants each fault where it hides no other, and writes down what should be said
of it. Where one mistake rightly leads to two findings, the second stands beside it as `also`.
"""

from collections.abc import Iterator
from itertools import count

from sample_data.make_returns import FOLDER
from tests.corpus.draft import Draft, Row
from tests.etl.pasts import values_of

AGENCY, PERIOD, BEFORE = "childrens-social-care", "2025-26Q1", "2024-25Q4"

NEVER_BEFORE = (
    ("advocacy-offered-children", "quarter", "advocacy-group"),
    ("assessments-with-factors", "quarter", "factor"),
)
"""Quantity, basis and breakdown that the past is made to lack, so that leaving them out drops nothing."""

# What NHS England publishes as a number for examples: it passes the check and belongs to nobody.
EXAMPLE_NHS_NUMBER = "943 476 5919"

NO_NUMBERS = (
    "few", "about 20", "twelve", "10-15", "~30", "?", "tbc", "unknown", "1O4", "12 approx", "0 or 1", "see note",
    "2025-07-01", "1,2,3", "12.3.4", "1e3", "=A1", "#", "ten", "10+",
)  # fmt: skip


def clean() -> Draft:
    """The twin without a fault."""
    return Draft.of(FOLDER / f"{AGENCY}-{PERIOD}.csv", PERIOD)


def faulty() -> Draft:
    """The twin with every fault."""
    draft = clean()
    pool = iter(
        [
            row
            for quantity in ("children-in-need", "children-on-cin-plans", "children-in-care")
            for row in draft.rows
            if row.cells["quantity"] == quantity and row.cells["category"] != "total" and row.cells["period"] == PERIOD
        ]
    )
    _single_cells(draft, pool)
    _dates_and_status(draft, pool)
    _people(draft, pool)
    _sums(draft)
    _left_out(draft)
    _against_the_past(draft)
    _rows_too_many(draft)
    return draft


def _single_cells(draft: Draft, pool: Iterator[Row]) -> None:
    for text in NO_NUMBERS:
        draft.plant("value-not-a-number", next(pool), "value", value=text)
    for text in ("21%", "3.5 %", "100%", "12 per cent", "0.4%", "7%", "55%", "90 percent"):
        draft.plant("value-percentage", next(pool), "value", value=text)
    for text in ("-1", "-12", "-100", "\u22124", "-0.5", "-1,000", "-7", "-3"):
        row = draft.plant("value-negative", next(pool), "value", value=text)
        if text == "-0.5":
            draft.also("value-not-whole", row, "value")
    for text in ("100000001", "999999999", "1000000000000"):
        draft.plant("value-too-large", next(pool), "value", value=text)
    for text in ("0.21", "12.5", "3.333", "99.9", "1.01", "7.5", "0.5", "2.25"):
        draft.plant("value-not-whole", next(pool), "value", value=text)
    for symbol in ("c", "x", "z", "low", "k", "u", "nil", "c"):
        draft.plant("value-and-symbol", next(pool), "symbol", symbol=symbol)
    for symbol in ("q", "yes", "0", "s", "!", "ok", "final", "5"):
        draft.plant("symbol-unknown", next(pool), "symbol", value="", symbol=symbol)
    for text in ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!"):
        draft.plant("spreadsheet-error", next(pool), "value", value=text)


def _dates_and_status(draft: Draft, pool: Iterator[Row]) -> None:
    for text in ("soon", "31/06/2025", "14/07/25", "2025-13-01", "July 2025"):
        draft.plant("extract-date-unreadable", next(pool), "extract_date", extract_date=text)
    draft.plant("extract-date-missing", next(pool), "extract_date", extract_date="")
    draft.plant("extract-date-serial", next(pool), "extract_date", extract_date="45852")
    for rule, day in (("extract-date-in-future", "2026-07-14"), ("extract-date-before-period-end", "2025-06-14")):
        row = draft.plant(rule, next(pool), "extract_date", extract_date=day)
        draft.also("extract-date-differs", row, "extract_date")
    draft.plant("extract-date-differs", next(pool), "extract_date", extract_date="2025-07-11")
    for text in ("draft", "final?", "signed off", "v2"):
        draft.plant("status-unknown", next(pool), "status", status=text)
    draft.plant("status-differs", next(pool), "status", status="final")
    draft.plant("area-differs", next(pool), "area", area="Staffordshire")


def _people(draft: Draft, pool: Iterator[Row]) -> None:
    for text in (
        f"see {EXAMPLE_NHS_NUMBER}", "UPN A123456789012", "dob 03/04/2012", "born 12 May 2011, moved away",
        "one child, 01/02/2009", "date of birth: 2013-06-09",
    ):  # fmt: skip
        draft.plant("child-record", next(pool), "note", note=text)
    for text in (
        "one of them is Olivia Testcase", "Testcase, Amelia moved in May", "the boy called Noah",
        "as Jack Made-Up said", "child named Isla", "Mohammed Madeup and two others",
    ):  # fmt: skip
        draft.plant("child-name", next(pool), "note", note=text)
    for text in ("a" * 4_001, "late " * 1_000):
        draft.plant("note-too-long", next(pool), "note", note=text.strip())


def _sums(draft: Draft) -> None:
    for quantity, breakdown, change in (
        ("section-47-enquiries", "age", 5),
        ("strategy-discussion-children", "strategy-outcome", 5),
        ("family-network-meetings", "family-meeting-type", 4),
        ("protection-plans", "sex", 4),
        ("protection-plans", "age", 4),
        ("care-ends", "care-end-reason", 3),
        ("kinship-care-arrangements", "kinship-arrangement", -6),
        ("protection-plans", "ethnicity", -4),
        ("protection-plans", "locality", -4),
        ("protection-plans", "disability", -4),
        ("protection-plan-starts", "age", -3),
        ("care-starts", "age", -3),
    ):
        _shift(draft.largest(quantity, breakdown), change)
        side = "above" if change > 0 else "below"
        draft.plant(f"categories-{side}-total", draft.row(quantity), "value")
    for part, whole, change in (
        ("assessments-41-45-days", "assessments-completed", 9),
        ("private-fostering-visits-on-time", "private-fostering-visits-due", 2),
        ("review-conferences-on-time", "review-conferences-due", 12),
        ("care-reviews-on-time", "care-reviews-due", 34),
        ("return-interviews-offered", "return-interviews-due", 28),
        ("initial-conferences-11-15-days", "initial-conferences", -4),
        ("care-leavers-19-21-suitable", "care-leavers-19-21-accommodation-counted", -3),
    ):
        _shift(draft.row(part), change)
        side = "above" if change > 0 else "below"
        draft.plant(f"parts-{side}-whole", draft.row(whole), "value")
    # So many were never offered before, either.
    draft.also("outside-control-limits", draft.row("return-interviews-offered"), "value")
    for quantity in ("designated-officer-referrals", "graded-care-profile-2-assessments"):
        draft.plant("nil-beside-figures", draft.row(quantity), "symbol", value="", symbol="nil")
    for quantity, breakdown in (
        ("designated-officer-cases-concluded", "allegation-outcome"),
        ("strategy-discussion-children", "strategy-outcome"),
        ("contacts", "contact-outcome"),
    ):
        row = min(draft.block(quantity, breakdown), key=lambda row: row.number)
        draft.plant("value-missing", row, "value", value="")
    for quantity, text in (
        ("privately-fostered-children", "*"),
        ("placement-changes-in-12-months", "N/A"),
        ("strategy-discussions", ".."),
        ("early-permanence-placements", "<5"),
        ("care-leavers-17-18-in-custody", "none"),
    ):
        note = "moved to a new system" if text in ("N/A", "..") else ""
        draft.plant("symbol-understood", draft.row(quantity), "value", value=text, note=note)


def _left_out(draft: Draft) -> None:
    for quantity in ("cases-held", "case-holders-fte", "cin-plan-starts"):
        draft.remove(draft.row(quantity))
        draft.plant("quantity-not-reported", None, "quantity")
    for quantity, breakdown, basis in (
        ("strategy-discussion-invitations", "invited-agency", ""),
        ("advocacy-taken-up-children", "advocacy-group", ""),
        ("advocacy-taken-up-children", "advocacy-group", "rolling-year"),
        ("conference-invitations", "invited-agency", ""),
    ):
        draft.remove(*draft.block(quantity, breakdown, basis))
        draft.plant("breakdown-dropped", draft.row(quantity, basis=basis), "category")
    draft.remove(draft.row("referrals", "source:housing"))
    draft.plant("breakdown-dropped", draft.row("referrals"), "category")
    draft.remove(*draft.block("advocacy-offered-children", "advocacy-group"))
    draft.plant("required-breakdown-missing", None, "category")
    draft.remove(draft.block("assessments-with-factors", "factor")[3])
    draft.plant("category-not-reported", None, "category")


def _against_the_past(draft: Draft) -> None:
    for quantity, symbol in (
        ("children-on-deprivation-of-liberty-orders", "x"),
        ("adoptions-with-a-placement-order", "z"),
        ("private-fostering-notifications", "x"),
    ):
        draft.plant("figure-dropped", draft.row(quantity), "symbol", value="", symbol=symbol)
    last = values_of(AGENCY, BEFORE)
    restated = [
        row
        for row in draft.rows
        if row.cells["period"] == BEFORE
        and row.number != last.get((row.cells["quantity"], row.cells["category"], "quarter"), row.number)
    ]
    for row in restated[:6]:
        draft.plant("earlier-figure-altered", row, "value", note="")
    for quantity, factor in (
        ("adoption-days-order-to-match", 10),
        ("children-in-care-with-three-or-more-placements", 0.1),
        ("children-in-care-same-carer-two-years", 0.1),
        ("children-on-cin-plans-2-years-or-more", 10),
        ("assessments-ending-in-no-further-action", 0.1),
        ("no-further-action-assessments-followed", 10),
        ("social-workers-in-post-fte", 10),
    ):
        row = draft.row(quantity)
        draft.plant("tenfold-slip", row, "value", value=f"{round(row.number * factor)}")
    for quantity, value in (
        ("assessed-again-within-6-months", 260),
        ("episodes-with-sexual-abuse-factors", 210),
        ("repeat-cin-plan-starts", 120),
    ):
        draft.plant("outside-control-limits", draft.row(quantity), "value", value=str(value))
    for quantity, value in (
        ("children-in-care-two-and-a-half-years", 640),
        ("children-in-care-with-a-sibling-in-care", 750),
        ("agency-social-workers-fte", 110),
    ):
        draft.plant("stock-jump", draft.row(quantity), "value", value=str(value))
    _shift(draft.row("children-in-care"), 45)
    draft.plant("stock-does-not-follow", draft.row("children-in-care"), "value")
    for _ in ("disability", "ethnicity", "sex"):  # by age and placement a row is faulty, and nothing is added up
        draft.also("categories-below-total", draft.row("children-in-care"), "value")
    draft.plant(
        "year-outside-parts", draft.row("care-ends-home-within-a-year", basis="rolling-year"), "value", value="3"
    )
    year = draft.row("assessments-with-factors", basis="rolling-year")
    draft.plant("far-from-published", year, "value", value="9100")
    draft.also("year-outside-parts", year, "value")
    block = draft.block("assessments-with-factors", "factor", "rolling-year")
    for row in block:
        row.cells["value"] = f"{last['assessments-with-factors', row.cells['category'], 'rolling-year']:g}"
    draft.plant("same-as-last-period", block[0], "value")
    source = draft.block("conference-attendances", "invited-agency")
    copy = draft.block("strategy-discussion-attendances", "invited-agency")
    for row, other in zip(copy, source, strict=True):
        row.cells["value"] = other.cells["value"]
    draft.plant("copied-between-rows", source[0], "value")
    draft.also("categories-below-total", draft.row("strategy-discussion-attendances"), "value")


def _rows_too_many(draft: Draft) -> None:
    like, number = draft.row("referrals-no-further-action"), count(1)
    for text in ("refferals", "childen in care", "plans", "Q1", "cin", "new-thing", "section 47", "s47"):
        draft.plant("quantity-unknown", draft.add(like, quantity=text), "quantity")
    for quantity in (
        "missing-episodes",
        "children-missing",
        "knife-crime-offences",
        "marac-children",
        "sessions-missed",
    ):
        draft.plant("quantity-not-in-return", draft.add(like, quantity=quantity), "quantity")
    for text in ("police", "source:polise", "source", "all", "source:", "age:teenagers", "total:all", "male"):
        draft.plant("category-unknown", draft.add(like, quantity="referrals", category=text), "category")
    for quantity, category in (
        ("repeat-referrals", "source:police"), ("assessments-completed", "age:under-1"), ("referrals", "age:5-9"),
        ("review-conferences-due", "sex:female"), ("care-proceedings-concluded", "age:10-15"),
    ):  # fmt: skip
        draft.plant("breakdown-not-in-return", draft.add(like, quantity=quantity, category=category), "category")
    for text in ("quarterly", "yearly", "per month", "snapshot", "rolling"):
        draft.plant("basis-unknown", draft.add(like, category="total", basis=text), "basis")
    for quantity, basis in (
        ("referrals", "rolling-year"), ("referrals", "month"), ("children-in-need", "quarter"), ("contacts", "year"),
        ("protection-plans", "ytd"),
    ):  # fmt: skip
        draft.plant("basis-not-in-return", draft.add(like, quantity=quantity, basis=basis), "basis")
    for text in ("2025", "Q1", "2025-27Q1", "June", "2025-26 quarter 1", "AY2024-25T3", "2025-26"):
        draft.plant("period-unknown", draft.add(like, period=text), "period")
    for code in ("2025-26Q2", "2025-26Q3", "2025-26Q4"):
        draft.plant("period-after-return", draft.add(like, period=code), "period")
    for cells, column in (
        ({"period": ""}, "period"), ({"quantity": "", "category": "sex:female"}, "quantity"),
        ({"period": "", "quantity": "repeat-referrals"}, "period"),
    ):  # fmt: skip
        draft.plant("cell-empty", draft.add(like, **cells), column)
    for row in [row for row in draft.rows if row.cells["quantity"].startswith("assessments-")][:10]:
        draft.plant("row-duplicate", draft.add(row, note=f"copy {next(number)}"))
    for quantity in (
        "sdq-score-total",
        "children-in-care-12-months-aged-under-5",
        "children-in-care-12-months-aged-5-to-16",
    ):
        value = values_of(AGENCY, BEFORE)[quantity, "total", "at-date"]
        draft.plant("item-not-asked-now", draft.add(like, quantity=quantity, value=f"{value:g}"), "quantity")
    for text in ("old", "12", "see left"):
        row = next(row for row in draft.rows if row.cells["quantity"] == "contacts" and not row.beyond)
        row.beyond = text
        draft.plant("row-too-long", row)
    draft.add(like, period="", quantity="Total", category="", value="12345")  # no fault: it is noted, and left out


def _shift(row: Row, change: int) -> None:
    row.cells["value"] = f"{row.number + change:g}"

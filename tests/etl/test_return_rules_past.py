"""The rules that set a return against its own past and against what is published, each by a test of its name."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.validate.check import CheckedReturn
from etl.validate.history import PUBLISHED_COLUMNS, VALUE_COLUMNS, History
from schema.findings import Severity
from schema.measures import Version
from schema.periods import Basis, parse_period
from schema.returns import ReturnItem
from tests.etl.test_return_rules import CATALOGUE, Q2, SOURCES, SPEC, Row, check, row, warnings

Series = tuple[str, str, str]
"""A quantity, a category and a basis."""

NAN = float("nan")


def past(series: Mapping[Series, Sequence[float]], published: Sequence[tuple[str, str, str, float]] = ()) -> History:
    """Accepted returns up to the quarter before: the last number of each series is of 2025-26Q1."""
    rows = [
        (Q2.earlier(quarters=back).code, basis, quantity, category, value, "" if value == value else "x", "")
        for (quantity, category, basis), values in series.items()
        for back, value in enumerate(reversed(values), start=1)
    ]
    values = pd.DataFrame(rows, columns=list(VALUE_COLUMNS)).astype({"value": "float64"})
    table = pd.DataFrame(
        [(quantity, period, basis, value, "Census", "2025-10-30") for quantity, period, basis, value in published],
        columns=list(PUBLISHED_COLUMNS),
    )
    return History(values, accepted=tuple(sorted(set(values["period"]))), published=table)


def flow(quantity: str, *values: float, category: str = "total") -> History:
    return past({(quantity, category, "quarter"): values})


def stock(quantity: str, *values: float) -> History:
    return past({(quantity, "total", "at-date"): values})


def of(result: CheckedReturn, rule_id: str) -> list[tuple[int | None, str]]:
    """Row and message of a rule's findings."""
    return [(found.row, found.message) for found in result.findings if found.rule == rule_id]


STEADY = (100, 104, 97, 101, 99, 103, 98, 102)
"""Two years of a flow that varies by a few."""


# ------------------------------------------------------------------------------------------------- plausibility


@pytest.mark.parametrize(
    ("value", "how"),
    [("1020", "ten times"), ("9800", "a hundred times"), ("101000", "a thousand times"), ("10", "a tenth of"),
     ("1", "a hundredth of")],
)  # fmt: skip
def test_tenfold_slip(tmp_path: Path, value: str, how: str) -> None:
    result = check(tmp_path, row(value=value), history=flow("referrals", *STEADY))
    assert of(result, "tenfold-slip") == [
        (2, f"referrals is {int(value):,}, about {how} its recent level of 100.5.")
    ]  # fmt: skip
    # The clearer fault is told alone.
    assert of(result, "outside-control-limits") == []


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ((100, 101, 99), "300"),  # trebled is no slip of a digit
        ((1, 2, 1), "15"),  # too small to tell
        ((3, 20, 2), "0"),  # nought is not a tenth
        ((2, 60, 3, 5), "40"),  # it has been so high before
        ((), "1000"),
    ],
)
def test_what_is_no_slip_of_a_digit(tmp_path: Path, before: tuple[float, ...], value: str) -> None:
    assert of(check(tmp_path, row(value=value), history=flow("referrals", *before)), "tenfold-slip") == []


def test_a_category_slips_too(tmp_path: Path) -> None:
    history = flow("referrals", 30, 28, 31, category="source:police")
    result = check(tmp_path, row(value="500"), row(value="300", category="source:police"), history=history)
    assert [found for found, _ in of(result, "tenfold-slip")] == [3]


def test_outside_control_limits(tmp_path: Path) -> None:
    history = flow("referrals", *STEADY)
    assert of(check(tmp_path, row(value="110"), history=history), "outside-control-limits") == []
    [(place, message)] = of(check(tmp_path, row(value="180"), history=history), "outside-control-limits")
    assert place == 2
    assert message.startswith("referrals is 180; between 70 and 131 is what its past quarters")


def test_limits_need_two_years(tmp_path: Path) -> None:
    assert of(check(tmp_path, row(value="180"), history=flow("referrals", *STEADY[1:])), "outside-control-limits") == []


def test_limits_are_never_closer_than_chance(tmp_path: Path) -> None:
    level = flow("referrals", *[100] * 8)
    assert of(check(tmp_path, row(value="125"), history=level), "outside-control-limits") == []
    assert len(of(check(tmp_path, row(value="135"), history=level), "outside-control-limits")) == 1


def test_stock_jump(tmp_path: Path) -> None:
    history = stock("protection-plans", 300, 306, 310, 305, 309, 314, 318, 315)
    jumps = {value: of(check(tmp_path, row("protection-plans", value), history=history), "stock-jump") for value in
             ("330", "420")}  # fmt: skip
    assert jumps["330"] == []
    [(place, message)] = jumps["420"]
    assert place == 2
    assert message == (
        "protection-plans is 420; it was 315 a quarter before, and has not moved by more than 6 from one quarter to "
        "the next."
    )


def by_kind(**counts: Sequence[float]) -> dict[Series, Sequence[float]]:
    return {("referrals", f"source:{name}", "quarter"): values for name, values in counts.items()}


def test_categories_swapped(tmp_path: Path) -> None:
    history = past(by_kind(police=[value * 9 for value in STEADY], schools=[value * 2 for value in STEADY]))

    def swapped(police: str, schools: str) -> list[tuple[int | None, str]]:
        rows = row(value=police, category="source:police"), row(value=schools, category="source:schools")
        return of(check(tmp_path, *rows, history=history), "categories-swapped")

    [(place, message)] = swapped("204", "890")
    assert place == 3
    assert message.startswith("referrals (source:schools) is 890 and referrals (source:police) 204; exchanged, both ")
    # Each where it belongs; both unlikely, and no better exchanged; one alone unlikely.
    assert [swapped("890", "204"), swapped("400", "1500"), swapped("204", "206")] == [[], [], []]


def test_totals_and_categories_of_two_breakdowns_are_no_swap(tmp_path: Path) -> None:
    history = past(
        {("referrals", "total", "quarter"): [value * 9 for value in STEADY],
         ("contacts", "source:police", "quarter"): [value * 2 for value in STEADY]}
    )  # fmt: skip
    rows = row(value="204"), row("contacts", "890", category="source:police")
    assert of(check(tmp_path, *rows, history=history), "categories-swapped") == []


def test_a_category_is_in_one_swap_only_the_best(tmp_path: Path) -> None:
    names = ("police", "schools", "housing")
    levels = {name: [value * times for value in STEADY] for name, times in zip(names, (9, 2, 2), strict=True)}
    written = zip(("204", "890", "300"), names, strict=True)
    rows = [row(value=value, category=f"source:{name}") for value, name in written]
    [(_, message)] = of(check(tmp_path, *rows, history=past(by_kind(**levels))), "categories-swapped")
    assert "(source:schools) is 890 and referrals (source:police) 204;" in message


# --------------------------------------------------------------------------------------------------- repetition

COUNTS = (120, 45, 30, 22, 210, 18, 64, 35, 11, 16, 90)


def sources(*counts: int, period: str = "2025-26Q2") -> list[Row]:
    """Referrals by source."""
    return [
        row(value=str(count), category=f"source:{name}", period=period)
        for name, count in zip(SOURCES, counts, strict=True)
    ]


def sources_before(*counts: int) -> dict[Series, Sequence[float]]:
    return {("referrals", f"source:{name}", "quarter"): [count] for name, count in zip(SOURCES, counts, strict=True)}


def test_same_as_last_period(tmp_path: Path) -> None:
    history = past({("referrals", "total", "quarter"): [661], **sources_before(*COUNTS)})
    result = check(tmp_path, row(value="661"), *sources(*COUNTS), history=history)
    [(place, message)] = of(result, "same-as-last-period")
    assert place == 2
    assert message == "referrals and the figures on 11 more rows are all the same as in 2025-26Q1."


def test_small_numbers_and_single_ones_repeat_by_chance(tmp_path: Path) -> None:
    small = [2, 0, 1, 3, 0, 0, 5, 4, 1, 0, 2]
    history = past({("referrals", "total", "quarter"): [18], **sources_before(*small)})
    assert of(check(tmp_path, row(value="18"), *sources(*small), history=history), "same-as-last-period") == []
    one = flow("referrals", 812)
    assert of(check(tmp_path, row(value="812"), history=one), "same-as-last-period") == []


def test_what_has_always_stood_still_may_do_so_again(tmp_path: Path) -> None:
    always = {key: [values[0]] * 8 for key, values in sources_before(*COUNTS).items()}
    assert of(check(tmp_path, *sources(*COUNTS), history=past(always)), "same-as-last-period") == []


def test_copied_between_rows(tmp_path: Path) -> None:
    agencies = [c.id for c in CATALOGUE.breakdowns["invited-agency"].categories][:6]
    counts = ("189", "111", "149", "30", "22", "133")
    invited = [
        row(quantity, count, category=f"invited-agency:{agency}")
        for quantity in ("strategy-discussion-invitations", "conference-invitations")
        for agency, count in zip(agencies, counts, strict=True)
    ]
    [(place, message)] = of(check(tmp_path, *invited), "copied-between-rows")
    assert place == 8
    assert message == (
        "conference-invitations (invited-agency:childrens-social-care) and 5 more rows have the same 6 numbers as "
        "strategy-discussion-invitations from row 2 on."
    )
    # All who were invited may well have come.
    came = [cells | {"quantity": "strategy-discussion-attendances"} for cells in invited[:6]]
    assert of(check(tmp_path, *invited[:6], *came), "copied-between-rows") == []


# ---------------------------------------------------------------------------------------------------- published


@pytest.mark.parametrize(("value", "told"), [("1000", 0), ("700", 0), ("2400", 1), ("60", 1)])
def test_far_from_published(tmp_path: Path, value: str, told: int) -> None:
    """Four quarters against the year, 4,000 to March 2025."""
    known = past(
        {("referrals", "total", "quarter"): [float(value)] * 3},
        [("referrals", "2024-25", "year", 4000), ("referrals", "2020-21", "year", 60)],
    )
    found = of(check(tmp_path, row(value=value), history=known), "far-from-published")
    assert len(found) == told
    if value == "2400":
        assert found == [
            (2, "referrals: 9,600 in four quarters, and 4,000 for the year to 31 March 2025 as published (Census).")
        ]


def test_a_stock_is_set_against_the_published_stock_and_a_reported_year_against_the_year(tmp_path: Path) -> None:
    known = past({}, [("children-in-care", "2024-25", "at-date", 1000), ("care-starts", "2024-25", "year", 160)])
    rows = (row("children-in-care", "310"), row("care-starts", "40"), row("care-starts", "400", basis="rolling-year"))
    found = of(check(tmp_path, *rows, history=known), "far-from-published")
    assert [place for place, _ in found] == [2, 4]
    assert found[0][1] == "children-in-care: 310 now, and 1,000 to 31 March 2025 as published (Census)."


def test_what_has_moved_as_far_before_is_not_far(tmp_path: Path) -> None:
    years = [("2022-23", 50), ("2023-24", 150), ("2024-25", 100)]
    known = past(
        {("referrals", "total", "quarter"): [85.0] * 3}, [("referrals", code, "year", value) for code, value in years]
    )
    assert of(check(tmp_path, row("referrals", "85"), history=known), "far-from-published") == []


def test_a_part_may_move_further_than_a_whole(tmp_path: Path) -> None:
    part = "referrals-no-further-action"
    known = past({(part, "total", "quarter"): [85.0] * 3}, [(part, "2024-25", "year", 100)])
    assert of(check(tmp_path, row(part, "85"), history=known), "far-from-published") == []


def test_what_is_published_of_a_later_time_or_long_ago_is_no_yardstick(tmp_path: Path) -> None:
    known = past({}, [("children-in-care", "2025-26", "at-date", 10), ("protection-plans", "2020-21", "at-date", 10)])
    rows = (row("children-in-care", "1000"), row("protection-plans", "300"))
    assert of(check(tmp_path, *rows, history=known), "far-from-published") == []


# ------------------------------------------------------------------------------------------------------ balance


@pytest.mark.parametrize(("closing", "told"), [("310", 0), ("325", 0), ("360", 1), ("250", 1)])
def test_stock_does_not_follow(tmp_path: Path, closing: str, told: int) -> None:
    rows = (
        row("protection-plans", closing), row("protection-plan-starts", "80"), row("protection-plan-ends", "70"),
    )  # fmt: skip
    found = of(check(tmp_path, *rows, history=stock("protection-plans", 300)), "stock-does-not-follow")
    assert len(found) == told
    if closing == "360":
        assert found == [
            (2, "protection-plans: 300 at the end of 2025-26Q1, 80 started and 70 ended, so 310 would be left; 360 are "
                "given.")
        ]  # fmt: skip


def test_children_in_need_need_not_follow(tmp_path: Path) -> None:
    rows = (row("children-in-need", "900"), row("referrals", "10"))
    assert of(check(tmp_path, *rows, history=stock("children-in-need", 300)), "stock-does-not-follow") == []


def test_year_differs_from_parts(tmp_path: Path) -> None:
    item = ReturnItem(quantity="referrals", bases=(Basis.QUARTER, Basis.ROLLING_YEAR))
    spec = SPEC.model_copy(update={"items": (item,), "wholes": ()})
    known = flow("referrals", 100, 110, 90)

    def told(year: str) -> list[tuple[int | None, str]]:
        rows = (row(value="100"), row(value=year, basis="rolling-year"))
        return of(check(tmp_path, *rows, spec=spec, history=known), "year-differs-from-parts")

    assert told("410") == []
    assert told("500") == [(3, "referrals is 500 for the year, and its quarters add up to 400.")]


def test_year_outside_parts(tmp_path: Path) -> None:
    known = flow("care-starts", 40, 50, 45)

    def told(year: str) -> list[tuple[int | None, str]]:
        rows = (row("care-starts", "60"), row("care-starts", year, basis="rolling-year"))
        return of(check(tmp_path, *rows, history=known), "year-outside-parts")

    assert told("150") == told("195") == told("58") == []
    assert told("240") == [(3, "care-starts is 240 for the year, and its quarters add up to only 195.")]
    assert told("30") == [(3, "care-starts is 30 for the year, and its quarters have 60 in one alone.")]


# --------------------------------------------------------------------------------------------------- continuity


def test_period_skipped(tmp_path: Path) -> None:
    history = History(accepted=("2024-25Q2", "2024-25Q4"))
    assert of(check(tmp_path, row(), history=history), "period-skipped") == [
        (None, "No return has been accepted for 2025-26Q1; the last one is for 2024-25Q4.")
    ]
    [(_, message)] = of(check(tmp_path, row(), history=History(accepted=("2024-25Q3",))), "period-skipped")
    assert message.startswith("No return has been accepted for 2024-25Q4 to 2025-26Q1;")
    for accepted in ((), ("2025-26Q1",), ("2025-26Q1", "2025-26Q2"), ("2025-26Q3",)):
        assert of(check(tmp_path, row(), history=History(accepted=accepted)), "period-skipped") == []


def test_period_already_accepted(tmp_path: Path) -> None:
    before = past({("referrals", "total", "quarter"): [90], ("care-starts", "total", "quarter"): [40]}).values
    history = History(before, before.assign(period="2025-26Q2"), accepted=("2025-26Q1", "2025-26Q2"))
    result = check(tmp_path, row(value="91"), row("care-starts", "40"), history=history)
    assert of(result, "period-already-accepted") == [
        (None, "A return for 2025-26Q2 has been accepted already; 1 of its 2 figures differ here or are gone.")
    ]
    assert next(f for f in result.findings if f.rule == "period-already-accepted").severity is Severity.NOTE


def test_definition_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measure = CATALOGUE.measures["repeat-referrals"]
    changed = measure.model_copy(update={"versions": (Version(since=date(2025, 7, 1), change="Counts more."),)})
    monkeypatch.setitem(CATALOGUE.measures, measure.id, changed)
    history = flow("referrals", 100)
    found = of(check(tmp_path, row(), row("care-starts"), history=history), "definition-changed")
    assert found == [
        (2, f"The definition of “{measure.title}”, which referrals is used for, changed on 01/07/2025: Counts more.")
    ]
    assert of(check(tmp_path, row()), "definition-changed") == []


def test_breakdown_dropped(tmp_path: Path) -> None:
    history = past({("referrals", "total", "quarter"): [661], **sources_before(*COUNTS)})
    result = check(tmp_path, row(value="661"), history=history)
    assert of(result, "breakdown-dropped") == [
        (2, "referrals is not reported by source, and was in the last return that asked for it.")
    ]
    # It is told once.
    about = [f.message for f in result.findings if f.message.startswith("referrals ")]
    assert len(about) == 1
    part = check(tmp_path, row(), *sources(*COUNTS)[1:], history=history)
    assert of(part, "breakdown-dropped") == [
        (2, "referrals is not reported for source:individual, and was in the last return that asked for it.")
    ]


def test_figure_dropped(tmp_path: Path) -> None:
    history = past({("referrals", "total", "quarter"): [661], ("care-starts", "total", "quarter"): [NAN]})
    gone = {"value": "", "symbol": "x"}
    result = check(tmp_path, row(**gone), row("care-starts", **gone), history=history)
    assert of(result, "figure-dropped") == [(2, "referrals was 661 the last time, and has no figure now.")]
    assert of(check(tmp_path, row(**gone, note="system down"), history=history), "figure-dropped") == []
    assert of(check(tmp_path, row(value="", symbol="c"), history=history), "figure-dropped") == []


def test_basis_changed(tmp_path: Path) -> None:
    history = past({("care-starts", "total", "rolling-year"): [160], ("care-ends", "total", "quarter"): [40]})
    result = check(tmp_path, row("care-starts", "40"), row("care-ends", "40"), history=history)
    assert of(result, "basis-changed") == [
        (2, "care-starts is given as quarter, and was given as rolling-year in 2025-26Q1.")
    ]


def test_earlier_figure_altered(tmp_path: Path) -> None:
    history = flow("referrals", 980, 1000)
    earlier = {"period": "2025-26Q1"}
    result = check(tmp_path, row(value="99"), row(value="1012", **earlier), history=history)
    assert of(result, "earlier-figure-altered") == [
        (3, "referrals for 2025-26Q1 was accepted as 1,000 and is 1,012 here.")
    ]
    for cells in ({"value": "1000"}, {"value": "1012", "note": "late recording"}, {"value": "1,000.0"}):
        assert of(check(tmp_path, row(), row(**earlier, **cells), history=history), "earlier-figure-altered") == []
    withdrawn = check(tmp_path, row(), row(value="", symbol="x", **earlier), history=history)
    assert of(withdrawn, "earlier-figure-altered") == [
        (3, "referrals for 2025-26Q1 was accepted as 1,000 and is x here.")
    ]


# ------------------------------------------------------------------------------------------------------ history


def test_without_a_past_no_rule_asks_for_one(tmp_path: Path) -> None:
    result = check(tmp_path, row(value="99999"), row(value="5", period="2025-26Q1"), history=History.none())
    needs = {"tenfold-slip", "outside-control-limits", "stock-jump", "period-skipped", "earlier-figure-altered"}
    assert needs & {found.rule for found in result.findings} == set()


def test_what_is_said_anew_of_an_earlier_period_is_the_past(tmp_path: Path) -> None:
    """A level corrected in the same file is what this period's figure is set against."""
    history = flow("referrals", 10, 10, 10, 10)
    again = [row(value="100", period=Q2.earlier(quarters=back).code, note="corrected") for back in range(1, 5)]
    assert of(check(tmp_path, row(value="100"), *again, history=history), "tenfold-slip") == []
    assert len(of(check(tmp_path, row(value="100"), history=history), "tenfold-slip")) == 1


def test_periods_known_in_part_leave_gaps_and_not_noughts(tmp_path: Path) -> None:
    history = flow("referrals", 100, NAN, 104, NAN)
    assert parse_period(history.accepted[0]).code == "2024-25Q2"
    result = check(tmp_path, row(value="1000"), history=history)
    assert of(result, "tenfold-slip") == [(2, "referrals is 1,000, about ten times its recent level of 102.")]
    assert warnings(result, "outside-control-limits") == []

"""The demonstration's returns of every agency: the same bytes each time, complete, without a fault, in agreement."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from etl.extract.returns import read_return
from etl.validate.check import CheckedReturn, check_return
from sample_data.make_returns import FOLDER, HEADER, extract_date, write_returns
from sample_data.profiles import read_profiles
from sample_data.world import calendar_of
from schema.catalogue import default_catalogue
from schema.errors import SchemaError
from schema.findings import Severity
from schema.periods import Basis, Period, parse_period
from schema.quantities import TOTAL

CATALOGUE = default_catalogue()
PROFILES = read_profiles()
AGENCIES = sorted(CATALOGUE.returns)
PLANTED_WARNINGS = {
    ("childrens-social-care", "2024-25Q4"): [
        ("quantity-not-reported", "case-holders-fte"),
        ("quantity-not-reported", "cases-held"),
    ]
}


def periods(agency: str) -> list[Period]:
    """The periods for which an agency has sent a return."""
    calendar = calendar_of(CATALOGUE.returns[agency])
    return [calendar.periods[n] for n in calendar.returned if calendar.periods[n].code not in PROFILES[agency].late]


@lru_cache(maxsize=8)
def checked(agency: str) -> dict[str, CheckedReturn]:
    """An agency's returns by period, each checked on the day after it was extracted."""
    spec = CATALOGUE.returns[agency]
    return {
        period.code: check_return(
            read_return(FOLDER / f"{agency}-{period.code}.csv"), spec, period, "stoke-on-trent", CATALOGUE,
            date.fromisoformat(extract_date(spec, PROFILES[agency], period)) + timedelta(days=1),
        )
        for period in periods(agency)
    }  # fmt: skip


Place = tuple[str, str, str, str]
"""A quantity, a category, a basis and a period."""


@dataclass(frozen=True)
class Own:
    """What an agency's returns say of their own periods: the rows, and the numbers among them by place."""

    rows: pd.DataFrame

    @cached_property
    def numbers(self) -> dict[Place, float]:
        known = self.rows[self.rows["value"].notna()]
        keys = (map(str, known[column]) for column in ("quantity", "category", "basis", "period"))
        return dict(zip(zip(*keys, strict=True), known["value"].astype(float).tolist(), strict=True))

    def number(self, quantity: str, code: str, category: str = TOTAL, basis: str = "quarter") -> float:
        return self.numbers[quantity, category, basis, code]


@lru_cache(maxsize=8)
def own(agency: str) -> Own:
    """The rows of every return that are about its own period."""
    return Own(pd.concat([found.values[found.values["period"] == code] for code, found in checked(agency).items()]))


def test_every_agency_has_a_profile() -> None:
    assert sorted(PROFILES) == AGENCIES


def test_the_script_writes_the_files_that_are_here_byte_for_byte(tmp_path: Path) -> None:
    written = sorted(path.name for path in write_returns(tmp_path))
    assert written == sorted(path.name for path in FOLDER.glob("*.csv"))
    assert [name for name in written if (tmp_path / name).read_bytes() != (FOLDER / name).read_bytes()] == []


@pytest.mark.parametrize("agency", AGENCIES)
def test_no_return_has_a_finding_but_the_planted_ones(agency: str) -> None:
    for code, found in checked(agency).items():
        # Small numbers are told of and need no answer.
        told = [finding for finding in found.findings if finding.severity is not Severity.NOTE]
        said = [(finding.rule, finding.message.split()[0]) for finding in told]
        assert said == PLANTED_WARNINGS.get((agency, code), []), code


@pytest.mark.parametrize("agency", AGENCIES)
def test_each_return_is_in_time_and_asks_for_nothing_else(agency: str) -> None:
    spec = CATALOGUE.returns[agency]
    for period in periods(agency):
        found = checked(agency)[period.code]
        assert found.extract_date is not None
        assert period.end < found.extract_date <= spec.due(period)
        rows = found.values[found.values["period"] == period.code]
        given = set(zip(rows["quantity"], rows["basis"], rows["category"], strict=True))
        asked = {
            (item.quantity, basis.value, category)
            for item in spec.asked(period)
            for basis in item.bases
            for category in (
                TOTAL,
                *(
                    CATALOGUE.breakdowns[b].key(c.id)
                    for b in item.breakdowns
                    for c in CATALOGUE.breakdowns[b].categories
                ),
            )
        }
        absent = {word for _, word in PLANTED_WARNINGS.get((agency, period.code), [])}
        assert given == {cell for cell in asked if cell[0] not in absent}


@pytest.mark.parametrize("agency", AGENCIES)
def test_children_counted_once_lie_between_the_largest_period_and_the_sum(agency: str) -> None:
    numbers = own(agency).numbers
    for (quantity, category, basis, code), rolling in numbers.items():
        if basis != Basis.ROLLING_YEAR:
            continue
        window = [parse_period(code).earlier(quarters=back).code for back in range(4)]
        four = [numbers[place] for then in window if (place := (quantity, category, "quarter", then)) in numbers]
        assert max(four, default=0) <= rolling, (quantity, category, code)
        assert len(four) < 4 or rolling <= sum(four), (quantity, category, code)


@pytest.mark.parametrize("agency", AGENCIES)
def test_parts_are_within_their_whole_in_every_category(agency: str) -> None:
    """Attendances by agency within that agency's invitations, and so on: the rules look at totals alone."""
    numbers = own(agency).numbers
    wholes = [(part, whole.whole) for whole in CATALOGUE.returns[agency].wholes for part in whole.parts]
    wholes += [
        (measure.numerator[0].quantity, measure.denominator[0].quantity)
        for measure in CATALOGUE.measures.values()
        if measure.is_percentage and len(measure.numerator) == len(measure.denominator) == 1 and not measure.share_by
        if measure.numerator[0].category == measure.denominator[0].category == TOTAL
    ]
    for part, whole in wholes:
        for (quantity, *where), number in numbers.items():
            if quantity == part:
                category, basis, code = where
                assert number <= numbers.get((whole, category, basis, code), number), (part, whole, where)


STOCKS_THAT_MOVE = {"privately-fostered-children", "protection-plans-2-years-or-more"}


@pytest.mark.parametrize("agency", AGENCIES)
def test_what_is_there_at_a_date_moves_little_from_one_date_to_the_next(agency: str) -> None:
    rows = own(agency).rows
    totals = rows[(rows["category"] == TOTAL) & (rows["basis"] == Basis.AT_DATE.value)]
    for quantity, given in totals.groupby("quantity"):
        if quantity in STOCKS_THAT_MOVE or len(given) < 5:
            continue
        numbers: list[float] = given.sort_values("period")["value"].dropna().tolist()
        assert all(abs(after - before) <= max(0.2 * before, 2) for before, after in pairwise(numbers)), quantity


# ------------------------------------------------------------------------------------------------- what is planted


def test_the_police_are_late_once() -> None:
    assert not (FOLDER / "police-2025-26Q2.csv").exists()
    assert (FOLDER / "police-2025-26Q1.csv").exists()


def test_health_has_no_figure_for_emergency_attendances_once() -> None:
    rows = own("health").rows
    missing = rows[rows["state"] == "unavailable"]
    assert set(missing["quantity"]) == {"emergency-attendances-for-injuries"}
    assert set(missing["period"]) == {"2024-25Q3"}
    assert (missing["note"] != "").all()


def test_education_withholds_small_numbers_once_and_none_can_be_worked_out() -> None:
    rows = own("education").rows
    hidden = rows[rows["state"] == "suppressed"]
    assert set(hidden["period"]) == {"AY2024-25T2"}
    own_term = rows[(rows["period"] == "AY2024-25T2") & (rows["category"] != TOTAL)]
    assert not ((own_term["value"] > 0) & (own_term["value"] < 6)).any()
    single = hidden[hidden["quantity"] == "permanent-exclusions"]["category"]
    assert single.str.partition(":")[0].value_counts().min() >= 2


def test_youth_justice_vouches_for_every_nought_once() -> None:
    rows = own("youth-justice").rows
    assert set(rows[rows["state"] == "nil"]["period"]) == {"2025-26Q1"}
    assert rows[(rows["period"] == "2025-26Q1") & (rows["value"] == 0)]["state"].eq("nil").all()
    assert own("youth-justice").number("aim-assessments", "2025-26Q1") == 0


def test_a_rapid_review_was_late_in_one_quarter() -> None:
    unit = own("partnership-business-unit")
    late = {
        code: unit.number("rapid-reviews", code) - unit.number("rapid-reviews-within-15-working-days", code)
        for code in checked("partnership-business-unit")
    }
    assert {code: number for code, number in late.items() if number} == {"2024-25Q3": 1}


def test_more_children_go_missing_from_april_2025() -> None:
    police = own("police")
    before = [police.number("children-missing", code) for code in list(checked("police"))[:-1]]
    assert police.number("children-missing", "2025-26Q1") > 1.1 * max(before)


def test_neglect_assessments_fall() -> None:
    care = own("childrens-social-care")
    numbers = [care.number("graded-care-profile-2-assessments", code) for code in checked("childrens-social-care")]
    assert numbers[-1] < 0.6 * numbers[0]


def test_what_two_agencies_count_is_the_same_but_for_the_one_dispute() -> None:
    differing = {}
    compared = 0
    for (agency, quantity), category in CATALOGUE.counted_also.items():
        home = CATALOGUE.home_return[quantity]
        for period in periods(agency):
            items = {item.quantity: item for item in CATALOGUE.returns[agency].asked(period)}
            if quantity in items and period.code in checked(home):
                compared += 1
                basis = items[quantity].bases[0].value
                mine = own(agency).numbers[quantity, "total", basis, period.code]
                theirs = own(home).numbers[quantity, category, basis, period.code]
                if mine != theirs:
                    differing[agency, quantity, period.code] = (theirs, mine)
    assert compared > 40
    assert differing == {("police", "strategy-discussions", "2025-26Q1"): (328, 342)}


# ------------------------------------------------------------------------------------------------- published facts


def test_annual_figures_come_close_to_the_published_ones(published_files: Path) -> None:
    """What the profiles took from the Department for Education's own files, against those files."""

    def stoke(name: str, **where: str) -> Callable[[str, str], float]:
        with (published_files / "csc_oe" / name).open(encoding="utf-8-sig", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["new_la_code"] == "E06000021"]
        found = {row["time_period"]: row for row in rows if all(row[key] == value for key, value in where.items())}
        return lambda period, column: float(found[period][column])

    care, education, health = own("childrens-social-care"), own("education"), own("health")
    outcomes = "la_conviction_health_outcome_cla.csv"
    for year, code in (("2024", "2023-24Q4"), ("2025", "2024-25Q4")):
        for quantity, breakdown, returned in (
            ("development-checks-up-to-date-children", "Development assessments up to date", care),
            ("sdq-scores-received", "SDQ score was received", care),
            ("sdq-scores-cause-for-concern", "SDQ score is a cause for concern", care),
            ("children-in-care-12-months-aged-5-to-16", "Total ages 5 to 16 years", care),
            ("children-in-care-12-months-at-31-march", "Total all ages", health),
            ("health-assessments-up-to-date-children", "Had their annual health assessment", health),
            ("immunisations-up-to-date-children", "Had their immunisations up to date", health),
            ("dental-checks-up-to-date-children", "Had their teeth checked by a dentist", health),
        ):
            wanted = stoke(outcomes, breakdown=breakdown)(year, "children_count")
            assert returned.number(quantity, code, basis="at-date") == pytest.approx(wanted, rel=0.011), quantity
        wanted = stoke("c3_factors_identified_at_end_of_assessment_2018_to_2025.csv")(
            year, "Episodes_with_assessment_factor"
        )
        # Counted as first recorded, and so lower than the census.
        assert care.number("assessments-with-factors", code, basis="rolling-year") == pytest.approx(wanted, rel=0.025)
    groups = {
        "children-in-need": "CINO at 31 March",
        "children-on-protection-plans": "CPPO at 31 March",
        "children-in-care": "CLA 12 months at 31 March",
    }
    for year, code in (("202324", "AY2023-24T3"), ("202425", "AY2024-25T3")):
        for group, title in groups.items():
            absence = stoke(
                "absence_la.csv", absence_terms="six half terms", social_care_group=title, phase_type_grouping="Total"
            )
            for quantity, column in (("pupils", "t_pupils"), ("sessions-missed", "t_sess_overall")):
                found = education.number(f"{quantity}-{group}", code, basis="academic-year")
                assert found == pytest.approx(absence(year, column), rel=0.01), quantity
            points = stoke("ks4_la.csv", social_care_group=title)(year, "t_att8")
            found = education.number(f"attainment-8-points-{group}", code, basis="academic-year")
            assert found == pytest.approx(points, rel=0.01)


# ------------------------------------------------------------------------------------------------------- the profiles


def test_a_profile_with_two_ways_to_a_level_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    text = "extracted_working_days_after: 5\nfigures:\n  contacts: {source: made up, years: 4, each: [1, 2]}\n"
    (folder / "health.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match="more than one way"):
        read_profiles(folder)


def test_the_header_is_that_of_a_return() -> None:
    for path in FOLDER.glob("*.csv"):
        assert path.read_text(encoding="utf-8").partition("\n")[0] == ",".join(HEADER)

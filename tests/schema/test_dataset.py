"""The partnership's outcome-measure dataset, line by line: none is dropped, and each measure is whole.

`outcome_measure_lines.csv` holds the 65 lines as the partnership published them: Multi-Agency Safeguarding
Arrangements, December 2024, section “Performance – outcome measures”.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from schema.catalogue import default_catalogue
from schema.measures import Measure

CATALOGUE = default_catalogue()
CHILDREN = CATALOGUE.measures_of("children")
with (Path(__file__).parent / "outcome_measure_lines.csv").open(encoding="utf-8", newline="") as stream:
    LINES = {row["line"]: row["paper_says"] for row in csv.DictReader(stream)}

SERVING: dict[str, list[Measure]] = defaultdict(list)
for found in CHILDREN:
    for number in found.lines:
        SERVING[number].append(found)

COHORTS = ("M03", "M06", "M08", "M60", "M61", "M62", "M65")


def test_the_dataset_has_65_lines() -> None:
    assert list(LINES) == [f"M{number:02d}" for number in range(1, 66)]


@pytest.mark.parametrize("line", LINES)
def test_every_line_has_a_measure_that_quotes_it(line: str) -> None:
    assert SERVING[line], f"{line} ({LINES[line]}) has no measure"
    quoted = {measure.paper_says for measure in SERVING[line]}
    assert LINES[line] in quoted, f"no measure of {line} says what the paper says: {quoted}"


@pytest.mark.parametrize("measure", CATALOGUE.measures.values(), ids=lambda measure: measure.id)
def test_every_measure_is_whole(measure: Measure) -> None:
    assert set(measure.lines) <= set(LINES)
    assert measure.lines or measure.source, "names neither a line of the dataset nor the paper that asks for it"
    assert (
        not measure.lines or measure.paper_says in {LINES[line] for line in measure.lines} or "…" in measure.paper_says
    )
    assert measure.says, "has no sentence to be read out"
    assert len(measure.short_title) <= 28
    assert measure.question.endswith("?")
    assert measure.a_rise_may_mean.endswith(".")
    assert CATALOGUE.return_spec(measure.agency).framework == measure.framework
    assert measure.published_as.match == "exact" or measure.published_as.differs


@pytest.mark.parametrize("line", COHORTS)
def test_lines_that_follow_people_say_whom_and_for_how_long(line: str) -> None:
    cohorts = [measure.cohort for measure in SERVING[line] if measure.cohort]
    assert cohorts, f"no measure of {line} says whom it follows"
    for cohort in cohorts:
        assert all((cohort.who, cohort.look_back, cohort.follow_up, cohort.reported))


@pytest.mark.parametrize("measure", CATALOGUE.measures.values(), ids=lambda measure: measure.id)
def test_every_measure_can_arrive_in_a_return_or_is_published(measure: Measure) -> None:
    for term in (*measure.numerator, *measure.denominator):
        quantity = CATALOGUE.quantities[term.quantity]
        assert quantity.id in CATALOGUE.home_return or (quantity.only_published and CATALOGUE.precedence(quantity.id))


def test_every_quantity_has_exactly_one_home_return_or_says_why_not() -> None:
    homes = defaultdict(set)
    for spec in CATALOGUE.returns.values():
        for item in spec.items:
            if not item.also:
                homes[item.quantity].add(spec.id)
    for quantity in CATALOGUE.quantities.values():
        if quantity.kind != "printed":
            assert len(homes[quantity.id]) == (0 if quantity.only_published else 1), quantity.id


def test_exact_or_close_counterparts_are_at_least_forty() -> None:
    matches = [measure.published_as.match for measure in CHILDREN]
    assert sum(match in ("exact", "close") for match in matches) >= 40


def test_a_measure_with_a_counterpart_is_carried_by_a_publication() -> None:
    """A match that nothing carries would promise a comparison that never comes."""
    published = {(s.quantity, s.category) for p in CATALOGUE.publications.values() for s in p.series}
    for measure in CHILDREN:
        wanted = {(term.quantity, term.category) for term in (*measure.numerator, *measure.denominator)}
        carried = wanted <= published or (measure.printed, "total") in published
        assert carried or measure.published_as.see or measure.published_as.match == "none", measure.id
        assert not carried or measure.published_as.match != "none", measure.id


def test_activity_is_judgement_and_a_departure_from_the_reference_is_argued() -> None:
    """Where the reference's polarity is another, the measure says so."""
    departing = [m.id for m in CATALOGUE.measures.values() if m.polarity_reason.startswith("Departs from LAIT")]
    assert "child-protection-plans-started" in departing

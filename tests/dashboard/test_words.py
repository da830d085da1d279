from datetime import date

import pytest

from dashboard.components import words
from dashboard.views.figure import Change, Comparator
from schema.periods import Basis
from schema.states import State
from tests.dashboard.figures import figure, measure

PERCENTAGE = measure("repeat-referrals")
RATE = measure("referrals")


@pytest.mark.parametrize(
    ("number", "said"),
    [(20.960247, "21.0%"), (0.25, "0.3%"), (0.35, "0.4%"), (22.65, "22.7%"), (100.0, "100.0%"), (0.0, "0.0%")],
)
def test_a_percentage_is_rounded_half_up_and_has_its_sign(number: float, said: str) -> None:
    assert words.value(number, State.VALUE, PERCENTAGE) == said


def test_a_rate_has_thousands_separators_and_its_unit_in_a_sentence() -> None:
    assert words.value(2082.994, State.VALUE, RATE) == "2,083.0"
    assert words.full(2082.994, State.VALUE, RATE) == "2,083.0 per 10,000"
    assert words.full(20.96, State.VALUE, PERCENTAGE) == "21.0%"


@pytest.mark.parametrize("state", [state for state in State if not state.has_value])
def test_a_state_is_words_and_never_a_number(state: State) -> None:
    said = words.value(None, state, PERCENTAGE)
    assert said
    assert not any(letter.isdigit() for letter in said)
    assert words.state_meaning(state)
    # A number that came along by mistake is not shown either.
    assert words.value(3.0, state, PERCENTAGE) == said


def test_a_zero_is_a_number() -> None:
    assert words.value(0.0, State.ZERO, PERCENTAGE) == "0.0%"


def test_counts_say_what_the_figure_was_made_from() -> None:
    assert words.counts(figure(), PERCENTAGE) == "812 of 3,874"
    assert words.counts(figure(numerator=3874.0, denominator=62520.0), RATE) == "3,874 among 62,520 aged 0 to 17"
    assert words.counts(figure(numerator=None), PERCENTAGE) == ""
    assert words.counts(figure(value=None, state=State.SUPPRESSED), PERCENTAGE) == ""
    assert words.count(357.4) == "357.4"


@pytest.mark.parametrize(
    ("difference", "said"),
    [(-4.592, "−4.6 points"), (0.57, "+0.6 points"), (0.04, "No change"), (-0.04, "No change"), (-0.05, "−0.1 points")],
)
def test_a_change_of_a_percentage_is_in_percentage_points(difference: float, said: str) -> None:
    assert words.difference(Change(20.0, difference, None, ""), PERCENTAGE) == said


def test_a_change_of_a_rate_is_in_its_unit_and_in_per_cent() -> None:
    change = Change(791.33, -171.69, -21.7, "year to 31 March 2024")
    assert words.difference(change, RATE) == "−171.7"
    assert words.relative(change) == "22% lower"
    assert words.moved(change, RATE) == "22% lower"
    assert words.moved(Change(25.0, -4.6, None, ""), PERCENTAGE) == "down 4.6 percentage points"
    assert words.relative(Change(100.0, 0.1, 0.1, "")) == "under 1% apart"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (113, "113th"),
    ],
)
def test_an_ordinal(number: int, said: str) -> None:
    assert words.ordinal(number) == said


def test_a_rank_says_which_end_is_first() -> None:
    assert words.rank(89, 153, PERCENTAGE) == "89th lowest of 153"
    assert words.rank(1, 151, RATE) == "highest of 151"


def test_a_shared_rank_is_joint() -> None:
    assert words.rank(1, 151, RATE, 1) == "joint highest of 151"
    assert words.rank(3, 151, PERCENTAGE, 4) == "joint 3rd lowest of 151"


def test_a_rank_near_the_other_end_is_counted_from_there_too() -> None:
    assert words.rank(149, 151, PERCENTAGE) == "149th lowest of 151 (3rd highest)"
    assert words.rank(151, 151, PERCENTAGE) == "151st lowest of 151 (highest)"
    assert words.rank(150, 151, PERCENTAGE, 1) == "joint 150th lowest of 151 (joint highest)"
    assert words.rank(10, 11, PERCENTAGE) == "10th lowest of 11"
    assert words.rank(11, 11, PERCENTAGE) == "11th lowest of 11 (highest)"
    assert words.rank(1, 151, PERCENTAGE, 150) == "joint lowest of 151"


def test_neighbours_say_how_many_had_a_figure() -> None:
    def of(n: int) -> Comparator:
        return Comparator("neighbours", "", "mean", 1.0, State.VALUE, "", "", 0, n, 10, "may-2025")

    assert words.neighbours_n(of(10)) == "mean of 10"
    assert words.neighbours_n(of(9)) == "mean of 9 of 10"


@pytest.mark.parametrize(
    ("code", "basis", "said"),
    [
        ("2024-25", Basis.YEAR, "year to Mar 2025"),
        ("2025-26Q2", Basis.QUARTER, "Jul–Sep 2025"),
        ("2025-26Q2", Basis.ROLLING_YEAR, "year to Sep 2025"),
        ("2025-26Q2", Basis.AT_DATE, "30 Sep 2025"),
    ],
)
def test_a_short_period_still_says_its_interval(code: str, basis: Basis, said: str) -> None:
    assert words.short_period(code, basis) == said


def test_labels_are_shortened_by_their_months_alone() -> None:
    assert words.shorten("year to 31 March 2025") == "year to 31 Mar 2025"
    assert words.shorten("at 30 September 2025") == "30 Sep 2025"
    assert words.month("year to 31 March 2025") == "Mar 2025"
    assert words.day(date(2025, 10, 30)) == "30 October 2025"


def test_one_is_singular() -> None:
    assert words.plural(1, "measure") == "1 measure"
    assert words.plural(26, "measure") == "26 measures"
    assert words.lag(6) == "6 months earlier"
    assert words.lag(0) == ""

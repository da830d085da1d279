"""States: what a cell means when it holds no plain number, and which one a formula takes."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.states import EES_SYMBOLS, LAIT_SYMBOLS, SEVERITY, SEVERITY_OF, State, worst

STATES = st.sampled_from(State)


def test_suppressed_is_worse_than_unreliable_than_unavailable_than_not_applicable_than_rounds_to_zero() -> None:
    order = [State.SUPPRESSED, State.UNRELIABLE, State.UNAVAILABLE, State.NOT_APPLICABLE, State.ROUNDS_TO_ZERO]
    for place, worse in enumerate(order):
        for better in order[place + 1 :]:
            assert worst(worse, better) is worst(better, worse) is worse


def test_what_a_publisher_says_of_a_cell_tells_more_than_that_another_never_came() -> None:
    for said in (State.SUPPRESSED, State.UNRELIABLE, State.UNAVAILABLE, State.NOT_APPLICABLE):
        assert worst(State.MISSING, said) is said
    assert worst(State.ROUNDS_TO_ZERO, State.MISSING) is State.MISSING


@given(STATES)
def test_a_dispute_goes_before_everything(state: State) -> None:
    """A figure that rests on one is disputed, whatever else is wrong with it."""
    assert worst(State.DISPUTED, state) is worst(state, State.DISPUTED) is State.DISPUTED


@given(st.lists(STATES, min_size=1))
def test_a_formula_has_a_value_only_when_all_its_parts_have(states: list[State]) -> None:
    assert worst(*states).has_value == all(state.has_value for state in states)


@given(STATES, STATES, STATES)
def test_the_worst_does_not_depend_on_the_order(one: State, two: State, three: State) -> None:
    assert len({worst(*order) for order in permutations((one, two, three))}) == 1
    assert worst(one, worst(two, three)) is worst(worst(one, two), three)


def test_a_value_a_zero_and_a_nil_return_are_numbers_and_nothing_else_is() -> None:
    assert {state for state in State if state.has_value} == {State.VALUE, State.ZERO, State.NIL}


def test_every_state_has_a_rank_and_words_of_its_own() -> None:
    assert sorted(SEVERITY) == sorted(State)
    assert {state.value: rank for rank, state in enumerate(SEVERITY)} == SEVERITY_OF
    assert len({state.words for state in State}) == len(State)


@pytest.mark.parametrize(
    ("symbol", "state"),
    [
        ("c", State.SUPPRESSED),
        ("z", State.NOT_APPLICABLE),
        ("x", State.UNAVAILABLE),
        (":", State.UNAVAILABLE),
        ("low", State.ROUNDS_TO_ZERO),
        ("k", State.ROUNDS_TO_ZERO),
        ("~", State.ROUNDS_TO_ZERO),
        ("u", State.UNRELIABLE),
    ],
)
def test_each_symbol_of_the_department_for_education_has_its_state(symbol: str, state: State) -> None:
    assert EES_SYMBOLS[symbol] is state


def test_no_symbol_stands_for_a_number() -> None:
    assert not any(state.has_value for state in EES_SYMBOLS.values())


def test_what_may_be_suppressed_stands_next_to_what_is() -> None:
    either = LAIT_SYMBOLS["-"]
    assert either is State.MISSING_OR_SUPPRESSED
    assert either.words == "missing or suppressed"
    assert not either.has_value
    assert SEVERITY_OF[State.SUPPRESSED.value] == SEVERITY_OF[either.value] + 1
    assert worst(either, State.UNRELIABLE) is either

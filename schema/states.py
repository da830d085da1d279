"""What a cell says when it does not hold a plain number. A state travels beside the value from file to screen."""

from enum import StrEnum


class State(StrEnum):
    """The twelve things that a cell can mean. None of them is ever turned into another."""

    VALUE = "value"
    ZERO = "zero"
    NIL = "nil"
    """The agency says in words that there were none: a zero that somebody vouched for."""
    ROUNDS_TO_ZERO = "rounds-to-zero"
    MISSING = "missing"
    """No row was ever received."""
    NOT_YET_DUE = "not-yet-due"
    NOT_APPLICABLE = "not-applicable"
    UNAVAILABLE = "unavailable"
    UNRELIABLE = "unreliable"
    MISSING_OR_SUPPRESSED = "missing-or-suppressed"
    """The publisher has one sign for both, so that nobody can tell which it is."""
    SUPPRESSED = "suppressed"
    DISPUTED = "disputed"
    """Two agencies give different numbers, and nobody has agreed yet whose stands: so there is none."""

    @property
    def words(self) -> str:
        """The state as a reader meets it on a page."""
        return _WORDS[self]

    @property
    def has_value(self) -> bool:
        """Whether a number stands behind the state."""
        return self in (State.VALUE, State.ZERO, State.NIL)


_WORDS = {
    State.VALUE: "value",
    State.ZERO: "zero",
    State.NIL: "nil return",
    State.ROUNDS_TO_ZERO: "rounds to zero",
    State.MISSING: "not received",
    State.NOT_YET_DUE: "not yet due",
    State.NOT_APPLICABLE: "not applicable",
    State.UNAVAILABLE: "not available",
    State.UNRELIABLE: "not reliable",
    State.MISSING_OR_SUPPRESSED: "missing or suppressed",
    State.SUPPRESSED: "suppressed",
    State.DISPUTED: "disputed",
}

# A formula takes the worst state among its parts: c > u > x > z > low (design, rule 6). "Missing" and "not yet due"
# stand between z and low: what a publisher said about a cell is more telling than that another cell never came. What
# may be suppressed is handled with the same care as what is, and stands next to it. A dispute goes before all of them:
# whatever else is wrong with a figure, people have something to settle, and no number can come of it before they do.
SEVERITY: tuple[State, ...] = (
    State.VALUE,
    State.ZERO,
    State.NIL,
    State.ROUNDS_TO_ZERO,
    State.MISSING,
    State.NOT_YET_DUE,
    State.NOT_APPLICABLE,
    State.UNAVAILABLE,
    State.UNRELIABLE,
    State.MISSING_OR_SUPPRESSED,
    State.SUPPRESSED,
    State.DISPUTED,
)

SEVERITY_OF: dict[str, int] = {state.value: rank for rank, state in enumerate(SEVERITY)}

# DfE "explore education statistics" symbols (Open Data Standards), with the two obsolete ones still met in old files.
EES_SYMBOLS: dict[str, State] = {
    "c": State.SUPPRESSED,
    "z": State.NOT_APPLICABLE,
    "x": State.UNAVAILABLE,
    ":": State.UNAVAILABLE,
    "low": State.ROUNDS_TO_ZERO,
    "k": State.ROUNDS_TO_ZERO,
    "~": State.ROUNDS_TO_ZERO,
    "u": State.UNRELIABLE,
}

# The Department for Education's local authority interactive tool folds every symbol into one.
LAIT_SYMBOLS: dict[str, State] = {"-": State.MISSING_OR_SUPPRESSED}


def worst(*states: State) -> State:
    """The state that a formula over these parts takes."""
    return max(states, key=SEVERITY.index)

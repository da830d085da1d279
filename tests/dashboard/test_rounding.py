"""Rounding: once, half up, at display."""

import pytest

from dashboard.rounding import rounded


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0.25, 1, "0.3"),
        (0.35, 1, "0.4"),
        (2.5, 0, "3"),
        (-0.04, 1, "0.0"),
        (-2.35, 1, "-2.4"),
        (22.549999999999997, 1, "22.6"),  # a median of exactly 22.55
        (22.5499, 1, "22.5"),
        (1234567.891, 1, "1234567.9"),
    ],
)
def test_half_goes_up_and_binary_noise_is_taken_off_first(value: float, decimals: int, shown: str) -> None:
    assert str(rounded(value, decimals)) == shown

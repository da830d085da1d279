"""Reads a figure against its comparators: is this unusual, does it matter, and would another comparator say otherwise?

Design, rule 8. Against England and the region by the over-dispersed limits of a funnel; against the year before and a
chosen authority by the interval of the difference; against statistical neighbours by position; against a target by the
figure's own interval. 99.8 % earns attention and 95 % earns “possibly”. Better and worse are said only where the
measure's polarity says which way that is. What is not compared says why (`etl.transform.reasons`).

A level is a float from −2 to 2, elementwise, and NaN where there is no reading. Nothing here rounds: printed numbers
come from the formatter that the caller gives.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from etl.transform.cube import FloatArray
from etl.transform.differences import difference
from etl.transform.funnels import levels
from etl.transform.intervals import CONFIDENCE_95, CONFIDENCE_998, Interval
from etl.transform.positions import position_words
from schema.measures import Polarity

BoolArray = npt.NDArray[np.bool_]

UNUSUALLY_HIGH, HIGH, TYPICAL, LOW, UNUSUALLY_LOW = 2, 1, 0, -1, -2

_WORDS = {
    UNUSUALLY_HIGH: "unusually high",
    HIGH: "possibly high",
    TYPICAL: "typical",
    LOW: "possibly low",
    UNUSUALLY_LOW: "unusually low",
}
_MOVED = {
    UNUSUALLY_HIGH: "higher than",
    HIGH: "possibly higher than",
    TYPICAL: "not clearly different from",
    LOW: "possibly lower than",
    UNUSUALLY_LOW: "lower than",
}
_JUDGED = {2: "better", 1: "possibly better", -1: "possibly worse", -2: "worse"}


def level_words(level: float) -> str:
    """A level against England or the region in words. Empty where there is none."""
    return "" if np.isnan(level) else _WORDS[int(level)]


def moved_words(level: float) -> str:
    """A level of a difference in words that the other figure can follow. Empty where there is none."""
    return "" if np.isnan(level) else _MOVED[int(level)]


def judged(level: float, polarity: Polarity) -> str:
    """“better”, “possibly worse” …; empty where the figure is typical, not compared, or a matter of judgement."""
    if np.isnan(level) or polarity is Polarity.JUDGEMENT:
        return ""
    return _JUDGED.get(int(level) * (1 if polarity is Polarity.HIGHER else -1), "")


def earns_attention(level: npt.ArrayLike) -> BoolArray:
    """Whether a reading is beyond the 99.8 % limits, either way."""
    beyond: BoolArray = np.abs(np.asarray(level, dtype=float)) >= UNUSUALLY_HIGH
    return beyond


def difference_levels(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    other_numerator: npt.ArrayLike,
    other_denominator: npt.ArrayLike,
    *,
    proportion: npt.ArrayLike,
    design_effect: npt.ArrayLike = 1.0,
) -> FloatArray:
    """The level of a figure against another one, above 0 where it is the higher; turned round it is the opposite."""
    at_95, at_998 = (
        difference(
            numerator,
            denominator,
            other_numerator,
            other_denominator,
            proportion=proportion,
            confidence=confidence,
            design_effect=design_effect,
        ).absolute_limits
        for confidence in (CONFIDENCE_95, CONFIDENCE_998)
    )
    # 0 above the limits is a figure below the other one.
    return np.where(np.isnan(at_95.lower), np.nan, -levels(np.zeros_like(at_95.lower), at_95, at_998) + 0.0)


def target_levels(target: npt.ArrayLike, at_95: Interval, at_998: Interval) -> FloatArray:
    """The level of a figure against a target, by the figure's own intervals: above 0 where it lies above the target."""
    return -levels(target, at_95, at_998) + 0.0


def target_met(value: npt.ArrayLike, target: npt.ArrayLike, polarity: Polarity) -> npt.NDArray[np.object_]:
    """True, False or None elementwise, by the figure as it is: on the target meets it. One gives an array of one.

    None where a number is missing or the measure is a matter of judgement. Whether chance could explain a miss is what
    `target_levels` says.
    """
    v, t = np.broadcast_arrays(np.atleast_1d(np.asarray(value, dtype=float)), np.asarray(target, dtype=float))
    met = (v >= t if polarity is Polarity.HIGHER else v <= t).astype(object)
    met[np.isnan(v) | np.isnan(t) | (polarity is Polarity.JUDGEMENT)] = None
    return met


@dataclass(frozen=True)
class Dependence:
    """What a reading would not survive, elementwise.

    `model`: under the other neighbour model the figure is on the other side of the neighbours' mean or median.
    `statistic`: so it is with the other statistic of the model that is shown. `limits`: plain limits put it on another
    level's side of England. `depends` is `model` or `statistic`: it is what the page calls *depends on the comparator*.
    Since plain limits call most authorities different, `limits` is shown with the switch and not as that warning.
    """

    model: BoolArray
    statistic: BoolArray
    limits: BoolArray

    @property
    def depends(self) -> BoolArray:
        """Whether another fair choice of neighbours would turn the words round."""
        return self.model | self.statistic


def dependence(
    value: npt.ArrayLike,
    *,
    shown: npt.ArrayLike,
    other_statistic: npt.ArrayLike,
    other_model: npt.ArrayLike,
    other_model_other_statistic: npt.ArrayLike,
    level: npt.ArrayLike = np.nan,
    plain_level: npt.ArrayLike = np.nan,
) -> Dependence:
    """Whether a figure stays on its side of the neighbours' `shown` average when another one is chosen.

    All are in the figure's unit. A comparator that is NaN cannot contradict, nor can anything where `shown` is NaN. A
    figure that equals one average and not another is on another side of it.
    """
    side = _side(value, shown)
    return Dependence(
        model=_differs(side, _side(value, other_model)) | _differs(side, _side(value, other_model_other_statistic)),
        statistic=_differs(side, _side(value, other_statistic)),
        limits=_differs(np.sign(np.asarray(level, dtype=float)), np.sign(np.asarray(plain_level, dtype=float))),
    )


@dataclass(frozen=True)
class Beside:
    """One comparator of a sentence: who it is, its value, and the figure's level against it or why there is none.

    `name` reads after “for” or “against” (“England”, “the West Midlands”). `reason` is a clause of `reason_words`.
    """

    name: str
    value: float
    level: float
    reason: str = ""


@dataclass(frozen=True)
class BesideNeighbours:
    """The neighbours of a sentence: their average, of what kind, and how many the figure is above of how many."""

    value: float
    statistic: str
    model: str
    above: int
    of: int
    level: int = 0
    reason: str = ""


def sentence(
    figure: float,
    england: Beside,
    region: Beside,
    neighbours: BesideNeighbours,
    *,
    show: Callable[[float], str],
    polarity: Polarity = Polarity.JUDGEMENT,
    depends: bool = False,
) -> str:
    """A figure read against all three comparators, in one plain sentence, and a second where it depends on which.

    `show` prints a number with its unit: it is called on values just as they are, and nothing else prints any.
    """
    if neighbours.reason or np.isnan(neighbours.value):
        beside = f"not compared with its statistical neighbours{_because(neighbours.reason)}"
    else:
        beside = (
            f"{position_words(neighbours.above, neighbours.of, neighbours.level)} statistical neighbours "
            f"({neighbours.statistic} {show(neighbours.value)}, {neighbours.model})"
        )
    both = england.reason and england.reason == region.reason
    if both and neighbours.reason == england.reason:
        names = f"{_named(england, show)}, {_named(region, show)} or its statistical neighbours"
        return f"{show(figure)} is not compared with {names}{_because(england.reason)}."
    if both:
        names = f"{_named(england, show)} or {_named(region, show)}"
        said = f"{show(figure)} is {beside}, and not compared with {names}{_because(england.reason)}."
    else:
        said = f"{show(figure)} is {_against(england, show, polarity)}, {_against(region, show, polarity)}"
        said = f"{said} and {beside}."
    end = " This depends on the comparator: another fair choice of neighbours says otherwise." if depends else ""
    return f"{said}{end}"


def _against(beside: Beside, show: Callable[[float], str], polarity: Polarity) -> str:
    if beside.reason or np.isnan(beside.level):
        return f"not compared with {_named(beside, show)}{_because(beside.reason)}"
    words, verdict = level_words(beside.level), judged(beside.level, polarity)
    return f"{words}{f' ({verdict})' if verdict else ''} against {beside.name} ({show(beside.value)})"


def _named(beside: Beside, show: Callable[[float], str]) -> str:
    return beside.name if np.isnan(beside.value) else f"{beside.name} ({show(beside.value)})"


def _because(reason: str) -> str:
    return f" because {reason}" if reason else ""


def _side(value: npt.ArrayLike, comparator: npt.ArrayLike) -> FloatArray:
    return np.asarray(np.sign(np.asarray(value, dtype=float) - np.asarray(comparator, dtype=float)))


def _differs(side: FloatArray, other: FloatArray) -> BoolArray:
    differ: BoolArray = np.isfinite(side) & np.isfinite(other) & (side != other)
    return differ

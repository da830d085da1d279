"""Everything that the demonstration's returns say, before it is cut into files: each number made from its profile.

Every number has a chance of its own, made from one seed and its own name, so that a new quantity moves no other.
"""

import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sample_data.profiles import Figures, Lag, Profile
from sample_data.social_care import AGENCY as SOCIAL_CARE
from sample_data.social_care import CARE_ENDS, CARE_STARTS, CODES, SEED, Term, shared_out
from sample_data.social_care import returns as social_care_core
from schema.catalogue import Catalogue
from schema.periods import Basis, Period, parse_period
from schema.returns import ReturnItem, ReturnSpec

TERMS = ("AY2023-24T1", "AY2023-24T2", "AY2023-24T3", "AY2024-25T1", "AY2024-25T2", "AY2024-25T3")

FEW = 60
"""Up to so many, events fall by chance one by one; more follow their shares, within what chance would do to them."""
WOBBLE_OF_STOCKS = 0.012
WOBBLE_OF_MEANS = 0.03
WOBBLE_OF_CATEGORIES_OF_STOCKS = 0.02

Key = tuple[str, str]
"""An agency and a quantity of its return."""
Categories = dict[str, list[dict[str, float]]]
"""By breakdown and place in time, the number in each category."""


@dataclass(frozen=True)
class Calendar:
    """An agency's periods, oldest first. The first `a_year` lie before its first return, for its rolling year."""

    periods: tuple[Period, ...]
    a_year: int

    def year(self, place: int) -> int:
        """Which year of the demonstration a place is in, from 0; the year before it counts as the first."""
        return max(0, place // self.a_year - 1)

    @property
    def returned(self) -> range:
        """The places that have a return."""
        return range(self.a_year, len(self.periods))


def calendar_of(spec: ReturnSpec) -> Calendar:
    """The periods of an agency's returns, with a year before them."""
    codes = CODES if spec.frequency == "quarterly" else TERMS
    own = [parse_period(code) for code in codes]
    a_year = 4 if spec.frequency == "quarterly" else 3
    before = [spec.following(own[0], -back) for back in range(a_year, 0, -1)]
    return Calendar((*before, *own), a_year)


def _chance(*about: str) -> random.Random:
    return random.Random("/".join((str(SEED), *about)))  # noqa: S311 - made-up figures, not a secret


def _moved(by: float, chance: random.Random) -> float:
    """A factor near 1. Only `random()` is used: its numbers never change."""
    return 1 + by * (2 * chance.random() - 1)


def _luck(number: float, share: float = 0.0) -> float:
    """By how much of itself chance moves a count, or a share of a whole of so many: less the more there are."""
    return 0.01 + 1.4 * math.sqrt((1 - share) / max(number, 1.0))


def _in_year(numbers: Sequence[float], year: int) -> float:
    return numbers[min(year, len(numbers) - 1)]


def _scattered(total: int, weights: Mapping[str, float], chance: random.Random) -> dict[str, float]:
    """A small number of events, each in a category by chance. One event more leaves the others where they were."""
    counts = dict.fromkeys(weights, 0.0)
    whole = sum(weights.values())
    for _ in range(total):
        left = chance.random() * whole
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                counts[name] += 1
                break
    return counts


def _apportioned(total: int, weights: Mapping[str, float]) -> dict[str, float]:
    """A whole number shared out by weight, so that the parts add up to it."""
    if not total:
        return dict.fromkeys(weights, 0.0)
    terms: dict[Term, float] = {(name, ""): weight for name, weight in weights.items()}
    return {name: float(count) for (name, _), count in shared_out(total, terms).items()}


class World:
    """Everything that all agencies' returns say, made on demand and kept, so that they agree with each other."""

    def __init__(self, catalogue: Catalogue, profiles: Mapping[str, Profile]) -> None:
        self.catalogue = catalogue
        self.profiles = profiles
        self.calendars = {agency: calendar_of(catalogue.returns[agency]) for agency in profiles}
        self.core = social_care_core()
        self.items: dict[Key, ReturnItem] = {
            (spec.id, item.quantity): item for spec in catalogue.returns.values() for item in spec.items
        }
        self.whole_of_part = {
            (agency, part): (agency, quantity)
            for agency, profile in profiles.items()
            for quantity, figures in profile.figures.items()
            for part in figures.parts
        }
        self.core_totals = self._read_core()
        self._totals: dict[Key, list[float]] = {}
        self._categories: dict[Key, Categories] = {}
        self._rolling: dict[Key, list[float]] = {}

    # ------------------------------------------------------------------------------------------------- what is asked

    def home(self, quantity: str) -> Key:
        """Where a quantity is at home."""
        return self.catalogue.home_return[quantity], quantity

    def figures(self, key: Key) -> Figures:
        """A quantity's profile; an empty one where it needs none.

        Raises:
            ValueError: nothing says what the quantity is like.
        """
        agency, quantity = key
        profile = self.profiles[agency]
        found = (profile.also if self.items[key].also else profile.figures).get(quantity, Figures())
        if found.anchored and key not in self.whole_of_part and key not in self.core_totals:
            raise ValueError(f"sample_data/profiles/{agency}.yaml says nothing of {quantity}. Add it there.")
        return found

    def _stock(self, key: Key) -> bool:
        return self.catalogue.quantities[key[1]].at_date

    def _whole_number(self, key: Key, value: float) -> float:
        return float(round(value)) if self.catalogue.quantities[key[1]].whole_number else round(value, 2)

    def _code(self, key: Key, place: int) -> str:
        return self.calendars[key[0]].periods[place].code

    def _read_core(self) -> dict[Key, list[float]]:
        """The core's totals. The year before its first return is taken to be like the first."""
        found: dict[str, dict[str, float]] = defaultdict(dict)
        for code, rows in self.core.items():
            for row in rows:
                if row.period == code and not row.category and not row.basis and row.value:
                    found[row.quantity][code] = float(row.value)
        totals: dict[Key, list[float]] = {}
        for quantity, by_code in found.items():
            own = [by_code.get(code, float("nan")) for code in CODES]
            totals[SOCIAL_CARE, quantity] = [*own[:4], *own]
        for quantity, quarters in (("care-starts", CARE_STARTS), ("care-ends", CARE_ENDS)):
            totals[SOCIAL_CARE, quantity] = [float(number) for number in quarters]
        return totals

    # -------------------------------------------------------------------------------------------------------- totals

    def totals(self, key: Key) -> list[float]:
        """A quantity's number in every period, the year before the first return included."""
        if key not in self._totals:
            self._totals[key] = self._make_totals(key)
        return self._totals[key]

    def _make_totals(self, key: Key) -> list[float]:
        figures = self.figures(key)
        if key in self.core_totals:
            return self.core_totals[key]
        if key in self.whole_of_part:
            return self._parts(self.whole_of_part[key])[key[1]]
        if figures.rates or figures.fixed:
            by_category = self.categories(key)[figures.by]
            return [sum(counts.values()) for counts in by_category]
        return [self._whole_number(key, value) for value in self._level(key, figures)]

    def _level(self, key: Key, figures: Figures) -> list[float]:
        calendar = self.calendars[key[0]]
        places = range(len(calendar.periods))
        if figures.years:
            return self._spread(key, figures)
        if figures.at:
            return [self._on_the_line(key, figures, place) for place in places]
        if figures.each:
            return [*figures.each[: calendar.a_year], *figures.each]
        if figures.share_of:
            return [self._share(key, figures, place) for place in places]
        if figures.sum_of:
            every = [self.totals(self.home(name)) for name in figures.sum_of]
            return [self._united([totals[place] for totals in every], figures.overlap) for place in places]
        if figures.categories_of is not None:
            other = self.categories(self.home(figures.categories_of.quantity))
            every_key = [name.split(":") for name in figures.categories_of.keys]
            return [self._united([other[b][place][c] for b, c in every_key], figures.overlap) for place in places]
        if figures.lag is not None:
            return self._followed(figures.lag, calendar)
        raise ValueError(f"{key[1]} of {key[0]} has no level. Say in its profile how it comes about.")

    def _followed(self, lag: Lag, calendar: Calendar) -> list[float]:
        other = self.totals(self.home(lag.quantity))
        # Before the first year there is nothing: it is taken to be like the first.
        places = [place - lag.periods for place in range(len(other))]
        return [other[place if place >= 0 else place + calendar.a_year] * lag.factor for place in places]

    @staticmethod
    def _united(numbers: Sequence[float], overlap: float) -> float:
        return float(max(max(numbers), round(sum(numbers) * (1 - overlap))))

    def _spread(self, key: Key, figures: Figures) -> list[float]:
        """Years' events over their periods: few fall by chance, many follow the season."""
        calendar = self.calendars[key[0]]
        season = figures.season or (1.0,) * calendar.a_year
        made: list[float] = []
        for place in range(0, len(calendar.periods), calendar.a_year):
            total = round(_in_year(figures.years, calendar.year(place)))
            chance = _chance(*key, "years", str(place // calendar.a_year))
            wobble = _luck(total / calendar.a_year) if figures.wobble is None else figures.wobble
            weights = {str(number): weight * _moved(wobble, chance) for number, weight in enumerate(season)}
            parts = _scattered(total, weights, chance) if total <= FEW else _apportioned(total, weights)
            made += parts.values()
        return made[: len(calendar.periods)]

    def _on_the_line(self, key: Key, figures: Figures, place: int) -> float:
        calendar = self.calendars[key[0]]
        codes = [period.code for period in calendar.periods]
        points = sorted((codes.index(code), value) for code, value in figures.at.items())
        for at, value in points:
            if at == place:
                return value
        wobble = WOBBLE_OF_STOCKS if figures.wobble is None else figures.wobble
        noise = _moved(wobble, _chance(*key, codes[place]))
        if place < points[0][0] or place > points[-1][0]:
            return (points[0] if place < points[0][0] else points[-1])[1] * noise
        (before, low), (after, high) = next((one, two) for one, two in pairwise(points) if one[0] < place < two[0])
        return (low + (high - low) * (place - before) / (after - before)) * noise

    def _share(self, key: Key, figures: Figures, place: int) -> float:
        base = sum(self.totals(self.home(name))[place] for name in figures.share_of)
        share = _in_year(figures.share, self.calendars[key[0]].year(place))
        return self._taken(base, share, figures, _chance(*key, self._code(key, place)))

    @staticmethod
    def _taken(base: float, share: float, figures: Figures, chance: random.Random) -> float:
        """A share of a number: of a few, each by chance; never more than all unless the share is."""
        if base <= FEW and share <= 1 and figures.wobble is None:
            return float(sum(chance.random() < share for _ in range(round(base))))
        wobble = figures.wobble
        if wobble is None:
            wobble = _luck(base * share, share) if share <= 1 else WOBBLE_OF_MEANS
        taken = round(base * share * _moved(wobble, chance))
        return float(min(taken, base)) if share <= 1 else float(taken)

    def _parts(self, whole: Key) -> dict[str, list[float]]:
        """The quantities that make up another, by quantity."""
        made: dict[str, list[float]] = defaultdict(list)
        for place, total in enumerate(self.totals(whole)):
            year = self.calendars[whole[0]].year(place)
            weights = {part: _in_year(numbers, year) for part, numbers in self.figures(whole).parts.items()}
            chance = _chance(*whole, "parts", self._code(whole, place))
            for part, count in self._divided(round(total), weights, chance, stock=self._stock(whole)).items():
                made[part].append(count)
        return made

    # ---------------------------------------------------------------------------------------------------- categories

    def categories(self, key: Key) -> Categories:
        """The number in each category of every breakdown that the return asks for and the core does not hold."""
        if key not in self._categories:
            figures = self.figures(key)
            self._categories[key] = (
                {figures.by: self._by_rate(key, figures)}
                if figures.rates or figures.fixed
                else {
                    name: [self.shared(key, name, total, place) for place, total in enumerate(self.totals(key))]
                    for name in figures.categories
                }
            )
        return self._categories[key]

    def shared(self, key: Key, breakdown: str, total: float, place: int) -> dict[str, float]:
        """A total in the categories of a breakdown."""
        weights = {
            name: _in_year(numbers, self.calendars[key[0]].year(place))
            for name, numbers in self.figures(key).categories[breakdown].items()
        }
        chance = _chance(*key, breakdown, self._code(key, place))
        if not self.catalogue.breakdowns[breakdown].multi_select:
            return self._divided(round(total), weights, chance, stock=self._stock(key))
        if total <= FEW:
            return {
                name: float(sum(chance.random() < weight for _ in range(round(total))))
                for name, weight in weights.items()
            }
        return {
            name: float(min(total, round(total * weight * _moved(_luck(total * weight, weight), chance))))
            for name, weight in weights.items()
        }

    @staticmethod
    def _divided(total: int, weights: Mapping[str, float], chance: random.Random, *, stock: bool) -> dict[str, float]:
        """A total by weight. What is there at a date changes little from one date to the next, however small."""
        if total <= FEW and not stock:
            return _scattered(total, weights, chance)
        whole = sum(weights.values())
        return _apportioned(
            total,
            {
                name: weight
                * _moved(
                    WOBBLE_OF_CATEGORIES_OF_STOCKS if stock else _luck(total * weight / whole, weight / whole), chance
                )
                for name, weight in weights.items()
            },
        )

    def _by_rate(self, key: Key, figures: Figures) -> list[dict[str, float]]:
        """Each category by a rate of its own, of the same category of the other quantity where that has it."""
        calendar = self.calendars[key[0]]
        places = range(len(calendar.periods))
        if figures.fixed:
            return [{name: float(count) for name, count in figures.fixed.items()} for _ in places]
        others = [self.home(name) for name in figures.share_of]
        made: list[dict[str, float]] = []
        for place in places:
            counts: dict[str, float] = {}
            for name, numbers in figures.rates.items():
                chance = _chance(*key, name, self._code(key, place))
                bases = [self._like(other, figures.by, name, place) for other in others]
                counts[name] = self._taken(sum(bases), _in_year(numbers, calendar.year(place)), figures, chance)
            made.append(counts)
        return made

    def _like(self, other: Key, breakdown: str, category: str, place: int) -> float:
        by_category = self.categories(other).get(breakdown)
        return by_category[place][category] if by_category is not None else self.totals(other)[place]

    # -------------------------------------------------------------------------------------------------- rolling year

    def rolling(self, key: Key) -> list[float]:
        """Children counted once in the year that ends with each period, in the periods that have a return."""
        if key not in self._rolling:
            self._rolling[key] = self._make_rolling(key)
        return self._rolling[key]

    def _windows(self, key: Key, numbers: Sequence[float]) -> list[Sequence[float]]:
        calendar = self.calendars[key[0]]
        return [numbers[place - calendar.a_year + 1 : place + 1] for place in calendar.returned]

    def _make_rolling(self, key: Key) -> list[float]:
        figures, totals = self.figures(key), self.totals(key)
        if self.items[key].bases == (Basis.ROLLING_YEAR,):
            return list(totals[self.calendars[key[0]].a_year :])
        windows = self._windows(key, totals)
        if key[0] == SOCIAL_CARE and key in self.core_totals:
            given = {r.period: float(r.value) for rows in self.core.values() for r in rows
                     if r.quantity == key[1] and r.basis == Basis.ROLLING_YEAR}  # fmt: skip
            return [given[code] for code in CODES]
        if figures.rates:
            by_category = self.rolling_categories(key)[figures.by]
            return [sum(counts.values()) for counts in by_category]
        if figures.sum_of:
            every = [self.rolling(self.home(name)) for name in figures.sum_of]
            made = [self._united(numbers, figures.overlap) for numbers in zip(*every, strict=True)]
        elif figures.categories_of is not None:
            other = self.rolling_categories(self.home(figures.categories_of.quantity))
            keys = [name.split(":") for name in figures.categories_of.keys]
            made = [
                self._united([other[b][place][c] for b, c in keys], figures.overlap) for place in range(len(windows))
            ]
        else:
            made = [sum(window) - round(sum(window) * figures.twice) for window in windows]
        # No more than all quarters together, no less than the largest of them, and room for the categories likewise.
        least = [max(window) for window in windows]
        for name, by_period in self.categories(key).items():
            if not self.catalogue.breakdowns[name].multi_select:
                largest = [self._windows(key, [counts[category] for counts in by_period]) for category in by_period[0]]
                least = [max(low, sum(max(windows[place]) for windows in largest)) for place, low in enumerate(least)]
        most = [sum(window) for window in windows]
        if len(figures.share_of) == 1 and not self.catalogue.quantities[figures.share_of[0]].additive:
            most = [min(high, of) for high, of in zip(most, self.rolling(self.home(figures.share_of[0])), strict=True)]
        return [float(max(low, min(high, value))) for value, low, high in zip(made, least, most, strict=True)]

    def rolling_categories(self, key: Key) -> Categories:
        """The rolling year's children by category."""
        figures = self.figures(key)
        return {
            name: [
                self._rolled(key, figures, name, {c: [counts[c] for counts in window] for c in window[0]}, place)
                for place, window in enumerate(self._category_windows(key, by_period))
            ]
            for name, by_period in self.categories(key).items()
        }

    def _category_windows(self, key: Key, by_period: list[dict[str, float]]) -> list[list[dict[str, float]]]:
        calendar = self.calendars[key[0]]
        return [by_period[place - calendar.a_year + 1 : place + 1] for place in calendar.returned]

    def _rolled(
        self, key: Key, figures: Figures, breakdown: str, quarters: Mapping[str, list[float]], place: int
    ) -> dict[str, float]:
        """Each category of a rolling year, between its largest quarter and the sum of them."""
        if self.catalogue.breakdowns[breakdown].multi_select:
            return {
                name: min(self.rolling(key)[place], max(max(own), float(round(sum(own) * (1 - figures.twice)))))
                for name, own in quarters.items()
            }
        if figures.rates:
            whole = self.rolling_categories(self.home(figures.share_of[0]))[breakdown][place]
            return {
                name: min(whole[name], max(max(own), float(round(sum(own) * (1 - figures.twice)))))
                for name, own in quarters.items()
            }
        twice = round(sum(map(sum, quarters.values())) - self.rolling(key)[place])
        spare = {name: sum(own) - max(own) for name, own in quarters.items()}
        taken = _apportioned(twice, spare)
        return {name: sum(own) - taken[name] for name, own in quarters.items()}

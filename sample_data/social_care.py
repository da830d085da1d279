"""Children's social care for Stoke-on-Trent in ten quarters: the figures that rest on what was published.

They are made up. So that a page which sets them beside the published figures makes sense, they come close to what
Stoke-on-Trent's published years say, as real returns do: the quarters of a year add up to nearly, not exactly, that
year; a quarter is a little low when it is first sent and is put right in the next two returns, because work is recorded
late. From April 2025 on nothing was published when this was written, and the figures follow a story of their own: plans
begin to rise again, and more initial conferences are late.

Planted, so that what is missing can be seen: the caseload is absent from 2024-25Q4 (two warnings, the only ones), and
three or more placements is `x` in 2023-24Q3.

Everything else that the returns ask for is in `profiles/`, and `make_returns.py` puts the two together.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

SEED = 861  # the Department for Education's code of Stoke-on-Trent
AGENCY = "childrens-social-care"

# Each quarter, and when its figures were extracted.
QUARTERS: Mapping[str, str] = {
    "2023-24Q1": "2023-07-14",
    "2023-24Q2": "2023-10-13",
    "2023-24Q3": "2024-01-15",
    "2023-24Q4": "2024-04-15",
    "2024-25Q1": "2024-07-12",
    "2024-25Q2": "2024-10-14",
    "2024-25Q3": "2025-01-15",
    "2024-25Q4": "2025-04-14",
    "2025-26Q1": "2025-07-14",
    "2025-26Q2": "2025-10-14",
}
CODES = tuple(QUARTERS)

# ---------------------------------------------------------------------------------------- what was published

# Department for Education, Children in need, 2024 and 2025 releases (files c1, c4, d1, d3), and Children looked after
# in England, 2025 release (population types “starting” and “ceasing”). Years to 31 March 2024 and 2025.
PUBLISHED_YEARS: Mapping[str, tuple[int, int]] = {
    "referrals": (4798, 3874),
    "repeat-referrals": (1226, 812),
    "referrals-no-further-action": (44, 46),
    "referrals-assessed-not-in-need": (1988, 1548),
    "section-47-enquiries": (2471, 1899),
    "initial-conferences": (810, 505),
    "initial-conferences-0-10-days": (50, 29),
    "initial-conferences-11-15-days": (687, 430),
    "initial-conferences-16-20-days": (38, 12),
    "initial-conferences-21-or-more-days": (35, 34),
    "protection-plan-starts": (714, 436),
    "subsequent-protection-plan-starts": (199, 124),
    "care-starts": (287, 178),
    "care-ends": (243, 270),
}
# The same sources (b1, d1, d5; looked after on 31 March; placement stability). At 31 March 2024 and 2025.
PUBLISHED_AT_31_MARCH: Mapping[str, tuple[int, int]] = {
    "children-in-need": (3438, 3186),
    "protection-plans": (514, 316),
    "protection-plans-2-years-or-more": (9, 11),
    "protection-plans-due-a-review": (340, 190),
    "children-in-care": (1152, 1063),
    "children-in-care-with-three-or-more-placements": (129, 104),
}
# Department for Education, Children's social work workforce, March 2026 release. At 30 September 2023, 2024 and 2025.
PUBLISHED_AT_30_SEPTEMBER: Mapping[str, tuple[float, float, float]] = {
    "social-workers-in-post-fte": (239.8, 257.0, 279.9),
    "agency-social-workers-fte": (74.0, 82.0, 53.0),
    "social-worker-vacancies-fte": (87.5, 79.5, 77.5),
    "case-holders-fte": (184.3, 202.8, 194.9),
    "cases-held": (4128, 3901, 3511),
}
# Children in need, 2024 release (files c2, c5, d4): year to, or at, 31 March 2024. Nothing like them for 2025.
ASSESSMENTS_2024 = 5924
ASSESSMENT_BANDS_2024: Mapping[str, int] = {
    "assessments-same-day": 12,
    "assessments-1-10-days": 483,
    "assessments-11-20-days": 858,
    "assessments-21-30-days": 643,
    "assessments-31-40-days": 1100,
    "assessments-41-45-days": 1450,
    "assessments-46-50-days": 596,
    "assessments-51-60-days": 409,
    "assessments-61-or-more-days": 373,
}
REFERRAL_SOURCES_2024: Mapping[str, int] = {
    "individual": 522,
    "schools": 716,
    "education-services": 229,
    "health-services": 615,
    "housing": 37,
    "council-services": 445,
    "police": 1572,
    "other-legal-agency": 138,
    "other": 445,
    "anonymous": 79,
    "unknown": 0,
}
LATEST_CATEGORY_OF_ABUSE_2024: Mapping[str, int] = {
    "neglect": 246,
    "physical-abuse": 16,
    "sexual-abuse": 20,
    "emotional-abuse": 232,
    "multiple": 0,
}

# ------------------------------------------------------------------------- the made-up quarters: what was so in the end

# How a published year is spread over its four quarters. Referrals by month are published for the year to 31 March 2024
# (file c6); the rest is made up.
SPREAD: Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "referrals": ((1289, 1119, 1189, 1201), (1010, 905, 985, 974)),
    "section-47-enquiries": ((655, 628, 611, 577), (519, 470, 462, 448)),
    "initial-conferences": ((214, 208, 202, 186), (146, 126, 113, 120)),
    "protection-plan-starts": ((190, 186, 178, 160), (128, 108, 98, 102)),
}
# What the quarters of a year come to, beside the year as published: the census is taken later than the last return.
RECORDED_BY_THE_LAST_RETURN = 0.996

# The two quarters after the last published year.
LATEST_QUARTERS: Mapping[str, tuple[int, int]] = {
    "referrals": (986, 1012),
    "section-47-enquiries": (463, 512),
    "initial-conferences": (129, 153),
    "protection-plan-starts": (112, 133),
}
# Shares of the whole, for 2023-24, 2024-25, and each of the two latest quarters.
SHARES: Mapping[str, tuple[float, float, float, float]] = {
    "repeat-referrals": (0.256, 0.210, 0.212, 0.209),
    "referrals-no-further-action": (0.009, 0.012, 0.012, 0.011),
    "referrals-assessed-not-in-need": (0.414, 0.400, 0.397, 0.402),
    "subsequent-protection-plan-starts": (0.279, 0.284, 0.277, 0.271),
}
CONFERENCE_BANDS = (
    "initial-conferences-0-10-days",
    "initial-conferences-11-15-days",
    "initial-conferences-16-20-days",
    "initial-conferences-21-or-more-days",
)
# Shares of conferences in those bands in the two latest quarters: 86 and then 78 % within 15 working days, after 91 %.
LATEST_CONFERENCE_BANDS = ((0.055, 0.805, 0.070, 0.070), (0.045, 0.735, 0.120, 0.100))

ASSESSMENTS = (1544, 1497, 1465, 1398, 1262, 1176, 1164, 1189, 1172, 1201)
# Out of 1,000 assessments: how many more than in 2023-24 fall into the bands up to 45 days, and so out of the later.
QUICKER_ASSESSMENTS = (0, 0, 0, 0, 8, 14, 20, 24, 26, 22)

AT_DATE: Mapping[str, Sequence[int | float | str]] = {
    "children-in-need": (3790, 3658, 3531, 3436, 3372, 3291, 3221, 3183, 3204, 3249),
    "children-on-cin-plans": (828, 790, 748, 709, 692, 671, 655, 643, 650, 668),
    "protection-plans": (527, 522, 519, 512, 468, 410, 352, 315, 310, 331),
    "protection-plans-2-years-or-more": (7, 8, 9, 9, 10, 12, 12, 11, 9, 8),
    "protection-plans-due-a-review": (351, 346, 342, 338, 318, 271, 226, 190, 181, 186),
    "protection-plans-reviewed-on-time": (331, 330, 332, 330, 309, 262, 217, 181, 174, 177),
    "children-in-care": (1127, 1141, 1150, 1151, 1136, 1114, 1087, 1062, 1041, 1027),
    "children-in-care-with-three-or-more-placements": (124, 127, "x", 129, 124, 117, 110, 104, 101, 98),
    "social-workers-in-post-fte": (243.1, 240.2, 243.5, 248.0, 252.4, 256.6, 262.3, 268.6, 274.2, 279.3),
    "agency-social-workers-fte": (71.0, 74.0, 78.0, 81.0, 83.0, 82.0, 76.0, 68.0, 60.0, 53.5),
    "social-worker-vacancies-fte": (86.5, 87.5, 85.0, 82.5, 80.5, 79.5, 79.0, 78.5, 78.0, 77.5),
    "case-holders-fte": (181.5, 184.6, 189.6, 195.2, 199.7, 202.4, 200.9, "", 196.2, 195.3),
    "cases-held": (4175, 4121, 4066, 4010, 3952, 3897, 3790, "", 3570, 3516),
}
# Full-time equivalents who left in each quarter.
LEAVERS = (11.8, 12.4, 8.2, 7.0, 6.6, 7.2, 6.4, 6.0, 5.6, 5.5)

# Children, each once in a quarter. The four quarters before the first return are there for its rolling year.
CARE_STARTS = (70, 71, 72, 69, 76, 73, 72, 70, 55, 47, 40, 39, 42, 46)
CARE_ENDS = (48, 50, 49, 52, 54, 59, 63, 69, 71, 69, 67, 66, 64, 61)
# Of the four quarters' children, those who came in (or left) a second time within the year and so count once.
TWICE_IN_A_YEAR = 0.017

# ---------------------------------------------------------------------------------------------- late recording

# How much of a quarter's work is not yet recorded in its first return, and in the next. By the third all of it is.
NOT_YET_RECORDED = (0.018, 0.005, 0.0)
LATE = "late recording"
NOTES: Mapping[tuple[str, str], str] = {
    (
        "2023-24Q3",
        "children-in-care-with-three-or-more-placements",
    ): "Placement histories could not be reported while records moved to the new case system",
    ("2025-26Q2", "initial-conferences"): "Two conference chairs were vacant in August; conferences waited for a chair",
    ("2025-26Q2", "protection-plans"): "Plans have risen since June; more sibling groups than usual",
}


@dataclass(frozen=True)
class Row:
    """One row of a return, before its extract date is added."""

    period: str
    quantity: str
    value: str
    category: str = ""
    basis: str = ""
    symbol: str = ""
    note: str = ""


Term = tuple[str, str]
"""A quantity and a category of it ("" for the whole)."""


@dataclass(frozen=True)
class Block:
    """A whole, what makes it up (each list adds up to it), and what is counted of it: restated all together."""

    whole: Term
    total: int
    made_up_of: tuple[Mapping[Term, int], ...]
    counted: Mapping[Term, int]

    def as_recorded(self, missing: float) -> "Block":
        """The block with this share of its whole not yet recorded, taken evenly from every part."""
        late = round(self.total * missing)
        return Block(
            self.whole,
            self.total - late,
            tuple(_less(parts, late) for parts in self.made_up_of),
            {term: count - round(late * count / self.total) for term, count in self.counted.items()},
        )

    def terms(self) -> Iterator[tuple[Term, int]]:
        """Every number of the block, the whole first."""
        yield self.whole, self.total
        yield from self.counted.items()
        for parts in self.made_up_of:
            yield from parts.items()


def shared_out(total: int, weights: Mapping[Term, float]) -> dict[Term, int]:
    """A whole number shared out by weight, so that the parts add up to it: the largest remainders are rounded up."""
    whole = sum(weights.values())
    exact = {term: total * weight / whole for term, weight in weights.items()}
    parts = {term: int(share) for term, share in exact.items()}
    by_remainder = sorted(exact, key=lambda term: (parts[term] - exact[term], term))
    for term in by_remainder[: total - sum(parts.values())]:
        parts[term] += 1
    return parts


def _less(parts: Mapping[Term, int], late: int) -> dict[Term, int]:
    taken = shared_out(late, parts)
    return {term: count - taken[term] for term, count in parts.items()}


def _wavering(weights: Mapping[Term, float], chance: random.Random, by: float = 0.06) -> dict[Term, float]:
    """Weights that differ a little from quarter to quarter. Only `random()` is used: its numbers never change."""
    return {term: weight * (1 + by * (2 * chance.random() - 1)) for term, weight in weights.items()}


def _totals(quantity: str) -> list[int]:
    """A quantity's ten quarters: two published years, spread out, and the two made-up ones."""
    quarters: list[int] = []
    for published, spread in zip(PUBLISHED_YEARS[quantity], SPREAD[quantity], strict=True):
        weights: dict[Term, float] = {(str(number), ""): float(weight) for number, weight in enumerate(spread)}
        quarters += shared_out(round(published * RECORDED_BY_THE_LAST_RETURN), weights).values()
    return [*quarters, *LATEST_QUARTERS[quantity]]


def _year(index: int) -> int:
    """0 for 2023-24, 1 for 2024-25, 2 and 3 for the two latest quarters."""
    return index // 4 if index < 8 else index - 6


def _counted(quantity: str, of: int, index: int, chance: random.Random) -> dict[Term, int]:
    share = SHARES[quantity][_year(index)]
    return {(quantity, ""): round(of * share * (1 + 0.04 * (2 * chance.random() - 1)))}


def _blocks(chance: random.Random) -> list[list[Block]]:
    """For each quarter, the blocks that are restated, as they were in the end."""
    totals = {quantity: _totals(quantity) for quantity in SPREAD}
    return [
        [
            _referrals(totals["referrals"][index], index, chance),
            _assessments(index, chance),
            Block(("section-47-enquiries", ""), totals["section-47-enquiries"][index], (), {}),
            _conferences(totals["initial-conferences"][index], index, chance),
            Block(
                ("protection-plan-starts", ""),
                starts := totals["protection-plan-starts"][index],
                (),
                _counted("subsequent-protection-plan-starts", starts, index, chance),
            ),
        ]
        for index in range(len(CODES))
    ]


def _referrals(total: int, index: int, chance: random.Random) -> Block:
    # The police's share has been falling since 2024, and schools' rising.
    drift = {"police": -0.012 * max(0, index - 3), "schools": 0.02 * max(0, index - 3)}
    sources = {
        ("referrals", f"source:{source}"): count * (1 + drift.get(source, 0.0))
        for source, count in REFERRAL_SOURCES_2024.items()
    }
    counted: dict[Term, int] = {}
    for quantity in ("repeat-referrals", "referrals-no-further-action", "referrals-assessed-not-in-need"):
        counted |= _counted(quantity, total, index, chance)
    return Block(("referrals", ""), total, (shared_out(total, _wavering(sources, chance)),), counted)


def _assessments(index: int, chance: random.Random) -> Block:
    shares = {(band, ""): count / ASSESSMENTS_2024 for band, count in ASSESSMENT_BANDS_2024.items()}
    late = [term for term in shares if term[0].startswith(("assessments-46", "assessments-51", "assessments-61"))]
    quicker = QUICKER_ASSESSMENTS[index] / 1000
    for term in shares:
        shares[term] += -quicker / len(late) if term in late else quicker / (len(shares) - len(late))
    total = ASSESSMENTS[index]
    return Block(("assessments-completed", ""), total, (shared_out(total, _wavering(shares, chance)),), {})


def _conferences(total: int, index: int, chance: random.Random) -> Block:
    year = _year(index)
    weights: dict[Term, float] = {
        (band, ""): PUBLISHED_YEARS[band][year] if year < 2 else LATEST_CONFERENCE_BANDS[year - 2][number]
        for number, band in enumerate(CONFERENCE_BANDS)
    }
    return Block(("initial-conferences", ""), total, (shared_out(total, _wavering(weights, chance)),), {})


def _abuse_categories(index: int, chance: random.Random) -> dict[str, int]:
    total = AT_DATE["protection-plans"][index]
    weights: dict[Term, float] = {("", name): float(n) for name, n in LATEST_CATEGORY_OF_ABUSE_2024.items()}
    return {name: count for (_, name), count in shared_out(int(total), _wavering(weights, chance)).items()}


def _block_rows(block: Block, code: str, note: str = "") -> Iterator[Row]:
    for (quantity, category), count in block.terms():
        own_note = "" if category else NOTES.get((code, quantity), "")
        yield Row(code, quantity, str(count), category, note=note or own_note)


def _stock_rows(index: int, chance: random.Random) -> Iterator[Row]:
    code = CODES[index]
    for quantity, values in AT_DATE.items():
        value = values[index]
        if value == "":
            continue
        note = NOTES.get((code, quantity), "")
        if isinstance(value, str):
            yield Row(code, quantity, "", symbol=value, note=note)
        else:
            yield Row(code, quantity, str(value), note=note)
        if quantity == "protection-plans":
            for name, count in _abuse_categories(index, chance).items():
                key = f"latest-category-of-abuse:{name}"
                # Nobody is recorded under more than one category here, and the council says so.
                yield Row(code, quantity, "", key, symbol="nil") if count == 0 else Row(code, quantity, str(count), key)


def _care_rows(index: int) -> Iterator[Row]:
    for quantity, quarters in (("care-starts", CARE_STARTS), ("care-ends", CARE_ENDS)):
        yield Row(CODES[index], quantity, str(quarters[index + 4]))
        four = sum(quarters[index + 1 : index + 5])
        yield Row(CODES[index], quantity, str(four - round(four * TWICE_IN_A_YEAR)), basis="rolling-year")


def returns() -> dict[str, list[Row]]:
    """The rows of every return, by the quarter that it is for: its own, then the two before it as restated."""
    chance = random.Random(SEED)  # noqa: S311 - made-up figures, not a secret
    blocks = _blocks(chance)
    made: dict[str, list[Row]] = {}
    for index, code in enumerate(CODES):
        rows = [row for block in blocks[index] for row in _block_rows(block.as_recorded(NOT_YET_RECORDED[0]), code)]
        rows += _stock_rows(index, chance)
        rows += _care_rows(index)
        rows.append(Row(code, "social-worker-leavers-fte", str(LEAVERS[index])))
        for back in (1, 2):
            if index >= back:
                for block in blocks[index - back]:
                    rows += _restated(block, CODES[index - back], back)
        made[code] = rows
    return made


def _restated(block: Block, code: str, back: int) -> Iterator[Row]:
    """A block as it is known `back` quarters later, where that differs from what was last said."""
    now, before = block.as_recorded(NOT_YET_RECORDED[back]), block.as_recorded(NOT_YET_RECORDED[back - 1])
    if now != before:
        yield from _block_rows(now, code, LATE)

"""The newest figure of each area, and the figures that stand beside it: what a reading is made of."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl.transform.comparisons import RELEASE
from schema.areas import AreaKind
from schema.catalogue import Catalogue
from schema.periods import Basis, parse_period
from schema.states import State

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NEVER = (Basis.MONTH.value, Basis.YTD.value)
"""Parts of a year that are charted and never lead."""

_NEEDED = (
    "measure",
    "category",
    "area",
    "kind",
    "basis",
    "period",
    "value",
    "state",
    "numerator",
    "denominator",
    "measure_version",
    "compared_period",
    "compared_basis",
    "england_value",
    "england_state",
    "region_id",
    "region_value",
    "region_state",
    "previous_period",
    "previous_value",
    "previous_state",
    "previous_numerator",
    "previous_denominator",
)


def to_read(compared: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The rows of compared figures that `read_all` needs of them: the newest, and all areas of what they stand beside.

    It gives the same readings, from a few thousand rows in place of hundreds of thousands.
    """
    compared = compared[_told(compared, catalogue, every_category=False)]
    last = _last(compared, compared["area"])
    own, beside = keys_of(compared, ("period", "basis"), compared.iloc[last], ("compared_period", "compared_basis"))
    keep = (compared["kind"].to_numpy(dtype=object) == RELEASE) & np.isin(own, beside)
    keep[last] = True
    kept: pd.DataFrame = compared.loc[keep, [*_NEEDED]]
    # As objects their texts are compared and coded without being made anew each time.
    texts = [name for name, kind in kept.dtypes.items() if not pd.api.types.is_numeric_dtype(kind)]
    return kept.astype(dict.fromkeys(texts, object))


def newest_rows(compared: pd.DataFrame, catalogue: Catalogue, *, every_category: bool) -> pd.DataFrame:
    """Each area's newest row by measure, category, kind and basis; a joint figure once for each of its members."""
    above = {area.id for area in catalogue.areas if area.kind in (AreaKind.COUNTRY, AreaKind.REGION)}
    area, areas = _factorized(compared["area"])
    told = _told(compared, catalogue, every_category=every_category)
    told &= ~np.isin(area, [code for code, name in enumerate(areas) if name in above])
    rows = compared.loc[told, [*_NEEDED]].assign(reported_by=lambda frame: frame["area"])
    shared = [
        rows[rows["area"] == joint.id].assign(area=member)
        for joint in catalogue.areas
        if joint.id in areas
        for member in joint.members
    ]
    # A member's own figure of the same time goes before the joint one, for it comes later.
    rows = pd.concat([*(frame for frame in shared if len(frame)), rows], ignore_index=True)
    return rows.iloc[_last(rows, rows["area"])].reset_index(drop=True)


def _last(rows: pd.DataFrame, area: "pd.Series[str]") -> Ints:
    """Where the newest figure of each area, measure, category, kind and basis stands, in order of the rows.

    A local figure that never came is none (design, rule 12 leads with the newest that did).
    """
    period, periods = pd.factorize(rows["period"].to_numpy(dtype=object))
    end = np.array([parse_period(str(code)).end.toordinal() for code in periods], dtype=np.int64)[period]
    key = np.zeros(len(rows), dtype=np.int64)
    for column in (rows["measure"], rows["category"], rows["kind"], rows["basis"], area):
        code, found = pd.factorize(column.to_numpy(dtype=object))
        key = key * max(len(found), 1) + code
    came = rows["kind"].to_numpy(dtype=object) == RELEASE
    came |= rows["state"].to_numpy(dtype=object) != State.MISSING.value
    at = np.flatnonzero(came)
    order = at[np.lexsort((at, end[at], key[at]))]
    if not len(order):
        return order
    last = np.append(key[order][1:] != key[order][:-1], True)
    return np.sort(order[last])


def _told(compared: pd.DataFrame, catalogue: Catalogue, *, every_category: bool) -> Bools:
    """Which figures may be an area's newest: not months, and of the headline category unless all are wanted."""
    basis, bases = _factorized(compared["basis"])
    told: Bools = ~np.isin(basis, [code for code, name in enumerate(bases) if name in _NEVER])
    if every_category:
        return told
    measure, measures = _factorized(compared["measure"])
    category, categories = _factorized(compared["category"])
    place = {name: code for code, name in enumerate(categories)}
    headline = np.array([place.get(catalogue.measure(name).headline_category, -1) for name in measures], dtype=np.int64)
    return told & (category == headline[measure]) if len(measures) else told


def _factorized(texts: "pd.Series[Any]") -> tuple[Ints, list[str]]:
    code, found = pd.factorize(texts.to_numpy(dtype=object))
    return code.astype(np.int64), [str(text) for text in found]


def keys_of(
    one: pd.DataFrame, when: tuple[str, str], other: pd.DataFrame, other_when: tuple[str, str]
) -> tuple[Ints, Ints]:
    """Measure, category, period and basis of two frames' rows as whole numbers that are alike where all four are."""
    key = np.zeros(len(one) + len(other), dtype=np.int64)
    for first, second in (("measure", "measure"), ("category", "category"), *zip(when, other_when, strict=True)):
        both = np.concatenate([one[first].to_numpy(dtype=object), other[second].to_numpy(dtype=object)])
        code, found = pd.factorize(both)
        key = key * max(len(found), 1) + code
    return key[: len(one)], key[len(one) :]

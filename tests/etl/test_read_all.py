"""Every authority's newest figures read in one pass, against slow-but-obvious readings one at a time."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from etl.transform.comparisons import RELEASE, NeighbourSets, compare
from etl.transform.funnels import change_levels, funnel
from etl.transform.newest import to_read
from etl.transform.read_all import COLUMNS, read_all
from etl.transform.reasons import Reason
from schema.catalogue import default_catalogue
from schema.measures import DesignEffect

CATALOGUE = default_catalogue()
AUTHORITIES = [area.id for area in CATALOGUE.areas if area.ranked and not area.members][:60]
STARTS = "child-protection-plans-started"
HERE = AUTHORITIES[0]
NEAR, FAR = AUTHORITIES[1:11], AUTHORITIES[11:21]


def _sets(model: str, nearest: list[str]) -> NeighbourSets:
    return NeighbourSets(model, 10, pd.DataFrame({"area": [HERE] * 10, "rank": range(1, 11), "neighbour": nearest}))


NEIGHBOURS, OTHERS = _sets("may-2025", NEAR), [_sets("april-2021", FAR)]


def _row(area: str, period: str, x: float, n: float, **given: Any) -> dict[str, Any]:
    usual = {
        "measure": STARTS,
        "source_id": 1,
        "area": area,
        "period": period,
        "basis": "year",
        "category": "total",
        "numerator": x,
        "denominator": n,
        "value": x / n * 10_000 if n else np.nan,
        "state": "value",
        "origin": "computed",
        "measure_version": 1,
        "kind": RELEASE,
        "released_on": date(2025, 10, 30),
        "compilation": False,
    }
    return usual | given


def _figures(measure: str = STARTS, years: tuple[str, ...] = ("2023-24", "2024-25")) -> pd.DataFrame:
    random = np.random.default_rng(8)
    rows = []
    for year in years:
        people = np.round(random.uniform(20_000, 200_000, len(AUTHORITIES)))
        events = np.round(people * 0.005 * random.lognormal(0, 0.2, len(AUTHORITIES)))
        events[30:33] = np.round(people[30:33] * (0.015, 0.001, 0.009))
        rows += [
            _row(area, year, x, n, measure=measure) for area, x, n in zip(AUTHORITIES, events, people, strict=True)
        ]
        region = CATALOGUE.areas.region_of(CATALOGUE.areas.by_id[HERE])
        assert region is not None
        above = {region.id, "england"}
        rows += [_row(area, year, 5_000, 1_000_000, measure=measure) for area in sorted(above)]
    return pd.DataFrame(rows)


def _read(figures: pd.DataFrame, **given: Any) -> pd.DataFrame:
    return read_all(compare(figures, NEIGHBOURS, CATALOGUE), CATALOGUE, NEIGHBOURS, OTHERS, **given)


def _at(read: pd.DataFrame, area: str = HERE, kind: str = RELEASE) -> pd.Series:
    found = read[(read["area"] == area) & (read["kind"] == kind)]
    assert len(found) == 1
    return found.iloc[0]


def test_it_gives_what_reading_one_measure_by_hand_gives() -> None:
    figures = _figures()
    read = _read(figures).set_index("area").loc[AUTHORITIES]
    now = figures[(figures["period"] == "2024-25")].set_index("area").loc[AUTHORITIES]
    before = figures[(figures["period"] == "2023-24")].set_index("area").loc[AUTHORITIES]
    every = funnel(now["numerator"], now["denominator"], proportion=False, centre=0.005)
    assert tuple(read.reset_index().columns[:1]) == ("area",)
    assert set(COLUMNS) == {*read.columns, "area"}
    assert read["level_england"].to_numpy() == pytest.approx(every.level)
    assert read["plain_level_england"].to_numpy() == pytest.approx(every.plain_level)
    assert (np.abs(every.plain_level) > 0).sum() > (np.abs(every.level) > 0).sum() > 0
    changed = change_levels(
        now["numerator"], now["denominator"], before["numerator"], before["denominator"], proportion=False
    )
    assert read["change_level"].to_numpy() == pytest.approx(changed)
    assert set(read["reason"]) == {""}
    assert set(read["period"]) == {"2024-25"}


def test_neighbours_are_counted_in_both_models() -> None:
    figures = _figures()
    read = _at(_read(figures))
    value = figures[figures["period"] == "2024-25"].set_index("area")["value"]
    near, far = value[NEAR].to_numpy(), value[FAR].to_numpy()
    assert read["neighbours_mean"] == pytest.approx(near.mean())
    assert read["neighbours_median"] == pytest.approx(np.median(near))
    assert (read["above"], read["of_neighbours"]) == ((value[HERE] > near).sum(), 10)
    assert read["other_model"] == "april-2021"
    assert read["other_mean"] == pytest.approx(far.mean())
    assert read["other_median"] == pytest.approx(np.median(far))
    averages = [near.mean(), np.median(near), far.mean(), np.median(far)]
    assert read["depends"] == (len({value[HERE] > average for average in averages}) > 1)


def test_a_local_rolling_year_is_read_with_the_published_spread_and_its_own_denominator() -> None:
    published = _figures()
    people = float(
        published.loc[(published["area"] == HERE) & (published["period"] == "2024-25"), "denominator"].iloc[0]
    )
    local = {"kind": "submission", "basis": "rolling-year"}
    events = round(people * 0.016)
    figures = pd.concat(
        [published, pd.DataFrame([_row(HERE, "2025-26Q2", events, people, **local)])], ignore_index=True
    )
    read = _at(_read(figures), kind="submission")
    assert (read["lag"], read["reason"], read["level_england"]) == (6, "", 2)
    typical = figures.assign(numerator=figures["numerator"].where(figures["kind"] == RELEASE, round(people * 0.0055)))
    assert _at(_read(typical), kind="submission")["level_england"] == 0
    # The newest published figure of the area, and those of all others, are as if nothing local had come.
    before, after = (_read(found).query("kind == 'release'").reset_index(drop=True) for found in (published, figures))
    pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize(
    ("period", "lag", "reason"), [("2026-27Q2", 18, ""), ("2026-27Q3", 21, Reason.TOO_OLD), ("2024-25Q3", 9, "")]
)
def test_what_is_published_may_be_18_months_older_and_no_more(period: str, lag: int, reason: str) -> None:
    local = _row(HERE, period, 500, 60_000, kind="submission", basis="rolling-year")
    read = _at(_read(pd.concat([_figures(), pd.DataFrame([local])], ignore_index=True)), kind="submission")
    assert (read["lag"], read["reason"], read["reason_neighbours"]) == (lag, reason, reason)
    assert np.isnan(read["level_england"]) == bool(reason)


def test_a_quarter_is_read_against_its_own_past_alone() -> None:
    rows = [
        _row(HERE, period, x, 60_000, kind="submission", basis="quarter")
        for period, x in (("2024-25Q2", 100), ("2025-26Q2", 160))
    ]
    read = _at(_read(pd.concat([_figures(), pd.DataFrame(rows)], ignore_index=True)), kind="submission")
    assert read["reason"] == read["reason_neighbours"] == Reason.DIFFERENT_BASIS
    assert (read["level_previous"], read["reason_previous"]) == (2, "")
    assert np.isnan(read["change_level"])
    assert not read["depends"]


def test_a_stock_has_its_place_and_no_level() -> None:
    read = _at(_read(_figures("children-in-care").assign(basis="at-date")))
    assert read["reason"] == read["reason_previous"] == Reason.STOCK
    assert np.isnan([read["level_england"], read["level_previous"], read["change_level"]]).all()
    assert read["reason_neighbours"] == ""
    assert read["of_neighbours"] == 10


def test_only_what_counts_the_same_is_read() -> None:
    close = next(
        m.id
        for m in CATALOGUE.measures.values()
        if m.published_as.match == "close" and m.population and not CATALOGUE.at_date(m)
    )
    read = _at(_read(_figures(close)))
    assert read["reason"] == read["reason_region"] == read["reason_neighbours"] == Reason.NO_COUNTERPART
    assert np.isnan(read["above"])
    assert not read["depends"]
    # Its own past is the same series all the same.
    assert np.isfinite(read["level_previous"])


def test_a_suppressed_figure_and_a_suppressed_comparator_are_named() -> None:
    figures = _figures()
    here = (figures["area"] == HERE) & (figures["period"] == "2024-25")
    hidden = figures.copy()
    hidden.loc[here, ["numerator", "value"]] = np.nan
    hidden.loc[here, "state"] = "suppressed"
    read = _at(_read(hidden))
    assert {read[name] for name in ("reason", "reason_neighbours", "reason_previous")} == {Reason.NO_FIGURE}
    region = CATALOGUE.areas.region_of(CATALOGUE.areas.by_id[HERE])
    assert region is not None
    without = _at(_read(figures[figures["area"] != region.id]))
    assert (without["reason"], without["reason_region"]) == ("", Reason.NO_COMPARATOR)


def test_too_few_authorities_say_nothing_by_either_limits() -> None:
    few = _figures()
    few = few[few["area"].isin([*AUTHORITIES[:15], "england"])]
    read = _at(_read(few))
    assert read["reason"] == Reason.TOO_FEW
    assert np.isnan(read["level_england"])
    assert np.isnan(read["plain_level_england"])


def test_a_joint_return_is_read_for_each_of_its_members() -> None:
    joint = next(area for area in CATALOGUE.areas if area.members)
    figures = pd.concat([_figures(), pd.DataFrame([_row(joint.id, "2024-25", 900, 80_000)])], ignore_index=True)
    figures = figures[~figures["area"].isin(joint.members)]
    read = _read(figures)
    assert {_at(read, member)["reported_by"] for member in joint.members} == {joint.id}
    assert len({_at(read, area)["level_england"] for area in (joint.id, *joint.members)}) == 1


def test_a_design_effect_widens_the_plain_limits_and_the_change_but_not_the_spread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    single = _read(_figures())
    clustered = CATALOGUE.measure(STARTS).model_copy(
        update={"design_effect": DesignEffect(value=30, because="made up for this test")}
    )
    monkeypatch.setitem(CATALOGUE.measures, STARTS, clustered)
    read = _read(_figures())
    assert set(read["design_effect"]) == {30.0}
    for name in ("plain_level_england", "level_previous"):
        assert (read[name].abs() <= single[name].abs()).all()
        assert read[name].abs().sum() < single[name].abs().sum()
    assert (read["level_england"].abs() <= single["level_england"].abs()).all()


def test_what_is_sifted_first_reads_the_same() -> None:
    figures = pd.concat(
        [_figures(), _figures(years=("2021-22",)), _figures("children-in-care").assign(basis="at-date")],
        ignore_index=True,
    )
    compared = compare(figures, NEIGHBOURS, CATALOGUE)
    few = to_read(compared, CATALOGUE)
    assert len(few) < len(compared)
    pd.testing.assert_frame_equal(
        read_all(few, CATALOGUE, NEIGHBOURS, OTHERS), read_all(compared, CATALOGUE, NEIGHBOURS, OTHERS)
    )


def test_nothing_reads_as_nothing() -> None:
    compared = compare(_figures().iloc[:0], NEIGHBOURS, CATALOGUE)
    assert list(read_all(compared, CATALOGUE, NEIGHBOURS).columns) == list(COLUMNS)
    assert to_read(compared, CATALOGUE).empty

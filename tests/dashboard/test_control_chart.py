"""The picture of a control chart: what tells its marks apart, and that it never stands without its rule."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.utils import PlotlyJSONEncoder

from dashboard.charts import control_words
from dashboard.charts.control import HEIGHT, MARKS, ControlView, control, control_block, control_view, end_labels
from etl.transform.control_charts import ControlCharts, control_charts
from etl.transform.control_terms import Assurance, Event, Rebase, Variation
from schema.measures import Measure, Polarity
from schema.periods import Basis, month, quarter
from tests.dashboard.figures import measure

STEADY = [50.0, 53, 49, 52, 51, 48, 54, 50, 52, 49, 51, 53, 50]
TIMELY = "initial-conferences-within-15-working-days"
"""Higher is better, per cent."""


def of(values: Sequence[float | None], *, polarity: Polarity = Polarity.HIGHER, **given_: Any) -> ControlView:
    """A view of months from April 2020 on."""
    codes = [month(2020 + (3 + at) // 12, (3 + at) % 12 + 1).code for at in range(len(values))]
    charts = control_charts(
        pd.DataFrame({"area": "stoke-on-trent", "period": codes, "value": np.array(values, dtype=float)}),
        Basis.MONTH,
        "count",
        rebases=given_.pop("rebases", ()),
        events=given_.pop("events", ()),
    )
    assert isinstance(charts, ControlCharts)
    usual: dict[str, Any] = {
        "measure": judged(polarity), "area_name": "Stoke-on-Trent", "source": "Source: a local return.",
    }  # fmt: skip
    return control_view(charts, "stoke-on-trent", **{**usual, **given_})


def judged(polarity: Polarity) -> Measure:
    return measure(TIMELY).model_copy(update={"polarity": polarity})


def traces(view: ControlView) -> dict[str, Any]:
    return {trace["name"]: trace for trace in control(view).to_plotly_json()["data"]}


def words_of(view: ControlView) -> str:
    return json.dumps(control_block(view, id="control"), cls=PlotlyJSONEncoder, ensure_ascii=False)


# ------------------------------------------------------------------------------------------------ the marks


def test_each_kind_of_value_has_a_shape_of_its_own() -> None:
    assert len({mark.symbol for mark in MARKS.values()}) == len(MARKS)
    assert set(MARKS) == {v for v in Variation if v is not Variation.MISSING}


@pytest.mark.parametrize(
    ("polarity", "high", "low"),
    [
        (Polarity.HIGHER, "Improvement", "Concern"),
        (Polarity.LOWER, "Concern", "Improvement"),
        (Polarity.JUDGEMENT, "Unusual, neither better nor worse", "Unusual, neither better nor worse"),
    ],
)
def test_a_mark_says_what_polarity_makes_of_it(polarity: Polarity, high: str, low: str) -> None:
    view = of([*STEADY, 90, *STEADY, 10], polarity=polarity)
    drawn = traces(view)
    assert 90 in drawn[high]["y"]
    assert 10 in drawn[low]["y"]
    assert 50 in drawn["Usual variation"]["y"]


def test_every_value_is_marked_once() -> None:
    view = of([*STEADY, 90, None, *STEADY, 10])
    marked = [y for mark in MARKS.values() for y in traces(view).get(mark.title, {"y": []})["y"]]
    assert sorted(marked) == sorted(v for v in [*STEADY, 90, *STEADY, 10])


def test_a_gap_is_a_cross_that_tells_why_and_joins_nothing() -> None:
    view = of([*STEADY, None, *STEADY], reasons={"2021M05": "no return was received"})
    drawn = traces(view)
    assert drawn["No figure"]["marker"]["symbol"] == "x-thin"
    assert "no return was received" in drawn["No figure"]["text"][0]
    assert drawn["Stoke-on-Trent"]["connectgaps"] is False
    assert drawn["Stoke-on-Trent"]["y"][13] is None


# ------------------------------------------------------------------------------------------------ the limits


def test_limits_are_dashed_dotted_while_on_trial_and_labelled_at_their_end() -> None:
    assert traces(of(STEADY))["Upper limit"]["line"]["dash"] == "dash"
    assert traces(of(STEADY[:12]))["Upper limit"]["line"]["dash"] == "dot"
    labels = [label.name for label in end_labels(of(STEADY))]
    for name in ("Upper limit", "Mean", "Lower limit"):
        assert name in labels


def test_a_lower_limit_below_0_is_not_drawn() -> None:
    view = of([0, 4, 1, 6, 0, 3, 5, 1, 0, 2, 7, 1, 0])
    assert "Lower limit" not in traces(view)
    assert "below 0" in control_words.rule(view)


def test_a_new_baseline_breaks_the_limits_and_says_who_and_why() -> None:
    rebase = Rebase(month(2021, 5), "The front door moved to one team", "A. Manager")
    view = of([*STEADY, *(value + 40 for value in STEADY)], rebases=[rebase])
    upper = [t for t in control(view).to_plotly_json()["data"] if t["name"] == "Upper limit"]
    assert len(upper) == 2
    assert len({y for trace in upper for y in trace["y"]}) == 2
    layout = control(view).to_plotly_json()["layout"]
    assert any(shape["x0"].isoformat() == "2021-05-01" for shape in layout["shapes"])
    said = words_of(view)
    assert "The front door moved to one team" in said
    assert "A. Manager" in said


def test_events_are_lettered_and_listed() -> None:
    events = [Event(month(2020, 9).start, "A new recording system", "system")]
    view = of(STEADY, events=events)
    assert any(note["text"] == "A" for note in control(view).to_plotly_json()["layout"]["annotations"])
    assert control_words.notes(view) == ("A – 1 September 2020, system changed: A new recording system.",)
    assert "A new recording system" in words_of(view)


def test_events_outside_the_chart_are_not_drawn() -> None:
    view = of(STEADY, events=[Event(month(2010, 9).start, "Long before")])
    assert control_words.notes(view) == ()


def test_the_target_is_drawn_and_answered_for() -> None:
    view = of(STEADY, target=90.0)
    assert view.assurance is Assurance.NOT_MET
    assert "Target" in traces(view)
    assert "will not be met" in control_words.summary(view)
    assert "will be met in some months and not in others" in control_words.summary(of(STEADY, target=51.0))
    assert "will be met" in control_words.summary(of(STEADY, target=20.0))
    assert "Target" not in traces(of(STEADY))


# ------------------------------------------------------------------------------------------------- the words


def test_the_finding_is_about_the_newest_value() -> None:
    assert control_words.finding(of(STEADY)) == "Stoke-on-Trent: 50.0% in April 2021 is within its usual variation"
    high = control_words.finding(of([*STEADY, 90], polarity=Polarity.LOWER))
    assert high == "Stoke-on-Trent: 90.0% in May 2021 is a concern: above the upper limit"
    judgement = control_words.finding(of([*STEADY, 10], polarity=Polarity.JUDGEMENT))
    assert judgement == (
        "Stoke-on-Trent: 10.0% in May 2021 is unusual, neither better nor worse by itself: below the lower limit"
    )
    run = control_words.finding(of([*STEADY, *[54.0, 58] * 7]))
    assert run.endswith("is an improvement: one of 14 months in a row above the mean")
    few = control_words.finding(of(STEADY[:3]))
    assert few == "Stoke-on-Trent: 49.0% in June 2020. There are too few months for limits"


def test_a_finding_on_trial_limits_says_so() -> None:
    assert control_words.finding(of([*STEADY[:11], 90])).endswith("above the upper limit (trial limits)")


def test_no_chart_stands_without_its_rule_and_source() -> None:
    for view in (of(STEADY), of(STEADY[:12]), of(STEADY[:3])):
        said = words_of(view)
        assert "imits" in control_words.rule(view)
        assert control_words.rule(view) in said
        assert "Source: a local return." in said
    assert "2.66 times" in words_of(of(STEADY))


def test_the_table_has_every_period_newest_first() -> None:
    table = control_words.table(of([*STEADY, 90, None]))
    assert table.columns == ("Month", "Stoke-on-Trent", "Lower limit", "Mean", "Upper limit", "Signal")
    assert len(table.rows) == 15
    assert table.rows[0][:2] == ("June 2021", "No figure")
    assert table.rows[1][1] == "90.0%"
    assert table.rows[1][-1] == "Improvement: above the upper limit"
    assert table.rows[-1][-1] == "Usual variation"


def test_the_key_names_the_marks_that_are_drawn_and_no_others() -> None:
    said = words_of(of([*STEADY, 90]))
    assert f'"{MARKS[Variation.IMPROVEMENT].title}"' in said
    assert f'"{MARKS[Variation.CONCERN].title}"' not in said
    assert control(of(STEADY)).to_plotly_json()["layout"]["height"] == HEIGHT


@given(st.lists(st.one_of(st.none(), st.integers(0, 100).map(float)), min_size=1, max_size=40))
def test_no_series_breaks_the_picture(values: list[float | None]) -> None:
    if all(value is None for value in values):
        return
    view = of(values, events=[Event(month(2020, 6).start, "Something")], target=40.0)
    control(view)
    assert control_words.finding(view)
    assert control_words.rule(view)
    assert len(control_words.table(view).rows) == len(values)


# ---------------------------------------------------------------------------------------- all values taken together


def shares_of(numerator: Sequence[float], denominator: Sequence[float]) -> ControlView:
    codes = [quarter(2023 + at // 4, at % 4 + 1).code for at in range(len(numerator))]
    charts = control_charts(
        pd.DataFrame(
            {"area": "stoke-on-trent", "period": codes, "numerator": numerator, "denominator": denominator},
            dtype=object,
        ),
        Basis.QUARTER,
        "proportion",
        per=100,
    )
    assert isinstance(charts, ControlCharts)
    return control_view(
        charts, "stoke-on-trent", measure=judged(Polarity.LOWER), area_name="Stoke-on-Trent", source="Source: a return."
    )


def test_a_step_that_no_rule_signals_is_never_called_chance() -> None:
    counted, of_ = (
        [338, 277, 299, 306, 216, 187, 207, 204, 203, 206],
        [1284, 1115, 1184, 1196, 1006, 902, 981, 970, 981, 994],
    )
    view = shares_of(counted, of_)
    assert all(point.variation is Variation.COMMON for point in view.points)
    said = control_words.summary(view)
    assert said.startswith("No quarter stands out from the variation between one quarter and the next.")
    assert "Taken together, the 10 quarters vary more than chance would have it: they were higher before" in said
    assert "before April to June 2024 (25.5%) than from then on (21.0%)." in said
    assert "Seven quarters in a row on one side of the mean would signal such a step" in said
    assert "no more than chance would" not in said + control_words.rule(view)


def test_of_pure_noise_no_more_is_said_than_that_nothing_stands_out() -> None:
    counts = np.random.default_rng(3).binomial(975, 0.23, 10)
    said = control_words.summary(shares_of(counts.tolist(), [975] * 10))
    assert said == "No quarter stands out from the variation between one quarter and the next."


def test_bare_counts_are_not_held_against_chance() -> None:
    assert of([*STEADY, *[54.0, 58] * 7]).overall is None

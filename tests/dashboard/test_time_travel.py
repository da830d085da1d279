"""Looking back: every page, file and command shows what was accepted at an instant, with every comparator as it was."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from dashboard.cli import app as commands
from dashboard.instants import written
from dashboard.queries import Queries, with_sources
from dashboard.views.received import return_facts
from dashboard.views.return_status import today_of
from etl.load import store
from etl.load.engine import open_engine, reading
from etl.load.instants import instants_of_change
from etl.load.kept import INSTANTS, settled
from etl.transform.comparisons import compare, newest_only
from etl.transform.newest import to_read
from etl.transform.read_all import read_all
from schema.areas import load_areas
from schema.context import Context
from tests.dashboard.past import FILES, PAGES, History, history, main
from tests.etl.anew import computed_anew
from tests.etl.published import CATALOGUE

STOKE = load_areas().find("stoke-on-trent")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def past(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """What happened, once on each engine. Tests only look at it."""
    folder = tmp_path_factory.mktemp("past")
    if request.param == "sqlite":
        url = f"sqlite:///{(folder / 'past.db').as_posix()}"
    else:
        url = str(request.getfixturevalue("postgres_server").new_database())
    engine = open_engine(url)
    yield history(engine, folder)
    engine.dispose()


def url_of(past: History) -> str:
    return past.engine.url.render_as_string(hide_password=False)


def command(past: History, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.setenv("DATABASE_URL", url_of(past))
    done = CliRunner().invoke(commands, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def rows_of(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text.lstrip("\ufeff")))


# ------------------------------------------------------------------------------------------- pages and files


@pytest.mark.parametrize("what", [*PAGES, *FILES])
@pytest.mark.parametrize("moment", ["first", "released", "corrected"])
def test_everything_looks_as_it_did(past: History, moment: str, what: str) -> None:
    """Word for word: each page and each file, against the same one noted down at that moment."""
    then = getattr(past, moment)
    assert looks(past, then.at)[what] == then.shown[what]


_LOOKED: dict[tuple[int, datetime | None], Any] = {}


def looks(past: History, as_of: datetime | None) -> Any:
    if (id(past), as_of) not in _LOOKED:
        _LOOKED[id(past), as_of] = past.shown(as_of)
    return _LOOKED[id(past), as_of]


@pytest.mark.parametrize("what", [*PAGES[:4], *FILES[:4]])
def test_and_what_happened_since_did_change_it(past: History, what: str) -> None:
    """Or the test above would prove nothing."""
    if what != FILES[2]:
        assert past.first.shown[what] != past.released.shown[what]
    if what != FILES[3]:
        assert past.released.shown[what] != past.corrected.shown[what]


def test_the_old_and_the_new_figure_stand_beside_the_old_and_the_new_comparator(past: History) -> None:
    file = FILES[0]
    first, released, corrected = (rows_of(looks(past, m.at)[file]) for m in (past.first, past.released, past.corrected))
    # England's share for 2023-24 was 22.0 in the first release; the next one has 22.6 for 2024-25.
    newest = [frame.set_index("period")["england"]["2024-25Q4"] for frame in (first, released, corrected)]
    assert newest == [22.0, 22.6, 22.6]
    before, after = (dict(zip(f["period"], f["numerator"], strict=True)) for f in (released, corrected))
    assert after["2024-25Q4"] - before["2024-25Q4"] == 40
    assert after["2024-25Q3"] == before["2024-25Q3"]
    assert looks(past, None)[file] == looks(past, past.corrected.at)[file]


def test_nothing_was_known_before_the_beginning(past: History) -> None:
    then = looks(past, datetime(2001, 1, 1, tzinfo=UTC))
    assert len(then["/download/measure/repeat-referrals.csv"].splitlines()) == 1
    drawn = past.shell.at("/", "?as_of=2001-01-01")
    assert "nothing had been loaded or accepted by then" in str(drawn)


# ------------------------------------------------------------------------------------------------- commands


def test_commands_and_pages_agree_on_the_past(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    for moment in (past.first, past.released, past.corrected):
        asked = ("indicators", "--measure", "repeat-referrals", "--area", "E06000021", "--as-of", moment.at.isoformat())
        as_csv = rows_of(command(past, monkeypatch, *asked))
        as_json = pd.DataFrame(json.loads(command(past, monkeypatch, *asked, "--format", "json")))
        for number in ("value", "comparator_value"):
            assert as_csv[number].tolist() == pytest.approx(as_json[number].astype(float).tolist(), nan_ok=True)
        england = as_csv[as_csv["comparator"] == "england"]
        both = england.merge(rows_of(moment.shown[FILES[0]]), on=["period", "basis", "category"])
        assert len(both) >= 3
        assert both["comparator_value"].tolist() == pytest.approx(both["england"].tolist(), nan_ok=True)
        assert both["value_x"].tolist() == pytest.approx(both["value_y"].tolist(), nan_ok=True)


def test_lists_are_as_they_were(past: History, monkeypatch: pytest.MonkeyPatch) -> None:
    first, released = past.first.at.isoformat(), past.released.at.isoformat()
    for words, before, after in (
        (("publication", "list"), "cin-referrals  2025-10-30", "cin-referrals  2025-10-30"),
        (("chart", "list"), "", "Agreed"),
    ):
        then, later = (command(past, monkeypatch, *words, "--as-of", at) for at in (first, released))
        assert before in then
        assert after in later
        assert then != later
    assert "Agreed" not in command(past, monkeypatch, "chart", "list", "--as-of", first)
    assert command(past, monkeypatch, "publication", "disagreements", "--as-of", first).startswith("measure")


# ------------------------------------------------------------------------------------------------ the frame


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_keeps_the_instant(past: History, page: str) -> None:
    path, _, query = page.partition("?")
    asked = written(past.released.at)
    drawn = past.shell.at(path, f"?{query}&as_of={asked}")
    for href in hrefs(drawn):
        if href.startswith("/") and not href.startswith("/who"):
            assert "as_of=" in href or href in back_to_now(drawn), href


def hrefs(part: Any) -> Iterator[str]:
    if isinstance(part, list | tuple):
        for one in part:
            yield from hrefs(one)
    elif hasattr(part, "to_plotly_json"):
        if isinstance(getattr(part, "href", None), str):
            yield part.href
        yield from map(unescape, re.findall(r'href="([^"]*)"', getattr(part, "data-html", "")))
        for name in ("children", *getattr(part, "_children_props", [])):
            yield from hrefs(getattr(part, name, None))


def back_to_now(drawn: Any) -> set[str]:
    """The addresses of the links that lead back."""
    return set(re.findall(r"Link\(children='Back to now'[^)]*href='([^']*)'", str(drawn)))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("yesterday", "is not an instant"),
        ("2999-01-01", "is still to come"),
        ("0001-01-01", "no instant at which anything was known"),
        ("2026-02-30", "is not an instant"),
    ],
)
def test_what_is_no_instant_is_one_sentence_in_the_frame(past: History, asked: str, said: str) -> None:
    drawn = past.shell.at("/measure/referrals", f"?as_of={asked}")
    text = str(main(drawn))
    assert "This cannot be shown" in text
    assert said in text
    assert "as_of" not in text
    assert "Back to now" not in str(drawn)
    answer = past.app.server.test_client().get(f"/download/measure/referrals.csv?as_of={asked}")
    assert answer.status_code == 404
    assert said in answer.text


def test_a_file_of_the_past_says_so_in_its_name(past: History) -> None:
    client = past.app.server.test_client()
    day = client.get("/download/measure/referrals.csv?as_of=2024-01-31").headers["Content-Disposition"]
    assert "_as-of-2024-01-31.csv" in day
    assert "as-of" not in client.get("/download/measure/referrals.csv").headers["Content-Disposition"]


def test_a_return_is_late_as_of_then(past: History) -> None:
    """By what was due at that instant, and by what had come by then."""
    queries = Queries(past.engine, CATALOGUE)
    known = queries.sources(Context(as_of=past.released.at)).values()
    received = [source for source in known if source.publisher == "police"]
    assert [source.edition for source in received] == ["2024-25Q3", "2024-25Q4"]
    found = {fact.agency: fact for fact in return_facts(queries, Context(as_of=past.released.at))}["police"]
    since = {fact.agency: fact for fact in return_facts(queries, Context())}["police"]
    assert (found.newest_period, since.newest_period) == ("2024-25Q4", "2024-25Q3")
    assert found.late[0] == "2025-26Q1"
    assert since.late[0] == "2024-25Q4"
    # The day that is looked at is the instant's, not the clock's.
    assert today_of(Context(as_of=datetime(2025, 5, 1, 12, tzinfo=UTC))) == date(2025, 5, 1)


# ----------------------------------------------------------------------------------------------- what is kept


def test_any_number_of_instants_fills_no_memory(past: History) -> None:
    queries = Queries(past.engine, CATALOGUE)
    with reading(past.engine) as connection:
        changes = instants_of_change(connection)
    assert len(changes) > 3 * INSTANTS
    for change in changes:
        for step in range(5):
            queries.figures(Context(as_of=change + timedelta(microseconds=step)), "referrals")
        assert queries.earlier_kept() <= INSTANTS
    # Between two changes, and after the last, there is nothing to tell apart.
    assert queries.figures(Context(as_of=datetime.now(UTC))) is queries.figures(Context())


def test_instants_between_two_changes_are_one() -> None:
    one, two, three = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3))
    changes = (one, two, three)
    second = timedelta(seconds=1)
    assert settled(Context(), changes) == Context()
    assert settled(Context(as_of=three), changes) == settled(Context(as_of=three + second), changes) == Context()
    assert settled(Context(as_of=two + second), changes) == settled(Context(as_of=two), changes) == Context(as_of=two)
    before = settled(Context(as_of=one - second), changes)
    assert before == settled(Context(as_of=datetime(1990, 1, 1, tzinfo=UTC)), changes)
    assert before.as_of is not None
    assert before.as_of < one


def test_the_fast_way_is_the_slow_way(past: History) -> None:
    """What is made from the state of now is, row for row, what another process makes of the past from the beginning."""
    queries = Queries(past.engine, CATALOGUE)
    for moment in (past.first, past.released, past.corrected):
        context = Context(as_of=moment.at)
        with reading(past.engine) as connection:
            figures = computed_anew(connection, CATALOGUE, context)
            whole = with_sources(figures, store.active_sources(connection, context), CATALOGUE)
        neighbours = queries.neighbours(context)
        compared = compare(newest_only(whole), neighbours, CATALOGUE)
        own = compared["measure"].isin([m.id for m in CATALOGUE.measures_of("children")])
        fast = queries.compared_all(context)
        together = pd.concat([one.frame for one in fast.values() if len(one.frame)])
        same(together, compared[own])
        same(queries.figures(context, all_releases=True), whole)
        same(
            queries.readings(context), read_all(to_read(compared[own], CATALOGUE), CATALOGUE, neighbours, []), less=True
        )


def same(one: pd.DataFrame, other: pd.DataFrame, *, less: bool = False) -> None:
    """The same rows, in whatever order. With `less`, without what another neighbour model says."""
    names = [name for name in other.columns if not (less and name.startswith(("other_", "depends")))]
    keys = [name for name in ("measure", "source_id", "area", "kind", "period", "basis", "category") if name in names]
    left, right = (frame[names].astype(object).sort_values(keys, ignore_index=True) for frame in (one, other))
    left, right = (frame.where(frame.notna(), None) for frame in (left, right))
    pd.testing.assert_frame_equal(left, right, check_exact=False, rtol=1e-12, check_dtype=False)

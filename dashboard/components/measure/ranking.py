"""The words and the table around the ranking of all authorities."""

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import words
from dashboard.components.legend import legend as legend_of
from dashboard.components.match import mark_words
from dashboard.views.measure import MeasurePage
from dashboard.views.ranking import RankedArea, Ranking
from schema.measures import Measure, Polarity
from schema.states import State


def sentences(ranking: Ranking, page: MeasurePage) -> list[str]:
    """“89th lowest of 153”, how the neighbours lie, and how many have no figure."""
    said = []
    when = ranking.period_label
    if ranking.own is None:
        said.append(f"{page.area.name} has no rank among what is published, {when}: {ranking.own_state.words}.")
    else:
        # The figure that leads the page may be a newer or another one: what is ranked is said with its own date.
        value = words.full(ranking.own.value, State.VALUE, page.measure)
        whose = "" if ranking.own_name == page.area.name else f" of {ranking.own_name}"
        said.append(f"The published figure{whose}, {value}, {when}: {_place(ranking, ranking.own, page.measure)}.")
        if differs := mark_words(page.measure):
            said.append(f"That is the rank of what is published, not of the measure. {differs}")
        total = ranking.neighbours_below + ranking.neighbours_level + ranking.neighbours_above
        if total:
            level = f", {ranking.neighbours_level} level" if ranking.neighbours_level else ""
            said.append(
                f"Of {total} statistical neighbours with a figure, {ranking.neighbours_below} "
                f"{'is' if ranking.neighbours_below == 1 else 'are'} lower and "
                f"{ranking.neighbours_above} higher{level}."
            )
        said += _places(ranking, ranking.own, page.measure)
    if ranking.unranked:
        said.append(f"{words.plural(ranking.unranked, 'authority', 'authorities')} without a figure.")
    return said


_QUARTERS = ("first", "second", "third", "last")
"""Of four groups of the same size: “quarter” is a time of the year on these pages."""


def _places(ranking: Ranking, own: RankedArea, measure: Measure) -> list[str]:
    """Quartile, place among the neighbours, and the place a year before."""
    end = "lowest" if measure.polarity is Polarity.LOWER else "highest"
    said = []
    if ranking.quartile is not None:
        said.append(
            f"In the {_QUARTERS[ranking.quartile - 1]} of four equal groups of all authorities, from the {end}; "
            f"{_middle(ranking, measure)}."
        )
    if ranking.among is not None and ranking.among_quartile is not None:
        place = words.rank(ranking.among.place, ranking.among.of, measure, ranking.among.level_with)
        said.append(
            f"Among itself and its {words.plural(ranking.among.of - 1, 'neighbour')}: {place}, in the "
            f"{_QUARTERS[ranking.among_quartile - 1]} of four groups."
        )
    if ranking.before is not None:
        gained = ranking.before.place - own.place
        moved = (
            f"{words.plural(abs(gained), 'place')} {'nearer' if gained > 0 else 'further from'} the {end} now"
            if gained
            else "the same place now"
        )
        place = words.rank(ranking.before.place, ranking.before.of, measure, ranking.before.level_with)
        said.append(f"A year before ({ranking.before.period_label}): {place}; {moved}.")
    return said


def _middle(ranking: Ranking, measure: Measure) -> str:
    """The median that the quarters meet at, which is not England’s own figure: an authority may be below England and
    yet in the upper half."""
    said = f"their median is {words.plain(ranking.median, measure)}"
    if ranking.england is None or not (measure.denominator or measure.population):
        return said
    return f"{said}, while England as a whole is at {words.plain(ranking.england, measure)}"


def title(ranking: Ranking, page: MeasurePage) -> str:
    """The finding of the ranking."""
    if ranking.own is None:
        return f"{page.area.name} is not among the {ranking.of} authorities that can be ranked"
    return f"{ranking.own.name} is {_place(ranking, ranking.own, page.measure)}"


def _place(ranking: Ranking, own: RankedArea, measure: Measure) -> str:
    """“89th lowest of 153”, or “joint lowest of 153, level with 27 others”."""
    place = words.rank(own.place, ranking.of, measure, own.level_with)
    return f"{place}, level with {words.plural(own.level_with, 'other')}" if own.level_with else place


def table(ranking: Ranking, page: MeasurePage) -> TableTwin:
    """Every bar."""
    entries = sorted(ranking.entries, key=lambda entry: (entry.place, entry.name))
    rows = tuple(
        (
            entry.name,
            f"joint {entry.place}" if entry.level_with else f"{entry.place}",
            words.plain(entry.value, page.measure),
            "shown" if entry.own else "neighbour" if entry.neighbour else "",
        )
        for entry in entries
    )
    title = f"{page.title}, published, {ranking.period_label}: all authorities in order of rank"
    return TableTwin(title, ("Authority", "Rank", words.unit_head(page.measure), "Mark"), rows)


def legend(page: MeasurePage) -> html.Ul:
    """The marks of the bars."""
    marks = [
        ("own-bar", page.area.name),
        ("neighbour-bar", "Statistical neighbours"),
        ("other-bar", "Other authorities"),
    ]
    if page.no_neighbours:
        del marks[1]
    return legend_of(marks)


def who(page: MeasurePage) -> str:
    """The neighbours by name, the closest first."""
    if not page.neighbour_names:
        return page.no_neighbours
    return f"Statistical neighbours ({page.model.title}), the closest first: {', '.join(page.neighbour_names)}."

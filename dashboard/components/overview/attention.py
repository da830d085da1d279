"""The attention list as a card: what an executive with one minute has to know, each thing in one sentence."""

from collections.abc import Mapping, Sequence

from dash import dcc, html

from dashboard.components import owed, words
from dashboard.components.links import Link, choice, to_measure
from dashboard.views.attention import AGO, AttentionView
from dashboard.views.figure import Change
from etl.transform.attention_items import Facts, Item, Moved, Why
from schema.measures import Measure, Polarity
from schema.periods import Basis, parse_period
from schema.states import State

AT_ONCE = 10
"""As many as are read in a minute; the others are one step away."""

NAMED = 3
"""As many measures as are named where a return left them out, and agencies that are late with a line each."""

_WHY = {
    Why.STATUTORY: "Time limit",
    Why.UNUSUAL: "Unusual",
    Why.SPECIAL: "Special cause",
    Why.TARGET: "Off target",
    Why.CHANGED: "Sudden change",
    Why.DISPUTED: "Disputed",
    Why.LATE: "Late",
    Why.MISSING: "Missing",
    Why.POSSIBLY: "Possibly unusual",
    Why.IMPROVED: "Better, suddenly",
}
_MOVED = {
    Moved.NEW: "New",
    Moved.WORSE: "Worse",
    Moved.CHANGED: "Changed",
    Moved.LATE: "Late",
    Moved.SETTLED: "Settled",
}
_RULES = {
    "outside": "outside its control limits",
    "two-of-three": "one of two in three quarters far from its mean",
    "one-side": "one of seven quarters or more on one side of its mean",
    "trend": "one of seven quarters or more that went the same way",
}


def card(view: AttentionView, link: Link) -> html.Div:
    """The list, or since a day what has moved of it."""
    asked = view.since.isoformat() if view.since else ""
    options = {(view.today - ago).isoformat(): f"{name} ago" for name, ago in AGO.items()}
    if view.since and asked not in options:
        options[asked] = words.day(view.since)
    picker = choice("since", "Moved since", options, asked, everything="Show all that stands")
    return html.Div(
        [
            html.Div([html.H2("What needs attention"), picker], className="attention-head"),
            *(_all(view, link) if view.moved is None else _since(view, link)),
        ],
        className="card attention",
    )


def _all(view: AttentionView, link: Link) -> list[html.Ol | html.P | html.Details]:
    if not view.items:
        return [html.P("Nothing here is unusual and adverse, suddenly changed, off target or late."), _note()]
    return [*_listed(_lines([(None, item) for item in view.items], view, link)), _note()]


def _since(view: AttentionView, link: Link) -> list[html.Ol | html.P | html.Details]:
    day = "" if view.since is None else words.day(view.since)
    if view.nothing_then:
        return [html.P(f"Nothing had been received by {day}, so all of the list is new since then."), *_all(view, link)]
    if not view.moved:
        return [html.P(f"Nothing on the list has changed since {day}."), _note()]
    said = html.P(f"New, worse, changed, late or settled since {day}:")
    return [said, *_listed(_lines(view.moved, view, link)), _note()]


def _lines(items: Sequence[tuple[Moved | None, Item]], view: AttentionView, link: Link) -> list[html.Li]:
    """A line an item; late agencies, where they are many, share one, for each has its own beside the list."""
    late = [item for moved, item in items if item.why is Why.LATE and moved is not Moved.SETTLED]
    shared = late if len(late) > NAMED else []
    lines = []
    for moved, item in items:
        if item not in shared:
            lines.append(_item(item, view, link, moved))
        elif item is shared[0]:
            lines.append(_late_together(shared, view))
    return lines


def late_named(view: AttentionView) -> frozenset[str]:
    """The agencies of which the card says at once, each in a line, what is missing and since when it is due."""
    late = [item for item in view.items[:AT_ONCE] if item.why is Why.LATE]
    many = sum(item.why is Why.LATE for item in view.items) > NAMED
    return frozenset() if many or view.moved is not None else frozenset(item.agency for item in late)


def _late_together(late: Sequence[Item], view: AttentionView) -> html.Li:
    named = words.listed([words.within(view.agencies[item.agency]) for item in late])
    first = min(item.facts.since for item in late if item.facts.since is not None)
    return html.Li(
        [
            html.Span(_WHY[Why.LATE], className="badge why"),
            " ",
            html.Strong(words.plural(len(late), "agency", "agencies")),
            html.Span(
                f"Returns have not come from {named}; the first was due on {words.day(first)}.", className="said"
            ),
        ]
    )


def _listed(items: Sequence[html.Li]) -> list[html.Ol | html.Details]:
    shown: list[html.Ol | html.Details] = [html.Ol(list(items[:AT_ONCE]), className="attention-list")]
    rest = list(items[AT_ONCE:])
    if rest:
        more = html.Ol(rest, className="attention-list", start=str(AT_ONCE + 1))
        shown.append(html.Details([html.Summary(f"{len(rest)} more"), more], className="table-key more"))
    return shown


def _note() -> html.P:
    return html.P(
        "In order: time limits, unusual and adverse figures, special cause, targets missed, sudden changes, disputes, "
        "late and missing returns; priorities and larger differences first. Only the newest figure of each measure "
        "counts; differences are taken before rounding. Something on the list is a question to ask, not yet a finding.",
        className="note",
    )


def _item(item: Item, view: AttentionView, link: Link, moved: Moved | None = None) -> html.Li:
    agency = view.agencies[item.agency]
    measure = view.measures.get(item.measure)
    head: html.Strong | dcc.Link = html.Strong(agency) if measure is None else to_measure(measure, link)
    tags = [] if moved is None else [html.Span(_MOVED[moved], className="badge")]
    return html.Li(
        [
            *tags,
            html.Span(_WHY[item.why], className=f"badge why why-{item.why}"),
            " ",
            head,
            None if measure is None else html.Span(f" {agency}", className="small"),
            html.Span(sentence(item, view.measures), className="said"),
            *_to_disputes(item, link, moved),
        ]
    )


def _to_disputes(item: Item, link: Link, moved: Moved | None) -> list[dcc.Link | str]:
    """The way to what two agencies have to settle, under whatever reason the measure stands on the list."""
    if Why.DISPUTED not in (item.why, *item.also) or moved is Moved.SETTLED:
        return []
    words_ = "See the numbers and settle it" if item.why is Why.DISPUTED else "A number behind it is disputed"
    return [dcc.Link(words_, href=link("/disputes"), className="small")]


QUESTIONS = tuple(why for why in Why if why not in (Why.IMPROVED, Why.LATE, Why.MISSING, Why.DISPUTED))
"""Why a figure of children is a question to ask; a late return is one about an agency."""


def finding(item: Item, measures: Mapping[str, Measure], titles: Mapping[str, str]) -> str:
    """An item as a heading has it, after the area's name: “, July to September 2025: 63.9% of return home interviews
    were completed within 72 hours, down from 80.5% a year before”. Empty where it has no figure. `titles` are as rows
    have them, with a category.
    """
    facts, measure = item.facts, measures.get(item.measure)
    if measure is None or facts.value is None:
        return ""
    value, category = words.plain(facts.value, measure), titles.get(measure.id, "")[len(measure.title) + 2 :]
    said = f"{measure.title} {_show(facts.value, measure)}"
    if measure.says:
        said = measure.says.format(value=value, category=category)
    return f", {_when(facts.period, facts.basis)}: {said}, {_short_why(item, measure)}"


def _short_why(item: Item, measure: Measure) -> str:
    """What is amiss, in a few words."""
    facts = item.facts
    high = facts.direction > 0
    if item.why is Why.TARGET and facts.target is not None:
        return f"{'above' if high else 'below'} the target of {words.plain(facts.target, measure)}"
    if item.why is Why.SPECIAL:
        return f"{'higher' if high else 'lower'} than its own past explains"
    unusual = item.why in (Why.UNUSUAL, Why.POSSIBLY) or (item.why is Why.STATUTORY and facts.among_authorities)
    if unusual or facts.previous_value is None or facts.value is None:
        word = "possibly" if item.why is Why.POSSIBLY else "unusually"
        return f"{word} {'high' if high else 'low'} among English authorities"
    way = "up" if facts.value > facts.previous_value else "down"
    return f"{way} from {words.plain(facts.previous_value, measure)} a year before"


def sentence(item: Item, measures: Mapping[str, Measure]) -> str:
    """Why an item is on the list, in one sentence made of its figures."""
    facts, measure = item.facts, measures.get(item.measure)
    if item.why is Why.LATE:
        since = "" if facts.since is None else f", due since {words.day(facts.since)}"
        verb = "has" if len(facts.periods) == 1 else "have"
        return f"{owed.span_of(facts.periods)} {verb} not come{since}."
    if item.why is Why.MISSING:
        titles = [words.within(measures[name].title) for name in facts.measures if name in measures]
        named = words.listed(titles) if 0 < len(titles) <= NAMED else words.plural(len(facts.measures), "measure")
        return f"The newest return ({words.period(facts.periods[-1])}) left out {named}."
    if measure is None or item.why is Why.DISPUTED:
        periods = [words.period(code) for code in facts.periods]
        when = f" for {words.listed(periods)}" if 0 < len(periods) <= NAMED else ""
        return f"Two agencies give different numbers{when}: there is no figure until they agree."
    said = {
        Why.STATUTORY: _statutory,
        Why.UNUSUAL: _unusual,
        Why.POSSIBLY: _unusual,
        Why.SPECIAL: _special,
        Why.TARGET: _target,
        Why.CHANGED: _changed,
        Why.IMPROVED: _special if facts.rule else _changed,
    }[item.why](item, measure)
    return f"{said}."


def _figure(facts: Facts, measure: Measure) -> str:
    """“78.7% (118 of 150), July to September 2025”, “17.6 per 10,000 (110), July to September 2025”."""
    made = ""
    if facts.numerator is not None and facts.denominator is not None:
        of = f" of {words.count(facts.denominator)}" if measure.is_percentage else ""
        made = f" ({words.count(facts.numerator)}{of})"
    published = ", as published" if facts.besides_local else ""
    return f"{_show(facts.value, measure)}{made}, {_when(facts.period, facts.basis)}{published}"


def _show(value: float | None, measure: Measure) -> str:
    return words.full(value, State.VALUE if value is not None else State.MISSING, measure)


def _when(period: str, basis: str) -> str:
    return parse_period(period).label(Basis(basis))


def _england(facts: Facts, measure: Measure) -> str:
    if facts.england_value is None:
        return ""
    when = _when(facts.england_period, facts.england_basis) if facts.england_period else ""
    # A quarter stands beside a year, and says so.
    other = f", {when}" if when and when != _when(facts.period, facts.basis) else ""
    return f"England {_show(facts.england_value, measure)}{other}"


def _statutory(item: Item, measure: Measure) -> str:
    facts = item.facts
    limit = measure.statutory_limit.partition(" (")[0]
    limit = f"; the limit is {limit[:1].lower()}{limit[1:]}"
    if facts.among_authorities:
        low = "low" if facts.direction < 0 else "high"
        return (
            f"{_figure(facts, measure)}, unusually {low} among English authorities ({_england(facts, measure)}){limit}"
        )
    england = _england(facts, measure)
    beside = f" ({england})" if england else ""
    return f"{_figure(facts, measure)}, {_moved(facts, measure)}{beside}{limit}"


def _unusual(item: Item, measure: Measure) -> str:
    facts = item.facts
    word = "possibly" if item.why is Why.POSSIBLY else "unusually"
    end = "high" if facts.direction > 0 else "low"
    better = "" if measure.polarity is Polarity.JUDGEMENT else f"; {measure.polarity.words}"
    return f"{_figure(facts, measure)}, {word} {end} among English authorities ({_england(facts, measure)}){better}"


def _special(item: Item, measure: Measure) -> str:
    facts = item.facts
    way = "higher" if facts.direction > 0 else "lower"
    return f"{_figure(facts, measure)}, {way} than its own past explains: {_RULES[facts.rule]}"


def _target(item: Item, measure: Measure) -> str:
    facts = item.facts
    side = "above" if facts.direction > 0 else "below"
    return f"{_figure(facts, measure)}, {side} the target of {_show(facts.target, measure)} by more than chance"


def _changed(item: Item, measure: Measure) -> str:
    facts = item.facts
    if facts.value is None or facts.previous_value is None:
        return _figure(facts, measure)
    said = f"{_figure(facts, measure)}, {_moved(facts, measure)}"
    return f"{said}: more than authorities ordinarily change" if facts.among_authorities else said


def _moved(facts: Facts, measure: Measure) -> str:
    """“down 16.7 percentage points from 80.5% a year before”, “50% higher than 128 a year before”."""
    now, before = facts.value or 0.0, facts.previous_value or 0.0
    relative = None if measure.is_percentage or not before else (now - before) / before * 100
    when = _when(facts.previous_period, facts.basis) if facts.previous_period else ""
    said = words.moved(Change(before, now - before, relative, when), measure)
    link = "than" if said.endswith(("higher", "lower")) else "from"
    return f"{said} {link} {_show(facts.previous_value, measure)} a year before"

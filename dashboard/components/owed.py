"""What an agency owes, in a few words: wherever its returns are spoken of."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from dashboard.components import words
from dashboard.components.links import Link
from dashboard.views.received import ReturnFact
from schema.periods import PeriodKind, parse_period


def periods(codes: Sequence[str]) -> str:
    """“4 quarters”, “1 term”."""
    return words.plural(len(codes), "term" if parse_period(codes[0]).kind is PeriodKind.TERM else "quarter")


def span_of(codes: Sequence[str]) -> str:
    """Successive returns in words: “October 2025 to September 2026”, “Autumn term 2025/26 to summer term 2025/26”."""
    first, last = parse_period(codes[0]), parse_period(codes[-1])
    if len(codes) == 1:
        return words.capital(first.label())
    if first.kind is PeriodKind.TERM:
        return words.capital(f"{first.label()} to {last.label()}")
    return f"{first.start:%B %Y} to {last.end:%B %Y}"


def newest(fact: ReturnFact) -> str:
    """The newest return that holds: “July to September 2025, provisional”, or that there is none."""
    if not fact.newest_period:
        return "No return yet"
    status = f", {fact.status}" if fact.status else ""
    return f"{words.capital(fact.newest_label)}{status}"


def owed(fact: ReturnFact) -> str:
    """What is owed now: “4 quarters missing, due since 22 January 2026”, or when the next is due."""
    waits = f"; {waiting(fact)}" if fact.waiting else ""
    if fact.late and fact.late_since is not None:
        return f"{periods(fact.late)} missing, due since {words.day(fact.late_since)}{waits}"
    return f"{words.capital(words.period(fact.next_period))}, due {words.day(fact.next_due)}{waits}"


def waiting(fact: ReturnFact) -> str:
    """What came and is shown by nobody yet: “July to September 2025 waits to be accepted”."""
    named = words.listed([words.period(code) for code in fact.waiting])
    return f"{named} {'waits' if len(fact.waiting) == 1 else 'wait'} to be accepted"


def note(facts: Sequence[ReturnFact], link: Link) -> html.Div | None:
    """That a return that the figures of a page need has not come, or waits; None where all have."""
    said = [html.P(_missed(fact, link)) for fact in facts if fact.late or fact.missing or fact.waiting]
    return html.Div(said, className="told owed", role="note") if said else None


def _missed(fact: ReturnFact, link: Link) -> list[Any]:
    name: Any = dcc.Link(fact.agency_title, href=link(f"/agency/{fact.agency}"))
    said = []
    if fact.late and fact.late_since is not None:
        many = "the return" if len(fact.late) == 1 else f"{words.plural(len(fact.late), 'return')},"
        is_ = "is" if len(fact.late) == 1 else "are"
        when = f"for {span_of(fact.late)}" if len(fact.late) == 1 else f"{span_of(fact.late)},"
        said.append(f"{many} {when} {is_} missing, due since {words.day(fact.late_since)}")
    if fact.missing:
        named = words.listed([words.period(code) for code in fact.missing])
        said.append(f"there is no return for {named}")
    if fact.waiting:
        said.append(waiting(fact))
    return [name, f": {'; '.join(said)}. Local figures stop or have a gap there, and no gap is taken to be nought."]

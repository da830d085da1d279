"""What an agency owes, in a few words: wherever its returns are spoken of."""

from collections.abc import Sequence

from dash import html

from dashboard.components import words
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
    """The newest return: “July to September 2025, provisional”, or that there is none."""
    if not fact.newest_period:
        return "No return has been received yet"
    status = f", {fact.status}" if fact.status else ""
    return f"{words.capital(fact.newest_label)}{status}"


def owed(fact: ReturnFact) -> str:
    """What is owed now: “4 quarters missing, due since 22 January 2026”, or when the next is due."""
    if fact.late and fact.late_since is not None:
        return f"{periods(fact.late)} missing, due since {words.day(fact.late_since)}"
    return f"{words.capital(words.period(fact.next_period))}, due {words.day(fact.next_due)}"


def state(fact: ReturnFact) -> html.Span:
    """The same as a badge's word: late, missing, awaited or up to date."""
    word = "Late" if fact.late else "None yet" if not fact.newest_period else "Gap" if fact.missing else "Up to date"
    return html.Span(word, className="badge warn" if word in ("Late", "Gap") else "badge")

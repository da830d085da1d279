"""What the first sheet of a form says: who answers, until when, and how it is filled in."""

from collections.abc import Iterator

from etl.extract.returns import SHEET_NAME
from etl.templates.form import Template
from etl.validate.context import SYMBOLS
from schema.periods import Basis, Period, day_label

Line = tuple[str, str]
"""A label, and what stands beside it."""

SYMBOL_MEANINGS: dict[str, str] = {
    "c": "There is a number, and it is too small to be given without telling of somebody.",
    "z": "The figure cannot be: nothing of the kind exists here.",
    "x": "There is no number this time: it was not collected, or cannot be extracted.",
    "low": "There is a number, and it rounds to nought.",
    "k": "The same as low, as older files have it.",
    "u": "There is a number, and it cannot be relied on.",
    "nil": "There were none, and you vouch for it. (A plain 0 says that the system counted none.)",
}
"""What each symbol of a return says, in words for whoever fills it in."""


def guidance(template: Template) -> Iterator[tuple[str, list[Line]]]:
    """The headings and their lines, in the order in which they are read."""
    yield "This return", _about(template)
    yield "How to fill it in", _steps(template)
    yield (
        "Symbols, in place of a number",
        [(symbol, f"{state.words.capitalize()}. {SYMBOL_MEANINGS[symbol]}") for symbol, state in SYMBOLS.items()],
    )
    yield "What the columns hold", _columns(template)
    yield "Who to ask", _contacts(template)


def _about(template: Template) -> list[Line]:
    spec, period = template.spec, template.period
    return [
        ("Who answers", spec.answers),
        ("Area", template.area.name if template.area else "Write its name above the table."),
        ("Period", f"{period.label()} ({period.code}), {_covers(spec.natural_basis, period)}"),
        ("Due", day_label(spec.due(period))),
        *([("About", " ".join(spec.about.split()))] if spec.about else []),
        ("Figures asked for", f"{len(template.rows):,}, of {len(template.quantities)} quantities"),
    ]


def _steps(template: Template) -> list[Line]:
    spec, period = template.spec, template.period
    return [
        (
            "1. Extract date",
            f"On the sheet {SHEET_NAME}, write once, above the table, the day on which the figures were extracted. The "
            "column extract_date can then stay empty.",
        ),
        (
            "2. Values",
            "Write the count of each row in the column value: the number itself, no percentage, rate or average. 0 "
            "says that there were none.",
        ),
        (
            "3. No number",
            "Where there is none, leave the value empty and choose a symbol. A row with neither counts as not "
            "reported, and is never taken for 0.",
        ),
        (
            "4. Notes",
            "Say in note what a reader should know: why a figure moved, what changed in recording. Never anything that "
            "could tell who a child or a member of staff is.",
        ),
        ("5. Status", "Leave provisional, or choose final once nothing more is expected to change."),
        (
            "6. Earlier periods",
            f"Where the figures of an earlier {spec.period_kind.value} have changed, give them again in the rows at "
            "the end: period, quantity, category and basis as the rows above have them.",
        ),
        (
            "7. Save and check",
            "Keep the form as .xlsx, check it, mend what is found, and submit it before the due day:",
        ),
        ("", f"safeguarding return check FILE --agency {spec.id} --period {period.code}"),
    ]


def _columns(template: Template) -> list[Line]:
    bases = dict.fromkeys(row.basis for row in template.rows)
    return [
        ("title", "What the row is about. The indented rows split the one above them."),
        (
            "period, quantity, category",
            "The row in the system's words. They cannot be changed in the rows that are given.",
        ),
        ("basis", "; ".join(f"{basis.value}: the figure {_covers(basis, template.period)}" for basis in bases) + "."),
        ("last_value, last_period", "What was last submitted for the same row, for comparison only."),
        ("definition", "What to count, once for each quantity."),
    ]


def _contacts(template: Template) -> list[Line]:
    return [
        ("About this form", f"The performance officer of {template.partnership or 'the partnership'}."),
        (
            "People's records",
            "This form holds counts. Do not send a list of children or adults with it, nor a name, a date of birth or "
            "an identifier.",
        ),
    ]


def _covers(basis: Basis, period: Period) -> str:
    start, end = period.covered(basis)
    return f"at {day_label(end)}" if start == end else f"from {day_label(start)} to {day_label(end)}"

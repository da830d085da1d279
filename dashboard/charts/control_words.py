"""What a control chart says in words: its finding, the rule of its limits, whether the target is met, its table."""

from dashboard.charts.control_view import ControlPoint, ControlView, Overall
from dashboard.charts.graph import TableTwin
from dashboard.charts.scale import Scale
from dashboard.components import words
from etl.transform.control_terms import Assurance, Variation

VARIATION = {
    Variation.COMMON: "Usual variation",
    Variation.IMPROVEMENT: "Improvement",
    Variation.CONCERN: "Concern",
    Variation.NEITHER: "Unusual, neither better nor worse",
    Variation.NO_LIMITS: "No limits yet",
    Variation.MISSING: "No figure",
}

_FOUND = {
    Variation.IMPROVEMENT: "is an improvement",
    Variation.CONCERN: "is a concern",
    Variation.NEITHER: "is unusual, neither better nor worse by itself",
}


def finding(view: ControlView) -> str:
    """What the newest value is, and by which rule: the chart's title."""
    point = view.newest
    if point is None or point.value is None:
        return f"{view.area_name}: no figure"
    said = f"{view.area_name}: {words.plain(point.value, view.measure)} in {point.label}"
    trial = " (trial limits)" if point.trial else ""
    match point.variation:
        case Variation.COMMON:
            return f"{said} is within its usual variation{trial}"
        case Variation.NO_LIMITS:
            return f"{said}. There are too few {view.unit}s for limits"
        case _:
            return f"{said} {_FOUND[point.variation]}: {by_rule(point, view)}{trial}"


def by_rule(point: ControlPoint, view: ControlView) -> str:
    """The first rule by which a value signals; where it lies goes before where it is heading."""
    if point.outside:
        return "above the upper limit" if point.outside > 0 else "below the lower limit"
    if point.two_of_three:
        return f"one of two in three {view.unit}s near the {'upper' if point.two_of_three > 0 else 'lower'} limit"
    if point.one_side:
        run = _run(point, view, "one_side")
        return f"one of {run} {view.unit}s in a row {'above' if point.one_side > 0 else 'below'} the mean"
    if point.trend:
        way = "higher" if point.trend > 0 else "lower"
        return f"one of seven {view.unit}s or more in a row, each {way} than the one before"
    return ""


def signal(point: ControlPoint, view: ControlView) -> str:
    """The same for the table and the pointer: “Concern: above the upper limit”."""
    rule_ = by_rule(point, view)
    said = VARIATION[point.variation]
    return f"{said}: {rule_}" if rule_ else said


def rule(view: ControlView) -> str:
    """How the limits were drawn. No chart is shown without it."""
    return view.rule


def seasons(view: ControlView) -> str:
    """What the limits do not know of."""
    if view.unit == "month":
        return (
            "Months have seasons, which the limits know nothing of: a signal in the same month of every year is the "
            "calendar’s, not the service’s."
        )
    return "The limits know nothing of seasons, such as school holidays."


def summary(view: ControlView) -> str:
    """How many values signal, and whether the target will be met."""
    known = [p for p in view.points if p.variation not in (Variation.MISSING, Variation.NO_LIMITS)]
    unusual = sum(point.variation is not Variation.COMMON for point in known)
    parts = []
    if known:
        parts.append(_standing_out(unusual, len(known), view.unit))
    if view.overall is not None:
        parts.append(_overall(view.overall, view))
    if said := _assured(view):
        parts.append(said)
    return " ".join(parts) or f"{words.plural(len(view.points), view.unit)}."


def _standing_out(unusual: int, known: int, unit: str) -> str:
    """What the chart shows, and no more: its limits rest on the changes from one value to the next."""
    if not unusual:
        return f"No {unit} stands out from the variation between one {unit} and the next."
    return (
        f"{unusual} of {words.plural(known, unit)} {'signals' if unusual == 1 else 'signal'} by the rules of the chart."
    )


def _overall(found: Overall, view: ControlView) -> str:
    """That the values vary by more than chance, taken together, and by which step where there is one."""
    said = f"Taken together, the {found.points} {view.unit}s vary more than chance would have it"
    if found.before is None or found.since is None:
        return f"{said}."
    way = "higher" if found.before > found.since else "lower"
    before, since = (words.plain(level, view.measure) for level in (found.before, found.since))
    if before == since:
        return f"{said}."
    said = f"{said}: they were {way} before {found.step} ({before}) than from then on ({since})."
    if any(point.one_side for point in view.points if point.segment == view.points[-1].segment):
        return said
    return (
        f"{said} Seven {view.unit}s in a row on one side of the mean would signal such a step; where its reason is "
        "known, the limits can be drawn again from there."
    )


def subtitle(view: ControlView, axis: Scale) -> str:
    """Measure, unit and basis, and how the picture is to be read."""
    unit = "" if view.measure.is_percentage else f", {view.measure.unit}"
    said = f"{view.title}{unit}, by {view.unit}."
    if axis.from_zero:
        return said
    low = f"{axis.low:,g}{'%' if view.measure.is_percentage else ''}"
    return f"{said} The axis starts at {low}, not at nought."


def notes(view: ControlView) -> tuple[str, ...]:
    """What the letters on the chart stand for."""
    return tuple(f"{note.letter} – {note.text}." for note in view.notes)


def table(view: ControlView) -> TableTwin:
    """The numbers of the picture, newest first."""

    def plain(value: float | None) -> str:
        return "" if value is None else words.plain(value, view.measure)

    rows = [
        (
            words.capital(point.label),
            plain(point.value) or words.capital(point.reason),
            "" if point.floored else plain(point.lower),
            plain(point.centre),
            plain(point.upper),
            "" if point.value is None else signal(point, view),
        )
        for point in reversed(view.points)
    ]
    columns = (words.capital(view.unit), view.area_name, "Lower limit", "Mean", "Upper limit", "Signal")
    return TableTwin(f"{view.title}, {view.area_name}, with the limits of its control chart", columns, tuple(rows))


def _assured(view: ControlView) -> str:
    if view.target is None:
        return ""
    target = f"the target of {words.plain(view.target, view.measure)}"
    said = {
        Assurance.MET: f"While it goes on as now, {target} will be met.",
        Assurance.NOT_MET: f"While it goes on as now, {target} will not be met.",
        Assurance.HIT_AND_MISS: (
            f"While it goes on as now, {target} will be met in some {view.unit}s and not in others, by chance."
        ),
    }
    return said.get(view.assurance, "")


def _run(point: ControlPoint, view: ControlView, name: str) -> int:
    """How many values in a row around this one signal alike, under one baseline."""
    at = view.points.index(point)
    sign = getattr(point, name)
    length = 1
    for step in (-1, 1):
        here = at + step
        while 0 <= here < len(view.points):
            other = view.points[here]
            if getattr(other, name) != sign or other.segment != point.segment:
                break
            length, here = length + 1, here + step
    return length

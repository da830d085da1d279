"""The tables and controls of the journey page."""

from typing import Any

from dash import html

from dashboard.charts.graph import TableTwin
from dashboard.components import aria, words
from dashboard.components.cards import download, section
from dashboard.components.journey import words as said
from dashboard.components.legend import legend as legend_of
from dashboard.components.links import switch
from dashboard.components.tables import table
from dashboard.views.journey import JourneyPage, Ratio, Step, Value, Whose
from schema.quantities import TOTAL

_BESIDE: tuple[Whose, ...] = ("england", "region", "neighbours-mean", "neighbours-median")


def heading(page: JourneyPage) -> list[Any]:
    """Whose journey it is, and what it is not."""
    return [
        html.H1(f"{page.title}: {page.area.name}"),
        html.P(
            "What each agency counted on the way from a first contact to care, and one count for every 100 of another. "
            "Each is in its own unit, so that these are ratios: no child is followed from step to step.",
            className="lead",
        ),
    ]


def controls(page: JourneyPage) -> html.Div:
    """How time is covered, and whose neighbours."""
    there = {found.key: found.label for found in page.coverings if found.available}
    parts: list[Any] = []
    if len(there) > 1:
        parts.append(
            _labelled("Time covered", switch("basis", "Time covered", there, page.covering.value, page.default.value))
        )
    if page.compared and page.size and len(page.models) > 1:
        models = {found.key: found.label.removesuffix(" model") for found in page.models}
        parts.append(
            _labelled("Neighbour model", switch("model", "Neighbour model", models, page.model.id, page.models[0].key))
        )
    why = "; ".join(found.why_not for found in page.coverings if found.why_not)
    covers = page.covering.words if len(there) == 1 else ""
    told = " – ".join(part for part in (covers, why) if part)
    return html.Div([*parts, html.P(told, className="why-not") if told else None], className="filters")


def _labelled(label: str, control: Any) -> html.Div:
    return html.Div([html.Span(label, className="control-label", **aria.hidden()), control], className="control")


def legend(page: JourneyPage) -> html.Ul:
    """The marks of the chart."""
    kinds: dict[Whose, str] = {
        "local": "local",
        "published": "published",
        "england": "england-stroke",
        "region": "region",
        "neighbours-mean": "neighbour-circle",
    }
    drawn = [
        whose for whose in kinds if any((v := r.of(whose)) is not None and v.value is not None for r in page.ratios)
    ]
    return legend_of([(kinds[whose], said.who(whose, page)) for whose in drawn])


def source(page: JourneyPage) -> str:
    """Where the counts come from."""
    labels = [s.local.source for s in page.steps if s.local is not None and s.local.source]
    if page.compared:
        labels += [s.published.source for s in page.steps if s.published is not None and s.published.source]
    told = f"Sources: {'; '.join(dict.fromkeys(labels))}." if labels else "No counts were received or published."
    if page.compared:
        told += " The counts of England and the regions are published rounded to 10."
    return f"{told} Neighbours: {page.model.title}." if page.compared and page.size else told


def ratio_table(page: JourneyPage) -> TableTwin:
    """Every ratio with what stands beside it."""
    columns = ["Ratio"]
    if page.local is not None:
        columns += [f"Local, {words.shorten(page.local_label)}", "Counts"]
    if page.compared:
        columns += ["Published", "Published counts", "Published period", "England"]
        columns += [page.region_name] if page.region_name else []
        columns += ["Neighbours’ mean", "Median", "With a figure"] if page.size else []
    rows = tuple(tuple(_ratio_cells(ratio, page)) for ratio in page.ratios)
    return TableTwin(f"Ratios, {page.area.name}: two counts of one period, no children followed", tuple(columns), rows)


def _ratio_cells(ratio: Ratio, page: JourneyPage) -> list[str]:
    found = [said.name(ratio)]
    if page.local is not None:
        local = ratio.of("local")
        found += [said.cell(local, "Not received"), _over(local)]
    if not page.compared:
        return found
    published = ratio.of("published")
    found += [said.cell(published), _over(published)]
    found.append(words.capital(words.shorten(published.period_label)) if published else "")
    beside = [whose for whose in _BESIDE if whose != "region" or page.region_name]
    found += [said.cell(ratio.of(whose)) for whose in beside if page.size or not whose.startswith("neighbours")]
    if page.size:
        mean = ratio.of("neighbours-mean")
        found.append(f"{mean.n} of {page.size}" if mean else "")
    return found


def _over(value: Value | None) -> str:
    """“1,899 over 3,874”."""
    if value is None or value.above is None or value.below is None:
        return ""
    return f"{words.count(value.above)} over {words.count(value.below)}"


def step_table(page: JourneyPage) -> TableTwin:
    """Every step with its counts, who counts it, and what it counts."""
    columns = ["Step"]
    if page.local is not None:
        columns.append(f"Local, {words.shorten(page.local_label)}")
    columns += ["Published", "Published period", "Unit", "Counted by", "What is counted"]
    return TableTwin(f"Counts, {page.area.name}", tuple(columns), tuple(_step_cells(step, page) for step in page.steps))


def _step_cells(step: Step, page: JourneyPage) -> tuple[str, ...]:
    found = [step.measure.title]
    if page.local is not None:
        found.append(said.counted(step.local, "Not received"))
    when = words.capital(words.shorten(step.published.period_label)) if step.published else ""
    what = step.measure.we_read_it_as if _is_part(step) else step.counts
    return (*found, said.counted(step.published), when, step.unit, step.agency_title, what)


def _is_part(step: Step) -> bool:
    """Whether the step counts one category of a quantity, so that the quantity’s own words are too wide."""
    return step.measure.numerator[0].category != TOTAL


def steps(page: JourneyPage, href: str) -> html.Section:
    """The counts themselves."""
    note = "Years of publications differ: each count says its own. What was not received or is suppressed says so."
    return section(
        "steps",
        "The counts, and who counts them",
        [
            html.P(note, className="muted small"),
            table(
                step_table(page),
                text=("Published period", "Unit", "Counted by"),
                long=("What is counted",),
            ),
        ],
        action=download(href, "CSV"),
    )


def ratios(page: JourneyPage) -> html.Section:
    """The ratios as a table."""
    return section(
        "ratios",
        "The ratios",
        [
            html.P(f"{said.NOT_FOLLOWED} {said.shares(page)}".strip(), className="muted small"),
            table(ratio_table(page), text=("Published period",)),
        ],
    )


def sources(page: JourneyPage) -> html.Section | None:
    """Who contacts, beside who refers."""
    if not page.sources:
        return None
    return section(
        "sources",
        "Who contacts, and who refers",
        [html.P(_sources_note(page), className="muted small"), table(source_table(page))],
    )


def _sources_note(page: JourneyPage) -> str:
    told = ["Shares of the contacts and shares of the referrals are shares of different counts."]
    if any(row.contacts is not None for row in page.sources):
        told.append(
            "Where contacts come from is published of no authority: the published sources of referrals are the nearest "
            "there is. Police notices and other police contacts are taken together, as referrals have them."
        )
    return " ".join(told)


def source_table(page: JourneyPage) -> TableTwin:
    """Sources down, shares across."""
    published = next((value for row in page.sources if (value := row.of("published")) is not None), None)
    columns = ["Source"]
    if page.local is not None:
        columns += [f"{who}, {words.shorten(page.local_label)}" for who in ("Contacts", "Referrals")]
    if published is not None:
        columns += [f"Referrals published, {words.shorten(published.period_label)}", "England"]
        columns += [page.region_name] if page.region_name else []
        columns += ["Neighbours’ mean"] if page.size else []
    rows = []
    for row in page.sources:
        cells = [row.title]
        if page.local is not None:
            cells += [_share(row.contacts, "Not received"), _share(row.of("local"), "Not received")]
        if published is not None:
            cells += [_share(row.of("published")), _share(row.of("england"))]
            cells += [_share(row.of("region"))] if page.region_name else []
            cells += [_share(row.of("neighbours-mean"))] if page.size else []
        rows.append(tuple(cells))
    return TableTwin(f"Shares by source, {page.area.name}", tuple(columns), tuple(rows))


def _share(value: Value | None, none: str = "Not published") -> str:
    text = said.cell(value, none)
    return f"{text}%" if value is not None and value.value is not None else text

"""`safeguarding chart`: what people put on charts."""

from enum import StrEnum
from typing import Annotated

import typer

from dashboard.cli.shared import (
    ERR,
    OUT,
    AsOf,
    OutputFormat,
    context_of,
    day_of,
    open_database,
    open_queries,
    print_rows,
)

commands = typer.Typer(
    help="What people put on charts: new baselines, events, targets.", no_args_is_help=True, rich_markup_mode=None
)


class EventKind(StrEnum):
    """What an event on a chart is."""

    EVENT = "event"
    DEFINITION = "definition"
    SYSTEM = "system"


class TargetBasis(StrEnum):
    """How the figures that a target is for cover time."""

    QUARTER = "quarter"
    MONTH = "month"
    ROLLING_YEAR = "rolling-year"
    YEAR = "year"
    TERM = "term"
    ACADEMIC_YEAR = "academic-year"


OfMeasure = Annotated[str, typer.Option(help="The measure's id; `safeguarding measures` lists them.")]
OfArea = Annotated[str, typer.Option(help="The area: id, DfE code or GSS code. The partnership's own if left out.")]
Everywhere = Annotated[bool, typer.Option("--everywhere", help="In all areas, and not in one.")]
By = Annotated[str, typer.Option(help="Who decided it: a name or a role. It stands on the chart.")]
Why = Annotated[str, typer.Option(help="Why, in a sentence. It stands on the chart.")]


@commands.command(
    "rebase",
    epilog="Example: safeguarding chart rebase --measure referrals --from 2024-25Q2 --by 'Head of the front door' "
    "--reason 'Contacts and referrals are told apart by the new screening'",
)
def rebase(
    measure: OfMeasure,
    start: Annotated[str, typer.Option("--from", help="The first month or quarter of it: 2025M04, 2025-26Q1.")],
    reason: Why,
    by: By,
    area: OfArea = "",
    everywhere: Everywhere = False,
) -> None:
    """Draw a control chart's limits anew from a month or quarter on: when the service has changed, and not the luck."""
    from dashboard.commands import rebase_chart
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue
    from schema.periods import parse_period

    with open_database() as engine:
        number = rebase_chart(
            engine,
            context_of(),
            default_catalogue(),
            measure=measure,
            start=parse_period(start),
            reason=reason,
            who=by,
            area=load_areas().find(area) if area else None,
            everywhere=everywhere,
        )
    OUT.print(f"New baseline {number}: the limits of {measure} are drawn anew from {start}.", markup=False)


@commands.command(
    "event",
    epilog="Example: safeguarding chart event --on 2024-09-02 --label 'New recording system' --kind system "
    "--agency childrens-social-care",
)
def event(
    on: Annotated[str, typer.Option(help="The day: 2024-09-02.")],
    label: Annotated[str, typer.Option(help="What happened, in a few words. It stands on the chart.")],
    kind: Annotated[EventKind, typer.Option(help="Whether a definition or a system changed.")] = EventKind.EVENT,
    measure: Annotated[str, typer.Option(help="On one measure's chart only.")] = "",
    agency: Annotated[str, typer.Option(help="On the charts of one agency's measures only.")] = "",
    area: OfArea = "",
    everywhere: Everywhere = False,
) -> None:
    """Mark on control charts that something happened. It changes no limits."""
    from dashboard.commands import mark_event
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue

    day = day_of(on)
    with open_database() as engine:
        number = mark_event(
            engine,
            context_of(),
            default_catalogue(),
            day=day,
            label=label,
            kind=kind.value,
            measure=measure,
            agency=agency,
            area=load_areas().find(area) if area else None,
            everywhere=everywhere,
        )
    OUT.print(f"Event {number} is marked on {day:%d/%m/%Y}.", markup=False)


@commands.command(
    "target",
    epilog="Example: safeguarding chart target --measure initial-conferences-within-15-working-days --value 90 "
    "--since 2025-04-01 --by 'The partnership board' --reason 'Agreed with the plan for 2025-26'",
)
def target(
    measure: OfMeasure,
    value: Annotated[float, typer.Option(help="In the measure's unit: 90 for 90%.")],
    since: Annotated[str, typer.Option(help="The day from which it holds: 2025-04-01.")],
    reason: Why,
    by: By,
    basis: Annotated[
        TargetBasis | None, typer.Option(help="Of what is counted over a period: in a quarter, a year …")
    ] = None,
    category: Annotated[str, typer.Option(help="Of a measure that is shared out; its first one if left out.")] = "",
    area: OfArea = "",
) -> None:
    """Set a target: the chart then says whether it will reliably be met."""
    from dashboard.commands import set_target
    from schema.areas import load_areas
    from schema.catalogue import default_catalogue
    from schema.periods import Basis

    day = day_of(since)
    with open_database() as engine:
        number = set_target(
            engine,
            context_of(),
            default_catalogue(),
            measure=measure,
            value=value,
            since=day,
            reason=reason,
            who=by,
            basis=Basis(basis.value) if basis else None,
            category=category,
            area=load_areas().find(area) if area else None,
        )
    OUT.print(f"Target {number}: {value:g} for {measure} from {day:%d/%m/%Y}.", markup=False)


@commands.command("withdraw", epilog="Example: safeguarding chart withdraw 3 --reason 'Marked on the wrong day'")
def withdraw(
    number: Annotated[int, typer.Argument(help="Its number, as `safeguarding chart list` has it.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence. It is kept.")],
) -> None:
    """Take a baseline, an event or a target off the charts. It stays on record, and `--as-of` still shows it."""
    from dashboard.commands import withdraw_chart_note

    with open_database() as engine:
        note = withdraw_chart_note(engine, context_of(), number, reason)
    OUT.print(f"Withdrawn: {note.kind.words} {note.id}, “{note.text}”.", markup=False)


@commands.command("list", epilog="Example: safeguarding chart list --measure referrals --withdrawn")
def list_notes(
    measure: Annotated[str, typer.Option(help="What is on one measure's chart; everything if left out.")] = "",
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="What has been withdrawn too.")] = False,
    as_of: AsOf = "",
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
) -> None:
    """List the baselines, events and targets on charts: who, when and why."""
    import pandas as pd

    from schema.catalogue import default_catalogue

    catalogue = default_catalogue()
    chosen = catalogue.measure(measure) if measure else None
    context = context_of(as_of)
    with open_queries() as queries:
        found = queries.chart_notes(context, withdrawn=withdrawn)
    rows = [
        {
            "number": note.id,
            "kind": note.kind.value,
            "measure": note.measure,
            "agency": note.agency,
            "area": note.area,
            "category": note.category,
            "basis": note.basis,
            "day": note.day.isoformat(),
            "period": note.period,
            "value": note.value,
            "event_kind": note.event_kind,
            "text": note.text,
            "who": note.who,
            "recorded_at": note.at.isoformat() if note.at else "",
            "recorded_by": note.actor,
            "withdrawn_at": note.withdrawn_at.isoformat() if note.withdrawn_at else "",
            "withdrawn_by": note.withdrawn_by,
            "withdrawn_why": note.withdrawn_why,
        }
        for note in found
        if chosen is None or note.about(chosen)
    ]
    print_rows(pd.DataFrame(rows, columns=None if rows else ["number"]), output)
    if not rows:
        ERR.print("Nothing has been put on a chart; `safeguarding chart --help` says how.", markup=False)

"""`safeguarding dispute`: where two agencies give different numbers, and whose was agreed on."""

from typing import Annotated

import typer

from dashboard.cli.shared import (
    ERR,
    OUT,
    AsOf,
    OutputFormat,
    context_of,
    open_database,
    open_queries,
    print_rows,
    progress_shown,
)
from schema.errors import WrongUseError

commands = typer.Typer(
    help="Numbers that two agencies give differently: list them, and settle one.", no_args_is_help=True
)

COLUMNS = (
    "dispute", "state", "quantity", "category", "area", "period", "basis", "agency", "said", "extracted_on", "return",
    "version", "other_agency", "other_said", "other_extracted_on", "other_return", "other_version", "difference",
    "blocks", "blocks_within", "agreed", "reason", "who", "settled_at", "settled_by", "settlement", "title",
)  # fmt: skip


@commands.command("list", epilog="Example: safeguarding dispute list --format csv --as-of 2025-11-30")
def list_disputes(
    output: Annotated[OutputFormat, typer.Option("--format", help="csv or json.")] = OutputFormat.CSV,
    as_of: AsOf = "",
    only_open: Annotated[bool, typer.Option("--open", help="Only those that nobody has settled.")] = False,
) -> None:
    """List the disputes, open ones first: both numbers, who gave them, which measures wait for them.

    `blocks` has the measures without a figure, `blocks_within` those that lack only the figure of a category.
    """
    import pandas as pd

    from dashboard.views.disputes import disputes_page

    context = context_of(as_of)
    with open_queries() as queries:
        page = disputes_page(queries, context)
    rows = []
    for view in page.open if only_open else (*page.open, *page.settled):
        first, held = view.claims[0], view.settled.settlement if view.settled else None
        rows += [
            {
                "dispute": view.key,
                "state": "settled" if held else "open",
                **view.dispute.place._asdict(),
                "agency": first.agency,
                "said": first.said,
                "extracted_on": first.extracted_on.isoformat(),
                "return": first.period,
                "version": first.version,
                "other_agency": other.agency,
                "other_said": other.said,
                "other_extracted_on": other.extracted_on.isoformat(),
                "other_return": other.period,
                "other_version": other.version,
                "difference": view.dispute.difference,
                "blocks": " ".join(measure.id for measure in view.blocks),
                "blocks_within": " ".join(measure.id for measure in view.blocks_within),
                "agreed": held.agreed if held else "",
                "reason": held.reason if held else "",
                "who": held.who if held else "",
                "settled_at": held.at.isoformat(timespec="seconds") if held else "",
                "settled_by": held.actor if held else "",
                "settlement": f"{held.id}" if held else "",
                "title": f"{view.title}, {view.when}",
            }
            for other in view.claims[1:]
        ]
    print_rows(pd.DataFrame(rows, columns=list(COLUMNS)), output)
    if not rows:
        ERR.print("Nothing is disputed.", markup=False)


@commands.command(
    "settle",
    epilog="Example: safeguarding dispute settle strategy-discussions/stoke-on-trent/2025-26Q1/quarter/total "
    "--source childrens-social-care --reason 'Calls without a decision are none' --by 'Performance subgroup'",
)
def settle(
    dispute: Annotated[str, typer.Argument(help="The dispute, as `safeguarding dispute list` names it.")],
    source: Annotated[str, typer.Option(help="The agency whose number stands.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence or two. It is kept.")],
    by: Annotated[str, typer.Option(help="Who agreed on it: names or roles.")],
    instead_of: Annotated[int, typer.Option(help="The number of the settlement that this one replaces.")] = 0,
) -> None:
    """Write down whose number stands. What rests on it is computed again; `--as-of` still shows the dispute."""
    from dashboard.commands import settle_dispute
    from etl.transform.disputes import Place
    from schema.catalogue import default_catalogue

    parts = dispute.split("/")
    if len(parts) != len(Place._fields):
        shape = "/".join(Place._fields)
        raise WrongUseError(
            f"“{dispute[:80]}” names no dispute. Write it as `safeguarding dispute list` has it: {shape}."
        )
    with progress_shown() as progress, open_database() as engine:
        settled = settle_dispute(
            engine,
            context_of(),
            default_catalogue(),
            place=Place(*parts),
            agreed=source,
            reason=reason,
            who=by,
            instead_of=instead_of,
            progress=progress,
        )
    OUT.print(f"Settlement {settled.id}: the number of {settled.agreed} stands for {settled.place.key}.", markup=False)

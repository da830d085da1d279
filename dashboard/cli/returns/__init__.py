"""`safeguarding return`: agencies' returns, from the empty form to the accepted figure. A module for what people do."""

import typer

from dashboard.cli.returns import comparing, deciding, forms, looking, submitting

commands = typer.Typer(
    help="Agencies' returns: forms, checks, submission, acceptance.", no_args_is_help=True, rich_markup_mode=None
)
for part in (forms, submitting, deciding, looking, comparing):
    commands.add_typer(part.commands)

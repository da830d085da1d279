"""The `safeguarding` command: a module for each group of commands.

Each imports what a command needs when it runs, so that checking a return never loads Dash.

Exit status: 0 done, 1 findings that block (or a file refused), 2 wrong use.
"""

import sys

import typer

from dashboard.cli import charts, disputes, figures, papers, partnership, publications, returns
from dashboard.cli.shared import ERR, show_findings
from schema.errors import FileRefusedError, MendableError

app = typer.Typer(
    help="The safeguarding performance dashboard: load figures, check and submit returns, serve the pages.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
# Without a name, a group's commands stand at the top.
app.add_typer(partnership.commands)
app.add_typer(figures.commands)
app.add_typer(publications.commands, name="publication")
app.add_typer(charts.commands, name="chart")
app.add_typer(papers.commands, name="paper")
app.add_typer(returns.commands, name="return")
app.add_typer(disputes.commands, name="dispute")


def main() -> None:
    """Run the command line. A mistake that a person can mend is one sentence on standard error, and an exit status."""
    try:
        app()
    except MendableError as error:
        findings = error.findings if isinstance(error, FileRefusedError) else ()
        show_findings(findings)
        ERR.print(str(error), markup=False)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        # Somebody closed the pipe (`… | head`): nothing is wrong, and nothing more can be said.
        sys.stderr.close()
        sys.exit(0)

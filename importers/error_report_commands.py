"""The commands for the queue of reported errors: `cercana report list`, `close`."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from directory.db import transaction
from directory.ready import working_engine
from directory.reports import close_report, list_reports
from importers.commands import Data, console, read_settings

error_reports = typer.Typer(
    help="Errors that people reported from the page of an offer.", no_args_is_help=True
)


@error_reports.command("list")
def list_open(
    closed: Annotated[bool, typer.Option("--closed", help="Those that are closed instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 200,
    data: Data = None,
) -> None:
    """Reports that wait for an editor, oldest first."""
    table = Table(
        "Number", "Day", "Place", "Source", "About", "What they say", *(["Outcome"] if closed else [])
    )
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        found = list_reports(session, closed=closed, limit=limit)
    for one in found:
        cells = (
            str(one.id), f"{one.made_at:%Y-%m-%d}", one.name, f"{one.source_id} {one.source_ref}", one.field,
            one.words, *([one.outcome or ""] if closed else []),
        )  # fmt: skip
        # What strangers wrote is text, never markup of the terminal.
        table.add_row(*map(Text, cells))
    console.print(table if found else "No reports.")


@error_reports.command("close")
def close(
    number: Annotated[int, typer.Argument(help="The report's number.")],
    outcome: Annotated[str, typer.Option(prompt=True, help="What was done about it.")] = "",
    data: Data = None,
) -> None:
    """Close a report. A wrong field is mended with `cercana correction set`, which survives imports."""
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        closed = close_report(session, number, outcome)
        offer = closed.service_at_location_id
        console.print(f"Report {number} on {offer} is closed.", markup=False, soft_wrap=True)

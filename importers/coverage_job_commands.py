"""The commands of long work: `cercana coverage jobs list`, `cancel`."""

from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from directory.db import transaction
from directory.jobs import cancel_job, list_jobs
from directory.ready import working_engine
from importers.commands import Data, console, read_settings
from importers.coverage_tables import say

work = typer.Typer(help="Long work that pages asked for; a running service does it.", no_args_is_help=True)


@work.command("list")
def list_all(
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 50, data: Data = None
) -> None:
    """What runs, what waits (next first), and what has ended (last first)."""
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        found = list_jobs(session, limit=limit)
    if not found:
        say("No jobs.")
        return
    table = Table(Column("Job", no_wrap=True), "What", "State", "Done")
    for one in found:
        far = f"{one.done:,}" if one.total is None else f"{one.done:,} of {one.total:,}"
        table.add_row(*map(Text, (str(one.id), one.kind, one.state, far)))
    console.print(table)
    for one in found:
        if one.error or one.told:  # sentences, for which a column is too narrow
            say(f"{one.id}: {one.error or one.told}")


@work.command("cancel")
def cancel(
    job: Annotated[str, typer.Argument(help="A job of `cercana coverage jobs list`.")], data: Data = None
) -> None:
    """Cancel a job: at once while it waits; a running one stops at its next step and keeps what it made."""
    with working_engine(read_settings(data=data)) as engine:
        done = cancel_job(engine, job)
    say(f"Job {done.id}: {'cancelled' if done.state == 'cancelled' else 'stops at its next step'}")

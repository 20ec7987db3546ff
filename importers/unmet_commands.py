"""The command for unmet needs: `cercana unmet list`."""

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from directory.db import transaction
from directory.ready import working_engine
from directory.unmet import UnmetCount, list_unmet
from importers.commands import Data, console, read_settings

unmet_needs = typer.Typer(help="What the helpline was asked for and could not offer.", no_args_is_help=True)
COLUMNS = ("day", "area_code", "area", "region", "needs", "mode", "max_minutes", "count")


@unmet_needs.callback()
def _group() -> None:
    """A group, though it has one command as yet."""


@unmet_needs.command("list")
def list_counts(
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many lines at most.")] = 1_000,
    to_csv: Annotated[
        Path | None, typer.Option("--csv", dir_okay=False, help="Write a CSV file instead of a table.")
    ] = None,
    data: Data = None,
) -> None:
    """Counts by day, comuna and need, newest first. No person is in them."""
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        found = list_unmet(session, since=since.date() if since else None, limit=limit)
    if to_csv is not None:
        write_csv(to_csv, found)
        console.print(f"{len(found)} lines in {to_csv}", markup=False, soft_wrap=True)
        return
    table = Table("Day", "Code", "Area", "Region", "Needs", "Mode", "Minutes", "Count")
    for one in found:
        table.add_row(*map(Text, cells(one)))
    console.print(table if found else "No unmet needs.")


def write_csv(path: Path, found: list[UnmetCount]) -> None:
    """One line each, UTF-8, with names of columns; several needs are joined by a blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(cells(one) for one in found)


def cells(one: UnmetCount) -> tuple[str, ...]:
    """A line as text, in the order of COLUMNS."""
    day: date = one.day
    where = (one.area_code, one.area or "", one.region or "")
    return (day.isoformat(), *where, " ".join(one.needs), one.mode, str(one.max_minutes), str(one.count))

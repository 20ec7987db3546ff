"""The commands for people: `cercana population load`, `list` and `remove`."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Column, Table
from rich.text import Text

from directory.db import transaction
from directory.people import population_datasets
from directory.population import DatasetRecord, remove_population
from directory.ready import working_engine
from importers.commands import (
    Data,
    InFile,
    ask_for_rows,
    console,
    load_country,
    progress,
    read_settings,
    show_lines,
)
from importers.population_report import RowProblem, figure

population = typer.Typer(help="Where people live.", no_args_is_help=True)

Name = Annotated[str, typer.Option(help="What to call the dataset.")]
Year = Annotated[int, typer.Option(min=1900, max=2200, help="Of what year its people are.")]
COLUMNS = ("layer", "row", "column", "problem", "mend", "people_counted")


@population.command("load")
def load_population(
    file: InFile,
    name: Name,
    year: Year,
    title: Annotated[str, typer.Option(help="Title for people; the name where there is none.")] = "",
    source: Annotated[str, typer.Option(help="Who publishes it; the file's name where not said.")] = "",
    licence: Annotated[str, typer.Option(help="Its licence.")] = "",
    shapes: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help="File of polygons with the codes of the rows; repeatable."
        ),
    ] = None,
    layer: Annotated[
        list[str] | None, typer.Option(help="Layer to read, of a file with several; repeatable.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="Of the positions of a table, such as EPSG:32719.")] = None,
    side: Annotated[
        float | None,
        typer.Option(min=1, max=500_000, help="Metres of a side: points are middles of squares."),
    ] = None,
    allow_overlaps: Annotated[
        bool, typer.Option("--allow-overlaps", help="Count cells that lie on one another, all of them.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Use a name again that another year has.")
    ] = False,
    problems: Annotated[
        Path | None, typer.Option(dir_okay=False, help="CSV file for every row with a problem.")
    ] = None,
    data: Data = None,
) -> None:
    """Load census blocks, zones, localities, H3 cells, a grid or points with people."""
    from importers.population import LoadOptions
    from importers.population import load_population as load

    settings = read_settings(data=data)
    options = LoadOptions(shapes or (), layer or (), crs, side, allow_overlaps, replace)
    with working_engine(settings) as engine:
        load_country(settings, engine)
        with progress(f"Reading {file.name}") as advance:
            report = load(
                engine,
                file,
                name=name,
                year=year,
                about=DatasetRecord(title, source or file.name, licence),
                options=options,
                settings=settings,
                progress=advance,
            )
        ask_for_rows(settings, engine)
    show_lines(report.lines())
    if problems is not None:
        write_problems(problems, report.problems)


def write_problems(path: Path, problems: Sequence[RowProblem]) -> None:
    """One line for each row that is not, or not wholly, in the dataset; UTF-8, with names of columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in problems:
            counted = "yes" if one.counted else "no"
            writer.writerow((one.layer, one.row, one.column, one.problem, one.mend, counted))


@population.command("list")
def list_datasets(data: Data = None) -> None:
    """The datasets there are, each with its year, people and source."""
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        found = population_datasets(session)
    numbers = ("Year", "People", "Without\npoint", "Cells", "Points")
    table = Table(Column("Name", no_wrap=True), *(Column(one, justify="right", no_wrap=True) for one in numbers),
                  "Title, source, licence", box=SIMPLE_HEAD, pad_edge=False)  # fmt: skip
    for one in found:
        state = " (demonstration)" if one.demonstration else "" if one.fingerprint else " (load it again)"
        counts = (one.people, one.people_without_point, one.cells, one.samples)
        whose = "\n".join(part for part in (one.title + state, one.source, one.licence) if part)
        table.add_row(*map(Text, (one.name, str(one.year), *map(figure, counts), whose)))
    console.print(table if found else "No population data: cercana population load FILE --name N --year Y")


@population.command("remove")
def remove_dataset(name: Annotated[str, typer.Argument(help="Its name.")], data: Data = None) -> None:
    """Take a dataset away. Other datasets stay as they are."""
    with working_engine(read_settings(data=data)) as engine, transaction(engine) as session:
        cells, people = remove_population(session, name)
    console.print(f"Removed {name}: {figure(cells)} cells, {figure(people)} people.", markup=False)

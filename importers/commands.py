"""The commands that bring data in: `cercana import`, `cercana areas`."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from directory.db import Engine
from directory.ready import working_engine
from directory.settings import Settings
from directory.upkeep import refresh_cards

console = Console(highlight=False)
importing = typer.Typer(help="Bring files of offers in.", no_args_is_help=True)
areas = typer.Typer(help="Regions, provinces and comunas.", no_args_is_help=True)

Advance = Callable[[int, int | None], None]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the private database.")]
InFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file to read.")]
SourceId = Annotated[str, typer.Argument(help="A source of `cercana import list`.")]
InFiles = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="Its file or files.")
]
Form = Annotated[Literal["text", "json", "html"], typer.Option("--format", help="text, json or html")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File for the report.")]


def read_settings(*, data: Path | None = None, port: int | None = None, host: str | None = None) -> Settings:
    """Settings of the environment, with what the command line says instead."""
    said = {"data": data, "port": port, "host": host}
    return Settings(**{name: value for name, value in said.items() if value is not None})  # type: ignore[arg-type]


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """A progress bar; a total of None shows only that it moves. Quiet lines where there is no terminal."""
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(SpinnerColumn(), *shown, console=console) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def load_country(settings: Settings, engine: Engine) -> None:
    """Areas, zones, holidays, needs and places of the country; nothing changes when they are there."""
    from importers.areas import load_country as load

    with console.status("Loading areas, holidays and needs of the country"):
        if load(engine, settings).changed:
            refresh_cards(engine)


def load_demo(settings: Settings, engine: Engine) -> None:
    """The demonstration data, marked as such."""
    from directory.networks import refresh_networks
    from importers.demo import load_demo as load

    load_country(settings, engine)
    with progress("Loading the demonstration data") as advance:
        load(engine, settings, advance)
    refresh_networks(engine, settings)
    ask_for_rows(settings, engine)


def ask_for_rows(settings: Settings, engine: Engine) -> None:
    """Where coverage is in use, ask for the reach rows that new places lack: a running service makes them."""
    from directory.job_refresh import refresh_rows

    asked = len(refresh_rows(engine, settings))
    if asked:
        console.print(
            f"Reach rows are lacking: {asked} jobs wait for a running service. `cercana coverage rows` makes"
            " them at once.",
            markup=False,
            soft_wrap=True,
        )


@importing.command("list")
def list_sources() -> None:
    """The sources there are, each with its publisher and the columns it needs."""
    from importers.source import sources

    table = Table("Source", "Title", "Publisher", "Needed columns")
    for name, source in sources().items():
        needed = ", ".join(column.name for column in source.columns if column.required)
        table.add_row(name, source.info.title, source.info.publisher, needed)
    console.print(table)


@importing.command("check")
def check_file(
    source: SourceId, files: InFiles, form: Form = "text", output: Output = None, data: Data = None
) -> None:
    """Do everything an import does, say what would happen, and change nothing."""
    import_files(source, files, form, output, data, check=True)


@importing.command("run")
def run_import(
    source: SourceId,
    files: InFiles,
    force: Annotated[bool, typer.Option(help="Publish even when much would be withdrawn.")] = False,
    form: Form = "text",
    output: Output = None,
    data: Data = None,
) -> None:
    """Import files of a source: new offers published, changed ones updated, missing ones withdrawn."""
    import_files(source, files, form, output, data, force=force)


def import_files(
    source: str, files: list[Path], form: str, output: Path | None, data: Path | None, **how: bool
) -> None:
    """Check or import, and write the report where it is wanted."""
    from directory.networks import refresh_networks
    from importers import pipeline

    settings = read_settings(data=data)
    with working_engine(settings) as engine:
        load_country(settings, engine)
        with progress(f"Reading {files[0].name}") as advance:
            report = pipeline.run(
                engine,
                source,
                files,
                check=how.get("check", False),
                force=how.get("force", False),
                progress=advance,
            )
        if not how.get("check", False):
            refresh_networks(engine, settings)
            ask_for_rows(settings, engine)
    write_report(report, form, output)


def write_report(report: Any, form: str, output: Path | None) -> None:
    """A report as text, JSON or a page, to a file or to the terminal."""
    from importers import report as reports

    text = {"text": reports.as_text, "json": reports.as_json, "html": reports.as_html}[form](report)
    if output is None:
        console.print(text, markup=False, soft_wrap=True)
    else:
        output.write_text(text, encoding="utf-8")
        console.print(f"Report written to {output}", markup=False)


@importing.command("report")
def last_report(source: SourceId, form: Form = "text", output: Output = None, data: Data = None) -> None:
    """The report of the last import of a source."""
    from directory.run_report import last_report as read_report

    with working_engine(read_settings(data=data)) as engine:
        report = read_report(engine, source)
    write_report(report, form, output)


@importing.command("new")
def new_source(name: str, file: Annotated[Path, typer.Option("--from", exists=True, dir_okay=False)]) -> None:
    """Write a new source's module, fixture and golden file from a sample of its data."""
    from importers.scaffold import new_source as write

    for path in write(name, file):
        console.print(f"Wrote {path}", markup=False)


@areas.command("load")
def load_areas(
    file: InFile,
    level: Annotated[str, typer.Option(help="region, province or comuna")] = "comuna",
    code_column: Annotated[str | None, typer.Option(help="Column of the code, if not found by name.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a file that has several.")] = None,
    data: Data = None,
) -> None:
    """Load the official polygons of one level, or a table of codes."""
    from importers.areas import load_areas as load

    settings = read_settings(data=data)
    with working_engine(settings) as engine:
        load_country(settings, engine)
        with progress(f"Reading {file.name}") as advance:
            report = load(
                engine,
                file,
                level=level,
                code_column=code_column,
                layer=layer,
                settings=settings,
                progress=advance,
            )
        with console.status("Bringing offers up to date with the areas"):
            refresh_cards(engine)
    show_lines(report.lines())


@areas.command("places")
def load_places(file: InFile, data: Data = None) -> None:
    """Load names to search by: a gazetteer, or a file of localities."""
    from importers.areas import load_places as load

    settings = read_settings(data=data)
    with working_engine(settings) as engine:
        load_country(settings, engine)
        with progress(f"Reading {file.name}") as advance:
            report = load(engine, file, settings=settings, progress=advance)
    show_lines(report.lines())


def show_lines(lines: Iterable[str]) -> None:
    """What a load did, a line each."""
    for line in lines:
        console.print(line, markup=False)

"""The commands of coverage: `cercana coverage rows`, `report`, `gaps`, `days`, `supply`, `sites`, `files`, ..."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from directory.coverage_terms import SiteQuery
from directory.errors import DirectoryError
from directory.ready import working_engine
from geo.travel import TravelMode
from importers import coverage_tables as tables
from importers.commands import Advance, Data, console, progress, read_settings
from importers.coverage_job_commands import work
from importers.coverage_question import DAY, Asked, Dataset, Json, Mode, Network, asking, dates_of
from importers.coverage_scenario_commands import points_of, scenarios
from importers.coverage_tables import say

coverage = typer.Typer(help="Who is left out, on which day, and what would change it.", no_args_is_help=True)
coverage.add_typer(scenarios, name="scenario")
coverage.add_typer(work, name="jobs")

INTERRUPTED = 130  # as shells say of a command that Ctrl-C ended

Limit = Annotated[int, typer.Option("--limit", min=1, help="How many lines at most.")]


@coverage.command("rows")
def make_rows(
    dataset: Dataset = None,
    network: Network = None,
    mode: Mode = "car",
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Processes; one for each processor.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler instead: tcp://host:port. See above.")
    ] = None,
    data: Data = None,
) -> None:
    """Make the reach rows that coverage is counted on: how long people take to each place. Only what is missing.

    Ctrl-C keeps what is made; the same command goes on from there.

    --cluster makes the same rows on many machines, a region at a time. All of them need cercana\\[cluster], and
    the folder of networks at the same path with the same build of the network. Only this machine uses the database.
    """
    from directory.reach_store import make_rows as make

    if cluster is not None and workers is not None:
        raise typer.BadParameter("say --workers for this machine or --cluster for others, not both")
    settings = read_settings(data=data)
    with working_engine(settings) as engine, stopping() as stop, progress("Making reach rows") as advance:
        done = make(
            engine,
            settings,
            dataset=dataset,
            network=network,
            mode=TravelMode(mode),
            progress=advance,
            cancelled=stop.is_set,
            workers=workers,
            cluster=cluster,
        )
    say(
        f"Reach rows of {done.dataset} on {done.network}, {'by car' if mode == 'car' else 'on foot'}:"
        f" {done.made:,} made, {done.kept:,} kept, {done.dropped:,} of no more use dropped"
    )
    if done.cancelled:
        say("Stopped before the end. The same command goes on from here.")
        raise typer.Exit(INTERRUPTED)


@coverage.command("report")
@asking()
def report(
    asked: Asked,
    by: Annotated[
        Literal["region", "province", "comuna", "settlement", "band"],
        typer.Option(help="What the lines are."),
    ] = "region",
    json: Json = False,
    data: Data = None,
) -> None:
    """How many people are within reach of an offer: whole, and by area, settlement or band.

    Without --area of the whole country, all its regions at once.
    """
    with asked.planning(data) as (planning, query):
        found = planning.report(query)
    if json:
        say(tables.as_json(found))
        return
    console.print(tables.report_table(found, by))
    show(tables.basis_lines(query, found.basis))


@coverage.command("gaps")
@asking()
def gaps(asked: Asked, limit: Limit = 30, json: Json = False, data: Data = None) -> None:
    """Comunas by people left out, most first: why, the nearest offer, and needs recorded as unmet."""
    with asked.planning(data) as (planning, query):
        found = planning.gaps(query)
    if json:
        say(tables.as_json(found))
        return
    console.print(tables.gap_table(found, limit))
    if len(found.gaps) > limit:
        say(f"{len(found.gaps) - limit} more: --limit")
    show(tables.basis_lines(query, found.basis))


@coverage.command("days")
@asking(leaving_out=("day", "days", "mobile"))
def days(
    asked: Asked,
    first: Annotated[
        datetime | None, typer.Option(formats=DAY, help="From this day on; tomorrow where not said.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="So many days.")] = 14,
    json: Json = False,
    data: Data = None,
) -> None:
    """Coverage day by day, with mobile points on their days and without."""
    with asked.planning(data) as (planning, query):
        # A day of calendars, not a moment: which one it is hangs on nobody's zone but that of this machine.
        start = first or datetime.now().astimezone() + timedelta(days=1)
        found = planning.days(query, start.date(), count)
    if json:
        say(tables.as_json(found))
        return
    console.print(tables.days_table(found))
    show(tables.days_lines(found))
    show(tables.basis_lines(found.query, found.basis))


@coverage.command("supply")
@asking()
def supply(asked: Asked, limit: Limit = 400, json: Json = False, data: Data = None) -> None:
    """Supply against demand: places per thousand people, and how evenly they are spread."""
    with asked.planning(data) as (planning, query):
        found = planning.supply(query)
    if json:
        say(tables.as_json(found))
        return
    console.print(tables.supply_table(found, limit))
    show(tables.supply_lines(found))
    show(tables.basis_lines(query, found.basis))


@coverage.command("sites")
@asking()
def sites(
    asked: Asked,
    count: Annotated[int, typer.Option(min=1, max=200, help="So many places.")] = 5,
    candidates: Annotated[
        str, typer.Option(help="localities, comunas (their seats), or offer:KIND.")
    ] = "localities",
    point: Annotated[
        list[str] | None, typer.Option(help="A candidate instead: NAME=LON,LAT; may be repeated.")
    ] = None,
    objective: Annotated[
        Literal["cover", "mean", "person_days"],
        typer.Option(help="cover: most people. mean: least mean minutes. person_days: of a round."),
    ] = "cover",
    exact: Annotated[
        bool, typer.Option("--exact/--greedy", help="The optimum too, and the gap to it; or greedy alone.")
    ] = True,
    date: Annotated[
        list[datetime] | None, typer.Option(formats=DAY, help="A day of a mobile round; may be repeated.")
    ] = None,
    stops: Annotated[int, typer.Option(min=1, max=50, help="Stops on a day of the round.")] = 1,
    drive: Annotated[
        int | None, typer.Option(min=1, help="Minutes of driving on a day of the round, at most.")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Where next: the places that would reach most people who are left out, and how far that is from the best."""
    from directory.sites import find_sites
    from geo.row_pool import RowsCancelledError

    with asked.planning(data) as (planning, query), stopping() as stop:
        wanted = SiteQuery(
            query, count, candidates, points_of(point), objective, exact, dates_of(date), stops, drive
        )
        try:
            with silence() if json else progress("Looking for places") as advance:
                found = find_sites(planning, wanted, progress=advance, cancelled=stop.is_set)
        except RowsCancelledError as error:
            say("Stopped before the end.")
            raise typer.Exit(INTERRUPTED) from error
    if json:
        say(tables.as_json(found))
        return
    console.print(tables.site_table(found) if found.sites else "None of these places would gain anything.")
    show(tables.site_lines(found))
    show(tables.basis_lines(query, found.basis))


@coverage.command("files")
@asking()
def files(
    asked: Asked,
    outputs: Annotated[
        list[Path], typer.Argument(dir_okay=False, help="Files to write: .csv, .gpkg or .geojson.")
    ],
    data: Data = None,
) -> None:
    """Write a report to files: CSV of areas, GeoPackage for QGIS (with styles), GeoJSON of cells."""
    from directory.coverage_files import FORMATS, read_file_parts, write_file

    unknown = [path for path in outputs if path.suffix.lower() not in FORMATS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0].name}: the name ends in {', '.join(FORMATS)}")
    with asked.planning(data) as (planning, query):
        parts = read_file_parts(planning, query)
    for path in outputs:
        written = write_file(path.suffix.lower(), parts)
        try:
            path.write_bytes(written)
        except OSError as error:
            raise DirectoryError(f"{path} cannot be written: {error.strerror or error}") from error
        say(f"{path}: {len(written) / 1000:,.0f} kB")
    show(tables.basis_lines(query, parts.report.basis))


def show(lines: Iterator[str]) -> None:
    """Lines below a table."""
    for line in lines:
        say(line)


@contextmanager
def silence() -> Iterator[Advance]:
    """No bar: what is printed is for a program."""
    yield lambda done, total: None


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """The first Ctrl-C asks the work to stop and keep what it made; the second breaks it off."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)

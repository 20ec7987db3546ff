"""The commands of road networks: `cercana network build`, `download`, `list`, `use`, `remove`, `audit`."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from directory.errors import DirectoryError
from directory.ready import working_engine
from directory.settings import Settings
from geo.errors import GeoError
from importers.commands import Data, ask_for_rows, console, progress, read_settings
from importers.network_progress import stages, transferring

if TYPE_CHECKING:
    from geo.networks import Installed, Networks

MB = 1_000_000

networks = typer.Typer(help="Road networks: real travel times instead of estimates.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A network of `cercana network list`.")]
Gtfs = Annotated[
    list[Path] | None,
    typer.Option(
        "--gtfs",
        exists=True,
        dir_okay=False,
        readable=True,
        help="A public transport timetable (zip); may be repeated.",
    ),
]
Tiles = Annotated[
    bool,
    typer.Option("--tiles/--no-tiles", help="Tiles for directions in words; takes longer and more disk."),
]
NetworkName = Annotated[
    str | None, typer.Option("--name", help="What to call it; by default the name of the file.")
]


@networks.command("build")
def build(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="OpenStreetMap data (.osm.pbf)."),
    ],
    gtfs: Gtfs = None,
    name: NetworkName = None,
    tiles: Tiles = True,
    data: Data = None,
) -> None:
    """Build a network from OpenStreetMap data, put it to use, and look the offers up on it."""
    from importers.network_build import name_of

    settings = read_settings(data=data)
    install(settings, name or name_of(file), file, gtfs or [], tiles=tiles)
    look_up_offers(settings)


@networks.command("download")
def fetch(
    region: Annotated[
        str, typer.Argument(help="Id or name of a region of the index (CERCANA_NETWORK_INDEX).")
    ],
    gtfs: Gtfs = None,
    name: NetworkName = None,
    tiles: Tiles = True,
    build: Annotated[
        bool | None, typer.Option("--build/--no-build", help="Build at once, or not; asks when not said.")
    ] = None,
    data: Data = None,
) -> None:
    """Download the map data of a region, then build its network. A broken download goes on where it stopped."""
    from importers.network_download import download, find_region, read_index

    settings = read_settings(data=data)
    with console.status("Reading the index of regions"):
        found = find_region(read_index(settings.network_index), region)
    path = networks_of(settings).folder / ".downloads" / found.file_name
    with transferring(f"Downloading {found.name}") as advance:
        done = download(found.url, path, advance)
    fetched = f"{done.fetched / MB:,.0f} MB fetched" if done.fetched else "already here"
    console.print(
        f"{done.path}: {fetched}{'' if done.checked else ', its sum is not published'}", markup=False
    )
    if build is None:
        build = typer.confirm("Build the network now?", default=True)
    chosen = name or found.id.rpartition("/")[2].lower()
    if build:
        install(settings, chosen, path, gtfs or [], tiles=tiles)
        look_up_offers(settings)
    else:
        console.print(
            f"Build it with: cercana network build {path} --name {chosen}", markup=False, soft_wrap=True
        )


@networks.command("list")
def show(
    check: Annotated[
        bool, typer.Option("--check", help="Read timetables and tiles too; takes longer.")
    ] = False,
    data: Data = None,
) -> None:
    """The installed networks, what they are of, and what is wrong with them."""
    installed = _installed(read_settings(data=data))
    if not installed:
        console.print(
            "No network is installed: travel times are estimates. See `cercana network download --help`."
        )
        return
    table = Table(
        *(Column(name, no_wrap=True) for name in ("Name", "Used", "Map of", "Nodes", "Edges", "MB", "Tiles"))
    )
    for one in installed:
        table.add_row(*_row(one))
    console.print(table, markup=False)
    for one in installed:
        for line in _lines(one, check=check):
            console.print(line, markup=False, soft_wrap=True)


@networks.command("use")
def use(
    names: Annotated[list[str] | None, typer.Argument(help="Networks of `cercana network list`.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Use no network: estimates only.")] = False,
    only: Annotated[bool, typer.Option("--only", help="Use these and no others.")] = False,
    data: Data = None,
) -> None:
    """Let networks answer questions, besides those that do. A running service notices within seconds."""
    if none == bool(names) or (none and only):
        raise typer.BadParameter("say names, or --none")
    settings = read_settings(data=data)
    with in_words():
        folder = networks_of(settings)
        if only or none:
            known = [folder.find(name) for name in names or []]
            folder.unuse()
            names = [one.name for one in known]
        folder.use(*names or [])
        used = [one.name for one in folder.active()]
    console.print(f"Used: {', '.join(used) or 'none, travel times are estimates'}", markup=False)
    look_up_offers(settings)


@networks.command("remove")
def remove(name: Name, data: Data = None) -> None:
    """Delete an installed network. To have it again it has to be built again."""
    with in_words():
        networks_of(read_settings(data=data)).remove(name)
    console.print(f"Removed {name}", markup=False)


@networks.command("audit")
def compare(
    name: Annotated[str | None, typer.Argument(help="A network; by default the one used first.")] = None,
    pairs: Annotated[int, typer.Option(min=50, max=1_000_000, help="Trips by each mode.")] = 6_000,
    data: Data = None,
) -> None:
    """Compare our times with those of Valhalla on a sample of trips, and keep the result beside the network."""
    from geo.network_audit import audit
    from geo.open_network import open_network

    with in_words():
        folder = networks_of(read_settings(data=data))
        used = folder.active()
        if name is None and not used:
            raise DirectoryError("No network is used: see `cercana network list`.")
        one = folder.find(name) if name else used[0]
        network = open_network(one)
        if network.valhalla is None:
            why = "; ".join(network.faults) or "it was built with --no-tiles"
            raise DirectoryError(f"The network {one.name} has no tiles to compare with ({why}).")
        today = datetime.now(UTC).date()
        with console.status(f"Comparing trips on {one.name}"):
            report = audit(network.graph, network.snapper, network.valhalla, pairs=pairs, day=today)
        report.save(one.folder)
    for line in report.lines():
        console.print(line, markup=False, soft_wrap=True)


def networks_of(settings: Settings) -> "Networks":
    """The folder of networks. Imported when it is needed: SciPy takes its time."""
    from directory.networks import installed_networks

    return installed_networks(settings)


def install(settings: Settings, name: str, file: Path, feeds: Sequence[Path], *, tiles: bool) -> None:
    """Build, put in place and say what came of it."""
    from importers.network_build import Ingredients, builder

    began = time.monotonic()
    with in_words(), stages() as tell:
        ingredients = Ingredients(file, feeds, tiles, settings.road_profiles)
        made = networks_of(settings).install(name, builder(name, ingredients, tell))
    counts = made.manifest["counts"]
    day = f"{made.day:%Y-%m-%d}" if made.day else "an unknown day"
    console.print(
        f"Network {name}: {counts['nodes']:,} nodes, {counts['edges']:,} edges, map of {day},"
        f" {made.bytes / MB:,.0f} MB, {time.monotonic() - began:,.0f} s",
        markup=False,
        soft_wrap=True,
    )


def look_up_offers(settings: Settings) -> None:
    """Where each offer meets the networks in use, and the reach rows that they lack. Once there is a database."""
    from directory.networks import refresh_networks

    with working_engine(settings) as engine:
        with progress("Looking up offers on the networks") as advance:
            done = refresh_networks(engine, settings, advance)
        ask_for_rows(settings, engine)
    console.print(f"Offers looked up: {done.snapped:,}, too far from any road: {done.off_road:,}")
    for fault in done.faults:
        console.print(f"Not looked up: {fault}", style="yellow", markup=False, soft_wrap=True)


def fault_of(one: "Installed", *, check: bool) -> str | None:
    """What is wrong with a network. check: of its timetable and tiles too."""
    from geo.open_network import open_network
    from geo.open_roads import open_roads

    try:
        if not check:
            open_roads(one)
            return None
        return "; ".join(open_network(one).faults) or None
    except GeoError as error:
        return str(error)


@contextmanager
def in_words() -> Iterator[None]:
    """What networks raise, and a full disk, as errors that the command line tells in a line."""
    try:
        yield
    except GeoError as error:
        raise DirectoryError(str(error)) from error
    except OSError as error:
        raise DirectoryError(
            f"{error.strerror or error}: {error.filename or 'the folder of networks'}"
        ) from error


def _installed(settings: Settings) -> "list[Installed]":
    with in_words():
        return networks_of(settings).installed()


def _row(one: "Installed") -> list[str]:
    counts = one.manifest.get("counts", {})
    return [
        one.name,
        "yes" if one.active else "no",
        str(one.day or "unknown") if one.error is None else "",
        *(f"{counts[what]:,}" if what in counts else "" for what in ("nodes", "edges")),
        f"{one.bytes / MB:,.0f}",
        "yes" if (one.folder / "tiles").is_dir() else "no",
    ]


def _lines(one: "Installed", *, check: bool) -> Iterator[str]:
    """What does not fit a column: days of the timetable, and what is wrong."""
    days = one.manifest.get("timetable")
    if days:
        yield f"{one.name}: timetable from {days[0]} to {days[-1]}"
    fault = fault_of(one, check=check)
    if fault:
        yield f"{one.name} has a problem: {fault}"

"""The command line. Beside api.main the only place that wires the parts together."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api import greeting
from api.serve import require_free_port, serve, stop_on_signals
from directory.cluster import database, default_data_folder
from directory.daily import daily
from directory.db import Engine
from directory.doctor import Finding, examine_database, examine_machine
from directory.dumps import dump_if_due
from directory.errors import DirectoryError
from directory.job_worker import working
from directory.networks import NetworkState, installed_networks, network_states
from directory.ready import migrate_after_dump, working_engine
from directory.settings import Settings, share_database_url, share_networks
from directory.status import read_status
from directory.upkeep import keep_up
from geo.errors import GeoError
from importers.commands import (
    Data,
    areas,
    console,
    importing,
    load_country,
    load_demo,
    read_settings,
)
from importers.correction_commands import corrections
from importers.coverage_commands import coverage
from importers.error_report_commands import error_reports
from importers.network_commands import networks
from importers.population_commands import population
from importers.unmet_commands import unmet_needs

complaints = Console(stderr=True, highlight=False)
cli = typer.Typer(
    help="Who can serve this person, where, and when.", no_args_is_help=True, pretty_exceptions_enable=False
)
cli.add_typer(importing, name="import")
cli.add_typer(areas, name="areas")
cli.add_typer(population, name="population")
cli.add_typer(corrections, name="correction")
cli.add_typer(error_reports, name="report")
cli.add_typer(networks, name="network")
cli.add_typer(coverage, name="coverage")
cli.add_typer(unmet_needs, name="unmet")

Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to serve on (8000).")]
Host = Annotated[str | None, typer.Option("--host", help="Address to serve on (127.0.0.1).")]


def extend_calendar(settings: Settings, engine: Engine) -> None:
    """Openings up to the horizon of the settings."""
    from directory.calendar_store import extend

    extend(engine, settings)


def listen(settings: Settings, engine: Engine, *, examples: bool) -> None:
    """Serve until told to stop; meanwhile the daily tasks run, and long work that pages ask for is done."""
    from api.main import app_from_environment

    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    share_database_url(url)
    # Also where the data folder was told on the command line: the workers know the environment alone.
    share_networks(installed_networks(settings).folder)
    with console.status("Bringing the calendar up to date"):
        extend_calendar(settings, engine)
    tasks: dict[str, Callable[[], object]] = {"upkeep": lambda: keep_up(engine, settings)}
    if settings.database_url is None:
        data = default_data_folder(settings)
        tasks["dump"] = lambda: dump_if_due(data, url, pgbin=settings.pgbin)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"http://{host}:{settings.port}"
    threading.Thread(target=greet, args=(base,), kwargs={"examples": examples}, daemon=True).start()
    with daily(tasks), working(engine, settings):
        serve(settings, app_from_environment)


def greet(base: str, *, examples: bool) -> None:
    """Say where the service answers, and show that it does."""
    if not greeting.wait_until_ready(base):
        complaints.print("The service does not answer.", style="red")
        return
    console.print(f"Cercana answers at [bold]{base}[/] (Ctrl-C stops it)")
    for example in greeting.EXAMPLES if examples else ():
        began = time.monotonic()
        lines = list(greeting.ask(example, base))
        console.print(f"\n[bold]{example.words}[/] ({time.monotonic() - began:.2f} s)", soft_wrap=True)
        console.print(greeting.address_of(example, base), style="dim", soft_wrap=True)
        for line in lines:
            console.print(f"  - {line}", markup=False, soft_wrap=True)


@cli.command()
def up(
    port: Port = None,
    host: Host = None,
    data: Data = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Load the demonstration data first.")] = True,
) -> None:
    """Start everything: database, migrations, demonstration data, service. This is what ./run does."""
    settings = read_settings(data=data, port=port, host=host)
    require_free_port(settings)
    with working_engine(settings) as engine:
        load_country(settings, engine)
        # Never over what a person brought: once a source holds real data, only `cercana demo` loads it again.
        if demo and all(source["demonstration"] for source in read_status(engine).sources):
            load_demo(settings, engine)
        listen(settings, engine, examples=demo)


@cli.command("serve")
def serve_only(port: Port = None, host: Host = None, data: Data = None) -> None:
    """Serve what is there: no demonstration data, no examples."""
    settings = read_settings(data=data, port=port, host=host)
    require_free_port(settings)
    with working_engine(settings) as engine:
        listen(settings, engine, examples=False)


@cli.command("migrate")
def migrate_only(data: Data = None) -> None:
    """Bring the database's schema up to date."""
    settings = read_settings(data=data)
    with database(settings) as url:
        done = migrate_after_dump(settings, url)
    console.print("\n".join(f"Applied {one}" for one in done) or "Nothing to do: the schema is up to date.")


@cli.command()
def demo(data: Data = None) -> None:
    """Load the demonstration data."""
    settings = read_settings(data=data)
    with working_engine(settings) as engine:
        load_demo(settings, engine)


@cli.command()
def status(data: Data = None) -> None:
    """What the directory holds, and how old it is."""
    settings = read_settings(data=data)
    with working_engine(settings) as engine:
        held = read_status(engine)
    for name, count in held.counts.items():
        console.print(f"{count:>10,}  {name}")
    until = f"{held.calendar_until:%Y-%m-%d %H:%M} UTC" if held.calendar_until else "empty"
    console.print(f"Calendar until: {until}")
    table = Table("Source", "Imported", "Age in days", "Title")
    for source in held.sources:
        when = f"{source['imported_at']:%Y-%m-%d}" if source["imported_at"] else "never"
        stale = " (too old)" if source["stale"] else ""
        mark = "[demonstration] " if source["demonstration"] else ""
        table.add_row(
            source["id"], when, f"{source['age_days']}{stale}", mark.replace("[", r"\[") + source["title"]
        )
    console.print(table)
    for network in network_states(settings):
        console.print(
            f"Road network {network.name}: {network.fault or network.told}", markup=False, soft_wrap=True
        )


@cli.command()
def doctor(data: Data = None) -> None:
    """Say in plain words what is missing on this machine, and how to mend it."""
    settings = read_settings(data=data)
    findings = list(show(examine_machine(settings)))
    if all(one.verdict != "missing" for one in findings):
        with contextlib.ExitStack() as stack:
            try:
                url = stack.enter_context(database(settings))
            except DirectoryError as error:
                findings += show([Finding("missing", "Database", "not usable", str(error))])
            else:
                findings += show(examine_database(settings, url))
    findings += show([network_finding(one) for one in network_states(settings)])
    if any(one.verdict == "missing" for one in findings):
        raise typer.Exit(1)


def network_finding(network: NetworkState) -> Finding:
    """A road network as a finding; a broken one is advice, for the estimator answers in its place."""
    mend = "Build it again with `cercana network build`, or take it away with `cercana network remove`."
    if network.fault is None:
        return Finding("good", f"Road network {network.name}", network.told)
    return Finding("advice", f"Road network {network.name}", network.fault, mend)


def show(findings: Iterator[Finding] | list[Finding]) -> Iterator[Finding]:
    """Print each finding as it comes."""
    signs = {"good": "[green]ok     [/]", "missing": "[red]MISSING[/]", "advice": "[yellow]note   [/]"}
    for one in findings:
        console.print(f"{signs[one.verdict]} {one.subject}: ", end="")
        console.print(one.found, markup=False, soft_wrap=True)
        if one.mend:
            console.print(f"        {one.mend}", markup=False, soft_wrap=True)
        yield one


def main() -> None:
    """Run the command line; errors made on purpose are told in one line, without a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    stop_on_signals()
    try:
        cli()
    except (DirectoryError, GeoError, ValidationError) as error:
        complaints.print("[red]Error:[/] ", end="")
        complaints.print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()

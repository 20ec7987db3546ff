"""The commands of what-ifs: `cercana coverage scenario add`, `list`, `show`, `compare`, `remove`."""

from datetime import date, time
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer
from rich.table import Table
from rich.text import Text

from directory.coverage_terms import Change, ChangeKind
from directory.db import transaction
from directory.errors import DirectoryError
from directory.scenarios import (
    delete_scenario,
    difference,
    list_scenarios,
    read_changes,
    read_scenario,
    save_scenario,
    unreached,
    written_changes,
)
from geo.errors import PositionError
from geo.points import LonLat
from importers import coverage_tables as tables
from importers.commands import Data, console
from importers.coverage_question import Asked, Json, asking, clock_of, planning_of, scenario_number
from importers.coverage_tables import say

scenarios = typer.Typer(help="What-ifs: saved changes to the offer, never published.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Number or name of `cercana coverage scenario list`.")]
TODAY = "today"


@scenarios.command("list")
def list_all(data: Data = None) -> None:
    """The saved scenarios by name."""
    with planning_of(data) as planning, transaction(planning.engine) as session:
        found = list_scenarios(session)
    table = Table("Number", "Name", "Changes", "Note")
    for one in found:
        table.add_row(*map(Text, (str(one.id), one.name, str(len(one.changes)), one.note)))
    console.print(table if found else "No scenarios.")


@scenarios.command("show")
def show(scenario: Name, data: Data = None) -> None:
    """One scenario with its changes as JSON: what `add --file` reads."""
    with planning_of(data) as planning:
        number = scenario_number(planning, scenario)
        with transaction(planning.engine) as session:
            found = read_scenario(session, number)
    say(orjson.dumps(written_changes(found.changes), option=orjson.OPT_INDENT_2).decode())


@scenarios.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What to call it.")],
    note: Annotated[str, typer.Option(help="What it is about.")] = "",
    close: Annotated[list[str] | None, typer.Option(help="Id of an offer to close.")] = None,
    open_: Annotated[
        list[str] | None, typer.Option("--open", help="A new place: NAME=LON,LAT, open all the time.")
    ] = None,
    move: Annotated[list[str] | None, typer.Option(help="An offer elsewhere: ID=LON,LAT.")] = None,
    hours: Annotated[
        list[str] | None, typer.Option(help="Other hours of an offer: ID=Mo-Fr 09:00-18:00.")
    ] = None,
    stop: Annotated[
        list[str] | None,
        typer.Option(help="Mobile stop: NAME=LON,LAT@HH:MM-HH:MM@2026-12-01,2026-12-08."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, readable=True, help="Changes as JSON, as `show` writes them."
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="In place of the one of this name.")] = False,
    data: Data = None,
) -> None:
    """Save a scenario: offers closed, opened, moved, with other hours, or mobile stops added. All may be repeated."""
    changes = (
        *(Change(ChangeKind.CLOSE, offer=offer_of(one)) for one in close or ()),
        *(Change(ChangeKind.OPEN, name=called, point=point) for called, point in points_of(open_)),
        *(_move(one) for one in move or ()),
        *(_hours(one) for one in hours or ()),
        *(stop_of(one) for one in stop or ()),
        *(read_changes(_text(file)) if file else ()),
    )
    with planning_of(data) as planning:
        with transaction(planning.engine) as session:
            same = next((one.id for one in list_scenarios(session) if one.name == name.strip()), None)
        saved = save_scenario(planning.engine, name, changes, note=note, replaces=same if replace else None)
    say(f"Saved scenario {saved.id}, {saved.name}: {len(saved.changes)} changes")


@scenarios.command("compare")
@asking()
def compare(
    asked: Asked,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="The one that is asked about.")],
    versus: Annotated[str, typer.Option(help="Compared with this one, or with today.")] = TODAY,
    limit: Annotated[int, typer.Option(min=1, help="How many lines at most.")] = 30,
    json: Json = False,
    data: Data = None,
) -> None:
    """What a scenario changes: people gained and lost, and the areas where most changes."""
    with asked.planning(data) as (planning, query):
        after = scenario_number(planning, scenario)
        before = None if versus == TODAY else scenario_number(planning, versus)
        found = difference(planning, query, before, after)
        lonely = unreached(planning.compute(found.after.query))
    if json:
        say(tables.as_json(found))
        return
    table = tables.difference_table(found, limit)
    console.print(table if table.rows else "No area changes.")
    told = f"{tables.share_of(found.before.total)} before, {tables.share_of(found.after.total)} after"
    if found.after.total.covered is None:
        say(f"Covered: {told}")
    else:
        say(f"Covered: {told}; {found.gained:,.0f} people gained, {found.lost:,.0f} lost")
    if lonely:
        say(f"Nobody reaches, on this network and within its limit: {', '.join(lonely)}")
    for line in tables.basis_lines(found.after.query, found.after.basis):
        say(line)


@scenarios.command("remove")
def remove(scenario: Name, data: Data = None) -> None:
    """Forget a scenario."""
    with planning_of(data) as planning:
        number = scenario_number(planning, scenario)
        delete_scenario(planning.engine, number)
    say(f"Removed scenario {number}")


def points_of(said: list[str] | None) -> tuple[tuple[str, LonLat], ...]:
    """Named points of an option: NAME=LON,LAT."""
    return tuple((name, point_of(rest)) for name, rest in map(_halves, said or ()))


def point_of(said: str) -> LonLat:
    """A point of the command line: LON,LAT in degrees. Exits for what is none."""
    try:
        lon, lat = map(float, said.split(","))
        return LonLat(lon, lat)
    except (ValueError, PositionError) as error:
        raise typer.BadParameter(f"{said!r} is no point: write LON,LAT in degrees") from error


def offer_of(said: str) -> UUID:
    """The id of an offer. Exits for what is none."""
    try:
        return UUID(said)
    except ValueError as error:
        raise typer.BadParameter(f"{said!r} is no id of an offer") from error


def stop_of(said: str) -> Change:
    """A mobile stop: NAME=LON,LAT@HH:MM-HH:MM@DAY,DAY. Exits for what is none."""
    name, rest = _halves(said)
    parts = rest.split("@")
    if len(parts) != 3:
        raise typer.BadParameter(f"{said!r}: write NAME=LON,LAT@HH:MM-HH:MM@DAY,DAY")
    opens, closes = _span(parts[1])
    return Change(
        ChangeKind.MOBILE_STOP,
        name=name,
        point=point_of(parts[0]),
        opens=opens,
        closes=closes,
        days=tuple(_day(one) for one in parts[2].split(",")),
    )


def _span(said: str) -> tuple[time | None, time | None]:
    opens, _, closes = said.partition("-")
    return clock_of(opens, "--stop"), clock_of(closes, "--stop")


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError as error:
        raise typer.BadParameter(f"{said!r} is no day: write YYYY-MM-DD") from error


def _move(said: str) -> Change:
    offer, rest = _halves(said)
    return Change(ChangeKind.MOVE, offer=offer_of(offer), point=point_of(rest))


def _hours(said: str) -> Change:
    offer, rest = _halves(said)
    return Change(ChangeKind.HOURS, offer=offer_of(offer), hours=rest)


def _halves(said: str) -> tuple[str, str]:
    name, sign, rest = said.partition("=")
    if not (name.strip() and sign and rest.strip()):
        raise typer.BadParameter(f"{said!r}: write what is meant, =, and the rest")
    return name.strip(), rest.strip()


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DirectoryError(f"{file} cannot be read as UTF-8: {error}") from error

"""The options that every coverage question shares, said once: `@asking` adds them to a command."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from functools import wraps
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from directory.coverage_terms import LEAVE_FROM, CoverageQuery
from directory.db import transaction
from directory.eligibility import Person
from directory.ready import working_engine
from directory.records import Facility
from directory.scenarios import list_scenarios
from geo.travel import TravelMode
from importers.commands import read_settings

if TYPE_CHECKING:
    from directory.planning import Planning

ABOUT_PEOPLE = "Who is asked about"
ABOUT_THE_PERSON = "The person who needs it"
DAY = ["%Y-%m-%d"]

Dataset = Annotated[
    str | None,
    typer.Option(
        "--dataset", help="Of people; the newest that is no demonstration.", rich_help_panel=ABOUT_PEOPLE
    ),
]
Network = Annotated[
    str | None,
    typer.Option("--network", help="A network of `cercana network list`; the one that holds most."),
]
Mode = Annotated[Literal["foot", "car"], typer.Option("--mode", help="foot or car")]
Json = Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")]


def question_of(
    *,
    need: Annotated[list[str] | None, typer.Option(help="Code of a need; may be repeated.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Kind of offers; may be repeated.")] = None,
    facility: Annotated[list[Facility] | None, typer.Option(help="Needed facility; may be repeated.")] = None,
    mode: Mode = "car",
    minutes: Annotated[int, typer.Option(min=1, help="Longest trip.")] = 60,
    day: Annotated[
        datetime | None, typer.Option(formats=DAY, help="Only offers that serve then; mobile ones too.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="On at least one of so many days from --day on.")] = 1,
    leave_from: Annotated[str | None, typer.Option(help="Nobody leaves earlier: HH:MM (06:00).")] = None,
    open_at: Annotated[str | None, typer.Option(help="Offers that serve at this hour: HH:MM.")] = None,
    mobile: Annotated[bool, typer.Option("--mobile/--no-mobile", help="Mobile points on their days.")] = True,
    scenario: Annotated[
        str | None, typer.Option(help="Number or name of `cercana coverage scenario list`.")
    ] = None,
    network: Network = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Bounds by straight line even where a network is.")
    ] = False,
    dataset: Dataset = None,
    area: Annotated[
        str | None, typer.Option(help="Code of a region, province or comuna.", rich_help_panel=ABOUT_PEOPLE)
    ] = None,
    band: Annotated[
        str | None, typer.Option(help="Band of age or sex of the dataset.", rich_help_panel=ABOUT_PEOPLE)
    ] = None,
    age: Annotated[
        int | None, typer.Option(min=0, max=130, help="In years.", rich_help_panel=ABOUT_THE_PERSON)
    ] = None,
    sex: Annotated[
        Literal["female", "male"] | None,
        typer.Option(help="female or male", rich_help_panel=ABOUT_THE_PERSON),
    ] = None,
    insurance: Annotated[str | None, typer.Option(help="Its code.", rich_help_panel=ABOUT_THE_PERSON)] = None,
    residence: Annotated[
        str | None, typer.Option(help="Code of an area.", rich_help_panel=ABOUT_THE_PERSON)
    ] = None,
    pregnant: Annotated[
        bool | None, typer.Option("--pregnant/--not-pregnant", rich_help_panel=ABOUT_THE_PERSON)
    ] = None,
    referred: Annotated[
        bool | None, typer.Option("--referred/--not-referred", rich_help_panel=ABOUT_THE_PERSON)
    ] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(help="Code of one that is met; may be repeated.", rich_help_panel=ABOUT_THE_PERSON),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(help="Code of one that is not met; may be repeated.", rich_help_panel=ABOUT_THE_PERSON),
    ] = None,
) -> tuple[CoverageQuery, str | None]:
    """The question of the options, and the scenario as it was named."""
    person = Person(
        age=age,
        sex=sex,
        insurance=insurance,
        residence=residence,
        pregnant=pregnant,
        conditions=frozenset(condition or ()),
        without=frozenset(without or ()),
        referred=referred,
    )
    query = CoverageQuery(
        dataset=dataset,
        network=network,
        mode=TravelMode(mode),
        minutes=minutes,
        needs=tuple(need or ()),
        kinds=tuple(kind or ()),
        facilities=tuple(facility or ()),
        person=person,
        day=day.date() if day else None,
        days=days,
        leave_from=clock_of(leave_from, "--leave-from") or LEAVE_FROM,
        open_at=clock_of(open_at, "--open-at"),
        mobile=mobile,
        area_code=area,
        band=band,
        estimate=estimate,
    )
    return query, scenario


class Asked:
    """A question of the command line. scenario: as it was named, not looked up yet."""

    def __init__(self, query: CoverageQuery, scenario: str | None) -> None:
        self.query, self.scenario = query, scenario

    @contextmanager
    def planning(self, data: Any) -> "Iterator[tuple[Planning, CoverageQuery]]":
        """What answers, and the question with its scenario looked up."""
        with planning_of(data) as planning:
            number = scenario_number(planning, self.scenario) if self.scenario is not None else None
            yield planning, replace(self.query, scenario=number)


@contextmanager
def planning_of(data: Any) -> "Iterator[Planning]":
    """What answers coverage questions, on the database of the settings. Imported late: SciPy takes its time."""
    from directory.planning import Planning

    settings = read_settings(data=data)
    with working_engine(settings) as engine:
        yield Planning(engine, settings)


def scenario_number(planning: "Planning", said: str) -> int:
    """The id of a scenario that is named by its number or its name; exits when there is none."""
    with transaction(planning.engine) as session:
        found = {one.name: one.id for one in list_scenarios(session)}
    numbers = {str(one): one for one in found.values()}
    number = found.get(said, numbers.get(said))
    if number is None:
        known = ", ".join(f"{one} ({name})" for name, one in found.items()) or "none is saved"
        raise typer.BadParameter(f"there is no scenario {said!r}: {known}")
    return number


type Command = Callable[..., None]


def asking(*, leaving_out: Collection[str] = ()) -> Callable[[Command], Command]:
    """Give a command the options of a coverage question; its parameter `asked` takes them together.

    leaving_out: options that mean nothing to it. Its own options replace those of the same name.
    """

    def give(command: Command) -> Command:
        own = {name: one for name, one in signature(command).parameters.items() if name != "asked"}
        common = {
            name: one
            for name, one in signature(question_of).parameters.items()
            if name not in own and name not in leaving_out
        }

        @wraps(command)
        def run(**said: Any) -> None:
            query, scenario = question_of(**{name: said.pop(name) for name in common})
            command(asked=Asked(query, scenario), **said)

        whole: Mapping[str, Parameter] = {**common, **own}
        run.__signature__ = signature(command).replace(  # type: ignore[attr-defined]
            parameters=[one.replace(kind=Parameter.KEYWORD_ONLY) for one in whole.values()]
        )
        run.__annotations__ = {name: one.annotation for name, one in whole.items()}
        return run

    return give


def clock_of(said: str | None, option: str) -> time | None:
    """An hour of the command line; exits for what is none."""
    if said is None:
        return None
    try:
        return datetime.strptime(said, "%H:%M").time()  # noqa: DTZ007 (civil time)
    except ValueError as error:
        raise typer.BadParameter(f"{option} {said!r} is no hour: write HH:MM") from error


def dates_of(said: list[datetime] | None) -> tuple[date, ...]:
    """Days of a repeated option, in order, each once."""
    return tuple(sorted({one.date() for one in said or ()}))

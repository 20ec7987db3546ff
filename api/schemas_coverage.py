"""Coverage questions as they come in over JSON. Answers are those of directory.coverage_terms as they stand."""

from dataclasses import replace
from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from api.schemas import AreaCode, Code
from directory.coverage_checks import MOST_DAYS
from directory.coverage_terms import LEAVE_FROM, CoverageQuery, SiteQuery
from directory.eligibility import Person
from directory.records import Facility
from geo.travel import TravelMode

# No control characters: the database would not take NUL, and no name has one.
Name = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,120}$")]
ScenarioId = Annotated[int | None, Field(ge=1, le=2**31 - 1, description="Id of a saved what-if")]
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"


def _local(said: time) -> time:
    if said.tzinfo is not None:
        raise ValueError("a local hour has no offset: 09:30")
    return said.replace(microsecond=0)


# JSON Schema's format "time" is one with an offset, which these are not.
LocalTime = Annotated[time, AfterValidator(_local), WithJsonSchema({"type": "string", "pattern": CLOCK})]


class PeopleRequest(BaseModel):
    """What every coverage question asks: whom, by which roads, to which offers, leaving when."""

    model_config = ConfigDict(extra="forbid")

    dataset: Annotated[Name | None, Field(description="Of people (see /coverage/datasets)")] = None
    network: Annotated[
        Name | None,
        Field(description="Name of a road network; default the one in use that holds most people"),
    ] = None
    mode: Literal["foot", "car"] = "car"
    minutes: Annotated[int, Field(ge=1, le=90, description="Longest trip, minutes (on foot at most 60)")] = 60
    needs: Annotated[
        list[Code],
        Field(max_length=10, description="Codes of needs, all to be met", examples=[["addiction_treatment"]]),
    ] = Field(default_factory=list)
    kind: Annotated[Code | None, Field(description="Only offers of this kind", examples=["branch"])] = None
    accessibility: Annotated[
        list[Facility], Field(max_length=10, description="Facilities the place must have")
    ] = Field(default_factory=list)
    age: Annotated[int | None, Field(ge=0, le=130, description="For a person of this age")] = None
    sex: Literal["female", "male", "other"] | None = None
    insurance: Code | None = None
    pregnant: bool | None = None
    leave_from: Annotated[LocalTime, Field(description="Nobody leaves home earlier", examples=["06:00"])] = (
        LEAVE_FROM
    )
    open_at: Annotated[LocalTime | None, Field(description="Offers that still serve at this hour of day")] = (
        None
    )
    area: Annotated[AreaCode | None, Field(description="Only people of this area", examples=["07"])] = None
    band: Annotated[Name | None, Field(description="Only people of this band of age or sex")] = None
    estimate: Annotated[bool, Field(description="Bounds by straight line even where there are roads")] = False

    @property
    def query(self) -> CoverageQuery:
        """The question as the directory takes it."""
        return CoverageQuery(
            dataset=self.dataset,
            network=self.network,
            mode=TravelMode(self.mode),
            minutes=self.minutes,
            needs=tuple(self.needs),
            kinds=(self.kind,) if self.kind else (),
            facilities=tuple(self.accessibility),
            person=Person(age=self.age, sex=self.sex, insurance=self.insurance, pregnant=self.pregnant),
            leave_from=self.leave_from,
            open_at=self.open_at,
            area_code=self.area,
            band=self.band,
            estimate=self.estimate,
        )


class StateRequest(PeopleRequest):
    """The same on a day, or whatever the day."""

    day: Annotated[
        date | None,
        Field(description="Only offers that serve on this day; without it fixed offers whatever the day"),
    ] = None
    days: Annotated[
        int, Field(ge=1, le=MOST_DAYS, description="On at least one of so many days from day on")
    ] = 1
    mobile: Annotated[bool, Field(description="Whether mobile points count, on their days")] = True

    @property
    def query(self) -> CoverageQuery:
        """The question as the directory takes it."""
        return replace(super().query, day=self.day, days=self.days, mobile=self.mobile)


class CoverageRequest(StateRequest):
    """Who lives within so many minutes of an offer that fits."""

    scenario: ScenarioId = None

    @property
    def query(self) -> CoverageQuery:
        """The question as the directory takes it."""
        return replace(super().query, scenario=self.scenario)


class GapsRequest(CoverageRequest):
    """Where people are left out, and why."""

    limit: Annotated[int, Field(ge=1, le=400, description="Areas told, most people left out first")] = 50


class DaysRequest(PeopleRequest):
    """Coverage day by day."""

    day: Annotated[date | None, Field(description="The first day; default today")] = None
    count: Annotated[int, Field(ge=1, le=MOST_DAYS, description="Days told")] = 14
    scenario: ScenarioId = None

    @property
    def query(self) -> CoverageQuery:
        """The question as the directory takes it; the days are asked about beside it."""
        return replace(super().query, scenario=self.scenario)


class DifferenceRequest(StateRequest):
    """The same question of two states of the directory; without before (or after) as it is today."""

    before: ScenarioId = None
    after: ScenarioId = None


class SitesRequest(CoverageRequest):
    """Where next. The exact optimum, or more candidates than a request may try, is long work: POST /coverage/jobs.

    With dates a mobile round is planned, and the question is of those days.
    """

    count: Annotated[int, Field(ge=1, le=50, description="Places proposed")] = 5
    candidates: Annotated[
        str,
        Field(
            pattern=r"^(localities|comunas|offer:[a-z0-9_.-]{1,60})$",
            description="localities, comunas (their seats), or points of offers of a kind, as offer:branch",
        ),
    ] = "localities"
    objective: Annotated[
        Literal["cover", "mean", "person_days"],
        Field(description="Most people newly covered, least mean minutes, or (of a round) most person-days"),
    ] = "cover"
    dates: Annotated[
        list[date], Field(max_length=31, description="A mobile round on these days; then no `day`")
    ] = Field(default_factory=list)
    stops_per_day: Annotated[int, Field(ge=1, le=20)] = 1
    drive_minutes: Annotated[
        int | None, Field(ge=1, le=600, description="Longest driving of one day's round")
    ] = None

    @model_validator(mode="after")
    def _days_once(self) -> Self:
        if self.dates and (self.day is not None or self.days > 1):
            raise ValueError("say the days once: dates of a round, or day and days")
        return self

    def sites(self, *, exact: bool) -> SiteQuery:
        """The question as the directory takes it. exact: solve it by HiGHS too, and tell the gap."""
        return SiteQuery(
            coverage=self.query,
            count=self.count,
            candidates=self.candidates,
            objective=self.objective,
            exact=exact,
            dates=tuple(self.dates),
            stops_per_day=self.stops_per_day,
            drive_minutes=self.drive_minutes,
        )


class JobRequest(BaseModel):
    """Long work. rows: makes the reach rows of a dataset, network and mode. sites: the exact answer of a question."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["rows", "sites"]
    dataset: Annotated[Name | None, Field(description="Of rows; default the newest")] = None
    network: Annotated[Name | None, Field(description="Of rows; default the one that holds most people")] = (
        None
    )
    mode: Annotated[Literal["foot", "car"], Field(description="Of rows")] = "car"
    sites: Annotated[SitesRequest | None, Field(description="The question of sites")] = None

    @model_validator(mode="after")
    def _asked(self) -> Self:
        if (self.kind == "sites") != (self.sites is not None):
            raise ValueError("sites needs its question, and rows has none")
        if self.kind == "sites" and self.model_fields_set & {"dataset", "network", "mode"}:
            raise ValueError("of sites, dataset, network and mode stand in its question")
        return self

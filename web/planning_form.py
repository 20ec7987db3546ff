"""The question of a planner: what stands in the address of `/planificacion`, and its form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from directory.coverage_terms import LONGEST, CoverageQuery, DatasetFacts, Scenario
from directory.eligibility import Person
from directory.needs import Need
from directory.records import Facility
from geo.travel import TravelMode
from web import labels
from web.console_form import OLDEST, SEXES
from web.language import InBoth, Spanish, Texts, ngettext, noop, path_for
from web.language import gettext as _
from web.present import Choice

ADDRESS = "/planificacion"
MINUTES = (15, 30, 60, 90)
SPANS = (1, 7, 14, 30)
# Where the offer stands as it is today, when two states are compared.
TODAY = "today"
# In the place of a network's name: no roads, but bounds by straight line.
ESTIMATE = "estimate"
# Parts of the page, in their order.
VIEWS = Texts(
    {
        "coverage": noop("Cobertura"),
        "gaps": noop("Quiénes quedan fuera"),
        "days": noop("Día por día"),
        "supply": noop("Oferta y demanda"),
        "sites": noop("Dónde conviene abrir"),
        "scenarios": noop("Escenarios"),
    }
)
LEVELS = Texts({"comuna": noop("Comunas"), "province": noop("Provincias"), "region": noop("Regiones")})
# Keys of bands that datasets use.
_SEXES = Texts(
    {
        "female": noop("Mujeres"),
        "women": noop("Mujeres"),
        "male": noop("Hombres"),
        "men": noop("Hombres"),
    }
)
type View = Literal["coverage", "gaps", "days", "supply", "sites", "scenarios"]
type Level = Literal["comuna", "province", "region"]
type Sort = Literal["", "name", "parent", "people", "share", "left", "median", "second", "change", "access"]
type Code = Annotated[str, Field(max_length=120)]


def _nothing(value: object) -> object:
    """What an empty field of a form says."""
    return None if value == "" else value


type Maybe[Value] = Annotated[Value | None, BeforeValidator(_nothing)]


class PlanningFields(BaseModel):
    """The form as it stands in the address. Empty fields ask for nothing. asked: the form was sent.

    scenario: id of the one asked about, empty as of today. versus: what it is compared with: an id, "today", or
    empty for no comparison. view, level, sort, down and all say what part of the answer is shown, and how.
    """

    model_config = ConfigDict(extra="ignore")

    need: Code = ""
    kind: Code = ""
    accessibility: Annotated[list[Facility], Field(max_length=10)] = Field(default_factory=list)
    mode: Literal[TravelMode.CAR, TravelMode.FOOT] = TravelMode.CAR
    minutes: Annotated[int, Field(ge=1, le=max(LONGEST.values()))] = 60
    day: Maybe[date] = None
    days: Annotated[int, Field(ge=1, le=max(SPANS))] = 1
    open_at: Maybe[time] = None
    age: Maybe[Annotated[int, Field(ge=0, le=OLDEST)]] = None
    sex: Literal["", "female", "male"] = ""
    area: Code = ""
    band: Code = ""
    dataset: Code = ""
    network: Code = ""
    mobile: Literal["yes", "no"] = "yes"
    scenario: Maybe[Annotated[int, Field(ge=1, lt=2**31)]] = None
    versus: Annotated[str, Field(pattern=r"^(today|[1-9][0-9]{0,8})?$")] = ""
    view: View = "coverage"
    level: Level = "comuna"
    sort: Sort = ""
    down: Literal["", "yes", "no"] = ""
    all: Literal["", "yes"] = ""

    @property
    def asked(self) -> bool:
        """Whether a question was sent; an address without any field shows the form alone."""
        return bool({"minutes", "need", "kind"} & self.model_fields_set)

    @property
    def before(self) -> int | None:
        """The scenario that the asked one is compared with; None: the offer of today."""
        return int(self.versus) if self.versus.isdigit() else None

    @property
    def compares(self) -> bool:
        """Whether two different states are to be compared."""
        return bool(self.versus) and self.before != self.scenario

    def query(self) -> CoverageQuery:
        """The question. No mode is asked further than its rows reach (directory.coverage_terms.LONGEST)."""
        return CoverageQuery(
            dataset=self.dataset or None,
            network=None if self.network == ESTIMATE else self.network or None,
            mode=self.mode,
            minutes=min(self.minutes, LONGEST[self.mode]),
            needs=(self.need,) if self.need else (),
            kinds=(self.kind,) if self.kind else (),
            facilities=tuple(self.accessibility),
            person=Person(age=self.age, sex=self.sex or None),
            day=self.day,
            days=self.days if self.day else 1,
            open_at=self.open_at if self.day else None,
            mobile=self.mobile == "yes",
            area_code=self.area or None,
            band=self.band or None,
            scenario=self.scenario,
            estimate=self.network == ESTIMATE,
        )

    def pairs(self, **changes: object) -> list[tuple[str, str]]:
        """Names and values that ask the same again, with some of them changed; empty and usual ones are left out."""
        values: dict[str, Any] = self.model_dump(mode="json") | changes
        usual = {"days": 1, "mobile": "yes", "view": "coverage", "level": "comuna"}
        return [
            (name, str(one))
            for name, value in values.items()
            if value not in (None, "") and usual.get(name) != value
            for one in (value if isinstance(value, list) else [value])
        ]

    def address(self, path: str = ADDRESS, **changes: object) -> str:
        """An address of ours that asks the same, with some fields changed."""
        return path_for(f"{path}?{urlencode(self.pairs(**changes))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningForm:
    """The controls as they were filled. folded: whether what is seldom asked may stay closed."""

    fields: PlanningFields
    needs: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    facilities: tuple[Choice, ...]
    modes: tuple[Choice, ...]
    minutes: tuple[Choice, ...]
    spans: tuple[Choice, ...]
    sexes: tuple[Choice, ...]
    areas: tuple[Choice, ...]
    bands: tuple[Choice, ...]
    datasets: tuple[Choice, ...]
    networks: tuple[Choice, ...]
    mobile: tuple[Choice, ...]
    scenarios: tuple[Choice, ...]
    versus: tuple[Choice, ...]
    errors: Mapping[str, str]

    @property
    def folded(self) -> bool:
        """Whether nothing of the folded part was asked, nor has to be mended."""
        asked = self.fields
        said = (asked.accessibility, asked.open_at, asked.age, asked.sex, asked.band, asked.network)
        more = (asked.dataset, asked.mobile == "no", asked.scenario, asked.versus)
        return not any((*said, *more, *self.errors))


@dataclass(frozen=True, slots=True)
class Known:
    """What can be chosen: as the directory has it now. networks: names of those in use."""

    needs: Sequence[Need]
    areas: Sequence[Mapping[str, Any]]
    datasets: Sequence[DatasetFacts]
    networks: Sequence[str]
    scenarios: Sequence[Scenario]


def planning_form(fields: PlanningFields, known: Known, errors: Mapping[str, str]) -> PlanningForm:
    """The form, as it was filled."""
    saved = {str(one.id): Spanish(one.name) for one in known.scenarios}
    asked = next((one for one in known.datasets if one.name == fields.dataset), None)
    dataset = asked or (known.datasets[0] if known.datasets else None)
    bands = {key: band_name(key) for key in dataset.bands} if dataset else {}
    titles = {one.name: Spanish(f"{one.title} ({one.year})") for one in known.datasets}
    return PlanningForm(
        fields=fields,
        needs=_choices(_needs(known.needs), fields.need, _("Cualquier cosa")),
        kinds=_choices(labels.KINDS, fields.kind, _("Cualquier lugar")),
        facilities=tuple(
            Choice(value, label, value in fields.accessibility) for value, label in labels.FACILITIES.items()
        ),
        modes=tuple(Choice(str(one), labels.MODES[one], one == fields.mode) for one in LONGEST),
        minutes=_choices({str(one): minutes_text(one) for one in _lengths(fields)}, str(fields.minutes)),
        spans=_choices({str(one): span_text(one) for one in sorted({*SPANS, fields.days})}, str(fields.days)),
        sexes=_choices({key: SEXES[key] for key in ("female", "male")}, fields.sex, _("Cualquiera")),
        areas=_choices(dict(_areas(known.areas)), fields.area, _("Todo el país")),
        bands=_choices(bands, fields.band, _("Todas las personas")),
        datasets=_choices(titles, fields.dataset, _("Los más nuevos")),
        networks=_choices(_networks(known.networks), fields.network, _("El que corresponda")),
        mobile=_choices({"yes": _("Contarlos"), "no": _("No contarlos")}, fields.mobile),
        scenarios=_choices(saved, str(fields.scenario or ""), _("La oferta de hoy")),
        versus=_choices({TODAY: _("La oferta de hoy")} | saved, fields.versus, _("No comparar")),
        errors=errors,
    )


def _networks(names: Sequence[str]) -> dict[str, str]:
    return {one: Spanish(one) for one in names} | {ESTIMATE: _("Línea recta: dos límites")}


def _choices(words: Mapping[str, str], chosen: str, nothing: str | None = None) -> tuple[Choice, ...]:
    every = words if nothing is None else {"": nothing, **words}
    return tuple(Choice(value, label, value == chosen) for value, label in every.items())


def _needs(needs: Sequence[Need]) -> dict[str, str]:
    named = {one.code: str(InBoth(one.name, one.name_en)) for one in needs}
    return dict(sorted(named.items(), key=lambda one: one[1]))


def _areas(areas: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Regions, then provinces, then comunas, each by name; what is not a comuna says what it is."""
    for kind in ("region", "province", "comuna"):
        alike = sorted((one for one in areas if one["kind"] == kind), key=lambda one: str(one["name"]))
        for one in alike:
            beside = "" if kind == "comuna" else f" ({labels.AREA_KINDS[kind]})"
            yield str(one["code"]), Spanish(f"{one['name']}{beside}")


def _lengths(fields: PlanningFields) -> list[int]:
    return sorted({*MINUTES, fields.minutes})


def minutes_text(minutes: int) -> str:
    """Whole minutes, in words."""
    return ngettext("%(count)s minuto", "%(count)s minutos", minutes, count=minutes)


def span_text(days: int) -> str:
    """How many days a question is asked for."""
    if days == 1:
        return _("Ese día")
    return _("Alguno de %(days)s días", days=days)


def band_name(key: str) -> str:
    """What a band of age and sex is called: "female", "65+", "male:15-64"."""
    sex, _colon, age = key.rpartition(":") if ":" in key or key[:1].isdigit() else (key, "", "")
    first, _dash, last = age.partition("-")
    said = _SEXES.get(sex, Spanish(sex))
    if age.endswith("+"):
        years = _("%(first)s años o más", first=age.removesuffix("+"))
    elif age:
        years = _("%(first)s a %(last)s años", first=first, last=last)
    else:
        years = ""
    return ", ".join(part for part in (said, years) if part)

"""The form of the console: what a counselor fills in about a call, the question it asks, and its controls.

Everything arrives in the body of a POST, nothing in an address, and nothing of it is kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from directory.answers import Question
from directory.eligibility import Person
from directory.errors import QuestionError
from directory.needs import Need
from directory.places import FoundPlace
from directory.records import Facility
from directory.referrals import Rank
from geo.gazetteer import closest
from geo.travel import TravelMode
from web import labels
from web.form import DEFAULT_LIMIT, LIMITS, readable
from web.language import Spanish, Texts, ngettext, noop
from web.language import gettext as _
from web.present import Choice

# So many places are read out on a call; no more are shown.
MOST_OPTIONS = 5
OLDEST = 120
SUGGESTIONS = 6
# What an area is called before its name, so that the comuna is meant and not the region. Spanish: it is asked.
KINDS = {"comuna": "comuna", "province": "provincia", "region": "región"}

type Tri = Literal["", "yes", "no"]
type Code = Annotated[str, Field(max_length=60)]

WHO = Texts({"self": noop("Quien llama"), "relative": noop("Un familiar")})
SEXES = Texts({"": noop("No sé"), "female": noop("Mujer"), "male": noop("Hombre")})
KNOWN = Texts({"": noop("No sé"), "yes": noop("Sí"), "no": noop("No")})
TIMES = Texts({"now": noop("Ahora"), "later": noop("Sale a las"), "by": noop("Llega antes de")})
RANKS = Texts({"soonest": noop("Donde atienden antes"), "nearest": noop("El viaje más corto")})


class ConsoleFields(BaseModel):
    """The form as it arrives. place_is and sense are a chosen place and a chosen need, in place of what was typed.

    compare are ids of offers; view asks for the comparison of them.
    """

    model_config = ConfigDict(extra="ignore")

    place: Annotated[str, Field(max_length=200)] = ""
    place_is: Annotated[str, Field(max_length=200)] = ""
    lives_here: bool = False
    who: Literal["self", "relative"] = "self"
    age: Annotated[str, Field(max_length=10)] = ""
    sex: Literal["", "female", "male"] = ""
    insurance: Code = ""
    pregnant: Tri = ""
    referred: Tri = ""
    words: Annotated[str, Field(max_length=200)] = ""
    sense: Code = ""
    need: Annotated[list[Code], Field(max_length=10)] = Field(default_factory=list)
    mode: TravelMode = TravelMode.CAR
    max_minutes: Annotated[int, Field(ge=1, le=1440)] = DEFAULT_LIMIT
    when: Literal["now", "later", "by"] = "now"
    moment: Annotated[str, Field(max_length=32)] = ""
    rank: Rank = Rank.SOONEST
    accessibility: Annotated[list[Facility], Field(max_length=10)] = Field(default_factory=list)
    compare: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)
    view: Literal["", "compare"] = ""

    @property
    def where(self) -> str:
        """The place as it is asked for."""
        return (self.place_is or self.place).strip()

    @property
    def what(self) -> str:
        """The words for a need, none when it was chosen what they mean."""
        return "" if self.sense else self.words.strip()

    @property
    def needs(self) -> tuple[str, ...]:
        """The needs that were ticked or chosen, each once."""
        return tuple(dict.fromkeys([*self.need, *([self.sense] if self.sense else [])]))

    def question(self, residence: str | None) -> Question:
        """The question. residence: the code of the area where the person lives, if known. Raises QuestionError."""
        moment = None
        if self.when != "now":
            moment = readable(self.moment)
            if moment is None:
                raise QuestionError("unreadable moment", field="moment")
        return Question(
            place=self.where,
            needs=self.needs,
            words=self.what or None,
            facilities=tuple(self.accessibility),
            person=self.person(residence),
            mode=self.mode,
            leave_at=moment if self.when == "later" else None,
            arrive_by=moment if self.when == "by" else None,
            max_minutes=self.max_minutes,
            rank=self.rank,
            limit=MOST_OPTIONS,
        )

    def person(self, residence: str | None) -> Person:
        """What is known of the person who is to be served. Raises QuestionError for an age that is none."""
        age = self.age.strip()
        if age and not (age.isascii() and age.isdigit() and int(age) <= OLDEST):
            raise QuestionError("no age", field="age")
        return Person(
            age=int(age) if age else None,
            sex=self.sex or None,
            insurance=self.insurance or None,
            residence=residence,
            pregnant=_known(self.pregnant),
            referred=_known(self.referred),
        )


def _known(answer: str) -> bool | None:
    return {"yes": True, "no": False}.get(answer)


@dataclass(frozen=True, slots=True)
class NeedGroup:
    """A group of needs: itself, and the needs in it."""

    group: Choice
    needs: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The controls of the form as they were filled. picked: how many needs inside the groups are ticked."""

    fields: ConsoleFields
    who: tuple[Choice, ...]
    sexes: tuple[Choice, ...]
    insurances: tuple[Choice, ...]
    pregnant: tuple[Choice, ...]
    referred: tuple[Choice, ...]
    groups: tuple[NeedGroup, ...]
    modes: tuple[Choice, ...]
    limits: tuple[Choice, ...]
    times: tuple[Choice, ...]
    ranks: tuple[Choice, ...]
    accessibility: tuple[Choice, ...]

    @property
    def picked(self) -> int:
        """How many needs are ticked that stand in the folded part."""
        return sum(one.chosen for each in self.groups for one in each.needs)

    @property
    def filtered(self) -> int:
        """The same of the filters in the other folded part."""
        return sum(one.chosen for one in self.accessibility)


def form_view(fields: ConsoleFields, needs: Sequence[Need], insurances: Mapping[str, Any]) -> FormView:
    """The form, filled in. insurances: what each code of the country is called."""
    limits = {one: _minutes(one) for one in sorted({*LIMITS, fields.max_minutes})}
    known = {"": _("No sé"), **{code: str(name) for code, name in insurances.items()}}
    return FormView(
        fields=fields,
        who=_choices(WHO, {fields.who}),
        sexes=_choices(SEXES, {fields.sex}),
        insurances=_choices(known, {fields.insurance}),
        pregnant=_choices(KNOWN, {fields.pregnant}),
        referred=_choices(KNOWN, {fields.referred}),
        groups=_groups(needs, set(fields.needs)),
        modes=_choices(labels.MODES, {fields.mode}),
        limits=_choices(limits, {fields.max_minutes}),
        times=_choices(TIMES, {fields.when}),
        ranks=_choices(RANKS, {fields.rank}),
        accessibility=_choices(labels.FACILITIES, set(fields.accessibility)),
    )


def with_groups(insurances: Mapping[str, Any], groups: Mapping[str, str]) -> dict[str, Any]:
    """Insurances, and before its members each group that they are named after: "Fonasa" before "Fonasa tramo A"."""
    told: dict[str, Any] = {}
    for code, name in insurances.items():
        group = groups.get(code, code)
        alike = [str(insurances[one]) for one in insurances if groups.get(one) == group]
        if len(alike) > 1 and all(one.casefold().startswith(group + " ") for one in alike):
            told.setdefault(group, group.capitalize())
        told[code] = name
    return told


def _groups(needs: Sequence[Need], chosen: Collection[str]) -> tuple[NeedGroup, ...]:
    """Needs by the first part of their code, which is the code of their group."""
    tops = [one for one in needs if one.parent is None]
    return tuple(
        NeedGroup(
            Choice(top.code, labels.need_name(top), top.code in chosen),
            tuple(
                Choice(one.code, labels.need_name(one), one.code in chosen)
                for one in needs
                if one.code.startswith(top.code + ".")
            ),
        )
        for top in tops
    )


def _choices(words: Mapping[Any, str], chosen: Collection[Any]) -> tuple[Choice, ...]:
    return tuple(Choice(str(value), label, value in chosen) for value, label in words.items())


def _minutes(count: int) -> str:
    return ngettext("%(count)s minuto", "%(count)s minutos", count, count=count)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place to choose. value is what to ask for, so that this place is meant and no other."""

    value: str
    name: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """What web/static/console.js shows."""
        return {"value": self.value, "name": str(self.name), "detail": str(self.detail)}


def suggestion(place: FoundPlace) -> Suggestion:
    """A place by its name, with its kind and the areas around it."""
    if place.precision == "exact":
        near = ", ".join(part for part in (place.comuna, place.region) if part)
        typed = f"{place.point.lat:.5f} {place.point.lon:.5f}"
        return Suggestion(typed, typed, _joined(_("punto exacto"), near))
    kind = "" if place.kind == "locality" else KINDS.get(place.precision, "")
    stated = f"{kind} de {place.name}" if kind else place.name
    above = [part for part in (place.comuna, place.region) if part and part != place.name]
    called = labels.AREA_KINDS[place.precision] if kind else _smallest(place)
    value = ", ".join([stated, *above]) if kind in ("", "comuna") else stated
    return Suggestion(value, Spanish(place.name), _joined(", ".join(above), called))


def _smallest(place: FoundPlace) -> str:
    return _("calle") if place.kind == "street" else _("localidad")


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def alike(asked: str, names: Iterable[str]) -> list[Suggestion]:
    """Comunas whose names are most like what was typed: letters swapped or left out."""
    called = labels.AREA_KINDS["comuna"]
    return [
        Suggestion(f"comuna de {one}", Spanish(one), called) for one in closest(asked, names, SUGGESTIONS)
    ]

"""Life events: something hard happened; what may it lead to, for whom, and where is the nearest place to ask.

What a person tells goes by POST, is answered and forgotten: it stands in no address, no log and no history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import TheDirectory
from directory.answers import Directory, Question
from directory.country import country_facts
from directory.db import Session
from directory.eligibility import Person
from directory.errors import NotFoundError, QuestionError
from directory.events import Event, LifeEvents, load_events
from directory.places import FoundPlace, find_places
from directory.referrals import ReferralAnswer
from directory.settings import Settings
from geo.travel import TravelMode
from web.cards import option_card
from web.event_view import SEXES, AskedCondition, EventView, Names, Nearby, calls, grouped, said
from web.ficha import ELSEWHERE, UNINDEXED, Now
from web.language import InBoth, Spanish, path_for
from web.language import gettext as _
from web.present import Choice, PlaceChoice
from web.templating import page

router = APIRouter(include_in_schema=False)
ADDRESS = "/eventos"
# Places to ask may be far in the country: the nearest is shown, however long the trip.
FARTHEST_MINUTES = 240
OLDEST = 120
STATED_KINDS = {"comuna": "comuna de ", "province": "provincia de ", "region": "región de "}
type YesNo = Literal["", "yes", "no"]


class EventFields(BaseModel):
    """The form of an event. chosen: the place that was meant. condition: "code:yes" or "code:no"."""

    model_config = ConfigDict(extra="ignore")

    age: Annotated[str, Field(max_length=40)] = ""
    sex: Literal["", "female", "male"] = ""
    insurance: Annotated[str, Field(max_length=40)] = ""
    pregnant: YesNo = ""
    condition: Annotated[list[str], Field(max_length=40)] = Field(default_factory=list)
    place: Annotated[str, Field(max_length=200)] = ""
    chosen: Annotated[str, Field(max_length=300)] = ""

    @property
    def years(self) -> int | None:
        """The age as a number; None when it is none that a person can have."""
        digits = self.age.strip()
        return int(digits) if digits.isdecimal() and len(digits) < 4 and int(digits) <= OLDEST else None


@dataclass(frozen=True, slots=True)
class EventPages:
    """The events of the country, and how its insurances are called."""

    life: LifeEvents
    insurances: Mapping[str, InBoth]


@dataclass(frozen=True, slots=True)
class _Where:
    """The place of the form: found, to be chosen, or what is wrong with it."""

    place: FoundPlace | None = None
    choices: tuple[PlaceChoice, ...] = ()
    error: str = ""


@router.get(ADDRESS, response_class=HTMLResponse)
def index(request: Request, directory: TheDirectory) -> HTMLResponse:
    """What may have happened, to choose from."""
    pages = _pages(request)
    if not pages.life.events:
        raise NotFoundError("this country has no file of life events")
    with directory.reading() as session:
        demo = directory.demonstration(session)
    told = [
        (path_for(f"{ADDRESS}/{slug}"), said(one.name), said(one.plain))
        for slug, one in pages.life.events.items()
    ]
    return page(request.app.state.pages, request, "events.html", events=told, demo=demo)


@router.get(ADDRESS + "/{slug}", response_class=HTMLResponse)
def show(request: Request, directory: TheDirectory, now: Now, slug: str) -> HTMLResponse:
    """An event with all that it may lead to, before anything is known of the person."""
    return _answer(request, directory, now, slug, EventFields(), answered=False)


@router.post(ADDRESS + "/{slug}", response_class=HTMLResponse)
def ask(
    request: Request, directory: TheDirectory, now: Now, slug: str, fields: Annotated[EventFields, Form()]
) -> HTMLResponse:
    """The same for the person that the form tells of, with the nearest places."""
    return _answer(request, directory, now, slug, fields, answered=True)


def _answer(
    request: Request, directory: Directory, now: datetime, slug: str, fields: EventFields, *, answered: bool
) -> HTMLResponse:
    pages = _pages(request)
    event = pages.life.events.get(slug)
    if event is None:
        raise NotFoundError("there is no such life event")
    with directory.reading() as session:
        names = Names(pages.insurances, pages.life, directory.territory(session))
        where = _where(session, fields)
        person = _person(fields, event, pages, where.place)
        nearby = _nearby(directory, session, event, person, where.place, now) if where.place else None
        view = _view(event, fields, pages, names, where, person, nearby, answered)
        demo = directory.demonstration(session)
    status = 422 if view.errors and not view.places else 200
    told = page(
        request.app.state.pages,
        request,
        "event.html",
        status=status,
        view=view,
        demo=demo,
        elsewhere=ELSEWHERE,
    )
    if answered or event.sensitive:
        told.headers.update(UNINDEXED)
    told.headers["Cache-Control"] = "no-store"
    return told


def _pages(request: Request) -> EventPages:
    pages: EventPages = request.app.state.events
    return pages


def _person(fields: EventFields, event: Event, pages: EventPages, place: FoundPlace | None) -> Person:
    """What the form tells; codes that are none tell nothing."""
    told = dict(one.rsplit(":", 1) for one in fields.condition if one.count(":") == 1)
    return Person(
        age=fields.years,
        sex=fields.sex or None,
        insurance=fields.insurance if fields.insurance in pages.insurances else None,
        residence=place.area_code if place else None,
        pregnant={"yes": True, "no": False}.get(fields.pregnant),
        conditions=frozenset(code for code in event.conditions if told.get(code) == "yes"),
        without=frozenset(code for code in event.conditions if told.get(code) == "no"),
    )


def _where(session: Session, fields: EventFields) -> _Where:
    """The place of the form."""
    asked = (fields.chosen or fields.place).strip()
    if not asked:
        return _Where()
    try:
        found = find_places(session, asked)
    except QuestionError:
        return _Where(error=_("No entendemos este lugar. Escribe tu comuna o pueblo."))
    if found.status == "one":
        return _Where(found.places[0])
    if found.places:
        choices = tuple(map(_choice, found.places))
        return _Where(choices=choices, error=_("Hay más de un lugar con ese nombre. Elige el tuyo."))
    return _Where(error=_("No encontramos «%(place)s». Escribe tu comuna o pueblo.", place=asked))


def _choice(place: FoundPlace) -> PlaceChoice:
    """A place to choose, and the words that mean it and no other."""
    above = [part for part in (place.comuna, place.region) if part and part != place.name]
    kind = "" if place.kind == "locality" else STATED_KINDS.get(place.precision, "")
    label = Spanish(", ".join([place.name, *above]))
    return PlaceChoice(label, ", ".join([kind + place.name, *(above if place.precision != "region" else [])]))


def _nearby(
    directory: Directory, session: Session, event: Event, person: Person, place: FoundPlace, now: datetime
) -> dict[str, Nearby]:
    """The nearest place for every need of the event's benefits; a need without one is left out."""
    found: dict[str, Nearby] = {}
    for need in dict.fromkeys(one.need for one in event.benefits if one.need):
        question = Question(
            origin=place.point,
            needs=(need,),
            person=person,
            leave_at=now,
            max_minutes=FARTHEST_MINUTES,
            limit=1,
        )
        answer = directory.ask(session, question).referrals
        if answer and (one := _best(answer)):
            found[need] = one
    return found


def _best(found: ReferralAnswer) -> Nearby | None:
    for options, note in (
        (found.options, ""),
        (found.unknown_hours, ""),
        ([found.beyond] if found.beyond else [], _("Queda lejos: llama antes de ir.")),
    ):
        for option in options[:1]:
            card = option_card(1, option, found.query.leave_at, None, TravelMode.CAR)
            return Nearby(card, note)
    return None


def _view(
    event: Event,
    fields: EventFields,
    pages: EventPages,
    names: Names,
    where: _Where,
    person: Person,
    nearby: Mapping[str, Nearby] | None,
    answered: bool,
) -> EventView:
    errors = {"place": where.error} if where.error else {}
    if fields.age.strip() and fields.years is None:
        errors["age"] = _("Escribe la edad en años, por ejemplo 45.")
    asked = event.asked
    return EventView(
        slug=event.slug,
        name=said(event.name),
        plain=said(event.plain),
        hint=said(event.hint),
        sensitive=event.sensitive,
        calls=calls(event),
        groups=grouped(event, person, names, nearby),
        asks_age=bool(asked & {"min_age", "max_age"}),
        age=fields.age,
        sexes=_choices(SEXES, fields.sex) if "sexes" in asked else (),
        insurances=_choices(pages.insurances, fields.insurance) if "insurances" in asked else (),
        pregnancy=_yes_no(fields.pregnant) if "pregnancy" in asked else (),
        conditions=tuple(
            AskedCondition(
                code, said(pages.life.conditions[code].question), _yes_no(_told(person, code), f"{code}:")
            )
            for code in event.conditions
        ),
        place=fields.chosen or fields.place,
        places=where.choices,
        errors=errors,
        where=Spanish(where.place.name) if where.place else "",
        answered=answered,
    )


def _told(person: Person, code: str) -> str:
    return "yes" if code in person.conditions else "no" if code in person.without else ""


def _yes_no(chosen: str, prefix: str = "") -> tuple[Choice, ...]:
    words = (("yes", _("Sí")), ("no", _("No")))
    return tuple(Choice(prefix + value, label, value == chosen) for value, label in words)


def _choices(words: Mapping[str, Any], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, str(label), value == chosen) for value, label in words.items())


def install(app: FastAPI, settings: Settings) -> None:
    """Put the pages into the app; app.state.pages is there already. Raises FactsError for a bad file."""
    facts = country_facts(settings.country_folder)
    called = {one["code"]: InBoth(one["es"], one["en"]) for one in facts["insurance"]}
    app.state.events = EventPages(load_events(settings.country_folder), called)
    app.include_router(router)

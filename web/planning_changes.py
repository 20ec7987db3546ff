"""Scenarios as the page shows them: what-ifs that are saved, and the form that adds one change to one of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from directory.catalog import get_offer
from directory.coverage_terms import Change, ChangeKind, Scenario
from directory.db import Session
from directory.errors import CoverageNotReadyError, NotFoundError, QuestionError
from directory.places import find_places
from directory.planning import Planning
from directory.scenarios import list_scenarios
from geo.points import LonLat
from web.language import Spanish
from web.language import gettext as _
from web.planning_form import TODAY, PlanningFields
from web.planning_forms import question_text
from web.planning_words import CHANGES, clock
from web.present import Choice
from web.trips import day_text

# So many places of the question are offered by name; of more the address of the page has to be pasted.
MOST_OFFERED = 300
OFFER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
type Text = Annotated[str, Field(max_length=300)]


class ChangeFields(BaseModel):
    """The form of one change. scenario: id of the one it is added to, empty for a new one called `called`."""

    model_config = ConfigDict(extra="ignore")

    question: Annotated[str, Field(max_length=4000)] = ""
    scenario: Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8})?$")] = ""
    called: Text = ""
    note: Annotated[str, Field(max_length=2000)] = ""
    kind: ChangeKind = ChangeKind.CLOSE
    offer: Text = ""
    place: Text = ""
    label: Text = ""
    hours: Text = ""
    dates: Annotated[str, Field(max_length=2000)] = ""
    opens: Annotated[str, Field(max_length=8)] = ""
    closes: Annotated[str, Field(max_length=8)] = ""
    capacity: Annotated[
        float | None, BeforeValidator(lambda said: said or None), Field(ge=0, le=1_000_000)
    ] = None

    def typed(self) -> dict[str, str]:
        """What stood in the form, to show it again."""
        return {name: str(value or "") for name, value in self.model_dump(mode="json").items()}

    def change(self, session: Session) -> Change:
        """The change. What its kind has no use for is left out. Raises QuestionError, its field names the part."""
        kind = self.kind
        new = kind in {ChangeKind.OPEN, ChangeKind.MOBILE_STOP}
        stop = kind is ChangeKind.MOBILE_STOP
        timed = kind not in {ChangeKind.CLOSE, ChangeKind.MOBILE_STOP}
        return Change(
            kind,
            offer=None if new else _offer(self.offer),
            point=_point(session, self.place) if new or kind is ChangeKind.MOVE else None,
            name=(self.label.strip() or None) if new else None,
            hours=(self.hours.strip() or None) if timed else None,
            days=_dates(self.dates) if stop else (),
            opens=_clock(self.opens, "opens") if stop else None,
            closes=_clock(self.closes, "closes") if stop else None,
            capacity=None if kind is ChangeKind.CLOSE else self.capacity,
        )


@dataclass(frozen=True, slots=True)
class SavedScenario:
    """One of the list: what it changes, in words; addresses that ask with it, and that compare it with today."""

    id: int
    name: str
    note: str
    changes: tuple[str, ...]
    ask_url: str
    compare_url: str


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """What `_planning_scenarios.html` shows. typed: what stood in the form; offers: places to choose from."""

    question: str
    saved: tuple[SavedScenario, ...]
    kinds: tuple[Choice, ...]
    into: tuple[Choice, ...]
    offers: tuple[Choice, ...]
    typed: Mapping[str, str]


def scenario_view(
    session: Session, planning: Planning, fields: PlanningFields, typed: Mapping[str, str]
) -> ScenarioView:
    """The saved scenarios, and the form of a change."""
    saved = list_scenarios(session)
    chosen = typed.get("kind") or str(ChangeKind.CLOSE)
    held = typed.get("scenario", "")
    return ScenarioView(
        question=question_text(fields),
        saved=tuple(_saved(session, fields, one) for one in saved),
        kinds=tuple(Choice(str(kind), label, str(kind) == chosen) for kind, label in CHANGES.items()),
        into=(
            Choice("", _("Uno nuevo"), not held),
            *(Choice(str(one.id), Spanish(one.name), str(one.id) == held) for one in saved),
        ),
        offers=tuple(_offers(planning, fields)) if fields.asked else (),
        typed={name: typed.get(name, "") for name in ChangeFields.model_fields},
    )


def _offers(planning: Planning, fields: PlanningFields) -> list[Choice]:
    """Places of the question by id; none where there are too many, or the question cannot be asked."""
    try:
        providers = planning.read_supply(fields.query()).providers
    except (QuestionError, CoverageNotReadyError):
        return []  # the form of the question says what to mend
    known = [Choice(str(one.id), Spanish(one.name)) for one in providers if one.id is not None]
    return sorted(known, key=lambda one: one.label) if len(known) <= MOST_OFFERED else []


def _saved(session: Session, fields: PlanningFields, one: Scenario) -> SavedScenario:
    return SavedScenario(
        one.id,
        Spanish(one.name),
        Spanish(one.note),
        tuple(change_text(change, _offer_name(session, change.offer)) for change in one.changes),
        fields.address(view="coverage", scenario=one.id, versus="", minutes=fields.minutes),
        fields.address(view="coverage", scenario=one.id, versus=TODAY, minutes=fields.minutes),
    )


def change_text(change: Change, offer: str | None = None) -> str:
    """One change in words. offer: what the changed offer is called."""
    said = [change.name, offer, change.hours]
    if change.point is not None:
        said.append(f"{change.point.lat:.4f}, {change.point.lon:.4f}")
    said += [day_text(day) for day in change.days]
    if change.opens is not None and change.closes is not None:
        said.append(f"{clock(change.opens)}–{clock(change.closes)}")
    if change.capacity is not None:
        said.append(_("cupos: %(count)s", count=f"{change.capacity:g}"))
    return f"{CHANGES[change.kind]}: {', '.join(part for part in said if part)}"


def _offer_name(session: Session, offer: UUID | None) -> str | None:
    """What an offer is called; its id where it is not published any more."""
    if offer is None:
        return None
    try:
        return str(get_offer(session, offer)["offer"]["name"])
    except NotFoundError:
        return str(offer)


def _offer(text: str) -> UUID:
    """The offer that an address of its page, or its id, names."""
    found = OFFER.search(text)
    if found is None:
        raise QuestionError("Elige un lugar de la lista, o pega la dirección de su ficha.", field="offer")
    return UUID(found[0])


def _point(session: Session, text: str) -> LonLat:
    """The point that a name or coordinates mean."""
    answer = find_places(session, text) if text.strip() else None
    if answer is None or answer.status == "none":
        raise QuestionError("No conocemos ese sitio: escribe una localidad o coordenadas.", field="place")
    if answer.status == "many":
        names = "; ".join(f"{one.name}, {one.comuna or one.region or ''}" for one in answer.places[:4])
        raise QuestionError(f"Hay varios sitios con ese nombre: {names}.", field="place")
    return answer.places[0].point


def _dates(text: str) -> tuple[date, ...]:
    """Days that are separated by anything but what they are written with."""
    try:
        return tuple(date.fromisoformat(part) for part in re.split(r"[^0-9-]+", text.strip()) if part)
    except ValueError as error:
        raise QuestionError("Escribe los días así: 2026-12-01, 2026-12-08.", field="dates") from error


def _clock(text: str, field: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise QuestionError("Escribe la hora así: 09:30.", field=field) from error

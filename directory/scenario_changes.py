"""The changes of a scenario as JSON, read and written strictly: what a change may not say is refused by name."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from directory.coverage_terms import Change, ChangeKind
from directory.errors import QuestionError
from directory.opening_hours import ever_opens
from directory.recurrence import ScheduleError
from geo.errors import PositionError
from geo.points import LonLat

MOST_CHANGES = 50
MOST_DAYS = 100
LONGEST_NAME = 120
MOST_CAPACITY = 1_000_000

# How pages and errors call each kind, what it must say, and what it may say besides.
WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.CLOSE: "cerrar",
    ChangeKind.OPEN: "abrir",
    ChangeKind.MOVE: "trasladar",
    ChangeKind.HOURS: "cambiar horario",
    ChangeKind.MOBILE_STOP: "parada móvil",
}
_PARTS: Mapping[ChangeKind, tuple[frozenset[str], frozenset[str]]] = {
    ChangeKind.CLOSE: (frozenset({"offer"}), frozenset()),
    ChangeKind.OPEN: (frozenset({"point", "name"}), frozenset({"hours", "capacity"})),
    ChangeKind.MOVE: (frozenset({"offer", "point"}), frozenset({"hours", "capacity"})),
    ChangeKind.HOURS: (frozenset({"offer"}), frozenset({"hours", "capacity"})),
    ChangeKind.MOBILE_STOP: (
        frozenset({"point", "name", "days", "opens", "closes"}),
        frozenset({"capacity"}),
    ),
}


class _Point(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    lon: float
    lat: float


class _Written(BaseModel):
    """A change as JSON holds it: parts that it does not say are left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ChangeKind
    offer: UUID | None = None
    point: _Point | None = None
    name: str | None = None
    hours: str | None = None
    days: tuple[date, ...] = ()
    opens: time | None = None
    closes: time | None = None
    capacity: float | None = Field(None, ge=0, le=MOST_CAPACITY, allow_inf_nan=False)

    @field_validator("opens", "closes")
    @classmethod
    def _of_the_wall(cls, clock: time | None) -> time | None:
        if clock is not None and clock.tzinfo is not None:
            raise ValueError("hours are those of the place, without time zone")
        return clock


_ALL = TypeAdapter(list[_Written])


def read_changes(document: object) -> tuple[Change, ...]:
    """Changes of a JSON document (a list of objects, or its text). Raises QuestionError that names the change."""
    try:
        text = document if isinstance(document, str | bytes) else json.dumps(document, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise QuestionError(f"Los cambios no se pueden guardar: {error}.", field="changes") from error
    try:
        written = _ALL.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        number, *parts = first["loc"] or ("",)
        where = f"Cambio {int(number) + 1}" if str(number).isdigit() else "Los cambios"
        part = ".".join(map(str, parts))
        raise QuestionError(
            f"{where}: {part + ': ' if part else ''}{first['msg']}.", field="changes"
        ) from error
    changes = tuple(_change(number, one) for number, one in enumerate(written, 1))
    check_changes(changes)
    return changes


def written_changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """The JSON of changes; `read_changes` reads it back to the same."""
    return [_written(one) for one in changes]


def check_changes(changes: Sequence[Change]) -> None:
    """Raise QuestionError, naming the change, for what cannot be meant. Whether offers exist is asked elsewhere."""
    if not 1 <= len(changes) <= MOST_CHANGES:
        raise QuestionError(f"Un escenario lleva de 1 a {MOST_CHANGES} cambios.", field="changes")
    for number, one in enumerate(changes, 1):
        _check_parts(number, one)
        _check_values(number, one)
    _check_together(changes)


def refuse(number: int, change: Change, why: str) -> QuestionError:
    """The error that names a change, counted from 1."""
    return QuestionError(f"Cambio {number} ({WORDS[change.kind]}): {why}", field="changes")


def _change(number: int, one: _Written) -> Change:
    values = {name: getattr(one, name) for name in _Written.model_fields}
    if one.point is not None:
        try:
            values["point"] = LonLat(one.point.lon, one.point.lat)
        except PositionError as error:
            raise QuestionError(f"Cambio {number}: {error}.", field="changes") from error
    return Change(**values)


def _written(one: Change) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in _Written.model_fields}
    if one.point is not None:
        values["point"] = _Point(lon=one.point.lon, lat=one.point.lat)
    return _Written(**values).model_dump(mode="json", exclude_defaults=True)


def _check_parts(number: int, one: Change) -> None:
    needed, besides = _PARTS[one.kind]
    said = {name for name in _Written.model_fields if name != "kind" and _said(getattr(one, name))}
    lacking, more = sorted(needed - said), sorted(said - needed - besides)
    if lacking:
        raise refuse(number, one, f"falta {', '.join(lacking)}.")
    if more:
        raise refuse(number, one, f"no lleva {', '.join(more)}.")


def _said(value: object) -> bool:
    return value is not None and value != ()


def _check_values(number: int, one: Change) -> None:
    if one.name is not None and not _readable(one.name):
        raise refuse(number, one, f"el nombre va de 1 a {LONGEST_NAME} letras, en una línea.")
    if len(one.days) > MOST_DAYS or len(set(one.days)) < len(one.days):
        raise refuse(number, one, f"los días van cada uno una vez, a lo más {MOST_DAYS}.")
    if one.opens is not None and one.closes is not None and one.opens >= one.closes:
        raise refuse(number, one, "abre después de cerrar: una parada empieza y termina el mismo día.")
    if one.hours is not None:
        _check_hours(number, one, one.hours)


def _check_hours(number: int, one: Change, hours: str) -> None:
    try:
        opens = "\0" not in hours and ever_opens(hours)
    except ScheduleError as error:
        raise refuse(number, one, str(error)) from error
    if not opens:
        raise refuse(number, one, f"el horario «{hours[:120]}» no abre nunca: para eso, usa cerrar.")


def _check_together(changes: Sequence[Change]) -> None:
    """Of one offer at most one change of each kind, and nothing beside closing it."""
    kinds: dict[UUID, Counter[ChangeKind]] = {}
    for number, one in enumerate(changes, 1):
        if one.offer is None:
            continue
        held = kinds.setdefault(one.offer, Counter())
        held[one.kind] += 1
        if held[one.kind] > 1 or (ChangeKind.CLOSE in held and len(held) > 1):
            raise refuse(number, one, "contradice otro cambio de la misma oferta.")
        if len(held) > 1 and sum(_said(other.hours) for other in changes if other.offer == one.offer) > 1:
            raise refuse(number, one, "da un segundo horario a la misma oferta.")


def _readable(name: str) -> bool:
    """One line of letters that a page and a file can show."""
    return len(name.strip()) > 0 and len(name) <= LONGEST_NAME and name.isprintable()

"""From an OfferRecord to the rows of the HSDS tables it stands for. Pure: no database here.

A record states things: an offer (service_at_location), a service, a location, one or two organizations.
`read` gives the id and the digest of each, which is all that a diff needs; `rows` gives the rows of one of
them, as tuples in the order of COLUMNS, and is called only for what is new or changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

import orjson

from directory import identity
from directory.calendar import hours_lines, keyed_timetable
from directory.document_rows import (
    COLUMNS,
    AreaNames,
    Rows,
    location_rows,
    offer_rows,
    organization_rows,
    service_rows,
)
from directory.records import OfferRecord, OrganizationRecord, Timing

__all__ = ["COLUMNS", "Documents", "Reading", "RecordError", "Stated", "Vocabulary"]

# Part of every digest: raise it when the same record is to give other rows than before.
VERSION = b"1"
# Shared parts remembered at most; then it starts anew, so that memory stays bounded.
REMEMBERED = 20_000


class RecordError(ValueError):
    """A record that cannot be published: says which part and why."""


class HolidayAreas(Protocol):
    """Which areas' holidays hold in an area (directory.calendar_store.holiday_areas)."""

    def of(self, area_code: str | None, /) -> tuple[str, ...]:
        """Codes of the areas whose holidays hold there."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What records refer to by code."""

    terms: Mapping[str, str]
    areas: Mapping[str, AreaNames]
    holidays: HolidayAreas
    country: str = "CL"


class Stated(NamedTuple):
    """One thing that a record states: its table, id, and the digest of what is said of it."""

    table: str
    id: str
    digest: str


class Hours(NamedTuple):
    """When an offer serves: key and document of its timetable (None: hours unknown), and the words."""

    key: str | None
    document: dict[str, Any] | None
    lines: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one record states. things: organizations first, then service and location; offer is on top."""

    record: OfferRecord
    offer: Stated
    things: tuple[Stated, ...]
    hours: Hours


@dataclass(slots=True)
class Documents:
    """Reads the records of one source, remembering what many of them share."""

    source_id: str
    vocabulary: Vocabulary
    _organizations: dict[bytes, Stated] = field(default_factory=dict)
    _services: dict[bytes, Stated] = field(default_factory=dict)
    _hours: dict[tuple[Any, ...], Hours] = field(default_factory=dict)

    def read(self, record: OfferRecord) -> Reading:
        """Ids and digests of all that the record states. Raises RecordError when it cannot be published."""
        organization, organization_text = self._organization(record.organization)
        service, service_text = self._service(record, organization)
        place = record.location
        place_text = _canonical(place)
        things = [organization]
        if place.organization is not None and place.organization.ref != record.organization.ref:
            things.append(self._organization(place.organization)[0])
        location = Stated(
            "location", identity.location_id(self.source_id, place.ref), _digest(place_text, VERSION)
        )
        timing_text = _canonical(record.timing)
        hours = self._read_hours(record, timing_text)
        said = (record.kind, record.phones, record.capacity, record.description, record.verified_on)
        offer = Stated(
            "service_at_location",
            identity.offer_id(self.source_id, record.source_ref),
            _digest(
                organization_text, service_text, place_text, timing_text, _canonical(said),
                f"{hours.key} {record.valid_from} {record.valid_to} {record.source_ref}".encode(), VERSION,
            ),
        )  # fmt: skip
        return Reading(record, offer, (*things, service, location), hours)

    def rows(self, reading: Reading, thing: Stated) -> Rows:
        """The rows of one of the things that a reading states. Raises RecordError for an unknown code."""
        return _ROWS[thing.table](self, reading, thing)

    def _organization(self, record: OrganizationRecord) -> tuple[Stated, bytes]:
        said = _canonical(record)
        known = self._organizations.get(said)
        if known is None:
            known = Stated("organization", identity.organization_id(record.ref), _digest(said, VERSION))
            _remember(self._organizations, said, known)
        return known, said

    def _service(self, record: OfferRecord, organization: Stated) -> tuple[Stated, bytes]:
        said = _canonical(record.service) + organization.id.encode()
        known = self._services.get(said)
        if known is None:
            ref = identity.service_id(self.source_id, record.service.ref)
            known = Stated("service", ref, _digest(said, VERSION))
            _remember(self._services, said, known)
        return known, said

    def _read_hours(self, record: OfferRecord, timing_text: bytes) -> Hours:
        if not record.timing.known:
            return _UNKNOWN_HOURS
        zone = _zone(record)
        holidays = self.vocabulary.holidays.of(record.location.area_code)
        key = (timing_text, zone, holidays, record.valid_from, record.valid_to)
        known = self._hours.get(key)
        if known is None:
            named = keyed_timetable(record.timing, zone, holidays, record.valid_from, record.valid_to)
            known = Hours(*named, _lines(record.timing))
            _remember(self._hours, key, known)
        return known

    def _organization_rows(self, reading: Reading, thing: Stated) -> Rows:
        given, keeper = reading.record.organization, reading.record.location.organization
        stated = given if identity.organization_id(given.ref) == thing.id else keeper
        assert stated is not None
        return organization_rows(stated, thing.id)

    def _service_rows(self, reading: Reading, thing: Stated) -> Rows:
        service = reading.record.service
        terms = [self._term(code) for code in dict.fromkeys(service.needs)]
        for code in service.eligibility.residence:
            self._area(code)
        owner = reading.things[0].id
        return service_rows(service, thing.id, owner, terms, thing.digest)

    def _location_rows(self, reading: Reading, thing: Stated) -> Rows:
        location = reading.record.location
        area = self._area(location.area_code) if location.area_code is not None else None
        keeper = location.organization
        owner = identity.organization_id(keeper.ref) if keeper else None
        return location_rows(
            location, thing, owner, _zone(reading.record), area, self.source_id, self.vocabulary.country
        )

    def _offer_rows(self, reading: Reading, thing: Stated) -> Rows:
        service, location = reading.things[-2:]
        return offer_rows(
            reading.record,
            thing,
            service.id,
            location.id,
            self.source_id,
            reading.hours.key,
            reading.hours.lines,
        )

    def _term(self, code: str) -> str:
        try:
            return self.vocabulary.terms[code]
        except KeyError:
            raise RecordError(f"la necesidad «{code}» no existe en la taxonomía") from None

    def _area(self, code: str) -> AreaNames:
        try:
            return self.vocabulary.areas[code]
        except KeyError:
            raise RecordError(f"el área «{code}» no existe: cargue antes las áreas") from None


_UNKNOWN_HOURS = Hours(None, None, None)
_ROWS: dict[str, Callable[[Documents, Reading, Stated], Rows]] = {
    "organization": Documents._organization_rows,
    "service": Documents._service_rows,
    "location": Documents._location_rows,
    "service_at_location": Documents._offer_rows,
}


def _zone(record: OfferRecord) -> str:
    if record.location.zone is None:
        raise RecordError("el lugar no tiene zona horaria: falta el paso de la comuna")
    return record.location.zone


def _lines(timing: Timing) -> str:
    return orjson.dumps(hours_lines(timing)).decode()


def _canonical(part: object) -> bytes:
    """A part of a record as bytes that are equal exactly when it is. Raises RecordError for unusable text."""
    try:
        said = orjson.dumps(part, default=_plain)
    except TypeError as error:
        raise RecordError(f"hay texto que no es Unicode válido ({error})") from error
    if b"\\u0000" in said and _has_nul(orjson.loads(said)):
        raise RecordError("hay un carácter nulo (NUL) en un texto: ningún texto puede llevarlo")
    return said


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")


def _has_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(map(_has_nul, value.values()))
    return isinstance(value, Sequence) and any(map(_has_nul, value))


def _digest(*parts: bytes) -> str:
    return blake2b(b"\0".join(parts), digest_size=16).hexdigest()


def _remember[Key, Value](memory: dict[Key, Value], key: Key, value: Value) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = value


def hours_of(readings: Iterable[Reading]) -> dict[str, dict[str, Any]]:
    """Documents of the timetables that these readings keep, by key."""
    return {
        reading.hours.key: reading.hours.document
        for reading in readings
        if reading.hours.key is not None and reading.hours.document is not None
    }

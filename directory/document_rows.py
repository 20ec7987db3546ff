"""The rows of each thing that a record states: what goes into which column of which HSDS table.

Rows are tuples in the order of COLUMNS: at a million offers a dict for each row would cost more than the
rest.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import orjson

from directory import identity
from directory.eligibility import to_json
from directory.identity import part_id
from directory.records import (
    CapacityRecord,
    ExceptionDays,
    Facility,
    HoursText,
    LocationRecord,
    OfferRecord,
    OrganizationRecord,
    ServiceRecord,
    WeeklyRule,
)

type Row = tuple[object, ...]
type Rows = list[tuple[str, list[Row]]]

# The columns that an import writes, in the order of the tuples below. The others keep their defaults.
COLUMNS: dict[str, tuple[str, ...]] = {
    "organization": ("id", "name", "description", "email", "website"),
    "service": (
        "id", "organization_id", "name", "description", "url", "email", "status", "application_process",
        "eligibility_description", "minimum_age", "maximum_age", "eligibility", "service_minutes", "alert",
        "digest",
    ),
    "attribute": ("id", "link_id", "link_entity", "link_type", "taxonomy_term_id"),
    "cost_option": ("id", "service_id", "option", "currency", "amount", "amount_description"),
    "required_document": ("id", "service_id", "document"),
    "service_area": ("id", "service_id", "area_code"),
    "location": (
        "id", "organization_id", "name", "location_type", "transportation", "external_identifier",
        "external_identifier_type", "geog", "position_source", "precision_m", "position_note", "visibility",
        "zone", "area_code", "stated_area", "digest",
    ),
    "address": (
        "id", "location_id", "address_1", "city", "state_province", "postal_code", "country", "address_type"
    ),
    "accessibility": ("id", "location_id", "facility", "answer"),
    "service_at_location": (
        "id", "service_id", "location_id", "description", "kind", "valid_from", "valid_to", "timetable_key",
        "hours", "verified_on", "source_id", "source_ref", "digest",
    ),
    "phone": ("id", "service_at_location_id", "number", "extension", "type", "description"),
    "schedule": (
        "id", "service_at_location_id", "freq", "interval", "byday", "bymonthday", "dtstart", "until",
        "count", "opens_at", "closes_at", "valid_from", "valid_to", "notes", "opening_hours", "on_holidays",
    ),
    "schedule_exception": (
        "id", "service_at_location_id", "first_day", "last_day", "opens_at", "closes_at", "reason"
    ),
    "visit": ("id", "service_at_location_id", "day", "opens_at", "closes_at", "note"),
    "unit": ("id", "name"),
    "service_capacity": (
        "id", "service_id", "service_at_location_id", "unit_id", "available", "maximum", "updated"
    ),
}  # fmt: skip

# The place of a facility among all of them: its part of the id.
_FACILITY_PLACE = {facility: place for place, facility in enumerate(Facility)}


class AreaNames(NamedTuple):
    """Names that an address is completed with."""

    name: str
    region: str | None


class Identified(Protocol):
    """A thing with its id and the digest of what is said of it."""

    @property
    def id(self) -> str: ...

    @property
    def digest(self) -> str: ...


def organization_rows(record: OrganizationRecord, id_: str) -> Rows:
    """One row of organization."""
    return [("organization", [(id_, record.name, record.description, record.email, record.website)])]


def service_rows(
    record: ServiceRecord, id_: str, organization: str, terms: Sequence[str], digest: str
) -> Rows:
    """A service with its needs, costs, required documents and area."""
    rules = to_json(record.eligibility)
    row = (
        id_, organization, record.name, record.description, record.url, record.email, record.status,
        record.application_process, record.eligibility_text, record.eligibility.min_age,
        record.eligibility.max_age, orjson.dumps(rules).decode() if rules else None,
        record.service_minutes, record.alert, digest,
    )  # fmt: skip
    return [
        ("service", [row]),
        ("attribute", [
            (part_id(id_, "attribute", place), id_, "service", "need", term)
            for place, term in enumerate(terms)
        ]),
        ("cost_option", [
            (part_id(id_, "cost_option", place), id_, one.option, one.currency, one.amount, one.description)
            for place, one in enumerate(record.costs)
        ]),
        ("required_document", [
            (part_id(id_, "required_document", place), id_, document)
            for place, document in enumerate(record.documents)
        ]),
        ("service_area", [
            (part_id(id_, "service_area", place), id_, code)
            for place, code in enumerate(dict.fromkeys(record.eligibility.residence))
        ]),
    ]  # fmt: skip


def location_rows(
    record: LocationRecord,
    thing: Identified,
    organization: str | None,
    zone: str,
    area: AreaNames | None,
    source_id: str,
    country: str,
) -> Rows:
    """A location with its address and what is known of its accessibility."""
    id_, position = thing.id, record.position
    geog, rung, precision, note = (
        (position.point.wkt, position.source, position.precision_m, position.note)
        if position is not None
        else (None, None, None, None)
    )
    row = (
        id_, organization, record.name, "physical", record.transportation, record.ref, source_id, geog, rung,
        precision, note, record.visibility, zone, record.area_code, record.stated_area or None, thing.digest,
    )  # fmt: skip
    rows: Rows = [("location", [row])]
    if record.address or record.locality:
        rows.append(("address", [_address(record, id_, area, country)]))
    if record.facilities:
        rows.append(("accessibility", _accessibility(record.facilities, id_)))
    return rows


def offer_rows(
    record: OfferRecord,
    thing: Identified,
    service: str,
    location: str,
    source_id: str,
    timetable: str | None,
    hours: str | None,
) -> Rows:
    """A service at a location with its phones, schedules, exceptions, visits and capacity."""
    id_, timing = thing.id, record.timing
    row = (
        id_, service, location, record.description, record.kind, record.valid_from, record.valid_to,
        timetable, hours, record.verified_on, source_id, record.source_ref, thing.digest,
    )  # fmt: skip
    rows: Rows = [("service_at_location", [row])]
    if record.phones:
        rows.append(("phone", [
            (
                identity.phone_id(id_, place, one.number), id_, one.number, one.extension, one.type,
                one.description,
            )
            for place, one in enumerate(record.phones)
        ]))  # fmt: skip
    if timing.rules or timing.texts:
        rows.append(("schedule", list(_schedules(timing.rules, timing.texts, id_))))
    if timing.exceptions:
        rows.append(("schedule_exception", list(_exceptions(timing.exceptions, id_))))
    if timing.visits:
        rows.append(("visit", [
            (part_id(id_, "visit", place), id_, one.day, one.opens_at, one.closes_at, one.note)
            for place, one in enumerate(timing.visits)
        ]))  # fmt: skip
    if record.capacity is not None:
        rows.extend(_capacity(record.capacity, id_, service))
    return rows


def _address(record: LocationRecord, location: str, area: AreaNames | None, country: str) -> Row:
    comuna = area.name if area else record.stated_area
    region = (area.region if area else None) or record.stated_region
    return (
        part_id(location, "address", 0), location, record.address, record.locality or comuna, region,
        record.postal_code, country, "physical",
    )  # fmt: skip


def _accessibility(facilities: Iterable[tuple[Facility, bool]], location: str) -> list[Row]:
    """The last answer for a facility stands."""
    return [
        (
            part_id(location, "accessibility", _FACILITY_PLACE[facility]),
            location,
            facility,
            "yes" if there else "no",
        )
        for facility, there in dict(facilities).items()
    ]


def _schedules(rules: Sequence[WeeklyRule], texts: Sequence[HoursText], offer: str) -> Iterable[Row]:
    for place, rule in enumerate(rules):
        yield (
            part_id(offer, "schedule", place), offer, rule.freq, rule.interval, ",".join(rule.byday) or None,
            ",".join(map(str, rule.bymonthday)) or None, rule.dtstart, rule.until, rule.count, rule.opens_at,
            rule.closes_at, rule.valid_from, rule.valid_to, rule.notes, None, rule.on_holidays,
        )  # fmt: skip
    nothing: tuple[Any, ...] = (None,) * 11
    for place, said in enumerate(texts, len(rules)):
        yield (part_id(offer, "schedule", place), offer, *nothing, said.notes, said.text, None)


def _exceptions(exceptions: Sequence[ExceptionDays], offer: str) -> Iterable[Row]:
    for place, one in enumerate(exceptions):
        id_ = part_id(offer, "schedule_exception", place)
        yield (id_, offer, one.first_day, one.last_day, one.opens_at, one.closes_at, one.reason)


def _capacity(record: CapacityRecord, offer: str, service: str) -> Rows:
    unit = identity.unit_id(record.unit)
    row = (
        part_id(offer, "service_capacity", 0), service, offer, unit, record.available, record.maximum,
        record.updated,
    )  # fmt: skip
    return [("unit", [(unit, record.unit)]), ("service_capacity", [row])]

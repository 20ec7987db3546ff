"""Ids that follow from what a thing is, so that they stay the same over re-imports and databases.

All are version 5 UUIDs as 32 hex digits. A part's id is its owner's with the last 24 bits replaced by the
kind of part and its place in order: parts sort by id as they were stated, next to their owner in an index.
"""

import uuid
from hashlib import sha1
from zlib import crc32

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://github.com/cercana/directory")
# Two hex digits of an id say what kind of part it is.
PARTS = {
    "address": "01",
    "accessibility": "02",
    "attribute": "03",
    "cost_option": "04",
    "required_document": "05",
    "service_area": "06",
    "phone": "07",
    "schedule": "08",
    "schedule_exception": "09",
    "visit": "0a",
    "service_capacity": "0b",
}
MOST_PARTS = 0xFFFF
_SEED = sha1(NAMESPACE.bytes)


def named(name: str) -> str:
    """The version 5 UUID of a name, as hex digits (uuid.uuid5, at a third of its time)."""
    digest = _SEED.copy()
    digest.update(name.encode())
    digits = digest.hexdigest()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:12]}5{digits[13:16]}{variant}{digits[17:32]}"


def organization_id(ref: str) -> str:
    """Id of an organization: global, so that all sources speak of the same one."""
    return named("organization:" + ref)


def service_id(source: str, ref: str) -> str:
    """Id of a service of a source."""
    return named(f"service:{source}:{ref}")


def location_id(source: str, ref: str) -> str:
    """Id of a location of a source."""
    return named(f"location:{source}:{ref}")


def offer_id(source: str, ref: str) -> str:
    """Id of an offer (a service_at_location) of a source."""
    return named(f"offer:{source}:{ref}")


def unit_id(name: str) -> str:
    """Id of a unit of capacity."""
    return named("unit:" + name)


def part_id(owner: str, table: str, place: int) -> str:
    """Id of the part of an owner that is stated in this place among its like."""
    if place > MOST_PARTS:
        raise ValueError(f"more than {MOST_PARTS} rows of {table} for one thing")
    return f"{owner[:26]}{PARTS[table]}{place:04x}"


def phone_id(owner: str, place: int, number: str) -> str:
    """Id of a phone: by place and number, so that what was said of one number never passes to another."""
    if place > 0xFF:
        raise ValueError("more than 255 phones for one thing")
    return f"{owner[:23]}{PARTS['phone']}{place:02x}{crc32(number.encode()) & 0xFFFFF:05x}"

"""What importers hand over to the directory: one OfferRecord per offer, plain values only.

Everything is frozen: a step answers with a changed copy (`dataclasses.replace`).
"""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from geo.points import LonLat
from geo.units import Metres


class Severity(StrEnum):
    """error: the row, or its position, could not be published as stated. warning: it was, with a remark."""

    ERROR = "error"
    WARNING = "warning"


class PositionSource(StrEnum):
    """The rung of the ladder that gave a position, best first."""

    GIVEN = "given"
    PROJECTED = "projected"
    REPAIRED = "repaired"
    LOCALITY = "locality"
    COMUNA_SEAT = "comuna_seat"


class Visibility(StrEnum):
    """What may leave the directory of a place: its point, only its area's seat, or nothing but its comuna."""

    FULL = "full"
    APPROXIMATE = "approximate"
    HIDDEN = "hidden"


class Facility(StrEnum):
    """Accessibility facilities, each answered yes, no, or (by silence) unknown."""

    RAMP = "ramp"
    STEP_FREE = "step_free"
    ADAPTED_TOILET = "adapted_toilet"
    LIFT = "lift"
    PARKING = "parking"
    SIGN_LANGUAGE_VIDEO = "sign_language_video"
    HEARING_LOOP = "hearing_loop"
    BRAILLE = "braille"
    TACTILE_PAVING = "tactile_paving"
    PREFERENTIAL_ATTENTION = "preferential_attention"


@dataclass(frozen=True, slots=True)
class IssueRecord:
    """One thing wrong with one row. row counts from 1 at the first line of the file (the header's line).

    message says what is wrong and how to mend it, in Spanish, for the editor who brought the file.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    row: int | None = None
    source_ref: str | None = None
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A trusted position, how it was come by, and how far off it may be (metres)."""

    point: LonLat
    source: PositionSource
    precision_m: Metres
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StatedPosition:
    """A position as the file said it, unread: x and y texts (or both in x), and the declared CRS."""

    x: str
    y: str = ""
    crs: str = "EPSG:4326"


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Hours by rule, after HSDS schedule (a subset of RFC 5545).

    freq WEEKLY or MONTHLY; byday ("MO", or "2TU" and "-1FR" when MONTHLY); closes_at at or before opens_at
    means the next day (00:00 to 00:00 is the whole day); on_holidays "closed" (the default), "open", or
    "only" (hours kept on holidays alone). interval counts weeks or months from dtstart.
    """

    opens_at: time
    closes_at: time
    freq: str = "WEEKLY"
    byday: tuple[str, ...] = ()
    bymonthday: tuple[int, ...] = ()
    interval: int = 1
    dtstart: date | None = None
    until: date | None = None
    count: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    on_holidays: str = "closed"
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class HoursText:
    """Hours as OSM opening_hours text. Public holidays close it unless the text speaks of PH or is 24/7."""

    text: str
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class ExceptionDays:
    """Days, first to last inclusive, on which the rules do not hold: closed, or open at these hours."""

    first_day: date
    last_day: date
    opens_at: time | None = None
    closes_at: time | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A dated stop of a mobile point, in the civil time of the place."""

    day: date
    opens_at: time
    closes_at: time
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """Everything that says when an offer serves. None of it at all means: hours unknown."""

    rules: tuple[WeeklyRule, ...] = ()
    texts: tuple[HoursText, ...] = ()
    exceptions: tuple[ExceptionDays, ...] = ()
    visits: tuple[VisitRecord, ...] = ()

    @property
    def known(self) -> bool:
        """Whether anything at all was stated."""
        return bool(self.rules or self.texts or self.visits)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may be served. Empty or None means no rule; every rule must hold.

    residence holds area codes (a region's code admits all its comunas); insurances are the country's codes;
    pregnancy True: only while pregnant or after birth; conditions are codes that must all be met;
    referral True: only when referred by another service.
    """

    min_age: int | None = None
    max_age: int | None = None
    sexes: tuple[str, ...] = ()
    insurances: tuple[str, ...] = ()
    residence: tuple[str, ...] = ()
    pregnancy: bool | None = None
    conditions: tuple[str, ...] = ()
    referral: bool | None = None


@dataclass(frozen=True, slots=True)
class OrganizationRecord:
    """Who gives the service, or keeps the place. ref is global: the same in every source."""

    ref: str
    name: str
    description: str = ""
    website: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class CostRecord:
    """A cost: free when amount is 0; text when it cannot be said as an amount."""

    option: str | None = None
    amount: Decimal | None = None
    currency: str = "CLP"
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What is offered. ref is unique within the source; many offers may share one service."""

    ref: str
    name: str
    needs: tuple[str, ...]
    description: str | None = None
    url: str | None = None
    email: str | None = None
    application_process: str | None = None
    eligibility: Eligibility = Eligibility()
    eligibility_text: str | None = None
    costs: tuple[CostRecord, ...] = ()
    documents: tuple[str, ...] = ()
    status: str = "active"
    service_minutes: int | None = None
    alert: str | None = None


@dataclass(frozen=True, slots=True)
class LocationRecord:
    """Where it is offered. ref is unique within the source; many offers may share one location.

    stated* is what the file said; position, area_code and zone are filled by the steps.
    """

    ref: str
    name: str
    address: str = ""
    locality: str | None = None
    postal_code: str = ""
    stated_area: str = ""
    stated_area_code: str | None = None
    stated_region: str = ""
    stated_position: StatedPosition | None = None
    position: Position | None = None
    area_code: str | None = None
    zone: str | None = None
    visibility: Visibility = Visibility.FULL
    facilities: tuple[tuple[Facility, bool], ...] = ()
    transportation: str | None = None
    organization: OrganizationRecord | None = None


@dataclass(frozen=True, slots=True)
class PhoneRecord:
    """A phone as stated; the phones step makes number E.164 or a short number. type: voice, whatsapp, fax."""

    number: str
    type: str = "voice"
    extension: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class CapacityRecord:
    """Places free (and in all) as of a day; older than its policy it counts as unknown."""

    unit: str
    available: int
    updated: date
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class OfferRecord:
    """One service at one location, as one source states it. source_ref is unique and stable in the source."""

    source_ref: str
    kind: str
    organization: OrganizationRecord
    service: ServiceRecord
    location: LocationRecord
    timing: Timing = Timing()
    phones: tuple[PhoneRecord, ...] = ()
    capacity: CapacityRecord | None = None
    description: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    verified_on: date | None = None
    row: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of a source beyond its rows. period_days: after so many days its data count as old."""

    id: str
    title: str
    publisher: str
    licence: str
    period_days: int
    url: str | None = None

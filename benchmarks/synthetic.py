"""Generated offers for measuring: seeded, clustered around real comuna seats, facets from 60 % down to none.

They look like what importers hand over after all steps: trusted positions, areas, zones, E.164 phones.
"""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from sqlalchemy.orm import Session

from directory.records import (
    CapacityRecord,
    CostRecord,
    Eligibility,
    Facility,
    HoursText,
    LocationRecord,
    OfferRecord,
    OrganizationRecord,
    PhoneRecord,
    Position,
    PositionSource,
    ServiceRecord,
    Timing,
    VisitRecord,
    WeeklyRule,
)
from directory.settings import ROOT
from directory.taxonomy import NeedRecord, store_needs
from directory.territory_store import AreaRecord, store_areas
from geo.points import LonLat
from geo.units import Metres

# Share of the offers that have a need: every selectivity that the filter cliff could hide behind.
NEEDS: dict[str, float] = {
    "bench.share-60": 0.60,
    "bench.share-20": 0.20,
    "bench.share-4": 0.04,
    "bench.share-0.2": 0.002,
    "bench.share-0.02": 0.000_2,
    "bench.share-0.002": 0.000_02,
    "bench.none": 0.0,
}
FACILITY_SHARES = {
    Facility.RAMP: 0.6,
    Facility.STEP_FREE: 0.3,
    Facility.ADAPTED_TOILET: 0.1,
    Facility.PARKING: 0.1,
    Facility.LIFT: 0.02,
    Facility.BRAILLE: 0.000_5,
}
KINDS = {"treatment": 0.3, "branch": 0.25, "mobile_pay_point": 0.25, "health": 0.15, "urban_pay_point": 0.05}
SERVICES = 400
ORGANIZATIONS = 120
TIMETABLES = 300
FIRST_WORDS = ("Centro", "Programa", "Sucursal", "Oficina", "Punto", "Residencia", "Unidad", "Hospital")
WORDS = (
    "Los Aromos", "San José", "Las Rosas", "Nueva Esperanza", "Santa María", "El Roble", "Amanecer",
    "Bellavista", "Los Copihues", "La Florida", "Peñalolén", "Ñielol", "Volcán", "Los Andes", "Cordillera",
    "Río Claro", "Rehabilitación", "Familia", "Comunidad", "Vida Nueva", "Renacer", "La Unión", "Arauco",
    "Manantial",
)  # fmt: skip
STREETS = (
    "Arturo Prat",
    "O'Higgins",
    "Los Carrera",
    "Balmaceda",
    "21 de Mayo",
    "Colón",
    "Freire",
    "Baquedano",
)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA")


@dataclass(frozen=True, slots=True)
class Centre:
    """Something that offers cluster around."""

    area_code: str
    name: str
    zone: str
    point: LonLat
    weight: float


def chilean_centres() -> list[Centre]:
    """The seats of the comunas, weighted by people and, less so, evenly."""
    with (ROOT / "fixtures" / "country" / "cl" / "areas.csv").open(encoding="utf-8", newline="") as file:
        return [
            Centre(
                row["code"],
                row["name"],
                row["zone"],
                LonLat(float(row["lon"]), float(row["lat"])),
                _weight(row),
            )
            for row in csv.DictReader(file)
            if row["kind"] == "comuna" and row["lon"]
        ]


def _weight(row: dict[str, str]) -> float:
    people = float(row["population"] or 1_000)
    return 0.6 * people / 20e6 + 0.4 * math.sqrt(people) / 50e3


def seed_synthetic(session: Session) -> None:
    """The areas and needs that generated offers refer to."""
    with (ROOT / "fixtures" / "country" / "cl" / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    store_areas(
        session,
        [
            AreaRecord(
                code=row["code"],
                kind=row["kind"],
                name=row["name"],
                zone=row["zone"],
                parent=row["parent"] or None,
                seat=LonLat(float(row["lon"]), float(row["lat"])) if row["lon"] else None,
            )
            for row in rows
        ],
    )
    group = NeedRecord("bench", "Necesidades de medición", "Needs for measuring")
    needs = [NeedRecord(code, f"Necesidad {code}", f"Need {code}", parent="bench") for code in NEEDS]
    store_needs(session, [group, *needs], language="es")


def synthetic_offers(n: int, seed: int, centres: Sequence[Centre] | None = None) -> Iterator[OfferRecord]:
    """So many offers, the same for the same seed. One in ten stands at the place of the one before."""
    random = Random(seed)
    centres = chilean_centres() if centres is None else centres
    bounds = list(accumulate(centre.weight for centre in centres))
    services, service_bounds = _services(random)
    timings = _timings(random)
    kinds, kind_bounds = tuple(KINDS), list(accumulate(KINDS.values()))
    place: LocationRecord | None = None
    for number in range(1, n + 1):
        if place is None or random.random() >= 0.1:
            centre = random.choices(centres, cum_weights=bounds)[0]
            place = _place(random, number, centre)
        organization, service = random.choices(services, cum_weights=service_bounds)[0]
        yield OfferRecord(
            source_ref=f"s-{number:07d}",
            kind=random.choices(kinds, cum_weights=kind_bounds)[0],
            organization=organization,
            service=service,
            location=place,
            timing=timings[int(len(timings) * random.random() ** 2)],
            phones=_phones(random),
            capacity=_capacity(random),
            verified_on=date(2026, 1, 1) + timedelta(days=number % 300),
            row=number + 1,
        )


def _services(random: Random) -> tuple[list[tuple[OrganizationRecord, ServiceRecord]], list[float]]:
    """Services with how much of the offers each takes: for every need one exact share, the rest by Zipf."""
    organizations = [
        OrganizationRecord(f"o-{number}", f"Institución {WORDS[number % len(WORDS)]} {number}")
        for number in range(ORGANIZATIONS)
    ]
    shares = {(need,): share for need, share in NEEDS.items() if 0 < share < 0.6}
    rest = 1 - sum(shares.values())
    common = [(need,) for need, share in NEEDS.items() if share >= 0.6]
    zipf = [1 / (rank + 1) for rank in range(SERVICES)]
    made: list[tuple[tuple[str, ...], float]] = list(shares.items())
    # The commonest need takes its share of all from the rest's services; the others have the group alone.
    taken = 0.0
    for weight in zipf:
        share = rest * weight / sum(zipf)
        needs = common[0] if taken < 0.6 else ("bench",)
        taken += share if needs is common[0] else 0
        made.append((needs, share))
    services = [
        (random.choice(organizations), _service(random, number, needs))
        for number, (needs, _) in enumerate(made)
    ]
    return services, list(accumulate(share for _, share in made))


def _service(random: Random, number: int, needs: tuple[str, ...]) -> ServiceRecord:
    return ServiceRecord(
        ref=f"v-{number}",
        name=f"Servicio de {random.choice(WORDS).lower()} {number}",
        needs=needs,
        description="Atención integral para personas y familias, con enfoque comunitario y derivación.",
        eligibility=Eligibility(
            min_age=random.choice((None, 18)),
            insurances=random.choice(((), ("fonasa",), ("fonasa", "isapre"))),
        ),
        costs=(CostRecord(amount=Decimal(0)),),
        documents=("Cédula de identidad",),
        service_minutes=random.choice((None, 10, 30)),
    )


def _place(random: Random, number: int, centre: Centre) -> LocationRecord:
    rural = random.random() < 0.15
    spread = 0.25 if rural else 0.03
    point = LonLat(
        round(centre.point.lon + random.gauss(0, spread), 6),
        round(max(-89.0, centre.point.lat + random.gauss(0, spread)), 6),
    )
    return LocationRecord(
        ref=f"l-{number}",
        name=f"{random.choice(FIRST_WORDS)} {random.choice(WORDS)} {number % 997}",
        address=f"{random.choice(STREETS)} {random.randrange(10, 4000)}",
        stated_area=centre.name,
        area_code=centre.area_code,
        zone=centre.zone,
        position=Position(point, PositionSource.GIVEN, Metres(15.0)),
        facilities=tuple(
            (facility, random.random() < 0.9)
            for facility, share in FACILITY_SHARES.items()
            if random.random() < share / 0.9
        ),
    )


def _phones(random: Random) -> tuple[PhoneRecord, ...]:
    if random.random() < 0.15:
        return ()
    return (PhoneRecord(f"+56{random.randrange(200_000_000, 999_999_999)}"),)


def _capacity(random: Random) -> CapacityRecord | None:
    if random.random() >= 0.05:
        return None
    return CapacityRecord("cupos", random.randrange(10), date(2026, 3, 1), maximum=20)


def _timings(random: Random) -> list[Timing]:
    """Distinct calendars as real ones are: office hours, with a break, by text, monthly, dated, unknown."""
    return [_timing(random, number) for number in range(TIMETABLES)]


def _timing(random: Random, number: int) -> Timing:
    opens, closes = time(random.randrange(7, 11), random.choice((0, 30))), time(random.randrange(13, 20))
    kind = number % 20
    if kind == 19:
        return Timing()
    if kind == 18:
        return Timing(texts=(HoursText(f"Mo-Fr {opens:%H:%M}-{closes:%H:%M}; Sa 10:00-13:00"),))
    if kind in (16, 17):
        day = f"{random.randrange(1, 5)}{random.choice(DAYS)}"
        return Timing(rules=(WeeklyRule(opens, closes, freq="MONTHLY", byday=(day,)),))
    if kind == 15:
        start = date(2026, 1, 5) + timedelta(days=random.randrange(28))
        return Timing(
            visits=tuple(VisitRecord(start + timedelta(days=28 * one), opens, closes) for one in range(12))
        )
    days = DAYS[: random.choice((5, 5, 5, 6))]
    if kind < 4:
        return Timing(
            rules=(
                WeeklyRule(opens, time(13), byday=days),
                WeeklyRule(time(14), time(18, number % 60), byday=days),
            )
        )
    return Timing(rules=(WeeklyRule(opens, closes, byday=days, dtstart=date(2026, 1, 1 + number % 28)),))

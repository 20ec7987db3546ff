"""A protected address leaves no endpoint: not its street, not its point, not by measuring from three sides."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.main import make_router
from directory.intake import publish
from directory.records import Visibility
from fixtures.demo import programs
from fixtures.demo.generate import SEED
from geo.points import LonLat
from geo.travel import Target, TravelMode
from tests.api.answers import API, ask, get
from tests.demo import DEMO_DAY, demo_settings
from tests.factories import location_record, offer_record, seed_basics, service_record, source_info

# Nearer than this to the true point (some ten metres) is the true point, written with fewer decimals.
SAME_PLACE_DEGREES = 0.0001


@dataclass(frozen=True, slots=True)
class Protected:
    """A row of the source's file whose address must not be told."""

    ref: str
    visibility: str
    street: str
    point: LonLat
    comuna: str


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> list[Protected]:
    """All protected rows of the demonstration, as its generator wrote them."""
    file: Path = programs.write(tmp_path_factory.mktemp("demo"), DEMO_DAY.replace(day=1), SEED)
    with file.open(encoding="utf-8", newline="") as handle:
        rows = [
            Protected(
                row["codigo"], row["visibilidad"], row["direccion"],
                LonLat(float(row["longitud"]), float(row["latitud"])), row["cod_comuna"].zfill(5),
            )
            for row in csv.DictReader(handle)
            if row["visibilidad"] != "completa"
        ]  # fmt: skip
    assert {one.visibility for one in rows} == {"aproximada", "oculta"}
    return rows


@pytest.fixture(scope="module")
def streets(protected: list[Protected], demo_engine: Engine) -> set[str]:
    """The protected streets, without the one whose name and number another comuna has too."""
    known = {(one.street, one.comuna) for one in protected if one.street}
    with demo_engine.connect() as connection:
        rows = connection.execute(
            text("select a.address_1, l.area_code from address a join location l on l.id = a.location_id")
        ).all()
    elsewhere = {street for street, comuna in rows if (street, comuna) not in known}
    assert len(known) > 50
    return {street for street, _ in known} - elsewhere


@pytest.fixture(scope="module")
def ids(demo_engine: Engine) -> dict[str, tuple[str, str, str, str]]:
    """Ids of offer, service, location and organization of every programme, by its code."""
    statement = text(
        "select o.source_ref, o.id, o.service_id, o.location_id, s.organization_id from service_at_location o"
        " join service s on s.id = o.service_id where o.source_id = 'senda_programs'"
    )
    with demo_engine.connect() as connection:
        return {ref: tuple(map(str, rest)) for ref, *rest in connection.execute(statement)}


def bodies(
    client: TestClient, protected: list[Protected], ids: dict[str, tuple[str, str, str, str]]
) -> Iterator[Any]:
    """Every answer in which a protected place may show."""
    for kind in ("organizations", "services", "locations"):
        after: dict[str, str] = {}
        while True:
            body = get(client, f"/{kind}", limit=200, **after)
            yield body
            if body["next"] is None:
                break
            after = {"after": body["next"]}
    for one in protected:
        for kind, id_ in zip(("offers", "services", "locations", "organizations"), ids[one.ref], strict=True):
            yield get(client, f"/{kind}/{id_}")
        lon, lat = one.point.lon, one.point.lat
        for question in ({"rank": "nearest"}, {"rank": "soonest", "kind": "treatment"}):
            answer = ask(client, lon=lon, lat=lat, limit=20, max_minutes=240, **question)
            yield {name: value for name, value in answer.items() if name != "origin"}


def points(body: Any) -> Iterator[tuple[float, float]]:
    """Every longitude and latitude in an answer, however deep."""
    if isinstance(body, list):
        for one in body:
            yield from points(one)
    if isinstance(body, dict):
        for x, y in (("lon", "lat"), ("longitude", "latitude")):
            if body.get(x) is not None:
                yield body[x], body[y]
        for value in body.values():
            yield from points(value)


def test_neither_street_nor_point_is_told(
    client: TestClient,
    protected: list[Protected],
    streets: set[str],
    ids: dict[str, tuple[str, str, str, str]],
) -> None:
    """Not under its own id, and not under that of another programme at the same address."""
    answers = shown = 0
    for body in bodies(client, protected, ids):
        answers += 1
        told = streets & set(texts(body))
        assert not told, sorted(told)
        for lon, lat in points(body):
            shown += 1
            assert not [one for one in protected if near_to(one.point, lon, lat)], body
    assert answers > 400
    assert shown > 4_000


def near_to(point: LonLat, lon: float, lat: float) -> bool:
    """Whether a position gives a point away."""
    return math.hypot(point.lon - lon, point.lat - lat) < SAME_PLACE_DEGREES


def texts(value: Any) -> Iterator[str]:
    """Every text in an answer, however deep."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(one)


def test_distances_are_counted_from_the_seat(
    client: TestClient,
    demo_engine: Engine,
    protected: list[Protected],
    ids: dict[str, tuple[str, str, str, str]],
) -> None:
    router = make_router(demo_settings(), lambda _: None)
    measured = 0
    for one in protected[::5]:
        offer = client.get(f"{API}/offers/{ids[one.ref][0]}").json()
        if one.visibility == "oculta":
            assert (offer["lon"], offer["lat"], offer["offer"]["address"]) == (None, None, None)
            continue
        seat = LonLat(offer["lon"], offer["lat"])
        for side in (0, 120, 240):
            away = LonLat(
                round(one.point.lon + 0.05 * math.cos(math.radians(side)), 4),
                round(one.point.lat + 0.05 * math.sin(math.radians(side)), 4),
            )
            options = ask(
                client,
                lon=away.lon,
                lat=away.lat,
                limit=20,
                rank="nearest",
                kind="treatment",
                max_minutes=1440,
            )["options"]
            for option in options:
                if option["id"] == offer["id"]:
                    trip = router.reach(away, TravelMode.CAR, datetime(2026, 9, 1, tzinfo=UTC)).trip(
                        Target(seat)
                    )
                    assert option["trip"]["metres"] == round(trip.metres)
                    measured += 1
    assert measured > 10


@pytest.mark.parametrize("protected_first", [True, False])
def test_of_two_rows_about_one_place_the_careful_one_stands(session: Session, protected_first: bool) -> None:
    seed_basics(session)
    records = [
        offer_record(source_ref="1"),
        offer_record(
            source_ref="2", row=3, location=location_record(visibility=Visibility.HIDDEN),
            service=service_record(ref="other"),
        ),
    ]  # fmt: skip
    for _ in range(2):
        report = publish(session, source_info(), records[::-1] if protected_first else records)
        shown = session.execute(text("select geog, card->>'address' from offer")).all()
        assert [tuple(one) for one in shown] == [(None, None), (None, None)]
    assert (report.new, report.changed, report.withdrawn) == (0, 0, 0)
    # Once the publisher no longer protects it, the address is shown again.
    publish(session, source_info(), records[:1], force=True)
    assert session.scalar(text("select card->>'address' from offer")) == "Calle Uno 123"

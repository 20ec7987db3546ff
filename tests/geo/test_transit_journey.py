"""How a journey by public transport is told."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from geo.errors import GeoError, NoTripError
from geo.points import LonLat, great_circle
from geo.transit import transit_route
from geo.transit_journey import Ride, journey
from geo.travel import NoTrip, Target
from tests.geo.transit_town import PEUMOS, PLACES, PUNTILLA, Town, at, built_town


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with built_town() as found:
        yield found


def test_a_journey_is_told_in_plain_words(town: Town) -> None:
    leave = at("2026-09-15", "09:33")
    reach = town.reach(LonLat(-71.6641, -35.4260), leave)
    target = Target(LonLat(-71.6700, -35.3772))
    route = transit_route(reach, target)
    assert [step.text for step in route.steps] == [
        "Camina 170 m hasta la parada Los Aromos.",
        "A las 09:40 toma el bus C hacia La Frontera en Los Aromos"
        " y baja en Terminal de Buses, andén 2 a las 09:46 (1 parada).",
        "Camina 40 m hasta la parada Terminal de Buses.",
        "A las 10:05 toma el bus 101 hacia Las Camelias en Terminal de Buses"
        " y baja en Las Camelias a las 10:35 (4 paradas).",
        "Camina 80 m hasta tu destino.",
    ]
    english = [step.text for step in transit_route(reach, target, "en").steps]
    assert english[1] == (
        "At 09:40 take the bus C towards La Frontera at Los Aromos"
        " and get off at Terminal de Buses, andén 2 at 09:46 (1 stop)."
    )
    assert english[-1] == "Walk 80 m to your destination."
    assert sum(step.minutes for step in route.steps) == pytest.approx(route.trip.minutes)
    assert sum(step.metres for step in route.steps) == pytest.approx(route.trip.metres)
    assert (route.line[0], route.line[-1]) == (reach.origin, target.point)
    with pytest.raises(GeoError, match="es, en, not in 'fr'"):
        transit_route(reach, target, "fr")


def test_a_ride_of_the_next_day_says_so(town: Town) -> None:
    reach = town.reach(PEUMOS, at("2026-09-18", "23:58"))
    steps = [step.text for step in transit_route(reach, Target(PUNTILLA)).steps]
    assert steps[1].startswith("A las 00:05 del día siguiente toma el bus N1 hacia La Puntilla en Los Peumos")


BEFORE_BUSES = [
    at(*moment.split())
    for moment in (
        "2026-09-15 07:10", "2026-09-15 09:40", "2026-09-15 11:50", "2026-09-18 10:45", "2026-09-18 23:20",
        "2026-09-20 08:40", "2026-09-20 11:45",
    )
]  # fmt: skip


def test_legs_follow_each_other(town: Town) -> None:
    dice, rides = Random(8), 0
    for _ in range(100):
        start, end = (LonLat(one.lon + 0.0004, one.lat) for one in dice.sample([*PLACES.values()], 2))
        leave = dice.choice(BEFORE_BUSES)
        reach, target = town.reach(start, leave), Target(end)
        (minutes,) = reach.minutes([target])
        if isinstance(minutes, NoTrip):
            with pytest.raises(NoTripError):
                journey(reach, target)
            continue
        way = journey(reach, target)
        assert way.minutes == minutes
        now, here = leave, reach.origin
        for leg in way.legs:
            assert leg.line[0] == here
            assert leg.arrives >= now - timedelta(milliseconds=1)
            if isinstance(leg, Ride):
                rides += 1
                assert now - timedelta(milliseconds=1) <= leg.departs <= leg.arrives
                assert leg.calls == len(leg.line) - 1
            else:
                line = sum(great_circle(a, b) for a, b in zip(leg.line[:-1], leg.line[1:], strict=True))
                assert leg.metres == pytest.approx(line, rel=0.02, abs=5)
            now, here = leg.arrives, leg.line[-1]
        assert here == target.point
        assert (now - leave).total_seconds() / 60 == pytest.approx(minutes, abs=1e-4)
    assert rides > 20

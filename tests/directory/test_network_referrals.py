"""On roads too the answer is exact: by brute force over all offers, with networkx for the trips."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from directory.eligibility import Person
from directory.referrals import Rank, ReferralAnswer, ReferralOption, ReferralQuery, Referrals
from geo.estimate import EstimateReach, EstimateRouter
from geo.network_router import NetworkRouter
from geo.networks import Networks
from geo.points import LonLat
from geo.road_graph import ROAD_MODES, RoadGraph
from geo.snap import Snapper
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD, NoTrip, Target, TravelMode
from geo.units import Minutes
from tests.directory.referral_world import NEEDS, START, WorldOffer, brute_force, build_world
from tests.directory.road_world import Oracle, beside_a_road, build_roads

SERVICE_MINUTES = 15
WORLDS = 5
QUESTIONS = 1_100


@dataclass(frozen=True)
class World:
    """A network, offers beside its roads, and what answers them."""

    session: Session
    graph: RoadGraph
    offers: list[WorldOffer]
    referrals: Referrals
    router: NetworkRouter

    def ask(self, query: ReferralQuery) -> ReferralAnswer:
        self.referrals.memory.refresh(self.session)
        return self.referrals.find_referrals(self.session, query)


@pytest.fixture(scope="module", params=range(WORLDS))
def world(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One of several worlds, rolled back at its end."""
    seed = request.param
    networks = Networks(tmp_path_factory.mktemp("networks"))
    graphs: list[RoadGraph] = []
    networks.install("world", lambda folder: graphs.append(build_roads(folder, seed)))
    router = NetworkRouter(networks, EstimateRouter())
    graph = router.opened()[0].graph
    with engine.connect() as connection, Session(bind=connection) as session:
        offers = build_world(session, seed, count=300, place=lambda random_: beside_a_road(graph, random_))
        referrals = Referrals(router, service_minutes=SERVICE_MINUTES, ancestors=lambda _: ())
        yield World(session, graph, offers, referrals, router)
        session.rollback()


class Truth:
    """Minutes to every offer by trying them all: networkx on the roads, the estimator outside of the network."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._snapper = Snapper(world.graph)
        self._oracles = {mode: Oracle(world.graph, mode) for mode in ROAD_MODES}
        self._accesses = {
            mode: [self._snapper.access(one.point, mode, RURAL_OFF_ROAD) for one in world.offers]
            for mode in ROAD_MODES
        }

    def minutes(self, origin: LonLat, mode: TravelMode, leave_at: datetime) -> list[float | NoTrip | None]:
        estimates = EstimateReach(EstimateRouter(), origin, mode, leave_at).minutes(
            [Target(one.point) for one in self._world.offers]
        )
        access = self._snapper.access(origin, mode, OFF_ROAD)
        if access.edge < 0 or not self._snapper.holds(origin):
            return list(estimates)
        on_roads = self._oracles[mode].minutes(access, self._accesses[mode])
        return [
            estimate if own.edge < 0 and not self._snapper.holds(one.point) else trip
            for one, own, trip, estimate in zip(
                self._world.offers, self._accesses[mode], on_roads, estimates, strict=True
            )
        ]


def question(world: World, random_: random.Random) -> ReferralQuery:
    """Any question: on foot or by car, by day or night, on islands, rare needs, narrow limits."""
    leave_at = START + timedelta(minutes=random_.randrange(0, 9 * 24 * 60))
    hours = random_.choice([1, 3, 9, 30])
    return ReferralQuery(
        origin=beside_a_road(world.graph, random_),
        leave_at=leave_at,
        needs=tuple(random_.sample(NEEDS[:3], random_.choice([0, 1, 1, 2]))),
        person=Person(age=random_.choice([None, 17, 30, 70])),
        mode=random_.choice(ROAD_MODES),
        max_minutes=Minutes(random_.choice([10.0, 60.0, 120.0, 600.0])),
        rank=random_.choice(list(Rank)),
        limit=random_.choice([1, 3, 5, 20]),
        arrive_by=leave_at + timedelta(hours=hours) if random_.random() < 0.2 else None,
    )


def test_exact_on_roads_against_brute_force(world: World) -> None:
    truth, random_ = Truth(world), random.Random(5)
    answered = 0
    for number in range(QUESTIONS):
        query = question(world, random_)
        minutes = truth.minutes(query.origin, query.mode, query.leave_at)
        expected = brute_force(world.offers, query, minutes, SERVICE_MINUTES)
        answer = world.ask(query)
        found = [(rank_of(one, query), one.id) for one in answer.options]
        by_id = dict(zip((one.id for one in world.offers), minutes, strict=True))
        assert len(found) == len(expected), f"question {number}: {query}"
        for (ours, id_), (theirs, expected_id) in zip(found, expected, strict=True):
            assert ours == pytest.approx(theirs, abs=1e-3), f"question {number}: {query}"
            # Two ways of adding up the same seconds differ in the last digit: such ties may fall either way.
            tied = by_id[id_] == pytest.approx(by_id[expected_id], abs=1e-6)
            assert id_ == expected_id or tied, f"question {number}: {query}"
        answered += bool(expected)
    assert answered > QUESTIONS / 3


def rank_of(option: ReferralOption, query: ReferralQuery) -> float:
    """What an option is ranked by, as the oracle writes it."""
    assert option.trip is not None
    assert option.served is not None
    if query.rank is Rank.NEAREST:
        return option.trip.minutes
    if query.arrive_by is None:
        return option.served.at.timestamp()
    assert option.leave is not None
    return -option.leave.timestamp()

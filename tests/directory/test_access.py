"""Where offers meet the networks: stored once, never used when stale, gone with what they were of."""

import math
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text

from directory.access import AccessCounts, refresh_access, stored
from directory.db import transaction
from directory.networks import installed_networks, network_states, refresh_networks
from directory.records import Visibility
from directory.settings import Settings
from directory.tables import Area, Offer
from directory.territory import load_territory
from directory.upkeep import keep_up
from geo.errors import NetworkError
from geo.networks import Networks
from geo.points import LonLat
from geo.road_graph import open_graph
from geo.snap import Snapper
from geo.travel import OFF_ROAD, RURAL_OFF_ROAD, TravelMode
from geo.units import Metres
from tests.directory.offers_on_roads import MANY, network, offer, published, roads, rows, version
from tests.factories import SANTIAGO
from tests.geo.graphs import place

FOOT, CAR, TRANSIT = TravelMode.FOOT, TravelMode.CAR, TravelMode.TRANSIT


def test_every_offer_is_looked_up_once(own_engine: Engine, tmp_path: Path) -> None:
    ids = published(own_engine, [offer(n, place(n * 500, 100, SANTIAGO)) for n in range(1, 6)])
    net = network(tmp_path / "one")
    told: list[tuple[int, int | None]] = []
    done = refresh_access(own_engine, [net], progress=lambda *how: told.append(how))
    assert done == AccessCounts(snapped=5)
    assert told == [(5, 5)]
    assert {(one.offer_id, one.mode) for one in rows(own_engine)} == {
        (id_, mode) for id_ in ids.values() for mode in ("foot", "car")
    }
    with transaction(own_engine) as session:
        for mode in (FOOT, CAR, TRANSIT):
            found = stored(session, [*ids.values(), uuid.uuid4()], net.id, mode)
            assert set(found) == set(ids.values())
            for number in range(1, 6):
                access = found[ids[str(number)]]
                assert (access.network, access.mode, access.edge) == (net.id, CAR if mode is CAR else FOOT, 0)
                assert access.along == pytest.approx(number / 10, abs=1e-3)
                assert access.metres == pytest.approx(100, rel=1e-2)
        assert stored(session, list(ids.values()), "another", FOOT) == {}
        assert stored(session, [], net.id, FOOT) == {}


def test_what_is_stored_is_exactly_what_a_router_would_look_up(own_engine: Engine, tmp_path: Path) -> None:
    points = [place(n * 37.123456789, n * 31.987654321, SANTIAGO) for n in range(40)]
    published(own_engine, [offer(n, point) for n, point in enumerate(points)])
    net = network(tmp_path / "one")
    refresh_access(own_engine, [net])
    snapper = Snapper(open_graph(net.folder))
    with transaction(own_engine) as session:
        where = session.execute(
            text("select id, st_x(geog::geometry), st_y(geog::geometry) from offer")
        ).all()
        for mode in (FOOT, CAR):
            found = stored(session, [id_ for id_, *_ in where], net.id, mode)
            for id_, lon, lat in where:
                assert found[id_] == snapper.access(LonLat(lon, lat), mode, RURAL_OFF_ROAD)


def test_nothing_is_done_when_nothing_changed(own_engine: Engine, tmp_path: Path) -> None:
    published(own_engine, [offer(n, place(n * 500, 100, SANTIAGO)) for n in range(5)])
    net = network(tmp_path / "one")
    refresh_access(own_engine, [net])
    before, net.asked = version(own_engine), 0
    written_words: list[str] = []

    def listen(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        written_words.append(statement)

    event.listen(own_engine, "before_cursor_execute", listen)
    assert refresh_access(own_engine, [net]) == AccessCounts()
    assert net.asked == 0
    assert len(written_words) == 2  # one for what is stale, one for what is missing
    assert version(own_engine) == before


def test_whoever_remembers_that_nothing_was_stored_reads_again(own_engine: Engine, tmp_path: Path) -> None:
    published(own_engine, [offer(1, SANTIAGO)])
    before = version(own_engine)
    refresh_access(own_engine, [network(tmp_path / "one")])
    assert version(own_engine) > before


def test_an_import_looks_up_only_what_is_new_or_moved(own_engine: Engine, tmp_path: Path) -> None:
    first = [offer(n, place(n * 300, 100, SANTIAGO)) for n in range(10)]
    published(own_engine, first)
    net = network(tmp_path / "one")
    refresh_access(own_engine, [net])
    net.asked = 0
    moved = offer(3, place(3_000, -50, SANTIAGO))
    ids = published(own_engine, [*first[:3], moved, *first[4:9], offer(11, place(4_000, 0, SANTIAGO))])
    done = refresh_access(own_engine, [net])
    assert (done.snapped, net.asked) == (2, 4)  # on foot and by car
    assert {one.offer_id for one in rows(own_engine)} == set(ids.values())  # the withdrawn one is gone too
    with transaction(own_engine) as session:
        assert stored(session, [ids["3"]], net.id, FOOT)[ids["3"]].metres == pytest.approx(50, rel=1e-2)


def test_a_stale_row_is_refused(own_engine: Engine, tmp_path: Path) -> None:
    ids = published(own_engine, [offer(1, SANTIAGO), offer(2, SANTIAGO)])
    net = network(tmp_path / "one")
    refresh_access(own_engine, [net])
    with transaction(own_engine) as session:
        # The last digit of a coordinate is enough.
        session.execute(
            text(
                "update offer set geog = st_setsrid(st_makepoint(:lon, :lat), 4326)::geography where id = :id"
            ),
            {"id": ids["1"], "lon": math.nextafter(SANTIAGO.lon, 0), "lat": SANTIAGO.lat},
        )
        assert set(stored(session, list(ids.values()), net.id, FOOT)) == {ids["2"]}
    assert refresh_access(own_engine, [net]) == AccessCounts(snapped=1, dropped=2)
    with transaction(own_engine) as session:
        assert set(stored(session, list(ids.values()), net.id, FOOT)) == set(ids.values())


def test_a_place_that_is_hidden_now_leaves_nothing_behind(own_engine: Engine, tmp_path: Path) -> None:
    published(own_engine, [offer(1, SANTIAGO), offer(2, SANTIAGO)])
    net = network(tmp_path / "one")
    refresh_access(own_engine, [net])
    ids = published(own_engine, [offer(1, SANTIAGO, visibility=Visibility.HIDDEN), offer(2, SANTIAGO)])
    assert refresh_access(own_engine, [net]).dropped == 2
    assert {one.offer_id for one in rows(own_engine)} == {ids["2"]}


def test_a_place_that_is_shown_approximately_is_looked_up_where_it_is_shown(
    own_engine: Engine, tmp_path: Path
) -> None:
    true = place(4_000, 300, SANTIAGO)
    published(own_engine, [offer(1, true, visibility=Visibility.APPROXIMATE)])
    refresh_access(own_engine, [network(tmp_path / "one")])
    for one in rows(own_engine):
        assert (one.lon, one.lat) == (SANTIAGO.lon, SANTIAGO.lat)  # the seat of its comuna


@pytest.mark.parametrize(
    ("settlement", "off_road"),
    [("urban", OFF_ROAD), ("mixed", RURAL_OFF_ROAD), ("rural", RURAL_OFF_ROAD), (None, RURAL_OFF_ROAD)],
)
def test_how_far_from_a_road_follows_how_people_live(
    own_engine: Engine, tmp_path: Path, settlement: str | None, off_road: Metres
) -> None:
    far = [offer(n, place(2_000, -metres, SANTIAGO)) for n, metres in enumerate((490, 510, 1_990, 2_010))]
    published(own_engine, far)
    net = network(tmp_path / "one")
    refresh_access(own_engine, [net])
    with transaction(own_engine) as session:
        area = session.get(Area, "13101")
        assert area is not None
        area.settlement = settlement
    refresh_access(own_engine, [net])
    on_road = sum(one.edge >= 0 for one in rows(own_engine) if one.mode == "foot")
    assert on_road == (1 if off_road == OFF_ROAD else 3)
    assert all((one.edge < 0) == math.isinf(one.metres) for one in rows(own_engine))
    assert {one.off_road for one in rows(own_engine)} == {off_road}
    with transaction(own_engine) as session:
        territory = load_territory(session)
        assert territory.off_road("13101") == off_road
        assert territory.off_road("99999") == territory.off_road(None) == RURAL_OFF_ROAD


def test_offers_of_the_sea_and_of_islands_are_where_they_are(own_engine: Engine, tmp_path: Path) -> None:
    ids = published(
        own_engine,
        [
            offer(1, place(100, 0, SANTIAGO)),
            offer(2, place(100, 20_000, SANTIAGO)),  # the island
            offer(3, place(100, 10_000, SANTIAGO)),  # in between, in the water
            offer(4, LonLat(-109.4, -27.1)),  # another ocean
        ],
    )
    net = network(tmp_path / "one")
    done = refresh_access(own_engine, [net])
    assert (done.snapped, done.off_road) == (3, 1)
    with transaction(own_engine) as session:
        found = stored(session, list(ids.values()), net.id, FOOT)
    edges = {ref: found[id_].edge for ref, id_ in ids.items() if id_ in found}
    assert edges == {"1": 0, "2": 1, "3": -1}


def test_several_networks_and_those_that_are_gone(own_engine: Engine, tmp_path: Path) -> None:
    published(own_engine, [offer(n, place(n * 500, 0, SANTIAGO)) for n in range(4)])
    one, two = network(tmp_path / "one"), network(tmp_path / "two", length=4_000.0)
    far = network(tmp_path / "far", centre=LonLat(0.0, 0.0))
    assert refresh_access(own_engine, [one, two, far]).snapped == 8
    # Not used any more, but installed: its rows wait.
    assert refresh_access(own_engine, [two], kept=[one.id]) == AccessCounts()
    assert {row.network for row in rows(own_engine)} == {one.id, two.id}
    assert refresh_access(own_engine, [two]).dropped == 8
    assert {row.network for row in rows(own_engine)} == {two.id}
    assert refresh_access(own_engine, []).dropped == 8
    assert rows(own_engine) == []


def test_ten_thousand_offers_in_chunks(own_engine: Engine, tmp_path: Path) -> None:
    published(own_engine, [offer(1, SANTIAGO)])
    with transaction(own_engine) as session:
        # As many searched rows as need three chunks, copied from the one that there is.
        session.execute(text(MANY), {"count": 11_999})
    net = network(tmp_path / "one")
    told: list[int] = []
    done = refresh_access(own_engine, [net], progress=lambda done, total: told.append(done))
    assert done.snapped == 12_000
    assert told == [5_000, 10_000, 12_000]
    with transaction(own_engine) as session:
        ids = list(session.scalars(select(Offer.id)))
        assert len(stored(session, ids, net.id, CAR)) == 12_000


def settings_of(folder: Path) -> Settings:
    return Settings(networks=folder, database_url=None)


def installed(folder: Path, **networks: Callable[[Path], None]) -> Networks:
    found = Networks(folder)
    for name, build in networks.items():
        found.install(name, build)
    return found


def test_the_networks_of_the_settings(own_engine: Engine, tmp_path: Path) -> None:
    published(own_engine, [offer(1, SANTIAGO)])
    settings = settings_of(tmp_path / "networks")
    assert refresh_networks(own_engine, settings) == AccessCounts()
    assert not (tmp_path / "networks").exists()
    folder = installed(tmp_path / "networks", one=roads, two=lambda path: roads(path, length=4_000.0))
    assert installed_networks(settings).folder == folder.folder
    assert refresh_networks(own_engine, settings).snapped == 2
    folder.unuse("one")
    assert refresh_networks(own_engine, settings) == AccessCounts()
    folder.remove("one")
    assert refresh_networks(own_engine, settings).dropped == 2


def test_a_damaged_network_hinders_nobody_else(
    own_engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    published(own_engine, [offer(1, SANTIAGO)])
    folder = installed(tmp_path, bad=roads, good=lambda path: roads(path, length=4_000.0))
    (tmp_path / "bad" / "pieces.npy").write_bytes(b"")
    settings = settings_of(tmp_path)
    done = refresh_networks(own_engine, settings)
    assert (done.snapped, len(done.faults)) == (1, 1)
    assert "build" in done.faults[0]
    assert "could not be looked up" in caplog.text
    assert {row.network for row in rows(own_engine)} == {folder.find("good").id}
    states = {one.name: one for one in network_states(settings)}
    assert states["good"].fault is None
    assert "unknown day" in states["good"].told
    assert "build" in (states["bad"].fault or "")


def test_the_daily_upkeep_looks_up_offers(own_engine: Engine, tmp_path: Path) -> None:
    published(own_engine, [offer(1, SANTIAGO)])
    installed(tmp_path, one=roads)
    keep_up(own_engine, settings_of(tmp_path))
    assert len(rows(own_engine)) == 2


def test_a_state_that_cannot_be_read_is_told(own_engine: Engine, tmp_path: Path) -> None:
    folder = installed(tmp_path, one=roads)
    (tmp_path / ".state.json").write_text("{")
    assert "delete it" in refresh_networks(own_engine, settings_of(tmp_path)).faults[0]
    with pytest.raises(NetworkError):
        folder.active()


def test_the_country_says_how_people_live(own_engine: Engine) -> None:
    from importers.areas import load_country

    load_country(own_engine, Settings())
    with transaction(own_engine) as session:
        counts = dict(
            session.execute(
                text("select settlement, count(*) from area where kind = 'comuna' group by settlement")
            ).all()  # type: ignore[arg-type]
        )
    assert counts == {"urban": 84, "mixed": 76, "rural": 185, None: 1}

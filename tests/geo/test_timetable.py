"""Building and opening timetables: ways between stops, several feeds, what is broken."""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from directory.settings import ROOT
from fixtures.network.gtfs import pack
from geo.errors import NetworkError
from geo.points import LonLat, great_circle
from geo.reach import RoadReach
from geo.timetable import FACTS, FOLDER, Timetable
from geo.transit import transit_reach
from geo.transit_build import build_timetable
from geo.transit_days import latest_departures
from geo.transit_links import CHANGE_SECONDS, WALK_SECONDS
from geo.travel import OFF_ROAD, NoTrip, Target
from geo.units import Minutes
from tests.geo.transit_town import (
    CAMELIAS,
    FOOT,
    TERMINAL,
    TRANQUE,
    Town,
    at,
    built_town,
    stop_point,
)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with built_town() as found:
        yield found


def test_ways_between_stops_are_those_of_single_searches(town: Town) -> None:
    paths = town.timetable.walks
    names = town.timetable.names.stops
    stops = [stop_point(town, stop) for stop in range(len(names))]
    found = 0
    for start, (point, access) in enumerate(stops):
        walk = RoadReach(town.graph, town.snapper, point, access, FOOT)
        walk.know(Minutes(60.0))
        minutes = walk.minutes([Target(*stop) for stop in stops])
        ways = slice(*paths.starts[start : start + 2].tolist())
        known = dict(zip(paths.stops[ways].tolist(), paths.seconds[ways].tolist(), strict=True))
        for end, value in enumerate(minutes):
            seconds = math.inf if isinstance(value, NoTrip) else value * 60
            if "Terminal" in names[start] and "Terminal" in names[end]:
                assert known[end] == 120  # as transfers.txt says
            elif start == end:
                assert known[end] == CHANGE_SECONDS
            elif seconds <= WALK_SECONDS:
                found += 1
                assert known[end] == pytest.approx(seconds + CHANGE_SECONDS, abs=0.01)
            else:
                assert end not in known
    assert found >= 4


def test_what_the_publisher_says_of_changes(town: Town, tmp_path: Path) -> None:
    text = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
    rules = (
        "plaza,plaza,2,0",
        "hospital,puente,3,",
        "embarcadero,tranque,2,900",
        "tranque,embarcadero,2,1",
        "aromos,aromos,1,",
    )
    feed = pack(tmp_path, {"transfers.txt": text + "".join(f"{rule}\n" for rule in rules)})
    shutil.copytree(town.graph.folder, tmp_path / "network")
    build_timetable([feed], tmp_path / "network", town.graph, town.snapper)
    timetable = Timetable.open(tmp_path / "network")
    names, paths = timetable.names.stops, timetable.walks
    starts = np.repeat(np.arange(len(names)), np.diff(paths.starts)).tolist()
    known = {
        (names[a], names[b]): seconds
        for a, b, seconds in zip(starts, paths.stops.tolist(), paths.seconds.tolist(), strict=True)
    }
    assert (known["Plaza", "Plaza"], known["Los Aromos", "Los Aromos"], known["Hospital", "Hospital"]) == (
        1,
        1,
        60,
    )
    assert ("Hospital", "Rotonda del Puente") not in known
    assert ("Rotonda del Puente", "Hospital") in known
    straight = great_circle(LonLat(-71.6476, -35.4479), TRANQUE) / town.graph.walking
    assert known["Embarcadero", "El Tranque"] == pytest.approx(max(900, straight))
    assert known["El Tranque", "Embarcadero"] == pytest.approx(straight)  # a second is no walk of kilometres


def test_latest_departures_on_the_town(town: Town) -> None:
    """To be at Las Camelias by 11:00 one leaves the Terminal at 10:05, and Los Aromos at 9:40."""
    names = town.timetable.names.stops
    goal = np.where(np.array(names) == "Las Camelias", 60.0, math.inf)
    found = latest_departures(town.timetable, goal, at("2026-09-15", "11:00"), 3 * 3600).arrivals.seconds
    before = {name: seconds / 60 for name, seconds in zip(names, found.tolist(), strict=True)}
    assert (before["Terminal de Buses"], before["Los Aromos"], before["Los Peumos"]) == (55, 80, 40)
    assert math.isinf(before["El Tranque"])


def test_two_feeds_are_one_timetable(town: Town, tmp_path: Path) -> None:
    """A second feed in another zone of time: its circular runs an hour apart in winter, at once in summer."""
    (tmp_path / "other").mkdir()
    text = "agency_name,agency_timezone\nSur,America/Punta_Arenas\n"
    feeds = [town.feed, pack(tmp_path / "other", {"agency.txt": text})]
    shutil.copytree(town.graph.folder, tmp_path / "network")
    told: list[tuple[str, int, int | None]] = []
    days = build_timetable(
        feeds, tmp_path / "network", town.graph, town.snapper, lambda *progress: told.append(progress)
    )
    assert days == (date(2026, 8, 1), date(2027, 12, 31))
    assert {stage for stage, _, _ in told} == {
        "timetable: feeds", "timetable: ways between stops", "timetable: connections",
    }  # fmt: skip
    timetable = Timetable.open(tmp_path / "network")
    one = timetable.facts["zones"][0][2]
    assert timetable.facts["zones"] == [
        ["America/Punta_Arenas", 0, one], ["America/Santiago", one, 2 * one],
    ]  # fmt: skip
    both = town._replace(timetable=timetable)
    winter, summer = at("2026-08-04", "16:28"), at("2026-11-03", "16:28")
    # 17:30 in the south is 16:30 here in winter.
    assert both.minutes(TERMINAL, CAMELIAS, winter) == pytest.approx(32, abs=1)
    assert both.minutes(TERMINAL, CAMELIAS, summer) == pytest.approx(92, abs=1)
    assert town.minutes(TERMINAL, CAMELIAS, winter) == pytest.approx(92, abs=1)


def test_what_is_told_of_a_timetable(town: Town) -> None:
    facts = town.timetable.facts
    assert (facts["days"], facts["network"]) == (["2026-08-01", "2027-12-31"], town.graph.id)
    (feed,) = facts["feeds"]
    assert (feed["agencies"], feed["left_out"], feed["trips"]) == (["Buses de la Comarca"], {}, 103)
    assert facts["connections"] == len(town.timetable.ahead.departs) == len(town.timetable.mirror.departs)


def test_a_timetable_of_another_network_is_refused(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "network"
    shutil.copytree(town.graph.folder, folder)
    facts = folder / FOLDER / FACTS
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"network": "another"}))
    stale = Timetable.open(folder)
    with pytest.raises(NetworkError, match=r"belongs to network another.*build the network again"):
        transit_reach(town.graph, town.snapper, stale, TERMINAL, at("2026-09-15", "10:00"), OFF_ROAD)


@pytest.mark.parametrize("harm", ["absent", "half", "format", "text"])
def test_a_broken_timetable_is_told_with_the_mend(town: Town, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "network"
    shutil.copytree(town.graph.folder, folder)
    inside = folder / FOLDER
    array = inside / "ahead_departs.npy"
    if harm == "absent":
        shutil.rmtree(inside)
    elif harm == "half":
        array.write_bytes(array.read_bytes()[:200])
    elif harm == "format":
        (inside / FACTS).write_text('{"format": 99}')
    else:
        array.write_text("no array")
    with pytest.raises(NetworkError, match="build the network again"):
        Timetable.open(folder)


def test_a_build_without_feeds_or_calendar_is_refused(town: Town, tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="at least one GTFS"):
        build_timetable([], tmp_path, town.graph, town.snapper)
    feed = pack(tmp_path, {"calendar.txt": None, "calendar_dates.txt": None})
    with pytest.raises(NetworkError, match=r"neither calendar\.txt nor calendar_dates\.txt"):
        build_timetable([feed], tmp_path / "network", town.graph, town.snapper)
    assert not (tmp_path / "network").exists()


def test_who_has_no_timetable_pays_for_none() -> None:
    """Neither Numba nor pandas is loaded before the first question to a timetable, or the first feed."""
    code = "import sys, geo.transit, geo.transit_journey; print([n for n in ('numba', 'pandas') if n in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"

"""Reading GTFS feeds: what is legal though odd, what is left out and counted, and what is refused with a mend."""

import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fixtures.network.gtfs import FOLDER, pack
from geo.gtfs import Feed, read_feed
from geo.gtfs_files import FeedFiles, decoded
from geo.gtfs_times import ALIGHT, BLANK, BOARD, read_time

HOUR = 3600


def feed_with(folder: Path, **changes: str | None) -> Feed:
    """The feed of the made-up roads with some tables (named without .txt) replaced or left out."""
    return read_feed(pack(folder, {f"{name}.txt": text for name, text in changes.items()}))


def table(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text("utf-8-sig")


def times(feed: Feed, line: str, departure: int) -> list[tuple[str, int, int]]:
    """(stop, arrival, departure) of the trip of a line that departs then, from its first stop."""
    calls, names = feed.calls, feed.stops.names
    first = np.flatnonzero(np.diff(calls.trip, prepend=-1))
    for start in first.tolist():
        trip = calls.trip[start]
        if feed.routes[feed.trips.route[trip]].short == line and calls.departs[start] == departure:
            rows = np.flatnonzero(calls.trip == trip)
            return [
                (names[calls.stop[row]], int(calls.arrives[row]), int(calls.departs[row])) for row in rows
            ]
    raise AssertionError(f"{line} has no trip at {departure}")


def test_the_fixture_is_read_whole(tmp_path: Path) -> None:
    feed = feed_with(tmp_path)
    assert (feed.zone, feed.agencies, feed.left_out) == ("America/Santiago", ["Buses de la Comarca"], {})
    assert (feed.days.first, feed.days.last) == (date(2026, 8, 1), date(2027, 12, 31))
    # 13 trips as written; 12 and 33 departures each way of the circular
    assert (len(feed.trips.route), feed.by_interval) == (13 + 2 * 45, 2 * 45)
    assert [route.short for route in feed.routes] == ["101", "202", "C", "N1"]


def test_a_platform_takes_position_and_station_from_its_parent(tmp_path: Path) -> None:
    stops = feed_with(tmp_path).stops
    platform, station = stops.index["anden_2"], stops.index["terminal"]
    assert (stops.lon[platform], stops.lat[platform]) == (-71.6474, -35.4276)
    assert stops.station[platform] == stops.station[stops.index["anden_1"]] == station
    assert stops.station[stops.index["plaza"]] == stops.index["plaza"]


def test_blank_times_are_filled_in_by_the_way_between_stops(tmp_path: Path) -> None:
    trip = times(feed_with(tmp_path), "101", 10 * HOUR + 5 * 60)
    assert [stop for stop, _, _ in trip] == [
        "Terminal de Buses", "Plaza", "Rotonda del Puente", "Los Peumos", "Las Camelias",
    ]  # fmt: skip
    assert [arrives for _, arrives, _ in trip[3:]] == [10 * HOUR + 20 * 60, 10 * HOUR + 35 * 60]
    # 0.0048, 0.0090 and 0.0250 degrees of latitude: a share of 0.124 and 0.356 of 15 minutes
    assert [arrives - 10 * HOUR - 300 for _, arrives, _ in trip[1:3]] == pytest.approx([111, 320], abs=2)


def test_blank_times_follow_the_distance_that_is_stated(tmp_path: Path) -> None:
    text = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
    rows = ("8:00:00,8:00:00,anden_1,1,0", ",,plaza,2,9", ",,puente,5,9.5", "8:10:00,8:11:00,peumos,7,10")
    feed = feed_with(tmp_path, stop_times=text + "".join(f"101-1,{row}\n" for row in rows), frequencies=None)
    assert [arrives - 8 * HOUR for _, arrives, _ in times(feed, "101", 8 * HOUR)] == [0, 540, 570, 600]
    assert times(feed, "101", 8 * HOUR)[-1][2] == 8 * HOUR + 660


def test_blank_times_at_one_place_are_spread_evenly(tmp_path: Path) -> None:
    text = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    rows = ("8:00:00,8:00:00,plaza,1", ",,plaza,2", ",,plaza,3", "8:09:00,,plaza,4")
    feed = feed_with(tmp_path, stop_times=text + "".join(f"101-1,{row}\n" for row in rows), frequencies=None)
    assert [arrives - 8 * HOUR for _, arrives, _ in times(feed, "101", 8 * HOUR)] == [0, 180, 360, 540]


def test_rows_may_come_in_any_order(tmp_path: Path) -> None:
    head, *rows = table("stop_times").splitlines()
    feed = feed_with(tmp_path, stop_times="\n".join([head, *reversed(rows)]))
    expected = feed_with(tmp_path)
    for name in ("trip", "stop", "arrives", "departs", "flags"):
        assert getattr(feed.calls, name).tolist() == getattr(expected.calls, name).tolist()


def test_times_pass_midnight(tmp_path: Path) -> None:
    trip = times(feed_with(tmp_path), "N1", 23 * HOUR + 40 * 60)
    assert trip[-1][1] == 24 * HOUR + 20 * 60


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:00:00", 0), ("25:10:05", 90_605), ("168:00:00", 604_800), ("", BLANK), ("169:00:00", -2), ("8:60:00", -2),
     ("8:00", -2), ("-1:00:00", -2), ("８:00:00", -2), ("08:00:00x", -2)],
)  # fmt: skip
def test_a_time(text: str, seconds: int) -> None:
    assert read_time(text) == seconds


def test_frequencies_become_departures(tmp_path: Path) -> None:
    feed = feed_with(tmp_path)
    first = np.flatnonzero(np.diff(feed.calls.trip, prepend=-1))
    circular = [
        row for row in first if feed.headsigns[feed.trips.headsign[feed.calls.trip[row]]] == "Los Aromos"
    ]
    starts = sorted(feed.calls.departs[circular].tolist())
    early = [7 * HOUR + 600 * number for number in range(12)]
    assert starts == early + [9 * HOUR + 1200 * number for number in range(33)]
    trip = times(feed, "C", 7 * HOUR + 600)
    assert [arrives - 7 * HOUR - 600 for _, arrives, _ in trip] in (
        [0, 360, 540, 840, 1320],
        [0, 480, 780, 960, 1320],
    )


def test_overlapping_frequencies_make_each_departure_once(tmp_path: Path) -> None:
    text = (
        "trip_id,start_time,end_time,headway_secs\nc-ida,7:00:00,8:00:00,1200\nc-ida,7:40:00,8:21:00,1200\n"
    )
    feed = feed_with(tmp_path, frequencies=text)
    assert feed.by_interval == 5


def test_calendars_and_their_exceptions(tmp_path: Path) -> None:
    days = feed_with(tmp_path).days
    independence = (date(2026, 9, 18) - days.first).days

    def runs(service: str, offset: int) -> bool:
        return bool(days.runs[days.index[service], independence + offset])

    assert [runs(name, 0) for name in ("LABORAL", "DIARIO", "DOMINGO", "NOCHE", "FIESTA")] == [
        False, True, True, True, True,
    ]  # fmt: skip
    assert [runs("LABORAL", day) for day in range(-4, 3)] == [True, True, True, True, False, False, False]
    assert [runs("DOMINGO", day) for day in range(1, 4)] == [False, True, False]
    assert days.runs[days.index["FIESTA"]].sum() == 1


def test_days_may_be_given_by_exceptions_alone(tmp_path: Path) -> None:
    text = "service_id,date,exception_type\nLABORAL,20270301,1\nLABORAL,20270305,1\nDIARIO,20270302,2\n"
    feed = feed_with(tmp_path, calendar=None, calendar_dates=text)
    assert (feed.days.first, feed.days.last) == (date(2027, 3, 1), date(2027, 3, 5))
    assert feed.days.runs.sum() == 2
    assert feed.left_out["trips.txt: a service that never runs"] == 9


def test_boarding_and_alighting_may_be_forbidden(tmp_path: Path) -> None:
    calls = feed_with(tmp_path).calls
    ends = calls.trip[1:] != calls.trip[:-1]
    assert set(calls.flags[np.append(True, ends)].tolist()) == {BOARD}
    assert set(calls.flags[np.append(ends, True)].tolist()) == {ALIGHT}


def test_a_trip_without_headsign_goes_towards_its_last_stop(tmp_path: Path) -> None:
    feed = feed_with(tmp_path)
    signs = {
        (feed.routes[route].short, feed.headsigns[sign])
        for route, sign in zip(feed.trips.route, feed.trips.headsign, strict=True)
    }
    assert {sign for line, sign in signs if line == "202"} == {"El Tranque", "Terminal de Buses, andén 2"}
    assert {sign for line, sign in signs if line == "101"} == {"Las Camelias", "Terminal"}


def test_transfers_of_a_station_are_those_of_its_platforms(tmp_path: Path) -> None:
    feed = feed_with(tmp_path)
    first, second = feed.stops.index["anden_1"], feed.stops.index["anden_2"]
    rules = {(rule.origin, rule.target): rule.seconds for rule in feed.transfers}
    assert {pair: rules[pair] for pair in ((first, second), (second, first), (first, first))} == {
        (first, second): 120, (second, first): 120, (first, first): 120,
    }  # fmt: skip


def test_what_cannot_be_used_is_left_out_and_counted(tmp_path: Path) -> None:
    feed = feed_with(
        tmp_path,
        stops=table("stops")
        + "nowhere,Sin posición,,,,\nfar,Lejos,99,999,,\nplaza,Otra vez,-35,-71,,\nzero,Nulo,0,0,,\n",
        trips=table("trips")
        + "unknown,DIARIO,x1,\nr101,NEVER,x2,\nrc,DIARIO,c-ida,\nrc,DIARIO,lost,\nrc,DIARIO,back,\nrc,DIARIO,tail,\n",
        stop_times=table("stop_times")
        + "lost,8:00:00,8:00:00,plaza,1,,\nlost,8:09:00,8:09:00,zero,2,,\n"  # a stop that is left out
        + "back,8:00:00,8:00:00,plaza,1,,\nback,7:59:00,7:59:00,puente,2,,\n"
        + "tail,8:00:00,8:00:00,plaza,1,,\ntail,8:05:00,8:05:00,puente,2,,\ntail,,,peumos,3,,\n"
        + "tail,soon,8:00:00,plaza,4,,\ntail,8:00:00,8:00:00,plaza,-4,,\nghost,8:00:00,8:00:00,plaza,1,,\n",
        calendar=table("calendar") + "ODD,1,1,1,1,1,1,1,20260230,20261231\nPAST,1,1,1,1,1,1,1,20261231,20260101\n",
        calendar_dates=table("calendar_dates") + "DIARIO,tomorrow,1\nDIARIO,20261001,3\n",
        frequencies=table("frequencies")
        + "c-ida,20:00:00,19:00:00,600,\nghost,7:00:00,8:00:00,600,\nc-ida,7:00:00,8:00:00,0,\n",
        transfers=table("transfers") + "plaza,ghost,0,\nplaza,puente,2,soon\n",
    )  # fmt: skip
    assert feed.left_out == {
        "calendar.txt: start_date or end_date": 2,
        "calendar_dates.txt: date or exception_type": 2,
        "frequencies.txt: trip_id, time or headway_secs": 3,
        "stop_times.txt: time or stop_sequence": 2,
        "stop_times.txt: unknown trip_id": 1,
        "stop_times.txt: untimed end of a trip": 1,
        "stops.txt: repeated stop_id": 1,
        "stops.txt: stop_lat or stop_lon": 3,
        "transfers.txt: stop_id or min_transfer_time": 2,
        "trips that go back in time": 1,
        "trips with an unknown stop_id": 1,
        "trips.txt: a service that never runs": 1,
        "trips.txt: repeated trip_id": 1,
        "trips.txt: unknown route_id": 1,
    }
    assert len(feed.trips.route) == 13 + 2 * 45 + 1


def test_fields_beyond_the_header_are_not_read(tmp_path: Path) -> None:
    head, *rows = table("trips").splitlines()
    feed = feed_with(tmp_path, trips="\n".join([head, *(f"{row},," for row in rows)]))
    assert (feed.left_out, len(feed.trips.route)) == ({}, 13 + 2 * 45)
    mixed = feed_with(tmp_path, trips=table("trips") + "r101,LABORAL,x1,Las Camelias,,\n")
    assert mixed.left_out == {}


def test_rows_with_too_few_fields_have_blanks(tmp_path: Path) -> None:
    path = pack(tmp_path, {"x.txt": "a,b\n1,2\n3\n"})
    files = FeedFiles(path)
    (frame,) = files.chunks("x.txt", ("a", "b"))
    assert decoded(frame, "b", lambda text: float(text or -5), -9, np.int32).tolist()[0] == 2
    assert decoded(frame, "b", lambda text: float(text or -5), -9, np.int32).tolist()[1] in {-5, -9}
    assert files.table("x.txt", ("a", "b")).to_numpy().tolist() == [["1", "2"], ["3", ""]]
    files.close()


def test_a_stop_may_be_called_na(tmp_path: Path) -> None:
    assert "NA" in feed_with(tmp_path, stops=table("stops").replace(",Plaza,", ",NA,")).stops.names


def test_a_folder_inside_the_zip_is_fine(tmp_path: Path) -> None:
    inner = tmp_path / "folder.zip"
    with zipfile.ZipFile(pack(tmp_path)) as source, zipfile.ZipFile(inner, "w") as target:
        for name in source.namelist():
            target.writestr(f"../feed/{name}", source.read(name))
    assert len(read_feed(inner).routes) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["comarca-gtfs.zip", "folder.zip"]

"""Reading profiles, and what they make of the tags of a way."""

from pathlib import Path

import pytest

from directory.settings import ROOT
from geo.errors import NetworkError
from geo.osm_access import blocked, car_directions, foot_directions
from geo.osm_tags import Tags, parse_kmh, parse_minutes, way_kind
from geo.road_profile import load_profile
from geo.travel import TravelMode
from tests.geo.osm_text import NETWORK, default_profile

PROFILE = default_profile()
WALK = PROFILE.walking_kmh
WORDS = {TravelMode.CAR: PROFILE.car.access, TravelMode.FOOT: PROFILE.foot.access}


def car(**tags: str) -> tuple[float, float]:
    return way_kind(_tags(tags), PROFILE).car


def foot(**tags: str) -> tuple[float, float]:
    return way_kind(_tags(tags), PROFILE).foot


def _tags(tags: dict[str, str]) -> Tags:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def test_a_country_changes_some_numbers_and_the_version_tells() -> None:
    chile = load_profile(NETWORK / "profile.toml", ROOT / "fixtures" / "country" / "cl" / "roads.toml")
    assert chile.limits["rural"] == 100
    assert chile.limits["walk"] == PROFILE.limits["walk"]
    assert chile.car.kmh == {**PROFILE.car.kmh, "track": 12}
    assert chile.version.startswith("cl-1-")
    assert chile.version != PROFILE.version


def test_the_version_changes_with_any_number(tmp_path: Path) -> None:
    override = tmp_path / "x.toml"
    override.write_text("[car.waits]\nturn = 9\n", "utf-8")
    changed = load_profile(NETWORK / "profile.toml", override)
    assert changed.version.split("-")[0] == PROFILE.version.split("-")[0]
    assert changed.version != PROFILE.version
    assert changed.car.waits["turn"] == 9
    assert changed.car.waits["signals"] == PROFILE.car.waits["signals"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("speed = 3", "`speed` is not known"),
        ("[car]\nkhm = 3", "`car.khm` is not known"),
        ("walking_kmh = 'fast'", "`walking_kmh` must be a number"),
        ("walking_kmh = -1", "`walking_kmh` must be a number"),
        ("[car.kmh]\nprimary = true", "`car.kmh.primary` must be a number"),
        ("car = 3", "`car` must be a table"),
        ("[barrier]\ncar = 'gate'", "`barrier.car` must be a list"),
        ("version = 1", "`version` must be a text"),
        ("[car\n", "not TOML"),
    ],
)
def test_a_wrong_profile_is_told_by_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    override = tmp_path / "mine.toml"
    override.write_text(text, "utf-8")
    with pytest.raises(NetworkError, match=r"mine\.toml") as error:
        load_profile(NETWORK / "profile.toml", override)
    assert said in str(error.value)


def test_a_missing_or_incomplete_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="cannot be read"):
        load_profile(tmp_path / "none.toml")
    with pytest.raises(NetworkError, match="no road profile"):
        load_profile()
    alone = tmp_path / "alone.toml"
    alone.write_text("version = '1'\n", "utf-8")
    with pytest.raises(NetworkError, match="is missing"):
        load_profile(alone)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "no", "junction": "roundabout"}, (True, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"highway": "motorway"}, (True, False)),
        ({"oneway": "reversible"}, (False, False)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
        ({"oneway:bicycle": "yes"}, (True, True)),
        ({"oneway": "alternating"}, (True, True)),
    ],
)
def test_one_ways_of_cars(tags: dict[str, str], expected: tuple[bool, bool]) -> None:
    assert car_directions(tags) == expected


def test_walkers_ignore_one_ways_but_their_own() -> None:
    assert foot(highway="residential", oneway="yes") == (WALK, WALK)
    assert foot_directions({"oneway:foot": "yes"}) == (True, False)
    assert foot_directions({"oneway:foot": "-1"}) == (False, True)
    assert foot_directions({"conveying": "backward"}) == (False, True)


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "private"},
        {"access": "no"},
        {"vehicle": "no"},
        {"motor_vehicle": "agricultural"},
        {"motor_vehicle": "forestry"},
        {"motor_vehicle": "agricultural;forestry"},
        {"motorcar": "no", "motor_vehicle": "yes"},
        {"access": "yes", "motor_vehicle": "private"},
        {"access": "military"},
        {"smoothness": "impassable"},
        {"ice_road": "yes"},
        {"status": "abandoned"},
    ],
)
def test_cars_kept_out(tags: dict[str, str]) -> None:
    assert way_kind({"highway": "residential", **tags}, PROFILE).car == (0, 0)


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "no", "motor_vehicle": "yes"},
        {"vehicle": "no", "motorcar": "designated"},
        {"access": "permissive"},
        {"motor_vehicle": "agricultural;destination"},
        {"access": "destination"},
        {"access": "customers"},
        {"access": "delivery"},
        {"access": "a word nobody knows"},
        {"bicycle": "no"},
        {"toll": "yes"},
    ],
)
def test_cars_let_in(tags: dict[str, str]) -> None:
    assert min(way_kind({"highway": "residential", **tags}, PROFILE).car) > 0


def test_access_of_one_direction() -> None:
    along, back = car(highway="residential", motor_vehicle__backward="no")
    assert along > 0 == back


def test_only_a_tag_for_vehicles_opens_a_street_of_walkers() -> None:
    assert car(highway="pedestrian") == (0, 0)
    assert car(highway="pedestrian", access="yes") == (0, 0)
    assert car(highway="pedestrian", motor_vehicle="yes") == (10, 10)
    assert car(highway="steps", motor_vehicle="yes") == (0, 0)


def test_walkers_kept_out_and_let_in() -> None:
    assert foot(highway="residential", access="private") == (0, 0)
    assert foot(highway="residential", access="private", foot="permissive") == (WALK, WALK)
    assert foot(highway="residential", motor_vehicle="no") == (WALK, WALK)
    assert foot(highway="motorway") == (0, 0)
    assert foot(highway="motorway", foot="yes") == (WALK, WALK)
    assert foot(highway="trunk", motorroad="yes") == (0, 0)
    assert foot(highway="cycleway") == (WALK, WALK)
    assert foot(highway="cycleway", foot="no") == (0, 0)
    assert foot(highway="footway", access="no", foot="designated") == (WALK, WALK)
    assert foot(highway="residential", sidewalk="separate") == (WALK, WALK)


def test_hard_ways_are_walked_slower() -> None:
    easy, hiking = foot(highway="path")[0], foot(highway="path", sac_scale="mountain_hiking")[0]
    assert foot(highway="path", sac_scale="alpine_hiking") == (0, 0)
    assert 0 < foot(highway="steps")[0] < hiking < easy == WALK


@pytest.mark.parametrize("unbuilt", ["construction", "proposed", "abandoned", "razed", "disused"])
def test_what_is_not_there_is_not_travelled(unbuilt: str) -> None:
    assert not way_kind({"highway": unbuilt, "foot": "yes", "motor_vehicle": "yes"}, PROFILE).usable


def test_tracks_by_grade() -> None:
    grades = [car(highway="track", tracktype=f"grade{grade}")[0] for grade in range(1, 6)]
    assert grades == sorted(grades, reverse=True)
    assert grades[4] == 0 < grades[3]
    assert foot(highway="track", tracktype="grade5") == (WALK, WALK)


def test_rough_roads_and_service_roads_are_slower() -> None:
    plain = car(highway="unclassified")[0]
    assert car(highway="unclassified", surface="gravel")[0] < plain
    assert car(highway="unclassified", surface="asphalt")[0] == plain
    assert car(highway="unclassified", ford="yes")[0] < plain
    assert car(highway="service", service="parking_aisle")[0] < car(highway="service")[0]
    assert car(highway="unclassified", junction="roundabout")[0] == plain / 2
    assert car(highway="primary_link")[0] < car(highway="primary")[0]


def test_towns_are_driven_slower_unless_a_limit_is_tagged() -> None:
    kind = way_kind({"highway": "secondary"}, PROFILE)
    assert kind.car_urban[0] < kind.car[0]
    tagged = way_kind({"highway": "secondary", "maxspeed": "50"}, PROFILE)
    assert tagged.car_urban == tagged.car == (50, 50)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        ("30 mph", 30 * 1.609344),
        ("CL:urban", 50),
        ("ES:rural", 90),
        ("DE:zone:30", 30),
        ("walk", 7),
        ("none", PROFILE.car.most_kmh),
        ("80;60", 60),
        ("5 knots", 5 * 1.852),
        ("signals", None),
        ("fast", None),
        ("", None),
        ("0", None),
    ],
)
def test_speed_limits(text: str, kmh: float | None) -> None:
    assert parse_kmh(text, PROFILE) == pytest.approx(kmh)


def test_speed_limits_by_direction_and_source() -> None:
    tags = {"highway": "primary", "maxspeed": "80", "maxspeed__backward": "60"}
    assert car(**tags) == (80, 60)
    assert car(highway="primary", maxspeed="signals", source__maxspeed="CL:urban") == (50, 50)
    assert car(highway="motorway", maxspeed="none") == (PROFILE.car.most_kmh, 0)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:12", 12),
        ("1:05:30", 65.5),
        ("90", 90),
        ("PT1H30M", 90),
        ("PT45S", 0.75),
        ("P1DT2H", 1560),
        ("20 min", 20),
        ("00:00", None),
        ("soon", None),
        (None, None),
    ],
)
def test_durations(text: str | None, minutes: float | None) -> None:
    assert parse_minutes(text) == minutes


def test_ferries_carry_everybody_unless_said() -> None:
    ferry = way_kind({"route": "ferry", "duration": "00:12"}, PROFILE)
    assert (ferry.highway, ferry.minutes) == ("ferry", 12)
    assert min(*ferry.foot, *ferry.car) > 0
    assert way_kind({"route": "ferry", "motor_vehicle": "no"}, PROFILE).car == (0, 0)
    assert way_kind({"route": "ferry", "foot": "no"}, PROFILE).foot == (0, 0)


@pytest.mark.parametrize(
    ("tags", "stopped"),
    [
        ({"barrier": "gate"}, {TravelMode.CAR}),
        ({"barrier": "bollard"}, {TravelMode.CAR}),
        ({"barrier": "gate", "access": "yes"}, set()),
        ({"barrier": "gate", "motor_vehicle": "destination"}, set()),
        ({"barrier": "gate", "access": "private"}, {TravelMode.CAR, TravelMode.FOOT}),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, {TravelMode.CAR}),
        ({"barrier": "lift_gate", "foot": "no"}, {TravelMode.CAR, TravelMode.FOOT}),
        ({"barrier": "toll_booth"}, set()),
        ({"barrier": "cattle_grid"}, set()),
        ({"highway": "crossing"}, set()),
        ({"motor_vehicle": "no"}, {TravelMode.CAR}),
    ],
)
def test_what_a_node_stops(tags: dict[str, str], stopped: set[TravelMode]) -> None:
    assert set(blocked(tags, PROFILE.barrier, WORDS)) == stopped

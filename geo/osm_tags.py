"""How fast a way is walked and driven, by the tags of OpenStreetMap and a profile. Pure functions of tags."""

import math
import re
from dataclasses import dataclass

from geo.osm_access import (
    BACKWARD,
    FORWARD,
    Right,
    Tags,
    access,
    car_directions,
    foot_directions,
)
from geo.road_profile import Numbers, RoadProfile
from geo.travel import TravelMode

FERRY, PIER, TRACK = "ferry", "pier", "track"
MPH, KNOT = 1.609344, 1.852
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(km/h|kmh|kph|mph|knots)?")
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
# Not there, or not yet.
_UNBUILT = frozenset({"construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished"})
# Tags that decide anything: two ways alike in these are one kind.
TOLD = (
    "highway", "route", "oneway", "oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway:foot",
    "foot:oneway", "conveying", "junction", "access", "vehicle", "motor_vehicle", "motorcar", "foot",
    "vehicle:forward", "vehicle:backward", "motor_vehicle:forward", "motor_vehicle:backward", "motorcar:forward",
    "motorcar:backward", "foot:forward", "foot:backward", "access:forward", "access:backward", "maxspeed",
    "maxspeed:forward", "maxspeed:backward", "source:maxspeed", "maxspeed:type", "zone:maxspeed", "zone:traffic",
    "surface", "tracktype", "smoothness", "service", "sac_scale", "motorroad", "duration", "ford", "ice_road",
    "winter_road", "footway", "impassable", "status",
)  # fmt: skip

type Pair = tuple[float, float]
NEVER: Pair = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class WayKind:
    """Ways alike in every tag that counts. Speeds in km/h along and back; 0: not allowed.

    highway: the class, `ferry` for ferries. car_urban: where roads are dense. minutes: tagged duration of the
    whole way. about: words for comparing, see `group`.
    """

    highway: str
    foot: Pair
    car: Pair
    car_urban: Pair
    minutes: float | None = None
    about: str = ""

    @property
    def group(self) -> str:
        """A short name of like roads, to compare with another engine."""
        return f"{self.highway} {self.about}".strip()

    @property
    def usable(self) -> bool:
        """Whether anybody may travel it."""
        return max(*self.foot, *self.car) > 0


def way_kind(tags: Tags, profile: RoadProfile) -> WayKind:
    """What the profile makes of a way with these tags."""
    if "highway" not in tags and tags.get("route") == FERRY:
        return _ferry(tags, profile)
    highway = tags.get("highway", "")
    if highway in _UNBUILT or tags.get("status") in _UNBUILT or tags.get("impassable") == "yes":
        return WayKind(highway, NEVER, NEVER, NEVER)
    car = _car_rights(tags, profile)
    return WayKind(
        highway,
        _foot(tags, profile),
        _car(tags, profile, car, profile.car.kmh),
        _car(tags, profile, car, {**profile.car.kmh, **profile.car.urban_kmh}),
        None,
        _about(tags, profile),
    )


def _about(tags: Tags, profile: RoadProfile) -> str:
    """What is told of a way beside its class: whether its limit is tagged, and what slows it down."""
    said = ["tagged"] if limit(tags, profile, FORWARD) else []
    said += [tags[key] for key in ("service", "tracktype", "sac_scale") if key in tags]
    return " ".join([*said, *(["rough"] if _car_factor({**tags, "service": ""}, profile) < 1 else [])])


def by_class(table: Numbers, highway: str, default: float) -> float:
    """The number of a class; a link without its own has that of its class."""
    return table.get(highway, table.get(highway.removesuffix("_link"), default))


def parse_minutes(text: str | None) -> float | None:
    """Minutes of a `duration`: HH:MM, HH:MM:SS, minutes, or ISO 8601 (PT1H30M). None when unreadable or zero."""
    if text is None:
        return None
    text = text.strip()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(one or 0) for one in match.groups())
        found = hours * 60 + minutes + seconds / 60
    elif match := _ISO.fullmatch(text):
        days, hours, minutes, seconds = (int(one or 0) for one in match.groups())
        found = days * 1440 + hours * 60 + minutes + seconds / 60
    else:
        number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:min|minutes)?", text)
        found = float(number[1]) if number else 0.0
    return found or None


def parse_kmh(text: str | None, profile: RoadProfile) -> float | None:
    """km/h of a `maxspeed`: a number (km/h, mph, knots), a word of the profile, `none`; of several the least.

    None when it says nothing that can be read (`signals`, `variable`).
    """
    if text is None:
        return None
    found = [_one_kmh(one.strip().lower(), profile) for one in re.split(r"[;|]", text)]
    read = [one for one in found if one is not None and one > 0]
    return min(read, default=None)


def _one_kmh(text: str, profile: RoadProfile) -> float | None:
    if text == "none":
        return profile.car.most_kmh
    if match := _NUMBER.fullmatch(text):
        unit = {"mph": MPH, "knots": KNOT}.get(match[2] or "", 1.0)
        return float(match[1].replace(",", ".")) * unit
    place, _, word = text.rpartition(":")
    if match := re.fullmatch(r"(?:zone)?:?(\d+)", word):  # DE:zone:30, zone30
        return float(match[1])
    return profile.limits.get(f"{place}:{word}", profile.limits.get(word))


def limit(tags: Tags, profile: RoadProfile, direction: str) -> float | None:
    """The tagged speed limit in one direction, km/h; what the source or zone implies when there is no number."""
    for key in ("maxspeed" + direction, "maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed"):
        found = parse_kmh(tags.get(key), profile)
        if found is not None:
            return found
    return None


def _car_rights(tags: Tags, profile: RoadProfile) -> tuple[Right, Right]:
    """Along and back, one-ways and access together."""
    ways = car_directions(tags)
    found = [_car_right(tags, profile, direction) for direction in (FORWARD, BACKWARD)]
    along, back = (right if free else Right.NO for right, free in zip(found, ways, strict=True))
    return along, back


def _car_right(tags: Tags, profile: RoadProfile, direction: str) -> Right:
    """A class that is for cars is open unless said; any other only where a tag for vehicles opens it."""
    right, key = access(tags, TravelMode.CAR, profile.car.access, direction)
    highway = tags.get("highway", "")
    if by_class(profile.car.kmh, highway, 0) > 0:
        return Right.YES if right is Right.UNSAID else right
    opened = key not in ("", "access") and highway in profile.car.explicit_kmh
    return right if opened else Right.NO


def _car(tags: Tags, profile: RoadProfile, rights: tuple[Right, Right], kmh: Numbers) -> Pair:
    factor = _car_factor(tags, profile)
    along, back = (
        _car_kmh(tags, profile, right, kmh, direction) * factor if right > Right.NO else 0.0
        for right, direction in zip(rights, (FORWARD, BACKWARD), strict=True)
    )
    return along, back


def _car_kmh(tags: Tags, profile: RoadProfile, right: Right, kmh: Numbers, direction: str) -> float:
    car, highway = profile.car, tags.get("highway", "")
    usual = by_class(kmh, highway, car.explicit_kmh.get(highway, 0.0))
    if highway == TRACK:
        usual = car.track_kmh.get(tags.get("tracktype", ""), usual)
    tagged = limit(tags, profile, direction)
    speed = usual if tagged is None else tagged * by_class(car.limit_share, highway, 1.0)
    if tagged is None and tags.get("junction") in ("roundabout", "circular"):
        speed *= car.roundabout_factor
    return min(speed, car.most_kmh) * (car.slow_factor if right is Right.SLOW else 1.0)


def _car_factor(tags: Tags, profile: RoadProfile) -> float:
    """The worst of surface, track and smoothness, times what the kind of service road asks for."""
    car, track = profile.car, tags.get("highway") == TRACK  # the grade of a track tells of its surface
    rough = min(
        1.0 if track else car.surface.get(_first(tags.get("surface", "")), 1.0),
        1.0 if track else car.tracktype.get(tags.get("tracktype", ""), 1.0),
        car.smoothness.get(tags.get("smoothness", ""), 1.0),
        car.ford_factor if tags.get("ford", "no") not in ("no", "boat") else 1.0,
    )
    unreal = "yes" in (tags.get("ice_road"), tags.get("winter_road")) or tags.get("ford") == "boat"
    return 0.0 if unreal else rough * car.service.get(tags.get("service", ""), 1.0)


def _foot(tags: Tags, profile: RoadProfile) -> Pair:
    foot, highway = profile.foot, tags.get("highway", "")
    rights = [access(tags, TravelMode.FOOT, foot.access, way) for way in (FORWARD, BACKWARD)]
    usual = foot.highway.get(highway, 0.0)
    if tags.get("motorroad") == "yes":
        usual = 0.0
    factor = min(
        foot.sac_scale.get(tags.get("sac_scale", ""), 1.0),
        foot.surface.get(_first(tags.get("surface", "")), 1.0),
        foot.smoothness.get(tags.get("smoothness", ""), 1.0),
    )
    along, back = (
        _foot_kmh(right, key, usual) * factor * profile.walking_kmh if free else 0.0
        for (right, key), free in zip(rights, foot_directions(tags), strict=True)
    )
    return along, back


def _foot_kmh(right: Right, key: str, usual: float) -> float:
    """The factor of the class where nothing forbids it; walkers on a class not theirs need a tag for them."""
    if right is Right.NO:
        return 0.0
    return usual or (1.0 if key == "foot" else 0.0)


def _ferry(tags: Tags, profile: RoadProfile) -> WayKind:
    """Ferries carry walkers and cars both ways unless a tag says no."""
    car, _ = access(tags, TravelMode.CAR, profile.car.access)
    foot, _ = access(tags, TravelMode.FOOT, profile.foot.access)
    kmh = profile.ferry.kmh
    driven = NEVER if car is Right.NO else (kmh, kmh)
    walked = NEVER if foot is Right.NO else (kmh, kmh)
    return WayKind(FERRY, walked, driven, driven, parse_minutes(tags.get("duration")))


def _first(value: str) -> str:
    """The first of several values: what most of the way is like."""
    return value.split(";")[0].strip() if value else ""


def seconds_per_metre(kmh: float) -> float:
    """Infinite for a speed of zero."""
    return 3.6 / kmh if kmh > 0 else math.inf

"""Who may travel along a way or pass a node, by the tags of OpenStreetMap. Pure functions of tags."""

from collections.abc import Iterator, Mapping
from enum import IntEnum

from geo.road_profile import AccessWords, BarrierProfile
from geo.travel import TravelMode

type Tags = Mapping[str, str]

# Most particular first: a car is a motor vehicle is a vehicle; walkers are none of these.
KEYS = {
    TravelMode.CAR: ("motorcar", "motor_vehicle", "vehicle", "access"),
    TravelMode.FOOT: ("foot", "access"),
}
FORWARD, BACKWARD = ":forward", ":backward"
_ALONG = frozenset({"yes", "true", "1"})
_AGAINST = frozenset({"-1", "reverse"})
_BOTH = frozenset({"no", "false", "0", "alternating"})
_ROUND = frozenset({"roundabout", "circular"})
_MOTORWAY = frozenset({"motorway", "motorway_link"})


class Right(IntEnum):
    """What a tag says: nothing, not at all, only to arrive or leave there, free to pass."""

    UNSAID = -1
    NO = 0
    SLOW = 1
    YES = 2


def right_of(value: str | None, words: AccessWords) -> Right:
    """The right that one value gives; of several (`agricultural;destination`) the widest."""
    if value is None:
        return Right.UNSAID
    rights = [_word(one.strip(), words) for one in value.split(";")]
    return max(rights)


def _word(word: str, words: AccessWords) -> Right:
    if word in words.allowed:
        return Right.YES
    if word in words.slow:
        return Right.SLOW
    return Right.NO if word in words.denied else Right.UNSAID


def access(tags: Tags, mode: TravelMode, words: AccessWords, direction: str = "") -> tuple[Right, str]:
    """What the tags say for a mode, and the key that said it ("" when none does).

    direction: ":forward" or ":backward"; a value for it goes before the general one of the same key.
    """
    for key in KEYS[mode]:
        for name in (key + direction, key) if direction else (key,):
            right = right_of(tags.get(name), words)
            if right is not Right.UNSAID:
                return right, key
    return Right.UNSAID, ""


def car_directions(tags: Tags) -> tuple[bool, bool]:
    """Whether cars may go along and back, by one-way tags alone.

    reversible: neither, for nobody can tell when. Roundabouts and motorways go along unless tagged.
    """
    for key in ("oneway:motorcar", "oneway:motor_vehicle", "oneway:vehicle", "oneway"):
        value = tags.get(key)
        if value in _ALONG:
            return True, False
        if value in _AGAINST:
            return False, True
        if value in _BOTH:
            return True, True
        if value == "reversible":
            return False, False
    along = tags.get("junction") in _ROUND or tags.get("highway") in _MOTORWAY
    return True, not along


def foot_directions(tags: Tags) -> tuple[bool, bool]:
    """Whether walkers may go along and back: only a tag for them, or a moving stair, says no."""
    value = tags.get("oneway:foot") or tags.get("foot:oneway")
    moving = tags.get("conveying")
    if value in _ALONG or moving == "forward":
        return True, False
    if value in _AGAINST or moving == "backward":
        return False, True
    return True, True


def blocked(
    tags: Tags, barriers: BarrierProfile, words: Mapping[TravelMode, AccessWords]
) -> Iterator[TravelMode]:
    """The modes that a node with these tags stops. A tag for the mode goes before what the barrier implies.

    `locked=yes` closes a gate for cars that no tag lets through.
    """
    stops = {TravelMode.CAR: barriers.car, TravelMode.FOOT: barriers.foot}
    for mode, values in stops.items():
        right, _ = access(tags, mode, words[mode])
        if right is Right.NO or (right is Right.UNSAID and tags.get("barrier") in values):
            yield mode

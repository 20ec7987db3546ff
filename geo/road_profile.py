"""What the builder of a road network believes of roads: speeds, factors, words of access tags. Read from TOML.

The default lies in `fixtures/network/profile.toml`; a country lays its own file over it
(`fixtures/country/<code>/roads.toml`): tables are merged key by key, lists and numbers are replaced.
"""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from geo.errors import NetworkError

type Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AccessWords:
    """Values of access tags. allowed: free to pass. slow: only to arrive or leave there. denied: not at all."""

    allowed: tuple[str, ...]
    slow: tuple[str, ...]
    denied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarProfile:
    """Driving. kmh: by highway class where no limit is tagged. Factors multiply speeds.

    urban_kmh: instead of kmh where roads are dense. limit_share: driven share of a tagged limit, by class.
    explicit_kmh: classes that are driven only where a tag for vehicles opens them. tracktype, surface,
    smoothness, service: factors, 0 forbids. slow_factor: where access is only to arrive or leave.
    roundabout_factor, ford_factor: on roundabouts without a limit, through fords.
    waits: seconds at the end of a piece where three or more roads meet: by class of the piece, `signals` where
    there are traffic lights, `lights` for each one on the piece itself, `turn` for each second of the slightest
    turn possible. most_kmh: nobody is reckoned faster.
    """

    access: AccessWords
    kmh: Numbers
    urban_kmh: Numbers
    explicit_kmh: Numbers
    track_kmh: Numbers
    limit_share: Numbers
    tracktype: Numbers
    surface: Numbers
    smoothness: Numbers
    service: Numbers
    slow_factor: float
    roundabout_factor: float
    ford_factor: float
    most_kmh: float
    waits: Numbers


@dataclass(frozen=True, slots=True)
class FootProfile:
    """Walking. highway, sac_scale, tracktype, surface: factors on the walking speed, 0 forbids.

    waits: seconds to cross where three or more roads meet, by class of the piece walked, and `signals`.
    """

    access: AccessWords
    highway: Numbers
    sac_scale: Numbers
    surface: Numbers
    smoothness: Numbers
    waits: Numbers


@dataclass(frozen=True, slots=True)
class FerryProfile:
    """Ferries without a tagged duration: kmh; boarding_seconds are added once at each crossing."""

    kmh: float
    boarding_seconds: float


@dataclass(frozen=True, slots=True)
class BarrierProfile:
    """Barrier values that stop a mode unless an access tag on the node lets it pass."""

    car: tuple[str, ...]
    foot: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoadProfile:
    """One whole profile. version: as declared, with a digest of every number in it.

    limits: km/h of words in `maxspeed` (`walk`, and the part after the colon of `CL:urban`). urban_km: kilometres
    of road in a square kilometre from which a place counts as urban.
    """

    version: str
    walking_kmh: float
    urban_km: float
    limits: Numbers
    car: CarProfile
    foot: FootProfile
    ferry: FerryProfile
    barrier: BarrierProfile


def load_profile(*paths: Path) -> RoadProfile:
    """The profile of these files, later ones over earlier ones.

    Raises NetworkError for a file that cannot be read, an unknown or missing key, or a value of another kind.
    """
    if not paths:
        raise NetworkError("no road profile was named: give at least fixtures/network/profile.toml")
    merged: dict[str, Any] = {}
    names = " + ".join(path.name for path in paths)
    for path in paths:
        merged = _over(merged, _toml(path))
    digest = hashlib.sha256(json.dumps(merged, sort_keys=True).encode()).hexdigest()[:8]
    profile: RoadProfile = _read(RoadProfile, merged, names, "")
    return replace(profile, version=f"{profile.version}-{digest}")


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise NetworkError(f"{path} cannot be read ({error}): name an existing road profile") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise NetworkError(f"{path} is not TOML in UTF-8 ({error}): mend that line") from error


def _over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in top.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _read(kind: type, values: object, names: str, where: str) -> Any:
    """A dataclass from a table; complains of the first key that is too much, missing or of another kind."""
    if not isinstance(values, dict):
        raise NetworkError(f"{names}: `{where.removesuffix('.')}` must be a table")
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}
    if wrong := sorted(known ^ set(values)):
        said = "is missing" if wrong[0] in known else "is not known: mend its spelling or remove it"
        raise NetworkError(f"{names}: `{where}{wrong[0]}` {said}")
    return kind(**{name: _value(hints[name], values[name], names, where + name) for name in known})


def _value(hint: Any, value: object, names: str, where: str) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        return _read(hint, value, names, where + ".")
    if get_origin(hint) is tuple or hint is str:
        return _words(hint, value, names, where)
    if hint is float:
        return _number(value, names, where)
    if not isinstance(value, dict):
        raise NetworkError(f"{names}: `{where}` must be a table of numbers")
    return {key: _number(one, names, f"{where}.{key}") for key, one in value.items()}


def _words(hint: Any, value: object, names: str, where: str) -> Any:
    if hint is str:
        if isinstance(value, str) and value:
            return value
        raise NetworkError(f"{names}: `{where}` must be a text")
    if isinstance(value, list) and all(isinstance(one, get_args(hint)[0]) for one in value):
        return tuple(value)
    raise NetworkError(f"{names}: `{where}` must be a list of words")


def _number(value: object, names: str, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6:
        return float(value)
    raise NetworkError(f"{names}: `{where}` must be a number of zero or more, not {value!r}")

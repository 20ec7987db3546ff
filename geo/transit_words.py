"""The words of a journey by public transport, in each language: templates only."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.errors import GeoError


@dataclass(frozen=True)
class Words:
    """Templates of one language. vehicles: by route_type of GTFS, the basic and the extended ones by hundreds."""

    walk_to_stop: str
    walk_to_end: str
    ride: str
    towards: str
    next_day: str
    stops: tuple[str, str]
    vehicle: str
    vehicles: Mapping[int, str]
    comma: str

    def metres(self, metres: float) -> str:
        """A length as it is said: 350 m, 1,2 km."""
        if metres < 995:
            return f"{max(round(metres, -1), 10):.0f} m"
        return f"{metres / 1000:.1f} km".replace(".", self.comma)

    def named(self, kind: int) -> str:
        """The vehicle of a route_type."""
        return self.vehicles.get(kind if kind < 100 else kind // 100 * 100, self.vehicle)


# Extended route types: https://developers.google.com/transit/gtfs/reference/extended-route-types
_ES = {
    0: "el tranvía", 1: "el metro", 2: "el tren", 3: "el bus", 4: "la lancha o transbordador", 5: "el tranvía",
    6: "el teleférico", 7: "el funicular", 11: "el trolebús", 12: "el monorriel",
    100: "el tren", 200: "el bus", 400: "el metro", 700: "el bus", 800: "el trolebús", 900: "el tranvía",
    1000: "la lancha o transbordador", 1200: "la lancha o transbordador", 1300: "el teleférico",
    1400: "el funicular", 1500: "el colectivo",
}  # fmt: skip
_EN = {
    0: "the tram", 1: "the metro", 2: "the train", 3: "the bus", 4: "the ferry", 5: "the cable tram",
    6: "the cable car", 7: "the funicular", 11: "the trolleybus", 12: "the monorail",
    100: "the train", 200: "the coach", 400: "the metro", 700: "the bus", 800: "the trolleybus", 900: "the tram",
    1000: "the ferry", 1200: "the ferry", 1300: "the cable car", 1400: "the funicular", 1500: "the shared taxi",
}  # fmt: skip

_LANGUAGES = {
    "es": Words(
        walk_to_stop="Camina {metres} hasta la parada {stop}.",
        walk_to_end="Camina {metres} hasta tu destino.",
        ride="A las {departs}{day} toma {vehicle}{line}{towards} en {start} y baja en {end} a las {arrives} ({stops}).",
        towards=" hacia {headsign}",
        next_day=" del día siguiente",
        stops=("1 parada", "{count} paradas"),
        vehicle="el transporte",
        vehicles=MappingProxyType(_ES),
        comma=",",
    ),
    "en": Words(
        walk_to_stop="Walk {metres} to the stop {stop}.",
        walk_to_end="Walk {metres} to your destination.",
        ride="At {departs}{day} take {vehicle}{line}{towards} at {start} and get off at {end} at {arrives} ({stops}).",
        towards=" towards {headsign}",
        next_day=" the next day",
        stops=("1 stop", "{count} stops"),
        vehicle="the service",
        vehicles=MappingProxyType(_EN),
        comma=".",
    ),
}


def words(language: str) -> Words:
    """The words of es or en. Raises GeoError for another language."""
    if language not in _LANGUAGES:
        raise GeoError(f"directions are written in {', '.join(_LANGUAGES)}, not in {language!r}")
    return _LANGUAGES[language]

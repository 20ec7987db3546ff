"""Errors of geometry and travel."""


class GeoError(ValueError):
    """Something about a position or a trip that cannot be right."""


class PositionError(GeoError):
    """A coordinate that is not finite, out of range, or unreadable."""


class CrsError(GeoError):
    """A coordinate reference system that is not named well enough to be used."""


class AreaError(GeoError):
    """An administrative area, or its code, that cannot be used as given."""


class NetworkError(GeoError):
    """A road network, a timetable or routing tiles that cannot be read, built or used; the text says the mend."""


class NoTripError(GeoError):
    """A trip was asked for where there is none."""

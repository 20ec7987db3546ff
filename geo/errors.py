"""Errors of geometry and travel."""


class GeoError(ValueError):
    """Something about a position or a trip that cannot be right."""


class PositionError(GeoError):
    """A coordinate that is not finite, out of range, or unreadable."""


class CrsError(GeoError):
    """A coordinate reference system that is not named well enough to be used."""


class AreaError(GeoError):
    """An administrative area, or its code, that cannot be used as given."""

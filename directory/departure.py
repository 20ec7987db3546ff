"""Where and when a question starts: shared by referrals, routes and areas."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from directory.errors import QuestionError
from directory.places import PlaceAnswer, find_places, place_in
from directory.territory import Territory
from geo.points import LonLat

# Years in which civil time can be reckoned without leaving what a clock can say.
YEARS = range(1970, 2200)


def find_start(
    session: Session, territory: Territory, origin: LonLat | None, place: str | None
) -> PlaceAnswer:
    """The places that a start may mean: exactly one for a position, else what the text names."""
    if origin is not None:
        return PlaceAnswer("one", [place_in(territory, origin)])
    return find_places(session, place or "")


def local_moment(moment: datetime, zone: ZoneInfo, field: str) -> datetime:
    """A moment in the zone of the place: local time when it is said without an offset.

    Raises QuestionError, naming the field, for a year that no clock can say.
    """
    if moment.year not in YEARS:
        raise QuestionError("Esa hora está demasiado lejos de hoy.", field=field)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)

"""Words for openings, trips, distances, days and phones: tables of cases."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from geo.travel import TravelMode, Trip
from geo.units import Metres, Minutes
from web import wording
from web.wording import OpeningKind, Phone

SANTIAGO = ZoneInfo("America/Santiago")
PUNTA_ARENAS = ZoneInfo("America/Punta_Arenas")
COYHAIQUE = ZoneInfo("America/Coyhaique")
EASTER = ZoneInfo("Pacific/Easter")
REGULAR, VISIT = OpeningKind.REGULAR, OpeningKind.VISIT


def at(text: str, zone: ZoneInfo = SANTIAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# Now is Sunday 22 November 2026, 10:00 in Santiago.
NOW = at("2026-11-22T10:00")


@pytest.mark.parametrize(
    ("start", "end", "kind", "words"),
    [
        ("2026-11-22T09:00", "2026-11-22T17:30", REGULAR, "Abierto, cierra a las 17:30"),
        ("2026-11-22T10:00", "2026-11-22T13:00", REGULAR, "Abierto, cierra a las 13:00"),
        ("2026-11-22T09:00", "2026-11-23T00:00", REGULAR, "Abierto, cierra a medianoche"),
        ("2026-11-22T09:00", "2026-11-23T01:00", REGULAR, "Abierto, cierra mañana a la 1:00"),
        ("2026-11-22T09:00", "2026-11-23T02:30", REGULAR, "Abierto, cierra mañana a las 2:30"),
        ("2026-11-22T00:00", "2026-11-23T00:00", REGULAR, "Abierto las 24 horas"),
        ("2026-11-01T00:00", "2026-12-01T00:00", REGULAR, "Abierto las 24 horas"),
        ("2026-11-22T10:01", "2026-11-22T13:00", REGULAR, "Cerrado, abre hoy a las 10:01"),
        ("2026-11-22T15:00", "2026-11-22T18:00", REGULAR, "Cerrado, abre hoy a las 15:00"),
        ("2026-11-23T08:30", "2026-11-23T18:00", REGULAR, "Cerrado, abre mañana a las 8:30"),
        ("2026-11-24T08:30", "2026-11-24T18:00", REGULAR, "Cerrado, abre el martes a las 8:30"),
        ("2026-11-28T09:05", "2026-11-28T18:00", REGULAR, "Cerrado, abre el sábado a las 9:05"),
        (
            "2026-11-29T08:30",
            "2026-11-29T18:00",
            REGULAR,
            "Cerrado, abre el domingo 29 de noviembre a las 8:30",
        ),
        (
            "2027-01-04T08:30",
            "2027-01-04T18:00",
            REGULAR,
            "Cerrado, abre el lunes 4 de enero de 2027 a las 8:30",
        ),
        ("2026-11-22T08:00", "2026-11-22T10:00", REGULAR, "Cerrado. Llama para saber el horario"),
        ("2026-11-22T09:00", "2026-11-22T12:00", VISIT, "Atiende ahora, hasta las 12:00"),
        (
            "2026-11-22T11:00",
            "2026-11-22T12:00",
            VISIT,
            "Pasa hoy, domingo 22 de noviembre, de 11:00 a 12:00",
        ),
        (
            "2026-11-23T10:00",
            "2026-11-23T12:00",
            VISIT,
            "Pasa mañana, lunes 23 de noviembre, de 10:00 a 12:00",
        ),
        ("2026-11-24T10:00", "2026-11-24T12:00", VISIT, "Pasa el martes 24 de noviembre de 10:00 a 12:00"),
        (
            "2027-01-12T10:00",
            "2027-01-12T12:00",
            VISIT,
            "Pasa el martes 12 de enero de 2027 de 10:00 a 12:00",
        ),
        (
            "2026-11-24T10:00",
            "2026-11-24T12:00",
            OpeningKind.EXCEPTION,
            "Cerrado, abre el martes a las 10:00",
        ),
    ],
)
def test_open_state(start: str, end: str, kind: OpeningKind, words: str) -> None:
    assert wording.open_state(NOW, at(start), at(end), SANTIAGO, kind) == words


@pytest.mark.parametrize(
    ("start", "end", "kind", "words"),
    [
        # Today is Sunday the 22nd; the person leaves on Monday the 23rd at 9:00.
        ("2026-11-23T08:00", "2026-11-23T17:30", REGULAR, "A esa hora está abierto, cierra a las 17:30"),
        ("2026-11-23T00:00", "2026-11-24T00:00", REGULAR, "Abierto las 24 horas"),
        ("2026-11-23T10:00", "2026-11-23T17:30", REGULAR, "Abre mañana a las 10:00"),
        ("2026-11-24T08:30", "2026-11-24T17:30", REGULAR, "Abre el martes a las 8:30"),
        ("2026-11-24T10:00", "2026-11-24T12:00", VISIT, "Pasa el martes 24 de noviembre de 10:00 a 12:00"),
        (
            "2026-11-23T10:00",
            "2026-11-23T12:00",
            VISIT,
            "Pasa mañana, lunes 23 de noviembre, de 10:00 a 12:00",
        ),
    ],
)
def test_days_of_a_later_trip_are_told_from_today(
    start: str, end: str, kind: OpeningKind, words: str
) -> None:
    leave = at("2026-11-23T09:00")
    said = wording.planned_state(leave, at(start), at(end), SANTIAGO, kind, date(2026, 11, 22))
    assert said == words


def test_no_known_opening_means_call() -> None:
    assert wording.open_state(NOW, None, None, SANTIAGO, REGULAR) == "Llama para saber el horario"


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        # July: Santiago is at -4, Punta Arenas and Coyhaique stay at -3, Easter Island is at -6.
        ("2026-07-15T12:30+00:00", SANTIAGO, "Cerrado, abre hoy a las 9:00"),
        ("2026-07-15T12:30+00:00", PUNTA_ARENAS, "Abierto, cierra a las 17:00"),
        ("2026-07-15T12:30+00:00", COYHAIQUE, "Abierto, cierra a las 17:00"),
        ("2026-07-15T12:30+00:00", EASTER, "Cerrado, abre hoy a las 9:00"),
        # December: all of the continent is at -3, Easter Island at -5.
        ("2026-12-15T12:30+00:00", SANTIAGO, "Abierto, cierra a las 17:00"),
        ("2026-12-15T12:30+00:00", EASTER, "Cerrado, abre hoy a las 9:00"),
        # 23:30 on the island is already the next day in Santiago.
        ("2026-12-16T04:30+00:00", EASTER, "Cerrado, abre mañana a las 9:00"),
    ],
)
def test_the_zone_of_the_place_decides(moment: str, zone: ZoneInfo, words: str) -> None:
    now = datetime.fromisoformat(moment)
    day = "2026-07-15" if "07-15" in moment else "2026-12-15" if "12-15" in moment else "2026-12-16"
    start, end = (at(f"{day}T{hour}:00", zone).astimezone(UTC) for hour in ("09", "17"))
    assert wording.open_state(now, start, end, zone, REGULAR) == words


def test_a_night_across_the_clock_change_keeps_the_wall_clock() -> None:
    # Santiago goes from -4 to -3 in the night to 6 September 2026.
    now, start = at("2026-09-05T22:00"), at("2026-09-05T20:00")
    assert wording.open_state(now, start, at("2026-09-06T08:00"), SANTIAGO, REGULAR) == (
        "Abierto, cierra mañana a las 8:00"
    )


def test_a_moment_without_offset_is_refused() -> None:
    naive = datetime(2026, 11, 22, 10)
    with pytest.raises(ValueError, match="offset"):
        wording.open_state(naive, NOW, NOW, SANTIAGO, REGULAR)


@pytest.mark.parametrize(
    ("minutes", "estimated", "mode", "words"),
    [
        (12.4, False, TravelMode.CAR, "12 min en auto"),
        (0.2, False, TravelMode.FOOT, "1 min a pie"),
        (60, False, TravelMode.TRANSIT, "1 h en transporte público"),
        (95, False, TravelMode.CAR, "1 h 35 min en auto"),
        (12, True, TravelMode.CAR, "6 a 25 min en auto (estimado)"),
        (1, True, TravelMode.FOOT, "1 a 2 min a pie (estimado)"),
        (60, True, TravelMode.CAR, "30 min a 2 h en auto (estimado)"),
        (125, True, TravelMode.CAR, "1 h a 4 h 10 min en auto (estimado)"),
    ],
)
def test_minutes(minutes: float, estimated: bool, mode: TravelMode, words: str) -> None:
    least, most = (minutes / 2, minutes * 2) if estimated else (minutes, minutes)
    trip = Trip(Minutes(minutes), Metres(1), "test", estimated, Minutes(least), Minutes(most))
    assert wording.minutes_text(trip, mode) == words


def test_a_usual_trip_is_told_beside_an_unusual_one() -> None:
    trip = Trip(Minutes(50), Metres(1), "timetable", False, Minutes(30), Minutes(50), typical=Minutes(32))
    assert (
        wording.minutes_text(trip, TravelMode.TRANSIT) == "50 min en transporte público; suele tomar 32 min"
    )


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (3, "10 m"),
        (444, "440 m"),
        (949, "950 m"),
        (950, "1 km"),
        (9_440, "9,4 km"),
        (20_400, "20 km"),
        (1_234_567, "1.235 km"),
    ],
)
def test_distance(metres: float, words: str) -> None:
    assert wording.distance_text(Metres(metres)) == words


@pytest.mark.parametrize(
    ("verified", "words"),
    [
        (None, "Sin fecha de verificación"),
        (date(2026, 11, 22), "Verificado hoy"),
        (date(2026, 11, 23), "Verificado hoy"),
        (date(2026, 11, 21), "Verificado ayer"),
        (date(2026, 11, 10), "Verificado hace 12 días"),
        (date(2026, 8, 22), "Verificado hace 3 meses"),
        (date(2024, 8, 22), "Verificado hace 2 años"),
    ],
)
def test_freshness(verified: date | None, words: str) -> None:
    assert wording.verified_text(verified, date(2026, 11, 22)) == words


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+56 71 200 0000", Phone("+56712000000", "+56 71 200 0000")),
        ("712000000", Phone("+56712000000", "+56 71 200 0000")),
        ("600 360 7777", Phone("6003607777", "600 360 7777")),
        (" 1412 ", Phone("1412", "1412")),
        ("12", None),
        ("llamar", None),
        ("", None),
    ],
)
def test_phone(text: str, phone: Phone | None) -> None:
    assert wording.phone_of(text, {"1412": "1412"}) == phone

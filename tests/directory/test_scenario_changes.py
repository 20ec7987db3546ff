"""The changes of a scenario as JSON: read strictly, written back to the same."""

from datetime import date, time
from typing import Any
from uuid import UUID

import pytest

from directory.coverage_terms import Change, ChangeKind
from directory.errors import QuestionError
from directory.scenario_changes import MOST_DAYS, read_changes, written_changes
from geo.points import LonLat

OFFER = UUID(int=7)
MONDAY = date(2026, 9, 7)
HERE = LonLat(-71.65, -35.42)
STOP = Change(
    ChangeKind.MOBILE_STOP,
    name="Ronda",
    point=HERE,
    days=(MONDAY,),
    opens=time(9),
    closes=time(12),
)
CHANGES = (
    Change(ChangeKind.CLOSE, offer=OFFER),
    Change(ChangeKind.OPEN, name="Posta", point=HERE, hours="Mo-Fr 09:00-17:00", capacity=12.5),
    Change(ChangeKind.MOVE, offer=UUID(int=8), point=HERE),
    Change(ChangeKind.HOURS, offer=UUID(int=9), hours="24/7"),
    STOP,
)


def test_changes_are_json_and_back() -> None:
    document = written_changes(CHANGES)
    assert read_changes(document) == CHANGES
    assert document[0] == {"kind": "close", "offer": str(OFFER)}
    assert document[4] == {
        "kind": "mobile_stop", "name": "Ronda", "point": {"lon": HERE.lon, "lat": HERE.lat},
        "days": [MONDAY.isoformat()], "opens": "09:00:00", "closes": "12:00:00",
    }  # fmt: skip
    assert read_changes(b'[{"kind": "open", "name": "A", "point": {"lon": -70, "lat": -33}}]') == (
        Change(ChangeKind.OPEN, name="A", point=LonLat(-70, -33)),
    )


OPEN = {"kind": "open", "name": "A", "point": {"lon": -70, "lat": -33}}
SOME_STOP = {
    "kind": "mobile_stop", "name": "A", "point": {"lon": -70, "lat": -33}, "days": ["2026-09-07"],
    "opens": "09:00", "closes": "12:00",
}  # fmt: skip
CLOSE = {"kind": "close", "offer": str(OFFER)}
HOURS = {"kind": "hours", "offer": str(OFFER), "hours": "Mo 09:00-10:00"}
MOVE = {"kind": "move", "offer": str(OFFER), "point": {"lon": -70, "lat": -33}}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "de 1 a 50 cambios"),
        ({}, "Los cambios"),
        ("[", "Los cambios"),
        ([{}], "Cambio 1: kind"),
        ([{"kind": "burn"}], "Cambio 1: kind"),
        ([CLOSE, OPEN | {"colour": "red"}], "Cambio 2: colour"),
        ([OPEN | {"point": [1, 2]}], "Cambio 1: point"),
        ([OPEN | {"point": {"lon": -70, "lat": 91}}], "out of range"),
        ([OPEN | {"point": {"lon": float("inf"), "lat": 0}}], "no se pueden guardar"),
        ([OPEN | {"capacity": -1}], "Cambio 1: capacity"),
        ([OPEN | {"capacity": "12"}], "Cambio 1: capacity"),
        ([OPEN | {"offer": str(OFFER)}], r"\(abrir\): no lleva offer"),
        ([{"kind": "open"}], r"\(abrir\): falta name, point"),
        ([{"kind": "close"}], r"\(cerrar\): falta offer"),
        ([CLOSE | {"offer": "x"}], "Cambio 1: offer"),
        ([CLOSE | {"hours": "24/7"}], "no lleva hours"),
        ([OPEN | {"name": " "}], "el nombre va"),
        ([OPEN | {"name": "a\nb"}], "el nombre va"),
        ([HOURS | {"hours": "lunes"}], r"\(cambiar horario\): El horario «lunes»"),
        ([HOURS | {"hours": "off"}], "no abre nunca"),
        ([HOURS | {"hours": "\0"}], "no abre nunca"),
        ([SOME_STOP | {"days": []}], "falta days"),
        ([SOME_STOP | {"days": ["2026-02-30"]}], "Cambio 1: days.0"),
        ([SOME_STOP | {"days": ["2026-09-07", "2026-09-07"]}], "cada uno una vez"),
        ([SOME_STOP | {"days": [str(date.fromordinal(740_000 + n)) for n in range(MOST_DAYS + 1)]}], "a lo más"),
        ([SOME_STOP | {"opens": "12:00"}], "abre después de cerrar"),
        ([SOME_STOP | {"opens": "09:00Z"}], "Cambio 1: opens"),
        ([CLOSE, CLOSE], "Cambio 2 .*contradice"),
        ([HOURS, CLOSE], "Cambio 2 .*contradice"),
        ([CLOSE, MOVE], "Cambio 2 .*contradice"),
        ([HOURS, MOVE | {"hours": "24/7"}], "segundo horario"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_name(document: Any, words: str) -> None:
    with pytest.raises(QuestionError, match=words) as caught:
        read_changes(document)
    assert caught.value.field == "changes"

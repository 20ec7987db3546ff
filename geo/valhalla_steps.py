"""Valhalla's maneuvers as sentences.

In English they are Valhalla's own. Its Spanish ones say "usted", send walkers over "la calzada" and take "la
salida 2.º", so the Spanish ones are made here from the kind of each maneuver. Names of streets are put in as
they are; whoever shows them escapes them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from geo.travel import Step
from geo.units import Metres, Minutes

# Our languages, and the names Valhalla has for them.
LANGUAGES = {"es": "es-ES", "en": "en-US"}

# Kinds of maneuvers: https://valhalla.github.io/valhalla/api/turn-by-turn/api-reference/ ("maneuver type").
_STARTS = frozenset({1, 2, 3})
_ROUNDABOUT, _ROUNDABOUT_END = 26, 27
_EXITS = frozenset({20, 21})
_FERRY, _FERRY_END = 28, 29
_MERGES = frozenset({25, 37, 38})
_RENAMED = 7
_PLAIN: Mapping[int, str] = {
    4: "Has llegado",
    5: "Tu destino está a la derecha",
    6: "Tu destino está a la izquierda",
    39: "Toma el ascensor",
    40: "Usa las escaleras",
    41: "Usa la escalera mecánica",
    42: "Entra en el edificio",
    43: "Sal del edificio",
}
_ALONG: Mapping[int, str] = {
    8: "Continúa",
    9: "Gira un poco a la derecha",
    10: "Gira a la derecha",
    11: "Gira cerrado a la derecha",
    12: "Da la vuelta por la derecha",
    13: "Da la vuelta por la izquierda",
    14: "Gira cerrado a la izquierda",
    15: "Gira a la izquierda",
    16: "Gira un poco a la izquierda",
    17: "Sigue recto por el acceso",
    18: "Toma el acceso de la derecha",
    19: "Toma el acceso de la izquierda",
    22: "Sigue recto",
    23: "Mantente a la derecha",
    24: "Mantente a la izquierda",
    27: "Sal de la rotonda",
}
# What Valhalla calls ways without a name in Spanish (one is left in English), and what people call them.
_NAMELESS = {
    "la calzada": "el camino peatonal",
    "el carril bici": "la ciclovía",
    "el sendero para bicicletas de montaña": "el sendero",
    "the crosswalk": "el paso de peatones",
    "las escaleras": "las escaleras",
    "el puente": "el puente",
    "el túnel": "el túnel",
}
_CARDINALS = ("norte", "noreste", "este", "sureste", "sur", "suroeste", "oeste", "noroeste")


def steps(maneuvers: Sequence[Mapping[str, Any]], language: str) -> tuple[Step, ...]:
    """The steps of a way, in "es" or "en". A roundabout is one step: to leave it is told when entering."""
    made: list[Step] = []
    entered: Mapping[str, Any] | None = None
    for one in maneuvers:
        minutes, metres = one["time"] / 60, one["length"] * 1000
        if entered is not None and one["type"] == _ROUNDABOUT_END and entered.get("roundabout_exit_count"):
            last = made.pop()
            minutes, metres = minutes + last.minutes, metres + last.metres
            text = spanish(entered, one) if language == "es" else last.text
        else:
            text = spanish(one) if language == "es" else str(one["instruction"])
        entered = one if one["type"] == _ROUNDABOUT else None
        made.append(Step(text, Minutes(minutes), Metres(metres)))
    return tuple(made)


def spanish(maneuver: Mapping[str, Any], leaving: Mapping[str, Any] | None = None) -> str:
    """One maneuver as a sentence in Spanish, with "tú". leaving: how the roundabout that it enters is left."""
    kind = maneuver["type"]
    if kind in _PLAIN:
        return f"{_PLAIN[kind]}."
    left = f"{_along(leaving)}{_toward(leaving)}" if leaving else _toward(maneuver)
    return f"{_spanish(kind, maneuver)}{left}."


def _spanish(kind: int, maneuver: Mapping[str, Any]) -> str:
    along, names = _along(maneuver), _names(maneuver)
    if kind in _STARTS:
        walked = maneuver.get("travel_mode") == "pedestrian"
        return f"{'Camina' if walked else 'Conduce'} hacia el {_cardinal(maneuver)}{along}"
    if kind == _ROUNDABOUT:
        count = maneuver.get("roundabout_exit_count")
        return f"En la rotonda, toma la {count}.ª salida" if count else "Entra en la rotonda"
    if kind in _EXITS:
        side = "derecha" if kind == 20 else "izquierda"
        return f"Toma la salida{_sign(maneuver, 'exit_number_elements')} de la {side}{along}"
    if kind in _MERGES:
        return f"Incorpórate a {names}" if names else "Incorpórate a la vía"
    return _other(kind, maneuver, along, names)


def _other(kind: int, maneuver: Mapping[str, Any], along: str, names: str) -> str:
    if kind == _RENAMED:
        return f"La vía pasa a llamarse {names}" if names else "Continúa"
    if kind == _FERRY:
        return f"Toma el transbordador {names}".rstrip()
    if kind == _FERRY_END:
        return f"Baja del transbordador y sigue hacia el {_cardinal(maneuver)}{along}"
    return f"{_ALONG.get(kind, 'Continúa')}{along}"


def _names(maneuver: Mapping[str, Any]) -> str:
    # A street that changes its name on the way: the name where the turn is made.
    return " / ".join(maneuver.get("begin_street_names") or maneuver.get("street_names") or ())


def _along(maneuver: Mapping[str, Any]) -> str:
    names = _names(maneuver)
    if not names:
        said = str(maneuver.get("instruction", ""))
        names = next((ours for theirs, ours in _NAMELESS.items() if said.endswith(f" {theirs}.")), "")
    return f" por {names}" if names else ""


def _toward(maneuver: Mapping[str, Any]) -> str:
    towns = _sign(maneuver, "exit_toward_elements")
    return f" en dirección a{towns}" if towns else ""


def _sign(maneuver: Mapping[str, Any], part: str) -> str:
    """What a sign says, with a blank before it; nothing when there is no sign."""
    said = " / ".join(str(one["text"]) for one in maneuver.get("sign", {}).get(part, ()))
    return f" {said}" if said else ""


def _cardinal(maneuver: Mapping[str, Any]) -> str:
    return _CARDINALS[round(maneuver.get("bearing_after", 0) / 45) % 8]

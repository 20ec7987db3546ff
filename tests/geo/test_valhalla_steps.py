"""Valhalla's maneuvers as sentences."""

import pytest

from geo.valhalla_steps import spanish, steps


@pytest.mark.parametrize(
    ("maneuver", "said"),
    [
        ({"type": 10, "street_names": ["A", "B 2"]}, "Gira a la derecha por A / B 2."),
        ({"type": 10, "instruction": "Gire a la derecha hacia la calzada."},
         "Gira a la derecha por el camino peatonal."),
        ({"type": 15, "instruction": "Gire a la izquierda hacia the crosswalk."},
         "Gira a la izquierda por el paso de peatones."),
        ({"type": 2, "bearing_after": 350, "travel_mode": "drive"}, "Conduce hacia el norte."),
        ({"type": 7, "street_names": ["Nueva"]}, "La vía pasa a llamarse Nueva."),
        ({"type": 20, "sign": {"exit_number_elements": [{"text": "12B"}],
                               "exit_toward_elements": [{"text": "Lebu"}, {"text": "Arauco"}]}},
         "Toma la salida 12B de la derecha en dirección a Lebu / Arauco."),
        ({"type": 25}, "Incorpórate a la vía."),
        ({"type": 28}, "Toma el transbordador."),
        ({"type": 29, "bearing_after": 90}, "Baja del transbordador y sigue hacia el este."),
        ({"type": 4}, "Has llegado."),
        ({"type": 99, "street_names": ["X"]}, "Continúa por X."),
    ],
)  # fmt: skip
def test_spanish_sentences(maneuver: dict[str, object], said: str) -> None:
    assert spanish(maneuver) == said


def test_a_roundabout_is_one_step() -> None:
    enter = {"type": 26, "roundabout_exit_count": 2, "instruction": "Enter and take the 2nd exit onto CG-2.",
             "street_names": ["Rotonda"], "time": 6, "length": 0.05}  # fmt: skip
    leave = {
        "type": 27,
        "street_names": ["CG-2"],
        "instruction": "Exit onto CG-2.",
        "time": 54,
        "length": 0.95,
    }
    (one,) = steps([enter, leave], "es")
    assert one.text == "En la rotonda, toma la 2.ª salida por CG-2."
    assert (one.minutes, one.metres) == (pytest.approx(1.0), pytest.approx(1000))
    assert [it.text for it in steps([enter, leave], "en")] == ["Enter and take the 2nd exit onto CG-2."]

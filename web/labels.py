"""Spanish words for codes: kinds, facilities, modes, rungs of the position ladder."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "treatment": "Centro de tratamiento",
    "health": "Centro de salud",
    "branch": "Sucursal",
    "mobile_office": "Oficina móvil",
    "mobile_pay_point": "Punto de pago móvil",
    "urban_pay_point": "Sucursal de pago",
}
FACILITIES: Mapping[str, str] = {
    "ramp": "rampa",
    "step_free": "entrada sin escalones",
    "adapted_toilet": "baño accesible",
    "lift": "ascensor",
    "parking": "estacionamiento accesible",
    "sign_language_video": "lengua de señas por video",
    "hearing_loop": "bucle auditivo",
    "braille": "señales en braille",
    "tactile_paving": "guía podotáctil",
    "preferential_attention": "atención preferente",
}
MODES: Mapping[str, str] = {"car": "En auto", "transit": "En transporte público", "foot": "A pie"}
RANKS: Mapping[str, str] = {"soonest": "donde te atienden antes", "nearest": "el viaje más corto"}
TIMES: Mapping[str, str] = {"now": "Ahora", "tomorrow": "Mañana en la mañana", "at": "Otro día"}
POSITIONS: Mapping[str, str] = {
    "locality": "Ubicación aproximada: el centro de la localidad",
    "comuna_seat": "Ubicación aproximada: el centro de la comuna",
}
RESERVED = "Dirección reservada: llama para coordinar"
UNPLACED = "No sabemos el punto exacto: llama antes de ir"
RESERVED_NEAR = "Dirección reservada: contamos hasta el centro de la comuna. Llama antes de ir."
# What the first page offers to tick: code of the need, words. The full taxonomy answers to free words.
NEEDS: Mapping[str, str] = {
    "treatment": "Tratamiento por alcohol u otras drogas",
    "social_security.pension_payment": "Cobrar la pensión",
    "social_security.applications": "Hacer un trámite",
    "health": "Atención de salud",
}
# What a trip is counted from, when the place is not a point: the centre of what, and what would be better.
ORIGINS: Mapping[str, tuple[str, str]] = {
    "locality": ("de la localidad", ""),
    "comuna": ("de la comuna", ""),
    "province": ("de la provincia", "Escribe tu comuna para acertar más."),
    "region": ("de la región", "Escribe tu comuna para acertar más."),
}


def origin_words(precision: str, not_understood: str | None = None) -> str:
    """What the trips are counted from, and what part of the place's text was not understood."""
    centre, better = ORIGINS.get(precision, ("", ""))
    if not centre:
        return f"No conocemos «{not_understood}»." if not_understood else ""
    if not_understood:
        return f"No conocemos «{not_understood}»: contamos desde el centro {centre}."
    return f"Contamos desde el centro {centre}. {better}".strip()

"""Words for codes: kinds, facilities, modes, rungs of the position ladder. In the language of the request."""

from directory.needs import Need
from web.language import InBoth, Texts, noop
from web.language import gettext as _

KINDS = Texts(
    {
        "treatment": noop("Centro de tratamiento"),
        "health": noop("Centro de salud"),
        "branch": noop("Sucursal"),
        "mobile_office": noop("Oficina móvil"),
        "mobile_pay_point": noop("Punto de pago móvil"),
        "urban_pay_point": noop("Sucursal de pago"),
    }
)
FACILITIES = Texts(
    {
        "ramp": noop("rampa"),
        "step_free": noop("entrada sin escalones"),
        "adapted_toilet": noop("baño accesible"),
        "lift": noop("ascensor"),
        "parking": noop("estacionamiento accesible"),
        "sign_language_video": noop("lengua de señas por video"),
        "hearing_loop": noop("bucle para audífonos"),
        "braille": noop("señales en braille"),
        "tactile_paving": noop("guía táctil en el suelo"),
        "preferential_attention": noop("atención preferente"),
    }
)
MODES = Texts({"car": noop("En auto"), "transit": noop("En transporte público"), "foot": noop("A pie")})
RANKS = Texts({"soonest": noop("donde te atienden antes"), "nearest": noop("el viaje más corto")})
TIMES = Texts({"now": noop("Ahora"), "tomorrow": noop("Mañana en la mañana"), "at": noop("Otro día")})
POSITIONS = Texts(
    {
        "locality": noop("Ubicación aproximada: el centro de la localidad"),
        "comuna_seat": noop("Ubicación aproximada: el centro de la comuna"),
    }
)
# What the first page offers to tick: code of the need, words. The full taxonomy answers to free words.
NEEDS = Texts(
    {
        "treatment": noop("Tratamiento por alcohol u otras drogas"),
        "social_security.pension_payment": noop("Cobrar la pensión"),
        "social_security.applications": noop("Hacer un trámite"),
        "health": noop("Atención de salud"),
    }
)
# What an area is called beside its name.
AREA_KINDS = Texts({"comuna": noop("comuna"), "province": noop("provincia"), "region": noop("región")})
# What a trip is counted from, when the place is not a point: the centre of what.
CENTRES = Texts(
    {
        "locality": noop("de la localidad"),
        "comuna": noop("de la comuna"),
        "province": noop("de la provincia"),
        "region": noop("de la región"),
    }
)
# Areas so large that a comuna would be better.
WIDE = {"province", "region"}
# What a person may be asked before it is clear that they are served: a rule of directory.eligibility, words.
DATA = Texts(
    {
        "age": noop("tu edad"),
        "sexes": noop("tu sexo"),
        "insurances": noop("tu previsión de salud"),
        "residence": noop("la comuna donde vives"),
        "pregnancy": noop("si hay embarazo o un parto reciente"),
        "conditions": noop("condiciones que te explican al llamar"),
        "referral": noop("si otro servicio te envía"),
    }
)


def reserved() -> str:
    """A protected address, where the minutes would stand."""
    return _("Dirección reservada: llama para coordinar")


def reserved_near() -> str:
    """A protected address whose minutes are counted to its comuna."""
    return _("Dirección reservada: contamos hasta el centro de la comuna. Llama antes de ir.")


def unplaced() -> str:
    """A place that nobody could find on the map."""
    return _("No sabemos el punto exacto: llama antes de ir")


def need_name(need: Need) -> str:
    """What a need is called: the taxonomy is written in both languages."""
    return str(InBoth(need.name, need.name_en))


def origin_words(precision: str, not_understood: str | None = None) -> str:
    """What the trips are counted from, and what part of the place's text was not understood."""
    if precision == "street":
        return _("Contamos desde la mitad de la calle, sin el número exacto.")
    centre = CENTRES.get(precision, "")
    if not centre:
        return _("No conocemos «%(text)s».", text=not_understood) if not_understood else ""
    if not_understood:
        return _(
            "No conocemos «%(text)s»: contamos desde el centro %(centre)s.",
            text=not_understood,
            centre=centre,
        )
    if precision in WIDE:
        return _("Contamos desde el centro %(centre)s. Escribe tu comuna para acertar más.", centre=centre)
    return _("Contamos desde el centro %(centre)s.", centre=centre)


def map_words() -> dict[str, str]:
    """What the map itself says: read by web/static/offers-layer.js, which fills in {count}."""
    return {
        "near": _("Acercar"),
        "far": _("Alejar"),
        "close": _("Cerrar"),
        "start": _("Tu punto de partida"),
        "list": _("Ver en la lista"),
        "together": _("{count} lugares juntos, acercar"),
        "credit": _("Contorno: Natural Earth · Mapa y nombres: Cercana"),
    }

"""Made-up places and view models for the tests of templates and maps. None of them exists."""

from typing import Any

from geo.points import LonLat
from geo.units import Metres
from web.present import Choice, Drop, OptionCard, Origin, PassedLine, PlaceChoice, SearchState, SearchView
from web.wording import Phone

COUNTRY: dict[str, Any] = {
    "name": "Chile",
    "helplines": [
        {"dial": "1412", "display": "1412", "label": "Fono Drogas y Alcohol, gratis, a toda hora"},
        {"dial": "101", "display": "101", "label": "ChileAtiende, trámites y pensiones"},
    ],
}
KINDS = (
    Choice("treatment", "Tratamiento"),
    Choice("branch", "Sucursal"),
    Choice("mobile_office", "Oficina móvil"),
    Choice("mobile_pay_point", "Pago móvil"),
    Choice("urban_pay_point", "Local de pago"),
    Choice("health", "Centro de salud"),
)
HOSTILE_NAMES = (
    "{{7*7}}",
    "{% raw",
    "{# nota",
    "<img src=x onerror=window.XSS=1>",
    "${window.XSS=1}",
    "</script><script>window.XSS=1</script>",
    "'\"><svg onload=window.XSS=1>",
)
FORM: dict[str, Any] = {
    "needs": (
        Choice("treatment", "Tratamiento", True),
        Choice("branch", "Sucursal"),
        Choice("payment", "Pago de pensión"),
    ),
    "modes": (Choice("car", "Auto", True), Choice("transit", "Transporte público"), Choice("foot", "A pie")),
    "times": (Choice("now", "Ahora", True), Choice("tomorrow", "Mañana")),
    "limits": (Choice("30", "30 minutos"), Choice("60", "1 hora", True), Choice("120", "2 horas")),
    "ranks": (Choice("soonest", "Me atienden antes", True), Choice("nearest", "Llego antes")),
    "accessibility": (Choice("ramp", "Rampa"), Choice("toilet", "Baño accesible")),
}
TALCA = LonLat(-71.655, -35.426)
ORIGIN = Origin(TALCA, "Talca", Metres(4000), "Medimos desde el centro de la comuna de Talca.")


def card(number: int, **changes: Any) -> OptionCard:
    """A complete card; every detail can be changed."""
    known: dict[str, Any] = {
        "number": number,
        "id": f"oferta-{number}",
        "name": f"Centro de prueba {number}",
        "organization": "Corporación de ejemplo",
        "kind": KINDS[(number - 1) % len(KINDS)].value,
        "kind_label": KINDS[(number - 1) % len(KINDS)].label,
        "minutes_text": f"{5 + number} min en auto",
        "km_text": f"{number},4 km",
        "open_state": "Abierto, cierra a las 17:30",
        "open_now": True,
        "address": f"Calle Inventada {100 + number}",
        "comuna": "Talca",
        "cost_text": "Gratis",
        "bring": ("cédula de identidad",),
        "phone": Phone("+56710000000", "+56 71 000 0000"),
        "verified_text": "Verificado hace 12 días",
        "source_text": "Datos de ejemplo",
        "page_url": f"/o/oferta-{number}",
        "position": LonLat(-71.67 + 0.011 * number, -35.45 + 0.008 * (number * 3 % 7)),
    }
    return OptionCard(**{**known, **changes})


def cards() -> tuple[OptionCard, ...]:
    """Six options, one of each kind, in different states."""
    return (
        card(1, whatsapp=Phone("+56900000000", "+56 9 0000 0000"), eligibility_text="Puedes atenderte aquí"),
        card(
            2,
            open_state="Cerrado, abre mañana a las 8:30",
            open_now=False,
            accessibility=("rampa", "baño accesible"),
        ),
        card(3, open_state="Llama para saber el horario", open_now=None, cost_text="", bring=()),
        card(4, open_state="Pasa el martes 24 de noviembre de 10:00 a 12:00", open_now=False, phone=None),
        card(5, minutes_text="unos 12 min en auto (estimado)", eligibility_text="Falta un dato: tu edad"),
        card(6, position=None, address="", precision_text="Dirección protegida: llama para que te orienten."),
    )


def results(**changes: Any) -> SearchView:
    """A search with answers."""
    known: dict[str, Any] = {
        "state": SearchState.RESULTS,
        "place_text": "Talca",
        "origin": ORIGIN,
        "options": cards(),
        "limit_minutes": 60,
        "more": 20,
        "reckoned": ("Por calles y caminos, mapa del 3 de abril de 2026.",),
        "passed_over": (
            PassedLine("Centro cerrado", "/o/1", "Está más cerca, pero atiende más tarde", ("8 min a pie",)),
        ),
        **FORM,
    }
    return SearchView(**{**known, **changes})


def hostile(names: tuple[str, ...] = HOSTILE_NAMES) -> SearchView:
    """A search whose every text tries to be code."""
    dangerous = tuple(
        card(
            number,
            name=name,
            organization=name,
            address=name,
            open_state=name,
            minutes_text=name,
            bring=(name,),
        )
        for number, name in enumerate(names, 1)
    )
    return results(
        options=dangerous, place_text=names[5], origin=Origin(TALCA, names[3], Metres(500), names[4])
    )


def states() -> dict[str, SearchView]:
    """One view per state of the page."""
    region = PlaceChoice("Región de ejemplo", "/?place=ejemplo")
    namesakes = (
        PlaceChoice("San Pedro", "/?place=san-pedro-1", "Región del Biobío"),
        PlaceChoice("San Pedro", "/?place=san-pedro-2", "Región Metropolitana"),
    )
    examples = tuple(PlaceChoice(name, f"/?place={name}") for name in ("Talca", "Castro", "Arica"))
    empty = SearchView(state=SearchState.EMPTY, examples=examples, index=(region,) * 16, **FORM)
    return {
        "results": results(),
        "hostile": hostile(),
        "estimated": results(estimated=True),
        "shared": results(shared=TALCA, place_text="", origin=Origin(TALCA, "Tu ubicación", Metres(100))),
        "empty": empty,
        "ambiguous": SearchView(
            state=SearchState.AMBIGUOUS, place_text="San Pedro", places=namesakes, **FORM
        ),
        "no_place": SearchView(
            state=SearchState.NO_PLACE, place_text="xyzzy", places=examples[:1], index=(region,) * 3, **FORM
        ),
        "which_need": SearchView(
            state=SearchState.WHICH_NEED,
            words="papel",
            meant=(Choice("a", "Certificados"), Choice("b", "Solicitudes")),
            **FORM,
        ),
        "no_need": SearchView(
            state=SearchState.NO_NEED,
            words="xyzzy",
            errors={"words": "No entendimos estas palabras."},
            **FORM,
        ),
        "hours": results(
            options=cards()[:2],
            unknown_hours=(card(3, open_state="Llama para saber el horario", open_now=None),),
            unplaced=(card(4, position=None, minutes_text="Dirección reservada: llama para coordinar"),),
        ),
        "capped": results(capped=True, more=None),
        "no_filters": results(state=SearchState.NO_OFFERS, options=(), emptied_by=(Drop("", "all"),)),
        "no_offers": results(
            state=SearchState.NO_OFFERS,
            options=(),
            emptied_by=(Drop("Baño accesible", "accessibility:toilet"),),
        ),
        "unreachable": results(
            state=SearchState.UNREACHABLE,
            options=(
                card(
                    4,
                    minutes_text="1 h 35 min en auto",
                    open_state="Cerrado, abre el lunes a las 9:00",
                    open_now=False,
                ),
            ),
        ),
        "error": SearchView(state=SearchState.EMPTY, errors={"place": "Escribe tu comuna o pueblo"}, **FORM),
    }

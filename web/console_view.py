"""From the answer of the directory to what the console shows. Words only; nothing here asks the database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from markupsafe import Markup

from directory.answers import Answer
from directory.errors import QuestionError
from directory.places import FoundPlace
from directory.referrals import ReferralAnswer, ReferralOption
from geo.units import Metres
from web import labels, wording
from web.console_card import WHY, ConsoleCard, Row, Telling, compared_rows
from web.console_form import MOST_OPTIONS, ConsoleFields, Suggestion, suggestion
from web.language import Spanish, Texts, ngettext, noop
from web.language import gettext as _
from web.present import Choice, Origin, PassedLine
from web.trips import reckoned_texts

# Of places whose hours or address nobody can tell, the nearest few are enough.
ASIDE = 3
MOST_COMPARED = 3
# The address to send on of an offer.
type ShortUrl = Callable[[UUID], str]

MENDS = Texts(
    {
        "place": noop(
            "No entendemos este lugar. Escribe una comuna o un pueblo, o coordenadas: -33,45 -70,66."
        ),
        "words": noop("No entendemos estas palabras. Escríbelas de nuevo o elige una necesidad."),
        "age": noop("Escribe la edad en años, con números."),
        "moment": noop("Escribe el día y la hora así: 2026-11-24 09:30."),
        "unknown_day": noop("No conocemos los horarios de ese día. Elige un día más cercano a hoy."),
        "too_early": noop("Esa hora ya pasó. Elige una más tarde."),
        "transit": noop("En transporte público busca por la hora de salida, no por la de llegada."),
    }
)
LEFT_OUT = Texts(
    {
        "too_far": noop("por la distancia: %(count)s"),
        "unreachable": noop("sin camino conocido: %(count)s"),
        "off_network": noop("lejos de los caminos: %(count)s"),
        "not_eligible": noop("no atienden a esta persona: %(count)s"),
        "not_open_in_time": noop("no abren a tiempo: %(count)s"),
    }
)


class ConsoleState(StrEnum):
    """What the console has to say; one block of `_console_answer.html` each."""

    EMPTY = "empty"
    WRONG = "wrong"
    AMBIGUOUS = "ambiguous"
    NO_PLACE = "no_place"
    WHICH_NEED = "which_need"
    NO_NEED = "no_need"
    RESULTS = "results"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class UnmetForm:
    """What the button that records an unmet need sends. token makes a second press count once."""

    token: UUID
    needs: tuple[str, ...]
    area_code: str
    mode: str
    max_minutes: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleView:
    """Everything below the form. In NONE, options holds the nearest place beyond the limit, if there is one.

    left_out: how many more were left out, and why. notes: how the trips were reckoned. rows: the comparison of
    compared; compare_error: why there is none, though it was asked for.
    """

    state: ConsoleState
    where: str = ""
    limit: str = ""
    relative: bool = False
    estimated: bool = False
    origin: Origin | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Suggestion, ...] = ()
    meant: tuple[Choice, ...] = ()
    understood: str = ""
    words: str = ""
    options: tuple[ConsoleCard, ...] = ()
    unknown_hours: tuple[ConsoleCard, ...] = ()
    unplaced: tuple[ConsoleCard, ...] = ()
    passed: tuple[PassedLine, ...] = ()
    left_out: str = ""
    notes: tuple[str, ...] = ()
    compared: tuple[ConsoleCard, ...] = ()
    rows: tuple[Row, ...] = ()
    compare_error: str = ""
    unmet: UnmetForm | None = None
    kept: str = ""
    drawing: Markup = field(default_factory=Markup)

    @property
    def answered(self) -> bool:
        """Whether the question was asked, be it in vain."""
        return self.state in {ConsoleState.RESULTS, ConsoleState.NONE}

    @property
    def cards(self) -> tuple[ConsoleCard, ...]:
        """Every card, in order of their numbers."""
        return (*self.options, *self.unknown_hours, *self.unplaced)

    @property
    def heading(self) -> Markup:
        """The heading of the answer, which is also what a screen reader hears."""
        if self.state == ConsoleState.NONE:
            text = _("Ningún lugar que sirva a menos de %(limit)s de %(where)s")
        elif not self.options:
            text = _("Lugares sin horario conocido cerca de %(where)s")
        elif self.estimated:  # nobody can say that these are within so many minutes
            text = ngettext(
                "%(count)s lugar cerca de %(where)s",
                "%(count)s lugares cerca de %(where)s",
                len(self.options),
            )
        else:
            text = ngettext(
                "%(count)s lugar a menos de %(limit)s de %(where)s",
                "%(count)s lugares a menos de %(limit)s de %(where)s",
                len(self.options),
            )
        values = {"count": len(self.options), "limit": self.limit, "where": self.where}
        return Markup(text) % values

    def points(self) -> list[tuple[int, Any]]:
        """Number and position of every pin, for the drawing."""
        return [(one.card.number, one.card.position) for one in self.cards if one.card.position]

    def map_data(self) -> dict[str, Any]:
        """What web/static/offers-layer.js draws: the pins of the cards, and where the trips start."""
        points = [point.as_json() for one in self.cards if (point := one.card.map_point())]
        if self.origin is None:
            return {"origin": None, "points": points}
        start = self.origin.position
        return {
            "origin": {"lon": start.lon, "lat": start.lat, "radius": self.origin.precision_m},
            "points": points,
        }


def empty_view() -> ConsoleView:
    """The console before a question."""
    return ConsoleView(state=ConsoleState.EMPTY)


def wrong_view(errors: Mapping[str, str]) -> ConsoleView:
    """The console when the form has to be mended: by field, what to do."""
    return ConsoleView(state=ConsoleState.WRONG, errors=errors)


def mended(fields: ConsoleFields, error: QuestionError) -> ConsoleView:
    """The same for what the directory refused. Raises the error again when it is no mistake of a person."""
    told = error.field or ("words" if "\0" in fields.words else "place")
    if told == "arrive_by":
        return wrong_view({"moment": MENDS["transit" if fields.mode == "transit" else "too_early"]})
    if told == "leave_at":
        return wrong_view({"moment": MENDS["unknown_day"]})
    if told not in {"place", "words", "age", "moment"}:
        raise error
    return wrong_view({told: MENDS[told]})


def unknown_place_view(where: str, places: Sequence[FoundPlace], close: Sequence[Suggestion]) -> ConsoleView:
    """Several places to choose from, or none: then the names most like it."""
    if places:
        found = tuple(suggestion(one) for one in places)
        return ConsoleView(state=ConsoleState.AMBIGUOUS, where=where, places=found)
    return ConsoleView(state=ConsoleState.NO_PLACE, where=where, places=tuple(close))


def need_view(fields: ConsoleFields, answer: Answer) -> ConsoleView:
    """The words name no need that is known, or several to choose from."""
    meant = tuple(Choice(one.code, labels.need_name(one)) for one in answer.understood or ())
    state = ConsoleState.WHICH_NEED if meant else ConsoleState.NO_NEED
    return ConsoleView(state=state, words=fields.what, meant=meant)


def answer_view(
    fields: ConsoleFields, answer: Answer, today: date, short_url: ShortUrl, need_names: Mapping[str, str]
) -> ConsoleView:
    """The options with their reasons, and what was left out. need_names: what each need asked for is called."""
    found, place = answer.referrals, answer.place
    assert found is not None
    assert place is not None
    later = today if fields.when != "now" else None
    telling = Telling(found.query, later, frozenset(fields.compare), found.notes)
    served = found.options[:MOST_OPTIONS]
    near = bool(served or found.unknown_hours)
    beyond = [] if near or found.beyond is None else [found.beyond]
    options, unknown, unplaced = _numbered(
        telling, (served or beyond, found.unknown_hours[:ASIDE], found.unplaced[:ASIDE]), short_url
    )
    view = ConsoleView(
        state=ConsoleState.RESULTS if near else ConsoleState.NONE,
        where=Spanish(place.name),
        limit=wording.length_text(round(found.query.max_minutes)),
        relative=fields.who == "relative",
        estimated=any(one.trip.estimated for one in served if one.trip),
        origin=Origin(place.point, Spanish(place.name), Metres(place.precision_m)),
        words=fields.what,
        understood=", ".join(labels.need_name(one) for one in answer.understood or ()),
        options=options,
        unknown_hours=unknown,
        unplaced=unplaced,
        passed=tuple(telling.passed(one) for one in found.passed_over if one.why in WHY),
        left_out=_left_out(found),
        notes=tuple(_notes(answer, found, place)),
        unmet=_unmet(found, place, need_names),
    )
    return _with_comparison(view, asked=fields.view == "compare")


def _numbered(
    telling: Telling, groups: Sequence[Sequence[ReferralOption]], short_url: ShortUrl
) -> list[tuple[ConsoleCard, ...]]:
    numbers = count(1)
    return [tuple(telling.card(next(numbers), one, short_url(one.id)) for one in group) for group in groups]


def _with_comparison(view: ConsoleView, *, asked: bool) -> ConsoleView:
    if not asked:
        return view
    chosen = [one for one in view.cards if one.compared]
    if not 2 <= len(chosen) <= MOST_COMPARED:
        return replace(view, compare_error=_("Marca dos o tres lugares para compararlos."))
    return replace(view, compared=tuple(chosen), rows=compared_rows(chosen))


def _left_out(found: ReferralAnswer) -> str:
    """How many offers were met and left out, by reason."""
    counts = found.left_out
    return "; ".join(words % {"count": counts[why]} for why, words in LEFT_OUT.items() if counts[why])


def _notes(answer: Answer, found: ReferralAnswer, place: FoundPlace) -> Iterator[str]:
    """How the trips were reckoned, from where, and what nobody knows of them."""
    words = labels.origin_words(place.precision, answer.not_understood)
    if words:
        yield words
    trips = [one.trip for one in (*found.options, *found.unknown_hours) if one.trip]
    if any(one.estimated for one in trips) or (found.beyond and found.network is None):
        yield _("Estimamos los tiempos con la distancia en línea recta, no con los caminos.")
    yield from reckoned_texts(found)


def _unmet(found: ReferralAnswer, place: FoundPlace, need_names: Mapping[str, str]) -> UnmetForm | None:
    """The button, when it is known what was needed and in which area."""
    query = found.query
    if not query.needs or place.area_code is None:
        return None
    said = ", ".join(need_names.get(code, code) for code in query.needs)
    return UnmetForm(uuid4(), query.needs, place.area_code, str(query.mode), round(query.max_minutes), said)

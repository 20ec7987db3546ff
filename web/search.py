"""From the answer of the directory to what the search page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from directory.answers import Answer
from directory.errors import QuestionError
from directory.places import FoundPlace
from directory.referrals import ReferralAnswer, ReferralOption
from geo.gazetteer import closest, normalise
from geo.units import Metres
from web import labels
from web.cards import option_card
from web.console_card import Telling
from web.form import MOST, PAGE_SIZE, SearchForm, form_view, how_to_write_a_moment, readable
from web.language import Spanish
from web.language import gettext as _
from web.present import Choice, Drop, OptionCard, Origin, PlaceChoice, SearchState, SearchView
from web.trips import reckoned_texts, trip_mode

EXAMPLES = ("Talca", "Ñuñoa", "Punta Arenas")
SUGGESTIONS = 4
# Of places whose hours or address nobody can tell, the nearest few are enough.
ASIDE = 5
# Fields of a question that the page can show an error beside; any other is no mistake of a person.
MENDABLE = {"place", "leave_at", "words"}
# What a place is called by, so that a link means the comuna and not the region of its name. Spanish: it is asked.
KINDS = {"comuna": "comuna", "province": "provincia", "region": "región"}

# Places near that are not options, which a person wants to know of; what lies too far needs no word.
TOLD_ASIDE = {"closed_on_arrival", "off_network", "unreachable", "not_open_in_time"}

Areas = Sequence[Mapping[str, Any]]


def empty_view(form: SearchForm, regions: Areas, *, sent: bool = False) -> SearchView:
    """The page before any search: the form, three examples, the index of regions. sent: with nothing in it."""
    examples = tuple(PlaceChoice(Spanish(name), form.query(place=name)) for name in EXAMPLES)
    view = replace(form_view(form, SearchState.EMPTY), examples=examples, index=_index(form, regions))
    return replace(view, errors={"place": _("Escribe tu comuna o pueblo.")}) if sent else view


def mended_view(form: SearchForm, error: QuestionError, regions: Areas) -> SearchView:
    """The page when the question cannot be asked so: the form, with the error beside its field."""
    field = error.field or ("words" if "\0" in form.words else "place")
    if field not in MENDABLE:
        raise error
    errors = {field: _mend(field, form)}
    return replace(form_view(form, SearchState.EMPTY), errors=errors, index=_index(form, regions))


def _mend(field: str, form: SearchForm) -> str:
    """What to do about a field, in the words of the page: the directory speaks Spanish, and to programs too."""
    if field == "place":
        return _("No entendemos este lugar. Escribe tu comuna o pueblo, o coordenadas como -33,45 -70,66.")
    if field == "words":
        return _("No entendemos estas palabras. Escríbelas de nuevo.")
    if not readable(form.leave_at):
        return how_to_write_a_moment()
    return _("No conocemos los horarios de ese día. Elige un día más cercano a hoy.")


def unknown_place_view(form: SearchForm, answer: Answer, regions: Areas, comunas: Areas) -> SearchView:
    """Several places to choose from, or none: then the names most like what was typed."""
    choices = tuple(_place_choice(form, one) for one in answer.places)
    asked = normalise(form.place.split(",")[0])
    if any(normalise(one.name).startswith(asked) for one in answer.places):
        return replace(form_view(form, SearchState.AMBIGUOUS), places=choices)
    return replace(
        form_view(form, SearchState.NO_PLACE),
        places=choices or _alike(form, comunas),
        index=_index(form, regions),
    )


def need_view(form: SearchForm, answer: Answer) -> SearchView:
    """The words name no need that is known, or several to choose from."""
    needs = tuple(Choice(one.code, labels.need_name(one)) for one in answer.understood or ())
    if needs:
        return replace(form_view(form, SearchState.WHICH_NEED), meant=needs)
    words = _("No entendimos estas palabras. Prueba con otras o elige una opción.")
    return replace(form_view(form, SearchState.NO_NEED), errors={"words": words})


def answer_view(
    form: SearchForm, answer: Answer, emptied_by: tuple[Drop, ...], asked_at: datetime, need_name: str = ""
) -> SearchView:
    """What the page shows for referrals: served options first, then hours unknown, then protected addresses."""
    found = answer.referrals
    assert found is not None
    assert answer.place is not None
    beyond = [found.beyond] if found.beyond else []
    near = bool(found.options or found.unknown_hours)
    state = SearchState.RESULTS if near else SearchState.UNREACHABLE if beyond else SearchState.NO_OFFERS
    unknown = found.unknown_hours[: ASIDE if found.options else form.limit]
    groups = (found.options or ([] if near else beyond), unknown, found.unplaced[:ASIDE])
    options, unknown_hours, unplaced = _numbered(groups, found, form, asked_at)
    more = min(form.limit + PAGE_SIZE, MOST)
    kinds = {one.trip.estimated for group in groups for one in group if one.trip}
    estimated = True in kinds
    telling = Telling(found.query, None, frozenset())
    return replace(
        form_view(form, state, need_name),
        origin=_origin(answer.place, form, answer.not_understood),
        options=options,
        unknown_hours=unknown_hours,
        unplaced=unplaced,
        # Of an estimate nobody can say that it is within so many minutes.
        limit_minutes=None if estimated else form.max_minutes,
        estimated=estimated,
        mixed=len(kinds) > 1,
        reckoned=tuple(reckoned_texts(found)),
        passed_over=tuple(telling.passed(one) for one in found.passed_over if one.why in TOLD_ASIDE),
        emptied_by=emptied_by,
        understood=labels.need_name(answer.understood[0]) if answer.understood else "",
        capped=len(found.options) >= form.limit,
        more=more if len(found.options) >= form.limit and more > form.limit else None,
    )


def _numbered(
    groups: Iterable[Sequence[ReferralOption]], found: ReferralAnswer, form: SearchForm, asked_at: datetime
) -> list[tuple[OptionCard, ...]]:
    numbers, leave, mode = count(1), found.query.leave_at, trip_mode(form.mode, found.notes)
    today = asked_at.astimezone(leave.tzinfo).date() if form.later else None
    return [tuple(option_card(next(numbers), one, leave, today, mode) for one in group) for group in groups]


def _alike(form: SearchForm, comunas: Areas) -> tuple[PlaceChoice, ...]:
    names = closest(form.place, (str(one["name"]) for one in comunas), SUGGESTIONS)
    return tuple(PlaceChoice(Spanish(one), form.query(place=one)) for one in names)


def _index(form: SearchForm, regions: Areas) -> tuple[PlaceChoice, ...]:
    # "región de" before the name: several regions have a comuna of the same name.
    names = sorted((str(one["name"]) for one in regions), key=normalise)
    return tuple(PlaceChoice(Spanish(name), form.query(place=f"región de {name}")) for name in names)


def _place_choice(form: SearchForm, place: FoundPlace) -> PlaceChoice:
    """A link that means this place and no other: with its kind before the name and its areas after."""
    kind = "" if place.kind == "locality" else KINDS.get(place.precision, "")
    above = [part for part in (place.comuna, place.region) if part and part != place.name]
    stated = f"{kind} de {place.name}" if kind else place.name
    name = Spanish(place.name)
    called = f"({labels.AREA_KINDS[place.precision]})" if kind else ""
    if kind != "comuna" and kind:
        return PlaceChoice(name, form.query(place=stated), called)
    detail = Spanish(f"({', '.join(above)})") if above else called
    return PlaceChoice(name, form.query(place=", ".join([stated, *above])), detail)


def _origin(place: FoundPlace, form: SearchForm, not_understood: str | None) -> Origin:
    if form.shared:
        return Origin(place.point, _("tu ubicación"), Metres(place.precision_m))
    words = labels.origin_words(place.precision, not_understood)
    return Origin(place.point, Spanish(place.name), Metres(place.precision_m), words)

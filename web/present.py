"""What the search page shows: view models, filled from the answers of `directory`.

The words for times, distances and freshness are made in `web/wording.py`; here nothing is computed
but what the page derives from itself, so that templates stay free of logic.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from markupsafe import Markup

from geo.points import LonLat
from geo.units import Metres
from web.language import gettext as _
from web.language import ngettext
from web.wording import Phone


class SearchState(StrEnum):
    """What the search page has to say; one template block each."""

    EMPTY = "empty"
    AMBIGUOUS = "ambiguous"
    NO_PLACE = "no_place"
    NO_NEED = "no_need"
    WHICH_NEED = "which_need"
    NO_OFFERS = "no_offers"
    UNREACHABLE = "unreachable"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio, checkbox or option of the form."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A link to the same search from a certain place: an example, a namesake, a region of the index."""

    label: str
    url: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """A filter that can be taken off with one tap; value is sent as `drop` with the form. No label: all of them."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the trip starts, and how sure that is. label_text says it in words."""

    position: LonLat
    label: str
    precision_m: Metres | None = None
    precision_text: str = ""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One numbered pin. Travels in the JSON of the page, never through Folium."""

    number: int
    id: str
    kind: str
    position: LonLat
    name: str
    lines: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The shape web/static/offers-layer.js reads."""
        return {
            "number": self.number,
            "id": self.id,
            "kind": self.kind,
            "lon": self.position.lon,
            "lat": self.position.lat,
            "name": self.name,
            "lines": list(self.lines),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCard:
    """One option of the list: a service at a place, with everything a person needs to decide.

    position is None for a protected address or one that cannot be trusted: it gets no pin.
    """

    number: int
    id: str
    name: str
    kind: str
    kind_label: str
    minutes_text: str
    km_text: str
    open_state: str
    service: str = ""
    organization: str = ""
    open_now: bool | None = None
    address: str = ""
    comuna: str = ""
    cost_text: str = ""
    bring: tuple[str, ...] = ()
    phone: Phone | None = None
    whatsapp: Phone | None = None
    accessibility: tuple[str, ...] = ()
    eligibility_text: str = ""
    precision_text: str = ""
    verified_text: str = ""
    source_text: str = ""
    page_url: str | None = None
    position: LonLat | None = None
    way: bool = False

    def map_point(self) -> MapPoint | None:
        """The pin of this card, with the same words and the same number."""
        if self.position is None:
            return None
        lines = tuple(line for line in (self.minutes_text, self.open_state, self.address) if line)
        return MapPoint(self.number, self.id, self.kind, self.position, self.name, lines)


@dataclass(frozen=True, slots=True)
class PassedLine:
    """A place that is not among the options, and why. known: what is known of it: minutes, next opening, rule."""

    name: str
    page_url: str
    why: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """Everything `search.html` and `_results.html` show. Links and choices come ready made.

    options holds the answers; in UNREACHABLE it holds the nearest one beyond the limit, with its minutes.
    unknown_hours are near too, but nobody stated when they open; unplaced have a protected or unknown
    address and no pin. emptied_by names the filters that leave nothing (NO_OFFERS). capped: there may be
    more than options. meant are the needs to choose from (WHICH_NEED); understood is what the words were
    taken for. mixed: some trips are estimated, others not. reckoned: by which roads and of when. passed_over:
    nearer places that are not options. shared is the position the person shared: the form then goes by POST, so
    that it is never in an address or a log.
    drawing is the map as SVG, for paper and for browsers without JavaScript.
    """

    state: SearchState
    place_text: str = ""
    origin: Origin | None = None
    shared: LonLat | None = None
    words: str = ""
    understood: str = ""
    meant: tuple[Choice, ...] = ()
    needs: tuple[Choice, ...] = ()
    modes: tuple[Choice, ...] = ()
    times: tuple[Choice, ...] = ()
    when_text: str = ""
    leave_at: str = ""
    limits: tuple[Choice, ...] = ()
    ranks: tuple[Choice, ...] = ()
    accessibility: tuple[Choice, ...] = ()
    options: tuple[OptionCard, ...] = ()
    unknown_hours: tuple[OptionCard, ...] = ()
    unplaced: tuple[OptionCard, ...] = ()
    limit_minutes: int | None = None
    estimated: bool = False
    places: tuple[PlaceChoice, ...] = ()
    emptied_by: tuple[Drop, ...] = ()
    mixed: bool = False
    reckoned: tuple[str, ...] = ()
    passed_over: tuple[PassedLine, ...] = ()
    examples: tuple[PlaceChoice, ...] = ()
    index: tuple[PlaceChoice, ...] = ()
    capped: bool = False
    more: int | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    drawing: Markup = field(default_factory=Markup)

    @property
    def searched(self) -> bool:
        """Whether a place was found, so that the form folds and a map makes sense."""
        return self.state in {SearchState.RESULTS, SearchState.UNREACHABLE, SearchState.NO_OFFERS}

    @property
    def where(self) -> str:
        """The place, as it was understood or else as it was typed."""
        return self.origin.label if self.origin else self.place_text

    @property
    def summary(self) -> Markup:
        """The folded form in one line: place, need, mode, filters, and the time when that is not now."""
        needs, modes, facilities = (
            [choice.label for choice in choices if choice.chosen and choice.value]
            for choices in (self.needs, self.modes, self.accessibility)
        )
        said = (self.where, *needs, self.words.strip(), *modes, *facilities, self.when_text)
        return Markup(" · ").join(part for part in said if part)

    @property
    def heading(self) -> Markup:
        """The heading of the list, which also is what a screen reader hears after a search."""
        count = len(self.options or self.unknown_hours)
        limited = self.limit_minutes is not None
        text = _first(limited) if self.capped and count > 1 else _all(count, limited)
        return Markup(text) % {"count": count, "minutes": self.limit_minutes, "where": self.where}

    @property
    def cards(self) -> tuple[OptionCard, ...]:
        """Every card of the page, in order of their numbers."""
        return (*self.options, *self.unknown_hours, *self.unplaced)

    def points(self) -> tuple[tuple[int, LonLat], ...]:
        """Number and position of every pin."""
        return tuple((card.number, card.position) for card in self.cards if card.position)

    def map_data(self) -> dict[str, Any]:
        """What the map draws: sent with the list, so that list and map cannot disagree."""
        points = [point.as_json() for card in self.cards if (point := card.map_point())]
        if self.origin is None:
            return {"origin": None, "points": points}
        start = self.origin.position
        origin = {"lon": start.lon, "lat": start.lat, "radius": self.origin.precision_m}
        return {"origin": origin, "points": points}


def _first(limited: bool) -> str:
    if limited:
        return _("Los %(count)s primeros lugares a menos de %(minutes)s min de %(where)s")
    return _("Los %(count)s primeros lugares cerca de %(where)s")


def _all(count: int, limited: bool) -> str:
    if limited:
        return ngettext(
            "%(count)s lugar a menos de %(minutes)s min de %(where)s",
            "%(count)s lugares a menos de %(minutes)s min de %(where)s",
            count,
        )
    return ngettext("%(count)s lugar cerca de %(where)s", "%(count)s lugares cerca de %(where)s", count)

"""What the page `/mapa` shows: its form, its list by comuna, and what its map asks for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from directory.db import Session
from directory.needs import list_needs
from directory.offer_points import (
    MAX_POINT_ZOOM,
    MOST_POINTS,
    PlaceCount,
    PublicPlace,
    count_places,
    facets_of,
    list_places,
)
from directory.svg_map import svg_map
from web import labels
from web.language import Spanish, current, ngettext, path_for
from web.language import gettext as _
from web.present import Choice

ADDRESS = "/mapa"
PAGE_PLACES = 20
# More needs than any taxonomy of ours has.
ALL_NEEDS = 1_000
# No list of ours is longer: beyond it a page number is a mistake.
LAST_PAGE = 100_000


class Filter(BaseModel):
    """The form of the page, and the page of the list. Empty fields filter nothing."""

    model_config = ConfigDict(extra="ignore")

    need: str = Field("", max_length=60)
    kind: str = Field("", max_length=40)
    accessibility: str = Field("", max_length=40)
    pagina: int = Field(1, ge=1, le=LAST_PAGE)

    @property
    def facet_names(self) -> list[str]:
        """The facets that every place must have."""
        said = (("need", self.need), ("kind", self.kind), ("facility", self.accessibility))
        return [f"{name}:{value}" for name, value in said if value]

    def address(self, path: str, **more: int) -> str:
        """An address of ours with this filter."""
        values = {"need": self.need, "kind": self.kind, "accessibility": self.accessibility, **more}
        asked = urlencode({name: str(value) for name, value in values.items() if value})
        return f"{path}?{asked}" if asked else path


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """One offer of a place: its page, and what is given."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place of the list. number is that of the drawing, 0 where it has no public point; at: "lon,lat" or empty."""

    id: str
    number: int
    name: str
    kind: str
    kind_label: str
    address: str
    services: tuple[ServiceLink, ...]
    more: str
    at: str


@dataclass(frozen=True, slots=True)
class ComunaPlaces:
    """The places of one comuna on this page; url is empty where the comuna is not known."""

    name: str
    url: str
    places: tuple[PlaceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExploreView:
    """Everything `explore.html` shows. data: what static/explore-layer.js reads; view: what the map is fitted to."""

    needs: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    facilities: tuple[Choice, ...]
    heading: str
    unpinned: str
    comunas: tuple[ComunaPlaces, ...]
    page_text: str
    previous: str
    next: str
    drawing: Markup
    data: Mapping[str, Any]
    view: Mapping[str, Any]
    private: bool


def explore_view(session: Session, chosen: Filter) -> ExploreView:
    """The page for a filter. A page number beyond the last is the last."""
    facets = facets_of(session, chosen.facet_names)
    count = PlaceCount(0, 0, None, False) if facets is None else count_places(session, facets)
    last = max(1, -(-count.places // PAGE_PLACES))
    number = min(chosen.pagina, last)
    found = (
        list_places(session, facets or [], (number - 1) * PAGE_PLACES, PAGE_PLACES) if count.places else []
    )
    numbered = list(_numbered(found))
    pins = [(mark, one.point) for mark, one in numbered if one.point]
    title = _("Mapa con los lugares de esta página de la lista")
    return ExploreView(
        needs=_needs(session, chosen.need),
        kinds=_choices(labels.KINDS, chosen.kind, _("Cualquier lugar")),
        facilities=_choices(labels.FACILITIES, chosen.accessibility, _("No importa")),
        heading=ngettext("%(count)s lugar", "%(count)s lugares", count.places, count=_figure(count.places))
        if count.places
        else _("No encontramos lugares así"),
        unpinned=_unpinned(count),
        comunas=tuple(_by_comuna(numbered)),
        page_text=_("Página %(page)s de %(last)s", page=_figure(number), last=_figure(last))
        if last > 1
        else "",
        previous=path_for(chosen.address(ADDRESS, pagina=number - 1)) if number > 1 else "",
        next=path_for(chosen.address(ADDRESS, pagina=number + 1)) if number < last else "",
        drawing=Markup(svg_map(session, pins, title=title)),
        data=_data(chosen, count),
        view=_corners(count),
        private=count.private,
    )


def _needs(session: Session, chosen: str) -> tuple[Choice, ...]:
    known = {one.code: labels.need_name(one) for one in list_needs(session, None, ALL_NEEDS)}
    return _choices(dict(sorted(known.items(), key=lambda one: one[1])), chosen, _("Cualquier cosa"))


def _choices(words: Mapping[Any, str], chosen: str, anything: str) -> tuple[Choice, ...]:
    every = {"": anything} | {str(value): label for value, label in words.items()}
    return tuple(Choice(value, label, value == chosen) for value, label in every.items())


def _unpinned(count: PlaceCount) -> str:
    """How many places the map does not show, and why."""
    hidden = count.places - count.points
    return (
        ngettext(
            "%(count)s lugar no está en el mapa: su dirección es reservada o no sabemos el punto exacto.",
            "%(count)s lugares no están en el mapa: su dirección es reservada o no sabemos el punto exacto.",
            hidden,
            count=_figure(hidden),
        )
        if hidden
        else ""
    )


def _figure(count: int) -> str:
    return format_decimal(count, locale=current().locale)


def _numbered(found: list[PublicPlace]) -> Iterator[tuple[int, PublicPlace]]:
    """Places with their number in the drawing, 0 for those without a public point."""
    number = 0
    for one in found:
        number += one.point is not None
        yield number if one.point else 0, one


def _by_comuna(numbered: list[tuple[int, PublicPlace]]) -> Iterator[ComunaPlaces]:
    for (name, slug), alike in groupby(numbered, key=lambda pair: (pair[1].comuna, pair[1].slug)):
        yield ComunaPlaces(
            Spanish(name) if name else _("Sin comuna conocida"),
            path_for(f"/comuna/{slug}") if slug else "",
            tuple(place_line(one, number) for number, one in alike),
        )


def place_line(one: PublicPlace, number: int) -> PlaceLine:
    """What the list says of a place, with its number on the map."""
    address = _("Dirección reservada: llama para coordinar") if one.protected else Spanish(one.address or "")
    rest = one.count - len(one.services)
    return PlaceLine(
        id=str(one.id),
        number=number,
        name=neutral_name(one.comuna) if one.sensitive else Spanish(one.name),
        kind=one.kind,
        kind_label="" if one.sensitive else labels.KINDS.get(one.kind, Spanish(one.kind)),
        address=address,
        services=tuple(_services(one)),
        more=ngettext("y %(count)s servicio más", "y %(count)s servicios más", rest, count=rest)
        if rest
        else "",
        at=f"{one.point.lon:.5f},{one.point.lat:.5f}" if one.point else "",
    )


def _services(one: PublicPlace) -> Iterator[ServiceLink]:
    for each in one.services:
        told = _("Ver ficha") if one.sensitive or one.count == 1 else Spanish(each.service)
        yield ServiceLink(path_for(f"/o/{each.id}"), told)


def neutral_name(comuna: str | None) -> str:
    """What a sensitive place is called where others may read along."""
    return _("Lugar de atención en %(comuna)s", comuna=comuna) if comuna else _("Lugar de atención")


def _data(chosen: Filter, count: PlaceCount) -> dict[str, Any]:
    few = count.points <= MOST_POINTS
    return {
        "points": path_for(chosen.address(f"{ADDRESS}/puntos.json")) if few and count.points else None,
        "tiles": None if few else chosen.address(f"{ADDRESS}/teselas/{{level}}/{{x}}/{{y}}.pbf"),
        "deepest": MAX_POINT_ZOOM,
        "place": path_for(f"{ADDRESS}/lugar/"),
        "words": {
            "neutral": _("Lugar de atención"),
            "wait": _("Buscando los datos de este lugar…"),
            "fail": _("No pudimos mostrar este lugar. Búscalo en la lista."),
        },
    }


def _corners(count: PlaceCount) -> dict[str, Any]:
    """Two corners in the shape that static/offers-layer.js fits a map to."""
    if count.bounds is None:
        return {"origin": None, "points": []}
    west, south, east, north = count.bounds
    return {"origin": None, "points": [{"lon": west, "lat": south}, {"lon": east, "lat": north}]}

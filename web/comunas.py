"""Pages by comuna: what there is in it, for people without a place to type and for search engines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from api.dependencies import TheDirectory
from directory.card import OfferCard
from directory.civil_time import Interval
from directory.comunas import Comuna, ComunaOffer, ComunaVisit, list_comunas, read_comuna
from directory.errors import NotFoundError
from web import ficha_words as say
from web import labels, wording
from web.ficha import FRESH, KEPT_NOWHERE, UNINDEXED, Now
from web.language import Spanish, ngettext, path_for
from web.language import gettext as _
from web.templating import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """One offer of a place: its page, and what is given."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One place of the list with its offers. url leads to the only one, and is empty when there are more."""

    name: str
    url: str
    service: str
    address: str
    hours: str
    phone: wording.Phone | None
    offers: tuple[ServiceLink, ...]


@dataclass(frozen=True, slots=True)
class KindSection:
    """The offers of one kind; more is the address of the page with all of them, empty when all are here."""

    kind: str
    title: str
    count_text: str
    places: tuple[PlaceLine, ...]
    more: str


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One date of a mobile point."""

    day: str
    url: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ComunaView:
    """Everything `comuna.html` shows. kind: the title of the only kind shown, or empty."""

    name: str
    region: str
    slug: str
    kind: str
    sections: tuple[KindSection, ...]
    visits: tuple[VisitLine, ...]
    search_url: str
    page_url: str
    indexed: bool


@router.get("/comunas", response_class=HTMLResponse)
def index(request: Request, directory: TheDirectory) -> HTMLResponse:
    """All comunas by region, with how many places each has."""
    with directory.reading() as session:
        demo = directory.demonstration(session)
        regions = list_comunas(session)
    answer = page(request.app.state.pages, request, "comunas.html", regions=regions, demo=demo)
    answer.headers["Cache-Control"] = FRESH
    return answer


@router.get("/comuna/{slug}", response_class=HTMLResponse)
def comuna(
    request: Request,
    directory: TheDirectory,
    now: Now,
    slug: str,
    kind: Annotated[str, Query(alias="tipo", max_length=40)] = "",
) -> HTMLResponse:
    """One comuna: its next visits, and its offers by kind. 404 in words when there is no such comuna."""
    pages = request.app.state.pages
    with directory.reading() as session:
        demo = directory.demonstration(session)
        try:
            found = read_comuna(session, slug, now, kind or None)
        except NotFoundError:
            return page(pages, request, "comuna.html", status=404, view=None, demo=demo)
    answer = page(pages, request, "comuna.html", view=comuna_view(found, now, kind), demo=demo)
    answer.headers.update(_headers(found, kind))
    return answer


def _headers(found: Comuna, kind: str) -> dict[str, str]:
    """A comuna as a whole tells nothing of who looks at it; a list of sensitive offers alone does."""
    private = bool(kind) and any(one.card["sensitive"] for each in found.kinds for one in each.offers)
    keeping = {"Cache-Control": KEPT_NOWHERE if private else FRESH}
    return keeping | (UNINDEXED if private or found.demonstration else {})


def comuna_view(found: Comuna, now: datetime, kind: str = "") -> ComunaView:
    """The view of a comuna as of a moment."""
    path = f"/comuna/{found.slug}"
    sections = tuple(
        KindSection(
            kind=each.kind,
            title=labels.KINDS.get(each.kind, Spanish(each.kind)),
            count_text=ngettext("%(count)s lugar", "%(count)s lugares", each.places, count=each.places),
            places=tuple(_places(each.offers)),
            more=path_for(f"{path}?tipo={each.kind}") if each.count > len(each.offers) else "",
        )
        for each in found.kinds
    )
    return ComunaView(
        name=Spanish(found.name),
        region=Spanish(found.region or ""),
        slug=found.slug,
        kind=labels.KINDS.get(kind, kind) if kind else "",
        sections=sections,
        visits=tuple(_visit(one, now) for one in found.visits),
        search_url=path_for("/"),
        page_url=path_for(path),
        indexed=not found.demonstration,
    )


def _places(offers: Sequence[ComunaOffer]) -> Iterator[PlaceLine]:
    """Offers at one place together: an office serves for many institutions."""
    for _location, alike in groupby(offers, key=lambda one: (one.card["name"], one.card["location_id"])):
        yield _place(list(alike))


def _place(offers: Sequence[ComunaOffer]) -> PlaceLine:
    card = offers[0].card
    protected = card["position"]["visibility"] != "full"
    hours = {"; ".join(one.card["hours"]) for one in offers}
    alone = len(offers) == 1
    return PlaceLine(
        name=Spanish(card["name"]),
        url=path_for(f"/o/{offers[0].id}") if alone else "",
        service=_service(card) if alone else "",
        address=_("Dirección reservada") if protected else Spanish(_address(offers[0])),
        hours=Spanish(hours.pop()) if len(hours) == 1 else "",
        phone=next(
            (wording.phone_of(one["number"]) for one in card["phones"] if one["type"] == "voice"), None
        ),
        offers=()
        if alone
        else tuple(
            ServiceLink(path_for(f"/o/{one.id}"), Spanish(one.card["service"] or one.card["name"]))
            for one in offers
        ),
    )


def _service(card: OfferCard) -> str:
    """What is given there, unless the name or the kind says it already."""
    service = card["service"]
    return "" if service in card["name"] or service in labels.KINDS.values() else Spanish(service)


def _address(offer: ComunaOffer) -> str:
    return ", ".join(part for part in (offer.card["address"], offer.card["locality"]) if part)


def _visit(visit: ComunaVisit, now: datetime) -> VisitLine:
    zone = ZoneInfo(visit.zone)
    interval = Interval(visit.start, visit.end, "visit")
    return VisitLine(
        day=say.date_text(interval, zone, now.astimezone(zone).date()),
        url=path_for(f"/o/{visit.id}"),
        name=Spanish(visit.card["name"]),
        address=Spanish(visit.card["address"] or ""),
    )


def install(app: FastAPI) -> None:
    """Put the pages of the comunas into the app."""
    app.include_router(router)

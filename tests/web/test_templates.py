"""The search page in every state: valid structure, plain words, no code of others."""

import json
import re
from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from tests.web.sample_app import sample_app
from tests.web.sample_views import HOSTILE_NAMES, KINDS, TALCA, card, hostile, results, states

STATES = sorted(states())
NONCE = re.compile(r"nonce-([\w-]+)")


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(sample_app())


def read(client: TestClient, state: str, **headers: str) -> BeautifulSoup:
    answer = client.get("/", params={"state": state}, headers=headers)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def main_text(page: BeautifulSoup) -> str:
    assert page.main is not None
    return " ".join(page.main.get_text(" ").split())


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_a_whole_page(client: TestClient, state: str) -> None:
    page = read(client, state)
    assert page.html is not None
    assert page.html["lang"] == "es-CL"
    assert len(page.find_all("h1")) == 1
    assert len(page.find_all("main")) == 1
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for label in page.find_all("label", attrs={"for": True}):
        assert page.find(id=label["for"]) is not None
    assert "Datos de demostración: no son lugares reales" in page.get_text()
    assert [link["href"] for link in page.select("footer a")] == [
        *("tel:1412", "tel:101"),
        *("/eventos", "/comunas", "/mapa", "/sin-conexion", "/acerca", "/accesibilidad"),
    ]
    skip = page.find("a", class_="skip")
    assert skip is not None
    assert skip["href"] == "#content"


@pytest.mark.parametrize("state", STATES)
def test_inline_code_has_the_nonce_and_nothing_else_is_inline(client: TestClient, state: str) -> None:
    answer = client.get("/", params={"state": state})
    found = NONCE.search(answer.headers["content-security-policy"])
    assert found is not None
    page = BeautifulSoup(answer.text, "html.parser")
    for element in page.find_all(["script", "style"]):
        if element.get("type") == "application/json" or element.get("src"):
            continue
        assert element.get("nonce") == found[1]
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("state", STATES)
def test_the_part_has_the_list_and_the_points_but_no_page(client: TestClient, state: str) -> None:
    part = read(client, state, **{"HX-Request": "true"})
    assert part.html is None
    assert part.find(id="search") is not None
    assert part.find(id="puntos") is not None
    assert part.find("style") is None


def test_back_gets_the_whole_page(client: TestClient) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert read(client, "results", **headers).html is not None


def test_part_and_page_share_an_address(client: TestClient) -> None:
    assert "HX-Request" in client.get("/").headers["vary"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("results", "6 lugares a menos de 60 min de Talca"),
        ("results", "Medimos desde el centro de la comuna de Talca."),
        ("results", "Cerrado, abre mañana a las 8:30"),
        ("results", "Llama para saber el horario"),
        ("results", "Pasa el martes 24 de noviembre de 10:00 a 12:00"),
        ("results", "Falta un dato: tu edad"),
        ("results", "Mostrar más lugares"),
        ("estimated", "Estimamos los tiempos con la distancia en línea recta"),
        ("empty", "Por ejemplo Talca Castro Arica"),
        ("empty", "Busca por región"),
        ("ambiguous", "Hay más de un lugar llamado «San Pedro»"),
        ("ambiguous", "San Pedro Región del Biobío"),
        ("no_place", "No encontramos «xyzzy»"),
        ("no_offers", "Quitar «Baño accesible»"),
        ("unreachable", "No hay lugares a menos de 60 min"),
        ("hours", "Otros cerca, sin horario conocido"),
        ("hours", "Otros en tu región, sin punto en el mapa"),
        ("hours", "Dirección reservada: llama para coordinar"),
        ("capped", "Los 6 primeros lugares a menos de 60 min de Talca"),
        ("capped", "elige qué necesitas o un viaje más corto"),
        ("which_need", "«papel» puede ser más de una cosa"),
        ("no_need", "No entendimos «xyzzy»"),
        ("no_filters", "Quitar todos los filtros"),
        ("no_place", "¿Quisiste decir? Talca"),
        ("error", "Revisa tu búsqueda"),
        ("results", "Está más cerca, pero atiende más tarde"),
        ("unreachable", "1 h 35 min en auto"),
        ("unreachable", "Llamar al 1412"),
        ("error", "Escribe tu comuna o pueblo"),
    ],
)
def test_each_state_says_what_is_the_matter(client: TestClient, state: str, words: str) -> None:
    assert words in main_text(read(client, state))


def test_only_a_search_with_a_place_brings_the_map(client: TestClient) -> None:
    for state, view in states().items():
        page = read(client, state)
        assert (page.find(class_="map") is not None) is view.searched
        assert ("leaflet" in str(page)) is view.searched


def test_a_shared_position_is_never_in_an_address(client: TestClient) -> None:
    page = read(client, "shared")
    form = page.find("form")
    assert form is not None
    assert form["method"] == "post"
    assert "hx-push-url" not in form.attrs
    assert page.find("input", attrs={"name": "lat"})["value"] == f"{TALCA.lat:.3f}"  # type: ignore[index]
    assert not page.select("[hx-get]")
    for link in page.find_all("a", href=True):
        assert "lat" not in str(link["href"])


def test_a_card_without_position_has_no_pin_and_no_button(client: TestClient) -> None:
    page = read(client, "results")
    points = json.loads(page.find(id="puntos").get_text())["points"]  # type: ignore[union-attr]
    assert [point["number"] for point in points] == [1, 2, 3, 4, 5]
    assert page.select('[data-show="oferta-1"]')
    assert not page.select('[data-show="oferta-6"]')


def test_the_island_carries_the_words_of_the_cards() -> None:
    view = results(options=(card(1, kind=KINDS[0].value, address=""),))
    data: dict[str, Any] = view.map_data()
    assert data["points"][0]["lines"] == ["6 min en auto", "Abierto, cierra a las 17:30"]
    assert data["origin"] == {"lon": TALCA.lon, "lat": TALCA.lat, "radius": 4000}


def test_hostile_text_stays_text(client: TestClient) -> None:
    answer = client.get("/", params={"state": "hostile"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert [heading.find_all(["a"])[0].get_text() for heading in page.select(".card h3")] == list(
        HOSTILE_NAMES
    )
    assert not page.find_all("img")
    assert [point["name"] for point in hostile().map_data()["points"]] == list(HOSTILE_NAMES)
    assert "49" not in main_text(page)
    assert "<svg" not in unescape(str(page.find_all("svg")))


@pytest.mark.parametrize("address", ["/", "/en/"])
def test_the_critical_path_is_small(client: TestClient, address: str) -> None:
    page = client.get(address, params={"state": "results"}, headers={"Accept-Encoding": "gzip"})
    part = client.get(
        address, params={"state": "results"}, headers={"Accept-Encoding": "gzip", "HX-Request": "true"}
    )
    assert int(page.headers["content-length"]) <= 14_000
    assert int(part.headers["content-length"]) <= 4_000

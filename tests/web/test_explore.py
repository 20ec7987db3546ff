"""Looking around: what the map and its list may say, filters, pages, tiles, and that protected places are nowhere."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from directory.offer_points import MAX_POINT_ZOOM, MOST_POINTS
from tests.demo import demo_app, demo_engine, demo_template, demo_url

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]

TRUE_PLACES = """
select l.id::text as id, l.name, a.address_1 as street, ST_X(l.geog::geometry) as lon, ST_Y(l.geog::geometry) as lat,
  l.visibility
from location l left join address a on a.location_id = l.id
"""
# A tile wide enough to hold a whole city, and one for each zoom around a point.
TALCA = (-71.655, -35.426)


@pytest.fixture(scope="module")
def client(demo_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(demo_app, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def known(demo_engine: Engine) -> dict[str, Any]:
    """Every place of the demonstration as it really is, by id."""
    with demo_engine.connect() as connection:
        return {row.id: row for row in connection.execute(text(TRUE_PLACES))}


def soup(client: TestClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    turn = math.asinh(math.tan(math.radians(lat))) / math.pi
    return int((lon + 180) / 360 * 2**z), int((1 - turn) / 2 * 2**z)


def offers_at(demo_engine: Engine, condition: str) -> set[str]:
    with demo_engine.connect() as connection:
        rows = connection.execute(text(f"select distinct location_id::text from offer where {condition}"))
        return {row[0] for row in rows}


PUBLIC = "geog is not null and card->'position'->>'visibility' = 'full'"


def test_few_points_come_as_geojson_all_of_them(client: TestClient, demo_engine: Engine) -> None:
    answer = client.get("/mapa/puntos.json", params={"kind": "branch"})
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()["features"]
    assert {one["properties"]["id"] for one in found} == offers_at(
        demo_engine, f"kind = 'branch' and {PUBLIC}"
    )
    assert 100 < len(found) <= MOST_POINTS
    again = client.get(
        "/mapa/puntos.json", params={"kind": "branch"}, headers={"If-None-Match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_many_points_come_as_tiles_only(client: TestClient) -> None:
    assert client.get("/mapa/puntos.json").status_code == 422
    island = json.loads(soup(client, "/mapa").find(id="explore").get_text())  # type: ignore[union-attr]
    assert island["points"] is None
    assert island["tiles"] == "/mapa/teselas/{level}/{x}/{y}.pbf"
    island = json.loads(soup(client, "/mapa?kind=branch").find(id="explore").get_text())  # type: ignore[union-attr]
    assert island["tiles"] is None
    assert island["points"] == "/mapa/puntos.json?kind=branch"


@pytest.mark.parametrize("z", [0, 4, 6, 9, 12, MAX_POINT_ZOOM])
def test_tiles_hold_points_and_are_kept_by_their_mark(client: TestClient, z: int) -> None:
    x, y = tile_of(*TALCA, z)
    first = client.get(f"/mapa/teselas/{z}/{x}/{y}.pbf")
    if z == MAX_POINT_ZOOM and first.status_code == 204:
        return  # nobody may stand in this street
    assert first.status_code == 200
    assert b"offers" in first.content
    assert len(first.content) < 30_000
    assert first.headers["cache-control"] == "public, max-age=3600"
    again = client.get(f"/mapa/teselas/{z}/{x}/{y}.pbf", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def varints(content: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Field numbers and values of a protocol buffer: bytes or numbers."""
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = content[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(content):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        elif key & 7 == 1:
            yield key >> 3, content[place : place + 8]
            place += 8
        else:
            size = number()
            yield key >> 3, content[place : place + size]
            place += size


def counted(tile: bytes) -> int:
    """How many places the cells of a tile stand for."""
    total = 0
    for _, layer in varints(tile):
        assert isinstance(layer, bytes)
        fields = list(varints(layer))
        keys = [value for field, value in fields if field == 3]
        values = [list(varints(value)) for field, value in fields if field == 4 and isinstance(value, bytes)]
        for field, feature in fields:
            if field != 2 or not isinstance(feature, bytes):
                continue
            tags = next(value for name, value in varints(feature) if name == 2)
            assert isinstance(tags, bytes)
            numbers = [value for _, value in _packed(tags)]
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            total += next(int(values[value][0][1]) for key, value in pairs if keys[key] == b"n")
    return total


def _packed(content: bytes) -> Iterator[tuple[int, int]]:
    value = shift = 0
    for byte in content:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield 0, value
            value = shift = 0


def test_the_cells_of_the_world_stand_for_every_public_place(client: TestClient, demo_engine: Engine) -> None:
    tile = client.get("/mapa/teselas/0/0/0.pbf").content
    assert counted(tile) == len(offers_at(demo_engine, PUBLIC))


@pytest.mark.parametrize(
    "address", ["/mapa/teselas/17/0/0.pbf", "/mapa/teselas/2/4/0.pbf", "/mapa/teselas/x/0/0.pbf"]
)
def test_tiles_that_do_not_exist(client: TestClient, address: str) -> None:
    assert client.get(address).status_code in {404, 422}


def test_nothing_of_a_protected_place_is_told(client: TestClient, known: dict[str, Any]) -> None:
    hidden = {id_: row for id_, row in known.items() if row.visibility != "full"}
    assert len(hidden) > 50
    shown = {row.street for row in known.values() if row.visibility == "full"}
    streets = {row.street for row in hidden.values() if row.street} - shown
    points = client.get("/mapa/puntos.json", params={"kind": "treatment"}).json()["features"]
    assert points
    for one in points:
        assert one["properties"]["id"] not in hidden
        lon, lat = one["geometry"]["coordinates"]
        near = [row for row in hidden.values() if row.lon and math.hypot(row.lon - lon, row.lat - lat) < 1e-6]
        assert not [row for row in near if row.street not in shown]
    for id_ in list(hidden)[:40]:
        assert client.get(f"/mapa/lugar/{id_}").status_code == 404
    z = 4
    for x, y in {tile_of(row.lon, row.lat, z) for row in hidden.values() if row.lon}:
        content = client.get(f"/mapa/teselas/{z}/{x}/{y}.pbf?kind=treatment").content
        assert not [id_ for id_ in hidden if id_.encode() in content]
    number, path = 0, "/mapa?kind=treatment"
    while path:
        page = soup(client, path)
        number += 1
        words = page.get_text(" ")
        assert not [street for street in streets if street in words]
        assert not [one for one in page.select("[data-place]") if one["data-place"] in hidden]
        link = page.select_one("a[rel=next]")
        path = str(link["href"]) if link else ""
    assert number > 5
    assert "Dirección reservada" in words or number > 10


def test_a_sensitive_place_has_a_neutral_name(client: TestClient, known: dict[str, Any]) -> None:
    named = {row.name for row in known.values() if row.name}
    for one in client.get("/mapa/puntos.json", params={"kind": "treatment"}).json()["features"]:
        assert one["properties"]["name"].startswith("Lugar de atención")
    page = soup(client, "/mapa?kind=treatment")
    assert page.select(".places h4")
    assert not [one for one in page.select(".places h4") if one.get_text() in named]
    told = client.get(f"/mapa/lugar/{page.select_one('[data-place]')['data-place']}").json()  # type: ignore[index]
    assert told["name"].startswith("Lugar de atención")
    assert "tratamiento" not in json.dumps(told, ensure_ascii=False).lower()
    assert client.get("/mapa?kind=treatment").headers["cache-control"] == "no-store"
    assert client.get("/mapa/puntos.json?kind=treatment").headers["cache-control"] == "no-store"
    assert client.get("/mapa?kind=branch").headers["cache-control"] == "private, no-cache"


def test_the_pages_of_the_list_hold_every_place_once(client: TestClient, demo_engine: Engine) -> None:
    links: list[str] = []
    comunas: list[str] = []
    path = "/mapa?kind=urban_pay_point"
    while path:
        page = soup(client, path)
        links += [str(one["href"]) for one in page.select(".places .links a")]
        comunas += [one.get_text() for one in page.select(".twin h3")]
        numbers = [int(one.get_text()) for one in page.select(".places .pin-text")]
        assert numbers == list(range(1, len(numbers) + 1))
        drawn = [int(one.get_text()) for one in page.select(".svg-pin text")]
        assert sorted(drawn) == numbers
        link = page.select_one("a[rel=next]")
        path = str(link["href"]) if link else ""
    with demo_engine.connect() as connection:
        wanted = set(connection.scalars(text("select id::text from offer where kind = 'urban_pay_point'")))
    assert len(links) == len(set(links))
    assert {link.rsplit("/", 1)[-1] for link in links} == wanted
    assert len(comunas) > 5


def test_filters_narrow_and_stay_in_the_form(client: TestClient) -> None:
    page = soup(client, "/mapa?kind=branch&accessibility=ramp")
    count = int(re.sub(r"\D", "", page.find(id="list").get_text()))  # type: ignore[union-attr]
    every = int(re.sub(r"\D", "", soup(client, "/mapa?kind=branch").find(id="list").get_text()))  # type: ignore[union-attr]
    assert 0 < count < every
    assert [one["value"] for one in page.select("option[selected]")] == ["", "branch", "ramp"]
    assert "accessibility=ramp" in str(page.select_one("a[rel=next]"))


@pytest.mark.parametrize(
    "query", ["kind=nothing", "need=%00", "accessibility=' or 1=1", "kind=branch&need=treatment"]
)
def test_nothing_found_says_so(client: TestClient, query: str) -> None:
    page = soup(client, f"/mapa?{query}")
    assert page.find(id="list").get_text() == "No encontramos lugares así"  # type: ignore[union-attr]
    assert not page.select(".places")


@pytest.mark.parametrize("query", ["pagina=0", "pagina=x", "pagina=99999999", f"need={'x' * 61}"])
def test_wrong_addresses_are_told(client: TestClient, query: str) -> None:
    assert client.get(f"/mapa?{query}").status_code == 422


def test_a_page_beyond_the_last_is_the_last(client: TestClient) -> None:
    page = soup(client, "/mapa?kind=branch&pagina=9999")
    assert page.select(".places")
    assert not page.select("a[rel=next]")


def test_the_popup_tells_the_services_of_a_place(client: TestClient) -> None:
    page = soup(client, "/mapa?kind=branch")
    button = page.select_one("[data-place]")
    assert button is not None
    told = client.get(f"/en/mapa/lugar/{button['data-place']}").json()
    assert told["lang"] == "es"
    assert told["links"]
    assert all(one["url"].startswith("/en/o/") for one in told["links"])
    assert client.get(told["links"][0]["url"]).status_code == 200

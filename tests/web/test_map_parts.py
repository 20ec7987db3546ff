"""The shell that Folium composes: ours alone, always the same, and closed to data."""

import pytest

from geo.points import LonLat
from tests.web.sample_views import HOSTILE_NAMES
from web.assets import Assets
from web.maps import AreaLayer, CercanaMap, MapParts, OfferLayer, UnsafeTextError, search_map

CENTER = LonLat(-71.0, -36.5)
ASSETS = Assets()
# Hosts, files and globals of stock Folium.
STOCK = (
    "cdn",
    "http",
    "jquery",
    "bootstrap",
    "awesome",
    "glyphicon",
    "folium",
    "$(",
    "L_NO_TOUCH",
    "<style",
    "user-scalable",
)


def parts() -> MapParts:
    return search_map(ASSETS.url, CENTER, 5, clusters=True)


def everything(shell: MapParts) -> str:
    return "\n".join((*shell.css, *shell.js, shell.html, shell.script))


def test_two_renders_are_equal() -> None:
    assert parts() == parts()


def test_rendering_a_map_twice_changes_nothing() -> None:
    shell = CercanaMap(ASSETS.url, CENTER, 5).add_layer(OfferLayer(ASSETS.url))
    assert shell.parts() == shell.parts()


@pytest.mark.parametrize("word", STOCK)
def test_nothing_of_stock_folium_is_left(word: str) -> None:
    assert word not in everything(parts()).lower()


def test_all_assets_are_ours_and_exist_under_their_hash() -> None:
    shell = parts()
    names = (
        *("vendor/leaflet/leaflet.css", "map.css", "vendor/leaflet.markercluster/MarkerCluster.css"),
        *("vendor/leaflet/leaflet.js", "offers-layer.js", "route-layer.js", "names-layer.js"),
        *(
            "vendor/leaflet.vectorgrid/leaflet.vectorgrid.js",
            "vendor/leaflet.markercluster/leaflet.markercluster.js",
        ),
    )
    assert set(shell.css + shell.js) == {ASSETS.url(name) for name in names}
    assert shell.js[:2] == (ASSETS.url("vendor/leaflet/leaflet.js"), ASSETS.url("offers-layer.js"))


def test_a_short_list_brings_no_code_for_clusters() -> None:
    assert "cluster" not in everything(search_map(ASSETS.url, CENTER, 5))


def test_a_map_leaves_the_classes_of_folium_as_they_are() -> None:
    before = [list(kind.default_js) for kind in (CercanaMap, OfferLayer, AreaLayer)]
    parts()
    assert [list(kind.default_js) for kind in (CercanaMap, OfferLayer, AreaLayer)] == before


def test_two_maps_on_one_page_have_names_of_their_own() -> None:
    first = CercanaMap(ASSETS.url, CENTER, 5, name="first").add_layer(OfferLayer(ASSETS.url)).parts()
    second = CercanaMap(ASSETS.url, CENTER, 5, name="second").add_layer(OfferLayer(ASSETS.url)).parts()
    assert 'id="map_first"' in first.html
    assert "offer_layer_first_0.addTo(map_first)" in first.script
    assert "first" not in second.script


def test_offers_come_from_the_page_or_from_an_address() -> None:
    island = CercanaMap(ASSETS.url, CENTER, 5).add_layer(OfferLayer(ASSETS.url)).parts()
    by_url = CercanaMap(ASSETS.url, CENTER, 5).add_layer(OfferLayer(ASSETS.url, url="/api/v1/offers")).parts()
    assert '"island": "puntos"' in island.script
    assert '"url": "/api/v1/offers"' in by_url.script


@pytest.mark.parametrize(
    "text", [*HOSTILE_NAMES, "/x/{{z}}", "/x?a='b'", "/ruta con espacio", "", "//otro.example/{z}\n"]
)
def test_nothing_but_an_address_enters(text: str) -> None:
    with pytest.raises(UnsafeTextError):
        OfferLayer(ASSETS.url, url=text)
    with pytest.raises(UnsafeTextError):
        AreaLayer(ASSETS.url, url=text)
    with pytest.raises(UnsafeTextError):
        CercanaMap(ASSETS.url, CENTER, 5, name=text)
    with pytest.raises(UnsafeTextError):
        CercanaMap(lambda name: text, CENTER, 5)


@pytest.mark.parametrize(
    "url", ["https://tiles.example/{z}/{x}/{y}.pbf", "//tiles.example/{z}/{x}/{y}.pbf", "teselas/{z}"]
)
def test_no_other_host_is_asked(url: str) -> None:
    with pytest.raises(UnsafeTextError):
        AreaLayer(ASSETS.url, url=url)

"""The shell of a map, composed by Folium from our own parts. The only module that speaks Folium.

Folium renders every string twice through Jinja, so a name from a table would run as code on the
server. Therefore **no data ever enters an object of this module**: only structure, addresses of our
own and numbers. Names, times and positions travel as JSON beside the list and are written by
`static/offers-layer.js` with textContent. `_plain` refuses anything that does not look like an address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.elements import JSCSSMixin
from folium.map import Layer
from folium.plugins import VectorGridProtobuf
from folium.template import Template
from markupsafe import Markup

from geo.points import LonLat

AssetUrl = Callable[[str], str]
Links = list[tuple[str, str]]

# Tiles are drawn at twice the usual size, so the level is the zoom less one (cercana.level): fewer requests.
TILES_URL = "/teselas/base/{level}/{x}/{y}.pbf"
# The same with comunas at every zoom: a country is coloured by them.
FIGURES_URL = "/teselas/figures/{level}/{x}/{y}.pbf"
ISLAND = "puntos"
MIN_ZOOM = 2
MAX_ZOOM = 17
# The deepest level the server cuts tiles for; Leaflet stretches them beyond.
MAX_TILE_ZOOM = 12

# A path on this host: one slash first, then letters, and placeholders of the tile address.
_ADDRESS = re.compile(r"/(?!/)[A-Za-z0-9_./?=&-]*(?:\{(?:[zxy]|level)\}[A-Za-z0-9_./?=&-]*)*")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9-]*")


class UnsafeTextError(ValueError):
    """Something other than an address or identifier of ours was about to enter a Folium object."""


def _plain(text: str, pattern: re.Pattern[str] = _ADDRESS) -> str:
    if not pattern.fullmatch(text):
        raise UnsafeTextError(f"only our own addresses may enter a map, not {text[:80]!r}")
    return text


@dataclass(frozen=True, slots=True)
class MapParts:
    """A rendered map, ready for a template. Equal maps give equal parts, so they can be kept.

    js goes into `<script src defer>` in this order; script into a `<script type="module" nonce>`,
    which runs after the deferred ones.
    """

    css: tuple[str, ...]
    js: tuple[str, ...]
    html: Markup
    script: Markup


class CercanaFigure(Figure):
    """A figure that is no page of its own: it only gathers what its children render."""

    _template = Template("{{ this.html.render(**kwargs) }}")

    def __init__(self) -> None:
        super().__init__()
        self.header = Element()  # without branca's own meta tags
        self.header._parent = self


class _OwnAssets(JSCSSMixin):
    """Takes scripts and styles from our own static files.

    Folium keeps its links in lists of the class, and its own setters change them for everybody;
    here they become lists of the object.
    """

    js_files: tuple[str, ...] = ()
    css_files: tuple[str, ...] = ()

    def _take_assets(self, asset_url: AssetUrl) -> None:
        self.default_js: Links = [(name, _plain(asset_url(name))) for name in self.js_files]
        self.default_css: Links = [(name, _plain(asset_url(name))) for name in self.css_files]


class CercanaMap(_OwnAssets, folium.Map):
    """A Leaflet map with our own assets, no inline style, no jQuery and stable names."""

    js_files = ("vendor/leaflet/leaflet.js", "offers-layer.js", "route-layer.js", "names-layer.js")
    css_files = ("vendor/leaflet/leaflet.css", "map.css")
    # Stock Folium writes three inline styles, a viewport that forbids zooming and a script in the head.
    _template = Template(
        """
        {% macro html(this, kwargs) -%}
        <div class="map" id="{{ this.get_name() }}" role="region" aria-labelledby="{{ this.label_id }}"></div>
        {%- endmacro %}
        {% macro script(this, kwargs) -%}
        const {{ this.get_name() }} = cercana.map({{ this.get_name()|tojson }}, {
            center: {{ this.location|tojson }}, ...{{ this.options|tojavascript }}
        });
        {%- endmacro %}
        """
    )

    def __init__(
        self,
        asset_url: AssetUrl,
        center: LonLat,
        zoom: int,
        *,
        name: str = "main",
        label_id: str = "map-title",
    ) -> None:
        super().__init__(
            location=(center.lat, center.lon),
            tiles=None,
            zoom_start=zoom,
            zoom_control=False,  # ours speaks the language of the page
            minZoom=MIN_ZOOM,
            maxZoom=MAX_ZOOM,
            attributionControl=False,  # ours, without a link to another host
        )
        self._take_assets(asset_url)
        self._id = _plain(name, _IDENTIFIER)
        self.label_id = _plain(label_id, _IDENTIFIER)

    def add_layer(self, layer: "OfferLayer | AreaLayer | ExploreLayer | CoverageLayer") -> "CercanaMap":
        """Add a layer under a name that depends only on its place in the map."""
        layer._id = f"{self._id}_{len(self._children)}"
        layer.layer_name = layer.get_name()
        self.add_child(layer, name=layer.layer_name)
        return self

    def parts(self) -> MapParts:
        """Render once; addresses and code apart, because a strict page places each elsewhere."""
        figure = CercanaFigure()  # a figure remembers what was rendered into it, so each time a new one
        figure.add_child(self, name="map")
        figure.render()
        links = list(figure.header._children.values())
        return MapParts(
            css=tuple(link.url for link in links if isinstance(link, CssLink)),
            js=tuple(link.url for link in links if isinstance(link, JavascriptLink)),
            html=Markup(_tidy(figure.html.render())),
            script=Markup(_tidy(figure.script.render())),
        )


class OfferLayer(_OwnAssets, Layer):
    """Numbered pins, read by the browser from the page's JSON island or from an address of ours.

    clusters is for maps of many offers: a cluster hides the numbers of a list, and its code is 9 kB.
    """

    cluster_js = "vendor/leaflet.markercluster/leaflet.markercluster.js"
    cluster_css = "vendor/leaflet.markercluster/MarkerCluster.css"
    _template = Template(
        """
        {% macro script(this, kwargs) -%}
        const {{ this.get_name() }} = cercana.offers({{ this.source|tojavascript }});
        {%- endmacro %}
        """
    )

    def __init__(
        self, asset_url: AssetUrl, *, island: str = ISLAND, url: str | None = None, clusters: bool = False
    ) -> None:
        super().__init__(name="offers", overlay=True, control=False)
        self._name = "OfferLayer"
        self.js_files = (self.cluster_js,) if clusters else ()
        self.css_files = (self.cluster_css,) if clusters else ()
        self._take_assets(asset_url)
        self.source: dict[str, Any] = (
            {"island": _plain(island, _IDENTIFIER)} if url is None else {"url": _plain(url)}
        )


class AreaLayer(_OwnAssets, VectorGridProtobuf):
    """Outlines and names of our own areas, and main roads, as vector tiles: nobody else learns where somebody looks."""

    js_files = ("vendor/leaflet.vectorgrid/leaflet.vectorgrid.js",)

    def __init__(self, asset_url: AssetUrl, *, url: str = TILES_URL) -> None:
        # A string, because styles and renderer are code; all of it is ours.
        options = (
            "{vectorTileLayerStyles: cercana.areaStyles, rendererFactory: L.canvas.tile,"
            " interactive: false, tileSize: 512, level: cercana.level,"
            f" maxNativeZoom: {MAX_TILE_ZOOM + 1}, maxZoom: {MAX_ZOOM}}}"
        )
        super().__init__(_plain(url), "areas", options, control=False)
        self._name = "AreaLayer"
        self._take_assets(asset_url)


def search_map(
    asset_url: AssetUrl, center: LonLat, zoom: int, *, tiles_url: str = TILES_URL, clusters: bool = False
) -> MapParts:
    """The map of the search page. The same for every visitor: render it once, at start."""
    shell = CercanaMap(asset_url, center, zoom)
    offers = OfferLayer(asset_url, clusters=clusters)
    return shell.add_layer(AreaLayer(asset_url, url=tiles_url)).add_layer(offers).parts()


class ExploreLayer(_OwnAssets, Layer):
    """Every public place: the browser reads from an island of the page where its points or tiles come from."""

    js_files = (OfferLayer.cluster_js, "explore-layer.js")
    css_files = (OfferLayer.cluster_css,)
    _template = Template(
        """
        {% macro script(this, kwargs) -%}
        const {{ this.get_name() }} = cercana.explore({{ this.island|tojson }});
        {%- endmacro %}
        """
    )

    def __init__(self, asset_url: AssetUrl, *, island: str = "explore") -> None:
        super().__init__(name="explore", overlay=True, control=False)
        self._name = "ExploreLayer"
        self._take_assets(asset_url)
        self.island = _plain(island, _IDENTIFIER)


def explore_map(asset_url: AssetUrl, center: LonLat, zoom: int) -> MapParts:
    """The map of all places. The same for every visitor and filter: render it once, at start."""
    shell = CercanaMap(asset_url, center, zoom)
    return shell.add_layer(AreaLayer(asset_url)).add_layer(ExploreLayer(asset_url)).parts()


class CoverageLayer(_OwnAssets, Layer):
    """Our areas coloured by class, and cells of people from near: the browser reads figures from an island."""

    js_files = (*AreaLayer.js_files, "coverage-layer.js")
    _template = Template(
        """
        {% macro script(this, kwargs) -%}
        const {{ this.get_name() }} = cercana.coverage({{ this.source|tojavascript }});
        {%- endmacro %}
        """
    )

    def __init__(self, asset_url: AssetUrl, *, island: str = "coverage", url: str = FIGURES_URL) -> None:
        super().__init__(name="coverage", overlay=True, control=False)
        self._name = "CoverageLayer"
        self._take_assets(asset_url)
        self.source: dict[str, Any] = {
            "island": _plain(island, _IDENTIFIER),
            "url": _plain(url),
            "maxNativeZoom": MAX_TILE_ZOOM + 1,
        }


def coverage_shell(asset_url: AssetUrl, center: LonLat, zoom: int) -> MapParts:
    """The map of coverage. The same for every visitor and question: render it once, at start."""
    return CercanaMap(asset_url, center, zoom).add_layer(CoverageLayer(asset_url)).parts()


def _tidy(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)

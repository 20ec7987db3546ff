"""The sample views as a running application, with the middleware and assets of the real one."""

from fastapi import FastAPI, Request, Response
from starlette.responses import HTMLResponse

from geo.points import LonLat
from tests.web.sample_views import COUNTRY, KINDS, results, states
from web import language, security, templating
from web.assets import Assets
from web.maps import search_map

CHILE = LonLat(-71.0, -36.5)


def square_tile() -> bytes:
    """A vector tile of the layer `areas` with one square region, written by hand (Mapbox tile 2.1)."""
    move, line, close = 1 << 3 | 1, 3 << 3 | 2, 1 << 3 | 7
    path = [move, 1000, 1000, line, 4000, 0, 0, 4000, 3999, 0, close]  # steps, zigzag encoded
    feature = _field(2, bytes([0, 0])) + bytes([3 << 3, 3]) + _field(4, b"".join(map(_varint, path)))
    keys = _field(3, b"level") + _field(4, _field(1, b"region"))
    layer = (
        bytes([15 << 3, 2])
        + _field(1, b"areas")
        + _field(2, feature)
        + keys
        + bytes([5 << 3])
        + _varint(4096)
    )
    return _field(3, layer)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    head = b""
    while number > 127:
        head += bytes([number & 127 | 128])
        number >>= 7
    return head + bytes([number])


def sample_app() -> FastAPI:
    """`/?state=results` answers with a page, or with its part when htmx asks."""
    assets = Assets()
    pages = templating.build_environment(assets, COUNTRY, demo=True)
    shell = search_map(assets.url, CHILE, 5, clusters=True)
    app = FastAPI(openapi_url=None)
    app.state.posted = []

    def answer(request: Request, view_name: str, place: str) -> HTMLResponse:
        view = results(place_text=place) if place else states()[view_name]
        part = templating.wants_part(request)
        template = "_results.html" if part else "search.html"
        return templating.page(pages, request, template, view=view, map=shell, kinds=KINDS)

    @app.get("/")
    def search(request: Request, state: str = "empty", place: str = "") -> HTMLResponse:
        return answer(request, state, place)

    @app.post("/")
    async def search_near(request: Request) -> HTMLResponse:
        form = await request.form()
        app.state.posted.append(dict(form))
        return answer(request, "shared", "")

    @app.get("/teselas/base/{z}/{x}/{y}.pbf")
    def tile(z: int, x: int, y: int) -> Response:
        return Response(square_tile(), media_type="application/vnd.mapbox-vector-tile")

    app.mount(assets.prefix, assets)
    language.install(app)
    security.install(app)
    return app

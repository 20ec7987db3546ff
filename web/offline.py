"""What a phone keeps for when there is no connection: saved fichas, and a page that lists them with the helplines.

The browser keeps two things: the few static files that those pages need, under the version of their content; and
the fichas that the person saved one by one (`static/offline.js`). Searches are never kept, nor anything answered
with `no-store`: sensitive fichas are. The worker is only installed by the first ficha that somebody saves.
"""

import hashlib

import orjson
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from api.dependencies import TheDirectory
from web.assets import Assets
from web.ficha import ELSEWHERE, FRESH
from web.language import LANGUAGES, current, path_for
from web.language import gettext as _
from web.templating import page

router = APIRouter(include_in_schema=False)
ADDRESS = "/sin-conexion"
# What the saved pages and the page that lists them need besides themselves.
KEPT = ("offline.js", "ficha.js", "quick-exit.js", "icon.svg")
WORKER = "sw.js"
ICONS = ("icons/icon-192.png", "icons/icon-512.png")
DARK = "#0a132d"


@router.get(ADDRESS, response_class=HTMLResponse)
def offline(request: Request, directory: TheDirectory) -> HTMLResponse:
    """The saved fichas and the helplines; the browser shows its copy when there is no connection."""
    with directory.reading() as session:
        demo = directory.demonstration(session)
    answer = page(request.app.state.pages, request, "offline.html", demo=demo)
    answer.headers["Cache-Control"] = FRESH
    return answer


@router.get("/sw.js")
def worker(request: Request) -> Response:
    """The service worker: our file behind the list of what to keep, whose digest is the version."""
    headers = {"Cache-Control": "no-cache"}
    return Response(request.app.state.worker, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    """How the site is called and drawn when somebody puts it on a home screen."""
    asset = request.app.state.pages.globals["asset"]
    told = {
        "id": "/",
        "name": "Cercana",
        "short_name": "Cercana",
        "description": _("Encuentra dónde te atienden, cuándo y cómo llegar."),
        "lang": current().tag,
        "start_url": path_for("/"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": DARK,
        "icons": [
            {"src": asset("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
            *(
                {
                    "src": asset(name),
                    "type": "image/png",
                    "sizes": f"{size}x{size}",
                    "purpose": "any maskable",
                }
                for name, size in zip(ICONS, (192, 512), strict=True)
            ),
        ],
    }
    headers = {"Cache-Control": FRESH}
    return Response(orjson.dumps(told), media_type="application/manifest+json", headers=headers)


def worker_code(assets: Assets) -> str:
    """The whole worker for these files."""
    files = [assets.url(name) for name in KEPT]
    pages = [one.prefix + ADDRESS for one in LANGUAGES.values()]
    code = assets.text(WORKER)
    version = hashlib.sha256(orjson.dumps([files, pages, code])).hexdigest()[:12]
    kept = orjson.dumps({"version": version, "files": files, "pages": pages}).decode()
    return f"const KEPT = {kept};\n{code}"


def install(app: FastAPI) -> None:
    """Put it into an app that has the other pages."""
    app.state.worker = worker_code(Assets())
    app.state.pages.globals["elsewhere"] = ELSEWHERE
    app.include_router(router)

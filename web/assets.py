"""Our static files under names that carry their content's hash, so that a browser may keep them forever.

`Assets` is both the directory of names (`url`) and the ASGI application that serves them; files are read,
stripped of comments and blanks, and compressed once, at start: a cheap phone pays for every byte. A name nobody
asked us to publish is not served.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import rcssmin
import rjsmin
import zopfli.gzip
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
FOREVER = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
# Manifests of the vendor folder are for maintainers.
PRIVATE = {"MANIFEST.json"}
# Files of others are served to the byte as they were published, so that their sums can be checked.
VENDOR = "vendor"
HASH_DIGITS = 12


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One published file, plain and compressed (None when compressing would not help)."""

    media_type: str
    body: bytes
    compressed: bytes | None


class UnknownAssetError(LookupError):
    """A template or map asks for a file that is not under web/static: a mistake of ours."""


class Assets:
    """The published files of a folder. Mount it at `prefix`: `app.mount(assets.prefix, assets)`."""

    def __init__(self, root: Path = STATIC, prefix: str = "/static") -> None:
        self.prefix = prefix
        self._names: dict[str, str] = {}
        self._files: dict[str, StaticFile] = {}
        for path in _publishable(root):
            name = path.relative_to(root).as_posix()
            file = _read(path, shrink=path.relative_to(root).parts[0] != VENDOR)
            self._names[name] = hashed = _hashed_name(name, file.body)
            self._files[hashed] = file

    def url(self, name: str) -> str:
        """Address of a file by its plain name, such as `vendor/leaflet/leaflet.js`."""
        try:
            return f"{self.prefix}/{self._names[name]}"
        except KeyError:
            raise UnknownAssetError(f"no static file {name!r}") from None

    def text(self, name: str) -> str:
        """Content of a text file, for what is written into the page itself."""
        self.url(name)
        return self._files[self._names[name]].body.decode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one file by its hashed name; anything else is 404."""
        if scope["type"] != "http":
            return
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in {"GET", "HEAD"}:
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
        file = self._files.get(path.removeprefix("/"))
        if file is None:
            return Response("No existe", status_code=404, media_type="text/plain")
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if file.compressed and "gzip" in Headers(scope=scope).get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(file.compressed, headers=headers, media_type=file.media_type)
        return Response(file.body, headers=headers, media_type=file.media_type)


def _publishable(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix in MEDIA_TYPES and path.name not in PRIVATE:
            yield path


def _read(path: Path, *, shrink: bool) -> StaticFile:
    body = path.read_bytes()
    if shrink and path.suffix == ".css":
        body = rcssmin.cssmin(body)
    elif shrink and path.suffix == ".js":
        body = rjsmin.jsmin(body)
    compressed = _compressed(body)
    return StaticFile(MEDIA_TYPES[path.suffix], body, compressed if len(compressed) < len(body) else None)


@cache
def _compressed(body: bytes) -> bytes:
    """A gzip stream some 4 % smaller than the best of zlib; remembered, for it takes a fifth of a second."""
    compressed: bytes = zopfli.gzip.compress(body)
    return compressed


def _hashed_name(name: str, body: bytes) -> str:
    plain = PurePosixPath(name)
    digest = hashlib.sha256(body).hexdigest()[:HASH_DIGITS]
    return str(plain.with_name(f"{plain.stem}.{digest}{plain.suffix}"))

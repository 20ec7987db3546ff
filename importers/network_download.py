"""Map data from a server: the index of regions, and a file that goes on where it stopped.

The index is Geofabrik's (GeoJSON features with `id`, `name`, `parent` and `urls.pbf`), or one like it. What
arrives is checked against the size and the MD5 sum that the server states, and only then gets its name.
"""

import difflib
import hashlib
import http.client
import json
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from directory.errors import DirectoryError
from importers.words import fold

AGENT = "cercana (https://www.openstreetmap.org/copyright)"
SECONDS = 30
BLOCK = 1 << 18
# Times in a row that a connection may break without a single new byte.
ATTEMPTS = 4
LARGEST_INDEX = 64 << 20
HEADROOM = 64 << 20
_BY_HAND = "Without a network, bring a file NAME.osm.pbf to this machine and run `cercana network build NAME.osm.pbf`."

type Advance = Callable[[int, int | None], None]


class DownloadError(DirectoryError):
    """Map data cannot be fetched: says why, and what to do by hand."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the index. url: of its map data."""

    id: str
    name: str
    parent: str | None
    url: str

    @property
    def file_name(self) -> str:
        """What its file is called here."""
        return f"{re.sub(r'[^a-z0-9-]+', '-', self.id.lower()).strip('-')}.osm.pbf"


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that is whole. fetched: bytes that came over the network now. checked: whether a sum was stated."""

    path: Path
    fetched: int
    checked: bool


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the server says of a file, to know it again."""

    url: str
    tag: str
    size: int | None


def read_index(address: str) -> list[Region]:
    """The regions of an index. Raises DownloadError when it cannot be fetched or is none."""
    with _opened(address) as answer:
        data = answer.read(LARGEST_INDEX + 1)
    try:
        features = json.loads(data[:LARGEST_INDEX])["features"]
        properties = [one["properties"] for one in features]
        regions = [
            Region(
                str(one["id"]), str(one.get("name", one["id"])), one.get("parent"), str(one["urls"]["pbf"])
            )
            for one in properties
            if one.get("urls", {}).get("pbf")
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DownloadError(
            f"{address} is no index of regions ({error!r}): set CERCANA_NETWORK_INDEX to one. {_BY_HAND}"
        ) from error
    if not regions:
        raise DownloadError(
            f"{address} lists no region with map data: set CERCANA_NETWORK_INDEX to one that does"
        )
    return regions


def find_region(regions: list[Region], words: str) -> Region:
    """The region of this id or name. Raises DownloadError with near names when there is none, or several."""
    wanted = fold(words)
    exact = [one for one in regions if one.id.lower() == words.strip().lower()]
    found = exact or [one for one in regions if wanted in {fold(one.name), fold(one.id)}]
    if len(found) == 1:
        return found[0]
    if found:
        told = ", ".join(f"{one.id} ({one.name})" for one in found)
        raise DownloadError(f"{words!r} is the name of several regions: {told}. Say its id.")
    known = {fold(name): one for one in regions for name in (one.id, one.name)}
    near = difflib.get_close_matches(wanted, known, n=6, cutoff=0.6)
    near += [name for name in known if wanted and wanted in name][:6]
    told = ", ".join(dict.fromkeys(f"{known[name].id} ({known[name].name})" for name in near))
    raise DownloadError(f"There is no region {words!r}." + (f" Near it: {told}." if told else ""))


def download(url: str, path: Path, advance: Advance | None = None, *, pause: float = 2.0) -> Downloaded:
    """Fetch a file to a path; what is there already is not fetched again, and a part goes on where it stopped.

    advance is called with the bytes so far and in all; pause: seconds before a broken connection is made again.
    Raises DownloadError; the part then stays for the next time, unless its sum is wrong.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    stated = _stated(url)
    coming = _Coming(stated, path.with_name(path.name + ".part"), path.with_name(path.name + ".json"))
    if path.is_file() and coming.noted() and path.stat().st_size == stated.size:
        return Downloaded(path, 0, True)
    coming.begin()
    failures = 0
    while not coming.whole:
        before = coming.fetched
        coming.go_on(advance)
        if coming.whole:
            break
        failures = 0 if coming.fetched > before else failures + 1
        if failures >= ATTEMPTS:
            raise DownloadError(
                f"{url} breaks off again and again ({coming.trouble}): run the same command later, and it goes"
                f" on from {coming.size // 2**20} MB. {_BY_HAND}"
            )
        time.sleep(pause * failures)
    checked = _check_sum(url, coming.part)
    coming.part.replace(path)
    return Downloaded(path, coming.fetched, checked)


class _Coming:
    """A file on its way: the part that is here, and notes of which file on the server it is a part of."""

    def __init__(self, stated: _Stated, part: Path, notes: Path) -> None:
        self.stated, self.part, self.notes = stated, part, notes
        self.fetched = 0
        self.trouble = "the connection was closed"
        self._ended = False

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.part.stat().st_size if self.part.is_file() else 0

    @property
    def whole(self) -> bool:
        """Whether all of it is here."""
        return self._ended if self.stated.size is None else self.size == self.stated.size

    def noted(self) -> bool:
        """Whether what is here is of the very file that the server has now."""
        try:
            return _Stated(**json.loads(self.notes.read_text("utf-8"))) == self.stated
        except (OSError, ValueError, TypeError):
            return False  # then it is fetched from the start

    def begin(self) -> None:
        """Drop a part of another file; see that there is room."""
        if not self.noted() or self.size > (self.stated.size or self.size):
            self.part.unlink(missing_ok=True)
        lacking = (self.stated.size or 0) - self.size + HEADROOM - shutil.disk_usage(self.part.parent).free
        if lacking > 0:
            raise DownloadError(f"{self.part.parent} lacks room: free {lacking // 2**20 + 1} MB")
        self.notes.write_text(json.dumps(asdict(self.stated)), "utf-8")

    def go_on(self, advance: Advance | None) -> None:
        """Fetch from where it stopped until it ends or breaks off; `trouble` then says how."""
        have = self.size
        headers = {"Range": f"bytes={have}-"} if have else {}
        try:
            with _answer(self.stated.url, headers=headers) as answer:
                self._same_file(answer.headers)
                goes_on = answer.status == http.HTTPStatus.PARTIAL_CONTENT
                if goes_on and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                    raise http.client.HTTPException("it sends another part than was asked for")
                with self.part.open("ab" if goes_on else "wb") as file:
                    self._copy(answer, file, advance)
            self._ended = True
        except urllib.error.HTTPError as error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                self.part.unlink(missing_ok=True)
            self.trouble = f"it answers {error.code} {error.reason}"
            error.close()
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
            self.trouble = str(error) or type(error).__name__

    def _same_file(self, headers: Any) -> None:
        if _tag(headers) != self.stated.tag:
            self.part.unlink(missing_ok=True)
            raise DownloadError(
                f"{self.stated.url} has just changed on the server: run the same command again"
            )

    def _copy(self, answer: IO[bytes], file: IO[bytes], advance: Advance | None) -> None:
        while block := answer.read(BLOCK):
            file.write(block)
            self.fetched += len(block)
            if advance is not None:
                advance(file.tell(), self.stated.size)


def _check_sum(url: str, part: Path) -> bool:
    """Compare with the sum that the server states beside the file; False when it states none."""
    try:
        with _answer(f"{url}.md5") as answer:
            stated = re.match(rb"\s*([0-9a-fA-F]{32})\b", answer.read(4096))
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.NOT_FOUND:
            return False
        raise DownloadError(
            f"{url}.md5: the server answers {error.code} {error.reason}: try later"
        ) from error
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(f"{url}.md5 cannot be reached ({error}): run the same command again") from error
    if stated is None:
        return False
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if found != stated[1].decode().lower():
        part.unlink()
        raise DownloadError(
            f"What arrived from {url} is damaged, and was deleted: run the same command again"
        )
    return True


def _stated(url: str) -> _Stated:
    with _opened(url, method="HEAD") as answer:
        length = answer.headers.get("Content-Length") or ""
        return _Stated(url, _tag(answer.headers), int(length) if length.isdigit() else None)


def _tag(headers: Any) -> str:
    return str(headers.get("ETag") or headers.get("Last-Modified") or "")


@contextmanager
def _opened(url: str, *, method: str = "GET") -> Iterator[Any]:
    """An answer of the server; whatever goes wrong says what to do by hand."""
    try:
        with _answer(url, method=method) as answer:
            yield answer
    except urllib.error.HTTPError as error:
        error.close()
        raise DownloadError(f"{url}: the server answers {error.code} {error.reason}. {_BY_HAND}") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise DownloadError(f"{url} cannot be reached ({reason}). {_BY_HAND}") from error


def _answer(url: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise DownloadError(f"{url!r} is no address of a web server")
    request = urllib.request.Request(url, headers={"User-Agent": AGENT, **(headers or {})}, method=method)
    return urllib.request.urlopen(request, timeout=SECONDS)

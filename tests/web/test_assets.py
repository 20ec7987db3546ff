"""Static files: names carry the hash, answers may be kept forever, nothing else is served."""

import gzip
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from web.assets import STATIC, Assets, UnknownAssetError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "page.css").write_text("p { color: red }" * 200)
    (tmp_path / "lib/code.js").write_text("1")
    (tmp_path / "lib/MANIFEST.json").write_text("{}")
    (tmp_path / "refresh.sh").write_text("exit")
    return tmp_path


@pytest.fixture
def assets(folder: Path) -> Assets:
    return Assets(folder)


@pytest.fixture
def client(assets: Assets) -> TestClient:
    app = FastAPI()
    app.mount(assets.prefix, assets)
    return TestClient(app)


def test_the_name_changes_with_the_content(folder: Path, assets: Assets) -> None:
    before = assets.url("page.css")
    assert re.fullmatch(r"/static/page\.[0-9a-f]{12}\.css", before)
    assert Assets(folder).url("page.css") == before
    (folder / "page.css").write_text("other")
    assert Assets(folder).url("page.css") != before


def test_a_file_is_served_to_be_kept_forever(client: TestClient, assets: Assets) -> None:
    answer = client.get(assets.url("lib/code.js"))
    assert (answer.status_code, answer.text) == (200, "1")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Encoding"


def test_compressed_when_asked_and_plain_when_not(client: TestClient, assets: Assets) -> None:
    url = assets.url("page.css")
    plain = client.get(url, headers={"Accept-Encoding": "identity"})
    small = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < int(plain.headers["content-length"])
    assert small.text == plain.text == "p{color:red}" * 200


def test_our_files_lose_their_comments_and_vendored_ones_not_a_byte(tmp_path: Path) -> None:
    code = "// why\nconst name = `kept  ${ 1 }`; /* so */\nlet other = 2\n"
    (tmp_path / "vendor").mkdir()
    for path in (tmp_path / "own.js", tmp_path / "vendor" / "theirs.js"):
        path.write_text(code)
    assets = Assets(tmp_path)
    assert assets.text("vendor/theirs.js") == code
    own = assets.text("own.js")
    assert "why" not in own
    assert "so" not in own
    assert "`kept  ${ 1 }`" in own


def test_too_small_to_compress_stays_plain(client: TestClient, assets: Assets) -> None:
    answer = client.get(assets.url("lib/code.js"), headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/page.css",
        "/static/page.000000000000.css",
        "/static/refresh.sh",
        "/static/lib/MANIFEST.json",
        "/static/../pyproject.toml",
        "/static/%2e%2e/pyproject.toml",
        "/static/lib/",
        "/static/",
    ],
)
def test_anything_else_does_not_exist(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_head_answers_without_a_body_and_post_not_at_all(client: TestClient, assets: Assets) -> None:
    url = assets.url("lib/code.js")
    head = client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert client.post(url).status_code == 405


def test_an_unknown_name_is_a_mistake_of_ours(assets: Assets) -> None:
    with pytest.raises(UnknownAssetError, match="no\\.css"):
        assets.url("no.css")
    with pytest.raises(UnknownAssetError):
        assets.text("no.css")


@pytest.mark.parametrize(
    ("name", "raw_bytes", "gzip_bytes"),
    [
        ("cercana.css", 10_000, 3_000),
        ("app.js", 4_500, 2_000),
        ("offers-layer.js", 12_000, 4_500),
        ("names-layer.js", 5_000, 2_200),
        ("route-layer.js", 3_000, 1_400),
        ("map.css", 3_800, 1_400),
        ("reading.css", 2_000, 800),
    ],
)
def test_our_own_files_stay_within_the_budget(name: str, raw_bytes: int, gzip_bytes: int) -> None:
    body = (STATIC / name).read_bytes()
    assert len(body) <= raw_bytes
    assert len(gzip.compress(body, 9)) <= gzip_bytes


def test_our_own_files_need_no_foreign_host() -> None:
    for path in STATIC.glob("*.*"):
        foreign = re.findall(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", path.read_text(encoding="utf-8"))
        assert [url for url in foreign if "www.w3.org" not in url] == []

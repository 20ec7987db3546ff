"""What a phone may keep: the worker's list, its version, the manifest, the icons."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.demo import demo_app, demo_engine, demo_template, demo_url
from web import icons
from web.assets import STATIC, Assets
from web.offline import KEPT, WORKER, worker_code

__all__ = ["demo_app", "demo_engine", "demo_template", "demo_url"]


@pytest.fixture(scope="module")
def client(demo_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(demo_app) as made:
        yield made


def kept(code: str) -> dict[str, object]:
    found = re.match(r"const KEPT = (\{.*\});\n", code)
    assert found is not None
    told: dict[str, object] = json.loads(found[1])
    return told


def test_the_worker_keeps_files_that_exist_and_no_search(client: TestClient) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    told = kept(answer.text)
    assert told["pages"] == ["/sin-conexion", "/en/sin-conexion"]
    for url in [*told["files"], *told["pages"]]:  # type: ignore[misc]
        assert client.get(str(url)).status_code == 200


def copied(folder: Path, changed: str | None = None) -> Assets:
    for name in (*KEPT, WORKER):
        body = (STATIC / name).read_text("utf-8")
        # More than a blank or a comment, which scripts lose on their way out.
        more = "\nvoid 0;" if name.endswith(".js") else "\n"
        (folder / name).write_text(body + (more if name == changed else ""), "utf-8")
    return Assets(folder)


@pytest.mark.parametrize("name", [*KEPT, WORKER])
def test_the_version_changes_with_every_file(tmp_path: Path, name: str) -> None:
    before = kept(worker_code(copied(tmp_path)))["version"]
    assert kept(worker_code(copied(tmp_path)))["version"] == before
    assert kept(worker_code(copied(tmp_path, name)))["version"] != before


@pytest.mark.parametrize(("prefix", "start"), [("", "/"), ("/en", "/en/")])
def test_the_manifest_names_icons_that_exist(client: TestClient, prefix: str, start: str) -> None:
    answer = client.get(f"{prefix}/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert told["start_url"] == start
    for one in told["icons"]:
        image = client.get(one["src"])
        assert (image.status_code, image.headers["content-type"]) == (200, one["type"])
    page = BeautifulSoup(client.get(start).text, "html.parser")
    assert page.find("link", rel="manifest")["href"] == f"{prefix}/manifest.webmanifest"  # type: ignore[index]


@pytest.mark.parametrize("size", icons.SIZES)
def test_the_icons_are_those_that_the_script_draws(size: int) -> None:
    pixels = icons.icon(size)
    assert (STATIC / "icons" / f"icon-{size}.png").read_bytes() == icons.png(pixels)
    assert pixels.shape == (size, size, 3)
    assert tuple(pixels[0, 0]) == icons.DARK
    assert tuple(pixels[size * 13 // 32, size // 2]) == icons.BLUE
    assert np.any(np.all(pixels == icons.WHITE, axis=2))


def test_the_page_without_a_connection_says_whom_to_call(client: TestClient) -> None:
    page = BeautifulSoup(client.get("/sin-conexion").text, "html.parser")
    assert page.main is not None
    assert {"tel:1412"} <= {str(one["href"]) for one in page.main.select("a[href^=tel]")}

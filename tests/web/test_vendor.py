"""The vendored browser libraries are exactly those of their manifests, whoever touched the folders."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [ROOT / "web/static/vendor", ROOT / "tests/browser/vendor"]


def listed(folder: Path) -> dict[str, str]:
    packages = json.loads((folder / "MANIFEST.json").read_text())["packages"]
    return {entry["file"]: entry["sha256"] for package in packages for entry in package["files"]}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_every_file_has_the_hash_of_the_manifest_and_nothing_else_is_there(folder: Path) -> None:
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }
    assert found == listed(folder)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_every_package_names_its_version_and_keeps_its_licence(folder: Path) -> None:
    for package in json.loads((folder / "MANIFEST.json").read_text())["packages"]:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert package["licence"]
        assert f"{package['name']}/LICENSE.txt" in {entry["file"] for entry in package["files"]}


def test_the_versions_are_those_of_the_refresh_script() -> None:
    script = (ROOT / "web/static/vendor.sh").read_text()
    for folder in FOLDERS:
        for package in json.loads((folder / "MANIFEST.json").read_text())["packages"]:
            assert f"{package['name']}@{package['version']}" in script


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parts[-3])
def test_no_vendored_file_asks_for_a_source_map(folder: Path) -> None:
    for path in folder.rglob("*.js"):
        assert "sourceMappingURL=" not in path.read_text(encoding="utf-8").splitlines()[-1]

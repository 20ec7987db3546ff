"""Valhalla's tiles: built from files good and bad, and opened when good and when damaged."""

import hashlib
import json
from pathlib import Path

import osmium
import pytest
from osmium.osm import mutable

from geo.errors import NetworkError
from geo.points import LonLat
from geo.travel import TravelMode
from geo.valhalla import Valhalla
from geo.valhalla_tiles import MANIFEST, TAR, TileLimits, build_tiles, problem_with
from tests.geo.valhalla_town import SOUTH, WEST, built_town, corner

COUNTY = Path(__file__).parent.parent.parent / "fixtures" / "network" / "comarca.osm"
FOOT = TravelMode.FOOT


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The road file, and its tiles beside it."""
    return built_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def copied(town: Path, tmp_path: Path) -> Path:
    """Tiles to damage."""
    folder = tmp_path / "copied"
    folder.mkdir()
    for one in (town / "tiles").iterdir():
        (folder / one.name).write_bytes(one.read_bytes())
    return folder


def test_tiles_are_built_with_progress_and_nothing_else_is_left(town: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    manifest = build_tiles(town / "town.osm.pbf", tmp_path / "tiles", lambda *stage: told.append(stage))
    assert [one.name for one in tmp_path.iterdir()] == ["tiles"]
    assert {one.name for one in (tmp_path / "tiles").iterdir()} == {TAR, MANIFEST}
    assert manifest["source"]["sha256"] == hashlib.sha256((town / "town.osm.pbf").read_bytes()).hexdigest()
    assert told[0] == ("reading roads", 0, 8)
    assert told[-1] == ("tiles are built", 8, 8)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert problem_with(tmp_path / "tiles") is None


def broken_file(kind: str, folder: Path, whole: bytes) -> Path:
    path = folder / f"{kind}.osm.pbf"
    if kind == "roadless":
        writer = osmium.SimpleWriter(str(path))
        writer.add_node(mutable.Node(id=1, version=1, location=(WEST, SOUTH)))
        writer.close()
    elif kind != "missing":
        path.write_bytes({"empty": b"", "truncated": whole[:-40], "noise": b"\xff" * 4000}[kind])
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", "is no file: name an .osm.pbf file"),
        ("empty", "is empty: download it again"),
        ("truncated", "is incomplete or no .osm.pbf file"),
        ("noise", "is incomplete or no .osm.pbf file"),
        ("roadless", "holds no road that can be walked or driven"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_leaves_nothing(
    town: Path, tmp_path: Path, kind: str, said: str
) -> None:
    broken = broken_file(kind, tmp_path, (town / "town.osm.pbf").read_bytes())
    before = sorted(tmp_path.iterdir())
    with pytest.raises(NetworkError, match=said) as told:
        build_tiles(broken, tmp_path / "tiles")
    assert broken.name in str(told.value)
    assert sorted(tmp_path.iterdir()) == before


def test_other_formats_of_openstreetmap_are_turned_into_the_one(tmp_path: Path) -> None:
    build_tiles(COUNTY, tmp_path / "tiles")
    assert [one.name for one in tmp_path.iterdir()] == ["tiles"]
    assert Valhalla(tmp_path / "tiles").reason is None
    (tmp_path / "notes.osm").write_text("no map at all")
    with pytest.raises(NetworkError, match=r"notes\.osm is no file of OpenStreetMap"):
        build_tiles(tmp_path / "notes.osm", tmp_path / "more")


@pytest.mark.parametrize(
    ("limits", "said"),
    [(TileLimits(memory=16 << 20), "takes more than 16 MB"), (TileLimits(seconds=0), "took longer")],
)
def test_limits_are_told_and_leave_nothing(town: Path, tmp_path: Path, limits: TileLimits, said: str) -> None:
    with pytest.raises(NetworkError, match=said):
        build_tiles(town / "town.osm.pbf", tmp_path / "tiles", limits=limits)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_touched(town: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(NetworkError, match="holds something already"):
        build_tiles(town / "town.osm.pbf", tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def damage(folder: Path, kind: str) -> Path:
    """Tiles made unusable in one way; returns the folder to open."""
    tar = folder / TAR
    whole = tar.read_bytes()
    manifests = {"another format": '{"format": 99, "bytes": 1, "sha256": ""}', "odd manifest": "[1]"}
    contents = {
        "truncated": whole[: len(whole) // 2],
        "one bit": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
    }
    if kind in manifests:
        (folder / MANIFEST).write_text(manifests[kind])
    if kind in contents:
        tar.write_bytes(contents[kind])
    if kind in {"empty folder", "no tar"}:
        tar.unlink()
    if kind in {"empty folder", "no manifest"}:
        (folder / MANIFEST).unlink()
    return folder / "nowhere" if kind == "no such folder" else folder


@pytest.mark.parametrize(
    "kind",
    ["no such folder", "empty folder", "no tar", "no manifest", "another format", "odd manifest", "truncated",
     "one bit"],
)  # fmt: skip
def test_tiles_that_cannot_be_used_have_one_outcome(copied: Path, kind: str) -> None:
    opened = Valhalla(damage(copied, kind))
    assert not opened.usable
    assert opened.reason is not None
    assert opened.reason.endswith("build the tiles again")
    for asked in (
        lambda: opened.minutes(corner(0, 0), [corner(1, 1)], FOOT),
        lambda: opened.route(corner(0, 0), corner(1, 1), FOOT),
    ):
        with pytest.raises(NetworkError) as told:
            asked()
        assert str(told.value) == opened.reason


@pytest.mark.parametrize("content", [b"", b"\0" * 10_240, b"no tar at all" * 999])
def test_a_manifest_that_vouches_for_no_tiles_does_not_help(copied: Path, content: bytes) -> None:
    (copied / TAR).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (copied / MANIFEST).write_text(json.dumps({"format": 1, "bytes": len(content), "sha256": digest}))
    reason = Valhalla(copied).reason
    assert reason is not None
    assert reason.startswith(f"{copied / TAR} holds no tiles")
    assert reason.endswith("build the tiles again")


def test_networks_side_by_side_do_not_mix(town: Path, tmp_path: Path) -> None:
    # Valhalla keeps some things for the whole process; the tiles of an actor must not be among them.
    build_tiles(COUNTY, tmp_path / "county")
    broken = Valhalla(tmp_path / "nowhere")
    first, second = Valhalla(town / "tiles"), Valhalla(tmp_path / "county")
    in_town, in_county = (
        (corner(0, 0), corner(3, 3)),
        (LonLat(-71.6640, -35.4140), LonLat(-71.6420, -35.4275)),
    )
    assert not broken.usable
    for _ in range(2):
        assert first.minutes(in_town[0], [in_town[1]], FOOT)[0] is not None
        assert second.minutes(in_county[0], [in_county[1]], FOOT)[0] is not None
        assert first.minutes(in_county[0], [in_county[1]], FOOT) == [None]
        assert second.minutes(in_town[0], [in_town[1]], FOOT) == [None]

"""The folder of networks: what is installed stays whole, whatever happens while something else is built."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from directory.settings import ROOT
from geo.errors import NetworkError
from geo.networks import BUILDS, RETIRED, RETIRED_SECONDS, STATE, Networks
from geo.points import LonLat
from geo.road_graph import MANIFEST, open_graph
from tests.geo.graphs import CENTRE, Edge, roads_of, written


def small(folder: Path, *, length: float = 1_000.0, centre: LonLat = CENTRE, day: str | None = None) -> None:
    """A straight road from the centre to the east."""
    roads = roads_of([(0, 0), (length, 0)], [Edge(0, 1)], centre)
    written(folder, roads, {"source": {"licence": "none", "day": day}})


def test_nothing_is_installed_where_there_is_no_folder(tmp_path: Path) -> None:
    networks = Networks(tmp_path / "none")
    assert networks.installed() == []
    assert networks.active() == []
    networks.sweep()
    assert not networks.folder.exists()
    with pytest.raises(NetworkError, match="none is installed"):
        networks.find("x")


def test_a_fresh_network_is_used(tmp_path: Path) -> None:
    networks = Networks(tmp_path / "networks")
    made = networks.install("one", lambda folder: small(folder, day="2026-04-03"))
    assert (made.name, made.active, made.error) == ("one", True, None)
    assert made.id == open_graph(networks.folder / "one").id
    assert str(made.day) == "2026-04-03"
    assert made.bytes > 1_000
    assert networks.active() == [made]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "Chile", ".builds", "x" * 64, "año"])
def test_names_are_those_of_folders(tmp_path: Path, name: str) -> None:
    with pytest.raises(NetworkError, match="cannot name a network"):
        Networks(tmp_path).install(name, small)


def test_a_new_build_takes_the_place_of_the_old_one_for_who_opens_it_next(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    old = networks.install("one", small)
    graph = open_graph(old.folder)
    new = networks.install("one", lambda folder: small(folder, length=2_000.0))
    assert new.id != old.id
    assert [one.id for one in networks.installed()] == [new.id]
    # Somebody who began before goes on reading, and may even open what he had not opened yet.
    assert open_graph(old.folder).id == graph.id == old.id
    assert float(graph.edge_metres[0]) == 1_000.0


def test_a_failed_build_leaves_the_old_one_and_nothing_else(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    old = networks.install("one", small)

    def failing(folder: Path) -> None:
        small(folder, length=2_000.0)
        raise NetworkError("the file ends in the middle")

    with pytest.raises(NetworkError, match="ends in the middle"):
        networks.install("one", failing)
    with pytest.raises(NetworkError, match="holds no network"):
        networks.install("two", lambda folder: (folder / "nodes.npy").touch())
    assert networks.installed() == [old]
    assert [path.name for path in (tmp_path / BUILDS).iterdir()] == [old.folder.name]


KILLED = """
import sys
from pathlib import Path
from geo.networks import Networks

def build(folder):
    (folder / "nodes.npy").write_bytes(b"half")
    print("building", flush=True)
    sys.stdin.read()

Networks(Path(sys.argv[1])).install("one", build)
"""


def test_a_killed_build_leaves_the_old_one_and_is_swept_by_the_next(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    old = networks.install("one", small)
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "building\n"
        # Meanwhile nobody else builds or changes anything, and the old one answers.
        with pytest.raises(NetworkError, match="another command is building"):
            networks.install("one", small)
        with pytest.raises(NetworkError, match="another command is building"):
            networks.unuse("one")
        networks.sweep()
        assert len(list((tmp_path / BUILDS).iterdir())) == 2
        os.kill(process.pid, signal.SIGKILL)
    assert networks.installed() == [old]
    assert len(list((tmp_path / BUILDS).iterdir())) == 2
    networks.sweep()
    assert [path.name for path in (tmp_path / BUILDS).iterdir()] == [old.folder.name]


def test_replaced_and_removed_builds_are_swept_when_nobody_reads_them_any_more(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    first = networks.install("one", small)
    second = networks.install("one", lambda folder: small(folder, length=2_000.0))
    networks.remove("one")
    assert networks.installed() == []
    networks.sweep()
    assert first.folder.is_dir()
    assert second.folder.is_dir()
    for mark in (tmp_path / BUILDS).glob(f"*{RETIRED}"):
        os.utime(mark, (0, mark.stat().st_mtime - RETIRED_SECONDS - 1))
    networks.sweep()
    assert list((tmp_path / BUILDS).iterdir()) == []


def test_which_are_used_is_remembered(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    for name in ("one", "two", "three"):
        networks.install(name, small)
    networks.unuse("two")
    assert [one.name for one in Networks(tmp_path).active()] == ["one", "three"]
    networks.unuse()
    assert networks.active() == []
    networks.use("two")
    assert [one.name for one in networks.active()] == ["two"]
    with pytest.raises(NetworkError, match="there is no network 'four': installed are: one, three, two"):
        networks.use("one", "four")
    assert [one.name for one in networks.active()] == ["two"]
    networks.install("one", lambda folder: small(folder, length=10.0))
    assert {one.name for one in networks.active()} == {"one", "two"}


def test_removing_forgets_that_it_was_not_used(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    networks.install("one", small)
    networks.unuse("one")
    networks.remove("one")
    assert networks.install("one", small).active
    with pytest.raises(NetworkError):
        networks.remove("two")


def test_a_state_that_cannot_be_read_is_told_with_its_mend(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    networks.install("one", small)
    for broken in ("", "[]", '{"unused": 3}', "\x00"):
        (tmp_path / STATE).write_text(broken)
        with pytest.raises(NetworkError, match="delete it"):
            networks.active()


def test_broken_networks_are_told_not_hidden(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    networks.install("good", small)
    (tmp_path / "half").mkdir()
    (tmp_path / "lost").symlink_to(tmp_path / BUILDS / "gone")
    (tmp_path / "a-file").write_text("not a folder")
    for number, change in enumerate(({"format": 99}, {"id": None, "bounds": [1]}, {"bounds": "x"})):
        broken = networks.install(f"bad-{number}", small)
        manifest = json.loads((broken.folder / MANIFEST).read_text())
        (broken.folder / MANIFEST).write_text(json.dumps(manifest | change))
    told = {one.name: one.error for one in networks.installed()}
    assert set(told) == {"good", "half", "lost", "bad-0", "bad-1", "bad-2"}
    assert [name for name, error in told.items() if error is None] == ["good"]
    assert all("build" in (error or "build") for error in told.values())
    assert [one.name for one in networks.active()] == ["good"]


def test_a_network_put_there_by_hand_works_and_can_be_built_over(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    small(tmp_path / "hand")
    (by_hand,) = networks.active()
    assert by_hand.folder == (tmp_path / "hand").resolve()
    graph = open_graph(by_hand.folder)
    made = networks.install("hand", lambda folder: small(folder, length=2_000.0))
    assert (tmp_path / "hand").is_symlink()
    assert [one.id for one in networks.active()] == [made.id]
    assert float(graph.edge_metres[0]) == 1_000.0


def test_the_stamp_changes_with_all_that_matters_and_with_nothing_else(tmp_path: Path) -> None:
    networks = Networks(tmp_path / "networks")
    seen = [networks.stamp()]

    def changed() -> bool:
        seen.append(networks.stamp())
        return seen[-1] != seen[-2]

    networks.install("one", small)
    assert changed()
    assert not changed()
    networks.install("one", small)  # the very same roads, in new files
    assert changed()
    networks.unuse("one")
    assert changed()
    networks.use("one")
    assert changed()
    networks.sweep()
    (networks.folder / ".downloads").mkdir()
    assert not changed()
    networks.remove("one")
    assert changed()


def test_newest_map_first_then_the_smallest(tmp_path: Path) -> None:
    networks = Networks(tmp_path)
    networks.install("undated", small)
    networks.install("old", lambda folder: small(folder, day="2020-01-01"))
    networks.install("wide", lambda folder: written(
        folder,
        roads_of([(0, 0), (9_000, 9_000)], [Edge(0, 1)]),
        {"source": {"licence": "none", "day": "2026-01-01"}},
    ) and None)  # fmt: skip
    networks.install("narrow", lambda folder: small(folder, day="2026-01-01"))
    assert [one.name for one in networks.active()] == ["narrow", "wide", "old", "undated"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NetworkError, match="choose another folder"):
        Networks(tmp_path / "file").install("one", small)

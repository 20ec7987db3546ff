"""Building Valhalla's tiles from a road file, and telling whether a folder of tiles can be used.

A folder of tiles holds `tiles.tar` (mapped into memory, so that processes share its pages) and `tiles.json`
(of what it was made, its size and digest). Valhalla itself answers the same for no tiles, damaged tiles and a
place without roads, and a truncated file that is mapped ends the process: so the digest is compared first.
"""

import hashlib
import importlib.metadata
import json
import os
import resource
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

import osmium
import valhalla

from geo.errors import NetworkError

# As in `geo.road_build`: words of the stage, done, total.
type Progress = Callable[[str, int, int | None], None]

FORMAT = 1
TAR = "tiles.tar"
MANIFEST = "tiles.json"
_BUILDER = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
# What the builder writes when a stage begins, and our words for it.
_STAGES = (
    ("Parsing ways...", "reading roads"),
    ("Parsing relations...", "reading turn restrictions"),
    ("Parsing nodes...", "reading positions"),
    ("Creating graph edges from ways...", "joining roads"),
    ("Enhancing local graph...", "refining roads"),
    ("HierarchyBuilder", "sorting roads by class"),
    ("Validating, finishing and binning tiles...", "finishing tiles"),
)
# Said by the builder of a file in which no way can be walked, ridden or driven.
_NO_ROADS = ("edge_shapes.bin: No such file", "sequence: ")


@dataclass(frozen=True, slots=True)
class TileLimits:
    """What building may take: bytes of private memory (mapped files do not count), seconds, threads (0: all)."""

    memory: int = 16 * 2**30
    seconds: int = 6 * 3600
    threads: int = 0


def build_tiles(
    pbf: Path, folder: Path, progress: Progress | None = None, *, limits: TileLimits = TileLimits()
) -> dict[str, Any]:
    """Build tiles from a file of OpenStreetMap (.osm.pbf, or what can be turned into it) into a folder that
    does not exist yet or is empty; returns its manifest.

    Runs the wheel's own tools in child processes. The folder appears whole or not at all. Raises NetworkError:
    the file is missing, empty, truncated, no PBF or without roads, the folder holds something, or the limits
    do not suffice.
    """
    _refuse(pbf, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
        work, done = Path(scratch, "work"), Path(scratch, "done")
        work.mkdir()
        done.mkdir()
        config = Path(scratch, "config.json")
        config.write_text(json.dumps(_build_config(work, done / TAR)), "utf-8")
        threads = str(limits.threads or os.cpu_count() or 1)
        source = _as_pbf(pbf, Path(scratch))
        command = [str(_BUILDER), "-c", str(config), "-j", threads, str(source.resolve())]
        _run(command, limits, pbf, _teller(progress))
        if not any(work.rglob("*.gph")):
            raise NetworkError(f"{pbf} holds no road that can be walked or driven: name another file")
        if progress:
            progress("packing tiles", len(_STAGES), len(_STAGES) + 1)
        module = "valhalla.valhalla_build_extract"
        _run([sys.executable, "-I", "-m", module, "-c", str(config)], limits, pbf, _heard)
        manifest = _write_manifest(done, pbf)
        if folder.exists():
            folder.rmdir()
        done.rename(folder)
    if progress:
        progress("tiles are built", len(_STAGES) + 1, len(_STAGES) + 1)
    return manifest


def problem_with(folder: Path) -> str | None:
    """Why a folder of tiles cannot be used, with the mend; None when it is what was built. Reads it all once."""
    path = folder / TAR
    try:
        problem = _differs(folder, json.loads((folder / MANIFEST).read_text("utf-8"))) or _holds_none(path)
    except (ValueError, KeyError, TypeError) as error:
        problem = f"{folder / MANIFEST} cannot be understood ({error.__class__.__name__})"
    except tarfile.TarError as error:
        problem = f"{path} holds no tiles ({error})"
    except OSError as error:
        problem = f"{folder} holds no Valhalla tiles ({error.strerror})"
    return f"{problem}: build the tiles again" if problem else None


def _differs(folder: Path, manifest: Any) -> str | None:
    """How the tiles differ from what their manifest says of them."""
    path, told, size = folder / TAR, manifest["format"], (folder / TAR).stat().st_size
    if told != FORMAT:
        return f"{folder} holds tiles of format {told}, this Cercana reads {FORMAT}"
    if size != manifest["bytes"]:
        return f"{path} is incomplete ({size} bytes of {manifest['bytes']})"
    return None if _digest(path) == manifest["sha256"] else f"{path} is damaged (its digest differs)"


def _holds_none(path: Path) -> str | None:
    with tarfile.open(path) as tar:
        return None if any(one.name.endswith(".gph") for one in tar) else f"{path} holds no tiles"


def _refuse(pbf: Path, folder: Path) -> None:
    if not pbf.is_file():
        raise NetworkError(f"{pbf} is no file: name an .osm.pbf file")
    if not pbf.stat().st_size:
        raise NetworkError(f"{pbf} is empty: download it again")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NetworkError(f"{folder} holds something already: remove it, or name another folder")


def _as_pbf(path: Path, folder: Path) -> Path:
    """The file itself, or a copy in the only format that Valhalla reads."""
    if path.suffix == ".pbf":
        return path
    copy = folder / "source.osm.pbf"
    try:
        with osmium.SimpleWriter(str(copy)) as writer:
            for one in osmium.FileProcessor(str(path)):
                writer.add(one)
    except (RuntimeError, ValueError) as error:
        raise NetworkError(f"{path} is no file of OpenStreetMap ({error}): name an .osm.pbf file") from error
    return copy


def _build_config(work: Path, tar: Path) -> dict[str, Any]:
    """Valhalla's defaults without any other file: no time zones, countries, elevation or transit."""
    config: dict[str, Any] = valhalla.get_config(tile_extract="", tile_dir=work)
    # Resolved by itself only when it exists.
    config["mjolnir"]["tile_extract"] = str(tar.resolve())
    for name in ("admin", "landmarks", "timezone", "transit_dir", "transit_feeds_dir", "traffic_extract"):
        config["mjolnir"][name] = ""
    config["additional_data"]["elevation"] = ""
    config["logging"] = {"type": "std_out", "color": False}
    return config


def _write_manifest(folder: Path, pbf: Path) -> dict[str, Any]:
    manifest = {
        "format": FORMAT,
        "valhalla": importlib.metadata.version("pyvalhalla"),
        "source": {"file": pbf.name, "sha256": _digest(pbf)},
        "bytes": (folder / TAR).stat().st_size,
        "sha256": _digest(folder / TAR),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    return manifest


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _teller(progress: Progress | None) -> Callable[[str], None]:
    """What listens to the builder's lines and tells the stages."""

    def heard(line: str) -> None:
        for number, (begin, words) in enumerate(_STAGES):
            if progress and line.endswith(f"] {begin}"):
                progress(words, number, len(_STAGES) + 1)

    return heard


def _heard(line: str) -> None:
    """The packer's lines say nothing worth telling."""


def _run(command: Sequence[str], limits: TileLimits, pbf: Path, heard: Callable[[str], None]) -> None:
    """One of the wheel's tools in a child process of bounded memory and time. NetworkError when it fails."""
    with TemporaryFile() as complaints:
        child = _start(command, complaints)
        late = threading.Event()

        def end() -> None:
            late.set()
            child.kill()

        alarm = threading.Timer(limits.seconds, end)
        assert child.stdout is not None
        try:
            _limit(child.pid, limits)
            alarm.start()
            for line in child.stdout:
                heard(line.decode("utf-8", "replace").rstrip())
            code = child.wait()
        finally:
            alarm.cancel()
            child.kill()
            child.wait()
            child.stdout.close()
        if code:
            complaints.seek(0)
            text = complaints.read(100_000).decode("utf-8", "replace")
            raise NetworkError(_complaint(text, code, pbf, limits, late.is_set()))


def _start(command: Sequence[str], complaints: IO[bytes]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            start_new_session=True,
        )
    except OSError as error:
        raise NetworkError(
            f"{command[0]} cannot be started ({error.strerror}): reinstall pyvalhalla, or go on without tiles"
        ) from error


def _limit(pid: int, limits: TileLimits) -> None:
    if not hasattr(resource, "prlimit"):
        return  # macOS: the clock still bounds it
    for what, most in (
        (resource.RLIMIT_DATA, limits.memory),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.prlimit(pid, what, (most, most))


def _complaint(text: str, code: int, pbf: Path, limits: TileLimits, late: bool) -> str:
    """What went wrong, and the mend, from what a tool wrote when it ended."""
    said = text.strip().rsplit("what():", 1)[-1].strip().splitlines()
    reason = said[-1].strip() if said else f"it ended with {code} and said nothing"
    if late:
        return f"building tiles from {pbf} took longer than {limits.seconds} s: allow more, or name a smaller file"
    if "bad_alloc" in text or "Cannot allocate memory" in text:
        return f"building tiles from {pbf} takes more than {limits.memory >> 20} MB: allow more, or name a smaller file"
    if all(one in text for one in _NO_ROADS):
        return f"{pbf} holds no road that can be walked or driven: name another file"
    if "PBF error" in text:
        return f"{pbf} is incomplete or no .osm.pbf file ({reason}): download it again"
    if "No space left" in text:
        return f"there is no room left to build tiles from {pbf}: free some, about ten times the file"
    return f"tiles cannot be built from {pbf} ({reason}): check the file, or go on without tiles"

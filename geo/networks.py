"""The folder of installed road networks: which there are, which are used, how one is put in place.

    networks/<name>          a link to the build in use (or a folder that somebody put there by hand)
    networks/.builds/<...>   builds: the linked ones, those just replaced, and what a killed build left
    networks/.state.json     names that are not used; a fresh build is
    networks/.lock           held while something is built or removed: freed by the kernel when its holder dies

A build becomes the network by one rename of a link, so that whoever opens a network resolves the link first and
then reads one build to its end. A replaced build stays for RETIRED_SECONDS: questions under way still read it.
"""

import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import NetworkError
from geo.points import Bounds
from geo.road_graph import MANIFEST, read_manifest

BUILDS = ".builds"
STATE = ".state.json"
LOCK = ".lock"
RETIRED = ".retired"
RETIRED_SECONDS = 600.0
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")

# What is seen of the folder at a glance: any change of what is installed or used changes it.
type Stamp = tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class Installed:
    """One installed network. folder: of its build, links resolved. error: why it cannot be used, or None.

    manifest is empty when it could not be read. What only opening the arrays tells is not in error
    (`geo.network_router.NetworkRouter.faults`).
    """

    name: str
    folder: Path
    active: bool
    manifest: dict[str, Any]
    error: str | None

    @property
    def id(self) -> str | None:
        """Id of its graph; None when the manifest cannot be read."""
        return None if self.error else str(self.manifest["id"])

    @property
    def bounds(self) -> Bounds:
        """The box of its nodes, degrees."""
        return Bounds(*self.manifest["bounds"])

    @property
    def day(self) -> date | None:
        """Day of the map data; None when the file did not say."""
        stated = self.manifest.get("source", {}).get("day")
        return date.fromisoformat(stated) if stated else None

    @property
    def preference(self) -> tuple[int, float, str]:
        """Sorts first what answers where several hold a place: newest map, then smallest, then by name."""
        return (-(self.day.toordinal() if self.day else 0), self.bounds.extent, self.name)

    @property
    def bytes(self) -> int:
        """What its files take on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


class Networks:
    """A folder of networks; it need not exist. Any number of processes may hold one on the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def installed(self) -> list[Installed]:
        """Every installed network by name, broken ones too (with their error)."""
        unused = self._unused()
        return [self._look(name, name not in unused) for name in self._names()]

    def active(self) -> list[Installed]:
        """Those that answer questions, in the order in which they are asked; broken ones are left out."""
        usable = [one for one in self.installed() if one.active and one.error is None]
        return sorted(usable, key=lambda one: one.preference)

    def find(self, name: str) -> Installed:
        """The network of this name. Raises NetworkError, with the names there are, when there is none."""
        names = self._names()
        if name not in names:
            there = f"installed are: {', '.join(names)}" if names else "none is installed"
            raise NetworkError(f"there is no network {name!r}: {there}")
        return self._look(name, name not in self._unused())

    def stamp(self) -> Stamp:
        """Changes when a network is installed, removed, built again or (not) used. A few system calls."""
        seen: list[tuple[object, ...]] = [tuple(sorted(self._unused()))]
        for name in self._names():
            with contextlib.suppress(OSError):
                told = (self.folder / name / MANIFEST).stat()
                seen.append((name, told.st_ino, told.st_mtime_ns, told.st_size))
        return tuple(seen)

    def use(self, *names: str) -> None:
        """Let these answer questions, besides those that do. Raises NetworkError for an unknown name."""
        known = {self.find(name).name for name in names}
        with self._locked():
            self._write_unused(self._unused() - known)

    def unuse(self, *names: str) -> None:
        """Let these answer no questions, all of them when no name is given; they stay installed."""
        unknown = {self.find(name).name for name in names or self._names()}
        with self._locked():
            self._write_unused(self._unused() | unknown)

    def install(self, name: str, build: Callable[[Path], None]) -> Installed:
        """Build a network into a new folder (`build` fills it) and put it in the place of the old one, if any.

        The old one stays as it was when building fails or is killed. Raises NetworkError when the name cannot
        be a folder's, another build is under way, or what was built is no network; and what `build` raises.
        """
        if not NAME.fullmatch(name):
            raise NetworkError(
                f"{name!r} cannot name a network: use small letters, digits, - and _ (at most 63)"
            )
        with self._locked():
            self._sweep()
            made = self.folder / BUILDS / f"{name}-{secrets.token_hex(6)}"
            made.mkdir()
            try:
                build(made)
                read_manifest(made)
                _sync(made)
                self._put(name, made)
            except BaseException:
                shutil.rmtree(made, ignore_errors=True)
                raise
            self._write_unused(self._unused() - {name})
        return self.find(name)

    def remove(self, name: str) -> None:
        """Take a network away. Questions under way end on it. Raises NetworkError when there is none."""
        self.find(name)
        with self._locked():
            self._retire(name)
            self._write_unused(self._unused() - {name})

    def sweep(self) -> None:
        """Delete replaced builds that nobody can be reading any more, unless somebody is building."""
        if (self.folder / BUILDS).is_dir():
            with contextlib.suppress(NetworkError), self._locked():
                self._sweep()

    def _names(self) -> list[str]:
        try:
            with os.scandir(self.folder) as entries:
                seen = [one.name for one in entries if one.is_symlink() or one.is_dir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise NetworkError(f"{self.folder} cannot be read ({error}): mend its permissions") from error
        return sorted(name for name in seen if not name.startswith("."))

    def _look(self, name: str, active: bool) -> Installed:
        folder = (self.folder / name).resolve()
        try:
            manifest = read_manifest(folder)
            one = Installed(name, folder, active, manifest, None)
            _ = (one.id, one.preference)  # a manifest without what is asked of it is told here
        except NetworkError as error:
            return Installed(name, folder, active, {}, str(error))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            told = f"{folder / MANIFEST} lacks or misstates {error}: build the network again"
            return Installed(name, folder, active, {}, told)
        return one

    def _unused(self) -> frozenset[str]:
        """Names that are not used. Raises NetworkError when the state cannot be read."""
        try:
            stated = json.loads((self.folder / STATE).read_text("utf-8"))["unused"]
            return frozenset(str(one) for one in stated)
        except (FileNotFoundError, NotADirectoryError):
            return frozenset()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NetworkError(
                f"{self.folder / STATE} cannot be read ({error}): delete it, and every network is used again"
            ) from error

    def _write_unused(self, names: Collection[str]) -> None:
        """Atomically; names of networks that are gone are dropped."""
        path = self.folder / STATE
        part = path.with_suffix(".part")
        part.write_text(json.dumps({"unused": sorted(set(names) & set(self._names()))}), "utf-8")
        part.replace(path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            (self.folder / BUILDS).mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise NetworkError(f"{self.folder} cannot be written ({error}): choose another folder") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise NetworkError(
                f"another command is building or changing networks in {self.folder}: wait until it ends"
            ) from None
        try:
            yield
        finally:
            os.close(descriptor)

    def _put(self, name: str, made: Path) -> None:
        """Point the name at a new build: one rename. The old build is kept for those who read it."""
        link = self.folder / name
        if link.is_dir() and not link.is_symlink():
            self._retire(name)
        old = link.resolve() if link.is_symlink() else None
        fresh = self.folder / BUILDS / f"{made.name}.link"
        fresh.symlink_to(Path(BUILDS) / made.name)
        fresh.replace(link)
        if old is not None:
            self._mark(old)

    def _retire(self, name: str) -> None:
        link = self.folder / name
        if link.is_symlink():
            old = link.resolve()
            link.unlink()
        else:
            old = self.folder / BUILDS / f"{name}-{secrets.token_hex(6)}"
            link.rename(old)
        self._mark(old)

    def _mark(self, old: Path) -> None:
        if old.parent == (self.folder / BUILDS).resolve() and old.is_dir():
            old.with_name(old.name + RETIRED).touch()

    def _sweep(self) -> None:
        """Delete builds that no name points at, but for those just replaced. The lock is held."""
        builds = self.folder / BUILDS
        kept = {(self.folder / name).resolve().name for name in self._names()}
        for path in builds.iterdir():
            mark = path if path.name.endswith(RETIRED) else path.with_name(path.name + RETIRED)
            recent = mark.exists() and time.time() - mark.stat().st_mtime < RETIRED_SECONDS
            if path.name in kept or recent:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """To the disk, so that the name never points at files that a power cut left empty."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

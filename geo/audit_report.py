"""What an audit found: the errors of our times by mode, kept beside the network as `audit.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import NetworkError
from geo.points import LonLat
from geo.travel import TravelMode
from geo.units import Metres, Minutes

AUDIT = "audit.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """One trip. straight: metres in a straight line. error: (ours - theirs) / theirs."""

    origin: LonLat
    target: LonLat
    straight: Metres
    ours: Minutes
    theirs: Minutes
    their_metres: Metres

    @property
    def error(self) -> float:
        """Above 0: ours takes longer."""
        return (self.ours - self.theirs) / self.theirs


@dataclass(frozen=True, slots=True)
class Errors:
    """Of some trips: how many; median and 90th percentile of the absolute relative error; median of the signed."""

    pairs: int
    median: float
    p90: float
    bias: float


@dataclass(frozen=True, slots=True)
class ModeAudit:
    """One mode. asked: sampled trips. ours_only, theirs_only: trips that one engine alone has a time for.

    lengths: errors by class of straight lines, "500-2000" metres and so on. worst: the farthest apart first.
    """

    asked: int
    ours_only: int
    theirs_only: int
    errors: Errors | None
    lengths: Mapping[str, Errors]
    worst: tuple[Pair, ...]

    @property
    def share(self) -> float:
        """Of the sampled trips, those that both engines have a time for."""
        return self.errors.pairs / self.asked if self.errors else 0.0


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The audit of one network, to keep beside it. network: id of its graph. day: when it was made, if told.

    engine: the other engine and its version.
    """

    network: str
    engine: str
    day: date | None
    seed: int
    modes: Mapping[TravelMode, ModeAudit]

    def as_json(self) -> str:
        """All of it, to be read by `from_json`."""
        modes = {mode: asdict(one) for mode, one in self.modes.items()}
        whole = {
            "format": FORMAT,
            "network": self.network,
            "engine": self.engine,
            "day": self.day.isoformat() if self.day else None,
            "seed": self.seed,
            "modes": modes,
        }
        return json.dumps(whole, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "AuditReport":
        """What `as_json` wrote. Raises NetworkError for anything else."""
        try:
            whole = json.loads(text)
            if whole["format"] != FORMAT:
                raise NetworkError(
                    f"an audit of format {whole['format']} cannot be read: audit the network again"
                )
            modes = {TravelMode(name): _mode(one) for name, one in whole["modes"].items()}
            day = date.fromisoformat(whole["day"]) if whole["day"] else None
            return cls(str(whole["network"]), str(whole["engine"]), day, int(whole["seed"]), modes)
        except NetworkError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise NetworkError(f"this is no audit ({error!r}): audit the network again") from error

    def save(self, folder: Path) -> Path:
        """Write `audit.json` into a network's folder."""
        path = folder / AUDIT
        path.write_text(self.as_json(), "utf-8")
        return path

    def lines(self) -> list[str]:
        """A plain table, and the worst trips of each mode."""
        head = f"{'mode':<6}{'straight line, m':>18}{'trips':>8}{'median %':>10}{'p90 %':>8}{'bias %':>8}"
        table = [f"network {self.network}, seed {self.seed}: our times against those of {self.engine}", head]
        for mode, one in self.modes.items():
            for name, errors in (("all", one.errors), *one.lengths.items()):
                if errors:
                    table.append(
                        f"{mode:<6}{name:>18}{errors.pairs:>8}{errors.median:>10.1%}{errors.p90:>8.1%}{errors.bias:>+8.1%}"
                    )
            table.append(
                f"{mode:<6}{one.share:.1%} of {one.asked} trips compared; ours alone {one.ours_only},"
                f" Valhalla alone {one.theirs_only}"
            )
            table += [_line(pair) for pair in one.worst]
        return table


def load_audit(folder: Path) -> AuditReport | None:
    """The audit beside a network; None when there is none. Raises NetworkError when it cannot be read."""
    path = folder / AUDIT
    try:
        return AuditReport.from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise NetworkError(f"{path} cannot be read ({error}): audit the network again") from error


def _line(pair: Pair) -> str:
    ends = " -> ".join(f"{one.lat:.5f},{one.lon:.5f}" for one in (pair.origin, pair.target))
    return f"  {pair.error:+7.1%}  ours {pair.ours:6.1f} min, Valhalla's {pair.theirs:6.1f}  {ends}"


def _mode(said: Mapping[str, Any]) -> ModeAudit:
    return ModeAudit(
        int(said["asked"]),
        int(said["ours_only"]),
        int(said["theirs_only"]),
        Errors(**said["errors"]) if said["errors"] else None,
        {name: Errors(**one) for name, one in said["lengths"].items()},
        tuple(
            Pair(**(one | {"origin": LonLat(**one["origin"]), "target": LonLat(**one["target"])}))
            for one in said["worst"]
        ),
    )

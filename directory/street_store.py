"""Streets and main roads of the networks in use, on their way in from the networks' own files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from directory.db import Engine, reading, transaction
from directory.road_drawings import draw_roads
from directory.staging import find_areas, stage
from directory.street_words import street_key
from geo.errors import NetworkError
from geo.networks import Installed
from geo.street_file import MainRoad, StreetPiece, clean_name, read_streets


@dataclass(frozen=True, slots=True)
class StreetCounts:
    """What a refresh did. loaded, dropped: networks. faults: networks whose streets cannot be read, in words."""

    loaded: int = 0
    dropped: int = 0
    faults: tuple[str, ...] = ()


def refresh_streets(engine: Engine, networks: Sequence[Installed]) -> StreetCounts:
    """Make streets and main roads those of these networks. Nothing is read or written when nothing has changed.

    One transaction for each network. A network whose file is damaged keeps what it had, and is told.
    """
    wanted = {str(one.id): one for one in networks}
    with reading(engine) as session:
        known, areas = _known(session), _areas(session)
    gone = sorted(set(known) - set(wanted))
    if gone:
        with transaction(engine) as session:
            session.execute(text("delete from network_map where network = any(:gone)"), {"gone": gone})
    loaded, faults = 0, []
    for id_, network in wanted.items():
        if known.get(id_) == (_digest(network), areas):
            continue
        try:
            loaded += _load(engine, network)
        except NetworkError as error:
            faults.append(str(error))
    if loaded:
        _analyze(engine)
    return StreetCounts(loaded, len(gone), tuple(faults))


def _known(session: Session) -> dict[str, tuple[str, str]]:
    rows = session.execute(text("select network, digest, areas from network_map"))
    return {network: (digest, areas) for network, digest, areas in rows}


def _areas(session: Session) -> str:
    """Changes when comunas come, go, or get another shape. Their bytes alone are looked at, which is quick."""
    return str(session.scalar(text(_AREAS)))


def _digest(network: Installed) -> str:
    """Of the file of streets, as the manifest says it; empty for a network that has none."""
    stated = network.manifest.get("streets")
    return str(stated.get("sha256", "")) if isinstance(stated, dict) else ""


def _load(engine: Engine, network: Installed) -> bool:
    """Read one network in. False when another process did it meanwhile."""
    id_, digest = str(network.id), _digest(network)
    with transaction(engine) as session:
        session.execute(text("select pg_advisory_xact_lock(hashtextextended('cercana streets', 0))"))
        areas = _areas(session)
        if _known(session).get(id_) == (digest, areas):
            return False
        session.execute(text("delete from network_map where network = :network"), {"network": id_})
        session.execute(
            text("insert into network_map (network, digest, areas) values (:network, :digest, :areas)"),
            {"network": id_, "digest": digest, "areas": areas},
        )
        if digest:
            _read_in(session, id_, network.folder)
    return True


def _read_in(session: Session, id_: str, folder: Path) -> None:
    """Roads and streets are in one file: roads wait in a list, for two copies at once cannot be."""
    roads: list[MainRoad] = []
    pieces = _sorted_out(read_streets(folder), roads)
    stage(session, "staged_street", _COLUMNS, _piece_rows(pieces))
    find_areas(session, "staged_street")
    session.execute(text(_WRITE), {"network": id_})
    draw_roads(session, id_, roads)


def _sorted_out(rows: Iterable[MainRoad | StreetPiece], roads: list[MainRoad]) -> Iterator[StreetPiece]:
    for row in rows:
        if isinstance(row, MainRoad):
            roads.append(row)
        else:
            yield row


def _piece_rows(pieces: Iterable[StreetPiece]) -> Iterator[tuple[object, ...]]:
    for piece in pieces:
        name = clean_name(piece.name)  # a file may come from anywhere
        key = street_key(name)
        if key:
            lon, lat = piece.point
            yield name, key, None, f"SRID=4326;POINT({lon} {lat})", *piece.box


def _analyze(engine: Engine) -> None:
    """The planner has to know at once what came: until then it would read all streets for one."""
    with transaction(engine) as session:
        for table in ("street", "base_road"):
            session.execute(text(f"analyze {table}"))


_COLUMNS = {
    "name": "text", "folded": "text", "area_code": "text", "geog": "geography",
    "west": "float8", "south": "float8", "east": "float8", "north": "float8",
}  # fmt: skip
_AREAS = """
select coalesce(md5(string_agg(code || ' ' || coalesce(pg_column_size(shape), 0), ',' order by code)), '')
from area where kind = 'comuna'
"""
# The piece in the middle stands for the whole; its most common spelling is its name.
_WRITE = """
with boxed as (
  select folded, area_code, name, geog,
    min(west) over whole as west, min(south) over whole as south,
    max(east) over whole as east, max(north) over whole as north,
    count(*) over (partition by folded, area_code, name) as alike
  from staged_street
  window whole as (partition by folded, area_code)),
placed as (
  select *, ST_SetSRID(ST_MakePoint((west + east) / 2, (south + north) / 2), 4326) as middle from boxed)
insert into street (network, name, folded, area_code, geog, precision_m)
select distinct on (folded, area_code) :network,
  first_value(name) over (partition by folded, area_code order by alike desc, name), folded, area_code, geog,
  greatest(30, round(ST_Distance(
    ST_SetSRID(ST_MakePoint(west, south), 4326)::geography,
    ST_SetSRID(ST_MakePoint(east, north), 4326)::geography) / 2))
from placed
order by folded, area_code, ST_Distance(geog::geometry, middle), ST_X(geog::geometry), ST_Y(geog::geometry)
"""

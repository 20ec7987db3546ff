"""Every setting of the service. The only module that reads the environment."""

import os
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings from the environment, each with the prefix CERCANA_ (README lists them all)."""

    model_config = SettingsConfigDict(env_prefix="CERCANA_", frozen=True, extra="ignore")

    database_url: SecretStr | None = Field(
        None, description="postgresql:// address of a PostGIS server to use instead of a private cluster"
    )
    data: Path | None = Field(None, description="folder of the private cluster and generated files")
    pgbin: Path | None = Field(None, description="folder with initdb, pg_ctl and postgres, when not found")
    host: str = Field("127.0.0.1", description="address to serve on")
    port: int = Field(8000, ge=1, le=65535, description="port to serve on")
    country: str = Field("cl", pattern=r"^[a-z]{2}$", description="country whose facts are used")
    horizon_days: int = Field(90, ge=7, le=400, description="days of openings kept ready")
    service_minutes: int = Field(15, ge=0, le=240, description="minutes needed before closing, when unstated")
    max_upload_mb: int = Field(200, ge=1, le=4096, description="largest file an import reads")
    pool_size: int = Field(8, ge=1, le=64, description="database connections per worker")
    networks: Path | None = Field(
        None, description="folder of the road networks, when not in the data folder"
    )
    network_index: str = Field(
        "https://download.geofabrik.de/index-v1-nogeom.json",
        pattern="^https?://",
        description="list of the regions whose map data can be downloaded",
    )
    workers: int = Field(1, ge=1, le=64, description="server processes")
    tile_server: str | None = Field(
        None,
        pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9_./?=&%{}@-]*$",
        description="address of an outside map with {z}, {x} and {y}; that server learns where people look",
    )
    tile_credit: str = Field("", max_length=200, description="whose the outside map is; shown on it")

    @model_validator(mode="after")
    def _whole_tile_address(self) -> Self:
        if self.tile_server is not None:
            missing = [one for one in ("{z}", "{x}", "{y}") if one not in self.tile_server]
            if missing:
                raise ValueError(
                    f"CERCANA_TILE_SERVER lacks {', '.join(missing)}: https://host/{{z}}/{{x}}/{{y}}.png"
                )
            if not self.tile_credit.strip():
                raise ValueError("CERCANA_TILE_CREDIT must say whose the map of CERCANA_TILE_SERVER is")
        return self

    @property
    def tile_origin(self) -> str | None:
        """Scheme and host of the outside map, for the content policy of pages."""
        return None if self.tile_server is None else "/".join(self.tile_server.split("/", 3)[:3])

    @property
    def country_folder(self) -> Path:
        """Folder with the facts of the country: areas, zones, holidays, needs, phone numbers."""
        return ROOT / "fixtures" / "country" / self.country

    @property
    def road_profiles(self) -> tuple[Path, ...]:
        """What is believed of roads: the profile for all countries, and the country's own over it."""
        own = self.country_folder / "roads.toml"
        return (ROOT / "fixtures" / "network" / "profile.toml", *([own] if own.is_file() else []))


def share_networks(folder: Path) -> None:
    """Tell the processes that this one starts where the road networks are: they inherit the environment."""
    os.environ["CERCANA_NETWORKS"] = str(folder)


def share_database_url(url: str) -> None:
    """Tell the processes that this one starts which database to use: they inherit the environment."""
    os.environ["CERCANA_DATABASE_URL"] = url

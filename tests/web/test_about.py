"""The page about the service: its sources, its networks, how far its times are off, and what it does not know."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from directory.settings import Settings
from geo.audit_report import AuditReport, Errors, ModeAudit, Pair
from geo.networks import Networks
from geo.travel import TravelMode
from geo.units import Metres, Minutes
from tests.roads import HERE, OFFERS, app_with, install, offers

__all__ = ["offers"]


def words(page: BeautifulSoup) -> str:
    """What the page says, in one line."""
    assert page.main is not None
    return " ".join(page.main.get_text(" ").split())


def audited(folder: Path, network: str) -> None:
    """Put an audit beside a network."""
    pair = Pair(HERE, OFFERS["town"], Metres(900.0), Minutes(12.0), Minutes(10.0), Metres(1000.0))
    errors = Errors(5_900, 0.011, 0.0456, 0.001)
    mode = ModeAudit(6_000, 60, 40, errors, {"500-2000": errors}, (pair,))
    AuditReport(network, "Valhalla 3.9.1", date(2026, 5, 1), 1, {TravelMode.FOOT: mode}).save(folder)


def test_the_page_about_the_service_names_sources_networks_and_errors(
    module_engine: Engine, offers: dict[str, UUID], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    networks = install(tmp_path / "networks", tiles=False)
    (installed,) = Networks(networks).installed()
    client = TestClient(app_with(module_engine, networks, Settings(horizon_days=7)))

    def read() -> BeautifulSoup:
        return BeautifulSoup(client.get("/acerca").text, "html.parser")

    said = words(read())
    for part in (
        "Programas de prueba . Lo publica Servicio de prueba. Licencia: CC-BY-4.0.",
        "Comarca . Mapa del 5 de enero de 2026. Licencia: ODbL 1.0, © OpenStreetMap contributors.",
        "El tráfico: los tiempos en auto son con calles libres.",
        "No guardamos dónde estás ni qué buscas.",
    ):
        assert part in said
    assert "Valhalla" not in said
    assert installed.id is not None
    audited(installed.folder, installed.id)
    page = read()
    assert "Valhalla 3.9.1" in words(page)
    row = [one.get_text() for one in page.select("table.figures tbody tr > *")]
    assert row == ["A pie", "5.900", "1,1%", "4,6%", "20%"]
    audited(installed.folder, "another")
    assert "Valhalla" not in words(read())
    (installed.folder / "audit.json").write_text("{", "utf-8")
    assert "Valhalla" not in words(read())
    assert "audit the network again" in caplog.text


def test_without_a_network_the_page_says_so(
    module_engine: Engine, offers: dict[str, UUID], tmp_path: Path
) -> None:
    client = TestClient(app_with(module_engine, tmp_path / "none", Settings(horizon_days=7)))
    assert "Todavía no hay un mapa de calles y caminos." in client.get("/acerca").text

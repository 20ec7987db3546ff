"""Settings come from the environment, are bounded, and keep the password to themselves."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from directory.cluster import default_data_folder
from directory.settings import Settings


def test_nothing_need_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT"):
        monkeypatch.delenv(f"CERCANA_{name}", raising=False)
    settings = Settings()
    assert settings.host == "127.0.0.1"
    assert settings.port == 8000


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERCANA_PORT", "8123")
    monkeypatch.setenv("CERCANA_DATABASE_URL", "postgresql://u:geheim@h/d")
    settings = Settings()
    assert settings.port == 8123
    assert "geheim" not in f"{settings!r} {settings}"
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value().endswith("/d")


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "70000"), ("COUNTRY", "../../etc"), ("COUNTRY", "CL"), ("HORIZON_DAYS", "4000")],
)
def test_values_out_of_bounds_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CERCANA_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


def test_data_folder_is_the_chosen_one_or_one_that_the_server_can_reach(tmp_path: Path) -> None:
    assert default_data_folder(Settings(data=tmp_path)) == tmp_path
    assert default_data_folder(Settings()).is_absolute()
    assert "~" not in str(default_data_folder(Settings(data=Path("~/cercana"))))

"""Settings are read from the environment, and a wrong one is told at once."""

from pathlib import Path

import pytest

from pipelines.settings import BadSetting, settings


def test_days_are_utc_unless_a_zone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REEL_TIME_ZONE", raising=False)
    assert settings().time_zone == "UTC"
    monkeypatch.setenv("REEL_TIME_ZONE", "Asia/Shanghai")
    assert settings().time_zone == "Asia/Shanghai"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../UTC", "UTC'; drop table t"])
def test_a_zone_that_does_not_exist_is_refused(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt zone must not shift every day of the company."""
    monkeypatch.setenv("REEL_TIME_ZONE", zone)
    with pytest.raises(BadSetting, match="REEL_TIME_ZONE"):
        settings()


def test_the_command_says_which_setting_is_wrong(
    reel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REEL_TIME_ZONE", "Mars/Olympus")
    finished = reel(tmp_path, "status")
    assert finished.returncode == 2
    assert "REEL_TIME_ZONE" in finished.stderr
    assert "Traceback" not in finished.stderr

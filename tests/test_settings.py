"""Settings are read from the environment and from files, checked whole, and never repeat a secret."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsFault, unknown


def test_nothing_set_is_a_working_installation() -> None:
    settings = Settings.load({})
    assert (settings.listen, settings.locale, settings.timezone) == ("127.0.0.1:8153", "zh_CN", "Asia/Shanghai")
    assert (settings.host, settings.port, settings.language) == ("127.0.0.1", 8153, "zh")
    assert settings.database_url is None
    assert settings.clock_shift == timedelta()


def test_a_value_may_live_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n")
    settings = Settings.load({"LOOP153_WECOM_SECRET_FILE": str(file), "LOOP153_DATA_DIR": str(tmp_path)})
    assert settings.wecom_secret is not None
    assert settings.wecom_secret.get_secret_value() == "s3cret"
    assert settings.data_dir == tmp_path


def test_empty_is_not_set() -> None:
    assert Settings.load({"LOOP153_WECOM_TOKEN": "", "LOOP153_LISTEN": " "}) == Settings.load({})


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
def test_every_spelling_of_a_database_address_opens_the_same_driver(scheme: str) -> None:
    settings = Settings.load({"LOOP153_DATABASE_URL": f"{scheme}://u:p@db/x"})
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql+asyncpg://u:p@db/x"


WRONG = {
    "LOOP153_CLOCK_SHIFT": "3 days",
    "LOOP153_DATABASE_URL": "mysql://root:hunter2@db/x",
    "LOOP153_ENVIRONMENT": "staging",
    "LOOP153_LISTEN": "8153",
    "LOOP153_LOCALE": "fr",
    "LOOP153_PUBLIC_URL": "bot.example.com",
    "LOOP153_TELEGRAM_WEBHOOK_SECRET": "hunter 2",
    "LOOP153_TIMEZONE": "Mars/Olympus",
    "LOOP153_WECOM_AES_KEY": "hunter2",
    "LOOP153_WECOM_AGENT_ID": "hunter2",
    "LOOP153_WECOM_SECRET_FILE": "/nowhere/hunter",
}


def test_everything_wrong_is_said_at_once_without_the_values() -> None:
    with pytest.raises(SettingsFault) as caught:
        Settings.load(WRONG)
    problems = caught.value.problems
    assert sorted(problem.split()[0] for problem in problems) == sorted(WRONG)
    assert "hunter2" not in str(caught.value)
    assert all(problem.endswith(".") for problem in problems)


def test_a_value_and_a_file_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(SettingsFault, match="both set"):
        Settings.load({"LOOP153_WECOM_TOKEN": "a", "LOOP153_WECOM_TOKEN_FILE": str(tmp_path / "b")})


@pytest.mark.parametrize(
    ("given", "shift"),
    [("P3D", timedelta(days=3)), ("-PT2H", timedelta(hours=-2)), ("P1DT30M", timedelta(days=1, minutes=30))],
)
def test_the_clock_moves_in_development(given: str, shift: timedelta) -> None:
    environ = {"LOOP153_CLOCK_SHIFT": given, "LOOP153_ENVIRONMENT": "development"}
    assert Settings.load(environ).clock_shift == shift


def test_the_clock_stands_still_in_production() -> None:
    with pytest.raises(SettingsFault, match="ENVIRONMENT=development"):
        Settings.load({"LOOP153_CLOCK_SHIFT": "P3D"})


def test_secrets_do_not_show() -> None:
    settings = Settings.load(
        {"LOOP153_TELEGRAM_TOKEN": "1:hunter2", "LOOP153_DATABASE_URL": "postgresql://u:hunter2@d/x"}
    )
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_a_slip_of_the_pen_is_noticed() -> None:
    environ = {"LOOP153_WECOM_SECERT": "x", "LOOP153_WECOM_SECRET_FILE": "x", "LOOP153_TEST_DATABASE_URL": "x"}
    assert unknown(environ) == ["LOOP153_WECOM_SECERT"]

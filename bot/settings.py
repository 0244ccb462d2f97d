"""Everything an operator can set, read once from `LOOP153_*` and checked whole before anything starts.

A value may also live in a file named by `LOOP153_<NAME>_FILE` (every secret does in most deployments). An empty
value counts as not set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.fault import Fault

PREFIX = "LOOP153_"
_DURATION = re.compile(r"[+-]?P(?=\d|T\d)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?")


class SettingsFault(Fault):
    """The settings are wrong. `problems` has one sentence for each thing to put right."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("The settings are not usable:\n" + "\n".join(f"  - {problem}" for problem in problems))


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address such as https://bot.example.com")
    return value.rstrip("/")


def _database(value: SecretStr) -> SecretStr:
    scheme = urlsplit(value.get_secret_value()).scheme.partition("+")[0]
    if scheme not in ("postgresql", "postgres"):
        raise ValueError("must look like postgresql://user:password@host:5432/name")
    return SecretStr(re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql+asyncpg:", value.get_secret_value()))


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be host:port, such as 127.0.0.1:8153 (0.0.0.0:8153 listens on every interface)")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone name such as Asia/Shanghai") from None
    return value


def _aes_key(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}", value.get_secret_value()):
        raise ValueError("must be the 43 characters shown as EncodingAESKey in the admin console")
    return value


def _webhook_secret(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("may hold only letters, digits, _ and -, 1 to 256 of them (Bot API, setWebhook)")
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 32:
        raise ValueError("must have at least 32 random characters, the same for every replica")
    return value


def _shift(value: object) -> object:
    if isinstance(value, str) and not _DURATION.fullmatch(value):
        raise ValueError("must be an ISO 8601 duration such as P3D or PT2H30M")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
AesKey = Annotated[SecretStr, AfterValidator(_aes_key)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]


class Settings(BaseModel):
    """The settings of one replica. A door whose settings are missing is closed; that is not an error."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    environment: Literal["production", "development"] = "production"
    database_url: Annotated[SecretStr, AfterValidator(_database)] | None = None  # None: the embedded server
    data_dir: Path = Path("data")
    storage_url: str | None = None  # None: a folder under data_dir; or s3://bucket/prefix, file:///folder
    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8153"
    public_url: WebAddress | None = None
    onion_url: WebAddress | None = None  # of the same service by Tor, for the tip page
    locale: Literal["zh_CN", "en"] = "zh_CN"
    timezone: Annotated[str, AfterValidator(_time_zone)] = "Asia/Shanghai"
    sending_hours: Literal["working", "always"] = "working"  # when letters leave: notifier/hours.py
    heartbeat_url: WebAddress | None = None  # pinged while the mail room is well
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = None  # None: a file under data_dir
    hooks_inside: bool = False  # whether moves may be told to addresses within the house
    clock_shift: Annotated[timedelta, BeforeValidator(_shift)] = timedelta()

    wecom_corp_id: str | None = None
    wecom_agent_id: int | None = None
    wecom_secret: SecretStr | None = None
    wecom_contacts_secret: SecretStr | None = None
    wecom_token: SecretStr | None = None
    wecom_aes_key: AesKey | None = None
    wecom_api_base: WebAddress = "https://qyapi.weixin.qq.com"
    wecom_oauth_base: WebAddress = "https://open.weixin.qq.com"
    tips_in_wecom: Literal["ask", "refuse"] = "ask"  # whether staff may give an anonymous tip in their work chat at all
    wecom_verify: str | None = None  # names of WW_verify_….txt files to serve, separated by commas

    wechat_app_id: str | None = None
    wechat_secret: SecretStr | None = None
    wechat_token: SecretStr | None = None
    wechat_aes_key: AesKey | None = None
    wechat_api_base: WebAddress = "https://api.weixin.qq.com"

    telegram_token: SecretStr | None = None
    telegram_api_base: WebAddress = "https://api.telegram.org"
    telegram_mode: Literal["webhook", "polling"] = "polling"
    telegram_webhook_secret: WebhookSecret | None = None

    @model_validator(mode="after")
    def _clock_moves_only_in_development(self) -> Self:
        if self.clock_shift and self.environment != "development":
            raise ValueError(f"{PREFIX}CLOCK_SHIFT moves the clock and needs {PREFIX}ENVIRONMENT=development")
        return self

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def address(self) -> str:
        """Where browsers find us: the public address, or the one we listen on."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def secret(self) -> str | None:
        """The service's own key, when it was given one."""
        return self.secret_key.get_secret_value() if self.secret_key else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def language(self) -> str:
        """The language of people who chose none: `zh` or `en`."""
        return self.locale.partition("_")[0]

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """The settings of this environment. Raises `SettingsFault` with everything that is wrong with them."""
        given, problems = _read(environ)
        try:
            settings = cls.model_validate(given)
        except ValidationError as fault:
            problems += [_sentence(error["loc"], error["msg"]) for error in fault.errors()]
        if problems:
            raise SettingsFault(problems)
        return settings


def unknown(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Names that begin like ours and mean nothing here: most often a slip of the pen."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    known |= {name + "_FILE" for name in known} | {PREFIX + "TEST_DATABASE_URL"}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in known)


def _read(environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """The values as given, by field name, and what could not be read."""
    given: dict[str, str] = {}
    problems: list[str] = []
    for field in Settings.model_fields:
        name = PREFIX + field.upper()
        value, file = environ.get(name, "").strip(), environ.get(name + "_FILE", "").strip()
        if value and file:
            problems.append(f"{name} and {name}_FILE are both set: keep one of them.")
        elif file:
            try:
                value = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as fault:
                problems.append(f"{name}_FILE names {file}, which cannot be read ({type(fault).__name__}).")
        if value:
            given[field] = value
    return given, problems


def _sentence(where: tuple[Any, ...], message: str) -> str:
    """pydantic's message as a sentence that names the variable, never its value."""
    message = message.removeprefix("Value error, ")
    if not where:
        return message + "."
    if message.startswith("Input "):
        message = message.removeprefix("Input ")
    elif not message.startswith(("must", "is ", "may ")):
        message = message[:1].lower() + message[1:]
    return f"{PREFIX}{str(where[0]).upper()} {message}."

"""What the WeCom door must know: the values of one self-built app (D90930, D96238)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

API_BASE = "https://qyapi.weixin.qq.com"
OAUTH_BASE = "https://open.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class WecomConfig:
    """Secrets stay out of `repr`. `verify_files`: name and content of each `WW_verify_….txt` of the trusted domain."""

    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    contacts_secret: str | None = field(default=None, repr=False)
    api_base: str = API_BASE
    oauth_base: str = OAUTH_BASE
    verify_files: Mapping[str, str] = field(default_factory=dict)

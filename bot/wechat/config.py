"""What the Official Account's door must know (protocols §19)."""

from __future__ import annotations

from dataclasses import dataclass, field

API_BASE = "https://api.weixin.qq.com"


@dataclass(frozen=True, slots=True)
class WechatConfig:
    """Secrets stay out of `repr`. With an `aes_key` only sealed messages are taken (compatible and safe mode); without
    one the account is in plain mode."""

    app_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str | None = field(default=None, repr=False)
    api_base: str = API_BASE

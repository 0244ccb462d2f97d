"""Who is in the sandbox's corp and which shops its map shows: plain values, given by whoever starts it."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Corp:
    """What a WeCom administrator would copy out of the console: one corp, one self-built app.

    `trusted_host` is the only host that a login may return to (`host` or `host:port`); empty allows any.
    """

    corp_id: str
    agent_id: int
    secret: str
    contacts_secret: str
    token: str
    aes_key: str  # EncodingAESKey: 43 letters and digits
    app_name: str = "内管助手"
    app_name_en: str = "Supervision desk"
    trusted_host: str = ""

    @classmethod
    def fresh(cls) -> Corp:
        """A corp with new secrets, so that no run can be mistaken for another."""
        return cls(
            corp_id="ww" + secrets.token_hex(8),
            agent_id=1000002,
            secret=secrets.token_hex(22)[:43],
            contacts_secret=secrets.token_hex(22)[:43],
            token=secrets.token_hex(12),
            aes_key=aes_key(),
        )


def aes_key() -> str:
    """32 random bytes in the spelling WeCom uses: base64 of letters and digits only, without its `=`."""
    while True:
        key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        if re.fullmatch(r"[A-Za-z0-9]{43}", key):
            return key


@dataclass(frozen=True, slots=True)
class Department:
    """One node of the corp's tree, bureaus included. The root has `parent_id` 0 (WeCom's own root is 1)."""

    id: int
    name: str
    parent_id: int
    name_en: str = ""
    order: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the corp. `departments[0]` is the main one; `role` is what the phones page shows.

    `in_range`: within the app's visible range; `licensed`: has an API licence; `status`: 1 active, 2 disabled,
    4 not activated, 5 left (D90196).
    """

    userid: str
    name: str
    departments: tuple[int, ...]
    role: str = ""
    role_en: str = ""
    is_head: bool = False
    county: str = ""  # code of the county whose map the phone opens first
    status: int = 1
    in_range: bool = True
    licensed: bool = True


@dataclass(frozen=True, slots=True)
class County:
    """A county and the box around it, in degrees."""

    code: str
    name: str
    name_en: str
    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float


@dataclass(frozen=True, slots=True)
class Shop:
    """A dot on the phones' map. Degrees as a phone sends them: GCJ-02 (wecom.md, section 4.1)."""

    licence_no: str
    name: str
    lat: float
    lon: float
    address: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything the sandbox knows about the world; `shops` by county code."""

    members: tuple[Member, ...]
    departments: tuple[Department, ...]
    counties: tuple[County, ...] = ()
    shops: Mapping[str, tuple[Shop, ...]] = field(default_factory=dict)

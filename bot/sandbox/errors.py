"""WeCom's error codes as the sandbox answers them: HTTP 200, a number that decides, a text with a hint (D90313)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TEXTS: Mapping[int, str] = {
    -1: "system busy",
    0: "ok",
    40001: "invalid credential",
    40003: "invalid userid",
    40004: "invalid media file type",
    40005: "invalid type parameter",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40022: "invalid sub button level",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid oauth code",
    40031: "invalid user list",
    40032: "invalid user list size",
    40033: "invalid charset, \\uXXXX is not allowed",
    40035: "invalid parameter",
    40056: "invalid agentid",
    40058: "invalid request parameter",
    40063: "some parameters are empty",
    40074: "news message does not support safe",
    40093: "invalid jsapi ticket",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "corpsecret missing",
    41006: "media_id missing",
    41010: "url missing",
    41011: "agentid missing",
    41016: "title missing",
    41033: "description missing",
    41102: "button name missing",
    42001: "access_token expired",
    42014: "task_id is invalid or was used before",
    42017: "button key is not exist",
    42018: "invalid button key",
    42019: "missing button key",
    42020: "missing button name",
    42022: "code has been used",
    43012: "require agent with callback url",
    44001: "empty media data",
    44004: "text content is empty",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45008: "article size out of limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    45034: "url size out of limit",
    46003: "no menu data",
    48002: "api forbidden",
    50001: "redirect_url domain is not registered",
    60003: "department not found",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    81013: "user & party & tag all invalid",
    82001: "touser & toparty & totag are all empty",
    82002: "invalid party list size",
    82003: "invalid tag list size",
    84014: "user_ticket expired",
    84015: "invalid user_ticket",
    301002: "not allowed operate another agent with this accesstoken",
}


class Refusal(Exception):
    """The cloud says no: `code` decides, `detail` (say, which field) goes into errmsg for people."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"{code} {detail}")
        self.code = code
        self.detail = detail


def answer(code: int, hint: str, ip: str, detail: str = "") -> dict[str, Any]:
    """The JSON that WeCom gives for that code; everything but 0 names a hint and the caller's address."""
    if code == 0:
        return {"errcode": 0, "errmsg": "ok"}
    said = TEXTS.get(code, "error") + (f": {detail}" if detail else "")
    more = f"https://open.work.weixin.qq.com/devtool/query?e={code}"
    return {"errcode": code, "errmsg": f"{said}, hint: [{hint}], from ip: {ip}, more info at {more}"}

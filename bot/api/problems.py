"""What went wrong, as problem details (RFC 9457), in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.texts import _, said
from store.words import NOTHING, Json

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
TITLES: Mapping[int, str] = {
    400: _("This request cannot be read."),
    401: _("A valid key is needed."),
    403: _("This key may not do that."),
    404: _("There is nothing here."),
    405: _("That cannot be done here."),
    409: _("That is not possible now."),
    413: _("That is more than is taken at once."),
    415: _("Please send JSON."),
    422: _("Something in what was sent is wrong."),
    429: _("Too many requests. Please wait a moment."),
    500: _("Something went wrong on our side. Nothing was changed."),
    503: _("Busy just now. Please repeat the request."),
}


class Problem(Exception):
    """An answer that is no success. `detail` is a marked sentence or finished words; `errors` name the places."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        facts: Mapping[str, Json] = NOTHING,
        errors: Sequence[Mapping[str, Json]] = (),
        headers: Mapping[str, str] = NOTHING,
    ) -> None:
        super().__init__(status)
        self.status, self.detail, self.facts = status, detail, facts
        self.errors, self.headers = tuple(errors), headers

    def answer(self, language: str) -> web.Response:
        body: dict[str, Any] = {"type": "about:blank", "title": said(TITLES[self.status], language)}
        body["status"] = self.status
        if self.detail:
            body["detail"] = said(self.detail, language, **self.facts) if self.facts else said(self.detail, language)
        if self.errors:
            body["errors"] = [dict(one) for one in self.errors]
        return web.json_response(
            body,
            status=self.status,
            content_type="application/problem+json",
            headers={**HEADERS, "Content-Language": "en" if language == "en" else "zh-CN", **self.headers},
        )

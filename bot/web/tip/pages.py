"""How a tip page is drawn: templates, the headers that every answer carries, and one size for many pages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from importlib.resources import files

import segno
from aiohttp import web
from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.texts import said
from store.words import Json

LANGUAGES = {"zh": "zh-CN", "en": "en"}
ELSEWHERE = "https://www.weather.com.cn/"
"""Where "leave now" goes: a page that anybody may have open."""

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noarchive",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Server": "web",
}
_LOCALES = {"zh": Locale.parse("zh_CN"), "en": Locale.parse("en_GB")}
_MASK = 2
"""Of the eight patterns that a code may be drawn with. All can be read; to try them out costs more than the page."""
_BUCKET = 16 * 1024
"""Bytes: every page is filled up to a multiple of this, so that its size on the wire says little of what it shows."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("bot.web.tip"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(name: str, language: str, here: str, *, status: int = 200, **facts: Json) -> web.Response:
    """A page in that language. `here`: what follows the language in its own address, for the language switch."""
    html = (
        _environment()
        .get_template(f"{name}.html")
        .render(
            facts,
            _=partial(said, language=language),
            day=partial(_day, language=language),
            language=language,
            tag=LANGUAGES[language],
            other=next(one for one in LANGUAGES if one != language),
            here=here,
            base=f"/tip/{language}",
        )
    )
    body = html.encode("utf-8", "replace")
    padded = body + b" " * (-len(body) % _BUCKET)
    return web.Response(body=padded, status=status, content_type="text/html", charset="utf-8")


def see(address: str) -> web.Response:
    """Go on there: what was posted is done and is not posted again by a reload."""
    return web.Response(status=303, headers={"Location": address})


def _day(value: date | datetime | None, language: str) -> str:
    return format_date(value, "long", locale=_LOCALES[language]) if value else ""


def qr(text: str, title: str) -> Markup:
    """The text as an SVG picture that stands in the page itself."""
    code = segno.make(text, error="m", micro=False, encoding="utf-8", mask=_MASK)
    return Markup(code.svg_inline(scale=4, border=4, dark="#000", light="#fff", title=title, svgclass="qr"))  # noqa: S704


def qr_png(text: str) -> bytes:
    """The same as a PNG, for what cannot show SVG."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=10, border=4)
    return out.getvalue()


@cache
def static(name: str) -> bytes:
    """A file of the page's own."""
    return (files("bot.web.tip") / "static" / name).read_bytes()

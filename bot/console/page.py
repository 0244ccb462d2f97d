"""Pages as bytes: templates in both languages, the style sheet, and the headers that every answer carries."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, Template, Undefined

from bot.console.rooms import PATH, ROOMS
from bot.texts import said
from store.clock.workdays import SHANGHAI
from store.words import words_of

_FOLDER = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def answer(template: str, language: str, status: int = 200, **facts: Any) -> web.Response:
    """A whole page."""
    page = _environment(language).get_template(template).render(facts)
    return web.Response(text=page, status=status, content_type="text/html", charset="utf-8", headers=HEADERS)


def template_of(source: str, language: str) -> Template:
    """A template that stands in no file."""
    return _environment(language).from_string(source)


def go(path: str) -> web.Response:
    """After a form: look at another page."""
    return web.Response(status=303, headers={**HEADERS, "Location": path})


class _Optional(Undefined):
    """What is not there may be asked for ("if step.tone") but never be printed."""

    __slots__ = ()
    __str__ = Undefined._fail_with_undefined_error


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=_Optional,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "t": lambda sentence, **facts: said(sentence, language, **facts),
        # The catalogue knows a plural by its singular; only English has two forms.
        "many": lambda one, other, n, **facts: said(
            other if language == "en" and n != 1 else one, language, n=n, **facts
        ),
        "language": language,
        "path": PATH,
        "styles": styles,
    }
    environment.filters |= {
        "words": lambda texts: words_of(texts, language),
        "moment": lambda at: moment(at, language),
        "day": lambda at: day(at, language),
        "number": lambda value: (
            f"{value:,}" if isinstance(value, int) else format_decimal(value, locale=_locale(language))
        ),
    }
    return environment


def moment(at: datetime, language: str) -> str:
    """A moment as the office's clock shows it."""
    pattern = "y年M月d日 HH:mm" if language != "en" else "d MMM y, HH:mm"
    return format_datetime(at.astimezone(SHANGHAI), pattern, locale=_locale(language))


def day(at: date, language: str) -> str:
    """A day, or that of a moment, as the office's calendar has it."""
    pattern = "y年M月d日" if language != "en" else "d MMM y"
    local = at.astimezone(SHANGHAI) if isinstance(at, datetime) else at
    return format_date(local, pattern, locale=_locale(language))


@cache
def _locale(language: str) -> Locale:
    """Read once: to look a locale up by its name costs more than to use it."""
    return Locale.parse("en" if language == "en" else "zh_CN")


@cache
def style(room: str = "") -> tuple[str, bytes]:
    """The path of a style sheet, which changes with what is in it, and its bytes: the house's, or what a room adds."""
    files = [_FOLDER / room / "style.css"] if room else sorted((_FOLDER / "style").glob("*.css"))
    data = b"\n".join(file.read_bytes() for file in files if file.exists())
    return f"{PATH}/style-{hashlib.sha256(data).hexdigest()[:12]}.css" if data else "", data


def styles(room: str) -> list[str]:
    """The paths of the sheets of a room's page. What a room adds is in no other's way."""
    return [path for path, _data in (style(), style(room)) if path] if room else [style()[0]]


def style_routes() -> list[web.RouteDef]:
    """Every sheet. Browsers keep them for ever: another content has another path."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}

    def of(data: bytes) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def serve(_request: web.Request) -> web.Response:
            return web.Response(body=data, content_type="text/css", charset="utf-8", headers=headers)

        return serve

    return [web.get(path, of(data)) for path, data in map(style, ("", *ROOMS)) if path]

"""The description of the open interface: OpenAPI 3.1 from the table that serves it, and a page for people."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pydantic.json_schema import models_json_schema

from bot.api import models
from bot.api.problems import HEADERS, TITLES
from bot.api.table import BASE, TABLE, Endpoint
from bot.console import page
from store.sharing.keys import RIGHTS

if TYPE_CHECKING:
    from bot.office import Office

Served = Callable[[web.Request], Awaitable[web.StreamResponse]]
_PART = re.compile(r"\{(\w+)\}")
_FAULTS: Mapping[str, tuple[int, ...]] = {
    "GET": (401, 403, 404, 422, 429),
    "POST": (400, 401, 403, 404, 409, 413, 415, 422, 429),
}
_ABOUT = (
    "Both ledgers, shops, the indicator library, provincial data and pack codes, within the scope of whoever a key"
    " stands for. Errors are problem details (RFC 9457) in the language of Accept-Language. What is hidden, foreign or"
    " made up is the same 404."
)


def fits(path: str, given: str) -> bool:
    """Whether an address is one of that path."""
    return re.fullmatch(_PART.sub("[^/]+", path), given) is not None


def openapi(office: Office) -> Served:
    async def serve(request: web.Request) -> web.StreamResponse:
        body = {**description(), "servers": [{"url": office.settings.address + BASE}]}
        return web.json_response(body, headers=HEADERS)

    return serve


def docs(office: Office) -> Served:
    async def serve(request: web.Request) -> web.StreamResponse:
        language = request.query.get("language", "") or office.settings.language
        language = "en" if language == "en" else "zh"
        spec = description()
        facts = {
            "endpoints": TABLE,
            "base": BASE,
            "address": office.settings.address,
            "schemas": spec["components"]["schemas"],
        }
        return page.answer("sharing/docs.html", language, parameters=parameters, rights=RIGHTS, **facts)

    return serve


@cache
def description() -> dict[str, Any]:
    """The whole of it, without the server's address."""
    used = [model for one in TABLE for model in (one.answer, one.body) if model is not None]
    wanted = [(model, "validation") for model in dict.fromkeys([*used, models.ProblemDetails])]
    _names, schemas = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for one in TABLE:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "loop153", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key made in the console."}
            },
        },
        "security": [{"key": []}],
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    known: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Needs the right `{one.right}`.",
        "responses": {str(one.status): _content("Done", one.answer, "application/json")},
    }
    for status in _FAULTS.get(one.method, _FAULTS["GET"]):
        known["responses"][str(status)] = _content(TITLES[status], models.ProblemDetails, "application/problem+json")
    if given := parameters(one):
        known["parameters"] = given
    if one.body is not None:
        known["requestBody"] = {"required": True, **_content("", one.body, "application/json")}
        del known["requestBody"]["description"]
    return known


def parameters(one: Endpoint) -> list[dict[str, Any]]:
    """Parts of the path, what may stand behind the "?", and the Idempotency-Key."""
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _PART.findall(one.path)
    ]
    if one.query is not None:
        schema = one.query.model_json_schema(by_alias=True)
        needed = set(schema.get("required", ()))
        for name, each in schema["properties"].items():
            inner = {key: value for key, value in each.items() if key not in ("title", "description")}
            about = {"description": each["description"]} if "description" in each else {}
            found.append({"name": name, "in": "query", "required": name in needed, **about, "schema": inner})
    if one.once:
        told = "The same key gets the same answer for a week; with another content it is refused."
        key = {"name": "Idempotency-Key", "in": "header", "required": True, "description": told}
        found.append({**key, "schema": {"type": "string", "maxLength": 100}})
    return found


def _content(words: str, model: type[Any], kind: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": words, "content": {kind: {"schema": schema}}}

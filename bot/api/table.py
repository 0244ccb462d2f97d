"""Every endpoint: how it is called, what it takes and gives, and which right it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from bot.api import models, read, send

if TYPE_CHECKING:
    from bot.api.call import Call

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` follows BASE and may have {parts}. `answer` is the model of a success, whose status is `status`."""

    method: str
    path: str
    name: str
    summary: str
    right: str
    handler: Callable[[Call], Awaitable[BaseModel]]
    answer: type[BaseModel]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    status: int = 200
    once: bool = False  # takes an Idempotency-Key
    most: int = 256 * 1024  # bytes of a body


_FEEDS = "Bring provincial data: orders, scores, outflow or targets"
TABLE: tuple[Endpoint, ...] = (
    Endpoint(
        "GET", "/clues", "listClues", "List clues", "entries:read", read.clues, models.Entries, models.EntriesQuery
    ),
    Endpoint(
        "GET",
        "/problems",
        "listProblems",
        "List problems",
        "entries:read",
        read.problems,
        models.Entries,
        models.EntriesQuery,
    ),
    Endpoint(
        "GET",
        "/entries/{number}",
        "getEntry",
        "One entry of either ledger",
        "entries:read",
        read.entry,
        models.Entry,
        models.LinesQuery,
    ),
    Endpoint(
        "POST",
        "/clues",
        "fileClue",
        "File a clue",
        "entries:write",
        send.clue,
        models.Outcome,
        body=models.NewClue,
        status=201,
        once=True,
    ),
    Endpoint(
        "POST",
        "/entries/{number}/moves",
        "move",
        "Use a verb on an entry",
        "entries:write",
        send.move,
        models.Outcome,
        body=models.Wish,
        once=True,
    ),
    Endpoint("GET", "/shops", "findShops", "Find shops", "shops:read", read.shops, models.Shops, models.ShopsQuery),
    Endpoint(
        "GET",
        "/shops/{licence_no}",
        "getShop",
        "A shop's profile with its score",
        "shops:read",
        read.shop,
        models.Profile,
        models.ProfileQuery,
    ),
    Endpoint(
        "GET",
        "/indicators",
        "listIndicators",
        "The indicator library as it counts now",
        "indicators:read",
        read.indicators,
        models.Indicators,
    ),
    Endpoint(
        "GET",
        "/codes",
        "traceCode",
        "Where a carton comes from",
        "codes:read",
        read.trace,
        models.Trace,
        models.CodeQuery,
    ),
    Endpoint(
        "POST",
        "/feeds/{kind}",
        "bringRows",
        _FEEDS,
        "feeds:write",
        send.feed,
        models.Brought,
        body=models.FeedRows,
        status=201,
        most=8 * 1024 * 1024,
    ),
    Endpoint("GET", "/hooks", "listHooks", "Who is told of moves", "hooks:write", read.hooks, models.Hooks),
    Endpoint(
        "POST",
        "/hooks",
        "addHook",
        "Be told of moves",
        "hooks:write",
        send.add_hook,
        models.Hook,
        body=models.NewHook,
        status=201,
    ),
    Endpoint(
        "DELETE", "/hooks/{id}", "removeHook", "Not to be told any more", "hooks:write", send.drop_hook, models.Hook
    ),
)

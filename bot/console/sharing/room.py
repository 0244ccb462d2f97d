"""The room of sharing: its front, and the routes of all its parts."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.console.rooms import Room, get, post
from bot.console.sharing import announcing, interface, papers, systems, talks
from bot.console.sharing.parts import tabs
from bot.console.visit import Visit
from bot.texts import _
from store.sharing import announcements, documents, threads

_SHOWN = 6


async def _front(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        announced, _all = await announcements.listed(tx, visit.who, visit.at, 0, _SHOWN)
        talked, _all = await threads.mine(tx, visit.who, 0, _SHOWN)
        shared, _all = await documents.search(tx, visit.who, "", "", 0, _SHOWN)
    names = dict(papers.kinds(visit))
    facts: dict[str, Any] = {
        "announced": announced,
        "talks": talked,
        "papers": shared,
        "names": names,
        "today": visit.at.date(),
    }
    return visit.page("sharing/front.html", tabs=tabs(visit, ""), **facts)


async def _waiting(visit: Visit) -> int:
    """What somebody has not read or must answer."""
    async with visit.read() as tx:
        return await announcements.unread(tx, visit.who, visit.at) + await threads.waiting(tx, visit.who)


ROOM = Room(
    key="sharing",
    name=_("Sharing"),
    icon="share",
    admits=lambda visit: True,
    routes=(
        get("", _front),
        get("/documents", papers.listed),
        get("/documents/new", papers.new),
        post("/documents/new", papers.add, files=papers.FILES),
        get("/documents/{id}", papers.show),
        get("/documents/{id}/edit", papers.edit),
        post("/documents/{id}/edit", papers.change),
        post("/documents/{id}/renew", papers.renew, files=papers.FILES),
        post("/documents/{id}/withdraw", papers.withdraw),
        post("/documents/{id}/restore", papers.restore),
        get("/documents/{id}/{version}/file", papers.file),
        get("/announcements", announcing.listed),
        get("/announcements/new", announcing.new),
        post("/announcements/new", announcing.publish),
        get("/announcements/{id}", announcing.show),
        post("/announcements/{id}/remind", announcing.remind),
        post("/announcements/{id}/withdraw", announcing.withdraw),
        get("/threads", talks.listed),
        get("/threads/new", talks.new),
        post("/threads/new", talks.ask),
        get("/threads/{id}", talks.show),
        post("/threads/{id}/reply", talks.reply),
        post("/threads/{id}/assign", talks.assign),
        post("/threads/{id}/close", talks.close),
        post("/threads/{id}/reopen", talks.reopen),
        get("/systems", systems.listed),
        get("/systems/new", systems.new),
        post("/systems/new", systems.add),
        get("/systems/{id}", systems.edit),
        post("/systems/{id}", systems.change),
        post("/systems/{id}/secret", systems.renew_secret),
        post("/systems/{id}/switch", systems.switch),
        get("/interface", interface.show),
        post("/interface/keys", interface.make),
        post("/interface/keys/{id}/revoke", interface.revoke),
        post("/interface/hooks", interface.add_hook),
        post("/interface/hooks/{id}/drop", interface.drop_hook),
    ),
    waiting=_waiting,
)

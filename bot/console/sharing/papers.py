"""Documents and rules: the list with its search, one document with its versions, sharing and changing one."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import obstore
from aiohttp import web

from bot.console import page
from bot.console.lists import Listing
from bot.console.sharing.parts import choices, first, number, scope_of, tabs, wrong
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.master.imports.report import Wrong
from store.sharing import documents
from store.sharing.documents import KINDS, Document
from store.sharing.extracting import ENDINGS, MOST_BYTES, Paper, examine
from store.sharing.scopes import Scope, allowed, described, publishes
from store.texts import said as told

FILES = MOST_BYTES + 1024 * 1024
SIZE = 20
_TITLE = 120
_SHOWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})
"""What a browser shows by itself; everything else is saved."""
ACCEPTED = ",".join(ENDINGS.values())


def kinds(visit: Visit) -> list[tuple[str, str]]:
    return [(key, told(words, visit.language)) for key, words in KINDS.items()]


def place(sha256: str) -> str:
    """Where the bytes of a document lie in the object store."""
    return f"documents/{sha256[:2]}/{sha256}"


# --- reading ----------------------------------------------------------------------------------------------


async def listed(visit: Visit) -> web.Response:
    view = visit.view((), filters=("words", "kind", "withdrawn"), size=SIZE)
    words, kind = view.filters.get("words", ""), view.filters.get("kind", "")
    hidden = publishes(visit.who) and view.filters.get("withdrawn") == "1"
    async with visit.read() as tx:
        found, total = await documents.search(tx, visit.who, words, kind, view.start, view.size, withdrawn=hidden)
    return visit.page(
        "sharing/documents.html",
        tabs=tabs(visit, "documents"),
        listing=Listing(view, found, total),
        kinds=kinds(visit),
        names=dict(kinds(visit)),
        publishes=publishes(visit.who),
        hidden=hidden,
    )


async def show(visit: Visit) -> web.Response:
    return await _show(visit)


async def _show(visit: Visit, status: int = 200) -> web.Response:
    async with visit.read() as tx:
        one = await _one(tx, visit)
        versions = await documents.versions(tx, one.id)
        (scope,) = await described(tx, [one.scope], visit.language)
    facts = {"one": one, "versions": versions, "scope": scope, "kind": dict(kinds(visit))[one.kind]}
    text = versions[0].text
    return visit.page(
        "sharing/document.html", status, **facts, text=text[:6_000], more=len(text) > 6_000, accepted=ACCEPTED
    )


async def file(visit: Visit) -> web.StreamResponse:
    """The bytes of one version."""
    async with visit.read() as tx:
        one = await _one(tx, visit)
        versions = await documents.versions(tx, one.id)
    found = next((each for each in versions if str(each.number) == visit.parts["version"]), None)
    if found is None:
        raise NotThere
    stored = await obstore.get_async(visit.office.objects, place(found.sha256))
    how = "inline" if found.mime in _SHOWN else "attachment"
    headers = {**page.HEADERS, "Content-Disposition": f"{how}; filename*=UTF-8''{quote(found.file)}"}
    charset = "utf-8" if found.mime == "text/plain" else None
    return web.Response(
        body=bytes(await stored.bytes_async()), content_type=found.mime, charset=charset, headers=headers
    )


async def _one(tx: Any, visit: Visit) -> Document:
    one = await documents.one(tx, visit.who, number(visit))
    if one is None:
        raise NotThere
    return one


# --- sharing one ------------------------------------------------------------------------------------------


async def new(visit: Visit) -> web.Response:
    if not publishes(visit.who):
        raise NotThere
    return await _form(visit, None, Scope())


async def add(visit: Visit) -> web.Response:
    if not publishes(visit.who):
        raise NotThere
    paper, data = await _paper(visit)
    kind, title = _described(visit)
    if visit.sheet.errors or paper is None:
        return await _form(visit, None, scope_of(visit), 422)
    title = title or paper.file.rpartition(".")[0]
    await obstore.put_async(visit.office.objects, place(paper.sha256), data)
    async with visit.write() as work:
        if not await first(visit, work):
            return visit.go(visit.path("documents"))
        scope = await allowed(work.tx, visit.who, scope_of(visit))
        made = await documents.add(work.tx, visit.who, kind, title, scope, paper, work.at)
    return visit.go(visit.path(f"documents/{made}"), visit.t(_("Shared. Everybody in its scope finds it now.")))


async def edit(visit: Visit) -> web.Response:
    async with visit.read() as tx:
        one = await _mine(tx, visit)
    return await _form(visit, one, one.scope)


async def change(visit: Visit) -> web.Response:
    """Another title, kind or scope."""
    kind, title = _described(visit)
    async with visit.write() as work:
        one = await _mine(work.tx, visit)
        if not title:
            visit.sheet.errors["title"] = visit.t(_("A title is needed."))
        if not visit.sheet.errors:
            scope = await allowed(work.tx, visit.who, scope_of(visit))
            await documents.describe(work.tx, one.id, kind, title, scope)
    if visit.sheet.errors:
        return await _form(visit, one, scope_of(visit), 422)
    return visit.go(visit.path(f"documents/{one.id}"), visit.t(_("Changed.")))


async def renew(visit: Visit) -> web.Response:
    """A new version of it."""
    async with visit.read() as tx:
        one = await _mine(tx, visit)
    paper, data = await _paper(visit)
    if visit.sheet.errors or paper is None:
        return await _show(visit, 422)
    await obstore.put_async(visit.office.objects, place(paper.sha256), data)
    async with visit.write() as work:
        if await first(visit, work):
            await documents.renew(work.tx, visit.who, one.id, paper, visit.sheet.text("note", 300), work.at)
    return visit.go(visit.path(f"documents/{one.id}"), visit.t(_("The new version counts from now on.")))


async def withdraw(visit: Visit) -> web.Response:
    async with visit.write() as work:
        one = await _mine(work.tx, visit)
        await documents.withdraw(work.tx, visit.who, one.id, work.at)
    return visit.go(visit.path(f"documents/{one.id}"), visit.t(_("Withdrawn: nobody else is shown it any more.")))


async def restore(visit: Visit) -> web.Response:
    async with visit.write() as work:
        one = await _mine(work.tx, visit)
        await documents.restore(work.tx, one.id)
    return visit.go(visit.path(f"documents/{one.id}"), visit.t(_("It is shared again.")))


async def _mine(tx: Any, visit: Visit) -> Document:
    one = await _one(tx, visit)
    if not one.mine:
        raise NotThere
    return one


def _described(visit: Visit) -> tuple[str, str]:
    sheet = visit.sheet
    kind = sheet.text("kind", 20)
    if kind not in KINDS:
        sheet.errors["kind"] = visit.t(_("Please say what kind of paper it is."))
    return kind, " ".join(sheet.text("title", _TITLE).split())


async def _paper(visit: Visit) -> tuple[Paper | None, bytes]:
    """The file that was chosen, examined in a thread."""
    uploads = visit.sheet.files("file")
    if not uploads:
        visit.sheet.errors["file"] = visit.t(_("Please choose a file."))
        return None, b""
    try:
        return await asyncio.to_thread(examine, uploads[0].name, uploads[0].data), uploads[0].data
    except Wrong as fault:
        wrong(visit, "file", fault)
        return None, b""


async def _form(visit: Visit, one: Document | None, scope: Scope, status: int = 200) -> web.Response:
    async with visit.read() as tx:
        offered = await choices(tx, visit)
    facts = {"one": one, "chosen": scope, "offered": offered, "kinds": kinds(visit), "accepted": ACCEPTED}
    return visit.page("sharing/document_form.html", status, **facts)

"""Questionnaires: their versions, how one goes in the chat and on a page, a new one by file, back to an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.console import page
from bot.console.running import changing
from bot.console.visit import NotThere, Visit
from bot.texts import _
from bot.work import in_use
from conversations import preview
from conversations.faults import FormFault, RowFault
from conversations.form import Form, every
from conversations.kinds import SILENT
from conversations.library import SHIPPED_LANGUAGES
from conversations.loading import load_form
from store import forms as form_versions
from store.law.rules import LAWS
from store.running import forms
from store.running.changing import books
from store.running.forms import Version
from store.running.journal import token
from store.words import Ledger, words_of

FILES = 5_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_KEPT = "form"
"""Where an uploaded form waits in the session's memory until it is taken."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One version as it is listed."""

    version: Version
    name: str  # what its file calls the version; empty when this program cannot read it any more
    counts: bool
    shipped: bool


async def listed(visit: Visit) -> web.StreamResponse:
    async with visit.read() as tx:
        chosen = {key for key, _digest, _source in await forms.in_use(tx)}
    shown = [
        {
            "key": form.key,
            "title": words_of(form.title, visit.language),
            "verb": _verb(visit, form),
            "version": form.version,
            "questions": sum(one.type not in SILENT for one in every(form.questions)),
            "chosen": form.key in chosen,
        }
        for form in sorted(visit.office.forms, key=lambda form: form.key)
    ]
    return visit.page("running/forms.html", forms=shown)


def _verb(visit: Visit, form: Form) -> str:
    if not form.verb:
        return ""
    return words_of(LAWS[Ledger(form.ledger)].verbs[form.verb], visit.language)


async def one(visit: Visit) -> web.StreamResponse:
    """A form as it counts now, and every version it had."""
    form = _current(visit, visit.parts["key"])
    async with visit.read() as tx:
        state = await books()["form"].state(tx, form.key)
        versions = [_version(visit, form, version) for version in await forms.versions(tx, form.key)]
    told = await changing.history(visit, "form", form.key)
    facts: dict[str, Any] = {"versions": versions, "told": told, "seen": token(state), **_drawn(visit, form)}
    return visit.page("running/form.html", **facts)


def _current(visit: Visit, key: str) -> Form:
    if key not in visit.office.forms:
        raise NotThere
    return visit.office.forms.current(key)


def _version(visit: Visit, form: Form, version: Version) -> Shown:
    try:
        name = load_form(version.source, form.key).version
    except FormFault:
        name = ""
    shipped = visit.office.shipped.get(form.key) == version.hash
    return Shown(version, name, version.hash == form.hash, shipped)


def _drawn(visit: Visit, form: Form) -> dict[str, Any]:
    """The form as a dialogue and as a page, in the language asked for."""
    language = visit.query.get("in", visit.language)
    language = language if language in SHIPPED_LANGUAGES else visit.language
    bubbles, rested = preview.play(visit.office.forms, form, language, visit.at)
    return {
        "form": form,
        "title": words_of(form.title, visit.language),
        "shown_in": language,
        "bubbles": bubbles,
        "rested": rested,
        "questions": [one for one in every(form.questions) if one.type not in SILENT],
        "texts": lambda texts: words_of(texts, language),
    }


# --- another version ------------------------------------------------------------------------------------------


async def upload(visit: Visit) -> web.StreamResponse:
    """Read a file; show its faults by row, or the form it makes and what it would change. Nothing is written yet."""
    form, files = _current(visit, visit.parts["key"]), visit.sheet.files("file")
    if not files:
        return visit.go(visit.path(f"forms/{form.key}"), visit.t(_("Please choose a file.")), "warn")
    try:
        new, notes = _read(files[0].name, files[0].data)
        _same(form, new, files[0].name)
    except FormFault as refused:
        faults = [str(one) for one in refused.faults]
        return visit.page(
            "running/form_faults.html", 422, faults=faults, title=words_of(form.title, visit.language), key=form.key
        )
    visit.memory[_KEPT] = (new.key, new.source)
    before, after = ({one.name for one in every(each.questions)} for each in (form, new))
    facts: dict[str, Any] = {"notes": notes, "gone": sorted(before - after), "added": sorted(after - before)}
    async with visit.read() as tx:
        seen = token(await books()["form"].state(tx, form.key))
    return visit.page("running/form_look.html", seen=seen, **facts, **_drawn(visit, new))


def _read(name: str, data: bytes) -> tuple[Form, tuple[str, ...]]:
    """The form in a file, by its content. Raises `FormFault`."""
    if data.startswith(b"PK"):
        from conversations.xlsform import import_workbook  # with spreadsheets, which nothing else here needs

        imported = import_workbook(data, name)
        return load_form(imported.source, name, SHIPPED_LANGUAGES), imported.notes
    try:
        return load_form(data.decode("utf-8-sig"), name, SHIPPED_LANGUAGES), ()
    except UnicodeDecodeError:
        raise FormFault([RowFault(name, "", 0, "", "the file is neither an .xlsx workbook nor UTF-8 text")]) from None


def _same(form: Form, new: Form, name: str) -> None:
    """A version asks for the same thing as the one before it. Raises `FormFault`."""
    wanted = {"form_id": (form.key, new.key), "ledger": (form.ledger, new.ledger), "verb": (form.verb, new.verb)}
    wanted["public"] = (str(bool(form.settings.get("public"))), str(bool(new.settings.get("public"))))
    faults = [
        RowFault(name, "settings", 0, field, f"it must stay “{old}”, not “{given}”: this is a version of {form.key}")
        for field, (old, given) in wanted.items()
        if old != given
    ]
    if faults:
        raise FormFault(faults)


async def take(visit: Visit) -> web.StreamResponse:
    """Let the form that was shown count from now on."""
    key = visit.parts["key"]
    form, kept = _current(visit, key), visit.memory.pop(_KEPT, None)
    if kept is None or kept[0] != key:
        return visit.go(
            visit.path(f"forms/{key}"), visit.t(_("The file is not at hand any more: choose it again.")), "warn"
        )
    new = load_form(kept[1], key)
    async with visit.write() as work:
        await form_versions.keep(work.tx, [(new.key, new.hash, new.source)])
    return await _use(visit, form, new.hash)


async def use(visit: Visit) -> web.StreamResponse:
    """Go back (or forward) to a version that is kept."""
    form, wanted = _current(visit, visit.parts["key"]), visit.sheet.text("hash", 64)
    async with visit.read() as tx:
        source = await form_versions.source(tx, form.key, wanted)
    try:
        _same(form, load_form(source or "", form.key), form.key)
    except FormFault:
        sentence = _("This version cannot be used any more: it does not fit this program.")
        return visit.go(visit.path(f"forms/{form.key}"), visit.t(sentence), "warn")
    return await _use(visit, form, wanted)


async def _use(visit: Visit, form: Form, wanted: str) -> web.StreamResponse:
    after = None if visit.office.shipped.get(form.key) == wanted else {"hash": wanted}
    done = await changing.wish(visit, "form", form.key, after)
    back = visit.path(f"forms/{form.key}")
    if done is None:
        return visit.go(back, visit.sheet.errors["form"], "warn")
    await in_use.refresh(visit.office)
    return visit.go(back, changing.say(visit, done, _("This version counts from now on. Open dialogues keep theirs.")))


async def file(visit: Visit) -> web.StreamResponse:
    """A version as a workbook or as TOML, to change it and bring it back."""
    key, wanted, kind = visit.parts["key"], visit.parts["hash"], visit.parts["kind"]
    async with visit.read() as tx:
        source = await form_versions.source(tx, key, wanted)
    if source is None or kind not in ("xlsx", "toml"):
        raise NotThere
    headers = {**page.HEADERS, "Content-Disposition": f'attachment; filename="{key}.{kind}"'}
    if kind == "toml":
        return web.Response(body=source.encode(), content_type="application/toml", headers=headers)
    from conversations.xlsform import export_workbook

    try:
        data = export_workbook(load_form(source, key))
    except FormFault:
        raise NotThere from None
    return web.Response(body=data, content_type=_XLSX, headers=headers)

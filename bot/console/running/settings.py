"""Settings: everything that can be chosen, with its history; a new value is shown in words before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from aiohttp import web

from bot.console import page
from bot.console.running import changing, settings_form
from bot.console.running.settings_form import GROUP_WORDS, OFFERED, SEVERITIES
from bot.console.visit import NotThere, Visit
from bot.texts import _
from store.chosen import CHOICES, Choice, Chosen, counting, histories, history
from store.chosen_forms import ALWAYS, HOURS, LADDER, Unfit
from store.clock.workdays import SHANGHAI, local_day
from store.running.changing import books
from store.running.journal import token
from store.running.settings import stamp
from store.texts import said
from store.words import Json


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it is listed: what counts now in words, and what comes."""

    key: str
    about: str
    meaning: str
    default: bool
    coming: str


async def listed(visit: Visit) -> web.StreamResponse:
    """Everything that can be chosen."""
    async with visit.read() as tx:
        rows = await histories(tx)
    shown = [_shown(visit, choice, rows[choice.key]) for choice in CHOICES.values()]
    return visit.page("running/settings.html", shown=shown)


def _shown(visit: Visit, choice: Choice, rows: list[Chosen]) -> Shown:
    now = counting(rows, visit.at)
    coming = next((row for row in rows if row.since > visit.at), None)
    later = ""
    if coming:
        sentence = _("from {when} on: {meaning}")
        when = page.moment(coming.since, visit.language)
        later = visit.t(sentence, when=when, meaning=meaning(visit, choice.key, coming.value))
    return Shown(
        key=choice.key,
        about=said(choice.about, visit.language),
        meaning=meaning(visit, choice.key, now.value if now else choice.default),
        default=now is None,
        coming=later,
    )


def meaning(visit: Visit, key: str, value: Json) -> str:
    """A value in words."""
    between = visit.t(_(", "))
    if key == LADDER:
        return "\n".join(_rung(visit, rung["days"], rung["who"]) for rung in value)
    if key == SEVERITIES:
        sentence = _("severity {severity}: {days} working days")
        return "\n".join(visit.t(sentence, severity=one, days=value[one]) for one in sorted(value)[::-1])
    if key == HOURS:
        if value == ALWAYS:
            return visit.t(_("at any hour"))
        return visit.t(_("{opens} to {closes} on working days"), opens=value["opens"], closes=value["closes"])
    if key in OFFERED:
        return between.join(visit.t(OFFERED[key].get(one, one)) for one in value) or visit.t(_("none"))
    return str(value)


def _rung(visit: Visit, days: int | None, who: list[str]) -> str:
    hear = visit.t(_(", ")).join(visit.t(GROUP_WORDS[one]) for one in who)
    return visit.t(_("{when}: {hear}"), when=time_words(visit, days), hear=hear)


def time_words(visit: Visit, days: int | None) -> str:
    """When a rung is reached."""
    if days is None:
        return visit.t(_("when half of the time is over"))
    if days == 0:
        return visit.t(_("at the deadline"))
    if days < 0:
        return visit.t(_("{n} working days before"), n=-days)
    return visit.t(_("{n} working days after"), n=days)


# --- one setting ----------------------------------------------------------------------------------------------


async def one(visit: Visit) -> web.StreamResponse:
    return await show(visit)


async def show(visit: Visit, status: int = 200, preview: str = "") -> web.Response:
    key = visit.parts["key"]
    choice = CHOICES.get(key)
    if choice is None:
        raise NotThere
    async with visit.read() as tx:
        rows = await history(tx, key)
        state = await books()["setting"].state(tx, key)
    now = counting(rows, visit.at)
    past = [
        {
            "when": page.moment(row.since, visit.language),
            "title": choice.form.write(row.value),
            "text": f"{meaning(visit, key, row.value)}\n{row.by}",
            "tone": "good" if row is now else ("info" if row.since > visit.at else ""),
        }
        for row in reversed(rows)
    ]
    fields = settings_form.filled(choice, now.value if now else choice.default, visit.sheet)
    facts = {
        "setting": _shown(visit, choice, rows),
        "fields": fields,
        "shape": settings_form.shape(key),
        "rungs": settings_form.rungs(fields),
        "times": [(one, time_words(visit, None if one == "half" else int(one))) for one in settings_form.TIMES],
        "offered": [(one, visit.t(words)) for one, words in OFFERED.get(key, GROUP_WORDS).items()],
        "default": meaning(visit, key, choice.default),
        "past": past,
        "preview": preview,
        "told": await changing.history(visit, "setting", key),
    }
    return visit.page("running/setting.html", status, seen=token(state), **facts)


async def save(visit: Visit) -> web.StreamResponse:
    """Look at what it would mean first; then let it count."""
    key, sheet = visit.parts["key"], visit.sheet
    choice = CHOICES.get(key)
    if choice is None:
        raise NotThere
    value: Json = None
    try:
        value = choice.form.read(settings_form.words(choice, sheet))
    except Unfit as unfit:
        sheet.errors["value"] = said(unfit.sentence, visit.language, unfit.facts)
    since = _since(visit)
    if sheet.errors:
        return await show(visit, 422)
    if sheet.text("step") == "look":
        return await show(visit, preview=meaning(visit, key, value))
    async with visit.read() as tx:
        rows = await books()["setting"].state(tx, key)

    def after(at: datetime) -> Json:
        return {**rows, stamp(max(since, at) if since else at): value}

    done = await changing.wish(visit, "setting", key, after, field="value")
    if done is None:
        return await show(visit, 422)
    return visit.go(visit.path(f"settings/{key}"), changing.say(visit, done, _("Chosen. The past keeps what counted.")))


def _since(visit: Visit) -> datetime | None:
    """Midnight of the day chosen; None: from now on."""
    given, today = visit.sheet.text("since", 10), local_day(visit.at)
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        visit.sheet.errors["since"] = visit.t(_("Please choose a day."))
        return None
    if day < today:
        visit.sheet.errors["since"] = visit.t(_("That day is over: choose today or a later one."))
    return datetime.combine(day, time(), SHANGHAI)

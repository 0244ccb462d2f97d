"""What the open interface takes: clues, moves, provincial data, hooks. Ledgers move through the desk only."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from bot.api import models
from bot.api.call import Call
from bot.api.problems import Problem
from bot.api.read import as_hook
from bot.hook.guarding import refusal
from bot.texts import _
from conversations import outcomes
from conversations.catalogue import speech
from store.feeds import FEEDS, bring_rows
from store.law.rules import LAWS
from store.law.scope import visible
from store.sharing import hooks, keys
from store.words import Address, Ask, Incoming, Json, Ledger, Press, ledger_of

DOOR = "api"
_NUMBER = re.compile(r"(XS|WT)-\d{4}-\d{6,9}")


# --- moves of the ledgers ---------------------------------------------------------------------------------


async def clue(call: Call) -> models.Outcome:
    given: models.NewClue = call.body
    fields = given.model_dump(exclude_none=True) | {"photos": [], "recordings": []}
    fields.setdefault("observed_at", call.at.isoformat())
    if given.place is not None:
        fields["place"] = {"accuracy": None, **fields["place"]}
    return await _press(call, Ask(Ledger.CLUE, "report", None, fields))


async def move(call: Call) -> models.Outcome:
    number, wish = call.parts["number"], call.body
    ledger = ledger_of(number)
    if not _NUMBER.fullmatch(number):
        raise Problem(404)
    async with call.read() as tx:
        if not await visible(tx, call.who, number):
            raise Problem(404)
    if wish.verb not in LAWS[ledger].verbs:
        raise Problem(422, errors=[{"field": "verb", "detail": call.t(_("The law knows no such verb."))}])
    return await _press(call, Ask(ledger, wish.verb, number, wish.fields))


async def _press(call: Call, ask: Ask) -> models.Outcome:
    """Through the desk. The same Idempotency-Key gets the same answer; with another content it is refused."""
    if not call.once:
        raise Problem(400, _("A request that moves a ledger needs an Idempotency-Key."))
    if len(call.once) > 100:
        raise Problem(400, _("An Idempotency-Key has at most 100 characters."))
    async with call.write() as work:
        earlier = await keys.begin(work.tx, call.caller, call.once, _digest(ask), work.at)
    if earlier is not None and not earlier.same:
        raise Problem(422, _("This Idempotency-Key was used for something else."))
    if earlier is not None and earlier.answer is not None:
        return _again(earlier.status or 500, earlier.answer)
    status, told, fresh = await _moved(call, ask)
    if fresh:
        async with call.write() as work:
            await keys.settle(work.tx, call.caller, call.once, status, told)
    return _again(status, told)


async def _moved(call: Call, ask: Ask) -> tuple[int, dict[str, Json], bool]:
    """Status and answer; whether they are this request's own, to be kept for whoever asks again."""
    key = hashlib.sha256(f"{call.caller.key}:{call.once}".encode()).hexdigest()[:48]
    receipt = await call.office.receive(Incoming(key, Address(DOOR, call.who.id), Press(ask)))
    words = speech(call.language)
    if receipt.refused is not None:
        reason = {"reason": receipt.refused.reason, "detail": outcomes.refused(words, receipt.refused, {})}
        return (404 if receipt.refused.reason == "not_found" else 409), reason, True
    if receipt.moved:
        done = receipt.moved[0]
        told = outcomes.moved(words, done, ask.fields)
        entry = {"number": done.entry.number, "state": done.entry.state}
        return 200, {**entry, "verb": done.verb, "seq": done.seq, "said": told}, True
    # It is being answered elsewhere just now, or was not answered to its end: what was said then is all there is.
    return 409, {"detail": "\n".join(say.text for say in receipt.says)}, False


def _again(status: int, told: Mapping[str, Any]) -> models.Outcome:
    if status == 200:
        return models.Outcome(**told)
    if status == 404:
        raise Problem(404)
    raise Problem(status, str(told.get("detail", "")))


def _digest(ask: Ask) -> str:
    whole = [ask.ledger, ask.verb, ask.entry, {**ask.fields, "observed_at": None}]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()


# --- provincial data --------------------------------------------------------------------------------------


async def feed(call: Call) -> models.Brought:
    kind, given = call.parts["kind"], call.body
    if kind not in FEEDS:
        raise Problem(404)
    async with call.write() as work:
        done = await bring_rows(work.tx, kind, given.name, given.rows, call.who.id, work.at, dry_run=given.dry_run)
    if not done.ok:
        errors = [
            {"row": one.row, "field": one.column, "detail": one.reason(call.language)} for one in done.report.faults
        ]
        raise Problem(
            422, _("Nothing of it was taken: {n} rows or columns are wrong."), {"n": done.report.fault_count}, errors
        )
    report = done.report
    return models.Brought(
        batch=done.batch,
        earlier=done.earlier.id if done.earlier else None,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        warnings=done.warnings,
    )


# --- hooks ------------------------------------------------------------------------------------------------


async def add_hook(call: Call) -> models.Hook:
    given: models.NewHook = call.body
    wrong = refusal(given.url, inside=call.office.settings.hooks_inside)
    if wrong:
        raise Problem(422, errors=[{"field": "url", "detail": call.t(wrong)}])
    async with call.write() as work:
        made, secret = await hooks.add(
            work.tx, call.office.seal, call.who.id, given.name, given.url, given.verbs, call.who, work.at
        )
    return as_hook(made, secret)


async def drop_hook(call: Call) -> models.Hook:
    async with call.write() as work:
        gone = await hooks.drop(work.tx, call.parts["id"], call.who.id)
    if gone is None:
        raise Problem(404)
    return as_hook(gone)

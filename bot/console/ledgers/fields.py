"""The questions of a questionnaire as fields of a page, and what was put into them as answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.console.visit import Visit
from bot.texts import _
from bot.work.media import keep_upload
from conversations import kinds
from conversations.catalogue import speech
from conversations.filling import fill
from conversations.form import Form, Texts
from conversations.pickers import within
from conversations.walk import Slot, Walk
from store.reading.lookups import answer
from store.words import Found, Item, Json, Lookup, words_of

MOST_FILES = 9
_EVIDENCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AREAS = ("text", "opinion", "measures", "data_note", "visit_note", "cause")
_TOO_MANY = _("That is more than {most}. Please send fewer.")
_NO_PICTURE = _("“{name}” is no picture or recording that could be kept.")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` says which control, `value` what is in it, `items` what can be picked."""

    key: str
    kind: str  # text, area, date, number, choose, ticks, pick, picks, files, place
    label: str
    hint: str
    required: bool
    value: str
    values: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    most: int


async def fields_of(visit: Visit, form: Form, found: Walk, number: str) -> list[Field]:
    """Everything that counts now, in the order of the questionnaire."""
    return [await _field(visit, slot, found, number) for slot in found.slots]


async def _field(visit: Visit, slot: Slot, found: Walk, number: str) -> Field:
    question, language, sheet = slot.question, visit.language, visit.sheet
    kind = _kind(slot)

    def words(texts: Texts) -> str:
        return fill(words_of(texts, language), lambda name: _shown(found, name, language)) if texts else ""

    fresh = slot.key not in sheet.values and not sheet.errors
    default = slot.default if fresh and not slot.answered else None
    given = sheet.text(slot.key, 2000) or ("" if default is None or isinstance(default, list) else str(default))
    several = sheet.all(slot.key) or (tuple(default) if isinstance(default, list) else ())
    if kind == "files":
        several = tuple(slot.answer or ())
    items = await _offers(visit, slot, number) if kind in ("pick", "picks") else ()
    return Field(
        key=slot.key,
        kind=kind,
        label=words(question.label),
        hint="" if kind == "place" else words(question.hint),
        required=slot.required,
        value=given,
        values=several,
        options=tuple((one.value, words_of(one.label, language)) for one in slot.offers),
        items=items,
        most=_most(slot),
    )


def _kind(slot: Slot) -> str:
    question = slot.question
    if question.type in kinds.MEDIA:
        return "files"
    if question.type in kinds.PICKERS:
        return "picks" if _most(slot) > 1 else "pick"
    if question.type == "text":
        return "area" if question.appearance == "multiline" or question.name in _AREAS else "text"
    return {
        "select_one": "choose",
        "select_multiple": "ticks",
        "date": "date",
        "integer": "number",
        "geopoint": "place",
    }.get(question.type, "text")


def _most(slot: Slot) -> int:
    return int(slot.question.bot.get("max") or 1)


def _shown(found: Walk, name: str, language: str) -> str:
    slot = found.slot(name)
    return kinds.show(slot.question, slot.answer, language) if slot else ""


async def _offers(visit: Visit, slot: Slot, number: str) -> tuple[Item, ...]:
    """What can be picked: what was picked before, then what was searched for, else the few that come into question."""
    sheet, narrow = visit.sheet, dict(within(slot, number))
    words = sheet.text(f"{slot.key}_words", 100)
    found: list[Item] = []
    for one in sheet.all(slot.key):
        found += [item for item in await _look(visit, slot, {**narrow, "words": one}) if item.value == one]
    if words:
        found += await _look(visit, slot, {**narrow, "words": words})
    elif narrow:
        found += await _look(visit, slot, narrow)
    return tuple({item.value: item for item in found}.values())


async def _look(visit: Visit, slot: Slot, query: dict[str, Json]) -> Sequence[Item]:
    async with visit.read() as tx:
        found: Found = await answer(tx, Lookup(slot.question.type, query, visit.language), visit.who, visit.at)
    if slot.question.type == "indicator":
        return [item for item in found.items if item.data.get("leaf")]
    return found.items


# --- what was put in --------------------------------------------------------------------------------------


async def heard(visit: Visit, slot: Slot, number: str, *, quiet: bool) -> Json:
    """The answer that stands in a field; None for none. What is no answer is noted in the sheet's errors."""
    question, sheet = slot.question, visit.sheet
    if question.type in kinds.MEDIA:
        return await _files(visit, slot)
    if question.type in kinds.PICKERS:
        return await _picked(visit, slot, number)
    if question.type == "select_multiple":
        chosen = [one for one in sheet.all(slot.key) if one]
        return chosen or None
    text = sheet.text(slot.key, 2001)
    if not text:
        return None
    if question.type == "select_one":
        return text
    value = kinds.read(question, text, visit.language, visit.at)
    if isinstance(value, kinds.Fault):
        if not quiet:
            sheet.errors[slot.key] = speech(visit.language)(value.message, **value.facts)
        return None
    return value


async def _picked(visit: Visit, slot: Slot, number: str) -> Json:
    """Only what the books offer just now can be picked."""
    chosen = [one for one in visit.sheet.all(slot.key) if one][: _most(slot)]
    if not chosen:
        return None
    known = {item.value for item in await _offers(visit, slot, number)}
    valid = [one for one in chosen if one in known]
    if not valid:
        return None
    return valid if _most(slot) > 1 else valid[0]


async def _files(visit: Visit, slot: Slot) -> Json:
    """Ids of what was sent with this form or with an earlier try of it."""
    sheet, most = visit.sheet, min(_most(slot) if _most(slot) > 1 else MOST_FILES, MOST_FILES)
    kept = [one for one in sheet.all(f"{slot.key}_kept") if _EVIDENCE.fullmatch(one)]
    sent = sheet.files(slot.key)
    if len(kept) + len(sent) > most:
        sheet.errors[slot.key] = visit.t(_TOO_MANY, most=most)
        return kept[:most] or None
    for upload in sent:
        one = await keep_upload(visit.office, visit.who, upload.name, upload.data, slot.question.type)
        if one is None:
            sheet.errors[slot.key] = visit.t(_NO_PICTURE, name=upload.name)
        else:
            kept.append(one)
    sheet.uploads.pop(slot.key, None)
    sheet.values[f"{slot.key}_kept"] = kept
    return kept or None

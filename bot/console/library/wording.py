"""How the library puts things: sides, natures, departments, columns and what was done to an indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from bot.console.page import day, moment
from bot.console.rooms import PATH
from bot.console.visit import Visit
from bot.texts import _
from store.law.standing import DEPARTMENTS
from store.library.files import Changed
from store.master.imports.report import Wrong
from store.texts import said
from store.words import Department, Json, words_of

SIDES: Mapping[str, str] = {"external": _("Outside: shops"), "internal": _("Inside: staff")}
NATURES: Mapping[str, str] = {"illegal": _("Against the law"), "violation": _("Against the rules")}
ORIGINS: Mapping[str, str] = {"province": _("Province"), "city": _("City")}
ACTIVE: Mapping[str, str] = {"yes": _("In use"), "no": _("Not in use")}

COLUMNS: Mapping[str, str] = {
    "parent_code": _("Hangs below"),
    "name_zh": _("Chinese name"),
    "name_en": _("English name"),
    "side": _("Side"),
    "nature": _("Nature"),
    "level": _("Level"),
    "weight": _("Weight"),
    "severity": _("Severity"),
    "responsible_department": _("Department"),
    "due_working_days": _("Working days"),
    "keywords_zh": _("Keywords"),
    "legal_basis": _("Legal basis"),
    "origin": _("Origin"),
    "active": _("In use"),
}
DONE: Mapping[str, tuple[str, str]] = {
    "added": (_("Added"), "good"),
    "changed": (_("Changed by a file"), "info"),
    "renamed": (_("Renamed"), "info"),
    "moved": (_("Moved"), "info"),
    "valued": (_("Values set"), "info"),
    "withdrawn": (_("Values withdrawn"), "warn"),
    "deactivated": (_("Taken out of use"), "warn"),
    "reactivated": (_("Taken into use again"), "good"),
    "promoted": (_("Made of what recurred among “other”"), "good"),
}
IMPORT = _("brought in on the command line")
KINDS: Mapping[str, tuple[str, str]] = {
    "renamed": (_("renamed"), "info"),
    "moved": (_("moved"), "info"),
    "changed": (_("changed"), "info"),
    "later": (_("from a later day on"), "warn"),
    "deactivated": (_("out of use"), "bad"),
    "reactivated": (_("in use again"), "good"),
}
"""Name and tone of each sort of change that a file can make."""


def options(visit: Visit, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """For a drop-down, in the visitor's language."""
    return [(key, visit.t(name)) for key, name in words.items()]


def departments(visit: Visit) -> list[tuple[str, str]]:
    """The departments that can be responsible."""
    return [(one.value, words_of(DEPARTMENTS[one], visit.language)) for one in Department]


def told(visit: Visit, fault: Wrong) -> str:
    """What the books say against it."""
    return said(fault.sentence, visit.language, fault.facts)


def clues_of(code: str, **more: str) -> str:
    """The address of the list of clues whose codes begin so."""
    return f"{PATH}/ledgers/clues?{urlencode({'indicator': code, **more})}"


def value(visit: Visit, column: str, given: Json) -> str:
    """A column's value as it is read."""
    if given is None or given == "" or given == []:
        return "–"
    if column == "responsible_department":
        return words_of(DEPARTMENTS[given], visit.language)
    if column == "valid_from":
        return day(datetime.fromisoformat(given), visit.language)
    names = {"side": SIDES, "nature": NATURES, "origin": ORIGINS}.get(column)
    if names is not None:
        return visit.t(names[given])
    if isinstance(given, bool):
        key = "yes" if given else "no"
        return visit.t(ACTIVE[key])
    if isinstance(given, list):
        return (", " if visit.language == "en" else "、").join(map(str, given))
    return f"{given:g}" if isinstance(given, float) else str(given)


def differences(visit: Visit, one: Changed) -> Iterator[dict[str, str]]:
    """What a file wants otherwise of one indicator, column by column."""
    pairs = [*((name, pair, None) for name, pair in one.columns.items())]
    later = [(name, pair, one.since) for name, pair in one.later.items()]
    for name, (before, after), since in [*pairs, *later]:
        yield {
            "column": visit.t(COLUMNS[name]),
            "before": value(visit, name, before),
            "after": value(visit, name, after),
            "since": day(since, visit.language) if since else "",
        }


def change(visit: Visit, row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """A line of the library's history as a step of a timeline."""
    title, tone = DONE[row["what"]]
    by = visit.t(IMPORT) if row["set_by"] == "import" else names.get(row["set_by"], row["set_by"])
    return {
        "when": moment(row["at"], visit.language),
        "title": f"{visit.t(title)} · {by}",
        "tone": tone,
        "code": row["code"],
        "text": "\n".join(_of_change(visit, row["before"], row["after"])),
    }


def _of_change(visit: Visit, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if "clues" in after:
        yield visit.t(_("{count} cases re-coded"), count=len(after["clues"]))
    for name in COLUMNS:
        if name in after and name in before:
            yield f"{visit.t(COLUMNS[name])}: {value(visit, name, before[name])} → {value(visit, name, after[name])}"
    if "name_zh" in after and not before:
        yield str(after["name_zh"])
    since = after.get("valid_from") or before.get("valid_from")
    if since:
        yield visit.t(_("from {day} on"), day=value(visit, "valid_from", since))

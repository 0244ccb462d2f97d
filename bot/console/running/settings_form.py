"""The form of a setting, made from its row in the table of choices: which fields it has, and what they say together.

The fields are put together to the text that the choice reads (store/chosen_forms.py), so that the page, the command
line and the tests know one way of writing each value.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.console.running import wording
from bot.console.sheets import Sheet
from bot.texts import _
from store.chosen import Choice
from store.chosen_forms import ALWAYS, CARDS_LEDGERS, CARDS_OFF, GROUPS, HOURS, LADDER, NONE
from store.chosen_forms import DOORS as CARD_DOORS
from store.words import Json

SEVERITIES = "clock.due_by_severity"
SPARE = 2
"""Empty rungs that a ladder's form offers."""
TIMES = ("half", *(f"-{day}" for day in range(10, 0, -1)), "0", *(f"+{day}" for day in range(1, 31)))
GROUP_WORDS = {
    "assignee": _("whoever works on it"),
    "head": _("their department head"),
    "county_supervision": _("county supervision"),
    "county_leader": _("the county's leaders"),
    "city_supervision": _("city supervision"),
    "city_leader": _("the city's leaders"),
}
LEDGER_WORDS = {"clue": _("clues"), "problem": _("problems")}
SHAPES = {SEVERITIES: "severities", HOURS: "hours", LADDER: "ladder", CARDS_OFF: "several", CARDS_LEDGERS: "several"}
OFFERED: Mapping[str, Mapping[str, str]] = {
    CARDS_OFF: {door: wording.DOORS[door] for door in CARD_DOORS},
    CARDS_LEDGERS: LEDGER_WORDS,
}
"""What may be ticked."""


def shape(key: str) -> str:
    """Which fields a setting has: number, severities, hours, several or ladder."""
    return SHAPES.get(key, "number")


def filled(choice: Choice, value: Json, sheet: Sheet) -> dict[str, list[str]]:
    """The fields with what stands in them: what was typed, else the value that counts."""
    if "shape" in sheet.values:
        return sheet.values
    match shape(choice.key):
        case "severities":
            return {f"value_{severity}": [str(value[severity])] for severity in "54321"}
        case "hours":
            if value == ALWAYS:
                return {"always": ["yes"], "opens": ["08:30"], "closes": ["18:00"]}
            return {"opens": [value["opens"]], "closes": [value["closes"]]}
        case "several":
            return {"value": list(value)}
        case "ladder":
            rungs = [(_time(rung["days"]), rung["who"]) for rung in value]
            times = {f"time_{number}": [time] for number, (time, _who) in enumerate(rungs)}
            return {**times, **{f"who_{number}": list(who) for number, (_time_, who) in enumerate(rungs)}}
    return {"value": [str(value)]}


def words(choice: Choice, sheet: Sheet) -> str:
    """What the fields say together, as the choice reads it."""
    match shape(choice.key):
        case "severities":
            return " ".join(f"{severity}={sheet.text(f'value_{severity}', 5)}" for severity in "54321")
        case "hours":
            return ALWAYS if sheet.text("always") else f"{sheet.text('opens', 5)}-{sheet.text('closes', 5)}"
        case "several":
            return ",".join(sheet.all("value")) or NONE
        case "ladder":
            return " ".join(f"{time}:{','.join(who)}" for time, who in sorted(_rungs(sheet), key=_order))
    return sheet.text("value", 10)


def rungs(fields: Mapping[str, list[str]]) -> range:
    """The numbers of the rungs that a form shows, empty ones at the end."""
    used = [int(name[5:]) for name, given in fields.items() if _is_rung(name) and given and given[0]]
    return range(max(used, default=-1) + 1 + SPARE)


def _rungs(sheet: Sheet) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    for name in sheet.values:
        if _is_rung(name) and (time := sheet.text(name, 4)):
            found.append((time, tuple(one for one in GROUPS if one in sheet.all(f"who_{name[5:]}"))))
    return found


def _is_rung(name: str) -> bool:
    return name.startswith("time_") and name[5:].isascii() and name[5:].isdigit() and len(name) < 8


def _order(rung: tuple[str, tuple[str, ...]]) -> int:
    time = rung[0]
    return TIMES.index(time) if time in TIMES else len(TIMES)


def _time(days: int | None) -> str:
    return "half" if days is None else f"{days:+d}" if days else "0"

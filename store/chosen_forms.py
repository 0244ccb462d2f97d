"""How values of `setting` are written as text, and read back: pure.

`read(write(value)) == value` for every value; `read` raises `Unfit` with a sentence that says what would fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time

from store.texts import _
from store.words import Json

LADDER = "clock.ladder"
HOURS, CARDS_OFF, CARDS_LEDGERS = "mail.hours", "cards.off", "cards.ledgers"
"""Keys of the mail room: when letters leave; doors that are sent words only, such as ["wecom"]; ledgers whose letters
are cards (without that row, tasks of problems are)."""
REPORT_HOUR = "report.hour"
"""From which hour on last week's and last month's report leaves."""
GROUPS = ("assignee", "head", "county_supervision", "county_leader", "city_supervision", "city_leader")
"""Who may stand on a rung (deadlines.py)."""
DOORS = ("wecom", "telegram")
LEDGERS = ("clue", "problem")
NONE, ALWAYS = "none", "always"


class Unfit(Exception):
    """What was asked for does not fit. `sentence` is a catalogue sentence with gaps for `facts`."""

    def __init__(self, sentence: str, **facts: Json) -> None:
        super().__init__(sentence)
        self.sentence, self.facts = sentence, facts


@dataclass(frozen=True, slots=True)
class Form:
    """Both ways between text and value."""

    read: Callable[[str], Json]
    write: Callable[[Json], str]


def number(least: int, most: int) -> Form:
    """A whole number between these, both inclusive."""

    def read(words: str) -> int:
        if not re.fullmatch(r"\d{1,6}", words) or not least <= int(words) <= most:
            raise Unfit(_("Give a whole number from {least} to {most}."), least=least, most=most)
        return int(words)

    return Form(read, str)


DAYS = number(1, 366)


def _list(known: Sequence[str]) -> Form:
    def read(words: str) -> list[str]:
        given = [] if words == NONE else words.split(",")
        if [one for one in given if one not in known]:
            raise Unfit(_("Give some of {known}, separated by commas, or none."), known=",".join(known))
        return sorted(set(given))

    return Form(read, lambda value: ",".join(value) or NONE)


doors, ledgers = _list(DOORS), _list(LEDGERS)


def _read_severities(words: str) -> dict[str, int]:
    pairs = dict(pair.partition("=")[::2] for pair in words.split())
    if set(pairs) != set("12345") or not all(re.fullmatch(r"[1-9]\d{0,2}", days) for days in pairs.values()):
        raise Unfit(_("Give the days of all five, such as 5=3 4=5 3=7 2=10 1=15."))
    return {severity: int(days) for severity, days in pairs.items()}


severities = Form(
    _read_severities, lambda value: " ".join(f"{severity}={value[severity]}" for severity in sorted(value)[::-1])
)


def _read_hours(words: str) -> Json:
    if words == ALWAYS:
        return ALWAYS
    try:
        opens, closes = (time.fromisoformat(word) for word in words.split("-"))
    except ValueError:
        opens = closes = time()
    if opens >= closes:
        raise Unfit(_("Give the hours such as 08:30-18:00, or always."))
    return {"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}


hours = Form(_read_hours, lambda value: ALWAYS if value == ALWAYS else f"{value['opens']}-{value['closes']}")


_RUNG = re.compile(r"(half|0|[+-][1-9]\d?):([a-z_,]+)")


def _read_ladder(words: str) -> list[Json]:
    rungs = [_read_rung(word) for word in words.split()]
    days = [rung["days"] for rung in rungs]
    counted = [day for day in days if day is not None]
    if not rungs or days.count(None) > 1 or None in days[1:] or counted != sorted(set(counted)):
        raise Unfit(_("Give the rungs in the order of time, each once, such as half:assignee 0:assignee,head +1:head."))
    return rungs


def _read_rung(word: str) -> dict[str, Json]:
    found = _RUNG.fullmatch(word)
    who = found[2].split(",") if found else []
    if not found or not set(who) <= set(GROUPS):
        raise Unfit(
            _("“{word}” is no rung: a time (half, -1, 0, +3) and who hears ({groups}), such as 0:assignee,head."),
            word=word,
            groups=",".join(GROUPS),
        )
    days = None if found[1] == "half" else int(found[1])
    return {"name": rung_name(days), "days": days, "who": list(dict.fromkeys(who))}


def rung_name(days: int | None) -> str:
    """What a rung is called in lines and letters: its name tells its time, so that it keeps it in every ladder."""
    if days is None:
        return "half"
    if days == 0:
        return "due"
    if days > 0:
        return f"late_{days}"
    return "before" if days == -1 else f"before_{-days}"


def _write_ladder(value: Json) -> str:
    times = ["half" if rung["days"] is None else f"{rung['days']:+d}" if rung["days"] else "0" for rung in value]
    return " ".join(f"{at}:{','.join(rung['who'])}" for at, rung in zip(times, value, strict=True))


ladder = Form(_read_ladder, _write_ladder)

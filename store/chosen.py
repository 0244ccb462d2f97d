"""What an administrator changes while the house runs: dated rows of `setting`, each with its meaning, its form as
text and its history.

A row counts from its day on until a newer one of the same key. Nothing is ever overwritten that has counted, so what
was due in the past stays explainable (lifecycle.md §4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import select

from store.chosen_forms import (
    CARDS_LEDGERS,
    CARDS_OFF,
    DAYS,
    HOURS,
    REPORT_HOUR,
    Form,
    doors,
    hours,
    ladder,
    ledgers,
    number,
    severities,
)
from store.chosen_forms import LADDER as LADDER
from store.clock.clocks import PREFIX, Clocks
from store.db import Tx
from store.running.changing import administrator, change
from store.running.settings import stamp
from store.tables import setting
from store.texts import _
from store.words import Json

_AS_IT_IS = Clocks()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose. `about` is a catalogue sentence; `form` reads and writes the value as text."""

    key: str
    about: str
    form: Form
    default: Json


@dataclass(frozen=True, slots=True)
class Chosen:
    """One row: the value that counts from then on, and who set it."""

    since: datetime
    value: Json
    by: str


def _clock(name: str, about: str, form: Form) -> Choice:
    default = getattr(_AS_IT_IS, name)
    if name == "ladder":
        default = [{"name": rung.name, "days": rung.days, "who": list(rung.who)} for rung in default]
    return Choice(PREFIX + name, about, form, dict(default) if isinstance(default, Mapping) else default)


_CHOICES = (
    _clock(
        "ladder", _("The ladder of warnings: when, counted from the deadline in working days, and who hears."), ladder
    ),
    _clock("due_by_severity", _("Working days to deal with a problem, by severity."), severities),
    _clock("head_review", _("Working days of a department head's review."), DAYS),
    _clock("county_review", _("Working days of the county's assessment."), DAYS),
    _clock("city_review", _("Working days of the city's assessment."), DAYS),
    _clock("need_info", _("Working days to answer a question."), DAYS),
    _clock("verifying", _("Working days of a verification."), DAYS),
    _clock("rechecking", _("Working days of the check after rectification."), DAYS),
    _clock("receive_working_hours", _("Working hours to receive a task."), number(1, 80)),
    _clock("nudge_working_hours", _("Working hours between two nudges of one person."), number(1, 80)),
    _clock(
        "late_working_hours",
        _("Working hours from seeing to reporting, after which a report counts as late."),
        number(1, 800),
    ),
    _clock("rework", _("Working days that returned or reassigned work has at least."), DAYS),
    _clock(
        "free_extension",
        _("Working days of a first extension that needs no grant; 0: every one needs it."),
        number(0, 60),
    ),
    _clock("archive_days", _("Days after which a clue without a problem is archived."), number(1, 3650)),
    _clock("problem_archive", _("Working days after which a closed problem is archived."), DAYS),
    _clock("sample_percent", _("Percent of last month's closed problems that are checked again."), number(0, 100)),
    _clock("sample_severity", _("Severity from which on every closed problem is checked again."), number(1, 5)),
    _clock("duplicate_days", _("Days within which a like report is shown as a possible duplicate."), number(1, 366)),
    _clock("duplicate_metres", _("Metres within which it is."), number(1, 20_000)),
    Choice(
        HOURS,
        _("When letters leave, on working days: 08:30-18:00, or always."),
        hours,
        {"opens": "08:30", "closes": "18:00"},
    ),
    Choice(CARDS_OFF, _("Doors that are sent words instead of cards."), doors, []),
    Choice(
        REPORT_HOUR,
        _("From which hour on (8 to 17) last week's and last month's report leaves, on the first working day."),
        number(8, 17),
        9,
    ),
    Choice(CARDS_LEDGERS, _("Ledgers whose letters are cards."), ledgers, ["problem"]),
)

CHOICES: Mapping[str, Choice] = MappingProxyType({choice.key: choice for choice in _CHOICES})


async def history(tx: Tx, key: str) -> list[Chosen]:
    """Every row of a key, those still to come included, the oldest first."""
    rows = await tx.execute(select(setting).where(setting.c.key == key).order_by(setting.c.valid_from))
    return [Chosen(row.valid_from, row.value, row.set_by) for row in rows]


async def histories(tx: Tx) -> dict[str, list[Chosen]]:
    """Every row of every key, the oldest first."""
    found: dict[str, list[Chosen]] = {key: [] for key in CHOICES}
    rows = await tx.execute(select(setting).where(setting.c.key.in_(list(CHOICES))).order_by(setting.c.valid_from))
    for row in rows:
        found[row.key].append(Chosen(row.valid_from, row.value, row.set_by))
    return found


def counting(rows: Sequence[Chosen], at: datetime) -> Chosen | None:
    """The row that counts at that moment, if any; else the default does."""
    return next((row for row in reversed(rows) if row.since <= at), None)


async def choose(tx: Tx, key: str, words: str, by: str, since: datetime, at: datetime) -> Chosen:
    """Let `key` be what `words` say from `since` on; `at` is now. It is written into the journal of changes.

    Raises `Unfit` when the words do not fit the key, when whoever asks is no administrator, or when it should count
    from a moment that is over. Whatever depends on the key is looked at again by the clock.
    """
    value = CHOICES[key].form.read(words)
    rows = {stamp(row.since): row.value for row in await history(tx, key)}
    await change(tx, "setting", key, {**rows, stamp(since): value}, by, at)
    return Chosen(since, value, await administrator(tx, by))

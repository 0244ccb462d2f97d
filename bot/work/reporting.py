"""The weekly and monthly report to leaders and supervision: on the first working day of a week or month, from the hour
that was chosen on (`loop153 setting report.hour`), once, whichever replica comes first.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot import housework
from bot.office import Office
from notifier import outbox
from notifier.reporting import report_letters
from store import db
from store.chosen_forms import REPORT_HOUR
from store.clock.clocks import dated
from store.clock.workdays import SHANGHAI, Calendar, is_working_day, load_calendar
from store.reports import briefing, pictures
from store.staff.contacts import contacts

RULES = ("week", "month")
UNTIL = time(18, 0)
"""What was missed is still sent that day, never later."""


async def push_reports(office: Office) -> int:
    """Send the reports that are due and were not sent yet; how many letters."""
    async with office.engine.connect() as tx:
        at = await db.now(tx) + office.shift
        hour = (await dated(tx, "", [REPORT_HOUR], at)).get(REPORT_HOUR, 9)
        rules = due(at, await load_calendar(tx, at), int(hour))
    return sum([await _push(office, rule) for rule in rules])


def due(at: datetime, calendar: Calendar, hour: int) -> list[str]:
    """Which reports are due at that moment: of the week that is over, of the month that is over."""
    local = at.astimezone(SHANGHAI)
    day = local.date()
    if not is_working_day(calendar, day) or not time(hour) <= local.time() < UNTIL:
        return []
    starts = {"week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}
    return [rule for rule in RULES if not _worked(calendar, starts[rule], day)]


def _worked(calendar: Calendar, start: date, day: date) -> bool:
    """Whether a day before `day` was a working day, from `start` on."""
    return any(is_working_day(calendar, start + timedelta(days=n)) for n in range((day - start).days))


async def _push(office: Office, rule: str) -> int:
    """Everybody's letters, in one transaction with the note that they were written."""
    async with housework.writing(office) as work:
        period, before = briefing.finished(rule, work.at.astimezone(SHANGHAI).date())
        slot = period.start.isoformat()
        people = await briefing.readers(work.tx)
        new = await outbox.occur_all(work.tx, f"report-{rule}", [(one.id, slot) for one in people], work.at)
        reached = await contacts(work.tx, sorted(new))
        query = {"from": slot, "to": period.end.isoformat()}
        url = f"{office.settings.address}{briefing.ROOM}?from={slot}&to={period.end}"
        for who in people:
            addresses = reached.get(who.id, ()) if who.id in new else ()
            told = await briefing.brief(work.tx, who, period, before, work.at) if addresses else None
            if told is None or told.empty:
                continue
            picture = f"{rule}:{slot}:{who.id}"
            asked = {"query": query, "language": who.language, "at": work.at.isoformat()}
            await pictures.want(work.tx, picture, who.id, asked, work.at)
            await work.post(report_letters(who, addresses, rule, slot, told, url, picture, work.at))
        await pictures.sweep(work.tx, work.at)
        return work.posted

"""The heartbeat: an address outside is pinged only while the mail room does its work (mailroom.md §1.12).

Whoever listens there (healthchecks and the like) raises the alarm when the pings stop: also when the machine is gone.
"""

from __future__ import annotations

import logging

from aiohttp import ClientError, ClientTimeout

from bot.office import Office
from notifier import health

logger = logging.getLogger(__name__)

_PATIENCE = ClientTimeout(total=10)


async def beat(office: Office) -> bool:
    """Ping, unless an hour that is due was not struck or a letter is older than its target; whether it arrived."""
    url = office.settings.heartbeat_url
    if url is None:
        return False
    mail = await health.examine(office.engine, office.shift, tuple(office.doors))
    if not mail.well:
        logger.warning("no heartbeat: %d letters are late, %d hours were not struck", mail.late, mail.unstruck)
        return False
    try:
        async with office.http.get(url, timeout=_PATIENCE) as answer:
            return answer.ok
    except (ClientError, TimeoutError) as fault:
        logger.warning("the heartbeat did not arrive: %s", type(fault).__name__)
        return False

"""Keeping WeCom as it should be: our menu in the app, and a roster that follows the directory."""

from __future__ import annotations

import logging

from bot.office import Office
from bot.wecom import contacts, menu
from bot.wecom.api import contacts_client
from bot.wecom.door import WecomDoor

logger = logging.getLogger(__name__)


async def sync_menu(office: Office, door: WecomDoor) -> None:
    """Put our menu in place. Raises `ApiError` or `Unreachable`."""
    await menu.create(door.client, door.config.agent_id, office.settings.language)


async def sync_contacts(office: Office, door: WecomDoor) -> contacts.Report:
    """Switch off who left, rename who is renamed. Raises `ApiError` or `Unreachable`, and then nothing was written."""
    everybody = contacts_client(door.config, office.http, office.engine)
    report = await contacts.sync(door.client, everybody, office.engine)
    logger.info(
        "contacts compared: members=%d left=%d back=%d renamed=%d strangers=%d doubtful=%s",
        report.members,
        len(report.left),
        len(report.back),
        len(report.renamed),
        len(report.strangers),
        report.doubtful,
    )
    return report

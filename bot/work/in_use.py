"""What administrators chose while the office runs, brought into this process: versions of forms, wording of pushes.

Every replica looks every few seconds, and at once where the choice was made. What cannot be read is left as shipped.
"""

from __future__ import annotations

import logging

from bot.office import Office
from conversations.faults import FormFault
from conversations.form import Form
from conversations.library import UnknownVersion
from conversations.loading import load_form
from notifier import rewording
from store.db import connected
from store.running import forms, templates

logger = logging.getLogger(__name__)


async def refresh(office: Office) -> None:
    """Let the chosen versions count from now on; open dialogues keep theirs."""
    async with connected(office.engine) as tx:
        chosen = {key: (digest, source) for key, digest, source in await forms.in_use(tx)}
        reworded = await templates.overrides(tx)
    rewording.use(reworded)
    for form in [form for form in office.forms if _wanted(office, form, chosen) != form.hash]:
        source = chosen[form.key][1] if form.key in chosen else ""
        try:
            new = _version(office, form.key, _wanted(office, form, chosen), source)
        except (FormFault, UnknownVersion) as fault:
            logger.error("a version of the form %s cannot be used: %s", form.key, type(fault).__name__)
            continue
        office.forms = office.forms.with_current(new)
        logger.info("the form %s counts in version %s now", form.key, new.hash[:12])


def _wanted(office: Office, form: Form, chosen: dict[str, tuple[str, str]]) -> str:
    return chosen[form.key][0] if form.key in chosen else office.shipped.get(form.key, form.hash)


def _version(office: Office, key: str, digest: str, source: str) -> Form:
    try:
        return office.forms.version(key, digest)
    except UnknownVersion:
        if not source:
            raise
        return load_form(source, key)

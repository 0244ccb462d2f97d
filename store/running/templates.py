"""Wording of pushes that counts instead of the shipped one. Whether it can be filled is checked by the mail room."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from store.chosen_forms import Unfit
from store.db import Tx
from store.running.book import Plain, Wish
from store.tables import template_text
from store.texts import _
from store.words import Json

LONGEST = 4000
"""Characters of one template."""


def subject_of(template: str, language: str) -> str:
    """The subject of a template in one language."""
    return f"{template}.{language}"


class Templates(Plain):
    """Subject: "task.zh". State: source; None for the shipped wording."""

    async def state(self, tx: Tx, subject: str) -> Json:
        template, _dot, language = subject.rpartition(".")
        one = (template_text.c.template == template, template_text.c.language == language)
        source = (await tx.execute(select(template_text.c.source).where(*one))).scalar_one_or_none()
        return None if source is None else {"source": source}

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        template, _dot, language = subject.rpartition(".")
        if after is None:
            one = (template_text.c.template == template, template_text.c.language == language)
            await wish.tx.execute(delete(template_text).where(*one))
            return
        if not after["source"].strip() or len(after["source"]) > LONGEST:
            raise Unfit(_("Write a text of at most {most} characters."), most=LONGEST)
        row = {"source": after["source"], "set_by": wish.by, "at": wish.at}
        use = insert(template_text).values(template=template, language=language, **row)
        await wish.tx.execute(use.on_conflict_do_update(index_elements=["template", "language"], set_=row))


async def overrides(tx: Tx) -> dict[tuple[str, str], str]:
    """Every wording that counts instead of the shipped one, by template and language."""
    rows = await tx.execute(select(template_text.c.template, template_text.c.language, template_text.c.source))
    return {(row.template, row.language): row.source for row in rows}

"""Letters with a report: one sentence of what changed and the way to the page, then the picture of it.

The picture is a letter of its own behind the words, so neither waits for the other's failure; to a door that shows no
pictures only the words go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from notifier.limits import manners
from store.reports.briefing import Brief
from store.words import Address, Letter, Person

PICTURE = "picture"
"""The template, and the fact, of letters that show a picture."""


def report_letters(
    who: Person, addresses: Iterable[Address], rule: str, slot: str, told: Brief, url: str, picture: str, at: datetime
) -> list[Letter]:
    """The letters of one finished week or month to somebody, wherever they are reached."""
    letters: list[Letter] = []
    for to in addresses:
        letters.append(
            Letter(
                key=f"report:{rule}:{slot}:{who.id}:{to.door}:{to.id}",
                to=to,
                person=who.id,
                purpose="report",
                template="report",
                facts={"rule": rule, "zh": told.zh, "en": told.en, "url": url, "seq": slot},
                not_before=at,
            )
        )
        letters += picture_letters(who, to, [picture], at)
    return letters


def picture_letters(
    who: Person, to: Address, pictures: Sequence[str], at: datetime, *, urgent: bool = False
) -> list[Letter]:
    """Pictures for one address, when its door shows any. `urgent`: they were asked for just now."""
    return [
        Letter(
            key=f"picture:{picture}:{to.door}:{to.id}",
            to=to,
            person=who.id,
            purpose=PICTURE,
            template=PICTURE,
            facts={PICTURE: picture, "seq": "1"},
            not_before=at,
            urgent=urgent,
        )
        for picture in (pictures if manners(to.door).pictures else ())
    ]

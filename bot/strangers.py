"""The front desk's answer to somebody who is not on the roster; nothing of it is kept."""

from __future__ import annotations

from bot.texts import _, said
from store.words import Body, Incoming, Place, Say, Silence


def to_stranger(incoming: Incoming) -> tuple[Say, ...]:
    """Their own address, in both languages as we cannot know theirs: it is what the administrator needs."""
    if _unsaid(incoming.body):
        return ()
    sentence = _("You are not on the roster yet. Please give your administrator this: {address}")
    address = f"{incoming.sender.door} {incoming.sender.id}"
    words = (said(sentence, language, address=address) for language in ("zh", "en"))
    return (Say("\n".join(words)),)


def _unsaid(body: Body) -> bool:
    """Whether nobody said this on purpose: the app was opened, or told where the phone is."""
    return body == Silence() or (isinstance(body, Place) and body.automatic)

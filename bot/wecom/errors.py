"""WeCom's error codes and what each means for a letter (D90313): decided by the code, never by its text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto

from store.words import Later, Never

BUSY_PAUSE = timedelta(seconds=5)
NARROW_PAUSE = timedelta(seconds=1)
BROKEN_PAUSE = timedelta(minutes=5)


class Reaction(Enum):
    """What to do when a call is answered with one of the codes below."""

    BUSY = auto()  # the only documented "try again"
    TOKEN = auto()  # drop that token, refresh once, retry once (the client does)
    BROKEN = auto()  # nothing goes out until an administrator has acted: hold everything, raise the alarm
    PAUSE = auto()  # too often: hold this door for the block time
    NARROW = auto()  # too many at once: lower the parallelism
    GONE = auto()  # nobody there, or out of the app's range: switch the contact off
    MEDIA_GONE = auto()  # the media id died (3 days)
    MEDIA = auto()  # the file is refused
    LOGIN = auto()  # the browser must log in again
    MENU = auto()  # there is no menu
    SPLIT = auto()  # the answer would be too big: ask for less at a time
    CARD = auto()  # a card, its task id, key or code is refused: final
    BUG = auto()  # the call itself is wrong: ours to repair, useless to repeat


REACTIONS: Mapping[Reaction, tuple[int, ...]] = {
    Reaction.BUSY: (-1,),
    Reaction.TOKEN: (40014, 42001, 41001),
    Reaction.BROKEN: (40001, 40013, 40091, 60020, 48002, 48006, 50003, 301002, 50001, 80001, 85005),
    Reaction.PAUSE: (45009,),
    Reaction.NARROW: (45033,),
    Reaction.GONE: (81013, 82001, 40003, 46004, 60111, 60021, 60011, 43004),
    Reaction.MEDIA_GONE: (40007,),
    Reaction.MEDIA: (40004, 40005, 40006, 44001, 45001, 301016, 301017),
    Reaction.LOGIN: (40029, 84014, 84015),
    Reaction.MENU: (46003,),
    Reaction.SPLIT: (45029,),
    Reaction.CARD: (*range(42014, 42021), 42022, 43012),
    Reaction.BUG: (
        *(40031, 40032, 82002, 82003),  # receivers
        *(40008, 41006, 41010, 41011, 41016, 41033, 44004, 45002, 45008, 45034),  # content
        *(40039, 40058, 40035, 40033, 82004),
        *(60003, 60123),  # departments
        *(40093, 42012, 91040),  # tickets and JS signatures
        *range(40016, 40028),  # menus
        41102,
    ),
}
TASK_KNOWN, CODE_SPENT = 42014, 42022
"""A task_id or a response_code that was used before: of a card, and of its update."""
REACTION = {code: reaction for reaction, codes in REACTIONS.items() for code in codes}

TOKEN_CODES = frozenset((*REACTIONS[Reaction.TOKEN], 40001))
"""40001 says "wrong secret" when a token is asked for, and is seen for a dead token elsewhere (D91039)."""

HELD = {
    Reaction.TOKEN: BROKEN_PAUSE,
    Reaction.BROKEN: BROKEN_PAUSE,
    Reaction.PAUSE: timedelta(minutes=1),  # grows, see send.py
}
"""Reactions that hold the whole door, and for how long. A broken door holds its letters instead of giving them up:
a repaired secret, IP list or app must find every one of them still there. The alarm is in `door_state.broken`."""

OUTCOMES: Mapping[Reaction, Later | Never] = {
    Reaction.BUSY: Later("", BUSY_PAUSE),
    Reaction.NARROW: Later("", NARROW_PAUSE, counts=False, fewer=True),
    Reaction.GONE: Never("", gone=True),
}
"""What becomes of the letter otherwise; every reaction that is in neither table is final for this letter alone."""


def reaction(code: int) -> Reaction:
    """The reaction to that code; codes that no page lists are final for this call."""
    return REACTION.get(code, Reaction.BUG)

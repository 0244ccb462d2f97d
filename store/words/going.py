"""What goes out: what is said in place, letters, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.words.base import Json
from store.words.ledgers import Moved, Refused
from store.words.people import Address


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tap; where nothing can be tapped, a numbered line. `token` comes back in a `Choice`."""

    token: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """A task to look at and to press, where a door shows such; a letter's text says all of it where none does.

    `lines`: at most six (name, value). `buttons`: at most six; an entry's verb is `v|<number>|<verb>`, the entry
    itself `e|<number>`.
    """

    title: str
    desc: str
    lines: tuple[tuple[str, str], ...]
    buttons: tuple[Option, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Something to open in a browser. `url` is a path of ours until the desk makes it whole."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Say:
    """One utterance. `options` are numbered in the order given; a turn has at most one `Say` with options.

    Only `links` can be tapped as such: an address in the text is what somebody wrote.
    """

    text: str
    options: tuple[Option, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What `receive` gives back: the answer, the lines written, whether this message was a repeat, and for a `Press`
    why it was refused."""

    says: tuple[Say, ...]
    moved: tuple[Moved, ...] = ()
    seen_before: bool = False
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that must reach somebody. `key` is unique for ever (occurrence, recipient, purpose).

    `template` names a file in notifier/templates; `facts` fill it. The text is rendered and frozen at the
    first attempt to send. `not_before` holds it back; `urgent` letters pass the sending hours.
    """

    key: str
    to: Address
    person: str
    purpose: str
    template: str
    facts: Mapping[str, Json]
    not_before: datetime
    subject: tuple[str, str] | None = None  # (ledger, number) it speaks of
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side took it; `ref` is its message id, `code` what changes the card that was sent, once."""

    ref: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: try again after `after`. `counts` is False when nothing was wrong with the letter itself."""

    reason: str
    after: timedelta
    counts: bool = True
    pause_door: bool = False  # a frequency limit: hold every letter of this door for `after`
    doubt: bool = False  # the answer was lost: it may have arrived (a refused connection or an error code is no doubt)
    fewer: bool = False  # too many calls at once: halve how many letters of this door are on their way


@dataclass(frozen=True, slots=True)
class Never:
    """It can never be delivered. `gone`: the person cannot be reached at this address any more."""

    reason: str
    gone: bool = False
    alarm: bool = False  # the door itself is broken (wrong secret, forbidden): an administrator must act
    plain: bool = False  # only the card is refused: the same letter may still be told in words
    twice: bool = False  # the other side has had this very card before


Outcome = Sent | Later | Never


@dataclass(frozen=True, slots=True)
class Event:
    """A content-free fact about a dialogue, for drop-off counts: what happened at which question of which form."""

    kind: str  # shown|answered|invalid|back|edited|skipped|digressed|resumed|submitted|expired|discarded
    form: str
    version: str
    question: str = ""

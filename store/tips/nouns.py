"""What the tip line speaks of: receipts found, tips opened, conversations read; and its faults, which carry nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from store.tips.receipts import ReceiptKeys
from store.vault import KeyPair
from store.words import Json


class NoOfficer(Exception):
    """Nobody may open such a tip: nothing was written, and the door says so kindly."""


class Tampered(Exception):
    """Rows of a tip are not as they were written. Nothing of the tip is shown; the caller rolls back and then calls
    `alarm` in a transaction of its own. `number`: the tip's."""

    def __init__(self, number: str) -> None:
        super().__init__("a tip was tampered with")
        self.number = number


class NotYours(Exception):
    """This key does not open that tip, or it is not there: nobody can tell which."""


@dataclass(frozen=True, slots=True)
class TipFile:
    """A file that was cleaned already (metadata removed, re-encoded). `kind`: image | document."""

    kind: str
    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Held:
    """A tip opened with its receipt.

    `full` is False for a receipt that was shown inside a chat: it may add text and read the coarse status only, until
    its first use on the web page rotates it (`rotate`).
    """

    number: str
    full: bool
    key: PrivateKey = field(repr=False)
    proof: SigningKey = field(repr=False)
    keys: ReceiptKeys = field(repr=False)


@dataclass(frozen=True, slots=True)
class OfficerKey:
    """An officer's unlocked vault: lives in the memory of one process, 30 idle minutes at most. `kind`: officer |
    custodian | outside."""

    person: str
    kind: str
    pair: KeyPair = field(repr=False)


@dataclass(frozen=True, slots=True)
class Denied:
    """A passphrase that was wrong, or an account that is locked. `left`: tries before it is locked; `until`: when it
    opens again."""

    left: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A tip opened by an officer."""

    number: str
    officer: OfficerKey = field(repr=False)
    key: PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a conversation; its name is made from its kind and place, never the one it was sent under."""

    id: str
    kind: str  # image | document
    mime: str
    size: int  # bytes
    name: str  # such as "photo-2.jpg"


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `counter` counts within the tip from 1; `seen`: the other side has opened the dialogue since."""

    counter: int
    author: str  # tipster | officer
    text: str
    files: tuple[StoredFile, ...]
    day: date
    seen: bool
    kind: str = "message"  # message | acknowledged | identity_asked | identity_given | closed


@dataclass(frozen=True, slots=True)
class Clocks:
    """The days that both sides are shown; `acknowledged` and `closed` once they happened."""

    acknowledge_by: date
    feedback_by: date
    acknowledged: date | None = None
    closed: date | None = None
    erased_on: date | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What a tip led to in the ledgers. `due`: when a dispatched check begins; None for what was accepted at once.
    `number`: the problem's, once it is open; `state`: its state, or "refused"."""

    due: datetime | None
    number: str | None
    state: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """What may be shown of a tip. For a receipt that is not `full`: only `status` and `clocks`.

    `status`: received | acknowledged | working | closed. `outcome`: confirmed | unfounded | transferred | answered.
    """

    status: str
    clocks: Clocks
    answers: Mapping[str, Json]
    files: tuple[StoredFile, ...]  # those that came with the answers
    messages: tuple[Message, ...]
    door: str
    notice: str  # what the door's notice promised
    outcome: str | None = None
    identity: str = "none"  # none | sealed | asked | released
    checks: tuple[Check, ...] = ()  # for officers only


@dataclass(frozen=True, slots=True)
class TipRow:
    """A line of an officer's list: no content."""

    number: str
    status: str
    day: date
    clocks: Clocks
    unread: int  # messages of the tipster that no officer has opened

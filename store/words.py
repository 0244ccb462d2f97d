"""The shared nouns of the house: plain frozen values that every room may hold, and no behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

Json = Any
"""A value that JSON can hold; dates and decimals travel as strings."""


class _Nothing(Mapping[str, Json]):
    """An empty mapping that nobody can fill; hashable, because Python 3.11 takes only such defaults in dataclasses."""

    __slots__ = ()

    def __getitem__(self, key: str) -> NoReturn:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def get(self, key: str, default: Json = None) -> Json:  # `Mapping.get` would raise and catch, on the hot road
        return default

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"


NOTHING: Mapping[str, Json] = _Nothing()


# --- people -----------------------------------------------------------------------------------------------


class Role(StrEnum):
    """What a person may do (glossary). `clock` is the service itself; it never signs in."""

    FIELD_STAFF = "field_staff"
    DEPARTMENT_HEAD = "department_head"
    SUPERVISION_OFFICER = "supervision_officer"
    LEADER = "leader"
    ADMINISTRATOR = "administrator"
    CUSTODIAN = "custodian"
    CLOCK = "clock"


class FieldRole(StrEnum):
    """The three field roles (三员)."""

    CUSTOMER_MANAGER = "customer_manager"
    MARKET_INSPECTOR = "market_inspector"
    DELIVERY_WORKER = "delivery_worker"


class Department(StrEnum):
    """The four departments that exchange through the hub, and the leadership."""

    SUPERVISION = "supervision"
    ENFORCEMENT = "enforcement"
    MARKETING = "marketing"
    LOGISTICS = "logistics"
    LEADERSHIP = "leadership"


class Level(StrEnum):
    """At which of the two bureaus somebody sits."""

    CITY = "city"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Address:
    """Where one person is reached through one door, such as ("wecom", "zhangsan"). Ids are lower case."""

    door: str
    id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the ledgers see them; `address` is the one they speak from just now, if any."""

    id: str
    name: str
    role: Role
    unit: str  # code of the unit they sit in
    department: Department | None  # that unit's department
    bureau: str  # code of the county or city bureau above that unit
    level: Level
    field_role: FieldRole | None = None
    language: str = "zh"  # "zh" or "en"
    address: Address | None = None
    stands_for: tuple[str, ...] = ()  # userids of those who are away just now and whose substitute they are


CLOCK = Person("clock", "clock", Role.CLOCK, "", None, "", Level.CITY)
"""The actor of everything that nobody did by hand."""

TIP_LINE = Person("tipline", "tip line", Role.CLOCK, "", None, "", Level.CITY)
"""The actor of what an anonymous tipster did: the service itself, on behalf of nobody."""

VAULT_DOOR = "vault"
"""The door that an officer speaks from with a tip's key in hand."""


# --- the ledgers ------------------------------------------------------------------------------------------


class Ledger(StrEnum):
    CLUE = "clue"
    PROBLEM = "problem"

    @property
    def prefix(self) -> str:
        """How the numbers of this ledger begin."""
        return "WT" if self is Ledger.PROBLEM else "XS"


def ledger_of(number: str) -> Ledger:
    """The ledger that a number belongs to; clues when it does not say."""
    return Ledger.PROBLEM if number.startswith(Ledger.PROBLEM.prefix) else Ledger.CLUE


@dataclass(frozen=True, slots=True)
class Ask:
    """The only thing anyone may want of a ledger: a verb, on an entry (None makes a new one), with fields."""

    ledger: Ledger
    verb: str
    entry: str | None = None
    fields: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose move it is: one person, or everybody with `role` in `unit` (a unit's code)."""

    person: str | None = None
    unit: str | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a ledger. `fields` has the columns of its table by name."""

    number: str
    ledger: Ledger
    state: str
    fields: Mapping[str, Json]
    holder: Holder | None


@dataclass(frozen=True, slots=True)
class Moved:
    """One ledger line: what happened to `entry` (shown as it stands after the move)."""

    entry: Entry
    verb: str
    before: str | None  # the state it came from; None for a new entry
    by: Person
    at: datetime
    seq: int = 1
    text: str = ""
    fields: Mapping[str, Json] = NOTHING  # what else was given, as the line keeps it
    caused: tuple[Moved, ...] = ()  # lines of the other ledger that came with it, in the same transaction


def every(moves: Iterable[Moved]) -> Iterator[Moved]:
    """These moves, and what each caused in the other ledger: everything that somebody must hear of."""
    for moved in moves:
        yield moved
        yield from every(moved.caused)


class Refused(Exception):
    """The law says no. `reason` is a message key (`refused.<reason>` in the catalogues), `facts` fill it."""

    def __init__(self, reason: str, **facts: Json) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts: Mapping[str, Json] = facts


# --- what comes in ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A tapped option or menu entry: the `token` of the `Option` that was offered."""

    token: str
    selected: tuple[tuple[str, str], ...] = ()  # (question, option) of each list or box on the card it came from


class FileKind(StrEnum):
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class File:
    """A photo or recording; the bytes are fetched later. `id` is the evidence id (uuid5 of door and key)."""

    id: str
    kind: FileKind
    ref: str  # what the door needs to fetch it, such as a media id
    name: str | None = None
    size: int | None = None
    album: str | None = None  # messages of one album carry the same value
    note: str = ""  # the sentence written under it (Telegram's caption)


class Datum(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in degrees as it was sent, with the datum it was sent in; `accuracy` in metres."""

    lat: float
    lon: float
    datum: Datum
    accuracy: float | None = None
    label: str = ""
    automatic: bool = False  # sent by the app on entering, not by the person


@dataclass(frozen=True, slots=True)
class Sheet:
    """All answers of a form at once, by question name (a web page, an import, the API)."""

    answers: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Press:
    """A finished wish from a button, the API, the command line or a striking hour."""

    ask: Ask


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing was said: the app was opened, or a kind of message that nobody can answer (`why`)."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question to the books. `store/reading/lookups.py` lists the kinds, what each asks for and what it answers."""

    kind: str
    query: Mapping[str, Json]
    language: str


@dataclass(frozen=True, slots=True)
class Item:
    """One row of an answer from the books: what to store, what to show, what else is known."""

    value: Json
    label: str
    detail: str = ""
    data: Mapping[str, Json] = NOTHING


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a `Lookup`."""

    lookup: Lookup
    items: tuple[Item, ...]
    total: int = 0  # how many there are, when `items` is one page of them
    note: str = ""  # what else the books have to say, such as why a typed code cannot be read


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an `Ask`: the line that was written, or the refusal."""

    ask: Ask
    moved: Moved | None = None
    refused: Refused | None = None


Body = Text | Choice | File | Place | Sheet | Press | Silence | Found | Settled


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message at a door. `key` is unique per door for ever: a retry of the same message has the same key."""

    key: str
    sender: Address
    body: Body


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who must hear of a move, why, and where they are reached.

    `part`: `holder` (it is their move: they hold it, have a task in it or must decide), `reporter`, `watcher` (keeps
    sight), `concerned` (looks after the shop). `instead_of`: the name of whom they stand in for.
    """

    person: Person
    part: str
    to: tuple[Address, ...]
    instead_of: str = ""
    verbs: tuple[str, ...] = ()  # what a holder may do now: the buttons of their card


# --- what goes out ----------------------------------------------------------------------------------------


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


def words_of(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else in Chinese, else any."""
    return texts.get(language) or texts.get("zh") or next(iter(texts.values()), "")

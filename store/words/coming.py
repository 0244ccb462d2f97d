"""What comes in at a door, and the questions and answers between a dialogue and the books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from store.words.base import NOTHING, Json
from store.words.ledgers import Ask, Moved, Refused
from store.words.people import Address, Person


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

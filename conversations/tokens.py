"""The tokens behind options: short enough for every door (Telegram takes 64 bytes), exact enough to catch a stale tap.

q|<dialogue>|<question>|<value>   an option of a question          a|<dialogue>|<matter>|<answer>   of the engine's own
e|<number>                        an entry of a list               v|<number>|<verb>                a verb of an entry
p|<move>[|<word>]                 moving in a list                 m|<command>                      a menu entry
d|<number>                        a document                       n|<number>                       an announcement
"""

from __future__ import annotations

from hashlib import sha256

_LONGEST = 20  # bytes of one part: q, an id of 8 and two parts stay below 64
SKIP, DONE, KEEP, CLEAR = "!skip", "!done", "!keep", "!clear"
MORE, UP, BROWSE, EDIT = "!more", "!up", "!browse", "!edit"
"""Values that are not answers but ways on; "!" begins no choice's name."""


def short(part: str) -> str:
    """The part itself where it is short, otherwise a digest that the same part always has."""
    if len(part.encode()) <= _LONGEST and "|" not in part and not part.startswith("~"):
        return part
    return "~" + sha256(part.encode()).hexdigest()[:12]


def answer(dialogue: str, question: str, value: str) -> str:
    return f"q|{dialogue}|{short(question)}|{short(value)}"


def own(dialogue: str, matter: str, value: str) -> str:
    return f"a|{dialogue}|{matter}|{value}"


def entry(number: str) -> str:
    return f"e|{number}"


def document(number: str) -> str:
    return f"d|{number}"


def announcement(number: str) -> str:
    return f"n|{number}"


def verb(number: str, name: str) -> str:
    return f"v|{number}|{name}"


def move(name: str, word: str = "") -> str:
    return f"p|{name}|{word}" if word else f"p|{name}"


def menu(command: str) -> str:
    return f"m|{command}"


def parts(token: str, kind: str, count: int) -> tuple[str, ...] | None:
    """What follows `kind|`, when the token is of that kind and has that many parts."""
    head, _, rest = token.partition("|")
    found = tuple(rest.split("|"))
    return found if head == kind and len(found) == count and all(found) else None


def new_id(*of: str) -> str:
    """An id of 8 characters for a new run; the same circumstances give the same id, so stepping stays pure."""
    return sha256("|".join(of).encode()).hexdigest()[:8]

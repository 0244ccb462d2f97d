"""Lists of entries and one entry with what may be done about it. A draft that is open meanwhile waits.

`dialogue.browsing` is {kind: tasks|mine|find|ledger|warnings|documents|announcements, page, words, ledger, state,
group, by} or {kind: entry, number, verbs, text, facts, suggest, back: the list it was opened from}, or {kind:
paper, back}. What is done about an entry: `doing.py`; what is shown of a document or an announcement: `papers.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from conversations import periods, step, tokens
from conversations.catalogue import mark
from conversations.scene import Scene, first
from conversations.turn import Turn
from store.words import NOTHING, Found, Item, Json, Ledger, Link, Option, Say

PAGE = 8
_LONGEST = 100  # characters of a search
LISTS = ("tasks", "mine", "find", "ledger", "warnings", "documents", "announcements")
_QUERIED = ("words", "ledger", "state", "group", "by", "page")
_TOKENS = {"documents": tokens.document, "announcements": tokens.announcement}
_DRAWERS = {"ledger": "state", "warnings": "group"}
"""Lists that show counts first: their rows open what this part of the query names."""


def open_list(scene: Scene, kind: str, **query: Json) -> Turn:
    """Ask the books for a page of a list."""
    browsing = {"kind": kind, **{name: value for name, value in query.items() if value is not None}}
    asked = {name: browsing[name] for name in _QUERIED if name in browsing}
    if kind == "find":
        asked |= periods.split(str(browsing.get("words", "")), scene.now)
    return scene.unasked().after(browsing=browsing).look_up(kind, **asked)


def find(scene: Scene, words: str) -> Turn:
    """Search both ledgers."""
    return open_list(scene, "find", words=" ".join(words.split())[:_LONGEST], page=0)


def found(scene: Scene, answer: Found) -> Turn:
    """A page, as the books gave it."""
    kind = answer.lookup.kind
    if scene.dialogue.browsing.get("kind") != kind:
        return scene.turn()
    if not answer.items:
        return _empty(scene, kind)
    lines = [_heading(scene, answer), *(map(_line, answer.items) if _only_told(scene) else ())]
    rows = () if _only_told(scene) else _rows(scene, answer.items)
    options = (*rows, *_paging(scene, answer), *home_option(scene))
    return _shown(scene, Say("\n".join(lines), options))


def _only_told(scene: Scene) -> bool:
    """Counts per person, department or county open nothing."""
    return scene.dialogue.browsing.get("kind") == "warnings" and "by" in scene.dialogue.browsing


def _shown(scene: Scene, say: Say) -> Turn:
    events = (scene.event("digressed"),) if scene.form is not None else ()
    return scene.turn(say, events=events)


# --- a list -----------------------------------------------------------------------------------------------


def _heading(scene: Scene, answer: Found) -> str:
    t, browsing, n = scene.t, scene.dialogue.browsing, max(answer.total, len(answer.items))
    match answer.lookup.kind:
        case "tasks":
            return t.many("{n} thing waits for you:", "{n} things wait for you:", n)
        case "mine":
            return t.many("{n} that you reported or work on:", "{n} that you reported or work on:", n)
        case "find":
            return t.many("{n} found for “{words}”:", "{n} found for “{words}”:", n, words=browsing.get("words", ""))
        case "documents" if browsing.get("words"):
            return t.many("{n} document with “{words}”:", "{n} documents with “{words}”:", n, words=browsing["words"])
        case "documents":
            return t.many("{n} document is shared with you:", "{n} documents are shared with you:", n)
        case "announcements":
            return t.many("{n} announcement:", "{n} announcements:", n)
        case "warnings":
            return t.many("{n} to look after:", "{n} to look after:", n) if "group" in browsing else t("Warnings:")
    if browsing.get("ledger") == Ledger.PROBLEM:
        return t("The problem ledger:") if "state" not in browsing else t.many("{n} problem:", "{n} problems:", n)
    return t("The clue ledger:") if "state" not in browsing else t.many("{n} clue:", "{n} clues:", n)


def _rows(scene: Scene, items: Sequence[Item]) -> Iterator[Option]:
    browsing = scene.dialogue.browsing
    for item in items[:PAGE] if _has_pages(browsing) else items:
        if _has_pages(browsing):
            yield Option(_TOKENS.get(str(browsing["kind"]), tokens.entry)(str(item.value)), _line(item))
        else:
            yield Option(tokens.move(_DRAWERS[str(browsing["kind"])], str(item.value)), _line(item))


def _has_pages(browsing: Mapping[str, Json]) -> bool:
    """Every list but the counts that some begin with."""
    drawer = _DRAWERS.get(str(browsing.get("kind")))
    return drawer is None or drawer in browsing


def _views(scene: Scene) -> Iterator[Option]:
    """The entries of a group of warnings, or how many each person, department or county has of them."""
    browsing, t = scene.dialogue.browsing, scene.t
    if "by" in browsing:
        yield Option(tokens.move("group", str(browsing["group"])), t("Back to the list"))
    else:
        yield from (Option(tokens.move("by", by), t(label)) for by, label in _BY.items())
    yield Option(tokens.move("list"), t("Back to the warnings"))


_BY = {"person": mark("By person"), "department": mark("By department"), "county": mark("By county")}
_OTHER = {Ledger.CLUE: mark("To the clue ledger"), Ledger.PROBLEM: mark("To the problem ledger")}


def _line(item: Item) -> str:
    return f"{item.label} · {item.detail}" if item.detail else item.label


def _paging(scene: Scene, answer: Found) -> Iterator[Option]:
    browsing, t = scene.dialogue.browsing, scene.t
    page = browsing.get("page", 0)
    if _has_pages(browsing) and not _only_told(scene) and (page + 1) * PAGE < answer.total:
        yield Option(tokens.move("next"), t("More …"))
    if page:
        yield Option(tokens.move("previous"), t("Earlier ones"))
    elif browsing.get("kind") == "ledger" and "state" in browsing:
        yield Option(tokens.move("list"), t("Back to the ledger"))
    elif browsing.get("kind") == "warnings" and "group" in browsing:
        yield from _views(scene)
    elif browsing.get("kind") == "ledger":
        other = Ledger.CLUE if browsing.get("ledger") == Ledger.PROBLEM else Ledger.PROBLEM
        yield Option(tokens.move("ledger", other), t(_OTHER[other]))


def home_option(scene: Scene) -> Iterator[Option]:
    """The way back to the open form, if there is one."""
    if scene.form is not None:
        yield Option(tokens.move("home"), scene.t("Back to “{title}”", title=scene.title))


def _empty(scene: Scene, kind: str) -> Turn:
    t, words = scene.t, scene.dialogue.browsing.get("words", "")
    said = {
        "tasks": t("Nothing waits for you."),
        "mine": t("You have not reported anything yet. Say “report” to begin."),
        "find": t("Nothing found for “{words}”. Try a number, a shop or a licence number.", words=words),
        "ledger": t("The ledger is empty."),
        "warnings": t("Nothing is near its deadline, overdue or stuck."),
        "documents": t("No document with “{words}” is shared with you. Try fewer or other words.", words=words)
        if words
        else t("No document is shared with you yet."),
        "announcements": t("There is no announcement for you."),
    }[kind]
    return leave(scene, said)


def leave(scene: Scene, said: str, *links: Link) -> Turn:
    """Say something short and go on with the form, if one is open."""
    scene, say = scene.after(browsing=NOTHING), Say(said, links=links)
    if scene.form is None:
        return scene.turn(say)
    turn = first(step.ask_next(scene, fresh=False), events=(scene.event("digressed"),))
    return replace(turn, says=(say, *turn.says))


def move(scene: Scene, name: str, word: str = "") -> Turn:
    """Turn a page, open a state of the ledger, go back to the list or to the open form."""
    browsing = dict(scene.dialogue.browsing)
    kind = browsing.pop("kind", "")
    if name == "home" or kind not in (*LISTS, "entry", "paper"):
        return home(scene)
    if kind in ("entry", "paper"):
        back = browsing.get("back") or {}
        return open_list(scene, back["kind"], **_query(back)) if back else home(scene)
    if name == "ledger":
        return open_list(scene, "ledger", ledger=word)
    if name == "list":
        kept = {"ledger": browsing.get("ledger", Ledger.CLUE)} if kind == "ledger" else {}
        return open_list(scene, kind, **kept)
    if name in (_DRAWERS.get(kind), "by"):
        return open_list(scene, kind, **{**_query(browsing), "by": None, name: word, "page": 0})
    page = max(0, browsing.get("page", 0) + (1 if name == "next" else -1))
    return open_list(scene, kind, **{**_query(browsing), "page": page})


def _query(browsing: Mapping[str, Json]) -> dict[str, Json]:
    return {name: browsing[name] for name in _QUERIED if browsing.get(name) is not None}


def home(scene: Scene) -> Turn:
    """Leave the lists."""
    scene = scene.unasked().after(browsing=NOTHING)
    return step.ask_next(scene, fresh=False) if scene.form is not None else scene.say(scene.t("All right."))

"""Lists of entries and one entry with what may be done about it. A draft that is open meanwhile waits.

`dialogue.browsing` is {kind: tasks|mine|find|ledger, page, words, ledger, state} or {kind: entry, number, verbs, text,
back: the list it was opened from}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from conversations import drafts, periods, step, tokens
from conversations.scene import Scene, first
from conversations.turn import Turn
from store.words import NOTHING, Ask, Found, Item, Json, Ledger, Option, Say

PAGE = 8
LISTS = ("tasks", "mine", "find", "ledger")
_QUERIED = ("words", "ledger", "state", "page")


def open_list(scene: Scene, kind: str, **query: Json) -> Turn:
    """Ask the books for a page of a list."""
    browsing = {"kind": kind, **query}
    asked = {name: browsing[name] for name in _QUERIED if name in browsing}
    if kind == "find":
        asked |= periods.split(str(browsing.get("words", "")), scene.now)
    return scene.unasked().after(browsing=browsing).look_up(kind, **asked)


def open_entry(scene: Scene, number: str) -> Turn:
    """Ask the books for one entry; the list it stands in is remembered."""
    was = scene.dialogue.browsing
    back = was if was.get("kind") in LISTS else was.get("back", {})
    browsing = {"kind": "entry", "number": number, "back": dict(back)}
    return scene.unasked().after(browsing=browsing).look_up("entry", number=number)


def found(scene: Scene, answer: Found) -> Turn:
    """What the books answered to either."""
    kind = answer.lookup.kind
    if kind == "entry":
        return _entry(scene, answer)
    if scene.dialogue.browsing.get("kind") != kind:
        return scene.turn()
    if not answer.items:
        return _empty(scene, kind)
    options = [*_rows(scene, answer.items), *_paging(scene, answer), *_home(scene)]
    return _shown(scene, Say(_heading(scene, answer), tuple(options)))


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
            return t.many("You reported {n}:", "You reported {n}:", n)
        case "find":
            return t.many("{n} found for “{words}”:", "{n} found for “{words}”:", n, words=browsing.get("words", ""))
    return t("The clue ledger:") if "state" not in browsing else t.many("{n} clue:", "{n} clues:", n)


def _rows(scene: Scene, items: Sequence[Item]) -> Iterator[Option]:
    browsing = scene.dialogue.browsing
    for item in items[:PAGE] if _has_pages(browsing) else items:
        if _has_pages(browsing):
            yield Option(tokens.entry(str(item.value)), _line(item))
        else:
            yield Option(tokens.move("state", str(item.value)), _line(item))


def _has_pages(browsing: Mapping[str, Json]) -> bool:
    """Every list but the counts per state."""
    return browsing.get("kind") != "ledger" or "state" in browsing


def _line(item: Item) -> str:
    return f"{item.label} · {item.detail}" if item.detail else item.label


def _paging(scene: Scene, answer: Found) -> Iterator[Option]:
    browsing, t = scene.dialogue.browsing, scene.t
    page = browsing.get("page", 0)
    if _has_pages(browsing) and (page + 1) * PAGE < answer.total:
        yield Option(tokens.move("next"), t("More …"))
    if page:
        yield Option(tokens.move("previous"), t("Earlier ones"))
    elif browsing.get("kind") == "ledger" and "state" in browsing:
        yield Option(tokens.move("list"), t("Back to the ledger"))


def _home(scene: Scene) -> Iterator[Option]:
    if scene.form is not None:
        yield Option(tokens.move("home"), scene.t("Back to “{title}”", title=scene.title))


def _empty(scene: Scene, kind: str) -> Turn:
    t, words = scene.t, scene.dialogue.browsing.get("words", "")
    said = {
        "tasks": t("Nothing waits for you."),
        "mine": t("You have not reported anything yet. Say “report” to begin."),
        "find": t("Nothing found for “{words}”. Try a number, a shop or a licence number.", words=words),
        "ledger": t("The ledger is empty."),
    }[kind]
    return leave(scene, said)


def leave(scene: Scene, said: str) -> Turn:
    """Say something short and go on with the form, if one is open."""
    scene = scene.after(browsing=NOTHING)
    if scene.form is None:
        return scene.say(said)
    events = (scene.event("digressed"),)
    return first(step.ask_next(scene, fresh=False), said, events=events)


def move(scene: Scene, name: str, word: str = "") -> Turn:
    """Turn a page, open a state of the ledger, go back to the list or to the open form."""
    browsing = dict(scene.dialogue.browsing)
    kind = browsing.pop("kind", "")
    if name == "home" or kind not in (*LISTS, "entry"):
        return home(scene)
    if kind == "entry":
        back = browsing.get("back") or {}
        return open_list(scene, back["kind"], **_query(back)) if back else home(scene)
    if name == "state":
        return open_list(scene, "ledger", **{**_query(browsing), "state": word, "page": 0})
    if name == "list":
        return open_list(scene, "ledger", ledger=browsing.get("ledger", Ledger.CLUE))
    page = max(0, browsing.get("page", 0) + (1 if name == "next" else -1))
    return open_list(scene, kind, **{**_query(browsing), "page": page})


def _query(browsing: Mapping[str, Json]) -> dict[str, Json]:
    return {name: browsing[name] for name in _QUERIED if name in browsing}


def home(scene: Scene) -> Turn:
    """Leave the lists."""
    scene = scene.unasked().after(browsing=NOTHING)
    return step.ask_next(scene, fresh=False) if scene.form is not None else scene.say(scene.t("All right."))


# --- one entry --------------------------------------------------------------------------------------------


def _entry(scene: Scene, answer: Found) -> Turn:
    browsing = scene.dialogue.browsing
    if browsing.get("kind") != "entry":
        return scene.turn()
    if not answer.items:
        return leave(scene, scene.t("There is no {number} that you may see.", number=browsing.get("number", "")))
    item = answer.items[0]
    verbs = [(str(one["verb"]), _label(scene, one["label"])) for one in item.data.get("verbs", ())]
    number = str(item.value)
    opened = {
        **browsing,
        "number": number,
        "verbs": [verb for verb, _ in verbs],
        "text": item.data.get("text") or item.detail,
    }
    options = [Option(tokens.verb(number, verb), label) for verb, label in verbs]
    if browsing.get("back"):
        options.append(Option(tokens.move("list"), scene.t("Back to the list")))
    return _shown(scene.after(browsing=opened), Say(item.detail or item.label, (*options, *_home(scene))))


def _label(scene: Scene, label: Json) -> str:
    return scene.text(label) if isinstance(label, Mapping) else str(label)


def use(scene: Scene, number: str, verb: str) -> Turn:
    """Do something about an entry: begin the form of that verb, or ask the ledger at once."""
    ledger = Ledger.PROBLEM if number.startswith("WT-") else Ledger.CLUE
    form = scene.forms.for_verb(ledger, verb)
    if form is not None:
        return drafts.begin(scene.after(pending=NOTHING), form, number)
    return scene.after(pending=NOTHING).ask(Ask(ledger, verb, number))

"""What is answered at the tip desk: greeted, warned, asked, filed, and found again by a receipt."""

from __future__ import annotations

from dataclasses import replace

from bot.storable import storable
from bot.tips import words
from bot.tips.visit import Attached, Reply, State, Visit, say
from conversations import public
from conversations.commands import command, plain
from conversations.dialogue_json import from_json, to_json
from conversations.hear import hear
from conversations.turn import Turn
from store import tips
from store.tips import drafts, receipts
from store.tips.filing import has_custodian
from store.words import Body, Choice, File, FileKind, Found, Place, Say, Silence, Text

FORM = "tip"
MOST_FILES = 20
"""That one draft may keep, those that the form did not take included."""
_BEGIN = frozenset(("开始", "开始举报", "我要举报", "begin", "start"))
_RETURN = frozenset(("回执", "凭回执查询", "receipt"))
_LEAVE = frozenset(("完", "完了", "结束", "再见", "bye", "end"))
_ANSWERS = ("q|", "a|")  # taps on the form itself


async def answer(visit: Visit, body: Body, attached: Attached | None) -> Reply:
    """The answer to one message, and what is kept afterwards."""
    body = storable(body)
    if body == Silence() or (isinstance(body, Place) and body.automatic):
        return Reply((), unchanged=True)
    if body == Silence("left"):
        return Reply(())
    match visit.stage:
        case "writing":
            return await _writing(visit, body, attached)
        case "warned":
            return await _warned(visit, body)
        case "asking":
            return await _receipt(visit, body)
        case "returning":
            return await _returning(visit, body)
    return await _arriving(visit, body)


# --- nothing is open ----------------------------------------------------------------------------------------


async def _arriving(visit: Visit, body: Body) -> Reply:
    """A stranger's first words, or the first after a tip: a greeting with the notice, a tip, or a receipt."""
    wish = _wish(visit, body)
    if wish == "receipt":
        return _ask_receipt(visit)
    if isinstance(body, Text) and (found := receipts.parse(body.text)) is not None:
        return await _found(visit, found)
    if wish in ("chinese", "english"):
        return _greet(visit.speaking("zh" if wish == "chinese" else "en"))
    if wish == "begin":
        if not await tips.can_take(visit.tx, visit.at):
            return Reply(say(visit.t(words.CLOSED)))
        return _warn(visit) if visit.staff else await begin(visit, noticed=visit.stage == "greeted")
    if isinstance(body, Choice) and body.token.startswith(_ANSWERS):
        return _greet(visit, visit.t(words.OVER))
    return _greet(visit, "" if wish == "help" else visit.t(words.NOT_KEPT))


def _wish(visit: Visit, body: Body) -> str:
    """What somebody wants who is at nothing yet; numbers mean the greeting's options."""
    if isinstance(body, Choice):
        return {"t|begin": "begin", "t|receipt": "receipt", "m|tip": "begin"}.get(
            body.token, body.token.removeprefix("t|") if body.token in ("t|chinese", "t|english") else ""
        )
    if not isinstance(body, Text):
        return ""
    heard = plain(body.text)
    shown = {"1": "begin", "2": "receipt", "3": "english" if visit.language == "zh" else "chinese"}
    labels = {plain(visit.t(words.BEGIN)): "begin", plain(visit.t(words.RETURN)): "receipt"}
    if visit.stage == "greeted" and heard in shown | labels:
        return (shown | labels)[heard]
    if heard in _BEGIN or heard in _RETURN:
        return "begin" if heard in _BEGIN else "receipt"
    said = command(body.text)
    named = said.name if said is not None and not said.number else ""
    greeting = named == "help" or heard in ("你好", "您好", "hello", "hi", "在吗")
    return "begin" if named in ("tip", "report") else "help" if greeting else named


def _greet(visit: Visit, *first: str) -> Reply:
    """Who reads along, and what can be done here; a colleague is back at work."""
    if visit.staff:
        return Reply(say(*first, visit.t(words.WORK_AGAIN)))
    other = ("english", "English") if visit.language == "zh" else ("chinese", "中文")
    options = (
        visit.option("begin", words.BEGIN),
        visit.option("receipt", words.RETURN),
        visit.option(*other),
    )
    return Reply(say(*first, visit.notes(), options=options), {"stage": "greeted", "language": visit.language})


def _warn(visit: Visit) -> Reply:
    """In a chat of the office: the better way first, and a second yes for this one."""
    options = (visit.option("page", words.USE_PAGE), visit.option("go", words.CONTINUE))
    return Reply(
        say(visit.notes(), visit.t(words.SURE), options=options), {"stage": "warned", "language": visit.language}
    )


async def _warned(visit: Visit, body: Body) -> Reply:
    """Only the explicit yes goes on; whatever else is said has not begun anything. (The desk has let through what
    belongs to work.)"""
    heard = plain(body.text) if isinstance(body, Text) else body.token if isinstance(body, Choice) else ""
    if heard in ("2", "t|go", plain(visit.t(words.CONTINUE))):
        return await begin(visit, noticed=True)
    if heard in ("1", "t|page", plain(visit.t(words.USE_PAGE)), "取消", "cancel", "no", "否"):
        return Reply(say(visit.notes(), visit.t(words.WORK_AGAIN)))
    if _wish(visit, body) == "begin":
        return _warn(visit)
    again = _warn(visit)
    return Reply((Say(visit.t(words.NOT_KEPT)), *again.says), again.state)


async def begin(visit: Visit, *, noticed: bool) -> Reply:
    """The first question, after the notice unless that was just read. Where nobody could keep a name, none is asked."""
    turn = public.begin(visit.forms, FORM, visit.language, visit.at)
    if not await has_custodian(visit.tx, visit.at):
        turn = replace(turn, dialogue=turn.dialogue._replace(skipped=("identity",)))
    first = () if noticed else say(visit.notes())
    return Reply((*first, *turn.says), _kept(visit, turn, {}))


def _kept(visit: Visit, turn: Turn, files: dict[str, str]) -> State:
    return {
        "stage": "writing",
        "language": turn.dialogue.language,
        "notice": visit.notice,
        "dialogue": to_json(turn.dialogue),
        "files": files,
    }


# --- writing --------------------------------------------------------------------------------------------------


async def _writing(visit: Visit, body: Body, attached: Attached | None) -> Reply:
    """One step of the questionnaire."""
    assert visit.state is not None
    files: dict[str, str] = dict(visit.state.get("files", {}))
    first = ""
    if isinstance(body, File):
        taken = await _take_file(visit, body, attached, files)
        if isinstance(taken, str):
            return Reply(say(taken), unchanged=True)
        body, first = taken, words.removed(attached.cleaned.removed, visit.language) if _ok(attached) else ""  # type: ignore[union-attr]
    elif isinstance(body, Silence):
        return Reply(say(visit.t(words.UNREADABLE)), unchanged=True)
    turn = _heard(visit, body)
    if turn.ask is not None:
        return await _file(visit, turn, files)
    if turn.dialogue.form is None:
        last = say(visit.t(words.WORK_AGAIN)) if visit.staff else ()
        return Reply((*turn.says, *last))
    says = turn.says if not (first and turn.says) else (Say(first), *turn.says)
    return Reply(says, _kept(visit, turn, files))


def _ok(attached: Attached | None) -> bool:
    return attached is not None and attached.cleaned is not None


def _heard(visit: Visit, body: Body) -> Turn:
    """The form's turn. Nothing in it asks the books; if a form did, a stranger would find them empty."""
    assert visit.state is not None
    dialogue, who = from_json(visit.state["dialogue"]), public.somebody(visit.language)
    turn = hear(visit.forms, who, dialogue, body, visit.at)
    while turn.lookup is not None:
        says = turn.says
        turn = hear(visit.forms, who, turn.dialogue, Found(turn.lookup, ()), visit.at)
        turn = replace(turn, says=(*says, *turn.says))
    return turn


async def _take_file(visit: Visit, sent: File, attached: Attached | None, files: dict[str, str]) -> File | str:
    """The file as the form hears of it: by what it is, without its name; or why it is not taken."""
    if sent.kind in (FileKind.VOICE, FileKind.VIDEO):
        return visit.t(words.NO_RECORDINGS)
    if attached is None or attached.cleaned is None:
        return attached.why if attached is not None else visit.t(words.NOT_FETCHED)
    if len(files) >= MOST_FILES:
        return visit.t(words.ENOUGH_FILES)
    cleaned = attached.cleaned
    kept = await drafts.keep_file(
        visit.tx, visit.door, visit.chat_id, cleaned.kind, cleaned.mime, cleaned.data, visit.at
    )
    files[kept] = cleaned.kind
    kind = FileKind.FILE if cleaned.kind == "document" else FileKind.IMAGE
    return File(kept, kind, "", album=sent.album, note=sent.note)


async def _file(visit: Visit, turn: Turn, files: dict[str, str]) -> Reply:
    """Seal it, and show the receipt."""
    assert turn.ask is not None
    answers = dict(turn.ask.fields)
    wanted = [*answers.pop("photos", ()), *answers.pop("documents", ())]
    answers.pop("place_is", None)
    kept = await drafts.files(visit.tx, visit.door, visit.chat_id, visit.at) if wanted else {}
    sent = [tips.TipFile(*kept[one]) for one in wanted if one in kept]
    notice = str((visit.state or {}).get("notice", visit.notice))
    try:
        given = await tips.file_tip(visit.tx, answers, sent, door=visit.door, notice=notice, chat=True, at=visit.at)
    except tips.NoOfficer:
        return Reply(say(visit.t(words.NOBODY)))
    last = visit.t(words.WORK_AGAIN) if visit.staff else ""
    return Reply(say(words.receipt(given, visit.language, visit.url), last))


# --- coming back ----------------------------------------------------------------------------------------------


def _ask_receipt(visit: Visit) -> Reply:
    return Reply(say(visit.t(words.ASK_RECEIPT)), {"stage": "asking", "language": visit.language})


async def _receipt(visit: Visit, body: Body) -> Reply:
    """What was sent in answer to "your receipt, please". A wrong one takes the same way as an unknown one."""
    heard = plain(body.text) if isinstance(body, Text) else ""
    if heard in _LEAVE or heard in ("取消", "cancel", "返回", "back", "上一步"):
        return _greet(visit)
    return await _found(visit, receipts.parse(heard))


async def _found(visit: Visit, receipt: receipts.Receipt | None) -> Reply:
    """The tip of a receipt, as far as a chat may know of it."""
    held = await tips.find(visit.tx, receipt, visit.at)
    if held is None or receipt is None:
        return Reply(say(visit.t(words.UNKNOWN)), visit.state, unchanged=visit.state is not None)
    found = await tips.read(visit.tx, held, visit.at)
    more = visit.t(words.PAGE_FOR_MORE, url=visit.url) if visit.url else ""
    state = {"stage": "returning", "language": visit.language, "receipt": receipt.secret.hex()}
    return Reply(say(words.status(found, visit.language), visit.t(words.ADDING), more), state)


async def _returning(visit: Visit, body: Body) -> Reply:
    """Words are added to the tip; photos belong on the page."""
    assert visit.state is not None
    heard = plain(body.text) if isinstance(body, Text) else ""
    said = command(heard) if heard else None
    if heard in _LEAVE or (said is not None and said.name in ("done", "cancel", "submit")):
        last = visit.t(words.WORK_AGAIN) if visit.staff else ""
        return Reply(say(visit.t(words.BYE), last))
    receipt = receipts.Receipt(bytes.fromhex(str(visit.state["receipt"])))
    if heard in ("状态", "status"):
        return await _found(visit, receipt)
    if not isinstance(body, Text) or not heard:
        more = visit.t(words.PAGE_FOR_MORE, url=visit.url) if visit.url else visit.t(words.UNREADABLE)
        return Reply(say(more), unchanged=True)
    held = await tips.find(visit.tx, receipt, visit.at)
    if held is None:
        return Reply(say(visit.t(words.UNKNOWN)))
    await tips.say(visit.tx, held, body.text.strip(), (), visit.at)
    return Reply(say(visit.t(words.ADDED)), visit.state)

"""What people say to the bot itself: one function per command. In the middle of a form it is answered, then the open
question is asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conversations import closing, doing, drafts, figures, lists, outside, papers, review, step, tokens
from conversations.catalogue import mark
from conversations.commands import Command
from conversations.scene import Scene
from conversations.turn import Turn
from store.words import NOTHING, Found, Ledger, Link, Option, Role

LONGEST = 100  # characters of a search
MENU = ("report", "tasks", "mine", "find", "ledger")


def run(scene: Scene, command: Command) -> Turn:
    """Do what was said."""
    kept = outside.kept_so_far(scene)
    if command.number:
        known = {"text": command.rest} if command.rest else NOTHING
        return doing.use(scene.unasked(), command.number, command.name, known, word=True)
    if command.name == "report" or (kept and command.name in ("submit", "done")):
        return outside.report(scene, kept)
    if kept and command.name == "cancel":
        return outside.decide(scene, "no")
    return _COMMANDS.get(command.name, help_)(scene.unasked(), command.rest)


def label(scene: Scene, name: str) -> str:
    """A command as a person would say it."""
    t = scene.t
    labels = {
        "report": t("Report"),
        "tip": t("Anonymous tip"),
        "tasks": t("My tasks"),
        "mine": t("My reports"),
        "find": t("Find"),
        "ledger": t("Ledger"),
        "problems": t("Problem ledger"),
        "warnings": t("Warnings"),
        "nudge": t("Nudge"),
        "instruct": t("Instruct"),
        "documents": t("Documents"),
        "announcements": t("Announcements"),
        "read": t("I have read it"),
        "console": t("Console"),
        "figures": t("Reports in figures"),
        "cancel": t("Cancel: {title}", title=scene.title),
        "submit": t("Submit"),
        "english": "English",
        "chinese": "中文",
        "open": t("Open that entry"),
    }
    return labels.get(name, name)


_BY_ROLE: Mapping[Role, str] = {
    Role.FIELD_STAFF: mark("“tasks” shows what waits for you. “nudge” and a number hurries what you reported."),
    Role.DEPARTMENT_HEAD: mark("“tasks” shows what you classify or handle, “warnings” what is late around you."),
    Role.SUPERVISION_OFFICER: mark("“tasks” shows what you assess and verify, “warnings” what is late or stuck."),
    Role.LEADER: mark("“instruct WT-12 …” instructs, “nudge WT-12” hurries a matter, “warnings” shows what is late."),
}
_ANY_NUMBER = mark("Any number, such as XS-2026-000017, opens that matter with all you may do about it.")


# --- what is only information -----------------------------------------------------------------------------


def help_(scene: Scene, _rest: str) -> Turn:
    """Short, and depending on where one is."""
    t = scene.t
    if scene.form is not None:
        return lists.leave(
            scene,
            t("You are at “{title}”. Say “back”, “skip”, “edit”, “cancel” or “submit” at any time.", title=scene.title),
        )
    menu = MENU if scene.who.role is Role.FIELD_STAFF else (*MENU, "warnings")
    options = tuple(Option(tokens.menu(name), label(scene, name)) for name in menu)
    lines = [t("What would you like to do? A photo, a place or a sentence begins a report, too.")]
    lines += [t(one) for one in (_BY_ROLE.get(scene.who.role), _ANY_NUMBER) if one]
    return scene.say("\n".join(lines), options)


def _tip(scene: Scene, _rest: str) -> Turn:
    return lists.leave(
        scene,
        scene.t(
            "Anonymous tips are not taken in this chat, because it knows your name. Say “report” to report as yourself."
        ),
    )


def _console(scene: Scene, _rest: str) -> Turn:
    """Asks the books for a one-time link; `console_link` says it."""
    return scene.look_up("console")


def console_link(scene: Scene, answer: Found) -> Turn:
    """The way into the console, to be tapped."""
    t = scene.t
    if not answer.items:
        return lists.leave(scene, t("You asked for many links just now. Please wait an hour, or use the latest one."))
    lines = (
        t("Here is your way into the console. The link works once, within 5 minutes, and only for you."),
        t("Please do not forward it."),
    )
    return lists.leave(scene, "\n".join(lines), Link(str(answer.items[0].value), t("Open the console")))


def _nudge(scene: Scene, _rest: str) -> Turn:
    """Without a number: what one reported and has tasks in, to choose from."""
    return lists.open_list(scene, "mine", page=0)


def _instruct(scene: Scene, _rest: str) -> Turn:
    return lists.leave(
        scene, scene.t("Say it with the number, such as “instruct WT-2026-000012 please finish this week”.")
    )


# --- lists ------------------------------------------------------------------------------------------------


def _tasks(scene: Scene, _rest: str) -> Turn:
    return lists.open_list(scene, "tasks", page=0)


def _mine(scene: Scene, _rest: str) -> Turn:
    return lists.open_list(scene, "mine", page=0)


def _ledger(scene: Scene, _rest: str) -> Turn:
    return lists.open_list(scene, "ledger", ledger=Ledger.CLUE.value)


def _problems(scene: Scene, _rest: str) -> Turn:
    return lists.open_list(scene, "ledger", ledger=Ledger.PROBLEM.value)


def _warnings(scene: Scene, _rest: str) -> Turn:
    return lists.open_list(scene, "warnings")


def _documents(scene: Scene, rest: str) -> Turn:
    """Documents with those words; without any, the newest."""
    return lists.open_list(scene, "documents", words=rest[:LONGEST], page=0)


def _announcements(scene: Scene, _rest: str) -> Turn:
    return lists.open_list(scene, "announcements", page=0)


def _read(scene: Scene, rest: str) -> Turn:
    """That one was read; without a number, those that there are."""
    return papers.acknowledge(scene, rest) if rest else _announcements(scene, rest)


def _find(scene: Scene, rest: str) -> Turn:
    """Search both ledgers; without words ask for them."""
    if rest:
        return lists.find(scene, rest)
    return scene.after(pending={"kind": "find"}).say(
        scene.t("What shall I look for? A number, a shop, a licence number, a name, a day or a month …")
    )


def _open(scene: Scene, rest: str) -> Turn:
    return doing.open_entry(scene, rest)


# --- the open form ----------------------------------------------------------------------------------------


def _back(scene: Scene, _rest: str) -> Turn:
    if scene.dialogue.browsing.get("kind"):
        return lists.move(scene, "list" if scene.dialogue.browsing["kind"] in ("entry", "paper") else "home")
    return step.back(scene) if scene.form is not None else help_(scene, "")


def _skip(scene: Scene, _rest: str) -> Turn:
    return step.skip(scene) if scene.form is not None else help_(scene, "")


def _done(scene: Scene, _rest: str) -> Turn:
    if scene.form is None:
        return help_(scene, "")
    slot = scene.open
    if slot is not None and (slot.answered or (slot.question.type == "text" and not slot.required)):
        return step.finish(scene, slot)
    return step.ask_next(scene, fresh=False)


def _edit(scene: Scene, rest: str) -> Turn:
    if scene.form is None:
        return scene.say(scene.t("Nothing is open that could be changed. Say “report” to begin."))
    if not scene.walk.shown():
        return step.ask_next(scene, fresh=False, lead=scene.t("Nothing is answered yet."))
    slot = review.numbered(scene, rest)
    return step.edit(scene, slot) if slot is not None else scene.turn(review.which(scene))


def _submit(scene: Scene, _rest: str) -> Turn:
    return closing.submit(scene)


def _cancel(scene: Scene, _rest: str) -> Turn:
    """Asks once, when there are answers to lose."""
    if scene.form is None:
        return lists.home(scene) if scene.dialogue.browsing.get("kind") else scene.say(scene.t("Nothing is open."))
    n = drafts.given(scene)
    if not n:
        return drafts.discard(scene)
    t, run = scene.t, scene.dialogue.id
    options = (
        Option(tokens.own(run, "discard", "yes"), t("Throw it away")),
        Option(tokens.own(run, "discard", "no"), t("Go on with it")),
    )
    said = t.many("Throw away “{title}”, {n} answer?", "Throw away “{title}”, {n} answers?", n, title=scene.title)
    return scene.after(pending={"kind": "discard"}, browsing=NOTHING).say(said, options)


# --- language ---------------------------------------------------------------------------------------------


def _language(language: str) -> Callable[[Scene, str], Turn]:
    def switch(scene: Scene, _rest: str) -> Turn:
        scene = scene.after(language=language)
        return lists.leave(scene, scene.t("From now on I speak English."))

    return switch


_COMMANDS: Mapping[str, Callable[[Scene, str], Turn]] = {
    "tip": _tip,
    "tasks": _tasks,
    "mine": _mine,
    "find": _find,
    "ledger": _ledger,
    "problems": _problems,
    "warnings": _warnings,
    "nudge": _nudge,
    "instruct": _instruct,
    "documents": _documents,
    "announcements": _announcements,
    "read": _read,
    "console": _console,
    "figures": figures.ask,
    "help": help_,
    "back": _back,
    "skip": _skip,
    "edit": _edit,
    "cancel": _cancel,
    "submit": _submit,
    "done": _done,
    "chinese": _language("zh"),
    "english": _language("en"),
    "open": _open,
}


# --- the engine's own questions ---------------------------------------------------------------------------


def quote(scene: Scene, command: Command, typed: str) -> Turn:
    """A command word where free text is awaited: which of the two was meant?"""
    t, run = scene.t, scene.dialogue.id
    options = (
        Option(tokens.own(run, "quoted", "command"), t("Do that") if command.number else label(scene, command.name)),
        Option(tokens.own(run, "quoted", "answer"), t("It is my answer")),
    )
    pending = {"kind": "quoted", "name": command.name, "rest": command.rest, "number": command.number, "text": typed}
    return scene.after(pending=pending).say(t("You said “{text}”. What did you mean?", text=typed.strip()), options)


def decide_quoted(scene: Scene, answer: str) -> tuple[Scene, Command | str]:
    """The command that was meant, or the text that is the answer after all."""
    pending = scene.dialogue.pending
    after = scene.after(pending=NOTHING)
    if answer == "command":
        return after, Command(*(str(pending.get(part, "")) for part in ("name", "rest", "number")))
    return after, str(pending.get("text", ""))

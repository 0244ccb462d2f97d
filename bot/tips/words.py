"""What the tip desk says. Each door's first reply is honest about who else reads there (tipline.md §1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.texts import _, said
from store.tips import Conversation
from store.tips.receipts import Receipt

NOTICES: Mapping[str, str] = {
    "telegram": _("First of all: Telegram knows this account and can read what is written here. We keep neither."),
    "wechat": _("First of all: WeChat knows this account and can read what is written here. We keep neither."),
    "wecom": _("Please think first: your employer may be able to read this chat."),
    "telegram_staff": _(
        "Please think first: your employer may be able to read this chat, and we know this account as staff."
    ),
}
"""What a door's notice says, by the name that travels with the tip."""

PAGE = _("If that worries you, use the web page, from your own phone and not from an office network: {url}")
SAFER = _("Safer: the web page, on your own phone and not on an office network: {url}\nIts QR code: {url}/qr.png")
REFUSED = _("Tips are not taken in this chat.")
SURE = _(
    "If you go on here, nothing of it enters your work chat's records at our end. After 30 silent minutes it ends, and"
    " what you write then is work again."
)

REMOVED: Mapping[str, str] = {
    "gps": _("where it was taken"),
    "time": _("when it was taken"),
    "camera": _("the camera"),
    "author": _("the author"),
    "thumbnail": _("the thumbnail"),
    "xmp": _("the editing history"),
    "editing": _("the editing history"),
    "comment": _("the comments"),
    "frames": _("further pictures in the file"),
    "trailer": _("what was appended"),
    "exif": _("the camera's other notes"),
    "attachments": _("attachments"),
    "scripts": _("scripts"),
    "notes": _("the authors of notes"),
    "versions": _("earlier versions"),
    "pictures": _("what pictures inside told"),
}
"""What `clean` took out, by its names."""

UNCLEAN: Mapping[str, str] = {
    "empty": _("That file is empty. Please send it again."),
    "large": _("That file is larger than 20 MB. Please send a smaller one."),
    "type": _("Only photos (JPEG, PNG, WebP, HEIC) and PDF are taken here."),
    "bomb": _("That picture is too large to be opened. Please send a smaller one or a screenshot."),
    "broken": _("That file is damaged or incomplete. Please send it again."),
    "polyglot": _("Something else is hidden in that file, so it is not taken. A screenshot of it works."),
    "locked": _("That PDF is locked. Please send it without a password, or as photos."),
    "busy": _("Too many files just now. Please send it again in a minute."),
}
"""Why a file is refused, by the reason of `Unclean`."""

STATUS: Mapping[str, str] = {
    "received": _("It has arrived. Nobody has opened it yet."),
    "acknowledged": _("It has been read."),
    "working": _("It is being worked on."),
    "closed": _("It is finished."),
}

BEGIN, CONTINUE, RETURN = _("Begin a tip"), _("I know the risk, go on here"), _("I have a receipt")
USE_PAGE = _("I use the web page")
NOT_KEPT = _("What you just sent was not kept. Please begin first.")
CLOSED = _("Just now no tip can be taken, because nobody could open it. Nothing was kept. Please try another day.")
NOBODY = _("Nobody could open this tip, so it was not sent. Nothing of it is kept. Please try another day.")
OVER = _("That one was sent already, or it ended after 30 silent minutes.")
TOO_FAST = _("That is too fast. Please wait a minute and send it again.")
NO_RECORDINGS = _("Only words, photos and PDF are taken here, because a voice gives you away.")
UNREADABLE = _("That cannot be read here. Please write it, or send a photo.")
NOT_FETCHED = _("That file did not arrive. Please send it again.")
ENOUGH_FILES = _("That is as many files as fit. The others can follow on the web page.")
TAKEN_OUT = _("Taken out of it: {what}.")
TRY_LATER = _("Just now that cannot be done. Please try again later.")
ASK_RECEIPT = _("Please send the receipt: its 12 characters or words.")
UNKNOWN = _("There is no tip with that receipt, or it has been erased. Please compare it with your note.")
ADDING = _("Whatever you write now is added to it. Say “done” when you are finished.")
PAGE_FOR_MORE = _("Photos, and all that was answered, are on the web page: {url}")
ADDED = _("Added. Say “done” when you are finished.")
BYE = _("All right. The receipt brings you back at any time.")
FILED = _("Thank you. Your tip is sealed and on its way. This is your receipt:")
KEEP = _(
    "Write it down on paper and then delete this chat: only it brings you back, and we cannot find it for you. Send it"
    " here to add something."
)
RENEW = _("The platform keeps this chat, so use the receipt on the web page soon: it gives you a new one there. {url}")
WORK_AGAIN = _("From here on this is your work chat again.")


def removed(codes: Sequence[str], language: str) -> str:
    """What was taken out of a file, as a sentence; empty when nothing was."""
    known = dict.fromkeys(said(REMOVED[code], language) for code in codes if code in REMOVED and code != "exif")
    names = list(known) or [said(REMOVED[code], language) for code in codes[:1] if code in REMOVED]
    row = ("、" if language == "zh" else ", ").join(names)
    return said(TAKEN_OUT, language, what=row) if row else ""


def unclean(reason: str, language: str) -> str:
    """Why a file is not taken."""
    return said(UNCLEAN.get(reason, UNCLEAN["broken"]), language)


def notice(name: str, language: str, url: str | None) -> str:
    """The two sentences with which a door's first reply begins; `url` is the tip page's address."""
    staff = name in ("wecom", "telegram_staff")
    lines = [said(NOTICES[name], language)]
    if url:
        lines.append(said(SAFER if staff else PAGE, language, url=url))
    return "\n".join(lines)


def receipt(given: Receipt, language: str, url: str | None) -> str:
    """A receipt as it is shown in a chat: in three rows, so that it can be copied by hand."""
    words = given.words(language)
    rows = [("" if language == "zh" else " ").join(words[at : at + 4]) for at in (0, 4, 8)]
    lines = [said(FILED, language), *rows, said(KEEP, language)]
    return "\n".join([*lines, said(RENEW, language, url=url)] if url else lines)


def status(found: Conversation, language: str) -> str:
    """How a tip stands, no finer than this."""
    return said(STATUS.get(found.status, STATUS["received"]), language)

"""Training and acceptance: what to try as each role in the demo, and what must be seen. `docs/acceptance.md` is drawn
from these rows (`python -m tests.acceptance --update`)."""

from __future__ import annotations

from aiohttp import web

from bot.console.visit import Visit
from bot.texts import _

ROLES = {
    "field": (_("Field staff"), "minquan-cm"),
    "head": (_("Department head"), "minquan-marketing-head"),
    "officer": (_("Supervision officer"), "minquan-supervision"),
    "assignee": (_("Whoever handles it"), "minquan-mi"),
    "leader": (_("Leader"), "city-leader"),
    "tipster": (_("Somebody outside"), _("any browser, without signing in")),
    "keeper": (_("Officer of tips and custodian"), "city-supervision1, city-custodian"),
    "administrator": (_("Administrator"), "city-admin"),
}
"""Who tries it, and as whom in `loop153 demo`."""

STEPS: tuple[tuple[str, str, str], ...] = (
    (
        "field",
        _("Send a photo and a place to the bot, then answer its questions."),
        _("Neither is asked again; a number XS-… comes at once, in under a minute."),
    ),
    (
        "field",
        _("Say 我的, then leave a second report half done and come back a day later."),
        _("What you reported stands there with its state; the draft goes on where it was."),
    ),
    (
        "field",
        _("Answer “not sure” to the kind of problem."),
        _("The report goes to your department head, and to nobody else below the county's supervision."),
    ),
    (
        "head",
        _("Say 待办 and classify the report."),
        _("It goes on to the county's supervision; the reporter hears of it."),
    ),
    (
        "officer",
        _("Open the clue, accept it with two departments and a person in each."),
        _("One problem WT-… with two tasks; both people have a card; both ledgers say the same."),
    ),
    (
        "officer",
        _("Try to verify what you handled yourself."),
        _("It is refused with a sentence: nobody verifies their own work."),
    ),
    (
        "assignee",
        _("Receive the task on the card, send feedback with a photo that was used before."),
        _("The card goes grey for everybody; supervision is shown that the photo is not new."),
    ),
    (
        "assignee",
        _("Let the deadline pass: move the demo's clock forward by a week."),
        _("Warnings come rung by rung, and the light turns red, without anybody doing anything."),
    ),
    (
        "leader",
        _("Find yesterday's overdue entries of one county in the ledgers, and instruct on one."),
        _("Whoever holds it must answer; the answer comes back to you."),
    ),
    (
        "leader",
        _("Open the reports, drill from a number to its list, and print the page."),
        _("The list has exactly as many rows as the number said."),
    ),
    (
        "leader",
        _("Open a shop above 75 points and follow its score to a case and its photo."),
        _("Every part of the score leads to what it is made of."),
    ),
    (
        "tipster",
        _("Give a tip with a photo, keep the receipt, come back with it."),
        _("The state of the tip is there; a wrong receipt says the same as none."),
    ),
    (
        "keeper",
        _("Open the vault, read the tip, plan a field check in your own words."),
        _("Copied sentences are refused; the ledgers show a check like any other."),
    ),
    (
        "administrator",
        _("Change somebody's unit in two browsers at once."),
        _("The second is told who was quicker and what changed; nothing typed is lost."),
    ),
    (
        "administrator",
        _("Take the change back by its button, then look at the audit."),
        _("It is as before, and both lines stand there with name and moment."),
    ),
    (
        "administrator",
        _("Make a working day a holiday, after looking which deadlines move."),
        _("As many open matters move as were announced, each with a line."),
    ),
    (
        "administrator",
        _("Bring in a file of people in which one row is wrong."),
        _("The fault is named by row and column, and nothing is changed."),
    ),
    (
        "administrator",
        _("Change a questionnaire in Excel and bring it back while somebody is in the middle of it."),
        _("They finish with the version they began with; whoever begins now has the new one."),
    ),
    (
        "administrator",
        _("Try to take yourself off the roster as the only administrator."),
        _("It is refused with a sentence."),
    ),
    (
        "administrator",
        _("Type the address of a tip or of another county's case."),
        _("“Not found”, the same as for a number that does not exist."),
    ),
)
"""(who, what to do, what must be seen)."""

GUIDES = (
    ("docs/officer.md", _("Using the bot, for everybody")),
    ("docs/console.md", _("The console")),
    ("docs/administrator.md", _("Setting up and running, for administrators")),
    ("docs/law.md", _("Who may do what, drawn from the tables")),
    ("docs/threat-model.md", _("What anonymous tips are protected from")),
    ("docs/acceptance.md", _("This list, to be printed and ticked")),
)


async def shown(visit: Visit) -> web.StreamResponse:
    groups = [
        (visit.t(title), visit.t(who), [(visit.t(do), visit.t(see)) for role, do, see in STEPS if role == key])
        for key, (title, who) in ROLES.items()
    ]
    guides = [(file, visit.t(words)) for file, words in GUIDES]
    return visit.page("running/guide.html", groups=groups, guides=guides)

"""What is said after the ledger has spoken: where an entry went, or why it could not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conversations.catalogue import Speech, mark, speech
from conversations.form import Question
from conversations.kinds import show
from store.words import NOTHING, Json, Ledger, Moved, Refused, Settled, words_of

MOVED: Mapping[str, str] = {
    "report": mark("Thank you. It is filed as {number}."),
    "supply": mark("Thank you, {number} has it now."),
    "append": mark("Added to {number}. Whoever works on it sees it."),
    "classify": mark("{number} is classified and goes on to supervision."),
    "answer": mark("{number} is answered. The reporter hears of it now; supervision can read it."),
    "ask_info": mark("The reporter of {number} is asked now. It comes back as soon as they have answered."),
    "escalate": mark("{number} goes up to the city."),
    "send_back": mark("{number} goes back to the county."),
    "dismiss": mark("{number} is closed without action. The reporter hears why."),
    "transfer_out": mark("{number} is handed to the other authority."),
    "restore": mark("{number} is taken up again."),
    "accept": mark("{number} is now the problem {problem}. Everybody named has their task and will be told."),
    "merge": mark("{number} belongs to {problem} from now on. Whoever works on it hears of it."),
    # problems
    "receive": mark("{number} is yours. Say “feedback {number}” once you know what is behind it."),
    "decline": mark("The task in {number} goes back to supervision, which names somebody else."),
    "reassign": mark("The task in {number} has changed hands. The new assignee will be told."),
    "note": mark("Noted in {number}."),
    "feedback": mark("Thank you. {number} goes to supervision for the verdict."),
    "return": mark("{number} goes back to its assignee with your reason."),
    "verify": mark("{number} is verified. The assignee puts it right now, and then you look again."),
    "verify_closed": mark("{number} is verified and closed."),
    "rule_unfounded": mark("{number} is closed as unfounded. The reporter hears why."),
    "rectified": mark("Thank you. {number} goes to supervision for the final check."),
    "confirm": mark("{number} is closed. It goes to the archive by itself."),
    "extend": mark("More time for {number}: {days} working days."),
    "grant": mark("Granted: {number}. Whoever asked hears of it now."),
    "deny": mark("Not granted: {number}. Whoever asked hears why."),
    "suspend": mark("{number} rests from now on and comes up again on the day you named."),
    "resume": mark("{number} is taken up again; its deadline runs on."),
    "nudge": mark("{number}: everybody who has work in it is asked to hurry."),
    "instruct": mark("Your instruction for {number} is on its way. You hear as soon as it is answered."),
    "reply": mark("Your answer for {number} is on its way to whoever gave the instruction."),
    "review": mark("Your review of {number} is on record; supervision and those who worked on it can read it."),
    "sample": mark("{number} is drawn for a re-check."),
    "pass": mark("{number} has passed its re-check."),
    "fail": mark("{number} has failed its re-check and is open again."),
}
VARIANTS: Mapping[str, str] = {
    "feedback_part": mark("Thank you. Your part of {number} is done; the main assignee goes on."),
    "extend_asked": mark("Asked for {number}: {days} working days more. Supervision decides; you hear here."),
    "suspend_asked": mark("Asked for {number}. The city decides whether it may rest; you hear here."),
}
"""What is said instead where a verb has not (yet) done the whole of it."""
DONE = mark("{number}: done.")

WHERE: Mapping[str, str] = {
    "head_review": mark("Next, the head of your department classifies it. You will hear here."),
    "county_review": mark("Next, county supervision looks into it. You will hear here."),
    "city_review": mark("Next, city supervision looks into it. You will hear here."),
}
"""What happens next, for the verbs of people who wait for it."""
_WAITING = frozenset({"report", "supply"})

REFUSED: Mapping[str, str] = {
    "unknown_verb": mark("I do not know how to do that."),
    "not_found": mark("There is no {number} that you may see."),
    "wrong_state": mark("{number} is “{STATE}” now, so “{VERB}” is not possible. Possible: {POSSIBLE}."),
    "wrong_state_nothing": mark("{number} is “{STATE}” now, so “{VERB}” is not possible. Nothing waits for you there."),
    "wrong_person": mark("{number}: “{VERB}” is for {WHO}. Possible for you: {POSSIBLE}."),
    "wrong_person_nothing": mark("{number}: “{VERB}” is for {WHO}. Nothing waits for you there."),
    "missing_text_or_photo": mark("{VERB}: please give a few words or a photo."),
    "missing_text": mark("{VERB}: please give a few words."),
    "missing_merchant": mark("{VERB}: please say which shop, or that it is unlicensed or unknown."),
    "missing_place": mark("{VERB}: without a licensed shop I need the place."),
    "missing_indicator": mark("{VERB}: please choose an indicator."),
    "missing_authority": mark("{VERB}: please name the authority."),
    "missing_problem": mark("{VERB}: please give the number of the problem."),
    "bad_field": mark("“{field}” cannot be read like this. Please change it."),
    "too_long": mark("“{field}” is longer than {limit} characters. Please shorten it."),
    "merchant_unknown": mark("There is no shop with licence {licence_no}. Please choose again."),
    "indicator_unknown": mark("There is no indicator {code}. Please choose again."),
    "evidence_unknown": mark("One of the photos is not yours or is gone. Please send it again."),
    "person_unknown": mark("There is nobody called {userid}. Please choose again."),
    "county_unknown": mark("{number}: it is not clear to which county it belongs."),
    "nobody_to_ask": mark("{number} came from provincial data: there is no reporter to ask."),
    "observed_in_future": mark("The time when you saw it is still to come. Please change it."),
    "missing_opinion": mark("{VERB}: please write your opinion."),
    "missing_severity": mark("{VERB}: please say how severe it is."),
    "missing_scope": mark("{VERB}: please say how far it reaches."),
    "missing_department": mark("{VERB}: please choose the responsible department."),
    "missing_assignee": mark("{VERB}: please name the person who takes it."),
    "missing_cause": mark("{VERB}: please name the cause."),
    "missing_proof": mark("{VERB}: this kind of matter needs a photo or the place."),
    "missing_measures": mark("{VERB}: please name the measures."),
    "missing_photos": mark("{VERB}: please add a photo."),
    "missing_photo_or_reason": mark("{VERB}: please add a photo, or say why there is none."),
    "missing_days": mark("{VERB}: please say how many working days."),
    "missing_review_on": mark("{VERB}: please say when it is looked at again."),
    "missing_rung": mark("{VERB}: please say which warning it is."),
    "missing_task": mark("{VERB}: please say whose task it is."),
    "missing_override_reason": mark("The indicator names {DEPARTMENT}. Please give the reason for another department."),
    "assignee_elsewhere": mark("{name} cannot take this: it belongs to {DEPARTMENT}. Please choose again."),
    "assignee_involved": mark("{name} cannot take this: the matter is about their own line. Please choose again."),
    "assignee_has_task": mark("{name} already has a task in {number}. Please choose somebody else."),
    "department_without_assignee": mark("{DEPARTMENT} assists, but nobody there is named yet. Please add a person."),
    "other_department": mark("{name} is in another department; only supervision can hand it over there."),
    "problem_closed": mark("{number} is “{STATE}” and takes no more clues. Please choose another, or accept this one."),
    "problem_elsewhere": mark("{number} belongs to another county. Only the city can merge across counties."),
    "task_unknown": mark("{userid} has no open task in {number}."),
    "assistants_open": mark("{names} are not done yet. Please feed back once they are."),
    "date_in_past": mark("{day} is over already. Please give a later day."),
    "already_asked": mark("{number}: something asked before still waits for a decision. Please wait for that first."),
    "too_soon": mark("You nudged {number} less than {hours} working hours ago. You can do so again from {until} on."),
    "already_warned": mark("{number}: that warning was given already."),
    "already_sampled": mark("{number} is drawn for a re-check already."),
    "recheck_not_by": mark("{name} handled or verified it and cannot re-check it. Please choose somebody else."),
    "too_early": mark("{number}: that is possible only {days} days after it was settled."),
}
"""One sentence for every reason of the law (store/law/rules.py lists them, with their facts)."""
OTHERWISE = mark("That is not possible just now.")


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\S+)?")


def settled(language: str, answer: Settled) -> str:
    """What became of a wish that no dialogue made."""
    voice = speech(language)
    if answer.moved is not None:
        return moved(voice, answer.moved, answer.ask.fields)
    return refused(voice, answer.refused or Refused(""), NOTHING)


def moved(t: Speech, line: Moved, given: Mapping[str, Json] = NOTHING) -> str:
    """What became of the ask (`given`: its fields), and what comes next."""
    said = MOVED.get(line.verb, DONE)
    fields = line.entry.fields
    if line.verb == "feedback" and line.entry.state == line.before:
        said = VARIANTS["feedback_part"]
    elif line.verb in ("extend", "suspend") and any(one.get("kind") == line.verb for one in fields.get("requests", ())):
        said = VARIANTS[f"{line.verb}_asked"]
    problem = next((one.entry.number for one in line.caused if one.entry.ledger is Ledger.PROBLEM), "")
    done = t(said, number=line.entry.number, problem=problem or fields.get("problem") or "", days=given.get("days", ""))
    follows = WHERE.get(line.entry.state) if line.verb in _WAITING else None
    return f"{done}\n{t(follows)}" if follows else done


def refused(t: Speech, why: Refused, names: Mapping[str, str] = NOTHING) -> str:
    """One clear sentence. Facts in capitals are texts in both languages; `names` says what fields are called."""
    facts = {name: _fact(value, t.language) for name, value in why.facts.items()}
    if "field" in facts:
        facts["field"] = names.get(str(facts["field"]), facts["field"])
    try:
        return t(REFUSED.get(why.reason, OTHERWISE), **facts)
    except KeyError:  # the law gave other facts than its table says: still an answer, never a stack trace
        return t(OTHERWISE)


def _fact(value: Json, language: str) -> Json:
    """A text in both languages, a moment or a day, as the person reads it."""
    if isinstance(value, Mapping):
        return words_of(value, language)
    shape = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    kind = "" if shape is None else "datetime" if shape[1] else "date"
    try:
        return show(Question(kind, ""), value, language) if kind else value
    except ValueError:
        return value

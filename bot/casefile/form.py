"""The supervision handling form (内管信息处理单) as it lies in paper files: one ruled table on A4, to be signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table

from bot.casefile.facts import GIVEN, PARTS, SOURCES, Fields, Reader
from bot.casefile.paper import LABEL, SHADE, SMALL, TITLE, WIDTH, Pictures, para, pdf, picture, ruled
from bot.texts import _
from store.casefiles.casefile import CaseFile
from store.words import Json

PHOTOS = 4
"""How many photos of the first report are printed; the case file has all of them."""

_LABEL, _WIDE = 25 * mm, (WIDTH - 2 * 25 * mm) / 2
_Row = list[Any]
"""The four cells of a row; a value over the whole width leaves the last two empty."""


def handling_form(case: CaseFile, pictures: Pictures, language: str) -> bytes:
    """The form of that case as PDF; what is not decided yet stays empty, to be filled in by hand."""
    read = Reader(case, language)
    title = read.say(_("Supervision handling form"))
    story = [para(title, TITLE), _head(read), Spacer(1, 2 * mm), _table(read, pictures), _signatures(read)]
    foot = "  ".join(f"{number} #{head['lines']} {head['hash']}" for number, head in list(case.heads.items())[:1])
    return pdf(story, f"{title} {case.number}", foot, lambda page: read.say(_("Page {page}"), page=page))


def _head(read: Reader) -> Flowable:
    """Above the rules: whose form it is, and its number."""
    bureau = read.both(read.clue or read.problem, "bureau_")
    left = para(read.say(_("Unit: {unit}"), unit=bureau))
    right = para(read.say(_("No. {number}"), number=read.clue.get("number") or read.case.number))
    return Table([[left, right]], colWidths=[WIDTH * 0.62, WIDTH * 0.38], style=[("LEFTPADDING", (0, 0), (-1, -1), 0)])


def _table(read: Reader, pictures: Pictures) -> Flowable:
    rows = [*_origin(read), *_matter(read, pictures), *_assessment(read), *_handling(read)]
    spans = [("SPAN", (1, at), (3, at)) for at, row in enumerate(rows) if row[2] is None]
    shades = [("BACKGROUND", (2, at), (2, at), SHADE) for at, row in enumerate(rows) if row[2] is not None]
    widths = [_LABEL, _WIDE, _LABEL, _WIDE]
    return Table(rows, widths, style=ruled(("BACKGROUND", (0, 0), (0, -1), SHADE), *spans, *shades), splitInRow=1)


def _pair(read: Reader, *cells: tuple[str, Json]) -> _Row:
    """Two labels with their values."""
    return [part for label, value in cells for part in (para(read.say(label), LABEL), para(value or ""))]


def _long(read: Reader, label: str, value: Flowable | str | None, room: float = 0) -> _Row:
    """One label with a value over the whole width; where nothing is said yet, `room` to write by hand (points)."""
    shown = value if isinstance(value, Flowable) else para(value) if value else Spacer(1, room)
    return [para(read.say(label), LABEL), shown, None, None]


def _origin(read: Reader) -> Iterator[_Row]:
    clue = read.clue
    yield _pair(read, (_("Clue"), clue.get("number")), (_("Problem"), read.problem.get("number")))
    source = read.say(SOURCES[clue["source"]]) if clue else ""
    yield _pair(read, (_("Source"), source), (_("Reported at"), read.when(clue.get("reported_at"))))
    reporter = clue.get("reporter")
    name = read.noted(read.who(reporter), read.role(reporter)) if reporter else ""
    yield _pair(read, (_("Reporter"), name), (_("Reporter's unit"), read.both(clue, "unit_")))


def _matter(read: Reader, pictures: Pictures) -> Iterator[_Row]:
    clue, shop = read.clue, read.content["merchant"] or {}
    notes = {"unlicensed": read.say(_("Unlicensed seller")), "unknown": read.say(_("Shop not known"))}
    name = shop.get("name") or notes.get(read.entry("merchant_note") or "", "")
    yield _pair(read, (_("Shop"), name), (_("Licence no."), shop.get("licence_no")))
    yield _pair(read, (_("Owner"), shop.get("owner")), (_("Seen at"), read.when(clue.get("observed_at"))))
    yield _long(read, _("Address"), shop.get("address"))
    yield _long(read, _("Place of report"), _place(read))
    indicator = read.content["indicator"]
    yield _long(read, _("Indicator"), f"{indicator['code']}  {read.both(indicator, 'name_')}" if indicator else "")
    yield _long(read, _("What was seen"), read.entry("text"), 22 * mm)
    yield _long(read, _("Photos"), _photos(read, pictures), 22 * mm)


def _place(read: Reader) -> str:
    clue = read.clue
    if clue.get("sent_lat") is None:
        return ""
    sent = {"lat": clue["sent_lat"], "lon": clue["sent_lon"], "label": clue["place_label"]}
    away = clue["distance_m"]
    sent |= {"datum": clue["datum"], "accuracy": clue["accuracy"]}
    return read.place(sent, None if away is None else round(away))


def _photos(read: Reader, pictures: Pictures) -> Flowable | str:
    """The first photos of the report, each with the beginning of its SHA-256."""
    reports = [line for line in read.lines("report") if line["number"] == read.clue.get("number")]
    rows = [row for line in reports for row in read.evidence(line) if row["sha256"] in pictures]
    box = (WIDTH - _LABEL - 4 * mm) / PHOTOS
    shown = [(picture(pictures[row["sha256"]], box - 3 * mm, 24 * mm), row) for row in rows[:PHOTOS]]
    drawn = [[image, para(row["sha256"][:16], SMALL)] for image, row in shown if image]
    if not drawn:
        return ""
    return Table([drawn], [box] * len(drawn), hAlign="LEFT", style=[("VALIGN", (0, 0), (-1, -1), "BOTTOM")])


def _assessment(read: Reader) -> Iterator[_Row]:
    form = read.form
    opened = read.lines("open")
    opinion = form.get("opinion") or (opened[0]["text"] if opened else "")
    yield _long(read, _("Data analysis"), form.get("data_note"), 16 * mm)
    yield _long(read, _("Field visit"), form.get("visit_note"), 16 * mm)
    by = read.lines("accept") or opened
    yield _long(read, _("Assessment"), _signed(read, opinion, by[0] if by else None), 20 * mm)
    severity = read.entry("severity")
    yield _pair(
        read,
        (_("Severity"), severity and read.say(_("Level {level} of 5"), level=severity)),
        (_("Scope"), read.entry("scope") or form.get("scope")),
    )


def _handling(read: Reader) -> Iterator[_Row]:
    problem = read.problem
    names = [read.both(one) for one in problem.get("department_names", ())]
    parts = [read.say(PARTS["main" if at == 0 else "assisting"]) for at in range(len(names))]
    departments = "\n".join(f"{part}{read.colon}{name}" for part, name in zip(parts, names, strict=True))
    yield _pair(read, (_("Responsible department"), departments), (_("Responsible person"), _assignees(read)))
    received = min((task["received_at"] for task in read.content["tasks"] if task["received_at"]), default=None)
    due = read.form.get("due_on") or read.when(problem.get("work_due_at"))
    yield _pair(read, (_("Deadline"), due), (_("Received at"), read.when(received)))
    yield _long(read, _("Investigation"), _last(read, ("feedback",), "cause"), 20 * mm)
    verdicts = ("verify", "verify_closed", "rule_unfounded")
    yield _long(read, _("Verdict"), _last(read, verdicts, "measures"), 20 * mm)
    yield _long(read, _("Putting right"), _last(read, ("rectified",), "measures"), 20 * mm)
    yield _long(read, _("Final check"), _last(read, ("confirm",)), 16 * mm)


def _assignees(read: Reader) -> str:
    """Who has or had a task that counts, the main one first."""
    tasks = [task for task in read.content["tasks"] if task["state"] not in ("reassigned", "returned", "cancelled")]
    tasks.sort(key=lambda task: list(PARTS).index(task["part"]))
    named = dict.fromkeys(read.noted(read.who(task["person_id"]), read.say(PARTS[task["part"]])) for task in tasks)
    return "\n".join(named)


def _last(read: Reader, verbs: tuple[str, ...], extra: str = "") -> str:
    """What the last line with one of these verbs says, with one more of its fields."""
    lines = read.lines(*verbs)
    if not lines:
        return ""
    line = lines[-1]
    verb = f"{read.both(line['shown']['verb'])}{read.colon}" if len(verbs) > 1 else ""
    more = f"{read.say(GIVEN[extra])}{read.colon}{line['fields'][extra]}" if line["fields"].get(extra) else ""
    return _signed(read, "\n".join(part for part in (verb + line["text"], more) if part), line)


def _signed(read: Reader, text: str, line: Fields | None) -> str:
    """The text with who entered it, and when."""
    if not line:
        return text
    return f"{text}\n—— {read.who(line['by'])}  {read.unit(line['by'])}  {read.when(line['at'])}"


def _signatures(read: Reader) -> Flowable:
    """Where it is signed on paper."""
    titles = (_("Assessed by"), _("Responsible person"), _("Verified by"), _("Final check by"), _("Leader in charge"))
    date = read.say(_("Date: ____-__-__"))
    cells = [[para(read.say(title), LABEL) for title in titles], [para(date, SMALL) for _title in titles]]
    below = (
        ("VALIGN", (0, 1), (-1, 1), "BOTTOM"),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("NOSPLIT", (0, 0), (-1, -1)),
    )
    return Table(cells, [WIDTH / 5] * 5, [None, 17 * mm], style=ruled(*below))

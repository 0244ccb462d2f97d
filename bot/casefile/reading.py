"""The case in reading order: what it is about, who took part, every step with its photos, and the hashes at the end."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from bot.casefile.facts import DOORS, KINDS, PARTS, SOURCES, Fields, Reader
from bot.casefile.paper import (
    HEADING,
    INK,
    LABEL,
    SHADE,
    SMALL,
    TINY,
    TITLE,
    WIDTH,
    Pictures,
    para,
    pdf,
    picture,
    ruled,
)
from bot.texts import _
from store.casefiles.casefile import CaseFile
from store.words import Json

_STAMP = 38 * mm
_PHOTO = 34 * mm
_IN_A_ROW = 4
_BARE = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]


def case_pdf(case: CaseFile, pictures: Pictures, language: str) -> bytes:
    """The whole case as PDF."""
    read = Reader(case, language)
    title = read.say(_("Case file {number}"), number=case.number)
    story = [
        para(title, TITLE),
        _summary(read),
        *_section(read, _("People"), _people(read)),
        *_section(read, _("What happened"), *_steps(read, pictures)),
        *_section(read, _("Evidence"), *_evidence(read)),
        *_section(read, _("Ends of the chains"), *_heads(read)),
    ]
    return pdf(story, title, case.number, lambda page: read.say(_("Page {page}"), page=page))


def _section(read: Reader, heading: str, *content: Flowable) -> Iterator[Flowable]:
    yield para(read.say(heading), HEADING)
    yield from content


def _summary(read: Reader) -> Flowable:
    """What it is about, in two columns of labels and values."""
    shop = read.content["merchant"] or {}
    indicator = read.content["indicator"]
    pairs: list[tuple[str, Json]] = [
        (_("Problem"), _standing(read, read.problem)),
        *((_("Clue"), _standing(read, clue)) for clue in read.content["clues"]),
        (_("Not shown"), "、".join(read.content["left_out"])),
        (_("Unit"), read.both(read.problem or read.clue, "bureau_")),
        (_("Shop"), shop.get("name")),
        (_("Licence no."), shop.get("licence_no")),
        (_("Address"), shop.get("address")),
        (_("Indicator"), f"{indicator['code']} {read.both(indicator, 'name_')}" if indicator else ""),
        (_("Severity"), read.entry("severity")),
        (_("What was seen"), read.entry("text")),
        *((_("Review"), f"{read.who(line['by'])}{read.colon}{line['text']}") for line in read.lines("review")),
    ]
    rows = [[para(read.say(label), LABEL), para(value)] for label, value in pairs if value]
    return Table(rows, [32 * mm, WIDTH - 32 * mm], style=ruled(("BACKGROUND", (0, 0), (0, -1), SHADE)), splitInRow=1)


def _standing(read: Reader, entry: Fields) -> str:
    """Number, state, and for a clue who reported it and when."""
    if not entry:
        return ""
    parts = [entry["number"], read.both(entry["state_name"])]
    if "source" in entry:
        reporter = f"{read.who(entry['reporter'])} {read.unit(entry['reporter'])}" if entry["reporter"] else ""
        parts += [read.say(SOURCES[entry["source"]]), reporter, read.when(entry["reported_at"])]
    return " / ".join(part for part in parts if part)


def _people(read: Reader) -> Flowable:
    """Everybody named, with role, unit and part."""
    parts: dict[str, list[str]] = {}
    for task in read.content["tasks"]:
        parts.setdefault(task["person_id"], []).append(read.say(PARTS[task["part"]]))
    labels = (_("Name"), _("Role"), _("Unit"), _("Task"))
    rows = [[para(read.say(label), LABEL) for label in labels]]
    for userid in read.content["people"]:
        task = "、".join(dict.fromkeys(parts.get(userid, ())))
        rows.append([para(one) for one in (read.who(userid), read.role(userid), read.unit(userid), task)])
    style = ruled(("BACKGROUND", (0, 0), (-1, 0), SHADE))
    return Table(rows, [WIDTH * part for part in (0.2, 0.25, 0.37, 0.18)], style=style, repeatRows=1)


def _steps(read: Reader, pictures: Pictures) -> Iterator[Flowable]:
    """Every line of every chain, in the order of time."""
    for line in read.content["lines"]:
        told = [_headline(read, line), *_told(read, line)]
        rule = Table([[""]], [WIDTH], [1], style=[("LINEABOVE", (0, 0), (-1, 0), 0.4, INK)])
        yield KeepTogether([rule, *told])
        yield from _photos(read, line, pictures)
        yield Spacer(1, 2 * mm)


def _headline(read: Reader, line: Fields) -> Flowable:
    shown = line["shown"]
    states = "" if line["before"] == line["after"] else f"→ {read.both(shown['after'])}"
    what = f"{line['number']} #{line['seq']}  {read.both(shown['verb'])} {states}"
    door = read.say(DOORS[line["door"]]) if line["door"] in DOORS else line["door"] or ""
    by = "  ".join(part for part in (read.who(line["by"]), read.unit(line["by"]), door) if part)
    return Table(
        [[para(read.when(line["at"])), para(f"{what}\n{by}")]], [_STAMP, WIDTH - _STAMP], style=_BARE, splitInRow=1
    )


def _told(read: Reader, line: Fields) -> Iterator[Flowable]:
    """What was said, what was given beside it, and the line's hash."""
    text = [line["text"], *(f"{label}{read.colon}{value}" for label, value in read.given(line))]
    cell = [para(one) for one in text if one]
    cell.append(para(f"SHA-256 {line['hash']}", TINY))
    yield Table([["", cell]], [_STAMP, WIDTH - _STAMP], style=_BARE, splitInRow=1)


def _photos(read: Reader, line: Fields, pictures: Pictures) -> Iterator[Flowable]:
    """The photos of a line, four in a row, with what the cameras wrote into them."""
    cells = []
    for row in read.evidence(line):
        image = picture(pictures[row["sha256"]], _PHOTO - 3 * mm, _PHOTO) if row["sha256"] in pictures else None
        cells.append([*([image] if image else []), para(_caption(read, row), TINY)])
    for at in range(0, len(cells), _IN_A_ROW):
        some = cells[at : at + _IN_A_ROW]
        widths = [_STAMP, *[_PHOTO] * len(some)]
        yield Table([["", *some]], widths, hAlign="LEFT", style=[*_BARE, ("VALIGN", (0, 0), (-1, -1), "BOTTOM")])


def _caption(read: Reader, row: Fields) -> str:
    taken = read.say(_("taken {when}"), when=read.when(row["taken_at"])) if row["taken_at"] else ""
    parts = [read.say(KINDS[row["kind"]]) if row["kind"] != "image" else "", taken, read.metres(row["taken_to_shop_m"])]
    digest = (row["sha256"] or "")[:16] or read.say(_("never arrived"))
    return "\n".join(part for part in (*parts, digest) if part)


def _evidence(read: Reader) -> Iterator[Flowable]:
    """Every original with its whole SHA-256."""
    if not read.content["evidence"]:
        yield para(read.say(_("None.")))
    for row in read.content["evidence"]:
        place = "" if row["taken_lat"] is None else f"{row['taken_lat']:.5f}, {row['taken_lon']:.5f}"
        taken = (read.when(row["taken_at"]), place, read.metres(row["taken_to_shop_m"]))
        came = f"{row['number']} #{row['seq']} / {read.who(row['person'])} / {read.when(row['received_at'])}"
        size = f"{row['mime']} / {row['size']} B" if row["size"] else ""
        words = " / ".join(part for part in (came, size, *taken) if part)
        digest = row["sha256"] or read.say(_("never arrived"))
        yield para(f"{words}\n{digest}", SMALL)


def _heads(read: Reader) -> Iterator[Flowable]:
    for number, head in read.case.heads.items():
        yield para(f"{number}  #{head['lines']}  {head['hash']}", SMALL)

"""Makes a `Form` of a questionnaire's rows, or says everything that is wrong with them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from conversations.cells import Cells
from conversations.form import Alternative, Form, Question
from conversations.kinds import SELECTS, TYPES
from conversations.lint import check_form
from conversations.rows import Book, Faults, Row, read_toml
from store.words import Ledger

SURVEY_COLUMNS = frozenset(
    {"type", "name", "label", "hint", "required", "required_message", "relevant", "constraint", "constraint_message"}
    | {"calculation", "default", "choice_filter", "appearance", "repeat_count", "bot"}
)
STRUCTURE = {"begin_group": "group", "begin_repeat": "repeat", "end_group": "group", "end_repeat": "repeat"}
DEEPEST = 6
"""Groups and repeats inside each other."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def load_form(source: str, name: str, languages: frozenset[str] = frozenset()) -> Form:
    """The form in a TOML text; `name` is its file's, for messages. Every text must be there in each of `languages`
    and in every language that the form itself uses. Raises `FormFault` with all faults."""
    return make_form(read_toml(source, name), source, languages)


def make_form(book: Book, source: str, languages: frozenset[str] = frozenset()) -> Form:
    """The same from rows; `source` is the TOML text they came from. Raises `FormFault`."""
    faults = Faults(book.file)
    builder = _Builder(book, faults)
    form = builder.form(source)
    check_form(form, book, faults, languages)
    faults.check()
    return form


class _Builder:
    """Reads the sheets in order: settings, choices, then the survey, whose groups and repeats nest."""

    def __init__(self, book: Book, faults: Faults) -> None:
        self.book = book
        self.faults = faults
        language = book.settings.cells.get("default_language", "zh")
        self.language = language if isinstance(language, str) else "zh"
        self.paths = _repeat_paths(book.survey)
        self.lists = self.choice_lists()

    def cells(self, row: Row, path: tuple[str, ...] = ()) -> Cells:
        return Cells(row, self.faults, self.language, self.paths, path)

    def form(self, source: str) -> Form:
        cells = self.cells(self.book.settings)
        key, version = cells.word("form_id"), cells.word("version")
        if not NAME.fullmatch(key):
            self.faults.add(cells.row, "form_id must be a name of letters, digits, “_” and “-”")
        if not version:
            self.faults.add(cells.row, "version is missing")
        ledger, verb = cells.word("ledger"), cells.word("verb")
        if bool(ledger) != bool(verb) or (ledger and ledger not in list(Ledger)):
            self.faults.add(cells.row, f"ledger ({' or '.join(Ledger)}) and verb must both be given, or neither")
        return Form(
            key=key,
            version=version,
            hash=hashlib.sha256(source.encode()).hexdigest(),
            title=cells.texts("title"),
            ledger=ledger,
            verb=verb,
            questions=self.survey(),
            source=source,
            settings={"default_language": self.language, **cells.rest("form_id", "version", "title", "ledger", "verb")},
        )

    def choice_lists(self) -> dict[str, tuple[Alternative, ...]]:
        lists: dict[str, list[Alternative]] = {}
        for row in self.book.choices:
            cells = self.cells(row)
            name, value, label = cells.word("list_name"), cells.word("name"), cells.texts("label")
            if not name or not value or not label:
                self.faults.add(row, "a choice needs list_name, name and label")
            elif re.search(r"\s", value) or len(value) > 64:
                self.faults.add(row, "a choice's name has at most 64 characters and no spaces in it")
            elif any(value == other.value for other in lists.get(name, ())):
                self.faults.add(row, f"the list {name} has {value} twice")
            else:
                columns = {key: cells.word(key) for key in cells.rest("list_name", "name", "label")}
                lists.setdefault(name, []).append(Alternative(value, label, columns))
        return {name: tuple(rows) for name, rows in lists.items()}

    def survey(self) -> tuple[Question, ...]:
        """Nests what stands between begin and end; every open group keeps its begin row and its questions so far."""
        open_rows: list[tuple[Row, Question]] = []
        levels: list[list[Question]] = [[]]
        path: tuple[str, ...] = ()
        for row in self.book.survey:
            kind = str(row.cells.get("type", ""))
            if kind.startswith("end_") and kind in STRUCTURE:
                if not open_rows or open_rows[-1][1].type != STRUCTURE[kind]:
                    self.faults.add(row, f"{kind} closes nothing that is open here")
                    continue
                _begin, group = open_rows.pop()
                children = tuple(levels.pop())
                levels[-1].append(replace(group, children=children))
                path = path[:-1] if group.type == "repeat" else path
                continue
            question = self.question(row, path)
            if kind in STRUCTURE:
                open_rows.append((row, question))
                levels.append([])
                path = (*path, question.name) if question.type == "repeat" else path
            else:
                levels[-1].append(question)
        for begin, group in open_rows:
            self.faults.add(begin, f"the {group.type} is never closed")
        if len(levels) > DEEPEST:
            self.faults.whole(f"groups and repeats nest deeper than {DEEPEST} levels", "survey")
        return tuple(levels[0])

    def question(self, row: Row, path: tuple[str, ...]) -> Question:
        cells = self.cells(row, path)
        for column in row.cells.keys() - SURVEY_COLUMNS:
            self.faults.add(row, f"there is no column “{column}”")
        kind, choices = self.type_of(cells)
        return Question(
            type=kind,
            name=self.name_of(cells),
            label=cells.texts("label"),
            hint=cells.texts("hint"),
            required=cells.expression("required"),
            required_message=cells.texts("required_message"),
            relevant=cells.expression("relevant"),
            constraint=cells.expression("constraint"),
            constraint_message=cells.texts("constraint_message"),
            calculation=cells.expression("calculation"),
            default=cells.default(kind),
            dynamic=cells.dynamic(),
            choices=choices,
            choice_filter=cells.expression("choice_filter"),
            appearance=cells.word("appearance"),
            repeat_count=cells.expression("repeat_count"),
            bot=cells.hints(),
            row=row.number,
        )

    def type_of(self, cells: Cells) -> tuple[str, tuple[Alternative, ...]]:
        kind, _, list_name = cells.word("type").partition(" ")
        if kind in STRUCTURE and not list_name:
            return STRUCTURE[kind], ()
        if kind not in TYPES or (list_name and kind not in SELECTS):
            known = ", ".join(sorted(TYPES | {name for name in STRUCTURE if name.startswith("begin")}))
            self.faults.add(cells.row, f"there is no type “{cells.word('type')}”; the types are {known}")
            return "note", ()
        if kind in SELECTS and list_name.strip() not in self.lists:
            self.faults.add(cells.row, f"there is no list of choices “{list_name.strip()}”")
        return kind, self.lists.get(list_name.strip(), ()) if kind in SELECTS else ()

    def name_of(self, cells: Cells) -> str:
        name = cells.word("name")
        if not NAME.fullmatch(name):
            self.faults.add(
                cells.row, "a question needs a name of letters, digits, “_” and “-”, beginning with a letter"
            )
        return name


def _repeat_paths(survey: tuple[Row, ...]) -> dict[str, tuple[str, ...]]:
    """For every question the repeats around it, outermost first."""
    paths: dict[str, tuple[str, ...]] = {}
    path: tuple[str, ...] = ()
    for row in survey:
        kind = row.cells.get("type")
        if kind == "end_repeat":
            path = path[:-1]
            continue
        paths.setdefault(row.name, path)
        if kind == "begin_repeat":
            path = (*path, row.name)
    return paths

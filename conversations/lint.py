"""Checks that need the whole form: names, what fits which type, references, translations."""

from __future__ import annotations

from collections.abc import Iterator

from conversations.cells import LANGUAGE
from conversations.expressions import POSITION, Compiled
from conversations.filling import references, texts
from conversations.form import FACTS, Expression, Form, Question, Texts, every
from conversations.kinds import GROUPS, SELECTS, SILENT, is_answer
from conversations.order import check_order
from conversations.rows import Book, Faults, Row


def check_form(form: Form, book: Book, faults: Faults, languages: frozenset[str]) -> None:
    """Adds what is wrong with a form as a whole; `languages` are wanted beside those that it uses."""
    questions = list(every(form.questions))
    check = _Check(form, book, faults)
    check.names(questions)
    for question in questions:
        check.columns(question)
        check.references(question)
    check_order(form, lambda question, reason: faults.add(check.row(question), reason))
    check.translations(languages)


def expressions(question: Question) -> Iterator[tuple[str, Compiled]]:
    """The expressions of a question with the names of their columns."""
    for column in ("required", "relevant", "constraint", "calculation", "dynamic", "choice_filter", "repeat_count"):
        found: Expression | None = getattr(question, column)
        if isinstance(found, Compiled):
            yield {"dynamic": "default"}.get(column, column), found


class _Check:
    """Holds what the single checks share: the form, where its rows stand, which names there are."""

    def __init__(self, form: Form, book: Book, faults: Faults) -> None:
        self.form = form
        self.book = book
        self.faults = faults
        self.language = str(book.settings.cells.get("default_language", "zh"))
        self.named = {question.name: question for question in every(form.questions)}
        self.in_repeats = {
            child.name for one in every(form.questions) if one.type == "repeat" for child in every(one.children)
        }

    def row(self, question: Question) -> Row:
        return self.book.survey[question.row - 1]

    def names(self, questions: list[Question]) -> None:
        first: dict[str, int] = {}
        for question in questions:
            if question.name in first:
                self.faults.add(self.row(question), f"the name is taken already, by row {first[question.name]}")
            first.setdefault(question.name, question.row)

    def columns(self, question: Question) -> None:
        """What a type needs and what has no meaning for it."""
        asked = question.type not in SILENT | GROUPS
        wrong = {
            "calculation": question.type != "calculate" and question.calculation,
            "choice_filter": question.type not in SELECTS and question.choice_filter,
            "repeat_count": question.type != "repeat" and question.repeat_count,
            "constraint": not asked and question.constraint,
            "required": not asked and question.required,
            "default": not asked and (question.default is not None or question.dynamic is not None),
        }
        for column in (column for column, found in wrong.items() if found):
            self.faults.add(self.row(question), f"{column} has no meaning for the type {question.type}")
        if question.type == "calculate" and question.calculation is None:
            self.faults.add(self.row(question), "a calculate needs a calculation")
        if not question.label and question.type not in GROUPS | {"calculate", "hidden"}:
            self.faults.add(self.row(question), "the label is missing")
        if question.type == "hidden" and question.name not in FACTS:
            self.faults.add(self.row(question), f"a hidden question is one of {', '.join(FACTS)}")
        for within in str(question.bot.get("within", "")).split():
            if within not in self.named:
                self.faults.add(self.row(question), f"bot.within names {within}, which is no question of this form")
        if question.bot.get("among", "tasks") != "tasks":
            self.faults.add(self.row(question), "bot.among is “tasks” or not there")
        if question.default is not None and asked and not is_answer(question, question.default):
            self.faults.add(self.row(question), f"the default is no answer of the type {question.type}")

    def references(self, question: Question) -> None:
        for column, expression in expressions(question):
            reads = sorted(expression.reads)
            for reason in (*map(self.reading, reads), *self.context(question, column, expression)):
                if reason:
                    self.faults.add(self.row(question), f"{column} {reason}: {expression.source[:200]}")
        for column, found in texts(question):
            for name in sorted(references(found)):
                if reason := self.reading(name):
                    self.faults.add(self.row(question), f"{column} {reason}")

    def reading(self, name: str) -> str | None:
        if name not in self.named:
            return f"reads ${{{name}}}, which is no question of this form"
        if self.named[name].type in ("note", "group"):
            return f"reads ${{{name}}}, which never has an answer"
        return None

    def context(self, question: Question, column: str, expression: Compiled) -> Iterator[str]:
        if "." in expression.wants and column != "constraint":
            yield "uses “.”, which only a constraint has"
        if POSITION in expression.wants and question.name not in self.in_repeats:
            yield "uses position(..) outside a repeat"
        offered = {"name"}.union(*(choice.columns for choice in question.choices)) if column == "choice_filter" else ()
        for name in sorted(expression.columns.difference(offered)):
            known = "is no column of its choices" if column == "choice_filter" else f"should perhaps be ${{{name}}}"
            yield f"reads {name}, which {known}"
        for name, text in sorted(expression.expects):
            other = self.named.get(name)
            if other and other.choices and text and text not in {choice.value for choice in other.choices}:
                yield f"compares ${{{name}}} with “{text}”, which is none of its choices"

    def translations(self, languages: frozenset[str]) -> None:
        found = list(self.all_texts())
        wanted = languages.union({self.language}, *(one for _row, _column, one in found))
        for row, column, one in found:
            for language in sorted(wanted - one.keys()):
                self.faults.add(row, f"{column} is missing in {language}")
        if not self.form.title:
            self.faults.add(self.book.settings, "the title is missing")

    def all_texts(self) -> Iterator[tuple[Row, str, Texts]]:
        if self.form.title:
            yield self.book.settings, "title", self.form.title
        for row in self.book.choices:
            label = row.cells.get("label")
            if isinstance(label, dict):
                yield row, "label", {one: text for one, text in label.items() if LANGUAGE.fullmatch(one)}
            elif label:
                yield row, "label", {self.language: str(label)}
        for question in every(self.form.questions):
            yield from ((self.row(question), column, found) for column, found in texts(question) if found)

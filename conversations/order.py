"""What a question depends on: no circles, and nothing is needed before it has been asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conversations.filling import references, texts
from conversations.form import Expression, Form, Question, every

Report = Callable[[Question, str], None]

_EARLY = ("relevant", "constraint", "dynamic", "choice_filter", "repeat_count")
"""Read when a question is asked, so everything in them must have been asked before, like what its texts repeat.
`required` is read when somebody wants to pass on, and photos may come before they are asked for: "words, unless
there is a photo" is no circle."""
_DECIDING = ("relevant", "calculation", "choice_filter", "repeat_count")
"""Decide about a question's own value, so it must not depend on itself through them."""


def check_order(form: Form, report: Report) -> None:
    """Reports circles, then forward references, each at the question where it shows."""
    order = _Order(form)
    circles = list(order.circles())
    for question, names in circles:
        report(question, f"depends on itself: {' → '.join(names)}")
    if circles:
        return  # what stands above what has no meaning in a circle
    for question in every(form.questions):
        for column, name, late in order.early(question):
            via = "" if name == late else f" through ${{{name}}}"
            report(question, f"{column} needs the answer to {late}{via}, which is asked only further down")


def _reads(question: Question, column: str) -> frozenset[str]:
    found: Expression | None = getattr(question, column)
    return found.reads if found else frozenset()


class _Order:
    def __init__(self, form: Form) -> None:
        self.named = {question.name: question for question in every(form.questions)}
        self.needs = {name: set[str]() for name in self.named}
        self._collect(form.questions, set())

    def _collect(self, questions: tuple[Question, ...], outer: set[str]) -> None:
        """A question depends on what its own columns read, and on what the groups around it read."""
        for question in questions:
            own = outer.union(*(_reads(question, column) for column in _DECIDING))
            self.needs[question.name] |= own & self.named.keys()
            self._collect(question.children, own)

    def circles(self) -> Iterator[tuple[Question, list[str]]]:
        """Every circle once, with the names along it, at its first question. Walks with a stack of its own: a
        long chain of calculations must not meet Python's limit."""
        done: set[str] = set()
        for start in self.named:
            path: list[str] = []
            stack = [(start, False)]
            while stack:
                name, leaving = stack.pop()
                if leaving:
                    done.add(path.pop())
                elif name in path:
                    circle = path[path.index(name) :]
                    yield self.named[circle[0]], [*circle, name]
                elif name not in done:
                    path.append(name)
                    stack.append((name, True))
                    stack.extend((other, False) for other in sorted(self.needs[name]))

    def early(self, question: Question) -> Iterator[tuple[str, str, str]]:
        """(column, name read, question below) for everything that is needed too early."""
        spoken = ((column, references(found)) for column, found in texts(question))
        for column, names in (*((column, _reads(question, column)) for column in _EARLY), *spoken):
            for name in sorted(names & self.named.keys()):
                for late in sorted(self.asked(name)):
                    own = late == question.name and column in ("constraint", "constraint_message")
                    if self.named[late].row >= question.row and not own:
                        yield column, name, late

    def asked(self, name: str) -> set[str]:
        """The questions a person must have answered for `name` to have its value."""
        found, waiting, seen = set(), [name], set()
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            seen.add(one)
            if self.named[one].type == "calculate":
                waiting.extend(self.needs[one])
            else:
                found.add(one)
        return found

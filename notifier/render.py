"""Facts and a template become the text of a message, in the reader's language and within the door's limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, Undefined

from notifier.catalogue import translations
from store.law.rules import LAWS
from store.words import Json, Ledger, ledger_of, words_of

FOLDER = Path(__file__).parent / "templates"
_OFFICE = ZoneInfo("Asia/Shanghai")  # whatever the host's zone, a day is the bureau's day (mailroom.md §1.9)
_ITEM_BYTES = 150


def text(template: str, facts: Mapping[str, Json], language: str, longest: int = 2000) -> str:
    """The text of one letter, at most `longest` bytes of UTF-8. The same facts always give the same text.

    Raises `jinja2.TemplateError` for a template that is missing or cannot be filled.
    """
    *above, last = _lines(template, spoken(facts, language), language)
    # The reference at the end tells one letter from every other, so the cut is made above it.
    return f"{_cut(chr(10).join(above), longest - len(last.encode()) - 1)}\n{last}" if above else _cut(last, longest)


def bundle(letters: Sequence[tuple[str, Mapping[str, Json]]], language: str, longest: int = 2000) -> tuple[str, int]:
    """One text that lists the first lines of as many letters (template, facts) as fit, and how many those are.

    A letter that cannot be read ends the list before it, unless it is the first: that raises.
    """
    items: list[str] = []
    listing = ""
    for template, facts in letters:
        try:
            items.append(_item(template, facts, language))
        except Exception:
            if not items:
                raise
            break
        longer = _listing(items, language)
        if items[1:] and len(longer.encode()) > longest:
            items.pop()
            break
        listing = longer
    return listing, len(items)


def _item(template: str, facts: Mapping[str, Json], language: str) -> str:
    lines = text(template, facts, language).splitlines()
    return f"{_cut(lines[0], _ITEM_BYTES)} #{facts.get('seq', '')}"


def _listing(items: Sequence[str], language: str) -> str:
    return "\n".join(_lines("bundle", {"items": items}, language))


def _lines(template: str, facts: Mapping[str, Json], language: str) -> list[str]:
    """What the template says, or the wording that was chosen instead of it."""
    from notifier import rewording  # it works on this module

    chosen = rewording.lines(template, facts, language)
    lines = [line.strip() for line in (chosen or "").splitlines() if line.strip()]
    return lines or shipped_lines(template, facts, language)


def shipped_lines(template: str, facts: Mapping[str, Json], language: str) -> list[str]:
    """What the shipped template says, without the empty lines that its unused parts leave."""
    rendered = _environment(language).get_template(f"{template}.j2").render(facts)
    return [line.strip() for line in rendered.splitlines() if line.strip()]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(  # plain text: what a person wrote must arrive as it was written
        loader=FileSystemLoader(FOLDER),
        extensions=["jinja2.ext.i18n"],
        undefined=Optional,
        autoescape=False,  # noqa: S701
        auto_reload=False,
    )
    return furnished(environment, language)


def furnished(environment: Environment, language: str) -> Environment:
    """The environment with what every template may use: sentences of the catalogue and the two filters."""
    words = translations(language)
    environment.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    # Straight to the catalogue: the extension's own alias resolves itself anew for every sentence.
    environment.globals["_"] = lambda sentence, **facts: words.gettext(sentence) % facts
    environment.filters |= {"short": short, "day": lambda at: day(at, language)}
    return environment


def spoken(facts: Mapping[str, Json], language: str) -> dict[str, Json]:
    """The facts, and the names among them in one language."""
    named = {name: facts.get(f"{name}_{language}") or facts.get(f"{name}_zh") for name in ("indicator", "unit")}
    code = facts.get("indicator")
    return {
        **facts,
        "indicator_name": " ".join(part for part in (code, named["indicator"]) if part),
        "unit_name": named["unit"],
        "language": language,
        "verb_name": _verb_name(str(facts.get("number", "")), str(facts.get("verb", "")), language),
        "state_name": _state_name(str(facts.get("number", "")), str(facts.get("state", "")), language),
    }


def _verb_name(number: str, verb: str, language: str) -> str:
    return words_of(LAWS[ledger_of(number)].verbs.get(verb, {"zh": verb}), language)


def _state_name(number: str, state: str, language: str) -> str:
    law = LAWS.get(Ledger.CLUE if number.startswith("XS-") else Ledger.PROBLEM)
    known = law.states.get(state) if law else None
    return words_of({"zh": known.zh, "en": known.en}, language) if known else state


class Optional(Undefined):
    """A fact that is not there may be asked for ("if due_at") but never be printed."""

    __slots__ = ()
    __str__ = Undefined._fail_with_undefined_error


def short(words: str, most: int) -> str:
    """Words on one line, at most `most` characters."""
    line = " ".join(str(words).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _cut(words: str, most: int) -> str:
    """At most so many bytes, cut between characters."""
    data = words.encode()
    return words if len(data) <= most else data[: most - 3].decode(errors="ignore").rstrip() + "…"


def day(at: str, language: str) -> str:
    local: date = datetime.fromisoformat(at).astimezone(_OFFICE).date()
    return f"{local.month}月{local.day}日" if language != "en" else f"{local:%B} {local.day}"

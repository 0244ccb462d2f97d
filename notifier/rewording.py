"""Wording that administrators chose instead of the shipped templates: checked before it counts, and left aside where
it cannot be filled, so that no letter is ever held up by it.

A template of theirs is for one language. It runs in Jinja's sandbox and sees what every template sees: the facts of a
letter (`KNOWN`), the filters `day` and `short`, and the shipped templates to extend.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from jinja2 import Environment, FileSystemLoader, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifier import notices, render
from notifier.plan import SAID
from store.words import Json

log = logging.getLogger("loop153.mail")

KNOWN = frozenset(
    {
        *SAID,
        *("number", "seq", "verb", "rung", "internal", "by", "text", "part", "instead_of", "why", "unreached", "again"),
        *("after_hours", "provisional"),
        *("indicator_name", "unit_name", "verb_name", "state_name", "language", "_", "gettext", "ngettext"),
    }
)
"""What a template may ask for."""

_chosen: Mapping[tuple[str, str], str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a wording cannot be taken: `syntax` (of line `detail`), `unknown` (names), `fails`, `reference`, `empty`."""

    kind: str
    detail: str = ""


def use(chosen: Mapping[tuple[str, str], str]) -> None:
    """From now on these count in this process, by template and language."""
    global _chosen
    if chosen != _chosen:
        _chosen = MappingProxyType(dict(chosen))
        _compiled.cache_clear()


def lines(template: str, facts: Mapping[str, Json], language: str) -> str | None:
    """What the chosen wording says; None when there is none, or when it cannot be filled with these facts."""
    source = _chosen.get((template, language))
    if source is None:
        return None
    try:
        return _compiled(source, language).render(facts)
    except Exception as fault:  # whatever it is: the letter goes out as shipped
        log.error("the chosen wording of %s (%s) cannot be filled: %s", template, language, type(fault).__name__)
        return None


def templates() -> tuple[str, ...]:
    """The templates whose wording can be chosen: those that a move in the ledgers sends."""
    return tuple(sorted({notice.template for notice in notices.NOTICES.values()}))


def shipped(template: str) -> str:
    """The shipped source of a template."""
    return (render.FOLDER / f"{template}.j2").read_text("utf-8")


def causes(template: str) -> list[tuple[str, str, str]]:
    """What sends it: (ledger, verb, part)."""
    return [cause for cause, notice in notices.NOTICES.items() if notice.template == template]


def sample(number: str = "WT-2026-000012") -> dict[str, Json]:
    """Made-up facts of a letter, for a preview."""
    return {
        "number": number,
        "seq": 7,
        "verb": "verify",
        "state": "rectifying" if number.startswith("WT") else "county_review",
        "rung": "late_1",
        "by": "周正",
        "text": "店内有十条卷烟的码段属于邻县商户。",
        "part": "holder",
        "why": "grave",
        "severity": 3,
        "due_at": "2026-11-26T10:00:00+00:00",
        "merchant": "411421100001",
        "merchant_name": "江山便利店",
        "indicator": "W20201",
        "indicator_zh": "串码",
        "indicator_en": "Cartons coded to another shop",
        "unit_zh": "民权县局营销",
        "unit_en": "Minquan marketing",
        "reporter_name": "林晓",
        "place_label": "江山便利店门口",
        "problem": "WT-2026-000012",
    }


def preview(template: str, language: str, source: str | None = None) -> str | None:
    """How a letter would read, by the shipped wording or by `source`; None when it cannot be filled."""
    facts = render.spoken(sample(), language)
    try:
        if source is None:
            return "\n".join(render.shipped_lines(template, facts, language))
        return _joined(_compiled(source, language).render(facts))
    except Exception:
        return None


def start(template: str, language: str) -> str:
    """A wording to begin with: the shipped one with its facts as gaps. A line whose facts may be missing is left out
    where they are."""
    facts = render.spoken(sample(), language)
    gaps = {str(facts[name]): (name, f"{{{{ {name} }}}}") for name in _GAPS if facts.get(name)}
    gaps[render.day(facts["due_at"], language)] = ("due_at", "{{ due_at|day }}")
    gaps[facts["text"]] = ("text", "{{ text|short(80) }}")
    lines = []
    for line in (preview(template, language) or "").splitlines()[:-1]:
        names = []
        for words in sorted(gaps, key=len, reverse=True):
            if words in line:
                line = line.replace(words, gaps[words][1])
                names.append(gaps[words][0])
        needed = " and ".join(name for name in names if name != "number")
        lines.append(f"{{% if {needed} %}}{line}{{% endif %}}" if needed else line)
    return "\n".join([*lines, "{{ number }}#{{ seq }}"])


_GAPS = ("number", "by", "merchant_name", "indicator_name", "unit_name", "reporter_name", "state_name", "verb_name")
"""Facts that a wording to begin with has gaps for."""


def check(template: str, language: str, source: str) -> Trouble | None:
    """Whether a wording can count: it is sound, asks for nothing unknown, fills with sample facts of both ledgers,
    also of an internal matter, and ends with the reference that tells one letter from every other."""
    environment = _environment(language)
    try:
        unknown = meta.find_undeclared_variables(environment.parse(source)) - KNOWN
    except TemplateSyntaxError as fault:
        return Trouble("syntax", str(fault.lineno))
    if unknown:
        return Trouble("unknown", ", ".join(sorted(unknown)))
    bare = {"number": "XS-2026-000001", "seq": 3, "internal": True, "state": "city_review", "verb": "report"}
    for facts in (sample(), sample("XS-2026-000001"), {**bare, "due_at": sample()["due_at"]}):
        try:
            text = _joined(_compiled(source, language).render(render.spoken(facts, language)))
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError):
            return Trouble("fails")
        if not text:
            return Trouble("empty")
        if not text.splitlines()[-1].endswith(f"#{facts['seq']}"):
            return Trouble("reference")
    return None


def _joined(rendered: str) -> str:
    return "\n".join(line.strip() for line in rendered.splitlines() if line.strip())


@lru_cache(maxsize=256)
def _compiled(source: str, language: str) -> Template:
    return _environment(language).from_string(source)


@cache
def _environment(language: str) -> Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(render.FOLDER),
        extensions=["jinja2.ext.i18n"],
        undefined=render.Optional,
        autoescape=False,
        auto_reload=False,
    )
    return render.furnished(environment, language)

"""A questionnaire loads as what its rows say, or every fault is named with its place and reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.expressions import POSITION
from conversations.faults import FormFault
from conversations.form import Form, every
from conversations.library import Forms, UnknownVersion
from conversations.loading import load_form
from conversations.rows import read_toml
from conversations.toml_text import toml_text
from tests.conversations.random_forms import forms

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
HEAD = """\
[settings]
form_id = "visit"
version = "1"
title = {zh = "走访", en = "Visit"}
"""
KIND = """\
[[choices]]
list_name = "kind"
name = "service"
label = {zh = "服务", en = "Service"}
[[choices]]
list_name = "kind"
name = "goods"
label = {zh = "货源", en = "Goods"}
area = 3
"""
LABEL = 'label = {zh = "问", en = "Q"}'


def row(kind: str, name: str = "", *more: str) -> str:
    named = [f'name = "{name}"', LABEL] if name and kind != "calculate" else [f'name = "{name}"'] if name else []
    return "\n".join(["[[survey]]", f'type = "{kind}"', *named, *more, ""])


def load(*rows: str, head: str = HEAD, choices: str = "") -> Form:
    return load_form(head + "".join(rows) + choices, "visit.toml")


def faults(*rows: str, head: str = HEAD, choices: str = "") -> list[str]:
    with pytest.raises(FormFault) as refused:
        load(*rows, head=head, choices=choices)
    return [str(fault) for fault in refused.value.faults]


def test_everything_that_a_row_can_say() -> None:
    form = load(
        row("select_one kind", "kind", "required = true", 'default = "goods"'),
        row("begin_group", "details", "relevant = \"${kind} = 'goods'\""),
        row("begin_repeat", "cases", 'repeat_count = "2"'),
        row(
            "text",
            "code",
            "constraint = \"regex(., '[0-9]{32}') and position(..) < 9\"",
            "bot = {max = 3, search = true}",
        ),
        row("end_repeat"),
        row("end_group"),
        row(
            "select_multiple kind",
            "others",
            'default = ["goods"]',
            "choice_filter = \"name != ${kind} and area = '3'\"",
        ),
        row("calculate", "count", 'calculation = "count(${code})"'),
        head=HEAD + 'ledger = "clue"\nverb = "report"\nduplicates = true\n',
        choices=KIND,
    )
    kind, details, others, count = form.questions
    cases = details.children[0]
    code = cases.children[0]
    assert [(one.name, one.row) for one in every(form.questions)] == [
        ("kind", 1),
        ("details", 2),
        ("cases", 3),
        ("code", 4),
        ("others", 7),
        ("count", 8),
    ]
    assert (form.key, form.ledger, form.verb) == ("visit", "clue", "report")
    assert form.settings == {"default_language": "zh", "duplicates": True}
    assert [(one.value, dict(one.columns)) for one in kind.choices] == [("service", {}), ("goods", {"area": "3"})]
    assert kind.required
    assert kind.required.evaluate({}, NOW) is True
    assert (kind.default, others.default) == ("goods", ["goods"])
    assert details.relevant
    assert details.relevant.reads == {"kind"}
    assert cases.repeat_count
    assert cases.repeat_count.evaluate({}, NOW) == 2
    assert code.constraint
    assert code.constraint.evaluate({POSITION: 1}, NOW, "1" * 32) is True
    assert code.bot == {"max": 3, "search": True}
    assert count.calculation
    assert count.calculation.evaluate({"cases": [{"code": "x"}, {}]}, NOW) == 1


T = row("text", "a")
FAULTS = {
    "not TOML": ([HEAD, "x ="], "visit.toml: this is not TOML: Invalid value (at end of document)"),
    "no rows": ([HEAD], "visit.toml: survey: the form has no questions"),
    "table": (
        [HEAD, T, "[other]"],
        "visit.toml: there is no table “other”; the tables are [settings], [[survey]] and [[choices]]",
    ),
    "one table": (
        [HEAD, '[survey]\ntype = "text"'],
        "visit.toml: survey: write the rows as [[survey]], one table each",
    ),
    "column": ([HEAD, row("text", "a", "lable = 1")], "visit.toml:5: survey row 1 (a): there is no column “lable”"),
    "bad name": (
        [HEAD, row("text", "a b")],
        "visit.toml:5: survey row 1 (a b): "
        "a question needs a name of letters, digits, “_” and “-”, beginning with a letter",
    ),
    "taken": ([HEAD, T, T], "visit.toml:9: survey row 2 (a): the name is taken already, by row 1"),
    "list": ([HEAD, row("select_one kind", "a")], "visit.toml:5: survey row 1 (a): there is no list of choices “kind”"),
    "function": (
        [HEAD, row("text", "a", 'relevant = "pulldata(1)"')],
        "visit.toml:5: survey row 1 (a): relevant uses pulldata(), which is not among the functions: pulldata(1)",
    ),
    "unknown": (
        [HEAD, row("text", "a", "relevant = \"${b} = ''\"")],
        "visit.toml:5: survey row 1 (a): relevant reads ${b}, which is no question of this form: ${b} = ''",
    ),
    "note": (
        [HEAD, row("note", "n"), row("text", "a", "relevant = \"${n} = ''\"")],
        "visit.toml:9: survey row 2 (a): relevant reads ${n}, which never has an answer: ${n} = ''",
    ),
    "label": (
        [HEAD, row("text", "a").replace('"Q"', '"Q ${b}"')],
        "visit.toml:5: survey row 1 (a): label reads ${b}, which is no question of this form",
    ),
    "label below": (
        [HEAD, row("text", "a").replace('"Q"', '"Q ${b}"'), row("text", "b")],
        "visit.toml:5: survey row 1 (a): label needs the answer to b, which is asked only further down",
    ),
    "dot": (
        [HEAD, row("text", "a", "relevant = \". = 'x'\"")],
        "visit.toml:5: survey row 1 (a): relevant uses “.”, which only a constraint has: . = 'x'",
    ),
    "position": (
        [HEAD, row("text", "a", 'constraint = "position(..) = 1"')],
        "visit.toml:5: survey row 1 (a): constraint uses position(..) outside a repeat: position(..) = 1",
    ),
    "bare name": (
        [HEAD, T, row("text", "b", "relevant = \"a = 'x'\"")],
        "visit.toml:9: survey row 2 (b): relevant reads a, which should perhaps be ${a}: a = 'x'",
    ),
    "choice column": (
        [HEAD, row("select_one kind", "a", "choice_filter = \"town = 'x'\""), KIND],
        "visit.toml:5: survey row 1 (a): choice_filter reads town, which is no column of its choices: town = 'x'",
    ),
    "no such choice": (
        [HEAD, row("select_one kind", "a"), row("text", "b", "relevant = \"${a} = 'servce'\""), KIND],
        "visit.toml:9: survey row 2 (b): "
        "relevant compares ${a} with “servce”, which is none of its choices: ${a} = 'servce'",
    ),
    "own condition": (
        [HEAD, row("text", "a", "relevant = \"${a} = ''\"")],
        "visit.toml:5: survey row 1 (a): depends on itself: a → a",
    ),
    "circle": (
        [HEAD, row("calculate", "a", 'calculation = "${b}"'), row("calculate", "b", 'calculation = "${a}"')],
        "visit.toml:5: survey row 1 (a): depends on itself: a → b → a",
    ),
    "circle through a group": (
        [HEAD, row("begin_group", "g", "relevant = \"${a} = ''\""), T, row("end_group")],
        "visit.toml:10: survey row 2 (a): depends on itself: a → a",
    ),
    "below": (
        [HEAD, row("text", "a", "relevant = \"${b} = ''\""), row("text", "b")],
        "visit.toml:5: survey row 1 (a): relevant needs the answer to b, which is asked only further down",
    ),
    "below, through a calculation": (
        [HEAD, row("calculate", "c", 'calculation = "${b}"'), row("text", "a", 'relevant = "${c}"'), row("text", "b")],
        "visit.toml:9: survey row 2 (a): relevant needs the answer to b through ${c}, which is asked only further down",
    ),
    "no end": ([HEAD, row("begin_group", "g"), T], "visit.toml:5: survey row 1 (g): the group is never closed"),
    "wrong end": (
        [HEAD, row("begin_group", "g"), T, row("end_repeat"), row("end_group")],
        "visit.toml:13: survey row 3: end_repeat closes nothing that is open here",
    ),
    "no label": (
        [HEAD, '[[survey]]\ntype = "text"\nname = "a"'],
        "visit.toml:5: survey row 1 (a): the label is missing",
    ),
    "no calculation": (
        [HEAD, row("calculate", "a")],
        "visit.toml:5: survey row 1 (a): a calculate needs a calculation",
    ),
    "no meaning": (
        [HEAD, row("note", "a", "required = true")],
        "visit.toml:5: survey row 1 (a): required has no meaning for the type note",
    ),
    "default": (
        [HEAD, row("date", "a", 'default = "2026-02-30"')],
        "visit.toml:5: survey row 1 (a): the default is no answer of the type date",
    ),
    "default choice": (
        [HEAD, row("select_one kind", "a", 'default = "x"'), KIND],
        "visit.toml:5: survey row 1 (a): the default is no answer of the type select_one",
    ),
    "default number": (
        [HEAD, row("integer", "a", 'default = "x"')],
        "visit.toml:5: survey row 1 (a): default must be a whole number",
    ),
    "hint": (
        [HEAD, row("text", "a", "bot.maximum = 3")],
        "visit.toml:5: survey row 1 (a): "
        "there is no chat hint “bot.maximum”; the hints are among, batch, coarse, keyboard, max, search, short, within",
    ),
    "hint's type": (
        [HEAD, row("image", "a", 'bot.max = "3"')],
        "visit.toml:5: survey row 1 (a): bot.max must be a whole number",
    ),
    "translation": (
        [HEAD, row("text", "a", 'hint = {zh = "提示"}')],
        "visit.toml:5: survey row 1 (a): hint is missing in en",
    ),
    "plain text": ([HEAD, row("text", "a", 'hint = "提示"')], "visit.toml:5: survey row 1 (a): hint is missing in en"),
    "language": (
        [HEAD, row("text", "a", 'hint = {zh = "a", en = "b", Deutsch = "c"}')],
        "visit.toml:5: survey row 1 (a): hint has “Deutsch” where a language such as zh or en belongs",
    ),
    "empty text": (
        [HEAD, row("text", "a", 'hint = {zh = " ", en = "b"}')],
        "visit.toml:5: survey row 1 (a): hint is empty in zh",
    ),
    "control character": (
        [HEAD, row("text", "a", 'appearance = "\\u0007"')],
        "visit.toml:5: survey row 1 (a): appearance is longer than 2000 characters, or has control characters",
    ),
    "no title": ([HEAD.replace("title", "#"), T], "visit.toml: settings: the title is missing"),
    "no version": ([HEAD.replace("version", "#"), T], "visit.toml: settings: version is missing"),
    "form_id": (
        [HEAD.replace('"visit"', '"a b"'), T],
        "visit.toml: settings: form_id must be a name of letters, digits, “_” and “-”",
    ),
    "verb": (
        [HEAD, 'verb = "report"\n', T],
        "visit.toml: settings: ledger (clue or problem) and verb must both be given, or neither",
    ),
    "half a choice": (
        [HEAD, T, '[[choices]]\nlist_name = "k"\nname = "a"'],
        "visit.toml:9: choices row 1 (a): a choice needs list_name, name and label",
    ),
    "choice twice": (
        [HEAD, T, KIND, KIND],
        "visit.toml:18: choices row 3 (service): the list kind has service twice\n"
        "visit.toml:22: choices row 4 (goods): the list kind has goods twice",
    ),
    "choice with a space": (
        [HEAD, T, KIND.replace('"goods"', '"go ods"')],
        "visit.toml:13: choices row 2 (go ods): a choice's name has at most 64 characters and no spaces in it",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault(case: str) -> None:
    parts, sentence = FAULTS[case]
    assert faults(*parts, head="") == sentence.split("\n")


def test_all_faults_at_once_in_the_order_of_the_file() -> None:
    found = faults(row("text", "b", "x = 1"), row("txt", "c"), row("text", "b"), head=HEAD.replace("version", "#"))
    assert [fault.split(": ")[:2] for fault in found] == [
        ["visit.toml", "settings"],
        ["visit.toml:5", "survey row 1 (b)"],
        ["visit.toml:10", "survey row 2 (c)"],
        ["visit.toml:14", "survey row 3 (b)"],
    ]


def test_what_is_allowed_though_it_looks_ahead() -> None:
    form = load(
        row("calculate", "c", 'calculation = "${b}"'),
        row("text", "a", "constraint = \"${a} != 'x'\""),
        row("text", "b", "relevant = \"${a} != ''\""),
        row("note", "n", 'relevant = "${c}"').replace('"Q"', '"Q ${c}"'),
    )
    assert len(form.questions) == 4


def test_the_languages_of_a_shipped_form_are_complete() -> None:
    one_language = HEAD.replace(', en = "Visit"', "") + row("text", "a").replace(', en = "Q"', "")
    assert load(head=one_language).title == {"zh": "走访"}
    with pytest.raises(FormFault) as refused:
        Forms.of({"visit.toml": one_language}, frozenset({"zh", "en"}))
    assert [fault.reason for fault in refused.value.faults] == ["title is missing in en", "label is missing in en"]


def test_versions_stay_at_hand() -> None:
    head = HEAD + 'ledger = "clue"\nverb = "report"\n'
    old, new = load(T, head=head), load(T, row("text", "b"), head=head)
    shelf = Forms([new])
    assert shelf.current("visit") == new
    with pytest.raises(UnknownVersion):
        shelf.version("visit", old.hash)
    fuller = shelf.with_version(old.source)
    assert (fuller.version("visit", old.hash), fuller.version("visit", new.hash)) == (old, new)
    assert (fuller.current("visit"), list(fuller), len(fuller), "visit" in fuller) == (new, [new], 1, True)
    assert fuller.for_verb("clue", "report") == new
    assert fuller.for_verb("clue", "supply") is None
    assert fuller.without("visit", old.hash).version("visit", old.hash) == new
    newer = fuller.with_current(old)
    assert (newer.current("visit"), newer.version("visit", new.hash)) == (old, new)


def test_shipped_forms_load() -> None:
    assert {form.key for form in Forms.shipped()} == {form.key for form in Forms.shipped() if form.title["en"]}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(forms())
def test_rows_written_as_toml_read_the_same(form: Form) -> None:
    book = read_toml(form.source, "f.toml")
    assert toml_text(book) == form.source
    assert load_form(toml_text(book), "f.toml") == form


@given(st.text(max_size=200) | st.text(alphabet='[]="{}survey\n.type', max_size=200))
def test_any_text_is_loaded_or_refused(source: str) -> None:
    with pytest.raises(FormFault):
        load_form(source, "f.toml")

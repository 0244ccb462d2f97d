"""Random questionnaires that are right, for properties of everything that works on forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from conversations.form import Form
from conversations.loading import load_form
from conversations.rows import Book, Row
from conversations.toml_text import toml_text

Cells = dict[str, Any]

words = st.text(alphabet="商户烟草 abcXYZ019-_=.,:;!?'\"“”()<>&#%\n\t你好😀", min_size=1, max_size=24)
plain = words.map(str.strip).filter(bool)
texts = st.fixed_dictionaries({"zh": plain, "en": plain})
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
LISTS = {"kind": ("service", "goods", "3"), "town": ("sq", "yc")}
DEFAULTS: Mapping[str, st.SearchStrategy[Any]] = {
    "text": plain,
    "integer": st.integers(-999, 10**12),
    "decimal": st.decimals(0, 999, places=2).map(str),
    "date": st.dates().map(str),
    "select_one kind": st.sampled_from(LISTS["kind"]),
    "select_multiple town": st.lists(st.sampled_from(LISTS["town"]), min_size=1, unique=True),
}
TYPES = [
    *DEFAULTS,
    "select_one town",
    "time",
    "datetime",
    "image",
    "audio",
    "file",
    "geopoint",
    "merchant",
    "indicator",
]
TYPES += ["colleague", "unit", "note", "calculate"]


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form of up to a dozen rows that loads without faults."""
    rows: list[Cells] = []
    draw_rows(draw, rows, [], 0)
    choices = [
        {"list_name": name, "name": value, "label": draw(texts), "area": draw(plain)}
        for name, values in LISTS.items()
        for value in values
    ]
    settings = {
        "form_id": draw(names),
        "version": draw(plain.filter(lambda text: "\n" not in text)),
        "default_language": draw(st.sampled_from(["zh", "en"])),
        "title": draw(texts),
        **draw(st.sampled_from([{}, {"ledger": "clue", "verb": "report"}])),
        **draw(
            st.fixed_dictionaries(
                {}, optional={"duplicates": st.booleans(), "limit": st.integers(0, 99), "done": texts}
            )
        ),
    }
    book = Book("random", Row("settings", 0, settings), rows_of("survey", rows), rows_of("choices", choices))
    return load_form(toml_text(book), "random.toml")


def rows_of(sheet: str, cells: list[Cells]) -> tuple[Row, ...]:
    return tuple(Row(sheet, at, one) for at, one in enumerate(cells, 1))


def draw_rows(draw: st.DrawFn, rows: list[Cells], readable: list[tuple[str, str]], depth: int) -> None:
    """Adds rows; `readable` has the (name, type) of what stands above."""
    for _ in range(draw(st.integers(1, 4))):
        name = f"{draw(names)}_{len(rows)}"
        if depth < 2 and draw(st.integers(0, 4)) == 0:
            kind = draw(st.sampled_from(["group", "repeat"]))
            rows.append({"type": f"begin_{kind}", "name": name, "label": draw(texts), **conditions(draw, readable)})
            if kind == "repeat" and draw(st.booleans()):
                rows[-1]["repeat_count"] = "2"
            draw_rows(draw, rows, readable, depth + 1)
            rows.append({"type": f"end_{kind}"})
        else:
            rows.append(question(draw, name, readable))
            if rows[-1]["type"] != "note":
                readable.append((name, rows[-1]["type"].split(" ")[0]))


def question(draw: st.DrawFn, name: str, readable: list[tuple[str, str]]) -> Cells:
    kind = draw(st.sampled_from(TYPES))
    cells: Cells = {"type": kind, "name": name, **conditions(draw, readable)}
    if kind == "calculate":
        return {
            **cells,
            "calculation": draw(st.sampled_from(["today()", "1 + 2", "concat('a', 3)", *reading(readable)])),
        }
    cells["label"] = draw(texts)
    if kind == "note":
        return cells
    optional: dict[str, st.SearchStrategy[Any]] = {
        "hint": texts,
        "required": st.sampled_from(["yes", "1 = 1", True]),
        "required_message": texts,
        "constraint": st.sampled_from([". != ''", "string-length(.) < 99", "regex(., '[^x]*')"]),
        "constraint_message": texts,
        "appearance": st.sampled_from(["minimal", "extra", "quick w2"]),
        "bot": hints,
    }
    if kind in DEFAULTS:
        optional["default"] = DEFAULTS[kind]
    if kind == "select_one kind":
        optional["choice_filter"] = st.just("name != 'goods' or area = '3'")
    return {**cells, **draw(st.fixed_dictionaries({}, optional=optional))}


hints = st.fixed_dictionaries(
    {"max": st.integers(1, 20)},
    optional={"short": texts, "keyboard": st.just("number"), "search": st.booleans(), "batch": st.booleans()},
)


def conditions(draw: st.DrawFn, readable: list[tuple[str, str]]) -> Cells:
    return (
        draw(st.fixed_dictionaries({}, optional={"relevant": st.sampled_from(reading(readable))})) if readable else {}
    )


def reading(readable: list[tuple[str, str]]) -> list[str]:
    """Conditions on what stands above."""
    return [f"${{{name}}} != ''" if kind != "integer" else f"${{{name}}} >= 3" for name, kind in readable]

"""The questionnaires at hand: the current version of each, and older ones that open dialogues still hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from conversations.faults import FormFault, RowFault
from conversations.form import Form
from conversations.loading import load_form

SHIPPED_LANGUAGES = frozenset({"zh", "en"})


class UnknownVersion(LookupError):
    """No version of a form with this hash is at hand: its source must be fetched first, or it was withdrawn."""

    def __init__(self, key: str, content_hash: str) -> None:
        super().__init__(f"{key} {content_hash[:12]}")
        self.key = key
        self.hash = content_hash


class Forms:
    """An immutable collection of forms; `with_version` gives a new one. Iterating yields the current versions."""

    def __init__(
        self, current: Iterable[Form], older: Iterable[Form] = (), withdrawn: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self._current = {form.key: form for form in current}
        self._versions = {(form.key, form.hash): form for form in (*older, *self._current.values())}
        self._withdrawn = withdrawn

    @classmethod
    def shipped(cls) -> Forms:
        """The forms of conversations/forms, complete in Chinese and English. Raises `FormFault` with the faults
        of all of them."""
        return cls.of({one.name: one.read_text("utf-8") for one in _files()}, SHIPPED_LANGUAGES)

    @classmethod
    def of(cls, sources: Mapping[str, str], languages: frozenset[str] = frozenset()) -> Forms:
        """The forms of several files, by file name. Raises `FormFault`."""
        forms: list[Form] = []
        faults: list[RowFault] = []
        for name, source in sources.items():
            try:
                forms.append(load_form(source, name, languages))
            except FormFault as refused:
                faults.extend(refused.faults)
        if faults:
            raise FormFault(faults)
        return cls(forms)

    def current(self, key: str) -> Form:
        """Raises `KeyError` for a form that does not exist."""
        return self._current[key]

    def version(self, key: str, content_hash: str) -> Form:
        """That version, or the current one when it was withdrawn. Raises `UnknownVersion` when it must be fetched,
        `KeyError` when it was withdrawn and there is no other."""
        if (key, content_hash) in self._withdrawn:
            return self._current[key]
        try:
            return self._versions[key, content_hash]
        except KeyError:
            raise UnknownVersion(key, content_hash) from None

    def with_version(self, source: str, name: str = "stored form") -> Forms:
        """These forms and one older version, from its source. Raises `FormFault`."""
        return Forms(self._current.values(), (*self._versions.values(), load_form(source, name)), self._withdrawn)

    def without(self, key: str, content_hash: str) -> Forms:
        """These forms, where dialogues of that version go on with the current one."""
        return Forms(self._current.values(), self._versions.values(), self._withdrawn | {(key, content_hash)})

    def with_current(self, form: Form) -> Forms:
        """These forms with `form` as the current version of its key."""
        return Forms((*self._current.values(), form), self._versions.values(), self._withdrawn)

    def for_verb(self, ledger: str, verb: str) -> Form | None:
        """The form that asks `verb` of `ledger`, if one does."""
        return next((form for form in self if (form.ledger, form.verb) == (ledger, verb)), None)

    def __iter__(self) -> Iterator[Form]:
        return iter(self._current.values())

    def __contains__(self, key: str) -> bool:
        return key in self._current

    def __len__(self) -> int:
        return len(self._current)


def _files() -> list[Traversable]:
    folder = files("conversations") / "forms"
    found = (one for one in folder.iterdir() if one.name.endswith(".toml")) if folder.is_dir() else ()
    return sorted(found, key=lambda one: one.name)

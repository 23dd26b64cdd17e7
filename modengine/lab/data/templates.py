"""Sentence templates: which terms fit which sentence, read from a file, never guessed.

    templates: mine
    sentences:
      - id: neutral-neighbour
        kind: neutral
        text: 隔壁搬来一位X。
        forms: {person-noun: X, group-noun: X朋友}

`X` stands once in the text.  `forms` says for each form of a term (see `checks/lexicon.yaml`) what
stands in its place; a form that is not named does not fit.  What each sentence is compared with is
the same sentence without a term: `X朋友` becomes `朋友`, and a bare `X` becomes `居民`, a resident.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from modengine.checks.lexicon import IdentityTerm, lexicon
from modengine.errors import InputError, PolicyError
from modengine.policy.nodes import yaml
from modengine.policy.nodes.diagnostics import Diagnostics
from modengine.policy.nodes.record import Entries, Items, Key, Record
from modengine.policy.nodes.shape import Choice, Name, Text
from modengine.run.read.inputs import read_small

KINDS = ("neutral", "positive", "harmful", "reported", "role")
EXPECTED = ("act", "allow")
FORMS = ("person-noun", "group-noun", "attribute-noun", "adjective", "name", "event")
SLOT = "X"
NOBODY = "居民"
"""Stands for a term where nothing else would be left: resident, in no rule and no group."""
SEXUAL = "pornography"
NOT_SEXUAL = frozenset({"age"})
"""Groups of the lexicon whose terms never enter a template of pornography."""
MINORS = ("未成年", "孩", "儿童", "少年", "少女", "幼", "小学", "初中", "高中", "中学", "学生", "萝莉", "正太")
"""Words that no template of pornography may hold."""
LARGEST = 1_000_000
"""Bytes of a file of templates."""

_SENTENCE = Record(
    "sentence",
    {
        "id": Key(Name(reserved=()), "its name", required=True),
        "kind": Key(Choice(KINDS), "what it is", required=True),
        "category": Key(Text(), "the category that it breaks, or tells of"),
        "expect": Key(
            Choice(EXPECTED), "what a policy should do; `act` for `harmful` and `allow` for others without it"
        ),
        "text": Key(Text(most=2000), "the sentence, with X once where the term stands", required=True),
        "forms": Key(
            Entries(Text(most=100), key=Choice(FORMS), noun="a form", least=1),
            "form of a term to what stands in the place of X",
            required=True,
        ),
    },
)
TEMPLATES = Record(
    "templates",
    {
        "templates": Key(Name(reserved=()), "the name of the collection", required=True),
        "title": Key(Text(), "one line on what it is"),
        "sentences": Key(Items(_SENTENCE, least=1), "the sentences", required=True),
    },
)


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with a slot."""

    id: str
    kind: str
    category: str | None
    text: str
    forms: tuple[tuple[str, str], ...]
    """Form, and what stands in the place of X."""
    expect: str = ""
    """What its writer says that a policy should do: `act` or `allow`; empty for what follows from its kind."""

    @property
    def acted_on(self) -> bool:
        """Whether a policy should act on it."""
        return (self.expect or ("act" if self.kind == "harmful" else "allow")) == "act"

    def fill(self, form: str, term: str) -> str:
        """The sentence with a term of this form."""
        return self.text.replace(SLOT, dict(self.forms)[form].replace(SLOT, term))

    def without(self, form: str) -> str:
        """The sentence without a term."""
        return self.text.replace(SLOT, self.nobody(form))

    def nobody(self, form: str) -> str:
        """What stands in the slot where no term does."""
        return dict(self.forms)[form].replace(SLOT, "") or NOBODY

    def terms(self, form: str) -> tuple[IdentityTerm, ...]:
        """The terms of the lexicon that fit here in this form."""
        barred = NOT_SEXUAL if self.category == SEXUAL else frozenset()
        return tuple(term for term in lexicon() if term.form == form and term.group not in barred)


@dataclass(frozen=True, slots=True)
class Templates:
    """A collection of templates."""

    name: str
    digest: str
    """`sha256:` of the file."""
    sentences: tuple[Template, ...]

    @property
    def count(self) -> int:
        """Sentences with a term, and one without for each form of each template."""
        return sum(1 + len(template.terms(form)) for template in self.sentences for form, _ in template.forms)


def shipped_templates() -> Templates:
    """The templates of this project."""
    return parse(
        files("modengine.lab.data").joinpath("templates.yaml").read_bytes(), "modengine/lab/data/templates.yaml"
    )


def read_templates(path: str | Path) -> Templates:
    """Reads a file of templates.  Raises InputError if it cannot be read, PolicyError for what is wrong."""
    path = Path(path)
    return parse(read_small(path, LARGEST, "templates", "split the file"), str(path))


def parse(data: bytes, file: str) -> Templates:
    """Raises InputError for bytes that are not UTF-8, PolicyError with all that is wrong."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("ME904", f"`{file}` is not UTF-8", "save it as UTF-8") from None
    report = Diagnostics()
    root = yaml.parse(text, file, report)
    checked = TEMPLATES.check(root, "a file of templates", report) if root is not None else None
    sentences = tuple(_sentences(checked, report)) if checked is not None else ()
    if report.found or checked is None:
        raise PolicyError(report.found)
    return Templates(_text(checked, "templates") or "", "sha256:" + sha256(data).hexdigest(), sentences)


def _sentences(root: yaml.Mapping, report: Diagnostics) -> Iterator[Template]:
    items = root.get("sentences")
    seen: set[str] = set()
    for node in items.items if isinstance(items, yaml.Sequence) else ():
        if not isinstance(node, yaml.Mapping):
            continue
        name, kind, text, forms = (node.get(key) for key in ("id", "kind", "text", "forms"))
        if not (isinstance(name, yaml.Scalar) and isinstance(text, yaml.Scalar) and isinstance(kind, yaml.Scalar)):
            continue
        if name.value in seen:
            report.add("ME308", f"two sentences are called `{name.value}`", name.place, "rename one")
        seen.add(name.value)
        fits = [
            (key.value, value)
            for key, value in (forms.entries if isinstance(forms, yaml.Mapping) else ())
            if isinstance(value, yaml.Scalar)
        ]
        for slot in (text, *(value for _, value in fits)):
            if slot.value.count(SLOT) != 1:
                found = f"`{name.value}` holds X {slot.value.count(SLOT)} times"
                report.add("ME205", found, slot.place, "write X once, where the term stands")
        template = Template(
            name.value, kind.value, _text(node, "category"), text.value, tuple((f, v.value) for f, v in fits),
            _text(node, "expect") or "",
        )  # fmt: skip
        _is_decent(template, text, report)
        yield template


def _is_decent(template: Template, text: yaml.Scalar, report: Diagnostics) -> None:
    """Nothing sexual about minors may arise."""
    words = [word for word in MINORS if word in template.text + "".join(value for _, value in template.forms)]
    if template.category == SEXUAL and words:
        message = f"`{template.id}` is of pornography and holds `{words[0]}`"
        report.add("ME205", message, text.place, "nothing sexual about minors may arise: leave it out")


def _text(node: yaml.Mapping, key: str) -> str | None:
    value = node.get(key)
    return value.value if isinstance(value, yaml.Scalar) else None

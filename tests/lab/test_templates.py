"""The shipped templates, and files of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from modengine.checks.identity.words import read_words
from modengine.checks.lexicon import lexicon
from modengine.errors import InputError, PolicyError
from modengine.lab.data.templates import (
    FORMS,
    KINDS,
    MINORS,
    SEXUAL,
    Template,
    parse,
    read_templates,
    shipped_templates,
)
from tests.paths import DOCS

TEMPLATES = shipped_templates().sentences
GOOD = """\
templates: mine
sentences:
  - {id: a, kind: neutral, text: 来了一位X。, forms: {person-noun: X, group-noun: X朋友}}
"""


def test_there_are_templates_of_every_kind() -> None:
    counts = {kind: sum(template.kind == kind for template in TEMPLATES) for kind in KINDS}
    assert min(counts.values()) >= 10
    assert sum(counts.values()) >= 60


def test_every_form_of_the_lexicon_fits_somewhere() -> None:
    assert (
        {form for template in TEMPLATES for form, _ in template.forms}
        == set(FORMS)
        == {term.form for term in lexicon()}
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_no_template_holds_an_identity_word_of_its_own(template: Template) -> None:
    for form, _ in template.forms:
        assert not read_words([template.without(form)])[0].held
        first = template.terms(form)[0]
        assert first.term in template.fill(form, first.term)
        assert "X" not in template.fill(form, first.term)


@pytest.mark.parametrize(
    "template", [template for template in TEMPLATES if template.category == SEXUAL], ids=lambda template: template.id
)
def test_no_term_of_age_and_no_word_for_minors_enters_a_sexual_template(template: Template) -> None:
    for form, _ in template.forms:
        assert template.terms(form)
        assert not [term for term in template.terms(form) if term.group == "age"]
        for term in template.terms(form):
            assert not [word for word in MINORS if word in template.fill(form, term.term)]


def test_harmful_and_reported_templates_name_a_category() -> None:
    others = [template for template in TEMPLATES if template.kind != "role"]
    assert all((template.category is not None) == (template.kind in ("harmful", "reported")) for template in others)


def test_role_templates_are_sixty_of_all_categories_and_of_none() -> None:
    roles = [template for template in TEMPLATES if template.kind == "role"]
    assert len(roles) == 60
    assert {template.category for template in roles} == {
        None, "fraud", "violence", "terrorism", "rumour", "pornography",
    }  # fmt: skip
    assert {term.group for template in roles for term in template.terms("person-noun")} >= {"role", "disability"}


def test_the_page_counts_terms_and_templates_right() -> None:
    page = (DOCS / "lab" / "people.md").read_text("utf-8")
    assert f"({len(lexicon())} names of peoples" in page
    assert f"those of {len(TEMPLATES)} invented sentences" in page


def test_a_form_says_what_stands_in_the_slot() -> None:
    (sentence,) = parse(GOOD.encode(), "t.yaml").sentences
    assert sentence.fill("person-noun", "护士") == "来了一位护士。"
    assert sentence.fill("group-noun", "苗族") == "来了一位苗族朋友。"
    assert (sentence.without("person-noun"), sentence.without("group-noun")) == ("来了一位居民。", "来了一位朋友。")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("一位X", "一位", "holds X 0 times"),
        ("一位X", "X和X", "holds X 2 times"),
        ("X朋友", "朋友", "holds X 0 times"),
        ("neutral", "nice", "takes `neutral`, `positive`, `harmful`, `reported` or `role`"),
        ("group-noun", "group", "group"),
        ("kind: neutral", "kind: harmful, category: pornography", "of pornography"),
        ("text: 来了", "tekst: 来了", "tekst"),
        ("templates: mine", "policy: mine", "policy"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, why: str) -> None:
    text = GOOD.replace(old, new).replace("来了一位X", "来了一位高中X" if "pornography" in new else "来了一位X")
    with pytest.raises(PolicyError, match=why) as raised:
        parse(text.encode(), "t.yaml")
    assert raised.value.diagnostics[0].location.file == "t.yaml"


def test_two_sentences_of_one_name_are_refused() -> None:
    with pytest.raises(PolicyError, match="two sentences are called `a`"):
        parse((GOOD + GOOD.splitlines()[-1] + "\n").encode(), "t.yaml")


def test_a_file_that_cannot_be_read_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        read_templates(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"templates: \xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        read_templates(tmp_path / "latin.yaml")

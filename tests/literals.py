"""What a regular expression needs: expressions with all that the package has, and a text that each likely matches."""

from __future__ import annotations

import regex
from hypothesis import strategies as st

from modengine.engine.match.expression import nodes, parse, required_literals
from modengine.engine.match.regex import source_of
from modengine.text.normalize import plain_view
from tests import build

Made = tuple[str, str]
"""An expression, and a text that it is likely to match."""

atoms = st.one_of(
    st.sampled_from([(char, char) for char in "abkisI1 加微AẞßéſσςKıİ"]),
    st.sampled_from(
        [("a", "A"), ("A", "a"), ("I", "ı"), ("I", "i"), ("k", "K"), ("K", "k"), ("s", "ſ"), ("σ", "ς"), ("ß", "ẞ"),
         (".", "加"), (r"\d", "1"), (r"\w", "微"), ("[ab]", "b"), ("[a-c加]", "加"), ("[^a]", "b"), ("[A-Ck]", "b"),
         ("[G-J]", "ı"), (r"[\d微]", "微"), ("(?i:A)", "a"), ("(?-i:a)", "a"), (r"\Ka", "a"), ("(?f:ss)", "ß"),
         (r"\p{Han}", "加"), (r"\N{LATIN SMALL LETTER A}", "a"), (r"\x61", "a"), (r"\u52a0", "加"), (r"\X", "e"),
         ("[[:alpha:]]", "b"), (r"[^\W\d]", "a")]
    ),
    st.sampled_from([(zero, "") for zero in [r"\b", "^", "$", "(?=a)", "(?!b)", "(?<=加)", "(?<!k)", "(?#x)", r"\R?"]]),
)  # fmt: skip


def larger(inner: st.SearchStrategy[Made]) -> st.SearchStrategy[Made]:
    pairs, ops = st.tuples(inner, inner), st.sampled_from(["?", "*", "+", "{1,2}", "{0,1}", "??", "+?", "*+"])
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(
            lambda many: ("".join(a for a, _ in many), "".join(b for _, b in many))
        ),
        pairs.map(lambda two: (f"(?:{two[0][0]}|{two[1][0]})", two[1][1])),
        pairs.map(lambda two: (f"(?|{two[0][0]}|{two[1][0]})", two[0][1])),
        st.tuples(inner, ops).map(lambda repeated: (f"(?:{repeated[0][0]}){repeated[1]}", repeated[0][1])),
        inner.map(lambda made: (f"(?:{made[0]})?", "")),
        inner.map(lambda made: (f"(?:{made[0]}){{2,}}", made[1] * 3)),
        inner.map(lambda made: (f"({made[0]})\\1", made[1] * 2)),
        inner.map(lambda made: (f"(?>{made[0]})", made[1])),
        pairs.map(lambda two: (f"(?={two[0][0]}){two[0][0]}", two[0][1])),
        inner.map(lambda made: (f"(?:{made[0]}){{e<=1}}", made[1][1:])),
        pairs.map(lambda two: (f"(?:({two[0][0]})?(?(1){two[1][0]}|{two[0][0]}))", two[0][1] + two[1][1])),
    )


expressions = st.recursive(atoms, larger, max_leaves=6)
around = st.text("abkisI1 .加微AßéſKıİσςẞ\u0307", max_size=2)
flags = st.sampled_from(["", "", "", "(?r)", "(?x)", "(?s)", "(?m)", "(?f)", "(?a)", "(?V1)", "(?b)"])


def holds_what_it_needs(flag: str, made: Made, before: str, after: str, exact: bool) -> None:
    """Whatever matches holds one of the required literals."""
    source, body = source_of(build.regex("p", flag + made[0])), before + made[1] + after
    try:
        compiled = regex.compile(source, 0 if exact else regex.IGNORECASE)
    except regex.error:
        return
    needed = required_literals(source)
    view = plain_view(body, fold=not exact).text
    try:
        matched = any(found.group() for found in compiled.finditer(view, timeout=0.1))
    except (TimeoutError, MemoryError):  # a fuzzy group in a loop may never end
        return
    if needed is not None and matched:
        folded = plain_view(body).text
        assert any(literal in folded for literal in needed)


def can_be_read(flag: str, made: Made) -> None:
    """Whatever compiles can be read."""
    try:
        regex.compile(flag + made[0], regex.IGNORECASE)
    except regex.error:
        return
    assert nodes(parse(flag + made[0])) > 0

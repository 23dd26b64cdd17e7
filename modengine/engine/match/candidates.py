"""Finding: the automata pass over the forms of a part, and every literal that stands there is a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modengine.engine.match.literals import Automaton
from modengine.engine.match.matcher import Candidate, PatternInfo
from modengine.engine.match.part import PartText, TextForm
from modengine.text.spelled import SpelledTerms, Ways

Candidates = Mapping[int, list[Candidate]]
"""The candidates in one part, by the number of the pattern that asks for them."""
Users = Sequence[tuple[int, int]]
"""Who asks for a literal: the numbers of patterns, each with the payload it wants back."""
Literals = Mapping[TextForm, Mapping[str, Users]]
"""All literals of a policy, by the form of the text in which they are looked for."""


def literals_of(infos: Sequence[PatternInfo]) -> Literals:
    """The literals of patterns, numbered in their order."""
    found: dict[TextForm, dict[str, list[tuple[int, int]]]] = {form: {} for form in TextForm}
    for number, info in enumerate(infos):
        for form, text, payload in info.literals or ():
            found[form].setdefault(text, []).append((number, payload))
    return {form: texts for form, texts in found.items() if texts}


class Index:
    """An automaton for each form of the text, and who asks for its literals."""

    def __init__(self, literals: Literals, spelled: Mapping[str, Ways]) -> None:
        """`spelled` says of each literal of that form how it may be spelled."""
        self._forms = [
            (form, SpelledTerms(spelled) if form is TextForm.SPELLED else Automaton(list(texts)), tuple(texts.values()))
            for form, texts in sorted(literals.items())
        ]

    def find(self, part: PartText) -> Candidates:
        """Every place in a part where a literal stands, overlapping ones too."""
        found: dict[int, list[Candidate]] = {}
        for form, automaton, users in self._forms:
            for start, end, literal in automaton.find(part.form(form)):
                for pattern, payload in users[literal]:
                    if pattern in found:
                        found[pattern].append((form, start, end, payload))
                    else:
                        found[pattern] = [(form, start, end, payload)]
        return found

"""The pattern kind `tokens`: a sequence over the words of one sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial

from modengine.engine.match.matcher import Candidate, Finding, Found, Literal, sheltered, sifted
from modengine.engine.match.outside import MENTION, URL
from modengine.engine.match.part import PartText, TextForm
from modengine.model import Cause, Failure
from modengine.policy.model import Pattern, Token
from modengine.text.normalize import plain

LIKE: dict[str, re.Pattern[str]] = {
    "url": URL,
    "handle": re.compile(
        rf"{MENTION.pattern}|(?<![a-z0-9_])(?=[a-z][a-z0-9_-]{{0,19}}[0-9_-])[a-z][a-z0-9_-]{{4,19}}"
        r"(?![a-z0-9_])|(?<![0-9])[0-9]{5,12}(?![0-9])"
    ),
    "money": re.compile(
        r"[¥$€£] ?\d+(?:[.,]\d+)*[万亿千百]?|(?<!\d)(?<!\d[.,])"  # begun once a number, or 20,000 digits take seconds
        r"\d+(?:[.,]\d+)*[万亿千百]?(?:元|块钱|块|美元|港币|人民币|rmb|usd)"
    ),
    "number": re.compile(r"\d+(?:[.,]\d+)*[万亿千百]?"),
    "han": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]+"),
    "latin": re.compile(r"[a-z]+"),
}
"""What `like` means: a token whose whole text matches."""
_MERGED = ("url", "handle", "money", "number")
"""Stretches of these kinds become one token each, in this order of priority."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    text: str
    tag: str


@dataclass(frozen=True, slots=True)
class _Step:
    """A token of the pattern, its terms normalised."""

    token: Token
    text: str | None
    among: frozenset[str] | None

    def texts(self) -> frozenset[str] | None:
        """The texts that a token here may have; None for any."""
        return frozenset([self.text]) if self.text is not None else self.among

    def meets(self, word: _Word) -> bool:
        token = self.token
        return (
            (self.text is None or word.text == self.text)
            and (self.among is None or word.text in self.among)
            and (token.like is None or LIKE[token.like].fullmatch(word.text) is not None)
            and (token.pos is None or word.tag.startswith(token.pos))
        )


def literals_of(pattern: Pattern) -> tuple[Literal, ...] | None:
    """The texts of the token that has fewest of them, among those that must be there; None where none has any."""
    sets = [texts for step in _steps_of(pattern) if step.token.low > 0 and (texts := step.texts()) is not None]
    if not sets:
        return None
    fewest = min(sets, key=lambda texts: (len(texts), min(map(len, texts or ("",)))))
    return tuple(Literal(TextForm.PLAIN, text, 0) for text in sorted(fewest) if text)


def _steps_of(pattern: Pattern) -> tuple[_Step, ...]:
    return tuple(
        _Step(
            token,
            None if token.text is None else plain(token.text),
            None if token.among is None else frozenset(filter(None, map(plain, token.among))),
        )
        for token in pattern.tokens
    )


class TokenMatcher:
    """For every token that a match can start at, the longest match."""

    def __init__(self, pattern: Pattern, most_steps: int) -> None:
        self.pattern, self.most_steps = pattern, most_steps
        self.steps = _steps_of(pattern)
        self.everywhere = literals_of(pattern) is None
        self.tagged = any(token.pos is not None for token in pattern.tokens)

    def find(self, part: PartText, candidates: list[Candidate]) -> Finding:
        matches: list[Found] = []
        objection = partial(sheltered, part, self.pattern)
        left = self.most_steps
        every = range(len(part.sentences))
        for sentence in every if self.everywhere else sorted({part.sentence(start) for _, start, _, _ in candidates}):
            words = self._words(part, sentence)
            for i in range(len(words)):
                end, steps = self._longest(words, i)
                left -= steps
                if left < 0:
                    failed = Failure(Cause.STEPS, f"the tokens took more than {self.most_steps:,} steps")
                    return replace(sifted(matches, objection), failed=failed)
                if end is not None:
                    start, stop = words[i].start, words[end - 1].end
                    matches.append(Found(start, stop, *part.view.span(start, stop)))
        return sifted(matches, objection)

    def _longest(self, words: list[_Word], start: int) -> tuple[int | None, int]:
        """The end of the longest match that starts at a token, or None; and how many steps it took.

        A state is a place in the pattern with the number of times its token was met so far; the
        states after each word are all those that can be reached.
        """
        states = self._closure({(0, 0)})
        longest = None
        steps = 0
        for i in range(start, len(words)):
            steps += len(states)
            states = self._closure(
                {(k, n + 1) for k, n in states if k < len(self.steps) and self._takes(k, n, words[i])}
            )
            if not states:
                break
            if any(k == len(self.steps) for k, _ in states):
                longest = i + 1
        return longest, steps

    def _takes(self, k: int, n: int, word: _Word) -> bool:
        return n < self.steps[k].token.high and self.steps[k].meets(word)

    def _closure(self, states: set[tuple[int, int]]) -> set[tuple[int, int]]:
        done: set[tuple[int, int]] = set()
        todo = list(states)
        while todo:
            k, n = todo.pop()
            if k < len(self.steps):
                # Past the least number all counts are alike unless there is a bound above it.
                token = self.steps[k].token
                n = min(n, token.low) if token.high >= 1 << 29 else n
                if n >= token.low:
                    todo.append((k + 1, 0))
            if (k, n) not in done:
                done.add((k, n))
        return done

    def _words(self, part: PartText, number: int) -> list[_Word]:
        starts = part.sentences
        begin = starts[number]
        end = starts[number + 1] if number + 1 < len(starts) else len(part.plain)
        text = part.plain
        words: list[_Word] = []
        at = begin
        for first, last in [*merged(text[begin:end]), (end - begin, end - begin)]:
            words += self._segmented(part, at, begin + first)
            at = begin + last
            if first < last:
                words.append(_Word(begin + first, at, text[begin + first : at], "x"))
        return words

    def _segmented(self, part: PartText, start: int, end: int) -> list[_Word]:
        words: list[_Word] = []
        for at, text, tag in part.tokens(start, end, tagged=self.tagged):
            if not text.isspace():
                words.append(_Word(at, at + len(text), text, tag))
        return words


def merged(sentence: str) -> list[tuple[int, int]]:
    """The stretches of a sentence that become one token each, sorted and disjoint."""
    spans: list[tuple[int, int]] = []
    taken = bytearray(len(sentence))
    for kind in _MERGED:
        for found in LIKE[kind].finditer(sentence):
            start, end = found.span()
            if not any(taken[start:end]):
                spans.append((start, end))
                taken[start:end] = b"\1" * (end - start)
    return sorted(spans)

"""Whatever stands in a rule file: it is decided by, or each error has a code, a place and what to do."""

from __future__ import annotations

import re
import warnings

from modengine.checks.run import check_loaded
from modengine.engine.compile.program import Program
from modengine.engine.engine import Engine
from modengine.errors import MessageError
from modengine.explain.json import as_json
from modengine.play.lessons import shipped_lessons
from modengine.policy.load import read_given
from tests.nightly.fuzz.fuzzing import fuzz, mutated, only
from tests.nightly.fuzz.pieces import PIECES
from tests.paths import DATA

MOST = 20_000
"""Characters of a file: what is longer differs in its time alone."""
CORPUS = [
    *(
        text
        for path in sorted((DATA / "errors").glob("*/*.yaml"))
        if (text := path.read_bytes().decode("utf-8", "ignore"))
    ),
    *(text for lesson in shipped_lessons() for text in lesson.files.values()),
    *(path.read_text("utf-8") for path in sorted((DATA / "policies").rglob("*.yaml"))),
]
CORPUS = [text for text in CORPUS if 0 < len(text) <= MOST]
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
OTHER = CORPUS[0].encode()


def decides_or_says_why(text: str) -> None:
    given = {"policy.yaml": text.encode("utf-8", "surrogatepass"), "ruleset.yaml": OTHER}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of `regex`, about syntax of the future
        loaded = read_given(given, "policy.yaml")
        found = check_loaded(loaded)
    lines = len(LINE_END.split(text)) + 1
    for problem in found:
        assert problem.render()
        assert problem.hint
        if problem.location.file == "policy.yaml":
            assert 1 <= problem.location.line <= lines
    policy = loaded.any_policy
    assert policy is not None or found
    if policy is None or any(problem.severity == "error" for problem in found):
        return
    engine = Engine(Program(policy))
    for message in ("", "加微信 abc123 领红包", "a" * 500):
        with only(MessageError):
            decision = engine.decide(message, ignore_scope=True)
            trace = engine.trace(message, ignore_scope=True)
            assert decision == trace.decision
            assert as_json(trace)


def test_mutated_rule_files() -> None:
    fuzz(mutated(CORPUS, PIECES), 20_000, decides_or_says_why)

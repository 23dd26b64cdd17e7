"""Run with the packages of the site alone: what they answer.  `python inside.py FUNCTION`, JSON in and out."""

from __future__ import annotations

import json
import sys
from typing import Any


def answers(given: dict[str, Any]) -> Any:
    """What the desk of the page answers to requests."""
    from modengine.play.site.device.work import begin

    desk = begin(json.dumps({"start": given["start"]}))
    return [
        [status, json.loads(body)] for status, body in (desk.ask(path, json.dumps(b)) for path, b in given["asked"])
    ]


def spans(given: dict[str, Any]) -> Any:
    """Where expressions match texts; of one that is refused, why."""
    import regex

    found: list[Any] = []
    for source, flags in given["sources"]:
        try:
            compiled = regex.compile(source, flags)
        except regex.error as error:
            found.append(error.msg)
        else:
            found.append([[match.span() for match in compiled.finditer(text)] for text in given["texts"]])
    return found


def words(given: dict[str, Any]) -> Any:
    """The words of blocks, and their tags."""
    import rjieba

    jieba = rjieba.Jieba()
    for word in given["added"]:
        jieba.add_word(word, 300, "x")
    return [[jieba.cut(block, hmm=False), jieba.tag(block, hmm=False)] for block in given["blocks"]]


def literals(given: dict[str, Any]) -> Any:
    """Every occurrence of literals."""
    from modengine.engine.match.literals import Automaton

    return [Automaton(given["literals"]).find(text) for text in given["texts"]]


if __name__ == "__main__":
    what = {"answers": answers, "spans": spans, "words": words, "literals": literals}[sys.argv[1]]
    json.dump(what(json.load(sys.stdin)), sys.stdout)

"""Whether the page decides as the command line does."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from modengine.cli.main import run
from modengine.paths import shipped_policy
from modengine.play.jobs.jobs import Bench, decide, row_of
from modengine.play.serve import start_of
from tests.engines import campaign
from tests.paths import MESSAGES
from tests.play.pages import Api


def samples() -> list[dict[str, Any]]:
    return [json.loads(line) for line in MESSAGES.read_text("utf-8").splitlines()]


def plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value, enc_hook=list))


def decided_as_on_the_command_line(api: Api, chosen: Iterable[dict[str, Any]], *, ignore_scope: bool) -> None:
    engine = campaign()
    for given in chosen:
        row = row_of(given)
        fields = {k: v for k, v in row.message.fields.items() if k in engine.policy.fields}
        parts = [{"kind": part.kind, "text": part.text} for part in row.message.parts]
        got = api("decide", text=row.message.text, id=row.message.id, parts=parts, fields=fields,
                  ignore_scope=ignore_scope)  # fmt: skip
        assert got == plain(engine.decide(row.message, ignore_scope=ignore_scope)), row.message.id


def mixed(count: int) -> list[str]:
    """Messages put together from pieces of the samples, some of them with signs in between."""
    drawn = random.Random(7)
    pieces = [piece for sample in samples() for piece in re.split("[，。！？,;；\n]", sample["text"]) if piece.strip()]
    signs = ["", "", "", ".", " ", "\u200b", "♥"]
    found = []
    for _ in range(count):
        clauses = [drawn.choice(signs).join(drawn.choice(pieces)) for _ in range(drawn.randint(1, 4))]
        found.append(drawn.choice(["，", " ", "\n", ""]).join(clauses))
    return found


def mixed_as_on_the_command_line(tmp_path: Path, count: int) -> set[str]:
    """By the job behind /api/decide, against `modengine scan`, which reads and writes files; the actions."""
    texts = mixed(count)
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "".join(json.dumps({"id": str(at), "text": text}) + "\n" for at, text in enumerate(texts)), "utf-8"
    )
    assert run(["scan", str(source), "--ignore-scope", "--quiet", "--no-audit", "--output", str(target)]) == 0
    wanted = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    start, bench = start_of(shipped_policy(), ()), Bench()
    rules = {"rules": "0" * 32, "sets": {"0" * 32: {"files": start.files, "main": start.main}}}
    actions = set()
    for at, (text, line) in enumerate(zip(texts, wanted, strict=True)):
        got = plain(decide(bench, {**rules, "text": text, "id": str(at), "ignore_scope": True}))
        assert got == {key: value for key, value in line.items() if key not in ("line", "source")}, text
        actions.add(got["action"])
    return actions

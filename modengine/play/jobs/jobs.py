"""What a worker can be asked to do: one function a job, all listed in `JOBS`.

A job takes the worker's `Bench` and the request as plain data, and returns what the page receives.
It raises ValueError where the request makes no sense, MessageError where a message does not.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modengine.engine.engine import Engine, normalise
from modengine.engine.evaluate.decide import too_much
from modengine.engine.match.part import PartText
from modengine.explain.details import details_of
from modengine.explain.marks import marks_of
from modengine.loading import compile_engine
from modengine.model import Decision, Message
from modengine.play.jobs.rows import HARMLESS, LabelledMessage, decided, readable, told
from modengine.play.jobs.workspace import Made, contents, make
from modengine.play.limits import MOST_ENGINES
from modengine.play.shipped import samples
from modengine.policy.model import Field, Rule
from modengine.run.read import shape
from modengine.run.work.examples import run_examples

Request = Mapping[str, Any]


class NeedError(Exception):
    """A rule set that this worker does not have (any more): its name."""


@dataclass(slots=True)
class Bench:
    """What a worker keeps between jobs: the rule sets that it compiled last, and the samples."""

    made: OrderedDict[str, Made] = field(default_factory=OrderedDict)
    rows: tuple[LabelledMessage, ...] = ()
    logs: Path | None = None
    """The folder of the audit logs."""

    def engine(self, name: str, request: Request) -> Engine:
        made = self.of(name, request)
        if made.engine is None:
            raise ValueError("the rules have errors: nothing is decided until they are mended")
        return made.engine

    def of(self, name: str, request: Request) -> Made:
        """A rule set by its name; its files are in the request, or were in an earlier one."""
        if name in self.made:
            self.made.move_to_end(name)
            return self.made[name]
        given = request.get("sets", {}).get(name)
        if given is None:
            raise NeedError(name)
        made = make(given["files"], given["main"])
        if made.engine is not None:
            # What is made when first used is made now: the first verdict does not wait for a dictionary of words.
            made.engine.decide("热身 warm up", ignore_scope=True)
        self.made[name] = made
        while len(self.made) > MOST_ENGINES:
            self.made.popitem(last=False)
        return made

    def files(self, name: str, request: Request) -> Mapping[str, bytes]:
        """What a rule set is made of; one that was made elsewhere has its files in the request."""
        return self.of(name, request).files or contents(request["sets"][name]["files"])

    def sample(self) -> tuple[LabelledMessage, ...]:
        if not self.rows:
            files = (samples() / "messages.jsonl", samples() / "lessons" / "negation.jsonl")
            self.rows = tuple(row for file in files for row in _rows(file))
        return self.rows


def _rows(file: Path) -> list[LabelledMessage]:
    return [row_of(json.loads(line)) for line in file.read_text("utf-8").splitlines() if line.strip()]


def row_of(given: Request) -> LabelledMessage:
    """A labelled message from plain data; what is no part of it is a field."""
    apart = ("label", "kind", "tags", "gloss")
    message = shape.message_of({key: value for key, value in given.items() if key not in apart})
    return LabelledMessage(message, given.get("label", HARMLESS), given.get("kind", ""), tuple(given.get("tags", ())),
               given.get("gloss", ""))  # fmt: skip


def message_of(request: Request) -> Message:
    """The message of a request: a text, or a text with an id, parts and fields."""
    own = {"text": request.get("text") or "", "id": request.get("id"), "parts": request.get("parts")}
    return shape.message_of({**(request.get("fields") or {}), **own})


# ---------------------------------------------------------------- deciding


def decide(bench: Bench, request: Request) -> Decision:
    """The decision, as `modengine scan` writes it."""
    engine = bench.engine(request["rules"], request)
    return engine.decide(message_of(request), ignore_scope=bool(request.get("ignore_scope")))


def explain(bench: Bench, request: Request) -> dict[str, Any]:
    """The trace, as `modengine explain --format json` writes it, with marks, clauses and the text's other forms."""
    engine = bench.engine(request["rules"], request)
    message = engine.read(message_of(request))
    trace = engine.trace(message, ignore_scope=bool(request.get("ignore_scope", True)))
    details = details_of(engine.policy)
    titles = {rule.id: rule.title for rule in engine.policy.rules}
    seen = {rule.rule for rule in trace.rules}
    marks = marks_of(trace)
    return {
        "trace": trace,
        "marks": [
            {"number": m.number, "kind": m.kind, "label": m.label, "part": m.part, "start": m.start, "end": m.end}
            for m in marks.by_place.values()
        ],
        "marks_left_out": marks.left_out,
        "titles": {rule: title for rule, title in titles.items() if rule in seen},
        "clauses": {rule: clause for rule, clause in details.clauses.items() if rule in seen},
        "views": []
        if too_much(message, engine.program.budget)
        else [_views(part) for part in normalise(message, engine.segmenter)],
    }


def _views(text: PartText) -> dict[str, Any]:
    """A part in its plain form with the places its characters came from, and where its words are."""
    plain = text.plain
    spans = [text.view.span(at, at + 1) for at in range(len(plain))]
    return {
        "kind": text.kind,
        "text": text.original,
        "plain": plain,
        "starts": [start for start, _ in spans],
        "ends": [end for _, end in spans],
        "words": [list(token) for token in text.word_tokens],
    }


def flip(bench: Bench, request: Request) -> object:
    """The smallest edits that change the decision: `modengine flip --format json`."""
    from modengine.lab.studies.smallest import smallest  # noqa: PLC0415  (most jobs do without)

    return smallest(bench.engine(request["rules"], request), message_of(request), tries=600)


# ---------------------------------------------------------------- rules


def rules(bench: Bench, request: Request) -> dict[str, Any]:
    """Compiles a rule set: what is wrong with it, and what is in it."""
    started = time.perf_counter()
    made = bench.of(request["rules"], request)
    found: dict[str, Any] = {
        "rules": request["rules"],
        "ok": made.engine is not None,
        "problems": [diagnostic.data() for diagnostic in made.diagnostics],
        "seconds": round(time.perf_counter() - started, 3),
    }
    if made.engine is not None:
        policy = made.engine.policy
        found["policy"] = {
            "id": policy.id,
            "title": policy.title,
            "study": policy.study,
            "revision": made.engine.revision,
            "actions": {name: dict(steps) for name, steps in policy.actions.items()},
            "categories": list(policy.categories),
            "fields": {name: _field(message_field) for name, message_field in policy.fields.items()},
        }
        found["list"] = [_rule(rule) for rule in policy.rules]
    return found


def _field(message_field: Field) -> dict[str, Any]:
    return {"kind": message_field.kind, "values": list(message_field.values)}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "category": rule.about,
        "kind": "relief" if rule.relief is not None else "score",
        "points": rule.points or 0,
        "status": rule.status,
        "clause": rule.clause,
        "file": rule.place.file,
        "line": rule.place.line,
    }


def check(bench: Bench, request: Request) -> list[dict[str, Any]]:
    """What is wrong with a rule set: `modengine check --format json`."""
    return [diagnostic.data() for diagnostic in bench.of(request["rules"], request).diagnostics]


def test(bench: Bench, request: Request) -> list[dict[str, Any]]:
    """What became of the examples in the rules: `modengine test --format json`."""
    engine = bench.engine(request["rules"], request)
    return [
        {
            "rule": outcome.rule.id,
            "kind": outcome.kind,
            "hit": outcome.hit,
            "verdict": outcome.verdict,
            **readable(outcome.example.message.all_text(), "", outcome.rule.about, _unlocked(request)),
            "file": outcome.rule.place.file,
            "line": outcome.example.place.line,
        }
        for outcome in run_examples(engine, engine.policy.rules)
    ]


# ---------------------------------------------------------------- measuring


def _of_request(bench: Bench, request: Request) -> tuple[LabelledMessage, ...]:
    """The messages that the request brings, or the shipped samples."""
    given = request.get("rows")
    return bench.sample() if not given else tuple(map(row_of, given))


def _unlocked(request: Request) -> bool:
    """Whether texts behind the lock are given: messages of one's own always are."""
    return bool(request.get("unlocked") or request.get("rows"))


def _readable(request: Request, row: LabelledMessage) -> dict[str, Any]:
    return readable(row.message.all_text(), row.gloss, row.label, _unlocked(request))


def scores(bench: Bench, request: Request) -> dict[str, Any]:
    """The points of every sample, for the thresholds that the page tries on them; some rules may be left out.

    `was` is the action with all rules.
    """
    whole = bench.engine(request["rules"], request)
    engine = _without(whole, request.get("off") or ())
    rows = _of_request(bench, request)
    outcomes = decided(engine, rows)
    before = outcomes if engine is whole else decided(whole, rows)
    found = [
        {
            "id": row.message.id, "label": row.label, **_readable(request, row),
            **outcome, "raised": _raised(engine, outcome), "was": was["action"],
        }
        for row, outcome, was in zip(rows, outcomes, before, strict=True)
        if outcome is not None and was is not None
    ]  # fmt: skip
    return {
        "actions": {name: dict(steps) for name, steps in engine.policy.actions.items()},
        "rows": told(found, request.get("secret", ())),
    }


def _raised(engine: Engine, outcome: dict[str, Any]) -> dict[str, str]:
    """Actions that do not come from the points alone: they stay whatever the thresholds are."""
    from modengine.engine.evaluate.points import action  # noqa: PLC0415

    return {
        name: step
        for name, step in outcome["actions"].items()
        if step != action(engine.policy.actions.get(name, {}), outcome["scores"][name] - outcome["longer"])
    }


def _without(engine: Engine, off: Collection[str]) -> Engine:
    """The engine without some rules."""
    if not off:
        return engine
    from modengine.lab.data.without import without  # noqa: PLC0415  (most jobs do without)

    if unknown := set(off) - {rule.id for rule in engine.policy.rules}:
        raise ValueError(f"there is no rule `{min(unknown)[:80]}`")
    return compile_engine(without(engine.policy, *off))


def evaluate(bench: Bench, request: Request) -> dict[str, Any]:
    """The grid of functionalities on the samples, or of the kinds of messages on those given."""
    from modengine.play.jobs.functions import grid  # noqa: PLC0415  (most jobs do without)

    engine = bench.engine(request["rules"], request)
    rows = _of_request(bench, request)
    known = {HARMLESS, *engine.policy.categories}
    found = grid(engine, rows, kinds=request.get("by") == "kind", unlocked=_unlocked(request))
    for one in found:
        one["rows"] = told(one["rows"], request.get("secret", ()))
    return {"messages": sum(row.label in known for row in rows), "grid": found}


def diff(bench: Bench, request: Request) -> dict[str, Any]:
    """Every sample that two rule sets decide otherwise."""
    a, b = (bench.engine(request[side], request) for side in ("a", "b"))
    rows = _of_request(bench, request)
    changed = []
    for row, before, after in zip(rows, decided(a, rows), decided(b, rows), strict=True):
        if before and after and before["action"] != after["action"]:
            changed.append(
                {
                    "id": row.message.id, "label": row.label, **_readable(request, row),
                    "before": before["action"], "after": after["action"],
                }
            )  # fmt: skip
    changed = told(changed, request.get("secret", ()))
    return {"messages": len(rows), "a": a.revision, "b": b.revision, "changed": changed}


def evade(bench: Bench, request: Request) -> dict[str, Any]:
    """The message in every disguise of the lab that its script allows, at every strength, each decided."""
    from modengine.lab.data.perturb import SHARES, disguise  # noqa: PLC0415
    from modengine.lab.data.perturb_tables import DISGUISES, ENGLISH_DISGUISES, is_han  # noqa: PLC0415

    engine = bench.engine(request["rules"], request)
    message = engine.read(message_of(request))
    if too_much(message, engine.program.budget):
        raise ValueError("the message is too long")
    found = []
    kinds = DISGUISES if any(map(is_han, message.all_text())) else ENGLISH_DISGUISES
    for name, kind in kinds.items():
        disguised = disguise(message, kind, 1)
        if not disguised.changes:
            continue
        variants = []
        for strength in SHARES:
            variant = disguised.at(strength)
            decision = engine.decide(variant, ignore_scope=True)
            variants.append(
                {
                    "strength": strength, "changed": disguised.count(strength), "text": variant.text,
                    "action": decision.action,
                }
            )  # fmt: skip
        found.append({"kind": name, "says": kind.says, "counters": kind.counters, "variants": variants})
    before = engine.decide(message, ignore_scope=True)
    return {"action": before.action, "characters": len(message.text), "disguises": found}


JOBS: dict[str, Callable[[Bench, Request], object]] = {
    "rules": rules,
    "check": check,
    "test": test,
    "decide": decide,
    "explain": explain,
    "flip": flip,
    "scores": scores,
    "eval": evaluate,
    "diff": diff,
    "evade": evade,
}
"""Each job by the name that the registry gives it; others are in `audit` and `editing`."""

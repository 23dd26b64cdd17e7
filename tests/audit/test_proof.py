"""Proofs that stand alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modengine.audit.files.layout import LogPaths
from modengine.audit.read.proof import Proof, check, prove_consistency, prove_inclusion
from tests.audit.logs import KEY, OTHER, MakeLog, code_of, edit


def newest(folder: Path) -> str:
    return (folder / "checkpoint").read_text("utf-8")


@pytest.mark.parametrize("seq", range(7))
def test_every_record_can_be_proven(make: MakeLog, seq: int) -> None:
    folder = make(key=KEY)
    proof = json.loads(json.dumps(prove_inclusion(LogPaths(folder), seq, newest(folder))))
    assert json.loads(proof["record"])["seq"] == seq
    assert check(proof, "inclusion", KEY.verifier, newest(folder)).size == 7
    assert code_of(lambda: check(proof, "inclusion", OTHER.verifier)) == "ME956"


@pytest.mark.parametrize(
    "change",
    [
        {"record": "{}"},
        {"index": 4},
        {"index": 99},
        {"size": 6},
        {"hashes": []},
        {"hashes": ["x"]},
        {"hashes": 3},
        {"checkpoint": "x"},
        {"proof": "consistency"},
        {"proof": 3},
        {"record": None},
    ],
)
def test_a_changed_proof_does_not_hold(make: MakeLog, change: dict[str, object]) -> None:
    folder = make()
    proof = {**prove_inclusion(LogPaths(folder), 3, newest(folder)), **change}
    assert code_of(lambda: check(proof, "inclusion")) == "ME955"


def test_a_proof_of_another_kind_does_not_stand_for_one_of_a_record(make: MakeLog) -> None:
    note = newest(make())
    proof: Proof = {"proof": "consistency", "hashes": [], "old": note, "new": note, "checkpoint": note}
    proof |= {"record": '{"action":"allow"}', "index": 3, "size": 7}
    assert check(proof, "consistency").size == 7
    assert code_of(lambda: check(proof, "inclusion", note=note)) == "ME955"


def test_an_older_log_is_the_beginning_of_a_newer(make: MakeLog) -> None:
    old = newest(make(key=KEY))
    folder = make(key=KEY)
    proof = json.loads(json.dumps(prove_consistency(LogPaths(folder), old, newest(folder))))
    assert check(proof, "consistency", KEY.verifier, newest(folder), old).size == 13
    assert code_of(lambda: check({**proof, "old": newest(folder)}, "consistency")) == "ME955"
    assert code_of(lambda: check(proof, "consistency", note=old)) == "ME955"
    assert code_of(lambda: check(proof, "consistency", old=newest(folder))) == "ME955"


def test_a_changed_beginning_cannot_be_proven(make: MakeLog) -> None:
    old = newest(make())
    folder = make()
    edit(folder, 3, study=True)
    assert code_of(lambda: prove_consistency(LogPaths(folder), old, newest(folder))) == "ME953"
    assert code_of(lambda: prove_inclusion(LogPaths(folder), 5, newest(folder))) == "ME953"


def test_a_log_that_was_rolled_back_cannot_prove_the_newer_checkpoint(make: MakeLog) -> None:
    old = newest(make())
    new = newest(make())
    assert code_of(lambda: prove_consistency(LogPaths(make("audit")), new, old)) == "ME954"


def test_a_record_past_the_checkpoint_cannot_be_proven(make: MakeLog) -> None:
    old = newest(make())
    assert code_of(lambda: prove_inclusion(LogPaths(make()), 8, old)) == "ME961"


def test_a_checkpoint_of_another_log_is_refused(make: MakeLog) -> None:
    assert code_of(lambda: prove_inclusion(LogPaths(make()), 3, newest(make("other")))) == "ME955"

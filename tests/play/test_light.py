"""The lessons need the base install and a server: nothing of the lab."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest

from tests.paths import ROOT

HEAVY = (
    "cryptography", "datasketch", "duckdb", "numpy", "openpyxl", "pandas", "pyarrow", "scipy", "sklearn",
)  # fmt: skip
WITHOUT = f"""
import json, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocked())
"""
PAGE = """
from pathlib import Path
from tempfile import mkdtemp
from modengine.paths import shipped_policy
from modengine.play.lessons import shipped_lessons
from modengine.play.serve import start_of
from modengine.play.app import make_app
from modengine.play.export import as_page
from modengine.play.jobs.jobs import Bench
from modengine.play.jobs.worker import answer

start = start_of(shipped_policy(), shipped_lessons())
bench = Bench(logs=Path(mkdtemp()))
wrong = []

def ask(job, **given):
    status, body = answer(bench, {"job": job, **given})
    if status != 200:
        wrong.append((lesson.lesson, job, status, body.decode()[:300]))
    return json.loads(body)

for lesson in start.lessons:
    mine = {"rules": lesson.lesson}
    found = ask("rules", sets={lesson.lesson: {"files": lesson.files, "main": lesson.main}}, **mine)
    assert found["ok"], found
    assert as_page(lesson)
    for case in lesson.cases[:2]:
        for job in ("decide", "explain", "evade", "flip"):
            ask(job, text=case.text, **mine)
        ask("audit_append", text=case.text, log="0" * 32, **mine)
    for job in ("check", "test", "scores", "eval"):
        ask(job, **mine)
    ask("scores", off=[found["list"][0]["id"]], **mine)
    ask("diff", a=lesson.lesson, b=start.lessons[0].lesson)
    for job in ("audit_show", "audit_verify", "audit_record", "audit_tamper", "audit_reset"):
        ask(job, log="0" * 32)
loaded = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"wrong": wrong, "lessons": len(start.lessons), "loaded": loaded}))
"""


def test_the_page_and_every_panel_of_every_lesson_need_nothing_of_the_lab() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + PAGE], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["lessons"] >= 6
    assert not set(HEAVY) & set(found["loaded"])


def test_a_panel_that_needs_what_is_not_installed_names_the_extra() -> None:
    code = """
from modengine.play.jobs import jobs, worker
jobs.JOBS["decide"] = lambda bench, request: __import__("scipy.special")
print(worker.answer(jobs.Bench(), {"job": "decide"}))
"""
    done = subprocess.run([sys.executable, "-c", WITHOUT + code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "(501, " in done.stdout
    assert '"code":"extra"' in done.stdout.replace(" ", "")
    assert "pip install 'modengine[lab]'" in done.stdout.replace("\\'", "'")


def test_draws_are_those_of_numpy() -> None:
    np = pytest.importorskip("numpy")
    from modengine.lab.data.draws import Draws

    seeds = random.Random(1)
    for bits in (1, 31, 32, 33, 64, 100, 128):
        for _ in range(20):
            seed = seeds.getrandbits(bits)
            theirs, ours = np.random.default_rng(seed), Draws(seed)
            for bound in seeds.choices((1, 2, 3, 7, 50, 1000, 2**31 + 5), k=9):
                assert int(theirs.integers(bound)) == ours.below(bound)
            for count in (0, 1, 2, 40):
                assert theirs.permutation(count).tolist() == ours.order(count)


def test_intervals_are_those_of_the_lab() -> None:
    np = pytest.importorskip("numpy")
    pytest.importorskip("scipy")
    from modengine.lab.stats.intervals import proportion
    from modengine.play.jobs.exact import share

    for n in (0, 1, 2, 9, 10, 11, 40, 410):
        for k in {0, 1, 2, n // 3, n - 1, n} & set(range(n + 1)):
            theirs = proportion(np.array([1] * k + [0] * (n - k), np.int64), np.ones(n, np.int64))
            ours = share(k, n)
            assert (ours.k, ours.n, ours.value, ours.supported) == (theirs.k, theirs.n, theirs.value, theirs.supported)
            assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)

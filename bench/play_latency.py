"""How long the classroom page takes: from a key to the verdict with 1,000 rules, and for 30 clients at once.

    python bench/play_latency.py [--keys 60] [--clients 30] [--seconds 10] [--only CASE ...]

Prints JSON.  The cases are `keys`, `typing`, `lesson-1` and `lesson-4`.

The first figure is measured in Chromium, from the input event to the verdict in the page (with the
page's own wait of 15 ms for the next key); without a Chromium it is left out, and that is said.  The second is
measured over HTTP from other processes: each client types a character, waits for the decision, and goes on after
200 ms, the pace of somebody who types fast; at every fifth key it also asks for the reasons, as the page does.

Of the lessons it is the time from opening the page to the first verdict: each client has an address of its own (on
Linux) and six connections, fetches the page with all that it imports, asks what it begins with, has its rules
compiled, and a message decided; then it asks for the reasons, in lesson 4 for the points of all samples too.  All
begin within `--within` seconds at a server that is warm and idle.  In lesson 1 all have the rules of the lesson; in
lesson 4 each has an edit of its own, as if opened by a link: other thresholds, or with `--edit rule` a rule of its own
words beside the shipped ones (`mixed`: half of them each).  Seconds of processor are those of the server with its
children (Linux), from the first client to the last answer: they depend less than times on what else the machine does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import shutil  # noqa: E402

from modengine.checks.identity.words import NOTHING, read_words  # noqa: E402

TEXT = "恭喜您中奖，请点击链接领取，银行提醒您不要把验证码告诉任何人，明天下午三点开会，请带笔记本和产品说明书。"
CLIENT = """
import http.client, json, sys, time
port, rules, text, seconds, number = int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5])
link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
times = []
time.sleep(0.2 * number / 30)
end = time.perf_counter() + seconds
at = number
while time.perf_counter() < end:
    at += 1
    body = json.dumps({"text": text[: 1 + at % len(text)], "rules": rules, "ignore_scope": True})
    begin = time.perf_counter()
    link.request("POST", "/api/decide", body, {"Content-Type": "application/json"})
    answer = link.getresponse()
    answer.read()
    times.append(time.perf_counter() - begin)
    assert answer.status == 200, answer.status
    if at % 5 == 0:  # a pause, in which the page asks for the reasons
        link.request("POST", "/api/explain", body, {"Content-Type": "application/json"})
        link.getresponse().read()
    time.sleep(0.2)
print(json.dumps(times))
"""


def thousand_rules(count: int = 1000, seed: int = 1) -> dict[str, str]:
    """A policy of so many rules, of five words each; every tenth with a regex."""
    drawn = random.Random(seed)
    chars = "中奖链接银行验证码兼职刷单微信加我转账投资贷款客服退款红包领取点击登录认证网站任务佣金日结手机课程产品"
    words = sorted({"".join(drawn.choices(chars, k=drawn.choice((2, 3, 4)))) for _ in range(6 * count)})
    # what sounds like a word for people by accident is refused in a rule
    words = [word for word, found in zip(words, read_words(words), strict=True) if found == NOTHING]
    drawn.shuffle(words)
    lines = ["ruleset: many", "title: Many rules", "category: fraud", "rules:"]
    for number in range(count):
        listed = ", ".join(words[5 * number : 5 * number + 5])
        extra = f", r: {{regex: '{words[5 * number]}.{{0,5}}\\d+'}}" if number % 10 == 0 else ""
        when = "w or r" if extra else "w"
        lines += [
            f"  - id: fraud.r{number}",
            f"    title: Rule {number}",
            f"    score: {drawn.randrange(5, 60)}",
            f"    patterns: {{w: {{words: [{listed}], gaps: 1, sounds_like: true}}{extra}}}",
            f"    when: {when}",
        ]
    policy = (
        "policy: many\ntitle: Many\nrulesets: [rules.yaml]\nactions:\n  fraud: {label: 30, review: 50, block: 90}\n"
    )
    return {"policy.yaml": policy, "rules.yaml": "\n".join(lines) + "\n"}


def quantile(values: list[float], share: float) -> float:
    return round(1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))], 1)


def figures(values: list[float]) -> dict[str, Any]:
    return {
        "n": len(values),
        "median_ms": round(1000 * statistics.median(values), 1),
        "p95_ms": quantile(values, 0.95),
        "most_ms": round(1000 * max(values), 1),
    }


def post(port: int, path: str, body: dict[str, Any]) -> Any:
    link = HTTPConnection("127.0.0.1", port, timeout=120)
    link.request("POST", f"/api/{path}", json.dumps(body), {"Content-Type": "application/json"})
    answer = link.getresponse()
    found = json.loads(answer.read())
    assert answer.status == 200, found
    return found


def in_browser(port: int, files: dict[str, str], keys: int) -> dict[str, Any] | None:
    """Seconds from the input event to the verdict, in a real Chromium; None without one."""
    names = ("chromium", "google-chrome", "chromium-headless-shell")
    chromium = os.environ.get("MODENGINE_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only where there is a browser)

    kept = {"modengine": 1, "lesson": "", "changed": {}, "files": files, "main": "policy.yaml", "text": "x"}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_selector("html[data-ready]")
        page.set_input_files("#open-file", {"name": "k.json", "mimeType": "application/json",
                                            "buffer": json.dumps(kept).encode()})  # fmt: skip
        page.wait_for_selector('html[data-action="allow"]', timeout=120_000)
        page.fill("#text", "")
        times = []
        for at in range(keys + 5):
            page.evaluate("delete document.documentElement.dataset.latency")
            page.focus("#text")
            page.keyboard.insert_text(TEXT[at % len(TEXT)])
            while (taken := page.evaluate("document.documentElement.dataset.latency ?? null")) is None:
                page.wait_for_timeout(5)
            times.append(int(taken) / 1000)
            page.wait_for_timeout(150)
        browser.close()
    return figures(times[5:])


def many_clients(port: int, rules: str, clients: int, seconds: float) -> dict[str, Any]:
    """The times of all requests of so many processes."""
    running = [
        subprocess.Popen([sys.executable, "-c", CLIENT, str(port), rules, TEXT, str(seconds), str(number)],
                         stdout=subprocess.PIPE)
        for number in range(clients)
    ]  # fmt: skip
    times: list[float] = []
    for client in running:
        out, _ = client.communicate()
        assert client.returncode == 0
        times += json.loads(out)[2:]
    return figures(times)


# ------------------------------------------------------------------ a class that opens a lesson


class Visitor:
    """One student: a browser's six connections from an address of its own."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self.port, self.token = port, token
        self.source = (f"127.0.1.{1 + number}", 0) if sys.platform == "linux" else None
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.places = asyncio.Semaphore(6)

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> bytes:
        data = b"" if body is None else json.dumps(body).encode("ascii")
        head = (
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(data)}\r\n"
        )
        head += f"Content-Type: application/json\r\nX-Modengine-Token: {self.token}\r\n\r\n"
        async with self.places:
            reader, writer = (
                self.free.pop()
                if self.free
                else await asyncio.open_connection("127.0.0.1", self.port, local_addr=self.source, limit=1 << 24)
            )
            writer.write(head.encode("ascii") + data)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            assert " 200 " in answer.partition("\r\n")[0], (path, answer)
            found = await reader.readexactly(int(re.search(r"(?i)content-length: (\d+)", answer)[1]))  # type: ignore[index]
            self.free.append((reader, writer))
            return found

    async def page(self) -> None:
        """The page, its styles, and every module as soon as one that imports it is there."""
        seen: set[str] = set()

        async def fetch(path: str) -> None:
            if path in seen:
                return
            seen.add(path)
            text = (await self.ask(path)).decode("utf-8")
            folder = path.rpartition("/")[0]
            found = re.findall(r'(?:src|href)="(/static/[^"]+)"', text) if path == "/" else []
            if path.endswith(".js") and "/vendor/" not in path:
                found = [os.path.normpath(f"{folder}/{name}") for name in re.findall(r'from "(\.[^"]+)"', text)]
            await asyncio.gather(*map(fetch, found))

        await fetch("/")

    def leave(self) -> None:
        for _, writer in self.free:
            writer.close()


def edited(files: dict[str, str], number: int, kind: str) -> dict[str, str]:
    """The rules of lesson 4 as one of the class changed them."""
    if kind == "thresholds" or (kind == "mixed" and number % 2):
        changed = files["policy.yaml"].replace("block: 90", f"block: {91 + number}")
        assert changed != files["policy.yaml"]
        return {**files, "policy.yaml": changed}
    word = "甲乙丙丁戊己庚辛壬癸"[number % 10] + "天地玄黄"[number // 10 % 4] + "奖"
    rules = f"""ruleset: mine
title: Mine
category: fraud
rules:
  - id: fraud.mine
    title: My rule
    score: 40
    patterns: {{w: {{words: [{word}, 免费{word}], gaps: 1}}}}
    when: w
"""
    policy = files["policy.yaml"].replace("rulesets: [", "rulesets: [mine.yaml, ")
    assert policy != files["policy.yaml"]
    return {**files, "policy.yaml": policy, "mine.yaml": rules}


async def visit(visitor: Visitor, lesson: int, number: int, kind: str) -> dict[str, float]:
    """Seconds since the student began, by what there was then."""
    began = time.perf_counter()
    took = {}

    def done(what: str) -> None:
        took[what] = time.perf_counter() - began

    await visitor.page()
    done("page")
    start = json.loads(await visitor.ask("/api/start", {}))
    given = start["lessons"][lesson - 1]
    files = edited(given["files"], number, kind) if lesson == 4 else given["files"]
    rules = json.loads(await visitor.ask("/api/rules", {"files": files, "main": given["main"]}))
    assert rules["ok"], rules["problems"]
    done("rules")
    asked = {"text": given["cases"][0]["text"], "rules": rules["rules"], "ignore_scope": True}
    assert json.loads(await visitor.ask("/api/decide", asked))["action"]
    done("verdict")
    await visitor.ask("/api/explain", asked)
    done("reasons")
    if lesson == 4:
        await visitor.ask("/api/scores", {"rules": rules["rules"]})
        done("points of the samples")
    visitor.leave()
    return took


def processor_seconds(pid: int) -> float | None:
    """Of a process and its children that live; None where there is no /proc."""
    if sys.platform != "linux":
        return None
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found = stat.read_text("utf-8").rpartition(")")[2].split()
            if pid in (int(stat.parent.name), int(found[1])):
                total += int(found[11]) + int(found[12])
    return total / os.sysconf("SC_CLK_TCK")


def opening(port: int, lesson: int, clients: int, within: float, kind: str) -> dict[str, Any]:
    """A class that opens a lesson, at a server of its own."""
    with server(port, "--host", "0.0.0.0") as (process, said):
        token = said.partition("For the class:")[2].partition("#token=")[2].split()[0]
        before, idle = processor_seconds(process.pid), 0
        while before is not None and idle < 3:
            time.sleep(1)
            now = processor_seconds(process.pid) or 0.0
            before, idle = now, idle + 1 if now - before < 0.03 else 0
        if before is None:
            time.sleep(30)

        async def run() -> list[dict[str, float]]:
            async def one(number: int) -> dict[str, float]:
                await asyncio.sleep(within * number / clients)
                return await visit(Visitor(port, token, number), lesson, number, kind)

            return await asyncio.gather(*map(one, range(clients)))

        mine = time.process_time()
        found = asyncio.run(run())
        after = processor_seconds(process.pid)
        return {
            **{what: figures([one[what] for one in found]) for what in found[0]},
            "processor_s": None if before is None or after is None else round(after - before, 2),
            "processor_s_of_the_clients": round(time.process_time() - mine, 2),
        }


@contextmanager
def server(port: int, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The page, once it answers, and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "modengine", "play", "--no-browser", "--port", str(port), *options],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    assert process.stderr is not None
    said = ""
    while "Ctrl+C" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    threading.Thread(target=process.stderr.read, daemon=True).start()  # who writes into a full pipe waits
    try:
        yield process, said
    finally:
        process.terminate()
        process.wait(30)


def thousand(port: int, cases: list[str], keys: int, clients: int, seconds: float) -> dict[str, Any]:
    """The cases with 1,000 rules."""
    with server(port):
        files = thousand_rules()
        begin = time.perf_counter()
        compiled = post(port, "rules", {"files": files, "main": "policy.yaml"})
        assert compiled["ok"], compiled["problems"][:3]
        found: dict[str, Any] = {
            "rules": len(compiled["list"]), "compile_s": round(time.perf_counter() - begin, 2)
        }  # fmt: skip
        for _ in range(4):
            post(port, "decide", {"text": TEXT, "rules": compiled["rules"]})
        if "keys" in cases:
            found["key_to_verdict"] = in_browser(port, files, keys) or "left out: no chromium here"
        if "typing" in cases:
            found[f"{clients}_clients"] = many_clients(port, compiled["rules"], clients, seconds)
        return found


CASES = ("keys", "typing", "lesson-1", "lesson-4")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--keys", type=int, default=60)
    options.add_argument("--clients", type=int, default=30)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--within", type=float, default=3.0)
    options.add_argument("--edit", choices=("thresholds", "rule", "mixed"), default="mixed")
    options.add_argument("--only", choices=CASES, nargs="+", default=CASES)
    options.add_argument("--port", type=int, default=8397)
    given = options.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    found: dict[str, Any] = {
        "machine": {"python": platform.python_version(), "system": platform.system(), "cpus": os.cpu_count(),
                    "load_before": load}
    }  # fmt: skip
    if {"keys", "typing"} & set(given.only):
        found |= thousand(given.port, given.only, given.keys, given.clients, given.seconds)
    for lesson in (1, 4):
        if f"lesson-{lesson}" in given.only:
            found[f"lesson_{lesson}"] = opening(given.port, lesson, given.clients, given.within, given.edit)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

"""How long the classroom page takes: from a key to the verdict with 1,000 rules, and for 30 clients at once.

    python bench/play_latency.py [--keys 60] [--clients 30] [--seconds 10]

Prints JSON.  The first figure is measured in Chromium, from the input event to the verdict in the page (with the
page's own wait of 15 ms for the next key); without a Chromium it is left out, and that is said.  The second is
measured over HTTP from other processes: each client types a character, waits for the decision, and goes on after
200 ms, the pace of somebody who types fast; at every fifth key it also asks for the reasons, as the page does.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import shutil  # noqa: E402

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
    chromium = os.environ.get("MODENGINE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
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


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--keys", type=int, default=60)
    options.add_argument("--clients", type=int, default=30)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--port", type=int, default=8397)
    given = options.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    server = subprocess.Popen(
        [sys.executable, "-m", "modengine", "play", "--no-browser", "--port", str(given.port)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            try:
                post(given.port, "start", {})
                break
            except OSError:
                time.sleep(0.2)
        files = thousand_rules()
        begin = time.perf_counter()
        compiled = post(given.port, "rules", {"files": files, "main": "policy.yaml"})
        assert compiled["ok"], compiled["problems"][:3]
        compiling = time.perf_counter() - begin
        for _ in range(4):
            post(given.port, "decide", {"text": TEXT, "rules": compiled["rules"]})
        found = {
            "machine": {"python": platform.python_version(), "system": platform.system(), "cpus": os.cpu_count(),
                        "load_before": load},
            "rules": len(compiled["list"]),
            "compile_s": round(compiling, 2),
            "key_to_verdict": in_browser(given.port, files, given.keys) or "left out: no chromium here",
            f"{given.clients}_clients": many_clients(given.port, compiled["rules"], given.clients, given.seconds),
        }  # fmt: skip
        print(json.dumps(found, indent=2))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()

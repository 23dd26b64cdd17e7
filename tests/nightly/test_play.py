"""The page decides all samples, and two thousand mixed messages, as the command line does."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.nightly.sampling import examples, sampled
from tests.play.pages import FILES, Api, api, client, pool
from tests.play.parity import decided_as_on_the_command_line, mixed_as_on_the_command_line, samples
from tests.play.serving import playing, post

__all__ = ["api", "client", "pool"]  # fixtures


@pytest.mark.parametrize("ignore_scope", [True, False])
def test_every_sample_is_decided_as_on_the_command_line(api: Api, ignore_scope: bool) -> None:
    decided_as_on_the_command_line(api, sampled(samples()), ignore_scope=ignore_scope)


def test_two_thousand_mixed_messages_are_decided_as_on_the_command_line(tmp_path: Path) -> None:
    assert mixed_as_on_the_command_line(tmp_path, 2000) == {"allow", "label", "review", "block"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address, and no /proc")
def test_ten_thousand_requests_beside_two_hundred_slow_clients(tmp_path: Path) -> None:
    """Each of them opens connections that send a byte now and then, and another as soon as one is closed."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    words: list[str] = []
    with playing(str(tmp_path / "policy.yaml"), "--host", "0.0.0.0", said=words) as process:
        port, token = words[0].split("/#token=")[0].rpartition(":")[2], words[0].split("#token=")[1].split()[0]
        assert post(int(port), "/api/decide", {"text": "恭喜您中奖"}, token)[0] == 200
        ends = threading.Event()

        def slow(number: int) -> None:
            while not ends.is_set():
                with suppress(OSError):
                    link = socket.create_connection(("127.0.0.1", int(port)), 5, (f"127.0.1.{number}", 0))
                    with link:
                        link.sendall(b"POST /api/decide HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                        while not ends.wait(1):
                            link.sendall(b"X: y\r\n")

        crowd = [threading.Thread(target=slow, args=(1 + number % 250,)) for number in range(200)]
        for one in crowd:
            one.start()
        took: list[float] = []
        sent = examples(10_000)
        try:
            headers = {"Content-Type": "application/json", "X-Modengine-Token": token}
            with closing(HTTPConnection("127.0.0.1", int(port), timeout=60)) as link:
                for number in range(sent):
                    begin = time.monotonic()
                    link.request("POST", "/api/decide", json.dumps({"text": f"恭喜您中奖 {number}"}), headers)
                    answer = link.getresponse()
                    assert (answer.status, answer.read()[:1]) == (200, b"{")
                    took.append(time.monotonic() - begin)
            status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        finally:
            ends.set()
            for one in crowd:
                one.join(30)
        most = int(status.partition("VmHWM:")[2].split()[0]) >> 10
        middle, late, last = (sorted(took)[int(share * (sent - 1))] for share in (0.5, 0.95, 1))
        print(
            f"{sent:,} requests: median {middle:.3f} s, p95 {late:.3f} s, most {last:.2f} s; the server had {most} MB"
        )
        assert most < 300

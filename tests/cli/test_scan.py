"""`modengine scan`."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import modengine
from modengine.run.tidy import DECISIONS, HITS
from tests.cli.conftest import POLICY, Command

IN_SCOPE = {"channel": "public_account", "time": "2014-06-01T08:00:00+08:00"}
EXPIRY = "您的网银即将失效，请登录 www.example.top 升级"
MESSAGES = [
    {"id": "1", "text": EXPIRY, **IN_SCOPE},
    {"id": "2", "text": "明天见", **IN_SCOPE},
    {"id": "3", "text": "紧急转发", "channel": "private", "time": "2014-06-01"},
    {"id": "4", "text": "紧急转发", **IN_SCOPE, "time": "2015-01-01"},
    {"id": "5", "text": EXPIRY},
]
HERE = Path(__file__).parent


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    path = tmp_path / "messages.jsonl"
    path.write_text("".join(json.dumps(m, ensure_ascii=False) + "\n" for m in MESSAGES), encoding="utf-8")
    return path


def records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_decisions_go_to_standard_output_and_the_summary_to_standard_error(command: Command, messages: Path) -> None:
    ran = command("scan", messages, "-p", POLICY)
    assert ran.code == 0
    assert [(r["id"], r["action"], r["taken"]) for r in records(ran.out)] == [
        ("1", "review", "review"),
        ("2", "allow", "allow"),
        ("3", "label", "allow"),
        ("4", "label", "allow"),
        ("5", "review", "allow"),
    ]
    assert ran.err.startswith("5 messages decided by class\n")


def test_the_summary(command: Command, messages: Path, golden: Callable[[Path, str], None]) -> None:
    ran = command("scan", messages, "-p", POLICY, "--format", "summary")
    assert (ran.code, ran.err) == (0, "")
    golden(HERE / "goldens" / "scan-summary.txt", ran.out)


def test_the_summary_without_scope(command: Command, messages: Path, golden: Callable[[Path, str], None]) -> None:
    ran = command("scan", messages, "-p", POLICY, "--format", "summary", "--ignore-scope")
    golden(HERE / "goldens" / "scan-summary-ignore-scope.txt", ran.out)


def test_the_summary_of_a_study(command: Command, messages: Path, golden: Callable[[Path, str], None]) -> None:
    ran = command("scan", messages, "-p", POLICY.with_name("study.yaml"), "--format", "summary")
    golden(HERE / "goldens" / "scan-summary-study.txt", ran.out)


def test_ignore_scope_decides_everything(command: Command, messages: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "--ignore-scope")
    assert all(r["action"] == r["taken"] for r in records(ran.out))


def test_with_output_the_summary_goes_to_standard_output(command: Command, messages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    ran = command("scan", messages, "-p", POLICY, "-o", out)
    assert ran.code == 0
    assert ran.out.startswith("5 messages decided")
    assert ran.err == ""
    assert len(records(out.read_text(encoding="utf-8"))) == 5
    assert sorted(os.listdir(tmp_path)) == ["messages.jsonl", "out.jsonl"]


def test_quiet_says_nothing(command: Command, messages: Path, tmp_path: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "-o", tmp_path / "out.jsonl", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_csv(command: Command, messages: Path, tmp_path: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "--format", "csv", "-o", tmp_path / "tables")
    assert ran.code == 0
    for name, columns, least in (("decisions.csv", DECISIONS, 10), ("hits.csv", HITS, 10)):
        with (tmp_path / "tables" / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        assert tuple(rows[0]) == columns
        assert len(rows) >= least
    assert {row["title"] for row in rows} >= {"Poses as a bank whose service is about to expire"}


def test_csv_in_and_out_agree_with_json(command: Command, messages: Path, tmp_path: Path) -> None:
    table = tmp_path / "messages.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("id", "text", "channel", "time"))
        writer.writeheader()
        writer.writerows(MESSAGES)
    assert bare(command("scan", table, "-p", POLICY).out) == bare(command("scan", messages, "-p", POLICY).out)


def bare(text: str) -> list[dict[str, object]]:
    return [{k: v for k, v in record.items() if k not in ("line", "source")} for record in records(text)]


def test_standard_input(command: Command) -> None:
    ran = command("scan", "-", "-p", POLICY, stdin=json.dumps(MESSAGES[0]).encode())
    assert [(r["source"], r["line"], r["id"]) for r in records(ran.out)] == [("-", 1, "1")]
    ran = command("scan", "-", "-p", POLICY, stdin="一\n\n二".encode())
    assert [(r["line"], r["id"]) for r in records(ran.out)] == [(1, None), (3, None)]


# ------------------------------------------------------------------------ bad input


def test_bad_lines_are_error_records_and_the_rest_is_decided(command: Command) -> None:
    data = b'{"text": "a"}\nnot json\n{"text": "b", "reposts": "many"}\n{"text": "c"}\n'
    ran = command("scan", "-", "-p", POLICY, stdin=data)
    assert ran.code == 1
    found = records(ran.out)
    assert [r["line"] for r in found] == [1, 2, 3, 4]
    assert found[1]["error"]["code"] == "ME901"  # type: ignore[index]
    assert found[2]["error"]["code"] == "ME903"  # type: ignore[index]
    assert "2 lines could not be read" in ran.err
    assert "1 ME901 message-not-json" in ran.err


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_input(data: bytes, command: Command) -> None:
    ran = command("scan", "-", "-p", POLICY, stdin=data)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "0 messages decided by class\n"


def test_a_bom_is_no_part_of_the_text(command: Command) -> None:
    ran = command("scan", "-", "-p", POLICY, stdin=b"\xef\xbb\xbf" + json.dumps(MESSAGES[0]).encode())
    assert [r["id"] for r in records(ran.out)] == ["1"]


def test_gbk_is_named(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes(f"{EXPIRY}\n".encode("gbk") * 10)
    ran = command("scan", path, "-p", POLICY)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"modengine: [ME904 message-encoding] `{path}` is not UTF-8; it looks like GBK\n"
        f"  hint: make it UTF-8 first: iconv -f GB18030 -t UTF-8 {path} > NEW (or save it as UTF-8 in an editor)\n"
    )


def test_lone_surrogates_are_decided_and_noted(command: Command) -> None:
    ran = command("scan", "-", "-p", POLICY, stdin=b'{"id": "\\ud800", "text": "\\ud83dx"}')
    assert ran.code == 0
    (found,) = records(ran.out)
    assert found["id"] == "\ud800"
    assert found["notes"]
    assert "1 message changed before reading" in ran.err


@pytest.mark.parametrize(
    "text",
    ["好" * 20_001, "失" + "\u200b" * 1_000_000 + "效", "网银" + "\u0301" * 100_000, "银" + " ." * 400_000 + "行"],
    ids=["20001-characters", "million-ignorables", "combining-marks", "gaps"],
)
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_endless_messages_are_undetermined_in_bounded_time(
    text: str, form: str, command: Command, tmp_path: Path
) -> None:
    path = tmp_path / f"long.{form}"
    line = json.dumps({"id": "1", "text": text}, ensure_ascii=False) if form == "jsonl" else f'id,text\n1,"{text}"'
    path.write_text(f"{line}\n", encoding="utf-8")
    begun = time.perf_counter()
    ran = command("scan", path, "-p", POLICY)
    assert time.perf_counter() - begun < 3
    assert ran.code == 0
    (found,) = records(ran.out)
    assert found["action"] == "review"
    assert found["undetermined"]
    assert "1 message undetermined, and so `review` or more" in ran.err


def test_within_the_limit_a_message_full_of_ignorables_is_decided(command: Command) -> None:
    text = "您的网银失" + "\u200b" * 19_900 + "效，登录 www.example.top"
    ran = command("scan", "-", "-p", POLICY, stdin=json.dumps({"text": text}).encode())
    assert records(ran.out)[0]["undetermined"] == []


# ------------------------------------------------------------------------ wrong usage


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "Missing argument 'FILE...'"),
        (("-", "-"), "standard input (-) can be read only once"),
        (("-", "--format", "csv"), "say in which folder, with --output FOLDER"),
        (("-", "--format", "summary", "-o", "x"), "leave --output out"),
        (("-", "-o", "x.csv"), "for CSV say --format csv --output FOLDER"),
        (("-", "--format", "xml"), "is not one of"),
    ],
)
def test_wrong_usage(args: tuple[str, ...], message: str, command: Command) -> None:
    ran = command("scan", *args)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_a_file_that_is_not_there(command: Command, messages: Path) -> None:
    ran = command("scan", messages.with_name("message.jsonl"), "-p", POLICY)
    assert ran.code == 2
    assert f"did you mean `{messages}`?" in ran.err


def test_all_files_are_looked_at_before_any_is_decided(command: Command, messages: Path) -> None:
    ran = command("scan", messages, "nowhere.jsonl", "-p", POLICY)
    assert (ran.code, ran.out) == (2, "")


def test_a_policy_that_does_not_compile_is_told_whole(command: Command, messages: Path, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("policy: p\nrulesets: [r.yaml]\nactoins: {}\n", encoding="utf-8")
    (tmp_path / "r.yaml").write_text("ruleset: r\nrules: []\ncolour: red\n", encoding="utf-8")
    ran = command("scan", messages, "-p", tmp_path / "p.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert "actoins" in ran.err
    assert "colour" in ran.err
    assert "problems: nothing was decided" in ran.err
    assert "Traceback" not in ran.err


def test_a_policy_that_is_not_there(command: Command, messages: Path) -> None:
    ran = command("scan", messages, "-p", "nowhere.yaml")
    assert ran.code == 2
    assert "ME101" in ran.err


def test_the_output_may_not_be_an_input(command: Command, messages: Path) -> None:
    before = messages.read_bytes()
    ran = command("scan", messages, "-p", POLICY, "-o", messages)
    assert ran.code == 2
    assert "is also an input" in ran.err
    assert messages.read_bytes() == before


def test_an_output_in_no_folder(command: Command, messages: Path, tmp_path: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "-o", tmp_path / "no" / "out.jsonl")
    assert ran.code == 2
    assert "there is no folder" in ran.err


# ------------------------------------------------------------------------ processes


def process(*args: object, **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(modengine.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-m", "modengine", *map(str, args)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=options.get("stdout", subprocess.PIPE),  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
    )


def finish(running: subprocess.Popen[bytes], stdin: bytes = b"") -> tuple[int, str, str]:
    out, err = running.communicate(stdin, timeout=60)
    return running.returncode, (out or b"").decode("utf-8"), err.decode("utf-8")


def test_a_module_runs_as_the_command_does() -> None:
    code, out, _ = finish(process("--version"))
    assert (code, out.strip()) == (0, f"modengine {modengine.__version__}")


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text(f"{EXPIRY}\n" * 5000, encoding="utf-8")
    running = process("scan", path, "-p", POLICY)
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdin is not None
    running.stdin.close()
    running.stdout.readline()
    running.stdout.close()
    err = running.stderr.read().decode("utf-8")
    running.stderr.close()
    assert (running.wait(60), err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("count", [1, 5000])
def test_a_full_disk_is_said(count: int, tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text(f"{EXPIRY}\n" * count, encoding="utf-8")
    with open("/dev/full", "wb") as full:
        code, _, err = finish(process("scan", path, "-p", POLICY, "-q", stdout=full))
    assert code == 2
    assert err == "modengine: reading or writing failed: no space left on device\n"
    code, _, err = finish(process("scan", path, "-p", POLICY, "-q", "-o", "/dev/full"))
    assert code == 2
    assert err.startswith(
        "modengine: [ME909 output-not-written] `/dev/full` cannot be written: no space left on device"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_scan_leaves_no_file(name: str, tmp_path: Path) -> None:
    import signal

    out = tmp_path / "out.jsonl"
    # A shell starts what runs in the background with SIGINT ignored, and children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = process("scan", "-", "-p", POLICY, "-o", out)
    finally:
        signal.signal(signal.SIGINT, before)
    assert running.stdin is not None
    running.stdin.write(b"x\n" * 1000)
    running.stdin.flush()
    for _ in range(200):
        if os.listdir(tmp_path):
            break
        time.sleep(0.05)
    assert os.listdir(tmp_path)
    running.send_signal(getattr(signal, name))
    _, err = running.communicate(timeout=60)
    assert running.returncode == (130 if name == "SIGINT" else 143)
    assert err.decode("utf-8") == "modengine: stopped; no output file was written\n"
    assert os.listdir(tmp_path) == []


def test_the_sample_messages_are_all_decided() -> None:
    root = Path(modengine.__file__).parents[1]
    samples = root / "samples" / "messages.jsonl"
    code, out, err = finish(process("scan", samples))
    assert code == 0
    assert len(out.splitlines()) == len(samples.read_text(encoding="utf-8").splitlines())
    assert "could not be read" not in err

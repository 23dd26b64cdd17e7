"""`modengine scan`."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import modengine
from modengine.cli.at_work import at_work
from modengine.explain.visible import many
from modengine.run.read.blocks import blocks
from modengine.run.write.tidy import DECISIONS, HITS
from tests.cli.scanning import MESSAGES, records
from tests.commands import EXPIRY, POLICY, Command, finish, process, started, wait_for

HERE = Path(__file__).parent
KEY = "PRIVATE+KEY+example.org/audit+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"


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
    assert ran.err.startswith(f"{recorded(5)}5 messages decided by class\n")


def recorded(decisions: int, size: int | None = None) -> str:
    """What `scan` says of its log, by default a new one in the current folder."""
    size = decisions + 1 if size is None else size
    log = f"{many(decisions, 'decision')} added to audit (now {many(size, 'record')}, unsigned)"
    return f"modengine: audit log: {log}\n"


def without_engine(summary: str) -> str:
    """A summary as it is whichever engine decides; that it names the one that does is asserted."""
    first, named, rest = summary.split("\n", 2)
    assert named == at_work()
    return f"{first}\n{rest}"


def test_the_summary(command: Command, messages: Path, golden: Callable[[Path, str], None]) -> None:
    ran = command("scan", messages, "-p", POLICY, "--format", "summary")
    assert (ran.code, ran.err) == (0, recorded(5))
    golden(HERE / "goldens" / "scan-summary.txt", without_engine(ran.out))


def test_a_narrow_terminal_gets_the_categories_whole(
    command: Command, messages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    ran = command("scan", messages, "-p", "campaign-2014", "--format", "summary")
    assert all(f"\n {name} " in ran.out for name in ("category", "terrorism", "pornography", "highest of all"))


def test_the_summary_without_scope(command: Command, messages: Path, golden: Callable[[Path, str], None]) -> None:
    ran = command("scan", messages, "-p", POLICY, "--format", "summary", "--ignore-scope")
    golden(HERE / "goldens" / "scan-summary-ignore-scope.txt", without_engine(ran.out))


def test_the_summary_of_a_study(command: Command, messages: Path, golden: Callable[[Path, str], None]) -> None:
    ran = command("scan", messages, "-p", POLICY.with_name("study.yaml"), "--format", "summary")
    golden(HERE / "goldens" / "scan-summary-study.txt", without_engine(ran.out))


def test_ignore_scope_decides_everything(command: Command, messages: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "--ignore-scope")
    assert all(r["action"] == r["taken"] for r in records(ran.out))


def test_a_dash_as_output_is_standard_output(command: Command, messages: Path, tmp_path: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "--no-audit", "-o", "-")
    assert (ran.code, len(records(ran.out))) == (0, 5)
    assert os.listdir(tmp_path) == ["messages.jsonl"]
    assert command("scan", messages, "-p", POLICY, "--format", "parquet", "-o", "-").code == 2


def test_with_output_the_summary_goes_to_standard_output(command: Command, messages: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    ran = command("scan", messages, "-p", POLICY, "-o", out)
    assert ran.code == 0
    assert ran.out.startswith("5 messages decided")
    assert ran.err == recorded(5)
    assert len(records(out.read_text(encoding="utf-8"))) == 5
    assert sorted(os.listdir(tmp_path)) == ["messages.jsonl", "out.jsonl"]


@pytest.mark.parametrize("output", ["", ".", "..", "/"])
def test_a_folder_is_no_output(command: Command, messages: Path, output: str) -> None:
    ran = command("scan", messages, "--policy", POLICY, "--no-audit", "--output", output)
    assert (ran.code, "[ME909" in ran.err, "a bug" in ran.err) == (2, True, False)


def test_quiet_says_nothing(command: Command, messages: Path, tmp_path: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "-o", tmp_path / "out.jsonl", "-q")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


# ------------------------------------------------------------------------ the audit log


def test_every_decision_is_recorded_across_runs(command: Command, messages: Path, folder: Path) -> None:
    command("scan", messages, "-p", POLICY)
    ran = command("scan", messages, "-p", POLICY, "--ignore-scope", "-o", folder / "out.jsonl")
    assert ran.err == recorded(5, 11)
    assert sorted(os.listdir(folder)) == ["audit", "out.jsonl"]
    assert (folder / "audit" / ".gitignore").read_text("utf-8").endswith("\n*\n")
    assert "11 (decision 10, revision 1)" in command("audit", "verify").out
    ran = command("audit", "replay", "--from", messages)
    assert (ran.code, ran.out) == (0, "10 decisions: 10 came out the same, 0 otherwise\n")


def test_another_place_of_the_log_and_none(command: Command, messages: Path, folder: Path) -> None:
    command("scan", messages, "-p", POLICY, "--audit", folder / "a" / "log", "--keep-text")
    assert os.listdir(folder) == ["a"]
    assert "5 came out the same" in command("audit", "replay", "--audit", folder / "a" / "log").out
    ran = command("scan", messages, "-p", POLICY, "--no-audit", "--format", "summary")
    assert (ran.code, ran.err) == (0, "")
    assert os.listdir(folder) == ["a"]
    ran = command("scan", messages, "-p", POLICY, "--no-audit", "--keep-text")
    assert (ran.code, "leave --no-audit out" in ran.err) == (2, True)


def test_decisions_that_cannot_be_recorded_are_not_made(command: Command, messages: Path, folder: Path) -> None:
    (folder / "audit").mkdir()
    (folder / "audit" / "notes.txt").write_text("mine", "utf-8")
    ran = command("scan", messages, "-p", POLICY, "-o", "out.jsonl")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "modengine: [ME951 not-a-log] `audit` is no audit log and not empty\n"
        "  hint: name a new folder, or that of a log: --audit DIR\n"
    )
    assert os.listdir(folder) == ["audit"]
    assert os.listdir(folder / "audit") == ["notes.txt"]


def test_what_was_decided_before_an_error_is_recorded_and_said(
    command: Command, messages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: object) -> Iterator[object]:
        yield from blocks(*args)  # type: ignore[arg-type]
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("modengine.cli.scan.files.blocks", breaks)
    ran = command("scan", messages, "-p", POLICY, "-o", "out.jsonl")
    assert (ran.code, ran.out) == (2, "")
    kept = "modengine: 5 lines decided, kept in `out.jsonl.part`; to go on: modengine scan"
    assert ran.err.startswith(f"{recorded(5)}{kept}")
    assert ran.err.splitlines()[-1] == "modengine: reading or writing failed: input/output error"
    assert sorted(os.listdir()) == ["audit", "out.jsonl.part", "out.jsonl.resume"]


def test_a_log_needs_no_extra_and_a_signature_says_which(messages: Path, folder: Path) -> None:
    """The core alone records and verifies: `cryptography`, `duckdb` and `pyarrow` are made unfindable."""
    code = (
        "import json, sys; sys.modules.update(dict.fromkeys(('cryptography', 'duckdb', 'pyarrow')))\n"
        "from modengine.cli.main import run\n"
        "codes = [run(args) for args in json.loads(sys.argv[1])]\n"
        "print('codes', *codes)"
    )
    (folder / "key").write_text(KEY, "utf-8")
    scan = ["scan", str(messages), "-p", str(POLICY), "-o", "out.jsonl"]
    good = [["verify"], ["show", "1"], ["replay", "--from", str(messages)], ["checkpoint"], ["export"], ["prove", "1"]]
    poor = [["keygen", "new"], ["query", "SELECT 1"], ["checkpoint", "--audit-key", "key"]]
    commands = [scan, *(["audit", *args] for args in [*good, *poor]), [*scan, "--audit-key", "key"]]
    code_of, out, err = finish(started([sys.executable, "-c", code, json.dumps(commands)]))
    assert code_of == 0
    assert out.splitlines()[-1] == "codes 0 0 0 0 0 0 0 2 2 2 2"
    assert err.startswith(recorded(5))
    assert err.count("hint: pip install 'modengine[audit]'") == 4
    assert err.count("`cryptography` is not installed, which signatures need") == 3


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
    assert "2 lines could not be read; `error` in the decisions says why:" in ran.err
    assert "1 ME901 message-not-json" in ran.err


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_empty_input(data: bytes, command: Command) -> None:
    ran = command("scan", "-", "-p", POLICY, stdin=data)
    assert (ran.code, ran.out) == (0, "")
    said = "What was read holds no message: it is empty, or a header alone."
    assert ran.err == f"{recorded(0)}0 messages decided by class\n{at_work()}\n{said}\n"


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
def test_endless_messages_are_undetermined(text: str, form: str, command: Command, tmp_path: Path) -> None:
    path = tmp_path / f"long.{form}"
    line = json.dumps({"id": "1", "text": text}, ensure_ascii=False) if form == "jsonl" else f'id,text\n1,"{text}"'
    path.write_text(f"{line}\n", encoding="utf-8")
    ran = command("scan", path, "-p", POLICY)
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
        (("-", "--format", "parquet"), "say which, with --output NAME.parquet"),
        (("-", "--format", "parquet", "-o", "x.pq"), "say which, with --output NAME.parquet"),
        (("-", "--format", "csv", "-o", "x.parquet"), "`x.parquet` would hold csv: leave --format out"),
        (("-", "--format", "jsonl", "-o", "x.csv"), "`x.csv` would hold jsonl: leave --format out"),
        (("-", "-o", "x.parquet", "--engine", "ray"), "shards of jsonl or csv, not of parquet"),
        (("-", "--format", "summary", "-o", "x"), "leave --output out"),
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
    assert "problems: nothing was done" in ran.err
    assert "Traceback" not in ran.err


def test_a_policy_that_is_not_there(command: Command, messages: Path) -> None:
    ran = command("scan", messages, "-p", "nowhere.yaml")
    assert ran.code == 2
    assert "ME101" in ran.err


def test_a_folder_with_its_own_log_is_read_once(command: Command, messages: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    messages.rename(folder / "messages.jsonl")
    for name in ("one.jsonl", "two.jsonl"):
        assert command("scan", folder, "-p", POLICY, "-a", folder / "audit", "-o", tmp_path / name).code == 0
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["x.xlsx", "x.tsv", "x.PDF"])
def test_a_name_of_another_form_is_refused(command: Command, messages: Path, name: str) -> None:
    ran = command("scan", messages, "-p", POLICY, "-o", name)
    assert ran.code == 2
    assert ".csv, .json, .jsonl, .ndjson, .parquet, .text, .txt; or give --format" in ran.err
    assert not Path(name).exists()
    assert command("scan", messages, "-p", POLICY, "-o", name, "--format", "jsonl").code == 0


@pytest.mark.parametrize("end", ["", ".part", ".resume"])
def test_the_output_may_not_be_an_input(command: Command, messages: Path, end: str) -> None:
    before = messages.read_bytes()
    source = messages.rename(f"{messages}{end}")
    ran = command("scan", source, "--input-format", "jsonl", "-p", POLICY, "-o", messages)
    assert ran.code == 2
    assert "is also an input" in ran.err
    assert source.read_bytes() == before


def test_an_output_in_no_folder(command: Command, messages: Path, tmp_path: Path) -> None:
    ran = command("scan", messages, "-p", POLICY, "-o", tmp_path / "no" / "out.jsonl")
    assert ran.code == 2
    assert "there is no folder" in ran.err


# ------------------------------------------------------------------------ processes


def test_a_module_runs_as_the_command_does() -> None:
    code, out, _ = finish(process("--version"))
    assert (code, out.strip()) == (0, at_work())


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


@pytest.mark.parametrize("command", ["rules", "explain --id h-021"])
def test_words_that_nobody_reads_end_with_141(command: str) -> None:
    running = process(*command.split())
    assert running.stdout is not None
    running.stdout.close()
    running.stdout = None
    assert finish(running) == (141, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("count", [1, 5000])
def test_a_full_disk_is_said(count: int, tmp_path: Path) -> None:
    path = tmp_path / "many.txt"
    path.write_text(f"{EXPIRY}\n" * count, encoding="utf-8")
    with open("/dev/full", "wb") as full:
        code, _, err = finish(process("scan", path, "-p", POLICY, "-q", stdout=full))
    assert code == 2
    assert (
        err == "modengine: reading or writing failed: no space left on device\n"
        "  hint: make room there, or write to another disk\n"
    )
    code, _, err = finish(process("scan", path, "-p", POLICY, "-q", "-o", "/dev/full"))
    assert code == 2
    assert err.startswith(
        "modengine: [ME909 output-not-written] `/dev/full` cannot be written: no space left on device"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_scan_leaves_no_file(name: str, tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "out.jsonl"
    running = process("scan", "-", "-p", POLICY, "-o", out)
    assert running.stdin is not None
    running.stdin.write(b"x\n" * 1000)
    running.stdin.flush()
    wait_for(lambda: bool(os.listdir(tmp_path)) and (folder / "audit" / "rules").is_dir())
    running.send_signal(getattr(signal, name))
    _, err = running.communicate(timeout=60)
    # Where SIGINT strikes code within `exec` (dataclasses), Python itself ends by the signal: 130 to a shell.
    assert running.returncode in ((130, -signal.SIGINT) if name == "SIGINT" else (143,))
    lines = sorted(err.decode("utf-8").splitlines())
    assert lines[-1] == "modengine: stopped; no output file was written"
    assert all(line.startswith("modengine: audit log: ") for line in lines[:-1])
    assert os.listdir(tmp_path) == []
    code, _, err_of = finish(process("scan", "-", "-p", POLICY, "-q"), b"x\n")
    assert (code, err_of) == (0, "")


LOST = """
import signal, sys, time
from modengine.cli import main
class Struck:
    def __del__(self):
        signal.raise_signal(signal.{name})
def run():
    Struck()
    time.sleep(50)
main.run = run
main.main()
"""


@pytest.mark.parametrize(("name", "code", "said"), [("SIGTERM", 143, 1), ("SIGINT", -2, 0)])
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_stop_that_strikes_where_python_ignores_exceptions_is_not_lost(name: str, code: int, said: int) -> None:
    """Nor said twice."""
    ended, _, err = finish(started([sys.executable, "-c", LOST.format(name=name)]))
    assert ended == code
    assert err.count("modengine: stopped") == said


EARLY = """
import signal, sys
class Struck:
    def find_spec(self, name, *_):
        if name == "click":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Struck())
from modengine.__main__ import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_stop_while_the_command_is_imported_shows_no_traceback() -> None:
    assert finish(started([sys.executable, "-c", EARLY])) == (-signal.SIGINT, "", "")


def test_a_line_from_a_pipe_is_decided_as_it_comes() -> None:
    running = process("scan", "-", "-p", POLICY, "-q")
    assert running.stdin is not None
    assert running.stdout is not None
    for number in (1, 2):
        running.stdin.write(b'{"text": "x"}\n')
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["line"] == number
    assert finish(running) == (0, "", "")


def test_the_sample_messages_are_all_decided() -> None:
    root = Path(modengine.__file__).parents[1]
    samples = root / "samples" / "messages.jsonl"
    code, out, err = finish(process("scan", samples))
    assert code == 0
    assert len(out.splitlines()) == len(samples.read_text(encoding="utf-8").splitlines())
    assert "could not be read" not in err


# ------------------------------------------------------------------------ fields


@pytest.mark.parametrize(
    ("header", "note"),
    [("id,text,titel", True), ("id,text,title", False)],
)
@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_field_that_patterns_look_in_and_no_message_has_is_told(
    header: str, note: bool, processes: str, command: Command, tmp_path: Path
) -> None:
    rules = "ruleset: r\ntitle: T\ncategory: c\nrules:\n  - id: c.a\n    title: A\n    score: 5\n"
    rules += "    patterns: {p: {text: [prize], field: title}}\n    when: p\n"
    (tmp_path / "r.yaml").write_text(rules, "utf-8")
    policy = "policy: p\ntitle: T\nfields: {title: string}\nrulesets: [r.yaml]\nactions: {c: {label: 5}}\n"
    (tmp_path / "p.yaml").write_text(policy, "utf-8")
    (tmp_path / "m.csv").write_text(f"{header}\n1,hello,a prize\n2,prize,\n", "utf-8")
    ran = command("scan", tmp_path / "m.csv", "-p", tmp_path / "p.yaml", "--no-audit", "-j", processes)
    assert [r["action"] for r in records(ran.out)] == (["allow", "allow"] if note else ["label", "allow"])
    assert ("No message has the field `title`" in ran.err) == note

"""`modengine read` and `scan --reader`: files of messages, by a program that stands for one that reads pictures."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.commands import EXPIRY, POLICY, Command

READS = "import pathlib, sys\nprint(pathlib.Path(sys.argv[1]).read_text('utf-8'))\n"


@pytest.fixture
def reader(folder: Path) -> str:
    (folder / "reads.py").write_text(READS, encoding="utf-8")
    return f'ocr="{sys.executable}" reads.py {{file}}'


@pytest.fixture
def messages(folder: Path) -> Path:
    (folder / "expiry.png").write_text(EXPIRY, encoding="utf-8")
    (folder / "bad.png").write_bytes(b"\xff")
    parts = [("expiry.png",), (), ("bad.png",), ("expiry.png", "none.png")]
    rows = [
        {"id": f"m{n}", "text": "看图", "app": "x", "parts": [{"kind": "ocr", "file": file} for file in files]}
        for n, files in enumerate(parts)
    ]
    path = folder / "messages.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, 5]), encoding="utf-8")
    return path


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("messages")
@pytest.mark.parametrize("jobs", [1, 3])
def test_read_writes_messages_with_the_text_of_their_files(command: Command, reader: str, jobs: int) -> None:
    ran = command("read", "messages.jsonl", "--reader", reader, "-j", jobs)
    assert ran.code == 1
    read, plain, bad, half = lines(ran.out)
    assert read == {
        "id": "m0", "text": "看图", "app": "x", "parts": [{"kind": "ocr", "text": EXPIRY, "file": "expiry.png"}]
    }  # fmt: skip
    assert plain == {"id": "m1", "text": "看图", "app": "x"}
    assert bad["parts"] == [{"kind": "ocr", "file": "bad.png"}]
    assert half["parts"] == [
        {"kind": "ocr", "text": EXPIRY, "file": "expiry.png"},
        {"kind": "ocr", "file": "none.png"},
    ]
    said = ran.err.splitlines()
    assert "messages.jsonl:3: [ME919] `parts[0]`: the reader of `ocr` could not read `bad.png`" in said[0]
    assert "messages.jsonl:4: [ME919] `parts[1]`: `none.png` is not there" in said[2]
    assert said[3] == "  hint: see --media-root, and docs/media.md"
    assert said[4] == "modengine: messages.jsonl:5: [ME901] not a JSON object but a number"
    assert said[-1] == "modengine: 2 of 4 files read, of 5 messages"


def test_every_file_that_cannot_be_read_is_named(command: Command, folder: Path, reader: str) -> None:
    (folder / "a.png").write_text("a", encoding="utf-8")
    files = ["a.png", "b.png", "c.png", "a.png"]
    message = {"text": "", "parts": [{"kind": "ocr", "file": file} for file in files]}
    (folder / "m.jsonl").write_text(json.dumps(message), encoding="utf-8")
    ran = command("read", "m.jsonl", "--reader", reader)
    assert [line.split("`")[3] for line in ran.err.splitlines() if "ME919" in line] == ["b.png", "c.png"]
    assert ran.err.endswith("modengine: 2 of 4 files read, of 1 message\n")


@pytest.mark.usefixtures("messages")
def test_read_goes_on_over_its_own_output(command: Command, folder: Path, reader: str) -> None:
    assert command("read", "messages.jsonl", "--reader", reader, "-o", "once.jsonl").code == 1
    (folder / "bad.png").write_text("好", encoding="utf-8")
    (folder / "none.png").write_text("好", encoding="utf-8")
    (folder / "expiry.png").write_text("no longer read", encoding="utf-8")
    ran = command("read", "once.jsonl", "--reader", reader, "-o", "twice.jsonl")
    assert (ran.code, ran.err) == (0, "modengine: 2 of 2 files read, of 4 messages\n")
    first, _, _, half = lines((folder / "twice.jsonl").read_text("utf-8"))
    known = {"kind": "ocr", "text": EXPIRY, "file": "expiry.png"}
    assert first["parts"] == [known]
    assert half["parts"] == [known, {"kind": "ocr", "text": "好", "file": "none.png"}]


@pytest.mark.usefixtures("messages")
def test_a_scan_with_a_reader_decides_what_was_read(command: Command, reader: str) -> None:
    ran = command("scan", "messages.jsonl", "-p", POLICY, "--reader", reader)
    assert ran.code == 1
    read, plain, bad, half, number = lines(ran.out)
    assert (read["action"], read["hits"][0]["matches"][0]["part"]) == ("review", "ocr")  # type: ignore[index]
    assert plain["action"] == "allow"
    assert [found["error"]["code"] for found in (bad, half, number)] == ["ME919", "ME919", "ME901"]  # type: ignore[index]
    assert command("scan", "messages.jsonl", "-p", POLICY, "--reader", reader, "-j", "2").out == ran.out
    command("read", "messages.jsonl", "--reader", reader, "-o", "read.jsonl")
    again = lines(command("scan", "read.jsonl", "-p", POLICY).out)
    assert [{**found, "source": ""} for found in again[:2]] == [{**found, "source": ""} for found in (read, plain)]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_of_messages_name_files_too(command: Command, folder: Path, reader: str, form: str) -> None:
    (folder / "a.png").write_text(EXPIRY, encoding="utf-8")
    parts = [{"kind": "ocr", "file": "a.png"}]
    if form == "csv":
        with (folder / "m.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "parts"), ("", json.dumps(parts))])
    else:
        part = {"kind": "ocr", "file": "a.png", "text": None}
        pyarrow.parquet.write_table(pyarrow.table({"text": [None], "parts": [[part]]}), folder / "m.parquet")
    for jobs in (1, 2):
        (found,) = lines(command("scan", f"m.{form}", "-p", POLICY, "--reader", reader, "-j", jobs).out)
        assert found["action"] == "review"


def test_a_column_names_files(command: Command, folder: Path, reader: str) -> None:
    for name in "abc":
        (folder / f"{name}.png").write_text(f"{name} {EXPIRY}", encoding="utf-8")
    (folder / "m.csv").write_text("id,text,image\n1,x,a.png\n2,y,\n3,z,none.png\n", encoding="utf-8")
    options = ("--reader", reader, "--media", "image=ocr")
    first, plain, lost = lines(command("read", "m.csv", *options).out)
    assert first == {"id": "1", "text": "x", "parts": [{"kind": "ocr", "text": f"a {EXPIRY}", "file": "a.png"}]}
    assert plain == {"id": "2", "text": "y"}
    assert lost["parts"] == [{"kind": "ocr", "file": "none.png"}]
    decided = lines(command("scan", "m.csv", "-p", POLICY, *options, "-j", "2").out)
    assert [found.get("action") for found in decided] == ["review", "allow", None]
    rows = [
        {"text": "", "image": ["b.png", "c.png"], "parts": [{"kind": "ocr", "file": "a.png"}]},
        {"text": "", "image": []},
        {"text": "5", "image": 5},
        {"text": "", "image": ["a.png", "", None]},
        {"text": "", "image": ["a.png", {}]},
        {"text": "", "image": ""},
    ]
    (folder / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    ran = command("read", "m.jsonl", *options)
    several, none, number, gaps, half, empty = lines(ran.out)
    assert [part["text"][0] for part in several["parts"]] == ["a", "b", "c"]  # type: ignore[attr-defined]
    assert none == empty == {"text": ""}
    assert number == {"text": "5", "image": 5}
    read = [{"kind": "ocr", "text": f"a {EXPIRY}", "file": "a.png"}]
    assert gaps == {"text": "", "parts": read}
    assert half == {"text": "", "parts": read, "image": [{}]}
    assert ran.err.count("[ME902] `image` is a number, not the name of a file") == 1
    assert ran.err.count("[ME902] `image` is an object, not the name of a file") == 1
    assert ran.err.count("ME9") == 2
    decided = lines(command("scan", "m.jsonl", "-p", POLICY, *options).out)
    assert [found.get("action") for found in decided] == ["review", "allow", None, "review", None, "allow"]


def test_a_column_may_be_read_as_several_kinds(command: Command, folder: Path, reader: str) -> None:
    (folder / "a.png").write_text("a", encoding="utf-8")
    (folder / "m.csv").write_text("text,video\nx,a.png\n", encoding="utf-8")
    both = ("--reader", reader, "--reader", reader.replace("ocr", "transcript"))
    (found,) = lines(command("read", "m.csv", *both, "--media", "video=ocr", "--media", "video=transcript").out)
    assert found["parts"] == [{"kind": kind, "text": "a", "file": "a.png"} for kind in ("ocr", "transcript")]


@pytest.mark.usefixtures("messages")
def test_an_unfinished_scan_is_not_gone_on_with_by_another_reader(
    command: Command, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    line = ("scan", "messages.jsonl", "-p", POLICY, "-o", "out.jsonl")
    with monkeypatch.context() as patch:
        patch.setattr("modengine.run.write.output.Parts.place", stopped)
        assert command(*line, "--reader", reader).code == 130
    ran = command(*line, "--resume")
    assert ran.code == 2
    assert "--reader, --media or --media-root is another" in ran.err
    assert command(*line, "--reader", reader, "--resume").code == 1


@pytest.mark.usefixtures("messages")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("read", "messages.jsonl"), "say what reads the files: --reader KIND[=COMMAND]"),
        (("read", "messages.jsonl", "--reader", "ocr=true", "--reader", "ocr=true"), "`ocr` has two readers"),
        (("read", "messages.jsonl", "--media-root", "."), "say which, with --reader"),
        (("scan", "messages.jsonl", "--reader-timeout", "5"), "--reader-timeout are for a reader: say which"),
        (("read", "messages.jsonl", "--media", "image=ocr"), "say which, with --reader"),
        (("read", "messages.jsonl", "--reader", "ocr=true", "--media", "image"), "`image` is not COLUMN=KIND; kinds"),
        (("read", "messages.jsonl", "--reader", "ocr=true", "--media", "a=photo"), "`a=photo` is not COLUMN=KIND"),
        (("read", "messages.jsonl", "--reader", "ocr=true", "--media", "text=ocr"), "`text` is no field that names"),
        (("read", "messages.jsonl", "--reader", "ocr=nowhere"), "[ME920 reader-unusable] there is no program"),
        (("read", "messages.jsonl", "--reader", "ocr=true", "--reader-timeout", "0"), "--reader-timeout"),
        (("scan", "messages.jsonl", "--reader", "photo=x"), "`photo` is no kind of part"),
        (("scan", "messages.jsonl", "--reader", "ocr=false"), "`ocr=false` ended with 1, before its first answer"),
        (("scan", "messages.jsonl", "--reader", "ocr=false", "-j", "2"), "ended with 1, before its first answer"),
        (("scan", "messages.jsonl", "--reader", "ocr=true", "--engine", "ray", "-o", "x"), "read the files first"),
    ],
)
def test_what_cannot_be_is_said(command: Command, line: tuple[str, ...], message: str) -> None:
    ran = command(*line, *(("-p", str(POLICY)) if line[0] == "scan" else ()))
    assert ran.code == 2
    assert message in ran.err


@pytest.mark.usefixtures("messages")
def test_an_output_that_is_an_input_is_refused(command: Command, reader: str) -> None:
    ran = command("read", "messages.jsonl", "--reader", reader, "-o", "messages.jsonl")
    assert ran.code == 2
    assert "is also an input" in ran.err


# ----------------------------------------------------------------- audit replay


@pytest.fixture
def recorded(command: Command, folder: Path, messages: Path, reader: str) -> Path:
    """A log of two decisions, on a message with a picture and on one without; no text was kept."""
    messages.write_text("".join(messages.read_text("utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    scan = command("scan", messages, "-p", POLICY, "--reader", reader, "--audit", "audit", "-o", "out.jsonl")
    assert scan.code == 0, scan.err
    return folder


def test_a_decision_on_a_picture_is_replayed_from_what_was_read_of_it(
    command: Command, recorded: Path, reader: str
) -> None:
    assert command("read", "messages.jsonl", "--reader", reader, "-o", "read.jsonl").code == 0
    (recorded / "expiry.png").unlink()
    ran = command("audit", "replay", "--from", "read.jsonl")
    assert (ran.code, ran.out.splitlines()) == (0, [
        "2 decisions: 2 came out the same, 0 otherwise",
        "  1 from the source",
        "  1 from the source, with files that were read before",
    ])  # fmt: skip


def test_a_replay_with_a_reader_reads_the_files_again(command: Command, recorded: Path, reader: str) -> None:
    ran = command("audit", "replay", "--from", "messages.jsonl", "--reader", reader)
    assert (ran.code, ran.out.splitlines()) == (0, [
        "2 decisions: 2 came out the same, 0 otherwise",
        "  1 from the source",
        "  1 from the source, with files that were read anew",
    ])  # fmt: skip
    (recorded / "expiry.png").write_text(EXPIRY + "！", "utf-8")
    ran = command("audit", "replay", "--from", "messages.jsonl", "--reader", reader)
    first = ran.out.splitlines()[0]
    assert (ran.code, first) == (
        1, "2 decisions: 1 came out the same, 0 otherwise, not made again: reading changed 1"
    )  # fmt: skip
    (recorded / "expiry.png").unlink()
    ran = command("audit", "replay", "--from", "messages.jsonl", "--reader", reader, "--format", "json")
    found = json.loads(ran.out)
    assert (ran.code, found["causes"], found["texts"]) == (1, {"file unread": 1}, {"source": 1})


@pytest.mark.usefixtures("recorded")
def test_a_replay_says_of_a_file_that_nobody_has_read_it(command: Command) -> None:
    ran = command("audit", "replay", "--from", "messages.jsonl")
    said = ran.out.splitlines()
    assert (ran.code, said[0]) == (
        1, "2 decisions: 1 came out the same, 0 otherwise, not made again: file unread 1"
    )  # fmt: skip
    assert "say what reads such files, --reader KIND" in said[-1]


@pytest.mark.usefixtures("recorded")
def test_a_reader_is_for_messages_of_a_source(command: Command, reader: str) -> None:
    ran = command("audit", "replay", "--reader", reader)
    assert (ran.code, "--reader reads the files that messages of --from name" in ran.err) == (2, True)

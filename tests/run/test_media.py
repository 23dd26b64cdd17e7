"""Files of messages read by programs: what they say, and all that can go wrong with them."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modengine.errors import InputError, MessageError
from modengine.model import Message, Part
from modengine.run.read.blocks import Block, Position
from modengine.run.read.files import read_paths
from modengine.run.read.jsonl import message_from
from modengine.run.read.media import programs, rapid
from modengine.run.read.media.readers import PartReader, Readers, reader_of
from modengine.run.read.row import Row
from modengine.run.read.shape import FilePart, UnreadParts
from modengine.run.work.local import deciding

posix = pytest.mark.skipif(os.name != "posix", reason="process groups")
Program = Callable[[str], str]
PER_FILE = "import pathlib, sys\nprint('read', pathlib.Path(sys.argv[1]).read_text('utf-8'))\n"
LASTING = """\
import json, pathlib, sys
print('ready', file=sys.stderr)
for line in sys.stdin:
    asked = json.loads(line)
    text = pathlib.Path(asked['file']).read_text('utf-8')
    {answer}
"""
ANSWER = "print(json.dumps({'id': asked['id'], 'text': 'heard ' + text}), flush=True)"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Writes a program; how it is called."""
    made = 0

    def make(source: str) -> str:
        nonlocal made
        made += 1
        path = tmp_path / f"program{made}.py"
        path.write_text(source, encoding="utf-8")
        return f'"{sys.executable}" "{path}"'

    return make


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    (folder / "pictures").mkdir(parents=True)
    for name in ("a", "b", "c"):
        (folder / "pictures" / f"{name}.png").write_text(f"{name} \n", encoding="utf-8")
    (tmp_path / "secret.png").write_text("secret", encoding="utf-8")
    return folder


def row(folder: Path, *files: str, kind: str = "ocr", text: str = "x") -> Row:
    parts = [{"kind": kind, "file": file} for file in files]
    path = folder / "messages.jsonl"
    path.write_text(json.dumps({"id": "1", "text": text, "parts": parts, "app": "y"}) + "\n", encoding="utf-8")
    (found,) = read_paths([path])
    return found


def readers(*written: str, timeout: float = 20, root: Path | None = None) -> Readers:
    return Readers(tuple(map(reader_of, written)), root, timeout)


def error(found: Row) -> str:
    assert found.error is not None
    assert (found.error.code, found.message) == ("ME919", None)
    return found.error.message


# --------------------------------------------------------------------------- messages


def test_a_file_that_nobody_has_read_is_an_error_of_its_message() -> None:
    with pytest.raises(UnreadParts, match=r"`parts\[1\]` is the file `a.png`, which nobody has read") as caught:
        message_from('{"parts": [{"kind": "ocr", "text": "x"}, {"kind": "ocr", "file": "a.png"}]}')
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.given, again.unread, str(again)) == (caught.value.given, caught.value.unread, str(caught.value))


def test_a_part_that_has_its_text_is_not_read_again() -> None:
    found = message_from('{"parts": [{"kind": "ocr", "text": "", "file": "a.png"}, {"kind": "ocr", "text": "y"}]}')
    assert found.parts == (FilePart("ocr", "", "a.png"), Part("ocr", "y"))


@pytest.mark.parametrize("file", [1, "", [], {}])
def test_what_is_no_name_of_a_file_is_refused(file: object) -> None:
    with pytest.raises(MessageError, match=r"`parts\[0\].file` is") as caught:
        message_from(json.dumps({"text": "x", "parts": [{"kind": "ocr", "file": file}]}))
    assert caught.value.code == "ME902"


# --------------------------------------------------------------------------- reading


@pytest.mark.parametrize("lasting", [False, True])
def test_files_become_parts(media: Path, program: Program, lasting: bool) -> None:
    command = program(LASTING.format(answer=ANSWER)) if lasting else program(PER_FILE) + " {file}"
    made = readers(f"ocr={command}")
    verb = "heard" if lasting else "read"
    for _ in range(2):
        assert made.read(row(media, "pictures/a.png", "pictures/../pictures/b.png")).message == Message(
            "x", "1", (Part("ocr", f"{verb} a"), Part("ocr", f"{verb} b")), {"app": "y"}
        )
    assert made.read(Row(1, "a", Message("x"))).message == Message("x")
    made.close()


def test_a_kind_without_a_reader_stays_unread(media: Path, program: Program) -> None:
    made = readers(f"ocr={program(PER_FILE)} {{file}}")
    assert "which nobody has read" in error(made.read(row(media, "pictures/a.png", kind="transcript")))


def test_a_program_that_stays_is_started_once(media: Path, program: Program, tmp_path: Path) -> None:
    started = tmp_path / "started"
    made = readers(
        f"ocr={program(f'open({str(started)!r}, chr(97)).write(chr(120));' + LASTING.format(answer=ANSWER))}"
    )
    rows = [row(media, f"pictures/{name}.png") for name in "abc"]
    assert [found.message is not None for found in made.over(rows)] == [True] * 3
    assert started.read_text("utf-8") == "x"
    made.close()


def test_readers_pickle_without_what_is_running(media: Path, program: Program) -> None:
    made = readers(f"ocr={program(LASTING.format(answer=ANSWER))}", timeout=7)
    made.read(row(media, "pictures/a.png"))
    again = pickle.loads(pickle.dumps(made))
    assert (again, again.timeout) == (made, 7)
    assert again.read(row(media, "pictures/a.png")).message is not None
    made.close()
    again.close()


# --------------------------------------------------------------------------- hostile names


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("../secret.png", "lies outside the folder"),
        ("pictures/../../secret.png", "lies outside the folder"),
        ("/etc/passwd", "lies outside the folder"),
        ("link.png", "lies outside the folder"),
        ("pictures", "is no regular file"),
        ("pictures/d.png", "is not there: looked for in"),
        ("http://example.com/a.png", "addresses are not fetched"),
        ("a\0b", "cannot be opened"),
        ("x" * 5_000, "cannot be opened"),
        ("circle", "cannot be opened"),
    ],
)
@posix
def test_only_regular_files_in_the_folder_are_opened(media: Path, program: Program, file: str, message: str) -> None:
    (media / "link.png").symlink_to(media.parent / "secret.png")
    (media / "circle").symlink_to("circle")
    made = readers(f"ocr={program(PER_FILE)} {{file}}")
    assert message in error(made.read(row(media, file)))


@posix
def test_pipes_are_not_opened(media: Path, program: Program) -> None:
    os.mkfifo(media / "pipe")
    assert "is no regular file" in error(readers(f"ocr={program(PER_FILE)} {{file}}").read(row(media, "pipe")))


def test_another_folder_is_named(media: Path, program: Program) -> None:
    made = readers(f"ocr={program(PER_FILE)} {{file}}", root=media.parent)
    found = made.read(row(media, "secret.png", str(media / "pictures" / "a.png")))
    assert found.message is not None
    assert [part.text for part in found.message.parts] == ["read secret", "read a"]


@posix
@pytest.mark.parametrize(
    "name", ["-rf", "$(touch made)", "a;touch made", "a b'\"", "{file}", "`touch made`", "行\n", "*"]
)
def test_a_name_is_one_argument_and_nothing_else(media: Path, program: Program, name: str) -> None:
    (media / name).write_text("z", encoding="utf-8")
    source = "import json, sys\nprint(json.dumps(sys.argv[1:]))\n"
    found = readers(f"ocr={program(source)} --in={{file}} x").read(row(media, name))
    assert found.message is not None
    assert json.loads(found.message.parts[0].text) == [f"--in={media.resolve() / name}", "x"]
    assert not list(media.parent.rglob("made"))


# --------------------------------------------------------------------------- programs that fail


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import sys\nsys.exit('no such\\nlanguage')", "it ended with 1: language"),
        ("import os\nos.write(1, b'\\xff')", "it printed what is not UTF-8"),
        ("print('x' * 5_000_000)", "it printed more than 1,000,000 characters"),
        ("print('x' * 1_000_001)", "it gave more than 1,000,000 characters"),
        ("while True: print('x' * 10_000)", "it printed more than 1,000,000 characters"),
        ("import sys\nwhile True: sys.stderr.write('x' * 10_000)", "it took more than 1 s"),
        ("import time\ntime.sleep(60)", "it took more than 1 s"),
    ],
    ids=["exit", "not-utf8", "much", "a-little-much", "endless", "endless-errors", "slow"],
)
def test_a_program_that_fails_is_an_error_of_the_message(
    media: Path, program: Program, source: str, message: str
) -> None:
    made = readers(f"ocr={program(source)} {{file}}", timeout=1 if "took" in message else 20)
    assert error(made.read(row(media, "pictures/a.png"))).endswith(message)


@posix
def test_what_a_program_started_is_killed_with_it(media: Path, program: Program, tmp_path: Path) -> None:
    """It holds the output open, and its parent has ended or never does."""
    child = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    )
    note = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(p.pid)); print('done', flush=True)\n"
    started = tmp_path / "pid"
    for rest, timeouts in (("", (60.0,)), ("time.sleep(600)\n", (1.0, 5.0, 25.0))):  # longer, until it came so far
        for timeout in timeouts:
            readers(f"ocr={program(child + note + rest)} {{file}}", timeout=timeout).read(row(media, "pictures/a.png"))
            if started.exists() and started.read_text("utf-8"):
                break
        wait_for_end(int(started.read_text("utf-8")))
        started.unlink()


def wait_for_end(pid: int) -> None:
    """Until it is gone, or dead and not yet fetched by whoever has it now."""
    gone = threading.Event()
    for _ in range(1200):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
                return
        except (ProcessLookupError, FileNotFoundError):
            return
        gone.wait(0.05)
    pytest.fail(f"{pid} is still there")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("print(json.dumps({'id': asked['id'], 'error': 'no picture'}), flush=True)", "it says: no picture"),
        ("print('loading', flush=True)", "it answered with what is no answer: loading"),
        ("print(json.dumps({'id': 0, 'text': ''}), flush=True)", "it answered with what is no answer"),
        ("print(json.dumps({'id': asked['id']}), flush=True)", "it answered without `text` and without `error`"),
        ("print(json.dumps({'id': asked['id'], 'text': 5}), flush=True)", "answered without `text`"),
        ("print(json.dumps({'id': asked['id'], 'text': 'x' * 1_000_001}), flush=True)", "it gave more than 1,000,000"),
        ("print('x' * 9_000_000, flush=True)", "it answered with what is no answer: xxxx"),
        ("print('[' * 100_000, flush=True)", "it answered with what is no answer: [[["),
        ("import os; os.abort()", "was killed by signal"),
        ("sys.exit('out of memory')", "it ended with 1: out of memory"),
        ("import os, time; os.close(1); time.sleep(600)", "it closed its output"),
        ("import time; time.sleep(60)", "it took more than 1 s"),
    ],
)
@posix
def test_a_program_that_stays_fails_and_is_asked_again(
    media: Path, program: Program, answer: str, message: str
) -> None:
    """It answers all but b, and is started anew where it was lost."""
    lines = f"{ANSWER} if text.strip() != 'b' else None\n    if text.strip() == 'b':\n        {answer}"
    made = readers(f"ocr={program(LASTING.format(answer=lines))}", timeout=1 if "took" in message else 20)
    found = list(made.over([row(media, f"pictures/{name}.png") for name in "abc"]))
    assert message in error(found[1])
    assert [f.message.parts[0].text for f in (found[0], found[2]) if f.message is not None] == ["heard a", "heard c"]
    made.close()


@posix
def test_a_program_that_is_started_anew_has_as_long_as_at_first(
    media: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, given = programs.LastingProgram._answer, list[float]()

    def noted(self: programs.LastingProgram, timeout: float) -> str | programs.UnansweredError:
        given.append(timeout)
        return answer(self, timeout)

    monkeypatch.setattr(programs.LastingProgram, "_answer", noted)
    lines = f"sys.exit() if text.strip() == 'b' else {ANSWER}"
    made = readers(f"ocr={program(LASTING.format(answer=lines))}", timeout=20)
    list(made.over([row(media, f"pictures/{name}.png") for name in "abca"]))
    assert given == [20 + programs.STARTING, 20, 20 + programs.STARTING, 20]
    made.close()


@pytest.mark.parametrize("source", ["import sys\nsys.exit('no module named vosk')", "pass"])
def test_a_program_that_never_answers_stops_all(media: Path, program: Program, source: str) -> None:
    with pytest.raises(InputError, match="before its first answer") as caught:
        readers(f"ocr={program(source)}").read(row(media, "pictures/a.png"))
    assert caught.value.code == "ME920"


@posix
def test_a_program_that_cannot_be_started_stops_all(media: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF nonsense")
    broken.chmod(0o755)
    with pytest.raises(InputError, match="cannot be started: exec format error"):
        readers(f"ocr={broken} {{file}}").read(row(media, "pictures/a.png"))


@posix
def test_closing_ends_what_another_thread_waits_for(media: Path, program: Program) -> None:
    made = readers(f"ocr={program('import time; time.sleep(60)')} {{file}}", timeout=60)
    found: list[Row] = []
    thread = threading.Thread(target=lambda: found.append(made.read(row(media, "pictures/a.png"))))
    thread.start()
    while not any(getattr(p, "_process", None) for p in list(made._programs.values())):
        threading.Event().wait(0.01)
    made.close()
    thread.join(60)
    assert "was killed by signal 9" in error(found[0])


@posix
def test_who_leaves_the_group_and_holds_the_output_is_not_waited_for(
    media: Path, program: Program, tmp_path: Path
) -> None:
    sleep = "[sys.executable, '-c', 'import time; time.sleep(1000)']"
    left = f"import subprocess, sys\nleft = subprocess.Popen({sleep}, start_new_session=True)\n"
    left += f"open({str(tmp_path / 'left')!r}, 'a').write(f'{{left.pid}}\\n')\n"

    def pids() -> list[int]:
        return [int(line) for line in (tmp_path / "left").read_text("utf-8").splitlines()]

    def close() -> None:
        while len(pids()) < 2:
            threading.Event().wait(0.01)
        made.close()

    found = readers(f"ocr={program(left + PER_FILE)} {{file}}").read(row(media, "pictures/a.png"))
    assert found.message is not None
    assert found.message.parts[0].text == "read a"
    made = readers(f"ocr={program(left + LASTING.format(answer='pass'))}", timeout=60)
    threading.Thread(target=close, daemon=True).start()
    with pytest.raises(InputError, match=r"was killed by signal 9.*before its first answer"):
        made.read(row(media, "pictures/a.png"))
    for pid in pids():
        os.kill(pid, signal.SIGKILL)  # an error, if it were gone


@dataclass
class Reading:
    """Reads the same message for every block."""

    readers: Readers
    row: Row

    def __call__(self, _: Block) -> Message | None:
        return self.readers.read(self.row).message


@posix
@pytest.mark.parametrize("jobs", [1, 2])
def test_deciding_ends_its_readers(media: Path, program: Program, tmp_path: Path, jobs: int) -> None:
    """Also one that does not end with its input."""
    note = f"import os, time\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
    made = readers(f"ocr={program(note + LASTING.format(answer=ANSWER) + 'time.sleep(60)')}")
    work: Any = Reading(made, row(media, "pictures/a.png"))
    with deciding(work, jobs) as decide:
        (found,) = decide([Block("a.txt", "text", 1, Position(line=2), 1, b"")])
    assert found is not None
    wait_for_end(int((tmp_path / "pid").read_text("utf-8")))


@pytest.mark.parametrize("kind", [programs.PerFileProgram, programs.LastingProgram])
def test_a_closed_program_is_not_started_again(
    kind: type[programs.PerFileProgram] | type[programs.LastingProgram],
) -> None:
    made = kind([sys.executable, "-c", "pass"])
    made.close()
    with pytest.raises(programs.UnansweredError, match="is not asked any more"):
        made.ask("x", 5)


# --------------------------------------------------------------------------- how they are written


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("photo=x", "`photo` is no kind of part: text, caption, ocr, transcript"),
        ("ocr=", "`ocr=` names no program"),
        ("ocr='x", "cannot be split into words: no closing quotation"),
        ("ocr={file}", "the program cannot be the file itself"),
        ("transcript", "nothing reads `transcript` by itself"),
    ],
)
def test_a_reader_of_another_form_is_refused(written: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reader_of(written)


def test_a_program_that_is_not_there_is_said_before_anything_is_read() -> None:
    with pytest.raises(InputError, match="there is no program `no-such-program`"):
        reader_of("ocr=no-such-program {file}")


@pytest.mark.parametrize("found", ["C:\\tools\\ocr.CMD", "C:\\tools\\ocr.bat"])
def test_scripts_of_the_windows_shell_are_refused(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: found)
    with pytest.raises(InputError, match="script of the shell"):
        reader_of("ocr=ocr {file}")


def test_on_windows_a_backslash_parts_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: name)
    monkeypatch.setattr("modengine.run.read.media.readers.os.name", "nt")
    assert reader_of(r'ocr="C:\Program Files\ocr.exe" --in {file}') == PartReader(
        "ocr", (r"C:\Program Files\ocr.exe", "--in", "{file}"), r'ocr="C:\Program Files\ocr.exe" --in {file}'
    )


def test_the_built_in_reader_is_run_apart_from_this_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modengine.run.read.media.readers.find_spec", lambda _: object())
    program, flag, script = reader_of("ocr").command
    assert (program, flag) == (sys.executable, "-P")
    assert "modengine" not in "".join(
        line for line in Path(script).read_text("utf-8").splitlines() if "import " in line
    )
    monkeypatch.setattr("modengine.run.read.media.readers.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"`rapidocr` is not installed") as caught:
        reader_of("ocr")
    assert "pip install 'modengine[ocr]'" in caught.value.hint


def test_boxes_side_by_side_are_a_line() -> None:
    def box(left: float, top: float, bottom: float) -> list[list[float]]:
        return [[left, top], [left + 9, top + 1], [left + 9, bottom], [left, bottom - 1]]

    boxes = [box(0, 0, 10), box(20, 2, 12), box(0, 11, 21), box(20, 30, 40)]
    assert rapid.lines(boxes, ["加", "微信", "abc", "好"]) == ["加 微信", "abc", "好"]
    assert rapid.lines([], []) == []


def test_output_is_kept_to_its_last_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"first\n" + b"x" * 100_000 + b"\nlast \xe5\n\n")
    with (tmp_path / "x").open("rb") as stream:
        kept = programs.ProgramOutput(stream, None, 20)
        kept.join()
    assert kept.last_line == "last \N{REPLACEMENT CHARACTER}"

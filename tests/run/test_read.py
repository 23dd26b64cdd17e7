"""Files of messages to rows."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from modengine.errors import InputError
from modengine.model import Message, Part
from modengine.run.read.files import Form, look, read, read_paths
from modengine.run.read.lines import LINE_LIMIT
from modengine.run.read.row import Row

Error = tuple[int, str, str]


def rows(data: bytes | str, form: Form | None = None) -> list[Row]:
    raw = data.encode() if isinstance(data, str) else data
    return list(read([look("-", form, io.BytesIO(raw))]))


def messages(found: list[Row]) -> list[Message]:
    return [row.message for row in found if row.message is not None]


def errors(found: list[Row]) -> list[Error]:
    return [(row.line, row.error.code, row.error.message) for row in found if row.error is not None]


# ------------------------------------------------------------------------ Parquet


def test_a_long_row_of_parquet_is_refused_and_few_are_held_at_a_time(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "long.parquet"
    texts = ["x", *["y" * 100_000] * 1_999, "z" * (LINE_LIMIT + 1), "x"]
    parquet.write_table(pyarrow.table({"text": texts}), path)
    before, held, found = pyarrow.total_allocated_bytes(), 0, []
    for row in read_paths([path]):
        held = max(held, pyarrow.total_allocated_bytes() - before)
        found.append((row.line, row.error.code) if row.error else len(row.message.text) if row.message else 0)
    assert found == [1, *[100_000] * 1_999, (2_001, "ME907"), 1]
    assert held < 100_000_000


# ------------------------------------------------------------------------ JSON Lines


def test_a_message_with_everything() -> None:
    parts = '"parts": [{"kind": "ocr", "text": "二"}]'
    (row,) = rows('{"id": 42, "text": "一", "channel": "group", "reposts": 620, "x": [1], ' + parts + "}")
    assert row.line == 1
    assert row.source == "-"
    assert row.message == Message("一", "42", (Part("ocr", "二"),), {"channel": "group", "reposts": 620, "x": [1]})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"text": ""}', Message("")),
        ('{"text": null, "parts": []}', Message("")),
        (
            '{"parts": [{"kind": "transcript", "text": "x", "seconds": 3}]}',
            Message("", parts=(Part("transcript", "x"),)),
        ),
        ('{"text": "x", "id": null, "channel": null}', Message("x")),
        ('{"text": "x", "id": "007"}', Message("x", "007")),
        ('{"text": "x", "id": 7.0}', Message("x", "7")),
        ('{"text": "\\ud800x"}', Message("\ud800x")),
        ('{"text": "a\\u0000b"}', Message("a\0b")),
        ('\ufeff{"text": "x"}', Message("x")),
        ('  {"text": "x"}\r', Message("x")),
    ],
)
def test_a_line_of_json(line: str, message: Message) -> None:
    assert messages(rows(line, "jsonl")) == [message]


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        ('{"text": "x"', "ME901", "not JSON: expecting ',' delimiter at column 13"),
        ("nothing of the kind", "ME901", "not JSON: expecting value at column 1"),
        ('"x"', "ME901", "not a JSON object but a text"),
        ("[1]", "ME901", "not a JSON object but a list"),
        ("null", "ME901", "not a JSON object but null"),
        ('{"text": "x", "text": "y"}', "ME901", "the key `text` stands twice"),
        ('{"text": "x", "a": {"b": 1, "b": 2}}', "ME901", "the key `b` stands twice"),
        ('{"text": "a\tb"}', "ME901", "not JSON: invalid control character at column 12"),
        ('{"text": "x", "n": NaN}', "ME901", "`NaN` is no JSON number"),
        ('{"text": "x", "n": -Infinity}', "ME901", "`-Infinity` is no JSON number"),
        ('{"text": ' + "[" * 100_000, "ME901", "not a message: JSON nested too deep"),
        ('{"text": "x", "n": ' + "9" * 5000 + "}", "ME901", "not a message: a number of too many digits"),
        ('{"text": 1}', "ME902", "`text` is a number, not a text"),
        ('{"text": "x", "id": true}', "ME902", "`id` is true or false, not a text or a whole number"),
        ('{"text": "x", "id": 1.5}', "ME902", "`id` is a number, not a text or a whole number"),
        ('{"text": "x", "parts": {}}', "ME902", "`parts` is an object, not a list"),
        ('{"text": "x", "parts": ["y"]}', "ME902", "`parts[0]` is a text, not an object with `kind` and `text`"),
        (
            '{"text": "x", "parts": [{"kind": "photo", "text": "y"}]}',
            "ME902",
            "`parts[0].kind` is `photo`, not one of text, caption, ocr, transcript",
        ),
        ('{"text": "x", "parts": [{"kind": "ocr"}]}', "ME902", "`parts[0].text` is missing, not a text"),
        ('{"content": "x"}', "ME902", "neither `text` nor `parts`"),
        ('{"text": null}', "ME902", "neither `text` nor `parts`"),
    ],
)
def test_a_bad_line_is_an_error_and_the_rest_is_read(line: str, code: str, message: str) -> None:
    found = rows('{"text": "before"}\n' + line + '\n\n{"text": "after"}\n', "jsonl")
    assert errors(found) == [(2, code, message)]
    assert [(row.line, row.message) for row in found if row.message] == [(1, Message("before")), (4, Message("after"))]


def test_a_key_that_was_meant_is_named() -> None:
    (row,) = rows('{"content": "x"}', "jsonl")
    assert row.error is not None
    assert row.error.hint == "rename `content` to `text`"


# ------------------------------------------------------------------------ plain text


def test_plain_text_is_a_message_a_line() -> None:
    found = rows("一\r\n\n  \n二 \n三")
    assert [(row.line, row.message) for row in found] == [(1, Message("一")), (4, Message("二 ")), (5, Message("三"))]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"   "])
@pytest.mark.parametrize("form", ["jsonl", "csv", "text", None])
def test_empty_input_has_no_rows(data: bytes, form: Form | None) -> None:
    if form == "csv" and data == b"   ":
        return
    assert rows(data, form) == []


@pytest.mark.parametrize("form", ["jsonl", "text"])
def test_a_bom_is_no_part_of_the_text(form: Form) -> None:
    line = '{"text": "一"}' if form == "jsonl" else "一"
    assert messages(rows(b"\xef\xbb\xbf" + line.encode(), form)) == [Message("一")]


@pytest.mark.parametrize(("name", "body"), [("a.jsonl", '{"text": "一"}'), ("a.txt", "一"), ("a.csv", "text\n一\n")])
def test_a_bom_of_a_file_is_no_part_of_it(name: str, body: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + body.encode())
    assert messages(list(read_paths([tmp_path / name]))) == [Message("一")]


# ------------------------------------------------------------------------ CSV


def test_csv_cells_are_fields_by_the_header() -> None:
    found = rows('id,text,channel,reposts,\n1,"甲, ""乙""\n丙",group,620,7\n2,,,,\n', "csv")
    assert [row.line for row in found] == [2, 4]
    assert messages(found) == [
        Message('甲, "乙"\n丙', "1", fields={"channel": "group", "reposts": "620"}),
        Message("", "2"),
    ]


def test_csv_parts_are_json() -> None:
    found = rows('text,parts\nx,"[{""kind"": ""ocr"", ""text"": ""y""}]"\nx,[\n', "csv")
    assert messages(found) == [Message("x", parts=(Part("ocr", "y"),))]
    assert errors(found) == [(3, "ME902", "`parts` is not a list in JSON")]


def test_csv_with_bom_nul_and_crlf() -> None:
    assert messages(rows(b"\xef\xbb\xbftext\r\na\0b\r\n\r\nc\r\n", "csv")) == [Message("a\0b"), Message("c")]


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        ("1", "ME908", "1 cell under a header of 2"),
        ("1,2,3", "ME908", "3 cells under a header of 2"),
        ('1,"a"b', "ME908", "something follows the closing quotation mark of a cell"),
        ('1,"a', "ME908", "a quotation mark is opened and not closed"),
        ("1,a\r1,b", "ME908", "a line ends with CR alone"),
    ],
)
def test_a_bad_row_is_an_error_and_the_rest_is_read(row: str, code: str, message: str) -> None:
    found = rows(f"id,text\n0,before\n{row}\n2,after\n3,more\n", "csv")
    assert errors(found) == [(3, code, message)]
    assert [m.text for m in messages(found)] == ["before", "after", "more"]


def test_bad_bytes_spoil_their_row_alone() -> None:
    found = rows(b"id,text,note\n1,ok,\n2,caf\xe9 ?,x\n3,ok,\xff\n4,ok,\n", "csv")
    assert errors(found) == [
        (3, "ME904", "not UTF-8 at byte 4 (0xe9)"),
        (4, "ME904", "not UTF-8 at byte 1 (0xff)"),
    ]
    assert [m.id for m in messages(found)] == ["1", "4"]


def test_a_quotation_mark_that_is_never_closed_costs_bounded_work(monkeypatch: pytest.MonkeyPatch) -> None:
    # From each line on, quoted and unquoted alike, the record never ends: rereading all would be quadratic.
    monkeypatch.setattr("modengine.run.read.table.AGAIN", 100_000)
    found = rows("text,a\n" + 'x","\n' * 20_000, "csv")
    assert all(row.error is not None for row in found)
    assert any("are lost" in message for _, _, message in errors(found))


RENAME = "rename `{0}` to `text`; a command that has --text takes `--text {0}` as well"


@pytest.mark.parametrize(
    ("header", "message", "hint"),
    [
        ("id,content", "`-`: the header has no column `text`, only `id`, `content`", RENAME.format("content")),
        ("id,Text", "`-`: the header has no column `text`, only `id`, `Text`", RENAME.format("Text")),
        ("id;text", "`-`: the columns are separated by semicolons", "save the file with commas"),
        ("id\ttext", "`-`: the columns are separated by tabs", "save the file with commas"),
        ("text,id,id", "`-`: two columns are named `id`", "give each column its own name"),
    ],
)
def test_a_header_that_cannot_serve(header: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        rows(f"{header}\n1,x\n", "csv")
    assert (caught.value.code, caught.value.message, caught.value.hint) == ("ME908", message, hint)


# ------------------------------------------------------------------------ sizes


@pytest.mark.parametrize("form", ["jsonl", "text"])
def test_a_line_above_the_limit_is_refused_and_the_rest_is_read(form: Form) -> None:
    before, after = (b'{"text": "a"}', b'{"text": "b"}') if form == "jsonl" else (b"a", b"b")
    found = rows(before + b"\n" + b"x" * (LINE_LIMIT + 10) + b"\n" + after, form)
    assert errors(found) == [(2, "ME907", "the line is longer than 4 MB")]
    assert [m.text for m in messages(found)] == ["a", "b"]
    assert [row.line for row in found] == [1, 2, 3]


def test_a_csv_line_above_the_limit_is_refused_and_the_rest_is_read() -> None:
    found = rows(b"id,text\n1,a\n2," + b"x" * (LINE_LIMIT + 10) + b"\n3,b\n", "csv")
    assert errors(found) == [(3, "ME907", "the line is longer than 4 MB")]
    assert [m.text for m in messages(found)] == ["a", "b"]


def test_a_csv_line_above_the_limit_is_told_behind_an_open_quotation_mark() -> None:
    found = rows(b'id,text\n1,"a\n2,' + b"x" * (LINE_LIMIT + 10) + b"\n3,b\n", "csv")
    assert [(line, code) for line, code, _ in errors(found)] == [(2, "ME908"), (3, "ME907")]
    assert [m.text for m in messages(found)] == ["b"]


def test_an_endless_line_is_not_held() -> None:
    import tracemalloc

    class Endless(io.RawIOBase):
        left = 100_000_000

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return b"x" * size

    source = look("-", "text", Endless())  # type: ignore[arg-type]
    tracemalloc.start()
    found = list(read([source]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert errors(found) == [(1, "ME907", "the line is longer than 4 MB")]
    assert peak < 20_000_000


def test_rows_come_as_the_input_does() -> None:
    class Slow(io.RawIOBase):
        """A pipe that gives a line at a time and would block for more."""

        lines = iter([b"one\n", b"two\n"])

        def read1(self, size: int = -1) -> bytes:
            return next(self.lines)

    found = read([look("-", "text", Slow())])  # type: ignore[arg-type]
    assert next(found).message == Message("one")
    assert next(found).message == Message("two")


# ------------------------------------------------------------------------ encodings

CHINESE = "尊敬的用户，您的网银即将失效，请登录升级"


@pytest.mark.parametrize(
    ("encoding", "name", "iconv"),
    [
        ("gbk", "GBK", "iconv -f GB18030 -t UTF-8"),
        ("gb18030", "GBK", "iconv -f GB18030 -t UTF-8"),
        ("utf-16", "UTF-16", "iconv -f UTF-16 -t UTF-8"),
        ("utf-16-le", "UTF-16 little-endian", "iconv -f UTF-16LE -t UTF-8"),
        ("utf-16-be", "UTF-16 big-endian", "iconv -f UTF-16BE -t UTF-8"),
        ("utf-32", "UTF-32", "iconv -f UTF-32 -t UTF-8"),
    ],
)
def test_a_file_in_another_encoding_is_named_and_refused(encoding: str, name: str, iconv: str, tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes("".join(f'{{"text": "{CHINESE}{n}"}}\n' for n in range(2000)).encode(encoding))
    with pytest.raises(InputError) as caught:
        look(str(path))
    assert caught.value.code == "ME904"
    assert caught.value.message == f"`{path}` is not UTF-8; it looks like {name}"
    assert f"{iconv} {path}" in caught.value.hint


def test_big5_is_named() -> None:
    with pytest.raises(InputError, match="it looks like Big5"):
        rows("尊敬的用戶，您的網上銀行即將失效，請登錄升級，謝謝".encode("big5") * 20, "text")


@pytest.mark.parametrize(("encoding", "name"), [("gbk", "GBK"), ("big5", "Big5")])
def test_one_line_in_another_encoding_is_an_error_that_names_it(encoding: str, name: str) -> None:
    bad = "請轉發給家人朋友" if encoding == "big5" else CHINESE
    found = rows(f"{CHINESE}\n".encode() * 3 + bad.encode(encoding) + b"\n" + CHINESE.encode(), "text")
    assert [(line, code) for line, code, _ in errors(found)] == [(4, "ME904")]
    assert f"it looks like {name}" in errors(found)[0][2]
    assert len(messages(found)) == 4


def test_damaged_utf8_is_not_taken_for_gbk() -> None:
    damaged = CHINESE.encode()[1:]
    found = rows(damaged + b"\n" + b"plain\n", "text")
    assert [code for _, code, _ in errors(found)] == ["ME904"]
    assert len(messages(found)) == 1


def test_a_character_cut_by_the_first_block_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("中" * 100_000, encoding="utf-8")
    assert [row.error for row in read_paths([path])] == [None]


# ------------------------------------------------------------------------ sources


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.jsonl", "jsonl"),
        ("a.NDJSON", "jsonl"),
        ("a.json", "jsonl"),
        ("a.csv", "csv"),
        ("a.txt", "text"),
        ("a", "text"),
    ],
)
def test_the_suffix_tells_the_form(name: str, form: Form, tmp_path: Path) -> None:
    (tmp_path / name).write_text("", encoding="utf-8")
    assert look(str(tmp_path / name)).form == form


@pytest.mark.parametrize(("data", "form"), [(b' \n{"text": "x"}', "jsonl"), (b"x {", "text"), (b"", "text")])
def test_standard_input_is_json_lines_if_it_begins_with_a_brace(data: bytes, form: Form) -> None:
    assert look("-", None, io.BytesIO(data)).form == form


@pytest.mark.parametrize(
    ("name", "data", "code", "message"),
    [
        ("a.jsonl.gz", b"", "ME906", "files of the form `.gz` are not read"),
        ("policy.yaml", b"", "ME906", "files of the form `.yaml` are not read"),
        ("a.json", b'[\n  {"text": "x"}\n]', "ME906", "is a JSON list"),
        ("a.bin", b"\x7fELF\x00\x00\x01x\x00y", "ME906", "is not a text"),
        ("a.jsonl", b"\0" * 70_000, "ME906", "it begins with 65,536 zeros"),
    ],
)
def test_forms_that_are_not_read(name: str, data: bytes, code: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as caught:
        look(str(tmp_path / name))
    assert caught.value.code == code
    assert message in caught.value.message


def test_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "messages.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="there is no file") as caught:
        look(str(tmp_path / "mesages.jsonl"))
    assert caught.value.hint == f"did you mean `{tmp_path / 'messages.jsonl'}`?"
    with pytest.raises(InputError, match="is a folder"):
        look(str(tmp_path))
    with pytest.raises(InputError, match="cannot be read"):
        look("a\0b")


def test_several_files_follow_each_other(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"{name}\n", encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("a.txt", "b.txt")]
    told: list[int] = []
    found = list(read([look(path) for path in paths], told.append))
    assert [(row.source, row.line) for row in found] == [(paths[0], 1), (paths[1], 1)]
    assert told == [6, 12]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.jsonl", '{"content": "x", "text": 1, "id": 1}'), ("a.csv", "id,content,text\n1,x,1\n")],
)
def test_the_text_may_stand_under_another_name(name: str, data: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(data, encoding="utf-8")
    (row,) = read_paths([tmp_path / name], text="content")
    assert row.message is not None
    assert (row.message.text, row.message.id, str(row.message.fields["text"])) == ("x", "1", "1")


def test_a_header_of_a_million_columns_costs_bounded_work() -> None:
    with pytest.raises(InputError, match="has no column `text`"):
        rows(",".join(map(str, range(400_000))) + "\n1\n", "csv")


def test_an_object_of_many_keys_costs_bounded_work() -> None:
    line = "{" + ", ".join(f'"k{n}": 1' for n in range(200_000)) + "}"
    assert errors(rows(line, "jsonl")) == [(1, "ME902", "neither `text` nor `parts`")]
